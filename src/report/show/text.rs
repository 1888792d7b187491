//! The ladder and the stage for terminals.

use unicode_width::UnicodeWidthStr;

use super::{
    ladder::{LadderRow, LadderTable},
    stage::{heading, place, rules_of},
};
use crate::{
    eval::{
        notation::duration,
        table::{Kind, Pipeline, Rule, StageRules},
    },
    report::{
        escape::shown,
        layout::{break_name, numbered, pad, paragraph, widest_piece, wrap},
        wording::{Scope, Wording, window_width, within},
    },
};

/// The widest that the column of rules gets; a longer label goes on in the next line.
const WIDEST_LABEL: usize = 60;

/// Names of stages up to this width are not broken.
const SHORT: usize = 8;

/// What stands between columns.
const GAP: &str = "  ";

/// The ladder of a pipeline and its limits.
pub(super) fn ladder(pipeline: &Pipeline, table: &str, width: usize) -> String {
    let window = pipeline.window.map_or_else(String::new, |window| format!("   windows of {}", window_width(window)));
    let title = pipeline.title.as_deref().map_or_else(String::new, |title| format!("   {}", shown(title.trim_end())));
    let mut text = format!("{}{title}{window}\ntable: {}\n", shown(&pipeline.name), shown(table));
    text += &about("", pipeline.about.as_deref(), width);
    text + "\n" + &grid(&LadderTable::new(pipeline, &Wording::shown(pipeline)), width)
}

/// The grid; where not every stage fits beside the rules, in blocks of stages.
fn grid(ladder: &LadderTable, width: usize) -> String {
    let labels: Vec<Vec<String>> = ladder.rows.iter().map(|row| label(row, width)).collect();
    let headings = Kind::ALL.map(heading);
    let lines = labels.iter().flatten().map(|line| line.width()).chain(headings.iter().map(|line| line.width()));
    let label_width = lines.max().unwrap_or_default();
    let columns: Vec<StageColumn> = (0..ladder.stages.len()).map(|stage| StageColumn::new(ladder, stage)).collect();
    let room = width.saturating_sub(label_width);
    let blocks: Vec<String> =
        into_blocks(&columns, room).iter().map(|block| write_block(ladder, &labels, label_width, block)).collect();
    blocks.join("\n")
}

/// One stage: its name, whole or in pieces, and how wide it and its cells are.
#[derive(Clone)]
struct StageColumn {
    stage: usize,
    head: Vec<String>,
    width: usize,
}

impl StageColumn {
    fn new(ladder: &LadderTable, stage: usize) -> Self {
        let name = ladder.stages.get(stage).map_or("", String::as_str);
        let cells = ladder.rows.iter().filter_map(|row| row.cells.get(stage)?.as_deref());
        let cells = cells.map(UnicodeWidthStr::width).max().unwrap_or(1);
        let width = cells.max(widest_piece(name)).max(name.width().min(SHORT));
        Self { stage, head: break_name(name, width), width }
    }

    /// With its name on one line.
    fn unbroken(&self) -> Self {
        let name = self.head.concat();
        Self { stage: self.stage, width: self.width.max(name.width()), head: vec![name] }
    }
}

/// The columns as one block if they fit, names broken only where that helps; else as few blocks as it takes.
fn into_blocks(columns: &[StageColumn], room: usize) -> Vec<Vec<StageColumn>> {
    let total = |columns: &[StageColumn]| columns.iter().map(|column| GAP.len() + column.width).sum::<usize>();
    let unbroken =
        |columns: &[StageColumn]| -> Vec<StageColumn> { columns.iter().map(StageColumn::unbroken).collect() };
    let mut blocks: Vec<Vec<StageColumn>> = Vec::new();
    for column in columns {
        match blocks.last_mut() {
            Some(block) if total(block) + GAP.len() + column.width <= room => block.push(column.clone()),
            _ => blocks.push(vec![column.clone()]),
        }
    }
    let whole_names =
        |block: Vec<StageColumn>| Some(unbroken(&block)).filter(|block| total(block) <= room).unwrap_or(block);
    blocks.into_iter().map(whole_names).collect()
}

