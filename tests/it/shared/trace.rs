//! Traces, followed by hand.

use std::time::Duration;

use rollout_gate::eval::{
    answer::Answer,
    judge::{evaluate, trace},
    limit::Limit,
    snapshot::Prepared,
    table::{Kind, Measure, StageRules},
    trace::{Step, Trace},
    verdict::{State, Stretch},
};

/// The windows of these stretches.
fn windows_of(stretches: &[Stretch]) -> Vec<usize> {
    stretches.iter().flat_map(|stretch| stretch.from..=stretch.to).collect()
}

/// Follows a trace by hand, from its values and limits on, to what its check says.
fn follow(Trace { check, measure, steps }: &Trace<'_>, width: Duration) {
    let rule = check.rule;
    if check.state == State::NotEvaluated {
        assert!(steps.is_empty());
        return;
    }
    let breaks = |holds: Answer| if rule.kind == Kind::Gate { !holds } else { holds };
    // Without a baseline the rule has no data, and no exemption can give it any.
    let is_unknown = |step: &Step| step.own.limit.is_none() && step.breach.measured == Answer::Unknown;
    let lacks_baseline = matches!(check.limit, Limit::Baseline { .. }) && steps.iter().all(is_unknown);
    let mut run = 0;
    for step in steps {
        for (compared, condition) in [&step.own].into_iter().chain(&step.and).zip(rule.conditions()) {
            // What is made of several values, or moves, is decided by more digits than are shown.
            let is_shown = matches!(condition.measure, Measure::Window) && matches!(check.limit, Limit::Fixed(_));
            if let (Some(value), Some(limit), None, true) = (compared.value, compared.limit, compared.between, is_shown)
            {
                assert_eq!(compared.holds, Answer::from(condition.comparator.holds(value, limit)));
            }
        }
        let breach = step.and.iter().fold(breaks(step.own.holds), |breach, and| breach.and(and.holds));
        let breach = breach.and(!step.exempt.unwrap_or(Answer::No));
        let breach = if lacks_baseline { Answer::Unknown } else { breach };
        assert_eq!(step.breach.measured, breach);
        assert_eq!(step.breach.resolved, rule.missing.otherwise.resolve(breach));
        assert!(!step.is_skipped || breach == Answer::Unknown);
        run = match step.breach.resolved {
            _ if step.is_skipped => run,
            Answer::Yes if step.is_judged => run + 1,
            _ => 0,
        };
        assert_eq!(step.run, run);
    }
    if matches!(measure, Measure::Whole(_)) {
        return;
    }
    let those = |holds: fn(&Step) -> bool| -> Vec<usize> {
        steps.iter().filter(|step| step.is_judged && holds(step)).map(|step| step.window).collect()
    };
    let is_skipped = |step: &Step| step.is_skipped;
    assert_eq!(windows_of(&check.breaches), those(|step| step.breach.resolved == Answer::Yes && !step.is_skipped));
    if check.worst.is_none() || !matches!(check.state, State::Pass | State::Quiet) {
        assert_eq!(windows_of(&check.gaps()), those(|step| step.breach.measured == Answer::Unknown));
    }
    if let Some(needed) = rule.persistence.run(width).filter(|_| !steps.iter().any(is_skipped)) {
        let fired = steps.iter().find(|step| step.run >= needed).map(|step| step.window);
        assert_eq!(check.fired_at, fired.filter(|_| rule.kind == Kind::Rollback));
        assert_eq!(check.state == State::breached(rule.kind), fired.is_some());
    }
}

/// Each trace leads to its check, and the checks are those of the verdict.
pub(crate) fn agree(stage: StageRules<'_>, prepared: &Prepared) {
    let traces: Vec<_> = stage.rules().flat_map(|rule| trace(stage, prepared, rule)).collect();
    for trace in &traces {
        follow(trace, prepared.snapshot.window());
    }
    let checks: Vec<_> = traces.into_iter().map(|trace| trace.check).collect();
    assert_eq!(format!("{checks:?}"), format!("{:?}", evaluate(stage, prepared).checks()));
}
