//! A JSON snapshot to an [`eval` snapshot](Snapshot). Every fault of a file is found in one run.
//!
//! A file is read in pieces, of which nothing is kept but the values. Only where anything is wrong is its whole text
//! read, which shows what and where.
//!
//! This file says what is asked of a snapshot and goes through it. `keys` declares the keys, `stage` finds the stage that
//! judges, `time` says when the windows were, `values` reads what was measured.

mod foreign;
mod keys;
mod stage;
mod time;
mod values;

use std::{
    collections::HashMap,
    fmt, mem,
    ops::{Range, RangeInclusive},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};

use self::{
    keys::{KnownKey, SnapshotKeys},
    values::KeptWindows,
};
use super::{
    data_faults::{DataFaults, MeasuredPlaces, SectionPlaces},
    document::Path,
    json::{
        DEEPEST, JsonReader, Scalar,
        faults::{AnyObject, JsonText, report_duplicate_keys},
        tree::{JsonEntry, JsonNode, JsonValue},
    },
    suggestion::did_you_mean,
};
use crate::{
    eval::{
        baseline,
        measurement::Measurement,
        notation::shortest,
        persistence::windows_to_cover,
        snapshot::{Cut, Measured, Section, Snapshot, SnapshotFault},
        table::{Pipeline, StageRules, Table, Width},
    },
    io::files::Source,
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
    /// When the stage was entered, if the user says so.
    pub entered: Option<Timestamp>,
    /// What limits that move with the baseline are compared with, where the snapshot does not say.
    pub baseline: Option<Baselines>,
    /// Tell the digest of its bytes.
    pub digest: bool,
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

/// Reads a snapshot that one of `table`'s stages judges from its file. Of a sound one, the text is never all in memory.
///
/// # Errors
/// It cannot be opened or read; or everything that is wrong with it.
pub fn read_from<'t>(source: &Source, table: &'t Table, request: &Request) -> Result<Reading<'t>, Refusal> {
    let mut opened = source.open()?;
    if request.digest {
        opened.digest();
    }
    match opened.with(|pieces| read_pieces(pieces, table, request)) {
        Some(reading) => Ok(Reading { sha256: opened.sha256(), ..reading }),
        None => {
            let origin = opened.name().to_owned();
            let (text, sha256) = opened.into_text()?;
            read(&origin, text, table, request).map(|reading| Reading { sha256, ..reading })
        }
    }
}

/// Reads a snapshot from its bytes as they come; `None` where something is wrong with it, for the places of faults need
/// the whole text.
pub fn read_pieces<'t>(pieces: &mut dyn std::io::Read, table: &'t Table, request: &Request) -> Option<Reading<'t>> {
    let root = JsonNode::read_whole(JsonReader::of_source(pieces)).ok()?;
    let JsonNode { span, value: JsonValue::Object(Some(entries)) } = root else { return None };
    let mut faults = SnapshotFaults::default();
    let reading = SnapshotReader { text: None, start: span.start }.read(entries, table, request, &mut faults);
    reading.filter(|_| faults.fatal.is_empty() && faults.values.is_empty())
}

/// Reads a snapshot that one of `table`'s stages judges from its text. `origin` is the file as the user named it.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read<'t>(origin: &str, text: String, table: &'t Table, request: &Request) -> Result<Reading<'t>, Refusal> {
    let mut faults = SnapshotFaults::default();
    let opened = SnapshotReader::open(&text, &mut faults.fatal);
    let reading = opened.and_then(|(reader, entries)| reader.read(entries, table, request, &mut faults));
    let SnapshotFaults { fatal, values } = faults;
    match reading {
        Some(reading) if fatal.is_empty() && values.is_empty() => Ok(reading),
        Some(mut reading) if fatal.is_empty() => {
            reading.prepared.is_faulty = true;
            reading.faults = Some(values.refuse(origin, text));
            Ok(reading)
        }
        _ => {
            let mut all = fatal.with(values);
            if all.is_empty() {
                all.push(Fault::new(Code::WrongType, "not a snapshot"));
            }
            Err(all.refuse(origin, text))
        }
    }
}

/// Reads an RFC 3339 time.
///
/// # Errors
/// What is wrong with it and what to write instead.
pub fn parse_time(text: &str) -> Result<Timestamp, String> {
    time::parse_time(text).ok_or_else(|| format!("`{text}` is not a time that can be used: {}", time::TIME_HELP))
}

