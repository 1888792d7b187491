//! The series of one metric, and how series of several metrics are joined by label.

use std::{collections::HashMap, ops::Range};

use super::{number::Point, unit::Unit};

/// The values of one series.
#[derive(Clone, Debug)]
pub enum Values {
    /// Measured once for the whole snapshot: the same in every window.
    Constant(Point),
    /// One value a window, in order.
    Windows(Vec<Point>),
}

impl Values {
    /// The value in `window`; no data past the end.
    #[must_use]
    pub fn at(&self, window: usize) -> Point {
        match self {
            Self::Constant(point) => *point,
            Self::Windows(points) => points.get(window).copied().unwrap_or(Point::NO_DATA),
        }
    }

    /// How many windows it has, unless it is constant.
    #[must_use]
    pub fn windows(&self) -> Option<usize> {
        match self {
            Self::Constant(_) => None,
            Self::Windows(points) => Some(points.len()),
        }
    }

    /// The lowest and the highest of all; `None` if one of them has no data, or there are none.
    fn extremes(&self) -> Option<(f64, f64)> {
        match self {
            Self::Constant(point) => extremes(&[*point]),
            Self::Windows(points) => extremes(points),
        }
    }

    /// The same of some windows.
    #[must_use]
    pub fn extremes_in(&self, windows: Range<usize>) -> Option<(f64, f64)> {
        match self {
            Self::Constant(_) => self.extremes(),
            Self::Windows(points) => extremes(points.get(windows)?),
        }
    }

    /// Only the last `windows` windows.
    fn keep_last(&mut self, windows: usize) {
        if let Self::Windows(points) = self {
            points.drain(..points.len().saturating_sub(windows));
        }
    }
}

/// The lowest and the highest of `points`; `None` if one of them has no data, or there are none. Most of what judging
/// looks at, so it is laid out for a processor that compares several numbers at once: side by side, and without a way
/// out in the middle.
fn extremes(points: &[Point]) -> Option<(f64, f64)> {
    const SIDE_BY_SIDE: usize = 8;
    let has_data = points.iter().fold(true, |has_data, point| has_data & point.get().is_some());
    let first = points.first()?.get().filter(|_| has_data)?;
    let (mut lowest, mut highest) = ([first; SIDE_BY_SIDE], [first; SIDE_BY_SIDE]);
    let widen = |point: &Point, lowest: &mut f64, highest: &mut f64| {
        let value = point.get().unwrap_or(first);
        *lowest = if value < *lowest { value } else { *lowest };
        *highest = if value > *highest { value } else { *highest };
    };
    let (chunks, rest) = points.as_chunks::<SIDE_BY_SIDE>();
    for chunk in chunks {
        for ((point, lowest), highest) in chunk.iter().zip(&mut lowest).zip(&mut highest) {
            widen(point, lowest, highest);
        }
    }
    for ((point, lowest), highest) in rest.iter().zip(&mut lowest).zip(&mut highest) {
        widen(point, lowest, highest);
    }
    Some((lowest.into_iter().fold(first, f64::min), highest.into_iter().fold(first, f64::max)))
}

/// One series: its values and, where it was derived from parts, the quotient of their sums.
#[derive(Clone, Debug)]
pub struct Series {
    values: Values,
    extremes: Option<(f64, f64)>,
    quotient_of_sums: Option<Point>,
}

impl Series {
    /// A series as measured.
    #[must_use]
    pub fn measured(values: Values) -> Self {
        Self { extremes: values.extremes(), values, quotient_of_sums: None }
    }

    /// A series derived from parts, whose total is sum(of) / sum(to) over all windows.
    #[must_use]
    pub fn derived(values: Values, quotient_of_sums: Point) -> Self {
        Self { quotient_of_sums: Some(quotient_of_sums), ..Self::measured(values) }
    }

    /// The value in `window`.
    #[must_use]
    pub fn at(&self, window: usize) -> Point {
        self.values.at(window)
    }

    /// Its values.
    #[must_use]
    pub fn values(&self) -> &Values {
        &self.values
    }

    /// The lowest and the highest value; `None` if a window has no data, or there are no windows.
    #[must_use]
    pub fn extremes(&self) -> Option<(f64, f64)> {
        self.extremes
    }

