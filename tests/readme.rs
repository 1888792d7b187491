//! Every example of README.md is run, and its reference names everything that the program knows.
//!
//! - A `console` block is `$ command` lines with what they print. It runs at the root of the repository, or, after
//!   `<!-- in: NAME -->`, in a fresh folder of that name.
//! - A `yaml`, `json` or `sh` block after `<!-- file: NAME/FILE -->` is written there first.
//! - There are no other blocks.
//!
//! `TRYCMD=overwrite cargo test --test readme` writes what the commands print into README.md.
#![cfg(unix)]
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::string_slice, clippy::unwrap_used)]

#[path = "shared/documents.rs"]
mod documents;

use std::{collections::BTreeSet, env, fs, path::Path};

use documents::{Block, Folders, blocks, shell};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use rollout_gate::{
    eval::{aggregate::Aggregate, comparator::Comparator, lint::Lint, table::Table, template::Placeholder, unit::Unit},
    exit::Exit,
    input::{
        gates,
        snapshot::{self, Request},
    },
    refusal::Refusal,
};
use serde_json::Value;

const README: &str = include_str!("../README.md");
const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The one command that is not run: this is it.
const TEST: &str = "cargo test";

#[test]
fn every_example_prints_what_it_says() {
    let folders = Folders::new("readme");
    let (mut written, mut used) = (BTreeSet::new(), BTreeSet::new());
    let mut fresh = String::new();
    let mut end = 0;
    for block in blocks(README) {
        fresh += &README[end..block.place.start];
        match (block.language, block.note) {
            ("console", None) => fresh += &run(&block, Path::new(ROOT)),
            ("console", Some(("in", folder))) => {
                used.insert(Path::new(folder));
                fresh += &run(&block, &folders.path(folder));
            }
            ("yaml" | "json" | "sh", Some(("file", file))) => {
                written.insert(Path::new(file).parent().unwrap());
                folders.write(file, &block.text);
                fresh += &README[block.place.clone()];
            }
            (language, note) => panic!("a {language:?} block with the note {note:?} is none that is run"),
        }
        end = block.place.end;
    }
    fresh += &README[end..];
    assert!(!used.is_empty());
    assert_eq!(written, used, "folders that are written, and those that commands run in");
    if env::var_os("TRYCMD").is_some_and(|what| what == "overwrite") {
        fs::write(Path::new(ROOT).join("README.md"), fresh).unwrap();
    } else {
        assert!(fresh == README, "README.md prints something else:\n{}", difference(README, &fresh));
    }
}

#[test]
fn the_test_command_is_the_one_that_is_run_before_a_merge() {
    let is_shown =
        blocks(README).iter().any(|block| block.language == "console" && commands(block).any(|line| line == TEST));
    assert!(is_shown);
    if let Ok(script) = fs::read_to_string(Path::new(ROOT).join(".ci/run")) {
        assert!(script.contains(TEST), ".ci/run does not run `{TEST}`");
    }
}

#[test]
fn the_table_of_exit_codes_is_that_of_the_program() {
    let table = tables().into_iter().find(|rows| rows[0][0] == "exit code").expect("a table of exit codes");
    let told: Vec<_> = table[1..].iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    let codes = [Exit::Promote, Exit::Hold, Exit::NoVerdict, Exit::Rollback];
    assert_eq!(told, codes.map(|exit| ((exit as u8).to_string(), exit.word().to_owned())));
}

#[test]
fn everything_that_a_table_can_say_is_explained() {
    let words = Comparator::ALL.map(Comparator::name).into_iter();
    let words = words.chain(Unit::ALL.map(Unit::name)).chain(Aggregate::ALL.map(Aggregate::name));
    assert_named(words.map(str::to_owned));
    assert_named(Placeholder::ALL.map(|(name, _)| format!("{{{name}}}")));
    let built_in = gates::read("gates.yaml", include_str!("../gates.yaml").to_owned()).unwrap();
    assert_named(built_in.pipelines.into_iter().map(|pipeline| pipeline.name));
    // Asked for a key that it does not know, a map answers with those that it does.
    let maps = "\
version: 1
zzz: 1
pipelines:
  p:
    zzz: 1
    metrics: { m: { unit: ms, zzz: 1, samples: { zzz: 1 } } }
    stages: { s: { zzz: 1 } }
    gate: [{ zzz: 1 }]
    rollback: [{ and: [{ zzz: 1 }], zzz: 1 }]
";
    let refusal = gates::read("gates.yaml", maps.to_owned()).unwrap_err();
    let keys = known_keys(&refusal);
    assert_eq!(keys.len(), maps.matches("zzz").count());
    assert_named(keys.into_iter().flatten());
}

