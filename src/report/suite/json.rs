//! `--format json`: one document a table. Keys are stable; new ones may be added.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::super::json::{
    v1::ErrorReport,
    write::{JsonStyle, write},
};
use crate::{
    eval::verdict::State,
    schema::draft_7,
    suite::{Coverage, Difference, Ending, Results, RuleCoverage, SuiteResults, TestValue, Tested},
};

/// One document, indented, with a newline at its end.
#[must_use]
pub fn render(results: &Results<'_>) -> String {
    write(&TestReport::of(results), JsonStyle::Indented)
}

/// The schema of a document.
#[must_use]
pub fn schema() -> Value {
    draft_7::<TestReport<'_>>("rollout-gate: what `test --format json` writes of one table")
}

/// What came of the tests of one table. New keys may be added.
#[derive(Serialize, JsonSchema)]
struct TestReport<'a> {
    /// The version of this format.
    #[schemars(extend("const" = 1))]
    schema_version: u8,
    /// The table that was tested.
    table: &'a str,
    /// Every test that was run, in the order of its file.
    tests: Vec<TestDocument<'a>>,
    /// Which rules the tests saw come out both ways; null where some tests were left out or could not be read.
    coverage: Option<CoverageDocument<'a>>,
    /// How many tests came out as expected.
    passed: usize,
    /// How many did not.
    failed: usize,
    /// How many could not be judged.
    errors: usize,
    /// How many were left out.
    skipped: usize,
    /// The table and the suites that could not be used.
    refused: Vec<ErrorReport>,
}

/// What came of one test.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Test")]
struct TestDocument<'a> {
    /// What it shows.
    name: &'a str,
    /// Its file.
    file: &'a str,
    /// Its line there, from 1.
    line: usize,
    /// The pipeline; null where nothing says which.
    pipeline: Option<&'a str>,
    /// The stage; null where nothing says which.
    stage: Option<&'a str>,
    /// Whether it came out as expected, or could not be judged.
    status: TestStatus,
    /// What came out other than expected.
    differences: Vec<DifferenceDocument<'a>>,
    /// Where the decision is other than expected, its reasons.
    because: &'a [String],
    /// Why it could not be judged.
    error: Option<ErrorReport>,
}

/// How a test ended.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum TestStatus {
    Pass,
    Fail,
    Error,
}

/// One thing that came out other than expected.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Difference")]
struct DifferenceDocument<'a> {
    /// The key of `expect`; of a state, with the rule and its label.
    what: &'a str,
    /// What the test expects.
    expected: ComparedDocument<'a>,
    /// What came out; null where the stage has no such rule, or the rule no such series.
    got: ComparedDocument<'a>,
}

/// A decision or a state, yes or no, texts, or nothing.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "Outcome", inline)]
enum ComparedDocument<'a> {
    Word(&'a str),
    Answer(bool),
    Texts(&'a [String]),
    Nothing,
}

/// Which rules the tests saw come out both ways.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Coverage")]
struct CoverageDocument<'a> {
    /// How many rules can.
    rules: usize,
    /// How many of them did.
    covered: usize,
    /// The others.
    uncovered: Vec<UncoveredDocument<'a>>,
    /// Rules that cannot, for their limit is not set.
    not_set: Vec<CoveredRule<'a>>,
}

/// A rule of the table.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Rule")]
struct CoveredRule<'a> {
    /// Its pipeline.
    pipeline: &'a str,
    /// Its id.
    id: &'a str,
    /// Its line in the table, from 1.
    line: usize,
}

/// A rule that was not seen both ways.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Uncovered")]
struct UncoveredDocument<'a> {
    #[serde(flatten)]
    rule: CoveredRule<'a>,
    /// The states that it was never seen in.
    missing: Vec<&'static str>,
}

impl<'a> TestReport<'a> {
    fn of(results: &'a Results<'_>) -> Self {
        let counts = results.counts();
        let tests =
            results.suites.iter().flat_map(|suite| suite.tests.iter().map(|test| TestDocument::of(suite, test)));
        Self {
            schema_version: 1,
            table: &results.table,
            tests: tests.collect(),
            coverage: results.coverage.as_ref().map(CoverageDocument::of),
            passed: counts.passed,
            failed: counts.failed,
            errors: counts.unjudged,
            skipped: counts.skipped,
            refused: results.refused.iter().map(ErrorReport::of).collect(),
        }
    }
}

impl<'a> TestDocument<'a> {
    fn of(suite: &'a SuiteResults, test: &'a Tested) -> Self {
        let passed = Self {
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
            Ending::Passed => passed,
            Ending::Failed { differences, because } => {
                let differences = differences.iter().map(DifferenceDocument::of).collect();
                Self { status: TestStatus::Fail, differences, because, ..passed }
            }
            Ending::Unjudged(refusal) => {
                Self { status: TestStatus::Error, error: Some(ErrorReport::of(refusal)), ..passed }
            }
        }
    }
}

impl<'a> DifferenceDocument<'a> {
    fn of(Difference { what, expected, got }: &'a Difference) -> Self {
        Self { what, expected: ComparedDocument::of(expected), got: ComparedDocument::of(got) }
    }
}

impl<'a> ComparedDocument<'a> {
    fn of(compared: &'a TestValue) -> Self {
        match compared {
            TestValue::Word(word) => Self::Word(word),
            TestValue::Answer(answer) => Self::Answer(*answer),
            TestValue::Texts(texts) => Self::Texts(texts),
            TestValue::Nothing => Self::Nothing,
        }
    }
}

impl<'a> CoverageDocument<'a> {
    fn of(coverage: &'a Coverage<'_>) -> Self {
        let uncovered: Vec<_> = coverage.lacking().map(UncoveredDocument::of).collect();
        let rules = coverage.counted().count();
        Self {
            rules,
            covered: rules - uncovered.len(),
            uncovered,
            not_set: coverage.not_set().map(CoveredRule::of).collect(),
        }
    }
}

impl<'a> CoveredRule<'a> {
    fn of(seen: &RuleCoverage<'a>) -> Self {
        Self { pipeline: &seen.pipeline.name, id: &seen.rule.id, line: seen.rule.line }
    }
}

impl<'a> UncoveredDocument<'a> {
    fn of(seen: &RuleCoverage<'a>) -> Self {
        Self { rule: CoveredRule::of(seen), missing: seen.missing().into_iter().map(State::name).collect() }
    }
}
