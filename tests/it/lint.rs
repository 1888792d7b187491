//! `rollout-gate lint`: every lint has a faulty table of its own under `fixtures/bad/lints`, named by its code, and its
//! words under `tests/snapshots/lints`; the tables of `fixtures/good/lints` are at the boundary and raise nothing. A
//! folder beside a table, of the same name, holds the snapshots that it is compared with.
//!
//! `INSTA_UPDATE=always cargo test --test it lint::` takes the words down.

use std::{collections::BTreeSet, fs, io, path::Path};

use rollout_gate::{lint::code::Lint, refusal::Code};
use serde_json::Value;

use crate::shared::{
    binary::{self, Run, command, run},
    colour::without_colour,
    folder::folder,
    kept::kept_in,
};

const BAD: &str = "fixtures/bad/lints";
const GOOD: &str = "fixtures/good/lints";

/// The tables of a folder, as the command line names them.
fn tables(folder: &str) -> io::Result<Vec<String>> {
    let names = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder))?;
    let names: io::Result<BTreeSet<String>> =
        names.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect();
    Ok(names?
        .into_iter()
        .filter(|name| Path::new(name).extension() == Some("yaml".as_ref()))
        .map(|name| format!("{folder}/{name}"))
        .collect())
}

/// Lints a table, beside its snapshots if it has any.
fn lint(table: &str, flags: &[&str]) -> io::Result<Run> {
    let mut command = command(["lint", "--gates", table]);
    let snapshots = table.trim_end_matches(".yaml");
    if Path::new(env!("CARGO_MANIFEST_DIR")).join(snapshots).is_dir() {
        command.args(["--against", snapshots]);
    }
    run(command.args(flags))
}

fn document(run: &Run) -> io::Result<Value> {
    serde_json::from_str(&run.stdout).map_err(io::Error::other)
}

/// One key of every finding.
fn texts<'a>(document: &'a Value, key: &str) -> Vec<&'a str> {
    let findings = document.get("findings").and_then(Value::as_array);
    findings.into_iter().flatten().filter_map(|finding| finding.get(key)?.as_str()).collect()
}

/// The code that the name of a faulty table begins with.
fn code_of(table: &str) -> Option<&'static str> {
    let name = table.rsplit('/').next()?.trim_end_matches(".yaml");
    let is_its = |code: &&str| name.strip_prefix(code).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
    Lint::ALL.map(Lint::name).into_iter().find(is_its)
}

#[test]
fn every_lint_is_raised_by_its_table_alone_and_in_these_words() -> io::Result<()> {
    let mut raised = BTreeSet::new();
    for table in tables(BAD)? {
        let json = document(&lint(&table, &["--format", "json"])?)?;
        let code = code_of(&table);
        assert_eq!(texts(&json, "code"), code.into_iter().collect::<Vec<_>>(), "{table}: {json}");
        raised.extend(code);
        let text = lint(&table, &[])?;
        assert_eq!((text.code, text.stderr.as_str()), (Some(0), ""), "{table}: {text:?}");
        let mut settings = kept_in("lints");
        settings.set_snapshot_suffix(table.rsplit('/').next().unwrap_or_default());
        settings.bind(|| insta::assert_snapshot!("lint", text.stdout));
    }
    assert_eq!(raised, Lint::ALL.map(Lint::name).into());
    Ok(())
}

#[test]
fn every_snapshot_has_its_table() -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots/lints");
    let taken: io::Result<BTreeSet<String>> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect();
    let taken: BTreeSet<String> = taken?.into_iter().filter(|name| name.starts_with("lint@")).collect();
    let expected = tables(BAD)?.into_iter().map(|table| {
        let name = table.rsplit('/').next().unwrap_or_default();
        format!("lint@{name}.snap")
    });
    assert_eq!(taken, expected.collect());
    Ok(())
}

#[test]
fn nothing_is_raised_at_the_boundary() -> io::Result<()> {
    for table in tables(GOOD)? {
        let run = lint(&table, &["--deny-warnings"])?;
        assert_eq!((run.code, run.stdout), (Some(0), format!("{table}: no findings\n")), "{table}");
    }
    Ok(())
}

