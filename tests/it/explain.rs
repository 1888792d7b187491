//! `explain`: rules, stages and codes in words, and how rules judged a snapshot. What it looks like is under
//! `tests/snapshots/explain`; `INSTA_UPDATE=always cargo test --test it explain::` takes it down anew.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::Stdio,
};

use rollout_gate::{
    input::{
        gates,
        snapshot::{self, Request},
        suite,
    },
    lint::{code::Lint, review::review},
    refusal::{Code, Refusal},
    report::explain::example::{self, Example, Inside},
};
use serde_json::Value;

use crate::shared::{
    acting::assert_shown,
    binary::{Run, check, command, run},
    colour::without_colour,
    kept::kept_in,
    verdicts::{TABLE, VERDICTS},
};

const WORDS: &str = "fixtures/good/words.yaml";
const FIRST: &str = "fixtures/good/words/first.json";
const LONG: &str = "fixtures/good/words/long.json";

/// Explains it, which must work.
fn explain(arguments: &[&str]) -> io::Result<String> {
    let run = run(command(["explain"]).args(arguments))?;
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{arguments:?}");
    assert!(run.stdout.ends_with('\n') && !run.stdout.ends_with("\n\n"), "{arguments:?}");
    Ok(run.stdout)
}

fn take_down(name: &str, text: &str) {
    kept_in("explain").bind(|| insta::assert_snapshot!(name, text));
}

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn document(table: &str) -> io::Result<Value> {
    Ok(serde_json::from_str(&run(command(["show"]).args(["--gates", table, "--format", "json"]))?.stdout)?)
}

/// The ids of a pipeline's rules.
fn ids(pipeline: &Value) -> Vec<String> {
    pipeline["rules"].as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap().to_owned()).collect()
}

// In words.

#[test]
fn rules() -> io::Result<()> {
    for (name, table) in [("words", WORDS), ("shop", TABLE), ("hostile", "fixtures/good/hostile.yaml")] {
        let mut all = Vec::new();
        for pipeline in document(table)?["pipelines"].as_array().unwrap() {
            let of = pipeline["name"].as_str().unwrap();
            for id in ids(pipeline) {
                all.push(explain(&["--gates", table, "--pipeline", of, &id])?);
            }
        }
        take_down(&format!("rules-{name}"), &all.join("\n"));
    }
    Ok(())
}

/// A rule that several pipelines have is explained for each, or for the one that is named.
#[test]
fn a_rule_of_several_pipelines() -> io::Result<()> {
    let all = explain(&["gate.fallback_rate.max"])?;
    take_down("rule-of-several-pipelines", &all);
    let one = explain(&["gate.fallback_rate.max", "--pipeline", "tsfm"])?;
    assert!(all.starts_with(&one) && all.len() > one.len());
    Ok(())
}

/// What is said of a stage is what `show` says.
#[test]
fn stages() -> io::Result<()> {
    let of = |pipeline: &str| run(command(["show"]).args(["--gates", TABLE, pipeline, "canary"]));
    let (checkout, search) = (of("checkout")?.stdout, of("search")?.stdout);
    assert_eq!(explain(&["--gates", TABLE, "canary"])?, format!("{checkout}\n{search}"));
    assert_eq!(explain(&["--gates", TABLE, "canary", "--pipeline", "search"])?, search);
    Ok(())
}

/// The sentence of a rule is the one that `show` has for machines.
#[test]
fn the_sentence_is_the_same_everywhere() -> io::Result<()> {
    for table in ["gates.yaml", WORDS, TABLE] {
        for pipeline in document(table)?["pipelines"].as_array().unwrap() {
            let name = pipeline["name"].as_str().unwrap();
            for rule in pipeline["rules"].as_array().unwrap() {
                let text = explain(&["--gates", table, "--pipeline", name, rule["id"].as_str().unwrap()])?;
                let words: Vec<&str> = text.split_whitespace().collect();
                let text = words.join(" ");
                let told = rule["notes"].as_array().unwrap().iter().chain([&rule["sentence"]]);
                for told in told.map(|told| told.as_str().unwrap()) {
                    assert!(text.contains(told), "{told:?} in {text}");
                }
                assert!(text.contains(&format!("{table}:{}", rule["line"])), "{text}");
            }
        }
    }
    Ok(())
}

// Codes.

