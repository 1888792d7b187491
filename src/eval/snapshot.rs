//! What was measured, ready to be judged: lengths agree, required metrics are there, derived metrics are
//! worked out, windows with too few samples are no data.

use std::time::Duration;

use super::{
    measurement::{Measurement, Series, Values, join_labels, series_for_labels},
    number::{self, Point},
    persistence::Persistence,
    table::{Derived, Metric, MetricId, Pipeline, Rule, StageRules},
};

/// The values as a file gives them, before anything is made of them. Every value is within its unit's range.
#[derive(Clone, Debug)]
pub struct Measured {
    /// The width of one window, more than zero.
    pub window: Duration,
    /// One entry for each of [`Pipeline::metrics`]; `None` where the file lacks it, as is one left out.
    pub metrics: Vec<Option<Measurement>>,
    /// The same for baselines.
    pub baseline: Vec<Option<Measurement>>,
}

/// A snapshot that a stage can judge.
#[derive(Clone, Debug)]
pub struct Snapshot {
    windows: usize,
    skipped: usize,
    window: Duration,
    metrics: Vec<Option<Measurement>>,
    baseline: Vec<Option<Measurement>>,
}

/// Where a value stands: under `metrics` or under `baseline`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// What was measured.
    Metrics,
    /// What it is compared with.
    Baseline,
}

/// Why values cannot be judged.
#[derive(Clone, Debug, PartialEq)]
pub enum SnapshotFault {
    /// Arrays of different lengths: every one with its length, in table order, metrics before baselines.
    UnequalLengths(Vec<SeriesLength>),
    /// Arrays without a single window.
    NoWindows,
    /// A required metric is not there.
    Missing {
        /// The metric.
        metric: MetricId,
        /// Of a derived metric that could be given by its parts, the parts that are not there either.
        missing_parts: Vec<MetricId>,
    },
    /// The quotient of a derived metric is outside its unit's range.
    QuotientOutOfRange {
        /// Of the metric's values or of its baseline's.
        section: Section,
        /// The derived metric.
        metric: MetricId,
        /// The series.
        label: Option<String>,
        /// The first such window, counted in the file.
        window: usize,
        /// Its quotient; not finite where a sum overflowed.
        quotient: f64,
        /// In how many windows it is so.
        windows: usize,
    },
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
    /// Makes `measured` ready for `stage`; with `last`, only of its last windows, as many as cover `last`.
    ///
    /// # Errors
    /// Every fault that keeps the values from being judged.
    pub fn new(stage: StageRules<'_>, measured: Measured, last: Option<Duration>) -> Result<Self, Vec<SnapshotFault>> {
        let Measured { window, mut metrics, mut baseline } = measured;
        let mut faults = Vec::new();
        find_missing(stage, &metrics, &mut faults);
        let measured_windows = match common_length(&metrics, &baseline) {
            Ok(windows) => windows,
            Err(fault) => {
                faults.push(fault);
                return Err(faults);
            }
        };
        let windows = last.map_or(measured_windows, |last| measured_windows.min(Persistence::For(last).needed(window)));
        for measurement in metrics.iter_mut().chain(&mut baseline).flatten() {
            measurement.keep_last(windows);
        }
        let skipped = measured_windows - windows;

        let pipeline = stage.pipeline();
        let deriver = Deriver { pipeline, windows, skipped };
        deriver.derive_all(Section::Metrics, &mut metrics, &mut faults);
        deriver.derive_all(Section::Baseline, &mut baseline, &mut faults);
        if faults.is_empty() { Ok(Self { windows, skipped, window, metrics, baseline }) } else { Err(faults) }
    }

    /// How many windows are judged; at least 1.
    #[must_use]
    pub fn windows(&self) -> usize {
        self.windows
    }

    /// How many windows of the file come before the first one judged.
    #[must_use]
    pub fn skipped(&self) -> usize {
        self.skipped
    }

