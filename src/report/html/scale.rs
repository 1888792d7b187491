//! The vertical scale of a chart: its range, and round numbers on it.

use crate::eval::{notation::shortest, unit::Unit};

/// The range of a chart, from bottom to top; never empty.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    low: f64,
    high: f64,
}

/// A number on the axis and its text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub(super) value: f64,
    pub(super) text: String,
}

impl Scale {
    /// The range of all `values`, with some room above and below. It begins at zero if the unit has no negative values, unless
    /// the values would then all be near the top.
    pub(super) fn around(values: impl Iterator<Item = f64>, unit: Unit) -> Self {
        let wider = |(low, high): (f64, f64), value: f64| (low.min(value), high.max(value));
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), wider);
        if !unit.is_range() || low > high {
            return Self { low: 0.0, high: 1.0 }.with_room(unit);
        }
        // A limit may be negative even if values of the unit are not: then the range goes down to it.
        let begins_at_zero = !unit.contains(-1.0) && (0.0..high * 0.7).contains(&low);
        let low = if begins_at_zero { 0.0 } else { low };
        Self { low, high }.with_room(unit)
    }

    fn with_room(self, unit: Unit) -> Self {
        const ROOM: f64 = 0.08;
        let Self { low, high } = self;
        let room = match high * ROOM - low * ROOM {
            0.0 if high == 0.0 => 1.0,
            0.0 => (high.abs() * 0.1).max(f64::MIN_POSITIVE),
            room => room,
        };
        // No room below zero if the unit has no negative values.
        let low = if low == 0.0 && !unit.contains(-1.0) && unit.is_range() { low } else { low - room };
        Self { low: low.max(f64::MIN), high: (high + room).min(f64::MAX) }
    }

    /// Where a value stands, from 0 at the bottom to 1 at the top.
    pub(super) fn part(&self, value: f64) -> f64 {
        // In halves, because the difference of two f64 can be larger than any f64.
        let part = (value / 2.0 - self.low / 2.0) / (self.high / 2.0 - self.low / 2.0);
        if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.5 }
    }

    /// Three to six round numbers inside the range, rising. Of a unit that is no range, its two values.
    pub(super) fn ticks(&self, unit: Unit) -> Vec<Tick> {
        let tick = |value: f64| Tick { value, text: short(value, 12) };
        if !unit.is_range() {
            return vec![tick(0.0), tick(1.0)];
        }
        let step = round_step((self.high / 4.0 - self.low / 4.0) * 1.2);
        let (first, last) = ((self.low / step).ceil(), (self.high / step).floor());
        let numbers = (0..8).map(|number| first + f64::from(number)).take_while(|number| *number <= last);
        let ticks: Vec<Tick> = numbers.map(|number| tick(number * step)).collect();
        let is_sound = ticks.len() > 1 && ticks.iter().all(|tick| tick.value.is_finite());
        if is_sound { ticks } else { [self.low, self.high].map(tick).to_vec() }
    }
}

/// 1, 2 or 5 times a power of ten, about as large as `size`.
fn round_step(size: f64) -> f64 {
    // The exponent as it is written: a logarithm would be rounded.
    let power = format!("{size:e}").split_once('e').and_then(|(_, exponent)| format!("1e{exponent}").parse().ok());
    let power = power.unwrap_or(size);
    let digit = size / power;
    let rounded = if digit < 1.5 {
        1.0
    } else if digit < 3.5 {
        2.0
    } else if digit < 7.5 {
        5.0
    } else {
        10.0
    };
    rounded * power
}

/// A number with at most `digits` significant digits, as short as possible.
pub(super) fn short(value: f64, digits: usize) -> String {
    let rounded = format!("{:.*e}", digits.saturating_sub(1), value).parse().ok();
    // f64::MAX rounds up to infinity.
    let rounded = rounded.filter(|rounded: &f64| rounded.is_finite()).unwrap_or(value);
    let text = shortest(rounded);
    if text.len() <= digits.max(7) + 2 { text } else { format!("{rounded:e}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(values: &[f64], unit: Unit) -> Vec<String> {
        Scale::around(values.iter().copied(), unit).ticks(unit).into_iter().map(|tick| tick.text).collect()
    }

    #[test]
    fn ticks_are_round() {
        for (values, unit, expected) in [
            (&[240.0, 431.6, 300.0, 400.0][..], Unit::Ms, &["0", "100", "200", "300", "400"][..]),
            (&[0.001, 0.003, 0.01], Unit::Ratio, &["0", "0.002", "0.004", "0.006", "0.008", "0.01"]),
            (&[0.97, 0.99], Unit::Ratio, &["0.97", "0.975", "0.98", "0.985", "0.99"]),
            (&[-0.3, 0.2], Unit::Number, &["-0.2", "0", "0.2"]),
            (&[0.0, 1.0], Unit::Flag, &["0", "1"]),
            (&[1.0], Unit::Flag, &["0", "1"]),
        ] {
            assert_eq!(texts(values, unit), expected, "{values:?}");
        }
    }

    #[test]
    fn everything_has_its_place() {
        for values in [
            &[][..],
            &[0.0],
            &[5.0; 3],
            &[-5.0],
            &[1e-300, 2e-300],
            &[f64::MIN_POSITIVE],
            &[5e-324],
            &[f64::MAX],
            &[f64::MIN],
            &[f64::MIN, f64::MAX],
            &[-5.0, 10.0],
            &[1e300, 1.000_000_1e300],
            &[1.0, 1.0_f64.next_up()],
        ] {
            for unit in [Unit::Number, Unit::Ms] {
                let scale = Scale::around(values.iter().copied(), unit);
                assert!(scale.low < scale.high, "{values:?}: {scale:?}");
                for value in values {
                    assert!((scale.low..=scale.high).contains(value), "{values:?}: {scale:?}");
                    assert!((0.0..=1.0).contains(&scale.part(*value)), "{values:?}: {scale:?}");
                }
                let ticks = scale.ticks(unit);
                assert!((2..=8).contains(&ticks.len()), "{values:?}: {ticks:?}");
                assert!(ticks.iter().all(|tick| tick.value.is_finite() && tick.text.len() < 22), "{ticks:?}");
            }
        }
        let scale = Scale::around([f64::MIN, 0.0, f64::MAX].into_iter(), Unit::Number);
        assert!(scale.part(f64::MIN) < 0.1 && (scale.part(0.0) - 0.5).abs() < 0.01 && scale.part(f64::MAX) > 0.9);
    }

    #[test]
    fn the_higher_value_stands_higher() {
        let scale = Scale::around([3.0, 9.0].into_iter(), Unit::Ms);
        assert!(scale.part(3.0) < scale.part(5.0) && scale.part(5.0) < scale.part(9.0));
    }

    #[test]
    fn numbers_keep_the_digits_that_count() {
        for (value, digits, text) in [
            (431.6, 4, "431.6"),
            (0.002_133_33, 4, "0.002133"),
            (0.300_000_000_000_000_04, 12, "0.3"),
            (1_234_567.0, 4, "1235000"),
            (1.5e12, 4, "1.5e12"),
            (0.0, 4, "0"),
            (f64::MAX, 4, "1.7976931348623157e308"),
        ] {
            assert_eq!(short(value, digits), text);
        }
    }
}
