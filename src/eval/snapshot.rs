//! What was measured, ready to be judged: windows that are left out are gone, lengths agree, what must be there and is
//! not is without data, derived metrics are worked out, windows with too few samples are no data.

use std::{collections::HashSet, time::Duration};

use super::{
    exact::Exact,
    measurement::{Measurement, Series, Values, join_labels, series_for_labels},
    number::{Cause, Point},
    persistence::windows_to_cover,
    table::{Derived, Metric, MetricId, Pipeline, Rule, Samples, StageRules},
    unit::Unit,
};

/// The values as a file gives them, before anything is made of them. Every value is one that its metric admits; what
/// was none is no data, and says so.
#[derive(Clone, Debug)]
pub struct Measured {
    /// The width of one window, more than zero.
    pub window: Duration,
    /// One entry for each of [`Pipeline::metrics`]; `None` where the file lacks it, as is one left out.
    pub metrics: Vec<Option<Measurement>>,
    /// The same for baselines.
    pub baseline: Vec<Option<Measurement>>,
}

/// Which windows are left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cut {
    /// How many windows open before the stage was entered and warm.
    pub before_entry: usize,
    /// Of the others only the last are kept, as many as cover this.
    pub last: Option<Duration>,
}

/// How many windows were left out before the first one judged, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// They open before the stage was entered and warm.
    pub before_entry: usize,
    /// They come before the last windows that were asked for.
    pub before_last: usize,
}

impl LeftOut {
    /// How many there are.
    #[must_use]
    pub fn windows(self) -> usize {
        self.before_entry + self.before_last
    }

    /// How many for each reason that there is.
    pub fn why(self) -> impl Iterator<Item = (usize, &'static str)> {
        let why = [
            (self.before_entry, "before the stage was entered and warm"),
            (self.before_last, "before the last ones asked for"),
        ];
        why.into_iter().filter(|(windows, _)| *windows > 0)
    }
}

/// A snapshot that a stage can judge.
#[derive(Clone, Debug)]
pub struct Snapshot {
    windows: usize,
    left_out: LeftOut,
    window: Duration,
    metrics: Vec<Option<Measurement>>,
    baseline: Vec<Option<Measurement>>,
}

/// What was made of the values.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// What is judged.
    pub snapshot: Snapshot,
    /// The same with every window, where some are left out.
    pub whole: Option<Snapshot>,
    /// What is wrong with the values all the same. What it is about is without data.
    pub faults: Vec<SnapshotFault>,
    /// Whether something is wrong with the snapshot: with these values, or with others that were never read.
    pub is_faulty: bool,
}

/// Where a value stands: under `metrics` or under `baseline`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// What was measured.
    Metrics,
    /// What it is compared with.
    Baseline,
}

/// What is wrong with values.
#[derive(Clone, Debug, PartialEq)]
pub enum SnapshotFault {
    /// Arrays of different lengths: every one with its length, in table order, metrics before baselines.
    UnequalLengths(Vec<SeriesLength>),
    /// Arrays without a single window.
    NoWindows,
    /// All windows, so many, are left out.
    NothingLeft(usize),
    /// A required metric is not there.
    Missing {
        /// The metric.
        metric: MetricId,
        /// Of a derived metric that could be given by its parts, the parts that are not there either.
        missing_parts: Vec<MetricId>,
    },
    /// The quotient of a derived metric is outside the metric's range.
    QuotientOutOfRange {
        /// Of the metric's values or of its baseline's.
        section: Section,
        /// The derived metric.
        metric: MetricId,
        /// The series.
        label: Option<String>,
        /// The first such window, counted in the file.
        window: usize,
        /// The double nearest to its quotient.
        quotient: f64,
        /// In how many windows it is so.
        windows: usize,
    },
}

impl SnapshotFault {
    /// Whether only some values are wrong, which are without data then, and the rest can be judged.
    #[must_use]
    pub fn is_of_values(&self) -> bool {
        match self {
            Self::Missing { .. } | Self::QuotientOutOfRange { .. } => true,
            Self::UnequalLengths(_) | Self::NoWindows | Self::NothingLeft(_) => false,
        }
    }
}

