//! The rows of a verdict: each check with what is compared, its value, its limit and its windows, worst first.
//! Texts are as the files gave them: every format escapes in its own way.

use std::borrow::Cow;

use super::{
    times::Times,
    wording::{Wording, counted},
};
use crate::{
    eval::{
        limit::Limit,
        notation::{duration, shortest},
        reason::{self, subject},
        table::{Condition, Kind, Severity},
        verdict::{Check, State, Stretch, Worst},
    },
    outcome::Judged,
};

/// One check, or the time observed.
pub(super) struct CheckRow<'a, 't> {
    pub(super) urgency: Urgency,
    /// How it came out: `FAIL`, `ok`.
    pub(super) word: &'static str,
    /// What was compared: `error_rate[eu]`, `observed`.
    pub(super) subject: String,
    /// The worst value with its unit; `-` without one.
    pub(super) value: String,
    /// `limit max 300`, `trigger above 400 for 2 windows`.
    pub(super) limit: String,
    /// The windows that breach or lack data, with their times: `w2-w3 (12:10Z to 12:20Z), fired at w3`; may be empty.
    pub(super) windows: String,
    /// Why it is neither `ok` nor `quiet`.
    pub(super) reason: Option<Cow<'a, str>>,
    /// `None` for the time observed, which no rule asks for.
    pub(super) check: Option<&'a Check<'t>>,
}

/// How urgent a row is, the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Urgency {
    Fired,
    Failed,
    Pending,
    NoData,
    Warned,
    Passed,
    NotEvaluated,
}

impl Urgency {
    /// Whether somebody should look at it.
    pub(super) fn is_raised(self) -> bool {
        self < Self::Passed
    }
}

/// Every check and the time observed, where the stage asks for it; worst first.
pub(super) fn check_rows<'a, 't>(judged: &'a Judged<'t>) -> Vec<CheckRow<'a, 't>> {
    let mut rows = check_rows_in_table_order(judged);
    rows.sort_by_key(|row| row.urgency);
    rows
}

/// The same with the time observed first, then in the order of the verdict.
pub(super) fn check_rows_in_table_order<'a, 't>(judged: &'a Judged<'t>) -> Vec<CheckRow<'a, 't>> {
    let checks = judged.verdict.checks().iter().map(|check| check_row(judged, check));
    observed_row(judged).into_iter().chain(checks).collect()
}

/// `6 windows x 5m`.
pub(super) fn span(judged: &Judged<'_>) -> String {
    let verdict = &judged.verdict;
    format!("{} x {}", counted(verdict.windows(), "window"), duration(verdict.window()))
}

/// `2026-02-20 12:00Z to 12:30Z`; `None` where the snapshot does not say when it began.
pub(super) fn times(judged: &Judged<'_>) -> Option<String> {
    Times::of(&judged.reading)?.between(0, judged.verdict.windows(), true)
}

/// What was compared, with its label: `error_rate[eu]`.
pub(super) fn subject_of(judged: &Judged<'_>, check: &Check<'_>) -> String {
    let metric = judged.verdict.stage().pipeline().metric(check.rule.condition.metric);
    subject(metric.map_or("", |metric| &metric.name), check.series.as_deref())
}

fn check_row<'a, 't>(judged: &'a Judged<'t>, check: &'a Check<'t>) -> CheckRow<'a, 't> {
    CheckRow {
        urgency: urgency(check),
        word: word(check),
        subject: subject_of(judged, check),
        value: check.worst.map_or("-".to_owned(), |worst| value(judged, check, worst)),
        limit: limit(judged, check),
        windows: affected_windows(judged, check),
        reason: check.reason.as_deref().map(Cow::Borrowed),
        check: Some(check),
    }
}

fn observed_row<'a, 't>(judged: &'a Judged<'t>) -> Option<CheckRow<'a, 't>> {
    let verdict = &judged.verdict;
    let (observed, required) = (verdict.observed(), verdict.required()?);
    let (urgency, state) =
        if verdict.is_observed() { (Urgency::Passed, State::Pass) } else { (Urgency::Failed, State::Fail) };
    Some(CheckRow {
        urgency,
        word: state_word(state),
        subject: "observed".to_owned(),
        value: duration(observed),
        limit: format!("limit min {}", duration(required)),
        windows: String::new(),
        reason: (!verdict.is_observed()).then(|| reason::observed(observed, required).into()),
        check: None,
    })
}

