//! A JSON snapshot to an [`eval` snapshot](Snapshot). Every fault of a file is found in one run.
//!
//! A snapshot is read twice at most: nearly every one is plain, and read in one pass; where it is not,
//! or anything is wrong with it, the whole text is read again by [`read_with_places`], which tells what and where.
//! Where the first gives a reading, the second gives the same.
//!
//! This file reads the simple keys; `stage` finds the stage that judges, `time` says when the windows were,
//! `values` reads what was measured, `plain` does all that for a plain snapshot.

mod keys;
mod plain;
mod stage;
mod time;
mod values;

use std::{
    collections::HashMap,
    ops::{Range, RangeInclusive},
    time::Duration,
};

use jiff::Timestamp;
use serde_json::value::RawValue;

use self::keys::{SnapshotKeys, declared};
use super::{
    data_faults::{DataFaults, MeasuredPlaces, SectionPlaces, key_of},
    document::Path,
    json::{DEEPEST, Entry, Text},
    plain::{Plain, scan},
    suggestion::did_you_mean,
};
use crate::{
    eval::{
        measurement::Measurement,
        snapshot::{Measured, Section, Snapshot, SnapshotFault},
        table::{Metric, Pipeline, StageRules, Table},
    },
    io::files::{Opened, Source},
    outcome::Reading,
    refusal::{Code, Fault, Faults, Refusal},
    schema::draft_7,
};

/// What is asked of a snapshot besides what it says itself.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The pipeline, if the user names it.
    pub pipeline: Option<String>,
    /// The stage, if the user names it.
    pub stage: Option<String>,
    /// Who may name them.
    pub named_by: StageNamedBy,
    /// Judge only the last windows, as many as cover this.
    pub last: Option<Duration>,
    /// Refuse a snapshot that did not end within this time.
    pub ended_within: Option<RangeInclusive<Timestamp>>,
}

/// Who may name the pipeline and the stage of a snapshot, beside the snapshot itself: messages say so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StageNamedBy {
    /// The flags of the command line.
    #[default]
    Flags,
    /// A test of a suite.
    Test,
    /// Nobody: only the snapshot names them.
    SnapshotAlone,
}

/// A snapshot whose file has been looked at, and of which nothing is checked yet.
pub struct Unread {
    opened: Opened,
    /// What it says, if it is plain.
    plain: Option<Plain>,
}

impl Unread {
    /// Opens a snapshot's file. Of a plain one, only the values are in memory then.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn open(source: &Source) -> Result<Self, Refusal> {
        let mut opened = source.open()?;
        let plain = opened.with(scan);
        Ok(Self { opened, plain })
    }

    /// The pipeline and the stage that it is of, by what it says itself or else by the request, each if it is named;
    /// neither where that cannot be told yet.
    #[must_use]
    pub fn names<'a>(&'a self, request: &'a Request) -> (Option<&'a str>, Option<&'a str>) {
        let Some(plain) = &self.plain else { return (None, None) };
        let pipeline = plain.pipeline.as_deref().or(request.pipeline.as_deref());
        (pipeline, plain.stage.as_deref().or(request.stage.as_deref()))
    }

    /// The reading, by one of `table`'s stages.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read<'t>(self, table: &'t Table, request: &Request) -> Result<Reading<'t>, Refusal> {
        if let Some(reading) = self.plain.and_then(|plain| plain::read(plain, table, request)) {
            return Ok(reading);
        }
        let name = self.opened.name().to_owned();
        read_with_places(&name, self.opened.into_text()?, table, request)
    }
}

/// Reads a snapshot that one of `table`'s stages judges. `origin` is the file as the user named it.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read<'t>(origin: &str, text: String, table: &'t Table, request: &Request) -> Result<Reading<'t>, Refusal> {
    let plain = scan(&mut text.as_bytes());
    match plain.and_then(|plain| plain::read(plain, table, request)) {
        Some(reading) => Ok(reading),
        None => read_with_places(origin, text, table, request),
    }
}

/// Gives what [`read`] gives, and takes longer.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read_with_places<'t>(
    origin: &str,
    text: String,
    table: &'t Table,
    request: &Request,
) -> Result<Reading<'t>, Refusal> {
    let mut faults = Faults::default();
    match read_text(&text, table, request, &mut faults) {
        Some(reading) if faults.is_empty() => Ok(reading),
        _ => {
            if faults.is_empty() {
                faults.push(Fault::new(Code::WrongType, "not a snapshot"));
            }
            Err(faults.refuse(origin, text))
        }
    }
}

