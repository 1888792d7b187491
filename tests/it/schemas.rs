//! The schemas that editors and other programs use: those in `fixtures/schemas` are those that the program prints, they
//! accept what the program accepts, and of what it refuses they refuse all that a schema can tell.
//!
//! `TRYCMD=overwrite cargo test --test it schemas::` writes them down.

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
};

use jsonschema::Validator;
use serde_json::Value;

use crate::shared::binary::{check, command, run};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// What the program prints a schema of.
const DOCUMENTS: [&str; 6] = ["gates", "snapshot", "tests", "report", "lint-report", "test-report"];

fn schema(document: &str) -> String {
    let run = run(&mut command(["schema", document])).unwrap();
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    run.stdout
}

fn validator(document: &str) -> Validator {
    let schema: Value = serde_json::from_str(&schema(document)).unwrap();
    assert!(jsonschema::meta::is_valid(&schema), "the schema of {document} is no JSON Schema");
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

/// The same, without keys beyond those that the schema describes: of what is written, it describes each.
fn closed_validator(document: &str) -> Validator {
    fn close(schema: &mut Value) {
        let Some(map) = schema.as_object_mut() else { return };
        map.values_mut().for_each(close);
        if map.contains_key("properties") {
            map.insert("additionalProperties".to_owned(), false.into());
        }
    }
    let mut schema: Value = serde_json::from_str(&schema(document)).unwrap();
    close(&mut schema);
    jsonschema::validator_for(&schema).unwrap()
}

/// Every file of `folder`, and of those in it.
fn files(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(Path::new(ROOT).join(folder)).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{folder}/{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            found.extend(files(&name));
        } else {
            found.push(name.into());
        }
    }
    found.sort();
    assert!(!found.is_empty(), "{folder}");
    found
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found == extension)
}

fn read(path: &Path) -> String {
    let bytes = fs::read(Path::new(ROOT).join(path)).unwrap();
    String::from_utf8_lossy(&bytes).trim_start_matches('\u{feff}').to_owned()
}

/// As other programs read it: `None` if they could not.
fn data_of(path: &Path) -> Option<Value> {
    let text = read(path);
    if has_extension(path, "json") { serde_json::from_str(&text).ok() } else { serde_yaml::from_str(&text).ok() }
}

#[test]
fn the_schemas_in_the_repository_are_those_that_are_printed() {
    for document in DOCUMENTS {
        let path = Path::new(ROOT).join(format!("fixtures/schemas/{document}.schema.json"));
        let printed = schema(document);
        if env::var_os("TRYCMD").is_some_and(|what| what == "overwrite") {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, printed).unwrap();
        } else {
            let kept = fs::read_to_string(&path).unwrap_or_default();
            assert!(kept == printed, "{} is stale: TRYCMD=overwrite cargo test --test it schemas::", path.display());
        }
    }
}

#[test]
fn every_key_of_a_schema_is_described() {
    fn assert_described(schema: &Value, path: &str) {
        let Some(map) = schema.as_object() else { return };
        for (key, property) in map.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let is_described = property["description"].as_str().is_some_and(|text| !text.is_empty());
            assert!(is_described, "{path}.{key}: {property}");
        }
        for (key, value) in map {
            assert_described(value, &format!("{path}.{key}"));
        }
    }
    for document in DOCUMENTS {
        assert_described(&serde_json::from_str(&schema(document)).unwrap(), document);
    }
}

