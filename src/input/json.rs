//! JSON with places: the entries of an object and the elements of an array, each as its piece of the text.
//!
//! `serde_json` tells no place of a value that parsed, and keeps the last of two equal keys. Raw values borrow
//! from the text, so that where a value stands is where its text begins.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    ops::Range,
};

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::document::Path;
use crate::{
    eval::number::Point,
    refusal::{Code, Fault, Faults},
};

/// A JSON text.
#[derive(Clone, Copy)]
pub(super) struct Text<'a>(&'a str);

/// How deep lists and objects may be nested, all in all: as deep as `serde_json` reads.
pub(super) const DEEPEST: usize = 127;

/// How the fault of a duplicate key begins.
const DUPLICATE: &str = "duplicate key ";

/// One entry of an object.
pub(super) struct Entry<'a> {
    pub(super) key: String,
    pub(super) key_span: Range<usize>,
    pub(super) value: &'a RawValue,
}

impl<'a> Text<'a> {
    /// `text`, to be read.
    pub(super) fn new(text: &'a str) -> Self {
        Self(text)
    }

    /// The whole of it, but for the space around it.
    pub(super) fn root(self) -> &'a str {
        // What JSON calls space, and nothing else.
        self.0.trim_matches([' ', '\t', '\r', '\n'])
    }

    /// Where a piece of the text stands.
    pub(super) fn span(self, piece: &str) -> Range<usize> {
        let start = piece.as_ptr().addr().saturating_sub(self.0.as_ptr().addr());
        start..start + piece.len()
    }

    /// Where a piece of the text begins.
    pub(super) fn start_of(self, piece: &str) -> Range<usize> {
        let start = self.span(piece).start;
        start..start
    }

    /// The entries of an object, in order; every duplicate key, here and further in, is a fault.
    pub(super) fn entries(self, object: &'a str, path: &Path<'_>, faults: &mut Faults) -> Option<Vec<Entry<'a>>> {
        let Pairs(pairs) = match serde_json::from_str(object) {
            Ok(pairs) => pairs,
            Err(error) => {
                faults.push(self.fault(object, &error).path(path));
                return None;
            }
        };
        let mut end = self.span(object).start;
        let mut first: HashMap<String, Range<usize>> = HashMap::with_capacity(pairs.len());
        let mut entries: Vec<Entry<'a>> = Vec::with_capacity(pairs.len());
        for (key, value) in pairs {
            let span = self.span(value.get());
            // Between two values stand a comma, the key in its quotes and a colon.
            let between = self.0.get(end..span.start).unwrap_or_default();
            let is_around = |c: char| c.is_ascii_whitespace() || matches!(c, '{' | ',' | ':');
            let key_span = self.span(between.trim_matches(is_around));
            end = span.end;
            if let Some(first) = first.get(&key) {
                faults.push_with(|| {
                    let fault =
                        Fault::new(Code::DuplicateKey, format!("{DUPLICATE}{key:?}")).at(key_span).path(path.key(&key));
                    fault.related(first.clone(), "first here").help("keep one of them")
                });
                continue;
            }
            first.insert(key.clone(), key_span.clone());
            entries.push(Entry { key, key_span, value });
        }
        Some(entries)
    }

    /// The elements of an array.
    pub(super) fn elements(array: &'a RawValue) -> Vec<&'a RawValue> {
        // It is one, for the text parsed: the elements are not looked into.
        serde_json::from_str(array.get()).unwrap_or_default()
    }

    /// Where lists and objects are nested deeper than [`DEEPEST`] for the first time. To be asked before anything else
    /// looks at the text: what passes a value over remembers each level that it is in.
    pub(super) fn too_deep(self) -> Option<usize> {
        let (mut depth, mut is_string, mut is_escaped) = (0_usize, false, false);
        self.0.bytes().position(|byte| {
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' => is_escaped = is_string,
                b'"' => is_string = !is_string,
                b'[' | b'{' if !is_string => depth += 1,
                b']' | b'}' if !is_string => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth > DEEPEST
        })
    }

    /// Reports a duplicate key anywhere in `value`, whose content nobody reads. One is enough.
    pub(super) fn find_duplicate_key(self, value: &RawValue, path: &Path<'_>, faults: &mut Faults) {
        if value.get().contains('{')
            && let Err(error) = serde_json::from_str::<NoDuplicates>(value.get())
        {
            faults.push(self.fault(value.get(), &error).path(path));
        }
    }

    /// The fault at the place that an error names in `piece`.
    pub(super) fn fault(self, piece: &str, error: &serde_json::Error) -> Fault {
        let line_start = match error.line() {
            0 | 1 => 0,
            line => piece.match_indices('\n').nth(line - 2).map_or(0, |(newline, _)| newline + 1),
        };
        let mut at = (line_start + error.column().saturating_sub(1)).min(piece.len());
        while !piece.is_char_boundary(at) {
            at -= 1;
        }
        let start = self.span(piece).start + at;
        // The message ends with the place, which the fault shows by itself.
        let message = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        let message = message.strip_suffix(&place).unwrap_or(&message);
        let fault = if message.starts_with(DUPLICATE) {
            Fault::new(Code::DuplicateKey, message).help("keep one of them")
        } else {
            Fault::new(Code::NotJson, format!("not JSON that can be used: {message}")).help("mend the text here")
        };
        fault.at(start..start)
    }
}

/// The entries of an object as they stand, duplicates and all.
struct Pairs<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Pairs<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairsVisitor;

        impl<'de> Visitor<'de> for PairsVisitor {
            type Value = Pairs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_map(PairsVisitor)
    }
}

/// Any value without a duplicate key in it.
struct NoDuplicates;

impl<'de> Deserialize<'de> for NoDuplicates {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for NoDuplicates {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self, A::Error> {
        while elements.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self, A::Error> {
        let mut seen = HashSet::new();
        while let Some(key) = entries.next_key::<String>()? {
            if seen.contains(&key) {
                return Err(A::Error::custom(format!("{DUPLICATE}{key:?}")));
            }
            seen.insert(key);
            entries.next_value::<Self>()?;
        }
        Ok(self)
    }
}

/// An array of numbers and nulls, read at once: what nearly every array is.
pub(super) struct Points(pub(super) Vec<Point>);

impl<'de> Deserialize<'de> for Points {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PointsVisitor;

        impl<'de> Visitor<'de> for PointsVisitor {
            type Value = Points;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("numbers and nulls")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Points, A::Error> {
                let mut points = Vec::new();
                while let Some(value) = elements.next_element::<Option<f64>>()? {
                    points.push(value.map_or(Point::NO_DATA, Point::new));
                }
                Ok(Points(points))
            }
        }

        deserializer.deserialize_seq(PointsVisitor)
    }
}
