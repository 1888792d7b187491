//! `rollout-gate test`: its formats, which table is tested by what, what counts as covered; and the suite of this
//! repository, `gates.test.yaml`, which must notice a change of any number in `gates.yaml`.
//!
//! What the formats look like is under `tests/snapshots/suite`; `INSTA_UPDATE=always cargo test --test it suite::` takes it
//! down anew.

use std::{
    fs,
    ops::Range,
    path::{Path, PathBuf},
    process::Command,
};

use proptest::prelude::*;
use rayon::prelude::*;
use rollout_gate::{
    eval::{
        comparator::Comparator,
        judge::evaluate,
        table::{Pipeline, Table},
        unit::Unit,
    },
    input::{
        gates,
        snapshot::{self, Request},
        suite,
    },
    suite::{Coverage, Ending, Given},
};
use roxmltree::{Document, Node};
use serde_json::Value;

use crate::shared::{
    binary::{self, Run, command, run},
    colour::without_colour,
    folder, junit, kept,
};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const SHOP: &str = "fixtures/good/shop.yaml";
const PASSING: &str = "fixtures/suites/passing.test.yaml";
const EVERY_ENDING: &str = "fixtures/suites/every-ending.test.yaml";

/// `rollout-gate test` with these arguments.
fn test(arguments: &[&str]) -> Command {
    let mut test = command(["test"]);
    test.args(arguments);
    test
}

fn ran(arguments: &[&str]) -> Run {
    run(&mut test(arguments)).unwrap()
}

fn last_line(run: &Run) -> &str {
    run.stdout.lines().last().unwrap_or_default()
}

/// A folder of its own for one test, with these files in it.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let path = folder::folder(name).unwrap();
    for (name, text) in files {
        fs::write(path.join(name), text).unwrap();
    }
    path
}

// What it looks like.

fn take_down(name: &str, run: &Run) {
    let settings = kept::kept_in("suite");
    // Escapes of colour, shown: a snapshot is read by people.
    let output = format!("{}\n--- errors\n{}", run.stdout, run.stderr).replace('\u{1b}', "␛");
    settings.bind(|| insta::assert_snapshot!(name, output));
}

