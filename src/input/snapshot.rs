//! A JSON snapshot to an [`eval` snapshot](Snapshot). Every fault of a file is found in one run.

mod keys;

use std::{
    collections::HashMap,
    ops::{Range, RangeInclusive},
    time::Duration,
};

use jiff::Timestamp;
use serde_json::value::RawValue;

use self::keys::{SnapshotKeys, declared};
use super::{
    document::Path,
    json::{Entry, Points, Text},
    suggestion::{did_you_mean, nearest},
};
use crate::{
    eval::{
        measurement::{Measurement, Series, Values},
        notation::{duration, shortest},
        number::Point,
        reason::subject,
        snapshot::{Measured, Section, Snapshot, SnapshotFault},
        table::{Metric, MetricId, Pipeline, StageRules, Table},
        unit::Unit,
    },
    outcome::{Reading, opening},
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
    /// Judge only the last windows, as many as cover this.
    pub last: Option<Duration>,
    /// Refuse a snapshot that did not end within this time.
    pub ended_within: Option<RangeInclusive<Timestamp>>,
}

/// Reads a snapshot that one of `table`'s stages judges. `origin` is the file as the user named it.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read<'t>(origin: &str, text: String, table: &'t Table, request: &Request) -> Result<Reading<'t>, Refusal> {
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
    let stage = document.stage(table, &Request::default(), faults);
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
        let start = text.span(text.root()).start;
        faults.push(fault.at(start..start + 1).path(Path::Root("$")));
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
        let context = Unjudgeable::new(&document, stage.pipeline(), &unused_metrics);
        // Where there are no metrics at all, that is told already.
        let has_metrics = document.get("metrics").is_some_and(|metrics| metrics.get().starts_with('{'));
        let is_told = |fault: &SnapshotFault| matches!(fault, SnapshotFault::Missing { .. }) && !has_metrics;
        for fault in found.into_iter().filter(|fault| !is_told(fault)) {
            faults.push(context.fault(fault));
        }
    });
    let snapshot = snapshot.ok()?;
    window?;
    let start = document.first_judged(start, &snapshot, request.ended_within.as_ref(), faults);
    Some(Reading { stage, snapshot, start, labels, unused_metrics, unused_baseline })
}

/// A pipeline or a stage by its name, and where that was said.
struct Named {
    key: &'static str,
    name: String,
    /// In the document; `None` if a flag said it.
    span: Option<Range<usize>>,
}

impl Named {
    fn fault(&self, code: Code, message: String) -> Fault {
        let fault = Fault::new(code, message);
        match &self.span {
            Some(span) => fault.at(span.clone()).path(Path::Root("$").key(self.key)),
            None => fault.path(format!("--{}", self.key)),
        }
    }
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

