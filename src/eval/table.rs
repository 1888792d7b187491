//! What is allowed: pipelines with their stages, metrics and rules.
//!
//! These are the checked types, which the program trusts: every metric that a rule names exists, ids are
//! unique, limits are finite. [`crate::input::gates`] makes them from text.

use std::{collections::BTreeMap, time::Duration};

use super::{
    aggregate::Aggregate,
    answer::{Missing, Pending},
    comparator::Comparator,
    exact::Exact,
    limit::Limit,
    notation,
    number::Finite,
    persistence::Persistence,
    template::Template,
    unit::Unit,
};

/// A table of limits: `gates.yaml`.
#[derive(Clone, Debug)]
pub struct Table {
    /// In the table's order; at least one.
    pub pipelines: Vec<Pipeline>,
}

/// One rollout: its ladder of stages and its rules.
#[derive(Clone, Debug)]
pub struct Pipeline {
    /// Its key in the table.
    pub name: String,
    /// For people.
    pub title: Option<String>,
    /// Why it is as it is.
    pub about: Option<String>,
    /// The codes of lints that need not be raised about it; `about` says why.
    pub allow: Vec<&'static str>,
    /// What the pipeline says of the width of every snapshot's windows.
    pub window: Option<Width>,
    /// In the table's order.
    pub metrics: Vec<Metric>,
    /// `metrics` in an order in which every metric comes after those that it is made from.
    pub order: Vec<MetricId>,
    /// In ladder order; at least one.
    pub stages: Vec<Stage>,
    /// In the table's order, gate rules first.
    pub rules: Vec<Rule>,
    /// Steps that stop the rollout at once, before anything else of a rollback.
    pub kill_switches: Vec<String>,
    /// Steps of a hold.
    pub on_hold: Vec<String>,
    /// Steps of a rollback.
    pub on_rollback: Vec<String>,
}

/// How wide windows must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// Just so wide.
    Exactly(Duration),
    /// So wide at most.
    AtMost(Duration),
}

impl Width {
    /// The width, if there is only one.
    #[must_use]
    pub fn exactly(self) -> Option<Duration> {
        match self {
            Self::Exactly(width) => Some(width),
            Self::AtMost(_) => None,
        }
    }

    /// Whether windows may be so wide.
    #[must_use]
    pub fn allows(self, window: Duration) -> bool {
        match self {
            Self::Exactly(width) => window == width,
            Self::AtMost(width) => window <= width,
        }
    }
}

/// A metric of a pipeline, by its place in [`Pipeline::metrics`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MetricId(pub usize);

/// A stage of a pipeline, by its place in [`Pipeline::stages`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StageId(pub usize);

/// What a pipeline measures.
#[derive(Clone, Debug)]
pub struct Metric {
    /// Its key in tables and snapshots.
    pub name: String,
    /// What it is measured in.
    pub unit: Unit,
    /// The lowest and the highest value that it can have, both inside: those of its unit, or narrower.
    pub range: (f64, f64),
    /// By how much a value may be outside of the range to be taken as the end of it; 0 or more.
    pub clamp: Finite,
    /// Where a snapshot lacks it, its rules are not evaluated.
    pub optional: bool,
    /// What a window without data reads as.
    pub default: Option<Finite>,
    /// The labels that there must be; empty where the table does not say.
    pub series: Vec<String>,
    /// How it follows from other metrics.
    pub derived: Option<Derived>,
    /// How many samples a window must have to count.
    pub samples: Option<Samples>,
    /// How the windows of a baseline file become one number.
    pub baseline: Aggregate,
    /// Why it is as it is.
    pub about: Option<String>,
    /// The codes of lints that need not be raised about it; `about` says why.
    pub allow: Vec<&'static str>,
}

impl Metric {
    /// The metrics that this one may be made from: its parts, then its samples.
    pub fn ingredients(&self) -> impl Iterator<Item = MetricId> {
        let parts = self.derived.iter().flat_map(Derived::parts);
        parts.chain(self.samples.iter().map(|samples| samples.metric))
    }

    /// The value as the metric has it: itself in its range, the end of the range where it is outside by no more than
    /// `clamp`; `None` for any other. By exact decimals.
    #[must_use]
    pub fn admit(&self, value: f64) -> Option<f64> {
        if self.unit == Unit::Flag {
            return self.unit.contains(value).then_some(value);
        }
        let (lowest, highest) = self.range;
        if (lowest..=highest).contains(&value) {
            return Some(value);
        }
        let end = if value < lowest { lowest } else { highest };
        let is_near = || Exact::new(value).minus(&Exact::new(end)).abs() <= Exact::new(self.clamp.get());
        (self.clamp.get() > 0.0 && value.is_finite() && is_near()).then_some(end)
    }

