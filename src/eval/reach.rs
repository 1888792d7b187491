//! Whether limits and waits are within reach: what can never happen, what always does, and what passes a gate
//! and fires a trigger.

use std::collections::BTreeMap;

use super::{
    aggregate::Aggregate,
    comparator::Comparator,
    extent::{Domain, Extent},
    finding::{Finding, Owner, Part, RuleId, WrittenLimit, limit_part, limits, rules, stages},
    limit::Limit,
    lint::Lint,
    notation::{duration, shortest},
    persistence::{Persistence, covered},
    table::{Condition, Kind, Metric, MetricId, Over, Pipeline, Rule, Severity, StageId},
    unit::Unit,
};

/// A comparison of a metric with a number.
struct Comparison<'t> {
    rule: &'t Rule,
    part: Part,
    metric: &'t Metric,
    comparator: Comparator,
    limit: f64,
}

/// Every comparison with a number that a pipeline's rules make.
fn comparisons(pipeline: &Pipeline) -> impl Iterator<Item = Comparison<'_>> {
    limits(pipeline).into_iter().filter_map(|WrittenLimit { rule, condition, limit, part, .. }| {
        Comparison::new(pipeline, rule, condition, limit, part)
    })
}

impl<'t> Comparison<'t> {
    /// `None` where the limit is no number.
    fn new(pipeline: &'t Pipeline, rule: &'t Rule, condition: &Condition, limit: Limit, part: Part) -> Option<Self> {
        let Limit::Fixed(limit) = limit else { return None };
        let metric = pipeline.metric(condition.metric)?;
        Some(Self { rule, part, metric, comparator: condition.comparator, limit: limit.get() })
    }

    /// A limit that somebody wrote in percent.
    fn is_percentage(&self) -> bool {
        // The sum of a measured ratio over windows can be above 1; that of a derived one is a quotient again.
        let is_ratio = aggregate(self.rule) != Some(Aggregate::Total) || self.metric.derived.is_some();
        self.metric.unit == Unit::Ratio && is_ratio && self.limit > 1.0 && self.limit <= 100.0
    }

    fn extent(&self) -> Extent {
        Extent::holding(self.comparator, self.limit)
    }

    fn domain(&self) -> Domain {
        Domain::of(self.metric.unit, aggregate(self.rule))
    }

    fn never_holds(&self) -> bool {
        !self.is_percentage() && !self.domain().reaches(self.extent())
    }

    fn always_holds(&self) -> bool {
        !self.is_percentage() && self.domain().is_within(self.extent())
    }

    /// `the total of `errors` (0 or more) is never below 0`.
    fn is(&self, how_often: &str) -> String {
        let aggregate = aggregate(self.rule);
        let of = aggregate.map_or(String::new(), |aggregate| format!("the {} of ", aggregate.name()));
        let range = match (aggregate, self.metric.unit) {
            (Some(Aggregate::Total), unit) if unit != Unit::Number => Unit::Count.range(),
            (Some(Aggregate::Mean), Unit::Flag) => Unit::Ratio.range(),
            (_, unit) => unit.range(),
        };
        let how = match self.comparator {
            Comparator::Max => "at most",
            Comparator::Min => "at least",
            Comparator::Below => "below",
            Comparator::Above => "above",
            Comparator::Equals => "exactly",
        };
        format!("{of}`{}` ({range}) is {how_often} {how} {}", self.metric.name, shortest(self.limit))
    }
}

fn aggregate(rule: &Rule) -> Option<Aggregate> {
    match rule.over {
        Over::Whole(aggregate) => Some(aggregate),
        Over::Windows { .. } => None,
    }
}

/// What to look at where a limit decides nothing.
const LOOK: &str = "look at the comparator, and at the unit in which the limit is written";

