//! The table for machines: one document. Keys are stable; new ones may be added.

use std::time::Duration;

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::View;
use crate::{
    eval::{
        aggregate::Aggregate,
        limit::Limit,
        persistence::Persistence,
        table::{Condition, Derived, Metric, MetricId, Pipeline, Rule, Samples, Stage, StageId},
    },
    report::{
        json::{Layout, Number, written},
        wording::{Scope, Wording},
    },
};

/// The view as one indented document, with a newline at its end.
pub(super) fn render(view: &View<'_>, table: &str) -> String {
    let pipelines = match view {
        View::Ladders(pipelines) => pipelines.iter().map(|pipeline| PipelineDocument::new(pipeline, None)).collect(),
        View::Stage(stage) => vec![PipelineDocument::new(stage.pipeline(), Some(stage.id()))],
    };
    written(&TableDocument { schema_version: 1, table, pipelines }, Layout::Pretty)
}

#[derive(Serialize)]
struct TableDocument<'a> {
    schema_version: u8,
    table: &'a str,
    pipelines: Vec<PipelineDocument<'a>>,
}

#[derive(Serialize)]
struct PipelineDocument<'a> {
    name: &'a str,
    title: Option<&'a str>,
    about: Option<&'a str>,
    allow: &'a [&'static str],
    window_minutes: Option<Number>,
    metrics: Vec<MetricDocument<'a>>,
    stages: Vec<StageDocument<'a>>,
    rules: Vec<RuleDocument<'a>>,
    on_rollback: &'a [String],
}

#[derive(Serialize)]
struct MetricDocument<'a> {
    name: &'a str,
    unit: &'static str,
    optional: bool,
    of: Option<Vec<&'a str>>,
    to: Option<Vec<&'a str>>,
    samples: Option<SamplesDocument<'a>>,
    about: Option<&'a str>,
    allow: &'a [&'static str],
}

#[derive(Serialize)]
struct SamplesDocument<'a> {
    metric: &'a str,
    min: Number,
}

#[derive(Serialize)]
struct StageDocument<'a> {
    name: &'a str,
    title: Option<&'a str>,
    about: Option<&'a str>,
    allow: &'a [&'static str],
    observe_minutes: Option<Number>,
    rollback_within_minutes: Option<Number>,
    enter: &'a [String],
    /// The pipeline's, where the stage has none of its own.
    on_rollback: &'a [String],
}

#[derive(Serialize)]
struct RuleDocument<'a> {
    id: &'a str,
    kind: &'static str,
    metric: &'a str,
    comparator: &'static str,
    limits: Limits<'a>,
    windows: Option<usize>,
    for_minutes: Option<Number>,
    aggregate: Option<&'static str>,
    and: Vec<ConditionDocument<'a>>,
    unless: Option<&'a str>,
    missing: &'static str,
    severity: &'static str,
    reason: Option<String>,
    about: Option<&'a str>,
    allow: &'a [&'static str],
    line: usize,
    sentence: String,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct ConditionDocument<'a> {
    metric: &'a str,
    comparator: &'static str,
    limits: Limits<'a>,
}

/// The limits of a condition as an object: stage -> limit, in ladder order.
struct Limits<'a>(Vec<(&'a str, Limit)>);

#[derive(Serialize)]
struct LimitDocument {
    /// `None` for one that moves with a baseline, or is not set.
    limit: Option<Number>,
    limit_text: String,
}

impl<'a> PipelineDocument<'a> {
    /// Whole, or of one stage only that and its rules.
    fn new(pipeline: &'a Pipeline, only: Option<StageId>) -> Self {
        let stages: Vec<StageId> = match only {
            Some(stage) => vec![stage],
            None => pipeline.ladder().map(|stage| stage.id()).collect(),
        };
        let shown = Part { pipeline, scope: only.map_or(Scope::Ladder, Scope::Stage), stages: &stages };
        let rules = pipeline.rules.iter().filter(|rule| only.is_none_or(|stage| rule.applies_at(stage)));
        let of_stages = stages.iter().filter_map(|stage| pipeline.stages.get(stage.0));
        Self {
            name: &pipeline.name,
            title: pipeline.title.as_deref(),
            about: pipeline.about.as_deref(),
            allow: &pipeline.allow,
            window_minutes: pipeline.window.map(minutes),
            metrics: pipeline.metrics.iter().map(|metric| shown.metric(metric)).collect(),
            stages: of_stages.map(|stage| stage_document(stage, pipeline)).collect(),
            rules: rules.map(|rule| shown.rule(rule)).collect(),
            on_rollback: &pipeline.on_rollback,
        }
    }
}

