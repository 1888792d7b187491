//! A pipeline as a table: what stages ask for, and every rule with its limits. Each format writes it in its own way.

use std::time::Duration;

use crate::{
    eval::{
        answer::Missing,
        notation::duration,
        table::{Condition, Kind, Pipeline, Rule, Severity, Stage, StageId},
    },
    report::wording::Wording,
};

/// A pipeline as a grid: a row for what stages ask for and for every rule, a cell for every stage.
pub(super) struct LadderTable {
    /// The names of the stages, in ladder order.
    pub(super) stages: Vec<String>,
    pub(super) rows: Vec<LadderRow>,
}

/// What stages ask for, or a rule.
pub(super) struct LadderRow {
    /// `None` for what a stage asks for.
    pub(super) kind: Option<Kind>,
    /// The rule without its limits.
    pub(super) label: String,
    /// What is unusual about a rule: its severity, what it makes of missing data, an id that is not the default.
    pub(super) marks: Vec<String>,
    /// One for each stage; `None` where it has nothing there.
    pub(super) cells: Vec<Option<String>>,
}

impl LadderTable {
    /// `words` writes names as the format wants them.
    pub(super) fn new(pipeline: &Pipeline, words: &Wording<'_>) -> Self {
        let stages = (0..pipeline.stages.len()).map(|stage| words.stage_name(StageId(stage))).collect();
        let times = [
            time_row("observe", pipeline, |stage| stage.observe),
            time_row("rollback within", pipeline, |stage| stage.rollback_within),
        ];
        let times = times.into_iter().flatten();
        let rules = pipeline.rules.iter().map(|rule| rule_row(rule, pipeline, words));
        Self { stages, rows: times.chain(rules).collect() }
    }
}

/// A row of durations, where a stage has one.
fn time_row(label: &str, pipeline: &Pipeline, time: impl Fn(&Stage) -> Option<Duration>) -> Option<LadderRow> {
    let cells: Vec<_> = pipeline.stages.iter().map(|stage| time(stage).map(duration)).collect();
    let has_any = cells.iter().any(Option::is_some);
    has_any.then(|| LadderRow { kind: None, label: label.to_owned(), marks: Vec::new(), cells })
}

fn rule_row(rule: &Rule, pipeline: &Pipeline, words: &Wording<'_>) -> LadderRow {
    let metric = words.metric_name(rule.condition.metric);
    // A limit of `and` that is the same at every stage is written in the label, one that differs in the cells.
    let stages = words.stages_of(rule);
    let limit = |condition: &Condition, stage: StageId| {
        condition.limit(stage).map_or_else(String::new, |limit| words.limit(condition, limit))
    };
    let common = |condition: &Condition| {
        let mut limits = stages.iter().map(|stage| limit(condition, *stage));
        let first = limits.next()?;
        limits.all(|limit| limit == first).then_some(first)
    };
    let compact = words.compact(rule, "", |and| common(and).unwrap_or_default());
    let cell = |index: usize| {
        let stage = StageId(index);
        let own = rule.applies_at(stage).then(|| limit(&rule.condition, stage))?;
        let varying = rule.and.iter().filter(|and| common(and).is_none()).map(|and| limit(and, stage));
        Some(std::iter::once(own).chain(varying).collect::<Vec<_>>().join(" and "))
    };
    LadderRow {
        kind: Some(rule.kind),
        label: format!("{metric} {compact}"),
        marks: marks(rule, pipeline, words),
        cells: (0..pipeline.stages.len()).map(cell).collect(),
    }
}

fn marks(rule: &Rule, pipeline: &Pipeline, words: &Wording<'_>) -> Vec<String> {
    let warn = (rule.severity == Severity::Warn).then(|| "warn".to_owned());
    let missing = (rule.missing != Missing::default()).then(|| format!("missing: {}", rule.missing));
    let id = (!has_default_id(rule, pipeline)).then(|| words.name(&rule.id));
    [warn, missing, id].into_iter().flatten().collect()
}

/// Whether a rule's id says no more than the rule.
fn has_default_id(rule: &Rule, pipeline: &Pipeline) -> bool {
    let metric = pipeline.metric(rule.condition.metric).map_or("", |metric| &metric.name);
    rule.id == format!("{}.{metric}.{}", rule.kind.name(), rule.condition.comparator.name())
}