/// The labels of `stage` that a snapshot with these `labels` lacks or has otherwise, by name.
pub(super) fn other_labels<'t>(
    stage: StageRules<'t>,
    labels: &[(String, String)],
) -> impl Iterator<Item = (&'t str, Fault)> {
    stage.stage().labels.iter().filter_map(move |(name, wanted)| {
        let found = labels.iter().find(|(label, _)| label == name).map(|(_, value)| value);
        if found == Some(wanted) {
            return None;
        }
        let has = found.map_or("none".to_owned(), |value| format!("{value:?}"));
        let stage = &stage.stage().name;
        let message =
            format!("stage {stage:?} is for snapshots with the label {name} {wanted:?}, and this one has {has}");
        let fault = Fault::new(Code::Contradiction, message);
        Some((name.as_str(), fault.help("check that it is the right snapshot, and the right stage")))
    })
}

/// How many windows open before the stage was entered and warm. Without a time of entry, it is warm when the snapshot has
/// covered its `warmup`; without a `start`, nothing is known of it.
pub(super) fn windows_before_entry(
    stage: StageRules<'_>,
    window: Duration,
    start: Option<Timestamp>,
    entered: Option<Timestamp>,
) -> Option<usize> {
    let warmup = stage.stage().warmup.unwrap_or_default();
    let cold = match (start, entered) {
        (_, None) => warmup,
        (None, Some(_)) => return None,
        (Some(start), Some(entered)) => {
            let warm = SignedDuration::try_from(warmup).ok().and_then(|warmup| entered.checked_add(warmup).ok());
            Duration::try_from(warm.unwrap_or(Timestamp::MAX).duration_since(start)).unwrap_or_default()
        }
    };
    Some(if cold.is_zero() { 0 } else { windows_to_cover(cold, window) })
}

/// The schema of a snapshot.
#[must_use]
pub fn schema() -> serde_json::Value {
    draft_7::<SnapshotKeys>("rollout-gate: a snapshot")
}

/// What is wrong with a snapshot.
#[derive(Default)]
struct SnapshotFaults {
    /// What keeps it from being judged at all.
    fatal: Faults,
    /// What is wrong with single values. They are without data, and the rest is judged: a fault hides no rollback.
    values: Faults,
}

/// A snapshot as a baseline, read by what each pipeline of a table declares.
#[derive(Clone, Debug)]
pub struct Baselines {
    /// By the name of the pipeline: what was measured, or why that cannot be used.
    of: HashMap<String, Result<Measured, Refusal>>,
}

impl Baselines {
    /// Reads a snapshot of any stage, with windows of any width, as a baseline for every pipeline of `table`. `origin` is
    /// the file as the user named it.
    ///
    /// # Errors
    /// It is no snapshot.
    pub fn read(origin: &str, text: &str, table: &Table) -> Result<Self, Refusal> {
        let mut of = HashMap::new();
        for pipeline in &table.pipelines {
            let mut faults = SnapshotFaults::default();
            let measured = SnapshotReader::open(text, &mut faults.fatal)
                .map(|(reader, entries)| reader.baseline_file(entries, pipeline, &mut faults));
            let faults = faults.fatal.with(faults.values);
            let measured = measured.filter(|_| faults.is_empty());
            of.insert(pipeline.name.clone(), measured.ok_or_else(|| faults.refuse(origin, text.to_owned())));
        }
        match of.values().all(Result::is_err).then(|| of.values_mut().next()).flatten() {
            Some(Err(refusal)) => Err(refusal.clone()),
            _ => Ok(Self { of }),
        }
    }
}

/// The metrics that a snapshot has, and the stage that it is of. What was measured is not looked at.
pub(super) struct SnapshotNames<'t> {
    pub(super) stage: StageRules<'t>,
    /// Each with where it stands, in order.
    pub(super) metrics: Vec<(String, Range<usize>)>,
}

/// Reads the names in a snapshot, which may lack metrics that its stage asks for.
pub(super) fn read_names<'t>(text: &str, table: &'t Table, faults: &mut Faults) -> Option<SnapshotNames<'t>> {
    let (reader, entries) = SnapshotReader::open(text, faults)?;
    let (mut keys, _) = SnapshotKeys::take(entries, faults);
    let request = Request { named_by: StageNamedBy::SnapshotAlone, ..Request::default() };
    let stage = reader.stage(&mut keys, table, &request, faults);
    let metrics = reader.section(keys.section(Section::Metrics), faults)?;
    let metrics = metrics.map(|entry| (mem::take(&mut entry.key), entry.key_span.clone())).collect();
    Some(SnapshotNames { stage: stage?, metrics })
}

