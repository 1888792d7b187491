//! `--format junit`: XML that CI systems show. A suite for each file, and no time in it: equal inputs give equal bytes.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::{
    super::{escape::shown, fault, junit},
    never_seen,
};
use crate::{
    refusal::Refusal,
    suite::{Coverage, Difference, Ending, Outcome, Results, SuiteResults, Tested},
};

/// One report of the suites of every table.
#[must_use]
pub fn render(results: &[Results<'_>]) -> String {
    let mut report = Report::new("rollout-gate test");
    for results in results {
        report.add_test_suites(results.refused.iter().map(refused));
        report.add_test_suites(results.suites.iter().map(suite));
        if let Some(coverage) = results.coverage.as_ref().filter(|_| results.requires_coverage) {
            report.add_test_suite(covered(coverage, &results.table));
        }
    }
    junit::write(&report)
}

/// A status with its message and body. What acts on a terminal is written out, for XML cannot hold it.
fn status(kind: NonSuccessKind, message: &str, body: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    let lines: Vec<_> = body.lines().map(shown).collect();
    status.set_message(shown(message)).set_description(lines.join("\n"));
    status
}

fn case(name: &str, class: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(shown(name), status);
    case.set_classname(shown(class));
    case
}

fn refused(refusal: &Refusal) -> TestSuite {
    let mut suite = TestSuite::new(shown(&refusal.origin));
    suite.add_test_case(case("the file can be used", &refusal.origin, error(refusal)));
    suite
}

fn error(refusal: &Refusal) -> TestCaseStatus {
    status(NonSuccessKind::Error, &fault::line(refusal), &fault::render(refusal, false))
}

fn suite(results: &SuiteResults) -> TestSuite {
    let mut suite = TestSuite::new(shown(&results.file));
    suite.add_test_cases(results.tests.iter().map(|test| tested(results, test)));
    suite
}

fn tested(results: &SuiteResults, test: &Tested) -> TestCase {
    let place: Vec<&str> = [&test.pipeline, &test.stage].into_iter().flatten().map(String::as_str).collect();
    let status = match &test.ending {
        Ending::Passed => TestCaseStatus::success(),
        Ending::Failed { differences, because } => {
            let lines = differences.iter().map(line);
            let because = because.iter().map(|reason| format!("because {reason}"));
            let place = format!("at {}:{}", results.file, test.line);
            let body: Vec<String> = lines.chain(because).chain([place]).collect();
            let what: Vec<&str> = differences.iter().map(|difference| difference.what.as_str()).collect();
            status(NonSuccessKind::Failure, &format!("other than expected: {}", what.join(", ")), &body.join("\n"))
        }
        Ending::Unjudged(refusal) => error(refusal),
    };
    // Of a snapshot that could not be read nothing says which stage it is of.
    let class = if place.is_empty() { results.file.clone() } else { place.join(".") };
    case(&test.name, &class, status)
}

fn line(Difference { what, expected, got }: &Difference) -> String {
    format!("{what}: expected {}, got {}", outcome(expected), outcome(got))
}

fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Word(word) => (*word).to_owned(),
        Outcome::Answer(answer) => answer.to_string(),
        Outcome::Texts(texts) => format!("{texts:?}"),
        Outcome::Nothing => "no such check".to_owned(),
    }
}

/// Whether every rule was seen both ways, as a test.
fn covered(coverage: &Coverage<'_>, table: &str) -> TestSuite {
    let lacking: Vec<String> = coverage
        .lacking()
        .map(|seen| {
            let what = never_seen(seen.rule.kind, &seen.missing());
            format!("{} {}: {what} [{table}:{}]", seen.pipeline.name, seen.rule.id, seen.rule.line)
        })
        .collect();
    let status = match lacking.len() {
        0 => TestCaseStatus::success(),
        1 => status(NonSuccessKind::Failure, "1 rule was not seen both ways", &lacking.join("\n")),
        several => {
            status(NonSuccessKind::Failure, &format!("{several} rules were not seen both ways"), &lacking.join("\n"))
        }
    };
    let mut suite = TestSuite::new(shown(&format!("coverage of {table}")));
    suite.add_test_case(case("every rule is seen both ways", "coverage", status));
    suite
}
