//! The reference tables of the documents, from what the program reads by: its schemas, its lists of codes and its flags.
//!
//! `<!-- generated: NAME -->` stands before a table that is written here. Its rows keep the order that they have in the
//! document, and new ones come last. A `NAME` is a document with a schema (`gates`), a map in it (`gates.Metric`), such
//! a map without the keys of another (`gates.GateRule - gates.Condition`), `command check`, `lints` or `errors`.
//!
//! `<!-- complete: NAME -->` stands before a table that is written by hand, and whose first column has to have everything
//! of that name and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use regex_lite::{Captures, Regex};
use rollout_gate::{
    eval::{aggregate::Aggregate, answer::Otherwise, template::Placeholder, unit::Unit},
    lint::code::Lint,
    refusal::Code,
};
use serde_json::Value;

use super::environment::VARIABLES;
use crate::shared::binary::{check, command, run};

/// The documents that have a schema.
const SCHEMAS: [&str; 6] = ["gates", "snapshot", "tests", "report", "lint-report", "test-report"];

/// What a definition of a schema is called, where that is not its name.
const FORMS: [(&str, &str); 6] = [
    ("Expect", "expectation"),
    ("Uncovered", "uncovered rule"),
    ("Limits", "[limit](#a-limit)"),
    ("Measurements", "metric → [values](#values)"),
    ("Baseline", "metric → [values](#values)"),
    ("States", "rule → state"),
];

/// What there is, asked of the program.
pub(crate) struct Reference {
    pub(crate) schemas: BTreeMap<&'static str, Value>,
    /// Of each command, and of the program under the empty name; one line a flag.
    pub(crate) helps: BTreeMap<String, String>,
}

impl Reference {
    pub(crate) fn ask() -> Self {
        let help = |name: &str| answer(&[name, "-h"].into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>());
        let program = help("");
        let mut helps: BTreeMap<_, _> =
            rows_of(&program, "Commands").into_iter().map(|(name, _)| (name.to_owned(), help(name))).collect();
        helps.insert(String::new(), program);
        let schema = |document| (document, serde_json::from_str(&answer(&["schema", document])).unwrap());
        Self { schemas: SCHEMAS.map(schema).into(), helps }
    }

    /// `document` with its generated tables as they are to be.
    pub(crate) fn with_tables(&self, document: &str) -> String {
        let generated = Regex::new("(?ms)^(<!-- generated: ([^\n]*) -->\n)(.*?)^(<!-- end -->)$").unwrap();
        let fresh =
            |found: &Captures<'_>| format!("{}\n{}\n{}", &found[1], self.generated(&found[2], &found[3]), &found[4]);
        generated.replace_all(document, fresh).into_owned()
    }

    fn generated(&self, name: &str, old: &str) -> String {
        match name.split_once(' ') {
            None if name == "lints" => codes(Lint::ALL.iter().map(|lint| (lint.name(), lint.explanation()))),
            None if name == "errors" => codes(Code::ALL.iter().map(|code| (code.name(), code.explanation()))),
            None if name == "flags" => flags(&rows_of(&self.helps[""], "Options")),
            Some(("command", name)) => self.command(name),
            _ => self.keys(name, old),
        }
    }

    /// How a command is called, its arguments and flags, and its exit codes.
    fn command(&self, name: &str) -> String {
        let help = &self.helps[name];
        let usage = help.lines().find_map(|line| line.strip_prefix("Usage: ")).unwrap();
        let common = rows_of(&self.helps[""], "Options");
        let is_own = |(flag, _): &(&str, &str)| common.iter().all(|(known, _)| known != flag);
        let parts = ["Arguments", "Options", "Reports"].into_iter().flat_map(|part| rows_of(help, part));
        let exits = rows_of(help, "Exit codes");
        let exits: Vec<_> = exits.iter().map(|(code, meaning)| [*code, meaning].map(str::to_owned)).collect();
        let exits =
            if exits.is_empty() { String::new() } else { "\n".to_owned() + &table(["exit code", "meaning"], &exits) };
        format!("`{usage}`\n\n{}{exits}", flags(&parts.filter(is_own).collect::<Vec<_>>()))
    }

