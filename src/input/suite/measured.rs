//! What a test says was measured: series in the short notation.

use std::ops::Range;

use super::notation::{Element, NotationError, parse};
use crate::{
    eval::{
        measurement::{Measurement, Series, Values},
        notation::shortest,
        number::{Finite, Point},
        snapshot::Section,
        table::{Metric, MetricId, Pipeline},
        unit::Unit,
    },
    input::{
        data_faults::{SectionPlaces, key_of, outside},
        document::Path,
        form::{is_free, unknown_key},
        values::{at, quoted, wrong},
        yaml::{Node, Yaml},
    },
    refusal::{Code, Fault, Faults},
};

/// How many windows the series of one suite may stand for together: more than people write, and little memory.
const MOST_WINDOWS: usize = 1_000_000;

/// The reader of one suite's series.
pub(super) struct Reader<'s> {
    text: &'s str,
    /// How many more windows there may be; `None` once there were too many.
    left: Option<usize>,
}

/// The series of one section of a test.
pub(super) struct ReadSection {
    /// One entry for each metric of the pipeline.
    pub(super) measurements: Vec<Option<Measurement>>,
    /// The names that the pipeline does not declare.
    pub(super) unknown: Vec<String>,
    /// Where it all stands; `None` where the section is left out.
    pub(super) places: Option<SectionPlaces>,
}

impl<'s> Reader<'s> {
    pub(super) fn new(text: &'s str) -> Self {
        Self { text, left: Some(MOST_WINDOWS) }
    }

    /// The metrics of a section; those that the pipeline does not declare are faults.
    pub(super) fn section(
        &mut self,
        section: Section,
        node: Option<&Node<'_>>,
        pipeline: &Pipeline,
        path: &Path<'_>,
        faults: &mut Faults,
    ) -> ReadSection {
        let mut read = ReadSection {
            measurements: pipeline.metrics.iter().map(|_| None).collect(),
            unknown: Vec::new(),
            places: None,
        };
        let Some(node) = node else { return read };
        let start = node.span.clone();
        let Yaml::Map(map) = &node.content else {
            let expected = format!("`{}` is a map from metric to values", key_of(section));
            faults.push(wrong(node, &expected, path).help("write it as `{ p95_ms: [240x3, _, 250] }`"));
            read.places = Some(SectionPlaces { start, keys: [].into() });
            return read;
        };
        let named = || map.iter().filter(|(key, _)| !is_free(&key.text));
        let keys = named().map(|(key, _)| (key.text.to_string(), key.span.clone())).collect();
        read.places = Some(SectionPlaces { start, keys });
        if named().next().is_none() {
            let fault = at(Code::EmptyMap, node, "no metrics here").path(path);
            faults.push(fault.help("write at least one, name -> one value a window"));
        }
        for (key, node) in named() {
            let declared = pipeline.metrics.iter().position(|metric| metric.name == key.text);
            let metric = declared.and_then(|index| pipeline.metric(MetricId(index)));
            let slot = declared.and_then(|index| read.measurements.get_mut(index));
            if let (Some(metric), Some(slot)) = (metric, slot) {
                // Of two with one name, which is a fault already, the first counts.
                let measurement = self.measurement(node, metric, &path.key(&key.text), faults);
                slot.get_or_insert(measurement);
            } else {
                let known = || pipeline.metrics.iter().map(|metric| metric.name.as_str());
                let message = || format!("unknown metric `{}`", key.text);
                faults.push_with(|| unknown_key(Code::UnknownMetric, message(), key, known(), path));
                read.unknown.push(key.text.to_string());
            }
        }
        read
    }

    /// The series of one metric; of a faulty one, no data in every window, so that its faults are told once.
    fn measurement(&mut self, node: &Node<'_>, metric: &Metric, path: &Path<'_>, faults: &mut Faults) -> Measurement {
        let nothing = || Series::measured(Values::Constant(Point::NO_DATA));
        let Yaml::Map(map) = &node.content else {
            return Measurement::Single(self.series(node, metric, path, faults).unwrap_or_else(nothing));
        };
        if map.is_empty() {
            let fault = at(Code::EmptyMap, node, "no series here").path(path);
            faults.push(fault.help("write at least one, label -> one value a window"));
            return Measurement::Single(nothing());
        }
        let mut labelled: Vec<(String, Series)> = Vec::with_capacity(map.len());
        for (key, node) in map {
            let path = path.key(&key.text);
            if matches!(node.content, Yaml::Map(_)) {
                let fault = wrong(node, "a series is one value a window, or one number", &path);
                faults.push(fault.help("write `[240x3, _, 250]`, or one number"));
            } else if let Some(series) = self.series(node, metric, &path, faults)
                && labelled.iter().all(|(label, _)| *label != key.text)
            {
                labelled.push((key.text.to_string(), series));
            }
        }
        if labelled.is_empty() { Measurement::Single(nothing()) } else { Measurement::Labelled(labelled) }
    }

    /// A list of elements, or one value for every window.
    fn series(&mut self, node: &Node<'_>, metric: &Metric, path: &Path<'_>, faults: &mut Faults) -> Option<Series> {
        let values = match &node.content {
            Yaml::List(items) => Values::Windows(self.windows(node, items, metric, path, faults)?),
            _ => match self.element(node, metric, path, faults)? {
                (point, 1) => Values::Constant(point),
                (_, count) => {
                    let source = self.source(node);
                    let message = format!("`{source}` stands for {count} windows, and no list is around it");
                    let fault = at(Code::BadNotation, node, message).path(path);
                    faults.push(fault.help(format!("write [{source}]")));
                    return None;
                }
            },
        };
        Some(Series::measured(values))
    }