/// The length of one array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeriesLength {
    /// Under `metrics` or `baseline`.
    pub section: Section,
    /// The metric.
    pub metric: MetricId,
    /// The series.
    pub label: Option<String>,
    /// How many windows it has.
    pub windows: usize,
}

impl Snapshot {
    /// Makes `measured` ready for `stage`, without the windows that `cut` leaves out.
    ///
    /// # Errors
    /// What keeps the values from being judged at all, and everything else that is wrong with them.
    pub fn prepare(stage: StageRules<'_>, measured: Measured, cut: Cut) -> Result<Prepared, Vec<SnapshotFault>> {
        let Measured { window, mut metrics, mut baseline } = measured;
        // Before what is missing is made: a default is for a window without data, not for a metric that is not there.
        fill(stage.pipeline(), &mut metrics);
        fill(stage.pipeline(), &mut baseline);
        let mut faults = find_missing(stage, &mut metrics);
        let all = match common_length(&metrics, &baseline) {
            Ok(windows) => windows,
            Err(fault) => {
                faults.push(fault);
                return Err(faults);
            }
        };
        let entered = all.saturating_sub(cut.before_entry);
        let kept = cut.last.map_or(entered, |last| entered.min(windows_to_cover(last, window)));
        if kept == 0 {
            faults.push(SnapshotFault::NothingLeft(all));
            return Err(faults);
        }
        let left_out = LeftOut { before_entry: all - entered, before_last: entered - kept };
        let snapshot = |windows, left_out, metrics, baseline| Self { windows, left_out, window, metrics, baseline };
        let whole = (kept < all).then(|| {
            // What is wrong in windows that are left out is not asked.
            let mut whole = snapshot(all, LeftOut::default(), metrics.clone(), baseline.clone());
            whole.complete(stage.pipeline(), &mut Vec::new());
            whole
        });
        let mut snapshot = snapshot(kept, left_out, metrics, baseline);
        snapshot.metrics.iter_mut().chain(&mut snapshot.baseline).flatten().for_each(|each| each.keep_last(kept));
        snapshot.complete(stage.pipeline(), &mut faults);
        Ok(Prepared { snapshot, whole, is_faulty: !faults.is_empty(), faults })
    }

    /// How many windows are judged; at least 1.
    #[must_use]
    pub fn windows(&self) -> usize {
        self.windows
    }

    /// How many windows of the file come before the first one judged, and why.
    #[must_use]
    pub fn left_out(&self) -> LeftOut {
        self.left_out
    }

    /// The width of one window.
    #[must_use]
    pub fn window(&self) -> Duration {
        self.window
    }

    /// Everything that was measured, by [`MetricId`].
    pub(super) fn metrics(&self) -> &[Option<Measurement>] {
        &self.metrics
    }

    /// What was measured of a metric; `None` where the snapshot lacks it.
    #[must_use]
    pub fn metric(&self, id: MetricId) -> Option<&Measurement> {
        self.metrics.get(id.0)?.as_ref()
    }

    /// The baseline of a metric; `None` where the snapshot lacks it.
    #[must_use]
    pub fn baseline(&self, id: MetricId) -> Option<&Measurement> {
        self.baseline.get(id.0)?.as_ref()
    }

    /// Derived metrics, expected series and samples.
    fn complete(&mut self, pipeline: &Pipeline, faults: &mut Vec<SnapshotFault>) {
        let deriver = Deriver { pipeline, windows: self.windows, left_out: self.left_out.windows() };
        deriver.derive_all(Section::Baseline, &mut self.baseline, faults);
        let expected = ExpectedLabels::new(pipeline, &self.metrics);
        let metrics = || (0..).map(MetricId).zip(&pipeline.metrics);
        // A part that has a default has it for a label that is absent, too. Without one, a label that no part has is
        // none of the quotient's.
        for (id, metric) in metrics().filter(|(_, metric)| metric.default.is_some()) {
            expected.complete(id, metric, &mut self.metrics, &self.baseline);
        }
        deriver.derive_all(Section::Metrics, &mut self.metrics, faults);
        for (id, metric) in metrics() {
            expected.complete(id, metric, &mut self.metrics, &self.baseline);
        }
    }
}

