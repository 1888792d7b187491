//! What a person does next: the steps of the table, filled in from the snapshot, and on hold what would have to
//! happen for the stage to go on. Every format shows these, and no others. Another way on is a case of [`way_on`].

use std::{collections::HashSet, time::Duration};

use super::{
    rows::{stretches, subject_of},
    times::Times,
    wording::within,
};
use crate::{
    eval::{
        comparator::Comparator,
        limit::Limit,
        notation::{duration, shortest},
        persistence::{covered, windows_to_cover},
        reason::NO_BASELINE,
        table::{Kind, Stage},
        verdict::{Check, Decision, State, Worst},
    },
    outcome::Judged,
};

/// Steps under a title.
pub(super) struct StepList {
    /// `Next steps within 10m`.
    pub(super) title: String,
    /// At least one.
    pub(super) steps: Vec<String>,
}

/// All there is to do, in the order in which to do it, without lists that are empty.
pub(super) fn step_lists(judged: &Judged<'_>) -> Vec<StepList> {
    let verdict = &judged.verdict;
    let within = if verdict.rollback_triggered() { within(verdict.stage().stage()) } else { String::new() };
    let lists = [
        StepList { title: "Kill switches".to_owned(), steps: kill_switches(judged) },
        StepList { title: format!("Next steps{within}"), steps: next_steps(judged) },
        StepList { title: "Ways on".to_owned(), steps: ways_on(judged) },
    ];
    lists.into_iter().filter(|list| !list.steps.is_empty()).collect()
}

/// The steps to take now: on promote, those that enter the next stage; on rollback and on hold, theirs.
pub(super) fn next_steps(judged: &Judged<'_>) -> Vec<String> {
    let stage = judged.verdict.stage();
    let repeats = stage.stage().repeat && judged.verdict.decision() == Decision::Promote;
    match stage.next().filter(|_| repeats) {
        Some(next) => [next, stage.stage()].iter().flat_map(|to| entering(judged, to)).collect(),
        None => filled_in(judged, judged.verdict.next_steps()).collect(),
    }
}

/// On rollback, what stops the harm at once; it comes before the steps.
pub(super) fn kill_switches(judged: &Judged<'_>) -> Vec<String> {
    filled_in(judged, judged.verdict.kill_switches()).collect()
}

/// On hold, what would have to happen, the first few of it; empty for another decision.
pub(super) fn ways_on(judged: &Judged<'_>) -> Vec<String> {
    /// One cause often has many checks; a person wants to know where to begin.
    const FEW: usize = 10;
    if judged.verdict.decision() != Decision::Hold {
        return Vec::new();
    }
    let mut seen = HashSet::new();
    let ways = judged.verdict.against_promotion().map(|check| way_on(judged, check)).chain(observe_more(judged, None));
    let mut ways: Vec<String> = ways.filter(|way| seen.insert(way.clone())).collect();
    let more = ways.len().saturating_sub(FEW);
    if more > 0 {
        ways.truncate(FEW);
        ways.push(format!("and {more} more: see the checks"));
    }
    ways
}

/// The steps that enter one of the stages that a promotion may lead to, each with its name.
fn entering(judged: &Judged<'_>, stage: &Stage) -> Vec<String> {
    match stage.enter.as_slice() {
        [] => vec![format!("to {}: go on", stage.name)],
        steps => filled_in(judged, steps).map(|step| format!("to {}: {step}", stage.name)).collect(),
    }
}

/// Steps with each `{labels.NAME}` replaced: by the snapshot's label, or else by its name in capitals.
fn filled_in<'a>(judged: &'a Judged<'_>, steps: &'a [String]) -> impl Iterator<Item = String> + 'a {
    steps.iter().map(|step| {
        let mut pieces = step.split("{labels.");
        let mut text = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            match piece.split_once('}') {
                Some((name, rest)) => {
                    let label = judged.reading.labels.iter().find(|(label, _)| label == name);
                    text += &label.map_or_else(|| name.to_uppercase(), |(_, value)| value.clone());
                    text += rest;
                }
                None => text = text + "{labels." + piece,
            }
        }
        text
    })
}

/// What would have to happen for a check to stand no longer against a promotion.
fn way_on(judged: &Judged<'_>, check: &Check<'_>) -> String {
    match (check.state, check.worst) {
        (State::Pending, Some(worst)) => end_breach(judged, check, worst),
        (State::Fail | State::Fired, Some(worst)) => keep_limit(judged, check, worst),
        _ => measure(judged, check),
    }
}