/// The schema of a snapshot.
#[must_use]
pub fn schema() -> serde_json::Value {
    draft_7::<SnapshotKeys>("rollout-gate: a snapshot")
}

/// The metrics that a snapshot has, and the stage that it is of. What was measured is not looked at.
pub(super) struct Names<'t> {
    pub(super) stage: StageRules<'t>,
    /// Each with where it stands, in order.
    pub(super) metrics: Vec<(String, Range<usize>)>,
}

/// Reads the names in a snapshot, which may lack metrics that its stage asks for.
pub(super) fn read_names<'t>(text: &str, table: &'t Table, faults: &mut Faults) -> Option<Names<'t>> {
    let text = Text::new(text);
    let entries = open(text, faults)?;
    let document = Document { text, entries: &entries };
    let request = Request { named_by: StageNamedBy::SnapshotAlone, ..Request::default() };
    let stage = document.stage(table, &request, faults);
    let metrics = document.section(Section::Metrics, faults)?;
    let metrics = metrics.into_iter().map(|entry| (entry.key, entry.key_span)).collect();
    Some(Names { stage: stage?, metrics })
}

/// The entries of a text that is an object.
fn open<'a>(text: Text<'a>, faults: &mut Faults) -> Option<Vec<Entry<'a>>> {
    if text.root().is_empty() {
        let fault = Fault::new(Code::EmptyDocument, "the file is empty").at(0..0).path(Path::Root("$"));
        faults.push(fault.help("a snapshot is a JSON object with \"metrics\""));
        return None;
    }
    if text.root().starts_with(|first: char| matches!(first, '[' | '"' | '-') || first.is_ascii_alphanumeric()) {
        let message = "a snapshot is a JSON object with \"metrics\", and this is something else";
        let fault = Fault::new(Code::WrongType, message).help("begin it with `{`; several snapshots are several files");
        faults.push(fault.at(text.start_of(text.root())).path(Path::Root("$")));
        return None;
    }
    if let Some(at) = text.too_deep() {
        let fault = Fault::new(Code::TooLarge, format!("lists and objects are nested more than {DEEPEST} deep"));
        faults.push(fault.at(at..at).path(Path::Root("$")).help("take out what a snapshot does not need"));
        return None;
    }
    text.entries(text.root(), &Path::Root("$"), faults)
}

fn read_text<'t>(text: &str, table: &'t Table, request: &Request, faults: &mut Faults) -> Option<Reading<'t>> {
    let text = Text::new(text);
    let entries = open(text, faults)?;
    let document = Document { text, entries: &entries };
    document.find_unknown_keys(faults);
    let stage = document.stage(table, request, faults);
    let labels = document.labels(faults);
    let start = document.start(faults);
    let Some(stage) = stage else {
        // Nothing says which metrics there are; only what is wrong with any of them can be told.
        for section in [Section::Metrics, Section::Baseline] {
            let path = Path::Root("$");
            let value = document.get(key_of(section));
            value.inspect(|value| text.find_duplicate_key(value, &path.key(key_of(section)), faults));
        }
        return None;
    };
    let window = document.window(stage.pipeline(), faults);
    let (metrics, unused_metrics) = document.measurements(Section::Metrics, stage.pipeline(), faults);
    let (baseline, unused_baseline) = document.measurements(Section::Baseline, stage.pipeline(), faults);
    let measured = Measured { window: window.unwrap_or(Duration::from_mins(1)), metrics, baseline };
    let made = Snapshot::new(stage, measured, request.last);
    let snapshot = made.map_err(|found| {
        let places = document.places();
        let context = DataFaults { pipeline: stage.pipeline(), unused: &unused_metrics, places };
        // Where there are no metrics at all, that is told already.
        let has_metrics = document.get("metrics").is_some_and(|metrics| metrics.get().starts_with('{'));
        let is_told = |fault: &SnapshotFault| matches!(fault, SnapshotFault::Missing { .. }) && !has_metrics;
        for fault in found.into_iter().filter(|fault| !is_told(fault)) {
            faults.push_with(|| context.fault(fault));
        }
    });
    let snapshot = snapshot.ok()?;
    window?;
    let start = document.first_judged(start, &snapshot, request.ended_within.as_ref(), faults);
    Some(Reading { stage, snapshot, start, labels, unused_metrics, unused_baseline })
}

struct Document<'a, 'e> {
    text: Text<'a>,
    entries: &'e [Entry<'a>],
}

