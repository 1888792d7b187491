//! What a value is compared with.

use super::{
    notation::shortest,
    number::{Finite, Point},
};

/// The limit of a condition at one stage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// A number.
    Fixed(Finite),
    /// The same metric's baseline, moved by so many percent of its size (0 for the baseline itself).
    Baseline {
        /// `10` for `baseline + 10%`, `-10` for `baseline - 10%`.
        percent: Finite,
    },
    /// The team has not chosen one yet.
    Unset,
}

/// baseline + |baseline| * percent / 100; no data where the baseline has none.
#[must_use]
pub fn moved(baseline: Point, percent: Finite) -> Point {
    baseline.get().map_or(Point::NO_DATA, |baseline| Point::new(baseline + baseline.abs() * percent.get() / 100.0))
}

impl std::fmt::Display for Limit {
    /// As a table writes it: `0.08`, `baseline`, `baseline + 10%`, `~`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Fixed(limit) => f.write_str(&shortest(limit.get())),
            Self::Baseline { percent } if percent.get() == 0.0 => f.write_str("baseline"),
            Self::Baseline { percent } => {
                let sign = if percent.get().is_sign_negative() { '-' } else { '+' };
                // A table knows no exponent here.
                write!(f, "baseline {sign} {}%", percent.get().abs())
            }
            Self::Unset => f.write_str("~"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_written_as_a_table_writes_it() {
        let percent = |percent| Limit::Baseline { percent: Finite::new(percent).unwrap() };
        for (limit, text) in [
            (Limit::Fixed(Finite::new(1e21).unwrap()), "1e21"),
            (Limit::Unset, "~"),
            (percent(0.0), "baseline"),
            (percent(10.0), "baseline + 10%"),
            (percent(-0.5), "baseline - 0.5%"),
            (percent(1e22), "baseline + 10000000000000000000000%"),
            (percent(-1e-7), "baseline - 0.0000001%"),
        ] {
            assert_eq!(limit.to_string(), text);
        }
    }

    #[test]
    fn a_moved_baseline_moves_by_its_size() {
        let percent = |percent| Finite::new(percent).unwrap();
        for (baseline, by, limit) in [
            (200.0, 10.0, Some(220.0)),
            (200.0, -10.0, Some(180.0)),
            (-200.0, 10.0, Some(-180.0)),
            (-200.0, -10.0, Some(-220.0)),
            (0.0, 10.0, Some(0.0)),
            (0.3, 0.0, Some(0.3)),
            (f64::MAX, 10.0, None),
        ] {
            assert_eq!(moved(Point::new(baseline), percent(by)).get(), limit, "{baseline} by {by}%");
        }
        assert_eq!(moved(Point::NO_DATA, percent(10.0)).get(), None);
    }

    #[test]
    fn limits_are_written_as_in_a_table() {
        let finite = |value| Finite::new(value).unwrap();
        for (limit, text) in [
            (Limit::Fixed(finite(0.08)), "0.08"),
            (Limit::Baseline { percent: finite(0.0) }, "baseline"),
            (Limit::Baseline { percent: finite(2.5) }, "baseline + 2.5%"),
            (Limit::Baseline { percent: finite(-10.0) }, "baseline - 10%"),
            (Limit::Unset, "~"),
        ] {
            assert_eq!(limit.to_string(), text);
        }
    }
}
