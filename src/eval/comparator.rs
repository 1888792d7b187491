//! How a value stands to a limit: everything that there is to know of each comparator.
//!
//! A new comparator is a variant here with its row in `Comparator::traits`; what judges, reads tables, writes
//! reports, makes schemas or reviews asks here.

use std::cmp::Ordering;

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
    /// value != limit
    Differs,
}

/// What tells one comparator from another.
struct Traits {
    name: &'static str,
    about: &'static str,
    /// Whether it holds of a value less than, equal to and greater than the limit.
    holds: [bool; 3],
    /// Of a value for which it holds: "exactly 5".
    relation: &'static str,
    /// What a breaching value of a rollback rule does to the limit, for it breaches where the comparison holds.
    held: &'static str,
    /// What a breaching value of a gate rule does to the limit, for it breaches where the comparison does not hold.
    broken: &'static str,
}

impl Comparator {
    /// Every comparator.
    pub const ALL: [Self; 6] = [Self::Max, Self::Min, Self::Below, Self::Above, Self::Equals, Self::Differs];

    const fn traits(self) -> Traits {
        let (name, about, holds, [relation, held, broken]) = match self {
            Self::Max => ("max", "At most: value <= limit.", [true, true, false], ["at most", "is at most", "exceeds"]),
            Self::Min => {
                ("min", "At least: value >= limit.", [false, true, true], ["at least", "is at least", "below"])
            }
            Self::Below => {
                ("below", "Less than: value < limit.", [true, false, false], ["below", "below", "is not below"])
            }
            Self::Above => {
                ("above", "More than: value > limit.", [false, false, true], ["above", "exceeds", "is not above"])
            }
            Self::Equals => ("equals", "Exactly: value == limit.", [false, true, false], ["exactly", "is", "is not"]),
            Self::Differs => ("differs", "Not: value != limit.", [true, false, true], ["other than", "is not", "is"]),
        };
        Traits { name, about, holds, relation, held, broken }
    }

    /// Its key in tables and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.traits().name
    }

    /// What it means, as a sentence: "At most: value <= limit."
    #[must_use]
    pub fn about(self) -> &'static str {
        self.traits().about
    }

    /// How a value for which it holds stands to the limit: "at most", "exactly".
    #[must_use]
    pub fn relation(self) -> &'static str {
        self.traits().relation
    }

    /// The verb between a value for which it holds and the limit: "is at most", "exceeds".
    #[must_use]
    pub fn held(self) -> &'static str {
        self.traits().held
    }

    /// The verb between a value for which it does not hold and the limit: "exceeds", "is not".
    #[must_use]
    pub fn broken(self) -> &'static str {
        self.traits().broken
    }

    /// Whether it holds of a value that stands so to the limit.
    #[must_use]
    pub fn accepts(self, value_to_limit: Ordering) -> bool {
        let [less, equal, greater] = self.traits().holds;
        match value_to_limit {
            Ordering::Less => less,
            Ordering::Equal => equal,
            Ordering::Greater => greater,
        }
    }

    /// Whether `value` stands so to `limit`; NaN stands in no way to anything.
    #[must_use]
    pub fn holds(self, value: f64, limit: f64) -> bool {
        value.partial_cmp(&limit).is_some_and(|ordering| self.accepts(ordering))
    }

    /// On which side of the limit the values are for which it holds; `None` where they are on both or on neither.
    #[must_use]
    pub fn side(self) -> Option<Ordering> {
        match (self.accepts(Ordering::Less), self.accepts(Ordering::Greater)) {
            (true, false) => Some(Ordering::Less),
            (false, true) => Some(Ordering::Greater),
            (true, true) | (false, false) => None,
        }
    }

    /// The comparator that holds exactly where this one does not.
    #[must_use]
    pub fn opposite(self) -> Self {
        match self {
            Self::Max => Self::Above,
            Self::Min => Self::Below,
            Self::Below => Self::Min,
            Self::Above => Self::Max,
            Self::Equals => Self::Differs,
            Self::Differs => Self::Equals,
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
            (Comparator::Differs, [true, false, true]),
        ] {
            let limit = 0.1;
            let got = [f64::next_down(limit), limit, f64::next_up(limit)].map(|value| comparator.holds(value, limit));
            assert_eq!(got, expected, "{comparator:?}");
            assert!(!comparator.holds(f64::NAN, limit) && !comparator.holds(limit, f64::NAN), "{comparator:?}");
        }
    }

    #[test]
    fn the_opposite_holds_where_the_comparator_does_not() {
        let opposites = Comparator::ALL.map(Comparator::opposite);
        let (max, min, below, above) = (Comparator::Max, Comparator::Min, Comparator::Below, Comparator::Above);
        let (equals, differs) = (Comparator::Equals, Comparator::Differs);
        assert_eq!(opposites, [above, below, min, max, differs, equals]);
    }
}