    /// The stage that judges, from the request and the document.
    fn stage<'t>(&self, table: &'t Table, request: &Request, faults: &mut Faults) -> Option<StageRules<'t>> {
        let pipeline = self.agreed("pipeline", request.pipeline.as_deref(), faults).ok()?;
        let stage = self.agreed("stage", request.stage.as_deref(), faults).ok()?;
        let candidates: Vec<&Pipeline> = match &pipeline {
            None => table.pipelines.iter().collect(),
            Some(named) => {
                let found = table.pipelines.iter().find(|pipeline| pipeline.name == named.name);
                if found.is_none() {
                    let known = table.pipelines.iter().map(|pipeline| pipeline.name.as_str());
                    let fault = named.fault(Code::UnknownPipeline, format!("unknown pipeline {:?}", named.name));
                    faults.push(fault.help(did_you_mean(&named.name, known)));
                }
                vec![found?]
            }
        };
        let known = || candidates.iter().flat_map(|pipeline| pipeline.stages.iter().map(|stage| stage.name.as_str()));
        let Some(named) = stage else {
            let fault = Fault::new(Code::NoStage, "no stage is named").at(self.start_of(self.text.root())).path("$");
            faults.push(fault.help(format!("add \"stage\", or use --stage: {}", ladders(&candidates))));
            return None;
        };
        let found: Vec<StageRules<'t>> = candidates.iter().filter_map(|pipeline| pipeline.stage(&named.name)).collect();
        match found.as_slice() {
            [stage] => Some(*stage),
            [] => {
                let fault = named.fault(Code::UnknownStage, format!("unknown stage {:?}", named.name));
                let near = nearest(&named.name, known()).map(|near| format!("did you mean `{near}`?"));
                faults.push(fault.help(near.unwrap_or_else(|| format!("known here: {}", ladders(&candidates)))));
                None
            }
            several => {
                let having: Vec<_> = several.iter().map(|stage| stage.pipeline().name.as_str()).collect();
                let message = format!("several pipelines have a stage {:?}: {}", named.name, having.join(", "));
                faults.push(named.fault(Code::AmbiguousStage, message).help("add \"pipeline\", or use --pipeline"));
                None
            }
        }
    }

    /// What the flag and the document say of `key`, which must agree; `Err` where they do not.
    fn agreed(&self, key: &'static str, flag: Option<&str>, faults: &mut Faults) -> Result<Option<Named>, ()> {
        let value = self.get(key);
        let said = self.string(key, faults);
        if value.is_some() && said.is_none() {
            return Err(());
        }
        let span = value.map(|value| self.text.span(value.get()));
        let Some(name) = said.or_else(|| flag.map(str::to_owned)) else { return Ok(None) };
        let named = Named { key, name, span };
        match flag.filter(|flag| *flag != named.name) {
            None => Ok(Some(named)),
            Some(flag) => {
                let message = format!("the snapshot says {key} {:?}, and --{key} says {flag:?}", named.name);
                let conflict = named.fault(Code::Contradiction, message);
                faults.push(conflict.help("they must agree; leave one of them out"));
                Err(())
            }
        }
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

    fn start(&self, faults: &mut Faults) -> Option<Timestamp> {
        let text = self.string("start", faults)?;
        // The calendar is jiff's; it also reads times that RFC 3339 does not know.
        let start: Option<Timestamp> = is_rfc_3339(&text).then(|| text.parse().ok()).flatten();
        if start.is_none() {
            let fault = Fault::new(Code::BadTime, format!("{text:?} is not a time that can be used"));
            let fault = fault.at(self.get("start").map_or(0..0, |value| self.text.span(value.get())));
            faults.push(fault.path("$.start").help("write it as in RFC 3339: 2026-02-20T12:00:00Z"));
        }
        start
    }

    /// The width of a window, from the document and the pipeline.
    fn window(&self, pipeline: &Pipeline, faults: &mut Faults) -> Option<Duration> {
        let path = Path::Root("$");
        let path = path.key("window_minutes");
        let Some(value) = self.get("window_minutes") else {
            if pipeline.window.is_none() {
                let fault = Fault::new(Code::MissingKey, "\"window_minutes\" is missing");
                let fault = fault.at(self.start_of(self.text.root())).path("$");
                faults.push(fault.help(format!("pipeline {} has windows of any width: say which", pipeline.name)));
            }
            return pipeline.window;
        };
        let minutes: Option<f64> = serde_json::from_str(value.get()).ok();
        let window = minutes.and_then(|minutes| Duration::try_from_secs_f64(minutes * 60.0).ok());
        let Some(window) = window.filter(|window| !window.is_zero()) else {
            let fault = self.wrong(value, "the minutes of one window, more than zero, belong here", &path);
            faults.push(Fault { code: Code::BadWindowMinutes, ..fault }.help("write a number such as 5"));
            return None;
        };
        if let Some(declared) = pipeline.window.filter(|declared| *declared != window) {
            let message = format!(
                "the snapshot has windows of {}, and pipeline {} has windows of {}",
                duration(window),
                pipeline.name,
                duration(declared)
            );
            let fault = Fault::new(Code::Contradiction, message).at(self.text.span(value.get())).path(path);
            faults.push(fault.help("they must agree"));
            return None;
        }
        Some(window)
    }

    /// The entries of a section, where it is there and an object.
    fn section(&self, section: Section, faults: &mut Faults) -> Option<Vec<Entry<'a>>> {
        let Some(value) = self.get(key_of(section)) else {
            if section == Section::Metrics {
                let fault = Fault::new(Code::MissingKey, "\"metrics\" is missing")
                    .at(self.start_of(self.text.root()))
                    .path("$");
                faults.push(fault.help("a snapshot has metrics: name -> one value a window"));
            }
            return None;
        };
        let what = format!("{} is an object: name -> one value a window", key_of(section));
        self.object(value, &what, &Path::Root("$").key(key_of(section)), faults)
    }

    /// The declared metrics by their id, and the names of the others.
    fn measurements(
        &self,
        section: Section,
        pipeline: &Pipeline,
        faults: &mut Faults,
    ) -> (Vec<Option<Measurement>>, Vec<String>) {
        let mut measurements: Vec<Option<Measurement>> = pipeline.metrics.iter().map(|_| None).collect();
        let mut unused = Vec::new();
        let path = Path::Root("$");
        let path = path.key(key_of(section));
        let mut declared: HashMap<&str, (&Metric, &mut Option<Measurement>)> = pipeline
            .metrics
            .iter()
            .zip(&mut measurements)
            .map(|(metric, slot)| (metric.name.as_str(), (metric, slot)))
            .collect();
        for entry in self.section(section, faults).into_iter().flatten() {
            let path = path.key(&entry.key);
            if let Some((metric, slot)) = declared.get_mut(entry.key.as_str()) {
                **slot = Some(self.measurement(entry.value, metric.unit, &path, faults));
            } else {
                self.text.find_duplicate_key(entry.value, &path, faults);
                unused.push(entry.key);
            }
        }
        (measurements, unused)
    }

    /// The series of one metric; of a faulty one, no data in every window, so that its faults are told once.
    fn measurement(&self, value: &'a RawValue, unit: Unit, path: &Path<'_>, faults: &mut Faults) -> Measurement {
        let nothing = || Measurement::Single(Series::measured(Values::Constant(Point::NO_DATA)));
        if !value.get().starts_with('{') {
            return self
                .values(value, unit, path, faults)
                .map_or_else(nothing, |values| Measurement::Single(Series::measured(values)));
        }
        let Some(entries) = self.text.entries(value.get(), path, faults) else { return nothing() };
        if entries.is_empty() {
            let fault = Fault::new(Code::EmptyMap, "no series here").at(self.text.span(value.get())).path(path);
            faults.push(fault.help("write at least one, label -> one value a window"));
            return nothing();
        }
        let series = entries.into_iter().filter_map(|entry| {
            if entry.value.get().starts_with('{') {
                let expected = "a series is one value a window, or one number";
                let fault = self.wrong(entry.value, expected, &path.key(&entry.key));
                faults.push(fault.help("write an array, or one number"));
                return None;
            }
            let values = self.values(entry.value, unit, &path.key(&entry.key), faults)?;
            Some((entry.key, Series::measured(values)))
        });
        Measurement::Labelled(series.collect())
    }

    /// An array of values, or one value for every window.
    fn values(&self, value: &'a RawValue, unit: Unit, path: &Path<'_>, faults: &mut Faults) -> Option<Values> {
        if !value.get().starts_with('[') {
            return self.point(value, unit, path, faults).map(Values::Constant);
        }
        // Nearly every array is numbers and nulls in range. What is not is read again, element by element.
        let is_in_range = |point: &Point| point.get().is_none_or(|value| unit.contains(value));
        let points = match serde_json::from_str(value.get()) {
            Ok(Points(points)) if points.iter().all(is_in_range) => points,
            _ => {
                let elements = Text::elements(value).into_iter().enumerate();
                let points = elements.map(|(index, element)| self.point(element, unit, &path.index(index), faults));
                // Collected whole first: every fault is to be found, not only the first.
                let points: Vec<Option<Point>> = points.collect();
                points.into_iter().collect::<Option<_>>()?
            }
        };
        if points.is_empty() {
            let fault = Fault::new(Code::EmptyArray, "this array is empty").at(self.text.span(value.get())).path(path);
            faults.push(fault.help("write one value a window, or null where there is none"));
            return None;
        }
        Some(Values::Windows(points))
    }

    /// One value, or null.
    fn point(&self, value: &RawValue, unit: Unit, path: &Path<'_>, faults: &mut Faults) -> Option<Point> {
        let text = value.get();
        let number = match (text, unit) {
            ("null", _) => return Some(Point::NO_DATA),
            ("true", Unit::Flag) => Some(1.0),
            ("false", Unit::Flag) => Some(0.0),
            _ => serde_json::from_str::<f64>(text).ok(),
        };
        if let Some(number) = number.filter(|number| unit.contains(*number)) {
            return Some(Point::new(number));
        }
        faults.push_with(|| match number {
            Some(number) => {
                let fault = Fault::new(Code::OutOfRange, format!("{} is outside {}", clipped(text), unit.range()));
                let fault = fault.at(self.text.span(text)).path(path);
                let is_percentage = unit == Unit::Ratio && (1.0..=100.0).contains(&number);
                if is_percentage {
                    fault.help(format!("a percentage? as a ratio it is {}", shortest(number / 100.0)))
                } else {
                    fault.help("mend the export, or the metric's `unit` in the table")
                }
            }
            None if text.starts_with(|first: char| first == '-' || first.is_ascii_digit()) => {
                let fault = Fault::new(Code::NotFinite, format!("{} is not a finite number", clipped(text)));
                fault.at(self.text.span(text)).path(path).help("write null where there is no data")
            }
            None => {
                let quoted = text.trim_matches('"');
                let is_number = quoted.parse().is_ok_and(f64::is_finite);
                let fault = self.wrong(value, "a number belongs here", path);
                if is_number {
                    Fault { code: Code::QuotedNumber, ..fault }.help(format!("write {quoted} without quotes"))
                } else {
                    fault.help("write null where there is no data")
                }
            }
        });
        None
    }

    fn object(&self, value: &'a RawValue, what: &str, path: &Path<'_>, faults: &mut Faults) -> Option<Vec<Entry<'a>>> {
        if value.get().starts_with('{') {
            return self.text.entries(value.get(), path, faults);
        }
        faults.push(self.wrong(value, what, path).help("write it as { \"name\": value }"));
        None
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
        fault.at(if is_nested { self.start_of(value.get()) } else { self.text.span(value.get()) }).path(path)
    }

    /// The first character of a value.
    fn start_of(&self, value: &str) -> Range<usize> {
        let start = self.text.span(value).start;
        start..start + 1
    }

    /// When the first judged window opened, unless the snapshot ended too long ago.
    fn first_judged(
        &self,
        start: Option<Timestamp>,
        snapshot: &Snapshot,
        ended_within: Option<&RangeInclusive<Timestamp>>,
        faults: &mut Faults,
    ) -> Option<Timestamp> {
        let span = self.get("start").map(|value| self.text.span(value.get()));
        let at_start = |code: Code, message: String| {
            let fault = Fault::new(code, message).path("$.start");
            match &span {
                Some(span) => fault.at(span.clone()),
                None => fault.at(self.start_of(self.text.root())).path("$"),
            }
        };
        let Some(start) = start else {
            if ended_within.is_some() && span.is_none() {
                let message = "\"start\" is missing, so its age is unknown, and --max-age is given";
                let fault = at_start(Code::MissingKey, message.to_owned());
                faults.push(fault.help("add \"start\": when window 0 opened"));
            }
            return None;
        };
        let Some(end) = opening(start, snapshot.window(), snapshot.skipped() + snapshot.windows()) else {
            let message = "the windows from this start end beyond the year 9999";
            faults.push(at_start(Code::BadTime, message.to_owned()).help("look at \"start\" and \"window_minutes\""));
            return None;
        };
        if let Some(within) = ended_within.filter(|within| !within.contains(&end)) {
            let (how, help) = if end < *within.start() {
                ("longer ago than --max-age allows", "take a fresh snapshot")
            } else {
                ("which is to come, by more than --max-age", "look at \"start\" and at the clocks")
            };
            faults.push(at_start(Code::TooOld, format!("the snapshot ended at {end}, {how}")).help(help));
        }
        opening(start, snapshot.window(), snapshot.skipped())
    }
}