    /// The width of one window.
    #[must_use]
    pub fn window(&self) -> Duration {
        self.window
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
/// optional. Of a baseline nothing is asked: where it is lacking, the rules on it say so.
fn find_missing(stage: StageRules<'_>, metrics: &[Option<Measurement>], faults: &mut Vec<SnapshotFault>) {
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
    let fault = |(metric, missing_parts)| SnapshotFault::Missing { metric, missing_parts };
    faults.extend(missing.into_iter().map(fault));
}

fn is_set(flags: &[bool], id: MetricId) -> bool {
    flags.get(id.0).copied().unwrap_or(false)
}

fn set(flags: &mut [bool], id: MetricId, value: bool) {
    if let Some(flag) = flags.get_mut(id.0) {
        *flag |= value;
    }
}

/// Makes derived metrics and applies samples.
struct Deriver<'t> {
    pipeline: &'t Pipeline,
    windows: usize,
    skipped: usize,
}

impl Deriver<'_> {
    /// Fills every entry that its parts can give, and takes out windows with too few samples.
    fn derive_all(&self, section: Section, measurements: &mut [Option<Measurement>], faults: &mut Vec<SnapshotFault>) {
        for id in &self.pipeline.order {
            let Some(metric) = self.pipeline.metric(*id) else { continue };
            let given = measurements.get_mut(id.0).and_then(Option::take);
            let whole = given.or_else(|| self.derive(section, *id, metric, measurements, faults));
            let made = match (whole, metric.samples, section) {
                (Some(whole), Some(samples), Section::Metrics) => {
                    let counter = measurements.get(samples.metric.0).and_then(Option::as_ref);
                    Some(self.with_enough_samples(&whole, counter, samples.min.get()))
                }
                (whole, ..) => whole,
            };
            if let Some(entry) = measurements.get_mut(id.0) {
                *entry = made;
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
        let derived = metric.derived.as_ref()?;
        let part = |id: &MetricId| measurements.get(id.0)?.as_ref();
        let of: Vec<&Measurement> = derived.of.iter().map(part).collect::<Option<_>>()?;
        let to: Vec<&Measurement> = derived.to.iter().map(part).collect::<Option<_>>()?;
        let labels = join_labels(of.iter().chain(&to).copied());
        let of = series_of_each(&of, &labels);
        let to = series_of_each(&to, &labels);
        let series = labels.iter().enumerate().map(|(at, label)| {
            let quotient = Quotient { of: at_label(&of, at), to: at_label(&to, at) };
            let outside: Vec<(usize, f64)> = (0..self.windows)
                .filter_map(|window| Some((window, quotient.raw(window)?)))
                .filter(|(_, quotient)| !metric.unit.contains(*quotient))
                .collect();
            if let Some((window, first)) = outside.first() {
                faults.push(SnapshotFault::QuotientOutOfRange {
                    section,
                    metric: id,
                    label: label.map(str::to_owned),
                    window: window + self.skipped,
                    quotient: *first,
                    windows: outside.len(),
                });
            }
            (*label, quotient.series(self.windows))
        });
        Some(measurement(series.collect()))
    }

    /// `whole`, without the windows in which `counter` is below `min`, lacks data or lacks the label; without
    /// all of them where nobody counted.
    fn with_enough_samples(&self, whole: &Measurement, counter: Option<&Measurement>, min: f64) -> Measurement {
        let labels = match whole {
            Measurement::Labelled(_) => join_labels([whole]),
            Measurement::Single(_) => join_labels(counter),
        };
        let counts = series_for_labels(counter, &labels);
        let series =
            labels.iter().zip(series_for_labels(Some(whole), &labels)).zip(counts).map(|((label, series), counts)| {
                let is_enough =
                    |window: usize| counts.and_then(|counts| counts.at(window).get()).is_some_and(|count| count >= min);
                let value = |window: usize| match series {
                    Some(series) if is_enough(window) => series.at(window),
                    _ => Point::NO_DATA,
                };
                let values = Values::Windows((0..self.windows).map(value).collect());
                let masked = match series.and_then(Series::quotient_of_sums) {
                    None => Series::measured(values),
                    Some(total) if (0..self.windows).all(is_enough) => Series::derived(values, total),
                    Some(_) => Series::derived(values, Point::NO_DATA),
                };
                (*label, masked)
            });
        measurement(series.collect())
    }
}

/// For each measurement, its series for each label.
fn series_of_each<'a>(measurements: &[&'a Measurement], labels: &[Option<&str>]) -> Vec<Vec<Option<&'a Series>>> {
    measurements.iter().map(|measurement| series_for_labels(Some(measurement), labels).collect()).collect()
}

/// The series of every measurement at one label; `None` if one lacks it.
fn at_label<'a>(series: &[Vec<Option<&'a Series>>], at: usize) -> Option<Vec<&'a Series>> {
    series.iter().map(|each| each.get(at).copied().flatten()).collect()
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

/// sum(of) / sum(to) of one label; a side is `None` where a part lacks the label.
struct Quotient<'a> {
    of: Option<Vec<&'a Series>>,
    to: Option<Vec<&'a Series>>,
}

impl Quotient<'_> {
    /// Of one window, as the division gives it; `None` without data or by zero.
    fn raw(&self, window: usize) -> Option<f64> {
        let sum = |side: &Option<Vec<&Series>>| number::sum(side.as_ref()?.iter().map(|part| part.at(window)));
        divide(sum(&self.of)?, sum(&self.to)?)
    }

    /// Of the sums over all windows.
    fn of_sums(&self, windows: usize) -> Option<f64> {
        let sum = |side: &Option<Vec<&Series>>| {
            let parts = side.as_ref()?;
            number::sum((0..windows).flat_map(|window| parts.iter().map(move |part| part.at(window))))
        };
        divide(sum(&self.of)?, sum(&self.to)?)
    }

    fn series(&self, windows: usize) -> Series {
        let point = |quotient: Option<f64>| quotient.map_or(Point::NO_DATA, Point::new);
        let values = (0..windows).map(|window| point(self.raw(window))).collect();
        Series::derived(Values::Windows(values), point(self.of_sums(windows)))
    }
}

fn divide(of: f64, to: f64) -> Option<f64> {
    (to != 0.0).then(|| of / to)
}
