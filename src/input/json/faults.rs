//! Why a text is not JSON that can be used, in the words of `serde_json`, which reads what is wrong once more.

use std::{
    collections::{HashMap, HashSet},
    fmt::Display,
    ops::Range,
};

use serde::de::{DeserializeOwned, IgnoredAny};

use super::{
    DEEPEST, JsonReader, NotJson, Scalar,
    tree::{JsonEntry, JsonNode, JsonValue},
};
use crate::{
    input::document::Path,
    refusal::{Code, Fault, Faults},
};

/// An object whose keys are texts.
pub(in crate::input) type AnyObject = HashMap<String, Anything>;

/// A value of JSON that nobody looks at.
#[derive(serde::Deserialize)]
pub(in crate::input) struct Anything(#[expect(dead_code, reason = "read, and not looked at")] Option<IgnoredAny>);

/// A JSON text that something is wrong with.
#[derive(Clone, Copy)]
pub(in crate::input) struct JsonText<'a>(pub(in crate::input) &'a str);

impl<'a> JsonText<'a> {
    /// What stands at `span`.
    pub(in crate::input) fn piece(self, span: &Range<usize>) -> &'a str {
        self.0.get(span.clone()).unwrap_or_default()
    }

    /// Where its one value stands: all but the space around it.
    pub(in crate::input) fn root(self) -> Range<usize> {
        // What JSON calls space, and nothing else.
        let is_space = |c| matches!(c, ' ' | '\t' | '\r' | '\n');
        let start = self.0.len() - self.0.trim_start_matches(is_space).len();
        start..self.0.trim_end_matches(is_space).len().max(start)
    }

    /// Where lists and objects are nested deeper than [`DEEPEST`] for the first time. To be asked before
    /// [`Self::fault`]: what passes a value over remembers each level that it is in.
    pub(in crate::input) fn too_deep(self) -> Option<usize> {
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

    /// Why what stands at `span` cannot be read as a `T`, and where.
    pub(in crate::input) fn fault<T: DeserializeOwned>(self, span: &Range<usize>) -> Fault {
        let piece = self.piece(span);
        let Err(error) = serde_json::from_str::<T>(piece) else {
            return Fault::new(Code::NotJson, "not JSON that can be used").at(span.start..span.start);
        };
        let line_start = match error.line() {
            0 | 1 => 0,
            line => piece.match_indices('\n').nth(line - 2).map_or(0, |(newline, _)| newline + 1),
        };
        let at = piece.floor_char_boundary(line_start + error.column().saturating_sub(1));
        // The message ends with the place, which the fault shows by itself.
        let message = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        let message = message.strip_suffix(&place).unwrap_or(&message);
        let fault = Fault::new(Code::NotJson, format!("not JSON that can be used: {message}"));
        fault.at(span.start + at..span.start + at).help("mend the text here")
    }

    /// A fault at a value that is not what `expected` says.
    pub(in crate::input) fn wrong(self, node: &JsonNode, expected: impl Display, path: &Path<'_>) -> Fault {
        let start = node.span.start;
        let (found, span) = match node.value {
            JsonValue::Object(_) => ("an object".to_owned(), start..start),
            JsonValue::Points { .. } | JsonValue::Array => ("an array".to_owned(), start..start),
            JsonValue::Text(_) => ("a string".to_owned(), node.span.clone()),
            JsonValue::Scalar(_) => (self.clipped(&node.span), node.span.clone()),
        };
        Fault::new(Code::WrongType, format!("{expected}, but this is {found}")).at(span).path(path)
    }

    /// What stands at `span`, short enough for a message.
    pub(in crate::input) fn clipped(self, span: &Range<usize>) -> String {
        const LONGEST: usize = 40;
        let piece = self.piece(span);
        match piece.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}...", piece.get(..end).unwrap_or_default()),
            None => piece.to_owned(),
        }
    }

    /// Reports a duplicate key anywhere in the value at `span`, whose content nobody reads. One is enough.
    pub(in crate::input) fn find_duplicate_key(self, span: &Range<usize>, path: &Path<'_>, faults: &mut Faults) {
        if !self.piece(span).contains('{') {
            return;
        }
        let mut found = None;
        let read = find_duplicate(&mut JsonReader::of_text(self.0, span.start), &mut found);
        if let Some((key, place)) = found {
            let fault = Fault::new(Code::DuplicateKey, duplicate(&key)).at(place..place);
            faults.push(fault.path(path).help("keep one of them"));
        } else if read.is_err() {
            // Half of a surrogate pair, or a number that is too large: what is nobody's value may be anything else.
            faults.push(self.fault::<serde_json::Value>(span).path(path));
        }
    }
}

/// Reports each key that its object has a second time.
pub(in crate::input) fn report_duplicate_keys(entries: &[JsonEntry], path: &Path<'_>, faults: &mut Faults) {
    for entry in entries {
        if let Some(first) = entry.first.and_then(|first| entries.get(first)) {
            faults.push_with(|| {
                let fault = Fault::new(Code::DuplicateKey, duplicate(&entry.key)).at(entry.key_span.clone());
                let fault = fault.path(path.key(&entry.key)).related(first.key_span.clone(), "first here");
                fault.help("keep one of them")
            });
        }
    }
}

fn duplicate(key: &str) -> String {
    format!("duplicate key {key:?}")
}

/// Goes through a value up to the first key that its object has twice: that, and the byte before the colon behind it.
///
/// # Errors
/// That was found, or something before it that can be no value.
fn find_duplicate(reader: &mut JsonReader<'_>, found: &mut Option<(String, usize)>) -> Result<(), NotJson> {
    match reader.peek()? {
        b'{' => {
            let mut seen = HashSet::new();
            reader.object(|reader, key, _| {
                let key = key.ok_or(NotJson)?;
                if seen.contains(&key) {
                    *found = Some((key, reader.position() - 2));
                    return Err(NotJson);
                }
                seen.insert(key);
                find_duplicate(reader, found)
            })
        }
        b'[' => reader.array(|reader| find_duplicate(reader, found)),
        b'"' => reader.string()?.map(|_| ()).ok_or(NotJson),
        _ => match reader.scalar()? {
            Scalar::Number(number) if number.is_infinite() => Err(NotJson),
            _ => Ok(()),
        },
    }
}
