//! The answer: every check, and what follows from them. What follows is worked out when it is asked for, so
//! that a verdict cannot contradict itself.

use std::{collections::HashSet, time::Duration};

use super::{
    answer::Pending,
    comparator::Comparator,
    limit::Limit,
    persistence::covered,
    snapshot::{LeftOut, Snapshot},
    table::{Kind, Measure, Rule, Severity, StageRules},
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
    /// A breach that still runs at the last window, and is not yet long enough.
    Pending,
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

/// Windows in a row without data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The windows.
    pub windows: Stretch,
    /// Why, in words; empty where nothing was measured.
    pub cause: String,
}

/// A condition of `and` in the window of the worst value.
#[derive(Clone, Debug, PartialEq)]
pub struct Beside {
    /// What was compared: `q[eu]`.
    pub subject: String,
    /// What of it.
    pub measure: Measure,
    /// How.
    pub comparator: Comparator,
    /// Its value.
    pub value: f64,
    /// What that was compared with.
    pub limit: f64,
    /// Whether the limit is written in the table, and not made of a baseline.
    pub is_written: bool,
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
    /// Among breaching windows, of a rule with a persistence within its longest run; of a check that breached
    /// nowhere, the value nearest to a breach. `None` without data.
    pub worst: Option<Worst>,
    /// The conditions of `and` beside the worst value, where it breaches.
    pub and: Vec<Beside>,
    /// The windows that breach, in order.
    pub breaches: Vec<Stretch>,
    /// The window at whose end a rollback rule had breached for long enough.
    pub fired_at: Option<usize>,
    /// The first window of a breach that still runs.
    pub pending_since: Option<usize>,
    /// The windows whose answer is unknown, in order.
    pub no_data: Vec<Gap>,
    /// The windows that the reason is about.
    pub about: Option<Stretch>,
    /// Why it is neither pass nor quiet.
    pub reason: Option<String>,
}

impl<'t> Check<'t> {
    /// One in which nothing was found yet.
    #[must_use]
    pub fn new(rule: &'t Rule, limit: Limit, label: Option<&str>) -> Self {
        Self {
            rule,
            limit,
            series: label.map(str::to_owned),
            state: State::NotEvaluated,
            worst: None,
            and: Vec::new(),
            breaches: Vec::new(),
            fired_at: None,
            pending_since: None,
            no_data: Vec::new(),
            about: None,
            reason: None,
        }
    }

    /// The windows whose answer is unknown, in order, whatever the cause.
    #[must_use]
    pub fn gaps(&self) -> Vec<Stretch> {
        let mut gaps: Vec<Stretch> = Vec::new();
        for Gap { windows, .. } in &self.no_data {
            match gaps.last_mut() {
                Some(last) if last.to + 1 == windows.from => last.to = windows.to,
                _ => gaps.push(*windows),
            }
        }
        gaps
    }

    /// Whether it stands against a promotion, where it decides.
    #[must_use]
    pub fn holds(&self) -> bool {
        match self.state {
            State::Fail | State::Fired | State::NoData => true,
            State::Pending => self.rule.pending == Pending::Hold,
            State::Pass | State::Quiet | State::NotEvaluated => false,
        }
    }

    fn decides(&self) -> bool {
        self.rule.severity == Severity::Fail
    }
}

/// Why a stage is not promoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hold {
    /// Some gate rule failed.
    Failed,
    /// Some breach still runs.
    Pending,
    /// Something was not measured.
    NoData,
    /// It was not observed for long enough.
    TooShort,
}

impl Hold {
    /// Every one, in the order in which they are told.
    pub const ALL: [Self; 4] = [Self::Failed, Self::Pending, Self::NoData, Self::TooShort];

    /// Its name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Pending => "pending",
            Self::NoData => "no_data",
            Self::TooShort => "too_short",
        }
    }
}

/// What a stage's rules say about a snapshot.
#[derive(Clone, Debug)]
pub struct Verdict<'t> {
    stage: StageRules<'t>,
    windows: usize,
    window: Duration,
    left_out: LeftOut,
    /// Why the observed time is too short, if it is.
    too_short: Option<String>,
    checks: Vec<Check<'t>>,
    /// The triggers that fire with every window, and not with those that are judged.
    hidden: Vec<String>,
}

impl<'t> Verdict<'t> {
    /// From the checks of `stage`, one a rule and series, in table order, gate rules first, on `snapshot`. `hidden`
    /// says of each trigger that fires with every window, and not with those that are judged.
    #[must_use]
    pub fn new(stage: StageRules<'t>, snapshot: &Snapshot, checks: Vec<Check<'t>>, hidden: Vec<String>) -> Self {
        let (windows, window, left_out) = (snapshot.windows(), snapshot.window(), snapshot.left_out());
        Self { stage, windows, window, left_out, too_short: None, checks, hidden }
    }

