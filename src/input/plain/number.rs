//! Numbers as JSON writes them (RFC 8259, section 6), to the nearest `f64`.

/// The number at the beginning of `text`, and what follows it; `None` unless it is one that ends within `text` and
/// is finite.
#[inline]
pub(super) fn number(text: &[u8]) -> Option<(f64, &[u8])> {
    let unsigned = text.strip_prefix(b"-").unwrap_or(text);
    match short(unsigned) {
        Some((value, after)) if unsigned.len() < text.len() => Some((-value, after)),
        Some(found) => Some(found),
        None => of_any_length(text, unsigned),
    }
}

/// The same of a number without sign and exponent, of at most eight digits before the point and eight behind
/// it, with more text after them: what most are that a program has rounded. It takes half the time of [`of_any_length`].
#[inline]
fn short(text: &[u8]) -> Option<(f64, &[u8])> {
    /// How much the digits behind the point count for, by how many they are.
    const TENS: [u32; 9] = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];
    /// Up to here every whole number is an `f64`.
    const EXACT: u64 = 1 << f64::MANTISSA_DIGITS;
    let (whole, whole_digits) = digits(text)?;
    let after_whole = text.get(whole_digits..)?;
    let (fraction, fraction_digits, after) = match after_whole {
        [b'.', behind @ ..] => {
            let (fraction, digits) = digits(behind)?;
            (fraction, digits, behind.get(digits..)?)
        }
        _ => (0, 0, after_whole),
    };
    let has_point = after.len() < after_whole.len();
    let is_json =
        whole_digits > 0 && (whole_digits == 1 || !text.starts_with(b"0")) && (fraction_digits > 0 || !has_point);
    let goes_on = matches!(after, [] | [b'0'..=b'9' | b'.' | b'e' | b'E', ..]);
    let tens = *TENS.get(fraction_digits)?;
    let all = whole * u64::from(tens) + fraction;
    // Both are exact, so their quotient is the nearest number (Clinger, 1990).
    #[allow(clippy::cast_precision_loss)]
    (is_json && !goes_on && all <= EXACT).then_some((all as f64 / f64::from(tens), after))
}

/// The digits that `text` begins with, up to eight, as one number, and how many they are; `None` of a text of fewer
/// than eight bytes. All are looked at at once, as the eight bytes of one word (Lemire, 2021: "Number Parsing at a
/// Gigabyte per Second").
#[inline]
fn digits(text: &[u8]) -> Option<(u64, usize)> {
    // A digit is its value now, and any other byte is more than nine.
    let word = u64::from_le_bytes(*text.first_chunk()?) ^ 0x3030_3030_3030_3030;
    // The lowest bit that is set marks the first byte above nine. What is carried goes to those behind it.
    let others = (word | word.wrapping_add(0x7676_7676_7676_7676)) & 0x8080_8080_8080_8080;
    let bits = others.trailing_zeros() & !7;
    // The digits alone, as the last of eight, with zeros before them: each byte a digit, from the lowest.
    let word = word.checked_shl(u64::BITS - bits).unwrap_or(0);
    // Two neighbours at a time are made one: bytes to pairs, to fours, to eight.
    let pairs = (word * 10 + (word >> 8)) & 0x00FF_00FF_00FF_00FF;
    let fours = (pairs * 100 + (pairs >> 16)) & 0x0000_FFFF_0000_FFFF;
    let eight = (fours * 10_000 + (fours >> 32)) & 0xFFFF_FFFF;
    Some((eight, bits as usize / 8))
}