/// How much longer to observe: for as long as `wanted`, or as the stage wants; `None` where that is observed.
fn observe_more(judged: &Judged<'_>, wanted: Option<Duration>) -> Option<String> {
    let verdict = &judged.verdict;
    let needed = windows_to_cover(wanted.or(verdict.required())?, verdict.window());
    let more = needed.checked_sub(verdict.windows()).filter(|more| *more > 0)?;
    let ready = Times::of(&judged.reading).and_then(|times| times.opens(needed));
    let ready = ready.map_or(String::new(), |time| format!(": ready at {time}"));
    Some(format!("observe {} more{ready}", duration(covered(more, verdict.window()))))
}

fn measure(judged: &Judged<'_>, check: &Check<'_>) -> String {
    let (verdict, subject) = (&judged.verdict, subject_of(judged, check));
    if let Some(narrow) = check.rule.narrower_than(verdict.window()) {
        return format!("measure {subject} in windows of at most {}", duration(narrow));
    }
    let over = check.rule.longest_over().filter(|over| verdict.observed() < *over);
    if let Some(more) = over.and_then(|over| observe_more(judged, Some(over))) {
        return more;
    }
    let is_limit = matches!(check.limit, Limit::Baseline { .. });
    if is_limit && check.no_data.iter().all(|gap| gap.cause.is_empty() || gap.cause == NO_BASELINE) {
        return format!("give {subject} a baseline, under `baseline` in the snapshot or with --baseline FILE");
    }
    let mut causes = check.no_data.iter().map(|gap| gap.cause.as_str()).filter(|cause| !cause.is_empty());
    let cause = causes.next().map_or(String::new(), |cause| format!(": {cause}"));
    let windows = stretches(judged, &check.gaps()).map_or(String::new(), |windows| format!(" in {windows}"));
    format!("measure {subject}{windows}{cause}")
}

/// `p95 must stay at or below 300 for 30m: the breach in w4 leaves the snapshot at 13:00Z`.
fn keep_limit(judged: &Judged<'_>, check: &Check<'_>, worst: Worst) -> String {
    let verdict = &judged.verdict;
    let last = check.breaches.last().filter(|_| worst.window.is_some());
    let Some(last) = last else { return must(judged, check, worst, "be") };
    // As long as the windows are looked at.
    let span = check.rule.last.or(verdict.required()).unwrap_or(verdict.observed());
    let leaves = last.to + 1 + windows_to_cover(span, verdict.window());
    let breach = if last.from == last.to { format!("w{}", last.to) } else { format!("w{}-w{}", last.from, last.to) };
    let time = Times::of(&judged.reading).and_then(|times| times.opens(leaves));
    let until = time.map_or(String::new(), |time| format!(": the breach in {breach} leaves the snapshot at {time}"));
    format!("{} for {}{until}", must(judged, check, worst, "stay"), duration(span))
}

/// `error_rate must be at or below 0.01 again: it has not been since w9 (12:45Z to 12:50Z)`.
fn end_breach(judged: &Judged<'_>, check: &Check<'_>, worst: Worst) -> String {
    let since = check.pending_since.map_or(String::new(), |window| format!(": it has not been since w{window}"));
    format!("{} again{since}", must(judged, check, worst, "be"))
}

/// `mean of error_rate must be at or below 0.01`.
fn must(judged: &Judged<'_>, check: &Check<'_>, worst: Worst, verb: &str) -> String {
    let rule = check.rule;
    let limit = match check.limit {
        Limit::Baseline { .. } => format!("{} ({})", shortest(worst.limit), check.limit),
        _ => shortest(worst.limit),
    };
    let subject = subject_of(judged, check);
    let within = within_limit(rule.kind, rule.condition.comparator);
    format!("{}{subject} must {verb} {within} {limit}", rule.condition.measure.phrase())
}

/// Where the value of a rule that does not breach is.
fn within_limit(kind: Kind, comparator: Comparator) -> &'static str {
    match (kind, comparator) {
        (Kind::Gate, Comparator::Max) | (Kind::Rollback, Comparator::Above) => "at or below",
        (Kind::Gate, Comparator::Min) | (Kind::Rollback, Comparator::Below) => "at or above",
        (Kind::Gate, Comparator::Below) | (Kind::Rollback, Comparator::Min) => "below",
        (Kind::Gate, Comparator::Above) | (Kind::Rollback, Comparator::Max) => "above",
        (Kind::Gate, Comparator::Equals) | (Kind::Rollback, Comparator::Differs) => "at",
        (Kind::Gate, Comparator::Differs) | (Kind::Rollback, Comparator::Equals) => "away from",
    }
}
