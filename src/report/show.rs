//! The table as people read it: the ladder with its limits, or one stage. What is shown is worked out here, for every
//! format alike; `text`, `markdown` and `json` write it. A new format is one file beside them.

mod json;
mod markdown;
mod text;

use super::wording::Wording;
use crate::eval::{
    notation::duration,
    table::{Condition, Kind, Pipeline, Rule, Severity, Stage, StageId, StageRules, Table},
};

pub(super) use text::stage as stage_text;

/// What is to be shown of a table.
#[derive(Clone, Debug)]
pub enum View<'t> {
    /// The ladders of these pipelines.
    Ladders(Vec<&'t Pipeline>),
    /// One stage.
    Stage(StageRules<'t>),
}

impl<'t> View<'t> {
    /// Every pipeline of a table.
    #[must_use]
    pub fn all(table: &'t Table) -> Self {
        Self::Ladders(table.pipelines.iter().collect())
    }
}

/// How a view is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For terminals: aligned columns, in lines of at most so many columns where names allow.
    Text {
        /// The columns.
        width: usize,
    },
    /// For reviews.
    Markdown,
    /// For machines.
    Json,
}

/// The view as text, with a newline at its end. `table` names the table.
#[must_use]
pub fn render(view: &View<'_>, table: &str, format: Format) -> String {
    match (format, view) {
        (Format::Json, view) => json::render(view, table),
        (Format::Text { width }, View::Stage(stage)) => text::stage(*stage, table, width),
        (Format::Text { width }, View::Ladders(pipelines)) => {
            let ladders: Vec<_> = pipelines.iter().map(|pipeline| text::ladder(pipeline, table, width)).collect();
            ladders.join("\n")
        }
        (Format::Markdown, View::Stage(stage)) => markdown::stage(*stage),
        (Format::Markdown, View::Ladders(pipelines)) => {
            let ladders: Vec<_> = pipelines.iter().map(|pipeline| markdown::ladder(pipeline)).collect();
            ladders.join("\n")
        }
    }
}

/// A pipeline as a grid: a row for what stages ask for and for every rule, a cell for every stage.
struct Ladder {
    /// The names of the stages, in ladder order.
    stages: Vec<String>,
    rows: Vec<Row>,
}

struct Row {
    /// `None` for what a stage asks for.
    kind: Option<Kind>,
    /// The rule without its limits.
    label: String,
    /// What a rule is besides: its id where that is not the default, and where it is unlike the others.
    marks: Vec<String>,
    /// One for each stage; `None` where it has nothing there.
    cells: Vec<Option<String>>,
}

impl Ladder {
    /// `words` writes names as the format wants them.
    fn new(pipeline: &Pipeline, words: &Wording<'_>) -> Self {
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
fn time_row(label: &str, pipeline: &Pipeline, time: impl Fn(&Stage) -> Option<std::time::Duration>) -> Option<Row> {
    let cells: Vec<_> = pipeline.stages.iter().map(|stage| time(stage).map(duration)).collect();
    let has_any = cells.iter().any(Option::is_some);
    has_any.then(|| Row { kind: None, label: label.to_owned(), marks: Vec::new(), cells })
}

fn rule_row(rule: &Rule, pipeline: &Pipeline, words: &Wording<'_>) -> Row {
    let metric = words.metric_name(rule.condition.metric);
    // A limit of `and` that is the same wherever the rule stands is part of the rule; one that is not stands in the cells.
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
        let varying = rule.and().iter().filter(|and| common(and).is_none()).map(|and| limit(and, stage));
        Some(std::iter::once(own).chain(varying).collect::<Vec<_>>().join(" and "))
    };
    Row {
        kind: Some(rule.kind),
        label: format!("{metric} {compact}"),
        marks: marks(rule, pipeline, words),
        cells: (0..pipeline.stages.len()).map(cell).collect(),
    }
}

fn marks(rule: &Rule, pipeline: &Pipeline, words: &Wording<'_>) -> Vec<String> {
    let warn = (rule.severity == Severity::Warn).then(|| "warn".to_owned());
    let missing =
        (rule.missing != crate::eval::answer::Missing::Hold).then(|| format!("missing: {}", rule.missing.name()));
    let id = (!has_default_id(rule, pipeline)).then(|| words.name(&rule.id));
    [warn, missing, id].into_iter().flatten().collect()
}

/// Whether a rule's id says no more than the rule.
fn has_default_id(rule: &Rule, pipeline: &Pipeline) -> bool {
    let metric = pipeline.metric(rule.condition.metric).map_or("", |metric| &metric.name);
    rule.id == format!("{}.{metric}.{}", rule.kind.name(), rule.condition.comparator.name())
}

/// The stage's place in the ladder: `stage 2 of 3`.
fn place(stage: StageRules<'_>) -> String {
    format!("stage {} of {}", stage.id().0 + 1, stage.pipeline().stages.len())
}

/// The steps of a rollback at a stage.
fn rollback_steps(stage: StageRules<'_>) -> &[String] {
    stage.stage().on_rollback.as_ref().unwrap_or(&stage.pipeline().on_rollback)
}

/// The rules of one kind at a stage.
fn rules_of(stage: StageRules<'_>, kind: Kind) -> impl Iterator<Item = &Rule> {
    stage.rules().filter(move |rule| rule.kind == kind)
}
