//! A snapshot is read in pieces where it is sound, and from its whole text where it is not: both must give the same,
//! whatever the bytes, and what another reader of JSON finds in them.

use std::fs;

use jiff::Timestamp;
use proptest::prelude::*;
use rollout_gate::{
    eval::table::Table,
    input::{
        gates,
        snapshot::{self, Request},
    },
    io::files::{Source, sources},
    refusal::Code,
};

use crate::{
    properties::snapshot::{assert_agrees, read_twice},
    shared::folder::folder,
};

fn shipped() -> Table {
    gates::read("gates.yaml", fs::read_to_string("gates.yaml").unwrap()).unwrap()
}

/// The recorded snapshots of every pipeline, sound and faulty.
fn recorded() -> Vec<String> {
    let vectors =
        ["optimize", "tsfm"].map(|name| fs::read_to_string(format!("fixtures/vectors/{name}.jsonl")).unwrap());
    let vectors = vectors.concat();
    let of_vectors = vectors.lines().map(|line| {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        case["snapshot"].to_string()
    });
    let folders = ["fixtures".into()];
    let files = sources(&folders).filter_map(|source| source.unwrap().read().ok());
    of_vectors.chain(files).collect()
}

#[track_caller]
fn agree(text: &str, table: &Table) {
    assert_agrees(text, &read_twice(text, table, &Request::default()));
}

#[test]
fn recorded_snapshots_are_read_the_same() {
    let table = shipped();
    let recorded = recorded();
    assert!(recorded.len() > 300, "{}", recorded.len());
    for text in recorded {
        agree(&text, &table);
    }
}

#[test]
fn what_is_asked_is_held_against_the_same() {
    let table = shipped();
    let text = fs::read_to_string("fixtures/tsfm/canary_5/rollback.json").unwrap();
    let now = "2026-02-20T12:00:00Z".parse().unwrap();
    let far = "9999-01-01T00:00:00Z".parse().unwrap();
    let early = "1970-01-01T00:00:00Z".parse().unwrap();
    let stages = [None, Some("canary_5"), Some("canary_25"), Some("nowhere")];
    let pipelines = [None, Some("tsfm"), Some("web4"), Some("nothing")];
    let ages = [None, Some(early..=far), Some(early..=now), Some(far..=far)];
    let lasts = [None, Some(std::time::Duration::from_mins(7)), Some(std::time::Duration::MAX)];
    let mut is_read = Vec::new();
    for stage in stages {
        for pipeline in pipelines {
            for ended_within in &ages {
                for last in lasts {
                    let request = Request {
                        pipeline: pipeline.map(str::to_owned),
                        stage: stage.map(str::to_owned),
                        ended_within: ended_within.clone(),
                        last,
                        ..Request::default()
                    };
                    is_read.push(read_twice(&text, &table, &request).is_ok());
                }
            }
        }
    }
    assert!(is_read.contains(&true) && is_read.contains(&false));
}

/// A small snapshot with everything that one can have.
const FULL: &str = r#"{ "pipeline": "p", "stage": "s", "start": "2026-02-20T12:00:00Z", "window_minutes": 5,
  "metrics": { "a": [1, 0.25, null, 1e-3], "f": [true, false, 0, 1], "l": { "us": [2, -0, 3.5, 4], "eü": 5 }, "z": 7 },
  "baseline": { "a": 0.5, "l": { "us": [1, 2, 3, 4] } },
  "labels": { "build": "1.2.3" }
}"#;

/// A table that judges it.
fn table() -> Table {
    let text = "
version: 1
pipelines:
  p:
    metrics: { a: { unit: ratio }, f: { unit: flag }, l: { unit: number } }
    stages: { s: {} }
    gate: [{ metric: a, max: 1 }]
    rollback: [{ metric: l, above: baseline, unless: f, for: 10m }]
";
    gates::read("table", text.to_owned()).unwrap()
}

#[test]
fn a_snapshot_cut_off_anywhere_is_read_the_same() {
    let table = table();
    assert!(snapshot::read("s", FULL.to_owned(), &table, &Request::default()).is_ok());
    for end in (0..=FULL.len()).filter(|end| FULL.is_char_boundary(*end)) {
        agree(&FULL[..end], &table);
    }
}