#[test]
fn what_is_accepted_is_valid() {
    let (gates, snapshot, suite) = (validator("gates"), validator("snapshot"), validator("tests"));
    // Neither what is refused nor what another tool answers.
    let others = ["fixtures/bad", "fixtures/schemas", "fixtures/cases/foreign"];
    let is_bad = |path: &&PathBuf| others.iter().any(|folder| path.starts_with(folder));
    let fixtures = files("fixtures");
    let good = fixtures.iter().filter(|path| !is_bad(path));
    let (mut tables, mut snapshots, mut suites) = (0, 0, 0);
    for path in good.chain(&["gates.yaml", "gates.test.yaml"].map(PathBuf::from)) {
        let validator = match path.extension().and_then(|extension| extension.to_str()) {
            Some("yaml") if path.to_string_lossy().ends_with(".test.yaml") => {
                suites += 1;
                &suite
            }
            Some("yaml") => {
                tables += 1;
                &gates
            }
            Some("json") => {
                snapshots += 1;
                &snapshot
            }
            _ => continue,
        };
        let data = data_of(path).unwrap_or_else(|| panic!("{}", path.display()));
        let errors: Vec<String> =
            validator.iter_errors(&data).map(|error| format!("{} at {}", error, error.instance_path())).collect();
        assert_eq!(errors, [""; 0], "{}", path.display());
    }
    assert!(tables > 1 && snapshots > 50 && suites > 2, "{tables} tables, {snapshots} snapshots, {suites} suites");
}

/// What a schema cannot know: what names refer to, what two keys say together, and what a text is before it is data.
const BEYOND_A_SCHEMA: [&str; 26] = [
    "bad-duration",
    "bad-reason",
    "bad-time",
    "circular-metric",
    "conflicting-keys",
    "contradiction",
    "duplicate-id",
    "duplicate-key",
    "duplicate-test",
    "ambiguous-stage",
    "merge-key",
    "missing-metric",
    "no-stage",
    "not-a-flag",
    "not-finite",
    "not-json",
    "not-utf-8",
    "not-yaml",
    "out-of-range",
    "stage-without-gate",
    "tag",
    "unequal-lengths",
    "unknown-metric",
    "unknown-pipeline",
    "unknown-rule",
    "unknown-stage",
];

/// Files that are refused for something else, which other readers of YAML take for what was meant, or which depends on
/// the table or on all of the tests together.
const LOOKS_FINE: [&str; 28] = [
    "tables/limit-hexadecimal.yaml",
    "tables/limit-octal.yaml",
    "tables/limit-with-a-plus.yaml",
    "tables/limit-with-leading-zero.yaml",
    "tables/limit-with-thousands.yaml",
    "tables/merge-key.yaml",
    "tables/optional-is-off.yaml",
    "tables/optional-is-yes.yaml",
    "tables/range-backwards.yaml",
    "tables/samples-without-min.yaml",
    "tables/tag-on-a-number-in-quotes.yaml",
    "tables/windows-with-a-plus.yaml",
    "snapshots/boolean-for-a-number.json",
    "snapshots/boolean-for-all-windows.json",
    "snapshots/entered-after-the-last-window.json",
    "snapshots/window-missing.json",
    "snapshots/window-too-large.json",
    "suites/count-beyond-every-number.yaml",
    "suites/entered-without-start.yaml",
    "suites/expect-only-free-keys.yaml",
    "suites/gate-passed-in-words.yaml",
    "suites/notation-count-is-zero.yaml",
    "suites/state-of-the-other-kind.yaml",
    "suites/too-many-windows-of-labels.yaml",
    "suites/too-many-windows-together.yaml",
    "suites/too-many-windows.yaml",
    "suites/true-for-a-number.yaml",
    "suites/window-missing.yaml",
];