    /// The keys of a map, in the order of `old`.
    fn keys(&self, name: &str, old: &str) -> String {
        let (name, without) = name.split_once(" - ").unwrap_or((name, ""));
        let (schema, map) = self.map(name);
        let is_without = |key: &str| without.is_empty() || self.map(without).1["properties"].get(key).is_none();
        let is_required =
            |key: &str| map["required"].as_array().is_some_and(|keys| keys.iter().any(|name| name == key));
        // What is read may be left out, and nobody need write null; what is written is there.
        let value = |key: &str, schema_of: &Value| match value(schema_of, schema) {
            value if name.contains("report") => value,
            value if is_required(key) => value.replace(" or null", "") + ", required",
            value => value.replace(" or null", ""),
        };
        let keys = map["properties"].as_object().unwrap().iter().filter(|(key, _)| is_without(key));
        let description = |schema: &Value| schema["description"].as_str().unwrap().replace('\n', " ");
        let mut rows: Vec<_> =
            keys.map(|(key, of_key)| [format!("`{key}`"), value(key, of_key), description(of_key)]).collect();
        rows.sort_by_key(|[key, ..]| old.find(&format!("\n| {key} |")).unwrap_or(usize::MAX));
        table(["key", "value", "meaning"], &rows)
    }

    /// A map such as `gates.Metric`, and the schema in which it is.
    fn map(&self, name: &str) -> (&Value, &Value) {
        let (document, definition) = name.split_once('.').unwrap_or((name, ""));
        let schema = self.schemas.get(document).unwrap_or_else(|| panic!("no table is called {name:?}"));
        (schema, if definition.is_empty() { schema } else { &schema["definitions"][definition] })
    }

    /// The names of everything that has a generated table somewhere.
    pub(crate) fn names(&self) -> BTreeSet<String> {
        // By what they are: a definition may be part of several schemas, and is written down once.
        let mut maps = BTreeMap::new();
        for (document, schema) in &self.schemas {
            maps.insert(schema.to_string(), (*document).to_owned());
            for (name, definition) in schema["definitions"].as_object().into_iter().flatten() {
                if definition["properties"].is_object() {
                    maps.entry(definition.to_string()).or_insert_with(|| format!("{document}.{name}"));
                }
            }
        }
        let commands = self.all("commands").into_iter().map(|name| format!("command {name}"));
        maps.into_values().chain(commands).chain(["flags", "lints", "errors"].map(str::to_owned)).collect()
    }

    /// What the table has to have that stands after `<!-- complete: NAME -->`.
    pub(crate) fn all(&self, name: &str) -> BTreeSet<String> {
        let of_check =
            |part| rows_of(&self.helps["check"], part).into_iter().map(|(name, _)| name.replace(['<', '>'], ""));
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        match name {
            "aggregates" => Aggregate::WORDS
                .map(|aggregate| aggregate.name().into_owned())
                .into_iter()
                .chain(["p50".to_owned()])
                .collect(),
            "commands" => self.helps.keys().filter(|name| !name.is_empty()).cloned().collect(),
            "exit codes" => of_check("Exit codes").collect(),
            "features" => features(),
            "missing" => owned(&Otherwise::ALL.map(Otherwise::name)),
            "placeholders" => Placeholder::ALL.map(|(name, _)| format!("{{{name}}}")).into(),
            "reports" => of_check("Reports").collect(),
            "states" => states(),
            "units" => owned(&Unit::ALL.map(Unit::name)),
            "variables" => owned(&VARIABLES.map(|variable| variable.name)),
            _ => panic!("no list is called {name:?}"),
        }
    }
}

/// The features of Cargo, but for the one that is all of them.
fn features() -> BTreeSet<String> {
    let features = include_str!("../../../Cargo.toml").split_once("\n[features]\n").unwrap().1;
    let names = features.split("\n[").next().unwrap().lines().filter_map(|line| Some(line.split_once(" = ")?.0));
    names.filter(|name| *name != "default").map(str::to_owned).collect()
}

/// The words in front of the rows of `check`.
fn states() -> BTreeSet<String> {
    let row = Regex::new(r"(?m)^  ([A-Za-z]+(?: [a-z]+)?)  +\S.*  (?:limit|trigger) ").unwrap();
    let rows = run(&mut check(["-v", "--gates", "fixtures/good/shop.yaml", "fixtures/good/shop"])).unwrap().stdout;
    row.captures_iter(&rows).map(|found| found[1].to_owned()).collect()
}

/// What a command prints that must come out well, however long its lines are.
fn answer(arguments: &[&str]) -> String {
    let run = run(command(arguments).env("COLUMNS", "10000")).unwrap();
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{arguments:?}");
    run.stdout
}

