//! `--format text`: one snapshot for people. The last line is the verdict.

use std::collections::HashMap;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use super::{
    escape::shown,
    fault,
    sparkline::{Curve, Sparkline},
    times::Times,
    wording::Wording,
};
use crate::{
    eval::{
        limit::Limit,
        measurement::Series,
        notation::{duration, shortest},
        reason::subject,
        table::{Condition, Kind, Metric, MetricId, Rule, Severity},
        verdict::{Check, Decision, State, Stretch, Worst},
    },
    exit::Exit,
    outcome::{Judged, Outcome},
};

/// How text is written, and what judged.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The table that judged, as the user named it.
    pub table: String,
    /// Whether to use colour.
    pub color: bool,
    /// Whether sparklines may use block characters.
    pub unicode: bool,
    /// Whether to explain more: why each rule exists, labels, passing rules' ids.
    pub verbose: bool,
}

/// The block of one snapshot: rows, steps and the verdict as the last line.
#[must_use]
pub fn render(outcome: &Outcome<'_>, settings: &Settings) -> String {
    match &outcome.result {
        Ok(judged) => Block::new(judged, settings).render(outcome.name.as_deref().unwrap_or("-")),
        Err(_) => verdict_line(outcome, settings),
    }
}

/// The last line alone.
#[must_use]
pub fn verdict_line(outcome: &Outcome<'_>, settings: &Settings) -> String {
    let word = word(outcome.exit(), settings);
    format!("{word}  {}\n", summary(outcome))
}

/// What stands above the rows: what was judged, and by what.
pub(super) fn header(judged: &Judged<'_>, name: &str, settings: &Settings) -> String {
    Block::new(judged, settings).header(name)
}

/// The word of an exit code, in its colour.
#[must_use]
pub fn word(exit: Exit, settings: &Settings) -> String {
    let color = match exit {
        Exit::Promote => AnsiColor::Green,
        Exit::Hold => AnsiColor::Yellow,
        Exit::NoVerdict | Exit::Rollback => AnsiColor::Red,
    };
    paint(exit.word(), color.on_default().bold(), settings)
}

/// Why, in a few words.
#[must_use]
pub fn summary(outcome: &Outcome<'_>) -> String {
    match &outcome.result {
        Ok(judged) => judged_summary(judged),
        Err(refusal) => fault::line(refusal),
    }
}

fn judged_summary(judged: &Judged<'_>) -> String {
    let verdict = &judged.verdict;
    let is_gate = |check: &&Check<'_>| check.rule.kind == Kind::Gate && check.rule.severity == Severity::Fail;
    let gates = || verdict.checks().iter().filter(is_gate);
    let passed = gates().filter(|check| check.state == State::Pass).count();
    let mut parts = vec![format!("{passed} of {} gates passed", gates().count())];
    match gates().filter(|check| check.state == State::NotEvaluated).count() {
        0 => {}
        skipped => parts.push(format!("{skipped} not evaluated")),
    }
    match verdict.warnings().len() {
        0 => {}
        1 => parts.push("1 warning".to_owned()),
        several => parts.push(format!("{several} warnings")),
    }
    match (verdict.decision(), verdict.stage().next()) {
        (Decision::Rollback, _) => parts.insert(0, listed(&verdict.rollback_reasons())),
        (Decision::Hold, _) => parts.insert(0, listed(&verdict.gate_fail_reasons())),
        (Decision::Promote, Some(next)) => parts.push(format!("next stage: {}", shown(&next.name))),
        (Decision::Promote, None) => parts.push("this was the last stage".to_owned()),
    }
    parts.join("; ")
}