/// The number at the beginning of `text`, which is `unsigned` behind its sign.
fn of_any_length<'a>(text: &'a [u8], unsigned: &[u8]) -> Option<(f64, &'a [u8])> {
    let whole = unsigned.iter().take_while(|byte| byte.is_ascii_digit()).count();
    // What the parser knows and JSON does not: `inf`, `.5`, `01`, `5.`
    let is_json = match (unsigned, unsigned.get(whole..)?) {
        ([b'0', ..], _) if whole > 1 => false,
        (_, [b'.', after @ ..]) => whole > 0 && matches!(after, [b'0'..=b'9', ..]),
        _ => whole > 0,
    };
    let (value, length) = fast_float2::parse_partial::<f64, _>(text).ok().filter(|_| is_json)?;
    // One that goes up to the end may go on behind it.
    let after = text.get(length..).filter(|after| !after.is_empty())?;
    value.is_finite().then_some((value, after))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What is read of a text that a comma follows, as bits; and whether the comma is what is left.
    fn read(text: &str) -> Option<u64> {
        let text = format!("{text},");
        number(text.as_bytes()).filter(|(_, after)| *after == b",").map(|(value, _)| value.to_bits())
    }

    /// The same by the reader of JSON that is not ours.
    fn expected(text: &str) -> Option<u64> {
        serde_json::from_str(text).ok().map(f64::to_bits)
    }

    #[test]
    fn every_form_of_a_number_is_read_as_json_reads_it() {
        let texts = [
            "0",
            "-0",
            "0.0",
            "-0.0",
            "7",
            "-7",
            "10",
            "01",
            "-01",
            "00",
            "0.5",
            ".5",
            "5.",
            "-.5",
            "-",
            "--1",
            "+1",
            "",
            "1e5",
            "1E5",
            "1e+5",
            "1e-5",
            "1e",
            "1e+",
            "1e-",
            "1.e5",
            "1.5e5",
            "0e0",
            "0e-0",
            "1e05",
            "1e400",
            "-1e400",
            "1e-400",
            "5e-324",
            "2.4703282292062327e-324",
            "1.7976931348623157e308",
            "1.7976931348623159e308",
            "9007199254740992",
            "9007199254740993",
            "9007199254740994",
            "900719925474099.3",
            "9999999999999999999",
            "18446744073709551615",
            "18446744073709551616",
            "184467440737095516160",
            "99999999999999999999.5",
            "0.1",
            "0.30000000000000004",
            "0.00000000000000000000001",
            "0.0000000000000000000001",
            "1.0000000000000002",
            "12345678",
            "123456789",
            "1234567.8",
            "12345678.12345678",
            "1234567890123456.7",
            "12345678901234567.8",
            "0.8444218515250481",
            "278.12345678901234",
            "1/5",
            "1:5",
            "12345:78",
            "1234/678",
            "0x10",
            "NaN",
            "Infinity",
            "1_000",
            "1 ",
            "１",
        ];
        for text in texts {
            let expected = if text.ends_with(' ') { None } else { expected(text) };
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn a_number_of_few_digits_is_read_by_them() {
        for (text, expected) in [
            ("0", Some(0.0)),
            ("7", Some(7.0)),
            ("0.5", Some(0.5)),
            ("278.125", Some(278.125)),
            ("0.00000001", Some(0.000_000_01)),
            ("12345678", Some(12_345_678.0)),
            ("12345678.87654321", Some(12_345_678.876_543_21)),
            ("90071992.54740992", Some(90_071_992.547_409_92)),
            ("90071992.54740993", None),
            ("123456789", None),
            ("0.123456789", None),
            // An exponent, and what is no number, are left to the long way.
            ("1e5", None),
            ("0.5e5", None),
            ("01", None),
            ("5.", None),
            (".5", None),
            ("1.5.5", None),
            ("", None),
        ] {
            for after in [",       ", "]       ", "        "] {
                let text = text.to_owned() + after;
                assert_eq!(short(text.as_bytes()), expected.map(|value| (value, after.as_bytes())), "{text}");
            }
        }
        assert_eq!(short(b"0.5,"), None, "so few bytes are no word");
    }

    #[test]
    fn digits_are_read_up_to_what_is_none() {
        for (text, expected) in [("", (0, 0)), ("7", (7, 1)), ("0070", (70, 4)), ("12345678", (12_345_678, 8))] {
            for other in (0..=u8::MAX).filter(|byte| !byte.is_ascii_digit()) {
                let text = [text.as_bytes(), &[other], b"99999999"].concat();
                assert_eq!(digits(&text), Some(expected), "{text:?}");
            }
        }
        assert_eq!((digits(b"1234567"), digits(b"123456789")), (None, Some((12_345_678, 8))));
    }

    #[test]
    fn a_number_at_the_very_end_may_go_on_and_is_not_read() {
        for text in ["1", "12345678", "1.5", "1e5", "9007199254740993"] {
            assert_eq!(number(text.as_bytes()), None, "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn numbers_as_programs_write_them(bits: u64, scale in 0..12) {
            let by_bits = f64::from_bits(bits);
            let scaled = (bits as f64 / u64::MAX as f64) * 10_f64.powi(scale);
            for value in [by_bits, scaled].into_iter().filter(|value| value.is_finite()) {
                for text in [value.to_string(), format!("{value:e}"), format!("{value:.3}"), format!("{value:?}")] {
                    prop_assert_eq!(read(&text), expected(&text), "{}", text);
                }
            }
        }

        #[test]
        fn texts_that_are_nearly_numbers(text in "-?[0-9]{0,25}[.]?[0-9]{0,25}([eE][+-]?[0-9]{0,3})?[-.x]?") {
            prop_assert_eq!(read(&text), expected(&text), "{}", text);
        }
    }
}