/// Limits above 1 on a ratio.
#[must_use]
pub fn percentages_on_ratios(pipeline: &Pipeline) -> Vec<Finding> {
    let finding = |comparison: Comparison<'_>| {
        let name = &comparison.metric.name;
        let message = format!("`{name}` is a ratio, 0 to 1, and this limit is {}", shortest(comparison.limit));
        let help = format!(
            "if {}% is meant, write {}; if `{name}` is measured in percent, declare it with `unit: percent`",
            shortest(comparison.limit),
            shortest(comparison.limit / 100.0)
        );
        Finding::new(Lint::PercentageOnRatio, comparison.part, message, help)
    };
    comparisons(pipeline).filter(Comparison::is_percentage).map(finding).collect()
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

/// Rollback rules with a limit that no value gets beyond.
#[must_use]
pub fn triggers_out_of_range(pipeline: &Pipeline) -> Vec<Finding> {
    let finding = |comparison: Comparison<'_>| {
        let message = format!("this trigger never fires: {}", comparison.is("never"));
        Finding::new(Lint::TriggerCannotFire, comparison.part, message, LOOK)
    };
    let never = |comparison: &Comparison<'_>| comparison.rule.kind == Kind::Rollback && comparison.never_holds();
    comparisons(pipeline).filter(never).map(finding).collect()
}

/// Rollback rules whose limits stand at no common stage.
#[must_use]
pub fn triggers_at_no_stage(pipeline: &Pipeline) -> Vec<Finding> {
    let stands = |rule: &Rule| stages(pipeline).any(|(stage, _)| rule.applies_at(stage));
    let finding = |(id, rule): (RuleId, &Rule)| {
        let message = format!("the rule `{}` stands at no stage: none has all of its limits", rule.id);
        let help = "name the same stages in the limits of `and` as in its own";
        Finding::new(Lint::TriggerCannotFire, Part::Whole(Owner::Rule(id)), message, help)
    };
    rules(pipeline).filter(|(_, rule)| !stands(rule)).map(finding).collect()
}

/// Rollback rules that wait longer than any of their stages observes.
#[must_use]
pub fn triggers_that_wait_too_long(pipeline: &Pipeline) -> Vec<Finding> {
    rules(pipeline).filter_map(|(id, rule)| waits_too_long(pipeline, id, rule)).collect()
}

fn waits_too_long(pipeline: &Pipeline, id: RuleId, rule: &Rule) -> Option<Finding> {
    let its_stages = || stages(pipeline).filter(|(stage, _)| rule.applies_at(*stage));
    // A stage that does not say how long it observes may observe for any time.
    if its_stages().any(|(_, stage)| stage.observe.is_none()) {
        return None;
    }
    let (stage, observed) =
        its_stages().filter_map(|(id, stage)| Some((id, stage.observe?))).max_by_key(|(_, observed)| *observed)?;
    let persistence = rule.persistence();
    let (waits, needed) = match (persistence, pipeline.window) {
        (Persistence::Once, _) | (Persistence::Windows(_), None) => return None,
        (Persistence::For(lasting), None) => (duration(lasting), lasting),
        (_, Some(window)) => {
            let windows = persistence.needed(window);
            // As many windows as it takes to observe so long; the last may reach beyond.
            if windows <= Persistence::For(observed).needed(window) {
                return None;
            }
            (format!("{windows} windows of {}", duration(window)), covered(windows, window))
        }
    };
    (needed > observed).then(|| {
        let observed = duration(observed);
        let message = format!("this trigger waits for {waits}, and none of its stages observes more than {observed}");
        let help = "let it wait for less, or let a stage observe for longer";
        Finding::new(Lint::TriggerCannotFire, Part::Persistence(id), message, help)
            .beside(Part::Observe(stage), "the longest")
            .unless_meant()
    })
}

/// Rollback rules that every value fires.
#[must_use]
pub fn triggers_that_always_fire(pipeline: &Pipeline) -> Vec<Finding> {
    let triggers = rules(pipeline).filter(|(_, rule)| rule.kind == Kind::Rollback && rule.unless().is_none());
    triggers.filter_map(|(id, rule)| always_fires(pipeline, id, rule)).collect()
}

