//! The table for machines: one document. Keys are stable; new ones may be added.

use std::borrow::Cow;

use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::{
    eval::{
        aggregate::Aggregate,
        limit::Limit,
        table::{Condition, Derived, Metric, MetricId, Pipeline, Rule, Samples, StageId, StageRules, Width},
    },
    report::{
        json::{
            number::JsonNumber,
            write::{JsonStyle, write},
        },
        wording::{Scope, Wording},
    },
};

/// Whole pipelines as one indented document, with a newline at its end.
pub(super) fn ladders(pipelines: &[&Pipeline], table: &str) -> String {
    document(pipelines.iter().map(|pipeline| PipelineDocument::of(pipeline, None)).collect(), table)
}

/// The same of one stage.
pub(super) fn stage(stage: StageRules<'_>, table: &str) -> String {
    document(vec![PipelineDocument::of(stage.pipeline(), Some(stage.id()))], table)
}

fn document(pipelines: Vec<PipelineDocument<'_>>, table: &str) -> String {
    write(&TableDocument { schema_version: 1, table, pipelines }, JsonStyle::Indented)
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
    window_minutes: Option<JsonNumber>,
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
    min: Option<JsonNumber>,
    total: Option<JsonNumber>,
}

#[derive(Serialize)]
struct StageDocument<'a> {
    name: &'a str,
    title: Option<&'a str>,
    about: Option<&'a str>,
    allow: &'a [&'static str],
    observe_minutes: Option<JsonNumber>,
    rollback_within_minutes: Option<JsonNumber>,
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
    limits: StageLimits<'a>,
    windows: Option<usize>,
    for_minutes: Option<JsonNumber>,
    aggregate: Option<Cow<'static, str>>,
    and: Vec<ConditionDocument<'a>>,
    unless: Option<&'a str>,
    missing: String,
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
    limits: StageLimits<'a>,
}

/// The limits of a condition as an object: stage -> limit, in ladder order.
struct StageLimits<'a>(Vec<(&'a str, Limit)>);

#[derive(Serialize)]
struct LimitDocument {
    /// `None` for one that moves with a baseline, or is not set.
    limit: Option<JsonNumber>,
    limit_text: String,
}

impl<'a> PipelineDocument<'a> {
    /// Whole, or of one stage only that and its rules.
    fn of(pipeline: &'a Pipeline, only: Option<StageId>) -> Self {
        let stages: Vec<StageId> = match only {
            Some(stage) => vec![stage],
            None => pipeline.ladder().map(|stage| stage.id()).collect(),
        };
        let shown = ShownPipeline { pipeline, scope: only.map_or(Scope::Ladder, Scope::Stage), stages: &stages };
        let rules = pipeline.rules.iter().filter(|rule| only.is_none_or(|stage| rule.applies_at(stage)));
        let of_stages = pipeline.ladder().filter(|stage| stages.contains(&stage.id()));
        Self {
            name: &pipeline.name,
            title: pipeline.title.as_deref(),
            about: pipeline.about.as_deref(),
            allow: &pipeline.allow,
            window_minutes: pipeline.window.and_then(Width::exactly).map(JsonNumber::minutes),
            metrics: pipeline.metrics.iter().map(|metric| shown.metric(metric)).collect(),
            stages: of_stages.map(stage_document).collect(),
            rules: rules.map(|rule| shown.rule(rule)).collect(),
            on_rollback: &pipeline.on_rollback,
        }
    }
}

/// What is shown of a pipeline.
struct ShownPipeline<'a, 's> {
    pipeline: &'a Pipeline,
    scope: Scope,
    stages: &'s [StageId],
}

impl<'a> ShownPipeline<'a, '_> {
    fn metric(&self, metric: &'a Metric) -> MetricDocument<'a> {
        let names = |parts: fn(&Derived) -> &[MetricId]| {
            let derived = metric.derived.as_ref()?;
            Some(parts(derived).iter().map(|part| self.name(*part)).collect())
        };
        let samples = |samples: Samples| SamplesDocument {
            metric: self.name(samples.metric),
            min: samples.min.map(|min| JsonNumber(min.get())),
            total: samples.total.map(|total| JsonNumber(total.get())),
        };
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
        RuleDocument {
            id: &rule.id,
            kind: rule.kind.name(),
            metric: self.name(rule.condition.metric),
            comparator: rule.condition.comparator.name(),
            limits: self.limits(rule, &rule.condition),
            windows: rule.persistence.windows(),
            for_minutes: rule.persistence.lasting().map(JsonNumber::minutes),
            aggregate: rule.aggregate().map(Aggregate::name),
            and: rule.and.iter().map(|and| self.condition(rule, and)).collect(),
            unless: rule.unless.map(|flag| self.name(flag)),
            missing: rule.missing.to_string(),
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
    fn limits(&self, rule: &Rule, condition: &Condition) -> StageLimits<'a> {
        let limit = |stage: &StageId| {
            let name = self.pipeline.stages.get(stage.0)?.name.as_str();
            Some((name, condition.limit(*stage).filter(|_| rule.applies_at(*stage))?))
        };
        StageLimits(self.stages.iter().filter_map(limit).collect())
    }

    fn name(&self, metric: MetricId) -> &'a str {
        self.pipeline.metric(metric).map_or("", |metric| &metric.name)
    }
}

fn stage_document(rules: StageRules<'_>) -> StageDocument<'_> {
    let stage = rules.stage();
    StageDocument {
        name: &stage.name,
        title: stage.title.as_deref(),
        about: stage.about.as_deref(),
        allow: &stage.allow,
        observe_minutes: stage.observe.map(JsonNumber::minutes),
        rollback_within_minutes: stage.rollback_within.map(JsonNumber::minutes),
        enter: &stage.enter,
        on_rollback: rules.on_rollback(),
    }
}

impl Serialize for StageLimits<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (stage, limit) in &self.0 {
            let number = match limit {
                Limit::Fixed(number) => Some(JsonNumber(number.get())),
                Limit::Baseline { .. } | Limit::Unset => None,
            };
            map.serialize_entry(stage, &LimitDocument { limit: number, limit_text: limit.to_string() })?;
        }
        map.end()
    }
}