/// What is shown of a pipeline.
struct Part<'a, 's> {
    pipeline: &'a Pipeline,
    scope: Scope,
    stages: &'s [StageId],
}

impl<'a> Part<'a, '_> {
    fn metric(&self, metric: &'a Metric) -> MetricDocument<'a> {
        let names = |parts: fn(&Derived) -> &[MetricId]| {
            let derived = metric.derived.as_ref()?;
            Some(parts(derived).iter().map(|part| self.name(*part)).collect())
        };
        let samples =
            |samples: Samples| SamplesDocument { metric: self.name(samples.metric), min: Number(samples.min.get()) };
        MetricDocument {
            name: &metric.name,
            unit: metric.unit.name(),
            optional: metric.optional,
            of: names(|derived| &derived.of),
            to: names(|derived| &derived.to),
            samples: metric.samples.map(samples),
            about: metric.about.as_deref(),
            allow: &metric.allow,
        }
    }

    fn rule(&self, rule: &'a Rule) -> RuleDocument<'a> {
        let words = Wording::new(self.pipeline, str::to_owned);
        let (windows, lasting) = match rule.persistence() {
            Persistence::Once => (None, None),
            Persistence::Windows(windows) => (Some(windows.get()), None),
            Persistence::For(lasting) => (None, Some(minutes(lasting))),
        };
        RuleDocument {
            id: &rule.id,
            kind: rule.kind.name(),
            metric: self.name(rule.condition.metric),
            comparator: rule.condition.comparator.name(),
            limits: self.limits(rule, &rule.condition),
            windows,
            for_minutes: lasting,
            aggregate: rule.aggregate().map(Aggregate::name),
            and: rule.and().iter().map(|and| self.condition(rule, and)).collect(),
            unless: rule.unless().map(|flag| self.name(flag)),
            missing: rule.missing.name(),
            severity: rule.severity.name(),
            reason: rule.reason.as_ref().map(ToString::to_string),
            about: rule.about.as_deref(),
            allow: &rule.allow,
            line: rule.line,
            sentence: words.sentence(rule, self.scope),
            notes: words.notes(rule, self.scope),
        }
    }

    fn condition(&self, rule: &Rule, condition: &Condition) -> ConditionDocument<'a> {
        ConditionDocument {
            metric: self.name(condition.metric),
            comparator: condition.comparator.name(),
            limits: self.limits(rule, condition),
        }
    }

    /// At the stages that have the rule.
    fn limits(&self, rule: &Rule, condition: &Condition) -> Limits<'a> {
        let limit = |stage: &StageId| {
            let name = self.pipeline.stages.get(stage.0)?.name.as_str();
            Some((name, condition.limit(*stage).filter(|_| rule.applies_at(*stage))?))
        };
        Limits(self.stages.iter().filter_map(limit).collect())
    }

    fn name(&self, metric: MetricId) -> &'a str {
        self.pipeline.metric(metric).map_or("", |metric| &metric.name)
    }
}

fn stage_document<'a>(stage: &'a Stage, pipeline: &'a Pipeline) -> StageDocument<'a> {
    StageDocument {
        name: &stage.name,
        title: stage.title.as_deref(),
        about: stage.about.as_deref(),
        allow: &stage.allow,
        observe_minutes: stage.observe.map(minutes),
        rollback_within_minutes: stage.rollback_within.map(minutes),
        enter: &stage.enter,
        on_rollback: stage.on_rollback.as_ref().unwrap_or(&pipeline.on_rollback),
    }
}

fn minutes(duration: Duration) -> Number {
    Number(duration.as_secs_f64() / 60.0)
}

impl Serialize for Limits<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (stage, limit) in &self.0 {
            let number = match limit {
                Limit::Fixed(number) => Some(Number(number.get())),
                Limit::Baseline { .. } | Limit::Unset => None,
            };
            map.serialize_entry(stage, &LimitDocument { limit: number, limit_text: limit.to_string() })?;
        }
        map.end()
    }
}
