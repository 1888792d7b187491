//! Text from files in Markdown as GitHub and GitLab read it: one line, shown as it is written, in tables too. Nothing in
//! it is markup, a link, a mention or a reference.

use std::borrow::Cow;

use super::escape::shown;

/// A longer text is cut, so that one alone cannot fill a report.
const LONGEST: usize = 1000;

/// A name as code. A backtick would end it, and a table takes `|` and `\` for its own before it reads code: where a name
/// has one of them, every sign in it is written by its number, which can be no markup (`CommonMark` 0.31, section 2.5).
pub(super) fn code(name: &str) -> String {
    code_of(&clipped(name))
}

/// The same of a text that is [`clipped`] already.
fn code_of(name: &str) -> String {
    let is_plain = !name.is_empty() && name.trim() == name && !name.contains(['`', '|', '\\']);
    if is_plain { format!("`{name}`") } else { format!("<code>{}</code>", by_number(name)) }
}

/// Words as they are written. A word that GitHub would make something else of (`@team`, `#12`, `:tada:`, a link) is code.
pub(super) fn prose(text: &str) -> String {
    let text = clipped(text.trim());
    let words: Vec<String> = text.split_whitespace().enumerate().map(|(at, word)| self::word(word, at == 0)).collect();
    words.join(" ")
}

fn clipped(text: &str) -> Cow<'_, str> {
    let text = shown(text);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()).into(),
        None => text,
    }
}

fn by_number(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || c == ' ' || c == '-';
    let spell = |c: char| if is_plain(c) { c.to_string() } else { format!("&#{};", u32::from(c)) };
    text.chars().map(spell).collect()
}

fn word(word: &str, is_first: bool) -> String {
    let is_linked = word.contains(['@', '#', '$', '~', '`'])
        || word.starts_with(['!', '%'])
        || word.matches(':').count() > 1
        || ["://", "www.", "GH-", "gh-", "{+", "{-", "[+", "[-"].iter().any(|link| word.contains(link));
    if is_linked { code_of(word) } else { literal(word, is_first) }
}

/// A word as it is written. The first one must not begin a list, a heading or a rule.
fn literal(word: &str, is_first: bool) -> String {
    let mut text = String::with_capacity(word.len() + 4);
    let mut before = ' ';
    let mut rest = word.chars().peekable();
    while let Some(character) = rest.next() {
        let is_inside = before.is_alphanumeric() && rest.peek().is_some_and(|after| after.is_alphanumeric());
        match character {
            '<' => text += "&lt;",
            '>' => text += "&gt;",
            '&' => text += "&amp;",
            // Between letters it is no markup, as in snake_case.
            '_' if is_inside => text.push(character),
            '\\' | '*' | '_' | '[' | ']' | '|' => text.extend(['\\', character]),
            '-' | '+' | '=' if is_first && text.is_empty() => text.extend(['\\', character]),
            '.' | ')' if is_first && rest.peek().is_none() && text.chars().all(|digit| digit.is_ascii_digit()) => {
                text.extend(['\\', character]);
            }
            _ => text.push(character),
        }
        before = character;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_code() {
        for (name, expected) in [
            ("p95_ms", "`p95_ms`"),
            ("a <b> *c* & @d #1", "`a <b> *c* & @d #1`"),
            ("a|b", "<code>a&#124;b</code>"),
            ("a`b", "<code>a&#96;b</code>"),
            ("a\\|b", "<code>a&#92;&#124;b</code>"),
            (" a", "<code> a</code>"),
            ("a\nb", "<code>a&#92;nb</code>"),
            ("", "<code></code>"),
        ] {
            assert_eq!(code(name), expected, "{name:?}");
        }
    }

    #[test]
    fn prose_is_no_markup() {
        for (text, expected) in [
            ("Set FLAG_A_B=false, then *all*.", "Set FLAG_A_B=false, then \\*all\\*."),
            ("_a_  __b__", "\\_a\\_ \\_\\_b\\_\\_"),
            ("<script> & [x](y)", "&lt;script&gt; &amp; \\[x\\](y)"),
            ("1. not a list", "1\\. not a list"),
            ("- nor - this + 1.", "\\- nor - this + 1."),
            ("# nor a heading - at all", "`#` nor a heading - at all"),
            ("Ask @oncall, see #12 or https://x.example", "Ask `@oncall,` see `#12` or `https://x.example`"),
            ("a | b\nc", "a \\| b\\\\nc"),
            ("5-10k rows (200), 0.05 of all.", "5-10k rows (200), 0.05 of all."),
        ] {
            assert_eq!(prose(text), expected, "{text:?}");
        }
    }
}
