//! `--format junit`: XML that CI systems show. A suite for each file, and no time in it: equal inputs give equal bytes.

use super::super::{
    escape::shown,
    junit,
    junit_xml::{self, CaseFault, CaseResult, TestCase, TestSuite},
    wording::never_seen,
};
use crate::{
    refusal::Refusal,
    suite::{Coverage, Difference, Ending, Results, SuiteResults, TestValue, Tested},
};

/// One report of the suites of every table.
#[must_use]
pub fn render(results: &[Results<'_>]) -> String {
    let suites = results.iter().flat_map(|results| {
        let coverage = results.coverage.as_ref().filter(|_| results.requires_coverage);
        let coverage = coverage.map(|coverage| covered(coverage, &results.table));
        results.refused.iter().map(refused).chain(results.suites.iter().map(tested_suite)).chain(coverage)
    });
    junit_xml::write("rollout-gate test", &suites.collect::<Vec<_>>())
}

fn failure(message: &str, lines: &[String]) -> CaseResult {
    let lines: Vec<_> = lines.iter().map(|line| shown(line)).collect();
    CaseResult::Failure(CaseFault { message: shown(message).into_owned(), kind: None, text: lines.join("\n") })
}

fn error(refusal: &Refusal) -> CaseResult {
    CaseResult::Error(junit::refused(refusal, None))
}

fn suite(name: &str, cases: Vec<TestCase>) -> TestSuite {
    TestSuite { name: shown(name).into_owned(), properties: Vec::new(), cases }
}

fn case(name: &str, class: &str, ending: CaseResult) -> TestCase {
    TestCase { name: shown(name).into_owned(), class: shown(class).into_owned(), ending }
}

fn refused(refusal: &Refusal) -> TestSuite {
    suite(&refusal.origin, vec![case("the file can be used", &refusal.origin, error(refusal))])
}

fn tested_suite(results: &SuiteResults) -> TestSuite {
    suite(&results.file, results.tests.iter().map(|test| tested(results, test)).collect())
}

fn tested(results: &SuiteResults, test: &Tested) -> TestCase {
    let place: Vec<&str> = [&test.pipeline, &test.stage].into_iter().flatten().map(String::as_str).collect();
    let ending = match &test.ending {
        Ending::Passed => CaseResult::Passed,
        Ending::Failed { differences, because } => {
            let lines = differences.iter().map(line);
            let because = because.iter().map(|reason| format!("because {reason}"));
            let place = format!("at {}:{}", results.file, test.line);
            let body: Vec<String> = lines.chain(because).chain([place]).collect();
            let what: Vec<&str> = differences.iter().map(|difference| difference.what.as_str()).collect();
            failure(&format!("other than expected: {}", what.join(", ")), &body)
        }
        Ending::Unjudged(refusal) => error(refusal),
    };
    // Of a snapshot that could not be read, pipeline and stage are unknown.
    let class = if place.is_empty() { results.file.clone() } else { place.join(".") };
    case(&test.name, &class, ending)
}

fn line(Difference { what, expected, got }: &Difference) -> String {
    format!("{what}: expected {}, got {}", written(expected), written(got))
}

fn written(value: &TestValue) -> String {
    match value {
        TestValue::Word(word) => (*word).to_owned(),
        TestValue::Answer(answer) => answer.to_string(),
        TestValue::Texts(texts) => format!("{texts:?}"),
        TestValue::Nothing => "no such check".to_owned(),
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
    let ending = match lacking.len() {
        0 => CaseResult::Passed,
        1 => failure("1 rule was not seen both ways", &lacking),
        several => failure(&format!("{several} rules were not seen both ways"), &lacking),
    };
    suite(&format!("coverage of {table}"), vec![case("every rule is seen both ways", "coverage", ending)])
}
