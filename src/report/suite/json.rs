//! `--format json`: one document a table. Keys are stable; new ones may be added.

use serde::Serialize;

use super::super::json::{ErrorDocument, without_acting_characters};
use crate::{
    eval::verdict::State,
    suite::{Coverage, Difference, Ending, Outcome, Results, Seen, SuiteResults, Tested},
};

/// One document, indented, with a newline at its end.
#[must_use]
pub fn render(results: &Results<'_>) -> String {
    let json = serde_json::to_string_pretty(&Document::from(results));
    // Plain data has no way to fail; were it to, an empty text would be no document at all.
    debug_assert!(json.is_ok());
    without_acting_characters(json.unwrap_or_default() + "\n")
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u8,
    table: &'a str,
    tests: Vec<TestDocument<'a>>,
    coverage: Option<CoverageDocument<'a>>,
    passed: usize,
    failed: usize,
    errors: usize,
    skipped: usize,
    refused: Vec<ErrorDocument<'a>>,
}

#[derive(Serialize)]
struct TestDocument<'a> {
    name: &'a str,
    file: &'a str,
    line: usize,
    pipeline: Option<&'a str>,
    stage: Option<&'a str>,
    status: TestStatus,
    differences: Vec<DifferenceDocument<'a>>,
    because: &'a [String],
    error: Option<ErrorDocument<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum TestStatus {
    Pass,
    Fail,
    Error,
}

#[derive(Serialize)]
struct DifferenceDocument<'a> {
    what: &'a str,
    expected: OutcomeDocument<'a>,
    got: OutcomeDocument<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum OutcomeDocument<'a> {
    Word(&'a str),
    Answer(bool),
    Texts(&'a [String]),
    Nothing,
}

#[derive(Serialize)]
struct CoverageDocument<'a> {
    rules: usize,
    covered: usize,
    uncovered: Vec<UncoveredDocument<'a>>,
    not_set: Vec<RuleDocument<'a>>,
}

#[derive(Serialize)]
struct RuleDocument<'a> {
    pipeline: &'a str,
    id: &'a str,
    line: usize,
}

#[derive(Serialize)]
struct UncoveredDocument<'a> {
    #[serde(flatten)]
    rule: RuleDocument<'a>,
    missing: Vec<&'static str>,
}

impl<'a> From<&'a Results<'_>> for Document<'a> {
    fn from(results: &'a Results<'_>) -> Self {
        let counts = results.counts();
        let tests =
            results.suites.iter().flat_map(|suite| suite.tests.iter().map(|test| TestDocument::new(suite, test)));
        Self {
            schema_version: 1,
            table: &results.table,
            tests: tests.collect(),
            coverage: results.coverage.as_ref().map(CoverageDocument::from),
            passed: counts.passed,
            failed: counts.failed,
            errors: counts.unjudged,
            skipped: counts.skipped,
            refused: results.refused.iter().map(ErrorDocument::from).collect(),
        }
    }
}

impl<'a> TestDocument<'a> {
    fn new(suite: &'a SuiteResults, test: &'a Tested) -> Self {
        let plain = Self {
            name: &test.name,
            file: &suite.file,
            line: test.line,
            pipeline: test.pipeline.as_deref(),
            stage: test.stage.as_deref(),
            status: TestStatus::Pass,
            differences: Vec::new(),
            because: &[],
            error: None,
        };
        match &test.ending {
            Ending::Passed => plain,
            Ending::Failed { differences, because } => {
                let differences = differences.iter().map(DifferenceDocument::from).collect();
                Self { status: TestStatus::Fail, differences, because, ..plain }
            }
            Ending::Unjudged(refusal) => {
                Self { status: TestStatus::Error, error: Some(ErrorDocument::from(refusal)), ..plain }
            }
        }
    }
}

impl<'a> From<&'a Difference> for DifferenceDocument<'a> {
    fn from(difference: &'a Difference) -> Self {
        let Difference { what, expected, got } = difference;
        Self { what, expected: expected.into(), got: got.into() }
    }
}

impl<'a> From<&'a Outcome> for OutcomeDocument<'a> {
    fn from(outcome: &'a Outcome) -> Self {
        match outcome {
            Outcome::Word(word) => Self::Word(word),
            Outcome::Answer(answer) => Self::Answer(*answer),
            Outcome::Texts(texts) => Self::Texts(texts),
            Outcome::Nothing => Self::Nothing,
        }
    }
}

impl<'a> From<&'a Coverage<'_>> for CoverageDocument<'a> {
    fn from(coverage: &'a Coverage<'_>) -> Self {
        let uncovered: Vec<_> = coverage.lacking().map(UncoveredDocument::from).collect();
        let rules = coverage.counted().count();
        Self {
            rules,
            covered: rules - uncovered.len(),
            uncovered,
            not_set: coverage.not_set().map(RuleDocument::from).collect(),
        }
    }
}

impl<'a> From<&Seen<'a>> for RuleDocument<'a> {
    fn from(seen: &Seen<'a>) -> Self {
        Self { pipeline: &seen.pipeline.name, id: &seen.rule.id, line: seen.rule.line }
    }
}

impl<'a> From<&Seen<'a>> for UncoveredDocument<'a> {
    fn from(seen: &Seen<'a>) -> Self {
        Self { rule: seen.into(), missing: seen.missing().into_iter().map(State::name).collect() }
    }
}
