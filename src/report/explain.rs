//! A rule, a stage or a code in words; in [`judging`], how a rule judged a snapshot; in [`example`], what raises each
//! code.

pub mod example;
mod grid;
pub mod judging;

use self::example::Example;
use super::{
    escape::shown,
    layout::paragraph,
    show,
    wording::{Scope, Wording, distinct_metrics, without_data},
};
use crate::{
    eval::{
        reason,
        table::{Metric, Pipeline, Rule, StageRules},
    },
    lint::code::Lint,
    refusal::Code,
};

/// How wide the names of a rule's facts are.
const LABEL: usize = 12;

/// A rule in one sentence, and everything that bears on it: why it exists, where it stands, what no data means, and
/// what it compares. `table` names the table; lines have at most `width` columns where names allow.
#[must_use]
pub fn rule(pipeline: &Pipeline, rule: &Rule, table: &str, width: usize) -> String {
    let words = Wording::shown(pipeline);
    let mut text = format!(
        "{}   a {} rule of {}   {}:{}\n\n",
        shown(&rule.id),
        rule.kind.name(),
        shown(&pipeline.name),
        shown(table),
        rule.line
    );
    text += &paragraph("  ", &words.sentence(rule, Scope::Ladder), width);
    // The facts below have a line for missing data, so the note is not repeated.
    let no_data = without_data(rule);
    for note in words.notes(rule, Scope::Ladder).iter().filter(|note| **note != no_data) {
        text += &paragraph("  ", note, width);
    }
    text.push('\n');
    for (label, fact) in facts(pipeline, rule, &words) {
        let label = if label.is_empty() { String::new() } else { format!("{label}:") };
        text += &paragraph(&format!("  {label:LABEL$}"), &fact, width);
    }
    text
}

/// The facts about a rule, each with its label. A fact that continues the one before has an empty label.
fn facts(pipeline: &Pipeline, rule: &Rule, words: &Wording<'_>) -> Vec<(&'static str, String)> {
    let written = |text: &String| shown(text.trim_end()).into_owned();
    let mut facts: Vec<_> = rule.about.iter().map(|about| ("why", written(about))).collect();
    facts.push(("stands at", stands_at(pipeline, rule, words)));
    facts.push(("no data", without_data(rule)));
    facts.push(("its reason", shown(&reason::pattern(rule)).into_owned()));
    let metrics = distinct_metrics(rule).into_iter().filter_map(|id| pipeline.metric(id)).map(metric);
    facts.extend(under("metrics", metrics));
    facts.extend(under("pipeline", pipeline.title.iter().chain(&pipeline.about).map(written)));
    facts
}

/// Several facts under one label.
fn under(label: &'static str, facts: impl Iterator<Item = String>) -> impl Iterator<Item = (&'static str, String)> {
    facts.enumerate().map(move |(number, fact)| (if number == 0 { label } else { "" }, fact))
}

/// A stage with its rules in words, and the steps into and out of it.
#[must_use]
pub fn stage(stage: StageRules<'_>, table: &str, width: usize) -> String {
    show::stage_text(stage, table, width)
}

/// The code of an error: what it means, what to do about it, and what raises it.
#[must_use]
pub fn fault(code: Code, width: usize) -> String {
    of_code(code.name(), "an error", code.explanation(), example::of_fault(code), width)
}

/// The code of a lint: what it means, why it matters, what to do about it, and what raises it.
#[must_use]
pub fn lint(lint: Lint, width: usize) -> String {
    of_code(lint.name(), "a finding of lint", lint.explanation(), example::of_lint(lint), width)
}

fn of_code(name: &str, kind: &str, explanation: &str, example: Example, width: usize) -> String {
    let mut text = format!("{name}   {kind}\n\n{}", paragraph("  ", explanation, width));
    text += &format!("\n  {}\n", example.inside.introduction());
    for line in example.text.lines() {
        text += &format!("    {line}\n");
    }
    text
}

fn stands_at(pipeline: &Pipeline, rule: &Rule, words: &Wording<'_>) -> String {
    let stages = words.stages_of(rule);
    let names = words.stage_names(&stages);
    match (stages.len(), pipeline.stages.len()) {
        (0, _) => "no stage".to_owned(),
        (here, all) if here == all && all > 1 => format!("every stage: {names}"),
        _ => names,
    }
}

/// `cpu, percent (0 to 100), optional: why it is as it is`.
fn metric(metric: &Metric) -> String {
    let optional = if metric.optional { ", optional" } else { "" };
    let about = metric.about.as_deref().map_or_else(String::new, |about| format!(": {}", shown(about.trim_end())));
    format!("{}, {} ({}){optional}{about}", shown(&metric.name), metric.unit.name(), metric.unit.range())
}