/// The rows of a part of a help: a flag, an argument, a command or an exit code, each with its meaning.
pub(crate) fn rows_of<'a>(help: &'a str, part: &str) -> Vec<(&'a str, &'a str)> {
    let lines = help.lines().skip_while(|line| line.strip_suffix(':') != Some(part)).skip(1);
    let rows = lines.map_while(|line| line.strip_prefix("  ")?.trim_start().split_once("  "));
    rows.map(|(name, meaning)| (name, meaning.trim_start())).collect()
}

/// A table of flags. The default of one and the words that it takes stand at the end of its help, in brackets.
fn flags(rows: &[(&str, &str)]) -> String {
    let values = Regex::new(r" \[possible values: ([^\]]*)\]").unwrap();
    let default = Regex::new(r" \[default: ([^\]]*)\]").unwrap();
    let meaning = |text: &str| {
        let is_choice = values.is_match(text);
        let (text, listed) = match values.captures(text) {
            Some(found) => (text.replace(&found[0], ""), format!(": `{}`", found[1].replace(", ", "`, `"))),
            None => (text.to_owned(), String::new()),
        };
        match default.captures(&text) {
            Some(found) if is_choice => text.replace(&found[0], "") + &listed + &format!(". Default: `{}`", &found[1]),
            Some(found) => text.replace(&found[0], "") + &format!(". Default: {}", &found[1]),
            None => text + &listed,
        }
    };
    let rows: Vec<_> =
        rows.iter().map(|(flag, text)| [format!("`{}`", flag.replace(['<', '>'], "")), meaning(text)]).collect();
    table(["flag or argument", "meaning"], &rows)
}

/// A table of codes and what they mean.
fn codes<'a>(codes: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let rows: Vec<_> = codes.map(|(code, meaning)| [format!("`{code}`"), meaning.to_owned()]).collect();
    table(["code", "meaning"], &rows)
}

/// A table of Markdown.
fn table<const COLUMNS: usize>(head: [&str; COLUMNS], rows: &[[String; COLUMNS]]) -> String {
    let head = [head, ["---"; COLUMNS]].map(|row| row.map(str::to_owned));
    head.iter().chain(rows).flat_map(|row| ["| ".to_owned(), row.join(" | "), " |\n".to_owned()]).collect()
}

/// What can stand where `schema` is asked for, in a few words.
fn value(schema: &Value, document: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().or_else(|| schema["allOf"][0]["$ref"].as_str()) {
        return named(name.rsplit('/').next().unwrap(), document);
    }
    if let Some(words) = schema["enum"].as_array() {
        let is_open = if words.contains(&Value::Null) { " or null" } else { "" };
        let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
        return match words.len() {
            ..=10 => format!("`{}`{is_open}", words.join("`, `")),
            _ if words.contains(&Lint::UnsetLimit.name()) => "[code](codes.md#lints)".to_owned(),
            _ => "[code](codes.md#errors)".to_owned(),
        };
    }
    if let Some(forms) = schema["anyOf"].as_array().or_else(|| schema["oneOf"].as_array()) {
        return either(forms.iter().map(|form| value(form, document)));
    }
    if let Some(only) = schema.get("const") {
        return format!("`{only}`");
    }
    if schema.get("type").is_none() {
        return "anything".to_owned();
    }
    let kind = |kind: &Value| match kind.as_str().unwrap() {
        "array" => plural(format!("list of {}", value(&schema["items"], document))),
        "object" => format!("name → {}", value(&schema["additionalProperties"], document)),
        "string" if schema["pattern"].as_str().is_some_and(|pattern| pattern.contains("[hms]")) => {
            "duration".to_owned()
        }
        "string" => "text".to_owned(),
        "integer" => "whole number".to_owned(),
        "boolean" => "`true` or `false`".to_owned(),
        other => other.to_owned(),
    };
    match &schema["type"] {
        Value::Array(kinds) => either(kinds.iter().map(kind)),
        only => kind(only),
    }
}

fn either(forms: impl Iterator<Item = String>) -> String {
    forms.collect::<Vec<_>>().join(" or ")
}

/// What stands where a definition of a schema is referred to.
fn named(name: &str, document: &Value) -> String {
    let definition = &document["definitions"][name];
    match FORMS.iter().find(|(form, _)| *form == name) {
        Some((_, words)) => (*words).to_owned(),
        None if definition["properties"].is_object() => {
            Regex::new("([a-z])([A-Z])").unwrap().replace_all(name, "$1 $2").to_lowercase()
        }
        None => value(definition, document),
    }
}

fn plural(words: String) -> String {
    let is_done = !words.ends_with(|last: char| last.is_alphabetic() && last != 's');
    if is_done { words.replace("](", "s](") } else { words + "s" }
}
