//! A first table for a new service, with the tests of it: both pass as they are, and are to be made the team's own.

use std::{collections::HashSet, fmt, time::Duration};

use crate::eval::notation::duration;

/// The folder, beside the table, of the schemas that editors use.
pub const SCHEMAS: &str = ".rollout-gate";

/// What the files are about: names that can stand in YAML and in a comment.
#[derive(Clone, Debug)]
pub struct Starter {
    pipeline: PlainName,
    stages: Vec<PlainName>,
}

/// The name of a pipeline or a stage: letters, digits, `_`, `-` and `.`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlainName(String);

impl PlainName {
    /// Takes a name.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(text: &str) -> Result<Self, String> {
        let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        if text.is_empty() || !text.chars().all(is_plain) {
            return Err(format!("{text:?} is no name: write letters, digits, `_`, `-` and `.`"));
        }
        if text.starts_with("x-") {
            return Err(format!("`{text}` begins with `x-`, as keys do that nothing reads: take another name"));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for PlainName {
    /// As YAML reads it as a text: in quotes where it could be a number or a word such as `on`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = ["true", "false", "yes", "no", "on", "off", "y", "n", "null"];
        let is_word = words.contains(&self.0.to_lowercase().as_str());
        if is_word || !self.0.starts_with(|first: char| first.is_alphabetic() || first == '_') {
            write!(f, "\"{}\"", self.0)
        } else {
            f.write_str(&self.0)
        }
    }
}

/// The observation times, from the first stage on; the last one holds for all that follow.
const OBSERVED_MINUTES: [usize; 6] = [30, 60, 120, 240, 720, 1440];

/// The width of a window.
const WINDOW_MINUTES: usize = 5;

/// How many requests each window of the tests has.
const REQUESTS: usize = 2000;

impl Starter {
    /// For a pipeline with these stages, in ladder order.
    ///
    /// # Errors
    /// No stage, or one twice.
    pub fn new(pipeline: PlainName, stages: Vec<PlainName>) -> Result<Self, String> {
        if stages.is_empty() {
            return Err("a pipeline has at least one stage".to_owned());
        }
        let mut seen = HashSet::new();
        if let Some(twice) = stages.iter().find(|stage| !seen.insert(&stage.0)) {
            return Err(format!("stage `{}` is there twice: each has its own name", twice.0));
        }
        Ok(Self { pipeline, stages })
    }