/// What reads the parts of one snapshot, and tells what is wrong with them.
#[derive(Clone, Copy)]
struct SnapshotReader<'a> {
    /// `None` while the snapshot is read in pieces.
    text: Option<JsonText<'a>>,
    /// Where the object begins.
    start: usize,
}

impl<'a> SnapshotReader<'a> {
    /// Reads the entries of a text that is an object.
    fn open(text: &'a str, faults: &mut Faults) -> Option<(Self, Vec<JsonEntry>)> {
        let json = JsonText(text);
        match JsonNode::read_whole(JsonReader::of_text(text, 0)) {
            Ok(JsonNode { span, value: JsonValue::Object(Some(entries)) }) => {
                if let Some(fault) = foreign::answer(&entries) {
                    faults.push(fault.at(span.start..span.start).path(Path::Root("$")));
                    return None;
                }
                Some((Self { text: Some(json), start: span.start }, entries))
            }
            _ => {
                faults.push(no_snapshot(json).path(Path::Root("$")));
                None
            }
        }
    }

    fn read<'t>(
        self,
        entries: Vec<JsonEntry>,
        table: &'t Table,
        request: &Request,
        faults: &mut SnapshotFaults,
    ) -> Option<Reading<'t>> {
        let fatal = &mut faults.fatal;
        let (mut keys, unknown) = SnapshotKeys::take(entries, fatal);
        self.report_unknown(&unknown, fatal);
        let stage = self.stage(&mut keys, table, request, fatal);
        let labels = self.labels(&mut keys.labels, fatal);
        let start = self.time(&mut keys.start, fatal);
        let entered = self.time(&mut keys.entered, fatal);
        self.find_duplicate_key_of(&keys.collected, fatal);
        let Some(stage) = stage else {
            // Nothing says which metrics there are; only what is wrong with any of them can be told.
            for known in [&keys.metrics, &keys.baseline] {
                self.find_duplicate_key_of(known, fatal);
            }
            return None;
        };
        let pipeline = stage.pipeline();
        self.find_other_labels(stage, &keys.labels, &labels, fatal);
        let width = self.window(&keys, pipeline, fatal);
        let window = width.unwrap_or(Duration::from_mins(1));
        let before_entry = self.windows_before_entry(&keys, stage, window, (start, entered.or(request.entered)), fatal);
        let cut = Cut { before_entry, last: request.last };
        let kept = KeptWindows { cut, window };
        let (metrics, unused_metrics) = self.measurements(keys.section(Section::Metrics), pipeline, kept, faults);
        let (mut baseline, unused_baseline) =
            self.measurements(keys.section(Section::Baseline), pipeline, kept, faults);
        Self::complete_baseline(&mut baseline, pipeline, window, request, &mut faults.fatal);
        let prepared = Snapshot::prepare(stage, Measured { window, metrics, baseline }, cut);
        let (mut prepared, found) = match prepared {
            Ok(mut prepared) => {
                let found = mem::take(&mut prepared.faults);
                (Some(prepared), found)
            }
            Err(found) => (None, found),
        };
        // Where there are no metrics at all, that is told already.
        let has_metrics = matches!(&keys.metrics.node, Some(JsonNode { value: JsonValue::Object(_), .. }));
        let is_told = |fault: &SnapshotFault| matches!(fault, SnapshotFault::Missing { .. }) && !has_metrics;
        let context = DataFaults { pipeline, unused: &unused_metrics, places: self.places(&keys) };
        for fault in found.into_iter().filter(|fault| !is_told(fault)) {
            let faults = if fault.is_of_values() { &mut faults.values } else { &mut faults.fatal };
            faults.push_with(|| context.fault(fault));
        }
        let (prepared, _) = (prepared.take()?, width?);
        let snapshot = &prepared.snapshot;
        let start = self.first_judged(&keys.start, start, snapshot, request.ended_within.as_ref(), &mut faults.fatal);
        Some(Reading { stage, prepared, faults: None, start, labels, sha256: None, unused_metrics, unused_baseline })
    }

    /// What a baseline file measured of the metrics of `pipeline`.
    fn baseline_file(self, entries: Vec<JsonEntry>, pipeline: &Pipeline, faults: &mut SnapshotFaults) -> Measured {
        let (mut keys, unknown) = SnapshotKeys::take(entries, &mut faults.fatal);
        self.report_unknown(&unknown, &mut faults.fatal);
        let window = self.written_window(&keys, &mut faults.fatal);
        let window = window.or(pipeline.window.and_then(Width::exactly)).unwrap_or(Duration::from_mins(1));
        let kept = KeptWindows { cut: Cut::default(), window };
        let (metrics, _) = self.measurements(keys.section(Section::Metrics), pipeline, kept, faults);
        Measured { window, metrics, baseline: Vec::new() }
    }

    /// Fills in the baselines that the snapshot does not give itself from the file that the request names.
    fn complete_baseline(
        baseline: &mut [Option<Measurement>],
        pipeline: &Pipeline,
        window: Duration,
        request: &Request,
        faults: &mut Faults,
    ) {
        let Some(file) = request.baseline.as_ref().and_then(|files| files.of.get(&pipeline.name)) else { return };
        match file {
            Ok(file) => {
                let numbers = baseline::numbers(pipeline, file.clone(), window);
                for (own, number) in baseline.iter_mut().zip(numbers).filter(|(own, _)| own.is_none()) {
                    *own = number;
                }
            }
            Err(refusal) => {
                let fault = Fault::new(Code::Unreadable, format!("the baseline file cannot be used: {refusal}"));
                faults.push(fault.help("mend the file, or leave --baseline out"));
            }
        }
    }

    /// Reports each label that the stage asks for and the snapshot has not.
    fn find_other_labels(
        self,
        stage: StageRules<'_>,
        key: &KnownKey,
        labels: &[(String, String)],
        faults: &mut Faults,
    ) {
        let place = key.node.as_ref().map_or(self.start, |node| node.span.start);
        for (name, fault) in other_labels(stage, labels) {
            faults.push(fault.at(place..place).path(Path::Root("$").key(key.key).key(name)));
        }
    }

    fn find_duplicate_key_of(self, known: &KnownKey, faults: &mut Faults) {
        known.node.iter().for_each(|node| self.find_duplicate_key(node, &Path::Root("$").key(known.key), faults));
    }

    fn report_unknown(self, unknown: &[JsonEntry], faults: &mut Faults) {
        for entry in unknown {
            let root = Path::Root("$");
            let path = root.key(&entry.key);
            faults.push_with(|| {
                let fault = Fault::new(Code::UnknownKey, format!("unknown key {:?} in a snapshot", entry.key));
                let help = window_in_another_unit(entry)
                    .unwrap_or_else(|| did_you_mean(&entry.key, SnapshotKeys::ALL.iter().copied()));
                fault.at(entry.key_span.clone()).path(path).help(help)
            });
            self.find_duplicate_key(&entry.node, &path, faults);
        }
    }

    fn labels(self, labels: &mut KnownKey, faults: &mut Faults) -> Vec<(String, String)> {
        let path = Path::Root("$");
        let path = path.key(labels.key);
        let Some(node) = &mut labels.node else { return Vec::new() };
        let entries = self.object(node, format_args!("labels are an object of strings"), &path, faults);
        let label = |entry: &mut JsonEntry| {
            let text = self.text_of(&mut entry.node, "a label is a string", &path.key(&entry.key), faults)?;
            Some((mem::take(&mut entry.key), text))
        };
        entries.into_iter().flatten().filter_map(label).collect()
    }

    /// Where its parts stand, as faults of its values show them.
    fn places(self, keys: &SnapshotKeys) -> MeasuredPlaces<'static> {
        let of = |known: &KnownKey| {
            let start = known.node.as_ref()?.span.start;
            let entries = known.entries().into_iter().flatten().filter(|entry| entry.first.is_none());
            let keys = entries.map(|entry| (entry.key.clone(), entry.key_span.clone())).collect();
            Some(SectionPlaces { start: start..start, keys })
        };
        MeasuredPlaces {
            root: Path::Root("$"),
            start: self.start..self.start,
            metrics: of(&keys.metrics),
            baseline: of(&keys.baseline),
        }
    }

    /// The string of a value; `expected` says what is wrong with anything else.
    fn text_of(self, node: &mut JsonNode, expected: &str, path: &Path<'_>, faults: &mut Faults) -> Option<String> {
        let fault = match &mut node.value {
            JsonValue::Text(Some(text)) => return Some(mem::take(text)),
            JsonValue::Text(None) => self.text(faults).fault::<String>(&node.span).path(path),
            _ => self.text(faults).wrong(node, expected, path).help("write it in quotes"),
        };
        faults.push(fault);
        None
    }

    /// The entries of an object, each key once; `expected` says what is wrong with anything else.
    fn object<'n>(
        self,
        node: &'n mut JsonNode,
        expected: fmt::Arguments<'_>,
        path: &Path<'_>,
        faults: &mut Faults,
    ) -> Option<impl Iterator<Item = &'n mut JsonEntry> + use<'n>> {
        let fault = match &node.value {
            JsonValue::Object(Some(_)) => None,
            JsonValue::Object(None) => Some(self.text(faults).fault::<AnyObject>(&node.span).path(path)),
            _ => Some(self.text(faults).wrong(node, expected, path).help("write it as { \"name\": value }")),
        };
        if let Some(fault) = fault {
            faults.push(fault);
        }
        let JsonValue::Object(Some(entries)) = &mut node.value else { return None };
        report_duplicate_keys(entries, path, faults);
        Some(entries.iter_mut().filter(|entry| entry.first.is_none()))
    }

    /// Reports a duplicate key anywhere in a value whose content nobody reads.
    fn find_duplicate_key(self, node: &JsonNode, path: &Path<'_>, faults: &mut Faults) {
        if !node.is_plain() {
            self.text(faults).find_duplicate_key(&node.span, path, faults);
        }
    }

    /// The text, to say what is wrong with it. While it is read in pieces and not at hand, that is a fault by itself: it
    /// is read once more then, whole.
    fn text(self, faults: &mut Faults) -> JsonText<'a> {
        self.text.unwrap_or_else(|| {
            faults.push(Fault::new(Code::NotJson, "what is wrong with it is not known yet"));
            JsonText("")
        })
    }
}

