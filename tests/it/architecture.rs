//! The structure that the crate promises, read from its sources: layers, no circles, pure judging and review, what
//! only some files may name, one meaning for the name of a type. What is promised is data at the top of this file.
//!
//! A new module at the top of `src/` is a line in `LAYERS`. Each check is tried at the end on sources that break it.

mod imports;
mod source;

use std::collections::{BTreeMap, BTreeSet};

use self::{
    imports::{Graph, circles, graph, reached},
    source::{Source, has_word, sources},
};

/// The modules at the top of `src/`, each with those that it may use, which come before it.
const LAYERS: [(&str, &str); 16] = [
    ("eval", ""),
    ("lint", "eval"),
    ("refusal", ""),
    ("schema", ""),
    ("starter", "eval"),
    ("exit", "eval"),
    ("outcome", "eval exit refusal"),
    ("inspection", "exit lint refusal"),
    ("suite", "eval exit outcome refusal"),
    ("io", "exit refusal"),
    ("input", "eval inspection io lint outcome refusal schema suite"),
    ("report", "eval exit inspection lint outcome refusal schema suite"),
    ("lib", ""),
    ("cli", "input report"),
    ("commands", "cli eval exit input inspection io lint outcome refusal report starter suite"),
    ("main", "cli commands"),
];

/// Uses that close a circle, from and to: to be removed here as soon as they are removed there.
const CIRCULAR: [(&str, &str); 5] = [
    ("input::values", "input::form"),
    ("input::gates::metrics", "input::gates"),
    ("input::gates::rules", "input::gates"),
    ("input::snapshot::values", "input::snapshot"),
    ("input::snapshot::time", "input::snapshot"),
];

/// What judges and reviews: data in, data out.
const PURE: [&str; 3] = ["eval", "lint", "suite.rs"];

/// Words that a pure module has no use for.
const IMPURE: &str = "\
    serde serde_json serde_yaml granit_parser clap jiff anyhow thiserror rayon walkdir anstream anstyle \
    fs io env net process thread thread_local sync Instant SystemTime rand \
    print println eprint eprintln dbg write_all \
    panic todo unimplemented unreachable unwrap expect unsafe";

/// Words, and the files and folders where alone they may stand.
const CONFINED: [(&str, &str); 9] = [
    ("granit_parser", "input/yaml/reader.rs"),
    ("serde_yaml serde_saphyr", ""),
    ("clap", "cli commands io/terminal.rs main.rs"),
    ("anyhow", "commands"),
    ("rayon", "commands/check.rs"),
    ("fs walkdir tempfile OpenOptions", "io"),
    ("stdin stdout stderr signal IsTerminal", "io cli/init.rs commands/init.rs"),
    ("Instant SystemTime Timestamp::now", "io/progress.rs commands/check.rs"),
    ("unsafe todo unimplemented dbg println eprintln", ""),
];

/// Names of types that several modules define.
const SHARED_NAMES: &str = "\
    Limits Measurements Minutes Outcome Section Series Step Traits";

#[test]
fn every_layer_uses_what_it_may_and_nothing_else() {
    assert_eq!(breaches_of_layers(&graph(&sources()), &LAYERS), [""; 0]);
}

fn breaches_of_layers(graph: &Graph, layers: &[(&str, &str)]) -> Vec<String> {
    let top = |module: &str| module.split("::").next().unwrap_or_default().to_owned();
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (from, to) in graph {
        let others = to.iter().map(|to| top(to)).filter(|to| *to != top(from));
        arrows.entry(top(from)).or_default().extend(others);
    }
    let mut breaches = Vec::new();
    for (number, (layer, allowed)) in layers.iter().enumerate() {
        let uses = arrows.remove(*layer).unwrap_or_default();
        let allowed: Vec<&str> = allowed.split_whitespace().collect();
        let forbidden = uses.iter().filter(|to| !allowed.contains(&to.as_str()));
        breaches.extend(forbidden.map(|to| format!("{layer} uses {to}, and may not")));
        let unused = allowed.iter().filter(|to| !uses.contains(**to));
        breaches.extend(unused.map(|to| format!("{layer} may use {to}, and does not")));
        let later = allowed.iter().filter(|to| !layers[..number].iter().any(|(before, _)| before == *to));
        breaches.extend(later.map(|to| format!("{layer} may use {to}, which does not come before it")));
    }
    breaches.extend(arrows.keys().map(|module| format!("{module} is no layer")));
    breaches
}

