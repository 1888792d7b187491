//! Whether limits and observation times grow laxer from one stage to the next.

use std::{cmp::Ordering, collections::BTreeMap};

use super::{
    code::Lint,
    extent::LimitExtent,
    finding::{Finding, Part, RuleId, limit_part, rules, stages},
};
use crate::eval::{
    aggregate::Aggregate,
    comparator::Comparator,
    limit::Limit,
    notation::duration,
    persistence::Persistence,
    table::{Kind, MetricId, Pipeline, Rule, Severity, Stage, StageId},
};

/// Stages that observe for less time than the one before; no time at all is the least.
#[must_use]
pub fn of_observation(pipeline: &Pipeline) -> Vec<Finding> {
    let neighbours = stages(pipeline).zip(stages(pipeline).skip(1));
    let shorter = neighbours.filter(|((_, before), (_, stage))| stage.observe < before.observe);
    let finding = |((id_before, before), (id, stage)): ((StageId, &Stage), (StageId, &Stage))| {
        let needed = duration(before.observe.unwrap_or_default());
        let observed = stage.observe.map_or("no time".to_owned(), duration);
        let message = format!("stage `{}` observes {observed}, and `{}` before it {needed}", stage.name, before.name);
        Finding::new(Lint::LaterStageLaxer, Part::Observe(id), message, format!("observe {needed} or more"))
            .beside(Part::Observe(id_before), "longer here")
            .unless_meant()
    };
    shorter.map(finding).collect()
}

/// Limits that are laxer than at the nearest earlier stage that has one.
#[must_use]
pub fn of_limits(pipeline: &Pipeline) -> Vec<Finding> {
    limits_by_stage(pipeline).iter().flat_map(|limits| limits.loosenings(pipeline)).collect()
}

/// What two limits must have in common to be compared: everything but their size.
#[derive(PartialEq)]
struct SameRule {
    kind: Kind,
    severity: Severity,
    metric: MetricId,
    /// Whether high values are the bad ones.
    is_upper: bool,
    is_baseline: bool,
    aggregate: Option<Aggregate>,
    persistence: Persistence,
    and: Vec<(MetricId, Comparator, Option<Limit>)>,
    unless: Option<MetricId>,
}

/// The limit of a rule at a stage.
#[derive(Clone, Copy)]
struct LimitAt {
    stage: StageId,
    part: Part,
    comparator: Comparator,
    limit: Limit,
    /// Greater where more values are let pass.
    laxness: f64,
}

/// The limits of one rule in the order of the stages; several at a stage where several rules differ only in them.
struct LimitsByStage {
    rule: SameRule,
    limits: Vec<LimitAt>,
}

fn limits_by_stage(pipeline: &Pipeline) -> Vec<LimitsByStage> {
    // By metric, so that each is compared with few.
    let mut found: BTreeMap<MetricId, Vec<LimitsByStage>> = BTreeMap::new();
    for (stage, _) in stages(pipeline) {
        for (id, rule) in rules(pipeline).filter(|(_, rule)| rule.applies_at(stage)) {
            let Some((rule, limit)) = limit_at(id, rule, stage) else { continue };
            let on_metric = found.entry(rule.metric).or_default();
            match on_metric.iter_mut().find(|known| known.rule == rule) {
                Some(known) => known.limits.push(limit),
                None => on_metric.push(LimitsByStage { rule, limits: vec![limit] }),
            }
        }
    }
    found.into_values().flatten().collect()
}

/// `None` for what cannot be lax: `equals`, and a limit that is not set.
fn limit_at(id: RuleId, rule: &Rule, stage: StageId) -> Option<(SameRule, LimitAt)> {
    let condition = &rule.condition;
    let limit = condition.limit(stage)?;
    let LimitExtent { is_baseline, extent } = LimitExtent::of(condition, stage)?;
    // A gate is lax where much passes it, a trigger where little fires it.
    let is_below = condition.comparator.side()? == Ordering::Less;
    let (is_upper, laxness) = match (rule.kind, is_below) {
        (Kind::Gate, true) => (true, extent.highest),
        (Kind::Gate, false) => (false, -extent.lowest),
        (Kind::Rollback, false) => (true, extent.lowest),
        (Kind::Rollback, true) => (false, -extent.highest),
    };
    let same = SameRule {
        kind: rule.kind,
        severity: rule.severity,
        metric: condition.metric,
        is_upper,
        is_baseline,
        aggregate: rule.aggregate(),
        persistence: rule.persistence,
        and: rule.and.iter().map(|and| (and.metric, and.comparator, and.limit(stage))).collect(),
        unless: rule.unless,
    };
    let part = limit_part(id, 0, condition, stage);
    Some((same, LimitAt { stage, part, comparator: condition.comparator, limit, laxness }))
}

impl LimitsByStage {
    /// Where the strictest limit of a stage is laxer than that of the stage before.
    fn loosenings(&self, pipeline: &Pipeline) -> Vec<Finding> {
        let strictest: Vec<LimitAt> = self
            .limits
            .chunk_by(|a, b| a.stage == b.stage)
            .filter_map(|limits| limits.iter().copied().min_by(|a, b| a.laxness.total_cmp(&b.laxness)))
            .collect();
        let neighbours = strictest.iter().zip(strictest.iter().skip(1));
        let laxer = neighbours.filter(|(before, limit)| limit.laxness > before.laxness);
        laxer.map(|(before, limit)| self.loosening(pipeline, before, limit)).collect()
    }

    fn loosening(&self, pipeline: &Pipeline, before: &LimitAt, limit: &LimitAt) -> Finding {
        let metric = pipeline.metric(self.rule.metric).map_or("", |metric| &metric.name);
        let what = match self.rule.kind {
            Kind::Gate => "limit",
            Kind::Rollback => "trigger",
        };
        let stage = |limit: &LimitAt| pipeline.stages.get(limit.stage.0).map_or("", |stage| &stage.name);
        let written = |limit: &LimitAt| format!("{} {}", limit.comparator.name(), limit.limit);
        let (later, earlier) = (stage(limit), stage(before));
        let message = format!(
            "the {what} of `{metric}` is laxer at stage `{later}` ({}) than at `{earlier}` ({})",
            written(limit),
            written(before)
        );
        let help = format!("write `{}: {}` or stricter", before.comparator.name(), before.limit);
        Finding::new(Lint::LaterStageLaxer, limit.part, message, help)
            .beside(before.part, "stricter here")
            .unless_meant()
    }
}
