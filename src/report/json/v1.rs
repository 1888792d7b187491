//! Version 1 of the document of one snapshot: what was judged, or why nothing was.
//!
//! The types own what they hold, so that a report can be kept and read back: what is read equals what was written. Keys
//! are stable. A new one is a field here; a document that was written without it must still be read, so it has a default.

use std::{collections::BTreeMap, fmt};

use schemars::JsonSchema;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, MapAccess, Visitor},
    ser::SerializeMap,
};

use super::{
    super::{steps, table_name::TableName},
    number::JsonNumber,
    write::{JsonStyle, write},
};
use crate::{
    eval::{
        comparator::Comparator,
        limit::Limit,
        snapshot::LeftOut,
        table::{Kind, Severity},
        verdict::{Beside, Check, Decision, Gap, Hold, State, Stretch, Verdict, Worst},
    },
    outcome::{Judged, Outcome},
    refusal::{Code, Fault, Refusal},
};

/// What was judged of one snapshot, or why nothing was. New keys may be added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// The version of this format.
    #[serde(deserialize_with = "read_version")]
    #[schemars(extend("const" = 1))]
    pub schema_version: u8,
    /// The file as it was named; `-` for standard input; null if the table could not be read.
    pub snapshot: Option<String>,
    /// The table that judged.
    pub table: String,
    /// The version of the tool that judged.
    #[serde(default)]
    pub tool_version: String,
    /// The SHA-256 of the table's text, in hexadecimal; null if it could not be read.
    #[serde(default)]
    pub table_sha256: Option<String>,
    /// The SHA-256 of the snapshot's bytes, in hexadecimal; null for no verdict.
    #[serde(default)]
    pub snapshot_sha256: Option<String>,
    /// The pipeline that judged; null for no verdict.
    pub pipeline: Option<String>,
    /// The stage that judged; null for no verdict.
    pub stage: Option<String>,
    /// Those of the snapshot, in its order; none for no verdict.
    #[serde(serialize_with = "write_labels", deserialize_with = "read_labels")]
    #[schemars(with = "BTreeMap<String, String>")]
    pub labels: Vec<(String, String)>,
    /// What to do; null for no verdict.
    #[schemars(schema_with = "Option::<Decision>::json_schema")]
    pub decision: Option<Decision>,
    /// Whether nothing stands against a promotion; null for no verdict.
    pub gate_passed: Option<bool>,
    /// Whether some rollback rule fired; null for no verdict.
    pub rollback_triggered: Option<bool>,
    /// Why it is held, in the order of the enumeration; empty for another decision.
    #[serde(default)]
    pub hold: Vec<Hold>,
    /// Why the gate did not pass: gate rules in the order of the table, then rollback rules without data or pending,
    /// then the time observed.
    pub gate_fail_reasons: Vec<String>,
    /// Why to roll back, in the order of the table.
    pub rollback_reasons: Vec<String>,
    /// What rules of `severity: warn` found, what is pending and holds nothing, and what fires in windows that were
    /// left out.
    pub warnings: Vec<String>,
    /// When the first judged window opened (RFC 3339); null where the snapshot does not say when it began.
    pub start: Option<String>,
    /// How many windows were judged; null for no verdict.
    pub windows: Option<usize>,
    /// The windows before the first one judged; none where all were judged.
    #[serde(default)]
    pub left_out: Vec<LeftOutReport>,
    /// How wide a window is, in minutes; null for no verdict.
    pub window_minutes: Option<JsonNumber>,
    /// How long the windows cover, in minutes; null for no verdict.
    pub observed_minutes: Option<JsonNumber>,
    /// How long the stage wants to be observed, in minutes; null where it does not say.
    pub required_minutes: Option<JsonNumber>,
    /// Every rule and series, passing ones too: gate rules first, in the order of the table.
    pub checks: Vec<CheckReport>,
    /// How soon a rollback must be done, in minutes; null where the stage does not say, or nothing fired.
    #[serde(default)]
    pub rollback_within_minutes: Option<JsonNumber>,
    /// On rollback, what stops the harm at once, before `next_steps`.
    #[serde(default)]
    pub kill_switches: Vec<String>,
    /// On promote, the next stage's steps; on rollback, the steps back; on hold, its steps.
    pub next_steps: Vec<String>,
    /// On hold, what would have to happen for the stage to go on.
    #[serde(default)]
    pub ways_on: Vec<String>,
    /// Metrics of the snapshot that the pipeline does not declare.
    pub unused_metrics: Vec<String>,
    /// The same under `baseline`.
    pub unused_baseline: Vec<String>,
    /// What is wrong with the snapshot: why there is no verdict, or what a rollback was found beside. Not there where
    /// nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorReport>,
}

