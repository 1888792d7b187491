//! YAML to a tree of values with their places. The only file that names the YAML crate.
//!
//! The tree is nearer to the text than what serde would give a struct: it keeps duplicate keys, and tells a
//! number from a number in quotes, so that the reader of a table can report all faults at once.

use std::{collections::HashMap, fmt, ops::Range};

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_yaml::{
    Location, Spanned,
    options::{DuplicateKeyPolicy, MergeKeyPolicy, NonFiniteFloatPolicy},
};

use super::document::Path;
use crate::refusal::{Code, Fault, Faults};

/// A value and where it stands.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) value: Value,
    /// The line where it is used, from 1.
    pub(super) line: usize,
    /// Where it is used.
    pub(super) span: Range<usize>,
    /// Of a value that comes through an alias: where it is written.
    pub(super) defined: Option<Range<usize>>,
}

/// What a YAML text can hold.
#[derive(Debug)]
pub(super) enum Value {
    Null,
    Bool(bool),
    /// May be NaN or infinite.
    Number(f64),
    /// Text, in quotes or not.
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// A key of a map.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) text: String,
    pub(super) span: Range<usize>,
}

/// Reads one document. What stops the reading is a fault, and so is everything in it that would let a value be read
/// as other than it looks. `what` is "table".
pub(super) fn open(text: &str, what: &str, faults: &mut Faults) -> Option<Node> {
    match parse(text, what) {
        Ok(root) => {
            find_disguises(text, &root, &Path::Root(""), faults);
            Some(root)
        }
        Err(fault) => {
            faults.push(fault);
            None
        }
    }
}

/// Reads one document, up to the depth and size that one written by people can have.
///
/// # Errors
/// The fault that stopped the reading.
fn parse(text: &str, what: &str) -> Result<Node, Fault> {
    let options = serde_yaml::options! {
        budget: serde_yaml::budget! {
            // The depth, nodes and replayed aliases are bounded; one limit map used by every rule is fine.
            enforce_alias_anchor_ratio: false,
        },
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        // Expanded, they would hide which of two values wins.
        merge_keys: MergeKeyPolicy::AsOrdinary,
        non_finite_float_policy: NonFiniteFloatPolicy::PassThrough,
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        reject_unsupported_tags: true,
        with_snippet: false,
    };
    serde_yaml::from_str_with_options::<Spanned<Value>>(text, options).map(Node::from).map_err(|error| {
        let place = error.location();
        let at = place.map_or(0..0, |place| byte_range(text, place));
        // The message ends with the place, which the fault shows by itself.
        let message = error.without_snippet().to_string();
        let message = message.split_once(" at line ").map_or(message.as_str(), |(message, _)| message);
        // Errors come wrapped in errors of other kinds; only the text is common to them.
        for (begins, code, says, help) in IN_OUR_WORDS {
            if message.starts_with(begins) {
                return Fault::new(code, says).at(at).help(help.replace("WHAT", what));
            }
        }
        let fault = Fault::new(Code::NotYaml, format!("not a YAML document that can be used: {message}"));
        fault.at(at).help("mend the text here, or just before")
    })
}

/// Messages of the crate that speak to its programmers: how each begins, what it means here, the way out, in
/// which WHAT is the kind of document.
const IN_OUR_WORDS: [(&str, Code, &str, &str); 6] = [
    ("budget breached", Code::TooLarge, TOO_LARGE, SMALL_ENOUGH),
    ("recursion limit", Code::TooLarge, TOO_LARGE, SMALL_ENOUGH),
    (
        "multiple YAML documents",
        Code::NotYaml,
        "a second YAML document begins here",
        "a WHAT is one document: take the `---` out",
    ),
    (
        "cannot deserialize null into string",
        Code::NotYaml,
        "a key without a name",
        "write the key, in quotes if it is a word like null",
    ),
    ("expected string scalar", Code::NotYaml, "a key that is no text", "write a plain name"),
    ("recursive references", Code::NotYaml, "this alias is inside what it repeats", "write the value out"),
];
const TOO_LARGE: &str = "this document is too large, too deep, or its aliases repeat too much";
const SMALL_ENOUGH: &str = "a WHAT that people can read is far below these bounds";

/// The key that merges one map into another in YAML 1.1.
pub(super) const MERGE: &str = "<<";