    /// Whether every value that there is can be one of `unit`.
    #[must_use]
    pub fn fits(&self, unit: Unit) -> bool {
        let fits = |point: &Point| point.get().is_none_or(|value| unit.contains(value));
        match (self.extremes, &self.values) {
            // Every other unit is a range.
            (Some((lowest, highest)), _) if unit != Unit::Flag => unit.contains(lowest) && unit.contains(highest),
            (_, Values::Constant(point)) => fits(point),
            (_, Values::Windows(points)) => points.iter().all(fits),
        }
    }

    /// sum(of) / sum(to) over all windows, of a derived series.
    #[must_use]
    pub fn quotient_of_sums(&self) -> Option<Point> {
        self.quotient_of_sums
    }

    /// Only the last `windows` windows.
    fn keep_last(&mut self, windows: usize) {
        if self.values.windows().is_some_and(|all| all > windows) {
            self.values.keep_last(windows);
            self.extremes = self.values.extremes();
        }
    }
}

/// Everything that was measured of one metric.
#[derive(Clone, Debug)]
pub enum Measurement {
    /// One series without a label: it stands for every label.
    Single(Series),
    /// Several series by label, in the snapshot's order; labels are unique.
    Labelled(Vec<(String, Series)>),
}

impl Measurement {
    /// The labels, in order; none of a single series.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.entries().filter_map(|(label, _)| label)
    }

    /// Every series with its label.
    pub fn entries(&self) -> impl Iterator<Item = (Option<&str>, &Series)> {
        let (single, labelled) = match self {
            Self::Single(series) => (Some(series), &[][..]),
            Self::Labelled(series) => (None, series.as_slice()),
        };
        let labelled = labelled.iter().map(|(label, series)| (Some(label.as_str()), series));
        single.map(|series| (None, series)).into_iter().chain(labelled)
    }

    /// Only the last `windows` windows of every series.
    pub fn keep_last(&mut self, windows: usize) {
        match self {
            Self::Single(series) => series.keep_last(windows),
            Self::Labelled(series) => series.iter_mut().for_each(|(_, series)| series.keep_last(windows)),
        }
    }
}

/// The series of `measurement` for each of `labels`, in their order; `None` for a label that it lacks, and for
/// all of them where there is no measurement.
///
/// `labels` is what [`join_labels`] gave: `[None]` for one series without a label.
pub fn series_for_labels<'a, 'l>(
    measurement: Option<&'a Measurement>,
    labels: &'l [Option<&str>],
) -> impl Iterator<Item = Option<&'a Series>> + use<'a, 'l> {
    let entries = measurement.into_iter().flat_map(Measurement::entries);
    let by_label: HashMap<&str, &Series> = entries.filter_map(|(label, series)| Some((label?, series))).collect();
    labels.iter().map(move |label| match measurement? {
        Measurement::Single(series) => Some(series),
        Measurement::Labelled(_) => by_label.get((*label)?).copied(),
    })
}

