//! The answer: every check, and what follows from them. What follows is worked out when it is asked for, so
//! that a verdict cannot contradict itself.

use std::{collections::HashSet, time::Duration};

use super::{
    limit::Limit,
    persistence::covered,
    reason,
    table::{Kind, Rule, Severity, StageRules},
};

/// What to do with the stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Decision {
    /// Go on to the next stage.
    Promote,
    /// Stay: some gate did not pass.
    Hold,
    /// Go back: some trigger fired.
    Rollback,
}

/// How one rule came out on one series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// A gate rule that holds in every window.
    Pass,
    /// A gate rule that some window breaks.
    Fail,
    /// A rollback rule that did not fire, whatever the gaps hide.
    Quiet,
    /// A rollback rule that fired.
    Fired,
    /// Gaps that could turn the answer.
    NoData,
    /// No limit is set, or an optional metric is not in the snapshot.
    NotEvaluated,
}

/// The value farthest past the limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Worst {
    /// The value.
    pub value: f64,
    /// What it was compared with.
    pub limit: f64,
    /// Its window; `None` where one value was made of several windows.
    pub window: Option<usize>,
}

/// Windows in a row, both ends inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The first window.
    pub from: usize,
    /// The last window.
    pub to: usize,
}

impl Stretch {
    /// How many windows it has.
    #[must_use]
    pub fn windows(&self) -> usize {
        self.to - self.from + 1
    }
}

/// One rule judged on one series.
#[derive(Clone, Debug)]
pub struct Check<'t> {
    /// The rule.
    pub rule: &'t Rule,
    /// The rule's limit at this stage.
    pub limit: Limit,
    /// The label, where there are several series.
    pub series: Option<String>,
    /// How it came out.
    pub state: State,
    /// Among breaching windows, of a rollback rule within its longest run; of a check that breached
    /// nowhere, the value nearest to a breach. `None` without data.
    pub worst: Option<Worst>,
    /// The windows that breach, in order.
    pub breaches: Vec<Stretch>,
    /// The window at whose end a rollback rule's first run was long enough.
    pub fired_at: Option<usize>,
    /// The windows whose answer is unknown, in order.
    pub no_data: Vec<Stretch>,
    /// Why it is neither pass nor quiet.
    pub reason: Option<String>,
}

/// What a stage's rules say about a snapshot.
#[derive(Clone, Debug)]
pub struct Verdict<'t> {
    stage: StageRules<'t>,
    windows: usize,
    window: Duration,
    /// Why the observed time is too short, if it is.
    too_short: Option<String>,
    checks: Vec<Check<'t>>,
}

impl<'t> Verdict<'t> {
    /// From the checks of `stage`, one a rule and series, in table order, gate rules first, on `windows`
    /// windows of width `window`.
    #[must_use]
    pub fn new(stage: StageRules<'t>, windows: usize, window: Duration, checks: Vec<Check<'t>>) -> Self {
        let observed = covered(windows, window);
        let required = stage.stage().observe.filter(|required| observed < *required);
        let too_short = required.map(|required| reason::observed(observed, required));
        Self { stage, windows, window, too_short, checks }
    }

