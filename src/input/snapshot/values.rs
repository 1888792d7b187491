//! The values of a snapshot: series of every declared metric, and the names of the others.

use serde_json::value::RawValue;

use super::{Document, by_name, clipped};
use crate::{
    eval::{
        measurement::{Measurement, Series, Values},
        number::Point,
        snapshot::Section,
        table::Pipeline,
        unit::Unit,
    },
    input::{
        data_faults::{key_of, outside},
        document::Path,
        json::{Entry, Points, Text},
    },
    refusal::{Code, Fault, Faults},
};

impl<'a> Document<'a, '_> {
    /// The entries of a section, where it is there and an object.
    pub(super) fn section(&self, section: Section, faults: &mut Faults) -> Option<Vec<Entry<'a>>> {
        let Some(value) = self.get(key_of(section)) else {
            if section == Section::Metrics {
                let fault = Fault::new(Code::MissingKey, "\"metrics\" is missing")
                    .at(self.text.start_of(self.text.root()))
                    .path("$");
                faults.push(fault.help("a snapshot has metrics: name -> one value a window"));
            }
            return None;
        };
        let what = format!("{} is an object: name -> one value a window", key_of(section));
        self.object(value, &what, &Path::Root("$").key(key_of(section)), faults)
    }

    /// The declared metrics by their id, and the names of the others.
    pub(super) fn measurements(
        &self,
        section: Section,
        pipeline: &Pipeline,
        faults: &mut Faults,
    ) -> (Vec<Option<Measurement>>, Vec<String>) {
        let mut measurements: Vec<Option<Measurement>> = pipeline.metrics.iter().map(|_| None).collect();
        let mut unused = Vec::new();
        let path = Path::Root("$");
        let path = path.key(key_of(section));
        let mut declared = by_name(pipeline, &mut measurements);
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
            return self.series(value, unit, path, faults).map_or_else(nothing, Measurement::Single);
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
            let series = self.series(entry.value, unit, &path.key(&entry.key), faults)?;
            Some((entry.key, series))
        });
        Measurement::Labelled(series.collect())
    }

    /// An array of values, or one value for every window.
    fn series(&self, value: &'a RawValue, unit: Unit, path: &Path<'_>, faults: &mut Faults) -> Option<Series> {
        let measured = |points| Series::measured(Values::Windows(points));
        if !value.get().starts_with('[') {
            return self.point(value, unit, path, faults).map(|point| Series::measured(Values::Constant(point)));
        }
        // Most arrays are numbers and nulls in range. What is not is read again, element by element.
        let series = match serde_json::from_str(value.get()).map(|Points(points)| measured(points)) {
            Ok(series) if series.fits(unit) => series,
            _ => {
                let elements = Text::elements(value).into_iter().enumerate();
                let points = elements.map(|(index, element)| self.point(element, unit, &path.index(index), faults));
                // Collected whole first: every fault is to be found, not only the first.
                let points: Vec<Option<Point>> = points.collect();
                measured(points.into_iter().collect::<Option<_>>()?)
            }
        };
        if series.values().windows() == Some(0) {
            let fault = Fault::new(Code::EmptyArray, "this array is empty").at(self.text.span(value.get())).path(path);
            faults.push(fault.help("write one value a window, or null where there is none"));
            return None;
        }
        Some(series)
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
                let help = "mend the export, or the metric's `unit` in the table";
                outside(&clipped(text), number, unit, help).at(self.text.span(text)).path(path)
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
}
