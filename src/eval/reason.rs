//! The texts of reasons: a rule's own template, else the defaults.
//!
//! People and scripts read these texts, so they are part of the contract, to the character.

use std::time::Duration;

use super::{
    comparator::Comparator,
    notation::{duration, four_decimals},
    table::{Kind, Rule},
    template::Facts,
};

/// The metric, with the label of one series of several: `error_rate[eu]`.
#[must_use]
pub fn subject(metric: &str, label: Option<&str>) -> String {
    match label {
        Some(label) => format!("{metric}[{label}]"),
        None => metric.to_owned(),
    }
}

/// Why a gate rule failed or a rollback rule fired: the template, else
/// `timeout_rate 0.1200 exceeds 0.0800 for 15m`.
#[must_use]
pub fn breach(rule: &Rule, facts: &Facts<'_>) -> String {
    match &rule.reason {
        Some(template) => template.fill(facts),
        None => default(rule, facts.subject, &four_decimals(facts.value), &four_decimals(facts.limit)),
    }
}

/// The form of a breach's reason, with placeholders for what each breach fills in: the template, else
/// `{metric} {value} exceeds {limit} for 15m`.
#[must_use]
pub fn pattern(rule: &Rule) -> String {
    match &rule.reason {
        Some(template) => template.to_string(),
        None => default(rule, "{metric}", "{value}", "{limit}"),
    }
}

fn default(rule: &Rule, subject: &str, value: &str, limit: &str) -> String {
    let verb = verb(rule.kind, rule.condition.comparator);
    format!("{subject} {value} {verb} {limit}{}", rule.persistence().phrase())
}

/// How a breaching value stands to the limit. A gate breaches where its comparison does not hold, a
/// rollback where it does.
fn verb(kind: Kind, comparator: Comparator) -> &'static str {
    match kind {
        Kind::Gate => comparator.broken(),
        Kind::Rollback => comparator.held(),
    }
}

/// `error_rate[eu] has no data in 1 of 6 windows`.
#[must_use]
pub fn no_data(subject: &str, gaps: usize, windows: usize) -> String {
    format!("{subject} has no data in {gaps} of {windows} windows")
}

/// `error_rate[eu] has no data`: of one value of the whole series.
#[must_use]
pub fn no_aggregate(subject: &str) -> String {
    format!("{subject} has no data")
}

/// `p99_validator_latency_ms has no baseline`.
#[must_use]
pub fn no_baseline(subject: &str) -> String {
    format!("{subject} has no baseline")
}

/// `policy_run_p95_latency_ms has no limit`: the team has not set one. Not evaluated.
#[must_use]
pub fn no_limit(metric: &str) -> String {
    format!("{metric} has no limit")
}

/// `ui_degraded is not in the snapshot`: an optional metric. Not evaluated.
#[must_use]
pub fn not_in_snapshot(metric: &str) -> String {
    format!("{metric} is not in the snapshot")
}

/// `observed 25m of 30m`.
#[must_use]
pub fn observed(observed: Duration, required: Duration) -> String {
    format!("observed {} of {}", duration(observed), duration(required))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_comparison_has_its_verb() {
        let gate = Comparator::ALL.map(|comparator| verb(Kind::Gate, comparator));
        assert_eq!(gate, ["exceeds", "below", "is not below", "is not above", "is not"]);
        let rollback = Comparator::ALL.map(|comparator| verb(Kind::Rollback, comparator));
        assert_eq!(rollback, ["is at most", "is at least", "below", "exceeds", "is"]);
    }

    #[test]
    fn fixed_texts() {
        assert_eq!(no_data(&subject("error_rate", Some("eu")), 1, 6), "error_rate[eu] has no data in 1 of 6 windows");
        assert_eq!(no_aggregate(&subject("error_rate", None)), "error_rate has no data");
        assert_eq!(no_baseline("p99"), "p99 has no baseline");
        assert_eq!(observed(Duration::from_mins(25), Duration::from_mins(30)), "observed 25m of 30m");
    }
}