    /// The stage that judged.
    #[must_use]
    pub fn stage(&self) -> StageRules<'t> {
        self.stage
    }

    /// How many windows were judged.
    #[must_use]
    pub fn windows(&self) -> usize {
        self.windows
    }

    /// The width of one window.
    #[must_use]
    pub fn window(&self) -> Duration {
        self.window
    }

    /// How long the windows cover.
    #[must_use]
    pub fn observed(&self) -> Duration {
        covered(self.windows, self.window)
    }

    /// Whether that is as long as the stage wants.
    #[must_use]
    pub fn is_observed(&self) -> bool {
        self.too_short.is_none()
    }

    /// How long the stage wants to be observed.
    #[must_use]
    pub fn required(&self) -> Option<Duration> {
        self.stage.stage().observe
    }

    /// Every check, in table order, gate rules first; within a rule, series in the snapshot's order.
    #[must_use]
    pub fn checks(&self) -> &[Check<'t>] {
        &self.checks
    }

    /// Whether some rollback rule fired.
    #[must_use]
    pub fn rollback_triggered(&self) -> bool {
        self.deciding().any(|check| check.state == State::Fired)
    }

    /// Whether nothing stands against a promotion.
    #[must_use]
    pub fn gate_passed(&self) -> bool {
        let holds = |state| matches!(state, State::Fail | State::Fired | State::NoData);
        self.is_observed() && !self.deciding().any(|check| holds(check.state))
    }

    /// Rollback if a trigger fired, else promote if the gate passed, else hold.
    #[must_use]
    pub fn decision(&self) -> Decision {
        if self.rollback_triggered() {
            Decision::Rollback
        } else if self.gate_passed() {
            Decision::Promote
        } else {
            Decision::Hold
        }
    }

    /// Why the gate did not pass: gate rules in table order, then rollback rules without data, then the
    /// observed time; each text once.
    #[must_use]
    pub fn gate_fail_reasons(&self) -> Vec<&str> {
        let reasons = self
            .deciding()
            .filter(|check| matches!(check.state, State::Fail | State::NoData))
            .filter_map(|check| check.reason.as_deref());
        once_each(reasons.chain(self.too_short.as_deref()))
    }

    /// Why to roll back, in table order; each text once.
    #[must_use]
    pub fn rollback_reasons(&self) -> Vec<&str> {
        let fired = self.deciding().filter(|check| check.state == State::Fired);
        once_each(fired.filter_map(|check| check.reason.as_deref()))
    }

    /// What rules of severity warn found, gate rules first; each text once.
    #[must_use]
    pub fn warnings(&self) -> Vec<&str> {
        let warning = |check: &&Check<'_>| {
            check.rule.severity == Severity::Warn && matches!(check.state, State::Fail | State::Fired | State::NoData)
        };
        once_each(self.checks.iter().filter(warning).filter_map(|check| check.reason.as_deref()))
    }

    /// What a person does now: on promote, the steps to enter the next stage; on rollback, its steps; on
    /// hold, none.
    #[must_use]
    pub fn next_steps(&self) -> &'t [String] {
        match self.decision() {
            Decision::Promote => self.stage.next().map_or(&[], |next| &next.enter),
            Decision::Rollback => self.stage.stage().on_rollback.as_ref().unwrap_or(&self.stage.pipeline().on_rollback),
            Decision::Hold => &[],
        }
    }

    fn deciding(&self) -> impl Iterator<Item = &Check<'t>> {
        self.checks.iter().filter(|check| check.rule.severity == Severity::Fail)
    }
}

fn once_each<'a>(reasons: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = HashSet::new();
    reasons.filter(|reason| seen.insert(*reason)).collect()
}

impl State {
    /// Every state.
    pub const ALL: [Self; 6] = [Self::Pass, Self::Fail, Self::Quiet, Self::Fired, Self::NoData, Self::NotEvaluated];

    /// Whether a rule of `kind` can come out so.
    #[must_use]
    pub fn is_of(self, kind: Kind) -> bool {
        match self {
            Self::Pass | Self::Fail => kind == Kind::Gate,
            Self::Quiet | Self::Fired => kind == Kind::Rollback,
            Self::NoData | Self::NotEvaluated => true,
        }
    }

    /// Its name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Quiet => "quiet",
            Self::Fired => "fired",
            Self::NoData => "no_data",
            Self::NotEvaluated => "not_evaluated",
        }
    }

    /// The state of a rule of `kind` that breached for long enough.
    #[must_use]
    pub fn breached(kind: Kind) -> Self {
        match kind {
            Kind::Gate => Self::Fail,
            Kind::Rollback => Self::Fired,
        }
    }

    /// The state of a rule of `kind` that did not, whatever the gaps hide.
    #[must_use]
    pub fn clear(kind: Kind) -> Self {
        match kind {
            Kind::Gate => Self::Pass,
            Kind::Rollback => Self::Quiet,
        }
    }
}

impl Decision {
    /// Every decision.
    pub const ALL: [Self; 3] = [Self::Promote, Self::Hold, Self::Rollback];

    /// Its name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Promote => "promote",
            Self::Hold => "hold",
            Self::Rollback => "rollback",
        }
    }
}
