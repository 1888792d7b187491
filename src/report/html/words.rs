//! What a page says about checks beyond the rows that every report has: how far from the limit, since when, and the rule
//! in a sentence. Texts are escaped.

use super::scale::short;
use crate::{
    eval::{
        limit::Limit,
        notation::shortest,
        table::{Condition, Metric, MetricId},
        verdict::{Check, Stretch, Worst},
    },
    outcome::Judged,
    report::{
        escape::shown,
        rows::{self, Urgency},
        times::Times,
        wording::{Scope, Wording},
    },
};

/// One judged snapshot, and the words for it.
pub(super) struct PageWords<'a> {
    pub(super) judged: &'a Judged<'a>,
    table: &'a str,
    pub(super) times: Option<Times>,
    wording: Wording<'a>,
}

/// The class of an urgency in the style.
pub(super) fn class(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Fired => "fired",
        Urgency::Failed => "failed",
        Urgency::Pending | Urgency::NoData => "no-data",
        Urgency::Warned => "warned",
        Urgency::Passed => "passed",
        Urgency::NotEvaluated => "skipped",
    }
}

impl<'a> PageWords<'a> {
    pub(super) fn new(judged: &'a Judged<'a>, table: &'a str) -> Self {
        let wording = Wording::shown(judged.verdict.stage().pipeline());
        Self { judged, table, times: Times::of(&judged.reading), wording }
    }

    pub(super) fn metric(&self, id: MetricId) -> Option<&'a Metric> {
        self.judged.verdict.stage().pipeline().metric(id)
    }

    /// The rule as a sentence.
    pub(super) fn sentence(&self, check: &Check<'_>) -> String {
        self.wording.sentence(check.rule, Scope::Stage(self.judged.verdict.stage().id()))
    }

    /// `limit max 300`, `trigger above 400 for 2 windows`
    pub(super) fn limit(&self, check: &Check<'_>) -> String {
        shown(&rows::limit(self.judged, check)).into_owned()
    }

    /// The same for any window: of a limit that moves with the baseline, without its value in the worst window.
    pub(super) fn rule(&self, check: &Check<'_>) -> String {
        let limit = |condition: &Condition| condition.limit(self.judged.verdict.stage().id()).unwrap_or(Limit::Unset);
        let and = |and: &Condition| limit(and).to_string();
        let rule = self.wording.compact(check.rule, &check.limit.to_string(), and);
        format!("{} {rule}", rows::limit_word(check.rule.kind))
    }

    /// The windows that breach or lack data; may be empty.
    pub(super) fn affected_windows(&self, check: &Check<'_>) -> String {
        rows::affected_windows(self.judged, check)
    }

    /// The windows of a check that lack data; `None` if none does.
    pub(super) fn gaps(&self, check: &Check<'_>) -> Option<String> {
        rows::stretches(self.judged, &check.gaps())
    }

    /// The rule's id, and its place in the table: `gate.p95.max` and `gates.yaml:54`.
    pub(super) fn place(&self, check: &Check<'_>) -> (String, String) {
        let place = format!("{}:{}", shown(self.table), check.rule.line);
        (shown(&check.rule.id).into_owned(), place)
    }

    /// A number exactly, with the unit of a metric.
    pub(super) fn with_unit(&self, metric: MetricId, value: f64) -> String {
        format!("{}{}", shortest(value), self.metric(metric).map_or("", |metric| metric.unit.suffix()))
    }

    /// How far the worst value is from its limit: `431.6 ms against 400 ms: 31.6 ms (7.9%) above it, in w3 (15:20Z)`.
    pub(super) fn distance(&self, check: &Check<'_>, worst: Worst) -> String {
        let metric = check.rule.condition.metric;
        let (value, limit) = (rows::value(self.judged, check, worst), self.with_unit(metric, worst.limit));
        let unit = self.metric(metric).map_or("", |metric| metric.unit.suffix());
        let away = worst.value - worst.limit;
        let part = (away / worst.limit * 100.0).abs();
        let percent = if part.is_finite() { format!(" ({}%)", short(part, 2)) } else { String::new() };
        // The difference of two f64 can be larger than any f64.
        let far = if away.is_finite() { format!("{}{unit}{percent} ", short(away.abs(), 4)) } else { String::new() };
        let side = match away {
            0.0 => "which is the limit itself".to_owned(),
            0.0.. => format!("{far}above it"),
            _ => format!("{far}below it"),
        };
        let window = worst.window.map_or_else(String::new, |window| format!(", in {}", self.window(window)));
        format!("{value} against {limit}: {side}{window}")
    }

    /// When the breach began; of a fired trigger, when the run began that fired it.
    pub(super) fn since(&self, check: &Check<'_>) -> Option<String> {
        let counts =
            |stretch: &&Stretch| check.fired_at.is_none_or(|fired| (stretch.from..=stretch.to).contains(&fired));
        let first = check.breaches.iter().find(counts)?;
        let fired =
            check.fired_at.map(|window| format!("; it fired at the end of w{window}{}", self.clock(window + 1)));
        Some(format!("{}{}", self.window(first.from), fired.unwrap_or_default()))
    }

    /// `w2 (15:15Z)`
    pub(super) fn window(&self, window: usize) -> String {
        format!("w{window}{}", self.clock(window))
    }

    /// ` (15:15Z)`, or nothing.
    fn clock(&self, window: usize) -> String {
        self.opens(window).map_or_else(String::new, |opens| format!(" ({opens})"))
    }

    /// When a window opens, if that is known.
    pub(super) fn opens(&self, window: usize) -> Option<String> {
        self.times?.opens(window)
    }
}
