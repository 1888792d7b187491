//! `JUnit`: XML that CI systems show as tests. A suite for each snapshot, a test case for each check. No time is in it:
//! equal outcomes give equal bytes, and a CI system compares runs by names that hold no measured value.

use std::collections::HashMap;

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use super::{
    escape::shown,
    fault,
    format::Settings,
    told::{Told, Urgency, in_table_order},
};
use crate::{
    eval::{
        reason::subject,
        verdict::{Check, Decision, State},
    },
    outcome::{Judged, Outcome},
    refusal::Refusal,
};

/// The suite of one snapshot.
#[derive(Debug)]
pub struct Piece(TestSuite);

/// The suite of one snapshot.
#[must_use]
pub fn piece(outcome: &Outcome<'_>, settings: &Settings) -> Piece {
    let name = outcome.name.as_deref();
    let mut suite = match &outcome.result {
        Ok(judged) => judged_suite(judged, name.unwrap_or("-"), settings),
        Err(refusal) => refused_suite(refusal, name.unwrap_or(&refusal.origin)),
    };
    suite.add_property(Property::new("decision", outcome.decision().map_or("none", Decision::name)));
    suite.add_property(Property::new("table", shown(&settings.table)));
    Piece(suite)
}

/// The file. Suites of equal names are numbered.
#[must_use]
pub fn whole(pieces: Vec<Piece>) -> String {
    let mut names = Names::default();
    let mut report = Report::new("rollout-gate check");
    for Piece(mut suite) in pieces {
        suite.name = names.unique(suite.name.as_str()).into();
        report.add_test_suite(suite);
    }
    write(&report)
}

/// As XML that the schema of Jenkins' xUnit plugin accepts (junit-10.xsd): at its root, nobody counts skipped tests.
pub(super) fn write(report: &Report) -> String {
    let xml = report.to_string();
    // Writing to memory has no way to fail.
    debug_assert!(xml.is_ok());
    xml.unwrap_or_default().replacen(&format!(" skipped=\"{}\"", report.skipped), "", 1)
}

fn judged_suite(judged: &Judged<'_>, name: &str, settings: &Settings) -> TestSuite {
    let stage = judged.verdict.stage();
    let class = format!("{}.{}", shown(&stage.pipeline().name), shown(&stage.stage().name));
    let mut names = Names::default();
    let mut suite = TestSuite::new(shown(name));
    for told in in_table_order(judged) {
        let mut case = TestCase::new(names.unique(&case_name(told.check)), status(&told, settings));
        case.set_classname(&class);
        if told.urgency == Urgency::Warned {
            case.set_system_out(body(&told, settings));
        }
        suite.add_test_case(case);
    }
    for (key, value) in &judged.reading.labels {
        suite.add_property(Property::new(format!("label.{}", shown(key)), shown(value)));
    }
    suite
}

/// The rule, with its series where there are several: free of what was measured, so that runs can be compared.
fn case_name(check: Option<&Check<'_>>) -> String {
    check.map_or("observed".to_owned(), |check| shown(&subject(&check.rule.id, check.series.as_deref())).into_owned())
}

/// A warning decides nothing, so it passes; what it says is in its output.
fn status(told: &Told<'_, '_>, settings: &Settings) -> TestCaseStatus {
    let reason = told.reason.as_deref().map(shown).unwrap_or_default();
    match told.urgency {
        Urgency::Passed | Urgency::Warned => TestCaseStatus::success(),
        Urgency::NotEvaluated => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(reason);
            status
        }
        Urgency::Fired | Urgency::Failed | Urgency::NoData => {
            let state = told.check.map_or(State::Fail, |check| check.state);
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(reason).set_type(state.name()).set_description(body(told, settings));
            status
        }
    }
}

/// Everything there is to say about a check that is not passing, a line each.
fn body(told: &Told<'_, '_>, settings: &Settings) -> String {
    let what = format!("{} {}: {}, {}", told.word, told.subject, told.value, told.limit);
    let rule = told.check.map(|check| check.rule);
    let place = rule.map(|rule| format!("{} at {}:{}", rule.id, settings.table, rule.line));
    let about = rule.and_then(|rule| rule.about.clone());
    let lines = [told.reason.as_deref().map(str::to_owned), Some(what), Some(told.places.clone()), place, about];
    let lines = lines.iter().flatten().filter(|line| !line.is_empty());
    lines.map(|line| shown(line.trim_end())).collect::<Vec<_>>().join("\n")
}

fn refused_suite(refusal: &Refusal, name: &str) -> TestSuite {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    let code = refusal.faults.first().map_or("refused", |fault| fault.code.name());
    status.set_message(fault::line(refusal)).set_type(code).set_description(fault::render(refusal, false).trim_end());
    let mut case = TestCase::new("verdict", status);
    // Which pipeline it is of, nobody knows.
    case.set_classname("rollout-gate");
    let mut suite = TestSuite::new(shown(name));
    suite.add_test_case(case);
    suite
}

/// Names that were given, so that none is given twice: a CI system takes equal ones for one test.
#[derive(Default)]
struct Names(HashMap<String, usize>);

impl Names {
    /// `name`, with a number behind it where it was given before: `canary.json (2)`.
    fn unique(&mut self, name: &str) -> String {
        let mut unique = name.to_owned();
        while self.0.contains_key(&unique) {
            let count = self.0.entry(name.to_owned()).or_insert(1);
            *count += 1;
            unique = format!("{name} ({count})");
        }
        self.0.insert(unique.clone(), 1);
        unique
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_given_twice() {
        let mut names = Names::default();
        let given = ["a", "a", "a (2)", "a", "b"].map(|name| names.unique(name));
        assert_eq!(given, ["a", "a (2)", "a (2) (2)", "a (3)", "b"]);
    }
}