#[test]
fn a_snapshot_with_one_byte_changed_anywhere_is_read_the_same() {
    let table = table();
    for at in (0..FULL.len()).filter(|at| FULL.is_char_boundary(*at) && FULL.is_char_boundary(at + 1)) {
        for other in
            ["", "0", "9", "-", ".", "e", "\"", "\\", ",", ":", "{", "}", "[", "]", " ", "\n", "n", "\0", "ü", "a"]
        {
            agree(&[&FULL[..at], other, &FULL[at + 1..]].concat(), &table);
            agree(&[&FULL[..at], other, &FULL[at..]].concat(), &table);
        }
    }
}

#[test]
fn keys_and_values_of_every_kind_are_read_the_same() {
    let table = table();
    let values = [
        "null",
        "true",
        "1",
        "-1",
        "1.5",
        "\"\"",
        "\"p\"",
        "\"s\"",
        "\"\\u0073\"",
        "[]",
        "[1]",
        "[null]",
        "[true]",
        "[[1]]",
        "[{}]",
        "[\"1\"]",
        "[1,]",
        "{}",
        "{\"a\":1}",
        "{\"a\":1,\"a\":2}",
        "{\"a\":[1],\"\\u0061\":2}",
        "{\"a\":{}}",
        "{\"a\":{\"b\":1}}",
        "{\"a\":{\"b\":{\"c\":1}}}",
        "{\"f\":true}",
        "{\"a\":true}",
        "{\"a\":\"1\"}",
        "{\"z\":\"1\"}",
        "{\"a\":[1,2],\"f\":[1]}",
        "{\"a\":1.0000000000000002}",
        "{\"a\":1e999}",
        "\"2026-02-20T12:00:00Z\"",
    ];
    for key in ["pipeline", "stage", "start", "window_minutes", "metrics", "baseline", "labels", "other", ""] {
        for value in values {
            agree(&format!(r#"{{"stage":"s","window_minutes":5,"metrics":{{"a":1,"l":1}},"{key}":{value}}}"#), &table);
            agree(&format!(r#"{{"window_minutes":5,"metrics":{{"a":1,"l":1}},"{key}":{value}}}"#), &table);
            agree(&format!(r#"{{"stage":"s","metrics":{{"a":1,"l":1}},"{key}":{value}}}"#), &table);
            agree(&format!(r#"{{"stage":"s","window_minutes":5,"{key}":{value}}}"#), &table);
        }
    }
}

/// What is wrong with a snapshot of which an age is asked: each fault by its code.
fn faults_of_an_aged(start: &str) -> Vec<Code> {
    let request =
        Request { ended_within: Some("1970-01-01T00:00:00Z".parse().unwrap()..=Timestamp::MAX), ..Request::default() };
    let text = FULL.replace(r#""start": "2026-02-20T12:00:00Z","#, start);
    match snapshot::read("s", text, &table(), &request) {
        Ok(_) => Vec::new(),
        Err(refusal) => refusal.faults.iter().map(|fault| fault.code).collect(),
    }
}

#[test]
fn what_is_wrong_with_a_start_is_told_once() {
    assert_eq!(faults_of_an_aged(r#""start": "2026-02-20T12:00:00Z","#), []);
    assert_eq!(faults_of_an_aged(""), [Code::MissingKey]);
    assert_eq!(faults_of_an_aged(r#""start": "yesterday","#), [Code::BadTime]);
    assert_eq!(faults_of_an_aged(r#""start": "2026-02-20T12:00:00.Z","#), [Code::BadTime]);
}

#[test]
fn lists_that_nobody_reads_are_followed_so_deep_and_no_deeper() {
    let nested = |deep: usize| FULL.replace("\"z\": 7", &format!("\"z\": {}1{}", "[".repeat(deep), "]".repeat(deep)));
    let read = |text| snapshot::read("s", text, &table(), &Request::default()).is_ok();
    // In the snapshot and its metrics.
    assert_eq!([1, 124, 125, 126, 127].map(|deep| read(nested(deep))), [true, true, true, false, false]);
    // One after another they are not in one another, and those in a string are none.
    for value in [format!("[{}1]", "[[[]]],".repeat(100)), format!("\"{}\\\"{}\"", "[".repeat(200), "{".repeat(200))] {
        assert!(read(FULL.replace("\"z\": 7", &format!("\"z\": {value}"))), "{value}");
    }
    // What ends in a string ends nothing, and an escape reaches no further than its character.
    for beside in ["\"]]\"", "\"\\n\"", "\"\\\"\""] {
        let value = format!("{}1{}", format!("[{beside}, ").repeat(126), "]".repeat(126));
        let text = FULL.replace("\"z\": 7", &format!("\"z\": {value}"));
        let refusal = snapshot::read("s", text, &table(), &Request::default()).unwrap_err();
        let codes: Vec<_> = refusal.faults.iter().map(|fault| fault.code).collect();
        assert_eq!(codes, [Code::TooLarge], "{beside}");
    }
}

#[test]
fn a_fault_inside_a_wide_character_is_at_its_beginning() {
    let refusal = snapshot::read("s", "{\"ü".to_owned(), &table(), &Request::default()).unwrap_err();
    assert_eq!(refusal.faults[0].span, Some(2..2));
}

/// Tokens that stand across the edges of the pieces in which a file is read.
#[test]
fn long_snapshots_are_read_the_same() {
    let table = table();
    for length in [300, 1_000, 3_000, 20_000_usize] {
        let values: Vec<String> = (0..length).map(|n| (n as f64 / length as f64).to_string()).collect();
        let values = values.join(", ");
        for shift in 0..4 {
            let pad = " ".repeat(shift);
            agree(
                &format!(r#"{pad}{{"stage":"s","window_minutes":5,"metrics":{{"l":[{values}],"a":[{values}]}}}}{pad}"#),
                &table,
            );
        }
        let blank = "\n".repeat(length);
        agree(
            &format!(
                r#"{{"stage":{blank}"s","window_minutes":5,{blank}"metrics":{{"a":[{blank}1{blank},{blank}0]}}}}{blank}"#
            ),
            &table,
        );
        let name = "n".repeat(length);
        agree(&format!(r#"{{"stage":"s","window_minutes":5,"metrics":{{"a":1,"l":1,"{name}":1}}}}"#), &table);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn snapshots_of_any_values_are_read_the_same(
        values in prop::collection::vec(prop_oneof![
            Just("null".to_owned()),
            (0.0..1.0).prop_map(|value: f64| value.to_string()),
            any::<f64>().prop_map(|value| value.to_string()),
            (-3i32..3).prop_map(|value| value.to_string()),
            "-?[0-9]{0,3}[.]?[0-9]{0,20}(e-?[0-9]{1,3})?",
        ], 0..9),
        others in prop::collection::vec(any::<f64>(), 0..9),
    ) {
        let table = table();
        let others: Vec<_> = others.iter().map(ToString::to_string).collect();
        let text = format!(
            r#"{{"stage":"s","window_minutes":5,"metrics":{{"a":[{}],"l":{{"x":[{}]}}}}}}"#,
            values.join(","), others.join(","),
        );
        agree(&text, &table);
    }
}

/// A file is read in pieces, and from the beginning again where that does not do.
#[test]
fn files_are_read_as_texts_are() -> std::io::Result<()> {
    let folder = folder("files")?;
    let (table, request) = (table(), Request::default());
    let faulty = FULL.replace("0.25", "2.5");
    let escaped = FULL.replace("\"build\"", "\"b\\u0075ild\"");
    for (name, text, is_sound) in [("full", FULL, true), ("faulty", &faulty, false), ("escaped", &escaped, true)] {
        let path = folder.join(name);
        fs::write(&path, text)?;
        let mut opened = Source::named(&path).open().unwrap();
        let pieces = opened.with(|pieces| snapshot::read_pieces(pieces, &table, &request));
        let whole = snapshot::read(name, text.to_owned(), &table, &request);
        let sound = whole.ok().filter(|reading| reading.faults.is_none());
        assert_eq!(format!("{pieces:?}"), format!("{sound:?}"), "{name}");
        assert_eq!(pieces.is_some(), is_sound, "{name}");
        assert_eq!(opened.into_text().unwrap().0, text, "{name}");
    }
    Ok(())
}