fn fill(pipeline: &Pipeline, measurements: &mut [Option<Measurement>]) {
    for (metric, measurement) in pipeline.metrics.iter().zip(measurements) {
        if let (Some(default), Some(measurement)) = (metric.default, measurement) {
            measurement.fill(default.get());
        }
    }
}

/// The one length of all arrays; 1 where there are only plain numbers.
fn common_length(metrics: &[Option<Measurement>], baseline: &[Option<Measurement>]) -> Result<usize, SnapshotFault> {
    let lengths = || {
        let of = |section, measurements| {
            (0..).map(MetricId).zip(measurements).flat_map(move |(metric, measurement): (_, &Option<Measurement>)| {
                measurement
                    .iter()
                    .flat_map(Measurement::entries)
                    .filter_map(move |(label, series)| Some((section, metric, label, series.values().windows()?)))
            })
        };
        of(Section::Metrics, metrics).chain(of(Section::Baseline, baseline))
    };
    // A snapshot of plain numbers has one window, whatever its baseline looks like.
    let windows = match lengths().next() {
        Some((Section::Metrics, .., windows)) => windows,
        Some((Section::Baseline, ..)) | None => 1,
    };
    if lengths().any(|(.., length)| length != windows) {
        let lengths = lengths().map(|(section, metric, label, windows)| SeriesLength {
            section,
            metric,
            label: label.map(str::to_owned),
            windows,
        });
        return Err(SnapshotFault::UnequalLengths(lengths.collect()));
    }
    if windows == 0 { Err(SnapshotFault::NoWindows) } else { Ok(windows) }
}

/// For each metric, whether the snapshot has it, whole or by its parts.
fn available(pipeline: &Pipeline, metrics: &[Option<Measurement>]) -> Vec<bool> {
    let mut available: Vec<bool> = metrics.iter().map(Option::is_some).collect();
    for id in &pipeline.order {
        let derived = pipeline.metric(*id).and_then(|metric| metric.derived.as_ref());
        let by_parts = derived.is_some_and(|derived| derived.parts().all(|part| is_set(&available, part)));
        set(&mut available, *id, by_parts);
    }
    available
}

/// Reports what the stage's rules look at, through other metrics too, and the snapshot lacks, unless it is
/// optional; it has no data in any window then. Of a baseline nothing is asked: where it is lacking, the rules on it
/// say so.
fn find_missing(stage: StageRules<'_>, metrics: &mut [Option<Measurement>]) -> Vec<SnapshotFault> {
    let pipeline = stage.pipeline();
    let available = available(pipeline, metrics);
    let mut asked = vec![false; metrics.len()];
    for id in stage.rules().flat_map(Rule::metrics) {
        set(&mut asked, id, true);
    }
    let mut missing = Vec::new();
    // Backwards: a metric is asked for by those made from it, which come after it in the order.
    for id in pipeline.order.iter().rev() {
        let Some(metric) = pipeline.metric(*id).filter(|_| is_set(&asked, *id)) else {
            continue;
        };
        let is_whole = metrics.get(id.0).is_some_and(Option::is_some);
        let parts = || metric.derived.iter().flat_map(Derived::parts);
        if is_set(&available, *id) {
            let parts = parts().filter(|_| !is_whole);
            for ingredient in parts.chain(metric.samples.iter().map(|samples| samples.metric)) {
                set(&mut asked, ingredient, true);
            }
            continue;
        }
        let mut missing_parts: Vec<_> = parts().filter(|part| !is_set(&available, *part)).collect();
        missing_parts.sort_unstable();
        missing_parts.dedup();
        if !metric.optional {
            missing.push((*id, missing_parts));
        }
    }
    missing.sort_unstable();
    for (id, missing_parts) in &missing {
        if let Some(slot) = metrics.get_mut(id.0) {
            let cause = if missing_parts.is_empty() { Cause::NotMeasured } else { Cause::PartMissing };
            *slot = Some(Measurement::Single(Series::no_data(cause)));
        }
    }
    let fault = |(metric, missing_parts)| SnapshotFault::Missing { metric, missing_parts };
    missing.into_iter().map(fault).collect()
}

