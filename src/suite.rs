//! Tests of a table: what they expect, what came of them, and which rules they saw come out both ways.
//!
//! Data and judging only: [`crate::input`] reads suites, [`crate::report`] shows what came of them.

use std::{collections::HashMap, time::Duration};

use crate::{
    eval::{
        table::{Pipeline, Rule, StageRules, Table},
        verdict::{Check, Decision, State, Verdict},
    },
    exit::Status,
    outcome::{Judged, Reading},
    refusal::Refusal,
};

/// The tests of one file.
#[derive(Debug)]
pub struct Suite<'t> {
    /// The file as the user named it.
    pub file: String,
    /// In the file's order; at least one, with names of their own.
    pub tests: Vec<Test<'t>>,
}

/// Windows, and what the table is expected to say about them.
#[derive(Debug)]
pub struct Test<'t> {
    /// What it shows; unique in its file.
    pub name: String,
    /// Where it stands in its file, from 1.
    pub line: usize,
    /// What is judged.
    pub given: Given<'t>,
    /// What should come out.
    pub expected: Expected,
}

/// What a test has judged.
#[derive(Debug)]
pub enum Given<'t> {
    /// Windows that the suite writes out.
    Windows(Box<Reading<'t>>),
    /// A snapshot in a file of its own.
    Recorded(Recorded),
}

/// A snapshot that a test names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The file as the test names it: from the folder of its suite.
    pub file: String,
    /// The pipeline, if the test names it.
    pub pipeline: Option<String>,
    /// The stage, if the test names it.
    pub stage: Option<String>,
    /// How much is judged, if the test says so: the last windows, as many as cover it.
    pub last: Option<Duration>,
    /// When the stage was entered, if the test says so: a time that was found to be one.
    pub entered: Option<String>,
}

/// What a test expects; what is `None` may come out either way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// The decision.
    pub decision: Option<Decision>,
    /// Whether nothing stands against a promotion.
    pub gate_passed: Option<bool>,
    /// Whether some trigger fired.
    pub rollback_triggered: Option<bool>,
    /// Those of `gate_fail_reasons`, then those of `rollback_reasons`: all of them, in order.
    pub reasons: Option<Vec<String>>,
    /// All of them, in order.
    pub gate_fail_reasons: Option<Vec<String>>,
    /// All of them, in order.
    pub rollback_reasons: Option<Vec<String>>,
    /// All of them, in order.
    pub warnings: Option<Vec<String>>,
    /// How rules come out, in the file's order.
    pub states: Vec<ExpectedState>,
}

/// How a rule should come out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedState {
    /// The rule's id for all of its series, or the id with a label for one: `gate.error_rate.max[eu]`.
    pub check: String,
    /// How it should come out.
    pub state: State,
}

/// The rule of `stage` that `check` names, and the label if it names one: the rule with the longest id, where ids
/// themselves look like one with a label.
#[must_use]
pub fn named_rule<'t, 'n>(stage: StageRules<'t>, check: &'n str) -> Option<(&'t Rule, Option<&'n str>)> {
    let label = |rule: &Rule| check.strip_prefix(rule.id.as_str())?.strip_prefix('[')?.strip_suffix(']');
    let whole = stage.rules().find(|rule| rule.id == check).map(|rule| (rule, None));
    let labelled = || stage.rules().filter_map(|rule| Some((rule, Some(label(rule)?))));
    whole.or_else(|| labelled().max_by_key(|(rule, _)| rule.id.len()))
}

/// What came of one test.
#[derive(Debug)]
pub struct Tested {
    /// The test's name.
    pub name: String,
    /// Where it stands in its file, from 1.
    pub line: usize,
    /// The pipeline; `None` where nothing says which.
    pub pipeline: Option<String>,
    /// The stage; `None` where nothing says which.
    pub stage: Option<String>,
    /// How it ended.
    pub ending: Ending,
}

/// How a test ended.
#[derive(Debug)]
pub enum Ending {
    /// Everything came out as expected.
    Passed,
    /// Something did not.
    Failed {
        /// At least one, in the order of [`Expected`].
        differences: Vec<Difference>,
        /// Where the decision or what it follows from is other than expected, why: gate reasons, then rollback
        /// reasons.
        because: Vec<String>,
    },
    /// Its snapshot was refused.
    Unjudged(Refusal),
}

/// One thing that came out other than expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What it is: a key of [`Expected`], of a state with the check: `states gate.error_rate.max[eu]`.
    pub what: String,
    /// What the test expects.
    pub expected: TestValue,
    /// What came out.
    pub got: TestValue,
}

/// What was expected, or came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TestValue {
    /// A decision or a state.
    Word(&'static str),
    /// Yes or no.
    Answer(bool),
    /// Reasons or warnings.
    Texts(Vec<String>),
    /// There is no such rule at the stage, or no such series.
    Nothing,
}

