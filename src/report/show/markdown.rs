//! The ladder and the stage as Markdown, as GitHub reads it.

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
        gfm::{code, prose},
        wording::{Scope, Wording, window_width, within},
    },
};

/// The ladder of a pipeline and its limits.
pub(super) fn ladder(pipeline: &Pipeline) -> String {
    let window = pipeline.window.map_or_else(String::new, |window| format!(", windows of {}", window_width(window)));
    let title = pipeline.title.as_deref().map_or_else(String::new, |title| format!(": {}", prose(title)));
    let mut text = format!("## {}{title}{window}\n\n", code(&pipeline.name));
    text += &paragraph(pipeline.about.as_deref());
    let ladder = LadderTable::new(pipeline, &Wording::new(pipeline, code));
    text += &line("", "rule", ladder.stages.iter().map(String::as_str));
    text += &line("---", "---", ladder.stages.iter().map(|_| "---"));
    text + &ladder.rows.iter().map(row).collect::<String>()
}

fn row(row: &LadderRow) -> String {
    let kind = row.kind.map_or("", Kind::name);
    let marks = row.marks.iter().map(|mark| format!(" ({mark})"));
    let label = std::iter::once(row.label.clone()).chain(marks).collect::<String>();
    line(kind, &label, row.cells.iter().map(|cell| cell.as_deref().unwrap_or("-")))
}

fn line<'a>(kind: &'a str, label: &'a str, cells: impl Iterator<Item = &'a str>) -> String {
    let cells: Vec<&str> = [kind, label].into_iter().chain(cells).collect();
    format!("| {} |\n", cells.join(" | "))
}

/// A stage: its rules in words, and the steps into and out of it.
pub(super) fn stage(rules: StageRules<'_>) -> String {
    let (pipeline, stage) = (rules.pipeline(), rules.stage());
    let title = stage.title.as_deref().map_or_else(String::new, |title| format!(": {}", prose(title)));
    let mut text = format!("## {} / {}{title}\n\n", code(&pipeline.name), code(&stage.name));
    text += &paragraph(stage.about.as_deref());
    let observe = stage
        .observe
        .map_or_else(String::new, |observe| format!(" A snapshot must cover at least {}.", duration(observe)));
    text += &match rules.next() {
        Some(next) => format!("This is {}; a promotion leads to {}.{observe}\n", place(rules), code(&next.name)),
        None => format!("This is {}, the last.{observe}\n", place(rules)),
    };
    text += &steps("Steps to enter", &stage.enter);
    for kind in [Kind::Gate, Kind::Rollback] {
        let items: String = rules_of(rules, kind).map(|rule| item(rules, rule)).collect();
        if !items.is_empty() {
            text += &format!("\n### {}\n\n{items}", heading(kind));
        }
    }
    text + &steps(&format!("Steps of a rollback{}", within(stage)), rules.on_rollback())
}

fn item(stage: StageRules<'_>, rule: &Rule) -> String {
    let sentences = Wording::new(stage.pipeline(), code).sentences(rule, Scope::Stage(stage.id()));
    let about = rule.about.as_deref().map_or_else(String::new, |about| format!(" {}", prose(about)));
    format!("- {sentences}{about} ({}, line {})\n", code(&rule.id), rule.line)
}

fn steps(title: &str, steps: &[String]) -> String {
    if steps.is_empty() {
        return String::new();
    }
    let items = (1..).zip(steps).map(|(number, step)| format!("{number}. {}", prose(step)));
    format!("\n### {title}\n\n{}\n", items.collect::<Vec<_>>().join("\n"))
}

fn paragraph(text: Option<&str>) -> String {
    text.map_or_else(String::new, |text| format!("{}\n\n", prose(text)))
}
