//! Traces, followed by hand.

use rollout_gate::eval::{
    answer::Answer,
    judge::{evaluate, trace},
    limit::Limit,
    snapshot::Snapshot,
    table::{Kind, Rule, StageRules},
    trace::{Breach, Step, Steps, Trace},
    verdict::{State, Stretch},
};

/// The windows of these stretches.
fn windows_of(stretches: &[Stretch]) -> Vec<usize> {
    stretches.iter().flat_map(|stretch| stretch.from..=stretch.to).collect()
}

/// Follows a trace by hand, from its values and limits on, to what its check says.
fn follow(Trace { check, steps }: &Trace<'_>) {
    let rule = check.rule;
    let breaks = |holds: Answer| if rule.kind == Kind::Gate { !holds } else { holds };
    match steps {
        Steps::NotEvaluated => assert_eq!(check.state, State::NotEvaluated),
        Steps::Windows { needed, windows } => {
            let (mut run, mut possible, mut longest, mut longest_possible, mut fired_at) = (0, 0, 0, 0, None);
            // Without a baseline the rule has no data, and no exemption can give it any.
            let is_unknown = |step: &Step| step.own.limit.is_none() && step.breach.measured == Answer::Unknown;
            let lacks_baseline = matches!(check.limit, Limit::Baseline { .. }) && windows.iter().all(is_unknown);
            for (window, step) in windows.iter().enumerate() {
                let compared = [&step.own].into_iter().chain(&step.and).zip(rule.conditions());
                let holds: Vec<Answer> = compared
                    .map(|(compared, condition)| {
                        let holds = compared.pair().map(|(value, limit)| condition.comparator.holds(value, limit));
                        assert_eq!(compared.holds, holds.map_or(Answer::Unknown, Answer::from));
                        compared.holds
                    })
                    .collect();
                let breach = holds[1..].iter().fold(breaks(holds[0]), |breach, and| breach.and(*and));
                let breach = breach.and(!step.exempt.unwrap_or(Answer::No));
                let breach = if lacks_baseline { Answer::Unknown } else { breach };
                assert_eq!(step.breach.measured, breach);
                assert_eq!(step.breach.resolved, rule.missing.resolve(breach));
                run = if step.breach.resolved == Answer::Yes { run + 1 } else { 0 };
                possible = if step.breach.resolved == Answer::No { 0 } else { possible + 1 };
                assert_eq!((step.run, step.possible), (run, possible));
                longest = longest.max(run);
                longest_possible = longest_possible.max(possible);
                fired_at = fired_at.or((run >= *needed && rule.kind == Kind::Rollback).then_some(window));
            }
            let those = |holds: fn(&Breach) -> bool| -> Vec<usize> {
                (0..windows.len()).filter(|window| holds(&windows[*window].breach)).collect()
            };
            assert_eq!(windows_of(&check.breaches), those(|breach| breach.resolved == Answer::Yes));
            assert_eq!(windows_of(&check.no_data), those(|breach| breach.measured == Answer::Unknown));
            assert_eq!(check.fired_at, fired_at);
            assert_eq!(check.state, outcome(rule, longest >= *needed, longest_possible >= *needed));
        }
        Steps::Whole { windows, whole, breach, .. } => {
            let holds = whole.pair().map(|(value, limit)| rule.condition.comparator.holds(value, limit));
            assert_eq!(whole.holds, holds.map_or(Answer::Unknown, Answer::from));
            assert_eq!(breach.measured, breaks(whole.holds));
            assert_eq!(breach.resolved, rule.missing.resolve(breach.measured));
            let (is_long, is_possible) = (breach.resolved == Answer::Yes, breach.resolved != Answer::No);
            assert_eq!(check.state, outcome(rule, is_long, is_possible));
            let gaps = windows_of(&check.no_data);
            assert!(gaps.iter().all(|window| *window < windows.len()), "{gaps:?}");
        }
    }
}

fn outcome(rule: &Rule, is_long: bool, is_possible: bool) -> State {
    match (is_long, is_possible) {
        (true, _) => State::breached(rule.kind),
        (false, true) => State::NoData,
        (false, false) => State::clear(rule.kind),
    }
}

/// Each trace leads to its check, and the checks are those of the verdict.
pub(crate) fn agree(stage: StageRules<'_>, snapshot: &Snapshot) {
    let traces: Vec<_> = stage.rules().flat_map(|rule| trace(stage, snapshot, rule)).collect();
    traces.iter().for_each(follow);
    let checks: Vec<_> = traces.into_iter().map(|trace| trace.check).collect();
    assert_eq!(format!("{checks:?}"), format!("{:?}", evaluate(stage, snapshot).checks()));
}
