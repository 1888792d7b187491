//! What [`reader`](super::reader) is held to: the same trees, read through serde. Both stand on one parser; what a scalar
//! means, what an alias repeats, which place a value has and what is too much, serde-saphyr says for itself.

#![cfg(test)]

use std::{fmt, fs, ops::Range};

use proptest::{collection::vec, prelude::*, sample::select};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_yaml::{
    Location, Spanned,
    options::{DuplicateKeyPolicy, MergeKeyPolicy, NonFiniteFloatPolicy},
};

use super::{
    lone_carriage_return,
    reader::parse,
    tree::{Key, Node, Yaml},
};

/// The tree, or where the reading stops.
fn through_serde(text: &str) -> Result<Node<'static>, usize> {
    let options = serde_yaml::options! {
        budget: serde_yaml::budget! { enforce_alias_anchor_ratio: false },
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        merge_keys: MergeKeyPolicy::AsOrdinary,
        non_finite_float_policy: NonFiniteFloatPolicy::PassThrough,
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        with_snippet: false,
    };
    serde_yaml::from_str_with_options::<Spanned<Yaml<'static>>>(text, options)
        .map(|root| strict(node(root), text))
        .map_err(|error| error.location().map_or(0, |location| start(text, location)))
}

fn node(read: Spanned<Yaml<'static>>) -> Node<'static> {
    let span = span(read.referenced);
    let defined = Some(self::span(read.defined)).filter(|defined| *defined != span);
    Node { content: read.value, line: usize::try_from(read.referenced.line()).unwrap(), span, defined, tag: None }
}

/// The tree with texts where a number is written in a way that only serde reads: `+12`, `0x10`.
fn strict(node: Node<'static>, text: &str) -> Node<'static> {
    let written = text.get(node.written().clone()).unwrap_or_default();
    let unsigned = written.strip_prefix('-').unwrap_or(written).to_ascii_lowercase();
    let content = match node.content {
        Yaml::Number(_) if ["+", "0x", "0o", "0b"].iter().any(|start| unsigned.starts_with(start)) => {
            Yaml::Text(written.to_owned().into())
        }
        Yaml::List(items) => Yaml::List(items.into_iter().map(|item| strict(item, text)).collect()),
        Yaml::Map(entries) => Yaml::Map(entries.into_iter().map(|(key, value)| (key, strict(value, text))).collect()),
        content => content,
    };
    Node { content, ..node }
}

fn span(location: Location) -> Range<usize> {
    let [start, length] = [location.span().byte_offset(), location.span().byte_len()]
        .map(|bytes| usize::try_from(bytes.unwrap_or_default()).unwrap());
    start..start + length
}

/// Where an error is: a location of one may have no bytes.
fn start(text: &str, location: Location) -> usize {
    let [line, column] = [location.line(), location.column()].map(|number| usize::try_from(number).unwrap());
    let mut lines = text.split_inclusive('\n');
    let before: usize = lines.by_ref().take(line - 1).map(str::len).sum();
    let characters = lines.next().unwrap_or_default().chars();
    before + characters.take(column - 1).map(char::len_utf8).sum::<usize>()
}

impl<'de> Deserialize<'de> for Yaml<'static> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(YamlVisitor)
    }
}

struct YamlVisitor;

impl<'de> Visitor<'de> for YamlVisitor {
    type Value = Yaml<'static>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Yaml::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Yaml::Bool(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Yaml::Number(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Yaml::Number(value as f64))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Yaml::Number(value as f64))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Yaml::Text(value.to_owned().into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(node(item));
        }
        Ok(Yaml::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut map = Vec::new();
        while let Some((key, value)) = entries.next_entry::<Spanned<String>, _>()? {
            map.push((Key { text: key.value.into(), span: span(key.referenced), tag: None }, node(value)));
        }
        Ok(Yaml::Map(map))
    }
}

