//! A condition on one series: in each window a value, which may be one of several windows, beside its limit.
//!
//! Doubles decide where they surely can; where a value is too near to its limit, the exact decimals do. What is
//! unknown of a value is an interval, and decides all the same where every number in it does.

use std::{cmp::Ordering, ops::Range, time::Duration};

use super::{
    aggregate::{Aggregate, Near},
    answer::Answer,
    exact::Exact,
    limit::Limit,
    measurement::Series,
    number::{Cause, Finite, Point},
    persistence::windows_to_cover,
    snapshot::Quotient,
    table::{Condition, Measure, Metric, MetricId},
    trace::Compared,
};

/// The windows that a rule looks at, by their place: some windows in a row, or those of them that have data.
#[derive(Clone, Debug)]
pub(super) struct WindowView {
    /// The first window.
    pub(super) first: usize,
    /// How many windows there are, from the first; at least one.
    pub(super) count: usize,
    /// Of those the ones that are kept, where some are taken out; ascending, at least one.
    pub(super) kept: Option<Vec<usize>>,
    /// The width of a window.
    pub(super) width: Duration,
}

impl WindowView {
    /// How many places it has.
    pub(super) fn len(&self) -> usize {
        self.kept.as_ref().map_or(self.count, Vec::len)
    }

    /// The window at a place.
    pub(super) fn window(&self, place: usize) -> usize {
        match &self.kept {
            None => self.first + place,
            Some(kept) => kept.get(place).copied().unwrap_or(usize::MAX),
        }
    }

    /// The places of the windows of which the value at a place is made; `None` where they are too few.
    fn behind(&self, measure: Measure, place: usize) -> Option<Range<usize>> {
        match measure {
            Measure::Window => Some(place..place + 1),
            Measure::Whole(Aggregate::Last) => Some(self.len().saturating_sub(1)..self.len()),
            Measure::Whole(_) => Some(0..self.len()),
            Measure::Sliding(_, over) => Some((place + 1).checked_sub(windows_to_cover(over, self.width))?..place + 1),
        }
    }
}

/// One condition on one series.
pub(super) struct Comparison<'a> {
    condition: &'a Condition,
    metric: &'a Metric,
    is_labelled: bool,
    value: Side<'a>,
    limit: Side<'a>,
    view: &'a WindowView,
}

/// What is read of a series, and of the limit beside it.
struct Side<'a> {
    source: SideSource<'a>,
    measure: Measure,
    /// By place in the view, where a value is made of several windows; empty where it is of one.
    made: Vec<Option<Span>>,
}

enum SideSource<'a> {
    /// A metric's values; `None` where it lacks the label.
    Series { series: Option<&'a Series>, parts: Option<Quotient<'a>>, is_total: bool, bounds: (f64, f64) },
    /// The same limit in every window.
    Fixed(Finite),
    /// A limit that moves with the baseline; `None` where there is none for the label.
    Moving { baseline: Option<&'a Series>, percent: Finite, offset: Finite },
}

/// Between which doubles a value is.
#[derive(Clone, Copy)]
struct Span {
    low: Near,
    high: Near,
}

/// Which end of an interval.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Low,
    High,
}