/// What is shipped has been reviewed, alone and beside the snapshots that are recorded for it.
#[test]
fn the_shipped_table_has_no_findings() -> io::Result<()> {
    let folders = ["tsfm/canary_5", "tsfm/canary_25", "tsfm/full_100", "optimize", "stage-validation"];
    let folders = folders.into_iter().chain(["assignment-pipeline", "web4"]).map(|name| format!("fixtures/{name}"));
    for against in [Vec::new(), std::iter::once("--against".to_owned()).chain(folders).collect()] {
        let run = run(command(["lint", "--gates", "gates.yaml", "--deny-warnings"]).args(against))?;
        assert_eq!((run.code, run.stdout.as_str()), (Some(0), "gates.yaml: no findings\n"), "{run:?}");
    }
    let built_in = run(command(["lint", "--deny-warnings"]).current_dir(env!("CARGO_TARGET_TMPDIR")))?;
    assert_eq!((built_in.code, built_in.stdout.as_str()), (Some(0), "built-in gates.yaml: no findings\n"));
    Ok(())
}

/// Codes, places and ways out are the same in both formats.
#[test]
fn json_says_what_text_says() -> io::Result<()> {
    for table in tables(BAD)? {
        let json = document(&lint(&table, &["--format", "json"])?)?;
        let text = lint(&table, &[])?.stdout;
        assert_eq!(texts(&json, "severity"), ["warning"], "{table}");
        let of = |key| texts(&json, key).concat();
        assert!(text.contains(&format!("warning[{}]: {}\n", of("code"), of("message"))), "{table}: {text}");
        assert!(text.contains(&format!("= note: at {}\n", of("path"))), "{table}: {text}");
        assert!(text.contains(&format!("= help: {}\n", of("help"))), "{table}: {text}");
        let finding = json.pointer("/findings/0").cloned().unwrap_or_default();
        let place = format!("{}:{}:{}", of("file"), finding["line"], finding["column"]);
        let shown = text.lines().find_map(|line| line.trim_start().strip_prefix("--> "));
        assert_eq!(shown, Some(place.as_str()), "{table}: {text}");
        assert_eq!((&json["errors"], &json["warnings"]), (&Value::from(0), &Value::from(1)), "{table}");
        assert_eq!(json["table"], Value::from(table));
    }
    Ok(())
}

#[test]
fn denied_warnings_are_findings() -> io::Result<()> {
    for table in tables(BAD)? {
        for flags in [&["--deny-warnings"][..], &["--deny-warnings", "--format", "json"]] {
            assert_eq!(lint(&table, flags)?.code, Some(1), "{table}");
        }
    }
    Ok(())
}

/// Errors of loading are findings, each with its code, and all that `check` shows.
#[test]
fn every_error_of_loading_is_found() -> io::Result<()> {
    for table in tables("fixtures/bad/tables")? {
        let checked = run(&mut binary::check(["--gates", &table, "fixtures/tsfm/runbook.json"]))?;
        let linted = lint(&table, &[])?;
        if linted.code == Some(2) {
            assert_eq!((linted.stdout.as_str(), &linted.stderr), ("", &checked.stderr), "{table}");
            continue;
        }
        let summary = linted.stdout.strip_prefix(&checked.stderr).unwrap_or_default();
        assert!(summary.starts_with(&format!("{table}: ")) && summary.contains(" error"), "{table}: {linted:?}");
        assert_eq!((linted.code, linted.stderr.as_str()), (Some(1), ""), "{table}");
        let json = document(&lint(&table, &["--format", "json"])?)?;
        let known: BTreeSet<&str> = Code::ALL.iter().map(|code| code.name()).collect();
        let codes = texts(&json, "code");
        assert!(!codes.is_empty() && codes.iter().all(|code| known.contains(code)), "{table}: {json}");
        assert_eq!(texts(&json, "severity"), vec!["error"; codes.len()], "{table}");
        assert_eq!(texts(&json, "help").len(), codes.len(), "{table}: each has a way out");
    }
    Ok(())
}