/// One rule judged on one series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Check")]
pub struct CheckReport {
    /// The rule.
    pub id: String,
    /// Whether it is a gate rule or a rollback rule.
    pub kind: Kind,
    /// What was compared.
    pub metric: String,
    /// The label, where there are several series.
    pub series: Option<String>,
    /// Whether the rule decides.
    pub severity: Severity,
    /// How it came out.
    pub state: State,
    /// How it was compared.
    pub comparator: Comparator,
    /// What it was compared with; of a limit that moves with the baseline, the one that the worst value has. Null where
    /// there is none: the limit is not set, or the baseline has no data.
    pub limit: Option<JsonNumber>,
    /// The limit as the table writes it; `~` for one that is not set.
    pub limit_text: String,
    /// The value farthest past the limit, or nearest to it; null without data.
    pub worst: Option<WorstReport>,
    /// The windows that breach, in order.
    pub breaches: Vec<WindowRange>,
    /// The window at whose end a rollback rule had lasted long enough, from 0; null where it did not fire.
    pub fired_at: Option<usize>,
    /// The window in which a breach began that still runs, from 0; null where it is not pending.
    #[serde(default)]
    pub pending_since: Option<usize>,
    /// The windows whose answer is unknown, in order.
    pub no_data: Vec<GapReport>,
    /// The conditions of `and` in the window of the worst value, where it breaches.
    #[serde(default)]
    pub and: Vec<ConditionReport>,
    /// Why it is neither pass, quiet nor not evaluated; null where it is.
    pub reason: Option<String>,
    /// The line of the rule in the table, from 1.
    pub line: usize,
}

/// A value and its window.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Worst")]
pub struct WorstReport {
    /// The value, in the unit of the metric.
    pub value: JsonNumber,
    /// Its window, from 0; null where one value was made of several.
    pub window: Option<usize>,
}

/// Windows in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Windows")]
pub struct WindowRange {
    /// The first, from 0.
    pub from: usize,
    /// The last, which is inside.
    pub to: usize,
}

/// Windows in a row without data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Gap")]
pub struct GapReport {
    /// The first, from 0.
    pub from: usize,
    /// The last, which is inside.
    pub to: usize,
    /// Why, where it is another cause than that nothing was measured.
    #[serde(default)]
    pub cause: Option<String>,
}

/// A condition of `and`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Condition")]
pub struct ConditionReport {
    /// What was compared: the metric, with its label where it has one.
    pub metric: String,
    /// How.
    pub comparator: Comparator,
    /// Its value, in the unit of the metric.
    pub value: JsonNumber,
    /// What that was compared with.
    pub limit: JsonNumber,
}

/// Windows that were left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "LeftOut")]
pub struct LeftOutReport {
    /// How many.
    pub windows: usize,
    /// Why.
    pub why: String,
}

/// Why a file was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Error")]
pub struct ErrorReport {
    /// What is wrong, in one line.
    pub message: String,
    /// The file.
    pub file: String,
    /// Everything that was found, up to a hundred, in the order of the file.
    pub faults: Vec<FaultReport>,
    /// How many faults there are beyond those.
    pub more: usize,
}

/// One thing that is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Fault")]
pub struct FaultReport {
    /// What kind of fault it is: `rollout-gate explain CODE` says more.
    pub code: Code,
    /// What is wrong.
    pub message: String,
    /// What to do about it; null where the message says it all.
    pub help: Option<String>,
    /// Where in the document; null for the whole.
    pub path: Option<String>,
    /// The line in the file, from 1; null where the fault has no place in a text.
    pub line: Option<usize>,
    /// The column, from 1, in characters; null where the line is.
    pub column: Option<usize>,
}

