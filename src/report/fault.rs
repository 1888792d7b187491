//! Refusals and warnings for people: each with its place, the line quoted and marked, and what to do about it.

use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet, Title};
use anstream::adapter::strip_str;

use super::escape::{acts, begins_command, shown};
use crate::{
    inspection::ReviewedFile,
    lint::code::Lint,
    refusal::{Fault, Place, Refusal, Related, place},
};

/// The refusal, with a newline at its end.
#[must_use]
pub fn render(refusal: &Refusal, color: bool) -> String {
    let renderer = renderer(color);
    let mut text = String::new();
    for fault in &refusal.faults {
        let title = Level::ERROR.primary_title(shown(&fault.message)).id(fault.code.name());
        text += &block(&renderer, group(title, &refusal.origin, refusal.text.as_deref(), fault));
    }
    if refusal.more > 0 {
        text += &format!("error: {} more faults in {}\n\n", refusal.more, shown(&refusal.origin));
    }
    text
}

/// The warnings about a file, each with a newline at its end.
#[must_use]
pub fn render_warnings(file: &ReviewedFile, color: bool) -> String {
    let renderer = renderer(color);
    let block = |warning: &Fault<Lint>| {
        let title = Level::WARNING.primary_title(shown(&warning.message)).id(warning.code.name());
        block(&renderer, group(title, &file.origin, Some(&file.text), warning))
    };
    file.warnings.iter().map(block).collect()
}

fn renderer(color: bool) -> Renderer {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    renderer.term_width(120)
}

fn block(renderer: &Renderer, group: Group<'_>) -> String {
    let shown = renderer.render(&[group]);
    // Where the place has a line of its own, the renderer puts a line of colons between it and the excerpt.
    let is_separator = |line: &&str| strip_str(line).to_string().trim() == ":::";
    let lines = shown.lines().filter(|line| !is_separator(line));
    lines.fold(String::new(), |text, line| text + line + "\n") + "\n"
}

/// What is wrong with the command line and what to do about it, with a newline at its end.
#[must_use]
pub fn complaint(message: &str, help: &str, color: bool) -> String {
    let renderer = renderer(color);
    // Rendered one by one: the renderer would draw a line between them.
    let error = renderer.render(&[Group::with_title(Level::ERROR.primary_title(shown(message)))]);
    let help = renderer.render(&[Group::with_title(Level::HELP.primary_title(shown(help)))]);
    format!("{error}\n{help}\n")
}

/// Where a fault is, with the line quoted and marked; `None` where it has no place in a text.
#[cfg(feature = "html")]
pub(super) fn quoted(refusal: &Refusal, fault: &Fault) -> Option<String> {
    refusal.text.as_ref().zip(fault.span.as_ref())?;
    let title = Level::ERROR.primary_title(shown(&fault.message));
    let block = block(&renderer(false), excerpts(title, &refusal.origin, refusal.text.as_deref(), fault));
    // The page has a title of its own.
    Some(block.lines().skip(1).collect::<Vec<_>>().join("\n").trim_end().to_owned())
}

/// One line: `file:3:14: what is wrong (+2 more)`.
#[must_use]
pub fn line(refusal: &Refusal) -> String {
    let first = refusal.faults.first();
    let place = first.and_then(|fault| refusal.place(fault));
    let place = place.map_or(String::new(), |place| format!(":{}:{}", place.line, place.column));
    let message = first.map_or("refused", |fault| &fault.message);
    format!("{}{place}: {}{}", shown(&refusal.origin), shown(message), refusal.and_more())
}

fn group<'a, C>(title: Title<'a>, origin: &'a str, text: Option<&'a str>, fault: &'a Fault<C>) -> Group<'a> {
    let note =
        (!fault.path.is_empty()).then(|| Element::from(Level::NOTE.message(format!("at {}", shown(&fault.path)))));
    let help = fault.help.as_ref().map(|help| Element::from(Level::HELP.message(shown(help))));
    note.into_iter().chain(help).fold(excerpts(title, origin, text, fault), Group::element)
}

