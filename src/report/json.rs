//! `--format json` and `jsonl`: one document a snapshot. Keys are stable; new ones may be added.
//!
//! Equal inputs give equal bytes: no clock, duration, host name or working folder gets in.

use std::{borrow::Cow, collections::BTreeMap};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::Value;

use super::{
    escape::{acts, begins_command, is_plain},
    section::Section,
    table_name::TableName,
};
use crate::{
    eval::{
        comparator::Comparator,
        limit::Limit,
        table::{Kind, Severity},
        verdict::{Check, Decision, State, Stretch, Worst},
    },
    outcome::{Judged, Outcome},
    refusal::{Code, Fault, Refusal},
    schema::draft_7,
};

/// How a document is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// For people: indented.
    Pretty,
    /// For streams: one line.
    Line,
}

/// One document, with a newline at its end. `table` names the table that judged.
#[must_use]
pub fn render(outcome: &Outcome<'_>, table: &str, layout: Layout) -> String {
    written(&Document::new(outcome, table), layout)
}

/// A document as text, with a newline at its end and nothing in it that acts on a terminal.
pub(super) fn written(document: &impl Serialize, layout: Layout) -> String {
    let json = match layout {
        Layout::Pretty => serde_json::to_string_pretty(document),
        Layout::Line => serde_json::to_string(document),
    };
    // Plain data has no way to fail; were it to, an empty text would be no document at all.
    debug_assert!(json.is_ok());
    without_acting_characters(json.unwrap_or_default() + "\n")
}

/// The document of one snapshot, as a report file has it.
#[derive(Debug)]
pub(super) struct JsonText(String);

impl Section for JsonText {
    fn of(outcome: &Outcome<'_>, table: &TableName) -> Self {
        Self(render(outcome, &table.name, Layout::Pretty))
    }

    /// What `--format json` prints.
    fn assemble(sections: Vec<Self>) -> String {
        sections.into_iter().map(|Self(document)| document).collect()
    }
}

/// The schema of a document.
#[must_use]
pub fn schema() -> Value {
    draft_7::<Document<'_>>("rollout-gate: what `check --format json` writes of one snapshot")
}

/// What was judged of one snapshot, or why nothing was. New keys may be added.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Report")]
struct Document<'a> {
    /// The version of this format.
    #[schemars(extend("const" = 1))]
    schema_version: u8,
    /// The file as it was named; `-` for standard input; null if the table could not be read.
    snapshot: Option<&'a str>,
    /// The table that judged.
    table: &'a str,
    /// The pipeline that judged.
    pipeline: Option<&'a str>,
    /// The stage that judged.
    stage: Option<&'a str>,
    /// Those of the snapshot.
    #[serde(serialize_with = "as_object")]
    #[schemars(with = "BTreeMap<String, String>")]
    labels: &'a [(String, String)],
    /// What to do; null for no verdict.
    #[schemars(schema_with = "decisions")]
    decision: Option<&'static str>,
    /// Whether nothing stands against a promotion; null for no verdict.
    gate_passed: Option<bool>,
    /// Whether some rollback rule fired; null for no verdict.
    rollback_triggered: Option<bool>,
    /// Why the gate did not pass: gate rules in the order of the table, then rollback rules without data, then the
    /// time observed.
    gate_fail_reasons: Vec<&'a str>,
    /// Why to roll back, in the order of the table.
    rollback_reasons: Vec<&'a str>,
    /// What rules of `severity: warn` found.
    warnings: Vec<&'a str>,
    /// When the first judged window opened (RFC 3339).
    start: Option<String>,
    /// How many windows were judged.
    windows: Option<usize>,
    /// How wide a window is, in minutes.
    window_minutes: Option<Number>,
    /// How long the windows cover, in minutes.
    observed_minutes: Option<Number>,
    /// How long the stage wants to be observed, in minutes; null where it does not say.
    required_minutes: Option<Number>,
    /// Every rule and series, passing ones too.
    checks: Vec<CheckDocument<'a>>,
    /// On promote, the next stage's steps; on rollback, the steps back; on hold, none.
    next_steps: &'a [String],
    /// Metrics of the snapshot that the pipeline does not declare.
    unused_metrics: &'a [String],
    /// The same under `baseline`.
    unused_baseline: &'a [String],
    /// Why there is no verdict.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorDocument<'a>>,
}

