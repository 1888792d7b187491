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

/// The same of a number without sign and exponent, of at most nine digits behind leading zeros: what most are that a
/// program has rounded. It takes two thirds of the time of [`of_any_length`].
#[inline]
fn short(text: &[u8]) -> Option<(f64, &[u8])> {
    /// The powers of ten that are an `f64`.
    const TENS: [f64; 23] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ];
    let mut digits = 0;
    let after_whole = skip_digits(text, &mut digits);
    let whole = text.len() - after_whole.len();
    let (after, fraction) = match after_whole {
        [b'.', behind @ ..] => {
            let after = skip_digits(behind, &mut digits);
            (after, behind.len() - after.len())
        }
        _ => (after_whole, 0),
    };
    let has_point = after.len() < after_whole.len();
    let is_json = whole > 0 && (whole == 1 || !text.starts_with(b"0")) && (fraction > 0 || !has_point);
    let goes_on = matches!(after, [] | [b'0'..=b'9' | b'.' | b'e' | b'E', ..]);
    // Both are exact, so their quotient is the nearest number (Clinger, 1990).
    (is_json && !goes_on).then_some((f64::from(digits) / TENS.get(fraction)?, after))
}

/// What follows the digits that `text` begins with. They are put behind `digits`, up to nine in all.
#[inline]
fn skip_digits<'a>(mut text: &'a [u8], digits: &mut u32) -> &'a [u8] {
    while let [digit @ b'0'..=b'9', after @ ..] = text
        && *digits < 100_000_000
    {
        *digits = *digits * 10 + u32::from(digit - b'0');
        text = after;
    }
    text
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
            ("0,", Some((0.0, ","))),
            ("7]", Some((7.0, "]"))),
            ("0.5 ", Some((0.5, " "))),
            ("278.125,", Some((278.125, ","))),
            ("12345.6789,", Some((12345.6789, ","))),
            ("0.000000000000012345,", Some((0.000_000_000_000_012_345, ","))),
            // Ten digits, an exponent, and what is no number, are left to the long way.
            ("1234567890,", None),
            ("12345.67890,", None),
            ("1e5,", None),
            ("01,", None),
            ("5.,", None),
            (".5,", None),
            ("7", None),
        ] {
            assert_eq!(short(text.as_bytes()), expected.map(|(value, after)| (value, after.as_bytes())), "{text}");
        }
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
