//! Characters that act on a terminal, or on the order of a line, instead of being shown.

/// Whether a character does something other than being seen, or is none at all.
pub(crate) fn acts(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(character, '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Nothing in `text` acts but the ends of its lines.
pub(crate) fn assert_shown(text: &str) {
    let acting: Vec<char> = text.chars().filter(|c| *c != '\n' && acts(*c)).collect();
    assert!(acting.is_empty(), "{acting:?} in {text}");
}
