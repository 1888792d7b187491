//! One value of a whole series.

use super::{
    measurement::Series,
    number::{self, Point},
};

/// How a series becomes one value before it is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aggregate {
    /// The mean of all windows.
    Mean,
    /// The last window.
    Last,
    /// The sum of all windows; of a metric derived from parts, sum(of) / sum(to) over all windows.
    Total,
}

impl Aggregate {
    /// Every aggregate.
    pub const ALL: [Self; 3] = [Self::Mean, Self::Last, Self::Total];

    /// Its name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Last => "last",
            Self::Total => "total",
        }
    }

    /// The value of `series` over `windows` windows; no data if a window that it needs has none.
    #[must_use]
    pub fn of(self, series: &Series, windows: usize) -> Point {
        match self {
            Self::Mean => mean(series, windows).map_or(Point::NO_DATA, Point::new),
            Self::Last => windows.checked_sub(1).map_or(Point::NO_DATA, |last| series.at(last)),
            Self::Total => match series.quotient_of_sums() {
                Some(total) => total,
                None => sum(series, windows).map_or(Point::NO_DATA, Point::new),
            },
        }
    }
}

/// The sum by the count, kept between the lowest and the highest value: the mean of three times 0.1 is 0.1,
/// where 0.1 + 0.1 + 0.1 by 3 is 0.10000000000000002.
fn mean(series: &Series, windows: usize) -> Option<f64> {
    let mean = sum(series, windows)? / windows as f64;
    let values = || (0..windows).filter_map(|window| series.at(window).get());
    let (lowest, highest) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
    Some(mean.max(lowest).min(highest)).filter(|_| mean.is_finite())
}

/// `None` if a window has no data.
fn sum(series: &Series, windows: usize) -> Option<f64> {
    number::sum((0..windows).map(|window| series.at(window)))
}

#[cfg(test)]
mod tests {
    use super::{super::measurement::Values, *};

    fn of(aggregate: Aggregate, values: &[Option<f64>]) -> Option<f64> {
        let points = values.iter().map(|value| value.map_or(Point::NO_DATA, Point::new)).collect();
        aggregate.of(&Series::measured(Values::Windows(points)), values.len()).get()
    }

    #[test]
    fn one_value_of_a_series() {
        let values = [Some(1.0), Some(2.0), Some(6.0)];
        assert_eq!(of(Aggregate::Mean, &values), Some(3.0));
        assert_eq!(of(Aggregate::Last, &values), Some(6.0));
        assert_eq!(of(Aggregate::Total, &values), Some(9.0));
    }

    #[test]
    fn a_needed_gap_is_no_data() {
        let gap_first = [None, Some(2.0)];
        assert_eq!(Aggregate::ALL.map(|aggregate| of(aggregate, &gap_first)), [None, Some(2.0), None]);
        let gap_last = [Some(2.0), None];
        assert_eq!(Aggregate::ALL.map(|aggregate| of(aggregate, &gap_last)), [None, None, None]);
    }

    #[test]
    fn a_sum_that_overflows_is_no_data() {
        assert_eq!(of(Aggregate::Total, &[Some(f64::MAX), Some(f64::MAX)]), None);
        assert_eq!(of(Aggregate::Mean, &[Some(f64::MAX), Some(f64::MAX)]), None);
    }

    #[test]
    fn a_mean_of_equals_is_equal() {
        for value in [0.1, 0.7, -0.1, 1e-300, 3.3] {
            for windows in 1..40 {
                assert_eq!(of(Aggregate::Mean, &vec![Some(value); windows]), Some(value), "{value} x {windows}");
            }
        }
    }

    #[test]
    fn a_constant_is_that_value_in_every_window() {
        let series = Series::measured(Values::Constant(Point::new(2.0)));
        assert_eq!(Aggregate::ALL.map(|aggregate| aggregate.of(&series, 3).get()), [Some(2.0), Some(2.0), Some(6.0)]);
    }
}