#[test]
fn a_table_that_cannot_be_read_is_no_finding() -> io::Result<()> {
    let folder = folder("lint-unreadable")?;
    fs::write(folder.join("utf-16.yaml"), b"\xFF\xFEv\0")?;
    fs::write(folder.join("latin-1.yaml"), b"version: \xE9\n")?;
    fs::write(folder.join("faulty.yaml"), "version: 1\n")?;
    for (table, code, code_of_json) in [
        ("nowhere.yaml", "unreadable", 2),
        (".", "unreadable", 2),
        ("utf-16.yaml", "not-utf-8", 2),
        ("latin-1.yaml", "not-utf-8", 2),
        ("faulty.yaml", "missing-key", 1),
    ] {
        for format in ["text", "json"] {
            let run = run(command(["lint", "--gates", table, "--format", format]).current_dir(&folder))?;
            assert_eq!(run.code, Some(code_of_json), "{table}: {run:?}");
            let (told, silent) =
                if code_of_json == 2 { (&run.stderr, &run.stdout) } else { (&run.stdout, &run.stderr) };
            assert!(told.contains(code) && silent.is_empty(), "{table}: {run:?}");
        }
    }
    Ok(())
}

/// A snapshot that cannot be read hides nothing of what the others and the table say.
#[test]
fn a_snapshot_that_cannot_be_read_is_told_beside_the_findings() -> io::Result<()> {
    let folder = folder("lint-against")?;
    let canary = |metrics: &str| format!(r#"{{ "stage": "canary", "metrics": {{ {metrics} }} }}"#);
    let seen = r#""p95_ms": "no number", "error_rate": [], "queue": 1"#;
    fs::write(folder.join("a.json"), canary(seen))?;
    fs::write(folder.join("b.json"), canary("\"p95_ms\": 1, \"\\u001b[31m\": 1"))?;
    fs::write(folder.join("bad.json"), "{ \"stage\": ")?;
    fs::write(folder.join("unknown.json"), r#"{ "stage": "canari", "metrics": {} }"#)?;
    fs::write(folder.join("nameless.json"), r#"{ "metrics": {} }"#)?;
    fs::write(folder.join("no-metrics.json"), r#"{ "stage": "canary" }"#)?;
    fs::write(folder.join("twice.json"), canary(r#""p95_ms": 1, "p95_ms": 2"#))?;
    let table = format!("{BAD}/metric-never-seen.yaml");
    let run = run(command(["lint", "--gates", &table, "--against"]).args([&folder, &folder.join("nowhere.json")]))?;
    let without_folder = |text: &str| text.replace(&*folder.to_string_lossy(), "FOLDER");
    assert_eq!(run.code, Some(2), "{run:?}");
    let settings = kept_in("lints");
    settings.bind(|| insta::assert_snapshot!("against-findings", without_folder(&run.stdout)));
    settings.bind(|| insta::assert_snapshot!("against-unreadable", without_folder(&run.stderr)));
    Ok(())
}

/// A metric is seen where a snapshot has it, or its parts, at a stage at which the rule stands.
#[test]
fn a_metric_is_seen_whole_or_by_its_parts() -> io::Result<()> {
    let folder = folder("lint-parts")?;
    let table = format!("{GOOD}/against.yaml");
    let snapshot = folder.join("s.json");
    for (stage, metrics, findings) in [
        ("canary", r#""p95_ms": 1, "errors": 1, "requests": 1"#, &[][..]),
        ("canary", r#""p95_ms": 1, "error_rate": 1"#, &[]),
        ("canary", r#""p95_ms": 1, "errors": 1"#, &["metric-never-seen", "metric-never-seen"]),
        ("full", r#""p95_ms": 1, "error_rate": 1"#, &["metric-never-seen"]),
        ("full", r#""p95_ms": 1, "error_rate": 1, "queue": 1, "x": 1"#, &["metric-not-judged"]),
    ] {
        fs::write(&snapshot, format!(r#"{{ "stage": "{stage}", "metrics": {{ {metrics} }} }}"#))?;
        let run = run(command(["lint", "--format", "json", "--gates", &table, "--against"]).arg(&snapshot))?;
        assert_eq!(texts(&document(&run)?, "code"), findings, "{stage} {metrics}");
    }
    Ok(())
}

/// An `allow` for snapshots is tried only where there are some.
#[test]
fn an_allow_for_snapshots_waits_for_them() -> io::Result<()> {
    let folder = folder("lint-allow-against")?;
    let table = format!("{GOOD}/unused-allow.yaml");
    let snapshot = folder.join("s.json");
    for (stage, metrics, findings) in [
        ("canary", r#""error_rate": 1, "queues": 1"#, &[][..]),
        ("canary", r#""error_rate": 1"#, &["unused-allow"]),
        ("canary", r#""error_rate": 1, "p95_ms": 1, "queues": 1"#, &["unused-allow"]),
        ("canary", r#""error_rate": 1, "p95_ms": 1"#, &["unused-allow", "unused-allow"]),
    ] {
        fs::write(&snapshot, format!(r#"{{ "stage": "{stage}", "metrics": {{ {metrics} }} }}"#))?;
        let run = run(command(["lint", "--format", "json", "--gates", &table, "--against"]).arg(&snapshot))?;
        assert_eq!(texts(&document(&run)?, "code"), findings, "{stage} {metrics}");
    }
    Ok(())
}

#[test]
fn many_errors_and_warnings_are_counted() -> io::Result<()> {
    for (name, table, code) in [
        ("many-errors", "fixtures/bad/tables/many-faults.yaml", 1),
        ("no-findings", "gates.yaml", 0),
        ("one-warning", "fixtures/bad/lints/later-stage-laxer.yaml", 0),
    ] {
        let run = lint(table, &["--format", "json"])?;
        assert_eq!((run.code, run.stderr.as_str()), (Some(code), ""), "{table}");
        kept_in("lints").bind(|| insta::assert_snapshot!(format!("json-{name}"), run.stdout));
    }
    let many = lint("fixtures/bad/tables/many-faults.yaml", &[])?;
    assert_eq!(many.stdout.lines().last().map(|line| line.ends_with(" errors")), Some(true), "{many:?}");
    Ok(())
}

/// Colour adds escapes and nothing else.
#[test]
fn colour_says_nothing_more() -> io::Result<()> {
    for table in [format!("{BAD}/gate-passes-trigger.yaml"), "fixtures/bad/tables/many-faults.yaml".to_owned()] {
        let (colour, plain) = (lint(&table, &["--color", "always"])?, lint(&table, &[])?);
        assert_ne!(colour.stdout, plain.stdout);
        assert_eq!(without_colour(&colour.stdout), plain.stdout);
    }
    Ok(())
}

/// Names are data: none of them acts on a terminal.
#[test]
fn hostile_names_are_written_out() -> io::Result<()> {
    let folder = folder("lint-hostile")?;
    let (table, snapshot) = (folder.join("t.yaml"), folder.join("s.json"));
    let name = r"\e[31m\u202Eevil";
    let metrics = format!("{{ m: {{ unit: ms }}, \"{name}\": {{ unit: ms }} }}");
    let stages = format!("{{ \"{name}\": {{}}, b: {{}} }}");
    let gate = format!("[{{ metric: m, max: {{ \"{name}\": 1, b: 2 }} }}]");
    let pipeline = format!("{{ metrics: {metrics}, stages: {stages}, gate: {gate} }}");
    fs::write(&table, format!("version: 1\npipelines: {{ \"{name}\": {pipeline} }}\n"))?;
    fs::write(&snapshot, r#"{ "stage": "b", "metrics": { "\u001b[31m": 1, "m": 1 } }"#)?;
    for format in ["text", "json"] {
        let mut command = command(["lint", "--format", format, "--gates"]);
        let run = run(command.arg(&table).arg("--against").arg(&snapshot))?;
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run:?}");
        let acts = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
        assert!(!run.stdout.contains(acts), "{}", run.stdout);
        assert!(run.stdout.contains("evil"), "{}", run.stdout);
    }
    Ok(())
}
