//! What documents claim: flags, commands, words, keys, codes, variables and placeholders that must be there.

use std::collections::BTreeSet;

use regex_lite::Regex;
use rollout_gate::{eval::template::Placeholder, input::gates};
use serde_json::Value;

use super::{
    GUIDE, README,
    document::{Section, calls, sections},
    program::{Command, Program},
    variables::VARIABLES,
};

/// What documents name that is there.
pub(crate) struct Known {
    pub(crate) program: Program,
    /// Single words that mean something here.
    vocabulary: BTreeSet<String>,
    /// In the built-in table.
    pub(crate) pipelines: Vec<String>,
    /// Of Cargo.
    pub(crate) features: Vec<String>,
}

impl Known {
    pub(crate) fn new() -> Self {
        let program = Program::ask();
        let mut vocabulary = BTreeSet::new();
        vocabulary.extend(program.commands.keys().cloned());
        vocabulary.extend(program.commands.values().flat_map(|command| command.words.values().flatten().cloned()));
        vocabulary.extend(program.all_keys().into_iter().map(str::to_owned));
        vocabulary.extend(program.words.iter().chain(&program.codes).cloned());
        vocabulary
            .extend(program.states.iter().chain(program.commands.values().flat_map(|c| &c.placeholders)).cloned());
        vocabulary.extend(VARIABLES.map(|variable| variable.name.to_owned()));
        let pipelines = gates::read("gates.yaml", include_str!("../../../gates.yaml").to_owned()).unwrap().pipelines;
        let pipelines: Vec<String> = pipelines.into_iter().map(|pipeline| pipeline.name).collect();
        vocabulary.extend(pipelines.iter().cloned());
        // Crates, their features, and inputs of the action.
        let manifest = include_str!("../../../Cargo.toml");
        let action: Value = serde_yaml::from_str(include_str!("../../../action.yml")).unwrap();
        let inputs = ["inputs", "outputs"].map(|list| action[list].as_object().unwrap().keys().cloned());
        vocabulary.extend(inputs.into_iter().flatten());
        let word = Regex::new("[A-Za-z0-9_-]+").unwrap();
        let words = |text: &str| word.find_iter(text).map(|found| found.as_str().to_owned()).collect::<Vec<_>>();
        vocabulary.extend(manifest.lines().filter(|line| !line.starts_with('#')).flat_map(words));
        // What stands in blocks is run by other tests.
        let blocks = [README, GUIDE].into_iter().flat_map(sections).flat_map(|section| section.blocks);
        vocabulary.extend(blocks.flat_map(|block| words(&block)));
        vocabulary.extend(FOREIGN.map(str::to_owned));
        let features = manifest.split_once("\n[features]\n").unwrap().1.split("\n[").next().unwrap();
        let features = features.lines().filter_map(|line| Some(line.split_once(" = ")?.0.to_owned()));
        let features = features.filter(|feature| feature != "default").collect();
        Self { program, vocabulary, pipelines, features }
    }
}

/// Words of others: an attribute of `JUnit`; the value that comes nearest, in `explain`; an outcome of the action; the
/// signals that end a run.
const FOREIGN: [&str; 6] = ["classname", "nearest", "no-verdict", "SIGHUP", "SIGINT", "SIGTERM"];

/// What is named in `sections` and is not there.
pub(crate) fn lies(sections: &[Section], known: &Known) -> Vec<String> {
    let mut lies = Vec::new();
    for section in sections {
        for span in &section.spans {
            lies.extend(lies_of_span(span, known).into_iter().map(|lie| format!("{}: {lie}", section.heading)));
        }
        for call in section.blocks.iter().flat_map(|block| calls(block)) {
            lies.extend(lies_of_call(&call, known).into_iter().map(|lie| format!("{}: {lie}", section.heading)));
        }
    }
    lies
}

fn lies_of_span(span: &str, known: &Known) -> Vec<String> {
    let words: Vec<String> = span.split_whitespace().map(str::to_owned).collect();
    let Some(first) = words.first() else { return Vec::new() };
    // Neither a duration nor what keys begin with.
    let is_word = |text: &str| {
        !text.starts_with(|c: char| c.is_ascii_digit())
            && !text.ends_with('-')
            && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
    };
    let bare = span.trim_matches('"');
    if first == "rollout-gate" {
        lies_of_call(&words[1..], known)
    } else if known.program.commands.contains_key(first) && words.len() > 1 {
        lies_of_call(&words, known)
    } else if first.starts_with('-') && first.len() > 1 {
        let flag = first.split('=').next().unwrap();
        let is_there = known.program.flags().contains(flag);
        if is_there { Vec::new() } else { vec![format!("no flag {flag}")] }
    } else if let Some(placeholder) = bare.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        let is_there =
            placeholder.contains([':', '{']) || Placeholder::ALL.iter().any(|(name, _)| *name == placeholder);
        if is_there { Vec::new() } else { vec![format!("no placeholder {bare}")] }
    } else if let Some((key, _)) = bare.split_once(": ").filter(|(key, _)| is_word(key)) {
        let is_there = known.vocabulary.contains(key);
        if is_there { Vec::new() } else { vec![format!("no key {key}, in {span}")] }
    } else if is_word(bare) && bare.contains(|c: char| c.is_ascii_alphabetic()) {
        let is_there = known.vocabulary.contains(bare);
        if is_there { Vec::new() } else { vec![format!("nothing is called {bare}")] }
    } else {
        Vec::new()
    }
}

fn lies_of_call(words: &[String], known: &Known) -> Vec<String> {
    let Some(first) = words.first() else { return Vec::new() };
    if first.starts_with(['[', '<']) {
        return Vec::new();
    }
    let name = if first.starts_with('-') { "" } else { first };
    let Some(command) = known.program.commands.get(name) else { return vec![format!("no command {name}")] };
    let mut lies = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let (flag, value) = word.split_once('=').unwrap_or((word, words.get(at + 1).map_or("", String::as_str)));
        if flag.starts_with('-') && flag.len() > 1 {
            if !command.flags.iter().any(|known| known == flag) {
                lies.push(format!("no flag {flag} of {name:?}"));
            }
            lies.extend(lie_of_word(command, flag, value));
        }
    }
    for argument in command.words.keys().filter(|subject| subject.starts_with('<')) {
        lies.extend(words.get(1).and_then(|word| lie_of_word(command, argument, word)));
    }
    lies
}

/// Where only a few words can stand, it is one of them, or stands for one.
fn lie_of_word(command: &Command, subject: &str, word: &str) -> Option<String> {
    let words = command.words.get(subject)?;
    let is_sample = word.starts_with(['$', '"', '[', '<']) || word.chars().all(|c| c.is_ascii_uppercase());
    (!is_sample && !words.iter().any(|known| known == word)).then(|| format!("{subject} takes no {word:?}"))
}

/// What a text names outside of code: flags and variables.
pub(crate) fn lies_of_text(text: &str, known: &Known) -> Vec<String> {
    let flag = Regex::new(r"--[a-z][a-z-]*").unwrap();
    let variable = Regex::new(r"\b[A-Z]+_[A-Z_]+\b").unwrap();
    let flags = flag.find_iter(text).map(|found| found.as_str()).filter(|name| !known.program.flags().contains(name));
    let is_variable = |name: &&str| VARIABLES.iter().any(|variable| variable.name == *name);
    let variables = variable.find_iter(text).map(|found| found.as_str()).filter(|name| !is_variable(name));
    flags.chain(variables).map(|name| format!("there is no {name}, in {text:?}")).collect()
}