/// The first stage at which it always fires says why.
fn always_fires(pipeline: &Pipeline, id: RuleId, rule: &Rule) -> Option<Finding> {
    let at = |stage: StageId, (index, condition): (usize, &Condition)| {
        let part = limit_part(id, index, condition, stage);
        Comparison::new(pipeline, rule, condition, condition.limit(stage)?, part)
    };
    let all =
        |stage| (0..).zip(rule.conditions()).map(move |condition| at(stage, condition)).collect::<Option<Vec<_>>>();
    let always = |all: &Vec<Comparison<'_>>| all.iter().all(Comparison::always_holds);
    let all = stages(pipeline).filter_map(|(stage, _)| all(stage)).find(always)?;
    let told: Vec<String> = all.iter().map(|comparison| comparison.is("always")).collect();
    let message = format!("this trigger always fires: {}", told.join(", and "));
    Some(Finding::new(Lint::TriggerAlwaysFires, all.first()?.part, message, LOOK))
}

/// Gate rules that every value passes.
#[must_use]
pub fn gates_that_cannot_fail(pipeline: &Pipeline) -> Vec<Finding> {
    let finding = |comparison: Comparison<'_>| {
        let message = format!("this gate rule cannot fail: {}", comparison.is("always"));
        Finding::new(Lint::GateCannotFail, comparison.part, message, LOOK).unless_meant()
    };
    let always = |comparison: &Comparison<'_>| comparison.rule.kind == Kind::Gate && comparison.always_holds();
    comparisons(pipeline).filter(always).map(finding).collect()
}

/// Gate rules that no value passes.
#[must_use]
pub fn gates_that_cannot_pass(pipeline: &Pipeline) -> Vec<Finding> {
    let finding = |comparison: Comparison<'_>| {
        let message = format!("this gate rule cannot pass: {}", comparison.is("never"));
        Finding::new(Lint::GateCannotPass, comparison.part, message, LOOK)
    };
    // Where its flag is 1, a window passes.
    let can_fail_only = |rule: &Rule| rule.kind == Kind::Gate && rule.unless().is_none();
    let never = |comparison: &Comparison<'_>| can_fail_only(comparison.rule) && comparison.never_holds();
    comparisons(pipeline).filter(never).map(finding).collect()
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
    // The rules that the two ends of it come from.
    let (mut low, mut high) = (None, None);
    let in_windows = gates.iter().filter(|(_, gate)| gate.unless().is_none() && aggregate(gate).is_none());
    for (id, gate) in in_windows {
        let Some(limit) = gate.condition.limit(stage) else { continue };
        let part = limit_part(*id, 0, &gate.condition, stage);
        let comparison = Comparison::new(pipeline, gate, &gate.condition, limit, part);
        let Some(comparison) = comparison.filter(|it| !it.is_percentage() && !it.never_holds()) else { continue };
        let extent = comparison.extent();
        if !comparison.domain().reaches(passing.and(extent)) {
            let other = if extent.lowest > passing.lowest { high.or(low) } else { low.or(high) };
            let name = &comparison.metric.name;
            let message = format!("no value of `{name}` passes both this gate rule and another at the same stage");
            let help = "look at both limits, and at the stages that they name";
            let finding = Finding::new(Lint::GateCannotPass, comparison.part, message, help);
            return other.map(|other| finding.beside(other, "the other"));
        }
        if extent.lowest > passing.lowest {
            low = Some(comparison.part);
        }
        if extent.highest < passing.highest {
            high = Some(comparison.part);
        }
        passing = passing.and(extent);
    }
    None
}

/// `windows: N`, where windows can have any width. One window is one, however wide.
#[must_use]
pub fn windows_of_any_width(pipeline: &Pipeline) -> Vec<Finding> {
    let finding = |(id, rule): (RuleId, &Rule)| {
        let Persistence::Windows(windows) = rule.persistence() else { return None };
        let message =
            format!("this trigger waits for {windows} windows, and the pipeline does not say how wide they are");
        let help = "declare `window` in the pipeline, or write `for` and a duration instead of `windows`";
        let finding = Finding::new(Lint::WindowsWithoutWindow, Part::Persistence(id), message, help).unless_meant();
        (windows.get() > 1 && pipeline.window.is_none()).then_some(finding)
    };
    rules(pipeline).filter_map(finding).collect()
}