pub(super) fn urgency(check: &Check<'_>) -> Urgency {
    match (check.rule.severity, check.state) {
        (_, State::Pass | State::Quiet) => Urgency::Passed,
        (_, State::NotEvaluated) => Urgency::NotEvaluated,
        (Severity::Fail, State::Pending) if check.holds() => Urgency::Pending,
        (Severity::Warn, State::Fired | State::Fail | State::NoData) | (_, State::Pending) => Urgency::Warned,
        (Severity::Fail, State::Fired) => Urgency::Fired,
        (Severity::Fail, State::Fail) => Urgency::Failed,
        (Severity::Fail, State::NoData) => Urgency::NoData,
    }
}

/// What a check came to, in a word.
pub(super) fn word(check: &Check<'_>) -> &'static str {
    match (check.rule.severity, check.state) {
        (Severity::Warn, State::Fail | State::Fired) => "WARN",
        (_, state) => state_word(state),
    }
}

fn state_word(state: State) -> &'static str {
    match state {
        State::Fired => "ROLLBACK",
        State::Fail => "FAIL",
        State::Pending => "pending",
        State::NoData => "no data",
        State::Pass => "ok",
        State::Quiet => "quiet",
        State::NotEvaluated => "not evaluated",
    }
}

/// The worst value with its unit, rounded unless the rounded value were on the other side of the limit.
pub(super) fn value(judged: &Judged<'_>, check: &Check<'_>, worst: Worst) -> String {
    let comparator = check.rule.condition.comparator;
    let short = short(worst.value);
    let is_honest = comparator.holds(short, worst.limit) == comparator.holds(worst.value, worst.limit);
    let value = if is_honest { short } else { worst.value };
    let metric = judged.verdict.stage().pipeline().metric(check.rule.condition.metric);
    format!("{}{}", shortest(value), metric.map_or("", |metric| metric.unit.suffix()))
}

/// A value rounded to six significant digits.
pub(super) fn short(value: f64) -> f64 {
    format!("{value:.5e}").parse().unwrap_or(value)
}

/// `limit max 300`, `trigger above 400 for 2 windows`.
pub(super) fn limit(judged: &Judged<'_>, check: &Check<'_>) -> String {
    let rule = check.rule;
    let word = limit_word(rule.kind);
    let limit = match (check.limit, check.worst) {
        (Limit::Baseline { .. }, Some(worst)) => format!("{} = {}", check.limit, shortest(worst.limit)),
        _ => check.limit.to_string(),
    };
    let stage = judged.verdict.stage();
    let and = |and: &Condition| and.limit(stage.id()).unwrap_or(Limit::Unset).to_string();
    format!("{word} {}", Wording::new(stage.pipeline(), str::to_owned).compact(rule, &limit, and))
}

/// What the limit of a rule is called.
pub(super) fn limit_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Gate => "limit",
        Kind::Rollback => "trigger",
    }
}

/// The windows that breach or lack data, with their times, and where it fired; may be empty.
pub(super) fn affected_windows(judged: &Judged<'_>, check: &Check<'_>) -> String {
    let fired = check.fired_at.map(|window| format!("fired at w{window}"));
    let breaches = stretches(judged, &check.breaches);
    let gaps = stretches(judged, &check.gaps()).map(|gaps| format!("no data in {gaps}"));
    [breaches, gaps, fired].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// `w2-w3 (12:10Z to 12:20Z), w5`; of many, the first few. `None` if there are none.
pub(super) fn stretches(judged: &Judged<'_>, stretches: &[Stretch]) -> Option<String> {
    const FEW: usize = 3;
    let first: Vec<String> = stretches.iter().take(FEW).map(|stretch| windows_with_times(judged, *stretch)).collect();
    match stretches.len() {
        0 => None,
        count if count <= FEW => Some(first.join(", ")),
        count => Some(format!("{} and {} more", first.join(", "), count - FEW)),
    }
}

fn windows_with_times(judged: &Judged<'_>, Stretch { from, to }: Stretch) -> String {
    let windows = if from == to { format!("w{from}") } else { format!("w{from}-w{to}") };
    let times = Times::of(&judged.reading).and_then(|times| times.between(from, to + 1, false));
    times.map_or(windows.clone(), |times| format!("{windows} ({times})"))
}
