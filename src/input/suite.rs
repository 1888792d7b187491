//! Tests of a table, `gates.test.yaml`, to a checked [`Suite`]. Every fault of a file is found in one run.
//!
//! This file reads tests and what they expect; [`measured`] reads their windows, in the [`notation`] for them.
//! [`maps`] declares every key: a new one is a line there, and one where it is read.

mod maps;
mod measured;
mod notation;

use std::{collections::HashMap, ops::Range, time::Duration};

use self::{
    maps::{ExpectMap, SuiteMap, TestMap},
    measured::Reader,
};
use super::{
    document::Path,
    form::{Field, Read, is_free, open, unknown_key},
    stages::{Named, WaysOut, candidates, choose, of_name},
    suggestion::nearest,
    unjudgeable::{Places, Unjudgeable},
    values::{Text, Version, Word, at, list, wrong},
    windows,
    yaml::{self, Key, Node, Value},
};
use crate::{
    eval::{
        measurement::Measurement,
        snapshot::{Measured, Section, Snapshot, SnapshotFault},
        table::{Pipeline, Rule, StageRules, Table},
        verdict::State,
    },
    outcome::Reading,
    refusal::{Code, Fault, Faults, Refusal},
    schema::draft_7,
    suite::{Expected, ExpectedState, Given, Recorded, Suite, Test, named_rule},
};

/// Reads tests of `table`. `origin` is the file as the user named it.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read<'t>(origin: &str, text: String, table: &'t Table) -> Result<Suite<'t>, Refusal> {
    let mut faults = Faults::default();
    let tests = match yaml::parse(&text, "suite") {
        Ok(root) => {
            yaml::find_disguises(&text, &root, &Path::Root(""), &mut faults);
            SuiteReader { table, windows: Reader::new(&text), names: HashMap::new() }.suite(&root, &mut faults)
        }
        Err(fault) => {
            faults.push(fault);
            None
        }
    };
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

const WAYS_OUT: WaysOut = WaysOut { stage: "add `stage`", pipeline: "add `pipeline`" };

/// The reader of one suite.
struct SuiteReader<'s, 't> {
    table: &'t Table,
    windows: Reader<'s>,
    /// Where each test's name stands.
    names: HashMap<String, Range<usize>>,
}