#[test]
fn every_key_of_a_snapshot_is_explained() {
    let text = r#"{ "zzz": 1 }"#.to_owned();
    let refusal =
        snapshot::read("snapshot.json", text, &Table { pipelines: Vec::new() }, &Request::default()).unwrap_err();
    let keys = known_keys(&refusal);
    assert_eq!(keys.len(), 1);
    assert_named(keys.into_iter().flatten());
}

#[test]
fn every_key_of_the_json_output_is_explained() {
    let paths = "fixtures/tsfm/canary_5/rollback.json no/such/file.json";
    let lines = shell(&format!("rollout-gate check --format jsonl {paths}"), Path::new(ROOT));
    let mut keys = BTreeSet::new();
    for line in lines.text.lines() {
        collect_keys(&serde_json::from_str(line).unwrap(), &mut keys);
    }
    assert!(keys.contains("faults") && keys.contains("worst"));
    assert_named(keys);
}

#[test]
fn every_lint_and_every_key_of_its_json_is_explained() {
    assert_named(Lint::ALL.map(|lint| lint.name().to_owned()));
    let lint = "rollout-gate lint --format json --gates fixtures/bad/lints/unused-metric.yaml";
    let mut keys = BTreeSet::new();
    collect_keys(&serde_json::from_str(&shell(lint, Path::new(ROOT)).text).unwrap(), &mut keys);
    assert!(keys.contains("severity"));
    assert_named(keys);
}

#[test]
fn every_key_of_the_json_of_tests_is_explained() {
    let test = "rollout-gate test --format json --gates fixtures/good/shop.yaml fixtures/suites/every-ending.test.yaml";
    let mut keys = BTreeSet::new();
    collect_keys(&serde_json::from_str(&shell(test, Path::new(ROOT)).text).unwrap(), &mut keys);
    assert!(keys.contains("differences") && keys.contains("not_set"));
    assert_named(keys);
}

#[test]
fn every_flag_is_explained() {
    let help = |command: &str| shell(&format!("rollout-gate {command} --help"), Path::new(ROOT)).text;
    let program = help("");
    let listed = program.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let commands: Vec<&str> = listed.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(commands.len() > 5, "{commands:?}");
    assert_named(commands.iter().map(|command| (*command).to_owned()));
    let help: String = commands.into_iter().map(help).collect::<String>() + &program;
    let names = help.lines().map(str::trim).filter(|line| line.starts_with('-') && !line.starts_with("- "));
    let names = names.flat_map(|line| line.split([' ', ',']).filter(|word| word.starts_with('-')));
    let flags: BTreeSet<String> = names.filter_map(|name| Some(name.split('[').next()?.to_owned())).collect();
    assert!(["--max-age", "-q", "--require-coverage"].iter().all(|flag| flags.contains(*flag)), "{flags:?}");
    assert_named(flags);
}

#[test]
fn no_link_leads_nowhere() {
    let events = || Parser::new_ext(README, Options::ENABLE_TABLES);
    let mut anchors = BTreeSet::new();
    let mut heading = None;
    for event in events() {
        match event {
            Event::Start(Tag::Heading { level, .. }) if level > HeadingLevel::H1 => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => anchors.extend(heading.take().map(|text| anchor(&text))),
            Event::Text(text) | Event::Code(text) => heading.iter_mut().for_each(|heading| heading.push_str(&text)),
            _ => {}
        }
    }
    for event in events() {
        let Event::Start(Tag::Link { dest_url, .. }) = event else { continue };
        let is_there = match dest_url.strip_prefix('#') {
            Some(name) => anchors.contains(name),
            None => dest_url.starts_with("https://") || Path::new(ROOT).join(&*dest_url).exists(),
        };
        assert!(is_there, "{dest_url}");
    }
}

