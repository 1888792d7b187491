//! Comparisons as ranges of values: what can happen, what must, and what two of them have in common.

use std::cmp::Ordering;

use crate::eval::{
    aggregate::Aggregate,
    comparator::Comparator,
    limit::Limit,
    table::{Condition, StageId},
    unit::Unit,
};

/// The values from one number to another, both inside; none where the first is the greater.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extent {
    /// The lowest value.
    pub lowest: f64,
    /// The highest value.
    pub highest: f64,
}

impl Extent {
    /// Every finite number.
    pub const ALL: Self = Self { lowest: f64::MIN, highest: f64::MAX };

    /// The values for which the comparison with `limit` holds. A strict one ends at the nearest number: the greatest
    /// that is `below 1` is the one just before 1.
    #[must_use]
    pub fn holding(comparator: Comparator, limit: f64) -> Self {
        let is_inside = comparator.accepts(Ordering::Equal);
        let end = |beyond, all, next| match (comparator.accepts(beyond), is_inside) {
            (true, _) => all,
            (false, true) => limit,
            (false, false) => next,
        };
        Self {
            lowest: end(Ordering::Less, f64::MIN, limit.next_up()),
            highest: end(Ordering::Greater, f64::MAX, limit.next_down()),
        }
    }

    /// The values that are in both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { lowest: self.lowest.max(other.lowest), highest: self.highest.min(other.highest) }
    }

    /// Whether there is no value in it.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.lowest > self.highest
    }

    fn contains(self, value: f64) -> bool {
        (self.lowest..=self.highest).contains(&value)
    }
}

/// Where the comparison with a limit at a stage holds: an extent of values, or of percents relative to the baseline. Only
/// two of one kind can be compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LimitExtent {
    /// Whether it moves with the baseline.
    pub is_baseline: bool,
    /// The values, or percents, for which it holds.
    pub extent: Extent,
}

impl LimitExtent {
    /// `None` where the condition has no limit at the stage, or one that is not set.
    #[must_use]
    pub fn of(condition: &Condition, stage: StageId) -> Option<Self> {
        let (is_baseline, size) = match condition.limit(stage)? {
            Limit::Fixed(limit) => (false, limit.get()),
            // What is moved by a number does not compare with what is moved by a percentage.
            Limit::Baseline { offset, .. } if offset.get() != 0.0 => return None,
            Limit::Baseline { percent, .. } => (true, percent.get()),
            Limit::Unset => return None,
        };
        Some(Self { is_baseline, extent: Extent::holding(condition.comparator, size) })
    }
}

/// The values that a metric, or what a rule makes of its series, can have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Domain {
    /// Everything from its lowest to its highest.
    Range(Extent),
    /// 0 and 1, and nothing between them.
    Flag,
}

impl Domain {
    /// Of a metric of `unit` in a window, or of one `aggregate` of its whole series.
    #[must_use]
    pub fn of(unit: Unit, aggregate: Option<Aggregate>) -> Self {
        let (lowest, highest) = unit.bounds();
        match aggregate {
            None | Some(Aggregate::Last) if unit == Unit::Flag => Self::Flag,
            // A sum over windows has no upper bound.
            Some(Aggregate::Total) => Self::Range(Extent { lowest, highest: f64::MAX }),
            _ => Self::Range(Extent { lowest, highest }),
        }
    }

    /// Whether any of its values is in `extent`.
    #[must_use]
    pub fn reaches(self, extent: Extent) -> bool {
        !self.hull(extent).is_empty()
    }

    /// From the lowest to the highest of its values in `extent`: any mean of those is in between.
    #[must_use]
    pub fn hull(self, extent: Extent) -> Extent {
        match self {
            Self::Range(range) => range.and(extent),
            Self::Flag => Extent {
                lowest: if extent.contains(0.0) { 0.0 } else { 1.0 },
                highest: if extent.contains(1.0) { 1.0 } else { 0.0 },
            },
        }
    }