/// Rollback rules that can fire on a value that the gate rules on the same metric let pass.
#[must_use]
pub fn gates_that_pass_triggers(pipeline: &Pipeline) -> Vec<Finding> {
    let gates = deciding_gates(pipeline);
    let triggers = rules(pipeline).filter(|(_, rule)| rule.kind == Kind::Rollback && rule.severity == Severity::Fail);
    triggers.filter_map(|(id, rule)| passes_trigger(pipeline, &gates, id, rule)).collect()
}

/// The gate rules that decide, by their metric.
type Gates<'t> = BTreeMap<MetricId, Vec<(RuleId, &'t Rule)>>;

fn deciding_gates(pipeline: &Pipeline) -> Gates<'_> {
    let mut gates = Gates::new();
    for (id, rule) in rules(pipeline).filter(|(_, rule)| rule.kind == Kind::Gate && rule.severity == Severity::Fail) {
        gates.entry(rule.condition.metric).or_default().push((id, rule));
    }
    gates
}

/// A limit as an extent on its own axis: of values, or of percents beside the baseline.
#[derive(Clone, Copy)]
struct Bound {
    is_baseline: bool,
    extent: Extent,
}

/// `None` where the condition has no limit at the stage, or one that is not set.
fn bound(condition: &Condition, stage: StageId) -> Option<Bound> {
    let (is_baseline, size) = match condition.limit(stage)? {
        Limit::Fixed(limit) => (false, limit.get()),
        Limit::Baseline { percent } => (true, percent.get()),
        Limit::Unset => return None,
    };
    Some(Bound { is_baseline, extent: Extent::holding(condition.comparator, size) })
}

/// A gate and a trigger at a stage that a value can pass and fire.
struct Clash {
    stage: StageId,
    gate: Part,
    /// `max 500 and above 400`
    limits: String,
}

fn passes_trigger(pipeline: &Pipeline, gates: &Gates<'_>, id: RuleId, rule: &Rule) -> Option<Finding> {
    let clashes: Vec<Clash> = stages(pipeline).filter_map(|(stage, _)| clash(pipeline, gates, rule, stage)).collect();
    let first = clashes.first()?;
    let stage_name =
        |clash: &Clash| pipeline.stages.get(clash.stage.0).map_or(String::new(), |stage| format!("`{}`", stage.name));
    let told: Vec<String> = clashes
        .chunk_by(|a, b| a.limits == b.limits)
        .filter_map(|alike| {
            let names: Vec<String> = alike.iter().map(stage_name).collect();
            Some(format!("{} at {}", alike.first()?.limits, names.join(", ")))
        })
        .collect();
    let message = format!("a value can pass the gate and fire this trigger: {}", told.join("; "));
    let condition = &rule.condition;
    let limit = condition.limit(first.stage)?;
    let excluding = match condition.comparator {
        Comparator::Above => format!("write `max: {limit}` or stricter in the gate"),
        Comparator::Min => format!("write `below: {limit}` or stricter in the gate"),
        Comparator::Below => format!("write `min: {limit}` or stricter in the gate"),
        Comparator::Max => format!("write `above: {limit}` or stricter in the gate"),
        Comparator::Equals => format!("exclude {limit} in the gate"),
    };
    let part = limit_part(id, 0, condition, first.stage);
    let help = format!("{excluding}, or move the trigger beyond it");
    Some(Finding::new(Lint::GatePassesTrigger, part, message, help).beside(first.gate, "the gate").unless_meant())
}