#[test]
fn every_code_is_explained() -> io::Result<()> {
    let faults = Code::ALL.iter().map(|code| (code.name(), code.explanation()));
    let lints = Lint::ALL.iter().map(|lint| (lint.name(), lint.explanation()));
    let mut all = Vec::new();
    for (name, explanation) in faults.chain(lints) {
        let text = explain(&[name])?;
        let words: Vec<&str> = text.split_whitespace().collect();
        assert!(words.join(" ").contains(explanation), "{name}: {text}");
        all.push(text);
    }
    take_down("codes", &all.join("\n"));
    Ok(())
}

/// A table and a snapshot for it, with an example put where it belongs.
fn with_example(Example { inside, text }: Example) -> (String, String) {
    let snapshot = r#"{ "stage": "canary", "window_minutes": 5, "metrics": { "p95_ms": [240] } }"#;
    match inside {
        Inside::Table => return (text.to_owned(), snapshot.to_owned()),
        Inside::Snapshot => return (with_example(Example { inside: Inside::Words, text: "" }).0, text.to_owned()),
        _ => {}
    }
    // Keys of the pipeline, of which the example replaces those that it has.
    let metrics = "metrics: { p95_ms: { unit: ms }, error_rate: { unit: ratio, optional: true }, \
                   failures: { unit: count, optional: true }, requests: { unit: count, optional: true } }";
    let stages = "stages: { canary: { observe: 30m }, full: { observe: 30m } }";
    let entry = |default: &str| default.replacen("{ ", &format!("{{ {text}, "), 1);
    let [metrics, stages] = match inside {
        Inside::Metrics => [entry(metrics), stages.to_owned()],
        Inside::Stages => [metrics.to_owned(), format!("stages: {{ {text}, canary: {{}} }}")],
        _ => [metrics, stages].map(str::to_owned),
    };
    let item =
        |place: Inside, key: &str, default: &str| format!("{key}: [{}]", if inside == place { text } else { default });
    let keys = [
        metrics,
        stages,
        item(Inside::Gate, "gate", "{ metric: p95_ms, max: 300 }"),
        item(Inside::Rollback, "rollback", "{ metric: p95_ms, above: 400 }"),
        "on_rollback: [Go back.]".to_owned(),
        if inside == Inside::Tests { "window: 5m".to_owned() } else { "x-window: any".to_owned() },
    ];
    let given = if inside == Inside::Pipeline { text } else { "" };
    let is_given = |key: &String| given.lines().any(|line| line.split(':').next() == key.split(':').next());
    let lines: Vec<&str> = keys.iter().filter(|key| !is_given(key)).map(String::as_str).chain(given.lines()).collect();
    (format!("version: 1\npipelines:\n  shop:\n    {}\n", lines.join("\n    ")), snapshot.to_owned())
}

/// What is shown as raising a code raises it.
#[test]
fn every_example_of_an_error_raises_it() {
    for code in Code::ALL {
        let example = example::of_fault(*code);
        if matches!(example.inside, Inside::Command | Inside::Words) {
            continue;
        }
        let (table, snapshot) = with_example(example);
        let read = || -> Result<(), Refusal> {
            let table = gates::read("table", table.clone())?;
            if example.inside == Inside::Tests {
                let tests = example.text.replace('\n', "\n  ");
                return suite::read("suite", format!("version: 1\ntests:\n  {tests}\n"), &table).map(|_| ());
            }
            snapshot::read("snapshot", snapshot.clone(), &table, &Request::default()).map(|_| ())
        };
        let refusal = read().expect_err(code.name());
        let raised: Vec<&str> = refusal.faults.iter().map(|fault| fault.code.name()).collect();
        assert!(raised.contains(&code.name()), "{}: {raised:?} by {example:?}\n{table}", code.name());
    }
}

/// What is shown as raising a lint raises it.
#[test]
fn every_example_of_a_lint_raises_it() {
    for lint in Lint::ALL {
        let example = example::of_lint(lint);
        if matches!(example.inside, Inside::Command | Inside::Words) {
            continue;
        }
        let (text, _) = with_example(example);
        let table = gates::read("table", text.clone()).unwrap_or_else(|refusal| panic!("{refusal}\n{text}"));
        let findings = table.pipelines.iter().flat_map(|pipeline| review(pipeline, &[]));
        let raised: Vec<&str> = findings.map(|finding| finding.lint.name()).collect();
        assert!(raised.contains(&lint.name()), "{}: {raised:?} by {example:?}\n{text}", lint.name());
    }
}

// With a snapshot.

