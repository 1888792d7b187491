//! Limits that do not fit the range of what is compared with them: comparisons that never hold, or that always do.

use super::{
    code::Lint,
    extent::{Domain, Extent},
    finding::{Finding, Part, RuleId, WrittenLimit, deciding_gates, limit_part, limits, rules, stages},
};
use crate::eval::{
    aggregate::Aggregate,
    comparator::Comparator,
    limit::Limit,
    notation::{hundredth, shortest},
    table::{Condition, Kind, Metric, Pipeline, Rule, StageId},
    unit::Unit,
};

/// A limit that is a number, and what is compared with it.
struct FixedLimit<'t> {
    rule: &'t Rule,
    part: Part,
    metric: &'t Metric,
    comparator: Comparator,
    limit: f64,
}

/// Every limit of a pipeline that is a number.
fn fixed_limits(pipeline: &Pipeline) -> impl Iterator<Item = FixedLimit<'_>> {
    limits(pipeline).into_iter().filter_map(|WrittenLimit { rule, condition, limit, part, .. }| {
        FixedLimit::new(pipeline, rule, condition, limit, part)
    })
}

impl<'t> FixedLimit<'t> {
    /// `None` where the limit is no number.
    fn new(pipeline: &'t Pipeline, rule: &'t Rule, condition: &Condition, limit: Limit, part: Part) -> Option<Self> {
        let Limit::Fixed(limit) = limit else { return None };
        let metric = pipeline.metric(condition.metric)?;
        Some(Self { rule, part, metric, comparator: condition.comparator, limit: limit.get() })
    }

    /// Whether it was most likely written in percent: above 1, on a ratio.
    fn is_percentage(&self) -> bool {
        // The sum of a measured ratio over windows can be above 1; that of a derived one is a quotient again.
        let is_ratio = self.rule.aggregate() != Some(Aggregate::Total) || self.metric.derived.is_some();
        self.metric.unit == Unit::Ratio && is_ratio && self.limit > 1.0 && self.limit <= 100.0
    }

    fn extent(&self) -> Extent {
        Extent::holding(self.comparator, self.limit)
    }

    fn domain(&self) -> Domain {
        Domain::of(self.metric.unit, self.rule.aggregate())
    }

    fn never_holds(&self) -> bool {
        !self.is_percentage() && !self.domain().reaches(self.extent())
    }

    fn always_holds(&self) -> bool {
        !self.is_percentage() && self.domain().is_within(self.extent())
    }

    /// `the total of `errors` (0 or more) is never below 0`.
    fn is(&self, how_often: &str) -> String {
        let aggregate = self.rule.aggregate();
        let of = aggregate.map_or(String::new(), |aggregate| format!("the {} of ", aggregate.name()));
        let range = match (aggregate, self.metric.unit) {
            (Some(Aggregate::Total), unit) if unit != Unit::Number => Unit::Count.range(),
            (Some(Aggregate::Mean), Unit::Flag) => Unit::Ratio.range(),
            (_, unit) => unit.range(),
        };
        let how = self.comparator.relation();
        format!("{of}`{}` ({range}) is {how_often} {how} {}", self.metric.name, shortest(self.limit))
    }
}

/// The help where a limit decides nothing.
const LOOK: &str = "look at the comparator, and at the unit in which the limit is written";

/// Limits above 1 on a ratio.
#[must_use]
pub fn percentages_on_ratios(pipeline: &Pipeline) -> Vec<Finding> {
    let finding = |comparison: FixedLimit<'_>| {
        let name = &comparison.metric.name;
        let message = format!("`{name}` is a ratio, 0 to 1, and this limit is {}", shortest(comparison.limit));
        let help = format!(
            "if {}% is meant, write {}; if `{name}` is measured in percent, declare it with `unit: percent`",
            shortest(comparison.limit),
            hundredth(comparison.limit)
        );
        Finding::new(Lint::PercentageOnRatio, comparison.part, message, help)
    };
    fixed_limits(pipeline).filter(FixedLimit::is_percentage).map(finding).collect()
}

/// Ratios compared with `equals`.
#[must_use]
pub fn ratios_that_equal(pipeline: &Pipeline) -> Vec<Finding> {
    let conditions = rules(pipeline).flat_map(|(id, rule)| {
        (0..).zip(rule.conditions()).map(move |(index, condition)| (Part::Condition(id, index), condition))
    });
    let finding = |(part, condition): (Part, &Condition)| {
        let metric = pipeline.metric(condition.metric).filter(|metric| metric.unit == Unit::Ratio)?;
        let is_equality = condition.comparator == Comparator::Equals;
        let message = || format!("the ratio `{}` is compared with `equals`", metric.name);
        let help = "a quotient hits a number only by chance: use `max`, `min`, `below` or `above`";
        is_equality.then(|| Finding::new(Lint::RatioEquals, part, message(), help).unless_meant())
    };
    conditions.filter_map(finding).collect()
}