/// Reports what would let a value be read as other than it looks: keys that a map has twice, merge keys, and
/// tags, which turn texts into numbers and numbers into nothing.
fn find_disguises(text: &str, node: &Node, path: &Path<'_>, faults: &mut Faults) {
    if let Some(tag) = tag_before(text, node.span.start) {
        let fault = Fault::new(Code::Tag, format!("a tag (`{tag}`) is not read")).at(node.span.clone()).path(path);
        faults.push(fault.help("write the value as it is meant"));
    }
    match &node.value {
        Value::Map(entries) => {
            let mut first: HashMap<&str, &Key> = HashMap::with_capacity(entries.len());
            for (key, value) in entries {
                let path = path.key(&key.text);
                if key.text == MERGE {
                    let fault = Fault::new(Code::MergeKey, "a merge key is not read").at(key.span.clone()).path(path);
                    faults.push(fault.help("write the keys out, or repeat a value with an alias"));
                } else if let Some(first) = first.get(key.text.as_str()) {
                    faults.push_with(|| {
                        let fault = Fault::new(Code::DuplicateKey, format!("duplicate key `{}`", key.text))
                            .at(key.span.clone());
                        fault.path(path).related(first.span.clone(), "first here").help("keep one of them")
                    });
                } else {
                    first.insert(&key.text, key);
                }
                find_disguises(text, value, &path, faults);
            }
        }
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                find_disguises(text, item, &path.index(index), faults);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => {}
    }
}

/// The tag that stands before a value, if there is one: the parser tells none.
fn tag_before(text: &str, start: usize) -> Option<&str> {
    let before = text.get(..start)?;
    let is_between = |word: &&str| word.starts_with(['&', '|', '>']);
    let mut words = before.rsplit(|c: char| c.is_ascii_whitespace()).filter(|word| !word.is_empty());
    let word = words.find(|word| !is_between(word))?;
    // In a list or a map on one line, what stands before it may touch it: `[!!str 5`, `5,!!str 6`.
    let word = word.rsplit(['[', '{', ',']).next().unwrap_or(word);
    let tag = Some(word).filter(|word| word.starts_with('!') && !word.ends_with([':', '"', '\'']))?;
    // A word of a comment is none; a comment ends with its line.
    let (line, after) = before.split_at_checked(before.rfind(tag)?)?;
    let is_comment = after.contains('\n') && line.rsplit('\n').next().is_some_and(|line| line.contains('#'));
    (!is_comment).then_some(tag)
}

impl From<Spanned<Value>> for Node {
    fn from(spanned: Spanned<Value>) -> Self {
        let span = span(spanned.referenced);
        let line = usize::try_from(spanned.referenced.line()).unwrap_or(usize::MAX);
        let defined = Some(self::span(spanned.defined)).filter(|defined| *defined != span);
        Self { value: spanned.value, line, span, defined }
    }
}

/// The bytes of a location; of a block collection, which has no token of its own, none at its first line.
fn span(location: Location) -> Range<usize> {
    let span = location.span();
    let number = |bytes: Option<u64>| bytes.and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(0);
    let start = number(span.byte_offset());
    start..start.saturating_add(number(span.byte_len()))
}

/// The same of an error's location, which may count lines and characters only.
fn byte_range(text: &str, location: Location) -> Range<usize> {
    if location.span().byte_offset().is_some() {
        return span(location);
    }
    let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let mut line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(newline, _)| newline + 1));
    let line_start = line_starts.nth(number(location.line()).saturating_sub(1)).unwrap_or(text.len());
    let line = text.get(line_start..).unwrap_or_default();
    let before: usize = line.chars().take(number(location.column()).saturating_sub(1)).map(char::len_utf8).sum();
    let start = line_start + before;
    start..start + text.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8)
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Number(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value as f64))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value as f64))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Value, E> {
        Ok(Value::Number(value as f64))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Value, E> {
        Ok(Value::Number(value as f64))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element::<Spanned<Value>>()? {
            list.push(item.into());
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Vec::new();
        while let Some((key, value)) = entries.next_entry::<Spanned<String>, Spanned<Value>>()? {
            map.push((Key { text: key.value, span: span(key.referenced) }, value.into()));
        }
        Ok(Value::Map(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_found_and_nothing_else() {
        for (text, tag) in [
            ("a: !!null 5", Some("!!null")),
            ("a: !x &b 5", Some("!x")),
            ("a: &b !x 5", Some("!x")),
            ("{ r: \"a # b\", a: !x 5", Some("!x")),
            ("a: !x\n  5", Some("!x")),
            ("a: !x |\n  5", Some("!x")),
            ("# beware!\na:\n  # of !this\n  5", None),
            ("[!x 5", Some("!x")),
            ("{ a: [4,!x 5", Some("!x")),
            ("a: 5", None),
            ("[\"4,!x\", 5", None),
            ("[4, \"!x\", 5", None),
            ("a,!x: 5", None),
            ("- \"!x\"\n- 5", None),
            ("[ do it !now, 5 ]", None),
            ("[\"do it !now\",5]", None),
            ("{\"a !b\":5}", None),
            ("5", None),
        ] {
            assert_eq!(tag_before(text, text.rfind('5').unwrap_or_default()), tag, "{text}");
        }
    }
}