impl Report {
    /// The report of `outcome`; `table` names the table that judged.
    #[must_use]
    pub fn of(outcome: &Outcome<'_>, table: &TableName) -> Self {
        let nothing = Self {
            schema_version: 1,
            snapshot: outcome.name.clone(),
            table: table.name.clone(),
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            table_sha256: table.sha256.clone(),
            snapshot_sha256: None,
            pipeline: None,
            stage: None,
            labels: Vec::new(),
            decision: None,
            gate_passed: None,
            rollback_triggered: None,
            hold: Vec::new(),
            gate_fail_reasons: Vec::new(),
            rollback_reasons: Vec::new(),
            warnings: Vec::new(),
            start: None,
            windows: None,
            left_out: Vec::new(),
            window_minutes: None,
            observed_minutes: None,
            required_minutes: None,
            checks: Vec::new(),
            rollback_within_minutes: None,
            kill_switches: Vec::new(),
            next_steps: Vec::new(),
            ways_on: Vec::new(),
            unused_metrics: Vec::new(),
            unused_baseline: Vec::new(),
            error: None,
        };
        match &outcome.result {
            Ok(judged) => nothing.with_verdict(judged),
            Err(refusal) => Self { error: Some(ErrorReport::of(refusal)), ..nothing },
        }
    }

    fn with_verdict(self, judged: &Judged<'_>) -> Self {
        let Judged { reading, verdict } = judged;
        let within = verdict.stage().stage().rollback_within.filter(|_| verdict.rollback_triggered());
        let owned = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect();
        Self {
            snapshot_sha256: reading.sha256.clone(),
            pipeline: Some(verdict.stage().pipeline().name.clone()),
            stage: Some(verdict.stage().stage().name.clone()),
            labels: reading.labels.clone(),
            decision: Some(verdict.decision()),
            gate_passed: Some(verdict.gate_passed()),
            rollback_triggered: Some(verdict.rollback_triggered()),
            hold: verdict.hold(),
            gate_fail_reasons: owned(verdict.gate_fail_reasons()),
            rollback_reasons: owned(verdict.rollback_reasons()),
            warnings: owned(verdict.warnings()),
            start: reading.start.map(|start| start.to_string()),
            windows: Some(verdict.windows()),
            left_out: LeftOutReport::of(verdict.left_out()),
            window_minutes: Some(JsonNumber::minutes(verdict.window())),
            observed_minutes: Some(JsonNumber::minutes(verdict.observed())),
            required_minutes: verdict.required().map(JsonNumber::minutes),
            checks: verdict.checks().iter().map(|check| CheckReport::of(check, verdict)).collect(),
            rollback_within_minutes: within.map(JsonNumber::minutes),
            kill_switches: steps::kill_switches(judged),
            next_steps: steps::next_steps(judged),
            ways_on: steps::ways_on(judged),
            unused_metrics: reading.unused_metrics.clone(),
            unused_baseline: reading.unused_baseline.clone(),
            error: reading.faults.as_ref().map(ErrorReport::of),
            ..self
        }
    }

    /// The report as text, with a newline at its end and nothing in it that acts on a terminal.
    #[must_use]
    pub fn to_json(&self, style: JsonStyle) -> String {
        write(self, style)
    }
}

