//! What there is, asked of the program itself: its help, its schemas, its lists.

use std::collections::{BTreeMap, BTreeSet};

use regex_lite::Regex;
use rollout_gate::{lint::code::Lint, refusal::Code};
use serde_json::Value;

use crate::shared::binary::{command, run};

pub(crate) type Names = BTreeSet<String>;

/// The documents that have a schema.
pub(crate) const DOCUMENTS: [&str; 6] = ["gates", "snapshot", "tests", "report", "lint-report", "test-report"];

pub(crate) struct Program {
    /// Of each command, and of the program under the empty name.
    pub(crate) commands: BTreeMap<String, Command>,
    /// The keys of each map of each document: `report.Check`, and `report` for the document itself.
    pub(crate) keys: BTreeMap<String, Names>,
    /// The words that can stand in documents: units, states, decisions.
    pub(crate) words: Names,
    /// Of errors and of lints.
    pub(crate) codes: Names,
    /// What schemas say of keys, and `explain` of codes.
    pub(crate) texts: Vec<String>,
    /// In the rows of `check`: `ok`, `FAIL`.
    pub(crate) states: Names,
}

/// A command as its help tells of it.
pub(crate) struct Command {
    pub(crate) help: String,
    /// `--format`, `-q`; in the order of the help.
    pub(crate) flags: Vec<String>,
    /// The words that a flag or an argument takes, where they are few: under `--format`, under `<SHELL>`.
    pub(crate) words: BTreeMap<String, Vec<String>>,
    /// What stands for a value: `FILE`.
    pub(crate) placeholders: Names,
}

impl Program {
    pub(crate) fn ask() -> Self {
        let program = Command::ask("");
        let listed = program.help.lines().skip_while(|line| *line != "Commands:").skip(1);
        let names = listed.take_while(|line| !line.is_empty()).filter_map(|line| line.split_whitespace().next());
        let mut commands: BTreeMap<_, _> = names.map(|name| (name.to_owned(), Command::ask(name))).collect();
        assert!(commands.len() > 5);
        commands.insert(String::new(), program);
        let mut asked = Self {
            commands,
            keys: BTreeMap::new(),
            words: BTreeSet::new(),
            codes: Code::ALL
                .iter()
                .map(|code| code.name())
                .chain(Lint::ALL.map(Lint::name))
                .map(str::to_owned)
                .collect(),
            texts: Vec::new(),
            states: BTreeSet::new(),
        };
        asked.texts.extend(Code::ALL.iter().map(|code| code.explanation().to_owned()));
        asked.texts.extend(Lint::ALL.map(|lint| lint.explanation().to_owned()));
        for document in DOCUMENTS {
            let schema: Value = serde_json::from_str(&answer(&["schema", document])).unwrap();
            asked.note(&schema, document, document);
        }
        asked.note_shown();
        asked.note_states();
        asked
    }