    /// The values that it can have, in words.
    #[must_use]
    pub fn range_in_words(&self) -> String {
        if self.range == self.unit.bounds() {
            return self.unit.range().to_owned();
        }
        format!("{} to {}", notation::shortest(self.range.0), notation::shortest(self.range.1))
    }
}

/// sum(of) / sum(to), window by window; times 100 in percent.
#[derive(Clone, Debug)]
pub struct Derived {
    /// The numerator; at least one.
    pub of: Vec<MetricId>,
    /// The denominator; at least one.
    pub to: Vec<MetricId>,
}

impl Derived {
    /// Numerator, then denominator; a metric that is in both comes twice.
    pub fn parts(&self) -> impl Iterator<Item = MetricId> {
        self.of.iter().chain(&self.to).copied()
    }
}

/// How many samples it takes.
#[derive(Clone, Copy, Debug)]
pub struct Samples {
    /// The metric that counts the samples.
    pub metric: MetricId,
    /// A window with fewer is no data.
    pub min: Option<Finite>,
    /// With fewer in all judged windows together, every window is no data.
    pub total: Option<Finite>,
}

/// A step of the ladder.
#[derive(Clone, Debug)]
pub struct Stage {
    /// Its key in tables and snapshots.
    pub name: String,
    /// For people.
    pub title: Option<String>,
    /// Why it is as it is.
    pub about: Option<String>,
    /// The codes of lints that need not be raised about it; `about` says why.
    pub allow: Vec<&'static str>,
    /// How long a snapshot must cover.
    pub observe: Option<Duration>,
    /// How long after its entry windows are left out.
    pub warmup: Option<Duration>,
    /// Labels that a snapshot must have.
    pub labels: Vec<(String, String)>,
    /// Whether the ladder may go past it.
    pub optional: bool,
    /// Whether its promotion may lead to itself again.
    pub repeat: bool,
    /// Steps to enter the stage.
    pub enter: Vec<String>,
    /// Steps of a hold, instead of the pipeline's.
    pub on_hold: Option<Vec<String>>,
    /// Steps of a rollback, instead of the pipeline's.
    pub on_rollback: Option<Vec<String>>,
    /// How soon a rollback must be done.
    pub rollback_within: Option<Duration>,
}

/// What a rule decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Must hold in every window, or the stage is not promoted.
    Gate,
    /// Rolls back when it holds for long enough.
    Rollback,
}

impl Kind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Gate, Self::Rollback];

    /// Its name in reports and default ids.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Gate => "gate",
            Self::Rollback => "rollback",
        }
    }
}

/// How much a rule weighs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Severity {
    /// It decides.
    #[default]
    Fail,
    /// It is reported and decides nothing.
    Warn,
}

impl Severity {
    /// Every one.
    pub const ALL: [Self; 2] = [Self::Fail, Self::Warn];

    /// Its name in tables and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Warn => "warn",
        }
    }
}

/// One row of the table.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Unique in its pipeline.
    pub id: String,
    /// Gate or rollback.
    pub kind: Kind,
    /// What is compared.
    pub condition: Condition,
    /// How long the last windows cover that it looks at; all of them without it.
    pub last: Option<Duration>,
    /// How much breaching trips it.
    pub persistence: Persistence,
    /// Breaches only in windows where these hold too.
    pub and: Vec<Condition>,
    /// Windows in which this flag is 1 do not breach.
    pub unless: Option<MetricId>,
    /// What no data means.
    pub missing: Missing,
    /// What a breach means that still runs and is not yet long enough.
    pub pending: Pending,
    /// Whether it decides.
    pub severity: Severity,
    /// The text of its reason, instead of the default.
    pub reason: Option<Template>,
    /// Why it exists.
    pub about: Option<String>,
    /// The codes of lints that need not be raised about it; `about` says why.
    pub allow: Vec<&'static str>,
    /// Where it stands in the table's file, from 1.
    pub line: usize,
}

impl Rule {
    /// Whether `stage` has this rule: every limit in it names the stage.
    #[must_use]
    pub fn applies_at(&self, stage: StageId) -> bool {
        self.conditions().all(|condition| condition.limit(stage).is_some())
    }

    /// Whether `stage` has this rule and the team has chosen every limit of it.
    #[must_use]
    pub fn is_set_at(&self, stage: StageId) -> bool {
        self.conditions().all(|condition| condition.limit(stage).is_some_and(|limit| limit != Limit::Unset))
    }