/// Rollback rules with a comparison that holds for no value.
#[must_use]
pub fn triggers_out_of_range(pipeline: &Pipeline) -> Vec<Finding> {
    let finding = |comparison: FixedLimit<'_>| {
        let message = format!("this trigger never fires: {}", comparison.is("never"));
        Finding::new(Lint::TriggerCannotFire, comparison.part, message, LOOK)
    };
    let never = |comparison: &FixedLimit<'_>| comparison.rule.kind == Kind::Rollback && comparison.never_holds();
    fixed_limits(pipeline).filter(never).map(finding).collect()
}

/// Rollback rules that every value fires.
#[must_use]
pub fn triggers_that_always_fire(pipeline: &Pipeline) -> Vec<Finding> {
    let triggers = rules(pipeline).filter(|(_, rule)| rule.kind == Kind::Rollback && rule.unless.is_none());
    triggers.filter_map(|(id, rule)| always_fires(pipeline, id, rule)).collect()
}

/// At the first stage at which every value fires `rule`.
fn always_fires(pipeline: &Pipeline, id: RuleId, rule: &Rule) -> Option<Finding> {
    let at = |stage: StageId, (index, condition): (usize, &Condition)| {
        let part = limit_part(id, index, condition, stage);
        FixedLimit::new(pipeline, rule, condition, condition.limit(stage)?, part)
    };
    let all =
        |stage| (0..).zip(rule.conditions()).map(move |condition| at(stage, condition)).collect::<Option<Vec<_>>>();
    let always = |all: &Vec<FixedLimit<'_>>| all.iter().all(FixedLimit::always_holds);
    let all = stages(pipeline).filter_map(|(stage, _)| all(stage)).find(always)?;
    let reasons: Vec<String> = all.iter().map(|comparison| comparison.is("always")).collect();
    let message = format!("this trigger always fires: {}", reasons.join(", and "));
    Some(Finding::new(Lint::TriggerAlwaysFires, all.first()?.part, message, LOOK))
}

/// Gate rules that every value passes.
#[must_use]
pub fn gates_that_cannot_fail(pipeline: &Pipeline) -> Vec<Finding> {
    let finding = |comparison: FixedLimit<'_>| {
        let message = format!("this gate rule cannot fail: {}", comparison.is("always"));
        Finding::new(Lint::GateCannotFail, comparison.part, message, LOOK).unless_meant()
    };
    let always = |comparison: &FixedLimit<'_>| comparison.rule.kind == Kind::Gate && comparison.always_holds();
    fixed_limits(pipeline).filter(always).map(finding).collect()
}

/// Gate rules that no value passes.
#[must_use]
pub fn gates_that_cannot_pass(pipeline: &Pipeline) -> Vec<Finding> {
    let finding = |comparison: FixedLimit<'_>| {
        let message = format!("this gate rule cannot pass: {}", comparison.is("never"));
        Finding::new(Lint::GateCannotPass, comparison.part, message, LOOK)
    };
    // With `unless`, a window whose flag is 1 passes, whatever its value.
    let can_fail_only = |rule: &Rule| rule.kind == Kind::Gate && rule.unless.is_none();
    let never = |comparison: &FixedLimit<'_>| can_fail_only(comparison.rule) && comparison.never_holds();
    fixed_limits(pipeline).filter(never).map(finding).collect()
}

/// Gate rules that no value passes together with others on the same metric; each is raised once.
#[must_use]
pub fn gates_that_exclude_each_other(pipeline: &Pipeline) -> Vec<Finding> {
    let gates = deciding_gates(pipeline);
    let mut found: Vec<Finding> = Vec::new();
    for (stage, _) in stages(pipeline) {
        for gates in gates.values() {
            let finding = excluding(pipeline, gates, stage);
            let is_new = |finding: &Finding| found.iter().all(|known| known.part.owner() != finding.part.owner());
            found.extend(finding.filter(is_new));
        }
    }
    found
}

/// The first of `gates`, which are on one metric, that excludes all that those before it let pass at `stage`.
fn excluding(pipeline: &Pipeline, gates: &[(RuleId, &Rule)], stage: StageId) -> Option<Finding> {
    let mut passing = Extent::ALL;
    // Which rules its two ends come from.
    let (mut low, mut high) = (None, None);
    let in_windows = gates.iter().filter(|(_, gate)| gate.unless.is_none() && gate.aggregate().is_none());
    for (id, gate) in in_windows {
        let Some(limit) = gate.condition.limit(stage) else { continue };
        let part = limit_part(*id, 0, &gate.condition, stage);
        let comparison = FixedLimit::new(pipeline, gate, &gate.condition, limit, part);
        let Some(comparison) = comparison.filter(|it| !it.is_percentage() && !it.never_holds()) else { continue };
        let extent = comparison.extent();
        let is_higher = extent.lowest > passing.lowest;
        if !comparison.domain().reaches(passing.and(extent)) {
            let other = if is_higher { high.or(low) } else { low.or(high) };
            let name = &comparison.metric.name;
            let message = format!("no value of `{name}` passes both this gate rule and another at the same stage");
            let help = "look at both limits, and at the stages that they name";
            let finding = Finding::new(Lint::GateCannotPass, comparison.part, message, help);
            return other.map(|other| finding.beside(other, "the other"));
        }
        if is_higher {
            low = Some(comparison.part);
        }
        if extent.highest < passing.highest {
            high = Some(comparison.part);
        }
        passing = passing.and(extent);
    }
    None
}
