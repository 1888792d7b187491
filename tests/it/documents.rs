//! Every document says what is so: its examples print what it shows, its reference tables are those of the program, and
//! its links and file names lead somewhere.
//!
//! - A `console` block is `$ command` lines with what they print. It runs at the root of the repository, or, after
//!   `<!-- in: NAME -->`, in a fresh folder of that name, which no other document sees.
//! - A `yaml`, `json` or `sh` block after `<!-- file: NAME/FILE -->` is written there first.
//! - A `text` block is a drawing.
//! - After `<!-- not run: WHY -->`, a block stays as it is.
//! - What stands between `<!-- generated: NAME -->` and `<!-- end -->` comes from the program, see `tables.rs`.
//!
//! `TRYCMD=overwrite cargo test --test it documents::` writes into the documents what is so. The blocks of docs/ci.md
//! are run by `ci.rs`.

mod environment;
mod tables;

use std::{collections::BTreeSet, env, fs, path::Path, thread};

use pulldown_cmark::{Event, HeadingLevel, Tag, TagEnd};
use regex_lite::Regex;
use rollout_gate::{lint::code::Lint, refusal::Code};

use super::shared::documents::{Block, Folders, blocks, documents, parser, shell};
use tables::Reference;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// How many blocks may be left out: commands that install something, or that take minutes.
const MOST_NOT_RUN: usize = 4;

/// Of README.md, so that it stays the face of the repository.
const MOST_BYTES: usize = 15_000;

#[test]
fn every_document_shows_what_is_so() {
    let reference = Reference::ask();
    thread::scope(|scope| {
        for (name, text) in documents() {
            let reference = &reference;
            scope.spawn(move || {
                let fresh =
                    reference.with_tables(&if name == "docs/ci.md" { text.clone() } else { with_output(&name, &text) });
                if env::var_os("TRYCMD").is_some_and(|what| what == "overwrite") {
                    fs::write(Path::new(ROOT).join(&name), fresh).unwrap();
                } else {
                    assert!(fresh == text, "{name} shows something else:\n{}", difference(&text, &fresh));
                }
            });
        }
    });
}

/// `document` as it is after running its examples.
fn with_output(name: &str, document: &str) -> String {
    let folders = Folders::new(&format!("documents/{name}"));
    let (mut written, mut used) = (BTreeSet::new(), BTreeSet::new());
    let mut fresh = String::new();
    let mut end = 0;
    for block in blocks(document) {
        fresh += &document[end..block.place.start];
        match (block.language, block.note) {
            ("console", None) => fresh += &run(&block, Path::new(ROOT)),
            ("console", Some(("in", folder))) => {
                used.insert(Path::new(folder));
                fresh += &run(&block, &folders.path(folder));
            }
            ("yaml" | "json" | "sh", Some(("file", file))) => {
                written.insert(Path::new(file).parent().unwrap());
                folders.write(file, &block.text);
                fresh += &document[block.place.clone()];
            }
            ("text", None) | (_, Some(("not run", _))) => fresh += &document[block.place.clone()],
            (language, note) => panic!("{name}: a {language:?} block with the note {note:?} is none that is run"),
        }
        end = block.place.end;
    }
    assert!(written.is_subset(&used), "{name}: no command runs in some of {written:?}");
    fresh + &document[end..]
}

/// The block as it is after running its commands in `folder`.
fn run(block: &Block<'_>, folder: &Path) -> String {
    let mut text = "```console\n".to_owned();
    let mut status = 0;
    for command in commands(block) {
        text += &format!("$ {command}\n");
        let command = command.replace("cargo run --release --", "rollout-gate");
        // `$?` is the exit code of the command before, as in one session.
        let ran = shell(&format!("exec 2>&1; (exit {status}); {command}"), folder);
        text += &ran.text;
        status = ran.status;
    }
    text + "```"
}

/// The commands of a `console` block.
fn commands<'a>(block: &'a Block<'_>) -> impl Iterator<Item = &'a str> {
    block.text.lines().filter_map(|line| line.strip_prefix("$ "))
}

/// The lines of each text that the other has not.
fn difference(shown: &str, fresh: &str) -> String {
    let without = |mark, a: &str, b: &str| {
        let known: BTreeSet<&str> = b.lines().collect();
        let only: Vec<String> =
            a.lines().filter(|line| !known.contains(line)).map(|line| format!("{mark}{line}")).collect();
        only.join("\n")
    };
    let (shown, fresh) = (without('-', shown, fresh), without('+', fresh, shown));
    format!("{shown}\n{fresh}\nTRYCMD=overwrite cargo test --test it documents:: writes what is so")
}

#[test]
fn few_examples_are_not_run() {
    let texts = documents();
    let is_skipped = |block: &Block<'_>| matches!(block.note, Some(("not run", _)));
    let skipped = texts.iter().flat_map(|(_, text)| blocks(text)).filter(is_skipped).count();
    assert!((1..=MOST_NOT_RUN).contains(&skipped), "{skipped}");
}

#[test]
fn the_readme_is_short_and_has_the_test_command_that_runs_before_a_merge() {
    let readme = include_str!("../../README.md");
    assert!(readme.len() <= MOST_BYTES, "{}", readme.len());
    let test = "cargo test";
    assert!(blocks(readme).iter().any(|block| block.language == "console" && commands(block).any(|line| line == test)));
    if let Ok(script) = fs::read_to_string(Path::new(ROOT).join(".ci/run")) {
        assert!(script.contains(test), ".ci/run does not run `{test}`");
    }
}

