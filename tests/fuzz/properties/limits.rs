//! Limits as a table writes them.

use rollout_gate::{
    eval::{limit::Limit, table::Limits},
    input::gates,
    refusal::Code,
};

use super::refused::assert_refusal;

/// A text is the limit that a plain reading of it gives, or refused: as it stands, and in quotes. Each is written so that
/// it is read again.
pub fn holds(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    // As it stands, only where YAML sees one plain word.
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-' | '%' | '~' | '_' | ' ');
    let is_word = |text: &str| text.starts_with(|c: char| is_plain(c) && !matches!(c, ' ' | '-' | '%'));
    if text.chars().all(is_plain) && is_word(text.strip_prefix('-').unwrap_or(text)) && !text.ends_with(' ') {
        assert_limit(text, text, plainly(text).as_ref());
    }
    // What is in quotes is no number.
    assert_limit(&quoted(text), text, moved(text).as_ref());
    if let Some(number) =
        bytes.first_chunk().map(|number| f64::from_le_bytes(*number)).filter(|number| number.is_finite())
    {
        let number = number.to_string();
        assert_limit(&number, &number, plainly(&number).as_ref());
    }
}

/// A text in quotes, as JSON and YAML both have it.
fn quoted(text: &str) -> String {
    let escaped = text.chars().flat_map(|c| match c {
        '"' | '\\' => vec!['\\', c],
        ' '..='~' => vec![c],
        c => format!("\\U{:08x}", u32::from(c)).chars().collect(),
    });
    format!("\"{}\"", escaped.collect::<String>())
}

/// What a limit comes to: a number, a baseline moved by so many percent, or nothing.
#[derive(Debug, PartialEq)]
enum Plain {
    Number(u64),
    Moved(u64),
    Offset(u64),
    Unset,
}

/// The bits of a number, and of nothing but one: the sign of zero compares equal.
fn unsigned_zero(number: f64) -> u64 {
    (number + 0.0).to_bits()
}

impl From<Limit> for Plain {
    fn from(limit: Limit) -> Self {
        match limit {
            Limit::Fixed(number) => Self::Number(unsigned_zero(number.get())),
            Limit::Baseline { percent, offset } if offset.get() == 0.0 => Self::Moved(unsigned_zero(percent.get())),
            Limit::Baseline { offset, .. } => Self::Offset(unsigned_zero(offset.get())),
            Limit::Unset => Self::Unset,
        }
    }
}

fn plainly(text: &str) -> Option<Plain> {
    // YAML has more ways to write a number, which are read in more than one.
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite() && !text.starts_with('+'));
    let number = number.map(unsigned_zero).map(Plain::Number);
    number.or_else(|| matches!(text, "~" | "null" | "Null" | "NULL").then_some(Plain::Unset)).or_else(|| moved(text))
}

fn moved(text: &str) -> Option<Plain> {
    let change = text.trim().strip_prefix("baseline")?.trim();
    if change.is_empty() {
        return Some(Plain::Moved(0));
    }
    let (amount, plain): (&str, fn(u64) -> Plain) = match change.strip_suffix('%') {
        Some(percent) => (percent.trim(), Plain::Moved),
        None => (change, Plain::Offset),
    };
    let (sign, amount) = amount.split_at_checked(1)?;
    let amount: f64 = amount.trim().parse().ok()?;
    let amount = match sign {
        "+" => amount,
        "-" => -amount,
        _ => return None,
    };
    if amount == 0.0 {
        return Some(Plain::Moved(0));
    }
    amount.is_finite().then(|| plain(unsigned_zero(amount)))
}

/// A table with this limit reads as `expected`, or is refused.
fn assert_limit(written: &str, text: &str, expected: Option<&Plain>) {
    let table = |limit: &str| {
        format!(
            "version: 1\npipelines:\n  p:\n    metrics: {{ m: {{ unit: number }} }}\n    stages: {{ s: {{}} }}\n    \
             gate:\n      - metric: m\n        max: {limit}\n"
        )
    };
    let document = table(written);
    match gates::read("table", document.clone()) {
        Ok(read) => {
            let Limits::Everywhere(limit) = read.pipelines[0].rules[0].condition.limits else { panic!("{text}") };
            assert_eq!(Some(&Plain::from(limit)), expected, "{text:?}");
            let again =
                gates::read("table", table(&limit.to_string())).unwrap_or_else(|error| panic!("{error}: {limit}"));
            let Limits::Everywhere(again) = again.pipelines[0].rules[0].condition.limits else { panic!("{limit}") };
            assert!(again == limit, "{again} {limit}");
        }
        Err(refusal) => {
            assert_refusal(&refusal, &document);
            let is_hint = |code| {
                matches!(code, Code::NotYaml | Code::BadLimit | Code::QuotedNumber | Code::NotFinite | Code::WrongType)
            };
            assert!(refusal.faults.iter().all(|fault| is_hint(fault.code)), "{refusal:?}");
            assert!(expected.is_none() || !is_usual(text), "{text:?}: {refusal:?}");
        }
    }
}

/// Whether a limit is written as docs/gates.md has it, and must be read.
fn is_usual(text: &str) -> bool {
    let digits = |text: &str| {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let are_digits =
            |text: &str| !text.is_empty() && text.len() < 300 && text.bytes().all(|byte| byte.is_ascii_digit());
        are_digits(whole) && are_digits(fraction) && (whole == "0" || !whole.starts_with('0'))
    };
    let change = |text: &str| {
        let amount = text.strip_prefix("+ ").or_else(|| text.strip_prefix("- "));
        amount.and_then(|amount| amount.strip_suffix('%')).is_some_and(digits)
    };
    text == "~" || text == "baseline" || digits(text) || text.strip_prefix("baseline ").is_some_and(change)
}
