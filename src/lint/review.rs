//! What a careful reviewer would raise about a pipeline that is sound.
//!
//! Each lint is a function from a pipeline to findings, in a module beside this one. Here they are put together, and
//! what an `allow` covers is taken out. A new lint is a variant in `code`, such a function, and its line in `LINTS`.

use std::collections::HashSet;

use super::{
    code::Lint,
    finding::{Finding, Owner, Part, rules, stages},
    gaps, gate_against_trigger,
    never_measured::{self, ObservedMetrics},
    persistence_checks, range_checks, stage_order, time_checks,
};
use crate::eval::table::{MetricId, Pipeline};

/// What is found in a pipeline by itself.
type LintOfPipeline = fn(&Pipeline) -> Vec<Finding>;

const LINTS: [LintOfPipeline; 19] = [
    stage_order::of_limits,
    stage_order::of_observation,
    gate_against_trigger::gates_that_pass_triggers,
    persistence_checks::triggers_that_wait_too_long,
    range_checks::triggers_out_of_range,
    persistence_checks::triggers_at_no_stage,
    range_checks::triggers_that_always_fire,
    range_checks::gates_that_cannot_fail,
    range_checks::gates_that_cannot_pass,
    range_checks::gates_that_exclude_each_other,
    range_checks::percentages_on_ratios,
    range_checks::ratios_that_equal,
    persistence_checks::windows_of_any_width,
    time_checks::shorter_than_a_window,
    gaps::unset_limits,
    gaps::unused_metrics,
    gaps::stages_without_rollback,
    gaps::stages_without_sure_gate,
    gaps::no_rollback_steps,
];

/// What is found beside snapshots of the pipeline.
type LintOfSnapshots = fn(&Pipeline, &[ObservedMetrics]) -> Vec<Finding>;

const LINTS_OF_SNAPSHOTS: [LintOfSnapshots; 2] =
    [never_measured::metrics_never_seen, never_measured::metrics_not_judged];

/// Every finding that no `allow` covers, in no particular order. `observed` are of this pipeline, and may be none.
#[must_use]
pub fn review(pipeline: &Pipeline, observed: &[ObservedMetrics]) -> Vec<Finding> {
    let mut found: Vec<Finding> = LINTS.iter().flat_map(|lint| lint(pipeline)).collect();
    found.extend(LINTS_OF_SNAPSHOTS.iter().flat_map(|lint| lint(pipeline, observed)));
    let allowed: HashSet<(Owner, &str)> = allows(pipeline).flat_map(each).collect();
    let raised: HashSet<(Owner, &str)> = found.iter().map(covered_by).collect();
    found.retain(|finding| !allowed.contains(&covered_by(finding)));
    found.extend(unused_allows(pipeline, observed, &raised));
    found
}

/// Whose `allow` of which code covers a finding.
fn covered_by(finding: &Finding) -> (Owner, &'static str) {
    (finding.part.owner(), finding.lint.name())
}

fn each((owner, codes): (Owner, &[&'static str])) -> impl Iterator<Item = (Owner, &'static str)> {
    codes.iter().map(move |code| (owner, *code))
}

/// Every `allow` of a pipeline.
fn allows(pipeline: &Pipeline) -> impl Iterator<Item = (Owner, &[&'static str])> {
    let own = std::iter::once((Owner::Pipeline, pipeline.allow.as_slice()));
    let metrics = (0..).map(MetricId).zip(&pipeline.metrics);
    let metrics = metrics.map(|(id, metric)| (Owner::Metric(id), metric.allow.as_slice()));
    let stages = stages(pipeline).map(|(id, stage)| (Owner::Stage(id), stage.allow.as_slice()));
    let rules = rules(pipeline).map(|(id, rule)| (Owner::Rule(id), rule.allow.as_slice()));
    own.chain(metrics).chain(stages).chain(rules)
}

/// Entries of an `allow` that cover nothing, and those that repeat another.
fn unused_allows(pipeline: &Pipeline, observed: &[ObservedMetrics], raised: &HashSet<(Owner, &str)>) -> Vec<Finding> {
    let mut seen = HashSet::new();
    let entries = allows(pipeline).flat_map(|allow| (0..).zip(each(allow)));
    let unused = entries.filter(|(_, entry)| {
        let is_new = seen.insert(*entry);
        !is_new || !raised.contains(entry) && could_be_raised(pipeline, observed, *entry)
    });
    let finding = |(index, (owner, code)): (usize, (Owner, &str))| {
        let message = format!("this `allow` of `{code}` allows nothing");
        let help = "take it out: nothing of that kind is found here";
        Finding::new(Lint::UnusedAllow, Part::Allow(owner, index), message, help)
    };
    unused.map(finding).collect()
}

/// Whether what an `allow` is for could have been found: two lints need snapshots, of the right stage.
fn could_be_raised(pipeline: &Pipeline, observed: &[ObservedMetrics], (owner, code): (Owner, &str)) -> bool {
    match owner {
        Owner::Rule(rule) if code == Lint::MetricNeverSeen.name() => {
            pipeline.rules.get(rule.0).is_some_and(|rule| never_measured::is_tried(rule, observed))
        }
        Owner::Pipeline if code == Lint::MetricNotJudged.name() => !observed.is_empty(),
        _ => true,
    }
}
