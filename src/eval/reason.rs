//! The texts of reasons: a rule's own template, else the defaults.
//!
//! People and scripts read these texts, so they are part of the contract, to the character.

use std::time::Duration;

use super::{
    exact::rounded,
    notation::{duration, shortest},
    number::Cause,
    persistence::{Persistence, covered},
    table::{Kind, Metric, MetricId, Rule},
    template::Facts,
    verdict::{Beside, Check, Stretch},
};

/// A value and its limit, to be written beside each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Amounts {
    /// The value.
    pub value: f64,
    /// What it is compared with.
    pub limit: f64,
    /// Whether the limit is written in the table, and not made of a baseline.
    pub is_written: bool,
}

impl Amounts {
    /// Both in four decimals; both as short as possible where four decimals would misstate: where they look equal and
    /// are not, one looks like 0 and is not, the limit is not what the table says, or one is too large.
    #[must_use]
    pub fn texts(self) -> [String; 2] {
        /// From here on numbers are written with an exponent.
        const LARGE: f64 = 1e15;
        let Self { value, limit, is_written } = self;
        let plain = [rounded(value, 4), rounded(limit, 4)];
        let [value_text, limit_text] = &plain;
        let looks_like_zero = |number: f64, text: &str| number != 0.0 && text.trim_start_matches('-') == "0.0000";
        let misstates = value.abs() >= LARGE
            || limit.abs() >= LARGE
            || (value_text == limit_text && value != limit)
            || looks_like_zero(value, value_text)
            || looks_like_zero(limit, limit_text)
            || (is_written && limit_text.parse() != Ok(limit));
        if misstates { [value, limit].map(short) } else { plain }
    }
}

/// As short as possible, with an exponent from 1e15 on and below 1e-6.
fn short(value: f64) -> String {
    if value.abs() >= 1e15 { format!("{value:e}") } else { shortest(value) }
}

/// The metric, with the label of one series of several: `error_rate[eu]`.
#[must_use]
pub fn subject(metric: &str, label: Option<&str>) -> String {
    match label {
        Some(label) => format!("{metric}[{label}]"),
        None => metric.to_owned(),
    }
}

/// Why a gate rule failed or a rollback rule fired: the template, else
/// `mean over 1h of timeout_rate 0.1200 exceeds 0.0800 for 15m while runs 12.0000 exceeds 10.0000`.
#[must_use]
pub fn breach(rule: &Rule, facts: &Facts<'_>, amounts: Amounts, beside: &[Beside]) -> String {
    match &rule.reason {
        Some(template) => template.fill(facts),
        None => {
            let [value, limit] = amounts.texts();
            default(rule, facts.subject, &value, &limit, &rule.persistence.phrase()) + &while_clause(beside)
        }
    }
}

/// Why a rule is pending: `fallback_rate 0.2400 exceeds 0.2000 for 10m so far, of 15m`. `run` is how many windows the
/// breach has run for, each of this width.
#[must_use]
pub fn pending(
    rule: &Rule,
    subject: &str,
    amounts: Amounts,
    run: usize,
    window: Duration,
    beside: &[Beside],
) -> String {
    let [value, limit] = amounts.texts();
    let so_far = match rule.persistence {
        Persistence::For(lasting) => {
            format!(" for {} so far, of {}", duration(covered(run, window)), duration(lasting))
        }
        persistence => format!(" for {run} windows so far, of {}", persistence.windows_phrase(window)),
    };
    default(rule, subject, &value, &limit, &so_far) + &while_clause(beside)
}

/// The form of a breach's reason, with placeholders for what each breach fills in: the template, else
/// `{metric} {value} exceeds {limit} for 15m`.
#[must_use]
pub fn pattern(rule: &Rule) -> String {
    match &rule.reason {
        Some(template) => template.to_string(),
        None => default(rule, "{metric}", "{value}", "{limit}", &rule.persistence.phrase()),
    }
}

fn default(rule: &Rule, subject: &str, value: &str, limit: &str, lasting: &str) -> String {
    let comparator = rule.condition.comparator;
    // A gate breaches where its comparison does not hold, a rollback where it does.
    let verb = match rule.kind {
        Kind::Gate => comparator.broken(),
        Kind::Rollback => comparator.held(),
    };
    format!("{}{subject} {value} {verb} {limit}{lasting}", rule.condition.measure.phrase())
}

/// ` while q 12.0000 exceeds 10.0000 and z 1.0000 is not 0.0000`, or nothing.
fn while_clause(beside: &[Beside]) -> String {
    let clause = |beside: &Beside| {
        let amounts = Amounts { value: beside.value, limit: beside.limit, is_written: beside.is_written };
        let [value, limit] = amounts.texts();
        format!("{}{} {value} {} {limit}", beside.measure.phrase(), beside.subject, beside.comparator.held())
    };
    match beside {
        [] => String::new(),
        beside => format!(" while {}", beside.iter().map(clause).collect::<Vec<_>>().join(" and ")),
    }
}

/// A trigger that fires with every window and not with those that are judged: `left out: ... in w2 of the whole
/// snapshot`. `None` of a check without a reason.
#[must_use]
pub fn left_out(check: &Check<'_>) -> Option<String> {
    let reason = check.reason.as_deref()?;
    let windows = match check.about {
        None => String::new(),
        Some(Stretch { from, to }) if from == to => format!(" in w{from}"),
        Some(Stretch { from, to }) => format!(" in w{from}-w{to}"),
    };
    Some(format!("left out: {reason}{windows} of the whole snapshot"))
}

