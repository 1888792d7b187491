//! `show`: every ladder and every stage in every format. What they look like is under `tests/snapshots/show`;
//! `INSTA_UPDATE=always cargo test --test it show::` takes it down anew.

use std::{collections::BTreeSet, fs, io, path::Path};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use serde_json::Value;

use crate::shared::{
    acting::{acts, assert_shown},
    binary::{Run, check, command, run},
    kept,
};

const TABLES: [(&str, &str); 4] = [
    ("built-in", "gates.yaml"),
    ("shop", "fixtures/good/shop.yaml"),
    ("words", "fixtures/good/words.yaml"),
    ("hostile", "fixtures/good/hostile.yaml"),
];

const FORMATS: [&str; 3] = ["text", "markdown", "json"];

/// Shows it, which must work.
fn show(table: &str, format: &str, arguments: &[&str]) -> io::Result<String> {
    let run = run(command(["show"]).args(["--gates", table, "--format", format]).args(arguments))?;
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{table} {format} {arguments:?}");
    assert!(run.stdout.ends_with('\n') && !run.stdout.ends_with("\n\n"), "{table} {format} {arguments:?}");
    Ok(run.stdout)
}

fn take_down(name: &str, text: &str) {
    kept::kept_in("show").bind(|| insta::assert_snapshot!(name, text));
}

fn document(table: &str) -> io::Result<Value> {
    Ok(serde_json::from_str(&show(table, "json", &[])?)?)
}

