//! Whether limits and times grow laxer on the way up the ladder.

use std::{cmp::Ordering, collections::BTreeMap};

use super::{
    code::Lint,
    extent::Bound,
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
    ladders(pipeline).iter().flat_map(|ladder| ladder.loosenings(pipeline)).collect()
}

/// What makes two limits comparable: everything but their size.
#[derive(PartialEq)]
struct Comparison {
    kind: Kind,
    severity: Severity,
    metric: MetricId,
    /// Whether it is high values that the rule is about.
    is_upper: bool,
    is_baseline: bool,
    aggregate: Option<Aggregate>,
    persistence: Persistence,
    and: Vec<(MetricId, Comparator, Option<Limit>)>,
    unless: Option<MetricId>,
}

/// The limit of a rule at a stage.
#[derive(Clone, Copy)]
struct Step {
    stage: StageId,
    part: Part,
    comparator: Comparator,
    limit: Limit,
    /// The greater, the more is let pass.
    laxness: f64,
}

/// One comparison on its way up; several steps at a stage where several rules say the same.
struct Ladder {
    comparison: Comparison,
    steps: Vec<Step>,
}

/// Every comparison of a pipeline, with its steps in the order of the stages.
fn ladders(pipeline: &Pipeline) -> Vec<Ladder> {
    // By metric, so that each is compared with few.
    let mut ladders: BTreeMap<MetricId, Vec<Ladder>> = BTreeMap::new();
    for (stage, _) in stages(pipeline) {
        for (id, rule) in rules(pipeline).filter(|(_, rule)| rule.applies_at(stage)) {
            let Some((comparison, step)) = step(id, rule, stage) else { continue };
            let ladders = ladders.entry(comparison.metric).or_default();
            match ladders.iter_mut().find(|ladder| ladder.comparison == comparison) {
                Some(ladder) => ladder.steps.push(step),
                None => ladders.push(Ladder { comparison, steps: vec![step] }),
            }
        }
    }
    ladders.into_values().flatten().collect()
}

/// `None` for what cannot be lax: `equals`, and a limit that is not set.
fn step(id: RuleId, rule: &Rule, stage: StageId) -> Option<(Comparison, Step)> {
    let condition = &rule.condition;
    let limit = condition.limit(stage)?;
    let Bound { is_baseline, extent } = Bound::of(condition, stage)?;
    // A gate is lax where much passes it, a trigger where little fires it.
    let is_below = condition.comparator.side()? == Ordering::Less;
    let (is_upper, laxness) = match (rule.kind, is_below) {
        (Kind::Gate, true) => (true, extent.highest),
        (Kind::Gate, false) => (false, -extent.lowest),
        (Kind::Rollback, false) => (true, extent.lowest),
        (Kind::Rollback, true) => (false, -extent.highest),
    };
    let comparison = Comparison {
        kind: rule.kind,
        severity: rule.severity,
        metric: condition.metric,
        is_upper,
        is_baseline,
        aggregate: rule.aggregate(),
        persistence: rule.persistence(),
        and: rule.and().iter().map(|and| (and.metric, and.comparator, and.limit(stage))).collect(),
        unless: rule.unless(),
    };
    let part = limit_part(id, 0, condition, stage);
    Some((comparison, Step { stage, part, comparator: condition.comparator, limit, laxness }))
}

impl Ladder {
    /// Where the strictest step of a stage is laxer than that of the stage before.
    fn loosenings(&self, pipeline: &Pipeline) -> Vec<Finding> {
        let strictest: Vec<Step> = self
            .steps
            .chunk_by(|a, b| a.stage == b.stage)
            .filter_map(|steps| steps.iter().copied().min_by(|a, b| a.laxness.total_cmp(&b.laxness)))
            .collect();
        let neighbours = strictest.iter().zip(strictest.iter().skip(1));
        let laxer = neighbours.filter(|(before, step)| step.laxness > before.laxness);
        laxer.map(|(before, step)| self.loosening(pipeline, before, step)).collect()
    }

    fn loosening(&self, pipeline: &Pipeline, before: &Step, step: &Step) -> Finding {
        let metric = pipeline.metric(self.comparison.metric).map_or("", |metric| &metric.name);
        let what = match self.comparison.kind {
            Kind::Gate => "limit",
            Kind::Rollback => "trigger",
        };
        let stage = |step: &Step| pipeline.stages.get(step.stage.0).map_or("", |stage| &stage.name);
        let written = |step: &Step| format!("{} {}", step.comparator.name(), step.limit);
        let (later, earlier) = (stage(step), stage(before));
        let message = format!(
            "the {what} of `{metric}` is laxer at stage `{later}` ({}) than at `{earlier}` ({})",
            written(step),
            written(before)
        );
        let help = format!("write `{}: {}` or stricter", before.comparator.name(), before.limit);
        Finding::new(Lint::LaterStageLaxer, step.part, message, help)
            .beside(before.part, "stricter here")
            .unless_meant()
    }
}
