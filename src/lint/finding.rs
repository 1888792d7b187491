//! What a review of a pipeline raises: which lint, about which part, in which words, and what to do about it.
//!
//! Parts are named by their place in the pipeline; only the reader of tables knows where in a file that is. A new kind
//! of part is a variant of [`Part`], and the way to it in that reader.

use std::collections::BTreeMap;

use super::code::Lint;
use crate::eval::{
    limit::Limit,
    table::{Condition, Kind, Limits, MetricId, Pipeline, Rule, Severity, Stage, StageId},
};

/// One thing that a careful reviewer would raise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What kind of thing it is.
    pub lint: Lint,
    /// What it is about.
    pub part: Part,
    /// A second part that has to do with it, and what that one is: "stricter here".
    pub beside: Option<(Part, &'static str)>,
    /// What is found.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

/// A rule of a pipeline, by its place in [`Pipeline::rules`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleId(pub usize);

/// The rules of a pipeline with their ids.
pub fn rules(pipeline: &Pipeline) -> impl Iterator<Item = (RuleId, &Rule)> {
    (0..).map(RuleId).zip(&pipeline.rules)
}

/// The stages of a pipeline, in ladder order, by their ids.
pub fn stages(pipeline: &Pipeline) -> impl Iterator<Item = (StageId, &Stage)> {
    (0..).map(StageId).zip(&pipeline.stages)
}

/// The gate rules that decide, by their metric.
pub type Gates<'t> = BTreeMap<MetricId, Vec<(RuleId, &'t Rule)>>;

/// Those of a pipeline, in the table's order.
#[must_use]
pub fn deciding_gates(pipeline: &Pipeline) -> Gates<'_> {
    let mut gates = Gates::new();
    for (id, rule) in rules(pipeline)
        .filter(|(_, rule)| rule.kind == Kind::Gate && rule.severity == Severity::Fail && rule.bounds_every_value())
    {
        gates.entry(rule.condition.metric).or_default().push((id, rule));
    }
    gates
}

/// A limit of a rule, as it is written.
#[derive(Clone, Copy, Debug)]
pub struct WrittenLimit<'t> {
    /// The rule.
    pub rule: &'t Rule,
    /// Its comparison.
    pub condition: &'t Condition,
    /// The stage that it is for; the same at every stage without one.
    pub stage: Option<StageId>,
    /// The limit.
    pub limit: Limit,
    /// Its place.
    pub part: Part,
}

/// Every limit of every rule, in the table's order.
#[must_use]
pub fn limits(pipeline: &Pipeline) -> Vec<WrittenLimit<'_>> {
    let mut written = Vec::new();
    for (id, rule) in rules(pipeline) {
        for (index, condition) in (0..).zip(rule.conditions()) {
            let mut add = |stage, limit| {
                let part = Part::Limit(id, index, stage);
                written.push(WrittenLimit { rule, condition, stage, limit, part });
            };
            match &condition.limits {
                Limits::Everywhere(limit) => add(None, *limit),
                Limits::At(limits) => limits.iter().for_each(|(stage, limit)| add(Some(*stage), *limit)),
            }
        }
    }
    written
}

/// The limit of a comparison at a stage, as the part that it is written in. `index` is that of [`Part::Condition`].
#[must_use]
pub fn limit_part(rule: RuleId, index: usize, condition: &Condition, stage: StageId) -> Part {
    Part::Limit(rule, index, matches!(condition.limits, Limits::At(_)).then_some(stage))
}

/// A part of a pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// All of something.
    Whole(Owner),
    /// The time that a stage observes.
    Observe(StageId),
    /// How long a rule waits: its `windows` or `for`.
    Persistence(RuleId),
    /// A comparison of a rule: 0 is its own, then come those of `and`.
    Condition(RuleId, usize),
    /// The limit of a comparison at a stage; the same at every stage without one.
    Limit(RuleId, usize, Option<StageId>),
    /// What stands under a key of something.
    Key(Owner, &'static str),
    /// An entry of an `allow`, from 0.
    Allow(Owner, usize),
    /// A metric that was observed: which of the [`ObservedMetrics`](super::never_measured::ObservedMetrics), and which
    /// of its metrics, both from 0. It is no part of the table.
    Observed(usize, usize),
}

/// What can have an `allow`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    /// The pipeline itself.
    Pipeline,
    /// One of its stages.
    Stage(StageId),
    /// One of its metrics.
    Metric(MetricId),
    /// One of its rules.
    Rule(RuleId),
}

impl Owner {
    fn noun(self) -> &'static str {
        match self {
            Self::Pipeline => "pipeline",
            Self::Stage(_) => "stage",
            Self::Metric(_) => "metric",
            Self::Rule(_) => "rule",
        }
    }
}

impl Part {
    /// Whose `allow` covers it: the narrowest.
    #[must_use]
    pub fn owner(self) -> Owner {
        match self {
            Self::Whole(owner) | Self::Key(owner, _) | Self::Allow(owner, _) => owner,
            Self::Observe(stage) => Owner::Stage(stage),
            Self::Persistence(rule) | Self::Condition(rule, _) | Self::Limit(rule, ..) => Owner::Rule(rule),
            Self::Observed(..) => Owner::Pipeline,
        }
    }
}

impl Finding {
    /// A finding about one part.
    #[must_use]
    pub fn new(lint: Lint, part: Part, message: String, help: impl Into<String>) -> Self {
        Self { lint, part, beside: None, message, help: help.into() }
    }

    /// With a second part that has to do with it.
    #[must_use]
    pub fn beside(mut self, part: Part, what: &'static str) -> Self {
        self.beside = Some((part, what));
        self
    }

    /// With how to allow it, for where it is meant so.
    #[must_use]
    pub fn unless_meant(mut self) -> Self {
        let owner = self.part.owner().noun();
        let code = self.lint.name();
        self.help += &format!("; if it is meant so, say why in the {owner}'s `about`, beside `allow: [{code}]`");
        self
    }
}