    /// Its own condition, then those of `and`.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        std::iter::once(&self.condition).chain(&self.and)
    }

    /// What its own value makes of several windows, if it does.
    #[must_use]
    pub fn aggregate(&self) -> Option<Aggregate> {
        self.condition.measure.aggregate()
    }

    /// Whether, as a gate, it bounds every value that it looks at: it fails at any one, anywhere in the snapshot.
    #[must_use]
    pub fn bounds_every_value(&self) -> bool {
        let is_at_once = self.persistence == Persistence::Once && self.and.is_empty() && self.last.is_none();
        is_at_once && self.missing.allow.is_none() && self.condition.measure.over().is_none()
    }

    /// What the rule waits for, or makes its value of, that is shorter than one window of this width: what such a window
    /// hides nobody knows.
    #[must_use]
    pub fn narrower_than(&self, window: Duration) -> Option<Duration> {
        let lasting = match self.persistence {
            Persistence::For(lasting) => Some(lasting),
            _ => None,
        };
        [self.condition.measure.over(), lasting].into_iter().flatten().filter(|narrow| *narrow < window).min()
    }

    /// The longest time that one of its values is made of, if one slides.
    #[must_use]
    pub fn longest_over(&self) -> Option<Duration> {
        self.conditions().filter_map(|condition| condition.measure.over()).max()
    }

    /// Every metric that it looks at: of its conditions, then of `unless`.
    pub fn metrics(&self) -> impl Iterator<Item = MetricId> {
        self.conditions().map(|condition| condition.metric).chain(self.unless)
    }
}

/// What is compared in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Its own value.
    Window,
    /// One value of all windows.
    Whole(Aggregate),
    /// One value of the windows that end with it and together cover at least this long.
    Sliding(Aggregate, Duration),
}

impl Measure {
    /// What it makes of several windows.
    #[must_use]
    pub fn aggregate(self) -> Option<Aggregate> {
        match self {
            Self::Window => None,
            Self::Whole(aggregate) | Self::Sliding(aggregate, _) => Some(aggregate),
        }
    }

    /// How long the windows cover that it slides over.
    #[must_use]
    pub fn over(self) -> Option<Duration> {
        match self {
            Self::Window | Self::Whole(_) => None,
            Self::Sliding(_, over) => Some(over),
        }
    }

    /// What stands before the metric in reasons: `mean of `, `mean over 1h of `, or nothing.
    #[must_use]
    pub fn phrase(self) -> String {
        match self {
            Self::Window => String::new(),
            Self::Whole(aggregate) => format!("{} of ", aggregate.name()),
            Self::Sliding(aggregate, over) => format!("{} over {} of ", aggregate.name(), notation::duration(over)),
        }
    }
}

/// A metric compared with a limit.
#[derive(Clone, Debug)]
pub struct Condition {
    /// What is compared.
    pub metric: MetricId,
    /// How.
    pub comparator: Comparator,
    /// With what.
    pub limits: Limits,
    /// What of the metric.
    pub measure: Measure,
}

/// The limits of a condition.
#[derive(Clone, Debug)]
pub enum Limits {
    /// The same at every stage.
    Everywhere(Limit),
    /// One for each of these stages; the others have no such rule.
    At(BTreeMap<StageId, Limit>),
}

impl Condition {
    /// The limit at `stage`, if it names the stage.
    #[must_use]
    pub fn limit(&self, stage: StageId) -> Option<Limit> {
        match &self.limits {
            Limits::Everywhere(limit) => Some(*limit),
            Limits::At(limits) => limits.get(&stage).copied(),
        }
    }
}

impl Pipeline {
    /// The metric with this id; `None` for an id of another pipeline.
    #[must_use]
    pub fn metric(&self, id: MetricId) -> Option<&Metric> {
        self.metrics.get(id.0)
    }

    /// Every stage, in ladder order.
    pub fn ladder(&self) -> impl Iterator<Item = StageRules<'_>> {
        (0..).map(StageId).zip(&self.stages).map(|(id, stage)| StageRules { pipeline: self, stage, id })
    }

    /// The stage of this name.
    #[must_use]
    pub fn stage(&self, name: &str) -> Option<StageRules<'_>> {
        self.ladder().find(|rules| rules.stage.name == name)
    }
}

/// A stage with what it is part of: what a snapshot is judged by.
#[derive(Clone, Copy, Debug)]
pub struct StageRules<'t> {
    pipeline: &'t Pipeline,
    stage: &'t Stage,
    id: StageId,
}