/// Whether a text has the shape of `2026-02-20T12:00:00.5+01:00` (RFC 3339, section 5.6).
fn is_rfc_3339(text: &str) -> bool {
    let has_shape = |text: &str, shape: &str| {
        let fits = |(byte, shape): (u8, u8)| if shape == b'0' { byte.is_ascii_digit() } else { byte == shape };
        text.len() == shape.len() && text.bytes().zip(shape.bytes()).all(fits)
    };
    let Some((time, rest)) = text.split_at_checked("0000-00-00T00:00:00".len()) else { return false };
    let offset = match rest.strip_prefix('.') {
        Some(fraction) if fraction.starts_with(|c: char| c.is_ascii_digit()) => {
            fraction.trim_start_matches(|c: char| c.is_ascii_digit())
        }
        Some(_) => return false,
        None => rest,
    };
    let time = time.replacen(['t', ' '], "T", 1);
    let is_offset = matches!(offset, "Z" | "z") || has_shape(offset, "+00:00") || has_shape(offset, "-00:00");
    has_shape(&time, "0000-00-00T00:00:00") && is_offset
}

/// The stages of each pipeline: `tsfm: canary_5, canary_25; web4: pct_1`.
fn ladders(pipelines: &[&Pipeline]) -> String {
    let ladder = |pipeline: &&Pipeline| {
        let stages: Vec<_> = pipeline.stages.iter().map(|stage| stage.name.as_str()).collect();
        format!("{}: {}", pipeline.name, stages.join(", "))
    };
    pipelines.iter().map(ladder).collect::<Vec<_>>().join("; ")
}

