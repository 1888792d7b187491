//! The reader of snapshots, beside a second reading of the same text.

use std::{
    io::{self, Read},
    time::Duration,
};

use rollout_gate::{
    eval::{
        measurement::{Measurement, Values},
        number::Finite,
        snapshot::Section,
        table::{Metric, MetricId, Pipeline, Table},
        unit::Unit,
    },
    input::{
        observed::ObservedSnapshots,
        snapshot::{Request, read, read_pieces},
    },
    outcome::Reading,
    refusal::{Code, Refusal},
};

use super::{
    json::{Failure, Json},
    numbers::bits,
    refused::assert_refusal,
    tables::LARGE,
};

/// A text is read as another reader of JSON reads it, or refused with the places of what is wrong with it; what is sound
/// is not refused. In pieces, the same is read.
pub fn holds(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let of_a_stage = Request { stage: Some("a".to_owned()), last: Some(Duration::from_mins(7)), ..Request::default() };
    let [result, _] = [Request::default(), of_a_stage].map(|request| read_twice(text, &LARGE, &request));
    assert_agrees(text, &result);

    let mut observed = ObservedSnapshots::new(&LARGE);
    if let Err(refusal) = observed.add("snapshot", text.to_owned()) {
        assert_refusal(&refusal, text);
        assert!(refused(&result).is_some(), "{text}");
    }
}

/// Gives a text a few bytes at a time.
struct Drops<'a>(&'a [u8], usize);

impl Read for Drops<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let size = self.1.min(buffer.len());
        self.0.read(&mut buffer[..size])
    }
}

/// Reads a text whole. In pieces of several sizes, the same is read or nothing.
#[track_caller]
pub(crate) fn read_twice<'t>(text: &str, table: &'t Table, request: &Request) -> Result<Reading<'t>, Refusal> {
    let whole = read("snapshot", text.to_owned(), table, request);
    // A byte at a time takes its time.
    let sizes = if text.len() < 2_000 { &[1, 7][..] } else { &[1000, usize::MAX] };
    for size in sizes.iter().copied() {
        // What cannot be read so is read whole.
        if let Some(pieces) = read_pieces(&mut Drops(text.as_bytes(), size), table, request) {
            assert_eq!(described(&Ok(pieces)), described(&whole), "{size} at a time: {text}");
        }
    }
    whole
}

/// Everything that was found in a text.
fn described(result: &Result<Reading<'_>, Refusal>) -> String {
    match result {
        Ok(Reading { stage, prepared, faults, start, labels, sha256: _, unused_metrics, unused_baseline }) => {
            let stage = (&stage.pipeline().name, &stage.stage().name);
            format!("{stage:?} {prepared:?} {faults:?} {start:?} {labels:?} {unused_metrics:?} {unused_baseline:?}")
        }
        Err(refusal) => format!("{refusal:?}"),
    }
}

/// What is wrong with a text.
fn refused<'a>(result: &'a Result<Reading<'_>, Refusal>) -> Option<&'a Refusal> {
    match result {
        Ok(reading) => reading.faults.as_ref(),
        Err(refusal) => Some(refusal),
    }
}

/// Of a text that was read without being asked for anything.
pub(crate) fn assert_agrees(text: &str, result: &Result<Reading<'_>, Refusal>) {
    let json = Json::read(text);
    if let (Ok(json), Ok(value)) = (&json, serde_json::from_str(text)) {
        assert!(json.is(&value), "{text}");
    }
    match (refused(result), result, json) {
        (None, Ok(reading), Ok(json)) => assert_reads(reading, &json),
        (None, _, Err(Failure::NotJson)) => panic!("read, and no JSON: {text}"),
        (None, ..) => {}
        (Some(refusal), _, json) => {
            assert_refusal(refusal, text);
            if let Ok(json) = json {
                let is_no_json = refusal.faults.iter().any(|fault| fault.code == Code::NotJson);
                assert!(!is_no_json || serde_json::from_str::<serde_json::Value>(text).is_err(), "{refusal:?}");
                assert!(!is_sound(&json), "{refusal:?}");
            }
        }
    }
}

