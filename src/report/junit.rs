//! `JUnit`: XML that CI systems show as tests. A suite for each snapshot, a test case for each check. No time is in it:
//! equal outcomes give equal bytes, and a CI system compares runs by names that hold no measured value.

use std::collections::HashMap;

use super::{
    escape::shown,
    fault,
    junit_xml::{self, CaseFault, CaseResult, TestCase, TestSuite},
    rows::{CheckRow, Urgency, check_rows_in_table_order},
    section::Section,
    table_name::TableName,
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
pub(super) struct JunitSuite(TestSuite);

impl Section for JunitSuite {
    fn of(outcome: &Outcome<'_>, table: &TableName) -> Self {
        let name = outcome.name.as_deref();
        let mut suite = match &outcome.result {
            Ok(judged) => judged_suite(judged, name.unwrap_or("-"), &table.name),
            Err(refusal) => refused_suite(refusal, name.unwrap_or(&refusal.origin)),
        };
        let decision = outcome.decision().map_or("none", Decision::name);
        suite.properties.push(("decision".to_owned(), decision.to_owned()));
        suite.properties.push(("table".to_owned(), shown(&table.name).into_owned()));
        Self(suite)
    }

    /// Suites of equal names are numbered.
    fn assemble(sections: Vec<Self>) -> String {
        let mut names = UniqueNames::default();
        let numbered = |Self(suite): Self| TestSuite { name: names.unique(&suite.name), ..suite };
        let suites: Vec<TestSuite> = sections.into_iter().map(numbered).collect();
        junit_xml::write("rollout-gate check", &suites)
    }
}

fn judged_suite(judged: &Judged<'_>, name: &str, table: &str) -> TestSuite {
    let stage = judged.verdict.stage();
    let class = format!("{}.{}", shown(&stage.pipeline().name), shown(&stage.stage().name));
    let mut names = UniqueNames::default();
    let cases = check_rows_in_table_order(judged).into_iter().map(|row| TestCase {
        name: names.unique(&case_name(row.check)),
        class: class.clone(),
        ending: ending(&row, table),
    });
    let labels = judged.reading.labels.iter();
    let labels = labels.map(|(key, value)| (format!("label.{}", shown(key)), shown(value).into_owned()));
    TestSuite { name: shown(name).into_owned(), cases: cases.collect(), properties: labels.collect() }
}

/// The rule, with its series where there are several. It has no measured value, so that a CI system can follow it from run
/// to run.
fn case_name(check: Option<&Check<'_>>) -> String {
    check.map_or("observed".to_owned(), |check| shown(&subject(&check.rule.id, check.series.as_deref())).into_owned())
}

/// A warning decides nothing, so it passes; what it says is in its output.
fn ending(row: &CheckRow<'_, '_>, table: &str) -> CaseResult {
    let reason = row.reason.as_deref().map(shown).unwrap_or_default().into_owned();
    match row.urgency {
        Urgency::Passed => CaseResult::Passed,
        Urgency::Warned => CaseResult::PassedSaying(body(row, table)),
        Urgency::NotEvaluated => CaseResult::Skipped(reason),
        Urgency::Fired | Urgency::Failed | Urgency::Pending | Urgency::NoData => {
            let state = row.check.map_or(State::Fail, |check| check.state);
            CaseResult::Failure(CaseFault { message: reason, kind: Some(state.name()), text: body(row, table) })
        }
    }
}

/// Everything there is to say about a check that is not passing, a line each.
fn body(row: &CheckRow<'_, '_>, table: &str) -> String {
    let what = format!("{} {}: {}, {}", row.word, row.subject, row.value, row.limit);
    let rule = row.check.map(|check| check.rule);
    let place = rule.map(|rule| format!("{} at {}:{}", rule.id, table, rule.line));
    let about = rule.and_then(|rule| rule.about.clone());
    let lines = [row.reason.as_deref().map(str::to_owned), Some(what), Some(row.windows.clone()), place, about];
    let lines = lines.iter().flatten().filter(|line| !line.is_empty());
    lines.map(|line| shown(line.trim_end())).collect::<Vec<_>>().join("\n")
}

fn refused_suite(refusal: &Refusal, name: &str) -> TestSuite {
    let code = refusal.faults.first().map_or("refused", |fault| fault.code.name());
    // The snapshot could not be read, so its pipeline is unknown.
    let (name, class) = (shown(name).into_owned(), "rollout-gate".to_owned());
    let ending = CaseResult::Error(refused(refusal, Some(code)));
    TestSuite { name, properties: Vec::new(), cases: vec![TestCase { name: "verdict".to_owned(), class, ending }] }
}

/// What a refusal says.
pub(super) fn refused(refusal: &Refusal, kind: Option<&'static str>) -> CaseFault {
    let text = fault::render(refusal, false);
    let lines: Vec<_> = text.trim_end().lines().map(shown).collect();
    CaseFault { message: shown(&fault::line(refusal)).into_owned(), kind, text: lines.join("\n") }
}

/// The names that are taken. A CI system takes equal names for one test, so none is given twice.
#[derive(Default)]
struct UniqueNames(HashMap<String, usize>);

impl UniqueNames {
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
        let mut names = UniqueNames::default();
        let given = ["a", "a", "a (2)", "a", "b"].map(|name| names.unique(name));
        assert_eq!(given, ["a", "a (2)", "a (2) (2)", "a (3)", "b"]);
    }
}
