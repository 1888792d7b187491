//! Every report of what was judged: well-formed, and saying what the verdict says.

use rollout_gate::{
    eval::verdict::State,
    outcome::{Judged, Outcome},
    report::{
        batch,
        explain::judging,
        format::{FORMATS, Format},
        json::{self, JsonStyle, v1::Report},
        table_name::TableName,
        text::{self, TextOptions},
    },
};
use serde_json::{Value, json};

use super::printed::{assert_harmless, assert_line, assert_shown};
use crate::shared::{html, junit, markdown};

/// Every report of some outcomes, as it is written.
#[derive(Debug, PartialEq)]
pub(crate) struct Reports {
    /// Of each outcome.
    each: Vec<Each>,
    /// With the flag that asks for it.
    reports: Vec<(&'static str, String)>,
}

/// What is printed of one outcome.
#[derive(Debug, PartialEq)]
struct Each {
    /// In short, and in full.
    texts: [String; 2],
    line: String,
    /// In a batch, of what is not promoted.
    batch: Option<String>,
    /// On several lines, and on one.
    documents: [String; 2],
    /// How every rule judged.
    explained: Option<String>,
}

impl Reports {
    /// Of all of these.
    pub(crate) fn of(outcomes: &[Outcome<'_>]) -> Self {
        let table = table();
        let report = |format: &Format| {
            let builder = format.start();
            outcomes.iter().enumerate().for_each(|(number, outcome)| builder.add(number, outcome, &table));
            Some((format.flag, builder.build()?))
        };
        Self { each: outcomes.iter().map(Each::of).collect(), reports: FORMATS.iter().filter_map(report).collect() }
    }

    /// All of them are well-formed, and say what `outcomes` are.
    pub(crate) fn assert_sound(&self, outcomes: &[Outcome<'_>]) {
        self.each.iter().zip(outcomes).for_each(|(each, outcome)| each.assert_sound(outcome));
        self.reports.iter().for_each(|(flag, report)| assert_well_formed(flag, report));
    }

    /// Every text.
    pub(crate) fn all(&self) -> impl Iterator<Item = &String> {
        let each = self.each.iter().flat_map(|each| {
            let options = each.batch.iter().chain(&each.explained);
            each.texts.iter().chain(&each.documents).chain([&each.line]).chain(options)
        });
        each.chain(self.reports.iter().map(|(_, report)| report))
    }
}

impl Each {
    fn of(outcome: &Outcome<'_>) -> Self {
        let options = |is_full| TextOptions {
            table: "table".to_owned(),
            color: false,
            unicode: is_full,
            width: 80,
            verbose: is_full,
        };
        let explained = |judged: &Judged<'_>| {
            let rules: Vec<_> = judged.verdict.stage().rules().collect();
            judging::render(judged, &rules, "snapshot", &options(false)) + &judging::conclusion(judged)
        };
        Self {
            texts: [false, true].map(|is_full| text::render(outcome, &options(is_full))),
            line: text::verdict_line(outcome, &options(false)),
            batch: batch::line(outcome),
            documents: [JsonStyle::Indented, JsonStyle::OneLine].map(|style| json::render(outcome, &table(), style)),
            explained: outcome.result.as_ref().ok().map(explained),
        }
    }

    fn assert_sound(&self, outcome: &Outcome<'_>) {
        let Self { texts, line, batch, documents, explained } = self;
        texts.iter().chain(batch).chain(documents).chain(explained).for_each(|printed| assert_harmless(printed));
        assert_line(line);
        assert!(line.starts_with(&format!("{}  ", outcome.exit().word())), "{line}");
        assert!(texts.iter().all(|text| text.ends_with(line)), "{texts:?}");
        assert_eq!(documents[1].lines().count(), 1);
        let report = Report::of(outcome, &table());
        for document in documents {
            assert_eq!(serde_json::from_str::<Report>(document).unwrap(), report);
            let document: Value = serde_json::from_str(document).unwrap();
            match &outcome.result {
                Ok(judged) => assert_document(judged, &document),
                Err(_) => {
                    let unsaid = [&document["decision"], &document["gate_passed"], &document["rollback_triggered"]];
                    assert_eq!(unsaid, [&Value::Null; 3]);
                    assert!(document["error"].is_object(), "{document}");
                }
            }
        }
    }
}

/// The document says what the verdict says.
fn assert_document(Judged { reading, verdict }: &Judged<'_>, document: &Value) {
    assert_eq!(document["error"].is_object(), reading.faults.is_some());
    assert_eq!(document["decision"], verdict.decision().name());
    assert_eq!(document["gate_passed"], verdict.gate_passed());
    assert_eq!(document["rollback_triggered"], verdict.rollback_triggered());
    assert_eq!(document["gate_fail_reasons"], json!(verdict.gate_fail_reasons()));
    assert_eq!(document["rollback_reasons"], json!(verdict.rollback_reasons()));
    assert_eq!(document["warnings"], json!(verdict.warnings()));
    assert_eq!(document["windows"], verdict.windows());
    let checks = document["checks"].as_array().unwrap();
    assert_eq!(checks.len(), verdict.checks().len());
    for (written, check) in checks.iter().zip(verdict.checks()) {
        assert_eq!(written["state"], check.state.name());
        assert_eq!(written["reason"], json!(check.reason.as_ref().filter(|_| check.state != State::NotEvaluated)));
        // As numbers: a zero is written without its sign.
        assert_eq!(written["worst"]["value"].as_f64(), check.worst.map(|worst| worst.value));
        assert!(check.worst.is_none_or(|worst| worst.value.is_finite() && worst.limit.is_finite()), "{check:?}");
        let mut stretches = check.breaches.iter().copied().chain(check.no_data.iter().map(|gap| gap.windows));
        assert!(stretches.all(|stretch| stretch.from <= stretch.to && stretch.to < verdict.windows()), "{check:?}");
        assert!(check.fired_at.is_none_or(|window| window < verdict.windows()));
    }
}

fn table() -> TableName {
    TableName { name: "table".to_owned(), is_file: true, sha256: None }
}

fn assert_well_formed(flag: &str, report: &str) {
    assert_shown(report);
    match flag {
        "report-json" => {
            let documents = serde_json::Deserializer::from_str(report).into_iter::<Value>();
            documents.for_each(|document| assert!(document.unwrap().is_object()));
        }
        "report-junit" => junit::assert_valid(report),
        "report-markdown" | "report-incident" => {
            markdown::render(report);
        }
        "report-html" => {
            html::parse(report);
        }
        "github" => assert_commands(report),
        _ => panic!("--{flag} has no check of its own: add it here"),
    }
}

/// At most ten lines, each a command that GitHub takes.
fn assert_commands(commands: &str) {
    assert_shown(commands);
    assert!(commands.lines().count() <= 10, "{commands}");
    for line in commands.lines() {
        let command = line.strip_prefix("::error ").or_else(|| line.strip_prefix("::warning "));
        let (properties, data) = command.and_then(|command| command.split_once("::")).expect(line);
        for property in properties.split(',') {
            let (key, value) = property.split_once('=').expect(line);
            assert!(["file", "line", "col", "title"].contains(&key) && !value.is_empty(), "{line}");
        }
        assert!(!data.is_empty(), "{line}");
    }
}
