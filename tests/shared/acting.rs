//! Characters that act on a terminal, or on the order of a line, instead of being shown.

/// Whether a character does something other than being seen.
pub(crate) fn acts(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || character == '\u{feff}'
}