    /// `gates.yaml`.
    #[must_use]
    pub fn table(&self) -> String {
        let pipeline = &self.pipeline;
        let width = self.stages.iter().map(|stage| stage.to_string().chars().count()).max().unwrap_or_default() + 1;
        let stage_line = |(at, stage): (usize, &PlainName)| {
            let (key, observe) = (format!("{stage}:"), duration(Duration::from_mins(observed_minutes(at) as u64)));
            let step = format!("Send the traffic of stage {} to the new release.", stage.0);
            format!("      {key:width$} {{ observe: {observe}, enter: [\"{step}\"] }}\n")
        };
        let stages: String = self.stages.iter().enumerate().map(stage_line).collect();
        let limit = |(at, stage)| format!("{stage}: {}", allowed_per_thousand(at) as f64 / 1000.0);
        let limits: Vec<String> = self.stages.iter().enumerate().map(limit).collect();
        let limits = limits.join(", ");
        format!(
            "\
# yaml-language-server: $schema={SCHEMAS}/gates.schema.json
#
# What is allowed while {name} is rolled out, and what rolls it back.
#
#   rollout-gate lint                  what would a careful reviewer raise?
#   rollout-gate test                  does the table decide as gates.test.yaml says?
#   rollout-gate show {name}
#   rollout-gate check snapshot.json   promote, hold or roll back?
#
# The numbers are a first proposal. Make them your own, and let the tests say so too.

version: 1

pipelines:
  {pipeline}:
    title: Rollout of {name}
    about: Say here where the limits come from, such as a runbook or the objectives of the service.
    window: {WINDOW_MINUTES}m                        # how much time each value of a snapshot covers

    metrics:
      requests:       {{ unit: count }}
      failures:       {{ unit: count }}
      # Made from the two above. Where a window has fewer than 100 requests, it is no data, and holds.
      error_rate:     {{ unit: ratio, of: failures, to: requests, samples: {{ metric: requests, min: 100 }} }}
      p95_latency_ms: {{ unit: ms }}
      incident_drill: {{ unit: flag, optional: true, about: \"1 in the windows of a planned drill.\" }}

    # In ladder order. observe: how long a snapshot must cover. enter: what a person does to get there.
    stages:
{stages}
    # Must hold in every window, or the stage is not promoted.
    gate:
      - {{ metric: p95_latency_ms, max: baseline + 10%, about: \"Not slower than the release before.\" }}
      - {{ metric: error_rate,     max: {{ {limits} }} }}

    # Any one that fires rolls back.
    rollback:
      - {{ metric: p95_latency_ms, above: 800,  windows: 2 }}
      - {{ metric: error_rate,     above: 0.05, for: 10m, unless: incident_drill }}

    on_rollback:
      - Send all of the traffic back to the release before.
      - Open an incident, and keep the logs of the windows that are named.
",
            name = pipeline.0,
        )
    }

    /// `gates.test.yaml`.
    #[must_use]
    pub fn suite(&self) -> String {
        let text = format!(
            "\
# yaml-language-server: $schema={SCHEMAS}/tests.schema.json
#
# What gates.yaml must decide. `rollout-gate test` runs it.
# 240x6 is the value 240 in six windows, and _ is a window without data. A plain number holds in every window.

version: 1

tests:
"
        );
        let tests: Vec<String> =
            self.stages.iter().enumerate().flat_map(|(at, stage)| self.tests_of(at, stage)).collect();
        text + &tests.join("\n")
    }

    /// What each rule does below and beyond its limit.
    fn tests_of(&self, at: usize, stage: &PlainName) -> [String; 7] {
        let windows = observed_minutes(at) / WINDOW_MINUTES;
        let (all_but_one, all_but_two) = (windows - 1, windows - 2);
        let allowed = REQUESTS * allowed_per_thousand(at) / 1000;
        let too_many = allowed + 1;
        let tests = [
            (
                "is promoted at its limits",
                format!("requests: {REQUESTS}, failures: {allowed}, p95_latency_ms: [240x{all_but_one}, 264]"),
                "{ decision: promote }",
            ),
            (
                "holds when too many requests fail",
                format!("requests: {REQUESTS}, failures: [{allowed}x{all_but_one}, {too_many}], p95_latency_ms: 240"),
                "{ decision: hold, states: { gate.error_rate.max: fail, gate.p95_latency_ms.max: pass } }",
            ),
            (
                "holds when it is slower than the release before",
                format!("requests: {REQUESTS}, failures: 0, p95_latency_ms: [240x{all_but_one}, 265]"),
                "{ decision: hold, states: { gate.error_rate.max: pass, gate.p95_latency_ms.max: fail } }",
            ),
            (
                "holds when a window has too few requests to tell",
                format!("requests: [{REQUESTS}x{all_but_one}, 99], failures: 0, p95_latency_ms: 240"),
                "{ decision: hold, states: { gate.error_rate.max: no_data } }",
            ),
            (
                "rolls back when it is far too slow, twice in a row",
                format!("requests: {REQUESTS}, failures: 0, p95_latency_ms: [240x{all_but_two}, 801x2]"),
                "{ decision: rollback, states: { rollback.p95_latency_ms.above: fired } }",
            ),
            (
                "rolls back when far too many requests fail for 10 minutes",
                format!("requests: {REQUESTS}, failures: [0x{all_but_two}, 101x2], p95_latency_ms: 240"),
                "{ decision: rollback, states: { rollback.error_rate.above: fired } }",
            ),
            (
                "holds, and does not roll back, when they fail in a drill",
                format!(
                    "requests: {REQUESTS}, failures: [0x{all_but_two}, 101x2], p95_latency_ms: 240, \
                     incident_drill: [0x{all_but_two}, 1x2]"
                ),
                "{ decision: hold, states: { rollback.error_rate.above: quiet } }",
            ),
        ];
        let pipeline = &self.pipeline;
        let test = |(what, metrics, expect): (&str, String, &str)| {
            format!(
                "  - name: \"{} {what}\"
    pipeline: {pipeline}
    stage: {stage}
    metrics: {{ {metrics} }}
    baseline: {{ p95_latency_ms: 240 }}
    expect: {expect}
",
                stage.0
            )
        };
        tests.map(test)
    }
}

/// How long stage number `at` is observed.
fn observed_minutes(at: usize) -> usize {
    let [.., longest] = OBSERVED_MINUTES;
    OBSERVED_MINUTES.get(at).copied().unwrap_or(longest)
}

/// How many of a thousand requests may fail at stage number `at`: fewer, once others than the first users are served.
fn allowed_per_thousand(at: usize) -> usize {
    if at == 0 { 20 } else { 10 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_names_in_yaml_too() {
        let name = |text: &str| PlainName::new(text).map(|name| name.to_string());
        for (text, yaml) in [
            ("canary_5", "canary_5"),
            ("stage-validation", "stage-validation"),
            ("größer", "größer"),
            ("5", "\"5\""),
            ("1.0", "\"1.0\""),
            ("-", "\"-\""),
            ("on", "\"on\""),
            ("Null", "\"Null\""),
        ] {
            assert_eq!(name(text).as_deref(), Ok(yaml));
        }
        for text in ["", "a b", "a:", "a\nb", "x-a", "#", "\"", "{"] {
            assert!(name(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_ladder_has_steps_and_none_twice() {
        let name = |text: &str| PlainName::new(text).unwrap();
        assert!(Starter::new(name("p"), Vec::new()).is_err());
        assert!(Starter::new(name("p"), vec![name("a"), name("b"), name("a")]).unwrap_err().contains("`a`"));
    }
}
