//! Why, in a few words: what stands behind the verdict in the last line.

use crate::{
    eval::{
        table::{Kind, Severity},
        verdict::{Check, Decision, State},
    },
    outcome::Judged,
    report::{escape::shown, wording::counted},
};

pub(super) fn of_judged(judged: &Judged<'_>) -> String {
    let verdict = &judged.verdict;
    let mut parts = vec![gates(verdict.checks())];
    parts.extend(triggers_not_evaluated(verdict.checks()));
    match verdict.warnings().len() {
        0 => {}
        warnings => parts.push(counted(warnings, "warning")),
    }
    match (verdict.decision(), verdict.stage().next()) {
        (Decision::Rollback, _) => parts.insert(0, listed(&verdict.rollback_reasons())),
        (Decision::Hold, _) => parts.insert(0, listed(&verdict.gate_fail_reasons())),
        (Decision::Promote, Some(next)) => parts.push(format!("next stage: {}", shown(&next.name))),
        (Decision::Promote, None) => parts.push("this was the last stage".to_owned()),
    }
    parts.join("; ")
}

/// `2 of 3 gates passed, 1 not evaluated`.
fn gates(checks: &[Check<'_>]) -> String {
    let passed = in_state(checks, Kind::Gate, State::Pass);
    let passed = format!("{passed} of {} gates passed", deciding(checks, Kind::Gate).count());
    match in_state(checks, Kind::Gate, State::NotEvaluated) {
        0 => passed,
        skipped => format!("{passed}, {skipped} not evaluated"),
    }
}

/// `2 of 5 triggers not evaluated`; `None` where all are.
fn triggers_not_evaluated(checks: &[Check<'_>]) -> Option<String> {
    match in_state(checks, Kind::Rollback, State::NotEvaluated) {
        0 => None,
        skipped => Some(format!("{skipped} of {} triggers not evaluated", deciding(checks, Kind::Rollback).count())),
    }
}

fn in_state(checks: &[Check<'_>], kind: Kind, state: State) -> usize {
    deciding(checks, kind).filter(|check| check.state == state).count()
}

fn deciding<'a, 't>(checks: &'a [Check<'t>], kind: Kind) -> impl Iterator<Item = &'a Check<'t>> {
    checks.iter().filter(move |check| check.rule.kind == kind && check.rule.severity == Severity::Fail)
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