/// What to write for a key that others have for the width of a window, with its value where that is plain.
fn window_in_another_unit(entry: &JsonEntry) -> Option<String> {
    let key = entry.key.to_ascii_lowercase().replace(['_', '-'], "");
    let (per_second, unit) = match key.as_str() {
        "windowseconds" | "windowsecs" | "windowsec" | "windows" | "step" | "stepseconds" | "interval"
        | "intervalseconds" => (1.0, 's'),
        "windowmilliseconds" | "windowmillis" | "windowms" | "stepms" | "intervalms" => (1000.0, 's'),
        "windowhours" => (1.0, 'h'),
        _ => return None,
    };
    let count = match entry.node.value {
        JsonValue::Scalar(Scalar::Number(number)) => number / per_second,
        _ => 0.0,
    };
    let is_plain = count.fract() == 0.0 && (1.0..1e6).contains(&count);
    let duration = if is_plain { format!("{}{unit}", shortest(count)) } else { "15s".to_owned() };
    Some(format!("write the width of a window as a duration: \"window\": \"{duration}\""))
}

/// Why a text is no object of JSON.
fn no_snapshot(json: JsonText<'_>) -> Fault {
    let root = json.root();
    let text = json.piece(&root);
    if text.is_empty() {
        let fault = Fault::new(Code::EmptyDocument, "the file is empty").at(0..0);
        return fault.help("a snapshot is a JSON object with \"metrics\"");
    }
    if let Some(fault) = foreign::text(text) {
        return fault.at(root.start..root.start);
    }
    if text.starts_with(|first: char| matches!(first, '[' | '"' | '-') || first.is_ascii_alphanumeric()) {
        let message = "a snapshot is a JSON object with \"metrics\", and this is something else";
        let fault = Fault::new(Code::WrongType, message).at(root.start..root.start);
        return fault.help("begin it with `{`; several snapshots are several files");
    }
    if let Some(at) = json.too_deep() {
        let fault = Fault::new(Code::TooLarge, format!("lists and objects are nested more than {DEEPEST} deep"));
        return fault.at(at..at).help("take out what a snapshot does not need");
    }
    json.fault::<AnyObject>(&root)
}