impl<'t> Test<'t> {
    /// Judges what is given and compares; `coverage` is told of the verdict. `read` reads a recorded snapshot.
    pub fn run(
        self,
        coverage: &mut Coverage<'t>,
        read: impl FnOnce(&Recorded) -> Result<Reading<'t>, Refusal>,
    ) -> Tested {
        let Self { name, line, given, expected } = self;
        let (reading, asked) = match given {
            Given::Windows(reading) => (Ok(*reading), None),
            Given::Recorded(recorded) => (read(&recorded), Some(recorded)),
        };
        match reading.and_then(Reading::judge) {
            Ok(Judged { verdict, .. }) => {
                coverage.add(&verdict);
                let differences = expected.differences(&verdict);
                let because = if expected.is_met_by_decision(&verdict) { Vec::new() } else { reasons(&verdict) };
                let ending =
                    if differences.is_empty() { Ending::Passed } else { Ending::Failed { differences, because } };
                let (pipeline, stage) = (verdict.stage().pipeline(), verdict.stage().stage());
                Tested { name, line, pipeline: Some(pipeline.name.clone()), stage: Some(stage.name.clone()), ending }
            }
            Err(refusal) => {
                let (pipeline, stage) = asked.map_or((None, None), |asked| (asked.pipeline, asked.stage));
                Tested { name, line, pipeline, stage, ending: Ending::Unjudged(refusal) }
            }
        }
    }
}

/// Gate reasons, then rollback reasons.
fn reasons(verdict: &Verdict<'_>) -> Vec<String> {
    let all = verdict.gate_fail_reasons().into_iter().chain(verdict.rollback_reasons());
    all.map(str::to_owned).collect()
}

impl Expected {
    /// Whether the decision, and the two answers that it follows from, are as expected.
    fn is_met_by_decision(&self, verdict: &Verdict<'_>) -> bool {
        self.decision.is_none_or(|expected| expected == verdict.decision())
            && self.gate_passed.is_none_or(|expected| expected == verdict.gate_passed())
            && self.rollback_triggered.is_none_or(|expected| expected == verdict.rollback_triggered())
    }

    /// Where `verdict` is other than expected.
    fn differences(&self, verdict: &Verdict<'_>) -> Vec<Difference> {
        let texts = |expected: &Option<Vec<String>>, got: Vec<String>| {
            Some((TestValue::Texts(expected.clone()?), TestValue::Texts(got)))
        };
        let owned = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect();
        let answer = |expected: Option<bool>, got| Some((TestValue::Answer(expected?), TestValue::Answer(got)));
        let decision = self.decision.map(|expected| (expected.name(), verdict.decision().name()));
        let whole = [
            ("decision", decision.map(|(expected, got)| (TestValue::Word(expected), TestValue::Word(got)))),
            ("gate_passed", answer(self.gate_passed, verdict.gate_passed())),
            ("rollback_triggered", answer(self.rollback_triggered, verdict.rollback_triggered())),
            ("reasons", texts(&self.reasons, reasons(verdict))),
            ("gate_fail_reasons", texts(&self.gate_fail_reasons, owned(verdict.gate_fail_reasons()))),
            ("rollback_reasons", texts(&self.rollback_reasons, owned(verdict.rollback_reasons()))),
            ("warnings", texts(&self.warnings, owned(verdict.warnings()))),
        ];
        let whole = whole.into_iter().filter_map(|(what, outcomes)| {
            let (expected, got) = outcomes?;
            (expected != got).then(|| Difference { what: what.to_owned(), expected, got })
        });
        whole.chain(self.states.iter().flat_map(|expected| expected.differences(verdict))).collect()
    }
}

impl ExpectedState {
    fn differences(&self, verdict: &Verdict<'_>) -> Vec<Difference> {
        let difference = |check: &str, got| Difference {
            what: format!("states {check}"),
            expected: TestValue::Word(self.state.name()),
            got,
        };
        let named = named_rule(verdict.stage(), &self.check);
        let checks: Vec<&Check<'_>> = named.map_or(Vec::new(), |(rule, label)| {
            let is_meant = |check: &&Check<'_>| {
                check.rule.id == rule.id && label.is_none_or(|label| check.series.as_deref() == Some(label))
            };
            verdict.checks().iter().filter(is_meant).collect()
        });
        if checks.is_empty() {
            return vec![difference(&self.check, TestValue::Nothing)];
        }
        let odd = checks.into_iter().filter(|check| check.state != self.state);
        odd.map(|check| difference(&name(check), TestValue::Word(check.state.name()))).collect()
    }
}

/// A check as tests name it.
fn name(check: &Check<'_>) -> String {
    match &check.series {
        Some(label) => format!("{}[{label}]", check.rule.id),
        None => check.rule.id.clone(),
    }
}

/// Which rules of a table tests have seen come out which way.
#[derive(Debug)]
pub struct Coverage<'t> {
    /// Every rule of every pipeline, in the table's order.
    pub rules: Vec<RuleCoverage<'t>>,
    places: HashMap<(&'t str, &'t str), usize>,
}

/// How one rule has been seen to come out.
#[derive(Clone, Copy, Debug)]
pub struct RuleCoverage<'t> {
    /// Its pipeline.
    pub pipeline: &'t Pipeline,
    /// The rule.
    pub rule: &'t Rule,
    clear: bool,
    breached: bool,
}