impl CheckReport {
    fn of(check: &Check<'_>, verdict: &Verdict<'_>) -> Self {
        let rule = check.rule;
        let metric = verdict.stage().pipeline().metric(rule.condition.metric);
        let limit = match check.limit {
            Limit::Fixed(limit) => Some(limit.get()),
            Limit::Baseline { .. } => check.worst.map(|worst| worst.limit),
            Limit::Unset => None,
        };
        let worst = |worst: Worst| WorstReport { value: JsonNumber(worst.value), window: worst.window };
        let ranges = |stretches: &[Stretch]| {
            stretches.iter().map(|stretch| WindowRange { from: stretch.from, to: stretch.to }).collect()
        };
        Self {
            id: rule.id.clone(),
            kind: rule.kind,
            metric: metric.map_or_else(String::new, |metric| metric.name.clone()),
            series: check.series.clone(),
            severity: rule.severity,
            state: check.state,
            comparator: rule.condition.comparator,
            limit: limit.map(JsonNumber),
            limit_text: check.limit.to_string(),
            worst: check.worst.map(worst),
            breaches: ranges(&check.breaches),
            fired_at: check.fired_at,
            pending_since: check.pending_since,
            no_data: check.no_data.iter().map(GapReport::of).collect(),
            and: check.and.iter().map(ConditionReport::of).collect(),
            reason: check.reason.clone().filter(|_| check.state != State::NotEvaluated),
            line: rule.line,
        }
    }
}

impl GapReport {
    fn of(gap: &Gap) -> Self {
        let cause = Some(gap.cause.clone()).filter(|cause| !cause.is_empty());
        Self { from: gap.windows.from, to: gap.windows.to, cause }
    }
}

impl ConditionReport {
    fn of(Beside { subject, comparator, value, limit, .. }: &Beside) -> Self {
        let (value, limit) = (JsonNumber(*value), JsonNumber(*limit));
        Self { metric: subject.clone(), comparator: *comparator, value, limit }
    }
}

impl LeftOutReport {
    fn of(left_out: LeftOut) -> Vec<Self> {
        let report = |(windows, why): (usize, &str)| Self { windows, why: why.to_owned() };
        left_out.why().map(report).collect()
    }
}

impl ErrorReport {
    /// The report of a file that was refused.
    #[must_use]
    pub fn of(refusal: &Refusal) -> Self {
        let fault = |fault: &Fault| {
            let place = refusal.place(fault);
            FaultReport {
                code: fault.code,
                message: fault.message.clone(),
                help: fault.help.clone(),
                path: Some(fault.path.clone()).filter(|path| !path.is_empty()),
                line: place.map(|place| place.line),
                column: place.map(|place| place.column),
            }
        };
        Self {
            message: refusal.to_string(),
            file: refusal.origin.clone(),
            faults: refusal.faults.iter().map(fault).collect(),
            more: refusal.more,
        }
    }
}

/// Refuses documents of another version, whose keys may mean something else.
fn read_version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    match u8::deserialize(deserializer)? {
        1 => Ok(1),
        other => Err(D::Error::custom(format!("schema_version {other} is not known here"))),
    }
}

/// As an object, in their order.
fn write_labels<S: Serializer>(labels: &[(String, String)], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(labels.len()))?;
    for (key, value) in labels {
        map.serialize_entry(key, value)?;
    }
    map.end()
}

fn read_labels<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<(String, String)>, D::Error> {
    struct InOrder;
    impl<'de> Visitor<'de> for InOrder {
        type Value = Vec<(String, String)>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object of texts")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut labels = Vec::new();
            while let Some(label) = map.next_entry()? {
                labels.push(label);
            }
            Ok(labels)
        }
    }
    deserializer.deserialize_map(InOrder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(document: &str) -> Result<Report, serde_json::Error> {
        serde_json::from_str(document)
    }

    #[test]
    fn labels_keep_their_order_and_other_versions_are_refused() {
        let outcome = Outcome {
            name: None,
            result: Err(Refusal { origin: "s.json".to_owned(), text: None, faults: Vec::new(), more: 0 }),
        };
        let labels = [("z", "1"), ("a", "\u{9b}")].map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec();
        let report =
            Report { labels, ..Report::of(&outcome, &TableName { name: "t".to_owned(), ..TableName::default() }) };
        let document = report.to_json(JsonStyle::OneLine);
        assert!(document.contains(r#""labels":{"z":"1","a":"\u009b"}"#), "{document}");
        assert_eq!(read(&document).unwrap(), report);
        let later = document.replace(r#""schema_version":1"#, r#""schema_version":2"#);
        assert!(read(&later).unwrap_err().to_string().starts_with("schema_version 2 is not known here"));
        assert_eq!(read(&document.replacen('{', r#"{"new":[],"#, 1)).unwrap(), report);
    }
}
