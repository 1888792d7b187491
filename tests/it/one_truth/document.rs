//! What a document says: its sections, with their code spans, tables and blocks.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// A table: rows of cells, the head first.
pub(crate) type Table = Vec<Vec<Cell>>;

#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    pub(crate) text: String,
    pub(crate) spans: Vec<String>,
}

/// What stands between one heading and the next.
#[derive(Clone, Debug, Default)]
pub(crate) struct Section {
    /// Empty before the first one below the title.
    pub(crate) heading: String,
    /// All code in text and tables.
    pub(crate) spans: Vec<String>,
    pub(crate) tables: Vec<Table>,
    /// The blocks of code.
    pub(crate) blocks: Vec<String>,
}

/// The sections of a Markdown document, in their order.
pub(crate) fn sections(markdown: &str) -> Vec<Section> {
    let mut sections = vec![Section::default()];
    let (mut in_heading, mut in_cell, mut in_block) = (false, false, false);
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        if matches!(&event, Event::Start(Tag::Heading { level, .. }) if *level > HeadingLevel::H1) {
            in_heading = true;
            sections.push(Section::default());
        }
        let section = sections.last_mut().unwrap();
        match event {
            Event::End(TagEnd::Heading(_)) => in_heading = false,
            Event::Start(Tag::Table(_)) => section.tables.push(Vec::new()),
            Event::Start(Tag::TableHead | Tag::TableRow) => section.tables.last_mut().unwrap().push(Vec::new()),
            Event::Start(Tag::TableCell) => {
                row(section).push(Cell::default());
                in_cell = true;
            }
            Event::End(TagEnd::TableCell) => in_cell = false,
            Event::Start(Tag::CodeBlock(_)) => {
                section.blocks.push(String::new());
                in_block = true;
            }
            Event::End(TagEnd::CodeBlock) => in_block = false,
            Event::Text(text) if in_block => section.blocks.last_mut().unwrap().push_str(&text),
            Event::Text(text) if in_heading => section.heading.push_str(&text),
            Event::Text(text) if in_cell => row(section).last_mut().unwrap().text.push_str(&text),
            Event::Code(code) => {
                if in_heading {
                    section.heading.push_str(&code);
                }
                if in_cell {
                    let cell = row(section).last_mut().unwrap();
                    cell.text.push_str(&code);
                    cell.spans.push(code.to_string());
                }
                section.spans.push(code.into_string());
            }
            _ => {}
        }
    }
    sections
}

fn row(section: &mut Section) -> &mut Vec<Cell> {
    section.tables.last_mut().unwrap().last_mut().unwrap()
}

/// Calls of `rollout-gate` in a block of code: the words after its name, up to where the shell ends the command.
pub(crate) fn calls(block: &str) -> Vec<Vec<String>> {
    let block = block.replace("\\\n", " ").replace("cargo run --release -- ", "rollout-gate ");
    let mut calls = Vec::new();
    for line in block.lines() {
        let mut rest = line;
        while let Some((before, after)) = rest.split_once("rollout-gate ") {
            rest = after;
            if before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '/' | '-' | '.' | '_')) {
                continue;
            }
            let end = after.find(['|', ';', '>', '&', ')', '`', '<', '#']).unwrap_or(after.len());
            calls.push(after[..end].split_whitespace().map(str::to_owned).collect());
        }
    }
    calls
}