fn is_set(flags: &[bool], id: MetricId) -> bool {
    flags.get(id.0).copied().unwrap_or(false)
}

fn set(flags: &mut [bool], id: MetricId, value: bool) {
    if let Some(flag) = flags.get_mut(id.0) {
        *flag |= value;
    }
}

/// The labels that each metric is expected to have.
struct ExpectedLabels {
    /// Of each metric the labels that were measured of it, or of what it is made from, in order.
    measured: Vec<Vec<String>>,
}

impl ExpectedLabels {
    fn new(pipeline: &Pipeline, metrics: &[Option<Measurement>]) -> Self {
        let own = |measurement: &Option<Measurement>| {
            measurement.iter().flat_map(Measurement::labels).map(str::to_owned).collect()
        };
        let mut measured: Vec<Vec<String>> = metrics.iter().map(own).collect();
        for id in &pipeline.order {
            let derived = pipeline.metric(*id).and_then(|metric| metric.derived.as_ref());
            if let Some(derived) = derived.filter(|_| metrics.get(id.0).is_some_and(Option::is_none)) {
                let of_parts = derived.parts().filter_map(|part| measured.get(part.0)).flatten();
                let mut seen = HashSet::new();
                let labels = of_parts.filter(|label| seen.insert(*label)).cloned().collect();
                if let Some(slot) = measured.get_mut(id.0) {
                    *slot = labels;
                }
            }
        }
        Self { measured }
    }

    /// Adds the series that `metric` lacks: those it declares, or else each label of each metric with which it shares
    /// one, and those of its own baseline.
    fn complete(
        &self,
        id: MetricId,
        metric: &Metric,
        metrics: &mut [Option<Measurement>],
        baseline: &[Option<Measurement>],
    ) {
        let Some(Some(measurement @ Measurement::Labelled(_))) = metrics.get_mut(id.0) else { return };
        let own: HashSet<&str> = self.measured.get(id.0).into_iter().flatten().map(String::as_str).collect();
        let mut expected: Vec<&str> = metric.series.iter().map(String::as_str).collect();
        if expected.is_empty() {
            let shares = |labels: &&Vec<String>| labels.iter().any(|label| own.contains(label.as_str()));
            expected.extend(self.measured.iter().filter(shares).flatten().map(String::as_str));
            expected.extend(baseline.get(id.0).into_iter().flatten().flat_map(Measurement::labels));
        }
        let mut seen: HashSet<String> = measurement.labels().map(str::to_owned).collect();
        let absent: Vec<&str> = expected.into_iter().filter(|label| seen.insert((*label).to_owned())).collect();
        if !absent.is_empty() {
            let series = match metric.default {
                Some(default) => Series::measured(Values::Constant(Point::new(default.get()))),
                None => Series::no_data(Cause::NoSeries),
            };
            measurement.add(absent, &series);
        }
    }
}

/// Makes derived metrics and applies samples.
struct Deriver<'t> {
    pipeline: &'t Pipeline,
    windows: usize,
    left_out: usize,
}