/// The first few reasons, and how many more there are.
fn listed(reasons: &[&str]) -> String {
    const FEW: usize = 3;
    let first: Vec<_> = reasons.iter().take(FEW).map(|reason| shown(reason)).collect();
    match reasons.len().saturating_sub(FEW) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

fn paint(text: &str, style: Style, settings: &Settings) -> String {
    if settings.color { format!("{style}{text}{style:#}") } else { text.to_owned() }
}

struct Block<'a, 't> {
    judged: &'a Judged<'t>,
    settings: &'a Settings,
    /// Every series by its metric and label.
    series: HashMap<(MetricId, Option<&'a str>), &'a Series>,
}

/// One check as a line: state, subject, value, limit and curve, and what stands under it.
struct Row {
    state: &'static str,
    style: Style,
    subject: String,
    value: String,
    limit: String,
    curve: String,
    marks: String,
    details: Vec<String>,
}

impl<'a, 't> Block<'a, 't> {
    fn new(judged: &'a Judged<'t>, settings: &'a Settings) -> Self {
        let ids = (0..judged.verdict.stage().pipeline().metrics.len()).map(MetricId);
        let measured = ids.filter_map(|id| Some((id, judged.reading.snapshot.metric(id)?)));
        let series =
            measured.flat_map(|(id, metric)| metric.entries().map(move |(label, series)| ((id, label), series)));
        Self { judged, settings, series: series.collect() }
    }

    fn render(&self, name: &str) -> String {
        let verdict = &self.judged.verdict;
        let outcome_line =
            format!("gate_passed: {}   rollback_triggered: {}", verdict.gate_passed(), verdict.rollback_triggered());
        let exit = Exit::from(verdict.decision());
        let last = format!("{}  {}", word(exit, self.settings), judged_summary(self.judged));
        format!("{}\n{}\n{}{outcome_line}\n{last}\n", self.header(name), self.rows(), self.steps())
    }

    fn header(&self, name: &str) -> String {
        let Judged { reading, verdict } = self.judged;
        let stage = verdict.stage();
        let windows = if verdict.windows() == 1 { "window" } else { "windows" };
        let span = format!("{} {windows} x {}", verdict.windows(), duration(verdict.window()));
        let times = Times::of(reading).and_then(|times| times.between(0, verdict.windows(), true));
        let mut header = format!(
            "{} / {}   {}   {span}{}\n",
            shown(&stage.pipeline().name),
            shown(&stage.stage().name),
            shown(name),
            times.map_or(String::new(), |times| format!("   {times}")),
        );
        header += &format!("table: {}\n", shown(&self.settings.table));
        if self.settings.verbose {
            let (pipeline, stage) = (stage.pipeline(), stage.stage());
            for words in [&pipeline.title, &pipeline.about, &stage.title, &stage.about].into_iter().flatten() {
                header += &format!("{}\n", shown(words.trim_end()));
            }
            for (key, value) in &reading.labels {
                header += &format!("label {}: {}\n", shown(key), shown(value));
            }
        }
        for (what, names) in [("metrics", &reading.unused_metrics), ("baselines", &reading.unused_baseline)] {
            if !names.is_empty() {
                let names: Vec<_> = names.iter().map(|name| shown(name)).collect();
                header += &format!("not judged, for the pipeline has no such {what}: {}\n", names.join(", "));
            }
        }
        header
    }

    fn rows(&self) -> String {
        let checks = self.judged.verdict.checks().iter().map(|check| (urgency(check), self.row(check)));
        let mut rows: Vec<(Urgency, Row)> = self.observed().into_iter().chain(checks).collect();
        rows.sort_by_key(|(urgency, _)| *urgency);
        let rows: Vec<Row> = rows.into_iter().map(|(_, row)| row).collect();
        let width = |cell: fn(&Row) -> &str| rows.iter().map(|row| cell(row).width()).max().unwrap_or_default();
        let (state, subject) = (width(|row| row.state), width(|row| &row.subject));
        let (value, limit) = (width(|row| &row.value), width(|row| &row.limit));
        let mut text = String::new();
        for row in &rows {
            let pad = |cell: &str, width: usize| " ".repeat(width - cell.width().min(width));
            let line = format!(
                "  {}{}  {}{}  {}{}  {}{}  {}",
                paint(row.state, row.style, self.settings),
                pad(row.state, state),
                row.subject,
                pad(&row.subject, subject),
                pad(&row.value, value),
                row.value,
                row.limit,
                pad(&row.limit, limit),
                row.curve,
            );
            text += line.trim_end();
            text += "\n";
            if !row.marks.trim().is_empty() {
                text += &format!("{}{}\n", " ".repeat(state + subject + value + limit + 10), row.marks);
            }
            for detail in &row.details {
                text += &format!("{}{detail}\n", " ".repeat(state + 4));
            }
        }
        text
    }

    /// The observed time as a row, where the stage asks for one.
    fn observed(&self) -> Option<(Urgency, Row)> {
        let verdict = &self.judged.verdict;
        let required = verdict.required()?;
        let (urgency, state) =
            if verdict.is_observed() { (Urgency::Passed, State::Pass) } else { (Urgency::Failed, State::Fail) };
        let (state, style) = state_word(state);
        let row = Row {
            state,
            style,
            subject: "observed".to_owned(),
            value: duration(verdict.observed()),
            limit: format!("limit min {}", duration(required)),
            curve: String::new(),
            marks: String::new(),
            details: Vec::new(),
        };
        Some((urgency, row))
    }

    fn row(&self, check: &Check<'_>) -> Row {
        let rule = check.rule;
        let (state, style) = check_word(check);
        let metric = self.metric_name(&rule.condition);
        let id = format!("[{}, {}:{}]", shown(&rule.id), shown(&self.settings.table), rule.line);
        let mut row = Row {
            state,
            style,
            subject: shown(&subject(metric, check.series.as_deref())).into_owned(),
            value: check.worst.map_or("-".to_owned(), |worst| self.value(check, worst)),
            limit: self.limit(check),
            curve: String::new(),
            marks: String::new(),
            details: Vec::new(),
        };
        if check.state == State::NotEvaluated {
            let why = check.reason.as_deref().map(shown).unwrap_or_default();
            row.curve = format!("{why}   {id}");
        } else {
            let Sparkline { curve, marks } = self.sparkline(check);
            row.curve = curve;
            self.explain(check, &marks, id, &mut row);
        }
        if self.settings.verbose {
            let metric = self.metric(rule.condition.metric);
            let abouts = metric.and_then(|metric| metric.about.as_deref()).into_iter().chain(rule.about.as_deref());
            row.details.extend(abouts.map(|about| shown(about.trim_end()).into_owned()));
        }
        row
    }

    /// What stands under a row that was judged: places and reason of what is not passing, and the rule.
    fn explain(&self, check: &Check<'_>, marks: &str, id: String, row: &mut Row) {
        if matches!(check.state, State::Pass | State::Quiet) {
            row.details.extend(self.settings.verbose.then_some(id));
            return;
        }
        let space = " ".repeat(row.curve.width().saturating_sub(marks.width()) + 2);
        row.marks = format!("{marks}{space}{}", self.places(check));
        let reason = check.reason.as_deref().map(shown).unwrap_or_default();
        row.details.push(format!("{reason}   {id}"));
    }

    /// The worst value with its unit, short unless that would hide on which side of the limit it is.
    fn value(&self, check: &Check<'_>, worst: Worst) -> String {
        let comparator = check.rule.condition.comparator;
        let short: f64 = format!("{:.5e}", worst.value).parse().unwrap_or(worst.value);
        let is_honest = comparator.holds(short, worst.limit) == comparator.holds(worst.value, worst.limit);
        let value = if is_honest { short } else { worst.value };
        let metric = self.metric(check.rule.condition.metric);
        format!("{}{}", shortest(value), metric.map_or("", |metric| metric.unit.suffix()))
    }

    /// `limit max 300`, `trigger above 400 for 2 windows`.
    fn limit(&self, check: &Check<'_>) -> String {
        let rule = check.rule;
        let kind = match rule.kind {
            Kind::Gate => "limit",
            Kind::Rollback => "trigger",
        };
        let limit = match (check.limit, check.worst) {
            (Limit::Baseline { .. }, Some(worst)) => format!("{} = {}", check.limit, shortest(worst.limit)),
            _ => check.limit.to_string(),
        };
        let stage = self.judged.verdict.stage();
        let and = |and: &Condition| and.limit(stage.id()).unwrap_or(Limit::Unset).to_string();
        format!("{kind} {}", Wording::shown(stage.pipeline()).compact(rule, &limit, and))
    }

    fn sparkline(&self, check: &Check<'_>) -> Sparkline {
        let snapshot = &self.judged.reading.snapshot;
        let condition = &check.rule.condition;
        // A metric without labels serves every label.
        let metric = condition.metric;
        let series = self.series.get(&(metric, check.series.as_deref())).or_else(|| self.series.get(&(metric, None)));
        let curve = Curve {
            windows: snapshot.windows(),
            value: |window| series.and_then(|series| series.at(window).get()),
            high_matters: breaches_high(check.rule),
            breaches: &check.breaches,
            gaps: &check.no_data,
        };
        curve.draw(self.settings.unicode)
    }

    /// The windows that breach or lack data, with their times: `w2-w3 (12:10Z to 12:20Z), fired at w3`.
    fn places(&self, check: &Check<'_>) -> String {
        let fired = check.fired_at.map(|window| format!("fired at w{window}"));
        let breaches = self.stretches(&check.breaches);
        let gaps = self.stretches(&check.no_data).map(|gaps| format!("no data in {gaps}"));
        [breaches, gaps, fired].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    fn stretches(&self, stretches: &[Stretch]) -> Option<String> {
        const FEW: usize = 3;
        let first: Vec<String> = stretches.iter().take(FEW).map(|stretch| self.stretch(*stretch)).collect();
        match stretches.len() {
            0 => None,
            count if count <= FEW => Some(first.join(", ")),
            count => Some(format!("{} and {} more", first.join(", "), count - FEW)),
        }
    }

    fn stretch(&self, Stretch { from, to }: Stretch) -> String {
        let windows = if from == to { format!("w{from}") } else { format!("w{from}-w{to}") };
        let times = Times::of(&self.judged.reading).and_then(|times| times.between(from, to + 1, false));
        times.map_or(windows.clone(), |times| format!("{windows} ({times})"))
    }

    fn steps(&self) -> String {
        let verdict = &self.judged.verdict;
        let steps = verdict.next_steps();
        if steps.is_empty() {
            return String::new();
        }
        let within = verdict.stage().stage().rollback_within.filter(|_| verdict.rollback_triggered());
        let within = within.map_or(String::new(), |within| format!(" within {}", duration(within)));
        let mut text = format!("  Next steps{within} (nothing was executed)\n");
        for (number, step) in (1..).zip(steps) {
            text += &format!("    {number}. {}\n", shown(step.trim_end()));
        }
        text + "\n"
    }

    fn metric(&self, id: MetricId) -> Option<&Metric> {
        self.judged.verdict.stage().pipeline().metric(id)
    }

    fn metric_name(&self, condition: &Condition) -> &str {
        self.metric(condition.metric).map_or("", |metric| &metric.name)
    }
}

/// Whether high values of a rule's metric are the ones that breach it.
fn breaches_high(rule: &Rule) -> bool {
    let holds_high = rule.condition.comparator.excess(1.0, 0.0) > 0.0;
    (rule.kind == Kind::Rollback) == holds_high
}

/// What is most urgent comes first; within that, table order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Urgency {
    Fired,
    Failed,
    NoData,
    Warned,
    Passed,
    NotEvaluated,
}

fn urgency(check: &Check<'_>) -> Urgency {
    match (check.rule.severity, check.state) {
        (_, State::Pass | State::Quiet) => Urgency::Passed,
        (_, State::NotEvaluated) => Urgency::NotEvaluated,
        (Severity::Warn, State::Fired | State::Fail | State::NoData) => Urgency::Warned,
        (Severity::Fail, State::Fired) => Urgency::Fired,
        (Severity::Fail, State::Fail) => Urgency::Failed,
        (Severity::Fail, State::NoData) => Urgency::NoData,
    }
}

/// What a check came to, in its colour.
pub(super) fn outcome_word(check: &Check<'_>, settings: &Settings) -> String {
    let (word, style) = check_word(check);
    paint(word, style, settings)
}

fn check_word(check: &Check<'_>) -> (&'static str, Style) {
    match (check.rule.severity, check.state) {
        (Severity::Warn, State::Fail | State::Fired) => ("WARN", AnsiColor::Yellow.on_default().bold()),
        (_, state) => state_word(state),
    }
}

/// How a row begins.
fn state_word(state: State) -> (&'static str, Style) {
    match state {
        State::Fired => ("ROLLBACK", AnsiColor::Red.on_default().bold()),
        State::Fail => ("FAIL", AnsiColor::Red.on_default().bold()),
        State::NoData => ("no data", AnsiColor::Yellow.on_default().bold()),
        State::Pass => ("ok", AnsiColor::Green.on_default()),
        State::Quiet => ("quiet", AnsiColor::Green.on_default()),
        State::NotEvaluated => ("not evaluated", Style::new().dimmed()),
    }
}
