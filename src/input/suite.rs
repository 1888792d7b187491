//! Tests of a table, `gates.test.yaml`, to a checked `Suite`. Every fault of a file is found in one run.
//!
//! This file reads tests; `measured` reads their windows, in the `notation` for them, `expected` what should
//! come out. `maps` declares every key: a new one is a line there, and one where it is read.

mod expected;
mod maps;
mod measured;
mod notation;

use std::{collections::HashMap, ops::Range, time::Duration};

use self::{
    expected::expected,
    maps::{SuiteMap, TestMap},
    measured::{ReadSection, Reader},
};
use super::{
    data_faults::{DataFaults, MeasuredPlaces},
    document::Path,
    form::{Field, Read, open},
    snapshot::{other_labels, windows_before_entry},
    stages::{GivenName, StageHints, candidates, choose, of_name},
    values::{Text, Version, at, list},
    windows,
    yaml::{self, Node, Yaml},
};
use crate::{
    eval::{
        measurement::Measurement,
        snapshot::{Cut, Measured, Section, Snapshot, SnapshotFault},
        table::{Pipeline, StageRules, Table, Width},
    },
    outcome::{Reading, opening},
    refusal::{Code, Fault, Faults, Refusal},
    schema::draft_7,
    suite::{Given, Recorded, Suite, Test},
};

/// Reads tests of `table`. `origin` is the file as the user named it.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read<'t>(origin: &str, text: String, table: &'t Table) -> Result<Suite<'t>, Refusal> {
    let mut faults = Faults::default();
    let root = yaml::open(&text, "suite", &mut faults);
    let reader = || SuiteReader { table, windows: Reader::new(&text), names: HashMap::new() };
    let tests = root.and_then(|root| reader().suite(&root, &mut faults));
    match tests {
        Some(tests) if faults.is_empty() => Ok(Suite { file: origin.to_owned(), tests }),
        _ => {
            if faults.is_empty() {
                faults.push(Fault::new(Code::WrongType, "not a suite of tests"));
            }
            Err(faults.refuse(origin, text))
        }
    }
}

/// The schema of a suite.
#[must_use]
pub fn schema() -> serde_json::Value {
    draft_7::<SuiteMap<'_>>("rollout-gate: tests of a table (gates.test.yaml)")
}

const STAGE_HINTS: StageHints = StageHints { stage: "add `stage`", pipeline: "add `pipeline`" };

/// The reader of one suite.
struct SuiteReader<'s, 't> {
    table: &'t Table,
    windows: Reader<'s>,
    /// Where each test's name stands.
    names: HashMap<String, Range<usize>>,
}