impl Deriver<'_> {
    /// Fills every entry that its parts can give, and takes out the windows with too few samples: in the order of what
    /// is made of what, so that nothing is made of a window that was taken out.
    fn derive_all(&self, section: Section, measurements: &mut [Option<Measurement>], faults: &mut Vec<SnapshotFault>) {
        for id in &self.pipeline.order {
            let Some(metric) = self.pipeline.metric(*id) else { continue };
            let Some(whole) = measurements.get_mut(id.0).map(Option::take) else { continue };
            let whole = whole.or_else(|| self.derive(section, *id, metric, measurements, faults));
            let made = match (whole, metric.samples, section) {
                (Some(whole), Some(samples), Section::Metrics) => {
                    let counter = measurements.get(samples.metric.0).and_then(Option::as_ref);
                    Some(self.with_enough_samples(&whole, counter, samples))
                }
                (whole, ..) => whole,
            };
            if let Some(slot) = measurements.get_mut(id.0) {
                *slot = made;
            }
        }
    }

    /// sum(of) / sum(to) for every label of the parts; `None` if a part is not there.
    fn derive(
        &self,
        section: Section,
        id: MetricId,
        metric: &Metric,
        measurements: &[Option<Measurement>],
        faults: &mut Vec<SnapshotFault>,
    ) -> Option<Measurement> {
        let parts = metric.derived.iter().flat_map(Derived::parts);
        let parts: Option<Vec<&Measurement>> = parts.map(|part| measurements.get(part.0)?.as_ref()).collect();
        let labels = join_labels(parts?);
        let quotients = Quotient::for_labels(metric, measurements, &labels)?;
        let made = labels.iter().zip(quotients).map(|(label, quotient)| {
            let (values, outside) = quotient.values(self.windows);
            if let Some((window, first)) = outside.first() {
                faults.push(SnapshotFault::QuotientOutOfRange {
                    section,
                    metric: id,
                    label: label.map(str::to_owned),
                    window: window + self.left_out,
                    quotient: *first,
                    windows: outside.len(),
                });
            }
            (*label, Series::derived(values))
        });
        Some(measurement(made.collect()))
    }

    /// `whole`, without the windows for which `counter` has too few samples, no data or no label; without all of them
    /// where nobody counted.
    fn with_enough_samples(&self, whole: &Measurement, counter: Option<&Measurement>, samples: Samples) -> Measurement {
        let labels = match whole {
            Measurement::Labelled(_) => join_labels([whole]),
            Measurement::Single(_) => join_labels(counter),
        };
        let counts = series_for_labels(counter, &labels);
        let series = labels.iter().zip(series_for_labels(Some(whole), &labels)).zip(counts);
        let series = series.map(|((label, series), counts)| {
            let few_in_total = samples.total.is_some_and(|total| self.count(counts) < Exact::new(total.get()));
            let cause = |window: usize| {
                let count = counts.and_then(|counts| counts.at(window).get());
                match (samples.min, count) {
                    (Some(_), None) => Some(Cause::PartMissing),
                    (Some(min), Some(count)) if count < min.get() => Some(Cause::FewSamples),
                    _ => few_in_total.then_some(Cause::FewSamplesInTotal),
                }
            };
            let value = |window: usize| {
                let point = series.map_or(Point::NO_DATA, |series| series.at(window));
                // What is without data for another cause says that.
                match (cause(window), point.cause()) {
                    (Some(cause), None | Some(Cause::NotMeasured)) => Point::no_data(cause),
                    _ => point,
                }
            };
            let values = Values::Windows((0..self.windows).map(value).collect());
            let is_derived = series.is_some_and(Series::is_derived);
            (*label, if is_derived { Series::derived(values) } else { Series::measured(values) })
        });
        measurement(series.collect())
    }

    /// How many samples all windows have that were counted.
    fn count(&self, counts: Option<&Series>) -> Exact {
        let known = (0..self.windows).filter_map(|window| counts?.at(window).get());
        Exact::sum(known.map(Exact::new))
    }
}

/// A measurement of series with the labels of [`join_labels`].
fn measurement(series: Vec<(Option<&str>, Series)>) -> Measurement {
    let mut labelled = Vec::with_capacity(series.len());
    for (label, series) in series {
        match label {
            None => return Measurement::Single(series),
            Some(label) => labelled.push((label.to_owned(), series)),
        }
    }
    Measurement::Labelled(labelled)
}

/// sum(of) / sum(to) of one label, times 100 in percent; a part is `None` where it lacks the label.
#[derive(Clone)]
pub(super) struct Quotient<'a> {
    pub(super) of: Vec<Option<&'a Series>>,
    pub(super) to: Vec<Option<&'a Series>>,
    pub(super) metric: &'a Metric,
}