/// Everything in a reading is what stands in the text.
fn assert_reads(reading: &Reading<'_>, json: &Json<'_>) {
    assert!(!json.has_duplicates(), "{json:?}");
    let pipeline = reading.stage.pipeline();
    let said = |key: &str| json.get(key).map(|value| value.text().unwrap());
    assert!(said("pipeline").is_none_or(|name| name == pipeline.name));
    assert!(said("stage").is_none_or(|name| name == reading.stage.stage().name));
    let labels = json.get("labels").map_or(&[][..], Json::entries);
    let labels: Vec<_> = labels.iter().map(|(key, value)| (key.as_deref().unwrap(), value.text().unwrap())).collect();
    assert!(labels.into_iter().eq(reading.labels.iter().map(|(key, value)| (key.as_str(), value.as_str()))));
    for (section, unused) in
        [(Section::Metrics, &reading.unused_metrics), (Section::Baseline, &reading.unused_baseline)]
    {
        assert_section(reading, section, json, unused);
    }
}

fn assert_section(reading: &Reading<'_>, section: Section, json: &Json<'_>, unused: &[String]) {
    let (key, pipeline) = (key_of(section), reading.stage.pipeline());
    let entries = json.get(key).map_or(&[][..], Json::entries);
    let names = entries.iter().map(|(name, _)| name.as_deref().unwrap());
    assert!(names.filter(|name| metric(pipeline, name).is_none()).eq(unused.iter().map(String::as_str)));
    for (id, metric) in (0..).map(MetricId).zip(&pipeline.metrics) {
        let measurement = match section {
            Section::Metrics => reading.snapshot().metric(id),
            Section::Baseline => reading.snapshot().baseline(id),
        };
        let written = entries.iter().find(|(name, _)| name.as_deref() == Some(metric.name.as_str()));
        match (written, measurement) {
            (Some((_, written)), Some(measurement)) => assert_measurement(metric, measurement, written, section),
            (None, Some(_)) => assert!(metric.derived.is_some(), "{}", metric.name),
            (None, None) => {}
            (Some(_), None) => panic!("{} is lost", metric.name),
        }
        let all = measurement.into_iter().flat_map(Measurement::entries);
        for (window, (_, series)) in all.flat_map(|entry| (0..reading.snapshot().windows()).map(move |at| (at, entry)))
        {
            assert!(series.at(window).get().is_none_or(|value| metric.unit.contains(value)), "{}", metric.name);
        }
    }
}

fn key_of(section: Section) -> &'static str {
    match section {
        Section::Metrics => "metrics",
        Section::Baseline => "baseline",
    }
}

fn metric<'t>(pipeline: &'t Pipeline, name: &str) -> Option<&'t Metric> {
    pipeline.metrics.iter().find(|metric| metric.name == name)
}

/// Every value of a metric is the one that is written; where few samples may have taken some out, it or none.
fn assert_measurement(metric: &Metric, measurement: &Measurement, written: &Json<'_>, section: Section) {
    let is_masked = metric.samples.is_some() && section == Section::Metrics;
    let series: Vec<_> = match written {
        Json::Object(entries) => entries.iter().map(|(label, values)| (label.as_deref(), values)).collect(),
        values => vec![(None, values)],
    };
    let found: Vec<_> = measurement.entries().collect();
    // The counter's labels become those of a metric that it takes windows from.
    if is_masked && !matches!(written, Json::Object(_)) {
        return;
    }
    // A label that another metric has is expected of this one: without data, or its default.
    let (own, expected) = found.split_at(series.len().min(found.len()));
    assert_eq!(series.len(), own.len());
    assert!(expected.iter().all(|(_, series)| series.at(0).get() == metric.default.map(Finite::get)));
    for ((label, written), (found_label, found)) in series.into_iter().zip(own.iter().copied()) {
        assert_eq!(label, found_label);
        let values: Vec<Option<f64>> = match written {
            Json::Array(items) => items.iter().map(|item| value(item, metric.unit)).collect(),
            one => vec![value(one, metric.unit)],
        };
        if !is_masked {
            let is_constant = !matches!(written, Json::Array(_));
            assert_eq!(matches!(found.values(), Values::Constant(_)), is_constant);
            assert!(found.values().windows().is_none_or(|windows| windows == values.len()));
        }
        for (window, value) in values.into_iter().enumerate() {
            let point = found.at(window).get();
            let value = value.and_then(|value| metric.admit(value)).or(metric.default.map(Finite::get));
            assert!(
                bits(point) == bits(value) || is_masked && point.is_none(),
                "{}: {point:?}, {value:?}",
                metric.name
            );
        }
    }
}

