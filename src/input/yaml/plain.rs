//! What a plain scalar of YAML means, one that stands without quotes: nothing, true or false, a number, or a text.
//!
//! Stricter than YAML, so that nothing turns into what it does not look like: `yes`, `012`, `0x10`, `+12` and `1_000` are
//! texts.

/// What a plain scalar is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum PlainScalar {
    Null,
    Bool(bool),
    /// May be NaN or infinite.
    Number(f64),
    Text,
}

/// What `text`, a scalar without quotes, is.
pub(super) fn resolve(text: &str) -> PlainScalar {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => PlainScalar::Null,
        "true" | "True" | "TRUE" => PlainScalar::Bool(true),
        "false" | "False" | "FALSE" => PlainScalar::Bool(false),
        _ => number(text).map_or(PlainScalar::Text, PlainScalar::Number),
    }
}

fn number(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let [first, rest @ ..] = unsigned.as_bytes() else { return None };
    match (first, rest) {
        // Whole, and written as nobody writes a number: an identifier, or octal to some.
        (b'0', [_, ..]) if rest.iter().all(u8::is_ascii_digit) => None,
        // A whole number has no sign where it is zero.
        (b'0', []) => Some(0.0),
        (b'0'..=b'9', _) => text.parse().ok(),
        (b'.', _) => match text {
            ".inf" | ".Inf" | ".INF" => Some(f64::INFINITY),
            "-.inf" | "-.Inf" | "-.INF" => Some(f64::NEG_INFINITY),
            "-.nan" | "-.NaN" | "-.NAN" | ".nan" | ".NaN" | ".NAN" => Some(f64::NAN),
            _ => text.parse().ok().filter(|number: &f64| number.is_finite()),
        },
        _ => None,
    }
}

/// The number that some mean by a text which is none here: `1_000`, `0x10`, `0o12`, `012`, `+12`, and `1:30`, which is 90
/// in YAML 1.1. Also what any number in quotes is.
pub(in crate::input) fn meant_number(text: &str) -> Option<f64> {
    let text = text.trim().to_ascii_lowercase();
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(unsigned) => (-1.0, unsigned),
        None => (1.0, text.strip_prefix('+').unwrap_or(&text)),
    };
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let digits = unsigned.replace('_', "");
    let whole = |prefix, radix| Some(u64::from_str_radix(digits.strip_prefix(prefix)?, radix).ok()? as f64);
    let number = digits.parse().ok().or_else(|| whole("0x", 16)).or_else(|| whole("0o", 8)).or_else(|| whole("0b", 2));
    let number = number.or_else(|| {
        let (minutes, seconds) = digits.split_once(':')?;
        let seconds: f64 = seconds.parse().ok().filter(|seconds| (0.0..60.0).contains(seconds))?;
        Some(minutes.parse::<u32>().ok().map(f64::from)? * 60.0 + seconds)
    });
    number.map(|number| sign * number).filter(|number: &f64| number.is_finite())
}

/// What some mean by a text that is neither true nor false here: `yes`, `off`, `"true"`.
pub(in crate::input) fn meant_switch(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "yes" | "y" | "on" | "true" => Some(true),
        "no" | "n" | "off" | "false" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_what_they_look_like() {
        for text in ["", "~", "null", "Null", "NULL"] {
            assert_eq!(resolve(text), PlainScalar::Null, "{text}");
        }
        for (text, value) in [("true", true), ("True", true), ("TRUE", true), ("false", false), ("FALSE", false)] {
            assert_eq!(resolve(text), PlainScalar::Bool(value), "{text}");
        }
        for text in [
            "nULL",
            "none",
            "tRUE",
            "yes",
            "no",
            "on",
            "off",
            "y",
            "n",
            "inf",
            "nan",
            ".infinity",
            "Infinity",
            "_",
            "-",
        ] {
            assert_eq!(resolve(text), PlainScalar::Text, "{text}");
        }
    }

    #[test]
    fn numbers_are_numbers() {
        for (text, number) in [
            ("0", 0.0),
            ("-0", 0.0),
            ("-0.0", -0.0),
            ("-7", -7.0),
            ("1.", 1.0),
            (".5", 0.5),
            ("-.5", -0.5),
            ("00.5", 0.5),
            ("1e3", 1000.0),
            ("01e3", 1000.0),
            ("1.5E-3", 0.0015),
            ("18446744073709551616", 18_446_744_073_709_551_616.0),
            ("1e999", f64::INFINITY),
            ("-1e999", f64::NEG_INFINITY),
            (".inf", f64::INFINITY),
            ("-.INF", f64::NEG_INFINITY),
        ] {
            let PlainScalar::Number(found) = resolve(text) else { panic!("{text} is no number") };
            assert_eq!(found.to_bits(), number.to_bits(), "{text}: {found}");
        }
        for text in [".nan", ".NaN", ".NAN", "-.nan"] {
            assert!(matches!(resolve(text), PlainScalar::Number(number) if number.is_nan()), "{text}");
        }
    }

    #[test]
    fn what_could_be_misread_is_text() {
        for text in [
            "012",
            "00",
            "-01",
            "+0127",
            "1_000",
            "+7",
            "+.5",
            "+.inf",
            "0x1F",
            "-0X1f",
            "+0o17",
            "0b101",
            "1:30",
            "0x1_0",
            "0x",
            "0xg",
            "0o8",
            "0b2",
            "0x+5",
            "1e",
            "1 000",
            "1,5",
            ".",
            "..5",
            ".5e999",
            "+-5",
            "--5",
            "5%",
            "5m",
            "240x3",
            "-0x8000000000000001",
            "0x10000000000000000",
            "१२",
        ] {
            assert_eq!(resolve(text), PlainScalar::Text, "{text}");
        }
    }

    #[test]
    fn what_some_mean_is_known() {
        for (text, number) in [
            ("1_000", Some(1000.0)),
            ("0x10", Some(16.0)),
            ("-0X10", Some(-16.0)),
            ("0o12", Some(10.0)),
            ("0b101", Some(5.0)),
            ("012", Some(12.0)),
            ("+12", Some(12.0)),
            ("+.5", Some(0.5)),
            ("1:30", Some(90.0)),
            ("-1:30", Some(-90.0)),
            (" 300 ", Some(300.0)),
            ("1:60", None),
            ("+-5", None),
            ("0x", None),
            ("_", None),
            ("inf", None),
            ("1e999", None),
            ("300ms", None),
            ("", None),
        ] {
            assert_eq!(meant_number(text), number, "{text}");
        }
        for (text, switch) in [("yes", Some(true)), ("Off", Some(false)), ("N", Some(false)), ("maybe", None)] {
            assert_eq!(meant_switch(text), switch, "{text}");
        }
    }
}
