//! YAML to a tree of values with their places. The only file that names the YAML crate.
//!
//! The tree is nearer to the text than what serde would give a struct: it keeps duplicate keys, and tells a
//! number from a number in quotes, so that the reader of a table can report all faults at once.
//!
//! The build script reads the shipped table with this very file, which therefore knows nothing of the crate around it.

use std::{borrow::Cow, fmt, ops::Range};

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_yaml::{
    Location, Spanned,
    options::{DuplicateKeyPolicy, MergeKeyPolicy, NonFiniteFloatPolicy},
};

/// A value and where it stands.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) value: Value,
    /// The line where it is used, from 1.
    pub(crate) line: usize,
    /// Where it is used.
    pub(crate) span: Range<usize>,
    /// Of a value that comes through an alias: where it is written.
    pub(crate) defined: Option<Range<usize>>,
}

/// What a YAML text can hold.
#[derive(Debug)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    /// May be NaN or infinite.
    Number(f64),
    /// Text, in quotes or not. Only that of the shipped table is borrowed.
    Text(Cow<'static, str>),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// A key of a map.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) text: Cow<'static, str>,
    pub(crate) span: Range<usize>,
}

/// What stopped the reading.
#[derive(Debug)]
pub(crate) struct Stop {
    /// In the crate's words, without the place.
    pub(crate) message: String,
    /// Where in the text.
    pub(crate) span: Range<usize>,
}

/// Reads one document, up to the depth and size that one written by people can have.
///
/// # Errors
/// What stopped the reading.
pub(crate) fn parse(text: &str) -> Result<Node, Stop> {
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
        // The message ends with the place.
        let message = error.without_snippet().to_string();
        let message = message.split_once(" at line ").map_or(message.as_str(), |(message, _)| message).to_owned();
        Stop { message, span: error.location().map_or(0..0, |place| byte_range(text, place)) }
    })
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

/// Where an error is; its location may count lines and characters only.
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
    start..start
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
        Ok(Value::Text(value.to_owned().into()))
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
            map.push((Key { text: key.value.into(), span: span(key.referenced) }, value.into()));
        }
        Ok(Value::Map(map))
    }
}