    fn windows(
        &mut self,
        node: &Node<'_>,
        items: &[Node<'_>],
        metric: &Metric,
        path: &Path<'_>,
        faults: &mut Faults,
    ) -> Option<Vec<Point>> {
        if items.is_empty() {
            let fault = at(Code::EmptyArray, node, "this list is empty").path(path);
            faults.push(fault.help("write one value a window, and `_` where there is none"));
            return None;
        }
        let mut points = Some(Vec::new());
        for (index, item) in items.iter().enumerate() {
            let element = self.element(item, metric, &path.index(index), faults);
            let element = element.filter(|(_, count)| self.has_room(*count, item, &path.index(index), faults));
            match (element, &mut points) {
                (Some((point, count)), Some(points)) => points.extend(std::iter::repeat_n(point, count)),
                // Every fault is to be found, not only the first.
                _ => points = None,
            }
        }
        points
    }

    /// Whether there were too many windows, so that nothing more is made of any.
    pub(super) fn is_full(&self) -> bool {
        self.left.is_none()
    }

    /// Counts what a plain number stands for in each series that has a label: quotients are worked out for every
    /// label and window. `windows` is how many the test has.
    pub(super) fn count_constants(
        &mut self,
        measurements: &[Option<Measurement>],
        windows: usize,
        node: &Node<'_>,
        path: &Path<'_>,
        faults: &mut Faults,
    ) {
        let labelled =
            measurements.iter().flatten().flat_map(Measurement::entries).filter(|(label, _)| label.is_some());
        let constants = labelled.filter(|(_, series)| series.values().windows().is_none()).count();
        self.has_room(constants.saturating_mul(windows), node, path, faults);
    }

    /// Whether there may be `count` more windows; the first time that there may not is a fault.
    fn has_room(&mut self, count: usize, node: &Node<'_>, path: &Path<'_>, faults: &mut Faults) -> bool {
        let Some(left) = self.left else { return false };
        self.left = left.checked_sub(count);
        if self.left.is_none() {
            let message = "the series of this suite are more than a million windows together";
            let fault = at(Code::TooLarge, node, message).path(path);
            faults.push(fault.help("take wider or fewer windows, or a plain number, which holds in every window"));
        }
        self.left.is_some()
    }

    /// One value, and in how many windows it stands.
    fn element(
        &self,
        node: &Node<'_>,
        metric: &Metric,
        path: &Path<'_>,
        faults: &mut Faults,
    ) -> Option<(Point, usize)> {
        let point = self.parsed(node).and_then(|(element, count)| Ok((self.point(node, element, metric)?, count)));
        point.map_err(|fault| faults.push(fault.path(path))).ok()
    }

    /// What is written there.
    fn parsed(&self, node: &Node<'_>) -> Result<(Element, usize), Fault> {
        let source = self.source(node);
        let parsed = match &node.content {
            Yaml::Null => Ok((Element::Nothing, 1)),
            Yaml::Bool(flag) => Ok((Element::Flag(*flag), 1)),
            // YAML takes 0x3 for a hexadecimal number, which nobody means here.
            Yaml::Number(_) if source.contains('x') => parse(source),
            Yaml::Number(number) => match Finite::new(*number) {
                Some(number) => Ok((Element::Number(number), 1)),
                None => Err(NotationError::NotFinite),
            },
            Yaml::Text(text) => parse(text),
            Yaml::List(_) | Yaml::Map(_) => {
                let expected = "one value of one or several windows belongs here";
                return Err(wrong(node, expected, &Path::Root("")).help(HELP));
            }
        };
        parsed.map_err(|error| match error {
            NotationError::NotFinite => {
                let fault = at(Code::NotFinite, node, format!("{source} is not a finite number"));
                fault.help("write `_` where there is no data")
            }
            NotationError::NoCount => {
                let fault = at(Code::BadNotation, node, format!("`{source}` does not say in how many windows"));
                fault.help("write a whole number, at least 1, behind the x: 240x3")
            }
            NotationError::NoValue => {
                at(Code::BadNotation, node, format!("`{source}` is no value of a window")).help(HELP)
            }
        })
    }

    /// The value of an element as the metric has it.
    fn point(&self, node: &Node<'_>, element: Element, metric: &Metric) -> Result<Point, Fault> {
        let no_number = || wrong(node, "a number belongs here", &Path::Root(""));
        match element {
            Element::Nothing => Ok(Point::NO_DATA),
            Element::Flag(flag) if metric.unit == Unit::Flag => Ok(Point::new(f64::from(flag))),
            Element::Flag(_) => Err(no_number().help("only a metric with `unit: flag` is true or false")),
            // With how often it stands it is a text anyway.
            Element::Number(number) if matches!(node.content, Yaml::Text(_)) && !self.source(node).contains('x') => {
                Err(quoted(&shortest(number.get()), no_number()))
            }
            Element::Number(number) => metric.admit(number.get()).map(Point::new).ok_or_else(|| {
                let help = format!("a metric with `unit: {}` has no such value", metric.unit.name());
                placed(node, outside(&shortest(number.get()), number.get(), metric, &help))
            }),
        }
    }

    /// A value as the file writes it, short enough for a message.
    fn source(&self, node: &Node<'_>) -> &'s str {
        const LONGEST: usize = 40;
        let span: Range<usize> = node.defined.clone().unwrap_or_else(|| node.span.clone());
        let source = self.text.get(span).unwrap_or_default();
        source.get(..source.floor_char_boundary(LONGEST)).unwrap_or(source)
    }
}

/// A fault made elsewhere, at a value.
fn placed(node: &Node<'_>, fault: Fault) -> Fault {
    let placed = at(fault.code, node, fault.message);
    Fault { help: fault.help, ..placed }
}

/// What an element looks like.
const HELP: &str = "write a number, `_` for no data, true or false for a flag, or one of these and how often: 240x3";