/// The labels under which the series of several metrics are joined: each label of each, once, in order of first mention;
/// `[None]` where none of them is labelled.
#[must_use]
pub fn join_labels<'a>(measurements: impl IntoIterator<Item = &'a Measurement>) -> Vec<Option<&'a str>> {
    let mut seen = std::collections::HashSet::new();
    let mut labels: Vec<_> =
        measurements.into_iter().flat_map(Measurement::labels).filter(|label| seen.insert(*label)).map(Some).collect();
    if labels.is_empty() {
        labels.push(None);
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    fn constant(value: f64) -> Series {
        Series::measured(Values::Constant(Point::new(value)))
    }

    fn windows(values: impl IntoIterator<Item = Option<f64>>) -> Values {
        Values::Windows(values.into_iter().map(|value| value.map_or(Point::NO_DATA, Point::new)).collect())
    }

    fn labelled(labels: &[(&str, f64)]) -> Measurement {
        Measurement::Labelled(labels.iter().map(|(label, value)| ((*label).to_owned(), constant(*value))).collect())
    }

    #[test]
    fn the_lowest_and_the_highest_are_found_wherever_they_are() {
        for length in [1, 2, 7, 8, 9, 16, 20] {
            for (low, high) in (0..length).flat_map(|low| (0..length).map(move |high| (low, high))) {
                let value = |window| match window {
                    window if window == high => 9.0,
                    window if window == low => -9.0,
                    window => f64::from(window) / 100.0,
                };
                let series = Series::measured(windows((0..length).map(|window| Some(value(window)))));
                let lowest = (0..length).map(value).fold(f64::MAX, f64::min);
                assert_eq!(series.extremes(), Some((lowest, 9.0)), "{low} and {high} of {length}");
                // A gap anywhere leaves nothing to say.
                let gap = |window| Some(value(window)).filter(|_| window != low);
                assert_eq!(Series::measured(windows((0..length).map(gap))).extremes(), None, "{low} of {length}");
            }
        }
        assert_eq!(constant(3.0).extremes(), Some((3.0, 3.0)));
        assert_eq!(Series::measured(Values::Constant(Point::NO_DATA)).extremes(), None);
        let two_gaps = windows([Some(1.0), None, None, Some(2.0)]);
        let of_some = [0..1, 0..2, 0..4, 3..4, 0..0, 3..5].map(|some| two_gaps.extremes_in(some));
        assert_eq!(of_some, [Some((1.0, 1.0)), None, None, Some((2.0, 2.0)), None, None]);
        assert_eq!(Values::Constant(Point::new(3.0)).extremes_in(5..9), Some((3.0, 3.0)));
    }

    #[test]
    fn the_extremes_are_those_of_the_windows_that_are_kept() {
        for (kept, extremes) in [(1, (2.0, 2.0)), (2, (2.0, 5.0)), (3, (1.0, 5.0)), (4, (1.0, 5.0))] {
            let mut measured = Measurement::Single(Series::measured(windows([1.0, 5.0, 2.0].map(Some))));
            measured.keep_last(kept);
            assert_eq!(measured.entries().next().and_then(|(_, series)| series.extremes()), Some(extremes), "{kept}");
        }
    }

    #[test]
    fn a_series_fits_a_unit_where_each_value_that_there_is_does() {
        for (values, unit, fits) in [
            (Values::Constant(Point::new(1.0)), Unit::Ratio, true),
            (Values::Constant(Point::new(1.1)), Unit::Ratio, false),
            (Values::Constant(Point::NO_DATA), Unit::Ratio, true),
            (windows([0.0, 1.0].map(Some)), Unit::Ratio, true),
            (windows([-0.1, 1.0].map(Some)), Unit::Ratio, false),
            (windows([0.0, 1.1].map(Some)), Unit::Ratio, false),
            (windows([Some(0.0), None, Some(1.0)]), Unit::Ratio, true),
            (windows([Some(0.0), None, Some(-1.0)]), Unit::Ratio, false),
            (windows([0.0, 1.0, 0.0].map(Some)), Unit::Flag, true),
            (windows([0.0, 0.5, 1.0].map(Some)), Unit::Flag, false),
            (Values::Constant(Point::new(0.5)), Unit::Flag, false),
        ] {
            assert_eq!(Series::measured(values.clone()).fits(unit), fits, "{values:?} {unit:?}");
        }
    }

    #[test]
    fn an_unlabelled_metric_stands_for_every_label() {
        let single = Measurement::Single(constant(1.0));
        let regions = labelled(&[("us", 2.0), ("eu", 3.0)]);
        let labels = join_labels([&single, &regions]);
        assert_eq!(labels, [Some("us"), Some("eu")]);
        assert!(series_for_labels(Some(&single), &labels).all(|series| series.is_some()));
        assert_eq!(join_labels([&single]), [None]);
    }

    #[test]
    fn a_label_that_a_metric_lacks_has_no_series() {
        let (a, b) = (labelled(&[("us", 1.0)]), labelled(&[("eu", 2.0), ("us", 3.0)]));
        let labels = join_labels([&a, &b]);
        assert_eq!(labels, [Some("us"), Some("eu")]);
        let value = |series: Option<&Series>| series.and_then(|series| series.at(0).get());
        assert_eq!(series_for_labels(Some(&a), &labels).map(value).collect::<Vec<_>>(), [Some(1.0), None]);
        assert!(series_for_labels(None, &labels).map(value).eq([None, None]));
        assert_eq!(series_for_labels(Some(&b), &labels).map(value).collect::<Vec<_>>(), [Some(3.0), Some(2.0)]);
    }

    #[test]
    fn the_last_windows_are_kept() {
        let mut values = Values::Windows((0..5).map(|n| Point::new(f64::from(n))).collect());
        values.keep_last(2);
        assert_eq!([values.at(0).get(), values.at(1).get(), values.at(2).get()], [Some(3.0), Some(4.0), None]);
        values.keep_last(9);
        assert_eq!(values.windows(), Some(2));
    }
}
