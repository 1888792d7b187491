//! What a careful reviewer would raise about a pipeline that is sound.
//!
//! Each lint is a function from a pipeline to findings, in `laxity`, `reach`, `waiting`, `conflict`, `coverage` or
//! `sighting`. Here they are put together, and what an `allow` covers is taken out. A new lint is a variant in `lint`,
//! such a function, and its line in `LINTS`.

use std::collections::HashSet;

use super::{
    conflict, coverage,
    finding::{Finding, Owner, Part, rules, stages},
    laxity,
    lint::Lint,
    reach,
    sighting::{self, Sighting},
    table::{MetricId, Pipeline},
    waiting,
};

/// What is found in a pipeline by itself.
type LintOfPipeline = fn(&Pipeline) -> Vec<Finding>;

const LINTS: [LintOfPipeline; 18] = [
    laxity::of_limits,
    laxity::of_observation,
    conflict::gates_that_pass_triggers,
    waiting::triggers_that_wait_too_long,
    reach::triggers_out_of_range,
    waiting::triggers_at_no_stage,
    reach::triggers_that_always_fire,
    reach::gates_that_cannot_fail,
    reach::gates_that_cannot_pass,
    reach::gates_that_exclude_each_other,
    reach::percentages_on_ratios,
    reach::ratios_that_equal,
    waiting::windows_of_any_width,
    coverage::unset_limits,
    coverage::unused_metrics,
    coverage::stages_without_rollback,
    coverage::stages_without_sure_gate,
    coverage::no_rollback_steps,
];

/// What is found beside snapshots of the pipeline.
type LintOfSightings = fn(&Pipeline, &[Sighting]) -> Vec<Finding>;

const LINTS_OF_SIGHTINGS: [LintOfSightings; 2] = [sighting::metrics_never_seen, sighting::metrics_not_judged];

/// Every finding that no `allow` covers, in no particular order. `sightings` are of this pipeline, and may be none.
#[must_use]
pub fn review(pipeline: &Pipeline, sightings: &[Sighting]) -> Vec<Finding> {
    let mut found: Vec<Finding> = LINTS.iter().flat_map(|lint| lint(pipeline)).collect();
    found.extend(LINTS_OF_SIGHTINGS.iter().flat_map(|lint| lint(pipeline, sightings)));
    let allowed: HashSet<(Owner, Lint)> = allows(pipeline).flat_map(|(owner, codes)| each(owner, codes)).collect();
    let raised: HashSet<(Owner, Lint)> = found.iter().map(covered_by).collect();
    found.retain(|finding| !allowed.contains(&covered_by(finding)));
    found.extend(unused_allows(pipeline, sightings, &raised));
    found
}

/// Whose `allow` of which code covers a finding.
fn covered_by(finding: &Finding) -> (Owner, Lint) {
    (finding.part.owner(), finding.lint)
}

fn each(owner: Owner, codes: &[Lint]) -> impl Iterator<Item = (Owner, Lint)> {
    codes.iter().map(move |code| (owner, *code))
}

/// Every `allow` of a pipeline.
fn allows(pipeline: &Pipeline) -> impl Iterator<Item = (Owner, &[Lint])> {
    let own = std::iter::once((Owner::Pipeline, pipeline.allow.as_slice()));
    let metrics = (0..).map(MetricId).zip(&pipeline.metrics);
    let metrics = metrics.map(|(id, metric)| (Owner::Metric(id), metric.allow.as_slice()));
    let stages = stages(pipeline).map(|(id, stage)| (Owner::Stage(id), stage.allow.as_slice()));
    let rules = rules(pipeline).map(|(id, rule)| (Owner::Rule(id), rule.allow.as_slice()));
    own.chain(metrics).chain(stages).chain(rules)
}

/// Entries of an `allow` that cover nothing, and those that repeat another.
fn unused_allows(pipeline: &Pipeline, sightings: &[Sighting], raised: &HashSet<(Owner, Lint)>) -> Vec<Finding> {
    let mut seen = HashSet::new();
    let entries = allows(pipeline).flat_map(|(owner, codes)| (0..).zip(each(owner, codes)));
    let unused = entries.filter(|(_, entry)| {
        let is_new = seen.insert(*entry);
        !is_new || !raised.contains(entry) && could_be_raised(pipeline, sightings, *entry)
    });
    let finding = |(index, (owner, code)): (usize, (Owner, Lint))| {
        let message = format!("this `allow` of `{}` allows nothing", code.name());
        let help = "take it out: nothing of that kind is found here";
        Finding::new(Lint::UnusedAllow, Part::Allow(owner, index), message, help)
    };
    unused.map(finding).collect()
}

/// Whether there are snapshots that would show what an `allow` is for.
fn could_be_raised(pipeline: &Pipeline, sightings: &[Sighting], (owner, code): (Owner, Lint)) -> bool {
    match (code, owner) {
        (Lint::MetricNeverSeen, Owner::Rule(rule)) => {
            pipeline.rules.get(rule.0).is_some_and(|rule| sighting::is_tried(rule, sightings))
        }
        (Lint::MetricNotJudged, Owner::Pipeline) => !sightings.is_empty(),
        _ => true,
    }
}
