//! How a value stands to a limit.

/// A comparison, exact on `f64`: a value written like its limit equals it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparator {
    /// value <= limit
    Max,
    /// value >= limit
    Min,
    /// value < limit
    Below,
    /// value > limit
    Above,
    /// value == limit
    Equals,
}

impl Comparator {
    /// Every comparator.
    pub const ALL: [Self; 5] = [Self::Max, Self::Min, Self::Below, Self::Above, Self::Equals];

    /// Its key in tables and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Max => "max",
            Self::Min => "min",
            Self::Below => "below",
            Self::Above => "above",
            Self::Equals => "equals",
        }
    }

    /// Whether `value` stands so to `limit`.
    #[must_use]
    pub fn holds(self, value: f64, limit: f64) -> bool {
        match self {
            Self::Max => value <= limit,
            Self::Min => value >= limit,
            Self::Below => value < limit,
            Self::Above => value > limit,
            Self::Equals => value == limit,
        }
    }

    /// Whether larger (or smaller) values hold more; equality only has a nearness.
    #[must_use]
    pub fn is_directed(self) -> bool {
        self != Self::Equals
    }

    /// How far `value` is beyond `limit` in the direction in which this comparison holds: the largest
    /// among values for which it holds is the one that holds most. Of equality: how near it is.
    #[must_use]
    pub fn excess(self, value: f64, limit: f64) -> f64 {
        match self {
            Self::Max | Self::Below => limit - value,
            Self::Min | Self::Above => value - limit,
            Self::Equals => -(value - limit).abs(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn below_at_and_above_the_limit() {
        for (comparator, expected) in [
            (Comparator::Max, [true, true, false]),
            (Comparator::Min, [false, true, true]),
            (Comparator::Below, [true, false, false]),
            (Comparator::Above, [false, false, true]),
            (Comparator::Equals, [false, true, false]),
        ] {
            let limit = 0.1;
            let got = [f64::next_down(limit), limit, f64::next_up(limit)].map(|value| comparator.holds(value, limit));
            assert_eq!(got, expected, "{comparator:?}");
        }
    }

    #[test]
    fn excess_grows_towards_where_it_holds() {
        for comparator in Comparator::ALL {
            let mut values = [-1.0, 0.3, 0.5, 0.7, 3.0];
            values.sort_by(|a, b| comparator.excess(*a, 0.5).total_cmp(&comparator.excess(*b, 0.5)));
            assert!(comparator.holds(values[4], 0.5) && !comparator.holds(values[0], 0.5), "{comparator:?}");
        }
    }
}
