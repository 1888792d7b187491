//! The series of one metric, and how series of several metrics are joined by label.

use std::{collections::HashMap, ops::Range};

use super::{
    number::{Cause, Point},
    table::Metric,
    unit::Unit,
};

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

/// One series.
#[derive(Clone, Debug)]
pub struct Series {
    values: Values,
    extremes: Option<(f64, f64)>,
    is_derived: bool,
}

impl Series {
    /// A series as measured.
    #[must_use]
    pub fn measured(values: Values) -> Self {
        Self { extremes: values.extremes(), values, is_derived: false }
    }

    /// A series of quotients: each value is the double nearest to the exact one.
    #[must_use]
    pub fn derived(values: Values) -> Self {
        Self { is_derived: true, ..Self::measured(values) }
    }

    /// One without data in any window.
    #[must_use]
    pub fn no_data(cause: Cause) -> Self {
        Self::measured(Values::Constant(Point::no_data(cause)))
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

    /// Whether it was made from the parts of its metric.
    #[must_use]
    pub fn is_derived(&self) -> bool {
        self.is_derived
    }

    /// Whether every value that there is can be one of `metric`, without being clamped.
    #[must_use]
    pub fn fits(&self, metric: &Metric) -> bool {
        let (lowest, highest) = metric.range;
        let is_flag = metric.unit == Unit::Flag;
        let fits = |value: f64| (lowest..=highest).contains(&value) && (!is_flag || metric.unit.contains(value));
        let has_place = |point: &Point| point.get().is_none_or(fits);
        match (self.extremes, &self.values) {
            // Every other unit is a range.
            (Some((least, most)), _) if !is_flag => fits(least) && fits(most),
            (_, Values::Constant(point)) => has_place(point),
            (_, Values::Windows(points)) => points.iter().all(has_place),
        }
    }

    /// With every point as `change` makes it.
    fn change(&mut self, change: impl Fn(Point) -> Point) {
        match &mut self.values {
            Values::Constant(point) => *point = change(*point),
            Values::Windows(points) => points.iter_mut().for_each(|point| *point = change(*point)),
        }
        self.extremes = self.values.extremes();
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

    /// With `value` where nothing was measured.
    pub fn fill(&mut self, value: f64) {
        let fill = |point: Point| match point.cause() {
            Some(Cause::NotMeasured) => Point::new(value),
            _ => point,
        };
        match self {
            Self::Single(series) => series.change(fill),
            Self::Labelled(series) => series.iter_mut().for_each(|(_, series)| series.change(fill)),
        }
    }

    /// With `series` for each of `labels`, none of which it has yet; none where it has no labels.
    pub fn add<'l>(&mut self, labels: impl IntoIterator<Item = &'l str>, series: &Series) {
        if let Self::Labelled(labelled) = self {
            labelled.extend(labels.into_iter().map(|label| (label.to_owned(), series.clone())));
        }
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