#[test]
fn text() {
    for (name, flags) in
        [("text", &[][..]), ("text-verbose", &["-v"]), ("text-quiet", &["-q"]), ("text-colour", &["--color=always"])]
    {
        let run = ran(&[&["--gates", SHOP, EVERY_ENDING], flags].concat());
        assert_eq!(run.code, Some(2), "{name}");
        for verdict in ["PROMOTE", "HOLD", "ROLLBACK", "NO VERDICT"] {
            assert!(!run.stdout.contains(verdict), "{name}: {verdict}");
        }
        take_down(name, &run);
    }
    let run = ran(&["--gates", SHOP, PASSING, "-v"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    take_down("text-passing", &run);
}

#[test]
fn colour_adds_nothing_but_colour() {
    let [colour, plain] = ["always", "never"].map(|when| ran(&["--gates", SHOP, EVERY_ENDING, "--color", when]));
    assert_ne!(colour.stdout, plain.stdout);
    assert_eq!(without_colour(&colour.stdout), plain.stdout);
    assert_eq!(without_colour(&colour.stderr), plain.stderr);
}

#[test]
fn json() {
    let run = ran(&["--gates", SHOP, "--format", "json", EVERY_ENDING]);
    assert_eq!(run.code, Some(2));
    take_down("json", &run);
    for flags in [["-q", "--color=never"], ["-v", "--color=always"]] {
        let again = ran(&[&["--gates", SHOP, "--format", "json", EVERY_ENDING][..], &flags].concat());
        assert_eq!(again.stdout, run.stdout, "{flags:?}");
    }
}

fn cases<'a>(document: &'a Document<'_>) -> Vec<Node<'a, 'a>> {
    document.descendants().filter(|node| node.has_tag_name("testcase")).collect()
}

/// What another reader of XML finds in it is what the JSON says.
#[test]
#[cfg_attr(not(feature = "junit"), ignore = "built without it")]
fn junit_is_read_by_others() {
    let run = ran(&["--gates", SHOP, "--format", "junit", EVERY_ENDING]);
    assert_eq!(run.code, Some(2));
    take_down("junit", &run);
    junit::assert_valid(&run.stdout);
    let document = Document::parse(&run.stdout).unwrap();
    let json: Value = serde_json::from_str(&ran(&["--gates", SHOP, "--format", "json", EVERY_ENDING]).stdout).unwrap();
    let tests = json["tests"].as_array().unwrap();
    let cases = cases(&document);
    assert_eq!(cases.len(), tests.len());
    for (case, test) in cases.iter().zip(tests) {
        let name = case.attribute("name").unwrap();
        let expected = test["name"].as_str().unwrap().replace('\u{1b}', "\\u{1b}");
        assert_eq!(name, expected);
        let status = case.first_element_child().map_or("pass", |child| match child.tag_name().name() {
            "failure" => "fail",
            other => other,
        });
        assert_eq!(status, test["status"], "{name}");
        if let (Some(pipeline), Some(stage)) = (test["pipeline"].as_str(), test["stage"].as_str()) {
            assert_eq!(case.attribute("classname"), Some(format!("{pipeline}.{stage}").as_str()));
        }
        let body = case.first_element_child().and_then(|child| child.text()).unwrap_or_default();
        for difference in test["differences"].as_array().unwrap() {
            assert!(body.contains(&format!("{}: expected ", difference["what"].as_str().unwrap())), "{name}: {body}");
        }
    }
    let suite = document.descendants().find(|node| node.has_tag_name("testsuite")).unwrap();
    for (attribute, key) in [("failures", "failed"), ("errors", "errors")] {
        assert_eq!(suite.attribute(attribute), Some(json[key].to_string().as_str()));
    }
    assert_eq!(suite.attribute("name"), Some(EVERY_ENDING));
}

#[test]
#[cfg_attr(not(feature = "junit"), ignore = "built without it")]
fn junit_has_what_is_required_and_what_cannot_be_used() {
    let lacking = ran(&["--gates", SHOP, "--format", "junit", "--require-coverage", PASSING]);
    assert_eq!(lacking.code, Some(1));
    take_down("junit-coverage", &lacking);
    junit::assert_valid(&lacking.stdout);
    let document = Document::parse(&lacking.stdout).unwrap();
    let last = *cases(&document).last().unwrap();
    assert_eq!((last.attribute("classname"), last.has_children()), (Some("coverage"), true));

    let refused = ran(&["--gates", SHOP, "--format", "junit", "fixtures/bad/suites/many-faults.yaml", PASSING]);
    assert_eq!(refused.code, Some(2));
    let document = Document::parse(&refused.stdout).unwrap();
    let suites: Vec<_> = document.descendants().filter(|node| node.has_tag_name("testsuite")).collect();
    assert_eq!(suites.len(), 2, "one a file");
    assert_eq!(suites[0].attribute("errors"), Some("1"));
    assert_eq!(suites[1].attribute("failures"), Some("0"));
}

// Exit codes and coverage.

#[test]
fn the_worst_is_the_exit_code() {
    let bad = "fixtures/bad/suites/name-empty.yaml";
    let failing = folder(
        "failing",
        &[(
            "failing.yaml",
            "version: 1\ntests:\n  - { name: a, pipeline: search, stage: full, window_minutes: 1, \
             metrics: { p95_ms: 1 }, expect: { decision: hold } }\n",
        )],
    );
    let failing = failing.join("failing.yaml");
    let failing = failing.to_str().unwrap();
    for (files, code, word) in [
        (&[PASSING][..], 0, "PASS"),
        (&[failing], 1, "FAIL"),
        (&[failing, PASSING], 1, "FAIL"),
        (&[bad], 2, "ERROR"),
        (&[PASSING, bad, failing], 2, "ERROR"),
        (&["no/such.test.yaml"], 2, "ERROR"),
        (&["fixtures"], 2, "ERROR"),
    ] {
        let run = ran(&[&["--gates", SHOP], files].concat());
        assert_eq!(run.code, Some(code), "{files:?}: {run:?}");
        assert!(last_line(&run).starts_with(&format!("{word}  ")), "{files:?}: {run:?}");
        assert_eq!(run.stderr.is_empty(), code != 2, "{files:?}: {run:?}");
    }
    // A suite that can be run is run, whatever else cannot.
    let run = ran(&["--gates", SHOP, bad, failing]);
    assert!(run.stdout.starts_with("FAIL   a "), "{}", run.stdout);
    assert_eq!(last_line(&run), format!("ERROR  {bad}:3:11: this text is empty; 1 of 1 test failed"));
}

#[test]
fn a_table_that_is_refused_is_an_error() {
    let run = ran(&["--gates", "fixtures/bad/tables/empty-file.yaml", PASSING]);
    assert_eq!(run.code, Some(2));
    assert!(
        last_line(&run).starts_with("ERROR  fixtures/bad/tables/empty-file.yaml:1:1: the table is empty"),
        "{run:?}"
    );
}

#[test]
fn coverage_is_counted_and_can_be_required() {
    let required = ran(&["--gates", SHOP, "--require-coverage", PASSING]);
    assert_eq!(required.code, Some(1));
    assert!(last_line(&required).starts_with("FAIL  8 tests; "), "{required:?}");
    let document: Value = serde_json::from_str(&ran(&["--gates", SHOP, "--format", "json", PASSING]).stdout).unwrap();
    let coverage = &document["coverage"];
    let uncovered = coverage["uncovered"].as_array().unwrap();
    let of = |key: &str| coverage[key].as_u64().unwrap();
    assert_eq!(of("rules") - of("covered"), uncovered.len() as u64);
    let missing = |id: &str| uncovered.iter().find(|rule| rule["id"] == id).map(|rule| rule["missing"].clone());
    assert_eq!(missing("gate.p95_ms.baseline"), Some(serde_json::json!(["pass"])));
    assert_eq!(missing("gate.empty_rate.max"), Some(serde_json::json!(["pass", "fail"])));
    assert_eq!(missing("gate.p95_ms.max"), Some(serde_json::json!(["pass", "fail"])), "of the pipeline search");
    let not_set: Vec<_> = coverage["not_set"].as_array().unwrap().iter().map(|rule| rule["id"].clone()).collect();
    assert_eq!(not_set, ["gate.drift.max"]);
}

/// What several files see counts together.
#[test]
fn coverage_is_of_all_files_of_a_table() {
    let covered = |files: &[&str]| {
        let run = ran(&[&["--gates", SHOP, "--format", "json"], files].concat());
        let document: Value = serde_json::from_str(&run.stdout).unwrap();
        document["coverage"]["covered"].as_u64().unwrap()
    };
    assert_eq!(covered(&[PASSING, EVERY_ENDING]), covered(&[EVERY_ENDING, PASSING]));
    assert!(covered(&[PASSING, EVERY_ENDING]) > covered(&[PASSING]).max(covered(&[EVERY_ENDING])));
}

#[test]
fn some_tests_can_be_run() {
    let run = ran(&["--gates", SHOP, "-v", "--run", "^the (stage|recorded)", PASSING]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    assert_eq!(run.stdout.matches("\nok ").count() + 1, 3, "{}", run.stdout);
    assert!(!run.stdout.contains("coverage"), "{}", run.stdout);
    assert_eq!(last_line(&run), "PASS  3 tests; 5 left out");

    let none = ran(&["--gates", SHOP, "--run", "no such", PASSING]);
    assert_eq!((none.code, none.stdout.as_str()), (Some(2), ""));
    assert_eq!(none.stderr, "error: --run \"no such\" matches the name of none of 8 tests\n");

    let bad = ran(&["--gates", SHOP, "--run", "p95(", PASSING]);
    assert_eq!((bad.code, bad.stdout.as_str()), (Some(2), ""));
    assert!(bad.stderr.contains("'--run <REGEX>'") && bad.stderr.contains("at character 4"), "{}", bad.stderr);

    let both = ran(&["--run", "p95", "--require-coverage"]);
    assert_eq!(both.code, Some(2));
    assert!(both.stderr.contains("cannot be used with"), "{}", both.stderr);
}

// Which table is tested by what.

const TABLE: &str = "version: 1\npipelines: { p: { metrics: { m: { unit: ms } }, stages: { s: {} }, gate: [{ metric: m, max: LIMIT }] } }\n";
const SUITE: &str = "version: 1\ntests: [{ name: NAME, stage: s, window_minutes: 1, metrics: { m: 5 }, expect: { decision: DECISION } }]\n";

fn table(limit: u8) -> String {
    TABLE.replace("LIMIT", &limit.to_string())
}

fn suite_of(name: &str, decision: &str) -> String {
    SUITE.replace("NAME", name).replace("DECISION", decision)
}

#[test]
fn a_suite_tests_the_table_that_it_is_named_after() {
    let (low, high) = (table(4), table(6));
    let folder = folder(
        "named-after",
        &[
            ("gates.yaml", &low),
            ("gates.test.yaml", &suite_of("low", "hold")),
            ("other.yaml", &high),
            ("other.test.yaml", &suite_of("high", "promote")),
            ("third.yml", &high),
            ("third.test.yml", &suite_of("third", "promote")),
            ("alone.test.yaml", &suite_of("alone", "hold")),
        ],
    );
    let run_in = |arguments: &[&str]| run(test(arguments).current_dir(&folder)).unwrap();
    let tested = |arguments: &[&str]| {
        let run = run_in(arguments);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{arguments:?}: {}", run.stdout);
        run.stdout
    };
    assert!(tested(&["-v"]).contains("low"), "the default");
    assert!(tested(&["-v", "--gates", "other.yaml"]).contains("high"), "the default beside the table");
    assert!(tested(&["-v", "third.test.yml"]).contains("third.yml"));
    assert!(tested(&["alone.test.yaml"]).contains("coverage of gates.yaml"), "no alone.yaml is there");
    let several = tested(&["-v", "./gates.test.yaml", "other.test.yaml", "alone.test.yaml"]);
    assert_eq!(several.matches("coverage of ").count(), 2, "one a table: {several}");
    assert!(several.ends_with("\nPASS  3 tests\n"), "{several}");
    let documents = run_in(&["--format", "json", "gates.test.yaml", "other.test.yaml"]).stdout;
    let tables: Vec<String> = serde_json::Deserializer::from_str(&documents)
        .into_iter::<Value>()
        .map(|document| document.unwrap()["table"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(tables, ["gates.yaml", "other.yaml"]);

    let wrong = run_in(&["--gates", "other.yaml", "gates.test.yaml"]);
    assert_eq!(wrong.code, Some(1), "the flag wins: {}", wrong.stdout);
    let variable = run(test(&["-v"]).current_dir(&folder).env("ROLLOUT_GATE_GATES", "other.yaml")).unwrap();
    assert!(variable.stdout.contains("high"), "{}", variable.stdout);
}

#[test]
fn a_table_without_a_suite_says_how_to_begin() {
    let folder = folder("no-suite", &[("gates.yaml", &table(4))]);
    let run = run(test(&[]).current_dir(&folder)).unwrap();
    assert_eq!(run.code, Some(2));
    assert!(
        run.stderr.contains("gates.test.yaml") && run.stderr.contains("help: a suite of tests is a file"),
        "{run:?}"
    );
}

#[cfg(unix)]
#[test]
fn a_suite_can_come_from_standard_input() {
    let file = fs::File::open(Path::new(ROOT).join(PASSING)).unwrap();
    let run = run(test(&["--gates", SHOP, "--run", "baseline", "-"]).stdin(file)).unwrap();
    assert_eq!((run.code, last_line(&run)), (Some(0), "PASS  1 test; 7 left out"));
}

// The notation.

/// A million windows together are read, and no more: see fixtures/bad/suites for one too many.
#[test]
fn a_million_windows_are_enough() {
    let suite = "version: 1\ntests: [{ name: a, pipeline: search, stage: full, window_minutes: 1, \
                 metrics: { p95_ms: { a: [1x400000, _x200000], b: [2x400000] } }, expect: { gate_passed: false } }]\n";
    let lengths = suite.replace("_x200000", "_x1").replace("2x400000", "2x400001");
    let table = gates::read("t", fs::read_to_string(Path::new(ROOT).join(SHOP)).unwrap()).unwrap();
    assert!(suite::read("s", lengths, &table).is_ok());
    let refusal = suite::read("s", suite.to_owned(), &table).unwrap_err();
    assert!(refusal.faults[0].message.contains("different lengths"), "{refusal}");
}

/// An id can look like another with a label; the rule that has it wins.
#[test]
fn a_rule_is_named_by_its_id_before_its_label() {
    let table = "version: 1
pipelines:
  p:
    metrics: { m: { unit: ms } }
    stages: { s: {} }
    gate:
      - { metric: m, max: 5, id: fast }
      - { metric: m, max: 9, id: 'fast[eu]' }
";
    let suite = |states: &str| {
        format!(
            "version: 1
tests: [{{ name: a, stage: s, window_minutes: 1, metrics: {{ m: {{ eu: 7, 'a[b]': 3, us: 3 }} }}, \
             expect: {{ states: {{ {states} }} }} }}]
"
        )
    };
    let folder = folder("labels", &[("t.yaml", table)]);
    for (states, code) in [
        ("'fast[eu]': pass", 0),
        ("'fast[us]': pass, 'fast[a[b]]': pass", 0),
        ("'fast[eu][eu]': pass", 0),
        ("fast: fail", 1),
        ("fast: pass", 1),
        ("'fast[asia]': pass", 1),
        ("'fast[us': pass", 2),
        ("'quick[us]': pass", 2),
    ] {
        fs::write(folder.join("t.test.yaml"), suite(states)).unwrap();
        let run = run(test(&["t.test.yaml"]).current_dir(&folder)).unwrap();
        assert_eq!(run.code, Some(code), "{states}: {run:?}");
    }
}

fn shop() -> Table {
    gates::read("shop", fs::read_to_string(Path::new(ROOT).join(SHOP)).unwrap()).unwrap()
}

proptest! {
    /// Windows in the short notation come to what a snapshot with the same windows comes to.
    #[test]
    fn the_notation_is_a_snapshot_in_short(
        runs in prop::collection::vec((prop::option::of(0.0..1000.0_f64), 1_usize..4), 1..8),
        rates in prop::option::of(0.0..0.1_f64),
        flag in any::<bool>(),
    ) {
        let short: Vec<String> = runs
            .iter()
            .map(|(value, count)| format!("{}x{count}", value.map_or("_".to_owned(), |value| format!("{value:?}"))))
            .collect();
        let long: Vec<Option<f64>> = runs.iter().flat_map(|(value, count)| vec![*value; *count]).collect();
        let suite = format!(
            "version: 1\ntests: [{{ name: a, pipeline: checkout, stage: canary, metrics: {{ p95_ms: [{}], \
             error_rate: {}, drill: {flag} }}, expect: {{ warnings: [] }} }}]",
            short.join(", "),
            rates.map_or("_".to_owned(), |rate| format!("{rate:?}")),
        );
        let snapshot = serde_json::json!({
            "pipeline": "checkout",
            "stage": "canary",
            "metrics": { "p95_ms": long, "error_rate": rates, "drill": flag },
        });
        let table = shop();
        let reading = snapshot::read("j", snapshot.to_string(), &table, &Request::default()).unwrap();
        let test = suite::read("s", suite, &table).unwrap().tests.pop().unwrap();
        let Given::Windows(windows) = test.given else { panic!("no windows") };
        let [a, b] = [reading, *windows].map(|reading| evaluate(reading.stage, &reading.prepared));
        prop_assert_eq!(format!("{a:?}"), format!("{b:?}"));
    }
}

/// Where a piece of a suite is replaced by another, it is read, or refused with a place for every fault.
#[test]
fn whatever_is_written_is_read_or_refused() {
    let text = fs::read_to_string(Path::new(ROOT).join(PASSING)).unwrap();
    let table = shop();
    let pieces = prop::sample::select(vec![
        "",
        "x",
        "x0",
        "x3",
        "0x",
        "_",
        ":",
        "- ",
        "[",
        "]",
        "{",
        "}",
        "\"",
        "'",
        "\n",
        "  ",
        "&a ",
        "*a",
        "!!str ",
        "#",
        "~",
        "1e999",
        "-1",
        ".nan",
        "é",
        "\u{202e}",
        "metrics",
        "expect",
        "name: a\n",
        "eu: ",
        "[1x1000001]",
        "---\n",
    ]);
    let edits = prop::collection::vec((0..text.len(), 0..6_usize, pieces), 1..4);
    proptest!(|(edits in edits)| {
        let mut text = text.clone();
        for (at, length, piece) in edits {
            let start = text.floor_char_boundary(at);
            let end = text.floor_char_boundary(start + length);
            text.replace_range(start..end, piece);
        }
        match suite::read("s", text.clone(), &table) {
            Ok(suite) => prop_assert!(!suite.tests.is_empty()),
            Err(refusal) => {
                prop_assert!(!refusal.faults.is_empty());
                for fault in &refusal.faults {
                    prop_assert!(refusal.place(fault).is_some(), "{}: {fault:?}", text);
                    prop_assert!(fault.help.is_some(), "{}: {fault:?}", text);
                }
            }
        }
    });
}

// The suite of this repository.

#[test]
fn the_shipped_suite_covers_every_rule() {
    let run = ran(&["--require-coverage", "gates.test.yaml"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{}", run.stdout);
    // Where nothing else is there, the table and the suite in the binary are those of the repository.
    let empty = folder("empty", &[]);
    let built_in = binary::run(test(&["--require-coverage"]).current_dir(empty)).unwrap();
    assert_eq!((built_in.code, built_in.stderr.as_str()), (Some(0), ""), "{}", built_in.stdout);
    assert_eq!(built_in.stdout.replace("built-in ", ""), run.stdout);
}

/// A number of the table, and what it could be instead.
struct Number {
    /// The key that it stands behind.
    key: String,
    place: Range<usize>,
    others: [f64; 2],
}

/// Every number of a table that says what is allowed: limits, runs, durations. Those in texts are none.
///
/// A limit could be a hair less or more, one on counts one less or more: where that is noticed, a value between the
/// limit and what is beyond it is tested, and every larger step takes that value along.
fn numbers(text: &str, pipeline: &Pipeline) -> Vec<Number> {
    let stages = pipeline.stages.iter().map(|stage| stage.name.as_str());
    let limits: Vec<&str> = stages.chain(Comparator::ALL.map(Comparator::name)).chain(["baseline +"]).collect();
    let whole = ["windows", "for", "window", "observe", "rollback_within"];
    let counts = pipeline.metrics.iter().filter(|metric| metric.unit == Unit::Count);
    let counts: Vec<String> = counts.map(|metric| format!("metric: {},", metric.name)).collect();
    let mut found = Vec::new();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let code = line.split_once(" #").map_or(line, |(code, _)| code);
        let code = if line.starts_with('#') { "" } else { code };
        let behind = code.match_indices(": ").map(|(colon, _)| (colon, colon + 2));
        let behind =
            behind.chain(code.match_indices("baseline + ").map(|(start, word)| (start + 10, start + word.len())));
        for (key_end, after) in behind {
            let key =
                code[..key_end].rsplit(|c: char| !c.is_alphanumeric() && !"_+ ".contains(c)).next().unwrap().trim();
            let value = &code[after..];
            let start = after + value.len() - value.trim_start().len();
            let token = code[start..].split(|c: char| !c.is_ascii_digit() && !".e-".contains(c)).next().unwrap();
            let Ok(number) = token.parse::<f64>() else { continue };
            let is_count = counts.iter().any(|count| code.contains(count.as_str()));
            let step = match (whole.contains(&key), limits.contains(&key)) {
                (true, _) => 1.0,
                (_, true) if is_count => 1.0,
                (_, true) if number == 0.0 => 1e-9,
                (_, true) => number.abs() * 1e-9,
                (false, false) => continue,
            };
            let place = offset + start..offset + start + token.len();
            found.push(Number { key: key.to_owned(), place, others: [number - step, number + step] });
        }
        offset += line.len();
    }
    found
}

/// The table with one of its pipelines, and the tests of it: the others cannot notice anything.
fn alone(pipeline: &str, table: &str, suite: &str) -> (String, String) {
    let begins = |line: &str| line.strip_prefix("  ").is_some_and(|line| line.starts_with(char::is_alphabetic));
    let mut text = String::new();
    let mut is_own = true;
    for line in table.split_inclusive('\n') {
        if begins(line) {
            is_own = line.trim() == format!("{pipeline}:");
        }
        if is_own {
            text += line;
        }
    }
    let mut tests = suite.split("\n  - name: ");
    let head = tests.next().unwrap().to_owned();
    let own = tests.filter(|test| test.contains(&format!("\n    pipeline: {pipeline}\n")));
    (text, own.fold(head, |tests, test| tests + "\n  - name: " + test))
}

/// Whether the table is refused, or some test of the suite does not pass.
fn is_noticed(table: String, tests: &str) -> bool {
    let Ok(table) = gates::read("gates.yaml", table) else { return true };
    let suite = suite::read("gates.test.yaml", tests.to_owned(), &table).unwrap();
    let mut coverage = Coverage::new(&table);
    let mut endings = suite.tests.into_iter().map(|test| test.run(&mut coverage, |_| unreachable!()).ending);
    endings.any(|ending| !matches!(ending, Ending::Passed))
}

/// Numbers that no verdict depends on: the parts of a rule whose limit is not set, and how soon a rollback must be done.
const WITHOUT_EFFECT: [&str; 11] = [
    "optimize for: 15 -> 14",
    "optimize for: 15 -> 16",
    "optimize equals: 1 -> 0.999999999",
    "optimize equals: 1 -> 1.000000001",
    "web4 rollback_within: 0 -> 1",
    "web4 rollback_within: 0 -> 1",
    "web4 rollback_within: 1 -> 0",
    "web4 rollback_within: 1 -> 2",
    "web4 rollback_within: 30 -> 29",
    "web4 rollback_within: 30 -> 31",
    "web4 rollback_within: 0 -> 1",
];

#[test]
fn the_shipped_suite_notices_every_changed_number() {
    let file = |name| fs::read_to_string(Path::new(ROOT).join(name)).unwrap();
    let (table, suite) = (file("gates.yaml"), file("gates.test.yaml"));
    let pipelines = gates::read("gates.yaml", table.clone()).unwrap().pipelines;
    let (mut tried, mut unnoticed) = (0, Vec::new());
    for pipeline in &pipelines {
        let (text, tests) = alone(&pipeline.name, &table, &suite);
        assert!(!is_noticed(text.clone(), &tests), "{}", pipeline.name);
        let numbers = numbers(&text, pipeline);
        tried += numbers.len();
        let changes = numbers.iter().flat_map(|number| number.others.map(|other| (number, other)));
        let change = |(Number { key, place, .. }, other): (&Number, f64)| {
            let table = format!("{}{other}{}", &text[..place.start], &text[place.end..]);
            let what = format!("{} {key}: {} -> {other}", pipeline.name, &text[place.clone()]);
            (!is_noticed(table, &tests)).then_some(what)
        };
        unnoticed.extend(changes.collect::<Vec<_>>().into_par_iter().filter_map(change).collect::<Vec<_>>());
    }
    assert_eq!(unnoticed, WITHOUT_EFFECT);
    assert!(tried > 100, "{tried} numbers");
}
