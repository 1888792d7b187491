//! The values of a snapshot: series of every declared metric, and the names of the others.

use std::{collections::HashMap, mem, time::Duration};

use super::{SnapshotFaults, SnapshotReader, keys::KnownKey};
use crate::{
    eval::{
        measurement::{Measurement, Series, Values},
        number::{Cause, Point},
        persistence::windows_to_cover,
        snapshot::Cut,
        table::{Metric, Pipeline},
        unit::Unit,
    },
    input::{
        data_faults::outside,
        document::Path,
        json::{
            JsonReader, NotJson, Scalar,
            tree::{JsonEntry, JsonNode, JsonValue},
        },
    },
    refusal::{Code, Fault, Faults},
};

impl SnapshotReader<'_> {
    /// The entries of a section, where it is there and an object.
    pub(super) fn section<'n>(
        self,
        section: &'n mut KnownKey,
        faults: &mut Faults,
    ) -> Option<impl Iterator<Item = &'n mut JsonEntry> + use<'n>> {
        let Some(node) = &mut section.node else {
            if let Some(help) = section.if_missing {
                let fault = Fault::new(Code::MissingKey, format!("{:?} is missing", section.key));
                faults.push(fault.at(self.start..self.start).path("$").help(help));
            }
            return None;
        };
        let expected = format_args!("{} is an object: name -> one value a window", section.key);
        self.object(node, expected, &Path::Root("$").key(section.key), faults)
    }

    /// The declared metrics by their id, and the names of the others.
    pub(super) fn measurements(
        self,
        section: &mut KnownKey,
        pipeline: &Pipeline,
        kept: KeptWindows,
        faults: &mut SnapshotFaults,
    ) -> (Vec<Option<Measurement>>, Vec<String>) {
        let mut measurements: Vec<Option<Measurement>> = pipeline.metrics.iter().map(|_| None).collect();
        let mut unused = Vec::new();
        let path = Path::Root("$");
        let path = path.key(section.key);
        let Some(entries) = self.section(section, &mut faults.fatal) else { return (measurements, unused) };
        let slots = pipeline.metrics.iter().zip(&mut measurements);
        let mut declared: HashMap<&str, _> =
            slots.map(|(metric, slot)| (metric.name.as_str(), (metric, slot))).collect();
        for entry in entries {
            let path = path.key(&entry.key);
            if let Some((metric, slot)) = declared.get_mut(entry.key.as_str()) {
                **slot = Some(self.measurement(&mut entry.node, metric, kept, &path, faults));
            } else {
                self.find_duplicate_key(&entry.node, &path, &mut faults.fatal);
                unused.push(mem::take(&mut entry.key));
            }
        }
        (measurements, unused)
    }

    /// The series of one metric; of a faulty one, no data in every window, so that its faults are told once.
    fn measurement(
        self,
        node: &mut JsonNode,
        metric: &Metric,
        kept: KeptWindows,
        path: &Path<'_>,
        faults: &mut SnapshotFaults,
    ) -> Measurement {
        let nothing = || Measurement::Single(Series::no_data(Cause::NotANumber));
        let of = MetricPlace { metric, start: node.span.start };
        match &node.value {
            JsonValue::Object(Some(entries)) if entries.is_empty() => {
                let fault = Fault::new(Code::EmptyMap, "no series here").at(node.span.clone()).path(path);
                faults.fatal.push(fault.help("write at least one, label -> one value a window"));
                return nothing();
            }
            JsonValue::Object(_) => {}
            _ => return self.series(node, of, kept, path, faults).map_or_else(nothing, Measurement::Single),
        }
        let expected = "a series is one value a window, or one number";
        let entries = self.object(node, format_args!("{expected}"), path, &mut faults.fatal);
        let Some(entries) = entries else { return nothing() };
        let series = entries.filter_map(|entry| {
            let path = path.key(&entry.key);
            if matches!(entry.node.value, JsonValue::Object(_)) {
                let fault = self.text(&mut faults.fatal).wrong(&entry.node, expected, &path);
                faults.fatal.push(fault.help("write an array, or one number"));
                return None;
            }
            let series = self.series(&mut entry.node, of, kept, &path, faults)?;
            Some((mem::take(&mut entry.key), series))
        });
        Measurement::Labelled(series.collect())
    }

    /// An array of values, or one value for every window.
    fn series(
        self,
        node: &mut JsonNode,
        of: MetricPlace<'_>,
        kept: KeptWindows,
        path: &Path<'_>,
        faults: &mut SnapshotFaults,
    ) -> Option<Series> {
        let metric = of.metric;
        match &mut node.value {
            JsonValue::Points { points, .. } if points.is_empty() => {
                let fault = Fault::new(Code::EmptyArray, "this array is empty").at(node.span.clone()).path(path);
                faults.fatal.push(fault.help("write one value a window, or null where there is none"));
                return None;
            }
            JsonValue::Points { points, has_booleans } if !*has_booleans || metric.unit == Unit::Flag => {
                let series = Series::measured(Values::Windows(mem::take(points)));
                if series.fits(metric) {
                    return Some(series);
                }
                if let Some(clamped) = clamped(&series, metric) {
                    return Some(clamped);
                }
            }
            JsonValue::Points { .. } | JsonValue::Array => {}
            _ => {
                let point = self.point(node, of, path, Some(&mut faults.values));
                return Some(Series::measured(Values::Constant(point)));
            }
        }
        Some(Series::measured(Values::Windows(self.elements(node, of, kept, path, &mut faults.values))))
    }

    /// The elements of an array of which at least one is no value of the metric; faults of those that are judged.
    fn elements(
        self,
        node: &JsonNode,
        of: MetricPlace<'_>,
        kept: KeptWindows,
        path: &Path<'_>,
        faults: &mut Faults,
    ) -> Vec<Point> {
        let text = self.text(faults);
        let each = |element: &mut dyn FnMut(&JsonNode)| {
            // It was read before, so that nothing can be wrong with it as JSON.
            let _: Result<(), NotJson> = JsonReader::of_text(text.0, node.span.start).array(|reader| {
                element(&JsonNode::read(reader)?);
                Ok(())
            });
        };
        let mut windows = 0;
        each(&mut |_| windows += 1);
        let first = kept.first(windows);
        let mut points = Vec::with_capacity(windows);
        each(&mut |element| {
            let window = points.len();
            let faults = (window >= first).then_some(&mut *faults);
            points.push(self.point(element, of, &path.index(window), faults));
        });
        points
    }

    /// One value, or null; no data where it is no value of the metric, which is a fault where `faults` are asked for.
    fn point(self, node: &JsonNode, of: MetricPlace<'_>, path: &Path<'_>, faults: Option<&mut Faults>) -> Point {
        let metric = of.metric;
        let number = match (&node.value, metric.unit) {
            (JsonValue::Scalar(Scalar::Null), _) => return Point::NO_DATA,
            (JsonValue::Scalar(Scalar::Bool(value)), Unit::Flag) => Some(f64::from(u8::from(*value))),
            (JsonValue::Scalar(Scalar::Number(number)), _) => Some(*number),
            _ => None,
        };
        if let Some(admitted) = number.and_then(|number| metric.admit(number)) {
            return Point::new(admitted);
        }
        let cause = if number.is_some_and(|number| !number.is_nan()) { Cause::OutOfRange } else { Cause::NotANumber };
        let Some(faults) = faults else { return Point::no_data(cause) };
        let text = self.text(faults);
        let is_quoted = || text.piece(&node.span).trim_matches('"').parse().is_ok_and(f64::is_finite);
        // Of numbers out of range, those of one metric have one cause; of the others, those of the whole snapshot.
        let (code, place) = match number {
            Some(number) if number.is_finite() => (Code::OutOfRange, of.start),
            Some(_) => (Code::NotFinite, self.start),
            None if is_quoted() => (Code::QuotedNumber, self.start),
            None => (Code::WrongType, self.start),
        };
        faults.push_caused(code, place, || match number {
            Some(number) if number.is_finite() => {
                let help = "mend the export, or the metric's `unit` in the table";
                outside(&text.clipped(&node.span), number, metric, help).at(node.span.clone()).path(path)
            }
            Some(_) => {
                let message = format!("{} is not a finite number", text.clipped(&node.span));
                let fault = Fault::new(code, message).at(node.span.clone()).path(path);
                fault.help("write null where there is no data")
            }
            None => {
                let fault = text.wrong(node, "a number belongs here", path);
                if code == Code::QuotedNumber {
                    let quoted = text.piece(&node.span).trim_matches('"');
                    Fault { code, ..fault }.help(format!("write {quoted} without quotes"))
                } else {
                    fault.help("write null where there is no data")
                }
            }
        });
        Point::no_data(cause)
    }
}

/// A metric, and where its values begin.
#[derive(Clone, Copy)]
struct MetricPlace<'m> {
    metric: &'m Metric,
    start: usize,
}

/// Which windows are judged.
#[derive(Clone, Copy)]
pub(super) struct KeptWindows {
    pub(super) cut: Cut,
    /// The width of one.
    pub(super) window: Duration,
}

impl KeptWindows {
    /// The first of `windows` windows that is judged.
    fn first(self, windows: usize) -> usize {
        let entered = windows.saturating_sub(self.cut.before_entry);
        let kept = self.cut.last.map_or(entered, |last| entered.min(windows_to_cover(last, self.window)));
        windows - kept
    }
}

/// The values as `metric` has them; `None` where one of them is none.
fn clamped(series: &Series, metric: &Metric) -> Option<Series> {
    let Values::Windows(points) = series.values() else { return None };
    let admit = |point: &Point| point.get().map_or(Some(*point), |value| metric.admit(value).map(Point::new));
    points.iter().map(admit).collect::<Option<_>>().map(|points| Series::measured(Values::Windows(points)))
}