    /// Takes down what a schema has at `place`.
    fn note(&mut self, schema: &Value, document: &str, place: &str) {
        match schema {
            Value::Object(map) => {
                if let Some(properties) = map.get("properties").and_then(Value::as_object) {
                    self.keys.entry(place.to_owned()).or_default().extend(properties.keys().cloned());
                }
                self.texts.extend(map.get("description").and_then(Value::as_str).map(str::to_owned));
                let constant = map.get("const").into_iter();
                let words = map.get("enum").and_then(Value::as_array).into_iter().flatten().chain(constant);
                self.words.extend(words.filter_map(Value::as_str).map(str::to_owned));
                for (key, value) in map {
                    match value.as_object().filter(|_| key == "definitions") {
                        None => self.note(value, document, place),
                        Some(definitions) => {
                            for (name, definition) in definitions {
                                self.note(definition, document, &format!("{document}.{name}"));
                            }
                        }
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.note(item, document, place)),
            _ => {}
        }
    }

    /// Takes down the keys of `show --format json`, which has no schema.
    fn note_shown(&mut self) {
        let shown = answer(&["show", "--format", "json", "--gates", "fixtures/good/words.yaml"]);
        let keys = self.keys.entry("show".to_owned()).or_default();
        keys.extend(keys_of(&serde_json::from_str(&shown).unwrap()));
        assert!(["and", "samples", "limit_text"].iter().all(|key| keys.contains(*key)), "{keys:?}");
    }

    /// Takes down the words in front of the rows of `check`.
    fn note_states(&mut self) {
        let row = Regex::new(r"(?m)^  ([A-Za-z]+(?: [a-z]+)?)  +\S.*  (?:limit|trigger) ").unwrap();
        let verdicts = run(&mut command(["check", "-v", "--gates", "fixtures/good/shop.yaml", "fixtures/good/shop"]));
        let verdicts = verdicts.unwrap().stdout;
        self.states.extend(row.captures_iter(&verdicts).map(|found| found[1].to_owned()));
    }

    /// Every flag of every command.
    pub(crate) fn flags(&self) -> BTreeSet<&str> {
        self.commands.values().flat_map(|command| &command.flags).map(String::as_str).collect()
    }

    /// The keys of every document.
    pub(crate) fn all_keys(&self) -> BTreeSet<&str> {
        self.keys.values().flatten().map(String::as_str).collect()
    }
}

impl Command {
    fn ask(name: &str) -> Self {
        let help = answer(&[name, "--help"].into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>());
        let (mut flags, mut words, mut placeholders) = (Vec::new(), BTreeMap::new(), Names::new());
        let value = Regex::new("<([A-Z]+)>").unwrap();
        let possible = Regex::new(r"\[possible values: ([^\]]*)\]").unwrap();
        let body = help.split_once("Usage:").unwrap().1;
        let broken = Regex::new(r"(\[possible[^\]\n]*)\n +").unwrap();
        let mut body = broken.replace_all(body, "$1 ").into_owned();
        while broken.is_match(&body) {
            body = broken.replace_all(&body, "$1 ").into_owned();
        }
        let mut subject = String::new();
        for line in body.lines() {
            let text = line.trim();
            // A flag or an argument stands in front of what is said of it.
            if text.starts_with('<') || text.starts_with('[') && !text.starts_with("[d") && !text.starts_with("[p") {
                text.split_whitespace().next().unwrap_or_default().clone_into(&mut subject);
            } else if text.starts_with('-') && !text.starts_with("- ") {
                let names = text.split([' ', ',']).take_while(|word| !word.starts_with('<'));
                let names = names.filter(|word| word.starts_with('-'));
                let names: Vec<_> = names.map(|word| word.split('[').next().unwrap_or_default().to_owned()).collect();
                names.last().unwrap().clone_into(&mut subject);
                flags.extend(names);
            } else if let Some(word) = text.strip_prefix("- ") {
                let word = word.split([':', ' ']).next().unwrap_or_default();
                words.entry(subject.clone()).or_insert_with(Vec::new).push(word.to_owned());
            }
            placeholders.extend(value.captures_iter(text).map(|found| found[1].to_owned()));
            for found in possible.captures_iter(text) {
                words.insert(subject.clone(), found[1].split(", ").map(str::to_owned).collect());
            }
        }
        Self { help, flags, words, placeholders }
    }
}

/// The keys of a document, but for those that are the user's own: labels, and the stages of limits.
pub(crate) fn keys_of(document: &Value) -> Names {
    match document {
        Value::Object(map) => {
            let inner = map.iter().filter(|(key, _)| !["labels", "limits"].contains(&key.as_str()));
            let limits = map.get("limits").and_then(Value::as_object).into_iter().flat_map(|limits| limits.values());
            let inner = inner.map(|(_, value)| value).chain(limits).flat_map(keys_of);
            map.keys().cloned().chain(inner).collect()
        }
        Value::Array(items) => items.iter().flat_map(keys_of).collect(),
        _ => Names::new(),
    }
}

/// What a command prints that must come out well.
fn answer(arguments: &[&str]) -> String {
    let run = run(&mut command(arguments)).unwrap();
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{arguments:?}");
    run.stdout
}