/// The commands of a `console` block.
fn commands(block: &Block) -> impl Iterator<Item = &str> {
    block.text.lines().filter_map(|line| line.strip_prefix("$ "))
}

/// The block as it is after running its commands in `folder`.
fn run(block: &Block, folder: &Path) -> String {
    let mut text = "```console\n".to_owned();
    let mut status = 0;
    for command in commands(block) {
        text += &format!("$ {command}\n");
        if command != TEST {
            let command = command.replace("cargo run --release --", "rollout-gate");
            // `$?` is the exit code of the command before, as in one session.
            let ran = shell(&format!("exec 2>&1; (exit {status}); {command}"), folder);
            text += &ran.text;
            status = ran.status;
        }
    }
    text + "```"
}

/// Every table: rows of cells, the head first.
fn tables() -> Vec<Vec<Vec<String>>> {
    let mut tables: Vec<Vec<Vec<String>>> = Vec::new();
    let mut in_cell = false;
    for event in Parser::new_ext(README, Options::ENABLE_TABLES) {
        let table = tables.last_mut();
        match event {
            Event::Start(Tag::Table(_)) => tables.push(Vec::new()),
            Event::Start(Tag::TableHead | Tag::TableRow) => table.unwrap().push(Vec::new()),
            Event::Start(Tag::TableCell) => {
                table.unwrap().last_mut().unwrap().push(String::new());
                in_cell = true;
            }
            Event::End(TagEnd::TableCell) => in_cell = false,
            Event::Text(text) | Event::Code(text) if in_cell => {
                table.unwrap().last_mut().unwrap().last_mut().unwrap().push_str(&text);
            }
            _ => {}
        }
    }
    tables
}

/// Each of `names` stands in README.md as code, alone or before what it takes: `max`, `--stage NAME`, `windows: 2`.
fn assert_named(names: impl IntoIterator<Item = String>) {
    let code: BTreeSet<String> = Parser::new_ext(README, Options::ENABLE_TABLES)
        .filter_map(|event| match event {
            Event::Code(code) => {
                let code = code.strip_prefix("rollout-gate ").unwrap_or(&code);
                Some(code.split([' ', '=']).next()?.trim_end_matches(':').to_owned())
            }
            _ => None,
        })
        .collect();
    let missing: Vec<String> = names.into_iter().filter(|name| !code.contains(name)).collect();
    assert!(missing.is_empty(), "README.md does not explain {missing:?}");
}

/// The keys that each "known here: a, b" of a refusal lists.
fn known_keys(refusal: &Refusal) -> Vec<Vec<String>> {
    let lists = refusal.faults.iter().filter_map(|fault| fault.help.as_deref()?.strip_prefix("known here: "));
    lists.map(|list| list.split(", ").map(str::to_owned).collect()).collect()
}

/// The keys of `document` and of what is in it, but for labels, which are the user's own.
fn collect_keys(document: &Value, keys: &mut BTreeSet<String>) {
    match document {
        Value::Object(map) => {
            for (key, value) in map {
                keys.insert(key.clone());
                if key != "labels" {
                    collect_keys(value, keys);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_keys(item, keys)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// As GitHub makes it from the text of a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

/// The lines of each text that the other has not.
fn difference(told: &str, printed: &str) -> String {
    let without = |mark, a: &str, b: &str| {
        let known: BTreeSet<&str> = b.lines().collect();
        let only: Vec<String> =
            a.lines().filter(|line| !known.contains(line)).map(|line| format!("{mark}{line}")).collect();
        only.join("\n")
    };
    let (told, printed) = (without('-', told, printed), without('+', printed, told));
    format!("{told}\n{printed}\nTRYCMD=overwrite cargo test --test readme writes what is printed")
}