impl<'t> SuiteReader<'_, 't> {
    fn suite(&mut self, root: &Node, faults: &mut Faults) -> Option<Vec<Test<'t>>> {
        let path = Path::Root("");
        if matches!(root.value, Value::Null) {
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

    fn test(&mut self, node: &Node, path: &Path<'_>, faults: &mut Faults) -> Option<Test<'t>> {
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
    fn name(&mut self, node: &Node, path: &Path<'_>, faults: &mut Faults) -> Option<String> {
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
    fn stages(&self, map: &TestMap<'_>, node: &Node, path: &Path<'_>, faults: &mut Faults) -> Vec<StageRules<'t>> {
        let (Ok(pipeline), Ok(stage)) = (named(&map.pipeline, path, faults), named(&map.stage, path, faults)) else {
            return Vec::new();
        };
        let candidates = candidates(self.table, pipeline.as_ref(), faults).unwrap_or_default();
        match (map.snapshot.node, &stage) {
            _ if candidates.is_empty() => Vec::new(),
            (None, _) => {
                let unnamed = |fault: Fault| fault.at(node.span.clone()).path(path);
                choose(&candidates, stage.as_ref(), unnamed, &WAYS_OUT, faults).into_iter().collect()
            }
            (Some(_), Some(stage)) => of_name(&candidates, stage, faults),
            (Some(_), None) => candidates.into_iter().flat_map(ladder).collect(),
        }
    }

    /// Windows that the test writes out; `None` where they cannot be judged.
    fn windows(
        &mut self,
        map: &TestMap<'_>,
        stages: &[StageRules<'t>],
        node: &Node,
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
        let (metrics, baseline) = (&map.metrics, &map.baseline);
        let metrics = self.windows.section(Section::Metrics, metrics.node, pipeline, &path.key(metrics.key), faults);
        let baseline =
            self.windows.section(Section::Baseline, baseline.node, pipeline, &path.key(baseline.key), faults);
        let all = [&metrics.measurements, &baseline.measurements];
        let lengths = all.into_iter().flatten().flatten().flat_map(Measurement::entries);
        let windows = lengths.filter_map(|(_, series)| series.values().windows()).max().unwrap_or(1);
        for (section, read) in [(&map.metrics, &metrics), (&map.baseline, &baseline)] {
            let Some(node) = section.node else { continue };
            self.windows.count_constants(&read.measurements, windows, node, &path.key(section.key), faults);
        }
        if self.windows.is_full() {
            return None;
        }
        let width = window.unwrap_or(Duration::from_mins(1));
        let measured = Measured { window: width, metrics: metrics.measurements, baseline: baseline.measurements };
        let made = Snapshot::new(*stage, measured, None).map_err(|found| {
            let is_map = metrics.places.as_ref().is_some_and(|places| !places.keys.is_empty());
            let places =
                Places { root: *path, start: node.span.clone(), metrics: metrics.places, baseline: baseline.places };
            let context = Unjudgeable { pipeline, unused: &metrics.unknown, places };
            let is_told = |fault: &SnapshotFault| !is_map || is_misspelt(fault, pipeline, &metrics.unknown);
            let is_missing = |fault: &SnapshotFault| matches!(fault, SnapshotFault::Missing { .. });
            for fault in found.into_iter().filter(|fault| !(is_missing(fault) && is_told(fault))) {
                faults.push(context.fault(fault));
            }
        });
        let (snapshot, _) = (made.ok()?, window?);
        let (labels, unused_metrics, unused_baseline) = (Vec::new(), Vec::new(), Vec::new());
        Some(Reading { stage: *stage, snapshot, start: None, labels, unused_metrics, unused_baseline })
    }
}

/// Whether a missing metric is likely one of `unknown`, which is a fault already.
fn is_misspelt(fault: &SnapshotFault, pipeline: &Pipeline, unknown: &[String]) -> bool {
    let SnapshotFault::Missing { metric, missing_parts } = fault else { return false };
    let names = std::iter::once(metric).chain(missing_parts).filter_map(|id| pipeline.metric(*id));
    let unknown = || unknown.iter().map(String::as_str);
    names.map(|metric| nearest(&metric.name, unknown())).any(|near| near.is_some())
}

/// Every stage of a pipeline.
fn ladder(pipeline: &Pipeline) -> impl Iterator<Item = StageRules<'_>> {
    pipeline.stages.iter().filter_map(|stage| pipeline.stage(&stage.name))
}

/// A pipeline or a stage that the test names; `Err` where it does so badly.
fn named(field: &Field<'_, Text>, path: &Path<'_>, faults: &mut Faults) -> Result<Option<Named>, ()> {
    let Some(node) = field.node else { return Ok(None) };
    let name = field.read(path, faults).ok_or(())?;
    Ok(Some(Named { name, path: path.key(field.key).to_string(), span: Some(node.span.clone()) }))
}

/// A snapshot in a file of its own, which says all about its windows itself.
fn recorded(map: &TestMap<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<Recorded> {
    let beside = [
        (map.metrics.key, map.metrics.node),
        (map.baseline.key, map.baseline.node),
        (map.window_minutes.key, map.window_minutes.node),
    ];
    for (key, node) in beside {
        let Some(node) = node else { continue };
        let fault = at(Code::ConflictingKeys, node, format!("`{key}` cannot be together with `snapshot`"));
        faults.push(fault.path(path.key(key)).help("leave one of them out: the snapshot has its own"));
    }
    let text = |field: &Field<'_, Text>| field.read(path, &mut Faults::default());
    let (pipeline, stage) = (text(&map.pipeline), text(&map.stage));
    Some(Recorded { file: map.snapshot.read(path, faults)?, pipeline, stage })
}

/// The width of a window, from the test and the pipeline.
fn width(
    map: &TestMap<'_>,
    pipeline: &Pipeline,
    node: &Node,
    path: &Path<'_>,
    faults: &mut Faults,
) -> Option<Duration> {
    let Some(said) = map.window_minutes.node else {
        if pipeline.window.is_none() {
            let fault = Fault::new(Code::MissingKey, "`window_minutes` is missing").at(node.span.clone()).path(path);
            faults.push(fault.help(windows::say_which(pipeline)));
        }
        return pipeline.window;
    };
    let window = map.window_minutes.read(path, faults)?;
    if let Some(fault) = windows::disagreement("the test", window, pipeline) {
        faults.push(fault.at(said.span.clone()).path(path.key(map.window_minutes.key)));
        return None;
    }
    Some(window)
}

fn expected(node: &Node, stages: &[StageRules<'_>], path: &Path<'_>, faults: &mut Faults) -> Option<Expected> {
    let map = open::<ExpectMap<'_>>(node, path, faults)?;
    if matches!(&node.value, Value::Map(entries) if entries.iter().all(|(key, _)| is_free(&key.text))) {
        let fault = at(Code::EmptyMap, node, "this test expects nothing").path(path);
        faults.push(fault.help("say what should come out, such as `decision: hold`"));
    }
    Some(Expected {
        decision: map.decision.read(path, faults),
        gate_passed: map.gate_passed.read(path, faults),
        rollback_triggered: map.rollback_triggered.read(path, faults),
        reasons: map.reasons.read(path, faults),
        gate_fail_reasons: map.gate_fail_reasons.read(path, faults),
        rollback_reasons: map.rollback_reasons.read(path, faults),
        warnings: map.warnings.read(path, faults),
        states: map
            .states
            .with(path, faults, |node, path, faults| states(node, stages, path, faults))
            .unwrap_or_default(),
    })
}

/// How rules are expected to come out. `stages` are those that may judge.
fn states(node: &Node, stages: &[StageRules<'_>], path: &Path<'_>, faults: &mut Faults) -> Option<Vec<ExpectedState>> {
    let Value::Map(map) = &node.value else {
        let fault = wrong(node, "states are a map from rule to state", path);
        faults.push(fault.help("write each as `gate.p95_ms.max: pass`"));
        return None;
    };
    let named: Vec<&(Key, Node)> = map.iter().filter(|(key, _)| !is_free(&key.text)).collect();
    if named.is_empty() {
        let fault = at(Code::EmptyMap, node, "no states here").path(path);
        faults.push(fault.help("write at least one, such as `gate.p95_ms.max: pass`"));
    }
    let state = |(key, node): &(Key, Node)| {
        let state = Word::<State>::read(node, &path.key(&key.text), faults);
        let rule = rule(key, stages, path, faults);
        if let (Some(rule), Some(state)) =
            (rule, state.filter(|state| rule.is_some_and(|rule| !state.is_of(rule.kind))))
        {
            let possible = State::ALL.into_iter().filter(|state| state.is_of(rule.kind)).map(State::name);
            let possible: Vec<_> = possible.collect();
            let kind = rule.kind.name();
            let fault = at(Code::UnknownWord, node, format!("a {kind} rule cannot be `{}`", state.name()));
            let help = format!("a {kind} rule is one of {}", possible.join(", "));
            faults.push(fault.path(path.key(&key.text)).help(help));
        }
        Some(ExpectedState { check: key.text.clone(), state: state? })
    };
    Some(named.into_iter().filter_map(state).collect())
}

/// The rule that a key of `states` names, at the first of `stages` that has it; a fault where none has.
fn rule<'t>(key: &Key, stages: &[StageRules<'t>], path: &Path<'_>, faults: &mut Faults) -> Option<&'t Rule> {
    let found = stages.iter().find_map(|stage| named_rule(*stage, &key.text));
    if found.is_none() && !stages.is_empty() {
        faults.push_with(|| unknown_rule(key, stages, path));
    }
    found.map(|(rule, _)| rule)
}

fn unknown_rule(key: &Key, stages: &[StageRules<'_>], path: &Path<'_>) -> Fault {
    let message = match stages {
        [stage] => format!("stage `{}` has no rule `{}`", stage.stage().name, key.text),
        _ => format!("no stage has a rule `{}`", key.text),
    };
    let is_elsewhere = |stage: &StageRules<'_>| stage.pipeline().rules.iter().any(|rule| rule.id == key.text);
    if stages.iter().any(is_elsewhere) {
        let fault = Fault::new(Code::UnknownRule, message).at(key.span.clone()).path(path.key(&key.text));
        return fault.help("it has no limit at this stage: leave it out, or name another stage");
    }
    let known: Vec<&str> = stages.iter().flat_map(StageRules::rules).map(|rule| rule.id.as_str()).collect();
    unknown_key(Code::UnknownRule, message, key, known, path)
}