/// A value as it is written; panics where no value is.
fn value(written: &Json<'_>, unit: Unit) -> Option<f64> {
    match (written, unit) {
        (Json::Null, _) => None,
        (Json::Bool(value), Unit::Flag) => Some(f64::from(u8::from(*value))),
        (number, _) => Some(number.number().unwrap()),
    }
}

/// Whether there is certainly nothing wrong with a snapshot: a short list of what may be in one.
fn is_sound(json: &Json<'_>) -> bool {
    let Some(pipeline) = LARGE.pipelines.iter().find(|pipeline| pipeline.name == "plain") else { return false };
    let is_one_of =
        |key: &str, names: &[&str]| json.get(key).and_then(Json::text).is_some_and(|name| names.contains(&name));
    let keys = ["pipeline", "stage", "metrics", "baseline", "labels", "window_minutes"];
    let are_known = json.entries().iter().all(|(key, _)| keys.iter().any(|known| key.as_deref() == Some(known)));
    let metrics = json.get("metrics").map_or(&[][..], Json::entries);
    let has_what_it_must = metrics.iter().any(|(name, _)| name.as_deref() == Some("r"));
    let sections = [json.get("metrics"), json.get("baseline")];
    let of_metrics = sections[0].and_then(|section| lengths(section, pipeline));
    let of_baseline = sections[1].map_or(Some(Vec::new()), |section| lengths(section, pipeline));
    let (Some(of_metrics), Some(of_baseline)) = (of_metrics, of_baseline) else { return false };
    let windows = of_metrics.first().copied().unwrap_or(1);
    let are_maps = sections.into_iter().flatten().all(|section| matches!(section, Json::Object(_)));
    let are_texts = json.get("labels").is_none_or(|labels| {
        let is_text = |(key, value): &(Option<String>, Json<'_>)| key.is_some() && value.text().is_some();
        matches!(labels, Json::Object(_)) && labels.entries().iter().all(is_text)
    });
    !json.has_duplicates()
        && is_one_of("pipeline", &["plain"])
        && is_one_of("stage", &["a", "b"])
        && json.get("window_minutes").is_none_or(|minutes| minutes.number() == Some(5.0))
        && are_known
        && are_maps
        && are_texts
        && has_what_it_must
        && windows > 0
        && of_metrics.iter().chain(&of_baseline).all(|length| *length == windows)
}

/// The lengths of all arrays of a section; `None` if something in it is not sound.
fn lengths(section: &Json<'_>, pipeline: &Pipeline) -> Option<Vec<usize>> {
    let mut lengths = Vec::new();
    for (name, values) in section.entries() {
        let unit = metric(pipeline, name.as_deref()?)?.unit;
        match values {
            Json::Object(series) if series.is_empty() => return None,
            Json::Object(series) => {
                for (label, values) in series {
                    label.as_ref()?;
                    lengths.extend(length(values, unit).ok()?);
                }
            }
            values => lengths.extend(length(values, unit).ok()?),
        }
    }
    Some(lengths)
}

/// Of a series that is sound, its length if it has one; `Err` of one that is not.
fn length(values: &Json<'_>, unit: Unit) -> Result<Option<usize>, ()> {
    let is_value = |value: &Json<'_>| match value {
        Json::Null => true,
        Json::Bool(_) => unit == Unit::Flag,
        value => value.number().is_some_and(|number| unit.contains(number)),
    };
    match values {
        Json::Array(items) if items.iter().all(is_value) => Ok(Some(items.len())),
        value if is_value(value) => Ok(None),
        _ => Err(()),
    }
}
