//! `--format text`: one snapshot for people. The last line is the verdict.

use std::collections::HashMap;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use super::{
    escape::shown,
    fault,
    rows::{self, CheckRow, Urgency, check_rows, span, steps_title, times},
    sparkline::{Curve, Sparkline},
};
use crate::{
    eval::{
        measurement::Series,
        table::{Kind, Metric, MetricId, Rule, Severity},
        verdict::{Check, Decision, State},
    },
    exit::Exit,
    outcome::{Judged, Outcome},
};

/// How text is written, and what judged.
#[derive(Clone, Debug)]
pub struct TextOptions {
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
pub fn render(outcome: &Outcome<'_>, options: &TextOptions) -> String {
    match &outcome.result {
        Ok(judged) => Block::new(judged, options).render(outcome.name.as_deref().unwrap_or("-")),
        Err(_) => verdict_line(outcome, options),
    }
}

/// The last line alone.
#[must_use]
pub fn verdict_line(outcome: &Outcome<'_>, options: &TextOptions) -> String {
    let word = word(outcome.exit(), options);
    format!("{word}  {}\n", summary(outcome))
}

/// What stands above the rows: what was judged, and by what.
pub(super) fn header(judged: &Judged<'_>, name: &str, options: &TextOptions) -> String {
    Block::new(judged, options).header(name)
}

/// The word of an exit code, in its colour.
#[must_use]
pub fn word(exit: Exit, options: &TextOptions) -> String {
    let color = match exit {
        Exit::Promote => AnsiColor::Green,
        Exit::Hold => AnsiColor::Yellow,
        Exit::NoVerdict | Exit::Rollback => AnsiColor::Red,
    };
    paint(exit.word(), color.on_default().bold(), options)
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

fn paint(text: &str, style: Style, options: &TextOptions) -> String {
    if options.color { format!("{style}{text}{style:#}") } else { text.to_owned() }
}

struct Block<'a, 't> {
    judged: &'a Judged<'t>,
    options: &'a TextOptions,
    /// Every series by its metric and label.
    series: HashMap<(MetricId, Option<&'a str>), &'a Series>,
}

/// One check as a line: state, subject, value, limit and curve, and what stands under it.
struct CheckLine {
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
    fn new(judged: &'a Judged<'t>, options: &'a TextOptions) -> Self {
        let ids = (0..judged.verdict.stage().pipeline().metrics.len()).map(MetricId);
        let measured = ids.filter_map(|id| Some((id, judged.reading.snapshot.metric(id)?)));
        let series =
            measured.flat_map(|(id, metric)| metric.entries().map(move |(label, series)| ((id, label), series)));
        Self { judged, options, series: series.collect() }
    }

    fn render(&self, name: &str) -> String {
        let verdict = &self.judged.verdict;
        let outcome_line =
            format!("gate_passed: {}   rollback_triggered: {}", verdict.gate_passed(), verdict.rollback_triggered());
        let exit = Exit::from(verdict.decision());
        let last = format!("{}  {}", word(exit, self.options), judged_summary(self.judged));
        format!("{}\n{}\n{}{outcome_line}\n{last}\n", self.header(name), self.checks(), self.steps())
    }

    fn header(&self, name: &str) -> String {
        let Judged { reading, verdict } = self.judged;
        let stage = verdict.stage();
        let mut header = format!(
            "{} / {}   {}   {}{}\n",
            shown(&stage.pipeline().name),
            shown(&stage.stage().name),
            shown(name),
            span(self.judged),
            times(self.judged).map_or(String::new(), |times| format!("   {times}")),
        );
        header += &format!("table: {}\n", shown(&self.options.table));
        if self.options.verbose {
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

    fn checks(&self) -> String {
        let lines: Vec<CheckLine> = check_rows(self.judged).iter().map(|row| self.line(row)).collect();
        let width =
            |cell: fn(&CheckLine) -> &str| lines.iter().map(|line| cell(line).width()).max().unwrap_or_default();
        let (state, subject) = (width(|line| line.state), width(|line| &line.subject));
        let (value, limit) = (width(|line| &line.value), width(|line| &line.limit));
        let mut text = String::new();
        for line in &lines {
            let pad = |cell: &str, width: usize| " ".repeat(width - cell.width().min(width));
            let cells = format!(
                "  {}{}  {}{}  {}{}  {}{}  {}",
                paint(line.state, line.style, self.options),
                pad(line.state, state),
                line.subject,
                pad(&line.subject, subject),
                pad(&line.value, value),
                line.value,
                line.limit,
                pad(&line.limit, limit),
                line.curve,
            );
            text += cells.trim_end();
            text += "\n";
            if !line.marks.trim().is_empty() {
                text += &format!("{}{}\n", " ".repeat(state + subject + value + limit + 10), line.marks);
            }
            for detail in &line.details {
                text += &format!("{}{detail}\n", " ".repeat(state + 4));
            }
        }
        text
    }

    fn line(&self, row: &CheckRow<'_, '_>) -> CheckLine {
        let mut line = CheckLine {
            state: row.word,
            style: style(row.urgency),
            subject: shown(&row.subject).into_owned(),
            value: row.value.clone(),
            limit: shown(&row.limit).into_owned(),
            curve: String::new(),
            marks: String::new(),
            details: Vec::new(),
        };
        if let Some(check) = row.check {
            self.add_check(row, check, &mut line);
        }
        line
    }

    /// The curve of a check, and what stands under its line.
    fn add_check(&self, row: &CheckRow<'_, '_>, check: &Check<'_>, line: &mut CheckLine) {
        let rule = check.rule;
        let id = format!("[{}, {}:{}]", shown(&rule.id), shown(&self.options.table), rule.line);
        if check.state == State::NotEvaluated {
            let why = row.reason.as_deref().map(shown).unwrap_or_default();
            line.curve = format!("{why}   {id}");
        } else {
            let Sparkline { curve, marks } = self.sparkline(check);
            line.curve = curve;
            self.explain(row, &marks, id, line);
        }
        if self.options.verbose {
            let metric = self.metric(rule.condition.metric);
            let abouts = metric.and_then(|metric| metric.about.as_deref()).into_iter().chain(rule.about.as_deref());
            line.details.extend(abouts.map(|about| shown(about.trim_end()).into_owned()));
        }
    }

    /// What stands under a line that was judged: windows and reason of what is not passing, and the rule.
    fn explain(&self, row: &CheckRow<'_, '_>, marks: &str, id: String, line: &mut CheckLine) {
        if !row.urgency.is_raised() {
            line.details.extend(self.options.verbose.then_some(id));
            return;
        }
        let space = " ".repeat(line.curve.width().saturating_sub(marks.width()) + 2);
        line.marks = format!("{marks}{space}{}", row.windows);
        let reason = row.reason.as_deref().map(shown).unwrap_or_default();
        line.details.push(format!("{reason}   {id}"));
    }

    fn sparkline(&self, check: &Check<'_>) -> Sparkline {
        let snapshot = &self.judged.reading.snapshot;
        let condition = &check.rule.condition;
        // A metric without labels serves every label.
        let metric = condition.metric;
        let series = self.series.get(&(metric, check.series.as_deref())).or_else(|| self.series.get(&(metric, None)));
        let curve = Curve {
            windows: snapshot.windows(),
            series: series.copied(),
            high_matters: breaches_high(check.rule),
            breaches: &check.breaches,
            gaps: &check.no_data,
        };
        curve.draw(self.options.unicode)
    }

    fn steps(&self) -> String {
        let verdict = &self.judged.verdict;
        let steps = verdict.next_steps();
        if steps.is_empty() {
            return String::new();
        }
        let mut text = format!("  {} (nothing was executed)\n", steps_title(self.judged));
        for (number, step) in (1..).zip(steps) {
            text += &format!("    {number}. {}\n", shown(step.trim_end()));
        }
        text + "\n"
    }

    fn metric(&self, id: MetricId) -> Option<&Metric> {
        self.judged.verdict.stage().pipeline().metric(id)
    }
}

/// Whether high values of a rule's metric are the ones that breach it.
fn breaches_high(rule: &Rule) -> bool {
    let holds_high = rule.condition.comparator.excess(1.0, 0.0) > 0.0;
    (rule.kind == Kind::Rollback) == holds_high
}

/// What a check came to, in its colour.
pub(super) fn outcome_word(check: &Check<'_>, options: &TextOptions) -> String {
    paint(rows::word(check), style(rows::urgency(check)), options)
}

/// How a row begins.
fn style(urgency: Urgency) -> Style {
    match urgency {
        Urgency::Fired | Urgency::Failed => AnsiColor::Red.on_default().bold(),
        Urgency::NoData | Urgency::Warned => AnsiColor::Yellow.on_default().bold(),
        Urgency::Passed => AnsiColor::Green.on_default(),
        Urgency::NotEvaluated => Style::new().dimmed(),
    }
}
