//! `--format text`: one snapshot for people. The last line is the verdict.

mod check_line;
mod fold;
mod head;
mod options;
mod summary;

use std::{cmp::Ordering, collections::HashMap};

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

pub use self::options::TextOptions;
use self::{
    check_line::{CheckLine, Columns},
    fold::{Shown, folded, unfolded},
    options::paint,
};
use super::{
    escape::shown,
    fault,
    layout::{hanging, numbered},
    rows::{self, CheckRow, Urgency, check_rows},
    sparkline::{Sparkline, SparklineData},
    steps::{StepList, step_lists},
};
use crate::{
    eval::{
        measurement::Series,
        table::{Kind, Metric, MetricId, Rule},
        verdict::{Check, State},
    },
    exit::Exit,
    outcome::{Judged, Outcome},
};

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
    head::render(judged, name, options)
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
        Ok(judged) => summary::of_judged(judged),
        Err(refusal) => fault::line(refusal),
    }
}

struct Block<'a, 't> {
    judged: &'a Judged<'t>,
    options: &'a TextOptions,
    /// Every series by its metric and label.
    series: HashMap<(MetricId, Option<&'a str>), &'a Series>,
}

impl<'a, 't> Block<'a, 't> {
    fn new(judged: &'a Judged<'t>, options: &'a TextOptions) -> Self {
        let ids = (0..judged.verdict.stage().pipeline().metrics.len()).map(MetricId);
        let measured = ids.filter_map(|id| Some((id, judged.reading.snapshot().metric(id)?)));
        let series =
            measured.flat_map(|(id, metric)| metric.entries().map(move |(label, series)| ((id, label), series)));
        Self { judged, options, series: series.collect() }
    }

    fn render(&self, name: &str) -> String {
        let verdict = &self.judged.verdict;
        let outcome_line =
            format!("gate_passed: {}   rollback_triggered: {}", verdict.gate_passed(), verdict.rollback_triggered());
        let exit = Exit::from(verdict.decision());
        let last = format!("{}  {}", word(exit, self.options), summary::of_judged(self.judged));
        let head = head::render(self.judged, name, self.options);
        format!("{head}\n{}\n{}{outcome_line}\n{last}\n", self.checks(), self.steps())
    }

    fn checks(&self) -> String {
        let rows = check_rows(self.judged);
        let shown = if self.options.verbose { unfolded(rows) } else { folded(rows) };
        let states = shown.iter().filter_map(|shown| Some(shown.row()?.word.width()));
        let room = check_line::room(states.max().unwrap_or_default(), self.options.width);
        let lines = shown.into_iter().map(|shown| match shown {
            Shown::Row(row) => Shown::Row(self.line(&row, room)),
            Shown::Folded(line) => Shown::Folded(line),
        });
        let lines: Vec<Shown<CheckLine>> = lines.collect();
        let columns = Columns::of(&lines.iter().filter_map(Shown::row).collect::<Vec<_>>(), self.options.width);
        let write = |line: &Shown<CheckLine>| match line {
            Shown::Row(line) => line.write(columns, self.options),
            Shown::Folded(line) => hanging("  ", std::slice::from_ref(line), "", self.options.width),
        };
        lines.iter().map(write).collect()
    }

    /// What is known of a row; its curve has at most `room` columns.
    fn line(&self, row: &CheckRow<'_, '_>, room: usize) -> CheckLine {
        let mut line = CheckLine {
            state: row.word,
            style: style(row.urgency),
            subject: shown(&row.subject).into_owned(),
            value: row.value.clone(),
            limit: shown(&row.limit).into_owned(),
            curve: String::new(),
            marks: String::new(),
            windows: String::new(),
            note: Vec::new(),
            details: Vec::new(),
        };
        if let Some(check) = row.check {
            self.add_check(row, check, room, &mut line);
        }
        line
    }

    /// The curve of a check, and what stands under its line.
    fn add_check(&self, row: &CheckRow<'_, '_>, check: &Check<'_>, room: usize, line: &mut CheckLine) {
        let rule = check.rule;
        let id = format!("[{}, {}:{}]", shown(&rule.id), shown(&self.options.table), rule.line);
        let reason = row.reason.as_deref().map(|reason| shown(reason).into_owned());
        let why = reason.into_iter().chain([id]).collect();
        if check.state == State::NotEvaluated {
            line.note = why;
        } else {
            let Sparkline { curve, marks } = self.sparkline(check, room);
            (line.curve, line.marks, line.windows) = (curve, marks, row.windows.clone());
            let is_explained = row.urgency.is_raised() || self.options.verbose;
            line.details.extend(is_explained.then_some(why));
        }
        if self.options.verbose {
            let metric = self.metric(rule.condition.metric);
            let abouts = metric.and_then(|metric| metric.about.as_deref()).into_iter().chain(rule.about.as_deref());
            line.details.extend(abouts.map(|about| vec![shown(about.trim_end()).into_owned()]));
        }
    }

    fn sparkline(&self, check: &Check<'_>, room: usize) -> Sparkline {
        let snapshot = self.judged.reading.snapshot();
        let condition = &check.rule.condition;
        // A metric without labels is judged at every label.
        let metric = condition.metric;
        let series = self.series.get(&(metric, check.series.as_deref())).or_else(|| self.series.get(&(metric, None)));
        let gaps = check.gaps();
        let curve = SparklineData {
            windows: snapshot.windows(),
            series: series.copied(),
            high_matters: breaches_high(check.rule),
            breaches: &check.breaches,
            gaps: &gaps,
        };
        curve.draw(self.options.unicode, room)
    }

    fn steps(&self) -> String {
        let list = |StepList { title, steps }: StepList| {
            let steps = steps.iter().map(|step| shown(step.trim_end()).into_owned());
            format!("  {title} (nothing was executed)\n{}\n", numbered("    ", steps, self.options.width))
        };
        step_lists(self.judged).into_iter().map(list).collect()
    }

    fn metric(&self, id: MetricId) -> Option<&Metric> {
        self.judged.verdict.stage().pipeline().metric(id)
    }
}

/// Whether high values of a rule's metric are the ones that breach it.
fn breaches_high(rule: &Rule) -> bool {
    let holds_high = rule.condition.comparator.side() == Some(Ordering::Greater);
    (rule.kind == Kind::Rollback) == holds_high
}

/// What a check came to, in its colour.
pub(super) fn outcome_word(check: &Check<'_>, options: &TextOptions) -> String {
    paint(rows::word(check), style(rows::urgency(check)), options)
}

/// The style of a row's first word.
fn style(urgency: Urgency) -> Style {
    match urgency {
        Urgency::Fired | Urgency::Failed => AnsiColor::Red.on_default().bold(),
        Urgency::Pending | Urgency::NoData | Urgency::Warned => AnsiColor::Yellow.on_default().bold(),
        Urgency::Passed => AnsiColor::Green.on_default(),
        Urgency::NotEvaluated => Style::new().dimmed(),
    }
}