/// What passes the gates at `stage` and fires `rule`; `None` where nothing does, or no gate bounds its metric on
/// the side of the trigger.
fn clash(pipeline: &Pipeline, gates: &Gates<'_>, rule: &Rule, stage: StageId) -> Option<Clash> {
    if !rule.conditions().all(|condition| bound(condition, stage).is_some()) {
        return None;
    }
    let own = &rule.condition;
    let bounding = |(_, gate): &(RuleId, &Rule)| bounds_side(gate.condition.comparator, own.comparator);
    let (id, gate) = comparable(gates, rule, own, stage).filter(bounding).min_by(|(_, a), (_, b)| {
        let laxness = |gate: &Rule| bound(&gate.condition, stage).map_or(0.0, |bound| laxness(bound, own.comparator));
        laxness(a).total_cmp(&laxness(b))
    })?;
    // What one part of the trigger excludes, the whole does not fire on.
    let is_passed = rule.conditions().all(|condition| passes(pipeline, gates, rule, condition, stage));
    let limit = |condition: &Condition| condition.limit(stage).map_or(String::new(), |limit| limit.to_string());
    let written = |condition: &Condition| format!("{} {}", condition.comparator.name(), limit(condition));
    is_passed.then(|| Clash {
        stage,
        gate: limit_part(id, 0, &gate.condition, stage),
        limits: format!("{} and {}", written(&gate.condition), written(own)),
    })
}

/// Whether some value fires `condition` of `rule` and passes every gate that says something of the same values.
fn passes(pipeline: &Pipeline, gates: &Gates<'_>, rule: &Rule, condition: &Condition, stage: StageId) -> bool {
    let Some(fires) = bound(condition, stage) else { return false };
    let passing = comparable(gates, rule, condition, stage)
        .filter_map(|(_, gate)| bound(&gate.condition, stage))
        .fold(fires.extent, |extent, gate| extent.and(gate.extent));
    let domain = match pipeline.metric(condition.metric) {
        Some(metric) if !fires.is_baseline => Domain::of(metric.unit, aggregate(rule)),
        _ => Domain::Range(Extent::ALL),
    };
    domain.reaches(passing)
}

/// The gates on the metric of `condition` at `stage` that bound every value on which `rule` can fire.
fn comparable<'g, 't>(
    gates: &'g Gates<'t>,
    rule: &'g Rule,
    condition: &'g Condition,
    stage: StageId,
) -> impl Iterator<Item = (RuleId, &'t Rule)> {
    let form = bound(condition, stage).map(|bound| bound.is_baseline);
    let has_form = move |gate: &Rule| bound(&gate.condition, stage).map(|bound| bound.is_baseline) == form;
    let same_windows = |gate: &Rule| match (&gate.over, &rule.over) {
        (Over::Windows { .. }, Over::Windows { .. }) => true,
        // What holds in every window holds for their mean and for the last of them, and not for their sum.
        (Over::Windows { .. }, Over::Whole(aggregate)) => *aggregate != Aggregate::Total,
        (Over::Whole(gate), Over::Whole(aggregate)) => gate == aggregate,
        (Over::Whole(_), Over::Windows { .. }) => false,
    };
    let same_exemption = |gate: &Rule| gate.unless().is_none() || gate.unless() == rule.unless();
    let is_comparable = move |gate: &Rule| has_form(gate) && same_windows(gate) && same_exemption(gate);
    gates.get(&condition.metric).into_iter().flatten().copied().filter(move |(_, gate)| is_comparable(gate))
}

/// Whether a gate of this comparator bounds the values on the side where the trigger's fires.
fn bounds_side(gate: Comparator, trigger: Comparator) -> bool {
    let bounds_high = matches!(gate, Comparator::Max | Comparator::Below | Comparator::Equals);
    let bounds_low = matches!(gate, Comparator::Min | Comparator::Above | Comparator::Equals);
    match trigger {
        Comparator::Above | Comparator::Min => bounds_high,
        Comparator::Below | Comparator::Max => bounds_low,
        Comparator::Equals => true,
    }
}

/// How far a gate reaches to the side where the trigger fires.
fn laxness(gate: Bound, trigger: Comparator) -> f64 {
    match trigger {
        Comparator::Above | Comparator::Min | Comparator::Equals => gate.extent.highest,
        Comparator::Below | Comparator::Max => -gate.extent.lowest,
    }
}
