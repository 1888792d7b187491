//! What a table leaves open: limits that are not set, metrics that no rule looks at, stages and pipelines without what
//! they need in an emergency.

use std::collections::HashSet;

use super::{
    code::Lint,
    finding::{Finding, Owner, Part, WrittenLimit, limits, stages},
};
use crate::eval::{
    answer::Otherwise,
    limit::Limit,
    table::{Kind, Metric, MetricId, Pipeline, Rule, Severity, Stage, StageId},
};

/// Limits that nobody has chosen yet.
#[must_use]
pub fn unset_limits(pipeline: &Pipeline) -> Vec<Finding> {
    let finding = |written: WrittenLimit<'_>| {
        let metric = pipeline.metric(written.condition.metric).map_or("", |metric| &metric.name);
        let stage = written.stage.and_then(|StageId(stage)| pipeline.stages.get(stage));
        let at = stage.map_or(String::new(), |stage| format!(" at stage `{}`", stage.name));
        let message = format!("`{metric}` has no limit yet{at}, so that the rule is not evaluated");
        Finding::new(Lint::UnsetLimit, written.part, message, "write the limit").unless_meant()
    };
    limits(pipeline).into_iter().filter(|written| written.limit == Limit::Unset).map(finding).collect()
}

/// Metrics that no rule looks at. Where an unused one is allowed, what it is made from counts as used.
#[must_use]
pub fn unused_metrics(pipeline: &Pipeline) -> Vec<Finding> {
    let ids = || (0..).map(MetricId).zip(&pipeline.metrics);
    let mut used = with_ingredients(pipeline, pipeline.rules.iter().flat_map(Rule::metrics));
    let allowed = ids().filter(|(id, metric)| !used.contains(id) && metric.allow.contains(&Lint::UnusedMetric.name()));
    used.extend(with_ingredients(pipeline, allowed.flat_map(|(_, metric)| metric.ingredients())));
    let unused = ids().filter(|(id, _)| !used.contains(id));
    let finding = |(id, metric): (MetricId, &Metric)| {
        let message = format!("no rule looks at metric `{}`", metric.name);
        let help = "write the rule that is missing, or take the metric out";
        Finding::new(Lint::UnusedMetric, Part::Whole(Owner::Metric(id)), message, help).unless_meant()
    };
    unused.map(finding).collect()
}

/// These metrics, and all that they are made from.
fn with_ingredients(pipeline: &Pipeline, metrics: impl Iterator<Item = MetricId>) -> HashSet<MetricId> {
    let mut found = HashSet::new();
    let mut next: Vec<MetricId> = metrics.collect();
    while let Some(id) = next.pop() {
        if found.insert(id) {
            next.extend(pipeline.metric(id).into_iter().flat_map(Metric::ingredients));
        }
    }
    found
}

/// Stages at which no rollback rule decides.
#[must_use]
pub fn stages_without_rollback(pipeline: &Pipeline) -> Vec<Finding> {
    let finding = |(id, stage): (StageId, &Stage)| {
        let rules: Vec<&Rule> = standing(pipeline, Kind::Rollback, id).collect();
        if rules.iter().any(|rule| rule.severity == Severity::Fail && rule.is_set_at(id)) {
            return None;
        }
        let why = if rules.is_empty() { "stands" } else { "decides" };
        let message = format!("no rollback rule {why} at stage `{}`", stage.name);
        let help = match rules.len() {
            0 => "write one, or give one of the others a limit for it",
            _ => "those that stand there only warn, or have no limit yet: set a limit",
        };
        Some(Finding::new(Lint::StageWithoutRollback, Part::Whole(Owner::Stage(id)), message, help).unless_meant())
    };
    stages(pipeline).filter_map(finding).collect()
}

/// Stages that a snapshot without data could pass.
#[must_use]
pub fn stages_without_sure_gate(pipeline: &Pipeline) -> Vec<Finding> {
    let is_sure = |rule: &Rule, stage| {
        let is_optional = pipeline.metric(rule.condition.metric).is_some_and(|metric| metric.optional);
        rule.severity == Severity::Fail
            && rule.is_set_at(stage)
            && !is_optional
            && rule.missing.otherwise != Otherwise::Ok
    };
    let finding = |(id, stage): (StageId, &Stage)| {
        let message = format!("no gate rule is sure to decide at stage `{}`", stage.name);
        let help = "give it one that does not only warn, with a limit, on a metric that is not optional, \
                    and without `missing: ok`";
        Finding::new(Lint::StageWithoutSureGate, Part::Whole(Owner::Stage(id)), message, help).unless_meant()
    };
    let unsure = stages(pipeline).filter(|(id, _)| !standing(pipeline, Kind::Gate, *id).any(|rule| is_sure(rule, *id)));
    unsure.map(finding).collect()
}

/// A pipeline that does not say what to do when a rollback rule fires.
#[must_use]
pub fn no_rollback_steps(pipeline: &Pipeline) -> Vec<Finding> {
    let has_steps = |stage: &Stage| stage.on_rollback.as_ref().is_some_and(|steps| !steps.is_empty());
    if !pipeline.on_rollback.is_empty() || pipeline.stages.iter().all(has_steps) {
        return Vec::new();
    }
    let message = format!("pipeline `{}` has no steps for a rollback", pipeline.name);
    let help = "write them in `on_rollback`, of the pipeline or of each stage";
    vec![Finding::new(Lint::NoRollbackSteps, Part::Whole(Owner::Pipeline), message, help).unless_meant()]
}

fn standing(pipeline: &Pipeline, kind: Kind, stage: StageId) -> impl Iterator<Item = &Rule> {
    pipeline.rules.iter().filter(move |rule| rule.kind == kind && rule.applies_at(stage))
}
