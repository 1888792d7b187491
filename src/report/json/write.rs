//! Any document as JSON text in which nothing acts on a terminal. It knows no document.

use serde::Serialize;

use super::super::escape::{acts, begins_command, is_plain};

/// How a document is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonStyle {
    /// For people: indented.
    Indented,
    /// For streams: one line.
    OneLine,
}

/// A document as text, with a newline at its end and nothing in it that acts on a terminal.
pub(in crate::report) fn write(document: &impl Serialize, style: JsonStyle) -> String {
    let json = match style {
        JsonStyle::Indented => serde_json::to_string_pretty(document),
        JsonStyle::OneLine => serde_json::to_string(document),
    };
    // Plain data has no way to fail; were it to, an empty text would be no document at all.
    debug_assert!(json.is_ok());
    without_acting_characters(json.unwrap_or_default() + "\n")
}

/// Writes out the characters that act on a terminal, or with which a CI system would take a line for a command, and
/// that JSON itself lets through. Outside of strings JSON has none but newlines, and inside it has no newline.
fn without_acting_characters(json: String) -> String {
    if is_plain(&json) {
        return json;
    }
    let acts = |character: char| character != '\n' && acts(character);
    let mut escaped = String::with_capacity(json.len() + 16);
    for (at, character) in json.char_indices() {
        if acts(character) || json.get(at..).is_some_and(begins_command) {
            let mut units = [0; 2];
            escaped.extend(character.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            escaped.push(character);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::escape::has_command;

    #[test]
    fn acting_characters_are_escaped_and_parse_back() {
        let text = "a\u{9b}31m\u{7f}\u{202e}b\n\u{e0001}é ##[error]###";
        let json = without_acting_characters(serde_json::to_string_pretty(&[text]).unwrap());
        assert!(!json.contains(|character: char| character != '\n' && acts(character)) && !has_command(&json));
        assert_eq!(serde_json::from_str::<[String; 1]>(&json).unwrap(), [text]);
    }
}