fn key_of(section: Section) -> &'static str {
    match section {
        Section::Metrics => "metrics",
        Section::Baseline => "baseline",
    }
}

/// A piece of the text, short enough for a message.
fn clipped(text: &str) -> String {
    const LONGEST: usize = 40;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Values that are well-formed and cannot be judged together: where, and in words.
struct Unjudgeable<'a, 'e, 'd> {
    document: &'d Document<'a, 'e>,
    pipeline: &'d Pipeline,
    unused: &'d [String],
    /// Where the keys of metrics stand, and those of baselines.
    metrics: HashMap<String, Range<usize>>,
    baseline: HashMap<String, Range<usize>>,
}

impl<'a, 'e, 'd> Unjudgeable<'a, 'e, 'd> {
    fn new(document: &'d Document<'a, 'e>, pipeline: &'d Pipeline, unused: &'d [String]) -> Self {
        let keys = |section| {
            let path = Path::Root("$");
            let object = document.get(key_of(section)).filter(|object| object.get().starts_with('{'));
            // What is wrong with the object itself has been told.
            let entries = object.and_then(|object| document.text.entries(object.get(), &path, &mut Faults::default()));
            entries.into_iter().flatten().map(|entry| (entry.key, entry.key_span)).collect()
        };
        Self { document, pipeline, unused, metrics: keys(Section::Metrics), baseline: keys(Section::Baseline) }
    }