fn names(items: &Value) -> Vec<String> {
    items.as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

/// Every stage of a table, with its pipeline.
fn stages(table: &str) -> io::Result<Vec<(String, String)>> {
    let document = document(table)?;
    let pipelines = document["pipelines"].as_array().unwrap();
    let of = |pipeline: &Value| {
        let name = pipeline["name"].as_str().unwrap().to_owned();
        names(&pipeline["stages"]).into_iter().map(move |stage| (name.clone(), stage)).collect::<Vec<_>>()
    };
    Ok(pipelines.iter().flat_map(of).collect())
}

#[test]
fn ladders() -> io::Result<()> {
    for (name, table) in TABLES {
        for format in FORMATS {
            take_down(&format!("{format}-{name}"), &show(table, format, &[])?);
        }
    }
    Ok(())
}

#[test]
fn one_stage() -> io::Result<()> {
    for (name, table, pipeline, stage) in [
        ("shop-canary", "fixtures/good/shop.yaml", "checkout", "canary"),
        ("words-first", "fixtures/good/words.yaml", "forms", "first"),
        ("words-second", "fixtures/good/words.yaml", "forms", "second"),
        ("words-third", "fixtures/good/words.yaml", "forms", "third"),
        ("hostile-stage", "fixtures/good/hostile.yaml", "pipe|line\u{1b}[2J", "st|age"),
    ] {
        for format in FORMATS {
            take_down(&format!("{format}-{name}"), &show(table, format, &[pipeline, stage])?);
        }
    }
    Ok(())
}

/// One pipeline is that part of all of them, and every stage can be shown.
#[test]
fn a_part_is_the_part_of_the_whole() -> io::Result<()> {
    for (_, table) in TABLES {
        let all = document(table)?;
        for pipeline in all["pipelines"].as_array().unwrap() {
            let name = pipeline["name"].as_str().unwrap();
            let one: Value = serde_json::from_str(&show(table, "json", &[name])?)?;
            assert_eq!(&one["pipelines"][0], pipeline);
            for format in ["text", "markdown"] {
                assert!(show(table, format, &[])?.contains(&show(table, format, &[name])?), "{table} {name} {format}");
            }
        }
        for (pipeline, stage) in stages(table)? {
            for format in FORMATS {
                show(table, format, &[&pipeline, &stage])?;
            }
            let one: Value = serde_json::from_str(&show(table, "json", &[&pipeline, &stage])?)?;
            assert_eq!(names(&one["pipelines"][0]["stages"]), [stage.as_str()]);
            for rule in one["pipelines"][0]["rules"].as_array().unwrap() {
                assert_eq!(rule["limits"].as_object().unwrap().keys().collect::<Vec<_>>(), [stage.as_str()]);
            }
        }
    }
    Ok(())
}

/// Wider than the page, stages come in blocks, each with every rule and no line longer than the page.
#[test]
fn narrow_pages_are_filled_in_blocks() -> io::Result<()> {
    for (width, name) in [("80", "assignment-pipeline"), ("100", "assignment-pipeline"), ("40", "web4")] {
        let run = run(command(["show"]).args([name]).env("COLUMNS", width))?;
        assert_eq!(run.code, Some(0));
        take_down(&format!("text-{width}-columns-{name}"), &run.stdout);
    }
    for (_, table) in TABLES {
        let text = show(table, "text", &[])?;
        // Titles are not broken, names cannot be.
        let long: Vec<&str> = text.lines().filter(|line| !line.contains("   ") && line.chars().count() > 120).collect();
        assert!(long.is_empty(), "{table}: {long:?}");
    }
    Ok(())
}

/// What a reader of Markdown sees of it: the rows of its tables, and every other text.
struct Read {
    rows: Vec<Vec<String>>,
    texts: Vec<String>,
}

fn read(markdown: &str) -> Read {
    let mut read = Read { rows: Vec::new(), texts: Vec::new() };
    let (mut in_cell, mut text) = (false, String::new());
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_MATH;
    for event in Parser::new_ext(markdown, options) {
        match event {
            Event::Start(Tag::TableHead | Tag::TableRow) => read.rows.push(Vec::new()),
            Event::Start(Tag::TableCell) => in_cell = true,
            Event::End(TagEnd::TableCell) => {
                in_cell = false;
                read.rows.last_mut().unwrap().push(std::mem::take(&mut text));
            }
            Event::Text(piece) | Event::Code(piece) => text.push_str(&piece),
            Event::Start(Tag::Heading { .. } | Tag::Paragraph | Tag::Item) => text.clear(),
            Event::End(TagEnd::Heading(_) | TagEnd::Paragraph | TagEnd::Item) => {
                assert!(!in_cell);
                read.texts.push(std::mem::take(&mut text));
            }
            Event::Start(Tag::Table(_) | Tag::List(_)) | Event::End(_) => {}
            // Around names that cannot stand between backticks.
            Event::InlineHtml(tag) if matches!(&*tag, "<code>" | "</code>") => {}
            other => panic!("{other:?} in {markdown}"),
        }
    }
    read
}

/// As it is seen where control characters are written out.
fn seen(text: &str) -> String {
    text.trim().chars().map(|c| if acts(c) { c.escape_default().to_string() } else { c.to_string() }).collect()
}

/// Names and texts come through Markdown as they are: no markup, no HTML, no cell too many.
#[test]
fn markdown_is_read_as_it_was_written() -> io::Result<()> {
    for (_, table) in TABLES {
        let document = document(table)?;
        for pipeline in document["pipelines"].as_array().unwrap() {
            let name = pipeline["name"].as_str().unwrap();
            let Read { rows, texts } = read(&show(table, "markdown", &[name])?);
            let stages: Vec<String> = names(&pipeline["stages"]).iter().map(|stage| seen(stage)).collect();
            assert_eq!(rows[0][1], "rule");
            assert_eq!(rows[0][2..], stages);
            let rules = pipeline["rules"].as_array().unwrap();
            let shown: Vec<&Vec<String>> = rows.iter().filter(|row| row[0] == "gate" || row[0] == "rollback").collect();
            assert_eq!(shown.len(), rules.len(), "{table} {name}");
            for (row, rule) in shown.into_iter().zip(rules) {
                assert_eq!(row.len(), stages.len() + 2, "{row:?}");
                assert_eq!(row[0], rule["kind"]);
                assert!(row[1].starts_with(&seen(rule["metric"].as_str().unwrap())), "{row:?}");
                for (stage, cell) in names(&pipeline["stages"]).iter().zip(&row[2..]) {
                    assert_eq!(cell == "-", rule["limits"].get(stage).is_none(), "{row:?}");
                }
            }
            for key in ["title", "about"] {
                let text = pipeline[key].as_str().map_or_else(String::new, seen);
                assert!(texts.iter().any(|shown| shown.contains(&text)), "{text} in {texts:?}");
            }
            for stage in pipeline["stages"].as_array().unwrap() {
                let Read { rows, texts } = read(&show(table, "markdown", &[name, stage["name"].as_str().unwrap()])?);
                assert_eq!(rows.len(), 0);
                for step in ["enter", "on_rollback"].iter().flat_map(|key| stage[key].as_array().unwrap()) {
                    let step = seen(step.as_str().unwrap());
                    assert!(texts.contains(&step), "{step} in {texts:?}");
                }
            }
        }
    }
    Ok(())
}

/// What `show` says of a rule is what `check` judges by.
#[test]
fn the_limits_are_those_that_judge() -> io::Result<()> {
    let mut compared = 0;
    for (table, snapshots) in [("gates.yaml", "fixtures"), ("fixtures/good/shop.yaml", "fixtures/good/shop")] {
        let document = document(table)?;
        for pipeline in document["pipelines"].as_array().unwrap() {
            let name = pipeline["name"].as_str().unwrap();
            let folder = Path::new(snapshots).join(if table == "gates.yaml" { name } else { "" });
            if !Path::new(env!("CARGO_MANIFEST_DIR")).join(&folder).exists() {
                continue;
            }
            let run = run(check(["--gates", table, "--format", "jsonl"]).arg(&folder))?;
            for line in run.stdout.lines() {
                let judged: Value = serde_json::from_str(line)?;
                if judged["pipeline"] != pipeline["name"] {
                    continue;
                }
                let stage = judged["stage"].as_str().unwrap();
                for checked in judged["checks"].as_array().unwrap() {
                    let rules = pipeline["rules"].as_array().unwrap();
                    let rule = rules.iter().find(|rule| rule["id"] == checked["id"]).unwrap();
                    for key in ["kind", "metric", "comparator", "severity", "line"] {
                        assert_eq!(rule[key], checked[key], "{stage} {key}");
                    }
                    assert_eq!(rule["limits"][stage]["limit_text"], checked["limit_text"], "{stage} {rule}");
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 400, "{compared}");
    Ok(())
}

#[test]
fn every_key_of_the_document_is_explained() -> io::Result<()> {
    let guide = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/review.md"))?;
    let code: BTreeSet<&str> = guide.split('`').collect();
    let mut keys = BTreeSet::new();
    collect_keys(&document("fixtures/good/words.yaml")?, &mut keys);
    assert!(keys.contains("limit_text") && keys.contains("samples") && !keys.contains("first"), "{keys:?}");
    let missing: Vec<&String> = keys.iter().filter(|key| !code.contains(key.as_str())).collect();
    assert!(missing.is_empty(), "docs/review.md does not explain {missing:?}");
    Ok(())
}

/// The keys of a document, but for the names of stages in limits.
fn collect_keys(document: &Value, keys: &mut BTreeSet<String>) {
    match document {
        Value::Object(map) => {
            for (key, value) in map {
                keys.insert(key.clone());
                match (key.as_str(), value) {
                    ("limits", Value::Object(stages)) => {
                        stages.values().for_each(|limit| collect_keys(limit, keys));
                    }
                    (_, value) => collect_keys(value, keys),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_keys(item, keys)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn nothing_in_a_name_acts() -> io::Result<()> {
    let table = "fixtures/good/hostile.yaml";
    let harmless = |text: &str| {
        assert_shown(text);
    };
    for format in FORMATS {
        harmless(&show(table, format, &[])?);
        for (pipeline, stage) in stages(table)? {
            harmless(&show(table, format, &[&pipeline, &stage])?);
        }
        let lost = run(command(["show"]).args(["--gates", table, "--format", format, "pipe|line\u{1b}[2K"]))?;
        assert_eq!((lost.code, lost.stdout.as_str()), (Some(2), ""));
        harmless(&lost.stderr);
    }
    Ok(())
}

#[test]
fn what_there_is_not_is_an_error() -> io::Result<()> {
    let refused = |arguments: &[&str], what: &[&str]| -> io::Result<()> {
        let Run { code, stdout, stderr } = run(command(["show"]).args(arguments))?;
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(what.iter().all(|what| stderr.contains(what)), "{arguments:?}: {stderr}");
        Ok(())
    };
    refused(&["tfsm"], &["unknown pipeline \"tfsm\"", "gates.yaml", "did you mean `tsfm`?"])?;
    refused(&["tsfm", "canary5"], &["unknown stage \"canary5\" of tsfm", "did you mean `canary_5`?"])?;
    refused(&["tsfm", "zzz"], &["known here: canary_5, canary_25, full_100"])?;
    refused(&["--gates", "no-such.yaml"], &["cannot be read", "no-such.yaml"])?;
    refused(&["--gates", "fixtures/bad/tables/many-faults.yaml", "--format", "json"], &["many-faults.yaml:"])?;
    refused(&["tsfm", "canary_5", "more"], &["unexpected argument 'more'"])?;
    refused(&["--format", "html"], &["invalid value 'html'"])
}