#[test]
fn no_link_leads_nowhere() {
    for (name, text) in documents() {
        let folder = Path::new(ROOT).join(&name).parent().unwrap().to_owned();
        for event in parser(&text) {
            let Event::Start(Tag::Link { dest_url: link, .. } | Tag::Image { dest_url: link, .. }) = event else {
                continue;
            };
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let path = if file.is_empty() { Path::new(ROOT).join(&name) } else { folder.join(file) };
            let has_anchor = || anchor.is_empty() || anchors(&fs::read_to_string(&path).unwrap()).contains(anchor);
            assert!(link.starts_with("https://") || path.exists() && has_anchor(), "{name}: {link}");
        }
    }
}

/// The anchors of a document, as GitHub makes them from the headings below its title.
fn anchors(document: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    let mut heading = None;
    for event in parser(document) {
        match event {
            Event::Start(Tag::Heading { level, .. }) if level > HeadingLevel::H1 => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => anchors.extend(heading.take().map(|text| {
                let kept = text.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
                kept.collect::<String>().to_lowercase().replace(' ', "-")
            })),
            Event::Text(text) | Event::Code(text) => heading.iter_mut().for_each(|heading| heading.push_str(&text)),
            _ => {}
        }
    }
    anchors
}

/// Where the files are that a document names without their folder.
const FOLDERS: [&str; 2] = ["", "src"];

#[test]
fn no_file_is_named_that_is_gone() {
    let mut named = 0;
    for (name, text) in documents() {
        for event in parser(&text) {
            let Event::Code(code) = event else { continue };
            let begins = ["src/", "tests/", "docs/", "fixtures/", ".ci/", ".cargo/"]
                .iter()
                .any(|folder| code.starts_with(folder));
            if (begins || code.ends_with(".rs"))
                && !code.contains([' ', '*', '<'])
                && !code.contains(char::is_uppercase)
            {
                assert!(
                    FOLDERS.iter().any(|folder| Path::new(ROOT).join(folder).join(&*code).exists()),
                    "{name}: {code}"
                );
                named += 1;
            }
        }
    }
    assert!(named > 20, "{named}");
}

#[test]
fn every_reference_table_is_somewhere() {
    let marker = Regex::new("(?m)^<!-- (generated|complete): ([^\n]*) -->$").unwrap();
    let (reference, texts) = (Reference::ask(), documents());
    let markers = texts.iter().flat_map(|(_, text)| marker.captures_iter(text));
    let generated = markers.filter(|found| &found[1] == "generated");
    let generated: BTreeSet<String> = generated.map(|found| found[2].split(" - ").next().unwrap().to_owned()).collect();
    assert_eq!(generated, reference.names());
}

/// The first column of the table after `<!-- complete: NAME -->`.
#[test]
fn a_table_of_all_there_is_has_all_there_is() {
    let first = Regex::new(r"(?ms)^<!-- complete: ([^\n]*) -->\n[^\n]*\n[^\n]*\n((?:\|[^\n]*\n)+)").unwrap();
    let code = Regex::new("`([^`]+)`").unwrap();
    let reference = Reference::ask();
    let mut complete = 0;
    for (document, text) in documents() {
        for found in first.captures_iter(&text) {
            let cells = found[2].lines().map(|row| row.split(" | ").next().unwrap().trim_start_matches("| "));
            let named = |cell: &str| match code.captures_iter(cell).map(|found| found[1].to_owned()).collect::<Vec<_>>()
            {
                spans if spans.is_empty() => vec![cell.to_owned()],
                spans => spans,
            };
            let shown: BTreeSet<String> = cells.flat_map(named).collect();
            assert_eq!(shown, reference.all(&found[1]), "{document}: {}", &found[1]);
            complete += 1;
        }
    }
    assert_eq!(complete, 10);
}

/// Flags of Cargo and kubectl, and a variable of insta.
const FOREIGN: [&str; 10] = [
    "INSTA_UPDATE",
    "--bench",
    "--features",
    "--from-file",
    "--locked",
    "--no-default-features",
    "--path",
    "--release",
    "--root",
    "--test",
];

/// In documents, in help, and in what schemas and `explain` say.
#[test]
fn no_flag_or_variable_is_named_that_is_gone() {
    let flag = Regex::new("--[a-z][a-z-]+").unwrap();
    let variable = Regex::new("[A-Z]+_[A-Z_]+").unwrap();
    let reference = Reference::ask();
    let helps = || reference.helps.values().cloned();
    let explanations = Code::ALL.iter().map(|code| code.explanation()).chain(Lint::ALL.map(Lint::explanation));
    let texts = documents().into_iter().filter(|(name, _)| name != "docs/ci.md").map(|(_, text)| text);
    let all = texts.chain(explanations.map(str::to_owned)).chain(reference.schemas.values().map(ToString::to_string));
    let all = all.chain(helps()).collect::<Vec<_>>().concat();
    let named = |pattern: &Regex, text: &str| {
        pattern.find_iter(text).map(|found| found.as_str().to_owned()).collect::<BTreeSet<_>>()
    };
    let flags = &named(&flag, &helps().collect::<String>()) | &FOREIGN.map(str::to_owned).into();
    assert_eq!(&named(&flag, &all) - &flags, BTreeSet::new());
    let variables = &reference.all("variables") | &FOREIGN.map(str::to_owned).into();
    assert_eq!(&named(&variable, &all) - &variables, BTreeSet::new());
}
