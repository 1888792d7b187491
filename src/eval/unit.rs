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

impl Unit {
    /// Every unit.
    pub const ALL: [Self; 8] =
        [Self::Ratio, Self::Percent, Self::Ms, Self::Seconds, Self::Count, Self::Score, Self::Flag, Self::Number];

    /// Its name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ratio => "ratio",
            Self::Percent => "percent",
            Self::Ms => "ms",
            Self::Seconds => "seconds",
            Self::Count => "count",
            Self::Score => "score",
            Self::Flag => "flag",
            Self::Number => "number",
        }
    }

    /// Whether a metric of this unit can have this value. Bounds are inside.
    #[must_use]
    pub fn contains(self, value: f64) -> bool {
        match self {
            Self::Ratio => (0.0..=1.0).contains(&value),
            Self::Percent => (0.0..=100.0).contains(&value),
            Self::Ms | Self::Seconds | Self::Count | Self::Score => value >= 0.0 && value.is_finite(),
            Self::Flag => value == 0.0 || value == 1.0,
            Self::Number => value.is_finite(),
        }
    }

    /// The values that [`Self::contains`] accepts, in words.
    #[must_use]
    pub fn range(self) -> &'static str {
        match self {
            Self::Ratio => "0 to 1",
            Self::Percent => "0 to 100",
            Self::Ms | Self::Seconds | Self::Count | Self::Score => "0 or more",
            Self::Flag => "0, 1, false or true",
            Self::Number => "any finite number",
        }
    }

    /// What is written behind a value for people: ` ms`, ` s`, `%`, or nothing.
    #[must_use]
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Ms => " ms",
            Self::Seconds => " s",
            Self::Percent => "%",
            Self::Ratio | Self::Count | Self::Score | Self::Flag | Self::Number => "",
        }
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