#[test]
fn judging() -> io::Result<()> {
    take_down("judging-words", &explain(&["--gates", WORDS, "first", "--with", FIRST])?);
    for (rule, name) in
        [("rollback.p95_ms.above", "folded"), ("gate.p95_ms.max", "folded-gate"), ("last", "folded-whole")]
    {
        take_down(&format!("judging-{name}"), &explain(&["--gates", WORDS, rule, "--with", LONG])?);
    }
    for case in VERDICTS.iter().filter(|case| case.code != 2) {
        let judged = run(&mut check(["--gates", TABLE, "--format", "json", case.snapshot]))?;
        let judged: Value = serde_json::from_str(&judged.stdout)?;
        let (pipeline, stage) = (judged["pipeline"].as_str().unwrap(), judged["stage"].as_str().unwrap());
        let text = explain(&["--gates", TABLE, "--pipeline", pipeline, stage, "--with", case.snapshot])?;
        take_down(&format!("judging-{}", case.name), &text);
    }
    Ok(())
}

/// A rule's judging is the part of its stage's.
#[test]
fn a_rule_is_judged_as_in_its_stage() -> io::Result<()> {
    let whole = explain(&["--gates", WORDS, "first", "--with", FIRST])?;
    for id in ["total", "busy", "gate.p95_ms.max"] {
        let one = explain(&["--gates", WORDS, id, "--with", FIRST])?;
        let rule = one.split_once("\n\n").unwrap().1;
        assert!(rule.starts_with(&format!("{id}   ")) && whole.contains(rule), "{one}");
    }
    Ok(())
}

/// Every check of a verdict comes out again, with its reason, whatever snapshot was judged.
#[test]
fn every_check_is_told_as_check_tells_it() -> io::Result<()> {
    let run_all = run(&mut check(["--format", "jsonl", "fixtures/tsfm", "fixtures/optimize", "fixtures/web4"]))?;
    let mut told = 0;
    for line in run_all.stdout.lines() {
        let judged: Value = serde_json::from_str(line)?;
        let Some(stage) = judged["stage"].as_str() else { continue };
        let (pipeline, snapshot) = (judged["pipeline"].as_str().unwrap(), judged["snapshot"].as_str().unwrap());
        let text = explain(&["--pipeline", pipeline, stage, "--with", snapshot])?;
        let states: Vec<&str> =
            text.lines().filter_map(|line| line.strip_prefix("    ")).filter(|line| is_outcome(line)).collect();
        let checks = judged["checks"].as_array().unwrap();
        assert_eq!(states.len(), checks.len(), "{snapshot}: {text}");
        for (state, check) in states.iter().zip(checks) {
            // What was not evaluated has no reason for a decision.
            if check["state"] != "not_evaluated" {
                assert_eq!(state.split_once("  ").map(|(_, reason)| reason), check["reason"].as_str(), "{snapshot}");
            }
            told += 1;
        }
        let (passed, triggered) = (&judged["gate_passed"], &judged["rollback_triggered"]);
        let last = text.lines().last().unwrap();
        assert!(last.starts_with(&format!("gate_passed: {passed}   rollback_triggered: {triggered}")), "{last}");
        assert!(last.ends_with(&format!("decision: {}", judged["decision"].as_str().unwrap())), "{last}");
    }
    assert!(told > 200, "{told}");
    Ok(())
}

fn is_outcome(line: &str) -> bool {
    ["ok", "quiet", "FAIL", "ROLLBACK", "WARN", "pending", "no data", "not evaluated"]
        .iter()
        .any(|word| line == *word || line.starts_with(&format!("{word}  ")))
}