#[test]
fn no_two_modules_use_each_other() {
    assert_eq!(breaches_of_circles(graph(&sources()), &CIRCULAR), [""; 0]);
}

fn breaches_of_circles(mut graph: Graph, known: &[(&str, &str)]) -> Vec<String> {
    let closes = |(from, to): &&(&str, &str)| {
        graph.get(*from).is_some_and(|used| used.contains(*to)) && reached(&graph, to).contains(*from)
    };
    let mended = known.iter().filter(|arrow| !closes(arrow));
    let mut breaches: Vec<String> =
        mended.map(|(from, to)| format!("{from} to {to} closes no circle: take it out of CIRCULAR")).collect();
    for (from, to) in known {
        graph.entry((*from).to_owned()).or_default().remove(*to);
    }
    breaches.extend(circles(&graph).iter().map(|circle| format!("a circle: {}", circle.join(", "))));
    breaches
}

#[test]
fn judging_and_review_are_pure() {
    for source in sources().iter().filter(|source| PURE.iter().any(|place| source.is_in(place))) {
        assert_eq!(impurities(source), [""; 0], "{}", source.file);
    }
}

fn impurities(source: &Source) -> Vec<&'static str> {
    IMPURE.split_whitespace().filter(|word| source.has(word)).collect()
}

#[test]
fn words_stay_in_their_places() {
    assert_eq!(breaches_of_places(&sources(), &CONFINED), [""; 0]);
}

fn breaches_of_places(sources: &[Source], confined: &[(&str, &str)]) -> Vec<String> {
    let mut breaches = Vec::new();
    for (words, places) in confined {
        let has_one = |source: &&Source| words.split_whitespace().any(|word| source.has(word));
        let places = || places.split_whitespace();
        let found: Vec<&Source> = sources.iter().filter(has_one).collect();
        let outside = found.iter().filter(|source| !places().any(|place| source.is_in(place)));
        breaches.extend(outside.map(|source| format!("{} has one of `{words}`", source.file)));
        let unused = places().filter(|place| !found.iter().any(|source| source.is_in(place)));
        breaches.extend(unused.map(|place| format!("{place} has none of `{words}`")));
    }
    breaches
}

#[test]
fn every_module_begins_with_what_it_owns() {
    let without: Vec<_> = sources().into_iter().filter(|source| !has_head(source)).map(|source| source.file).collect();
    assert_eq!(without, [""; 0]);
}

fn has_head(source: &Source) -> bool {
    source.text.strip_prefix("//! ").is_some_and(|head| head.lines().next().is_some_and(|line| line.len() > 10))
}

#[test]
fn the_name_of_a_type_means_one_thing() {
    assert_eq!(breaches_of_names(&sources(), SHARED_NAMES), [""; 0]);
}

fn breaches_of_names(sources: &[Source], shared: &str) -> Vec<String> {
    let mut files: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for source in sources {
        for name in types(&source.code) {
            files.entry(name).or_default().push(&source.file);
        }
    }
    let several = files.iter().filter(|(_, files)| files.len() > 1);
    let is_known = |name: &str| shared.split_whitespace().any(|known| known == name);
    let new = several.clone().filter(|(name, _)| !is_known(name));
    let mut breaches: Vec<String> = new.map(|(name, files)| format!("{name} is in {}", files.join(", "))).collect();
    let gone = shared.split_whitespace().filter(|known| !several.clone().any(|(name, _)| name == known));
    breaches.extend(gone.map(|name| format!("{name} means one thing now: take it out of SHARED_NAMES")));
    breaches
}

/// The names of the types that code defines, but for the associated types of traits.
fn types(code: &str) -> impl Iterator<Item = &str> {
    code.lines().filter_map(|line| {
        let mut words = line.trim_start().split(|c: char| !c.is_alphanumeric() && c != '_');
        let is_associated = line.starts_with(' ');
        let mut word = words.next()?;
        if word == "pub" {
            word = words.find(|word| !["", "crate", "super", "in"].contains(word))?;
        }
        let defines = matches!(word, "struct" | "enum" | "trait" | "union") || word == "type" && !is_associated;
        words.next().filter(|name| defines && name.starts_with(char::is_uppercase))
    })
}