/// Whether some value has a tag, which serde obeys without a word.
fn is_tagged(node: &Node<'_>) -> bool {
    node.tag.is_some()
        || match &node.content {
            Yaml::List(items) => items.iter().any(is_tagged),
            Yaml::Map(entries) => entries.iter().any(|(key, value)| key.tag.is_some() || is_tagged(value)),
            _ => false,
        }
}

/// Compares the readings of a text, and tells whether there is something to compare.
fn compare(text: &str) -> bool {
    // Refused before, and no end of a line where places are counted.
    if lone_carriage_return(text).is_some() {
        return false;
    }
    let (read, expected) = (parse(text, "table"), through_serde(text));
    match (&read, &expected) {
        (Ok(read), _) if is_tagged(read) => return false,
        // Trees with the same places, and NaN in both.
        (Ok(read), Ok(expected)) => assert_eq!(format!("{read:?}"), format!("{expected:?}"), "{text}"),
        // Through serde a key is read to its end, and looked at then.
        (Err(fault), Err(_)) if fault.message.starts_with("a key") => {}
        (Err(fault), Err(start)) => assert_eq!(fault.span.as_ref().map(|span| span.start), Some(*start), "{text}"),
        _ => panic!("{read:?} and {expected:?} of {text}"),
    }
    true
}

/// Every YAML text of the repository that is UTF-8.
fn texts() -> Vec<String> {
    let walk = walkdir::WalkDir::new(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures")).sort_by_file_name();
    let files = walk.into_iter().map(|entry| entry.unwrap().into_path());
    let yaml = files.filter(|file| file.extension().is_some_and(|extension| extension == "yaml"));
    let texts = yaml.filter_map(|file| String::from_utf8(fs::read(file).unwrap()).ok());
    texts.chain(["gates.yaml", "gates.test.yaml"].map(|file| fs::read_to_string(file).unwrap())).collect()
}

#[test]
fn every_file_reads_as_through_serde() {
    let compared = texts().iter().filter(|text| compare(text)).count();
    assert!(compared > 200, "{compared}");
}

/// What could stand anywhere.
const PIECES: [&str; 62] = [
    "\n",
    "\n  ",
    "\n    ",
    "\n- ",
    "\n  - ",
    " ",
    "  ",
    "\t",
    ": ",
    ":",
    ", ",
    ",",
    "- ",
    "? ",
    "[",
    "]",
    "[]",
    "{",
    "}",
    "{}",
    "&a ",
    "&b ",
    "*a",
    "*b",
    "*a : ",
    "\"",
    "'",
    "\"a b\"",
    "'it''s'",
    "\"\\u20ac\\n\"",
    "|\n  ",
    ">-\n  ",
    "# c\n",
    " # c",
    "---\n",
    "...\n",
    "%YAML 1.2\n---\n",
    "~",
    "null",
    "true",
    "False",
    "yes",
    "0",
    "-0",
    "012",
    "1_0",
    "-1.5",
    "1e999",
    ".inf",
    "-.NaN",
    "0x1F",
    "-0o7",
    "a",
    "key: ",
    "b: 1",
    "<<: ",
    "=",
    "€",
    "\r\n",
    "\u{85}",
    "@",
    "x: &a { b: [1, two] }\ny: *a\n",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pieces_read_as_through_serde(pieces in vec(select(&PIECES[..]), 0..24)) {
        compare(&pieces.concat());
    }

    /// A file of the repository with a few pieces put into it.
    #[test]
    fn changed_files_read_as_through_serde(
        text in select(texts()).prop_filter("of a size that people write", |text| text.len() < 4000),
        changes in vec((any::<prop::sample::Index>(), select(&PIECES[..])), 1..4),
    ) {
        let mut text = text;
        for (at, piece) in changes {
            let at = text.floor_char_boundary(at.index(text.len() + 1));
            text.insert_str(at, piece);
        }
        compare(&text);
    }
}