fn is_window(line: &str) -> bool {
    line.trim_start().strip_prefix('w').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// Many windows are folded, and told one by one to who asks.
#[test]
fn nothing_is_hidden_from_who_asks() -> io::Result<()> {
    let rule = ["--gates", WORDS, "rollback.p95_ms.above", "--with", LONG];
    let windows = |text: &str| text.lines().filter(|line| is_window(line)).count();
    let (folded, full) = (explain(&rule)?, explain(&[&rule[..], &["-v"]].concat())?);
    assert_eq!((windows(&folded), windows(&full)), (14, 288));
    assert_eq!(folded.lines().last(), full.lines().last());
    // Of few windows, none is folded.
    let few = explain(&[&rule[..], &["--last", "4h10m"]].concat())?;
    assert_eq!(windows(&few), 50);
    Ok(())
}

#[test]
fn the_snapshot_is_read_as_check_reads_it() -> io::Result<()> {
    let runbook = "fixtures/tsfm/runbook.json";
    let rule = "gate.p95_latency_ms.max";
    let named = explain(&[rule, "--with", runbook, "--stage", "canary_5"])?;
    let piped = run(command(["explain"])
        .args([rule, "--with", "-", "--stage", "canary_5"])
        .stdin(File::open(root(runbook)).map(Stdio::from)?))?;
    assert_eq!(piped.code, Some(0));
    assert_eq!(piped.stdout.replace("   -   ", &format!("   {runbook}   ")), named);
    let last = explain(&[rule, "--with", "fixtures/tsfm/canary_5/promote.json", "--last", "10m"])?;
    assert!(
        last.contains("2 windows x 5m   2026-02-20 12:20Z to 12:30Z")
            && last.contains("w1  ")
            && !last.contains("w2  ")
    );
    Ok(())
}

#[test]
fn colour_is_for_those_who_ask() -> io::Result<()> {
    let arguments = ["--gates", WORDS, "first", "--with", FIRST];
    let plain = explain(&arguments)?;
    let colour = explain(&[&arguments[..], &["--color", "always"]].concat())?;
    assert_ne!(colour, plain);
    assert_eq!(without_colour(&colour), plain);
    assert!(plain.is_ascii());
    Ok(())
}

#[test]
fn nothing_in_a_name_acts() -> io::Result<()> {
    let table = "fixtures/good/hostile.yaml";
    let hostile = "a\u{1b}[2Jb\u{202e}c\nd";
    let metrics = serde_json::json!({
        "p95`ms": { hostile: [212, 340], "eu": [212, 215] }, "back\\slash": 7, "a | b": 8, "日本語": 95, "fl\u{202e}ag": 0
    });
    let snapshot = serde_json::json!({ "stage": "st|age", "window_minutes": 5, "metrics": metrics });
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("explain-hostile.json");
    fs::write(&path, snapshot.to_string())?;
    let path = path.to_string_lossy().into_owned();
    let id = "id | `x` \u{1b}]0;title\u{7}";
    for arguments in [&[id][..], &["st|age"], &["st|age", "--with", &path], &[id, "--with", &path], &["\u{1b}[2J"]] {
        let run = run(command(["explain"]).args(["--gates", table]).args(arguments))?;
        assert_eq!(run.code, Some(if arguments == ["\u{1b}[2J"] { 2 } else { 0 }), "{run:?}");
        for output in [&run.stdout, &run.stderr] {
            assert_shown(output);
        }
    }
    Ok(())
}

#[test]
fn what_there_is_not_is_an_error() -> io::Result<()> {
    let refused = |arguments: &[&str], what: &[&str]| -> io::Result<()> {
        let Run { code, stdout, stderr } = run(command(["explain"]).args(arguments))?;
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(what.iter().all(|what| stderr.contains(what)), "{arguments:?}: {stderr}");
        Ok(())
    };
    let hold = "fixtures/tsfm/canary_5/hold.json";
    refused(&["gate.p95_latency.max"], &["nothing is called", "did you mean `gate.p95_latency_ms.max`?"])?;
    refused(&["unknwon-key"], &["did you mean `unknown-key`?"])?;
    refused(&["canary5"], &["did you mean `canary_5`?"])?;
    refused(&["p95_latency_ms"], &["it is a metric", "gate.p95_latency_ms.max, rollback.p95_latency_ms.above"])?;
    refused(&["web4"], &["it is a pipeline: rollout-gate show web4"])?;
    refused(&["canary_5", "--pipeline", "web4"], &["nothing is called"])?;
    refused(&["canary_5", "--pipeline", "web5"], &["unknown pipeline \"web5\"", "did you mean `web4`?"])?;
    // A snapshot of another stage, or of another pipeline.
    refused(&["canary_25", "--with", hold], &["hold.json is of tsfm / canary_5", "it judges at tsfm / canary_25"])?;
    refused(&["gate.slo_met.equals", "--with", hold], &["it judges at web4 / pct_10, web4 / pct_50, web4 / pct_100"])?;
    refused(&["unknown-key", "--with", hold], &["a code judges nothing"])?;
    // What `check` refuses, too.
    refused(&["canary_5", "--with", "no-such.json"], &["cannot be read"])?;
    refused(&["canary_5", "--with", "fixtures/bad/snapshots/many-faults.json"], &["error["])?;
    refused(&["canary_5", "--with", hold, "--stage", "canary_25"], &["they must agree"])?;
    refused(&["canary_5", "--gates", "fixtures/bad/tables/many-faults.yaml"], &["many-faults.yaml:"])?;
    refused(&["canary_5", "--stage", "canary_5"], &["--with <SNAPSHOT>"])?;
    refused(&["canary_5", "-v"], &["--with <SNAPSHOT>"])?;
    refused(&[], &["<NAME>"])
}
