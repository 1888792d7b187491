//! The structure that the crate promises, read from its sources: the core is pure and without circles, the
//! doors do not see each other, and one file names the YAML crate.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// A source file without its comments and its tests.
struct Source {
    path: PathBuf,
    code: String,
}

fn sources(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder);
    let mut found = Vec::new();
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let code = code_of(&fs::read_to_string(&path).unwrap());
                found.push(Source { path, code });
            }
        }
    }
    assert!(!found.is_empty(), "no sources in src/{folder}");
    found
}

fn code_of(text: &str) -> String {
    let code = text.split("#[cfg(test)]").next().unwrap();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Whether `word` stands in `code` as a word of its own.
fn names(code: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word)
        .any(|(at, _)| !code[..at].ends_with(is_part) && !code[at + word.len()..].starts_with(is_part))
}

/// What a pure core has no use for.
const IMPURE: [&str; 35] = [
    "serde",
    "serde_json",
    "serde_yaml",
    "clap",
    "jiff",
    "anyhow",
    "thiserror",
    "rayon",
    "walkdir",
    "anstream",
    "anstyle",
    "fs",
    "io",
    "env",
    "net",
    "process",
    "thread",
    "sync",
    "Instant",
    "SystemTime",
    "rand",
    "print",
    "println",
    "eprint",
    "eprintln",
    "dbg",
    "write_all",
    "panic",
    "todo",
    "unimplemented",
    "unreachable",
    "unwrap",
    "expect",
    "thread_local",
    "unsafe",
];

fn impurities(code: &str) -> Vec<&'static str> {
    IMPURE.into_iter().filter(|word| names(code, word)).collect()
}

#[test]
fn judging_and_review_are_pure() {
    for folder in ["eval", "lint"] {
        for source in sources(folder) {
            assert_eq!(impurities(&source.code), [""; 0], "{}", source.path.display());
        }
    }
}

/// What tests of a table expect and come to is data, too.
#[test]
fn judging_tests_is_pure() {
    let sources = sources("");
    let suite = sources.iter().find(|source| source.path.ends_with("src/suite.rs")).unwrap();
    assert_eq!(impurities(&suite.code), [""; 0]);
    assert!(!["input", "report"].iter().any(|door| names(&suite.code, door)));
}

#[test]
fn judging_and_review_look_at_nothing_but_judging() {
    for folder in ["eval", "lint"] {
        for source in sources(folder) {
            let outside = source.code.replace("crate::eval", "").matches("crate::").count();
            assert_eq!(outside, 0, "{} reaches out of {folder}/", source.path.display());
        }
    }
}

/// The sibling modules that a file of `eval/` uses.
fn siblings(code: &str, modules: &BTreeSet<String>) -> BTreeSet<String> {
    modules.iter().filter(|module| uses(code, module)).cloned().collect()
}

fn uses(code: &str, module: &str) -> bool {
    let mut groups = code.split("use super::{").skip(1).filter_map(|rest| rest.split("};").next());
    let direct = ["use super::", "super::", "crate::eval::"].map(|path| format!("{path}{module}"));
    groups.any(|group| names(group, module)) || direct.iter().any(|path| names(code, path))
}

/// A module that leads back to itself, if there is one.
fn circle(graph: &BTreeMap<String, BTreeSet<String>>) -> Option<String> {
    let reaches = |from: &String| {
        let mut seen = BTreeSet::new();
        let mut next: Vec<&String> = graph[from].iter().collect();
        while let Some(module) = next.pop() {
            if seen.insert(module) {
                next.extend(&graph[module]);
            }
        }
        seen.contains(from)
    };
    graph.keys().find(|module| reaches(module)).cloned()
}

fn imports() -> BTreeMap<String, BTreeSet<String>> {
    let sources = sources("eval");
    let name = |source: &Source| source.path.file_stem().unwrap().to_string_lossy().into_owned();
    let modules: BTreeSet<String> = sources.iter().map(name).filter(|name| name != "mod").collect();
    let named = sources.iter().filter(|source| name(source) != "mod");
    named.map(|source| (name(source), siblings(&source.code, &modules))).collect()
}

#[test]
fn no_two_modules_of_the_core_import_each_other() {
    let graph = imports();
    // That the arrows are seen at all: these are known to be there.
    assert!(graph["judge"].contains("verdict") && graph["verdict"].contains("table"), "{graph:#?}");
    assert_eq!(circle(&graph), None, "{graph:#?}");
}

#[test]
fn the_doors_do_not_see_each_other() {
    for (folder, other) in [("input", "report"), ("report", "input")] {
        for source in sources(folder) {
            assert!(!names(&source.code, other), "{} sees {other}", source.path.display());
        }
    }
    for folder in ["eval", "input", "report"] {
        for source in sources(folder) {
            assert!(!names(&source.code, "clap"), "{} knows flags", source.path.display());
        }
    }
}

#[test]
fn one_file_names_the_yaml_crate() {
    let naming: Vec<_> = sources("")
        .into_iter()
        .filter(|source| names(&source.code, "serde_yaml") || names(&source.code, "serde_saphyr"))
        .map(|source| source.path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(naming, ["tree.rs"]);
}

/// Said in the crates themselves, too: whoever builds them without this manifest has it.
#[test]
fn nothing_is_unsafe() {
    for root in ["main.rs", "lib.rs"] {
        let sources = sources("");
        let source = sources.iter().find(|source| source.path.ends_with(Path::new("src").join(root))).unwrap();
        assert!(source.code.lines().any(|line| line == "#![forbid(unsafe_code)]"), "{root}");
    }
    let naming: Vec<_> = sources("").into_iter().filter(|source| names(&source.code, "unsafe")).collect();
    assert!(naming.is_empty(), "{}", naming[0].path.display());
}

#[test]
fn what_would_break_the_promise_is_seen() {
    assert_eq!(impurities("let t = std::time::Instant::now();"), ["Instant"]);
    assert_eq!(impurities("use std::{fs, fmt};"), ["fs"]);
    assert_eq!(impurities("value.unwrap()"), ["unwrap"]);
    assert_eq!(impurities("value.unwrap_or(0)"), [""; 0]);
    assert_eq!(impurities(&code_of("// println!\nx\n#[cfg(test)]\nmod tests { panic!() }")), [""; 0]);

    let graph = |arrows: &[(&str, &str)]| {
        let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (from, to) in arrows {
            graph.entry((*from).to_owned()).or_default().insert((*to).to_owned());
            graph.entry((*to).to_owned()).or_default();
        }
        graph
    };
    assert_eq!(circle(&graph(&[("a", "b"), ("b", "c"), ("a", "c")])), None);
    assert_eq!(circle(&graph(&[("a", "b"), ("b", "c"), ("c", "b")])), Some("b".to_owned()));
    let modules = ["limit", "unit"].map(str::to_owned).into();
    assert_eq!(siblings("use super::{\n    limit::Limit, other::X,\n};", &modules), ["limit".to_owned()].into());
    assert_eq!(siblings("fn f(u: super::unit::Unit) {}", &modules), ["unit".to_owned()].into());
    assert_eq!(siblings("use super::{limit, other::X};", &modules), ["limit".to_owned()].into());
    assert_eq!(siblings("use super::unit;", &modules), ["unit".to_owned()].into());
    assert!(names("use crate::{report::x};", "report"));
}
