//! Metrics that only the table or only the snapshots know.

use std::collections::{HashMap, HashSet};

use super::{
    code::Lint,
    finding::{Finding, Part, RuleId, rules},
};
use crate::eval::table::{MetricId, Pipeline, Rule, StageId};

/// Which metrics snapshots of one stage have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObservedMetrics {
    /// The stage that they are of.
    pub stage: StageId,
    /// The names of their metrics.
    pub metrics: Vec<String>,
    /// How many snapshots have just these; at least 1.
    pub snapshots: usize,
}

/// Whether there is a snapshot of a stage at which `rule` stands.
#[must_use]
pub fn is_tried(rule: &Rule, observed: &[ObservedMetrics]) -> bool {
    observed.iter().any(|metrics| rule.applies_at(metrics.stage))
}

/// Rules with a metric that is in no snapshot of their stages, though there are snapshots of one of them.
#[must_use]
pub fn metrics_never_seen(pipeline: &Pipeline, observed: &[ObservedMetrics]) -> Vec<Finding> {
    let seen: Vec<(StageId, HashSet<MetricId>)> =
        observed.iter().map(|metrics| (metrics.stage, available(pipeline, metrics))).collect();
    let finding = |(id, rule): (RuleId, &Rule)| {
        let tried: Vec<&HashSet<MetricId>> =
            seen.iter().filter(|(stage, _)| rule.applies_at(*stage)).map(|(_, metrics)| metrics).collect();
        let is_seen = |metric| tried.iter().any(|metrics| metrics.contains(&metric));
        let (index, condition) = (0..).zip(rule.conditions()).find(|(_, condition)| !is_seen(condition.metric))?;
        let metric = pipeline.metric(condition.metric)?;
        let message = format!("no snapshot has `{}`, where this rule stands", metric.name);
        let help = match &metric.derived {
            None => "measure it, or correct the name here or there",
            Some(_) => "measure it, or what it is made from, or correct a name here or there",
        };
        let finding = Finding::new(Lint::MetricNeverSeen, Part::Condition(id, index), message, help).unless_meant();
        (!tried.is_empty()).then_some(finding)
    };
    rules(pipeline).filter_map(finding).collect()
}

/// The metrics of the pipeline that snapshots have, measured or derived from those that are.
fn available(pipeline: &Pipeline, observed: &ObservedMetrics) -> HashSet<MetricId> {
    let names: HashSet<&str> = observed.metrics.iter().map(String::as_str).collect();
    let mut available = HashSet::new();
    for id in &pipeline.order {
        let Some(metric) = pipeline.metric(*id) else { continue };
        let is_made = metric.derived.as_ref().is_some_and(|made| made.parts().all(|part| available.contains(&part)));
        if is_made || names.contains(metric.name.as_str()) {
            available.insert(*id);
        }
    }
    available
}

/// Metrics of snapshots that the pipeline does not declare, each where it comes first.
#[must_use]
pub fn metrics_not_judged(pipeline: &Pipeline, observed: &[ObservedMetrics]) -> Vec<Finding> {
    let declared: HashSet<&str> = pipeline.metrics.iter().map(|metric| metric.name.as_str()).collect();
    let mut first: Vec<(&str, Part)> = Vec::new();
    let mut snapshots: HashMap<&str, usize> = HashMap::new();
    for (index, of_snapshots) in (0..).zip(observed) {
        for (metric, name) in (0..).zip(&of_snapshots.metrics).filter(|(_, name)| !declared.contains(name.as_str())) {
            let count = snapshots.entry(name).or_default();
            if *count == 0 {
                first.push((name, Part::Observed(index, metric)));
            }
            *count += of_snapshots.snapshots;
        }
    }
    let finding = |(name, part): (&str, Part)| {
        let more = match snapshots.get(name).copied().unwrap_or_default() {
            0 | 1 => String::new(),
            count => format!(" (it is in {count} snapshots)"),
        };
        let message = format!("nothing judges `{name}`: pipeline `{}` does not declare it{more}", pipeline.name);
        let help = "declare it and write a rule for it, or leave it out";
        Finding::new(Lint::MetricNotJudged, part, message, help).unless_meant()
    };
    first.into_iter().map(finding).collect()
}
