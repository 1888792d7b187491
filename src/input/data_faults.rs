//! Faults of data that is well-formed and cannot be judged, in words: one wording for snapshots and suites. It knows
//! nothing of how either is written. A new fault of [`SnapshotFault`] gets its words here.

use std::{collections::HashMap, ops::Range};

use super::{document::Path, suggestion::nearest};
use crate::{
    eval::{
        notation::{hundredth, shortest},
        reason::subject,
        snapshot::{Section, SeriesLength, SnapshotFault},
        table::{Metric, MetricId, Pipeline},
        unit::Unit,
    },
    refusal::{Code, Fault},
};

/// The key of a section in documents.
pub(super) fn key_of(section: Section) -> &'static str {
    match section {
        Section::Metrics => "metrics",
        Section::Baseline => "baseline",
    }
}

/// The fault of a value outside its unit's range. `text` is how the document writes it, `help` what to do unless it
/// looks like a percentage.
pub(super) fn outside(text: &str, number: f64, metric: &Metric, help: &str) -> Fault {
    let fault = Fault::new(Code::OutOfRange, format!("{text} is outside {}", metric.range_in_words()));
    let is_percentage = metric.unit == Unit::Ratio && (1.0..=100.0).contains(&number);
    if is_percentage {
        fault.help(format!("a percentage? as a ratio it is {}", hundredth(number)))
    } else {
        fault.help(help)
    }
}

/// Values that cannot be judged together: where, and in words.
pub(super) struct DataFaults<'d> {
    pub(super) pipeline: &'d Pipeline,
    /// The metrics that the pipeline does not declare: one of them may be meant.
    pub(super) unused: &'d [String],
    pub(super) places: MeasuredPlaces<'d>,
}

/// Where the parts of a document stand.
pub(super) struct MeasuredPlaces<'d> {
    /// The way to what has the sections.
    pub(super) root: Path<'d>,
    /// What is shown of it.
    pub(super) start: Range<usize>,
    pub(super) metrics: Option<SectionPlaces>,
    pub(super) baseline: Option<SectionPlaces>,
}

/// Where a section stands that is there.
pub(super) struct SectionPlaces {
    /// What is shown of it.
    pub(super) start: Range<usize>,
    /// The keys of its metrics.
    pub(super) keys: HashMap<String, Range<usize>>,
}

impl DataFaults<'_> {
    pub(super) fn fault(&self, fault: SnapshotFault) -> Fault {
        match fault {
            SnapshotFault::NoWindows => {
                let fault = self.at(Code::EmptyArray, Section::Metrics, None, "no windows");
                fault.help("give every array one value a window")
            }
            SnapshotFault::UnequalLengths(lengths) => self.unequal(&lengths),
            SnapshotFault::NothingLeft(windows) => {
                let message = format!("no window is left: all {windows} open before the stage was entered and warm");
                let fault = self.at(Code::NoWindowsLeft, Section::Metrics, None, message);
                fault.help("take a snapshot that reaches farther, or look at `entered` and at the stage's `warmup`")
            }
            SnapshotFault::Missing { metric, missing_parts } => self.missing(metric, &missing_parts),
            SnapshotFault::QuotientOutOfRange { section, metric, label, window, quotient, windows } => {
                let subject = subject(self.name(metric), label.as_deref());
                let metric = self.pipeline.metric(metric);
                let range = metric.map_or("its range".to_owned(), Metric::range_in_words);
                let more = match windows.saturating_sub(1) {
                    0 => String::new(),
                    1 => " (and in 1 more window)".to_owned(),
                    more => format!(" (and in {more} more windows)"),
                };
                let value = shortest(quotient);
                let message = format!("{subject} comes out as {value} in w{window}{more}, outside {range}");
                let part = metric.and_then(|metric| metric.derived.as_ref()?.of.first().copied());
                let fault = self.at(Code::OutOfRange, section, part.map(|part| self.name(part)), message);
                fault.help("look at the metrics that it is made from")
            }
        }
    }

    /// Whether a metric is missing that one of `unused` may be meant to be.
    pub(super) fn is_misspelt(&self, fault: &SnapshotFault) -> bool {
        let SnapshotFault::Missing { metric, missing_parts } = fault else { return false };
        let unused = || self.unused.iter().map(String::as_str);
        std::iter::once(metric).chain(missing_parts).any(|id| nearest(self.name(*id), unused()).is_some())
    }

    fn unequal(&self, lengths: &[SeriesLength]) -> Fault {
        let of = |length: &SeriesLength| {
            let section = if length.section == Section::Baseline { "baseline " } else { "" };
            let name = subject(self.name(length.metric), length.label.as_deref());
            format!("{section}{name} {}", length.windows)
        };
        let all: Vec<String> = lengths.iter().map(of).collect();
        let first = lengths.first().map(|first| first.windows);
        let odd = lengths.iter().find(|length| Some(length.windows) != first).or(lengths.first());
        let section = odd.map_or(Section::Metrics, |odd| odd.section);
        let message = format!("arrays have different lengths: {}", all.join(", "));
        let fault = self.at(Code::UnequalLengths, section, odd.map(|odd| self.name(odd.metric)), message);
        fault.help("give every array one value a window, and null where there is none")
    }

    fn missing(&self, metric: MetricId, missing_parts: &[MetricId]) -> Fault {
        let name = self.name(metric);
        let parts: Vec<&str> = missing_parts.iter().map(|part| self.name(*part)).collect();
        let mut fault = self.at(Code::MissingMetric, Section::Metrics, None, format!("metric `{name}` is missing"));
        fault.path = self.places.root.key(key_of(Section::Metrics)).key(name).to_string();
        let wanted = std::iter::once(name).chain(parts.iter().copied());
        let unused = || self.unused.iter().map(String::as_str);
        let near: Vec<String> = wanted
            .filter_map(|wanted| Some((wanted, nearest(wanted, unused())?)))
            .map(|(wanted, near)| format!("is `{near}` meant to be `{wanted}`? "))
            .collect();
        let add = if near.is_empty() { "add" } else { "Else add" };
        let parts = match parts.as_slice() {
            [] => String::new(),
            parts => format!(", or what it is made from: {}", parts.join(", ")),
        };
        fault.help(format!("{}{add} `{name}`{parts}", near.concat()))
    }

    /// A fault at the value of a metric, or at the whole section.
    fn at(&self, code: Code, section: Section, metric: Option<&str>, message: impl Into<String>) -> Fault {
        let MeasuredPlaces { root, start, metrics, baseline } = &self.places;
        let path = root.key(key_of(section));
        let fault = Fault::new(code, message);
        let places = match section {
            Section::Metrics => metrics,
            Section::Baseline => baseline,
        };
        let Some(places) = places else { return fault.at(start.clone()).path(root) };
        match metric.and_then(|metric| Some((metric, places.keys.get(metric)?))) {
            Some((metric, span)) => fault.at(span.clone()).path(path.key(metric)),
            None => fault.at(places.start.clone()).path(path),
        }
    }

    fn name(&self, id: MetricId) -> &str {
        self.pipeline.metric(id).map_or("", |metric| &metric.name)
    }
}
