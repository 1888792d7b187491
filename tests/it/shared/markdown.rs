//! Markdown as a renderer of `CommonMark` sees it, with what GitHub adds.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// What a reader sees of a report.
#[derive(Debug, Default)]
pub(crate) struct Rendered {
    pub(crate) headings: Vec<String>,
    /// The cells of every row, headings too.
    pub(crate) rows: Vec<Vec<String>>,
    /// The check list.
    pub(crate) tasks: Vec<String>,
    /// Everything.
    pub(crate) text: String,
    /// What stands outside of code, where GitHub would link it.
    pub(crate) prose: String,
}

/// Reads `markdown`; fails if there is anything in it but headings, tables, lists, code, emphasis, and the few tags of
/// HTML that reports are made of.
pub(crate) fn render(markdown: &str) -> Rendered {
    let mut rendered = Rendered::default();
    let (mut piece, mut row, mut is_code) = (String::new(), Vec::new(), false);
    for event in Parser::new_ext(markdown, Options::all() - Options::ENABLE_SMART_PUNCTUATION) {
        match event {
            Event::Text(text) | Event::Code(text) if is_code => piece += &text,
            Event::Code(text) => piece += &text,
            Event::Text(text) => {
                piece += &text;
                rendered.prose += &text;
            }
            Event::SoftBreak => piece.push(' '),
            Event::InlineHtml(tag) => match &*tag {
                "<code>" => is_code = true,
                "</code>" => is_code = false,
                "<br>" => piece.push(' '),
                other => panic!("{other:?} in {markdown}"),
            },
            Event::Html(html) => assert_folds(&html),
            Event::TaskListMarker(is_done) => {
                assert!(!is_done, "{markdown}");
                piece.clear();
                piece.push('\u{0}');
            }
            Event::Start(tag) => {
                assert_expected(&tag, markdown);
                if !matches!(tag, Tag::Strong) {
                    rendered.text += &piece;
                    piece.clear();
                }
            }
            Event::End(end) => {
                rendered.text += &piece;
                match end {
                    TagEnd::Heading(_) => rendered.headings.push(std::mem::take(&mut piece)),
                    TagEnd::TableCell => row.push(std::mem::take(&mut piece)),
                    TagEnd::TableHead | TagEnd::TableRow => rendered.rows.push(std::mem::take(&mut row)),
                    TagEnd::Item => {
                        let item = std::mem::take(&mut piece);
                        rendered.tasks.extend(item.strip_prefix('\u{0}').map(str::to_owned));
                    }
                    // Goes on in the same piece.
                    TagEnd::Strong => rendered.text.truncate(rendered.text.len() - piece.len()),
                    _ => piece.clear(),
                }
                rendered.text.push('\n');
            }
            other => panic!("{other:?} in {markdown}"),
        }
    }
    rendered.text = rendered.text.replace('\u{0}', "");
    rendered
}

fn assert_expected(tag: &Tag<'_>, markdown: &str) {
    let is_expected = matches!(
        tag,
        Tag::Paragraph
            | Tag::Heading { .. }
            | Tag::List(None)
            | Tag::Item
            | Tag::Table(_)
            | Tag::TableHead
            | Tag::TableRow
            | Tag::TableCell
            | Tag::Strong
            | Tag::HtmlBlock
            | Tag::CodeBlock(CodeBlockKind::Fenced(_))
    );
    assert!(is_expected && !matches!(tag, Tag::CodeBlock(_)), "{tag:?} in {markdown}");
}

/// The lines of a fold, with nothing of the user's in them.
fn assert_folds(html: &str) {
    for line in html.lines() {
        let summary = line.strip_prefix("<details><summary>").and_then(|rest| rest.strip_suffix("</summary>"));
        let is_plain = |c: char| c.is_ascii_alphanumeric() || " :,".contains(c);
        assert!(
            summary.is_some_and(|text| text.chars().all(is_plain)) || line == "</details>" || line.is_empty(),
            "{line}"
        );
    }
}
