//! Recorded cases with their expected outcome: files, so that a new case is a new line.
//!
//! `tsfm.jsonl` and `optimize.jsonl` come from the teams' own evaluators and are judged by the shipped table.
//! `random.jsonl` holds random tables and snapshots with the answers of an independent, literal reading of
//! the contract, written in another language.

use std::{fs, path::Path};

use rollout_gate::{
    eval::{judge::evaluate, table::Table},
    input::{
        gates,
        snapshot::{self, Request},
    },
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

/// A random table and its cases; their snapshots are texts, for some are not even JSON.
#[derive(Deserialize)]
struct Group {
    table: String,
    cases: Vec<GroupCase>,
}

#[derive(Deserialize)]
struct GroupCase {
    snapshot: String,
    expect: Value,
}

fn lines<T: DeserializeOwned>(name: &str) -> Vec<T> {
    file(name).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The keys of `expected` as the tool answers them.
fn answer(table: &Table, snapshot: &str, expected: &Value) -> Value {
    let all = match snapshot::read("recorded", snapshot.to_owned(), table, &Request::default()) {
        Err(_) => json!({ "decision": null }),
        Ok(reading) => {
            let verdict = evaluate(reading.stage, &reading.snapshot);
            json!({
                "decision": verdict.decision().name(),
                "gate_passed": verdict.gate_passed(),
                "rollback_triggered": verdict.rollback_triggered(),
                "gate_fail_reasons": verdict.gate_fail_reasons(),
                "rollback_reasons": verdict.rollback_reasons(),
                "warnings": verdict.warnings(),
            })
        }
    };
    let keys = expected.as_object().unwrap().keys();
    keys.map(|key| (key.clone(), all.get(key).cloned().unwrap_or(json!("not judged")))).collect()
}

#[test]
fn the_teams_evaluators_agree() {
    let table = gates::read("gates.yaml", file("gates.yaml")).unwrap();
    for name in ["fixtures/vectors/tsfm.jsonl", "fixtures/vectors/optimize.jsonl"] {
        let cases: Vec<Case> = lines(name);
        assert_eq!(cases.len(), 120);
        for (line, Case { snapshot, expect }) in (1..).zip(cases) {
            assert_eq!(expect.as_object().unwrap().len(), 4);
            assert_eq!(answer(&table, snapshot.get(), &expect), expect, "{name}:{line}");
        }
    }
}

#[test]
fn a_literal_reading_of_the_contract_agrees() {
    let mut judged = 0;
    for (line, group) in (1..).zip(lines::<Group>("fixtures/vectors/random.jsonl")) {
        let table = gates::read("random", group.table).unwrap();
        for GroupCase { snapshot, expect } in group.cases {
            let got = answer(&table, &snapshot, &expect);
            assert_eq!(got, expect, "fixtures/vectors/random.jsonl:{line}: {snapshot}");
            judged += 1;
        }
    }
    assert!(judged > 400, "{judged} cases");
}
