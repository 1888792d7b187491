//! What is allowed: pipelines with their stages, metrics and rules.
//!
//! These are the checked types, which the program trusts: every metric that a rule names exists, ids are
//! unique, limits are finite. [`crate::input::gates`] makes them from text.

use std::{collections::BTreeMap, time::Duration};

use super::{
    aggregate::Aggregate, answer::Missing, comparator::Comparator, limit::Limit, number::Finite,
    persistence::Persistence, template::Template, unit::Unit,
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
    /// The width of every snapshot's windows, if the pipeline fixes it.
    pub window: Option<Duration>,
    /// In the table's order.
    pub metrics: Vec<Metric>,
    /// `metrics` in an order in which every metric comes after those that it is made from.
    pub order: Vec<MetricId>,
    /// In ladder order; at least one.
    pub stages: Vec<Stage>,
    /// In the table's order, gate rules first.
    pub rules: Vec<Rule>,
    /// Steps of a rollback.
    pub on_rollback: Vec<String>,
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
    /// Where a snapshot lacks it, its rules are not evaluated.
    pub optional: bool,
    /// How it follows from other metrics.
    pub derived: Option<Derived>,
    /// How many samples a window must have to count.
    pub samples: Option<Samples>,
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
}

/// sum(of) / sum(to), window by window.
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

/// A window with fewer samples than `min` is no data.
#[derive(Clone, Copy, Debug)]
pub struct Samples {
    /// The metric that counts the samples.
    pub metric: MetricId,
    /// How many are enough.
    pub min: Finite,
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
    /// Steps to enter the stage.
    pub enter: Vec<String>,
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
    /// Over what it is compared.
    pub over: Over,
    /// What no data means.
    pub missing: Missing,
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
        std::iter::once(&self.condition).chain(self.and())
    }

    /// The conditions of `and`.
    #[must_use]
    pub fn and(&self) -> &[Condition] {
        match &self.over {
            Over::Windows { and, .. } => and,
            Over::Whole(_) => &[],
        }
    }

    /// The flag of `unless`.
    #[must_use]
    pub fn unless(&self) -> Option<MetricId> {
        match self.over {
            Over::Windows { unless, .. } => unless,
            Over::Whole(_) => None,
        }
    }

    /// What it first makes of the whole series, if it does not compare window by window.
    #[must_use]
    pub fn aggregate(&self) -> Option<Aggregate> {
        match self.over {
            Over::Windows { .. } => None,
            Over::Whole(aggregate) => Some(aggregate),
        }
    }

    /// How long a breach must last; a gate fails at once.
    #[must_use]
    pub fn persistence(&self) -> Persistence {
        match self.over {
            Over::Windows { persistence, .. } => persistence,
            Over::Whole(_) => Persistence::Once,
        }
    }

    /// Every metric that it looks at: of its conditions, then of `unless`.
    pub fn metrics(&self) -> impl Iterator<Item = MetricId> {
        self.conditions().map(|condition| condition.metric).chain(self.unless())
    }
}

/// Over what a rule compares.
#[derive(Clone, Debug)]
pub enum Over {
    /// Window by window.
    Windows {
        /// The run of breaching windows that it takes; [`Persistence::Once`] for a gate.
        persistence: Persistence,
        /// Breaches only where these hold too; none for a gate.
        and: Vec<Condition>,
        /// Windows in which this flag is 1 do not breach.
        unless: Option<MetricId>,
    },
    /// One value of the whole series.
    Whole(Aggregate),
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
            optional: false,
            derived: (!ingredients.is_empty())
                .then(|| Derived { of: ingredients.iter().copied().map(MetricId).collect(), to: Vec::new() }),
            samples: None,
            about: None,
            allow: Vec::new(),
        }
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
