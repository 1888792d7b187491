//! `--format json` and `jsonl`: one document a snapshot. Keys are stable; new ones may be added.
//!
//! Equal inputs give equal bytes: no clock, duration, host name or working folder gets in.

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::escape::acts;
use crate::{
    eval::{
        limit::Limit,
        verdict::{Check, Stretch, Worst},
    },
    outcome::{Judged, Outcome},
    refusal::{Fault, Refusal},
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
    let document = Document::new(outcome, table);
    let json = match layout {
        Layout::Pretty => serde_json::to_string_pretty(&document),
        Layout::Line => serde_json::to_string(&document),
    };
    // Plain data has no way to fail; were it to, an empty text would be no document at all.
    debug_assert!(json.is_ok());
    without_acting_characters(json.unwrap_or_default() + "\n")
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u8,
    snapshot: Option<&'a str>,
    table: &'a str,
    pipeline: Option<&'a str>,
    stage: Option<&'a str>,
    #[serde(serialize_with = "as_object")]
    labels: &'a [(String, String)],
    decision: Option<&'static str>,
    gate_passed: Option<bool>,
    rollback_triggered: Option<bool>,
    gate_fail_reasons: Vec<&'a str>,
    rollback_reasons: Vec<&'a str>,
    warnings: Vec<&'a str>,
    start: Option<String>,
    windows: Option<usize>,
    window_minutes: Option<Number>,
    observed_minutes: Option<Number>,
    required_minutes: Option<Number>,
    checks: Vec<CheckDocument<'a>>,
    next_steps: &'a [String],
    unused_metrics: &'a [String],
    unused_baseline: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorDocument<'a>>,
}

#[derive(Serialize)]
struct CheckDocument<'a> {
    id: &'a str,
    kind: &'static str,
    metric: &'a str,
    series: Option<&'a str>,
    severity: &'static str,
    state: &'static str,
    comparator: &'static str,
    limit: Option<Number>,
    limit_text: String,
    worst: Option<WorstDocument>,
    breaches: Vec<StretchDocument>,
    fired_at: Option<usize>,
    no_data: Vec<StretchDocument>,
    reason: Option<&'a str>,
    line: usize,
}

#[derive(Serialize)]
struct WorstDocument {
    value: Number,
    window: Option<usize>,
}

#[derive(Serialize)]
struct StretchDocument {
    from: usize,
    to: usize,
}

#[derive(Serialize)]
struct ErrorDocument<'a> {
    message: String,
    file: &'a str,
    faults: Vec<FaultDocument<'a>>,
    more: usize,
}

#[derive(Serialize)]
struct FaultDocument<'a> {
    code: &'static str,
    message: &'a str,
    help: Option<&'a str>,
    path: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
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
struct Number(f64);

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

/// Writes out the characters that act on a terminal and that JSON itself lets through: C1 controls, DEL,
/// marks of direction. Outside of strings JSON has none but newlines, and inside it has no newline.
fn without_acting_characters(json: String) -> String {
    let acts = |character: char| character != '\n' && acts(character);
    if !json.contains(acts) {
        return json;
    }
    let mut escaped = String::with_capacity(json.len() + 16);
    for character in json.chars() {
        if acts(character) {
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

    #[test]
    fn acting_characters_are_escaped_and_parse_back() {
        let text = "a\u{9b}31m\u{7f}\u{202e}b\n\u{e0001}é";
        let json = without_acting_characters(serde_json::to_string_pretty(&[text]).unwrap());
        assert!(!json.contains(|character: char| character != '\n' && acts(character)));
        assert_eq!(serde_json::from_str::<[String; 1]>(&json).unwrap(), [text]);
    }

    #[test]
    fn whole_numbers_have_no_decimals() {
        for (value, text) in [(400.0, "400"), (-0.0, "0"), (0.08, "0.08"), (1e300, "1e+300"), (1e-7, "1e-7")] {
            assert_eq!(serde_json::to_string(&Number(value)).unwrap(), text);
        }
    }
}
