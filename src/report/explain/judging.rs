//! How rules judged a snapshot, window by window: values, limits, answers and runs, so that anyone can check a verdict
//! by hand. It tells what the judging looked at, and judges nothing.

use super::grid::{Grid, longest_run};
use crate::{
    eval::{
        answer::Answer,
        judge::trace,
        notation::duration,
        reason::subject,
        table::{Kind, Rule},
        trace::{Steps, Trace},
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

/// How `rules`, each of which the stage must have, judged a snapshot called `name`; lines of words have at most `width`
/// columns. With `options.verbose`, every window has a line of its own.
#[must_use]
pub fn render<'t>(judged: &Judged<'t>, rules: &[&'t Rule], name: &str, options: &TextOptions, width: usize) -> String {
    let brief = TextOptions { verbose: false, ..options.clone() };
    let judging = Judging { judged, options, width, words: Wording::shown(judged.verdict.stage().pipeline()) };
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
    width: usize,
    words: Wording<'t>,
}

impl<'t> Judging<'_, 't> {
    /// The rule in words, and how it judged each series.
    fn rule(&self, rule: &'t Rule) -> String {
        let stage = self.judged.verdict.stage();
        let scope = Scope::Stage(stage.id());
        let sentences = std::iter::once(self.words.sentence(rule, scope)).chain(self.words.notes(rule, scope));
        let sentences: Vec<String> = sentences.collect();
        let mut text = format!("\n{}   {}:{}\n", shown(&rule.id), shown(&self.options.table), rule.line);
        text += &paragraph("  ", &sentences.join(" "), self.width);
        let traces = trace(stage, &self.judged.reading.snapshot, rule);
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
        if trace.steps != Steps::NotEvaluated {
            text += &format!("\n{}\n", columns("    ", &Grid::new(self.judged, trace, !self.options.verbose).rows()));
        }
        text += &counted(trace);
        let reason = check.reason.as_deref().map_or_else(String::new, |reason| format!("  {}", shown(reason)));
        text + &format!("    {}{reason}\n", outcome_word(check, self.options))
    }
}

/// The windows that breach, counted as the rule counts them.
fn counted(trace: &Trace<'_>) -> String {
    let Steps::Windows { needed, windows } = &trace.steps else { return String::new() };
    let (kind, all) = (trace.check.rule.kind, windows.len());
    let of = |answer| windows.iter().filter(|step| step.breach.resolved == answer).count();
    let (breaching, unknown) = (of(Answer::Yes), of(Answer::Unknown));
    let mut said = match (kind, longest_run(windows)) {
        (_, None) => "no window breaches".to_owned(),
        (Kind::Gate, Some(_)) => format!("{breaching} of {all} windows {}", verb(breaching, "breaches", "breach")),
        (Kind::Rollback, Some(run)) => format!("the longest run is {}", places(run)),
    };
    if kind == Kind::Rollback {
        said += &match needed {
            1 => "; one window is enough".to_owned(),
            _ => format!("; it takes {needed} in a row"),
        };
    }
    if unknown > 0 {
        said += &format!("; {unknown} of {all} {} unknown", verb(unknown, "is", "are"));
    }
    if trace.check.state == State::NoData && kind == Kind::Rollback {
        let possible = windows.iter().map(|step| step.possible).max().unwrap_or_default();
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