fn write_block(ladder: &LadderTable, labels: &[Vec<String>], label_width: usize, block: &[StageColumn]) -> String {
    let line = |label: &str, cells: &[String]| {
        let cells = block.iter().zip(cells).map(|(column, cell)| pad(cell, column.width));
        let all: Vec<String> = std::iter::once(pad(label, label_width)).chain(cells).collect();
        format!("{}\n", all.join(GAP).trim_end())
    };
    let depth = block.iter().map(|column| column.head.len()).max().unwrap_or_default();
    let mut text = String::new();
    for level in 0..depth {
        let cells: Vec<String> =
            block.iter().map(|column| column.head.get(level).cloned().unwrap_or_default()).collect();
        text += &line("", &cells);
    }
    let mut kind = None;
    for (row, label) in ladder.rows.iter().zip(labels) {
        if let Some(own) = row.kind.filter(|own| kind != Some(*own)) {
            kind = Some(own);
            text += &format!("{}\n", heading(own).to_lowercase());
        }
        let cell =
            |column: &StageColumn| row.cells.get(column.stage).cloned().flatten().unwrap_or_else(|| "-".to_owned());
        let cells: Vec<String> = block.iter().map(cell).collect();
        for (number, part) in label.iter().enumerate() {
            text += &line(part, if number == 0 { &cells } else { &[] });
        }
    }
    text
}

/// The label and the marks of a rule in as many lines as they take, the further ones indented.
fn label(row: &LadderRow, width: usize) -> Vec<String> {
    let room = WIDEST_LABEL.min(width / 2);
    let marks = row.marks.iter().map(|mark| format!("[{mark}]"));
    let whole = std::iter::once(row.label.clone()).chain(marks).collect::<Vec<_>>().join(" ");
    let indent = if row.kind.is_some() { "  " } else { "" };
    let lines = wrap(&whole, room).into_iter().enumerate();
    lines.map(|(number, line)| format!("{indent}{}{line}", if number == 0 { "" } else { "  " })).collect()
}

/// A stage: its rules in words, and the steps into and out of it.
pub(in crate::report) fn stage(rules: StageRules<'_>, table: &str, width: usize) -> String {
    let (pipeline, stage) = (rules.pipeline(), rules.stage());
    let title = stage.title.as_deref().map_or_else(String::new, |title| format!("   {}", shown(title.trim_end())));
    let name = format!("{} / {}{title}   {}", shown(&pipeline.name), shown(&stage.name), place(rules));
    let mut text = format!("{name}\ntable: {}\n", shown(table));
    text += &about("", stage.about.as_deref(), width);
    if let Some(observe) = stage.observe {
        let windows =
            pipeline.window.map_or_else(String::new, |window| format!(", in windows of {}", window_width(window)));
        text += &format!("\nA snapshot must cover at least {}{windows}.\n", duration(observe));
    }
    text += &steps("Steps to enter", &stage.enter, width);
    for kind in [Kind::Gate, Kind::Rollback] {
        let rules: String = rules_of(rules, kind).map(|rule| rule_in_words(rules, rule, table, width)).collect();
        if !rules.is_empty() {
            text += &format!("\n{}\n{rules}", heading(kind));
        }
    }
    text += &steps(&format!("Steps of a rollback{}", within(stage)), rules.on_rollback(), width);
    text += &match rules.next() {
        Some(next) => format!("\nA promotion leads to {}.\n", shown(&next.name)),
        None => "\nThis is the last stage.\n".to_owned(),
    };
    text
}

fn rule_in_words(stage: StageRules<'_>, rule: &Rule, table: &str, width: usize) -> String {
    let sentences = Wording::shown(stage.pipeline()).sentences(rule, Scope::Stage(stage.id()));
    let mut text = paragraph("  - ", &sentences, width);
    text += &about("    ", rule.about.as_deref(), width);
    text + &format!("    [{}, {}:{}]\n", shown(&rule.id), shown(table), rule.line)
}

fn steps(title: &str, steps: &[String], width: usize) -> String {
    if steps.is_empty() {
        return String::new();
    }
    let shown = steps.iter().map(|step| shown(step.trim_end()).into_owned());
    format!("\n{title}\n{}", numbered("  ", shown, width))
}

fn about(indent: &str, about: Option<&str>, width: usize) -> String {
    about.map_or_else(String::new, |about| paragraph(indent, &shown(about.trim_end()), width))
}
