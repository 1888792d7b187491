//! Units of metrics, and the values that each can have.

/// What a metric is measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A part of a whole, 0 to 1.
    Ratio,
    /// A part of a hundred, 0 to 100.
    Percent,
    /// Milliseconds, 0 or more.
    Ms,
    /// Seconds, 0 or more.
    Seconds,
    /// How many, 0 or more.
    Count,
    /// Points, 0 or more.
    Score,
    /// Off or on: 0 or 1.
    Flag,
    /// Any finite number.
    Number,
}

/// What tells one unit from another.
struct Traits {
    name: &'static str,
    /// The lowest and the highest value, both inside.
    bounds: (f64, f64),
    /// The same in words.
    range: &'static str,
    suffix: &'static str,
}

impl Unit {
    /// Every unit.
    pub const ALL: [Self; 8] =
        [Self::Ratio, Self::Percent, Self::Ms, Self::Seconds, Self::Count, Self::Score, Self::Flag, Self::Number];

    const fn traits(self) -> Traits {
        const UNBOUNDED: (f64, f64) = (0.0, f64::MAX);
        let (name, bounds, range, suffix) = match self {
            Self::Ratio => ("ratio", (0.0, 1.0), "0 to 1", ""),
            Self::Percent => ("percent", (0.0, 100.0), "0 to 100", "%"),
            Self::Ms => ("ms", UNBOUNDED, "0 or more", " ms"),
            Self::Seconds => ("seconds", UNBOUNDED, "0 or more", " s"),
            Self::Count => ("count", UNBOUNDED, "0 or more", ""),
            Self::Score => ("score", UNBOUNDED, "0 or more", ""),
            Self::Flag => ("flag", (0.0, 1.0), "0, 1, false or true", ""),
            Self::Number => ("number", (f64::MIN, f64::MAX), "any finite number", ""),
        };
        Traits { name, bounds, range, suffix }
    }

    /// Its name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.traits().name
    }

    /// The lowest and the highest value that a metric of this unit can have, both inside. A flag has only these two.
    #[must_use]
    pub fn bounds(self) -> (f64, f64) {
        self.traits().bounds
    }

    /// Whether a metric of this unit can have this value. Bounds are inside.
    #[must_use]
    pub fn contains(self, value: f64) -> bool {
        let (lowest, highest) = self.bounds();
        (lowest..=highest).contains(&value) && (self.is_range() || value == lowest || value == highest)
    }

    /// Whether every value between its bounds is one, too: not of a flag, which is off or on.
    #[must_use]
    pub fn is_range(self) -> bool {
        self != Self::Flag
    }

    /// The values that [`Self::contains`] accepts, in words.
    #[must_use]
    pub fn range(self) -> &'static str {
        self.traits().range
    }

    /// What is written behind a value for people: ` ms`, ` s`, `%`, or nothing.
    #[must_use]
    pub fn suffix(self) -> &'static str {
        self.traits().suffix
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_inside() {
        let cases: [(Unit, &[f64], &[f64]); 6] = [
            (Unit::Ratio, &[0.0, -0.0, 0.5, 1.0], &[-f64::MIN_POSITIVE, 1.0_f64.next_up(), 2.5]),
            (Unit::Percent, &[0.0, 2.5, 100.0], &[-1e-9, 100.0_f64.next_up()]),
            (Unit::Ms, &[0.0, 1e300], &[-f64::MIN_POSITIVE]),
            (Unit::Count, &[0.0, 0.5, 1e300], &[-1.0]),
            (Unit::Flag, &[0.0, 1.0], &[0.5, 2.0, -1.0]),
            (Unit::Number, &[f64::MIN, 0.0, f64::MAX], &[]),
        ];
        for (unit, inside, outside) in cases {
            assert!(inside.iter().all(|value| unit.contains(*value)), "{unit:?}");
            assert!(!outside.iter().any(|value| unit.contains(*value)), "{unit:?}");
        }
        for unit in Unit::ALL {
            assert!(![f64::NAN, f64::INFINITY, f64::NEG_INFINITY].into_iter().any(|value| unit.contains(value)));
        }
    }
}
