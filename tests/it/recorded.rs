//! Recorded cases with their expected outcome: files, so that a new case is a new line.
//!
//! `tsfm.jsonl` and `optimize.jsonl` come from the teams' own evaluators and are judged by the shipped table.
//! `model2.jsonl` holds cases made for the contract one by one, `random.jsonl` random ones, both with the answers of an
//! independent, literal reading of the contract, written in another language. `cases` holds inputs from the field that
//! an earlier version decided wrongly.

use std::{fs, path::Path};

use rollout_gate::{
    eval::{
        table::Table,
        verdict::{Check, Hold, State},
    },
    exit::Exit,
    input::{
        gates, parse_duration,
        snapshot::{self, Baselines, Request},
    },
    outcome::{Judged, Reading},
    refusal::Refusal,
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json, value::RawValue};

fn file(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// A case of a team's evaluator. The snapshot stays text, for the order of its keys matters.
#[derive(Deserialize)]
struct Case {
    snapshot: Box<RawValue>,
    expect: Value,
}

/// A case with its table. Some snapshots are texts, for they are not even JSON.
#[derive(Deserialize)]
struct CaseWithTable {
    name: String,
    table: Box<RawValue>,
    snapshot: Option<Box<RawValue>>,
    snapshot_text: Option<String>,
    options: Options,
    expect: Value,
}

/// A case whose table and snapshot are files; without a table, the shipped one judges.
#[derive(Deserialize)]
struct CaseOfFiles {
    snapshot: String,
    table: Option<String>,
    options: Options,
    expect: Value,
}

/// The flags of a case.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    last: Option<String>,
    entered: Option<String>,
    baseline: Option<Box<RawValue>>,
}

impl Options {
    fn request(&self, table: &Table) -> Request {
        Request {
            last: self.last.as_deref().map(|last| parse_duration(last).unwrap()),
            entered: self.entered.as_deref().map(|time| time.parse().unwrap()),
            baseline: self.baseline.as_deref().map(|text| Baselines::read("baseline", text.get(), table).unwrap()),
            ..Request::default()
        }
    }
}

fn lines<T: DeserializeOwned>(name: &str) -> Vec<T> {
    file(name).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The keys of `expected` as the tool answers them.
fn answer(table: &Table, snapshot: &str, request: &Request, expected: &Value) -> Value {
    let judged = snapshot::read("recorded", snapshot.to_owned(), table, request).and_then(Reading::judge);
    let keys = expected.as_object().unwrap().keys();
    let all = answers(&judged);
    keys.map(|key| (key.clone(), all.get(key).cloned().unwrap_or(json!("not known")))).collect()
}

fn answers(judged: &Result<Judged<'_>, Refusal>) -> Value {
    let Judged { reading, verdict } = match judged {
        Ok(judged) => judged,
        Err(refusal) => {
            return json!({
                "decision": null, "gate_passed": null, "rollback_triggered": null, "exit": 2, "faults": codes(refusal),
                "gate_fail_reasons": [], "rollback_reasons": [], "warnings": [], "hold": [], "checks": [],
            });
        }
    };
    let check = |check: &Check<'_>| {
        let reason = check.reason.as_ref().filter(|_| check.state != State::NotEvaluated);
        json!({ "id": check.rule.id, "series": check.series, "state": check.state.name(), "reason": reason })
    };
    let decision = verdict.decision();
    json!({
        "decision": decision.name(),
        "exit": Exit::from(decision) as u8,
        "gate_passed": verdict.gate_passed(),
        "rollback_triggered": verdict.rollback_triggered(),
        "gate_fail_reasons": verdict.gate_fail_reasons(),
        "rollback_reasons": verdict.rollback_reasons(),
        "warnings": verdict.warnings(),
        "hold": verdict.hold().into_iter().map(Hold::name).collect::<Vec<_>>(),
        "checks": verdict.checks().iter().map(check).collect::<Vec<_>>(),
        "faults": reading.faults.as_ref().map(codes),
    })
}

fn codes(refusal: &Refusal) -> Vec<&str> {
    refusal.faults.iter().map(|fault| fault.code.name()).collect()
}

#[test]
fn the_teams_evaluators_agree() {
    let table = gates::read("gates.yaml", file("gates.yaml")).unwrap();
    for name in ["fixtures/vectors/tsfm.jsonl", "fixtures/vectors/optimize.jsonl"] {
        let cases: Vec<Case> = lines(name);
        assert_eq!(cases.len(), 120);
        for (line, Case { snapshot, expect }) in (1..).zip(cases) {
            assert_eq!(expect.as_object().unwrap().len(), 4);
            assert_eq!(answer(&table, snapshot.get(), &Request::default(), &expect), expect, "{name}:{line}");
        }
    }
}

#[test]
fn a_literal_reading_of_the_contract_agrees() {
    for (name, count) in [("fixtures/vectors/model2.jsonl", 408), ("fixtures/vectors/random.jsonl", 400)] {
        let cases: Vec<CaseWithTable> = lines(name);
        assert_eq!(cases.len(), count);
        for (line, case) in (1..).zip(cases) {
            let table =
                gates::read("recorded", case.table.get().to_owned()).unwrap_or_else(|refusal| panic!("{refusal}"));
            let text = case.snapshot_text.or(case.snapshot.map(|snapshot| snapshot.get().to_owned())).unwrap();
            let got = answer(&table, &text, &case.options.request(&table), &case.expect);
            assert_eq!(got, case.expect, "{name}:{line}: {}", case.name);
        }
    }
}

#[test]
fn cases_from_the_field_are_decided_rightly() {
    let cases: Vec<CaseOfFiles> = lines("fixtures/cases/expected.jsonl");
    assert!(cases.len() > 40, "{}", cases.len());
    for CaseOfFiles { snapshot, table, options, expect } in cases {
        let name = table.map_or("gates.yaml".to_owned(), |table| format!("fixtures/cases/{table}"));
        let table = gates::read(&name, file(&name)).unwrap_or_else(|refusal| panic!("{refusal}"));
        let text = file(&format!("fixtures/cases/{snapshot}"));
        assert_eq!(answer(&table, &text, &options.request(&table), &expect), expect, "{snapshot} by {name}");
    }
}
