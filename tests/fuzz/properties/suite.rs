//! The reader of tests of a table, and everything that shows what came of them.

use rollout_gate::{
    eval::measurement::Measurement,
    input::suite,
    report::suite::{json, junit as written, text},
    suite::{Coverage, Given, Results, SuiteResults},
};
use serde_json::Value;

use super::{
    printed::{assert_harmless, assert_shown},
    refused::assert_refusal,
    tables::SMALL,
};
use crate::shared::junit;

/// A text is tests that can be run, or is refused with the places of what is wrong with it.
pub fn holds(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let first = results(text);
    let shown = shown(&first);
    assert_eq!(shown, self::shown(&results(text)));
    let [verbose, brief, json, xml] = shown;
    for printed in [&verbose, &brief, &json] {
        assert_harmless(printed);
    }
    assert_shown(&xml);
    junit::assert_valid(&xml);
    let document: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(document["schema_version"], 1);
    let tests = document["tests"].as_array().unwrap().len();
    assert_eq!(tests, first.counts().run());
    let last = brief.lines().last().unwrap();
    let words = ["PASS", "FAIL", "ERROR"];
    assert!(words.iter().any(|word| last.starts_with(word)), "{brief}");
}

fn results(text: &str) -> Results<'static> {
    let mut coverage = Coverage::new(&SMALL);
    let (mut refused, mut suites) = (Vec::new(), Vec::new());
    match suite::read("suite", text.to_owned(), &SMALL) {
        Ok(suite) => {
            assert!(!suite.tests.is_empty());
            let lines = text.lines().count();
            for test in &suite.tests {
                assert!((1..=lines.max(1)).contains(&test.line), "line {}", test.line);
                if let Given::Windows(reading) = &test.given {
                    assert_windows(reading);
                }
            }
            let read = |_: &_| Err(rollout_gate::refusal::Refusal::unreadable("snapshot", unreadable()));
            let tests = suite.tests.into_iter().map(|test| test.run(&mut coverage, read)).collect();
            suites.push(SuiteResults { file: suite.file, tests, skipped: 0 });
        }
        Err(refusal) => {
            assert_refusal(&refusal, text);
            refused.push(refusal);
        }
    }
    let coverage = Some(coverage).filter(|_| refused.is_empty());
    Results { table: "table".to_owned(), refused, suites, coverage, requires_coverage: true }
}

/// What becomes of a test that names a file, which is none here.
fn unreadable() -> rollout_gate::refusal::Fault {
    rollout_gate::refusal::Fault::new(rollout_gate::refusal::Code::Unreadable, "cannot be read")
}

/// Every value is one that its metric can have, in every window.
fn assert_windows(reading: &rollout_gate::outcome::Reading<'_>) {
    use rollout_gate::eval::table::MetricId;
    assert!(reading.snapshot().windows() > 0);
    for (id, metric) in (0..).map(MetricId).zip(&reading.stage.pipeline().metrics) {
        let sections = [reading.snapshot().metric(id), reading.snapshot().baseline(id)];
        for (_, series) in sections.into_iter().flatten().flat_map(Measurement::entries) {
            let windows = series.values().windows();
            assert!(windows.is_none_or(|windows| windows == reading.snapshot().windows()));
            let mut points = (0..reading.snapshot().windows()).filter_map(|window| series.at(window).get());
            assert!(points.all(|value| metric.unit.contains(value)));
        }
    }
}

/// With names, without, as JSON, as `JUnit`.
fn shown(results: &Results<'_>) -> [String; 4] {
    let all = std::slice::from_ref(results);
    let text = |verbose| text::render(all, text::SuiteTextOptions { color: false, verbose });
    [text(true), text(false), json::render(results), written::render(all)]
}