/// What of a metric is compared at one label.
pub(super) struct Subject<'a> {
    pub(super) condition: &'a Condition,
    pub(super) metric: &'a Metric,
    /// `None` where the metric lacks the label.
    pub(super) series: Option<&'a Series>,
    /// Whether the metric has labels at all: one without stands for each.
    pub(super) is_labelled: bool,
    /// The parts of a derived metric.
    pub(super) parts: Option<Quotient<'a>>,
    pub(super) limit: Limit,
    pub(super) baseline: Option<&'a Series>,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(subject: Subject<'a>, view: &'a WindowView) -> Self {
        let Subject { condition, metric, series, is_labelled, parts, limit, baseline } = subject;
        let is_total = condition.measure.aggregate() == Some(Aggregate::Total);
        let is_derived = series.is_some_and(Series::is_derived);
        let parts = parts.filter(|_| is_derived);
        let is_total = is_total && parts.is_some();
        let limit = match limit {
            Limit::Fixed(limit) => SideSource::Fixed(limit),
            Limit::Baseline { percent, offset } => SideSource::Moving { baseline, percent, offset },
            // Such a rule is not evaluated.
            Limit::Unset => SideSource::Moving { baseline: None, percent: Finite::ZERO, offset: Finite::ZERO },
        };
        // The quotient of sums meets the mean of its limits.
        let limit_measure = match (condition.measure, is_total) {
            (Measure::Whole(_), true) => Measure::Whole(Aggregate::Mean),
            (Measure::Sliding(_, over), true) => Measure::Sliding(Aggregate::Mean, over),
            (measure, _) => measure,
        };
        let value = SideSource::Series { series, parts, is_total, bounds: metric.range };
        Self {
            condition,
            metric,
            is_labelled,
            value: Side::new(value, condition.measure, view),
            limit: Side::new(limit, limit_measure, view),
            view,
        }
    }

    pub(super) fn condition(&self) -> &'a Condition {
        self.condition
    }

    /// What is measured at a window, by its place in the view.
    pub(super) fn point(&self, place: usize) -> Point {
        match &self.value.source {
            SideSource::Series { series: Some(series), .. } => series.at(self.view.window(place)),
            _ => Point::no_data(Cause::NoSeries),
        }
    }

    /// Whether the limit at a window has data.
    pub(super) fn has_limit(&self, place: usize) -> bool {
        self.limit.at(place, self.view).is_some()
    }

    /// The lowest and the highest value, where each window that is looked at has one of its own, there is one limit,
    /// and the comparison has a side.
    pub(super) fn extremes(&self) -> Option<(f64, f64)> {
        match (&self.value.source, &self.limit.source, self.condition.measure) {
            (SideSource::Series { series: Some(series), .. }, SideSource::Fixed(_), Measure::Window)
                if self.condition.comparator.side().is_some() =>
            {
                let WindowView { first, count, .. } = *self.view;
                if series.values().windows().is_none_or(|windows| windows == count) {
                    return series.extremes();
                }
                series.values().extremes_in(first..first + count)
            }
            _ => None,
        }
    }

    /// Whether the comparison holds at a window.
    pub(super) fn holds(&self, place: usize) -> Answer {
        let (Some(value), Some(limit)) = (self.value.at(place, self.view), self.limit.at(place, self.view)) else {
            return Answer::Unknown;
        };
        let comparator = self.condition.comparator;
        let low = self.order(place, End::Low, value.low, limit.low);
        if value.low == value.high {
            return comparator.accepts(low).into();
        }
        let high = self.order(place, End::High, value.high, limit.low);
        let possible = [Ordering::Less, Ordering::Equal, Ordering::Greater].into_iter();
        let mut answers = possible.filter(|order| (low..=high).contains(order)).map(|order| comparator.accepts(order));
        let first = answers.next().unwrap_or_default();
        if answers.all(|answer| answer == first) { first.into() } else { Answer::Unknown }
    }

    /// How one end of a value stands to its limit.
    fn order(&self, place: usize, end: End, value: Near, limit: Near) -> Ordering {
        value.against(limit).unwrap_or_else(|| {
            self.value.exact(place, end, self.view).cmp(&self.limit.exact(place, End::Low, self.view))
        })
    }

    /// The value and the limit at a window that is decided: of an interval, the end nearest to the limit. `None`
    /// where one of them is unknown, or it is not decided.
    pub(super) fn pair(&self, place: usize) -> Option<(f64, f64)> {
        let (value, limit) = (self.value.at(place, self.view)?, self.limit.at(place, self.view)?);
        if self.holds(place) == Answer::Unknown {
            return None;
        }
        let end = self.nearest_end(place, value, limit);
        let shown = |side: &Side<'_>, near: Near, end| {
            if near.error == 0.0 { near.value } else { side.exact(place, end, self.view).nearest() }
        };
        let near = if end == End::Low { value.low } else { value.high };
        Some((shown(&self.value, near, end), shown(&self.limit, limit.low, End::Low)))
    }

    fn nearest_end(&self, place: usize, value: Span, limit: Span) -> End {
        if value.low == value.high || self.order(place, End::Low, value.low, limit.low) != Ordering::Less {
            End::Low
        } else {
            End::High
        }
    }

    /// Everything there is to see of a window.
    pub(super) fn compared(&self, place: usize) -> Compared {
        let ends = self.value.at(place, self.view).map(|span| {
            let shown = |near: Near, end| {
                let is_sure = near.error == 0.0 || near.value.is_infinite();
                if is_sure { near.value } else { self.value.exact(place, end, self.view).nearest() }
            };
            (shown(span.low, End::Low), shown(span.high, End::High))
        });
        let limit = self.limit.at(place, self.view).map(|span| {
            if span.low.error == 0.0 { span.low.value } else { self.limit.exact(place, End::Low, self.view).nearest() }
        });
        let value = match ends {
            Some((low, high)) if low == high => Some(low),
            ends => ends.and(self.pair(place).map(|(value, _)| value)),
        };
        Compared { value, between: ends.filter(|(low, high)| low != high), limit, holds: self.holds(place) }
    }

    /// Which of two windows is farther past its limit to the side of `towards`, or, without a side, farther from it.
    /// Both must be decided.
    pub(super) fn farther(&self, towards: Option<Ordering>, a: usize, b: usize) -> Ordering {
        let near = |place| {
            let (value, limit) = (self.value.at(place, self.view)?, self.limit.at(place, self.view)?);
            let end = self.nearest_end(place, value, limit);
            Some((end, if end == End::Low { value.low } else { value.high }, limit.low))
        };
        let (Some((end_a, value_a, limit_a)), Some((end_b, value_b, limit_b))) = (near(a), near(b)) else {
            return Ordering::Equal;
        };
        let is_fixed = matches!(self.limit.source, SideSource::Fixed(_)) && limit_a == limit_b;
        let oriented = |order: Ordering| if towards == Some(Ordering::Less) { order.reverse() } else { order };
        if let (true, Some(_)) = (is_fixed, towards) {
            // With one limit the values decide.
            let exact = |place, end| self.value.exact(place, end, self.view);
            return oriented(value_a.against(value_b).unwrap_or_else(|| exact(a, end_a).cmp(&exact(b, end_b))));
        }
        let distance = |value: Near, limit: Near| {
            let error = value.error + limit.error + f64::EPSILON * (value.value.abs() + limit.value.abs());
            let distance = value.value - limit.value;
            Near { value: if towards.is_some() { distance } else { distance.abs() }, error }
        };
        let exact = |place, end| {
            let exact = self.value.exact(place, end, self.view).minus(&self.limit.exact(place, End::Low, self.view));
            if towards.is_some() { exact } else { exact.abs() }
        };
        let near = distance(value_a, limit_a).against(distance(value_b, limit_b));
        oriented(near.unwrap_or_else(|| exact(a, end_a).cmp(&exact(b, end_b))))
    }

    pub(super) fn metric(&self) -> &'a Metric {
        self.metric
    }

    /// Whether its metric has labels.
    pub(super) fn is_labelled(&self) -> bool {
        self.is_labelled
    }

    /// Whether its values are quotients.
    pub(super) fn is_derived(&self) -> bool {
        matches!(self.value.source, SideSource::Series { parts: Some(_), .. })
    }

    /// The places of the windows of which the value at a place is made.
    pub(super) fn places_behind(&self, place: usize) -> Range<usize> {
        self.view.behind(self.condition.measure, place).unwrap_or_default()
    }

    /// Whether the limit of one window has data.
    pub(super) fn has_limit_of_window(&self, place: usize) -> bool {
        self.limit.source.near(self.view.window(place)).is_some()
    }

    /// Whether its limit moves with the baseline.
    pub(super) fn moves(&self) -> bool {
        matches!(self.limit.source, SideSource::Moving { .. })
    }

    /// The parts of the quotient that have no data in a window.
    pub(super) fn parts_without_data(&self, place: usize) -> Vec<MetricId> {
        let SideSource::Series { parts: Some(parts), .. } = &self.value.source else { return Vec::new() };
        let window = self.view.window(place);
        let lacks = |(id, series): (MetricId, Option<&Series>)| {
            let has_data = series.is_some_and(|series| series.at(window).get().is_some());
            (!has_data).then_some(id)
        };
        let mut without: Vec<MetricId> = Vec::new();
        for id in parts.parts().filter_map(lacks) {
            if !without.contains(&id) {
                without.push(id);
            }
        }
        without
    }
}

