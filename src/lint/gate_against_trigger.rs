//! Values that pass the gate rules of a stage and fire a rollback rule all the same.

use std::cmp::Ordering;

use super::{
    code::Lint,
    extent::{Domain, Extent, LimitExtent},
    finding::{Finding, Gates, Part, RuleId, deciding_gates, limit_part, rules, stages},
};
use crate::eval::{
    aggregate::Aggregate,
    comparator::Comparator,
    table::{Condition, Kind, Pipeline, Rule, Severity, StageId},
};

/// Rollback rules that can fire on a value that the gate rules on the same metric let pass.
#[must_use]
pub fn gates_that_pass_triggers(pipeline: &Pipeline) -> Vec<Finding> {
    let gates = deciding_gates(pipeline);
    let triggers = rules(pipeline).filter(|(_, rule)| rule.kind == Kind::Rollback && rule.severity == Severity::Fail);
    triggers.filter_map(|(id, rule)| passes_trigger(pipeline, &gates, id, rule)).collect()
}

/// A stage at which some value passes the gate and fires the trigger.
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
    let where_and_how: Vec<String> = clashes
        .chunk_by(|a, b| a.limits == b.limits)
        .filter_map(|alike| {
            let names: Vec<String> = alike.iter().map(stage_name).collect();
            Some(format!("{} at {}", alike.first()?.limits, names.join(", ")))
        })
        .collect();
    let message = format!("a value can pass the gate and fire this trigger: {}", where_and_how.join("; "));
    let condition = &rule.condition;
    let limit = condition.limit(first.stage)?;
    let excluding = match condition.comparator.side() {
        Some(_) => format!("write `{}: {limit}` or stricter in the gate", condition.comparator.opposite().name()),
        None => format!("exclude {limit} in the gate"),
    };
    let part = limit_part(id, 0, condition, first.stage);
    let help = format!("{excluding}, or move the trigger beyond it");
    Some(Finding::new(Lint::GatePassesTrigger, part, message, help).beside(first.gate, "the gate").unless_meant())
}

/// What passes the gates at `stage` and fires `rule`; `None` where nothing does, or no gate bounds its metric on
/// the side of the trigger.
fn clash(pipeline: &Pipeline, gates: &Gates<'_>, rule: &Rule, stage: StageId) -> Option<Clash> {
    if !rule.conditions().all(|condition| LimitExtent::of(condition, stage).is_some()) {
        return None;
    }
    let own = &rule.condition;
    let bounding = |(_, gate): &(RuleId, &Rule)| bounds_side(gate.condition.comparator, own.comparator);
    let (id, gate) = comparable(gates, rule, own, stage).filter(bounding).min_by(|(_, a), (_, b)| {
        let laxness =
            |gate: &Rule| LimitExtent::of(&gate.condition, stage).map_or(0.0, |extent| laxness(extent, own.comparator));
        laxness(a).total_cmp(&laxness(b))
    })?;
    // With `and`, the trigger fires only if each of its conditions can hold for something that passes.
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
    let Some(fires) = LimitExtent::of(condition, stage) else { return false };
    let (mut in_windows, mut passing) = (Extent::ALL, fires.extent);
    for (_, gate) in comparable(gates, rule, condition, stage) {
        let Some(LimitExtent { extent, .. }) = LimitExtent::of(&gate.condition, stage) else { continue };
        match gate.aggregate() {
            None => in_windows = in_windows.and(extent),
            Some(_) => passing = passing.and(extent),
        }
    }
    let aggregate = condition.measure.aggregate();
    match pipeline.metric(condition.metric) {
        // What every window is bounded by does not bound their sum.
        Some(metric) if !fires.is_baseline && aggregate == Some(Aggregate::Total) => {
            Domain::of(metric.unit, aggregate).reaches(passing)
        }
        Some(metric) if !fires.is_baseline => {
            let hull = Domain::of(metric.unit, None).hull(in_windows);
            Domain::of(metric.unit, aggregate).reaches(hull.and(passing))
        }
        _ => !in_windows.and(passing).is_empty(),
    }
}

/// The gates on the metric of `condition` at `stage` that bound every value on which `rule` can fire.
fn comparable<'g, 't>(
    gates: &'g Gates<'t>,
    rule: &'g Rule,
    condition: &'g Condition,
    stage: StageId,
) -> impl Iterator<Item = (RuleId, &'t Rule)> {
    let is_baseline = move |condition: &Condition| LimitExtent::of(condition, stage).map(|extent| extent.is_baseline);
    let same_kind = move |gate: &Rule| is_baseline(&gate.condition) == is_baseline(condition);
    let same_windows = |gate: &Rule| match (gate.aggregate(), condition.measure.aggregate()) {
        // A bound of every window bounds what is made of them, but not their sum.
        (None, aggregate) => aggregate != Some(Aggregate::Total),
        (gate, aggregate) => gate == aggregate && condition.measure.over().is_none() && rule.last.is_none(),
    };
    let same_exemption = |gate: &Rule| gate.unless.is_none() || gate.unless == rule.unless;
    let is_comparable = move |gate: &Rule| same_kind(gate) && same_windows(gate) && same_exemption(gate);
    gates.get(&condition.metric).into_iter().flatten().copied().filter(move |(_, gate)| is_comparable(gate))
}

/// Whether a gate of this comparator bounds the values on the side where the trigger's fires.
fn bounds_side(gate: Comparator, trigger: Comparator) -> bool {
    trigger.side().is_none_or(|side| !gate.accepts(side))
}

/// How far a gate lets values go on the side where the trigger fires.
fn laxness(gate: LimitExtent, trigger: Comparator) -> f64 {
    match trigger.side() {
        Some(Ordering::Less) => -gate.extent.lowest,
        _ => gate.extent.highest,
    }
}