impl<'a> Document<'a, '_> {
    fn find_unknown_keys(&self, faults: &mut Faults) {
        let declared = declared();
        let keys = || declared.iter().map(|declared| declared.key);
        for entry in self.entries.iter().filter(|entry| !keys().any(|key| key == entry.key)) {
            let root = Path::Root("$");
            let path = root.key(&entry.key);
            faults.push_with(|| {
                let fault = Fault::new(Code::UnknownKey, format!("unknown key {:?} in a snapshot", entry.key));
                fault.at(entry.key_span.clone()).path(path).help(did_you_mean(&entry.key, keys()))
            });
            self.text.find_duplicate_key(entry.value, &path, faults);
        }
    }

    /// The value of a key; `null` is as good as none.
    fn get(&self, key: &str) -> Option<&'a RawValue> {
        let entry = self.entries.iter().find(|entry| entry.key == key)?;
        Some(entry.value).filter(|value| value.get() != "null")
    }

    fn string(&self, key: &str, faults: &mut Faults) -> Option<String> {
        self.text_of(self.get(key)?, "a string belongs here", &Path::Root("$").key(key), faults)
    }

    /// The text of a string; `expected` says what is wrong with anything else.
    fn text_of(&self, value: &RawValue, expected: &str, path: &Path<'_>, faults: &mut Faults) -> Option<String> {
        let refuse = |error| {
            let is_string = value.get().starts_with('"');
            let fault = if is_string {
                self.text.fault(value.get(), &error)
            } else {
                self.wrong(value, expected, path).help("write it in quotes")
            };
            faults.push(fault.path(path));
        };
        serde_json::from_str(value.get()).map_err(refuse).ok()
    }

    fn labels(&self, faults: &mut Faults) -> Vec<(String, String)> {
        let path = Path::Root("$");
        let path = path.key("labels");
        let Some(value) = self.get("labels") else { return Vec::new() };
        let entries = self.object(value, "labels are an object of strings", &path, faults);
        let label = |entry: Entry<'a>| {
            let text = self.text_of(entry.value, "a label is a string", &path.key(&entry.key), faults)?;
            Some((entry.key, text))
        };
        entries.into_iter().flatten().filter_map(label).collect()
    }

    fn object(&self, value: &'a RawValue, what: &str, path: &Path<'_>, faults: &mut Faults) -> Option<Vec<Entry<'a>>> {
        if value.get().starts_with('{') {
            return self.text.entries(value.get(), path, faults);
        }
        faults.push(self.wrong(value, what, path).help("write it as { \"name\": value }"));
        None
    }

    /// Where its parts stand, as faults of its values show them.
    fn places(&self) -> MeasuredPlaces<'static> {
        let of = |section| {
            let value = self.get(key_of(section))?;
            let object = Some(value).filter(|value| value.get().starts_with('{'));
            // What is wrong with the object itself has been told.
            let entries = object
                .and_then(|object| self.text.entries(object.get(), &Path::Root("$"), &mut Faults::default()))
                .unwrap_or_default();
            let keys = entries.into_iter().map(|entry| (entry.key, entry.key_span)).collect();
            Some(SectionPlaces { start: self.text.start_of(value.get()), keys })
        };
        MeasuredPlaces {
            root: Path::Root("$"),
            start: self.text.start_of(self.text.root()),
            metrics: of(Section::Metrics),
            baseline: of(Section::Baseline),
        }
    }

    /// A fault at a value that is not what `expected` says.
    fn wrong(&self, value: &RawValue, expected: &str, path: &Path<'_>) -> Fault {
        let found = match value.get().bytes().next() {
            Some(b'{') => "an object".to_owned(),
            Some(b'[') => "an array".to_owned(),
            Some(b'"') => "a string".to_owned(),
            _ => clipped(value.get()),
        };
        let fault = Fault::new(Code::WrongType, format!("{expected}, but this is {found}"));
        let is_nested = value.get().starts_with(['{', '[']);
        fault.at(if is_nested { self.text.start_of(value.get()) } else { self.text.span(value.get()) }).path(path)
    }
}

/// The metrics that `pipeline` declares, by name, each with the place of its own in `measurements`.
fn by_name<'a>(
    pipeline: &'a Pipeline,
    measurements: &'a mut [Option<Measurement>],
) -> HashMap<&'a str, (&'a Metric, &'a mut Option<Measurement>)> {
    let slots = pipeline.metrics.iter().zip(measurements);
    slots.map(|(metric, slot)| (metric.name.as_str(), (metric, slot))).collect()
}

/// A piece of the text, short enough for a message.
fn clipped(text: &str) -> String {
    const LONGEST: usize = 40;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
