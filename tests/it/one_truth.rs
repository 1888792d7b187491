//! One truth: what README.md, the other documents, the help, the schemas and `explain` name is there, and README.md names
//! everything that is there. What is there is asked of the program; that a lie would be seen is tried on documents that
//! were made to lie.
//!
//! That `explain` knows every code is tried in `tests/it/explain.rs`, that schemas describe every key in
//! `tests/it/schemas.rs`, and the inputs of the action in `tests/it/ci.rs`.

mod claims;
mod document;
mod program;
mod reference;
mod variables;

use std::{collections::BTreeSet, sync::LazyLock};

use claims::{Known, lies, lies_of_text};
use document::sections;
use program::keys_of;
use reference::gaps;
use serde_json::Value;
use variables::{Trial, VARIABLES, Variable};

use crate::shared::binary;

const README: &str = include_str!("../../README.md");
const GUIDE: &str = include_str!("../../docs/ci.md");
const CHANGELOG: &str = include_str!("../../CHANGELOG.md");

const SNAPSHOT: &str = "fixtures/tsfm/canary_5/rollback.json";

static KNOWN: LazyLock<Known> = LazyLock::new(Known::new);

#[test]
fn what_documents_name_is_there() {
    let known = &*KNOWN;
    for (document, text) in [("README.md", README), ("docs/ci.md", GUIDE), ("CHANGELOG.md", CHANGELOG)] {
        assert_eq!(lies(&sections(text), known), [""; 0], "{document}");
    }
}

#[test]
fn what_the_program_says_of_itself_is_there() {
    let known = &*KNOWN;
    for (name, command) in &known.program.commands {
        assert_eq!(lies_of_text(&command.help, known), [""; 0], "{name} --help");
        assert_eq!(lies(&sections(&format!("```\n{}\n```", command.help)), known), [""; 0], "{name} --help");
    }
    for text in &known.program.texts {
        assert_eq!([lies(&sections(text), known), lies_of_text(text, known)].concat(), [""; 0]);
    }
}

#[test]
fn what_is_there_is_in_the_readme() {
    assert_eq!(gaps(&sections(README), &KNOWN), [""; 0]);
}

#[test]
fn no_output_has_a_key_beyond_its_schema() {
    for (document, arguments) in [
        ("report", &["check", "--format", "jsonl", SNAPSHOT, "no/such/file.json"][..]),
        ("lint-report", &["lint", "--format", "json", "--gates", "fixtures/bad/lints/unused-metric.yaml"]),
        (
            "test-report",
            &[
                "test",
                "--format",
                "json",
                "--gates",
                "fixtures/good/shop.yaml",
                "fixtures/suites/every-ending.test.yaml",
            ],
        ),
    ] {
        let output = binary::run(&mut binary::command(arguments)).unwrap().stdout;
        let documents = serde_json::Deserializer::from_str(&output).into_iter::<Value>();
        let told: BTreeSet<String> = documents.flat_map(|document| keys_of(&document.unwrap())).collect();
        let of_document = KNOWN.program.keys.iter().filter(|(map, _)| map.split('.').next() == Some(document));
        let known: BTreeSet<String> = of_document.flat_map(|(_, keys)| keys).cloned().collect();
        assert!(told.len() > 5 && told.is_subset(&known), "{document}: {:?}", &told - &known);
    }
}

#[test]
fn every_variable_changes_something() {
    for Variable { name, trial } in VARIABLES {
        let Some(Trial { value, beside, arguments }) = trial else { continue };
        let print = |value: &str| {
            let mut command = binary::command(arguments);
            command.env_remove("LC_CTYPE").env_remove("LANG");
            for (name, value) in beside.iter().copied().chain([(name, value)]) {
                // An empty locale is one; here it stands for none.
                if value.is_empty() {
                    command.env_remove(name)
                } else {
                    command.env(name, value)
                };
            }
            binary::run(&mut command).unwrap()
        };
        assert_ne!(print(value), print(if name == "LC_ALL" { "C.UTF-8" } else { "" }), "{name}");
    }
}

/// Each of these is a lie or a gap that someone could leave behind.
#[test]
fn a_document_that_lies_is_caught() {
    let known = &*KNOWN;
    let doctored = [
        // A flag, a command, a word, a key, a code, a variable, a placeholder that is not there.
        ("`--max-age 15m` gives", "`--maximum-age 15m` gives"),
        ("$ rollout-gate check -q --last 10m", "$ rollout-gate check -q --latest 10m"),
        ("$ rollout-gate show web4", "$ rollout-gate display web4"),
        ("`schema snapshot` for those", "`schema snapshots` for those"),
        ("`--format json` writes one document a snapshot", "`check --format xml` writes one document a snapshot"),
        ("heeds `NO_COLOR`", "heeds `NO_COLOUR`"),
        ("what a limit `baseline` refers to", "what a limit `base_line` refers to"),
        ("write `[]`), an empty table", "write `[]`), `empty-tables`"),
        ("| `{window}` |", "| `{width}` |"),
        // Something that is there, and is not told any more, or told elsewhere than it is.
        ("| `lint` | [what", "| `check` | [what"),
        ("| `--deny-warnings` | exit with 1 on warnings too |\n", ""),
        ("| `--with SNAPSHOT` | `explain` |", "| `--with SNAPSHOT` | `show` |"),
        ("| `--format FORMAT` | `text`, `json` or `jsonl` |", "| `--format FORMAT` | `text` or `json` |"),
        ("| 3 | `ROLLBACK` |", "| 4 | `ROLLBACK` |"),
        ("| 1 | errors, or warnings", "| 3 | errors, or warnings"),
        ("| `worst` | its", "| `worse` | its"),
        ("| `fired_at` | the window at whose end a rollback rule had lasted long enough, or null |\n", ""),
        ("| `unset-limit` | a limit is `~` |\n", ""),
        ("| `unset-limit` |", "| `limit-unset` |"),
        ("| `not evaluated` |", "| `skipped` |"),
        ("`ms`, `seconds`, `count`, `score`", "`ms`, `seconds`, `count`"),
        ("| `last` | the last window |\n", ""),
        ("| `--report-incident FILE` | of each rollback, the note that people complete |\n", ""),
        ("`rollout-gate schema test-report`", "the schema"),
        ("### Stages", "### Steps"),
    ];
    for (truth, lie) in doctored {
        assert!(README.contains(truth), "README.md does not say {truth:?} any more");
        let sections = sections(&README.replacen(truth, lie, 1));
        let complaints = [lies(&sections, known), gaps(&sections, known)].concat();
        assert!(!complaints.is_empty(), "{lie:?} instead of {truth:?} is not seen");
    }
    for text in ["see --no-such-flag", "the file that ROLLOUT_GATE_TABLE names"] {
        assert_eq!(lies_of_text(text, known).len(), 1, "{text}");
    }
}
