//! Refusals for people: every fault with its place, the line quoted and marked, and the way out.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};

use super::escape::shown;
use crate::refusal::{Fault, Refusal, place};

/// The refusal, with a newline at its end.
#[must_use]
pub fn render(refusal: &Refusal, color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(120);
    let mut text = String::new();
    for fault in &refusal.faults {
        text += &renderer.render(&[group(refusal, fault)]);
        text += "\n\n";
    }
    if refusal.more > 0 {
        text += &format!("error: {} more faults in {}\n\n", refusal.more, shown(&refusal.origin));
    }
    text
}

/// One line: `file:3:14: what is wrong (+2 more)`.
#[must_use]
pub fn line(refusal: &Refusal) -> String {
    let first = refusal.faults.first();
    let place = first.and_then(|fault| refusal.place(fault));
    let place = place.map_or(String::new(), |place| format!(":{}:{}", place.line, place.column));
    let message = first.map_or("refused", |fault| &fault.message);
    let more = match refusal.faults.len().saturating_sub(1) + refusal.more {
        0 => String::new(),
        more => format!(" (+{more} more)"),
    };
    format!("{}{place}: {}{more}", shown(&refusal.origin), shown(message))
}

fn group<'a>(refusal: &'a Refusal, fault: &'a Fault) -> Group<'a> {
    let mut group = Group::with_title(Level::ERROR.primary_title(shown(&fault.message)));
    match (&refusal.text, &fault.span) {
        (Some(text), Some(span)) => {
            let related = fault.related.as_deref();
            // Only the lines in question: the whole of a large file would be indexed for every fault.
            let own = Excerpt::of(text, span);
            let beside = related.filter(|related| own.covers(&related.span));
            let mut snippet = own.snippet(&refusal.origin);
            snippet = snippet.annotation(AnnotationKind::Primary.span(own.within(span)));
            if let Some(related) = beside {
                let related_span = own.within(&related.span);
                snippet = snippet.annotation(AnnotationKind::Context.span(related_span).label(shown(&related.what)));
            }
            group = group.element(snippet);
            if let Some(related) = related.filter(|_| beside.is_none()) {
                let other = Excerpt::of(text, &related.span);
                let annotation = AnnotationKind::Context.span(other.within(&related.span));
                let snippet = other.snippet(&refusal.origin).annotation(annotation.label(shown(&related.what)));
                group = group.element(snippet);
            }
        }
        _ => group = group.element(Origin::path(shown(&refusal.origin))),
    }
    let note =
        (!fault.path.is_empty()).then(|| Element::from(Level::NOTE.message(format!("at {}", shown(&fault.path)))));
    let help = fault.help.as_ref().map(|help| Element::from(Level::HELP.message(shown(help))));
    note.into_iter().chain(help).fold(group, Group::element)
}

/// Whole lines of a text.
struct Excerpt<'a> {
    lines: &'a str,
    start: usize,
    first_line: usize,
}

impl<'a> Excerpt<'a> {
    /// The line in which `span` begins.
    fn of(text: &'a str, span: &Range<usize>) -> Self {
        let at = span.start.min(text.len());
        let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
        let rest = text.get(start..).unwrap_or_default();
        let lines = rest.split('\n').next().unwrap_or_default().trim_end_matches('\r');
        Self { lines, start, first_line: place(text, start).map_or(1, |place| place.line) }
    }

    fn covers(&self, span: &Range<usize>) -> bool {
        (self.start..=self.start + self.lines.len()).contains(&span.start)
    }

    /// A span of the text as one of these lines.
    fn within(&self, span: &Range<usize>) -> Range<usize> {
        let inside = |at: usize| at.saturating_sub(self.start).min(self.lines.len());
        inside(span.start)..inside(span.end)
    }

    fn snippet<'s, T: Clone>(&self, origin: &'s str) -> Snippet<'s, T>
    where
        'a: 's,
    {
        Snippet::source(self.lines).line_start(self.first_line).path(shown(origin))
    }
}