impl<'a> Side<'a> {
    fn new(source: SideSource<'a>, measure: Measure, view: &WindowView) -> Self {
        let places = match (measure, &source) {
            (Measure::Window, _) | (_, SideSource::Fixed(_)) => 0,
            (Measure::Whole(_), _) => 1,
            (Measure::Sliding(..), _) => view.len(),
        };
        let made = (0..places).map(|place| source.made_of(measure.aggregate()?, view, view.behind(measure, place)?));
        Self { made: made.collect(), source, measure }
    }

    /// The value at a place of the view; `None` where nothing is known of it.
    fn at(&self, place: usize, view: &WindowView) -> Option<Span> {
        match (&self.source, self.measure) {
            (SideSource::Fixed(limit), _) => Some(Span::of(Near::exactly(limit.get()))),
            (source, Measure::Window) => source.near(view.window(place)).map(Span::of),
            (_, Measure::Whole(_)) => self.made.first().copied().flatten(),
            (_, Measure::Sliding(..)) => self.made.get(place).copied().flatten(),
        }
    }

    /// The same exactly, of one that is known and finite.
    fn exact(&self, place: usize, end: End, view: &WindowView) -> Exact {
        let places = view.behind(self.measure, place).unwrap_or_default();
        match (&self.source, self.measure.aggregate()) {
            (SideSource::Fixed(limit), _) => Exact::new(limit.get()),
            (source, None) => source.exact(view.window(place), end),
            (SideSource::Series { parts: Some(parts), is_total: true, .. }, _) => {
                let total = parts.exact(&places.map(|place| view.window(place)));
                self.source.clamped(total.unwrap_or_else(|_| Exact::zero()))
            }
            (source, Some(aggregate)) => aggregate.of_exact(places.map(|place| source.exact(view.window(place), end))),
        }
    }
}