/// One rule judged on one series.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Check")]
struct CheckDocument<'a> {
    /// The rule.
    id: &'a str,
    /// Whether it is a gate rule or a rollback rule.
    #[schemars(schema_with = "kinds")]
    kind: &'static str,
    /// What was compared.
    metric: &'a str,
    /// The label, where there are several series.
    series: Option<&'a str>,
    /// Whether the rule decides.
    #[schemars(schema_with = "severities")]
    severity: &'static str,
    /// How it came out.
    #[schemars(schema_with = "states")]
    state: &'static str,
    /// How it was compared.
    #[schemars(schema_with = "comparators")]
    comparator: &'static str,
    /// What it was compared with; of a limit that moves with the baseline, the one that the worst value has.
    limit: Option<Number>,
    /// The limit as the table writes it.
    limit_text: String,
    /// The value farthest past the limit, or nearest to it.
    worst: Option<WorstDocument>,
    /// The windows that breach.
    breaches: Vec<StretchDocument>,
    /// The window at whose end a rollback rule had lasted long enough.
    fired_at: Option<usize>,
    /// The windows whose answer is unknown.
    no_data: Vec<StretchDocument>,
    /// Why it is neither pass nor quiet.
    reason: Option<&'a str>,
    /// The line of the rule in the table, from 1.
    line: usize,
}

/// A value and its window.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Worst")]
struct WorstDocument {
    /// The value.
    value: Number,
    /// Its window; null where one value was made of several.
    window: Option<usize>,
}

/// Windows in a row.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Windows")]
struct StretchDocument {
    /// The first, from 0.
    from: usize,
    /// The last, which is inside.
    to: usize,
}

/// Why a file was refused.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Error")]
pub(super) struct ErrorDocument<'a> {
    /// What is wrong, in one line.
    message: String,
    /// The file.
    file: &'a str,
    /// Everything that was found, up to a hundred.
    faults: Vec<FaultDocument<'a>>,
    /// How many faults there are beyond those.
    more: usize,
}

/// One thing that is wrong with a file.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Fault")]
struct FaultDocument<'a> {
    /// What kind of fault it is: `rollout-gate explain CODE` says more.
    #[schemars(schema_with = "codes")]
    code: &'static str,
    /// What is wrong.
    message: &'a str,
    /// What to do about it.
    help: Option<&'a str>,
    /// Where in the document.
    path: Option<&'a str>,
    /// The line in the file, from 1.
    line: Option<usize>,
    /// The column, from 1, in characters.
    column: Option<usize>,
}

fn decisions(_: &mut SchemaGenerator) -> Schema {
    let names = Decision::ALL.map(Decision::name).map(Value::from);
    json_schema!({ "enum": names.into_iter().chain([Value::Null]).collect::<Vec<_>>() })
}

fn kinds(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "enum": Kind::ALL.map(Kind::name) })
}

fn severities(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "enum": Severity::ALL.map(Severity::name) })
}

fn states(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "enum": State::ALL.map(State::name) })
}

fn comparators(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "enum": Comparator::ALL.map(Comparator::name) })
}

fn codes(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "enum": Code::ALL.iter().map(|code| code.name()).collect::<Vec<_>>() })
}

impl<'a> Document<'a> {
    fn new(outcome: &'a Outcome<'_>, table: &'a str) -> Self {
        let document = Self {
            schema_version: 1,
            snapshot: outcome.name.as_deref(),
            table,
            pipeline: None,
            stage: None,
            labels: &[],
            decision: None,
            gate_passed: None,
            rollback_triggered: None,
            gate_fail_reasons: Vec::new(),
            rollback_reasons: Vec::new(),
            warnings: Vec::new(),
            start: None,
            windows: None,
            window_minutes: None,
            observed_minutes: None,
            required_minutes: None,
            checks: Vec::new(),
            next_steps: &[],
            unused_metrics: &[],
            unused_baseline: &[],
            error: None,
        };
        match &outcome.result {
            Ok(judged) => document.judged(judged),
            Err(refusal) => Self { error: Some(ErrorDocument::from(refusal)), ..document },
        }
    }

    fn judged(self, Judged { reading, verdict }: &'a Judged<'_>) -> Self {
        let minutes = |duration: std::time::Duration| Number(duration.as_secs_f64() / 60.0);
        Self {
            pipeline: Some(&verdict.stage().pipeline().name),
            stage: Some(&verdict.stage().stage().name),
            labels: &reading.labels,
            decision: Some(verdict.decision().name()),
            gate_passed: Some(verdict.gate_passed()),
            rollback_triggered: Some(verdict.rollback_triggered()),
            gate_fail_reasons: verdict.gate_fail_reasons(),
            rollback_reasons: verdict.rollback_reasons(),
            warnings: verdict.warnings(),
            start: reading.start.map(|start| start.to_string()),
            windows: Some(verdict.windows()),
            window_minutes: Some(minutes(verdict.window())),
            observed_minutes: Some(minutes(verdict.observed())),
            required_minutes: verdict.required().map(minutes),
            checks: verdict.checks().iter().map(|check| CheckDocument::new(check, verdict)).collect(),
            next_steps: verdict.next_steps(),
            unused_metrics: &reading.unused_metrics,
            unused_baseline: &reading.unused_baseline,
            ..self
        }
    }
}