    fn fault(&self, fault: SnapshotFault) -> Fault {
        match fault {
            SnapshotFault::NoWindows => self.at(Code::EmptyArray, Section::Metrics, None, "no windows"),
            SnapshotFault::UnequalLengths(lengths) => {
                let all: Vec<String> = lengths
                    .iter()
                    .map(|length| {
                        let section = if length.section == Section::Baseline { "baseline " } else { "" };
                        let name = subject(self.name(length.metric), length.label.as_deref());
                        format!("{section}{name} {}", length.windows)
                    })
                    .collect();
                let first = lengths.first().map(|first| first.windows);
                let odd = lengths.iter().find(|length| Some(length.windows) != first).or(lengths.first());
                let section = odd.map_or(Section::Metrics, |odd| odd.section);
                let message = format!("arrays have different lengths: {}", all.join(", "));
                let fault = self.at(Code::UnequalLengths, section, odd.map(|odd| self.name(odd.metric)), message);
                fault.help("give every array one value a window, and null where there is none")
            }
            SnapshotFault::Missing { metric, missing_parts } => {
                let name = self.name(metric);
                let parts: Vec<&str> = missing_parts.iter().map(|part| self.name(*part)).collect();
                let message = format!("metric `{name}` is missing");
                let mut fault = self.at(Code::MissingMetric, Section::Metrics, None, message);
                fault.path = Path::Root("$").key("metrics").key(name).to_string();
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
            SnapshotFault::QuotientOutOfRange { section, metric, label, window, quotient, windows } => {
                let subject = subject(self.name(metric), label.as_deref());
                let metric = self.pipeline.metric(metric);
                let range = metric.map_or("its range", |metric| metric.unit.range());
                let more = match windows.saturating_sub(1) {
                    0 => String::new(),
                    1 => " (and in 1 more window)".to_owned(),
                    more => format!(" (and in {more} more windows)"),
                };
                let value = if quotient.is_finite() { shortest(quotient) } else { "too large a number".to_owned() };
                let message = format!("{subject} comes out as {value} in w{window}{more}, outside {range}");
                let part = metric.and_then(|metric| metric.derived.as_ref()?.of.first().copied());
                let fault = self.at(Code::OutOfRange, section, part.map(|part| self.name(part)), message);
                fault.help("look at the metrics that it is made from")
            }
        }
    }

    /// A fault at the value of a metric, or at the whole section.
    fn at(&self, code: Code, section: Section, metric: Option<&str>, message: impl Into<String>) -> Fault {
        let document = self.document;
        let root = Path::Root("$");
        let path = root.key(key_of(section));
        let fault = Fault::new(code, message);
        let Some(values) = document.get(key_of(section)) else {
            return fault.at(document.start_of(document.text.root())).path(root);
        };
        let keys = match section {
            Section::Metrics => &self.metrics,
            Section::Baseline => &self.baseline,
        };
        match metric.and_then(|metric| Some((metric, keys.get(metric)?))) {
            Some((metric, span)) => fault.at(span.clone()).path(path.key(metric)),
            None => fault.at(document.start_of(values.get())).path(path),
        }
    }

    fn name(&self, id: MetricId) -> &str {
        self.pipeline.metric(id).map_or("", |metric| &metric.name)
    }
}