    /// The same, held because the observed time is too short.
    #[must_use]
    pub fn with_too_short(self, too_short: Option<String>) -> Self {
        Self { too_short, ..self }
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

    /// How many windows were left out before the first one judged, and why.
    #[must_use]
    pub fn left_out(&self) -> LeftOut {
        self.left_out
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
        self.is_observed() && !self.deciding().any(Check::holds)
    }

    /// Why it is held, in the order of [`Hold::ALL`]; empty for another decision.
    #[must_use]
    pub fn hold(&self) -> Vec<Hold> {
        let is_some = |state| self.deciding().any(|check| check.state == state && check.holds());
        let applies = |hold: &Hold| match hold {
            Hold::Failed => is_some(State::Fail),
            Hold::Pending => is_some(State::Pending),
            Hold::NoData => is_some(State::NoData),
            Hold::TooShort => !self.is_observed(),
        };
        if self.decision() == Decision::Hold { Hold::ALL.into_iter().filter(applies).collect() } else { Vec::new() }
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

    /// Why the gate did not pass: gate rules in table order, then rollback rules without data or pending, then the
    /// observed time; each text once.
    #[must_use]
    pub fn gate_fail_reasons(&self) -> Vec<&str> {
        let reasons = self
            .deciding()
            .filter(|check| check.state != State::Fired && check.holds())
            .filter_map(|check| check.reason.as_deref());
        once_each(reasons.chain(self.too_short.as_deref()))
    }

    /// Why to roll back, in table order; each text once.
    #[must_use]
    pub fn rollback_reasons(&self) -> Vec<&str> {
        let fired = self.deciding().filter(|check| check.state == State::Fired);
        once_each(fired.filter_map(|check| check.reason.as_deref()))
    }

    /// What rules of severity warn found and what is pending and holds nothing, gate rules first, then the triggers
    /// that only the windows that are left out would fire; each text once.
    #[must_use]
    pub fn warnings(&self) -> Vec<&str> {
        let warning = |check: &&Check<'_>| {
            let is_pending = check.state == State::Pending;
            if check.decides() { is_pending && !check.holds() } else { is_pending || check.holds() }
        };
        let found = self.checks.iter().filter(warning).filter_map(|check| check.reason.as_deref());
        once_each(found.chain(self.hidden.iter().map(String::as_str)))
    }

    /// What a person does now: on promote, the steps to enter the next stage; on rollback and on hold, theirs.
    #[must_use]
    pub fn next_steps(&self) -> &'t [String] {
        let (stage, pipeline) = (self.stage.stage(), self.stage.pipeline());
        match self.decision() {
            Decision::Promote => self.stage.next().map_or(&[], |next| &next.enter),
            Decision::Rollback => stage.on_rollback.as_ref().unwrap_or(&pipeline.on_rollback),
            Decision::Hold => stage.on_hold.as_ref().unwrap_or(&pipeline.on_hold),
        }
    }

    /// What stops the harm of a rollback at once, before its steps; none for another decision.
    #[must_use]
    pub fn kill_switches(&self) -> &'t [String] {
        if self.rollback_triggered() { &self.stage.pipeline().kill_switches } else { &[] }
    }

    /// The checks that stand against a promotion, in table order, gate rules first.
    pub fn against_promotion(&self) -> impl Iterator<Item = &Check<'t>> {
        self.deciding().filter(|check| check.holds())
    }

    fn deciding(&self) -> impl Iterator<Item = &Check<'t>> {
        self.checks.iter().filter(|check| check.decides())
    }
}

fn once_each<'a>(reasons: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = HashSet::new();
    reasons.filter(|reason| seen.insert(*reason)).collect()
}

impl State {
    /// Every state.
    pub const ALL: [Self; 7] =
        [Self::Pass, Self::Fail, Self::Quiet, Self::Fired, Self::Pending, Self::NoData, Self::NotEvaluated];

    /// Whether a rule of `kind` can come out so.
    #[must_use]
    pub fn is_of(self, kind: Kind) -> bool {
        match self {
            Self::Pass | Self::Fail => kind == Kind::Gate,
            Self::Quiet | Self::Fired => kind == Kind::Rollback,
            Self::Pending | Self::NoData | Self::NotEvaluated => true,
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
            Self::Pending => "pending",
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