/// Said in the crates themselves, too: whoever builds them without this manifest has it.
#[test]
fn both_crates_forbid_unsafe_code() {
    for source in sources().iter().filter(|source| ["lib.rs", "main.rs"].contains(&source.file.as_str())) {
        assert!(source.code.lines().any(|line| line == "#![forbid(unsafe_code)]"), "{}", source.file);
    }
}

/// That each check sees what it is there for.
mod what_would_break_a_promise {
    use super::*;

    fn crate_of(files: &[(&str, &str)]) -> Vec<Source> {
        files.iter().map(|(file, text)| Source::new(file, text)).collect()
    }

    fn uses(files: &[(&str, &str)], module: &str) -> Vec<String> {
        graph(&crate_of(files)).remove(module).unwrap().into_iter().collect()
    }

    #[test]
    fn every_way_to_name_a_module_is_seen() {
        let others = [
            ("a/mod.rs", "mod x;\npub mod y;\npub use self::x::X;\n"),
            ("a/x.rs", "pub struct X;"),
            ("a/y.rs", ""),
            ("b.rs", ""),
            ("main.rs", ""),
        ];
        for (code, expected) in [
            ("use crate::b::B;", &["b"][..]),
            ("use crate::{\n    a::y::{self, Y},\n    b,\n};", &["a::y", "b"]),
            ("pub(crate) fn f(b: crate::b::B) {}", &["b"]),
            ("fn f() { $crate::b::f!() }", &["b"]),
            ("use rollout_gate::b::B as C;", &["b"]),
            ("use super::b;", &["b"]),
            ("use super::super::b;", &[]),
            // What a module hands on is where it is defined.
            ("use crate::a::X;", &["a::x"]),
            ("use crate::a::{X as Z, y};", &["a::x", "a::y"]),
            ("use crate::a::Other;", &["a"]),
            ("use crate::a::*;", &["a"]),
            // To declare a module, or to hand on its items, is no use of it.
            ("mod d;\npub use self::d::D;", &[]),
            ("mod d;\nuse self::d::D;", &["c::d"]),
            ("mod d;\nfn f() -> d::D { d::f() }", &["c::d"]),
            ("use std::b::B; fn f() { b.a::<B>() }", &[]),
            ("// use crate::b::B;\n/// [`crate::b`]\n#[cfg(test)]\nmod tests { use crate::b; }", &[]),
        ] {
            let files = [&others[..], &[("c.rs", code), ("c/d.rs", "")]].concat();
            assert_eq!(uses(&files, "c"), expected, "{code}");
        }
        assert_eq!(uses(&[("main.rs", "mod cli;\nfn main() { cli::run() }"), ("cli.rs", "")], "main"), ["cli"]);
        assert_eq!(uses(&[("a/b.rs", "use super::c::C;"), ("a/c.rs", ""), ("a.rs", "")], "a::b"), ["a::c"]);
        assert_eq!(uses(&[("a/b.rs", "use super::A;"), ("a.rs", "struct A;")], "a::b"), ["a"]);
    }

    #[test]
    fn a_layer_that_uses_more_or_less_than_it_may() {
        let layers = [("a", ""), ("b", "a"), ("c", "a b")];
        let breaches = |files: &[(&str, &str)], layers| breaches_of_layers(&graph(&crate_of(files)), layers);
        let sound = [("a.rs", ""), ("b/mod.rs", ""), ("b/x.rs", "use crate::a::A;"), ("c.rs", "use crate::{a, b};")];
        assert_eq!(breaches(&sound, &layers), [""; 0]);
        let upwards = [&sound[1..], &[("a.rs", "use crate::c;")]].concat();
        assert_eq!(breaches(&upwards, &layers), ["a uses c, and may not"]);
        assert_eq!(breaches(&sound[..3], &layers), ["c may use a, and does not", "c may use b, and does not"]);
        assert_eq!(breaches(&[&sound[..], &[("d.rs", "")]].concat(), &layers), ["d is no layer"]);
        let swapped = [layers[1], layers[0], layers[2]];
        assert_eq!(breaches(&sound, &swapped), ["b may use a, which does not come before it"]);
    }