impl<'a> Quotient<'a> {
    /// The quotients of `metric` for each of `labels`; `None` where it is not derived.
    pub(super) fn for_labels(
        metric: &'a Metric,
        measurements: &'a [Option<Measurement>],
        labels: &[Option<&str>],
    ) -> Option<Vec<Self>> {
        let derived = metric.derived.as_ref()?;
        let side = |parts: &[MetricId]| {
            let part =
                |id: &MetricId| series_for_labels(measurements.get(id.0).and_then(Option::as_ref), labels).collect();
            parts.iter().map(part).collect::<Vec<Vec<_>>>()
        };
        let (of, to) = (side(&derived.of), side(&derived.to));
        let at = |side: &[Vec<Option<&'a Series>>], label: usize| {
            side.iter().map(|part| part.get(label).copied().flatten()).collect()
        };
        Some((0..labels.len()).map(|label| Self { of: at(&of, label), to: at(&to, label), metric }).collect())
    }

    /// The quotient of every window, each the double nearest to the exact one, and those outside the metric's range,
    /// which have no data.
    fn values(&self, windows: usize) -> (Values, Vec<(usize, f64)>) {
        let mut outside = Vec::new();
        let points = (0..windows).map(|window| match self.near(&std::iter::once(window)) {
            Err(cause) => Point::no_data(cause),
            Ok(quotient) => match self.metric.admit(quotient) {
                Some(admitted) => Point::new(admitted),
                None => {
                    outside.push((window, quotient));
                    Point::no_data(Cause::OutOfRange)
                }
            },
        });
        (Values::Windows(points.collect()), outside)
    }

    /// The double nearest to the quotient of the sums over some windows.
    ///
    /// # Errors
    /// A part has no data in one of them, or the denominators are 0 together.
    pub(super) fn near(&self, windows: &(impl Iterator<Item = usize> + Clone)) -> Result<f64, Cause> {
        /// Up to here every whole double is exact, and so is the quotient of two of them, but for its rounding.
        const LARGEST: f64 = 9_007_199_254_740_992.0;
        let sum = |side: &[Option<&Series>]| -> Result<(f64, bool), Cause> {
            let mut points =
                windows.clone().flat_map(|window| side.iter().map(move |part| Some(part.as_ref()?.at(window))));
            points.try_fold((0.0, true), |(sum, is_whole): (f64, bool), point| {
                let value = point.and_then(Point::get).ok_or(Cause::PartMissing)?;
                Ok((sum + value, is_whole && value.fract() == 0.0 && (sum + value).abs() <= LARGEST))
            })
        };
        let ((of, of_is_whole), (to, to_is_whole)) = (sum(&self.of)?, sum(&self.to)?);
        let of = of * self.factor();
        if of_is_whole && to_is_whole && of.abs() <= LARGEST {
            return if to == 0.0 { Err(Cause::ZeroDenominator) } else { Ok(of / to) };
        }
        self.exact(windows).map(|quotient| quotient.nearest())
    }

    /// The same exactly.
    ///
    /// # Errors
    /// As of [`Self::near`].
    pub(super) fn exact(&self, windows: &(impl Iterator<Item = usize> + Clone)) -> Result<Exact, Cause> {
        let sum = |side: &[Option<&Series>]| {
            let points =
                windows.clone().flat_map(|window| side.iter().map(move |part| Some(part.as_ref()?.at(window))));
            let mut is_known = true;
            let values = points.map_while(|point| {
                let value = point.and_then(Point::get);
                is_known &= value.is_some();
                value.map(Exact::new)
            });
            let sum = Exact::sum(values);
            if is_known { Ok(sum) } else { Err(Cause::PartMissing) }
        };
        let (of, to) = (sum(&self.of)?, sum(&self.to)?);
        of.times(&Exact::new(self.factor())).over(&to).ok_or(Cause::ZeroDenominator)
    }

    /// The parts, of each its metric and its series.
    pub(super) fn parts(&self) -> impl Iterator<Item = (MetricId, Option<&'a Series>)> {
        let ids = self.metric.derived.iter().flat_map(Derived::parts);
        ids.zip(self.of.iter().chain(&self.to).copied())
    }

    fn factor(&self) -> f64 {
        if self.metric.unit == Unit::Percent { 100.0 } else { 1.0 }
    }
}
