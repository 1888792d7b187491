//! What a plain scalar of YAML means, one that stands without quotes: nothing, true or false, a number, or a text.
//!
//! Stricter than YAML 1.1, so that nothing turns into what it does not look like: `yes`, `012` and `1_000` are texts.

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
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(unsigned) => (-1.0, unsigned),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let [first, rest @ ..] = unsigned.as_bytes() else { return None };
    match (first, rest) {
        (b'0', [b'x' | b'X', digits @ ..]) => whole(sign, digits, 16),
        (b'0', [b'o' | b'O', digits @ ..]) => whole(sign, digits, 8),
        (b'0', [b'b' | b'B', digits @ ..]) => whole(sign, digits, 2),
        // Whole, and written as nobody writes a number: an identifier, or octal to some.
        (b'0', [_, ..]) if rest.iter().all(u8::is_ascii_digit) => None,
        // A whole number has no sign where it is zero.
        (b'0', []) => Some(0.0),
        (b'0'..=b'9', _) => text.parse().ok(),
        (b'.', _) => match unsigned {
            ".inf" | ".Inf" | ".INF" => Some(sign * f64::INFINITY),
            ".nan" | ".NaN" | ".NAN" => Some(f64::NAN),
            _ => text.parse().ok().filter(|number: &f64| number.is_finite()),
        },
        _ => None,
    }
}

/// A whole number that is no more than 64 bits hold, and its sign one of these.
fn whole(sign: f64, digits: &[u8], radix: u32) -> Option<f64> {
    /// The least number that a sign makes too small.
    const BELOW_LEAST: u64 = i64::MIN.unsigned_abs() + 1;
    let mut number: u64 = 0;
    for digit in digits {
        let digit = char::from(*digit).to_digit(radix)?;
        number = number.checked_mul(u64::from(radix))?.checked_add(u64::from(digit))?;
    }
    let is_known = !digits.is_empty() && (sign > 0.0 || number < BELOW_LEAST);
    // Like decimal, without a sign where it is zero.
    is_known.then_some(sign * number as f64 + 0.0)
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
            ("+7", 7.0),
            ("-7", -7.0),
            ("1.", 1.0),
            (".5", 0.5),
            ("-.5", -0.5),
            ("00.5", 0.5),
            ("1e3", 1000.0),
            ("01e3", 1000.0),
            ("1.5E-3", 0.0015),
            ("0x1F", 31.0),
            ("-0X1f", -31.0),
            ("+0o17", 15.0),
            ("0b101", 5.0),
            ("-0x0", 0.0),
            ("0xffffffffffffffff", 18_446_744_073_709_551_615.0),
            ("-0x8000000000000000", -9_223_372_036_854_775_808.0),
            ("18446744073709551616", 18_446_744_073_709_551_616.0),
            ("1e999", f64::INFINITY),
            ("-1e999", f64::NEG_INFINITY),
            (".inf", f64::INFINITY),
            ("-.INF", f64::NEG_INFINITY),
            ("+.Inf", f64::INFINITY),
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
}