impl<'t> StageRules<'t> {
    /// The pipeline.
    #[must_use]
    pub fn pipeline(&self) -> &'t Pipeline {
        self.pipeline
    }

    /// The stage.
    #[must_use]
    pub fn stage(&self) -> &'t Stage {
        self.stage
    }

    /// The stage's place in the ladder.
    #[must_use]
    pub fn id(&self) -> StageId {
        self.id
    }

    /// The stage's rules, in the table's order, gate rules first.
    pub fn rules(&self) -> impl Iterator<Item = &'t Rule> + use<'t> {
        let id = self.id;
        self.pipeline.rules.iter().filter(move |rule| rule.applies_at(id))
    }

    /// The steps of a rollback: the stage's own, else the pipeline's.
    #[must_use]
    pub fn on_rollback(&self) -> &'t [String] {
        self.stage.on_rollback.as_ref().unwrap_or(&self.pipeline.on_rollback)
    }

    /// The stage that a promotion leads to; `None` on the last.
    #[must_use]
    pub fn next(&self) -> Option<&'t Stage> {
        self.pipeline.stages.get(self.id.0 + 1)
    }
}

/// `metrics` ordered so that every metric comes after its ingredients (Kahn, 1962).
///
/// # Errors
/// The metrics that can never be worked out because each needs another of them first.
pub fn dependency_order(metrics: &[Metric]) -> Result<Vec<MetricId>, Vec<MetricId>> {
    let mut waits_for: Vec<usize> = metrics.iter().map(|metric| metric.ingredients().count()).collect();
    let mut needed_by: Vec<Vec<usize>> = vec![Vec::new(); metrics.len()];
    for (index, metric) in metrics.iter().enumerate() {
        for MetricId(ingredient) in metric.ingredients() {
            if let Some(needed_by) = needed_by.get_mut(ingredient) {
                needed_by.push(index);
            }
        }
    }
    let mut order: Vec<MetricId> =
        (0..).zip(&waits_for).filter(|(_, waits)| **waits == 0).map(|(index, _)| MetricId(index)).collect();
    let mut next = 0;
    while let Some(MetricId(placed)) = order.get(next).copied() {
        for index in needed_by.get(placed).into_iter().flatten() {
            if let Some(waits) = waits_for.get_mut(*index) {
                *waits -= 1;
                if *waits == 0 {
                    order.push(MetricId(*index));
                }
            }
        }
        next += 1;
    }
    if order.len() == metrics.len() {
        return Ok(order);
    }
    Err((0..).zip(&waits_for).filter(|(_, waits)| **waits > 0).map(|(index, _)| MetricId(index)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metric(ingredients: &[usize]) -> Metric {
        Metric {
            name: String::new(),
            unit: Unit::Number,
            range: Unit::Number.bounds(),
            clamp: Finite::ZERO,
            optional: false,
            default: None,
            series: Vec::new(),
            derived: (!ingredients.is_empty())
                .then(|| Derived { of: ingredients.iter().copied().map(MetricId).collect(), to: Vec::new() }),
            samples: None,
            baseline: Aggregate::Mean,
            about: None,
            allow: Vec::new(),
        }
    }

    #[test]
    fn a_value_is_clamped_below_at_and_above_the_distance() {
        let ratio = Metric { unit: Unit::Ratio, range: (0.0, 1.0), clamp: Finite::new(0.02).unwrap(), ..metric(&[]) };
        for (value, admitted) in [
            (0.5, Some(0.5)),
            (1.0, Some(1.0)),
            (1.0199, Some(1.0)),
            (1.02, Some(1.0)),
            (1.020_000_1, None),
            (-0.02, Some(0.0)),
            (-0.03, None),
            (f64::INFINITY, None),
            (f64::NAN, None),
        ] {
            assert_eq!(ratio.admit(value), admitted, "{value}");
        }
        assert_eq!(Metric { clamp: Finite::ZERO, ..ratio }.admit(1.0_f64.next_up()), None);
    }

    #[test]
    fn ingredients_come_first() {
        let order = dependency_order(&[metric(&[2]), metric(&[]), metric(&[1])]).unwrap();
        assert_eq!(order, [1, 2, 0].map(MetricId));
    }

    #[test]
    fn a_circle_is_told_apart_from_what_it_does_not_touch() {
        let stuck = dependency_order(&[metric(&[1]), metric(&[0]), metric(&[]), metric(&[3])]).unwrap_err();
        assert_eq!(stuck, [0, 1, 3].map(MetricId));
    }
}
