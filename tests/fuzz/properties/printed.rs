//! Text that is printed: nothing in it acts on what shows it, and no number in it is none.

pub(crate) use crate::shared::acting::assert_shown;

/// Nothing in `text` acts on a terminal but the ends of its lines, and no line in it is a command to a CI system that
/// reads it.
pub(crate) fn assert_harmless(text: &str) {
    assert_shown(text);
    for line in text.lines() {
        // The third colon of `::: FILE`, as faults have it, makes it none.
        let command = line.trim_start().strip_prefix("::");
        assert!(!command.is_some_and(|name| name.starts_with(|c: char| c != ':')), "{line}");
        for command in ["##[", "##vso[", "##teamcity["] {
            assert!(!line.contains(command), "{line}");
        }
    }
}

/// One line, whole.
pub(crate) fn assert_line(text: &str) {
    assert!(text.ends_with('\n') && text.lines().count() == 1, "{text:?}");
    assert_harmless(text);
}

/// How Rust or a script writes what is no finite number.
const NO_NUMBERS: [&str; 5] = ["NaN", "nan", "inf", "Infinity", "infinity"];

/// A word of `text` that is no finite number.
pub(crate) fn no_number(text: &str) -> Option<&str> {
    text.split(|c: char| !c.is_ascii_alphanumeric()).find(|word| NO_NUMBERS.contains(word))
}

/// Whether what is made of `text` may have such a word, of its own letters.
pub(crate) fn may_give_no_number(text: &str) -> bool {
    NO_NUMBERS.iter().any(|word| text.contains(word))
}