/// A file that is refused for anything else is not valid.
#[test]
fn what_is_refused_is_not_valid_as_far_as_a_schema_can_tell() {
    let mut refused = 0;
    let mut passed = Vec::new();
    for (kind, schema, faults) in [
        ("tables", validator("gates"), "/error/faults"),
        ("snapshots", validator("snapshot"), "/error/faults"),
        ("suites", validator("tests"), "/refused/0/faults"),
    ] {
        for path in files(&format!("fixtures/bad/{kind}")) {
            let mut refuse = match kind {
                "tables" => check(["fixtures/tsfm/canary_5/promote.json", "--gates"]),
                "snapshots" => check(["--gates", "fixtures/good/shop.yaml"]),
                _ => command(["test", "--gates", "fixtures/good/shop.yaml"]),
            };
            let run = run(refuse.arg(&path).args(["--format", "json"])).unwrap();
            let report: Value = serde_json::from_str(&run.stdout).unwrap();
            let faults = report.pointer(faults).unwrap().as_array().unwrap();
            let codes: BTreeSet<&str> = faults.iter().map(|fault| fault["code"].as_str().unwrap()).collect();
            let Some(data) = data_of(&path) else { continue };
            if codes.iter().any(|code| !BEYOND_A_SCHEMA.contains(code)) {
                if schema.is_valid(&data) {
                    passed.push(path);
                }
                refused += 1;
            }
        }
    }
    assert_eq!(passed, LOOKS_FINE.map(|file| PathBuf::from("fixtures/bad").join(file)));
    assert!(refused > 100, "{refused}");
}

#[test]
fn every_report_is_valid() {
    let report = closed_validator("report");
    let tables = ["gates.yaml", "fixtures/good/shop.yaml", "fixtures/bad/tables/many-faults.yaml", "no/such.yaml"];
    let folders = ["tsfm", "optimize", "stage-validation", "assignment-pipeline", "web4", "good/shop", "bad/snapshots"];
    let folders = folders.map(|folder| format!("fixtures/{folder}"));
    let mut decisions = BTreeSet::new();
    for table in tables {
        let run = run(check(["--format", "jsonl", "--gates", table]).args(&folders)).unwrap();
        for line in run.stdout.lines() {
            let document: Value = serde_json::from_str(line).unwrap();
            let errors: Vec<String> = report.iter_errors(&document).map(|error| error.to_string()).collect();
            assert_eq!(errors, [""; 0], "{line}");
            decisions.insert(document["decision"].to_string());
        }
    }
    assert_eq!(decisions.len(), 4, "{decisions:?}");
}

#[test]
fn every_test_report_is_valid() {
    let report = closed_validator("test-report");
    let mut statuses = BTreeSet::new();
    for arguments in [
        ["--gates", "fixtures/good/shop.yaml", "fixtures/suites/every-ending.test.yaml"],
        ["--gates", "fixtures/good/shop.yaml", "fixtures/bad/suites/many-faults.yaml"],
        ["--gates", "fixtures/bad/tables/many-faults.yaml", "gates.test.yaml"],
    ] {
        let run = run(command(["test", "--format", "json"]).args(arguments)).unwrap();
        let document: Value = serde_json::from_str(&run.stdout).unwrap();
        let errors: Vec<String> = report.iter_errors(&document).map(|error| error.to_string()).collect();
        assert_eq!(errors, [""; 0], "{}", run.stdout);
        statuses.extend(document["tests"].as_array().unwrap().iter().map(|test| test["status"].to_string()));
    }
    assert_eq!(statuses.len(), 3, "{statuses:?}");
}

#[test]
fn every_lint_report_is_valid() {
    let report = closed_validator("lint-report");
    let mut severities = BTreeSet::new();
    for folder in ["fixtures/bad/lints", "fixtures/bad/tables", "fixtures/good/lints"] {
        for table in files(folder).into_iter().filter(|path| has_extension(path, "yaml")) {
            let run = run(command(["lint", "--format", "json", "--gates"]).arg(&table)).unwrap();
            let Ok(document) = serde_json::from_str::<Value>(&run.stdout) else {
                assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{}", table.display());
                continue;
            };
            let errors: Vec<String> = report.iter_errors(&document).map(|error| error.to_string()).collect();
            assert_eq!(errors, [""; 0], "{}", run.stdout);
            let findings = document["findings"].as_array().unwrap();
            severities.extend(findings.iter().map(|finding| finding["severity"].to_string()));
        }
    }
    assert_eq!(severities.len(), 2, "{severities:?}");
}