    /// Whether all its values are in `extent`.
    #[must_use]
    pub fn is_within(self, extent: Extent) -> bool {
        match self {
            Self::Range(range) => range.and(extent) == range,
            Self::Flag => extent.contains(0.0) && extent.contains(1.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_in_the_extent_where_the_comparison_holds() {
        // What differs is on either side of a limit, which no one extent is.
        for comparator in Comparator::ALL.into_iter().filter(|comparator| *comparator != Comparator::Differs) {
            for limit in [-1.0, -0.0, 0.0, 0.1, 300.0, f64::MAX, f64::MIN] {
                for value in [limit, limit.next_down(), limit.next_up(), 0.0, 5.0, -5.0] {
                    let is_in = Extent::holding(comparator, limit).contains(value);
                    assert_eq!(is_in && value.is_finite(), comparator.holds(value, limit) && value.is_finite());
                }
            }
        }
    }

    #[test]
    fn nothing_is_beyond_every_number() {
        assert!(Extent::holding(Comparator::Above, f64::MAX).is_empty());
        assert!(Extent::holding(Comparator::Below, f64::MIN).is_empty());
        assert!(!Extent::holding(Comparator::Min, f64::MAX).is_empty());
    }

    #[test]
    fn domains_end_where_units_do() {
        let ends = [-1.0, -0.0, 0.0, 0.5, 1.0, 1.0_f64.next_up(), 100.0, 100.0_f64.next_up(), f64::MAX, f64::MIN];
        for unit in Unit::ALL {
            for value in ends {
                let point = Extent { lowest: value, highest: value };
                assert_eq!(Domain::of(unit, None).reaches(point), unit.contains(value), "{unit:?} {value}");
            }
        }
    }

    #[test]
    fn below_at_and_above_the_ends_of_a_unit() {
        let (ratio, flag) = (Domain::of(Unit::Ratio, None), Domain::of(Unit::Flag, None));
        for (domain, comparator, limit, reaches, is_within) in [
            (ratio, Comparator::Above, 1.0, false, false),
            (ratio, Comparator::Above, 1.0_f64.next_down(), true, false),
            (ratio, Comparator::Min, 1.0, true, false),
            (ratio, Comparator::Min, 0.0, true, true),
            (ratio, Comparator::Above, 0.0, true, false),
            (ratio, Comparator::Below, 0.0, false, false),
            (ratio, Comparator::Max, 1.0, true, true),
            (flag, Comparator::Equals, 1.0, true, false),
            (flag, Comparator::Equals, 0.5, false, false),
            (flag, Comparator::Max, 0.5, true, false),
        ] {
            let extent = Extent::holding(comparator, limit);
            let found = (domain.reaches(extent), domain.is_within(extent));
            assert_eq!(found, (reaches, is_within), "{domain:?} {comparator:?} {limit}");
        }
    }

    #[test]
    fn a_mean_is_between_the_values_that_pass() {
        let flag = Domain::Flag;
        for (comparator, limit, hull) in [
            (Comparator::Below, 0.5, Some((0.0, 0.0))),
            (Comparator::Above, 0.5, Some((1.0, 1.0))),
            (Comparator::Max, 1.0, Some((0.0, 1.0))),
            (Comparator::Equals, 0.5, None),
        ] {
            let found = flag.hull(Extent::holding(comparator, limit));
            assert_eq!((!found.is_empty()).then_some((found.lowest, found.highest)), hull, "{comparator:?} {limit}");
        }
    }

    #[test]
    fn an_aggregate_can_be_what_no_window_is() {
        let half = Extent { lowest: 0.5, highest: 0.5 };
        assert!(!Domain::of(Unit::Flag, Some(Aggregate::Last)).reaches(half));
        assert!(Domain::of(Unit::Flag, Some(Aggregate::Mean)).reaches(half));
        let two = Extent { lowest: 2.0, highest: 2.0 };
        assert!(!Domain::of(Unit::Ratio, Some(Aggregate::Mean)).reaches(two));
        assert!(Domain::of(Unit::Ratio, Some(Aggregate::Total)).reaches(two));
    }
}