impl<'t> Coverage<'t> {
    /// Of a table that nothing has been judged by.
    #[must_use]
    pub fn new(table: &'t Table) -> Self {
        let of = |pipeline: &'t Pipeline| {
            pipeline.rules.iter().map(move |rule| RuleCoverage { pipeline, rule, clear: false, breached: false })
        };
        let rules: Vec<RuleCoverage<'t>> = table.pipelines.iter().flat_map(of).collect();
        let key = |seen: &RuleCoverage<'t>| (seen.pipeline.name.as_str(), seen.rule.id.as_str());
        let places = rules.iter().map(key).zip(0..).collect();
        Self { rules, places }
    }

    /// Adds what a verdict shows.
    pub fn add(&mut self, verdict: &Verdict<'t>) {
        let pipeline = verdict.stage().pipeline();
        for check in verdict.checks() {
            let place = self.places.get(&(pipeline.name.as_str(), check.rule.id.as_str()));
            if let Some(seen) = place.and_then(|place| self.rules.get_mut(*place)) {
                seen.clear |= check.state == State::clear(check.rule.kind);
                seen.breached |= check.state == State::breached(check.rule.kind);
            }
        }
    }

    /// The rules that can come out both ways: their limits are set at some stage.
    pub fn counted(&self) -> impl Iterator<Item = &RuleCoverage<'t>> {
        self.rules.iter().filter(|seen| seen.is_set())
    }

    /// Those of [`Self::counted`] that were not seen both ways.
    pub fn lacking(&self) -> impl Iterator<Item = &RuleCoverage<'t>> {
        self.counted().filter(|seen| !seen.missing().is_empty())
    }

    /// The others: no stage sets every limit of theirs.
    pub fn not_set(&self) -> impl Iterator<Item = &RuleCoverage<'t>> {
        self.rules.iter().filter(|seen| !seen.is_set())
    }
}

impl RuleCoverage<'_> {
    /// The states that it has not been seen in: none, its clear one, its breached one, or both in this order.
    #[must_use]
    pub fn missing(&self) -> Vec<State> {
        let kind = self.rule.kind;
        let states = [(self.clear, State::clear(kind)), (self.breached, State::breached(kind))];
        states.into_iter().filter(|(is_seen, _)| !is_seen).map(|(_, state)| state).collect()
    }

    fn is_set(&self) -> bool {
        self.pipeline.ladder().any(|stage| self.rule.is_set_at(stage.id()))
    }
}

/// What came of the suites of one table.
#[derive(Debug)]
pub struct Results<'t> {
    /// The table as the user named it.
    pub table: String,
    /// The table and the suites that could not be used.
    pub refused: Vec<Refusal>,
    /// What came of the others, in the order in which they were named.
    pub suites: Vec<SuiteResults>,
    /// What all of them saw; `None` where some tests were left out or could not be read.
    pub coverage: Option<Coverage<'t>>,
    /// Whether every rule must have been seen both ways.
    pub requires_coverage: bool,
}

/// What came of one suite.
#[derive(Debug)]
pub struct SuiteResults {
    /// The file as the user named it.
    pub file: String,
    /// In the file's order.
    pub tests: Vec<Tested>,
    /// How many tests were left out.
    pub skipped: usize,
}

/// How many tests ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// As expected.
    pub passed: usize,
    /// Otherwise.
    pub failed: usize,
    /// Not judged.
    pub unjudged: usize,
    /// Left out.
    pub skipped: usize,
}

impl Counts {
    /// How many tests were run.
    #[must_use]
    pub fn run(self) -> usize {
        self.passed + self.failed + self.unjudged
    }

    /// Adds those of `other`.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            unjudged: self.unjudged + other.unjudged,
            skipped: self.skipped + other.skipped,
        }
    }
}

impl Results<'_> {
    /// How many tests of all suites ended how.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.suites.iter().map(SuiteResults::counts).fold(Counts::default(), Counts::plus)
    }

    /// The rules that were not seen both ways, where that is required.
    #[must_use]
    pub fn uncovered(&self) -> usize {
        self.coverage.as_ref().filter(|_| self.requires_coverage).map_or(0, |coverage| coverage.lacking().count())
    }

    /// What it means for the exit code.
    #[must_use]
    pub fn status(&self) -> Status {
        let counts = self.counts();
        if !self.refused.is_empty() || counts.unjudged > 0 {
            Status::Unusable
        } else if counts.failed > 0 || self.uncovered() > 0 {
            Status::Findings
        } else {
            Status::Clean
        }
    }
}

impl SuiteResults {
    /// How many of its tests ended how.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let one = |test: &Tested| match test.ending {
            Ending::Passed => Counts { passed: 1, ..Counts::default() },
            Ending::Failed { .. } => Counts { failed: 1, ..Counts::default() },
            Ending::Unjudged(_) => Counts { unjudged: 1, ..Counts::default() },
        };
        let skipped = Counts { skipped: self.skipped, ..Counts::default() };
        self.tests.iter().map(one).fold(skipped, Counts::plus)
    }
}
