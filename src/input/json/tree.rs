//! What a JSON text says, as a tree in which everything knows where it stands. Nothing is decided about it: who reads a
//! document takes from the tree what it asks for, and tells what is wrong.

use std::{
    collections::{HashMap, hash_map::Entry},
    ops::Range,
};

use super::{JsonReader, NotJson, Scalar};
use crate::eval::number::Point;

/// A value and where it stands.
#[derive(Debug)]
pub(in crate::input) struct JsonNode {
    pub(in crate::input) span: Range<usize>,
    pub(in crate::input) value: JsonValue,
}

/// What a value is.
#[derive(Debug)]
pub(in crate::input) enum JsonValue {
    Scalar(Scalar),
    /// A string; `None` where it is [no text](JsonReader::string).
    Text(Option<String>),
    /// An array of finite numbers, `null`, `true` and `false`, which may be very long; `true` is 1 and `false` is 0.
    Points {
        points: Vec<Point>,
        has_booleans: bool,
    },
    /// Any other array. What is in it is not kept.
    Array,
    /// The entries of an object as they stand; `None` where a key is no text.
    Object(Option<Vec<JsonEntry>>),
}

/// One entry of an object.
#[derive(Debug)]
pub(in crate::input) struct JsonEntry {
    pub(in crate::input) key: String,
    pub(in crate::input) key_span: Range<usize>,
    /// Which entry of the object has the same key, if an earlier one does.
    pub(in crate::input) first: Option<usize>,
    pub(in crate::input) node: JsonNode,
}

impl JsonNode {
    /// Reads a text that is one value.
    pub(in crate::input) fn read_whole(mut reader: JsonReader<'_>) -> Result<Self, NotJson> {
        let node = Self::read(&mut reader)?;
        if reader.is_at_end()? { Ok(node) } else { Err(NotJson) }
    }

    /// Whether there is certainly nothing wrong with it, whatever it is for.
    pub(in crate::input) fn is_plain(&self) -> bool {
        match &self.value {
            JsonValue::Scalar(Scalar::Number(number)) => number.is_finite(),
            JsonValue::Scalar(_) | JsonValue::Text(Some(_)) | JsonValue::Points { .. } => true,
            JsonValue::Object(Some(entries)) => {
                entries.iter().all(|entry| entry.first.is_none() && entry.node.is_plain())
            }
            JsonValue::Object(None) | JsonValue::Text(None) | JsonValue::Array => false,
        }
    }

    /// Reads the next value.
    pub(in crate::input) fn read(reader: &mut JsonReader<'_>) -> Result<Self, NotJson> {
        /// Windows of five minutes in a day.
        const A_DAY: usize = 288;
        let mut likely_length = A_DAY;
        Self::read_next(reader, &mut likely_length)
    }

    /// The same. An array is taken to be as long as the one before, lest it be moved while it grows.
    fn read_next(reader: &mut JsonReader<'_>, likely_length: &mut usize) -> Result<Self, NotJson> {
        let first = reader.peek()?;
        let start = reader.position();
        let value = match first {
            b'{' => object(reader, likely_length)?,
            b'[' => array(reader, likely_length)?,
            b'"' => JsonValue::Text(reader.string()?),
            _ => JsonValue::Scalar(reader.scalar()?),
        };
        Ok(Self { span: start..reader.position(), value })
    }
}

fn object(reader: &mut JsonReader<'_>, likely_length: &mut usize) -> Result<JsonValue, NotJson> {
    let mut entries = Vec::new();
    let mut has_all = true;
    reader.object(|reader, key, key_span| {
        let node = JsonNode::read_next(reader, likely_length)?;
        match key {
            Some(key) => entries.push(JsonEntry { key, key_span, first: None, node }),
            None => has_all = false,
        }
        Ok(())
    })?;
    mark_duplicates(&mut entries);
    Ok(JsonValue::Object(has_all.then_some(entries)))
}

fn mark_duplicates(entries: &mut [JsonEntry]) {
    /// So few are sooner compared with each other than looked up.
    const FEW: usize = 16;
    if entries.len() <= FEW {
        for index in 1..entries.len() {
            let Some((before, [entry, ..])) = entries.split_at_mut_checked(index) else { return };
            entry.first = before.iter().position(|other| other.key == entry.key);
        }
        return;
    }
    let mut seen = HashMap::with_capacity(entries.len());
    for (index, JsonEntry { key, first, .. }) in entries.iter_mut().enumerate() {
        match seen.entry(key.as_str()) {
            Entry::Occupied(seen) => *first = Some(*seen.get()),
            Entry::Vacant(vacant) => {
                vacant.insert(index);
            }
        }
    }
}

fn array(reader: &mut JsonReader<'_>, likely_length: &mut usize) -> Result<JsonValue, NotJson> {
    let mut points = Vec::with_capacity(*likely_length);
    let (mut has_booleans, mut has_others) = (false, false);
    let mut is_finite = true;
    let point = |scalar| {
        points.push(match scalar {
            Scalar::Null => Point::NO_DATA,
            Scalar::Bool(value) => {
                has_booleans = true;
                Point::new(f64::from(u8::from(value)))
            }
            Scalar::Number(value) => {
                is_finite &= value.is_finite();
                Point::new(value)
            }
        });
    };
    reader.long_array(point, |reader| {
        has_others = true;
        reader.skip()
    })?;
    if has_others || !is_finite {
        return Ok(JsonValue::Array);
    }
    *likely_length = points.len();
    Ok(JsonValue::Points { points, has_booleans })
}
