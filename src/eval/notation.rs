//! How numbers and durations are written in reasons.

use std::time::Duration;

/// A number as short as possible: `300`, `0.08`, `-0.1`; `1e-7` and `1e21` outside the range in which
/// plain digits are shorter to read (the same bounds as JavaScript's `String(x)`).
#[must_use]
pub fn shortest(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 {
        "0".to_owned()
    } else if (1e-6..1e21).contains(&size) {
        value.to_string()
    } else {
        format!("{value:e}")
    }
}

/// A number times 100, as short as possible: 0.07 gives `7`, where `0.07 * 100.0` would give
/// 7.000000000000001.
#[must_use]
pub fn hundredfold(value: f64) -> String {
    moved(value, 2)
}

/// A number by 100, as short as possible: 1.1 gives `0.011`, where `1.1 / 100.0` would give
/// 0.011000000000000001.
#[must_use]
pub fn hundredth(value: f64) -> String {
    moved(value, -2)
}

/// The shortest text of `value` with its decimal point moved so many places to the right; nothing is multiplied.
fn moved(value: f64, places: i32) -> String {
    let scientific = format!("{value:e}");
    let parts =
        scientific.split_once('e').and_then(|(digits, power)| Some((digits, power.parse::<i32>().ok()? + places)));
    let Some((mantissa, power)) = parts.filter(|_| value != 0.0) else {
        return shortest(value);
    };
    if !(-6..21).contains(&power) {
        return format!("{mantissa}e{power}");
    }
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |mantissa| ("-", mantissa));
    let digits = mantissa.replace('.', "");
    let whole = usize::try_from(power + 1).unwrap_or(0);
    if whole == 0 {
        let zeros = "0".repeat(usize::try_from(-power - 1).unwrap_or(0));
        return format!("{sign}0.{zeros}{digits}");
    }
    match digits.split_at_checked(whole) {
        Some((digits, "")) => format!("{sign}{digits}"),
        Some((whole, fraction)) => format!("{sign}{whole}.{fraction}"),
        None => format!("{sign}{digits:0<whole$}"),
    }
}

/// A number with four decimals, ties away from zero on the exact binary value, as JavaScript's
/// `toFixed(4)`: 0.03125 gives `0.0313`, -0.00001 gives `-0.0000`, -0 gives `0.0000`.
#[must_use]
pub fn four_decimals(value: f64) -> String {
    if value == 0.0 {
        return "0.0000".to_owned();
    }
    // A tie at the fourth decimal is (2k+1)/20000 exactly; among binary fractions those are the odd
    // multiples of 1/32. `{:.4}` would send half of them to the even neighbour.
    let size = value.abs();
    let away = if size * 32.0 % 2.0 == 1.0 { size.next_up() } else { size };
    format!("{:.4}", away.copysign(value))
}

/// A duration in hours, minutes and seconds: `25m`, `1h`, `1h30m`, `48h`, `2m30s`, `0.5s`.
#[must_use]
pub fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    // Exact: below 60 seconds every nanosecond count has its own f64.
    let rest = (seconds % 60) as f64 + f64::from(duration.subsec_nanos()) / 1e9;
    let part = |amount: f64, unit| if amount > 0.0 { format!("{}{unit}", shortest(amount)) } else { String::new() };
    let text = part(hours as f64, "h") + &part(minutes as f64, "m") + &part(rest, "s");
    if text.is_empty() { "0s".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_short_as_possible() {
        let cases = [
            (300.0, "300"),
            (0.08, "0.08"),
            (-0.1, "-0.1"),
            (0.0, "0"),
            (-0.0, "0"),
            (1e-6, "0.000001"),
            (9.9e-7, "9.9e-7"),
            (1e20, "100000000000000000000"),
            (1e21, "1e21"),
            (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
        ];
        for (value, text) in cases {
            assert_eq!(shortest(value), text);
        }
    }

    #[test]
    fn a_hundredfold_moves_the_point() {
        let cases = [
            (0.08, "8"),
            (0.07, "7"),
            (0.29, "29"),
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "100"),
            (12.0, "1200"),
            (123.456, "12345.6"),
            (-0.005, "-0.5"),
            (0.000_012_5, "0.00125"),
            (1e-8, "0.000001"),
            (1e-9, "1e-7"),
            (1.5e18, "150000000000000000000"),
            (-2.5e19, "-2.5e21"),
            (30.000_000_000_000_004, "3000.0000000000004"),
            (f64::MAX, "1.7976931348623157e310"),
        ];
        for (value, text) in cases {
            assert_eq!(hundredfold(value), text, "{value}");
        }
    }

    #[test]
    fn a_hundredth_moves_the_point_back() {
        let cases = [
            (5.0, "0.05"),
            (1.1, "0.011"),
            (100.0, "1"),
            (12_345.0, "123.45"),
            (0.0, "0"),
            (-7.0, "-0.07"),
            (1e-4, "0.000001"),
            (1e-5, "1e-7"),
            (1e300, "1e298"),
        ];
        for (value, text) in cases {
            assert_eq!(hundredth(value), text, "{value}");
        }
    }

    #[test]
    fn four_decimals_round_ties_away_from_zero() {
        let cases = [
            (0.12, "0.1200"),
            (0.03125, "0.0313"),
            (0.09375, "0.0938"),
            (0.15625, "0.1563"),
            (0.71875, "0.7188"),
            (-0.28125, "-0.2813"),
            (0.00005, "0.0001"),
            (0.00015, "0.0001"),
            (0.00004, "0.0000"),
            (-0.00001, "-0.0000"),
            (-0.0, "0.0000"),
            (1.0, "1.0000"),
            (430.0, "430.0000"),
            (1e15 + 0.5, "1000000000000000.5000"),
        ];
        for (value, text) in cases {
            assert_eq!(four_decimals(value), text, "{value}");
        }
    }

    #[test]
    fn durations_read_as_people_write_them() {
        let cases = [
            (0.0, "0s"),
            (0.5, "0.5s"),
            (59.0, "59s"),
            (60.0, "1m"),
            (150.0, "2m30s"),
            (1500.0, "25m"),
            (3600.0, "1h"),
            (5400.0, "1h30m"),
            (172_800.0, "48h"),
            (3601.25, "1h1.25s"),
        ];
        for (seconds, text) in cases {
            assert_eq!(duration(Duration::from_secs_f64(seconds)), text);
        }
    }
}