/// The title and the lines of the text that it is about.
fn excerpts<'a, C>(title: Title<'a>, origin: &'a str, text: Option<&'a str>, fault: &'a Fault<C>) -> Group<'a> {
    let mut group = Group::with_title(title);
    match (text, &fault.span) {
        (Some(text), Some(span)) => {
            let related = fault.related.as_deref();
            let own = Excerpt::of(text, span);
            let beside = related.filter(|related| own.contains(&related.span));
            let elsewhere = related.filter(|_| beside.is_none());
            let mut annotations = vec![AnnotationKind::Primary.span(own.within(span))];
            let context = |excerpt: &Excerpt<'_>, related: &'a Related| {
                AnnotationKind::Context.span(excerpt.within(&related.span)).label(shown(&related.what))
            };
            annotations.extend(beside.map(|related| context(&own, related)));
            group = own.add_to(group, origin, annotations);
            if let Some(related) = elsewhere {
                let other = Excerpt::of(text, &related.span);
                group = other.add_to(group, origin, vec![context(&other, related)]);
            }
        }
        _ => group = group.element(Origin::path(shown(origin))),
    }
    group
}

/// The line in which a span begins. Of a long line, only what is near the span: a whole file can be one line.
struct Excerpt<'a> {
    /// The line, or the part of it that is shown.
    piece: &'a str,
    /// Where it begins in the text.
    start: usize,
    /// Dots before and behind it, where the line was cut.
    dots: (&'static str, &'static str),
    place: Place,
}

impl<'a> Excerpt<'a> {
    /// How much of a line is kept on each side of where the span begins, in bytes.
    const REACH: usize = 1000;

    fn of(text: &'a str, span: &Range<usize>) -> Self {
        let at = span.start.min(text.len());
        let near = text.floor_char_boundary(at.saturating_sub(Self::REACH))..text.ceil_char_boundary(at + Self::REACH);
        let before = text.get(near.start..at).unwrap_or_default();
        let after = text.get(at..near.end).unwrap_or_default();
        let (start, is_cut_before) = match before.rfind('\n') {
            Some(newline) => (near.start + newline + 1, false),
            None => (near.start, near.start > 0),
        };
        let (end, is_cut_after) = match after.find('\n') {
            Some(newline) => (at + newline, false),
            None => (near.end, near.end < text.len()),
        };
        let dots = |is_cut| if is_cut { "..." } else { "" };
        Self {
            piece: text.get(start..end).unwrap_or_default().trim_end_matches('\r'),
            start,
            dots: (dots(is_cut_before), dots(is_cut_after)),
            place: place(text, at).unwrap_or(Place { line: 1, column: 1 }),
        }
    }

    fn contains(&self, span: &Range<usize>) -> bool {
        (self.start..self.start + self.piece.len()).contains(&span.start)
    }

    /// Where a span of the text is in the excerpt as it is shown, in bytes.
    fn within(&self, span: &Range<usize>) -> Range<usize> {
        let inside = |at: usize| {
            let before = replaced(self.piece).take_while(|(own, _)| self.start + own < at);
            self.dots.0.len() + before.map(|(_, shown)| shown.len_utf8()).sum::<usize>()
        };
        inside(span.start)..inside(span.end)
    }

    /// Adds the excerpt under the name of its file. The renderer counts columns in the excerpt, so where its beginning was
    /// cut, the place is named on a line of its own.
    fn add_to<'g>(&self, group: Group<'g>, file: &str, annotations: Vec<Annotation<'g>>) -> Group<'g> {
        let piece: String = replaced(self.piece).map(|(_, shown)| shown).collect();
        let source = format!("{}{piece}{}", self.dots.0, self.dots.1);
        let snippet = Snippet::source(source).line_start(self.place.line).annotations(annotations);
        let file = shown(file).into_owned();
        if self.dots.0.is_empty() {
            return group.element(snippet.path(file));
        }
        let origin = Origin::path(file).line(self.place.line).char_column(self.place.column);
        group.element(origin).element(snippet)
    }
}

/// The characters of a line, each with its place in it. Those that would make the line a command to a CI system are
/// replaced, and those that act on a terminal, but for tabs and C0 controls, which the renderer replaces itself.
fn replaced(line: &str) -> impl Iterator<Item = (usize, char)> {
    line.char_indices().map(move |(at, c)| {
        let is_replaced = (acts(c) && c >= ' ') || line.get(at..).is_some_and(begins_command);
        (at, if is_replaced { char::REPLACEMENT_CHARACTER } else { c })
    })
}
