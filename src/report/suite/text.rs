//! `--format text`: what failed and how, what no test saw, and the outcome as the last line.

use anstyle::{AnsiColor, Style};

use super::super::{
    escape::shown,
    fault,
    layout::columns,
    wording::{counted, never_seen},
};
use crate::{
    exit::Status,
    refusal::Refusal,
    suite::{Counts, Coverage, Difference, Ending, Results, RuleCoverage, SuiteResults, TestValue, Tested},
};

/// How text is written.
#[derive(Clone, Copy, Debug)]
pub struct SuiteTextOptions {
    /// Whether to use colour.
    pub color: bool,
    /// Whether to name the tests that passed, too.
    pub verbose: bool,
}

/// What came of the suites of each table. The last line says it all.
#[must_use]
pub fn render(results: &[Results<'_>], options: SuiteTextOptions) -> String {
    let mut text = String::new();
    for results in results {
        for suite in &results.suites {
            text.extend(suite.tests.iter().map(|test| test_block(suite, test, options)));
        }
        if let Some(coverage) = &results.coverage {
            if !text.is_empty() {
                text.push('\n');
            }
            text += &coverage_block(coverage, &results.table);
        }
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text + &last_line(results, options)
}

/// The last line alone.
#[must_use]
pub fn last_line(results: &[Results<'_>], options: SuiteTextOptions) -> String {
    let status = results.iter().map(Results::status).max().unwrap_or(Status::Unusable);
    let (word, color) = match status {
        Status::Clean => ("PASS", AnsiColor::Green),
        Status::Findings => ("FAIL", AnsiColor::Red),
        Status::Unusable => ("ERROR", AnsiColor::Red),
    };
    format!("{}  {}\n", paint(word, color.on_default().bold(), options), summary(results))
}

fn summary(results: &[Results<'_>]) -> String {
    let counts = results.iter().map(Results::counts).fold(Counts::default(), Counts::plus);
    let refused: Vec<&Refusal> = results.iter().flat_map(|results| &results.refused).collect();
    let tests = (counts.run() > 0 || refused.is_empty()).then(|| summary_of_tests(counts));
    let skipped = (counts.skipped > 0).then(|| format!("{} left out", counts.skipped));
    let uncovered = match results.iter().map(Results::uncovered).sum::<usize>() {
        0 => None,
        uncovered => Some(format!("{} not seen both ways", counted(uncovered, "rule"))),
    };
    let parts = [summary_of_refused(&refused), tests, skipped, uncovered];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn summary_of_refused(refused: &[&Refusal]) -> Option<String> {
    match refused {
        [] => None,
        [only] => Some(fault::line(only)),
        [first, others @ ..] => Some(format!("{}; {} more files cannot be used", fault::line(first), others.len())),
    }
}

fn summary_of_tests(counts: Counts) -> String {
    let tests = counted(counts.run(), "test");
    match (counts.failed, counts.unjudged) {
        (0, 0) => tests,
        (failed, 0) => format!("{failed} of {tests} failed"),
        (0, unjudged) => format!("{unjudged} of {tests} could not be judged"),
        (failed, unjudged) => format!("{unjudged} of {tests} could not be judged, {failed} failed"),
    }
}

fn paint(text: &str, style: Style, options: SuiteTextOptions) -> String {
    if options.color { format!("{style}{text}{style:#}") } else { text.to_owned() }
}

/// The lines about one test; none about one that passed, unless options ask for them.
fn test_block(suite: &SuiteResults, test: &Tested, options: SuiteTextOptions) -> String {
    let red = AnsiColor::Red.on_default().bold();
    match &test.ending {
        Ending::Passed if !options.verbose => String::new(),
        Ending::Passed => {
            format!("{}     {}\n", paint("ok", AnsiColor::Green.on_default(), options), shown(&test.name))
        }
        Ending::Failed { differences, because } => {
            let mut block = format!("{}   {}\n", paint("FAIL", red, options), head(suite, test));
            block += &table(differences);
            // Where reasons differ, the table shows them already.
            let has_texts = |difference: &Difference| matches!(difference.expected, TestValue::Texts(_));
            if !differences.iter().any(has_texts) {
                block.extend(because.iter().map(|reason| format!("       because  {}\n", shown(reason))));
            }
            block
        }
        Ending::Unjudged(refusal) => {
            format!("{}  {}\n       {}\n", paint("ERROR", red, options), head(suite, test), fault::line(refusal))
        }
    }
}

/// `NAME   FILE:LINE   PIPELINE / STAGE`.
fn head(suite: &SuiteResults, test: &Tested) -> String {
    let place = match (&test.pipeline, &test.stage) {
        (Some(pipeline), Some(stage)) => format!("   {} / {}", shown(pipeline), shown(stage)),
        (Some(only), None) | (None, Some(only)) => format!("   {}", shown(only)),
        (None, None) => String::new(),
    };
    format!("{}   {}:{}{place}", shown(&test.name), shown(&suite.file), test.line)
}

/// Each difference: what was expected beside what came out.
fn table(differences: &[Difference]) -> String {
    let head = ["", "expected", "got"].map(str::to_owned);
    let rows: Vec<Vec<String>> =
        std::iter::once(head).chain(differences.iter().flat_map(rows)).map(Vec::from).collect();
    columns("       ", &rows)
}

/// One row; of lists of texts, a row for each text that is on one side only, or not in its place.
fn rows(difference: &Difference) -> Vec<[String; 3]> {
    let Difference { what, expected, got } = difference;
    let (TestValue::Texts(expected), TestValue::Texts(got)) = (expected, got) else {
        return vec![[shown(what).into_owned(), cell(expected), cell(got)]];
    };
    let (only_expected, only_got) = (beyond(expected, got), beyond(got, expected));
    // The same texts in another order.
    let is_order = only_expected.is_empty() && only_got.is_empty();
    let (expected, got) = if is_order {
        let odd = || expected.iter().zip(got).filter(|(expected, got)| expected != got);
        (odd().map(|(expected, _)| expected).collect(), odd().map(|(_, got)| got).collect())
    } else {
        (only_expected, only_got)
    };
    let quoted = |texts: &[&String], index: usize| {
        texts.get(index).map_or_else(|| "-".to_owned(), |text| format!("\"{}\"", shown(text)))
    };
    let label = |index| if index == 0 { shown(what).into_owned() } else { String::new() };
    let longest = expected.len().max(got.len());
    (0..longest).map(|index| [label(index), quoted(&expected, index), quoted(&got, index)]).collect()
}

/// The texts that `texts` has more often than `others`, in order.
fn beyond<'a>(texts: &'a [String], others: &[String]) -> Vec<&'a String> {
    let mut others: Vec<&String> = others.iter().collect();
    let is_beyond = |text: &&String| match others.iter().position(|other| other == text) {
        Some(at) => {
            others.swap_remove(at);
            false
        }
        None => true,
    };
    texts.iter().filter(is_beyond).collect()
}

fn cell(value: &TestValue) -> String {
    match value {
        TestValue::Word(word) => (*word).to_owned(),
        TestValue::Answer(answer) => answer.to_string(),
        TestValue::Texts(texts) => texts.iter().map(|text| shown(text)).collect::<Vec<_>>().join(", "),
        TestValue::Nothing => "no such check".to_owned(),
    }
}

/// How many rules were seen both ways, and of each other one what was not seen.
fn coverage_block(coverage: &Coverage<'_>, table: &str) -> String {
    let all = coverage.counted().count();
    let lacking: Vec<&RuleCoverage<'_>> = coverage.lacking().collect();
    let mut block = format!("coverage of {}: {} of {all} rules seen both ways\n", shown(table), all - lacking.len());
    let name = |seen: &RuleCoverage<'_>| format!("{} {}", shown(&seen.pipeline.name), shown(&seen.rule.id));
    let place = |seen: &RuleCoverage<'_>| format!("[{}:{}]", shown(table), seen.rule.line);
    for seen in lacking {
        let what = never_seen(seen.rule.kind, &seen.missing());
        block += &format!("  {}: {what}   {}\n", name(seen), place(seen));
    }
    for seen in coverage.not_set() {
        block += &format!("  {}: not counted, for its limit is not set   {}\n", name(seen), place(seen));
    }
    block
}
