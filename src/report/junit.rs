//! `JUnit`: XML that CI systems show as tests. A suite for each snapshot, a test case for each check. No time is in it:
//! equal outcomes give equal bytes, and a CI system compares runs by names that hold no measured value.

use std::collections::HashMap;

use super::{
    escape::shown,
    fault,
    format::Settings,
    told::{Told, Urgency, in_table_order},
    xunit::{self, Case, Ending, Suite},
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
pub struct Piece(Suite);

/// The suite of one snapshot.
#[must_use]
pub fn piece(outcome: &Outcome<'_>, settings: &Settings) -> Piece {
    let name = outcome.name.as_deref();
    let mut suite = match &outcome.result {
        Ok(judged) => judged_suite(judged, name.unwrap_or("-"), settings),
        Err(refusal) => refused_suite(refusal, name.unwrap_or(&refusal.origin)),
    };
    let decision = outcome.decision().map_or("none", Decision::name);
    suite.properties.push(("decision".to_owned(), decision.to_owned()));
    suite.properties.push(("table".to_owned(), shown(&settings.table).into_owned()));
    Piece(suite)
}

/// The file. Suites of equal names are numbered.
#[must_use]
pub fn whole(pieces: Vec<Piece>) -> String {
    let mut names = Names::default();
    let numbered = |Piece(suite): Piece| Suite { name: names.unique(&suite.name), ..suite };
    let suites: Vec<Suite> = pieces.into_iter().map(numbered).collect();
    xunit::write("rollout-gate check", &suites)
}

fn judged_suite(judged: &Judged<'_>, name: &str, settings: &Settings) -> Suite {
    let stage = judged.verdict.stage();
    let class = format!("{}.{}", shown(&stage.pipeline().name), shown(&stage.stage().name));
    let mut names = Names::default();
    let cases = in_table_order(judged).into_iter().map(|told| Case {
        name: names.unique(&case_name(told.check)),
        class: class.clone(),
        ending: ending(&told, settings),
    });
    let labels = judged.reading.labels.iter();
    let labels = labels.map(|(key, value)| (format!("label.{}", shown(key)), shown(value).into_owned()));
    Suite { name: shown(name).into_owned(), cases: cases.collect(), properties: labels.collect() }
}

/// The rule, with its series where there are several: free of what was measured, so that runs can be compared.
fn case_name(check: Option<&Check<'_>>) -> String {
    check.map_or("observed".to_owned(), |check| shown(&subject(&check.rule.id, check.series.as_deref())).into_owned())
}

/// A warning decides nothing, so it passes; what it says is in its output.
fn ending(told: &Told<'_, '_>, settings: &Settings) -> Ending {
    let reason = told.reason.as_deref().map(shown).unwrap_or_default().into_owned();
    match told.urgency {
        Urgency::Passed => Ending::Passed,
        Urgency::Warned => Ending::PassedSaying(body(told, settings)),
        Urgency::NotEvaluated => Ending::Skipped(reason),
        Urgency::Fired | Urgency::Failed | Urgency::NoData => {
            let state = told.check.map_or(State::Fail, |check| check.state);
            Ending::Failure(xunit::Fault { message: reason, kind: Some(state.name()), text: body(told, settings) })
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

fn refused_suite(refusal: &Refusal, name: &str) -> Suite {
    let code = refusal.faults.first().map_or("refused", |fault| fault.code.name());
    // Which pipeline it is of, nobody knows.
    let (name, class) = (shown(name).into_owned(), "rollout-gate".to_owned());
    let ending = Ending::Error(refused(refusal, Some(code)));
    Suite { name, properties: Vec::new(), cases: vec![Case { name: "verdict".to_owned(), class, ending }] }
}

/// What a refusal says.
pub(super) fn refused(refusal: &Refusal, kind: Option<&'static str>) -> xunit::Fault {
    let text = fault::render(refusal, false);
    let lines: Vec<_> = text.trim_end().lines().map(shown).collect();
    xunit::Fault { message: shown(&fault::line(refusal)).into_owned(), kind, text: lines.join("\n") }
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