impl SideSource<'_> {
    /// The value of one window; `None` where it is not known.
    fn near(&self, window: usize) -> Option<Near> {
        match self {
            Self::Series { series, .. } => {
                let (series, value) = (*series, series.and_then(|series| series.at(window).get())?);
                // The nearest double is at most half a unit in the last place away.
                let error = if series.is_some_and(Series::is_derived) { f64::EPSILON * value.abs() } else { 0.0 };
                Some(Near { value, error })
            }
            Self::Fixed(limit) => Some(Near::exactly(limit.get())),
            Self::Moving { baseline, percent, offset } => {
                let baseline = baseline.and_then(|baseline| baseline.at(window).get())?;
                if percent.get() == 0.0 && offset.get() == 0.0 {
                    return Some(Near::exactly(baseline));
                }
                let value = baseline + baseline.abs() * percent.get() / 100.0 + offset.get();
                let size = baseline.abs() * (1.0 + percent.get().abs() / 100.0) + offset.get().abs();
                Some(Near { value, error: 8.0 * f64::EPSILON * size })
            }
        }
    }

    /// The value of one window exactly; of an unknown one, an end of what it can be.
    fn exact(&self, window: usize, end: End) -> Exact {
        match self {
            Self::Series { series, bounds, .. } => match series.and_then(|series| series.at(window).get()) {
                None => Exact::new(if end == End::Low { bounds.0 } else { bounds.1 }),
                Some(value) => self.quotient(window).unwrap_or_else(|| Exact::new(value)),
            },
            Self::Fixed(limit) => Exact::new(limit.get()),
            Self::Moving { baseline, percent, offset } => {
                let baseline =
                    baseline.and_then(|baseline| baseline.at(window).get()).map_or_else(Exact::zero, Exact::new);
                let moved = baseline.abs().times(&Exact::new(percent.get())).over_count(100);
                baseline.plus(&moved).plus(&Exact::new(offset.get()))
            }
        }
    }

    /// The quotient of a derived metric in one window.
    fn quotient(&self, window: usize) -> Option<Exact> {
        match self {
            Self::Series { parts: Some(parts), .. } => {
                parts.exact(&std::iter::once(window)).ok().map(|exact| self.clamped(exact))
            }
            _ => None,
        }
    }

    /// What is beyond the range of the metric, and was let through, is the end of the range.
    fn clamped(&self, exact: Exact) -> Exact {
        match self {
            Self::Series { bounds, .. } => exact.clamp(Exact::new(bounds.0), Exact::new(bounds.1)),
            _ => exact,
        }
    }

    /// One value of several windows; `None` where nothing is known of it.
    fn made_of(&self, aggregate: Aggregate, view: &WindowView, places: Range<usize>) -> Option<Span> {
        let windows = places.map(|place| view.window(place));
        if let Self::Series { series, parts: Some(parts), is_total: true, .. } = self {
            // A window may add 0 to both sums; one that has too few samples may not be counted.
            let is_left_out = |cause| !matches!(cause, Cause::ZeroDenominator | Cause::OutOfRange);
            let mut causes = windows.clone().filter_map(|window| series.as_ref()?.at(window).cause());
            if causes.any(is_left_out) {
                return None;
            }
            let value = parts.metric.admit(parts.near(&windows).ok()?)?;
            return Some(Span::of(Near { value, error: f64::EPSILON * value.abs() }));
        }
        let (mut known, mut errors, all) = (0, 0.0_f64, windows.len());
        for near in windows.clone().filter_map(|window| self.near(window)) {
            known += 1;
            errors = errors.max(near.error);
        }
        let of = |filling: f64| {
            let values = windows.clone().map(|window| self.near(window).map_or(filling, |near| near.value));
            aggregate.of_near(values, errors)
        };
        match self {
            _ if known == all => Some(Span::of(of(0.0))),
            Self::Series { bounds, .. } if known > 0 => {
                Some(Span { low: of(unbounded(bounds.0)), high: of(unbounded(bounds.1)) })
            }
            // A limit that is not known decides nothing.
            _ => None,
        }
    }
}

/// The largest double stands for no bound at all.
fn unbounded(bound: f64) -> f64 {
    if bound.abs() == f64::MAX { bound * 2.0 } else { bound }
}

impl Span {
    fn of(near: Near) -> Self {
        Self { low: near, high: near }
    }
}
