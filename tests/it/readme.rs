//! Every example of README.md is run.
//!
//! - A `console` block is `$ command` lines with what they print. It runs at the root of the repository, or, after
//!   `<!-- in: NAME -->`, in a fresh folder of that name.
//! - A `yaml`, `json` or `sh` block after `<!-- file: NAME/FILE -->` is written there first.
//! - There are no other blocks.
//!
//! `TRYCMD=overwrite cargo test --test it readme::` writes what the commands print into README.md.

use std::{collections::BTreeSet, env, fs, path::Path};

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::shared::documents::{Block, Folders, blocks, shell};

const README: &str = include_str!("../../README.md");
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
    format!("{told}\n{printed}\nTRYCMD=overwrite cargo test --test it readme:: writes what is printed")
}