impl<'a> CheckDocument<'a> {
    fn new(check: &'a Check<'_>, verdict: &'a crate::eval::verdict::Verdict<'_>) -> Self {
        let rule = check.rule;
        let metric = verdict.stage().pipeline().metric(rule.condition.metric);
        let limit = match check.limit {
            Limit::Fixed(limit) => Some(limit.get()),
            Limit::Baseline { .. } => check.worst.map(|worst| worst.limit),
            Limit::Unset => None,
        };
        Self {
            id: &rule.id,
            kind: rule.kind.name(),
            metric: metric.map_or("", |metric| &metric.name),
            series: check.series.as_deref(),
            severity: rule.severity.name(),
            state: check.state.name(),
            comparator: rule.condition.comparator.name(),
            limit: limit.map(Number),
            limit_text: check.limit.to_string(),
            worst: check.worst.map(WorstDocument::from),
            breaches: check.breaches.iter().map(StretchDocument::from).collect(),
            fired_at: check.fired_at,
            no_data: check.no_data.iter().map(StretchDocument::from).collect(),
            reason: check.reason.as_deref(),
            line: rule.line,
        }
    }
}

impl From<Worst> for WorstDocument {
    fn from(worst: Worst) -> Self {
        Self { value: Number(worst.value), window: worst.window }
    }
}

impl From<&Stretch> for StretchDocument {
    fn from(stretch: &Stretch) -> Self {
        Self { from: stretch.from, to: stretch.to }
    }
}

impl<'a> From<&'a Refusal> for ErrorDocument<'a> {
    fn from(refusal: &'a Refusal) -> Self {
        let fault = |fault: &'a Fault| {
            let place = refusal.place(fault);
            FaultDocument {
                code: fault.code.name(),
                message: &fault.message,
                help: fault.help.as_deref(),
                path: Some(fault.path.as_str()).filter(|path| !path.is_empty()),
                line: place.map(|place| place.line),
                column: place.map(|place| place.column),
            }
        };
        Self {
            message: refusal.to_string(),
            file: &refusal.origin,
            faults: refusal.faults.iter().map(fault).collect(),
            more: refusal.more,
        }
    }
}

fn as_object<S: Serializer>(labels: &[(String, String)], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(labels.len()))?;
    for (key, value) in labels {
        map.serialize_entry(key, value)?;
    }
    map.end()
}

/// A number as people write it: 400, not 400.0.
#[derive(Clone, Copy)]
pub(super) struct Number(pub(super) f64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        /// Up to here every whole f64 is the same number as an i64.
        const LARGEST: f64 = 9_007_199_254_740_992.0;
        if self.0.fract() == 0.0 && self.0.abs() <= LARGEST {
            #[allow(clippy::cast_possible_truncation)]
            serializer.serialize_i64(self.0 as i64)
        } else {
            serializer.serialize_f64(self.0)
        }
    }
}

impl JsonSchema for Number {
    fn schema_name() -> Cow<'static, str> {
        "Number".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<f64>()
    }
}

/// Writes out the characters that act on a terminal, or with which a CI system would take a line for a command, and
/// that JSON itself lets through. Outside of strings JSON has none but newlines, and inside it has no newline.
fn without_acting_characters(json: String) -> String {
    if is_plain(&json) {
        return json;
    }
    let acts = |character: char| character != '\n' && acts(character);
    let mut escaped = String::with_capacity(json.len() + 16);
    for (at, character) in json.char_indices() {
        if acts(character) || json.get(at..).is_some_and(begins_command) {
            let mut units = [0; 2];
            escaped.extend(character.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            escaped.push(character);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::escape::has_command;

    #[test]
    fn acting_characters_are_escaped_and_parse_back() {
        let text = "a\u{9b}31m\u{7f}\u{202e}b\n\u{e0001}é ##[error]###";
        let json = without_acting_characters(serde_json::to_string_pretty(&[text]).unwrap());
        assert!(!json.contains(|character: char| character != '\n' && acts(character)) && !has_command(&json));
        assert_eq!(serde_json::from_str::<[String; 1]>(&json).unwrap(), [text]);
    }

    #[test]
    fn whole_numbers_have_no_decimals() {
        for (value, text) in [(400.0, "400"), (-0.0, "0"), (0.08, "0.08"), (1e300, "1e+300"), (1e-7, "1e-7")] {
            assert_eq!(serde_json::to_string(&Number(value)).unwrap(), text);
        }
    }
}