impl<'t> SuiteReader<'_, 't> {
    fn suite(&mut self, root: &Node<'_>, faults: &mut Faults) -> Option<Vec<Test<'t>>> {
        let path = Path::Root("");
        if matches!(root.content, Yaml::Null) {
            let fault = Fault::new(Code::EmptyDocument, "the suite is empty").at(root.span.clone());
            faults.push(fault.help("a suite begins with `version: 1`, then `tests:` with at least one test"));
            return None;
        }
        let map = open::<SuiteMap<'_>>(root, &path, faults)?;
        Version::check(&map.version, "suite", &path, faults);
        map.tests.with(&path, faults, |node, path, faults| {
            let help = "write at least one test";
            let items = list(node, help, path, faults)?;
            if items.is_empty() {
                faults.push(at(Code::EmptyList, node, "this suite has no tests").path(path).help(help));
            }
            let tests = items.iter().enumerate();
            Some(tests.filter_map(|(index, item)| self.test(item, &path.index(index), faults)).collect())
        })
    }

    fn test(&mut self, node: &Node<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<Test<'t>> {
        let map = open::<TestMap<'_>>(node, path, faults)?;
        let name = map.name.with(path, faults, |node, path, faults| self.name(node, path, faults));
        map.about.read(path, faults);
        let stages = self.stages(&map, node, path, faults);
        let given = match map.snapshot.node {
            Some(_) => recorded(&map, path, faults).map(Given::Recorded),
            None => self.windows(&map, &stages, node, path, faults).map(Box::new).map(Given::Windows),
        };
        let expected = map.expect.with(path, faults, |node, path, faults| expected(node, &stages, path, faults));
        Some(Test { name: name?, line: node.line, given: given?, expected: expected? })
    }

    /// A name that no test before has.
    fn name(&mut self, node: &Node<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<String> {
        let name = Text::read(node, path, faults)?;
        if let Some(first) = self.names.get(&name) {
            let fault = at(Code::DuplicateTest, node, format!("two tests have the name {name:?}")).path(path);
            faults.push(fault.related(first.clone(), "first here").help("say what each of them shows"));
        } else {
            self.names.insert(name.clone(), node.span.clone());
        }
        Some(name)
    }

    /// The stages that may judge: one, or of a snapshot, which names its own, several. None where that cannot be
    /// told, which is a fault then.
    fn stages(&self, map: &TestMap<'_>, node: &Node<'_>, path: &Path<'_>, faults: &mut Faults) -> Vec<StageRules<'t>> {
        let (Ok(pipeline), Ok(stage)) = (named(&map.pipeline, path, faults), named(&map.stage, path, faults)) else {
            return Vec::new();
        };
        let candidates = candidates(self.table, pipeline.as_ref(), faults).unwrap_or_default();
        match (map.snapshot.node, &stage) {
            _ if candidates.is_empty() => Vec::new(),
            (None, _) => {
                let unnamed = |fault: Fault| fault.at(node.span.clone()).path(path);
                choose(&candidates, stage.as_ref(), unnamed, &STAGE_HINTS, faults).into_iter().collect()
            }
            (Some(_), Some(stage)) => of_name(&candidates, stage, faults),
            (Some(_), None) => candidates.into_iter().flat_map(Pipeline::ladder).collect(),
        }
    }

    /// Windows that the test writes out; `None` where they cannot be judged.
    fn windows(
        &mut self,
        map: &TestMap<'_>,
        stages: &[StageRules<'t>],
        node: &Node<'_>,
        path: &Path<'_>,
        faults: &mut Faults,
    ) -> Option<Reading<'t>> {
        if map.metrics.node.is_none() {
            let fault = Fault::new(Code::MissingKey, "a test without `metrics`").at(node.span.clone()).path(path);
            faults.push(fault.help("write what was measured, or name a `snapshot`"));
        }
        // Nothing says which metrics there are where nothing says which stage it is.
        let [stage] = stages else { return None };
        let pipeline = stage.pipeline();
        let window = width(map, pipeline, node, path, faults);
        let [metrics, baseline] = self.sections(map, pipeline, path, faults);
        if self.windows.is_full() {
            return None;
        }
        let width = window.unwrap_or(Duration::from_mins(1));
        let measured = Measured { window: width, metrics: metrics.measurements, baseline: baseline.measurements };
        let (start, entered) = (map.start.read(path, faults), map.entered.read(path, faults));
        let labels = map.labels.read(path, faults).unwrap_or_default();
        // Windows that are written out are of the stage that the test names, whether they say so or not.
        if let Some(node) = map.labels.node {
            for (name, fault) in other_labels(*stage, &labels) {
                faults.push(fault.at(node.span.clone()).path(path.key(map.labels.key).key(name)));
            }
        }
        let before_entry = windows_before_entry(*stage, width, start, entered);
        if let Some(entered) = map.entered.node.filter(|_| before_entry.is_none() && map.start.node.is_none()) {
            let fault = at(
                Code::MissingKey,
                entered,
                "`start` is missing, and without it nothing says which windows open before the entry",
            );
            faults.push(fault.path(path).help("add `start`: when window 0 opens"));
        }
        let cut = Cut { before_entry: before_entry.unwrap_or(0), last: map.last.read(path, faults) };
        let made = Snapshot::prepare(*stage, measured, cut);
        let made = made.and_then(|mut made| match std::mem::take(&mut made.faults) {
            faults if faults.is_empty() => Ok(made),
            faults => Err(faults),
        });
        let made = made.map_err(|found| {
            let is_map = metrics.places.as_ref().is_some_and(|places| !places.keys.is_empty());
            let places = MeasuredPlaces {
                root: *path,
                start: node.span.clone(),
                metrics: metrics.places,
                baseline: baseline.places,
            };
            let context = DataFaults { pipeline, unused: &metrics.unknown, places };
            let is_told = |fault: &SnapshotFault| is_missing(fault) && !is_map || context.is_misspelt(fault);
            for fault in found.into_iter().filter(|fault| !is_told(fault)) {
                faults.push_with(|| context.fault(fault));
            }
        });
        let (prepared, _) = (made.ok()?, window?);
        let start = start.and_then(|start| opening(start, width, prepared.snapshot.left_out().windows()));
        Some(Reading {
            stage: *stage,
            prepared,
            faults: None,
            start,
            labels,
            sha256: None,
            unused_metrics: Vec::new(),
            unused_baseline: Vec::new(),
        })
    }

    /// What was measured, and the baseline.
    fn sections(
        &mut self,
        map: &TestMap<'_>,
        pipeline: &Pipeline,
        path: &Path<'_>,
        faults: &mut Faults,
    ) -> [ReadSection; 2] {
        let fields = [(Section::Metrics, &map.metrics), (Section::Baseline, &map.baseline)];
        let read = fields
            .map(|(section, field)| self.windows.section(section, field.node, pipeline, &path.key(field.key), faults));
        let series = || read.iter().flat_map(|read| &read.measurements).flatten().flat_map(Measurement::entries);
        let windows = series().filter_map(|(_, series)| series.values().windows()).max().unwrap_or(1);
        for ((_, field), read) in fields.iter().zip(&read) {
            let Some(node) = field.node else { continue };
            self.windows.count_constants(&read.measurements, windows, node, &path.key(field.key), faults);
        }
        read
    }
}

fn is_missing(fault: &SnapshotFault) -> bool {
    matches!(fault, SnapshotFault::Missing { .. })
}

/// A pipeline or a stage that the test names; `Err` where it does so badly.
fn named(field: &Field<'_, Text>, path: &Path<'_>, faults: &mut Faults) -> Result<Option<GivenName>, ()> {
    let Some(node) = field.node else { return Ok(None) };
    let name = field.read(path, faults).ok_or(())?;
    Ok(Some(GivenName { name, path: path.key(field.key).to_string(), span: Some(node.span.clone()) }))
}

/// A snapshot in a file of its own, which says all about its windows itself.
fn recorded(map: &TestMap<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<Recorded> {
    let beside = [
        (map.metrics.key, map.metrics.node),
        (map.baseline.key, map.baseline.node),
        (map.window_minutes.key, map.window_minutes.node),
        (map.start.key, map.start.node),
        (map.labels.key, map.labels.node),
    ];
    for (key, node) in beside {
        let Some(node) = node else { continue };
        let fault = at(Code::ConflictingKeys, node, format!("`{key}` cannot be together with `snapshot`"));
        faults.push(fault.path(path.key(key)).help("leave one of them out: the snapshot has its own"));
    }
    let text = |field: &Field<'_, Text>| field.read(path, &mut Faults::default());
    let (pipeline, stage) = (text(&map.pipeline), text(&map.stage));
    let (last, entered) = (map.last.read(path, faults), map.entered.read(path, faults).map(|time| time.to_string()));
    Some(Recorded { file: map.snapshot.read(path, faults)?, pipeline, stage, last, entered })
}

/// The width of a window, from the test and the pipeline.
fn width(
    map: &TestMap<'_>,
    pipeline: &Pipeline,
    node: &Node<'_>,
    path: &Path<'_>,
    faults: &mut Faults,
) -> Option<Duration> {
    let Some(said) = map.window_minutes.node else {
        let window = pipeline.window.and_then(Width::exactly);
        if window.is_none() {
            let fault = Fault::new(Code::MissingKey, "`window_minutes` is missing").at(node.span.clone()).path(path);
            faults.push(fault.help(windows::say_which(pipeline)));
        }
        return window;
    };
    let window = map.window_minutes.read(path, faults)?;
    if let Some(fault) = windows::disagreement("the test", window, pipeline) {
        faults.push(fault.at(said.span.clone()).path(path.key(map.window_minutes.key)));
        return None;
    }
    Some(window)
}
