//! How rules judged a snapshot, window by window: values, limits, answers and runs, so that anyone can check a verdict
//! by hand. It shows what the judging looked at, and judges nothing itself.

use super::grid::{Grid, longest_run, needed};
use crate::{
    eval::{
        answer::Answer,
        judge::trace,
        notation::duration,
        persistence::Persistence,
        reason::subject,
        table::{Measure, Rule},
        trace::{Step, Trace},
        verdict::{State, Stretch},
    },
    outcome::Judged,
    report::{
        escape::shown,
        layout::{columns, paragraph},
        text::{TextOptions, header, outcome_word},
        wording::{Scope, Wording},
    },
};

/// How `rules`, each of which the stage must have, judged a snapshot called `name`. With `options.verbose`, every window has
/// a line of its own.
#[must_use]
pub fn render<'t>(judged: &Judged<'t>, rules: &[&'t Rule], name: &str, options: &TextOptions) -> String {
    let brief = TextOptions { verbose: false, ..options.clone() };
    let judging = Judging { judged, options, words: Wording::shown(judged.verdict.stage().pipeline()) };
    let rules = rules.iter().map(|rule| judging.rule(rule));
    std::iter::once(header(judged, name, &brief)).chain(rules).collect()
}

/// What all rules of the stage together came to.
#[must_use]
pub fn conclusion(judged: &Judged<'_>) -> String {
    let verdict = &judged.verdict;
    let observed = verdict.required().map_or_else(String::new, |required| {
        let answer = if verdict.is_observed() { "enough" } else { "too short" };
        format!("observed {} of {}: {answer}\n", duration(verdict.observed()), duration(required))
    });
    let (passed, triggered) = (verdict.gate_passed(), verdict.rollback_triggered());
    let decision = verdict.decision().name();
    format!("\n{observed}gate_passed: {passed}   rollback_triggered: {triggered}   decision: {decision}\n")
}

struct Judging<'a, 't> {
    judged: &'a Judged<'t>,
    options: &'a TextOptions,
    words: Wording<'t>,
}

impl<'t> Judging<'_, 't> {
    /// The rule in words, and how it judged each series.
    fn rule(&self, rule: &'t Rule) -> String {
        let stage = self.judged.verdict.stage();
        let sentences = self.words.sentences(rule, Scope::Stage(stage.id()));
        let mut text = format!("\n{}   {}:{}\n", shown(&rule.id), shown(&self.options.table), rule.line);
        text += &paragraph("  ", &sentences, self.options.width);
        let traces = trace(stage, &self.judged.reading.prepared, rule);
        text + &traces.iter().map(|trace| self.series(trace)).collect::<String>()
    }

    /// How a rule judged one series: a row for each window, and what it came to.
    fn series(&self, trace: &Trace<'_>) -> String {
        let check = &trace.check;
        let label = check.series.as_deref();
        let mut text = String::new();
        if label.is_some() {
            let metric = self.words.metric_name(check.rule.condition.metric);
            text += &format!("\n  {}\n", shown(&subject(&metric, label)));
        }
        if !trace.steps.is_empty() {
            text += &format!("\n{}\n", columns("    ", &Grid::new(self.judged, trace, !self.options.verbose).rows()));
        }
        text += &counted(trace, needed(check.rule, self.judged));
        let reason = check.reason.as_deref().map_or_else(String::new, |reason| format!("  {}", shown(reason)));
        text + &format!("    {}{reason}\n", outcome_word(check, self.options))
    }
}

/// The windows that breach, counted as the rule counts them; `needed` is the run that it takes, where it takes one.
fn counted(trace: &Trace<'_>, needed: Option<usize>) -> String {
    let windows: Vec<&Step> = trace.steps.iter().filter(|step| step.is_judged && !step.is_skipped).collect();
    if windows.is_empty() || matches!(trace.measure, Measure::Whole(_)) {
        return String::new();
    }
    let (rule, all) = (trace.check.rule, windows.len());
    let of = |answer| windows.iter().filter(|step| step.breach.resolved == answer).count();
    let (breaching, unknown) = (of(Answer::Yes), of(Answer::Unknown));
    let mut said = match (needed, longest_run(&trace.steps)) {
        (_, None) => "no window breaches".to_owned(),
        (None, Some(_)) => format!("{breaching} of {all} windows {}", verb(breaching, "breaches", "breach")),
        (Some(_), Some(run)) => format!("the longest run is {}", places(run)),
    };
    said += &match (needed, rule.persistence) {
        (Some(1), _) => "; one window is enough".to_owned(),
        (Some(needed), _) => format!("; it takes {needed} in a row"),
        (None, Persistence::Once) => String::new(),
        (None, persistence) => format!("; it takes a breach{}", persistence.in_words()),
    };
    if unknown > 0 {
        said += &format!("; {unknown} of {all} {} unknown", verb(unknown, "is", "are"));
    }
    if trace.check.state == State::NoData && needed.is_some() {
        let runs = windows.split(|step| step.breach.resolved == Answer::No);
        let possible = runs.map(<[_]>::len).max().unwrap_or_default();
        said += &format!(", and were they breaches, the longest run would be {possible}");
    }
    format!("    {said}\n")
}

/// `1 window, w3`, `2 windows, w2 to w3`.
fn places(Stretch { from, to }: Stretch) -> String {
    if from == to { format!("1 window, w{from}") } else { format!("{} windows, w{from} to w{to}", to - from + 1) }
}

fn verb(count: usize, one: &'static str, several: &'static str) -> &'static str {
    if count == 1 { one } else { several }
}