    #[test]
    fn a_circle_and_an_exception_that_is_no_longer_needed() {
        let breaches =
            |files: &[(&str, &str)], known: &[(&str, &str)]| breaches_of_circles(graph(&crate_of(files)), known);
        let sound = [("a.rs", "use crate::b;"), ("b.rs", "use crate::c;"), ("c.rs", ""), ("d.rs", "use crate::a;")];
        assert_eq!(breaches(&sound, &[]), [""; 0]);
        let circular = [&sound[..2], &[("c.rs", "use crate::a;")]].concat();
        assert_eq!(breaches(&circular, &[]), ["a circle: a, b, c"]);
        assert_eq!(breaches(&circular, &[("c", "a")]), [""; 0]);
        assert_eq!(breaches(&sound, &[("b", "c")])[0], "b to c closes no circle: take it out of CIRCULAR");
        assert_eq!(breaches(&sound, &[("gone", "a")])[0], "gone to a closes no circle: take it out of CIRCULAR");
        assert_eq!(breaches(&sound, &[("c", "a")]), ["c to a closes no circle: take it out of CIRCULAR"]);
        // A parent and its child.
        let family = [("a.rs", "mod x;\nuse self::x::X;"), ("a/x.rs", "use super::A;")];
        assert_eq!(breaches(&family, &[]), ["a circle: a, a::x"]);
    }

    #[test]
    fn what_is_not_pure() {
        let impurities = |code: &str| impurities(&Source::new("eval/x.rs", code));
        assert_eq!(impurities("let t = std::time::Instant::now();"), ["Instant"]);
        assert_eq!(impurities("use std::{fs, fmt};"), ["fs"]);
        assert_eq!(impurities("value.unwrap()"), ["unwrap"]);
        assert_eq!(impurities("value.unwrap_or(0)"), [""; 0]);
        assert_eq!(impurities("// println!\nx\n#[cfg(test)]\nmod tests { panic!() }"), [""; 0]);
        assert!(has_word("a.io", "io") && !has_word("ratio io_error", "io"));
    }

    #[test]
    fn a_word_out_of_its_place_and_a_place_without_it() {
        let confined = [("fs stdin", "io cli/init.rs")];
        let files = [("io/mod.rs", "use std::fs;"), ("cli/init.rs", "stdin"), ("eval/fs.rs", "x")];
        assert_eq!(breaches_of_places(&crate_of(&files), &confined), [""; 0]);
        let outside = [&files[..], &[("iota.rs", "fs::read()"), ("io.rs", "fs")]].concat();
        assert_eq!(breaches_of_places(&crate_of(&outside), &confined), ["iota.rs has one of `fs stdin`"]);
        let breaches = breaches_of_places(&crate_of(&files[..1]), &confined);
        assert_eq!(breaches, ["cli/init.rs has none of `fs stdin`"]);
    }

    #[test]
    fn a_module_without_a_head() {
        for (text, expected) in [
            ("//! What it owns, and more.\n", true),
            ("//! X.\n", false),
            ("// What it owns, and more.\n", false),
            ("use a;\n//! What it owns, and more.\n", false),
        ] {
            assert_eq!(has_head(&Source::new("a.rs", text)), expected, "{text}");
        }
    }

    #[test]
    fn a_name_of_two_types() {
        let code = "pub struct A;\nstruct B<T>(T);\n    pub(super) enum C {}\npub(crate) trait D {}\ntype E = A;\n    \
                    type Value = A;\nfn structure() {}\nlet struct_ = 1;\npub struct $name;\n";
        assert_eq!(types(code).collect::<String>(), "ABCDE");
        let files = crate_of(&[("a.rs", "struct A;\nstruct B;"), ("b.rs", "enum A {}\n#[cfg(test)]\nstruct B;")]);
        assert_eq!(breaches_of_names(&files, ""), ["A is in a.rs, b.rs"]);
        assert_eq!(breaches_of_names(&files, "A"), [""; 0]);
        let gone = breaches_of_names(&files[..1], "A");
        assert_eq!(gone, ["A means one thing now: take it out of SHARED_NAMES"]);
    }
}