/// `error_rate[eu] has no data in 1 of 6 windows: requests is 0`, with the causes that have words.
#[must_use]
pub fn no_data(subject: &str, gaps: usize, windows: usize, causes: &[String]) -> String {
    format!("{subject} has no data in {gaps} of {windows} windows{}", because(causes))
}

/// `error_rate[eu] has no data: requests is 0`: of one value of several windows.
#[must_use]
pub fn no_aggregate(subject: &str, causes: &[String]) -> String {
    format!("{subject} has no data{}", because(causes))
}

fn because(causes: &[String]) -> String {
    if causes.is_empty() { String::new() } else { format!(": {}", causes.join(", ")) }
}

/// `m has no data: windows of 24h are too wide for 15m`.
#[must_use]
pub fn too_wide(subject: &str, window: Duration, narrow: Duration) -> String {
    no_aggregate(subject, &[format!("windows of {} are too wide for {}", duration(window), duration(narrow))])
}

/// `m has no data: shorter than 1h`.
#[must_use]
pub fn shorter_than(subject: &str, over: Duration) -> String {
    no_aggregate(subject, &[format!("shorter than {}", duration(over))])
}

/// The limit moves with a baseline that is not there, or has no data.
pub const NO_BASELINE: &str = "no baseline";

/// `requests has no data`: something that a metric is made from, or that stands beside it.
#[must_use]
pub fn has_no_data(metric: &str) -> String {
    format!("{metric} has no data")
}

/// Why a window of `metric` is without data, in words; one empty text where it was simply not measured.
/// `missing_parts` are the parts of its quotient that have no data there, and `name` gives the name of a metric.
pub fn causes<'n>(
    metric: &Metric,
    cause: Cause,
    label: Option<&str>,
    missing_parts: &[MetricId],
    name: impl Fn(MetricId) -> &'n str,
) -> Vec<String> {
    let samples = metric.samples;
    let fewer = |least: Option<super::number::Finite>| {
        let least = least.map_or(0.0, super::number::Finite::get);
        let counter = samples.map_or("", |samples| name(samples.metric));
        vec![format!("fewer than {} {counter}", shortest(least))]
    };
    match cause {
        Cause::NotMeasured => vec![String::new()],
        Cause::NotANumber => vec!["not a number".to_owned()],
        Cause::OutOfRange => vec!["out of range".to_owned()],
        Cause::ZeroDenominator => {
            let to = metric.derived.iter().flat_map(|derived| &derived.to).map(|part| name(*part));
            vec![format!("{} is 0", to.collect::<Vec<_>>().join(" + "))]
        }
        Cause::PartMissing if missing_parts.is_empty() => {
            samples.into_iter().map(|samples| has_no_data(name(samples.metric))).collect()
        }
        Cause::PartMissing => missing_parts.iter().map(|part| has_no_data(name(*part))).collect(),
        Cause::FewSamples => fewer(samples.and_then(|samples| samples.min)),
        Cause::FewSamplesInTotal => fewer(samples.and_then(|samples| samples.total)),
        Cause::NoSeries => vec![format!("no series {}", label.unwrap_or_default())],
    }
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
    fn four_decimals_unless_they_misstate() {
        for (value, limit, is_written, texts) in [
            (0.12, 0.08, true, ["0.1200", "0.0800"]),
            (0.12345, 0.1, true, ["0.1235", "0.1000"]),
            (-0.12345, 0.1, true, ["-0.1235", "0.1000"]),
            (0.01, 0.01, true, ["0.0100", "0.0100"]),
            (0.30001, 0.3, true, ["0.30001", "0.3"]),
            (0.3001, 0.3, true, ["0.3001", "0.3000"]),
            (0.00004, 0.0, true, ["0.00004", "0"]),
            (0.00005, 0.0, true, ["0.0001", "0.0000"]),
            (2e-6, 1e-6, true, ["0.000002", "0.000001"]),
            (2.5e-7, 1e-7, true, ["2.5e-7", "1e-7"]),
            (0.9, 0.99995, true, ["0.9", "0.99995"]),
            (0.9, 0.9999, true, ["0.9000", "0.9999"]),
            (0.5, 0.33333, false, ["0.5000", "0.3333"]),
            (1e15, 300.0, true, ["1e15", "300"]),
            (999_999_999_999_999.0, 300.0, true, ["999999999999999.0000", "300.0000"]),
            (1.2345e300, 300.0, true, ["1.2345e300", "300"]),
            (0.0, 5.0, true, ["0.0000", "5.0000"]),
        ] {
            assert_eq!(Amounts { value, limit, is_written }.texts(), texts, "{value} {limit}");
        }
    }

    #[test]
    fn fixed_texts() {
        let causes = ["requests is 0".to_owned(), "errors has no data".to_owned()];
        let error_rate = subject("error_rate", Some("eu"));
        assert_eq!(no_data(&error_rate, 1, 6, &[]), "error_rate[eu] has no data in 1 of 6 windows");
        assert_eq!(
            no_data(&error_rate, 3, 3, &causes),
            "error_rate[eu] has no data in 3 of 3 windows: requests is 0, errors has no data"
        );
        assert_eq!(no_aggregate("error_rate", &[]), "error_rate has no data");
        assert_eq!(no_baseline("p99"), "p99 has no baseline");
        assert_eq!(observed(Duration::from_mins(25), Duration::from_mins(30)), "observed 25m of 30m");
    }
}
