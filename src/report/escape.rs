//! Text from files is data: nothing in it may act on what shows it.

use std::borrow::Cow;

/// Whether a character acts on a terminal or on the order of a line instead of being shown: controls (C0,
/// DEL, C1), line separators, marks and overrides of direction (Unicode TR 9, "Trojan Source"). With them, those
/// that no character is (U+FFFE, U+FFFF) and no XML can hold.
pub(super) fn acts(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fffe}'..='\u{ffff}'
        )
}

/// With what a line becomes a command to the CI system that reads it, wherever in the line it is: GitHub's, Azure's and
/// that of `TeamCity`.
const COMMANDS: [&str; 3] = ["##[", "##vso[", "##teamcity["];

/// The same at the head of a line, GitHub's `::error::`. A text may be broken at its spaces, so any word can come there.
const COMMAND_AT_HEAD: &str = "::";

/// Whether `text` begins with what makes its line a command, and whatever stands before it.
pub(super) fn begins_command(text: &str) -> bool {
    COMMANDS.iter().any(|command| text.starts_with(command))
}

/// Whether there is such a place in `text`.
pub(super) fn has_command(text: &str) -> bool {
    COMMANDS.iter().any(|command| text.contains(command))
}

/// Whether `text` has none of both, told by its bytes alone, all at once: there are only ASCII characters that are
/// shown, newlines, and nothing that a command could begin with. Of other text this does not tell.
pub(super) fn is_plain(text: &str) -> bool {
    let is_plain = |byte| matches!(byte, b' '..=b'"' | b'$'..=b'~' | b'\n');
    text.bytes().fold(true, |plain, byte| plain & is_plain(byte))
}

/// `text` as one line in which nothing acts: characters that act are written out (`\n`, `\u{1b}`), and so is the first
/// of those with which a CI system would take it for a command.
#[must_use]
pub fn shown(text: &str) -> Cow<'_, str> {
    if !text.contains(COMMAND_AT_HEAD) && !has_command(text) && !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    let mut before = ' ';
    for (at, character) in text.char_indices() {
        let rest = text.get(at..).unwrap_or_default();
        let is_command = begins_command(rest) || (before.is_whitespace() && rest.starts_with(COMMAND_AT_HEAD));
        if is_command {
            escaped.extend(character.escape_unicode());
        } else if acts(character) {
            escaped.extend(character.escape_default());
        } else {
            escaped.push(character);
        }
        before = character;
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_plain_text_nothing_acts_and_nothing_begins_a_command() {
        for character in '\0'..='\u{ff}' {
            let text = format!("a{character}\n");
            let acts = acts(character) && character != '\n';
            assert_eq!(is_plain(&text), character.is_ascii() && !acts && character != '#', "{text:?}");
        }
        assert!(COMMANDS.iter().all(|command| !is_plain(command)));
    }

    #[test]
    fn what_acts_is_written_out() {
        for (text, expected) in [
            ("plain é ≥ 日本", "plain é ≥ 日本"),
            ("a\nb\t", "a\\nb\\t"),
            ("\u{1b}[31m", "\\u{1b}[31m"),
            ("\u{9b}31m\u{7f}", "\\u{9b}31m\\u{7f}"),
            ("\u{202e}gnp.exe", "\\u{202e}gnp.exe"),
            ("\u{ffff}", "\\u{ffff}"),
            ("a::b # c", "a::b # c"),
            ("::error::b", "\\u{3a}:error::b"),
            (" ::error::b", " \\u{3a}:error::b"),
            ("a b ::error::c", "a b \\u{3a}:error::c"),
            ("a ##[error]b", "a \\u{23}#[error]b"),
            ("###[x] ## y", "#\\u{23}#[x] ## y"),
            ("##vso[x]##teamcity[y]", "\\u{23}#vso[x]\\u{23}#teamcity[y]"),
        ] {
            assert_eq!(shown(text), expected);
        }
    }
}
