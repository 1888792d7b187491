//! What a value is compared with.

use super::{exact::Exact, notation::shortest, number::Finite};

/// The limit of a condition at one stage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// A number.
    Fixed(Finite),
    /// The same metric's baseline, moved (both 0 for the baseline itself): baseline + |baseline| * percent / 100 + offset.
    Baseline {
        /// `10` for `baseline + 10%`, `-10` for `baseline - 10%`; of several percentages their sum.
        percent: Finite,
        /// `0.005` for `baseline + 0.005`, `-2` for `baseline - 10% - 2`.
        offset: Finite,
    },
    /// The team has not chosen one yet.
    Unset,
}

impl Limit {
    /// The double nearest to the limit where the baseline is `baseline`; `None` where it is not set.
    #[must_use]
    pub fn moved(self, baseline: f64) -> Option<f64> {
        match self {
            Self::Fixed(limit) => Some(limit.get()),
            Self::Baseline { percent, offset } => {
                let baseline = Exact::new(baseline);
                let by_percent = baseline.abs().times(&Exact::new(percent.get())).over_count(100);
                Some(baseline.plus(&by_percent).plus(&Exact::new(offset.get())).nearest())
            }
            Self::Unset => None,
        }
    }
}

impl std::fmt::Display for Limit {
    /// As a table writes it: `0.08`, `baseline`, `baseline + 10%`, `~`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Fixed(limit) => f.write_str(&shortest(limit.get())),
            Self::Baseline { percent, offset } => {
                f.write_str("baseline")?;
                for (amount, unit) in [(percent.get(), "%"), (offset.get(), "")] {
                    let sign = if amount.is_sign_negative() { '-' } else { '+' };
                    if amount != 0.0 {
                        // A table knows no exponent here.
                        write!(f, " {sign} {}{unit}", amount.abs())?;
                    }
                }
                Ok(())
            }
            Self::Unset => f.write_str("~"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moved_baseline_moves_by_its_size() {
        let finite = |value| Finite::new(value).unwrap();
        for (baseline, percent, offset, limit) in [
            (200.0, 10.0, 0.0, 220.0),
            (200.0, -10.0, 0.0, 180.0),
            (-200.0, 10.0, 0.0, -180.0),
            (-200.0, -10.0, 0.0, -220.0),
            (0.0, 10.0, 0.0, 0.0),
            (0.3, 10.0, 0.0, 0.33),
            (0.3, 0.0, 0.005, 0.305),
            (100.0, -10.0, -2.0, 88.0),
            (f64::MAX, 10.0, 0.0, f64::MAX),
        ] {
            let moved = Limit::Baseline { percent: finite(percent), offset: finite(offset) }.moved(baseline);
            assert_eq!(moved, Some(limit), "{baseline} by {percent}% and {offset}");
        }
    }

    #[test]
    fn a_limit_is_written_as_a_table_writes_it() {
        let finite = |value| Finite::new(value).unwrap();
        let moved = |percent, offset| Limit::Baseline { percent: finite(percent), offset: finite(offset) };
        for (limit, text) in [
            (Limit::Fixed(finite(1e21)), "1e21"),
            (Limit::Fixed(finite(0.08)), "0.08"),
            (Limit::Unset, "~"),
            (moved(0.0, 0.0), "baseline"),
            (moved(10.0, 0.0), "baseline + 10%"),
            (moved(-0.5, 0.0), "baseline - 0.5%"),
            (moved(1e22, 0.0), "baseline + 10000000000000000000000%"),
            (moved(-1e-7, 0.0), "baseline - 0.0000001%"),
            (moved(0.0, 0.005), "baseline + 0.005"),
            (moved(-10.0, -2.0), "baseline - 10% - 2"),
        ] {
            assert_eq!(limit.to_string(), text);
        }
    }
}
