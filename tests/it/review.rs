//! Laws of the review, tried on random tables that go in as text, as a user's do. What it raises about limits is
//! compared with what the judging says of values around them.

use proptest::{collection::vec, option, prelude::*, sample::select};
use rollout_gate::{
    eval::{
        judge::evaluate,
        table::{Kind, Pipeline, StageId, Table},
        unit::Unit,
        verdict::State,
    },
    input::{
        gates::{self, Places},
        snapshot::{self, Request},
    },
    lint::{
        code::Lint,
        finding::{Finding, Owner, Part},
        never_measured::ObservedMetrics,
        review::review,
    },
    refusal,
};
use serde_json::json;

const COMPARATORS: [&str; 5] = ["max", "min", "below", "above", "equals"];
const UNITS: [&str; 8] = ["ratio", "percent", "ms", "seconds", "count", "score", "flag", "number"];
/// The ends of units, values inside them, and values that none of them has.
const LIMITS: [f64; 13] = [-1.0, -0.0, 0.0, 1e-9, 0.5, 1.0, 1.5, 2.0, 5.0, 50.0, 100.0, 100.5, 1e9];

/// A table of one pipeline `p` with the metrics `a` (of this unit), `b`, the optional flag `f`, and the stages `s`, `t`
/// and `u`.
fn text(unit: &str, window: &str, stages: [&str; 3], gate: &[String], rollback: &[String]) -> String {
    let [s, t, u] = stages;
    format!(
        "version: 1
pipelines:
  p:
    about: For tests.
{window}    metrics: {{ a: {{ unit: {unit} }}, b: {{ unit: number }}, f: {{ unit: flag, optional: true }} }}
    stages: {{ s: {{ {s} }}, t: {{ {t} }}, u: {{ {u} }} }}
    gate: [{}]
    rollback: [{}]
",
        [&["{ id: idle, metric: b, max: 1.0e9 }".to_owned()], gate].concat().join(", "),
        rollback.join(", ")
    )
}

fn read(text: &str) -> (Table, Places<'_>) {
    gates::read_with_places("laws", text).unwrap_or_else(|refusal| panic!("{refusal}\n{text}"))
}

fn table(unit: &str, gate: &[String], rollback: &[String]) -> Table {
    read(&text(unit, "    window: 5m\n", [""; 3], gate, rollback)).0
}

fn raised(pipeline: &Pipeline, lint: Lint) -> Vec<Finding> {
    review(pipeline, &[]).into_iter().filter(|finding| finding.lint == lint).collect()
}

/// The values at which something can change: every limit, its neighbours, and the ends of the unit; those that the unit
/// can have.
fn values(unit: &str, limits: &[f64]) -> Vec<f64> {
    let unit = Unit::ALL.into_iter().find(|known| known.name() == unit).unwrap();
    let ends = [0.0, 1.0, 100.0, f64::MAX, f64::MIN];
    let points = limits.iter().chain(&ends).flat_map(|limit| [limit.next_down(), *limit, limit.next_up()]);
    points.filter(|value| unit.contains(*value)).collect()
}

/// Whether the rules of a kind on `a` breach at `stage` when `a` is `value` in three windows.
fn breaches(table: &Table, stage: &str, kind: Kind, value: f64) -> bool {
    let snapshot = json!({ "stage": stage, "metrics": { "a": [value, value, value], "b": 0 } });
    let reading = snapshot::read("laws", snapshot.to_string(), table, &Request::default());
    let reading = reading.unwrap_or_else(|refusal| panic!("{refusal}: {snapshot}"));
    let verdict = evaluate(reading.stage, &reading.prepared);
    let breached = |state| matches!(state, State::Fail | State::Fired);
    verdict.checks().iter().any(|check| check.rule.kind == kind && breached(check.state))
}

fn limit() -> impl Strategy<Value = f64> {
    select(LIMITS.to_vec())
}

fn comparator() -> impl Strategy<Value = &'static str> {
    select(COMPARATORS.to_vec())
}

/// A limit for each of the stages that has one; at least one has.
fn limits() -> impl Strategy<Value = [Option<f64>; 3]> {
    [option::of(limit()), option::of(limit()), option::of(limit())]
        .prop_filter("a map names a stage", |limits| limits.iter().any(Option::is_some))
}

fn map(limits: &[Option<f64>; 3]) -> String {
    let entries = ["s", "t", "u"].iter().zip(limits);
    let entries: Vec<String> =
        entries.filter_map(|(stage, limit)| limit.map(|limit| format!("{stage}: {limit:?}"))).collect();
    format!("{{ {} }}", entries.join(", "))
}

/// Some rule, sound in itself.
fn any_rule() -> impl Strategy<Value = String> {
    let written = prop_oneof![
        limit().prop_map(|limit| format!("{limit:?}")),
        limits().prop_map(|limits| map(&limits)),
        select(vec!["~", "baseline", "baseline + 10%", "baseline - 5%", "{ s: ~, u: baseline }"])
            .prop_map(str::to_owned),
    ];
    let over = select(vec!["", ", unless: f", ", aggregate: mean", ", aggregate: last", ", aggregate: total"]);
    let more = select(vec!["", ", severity: warn", ", missing: ok", ", missing: breach"]);
    (select(vec!["a", "b"]), comparator(), written, over, more).prop_map(|(metric, comparator, limit, over, more)| {
        format!("metric: {metric}, {comparator}: {limit}{over}{more}")
    })
}

/// What only a rollback rule can say.
fn waiting() -> impl Strategy<Value = String> {
    let persistence = select(vec!["", ", windows: 1", ", windows: 4", ", for: 10m", ", for: 3h"]);
    let and = prop_oneof![
        Just(String::new()),
        (comparator(), limit())
            .prop_map(|(comparator, limit)| format!(", and: [{{ metric: b, {comparator}: {limit:?} }}]")),
        limits().prop_map(|limits| format!(", and: [{{ metric: a, above: {} }}]", map(&limits))),
    ];
    (persistence, and).prop_map(|(persistence, and)| format!("{persistence}{and}"))
}

fn any_text() -> impl Strategy<Value = String> {
    let stage = || select(vec!["", "observe: 10m", "observe: 2h", "on_rollback: [Stop.]"]);
    let gate = vec(any_rule(), 0..4);
    let rollback = vec((any_rule(), waiting()), 0..4);
    let window = select(vec!["", "    window: 5m\n"]);
    (select(UNITS.to_vec()), window, [stage(), stage(), stage()], gate, rollback).prop_map(
        |(unit, window, stages, gate, rollback)| {
            let numbered = |kind: &str, rules: Vec<String>| -> Vec<String> {
                rules.iter().enumerate().map(|(index, rule)| format!("{{ id: {kind}{index}, {rule} }}")).collect()
            };
            let waiting = |(rule, waiting): (String, String)| {
                if rule.contains("aggregate") { rule } else { rule + &waiting }
            };
            let (gate, rollback) = (numbered("g", gate), numbered("r", rollback.into_iter().map(waiting).collect()));
            text(unit, window, stages, &gate, &rollback)
        },
    )
}

/// Whether a trigger on `a` of `unit` is raised, and how, beside gate rules on `a`.
fn passing(unit: &str, gates: &[&str], trigger: &str) -> Option<Finding> {
    let rule = |id: String, rule: &str| format!("{{ id: {id}, metric: a, {rule} }}");
    let gates: Vec<String> =
        (0..).zip(gates).map(|(index, gate): (usize, _)| rule(format!("g{index}"), gate)).collect();
    let table = table(unit, &gates, &[rule("r".to_owned(), trigger)]);
    raised(&table.pipelines[0], Lint::GatePassesTrigger).pop()
}

#[test]
fn a_gate_passes_a_trigger_on_the_same_form_of_the_same_values() {
    for (unit, gate, trigger, expected) in [
        ("number", "max: 3", "above: 2", true),
        // Percents of a baseline are no values of the unit.
        ("ratio", "max: baseline + 20%", "above: baseline + 10%", true),
        ("ratio", "max: baseline + 10%", "above: baseline + 10%", false),
        ("ratio", "max: 0.5", "above: baseline + 10%", false),
        ("ratio", "min: baseline - 20%, aggregate: total", "below: baseline - 10%, aggregate: total", true),
        // A flag is nothing between 0 and 1, except on average.
        ("flag", "max: 0.5", "above: 0.2", false),
        ("flag", "max: 0.5, aggregate: mean", "above: 0.2, aggregate: mean", true),
        ("flag", "max: 0.5, aggregate: last", "above: 0.2, aggregate: last", false),
        // Of every window, or of one value that is made the same way.
        ("number", "max: 3", "above: 2, aggregate: mean", true),
        ("number", "max: 3", "above: 2, aggregate: last", true),
        ("number", "max: 3", "above: 2, aggregate: total", false),
        ("number", "max: 3, aggregate: mean", "above: 2, aggregate: mean", true),
        ("number", "max: 3, aggregate: mean", "above: 2, aggregate: last", false),
        ("number", "max: 3, aggregate: mean", "above: 2", false),
        ("number", "max: 3, unless: f", "above: 2, unless: f", true),
        ("number", "max: 3", "above: 2, unless: f", true),
        ("number", "max: 3, unless: f", "above: 2", false),
    ] {
        assert_eq!(passing(unit, &[gate], trigger).is_some(), expected, "{unit}: {gate} and {trigger}");
    }
}

#[test]
fn the_strictest_gate_is_told_beside_a_trigger() {
    for (gates, trigger, strictest) in [
        (["max: 9", "max: 8"], "above: 2", "max 8 and above 2"),
        (["max: 8", "max: 9"], "min: 2", "max 8 and min 2"),
        (["min: 1", "min: 2"], "below: 5", "min 2 and below 5"),
        (["min: 2", "min: 1"], "max: 5", "min 2 and max 5"),
    ] {
        let message = passing("number", &gates, trigger).unwrap().message;
        assert!(message.contains(strictest), "{gates:?}: {message}");
    }
}

#[test]
fn gates_that_exclude_each_other_are_raised_once_beside_the_end_that_they_miss() {
    // Rules that are raised, each with the one that it is raised beside.
    for (unit, gates, expected) in [
        ("number", &["a, max: 1", "a, min: 1"][..], ""),
        ("number", &["a, max: 1", "a, min: 2"], "g1 g0;"),
        ("number", &["a, min: 2", "a, max: 1"], "g1 g0;"),
        ("number", &["a, min: 0", "a, max: 1", "a, min: 2"], "g2 g1;"),
        ("number", &["a, min: 2", "a, max: 5", "a, max: 1"], "g2 g0;"),
        // Of equal ends the first.
        ("number", &["a, min: 2", "a, min: 2", "a, max: 1"], "g2 g0;"),
        ("number", &["a, max: 1", "a, max: 1", "a, min: 2"], "g2 g0;"),
        // One that nothing passes is raised by itself, and one in percent for being so.
        ("count", &["a, max: 1", "a, below: 0"], "g1 ;"),
        ("ratio", &["a, max: 0.5", "a, min: 2"], ""),
        ("number", &["a, max: 1", "a, min: 2", "b, min: 2.0e+9"], "g1 g0;g2 idle;"),
        // Only windows are compared with windows.
        ("number", &["a, max: 1", "a, min: 2, unless: f"], ""),
        ("number", &["a, max: 1", "a, min: 2, aggregate: total"], ""),
        ("number", &["a, max: 1", "a, min: 2, severity: warn"], ""),
    ] {
        let rules: Vec<String> =
            (0..).zip(gates).map(|(index, gate): (usize, _)| format!("{{ id: g{index}, metric: {gate} }}")).collect();
        let table = table(unit, &rules, &[]);
        let id = |part: Part| match part.owner() {
            Owner::Rule(rule) => table.pipelines[0].rules[rule.0].id.as_str(),
            owner => panic!("{owner:?}"),
        };
        let told: Vec<String> = raised(&table.pipelines[0], Lint::GateCannotPass)
            .iter()
            .map(|finding| format!("{} {};", id(finding.part), finding.beside.map_or("", |(part, _)| id(part))))
            .collect();
        assert_eq!(told.concat(), expected, "{unit}: {gates:?}");
    }
}

#[test]
fn what_is_out_of_reach_is_told_with_what_is_within() {
    for (unit, gate, expected) in [
        ("ratio", "min: 0", "`a` (0 to 1) is always at least 0"),
        ("flag", "max: 1", "`a` (0, 1, false or true) is always at most 1"),
        ("flag", "max: 1, aggregate: mean", "the mean of `a` (0 to 1) is always at most 1"),
        ("ratio", "above: -1, aggregate: total", "the total of `a` (0 or more) is always above -1"),
        ("ratio", "below: 200, aggregate: last", "the last of `a` (0 to 1) is always below 200"),
        (
            "number",
            "min: -1.7976931348623157e+308, aggregate: total",
            "the total of `a` (any finite number) is always at least -1.7976931348623157e308",
        ),
    ] {
        let table = table(unit, &[format!("{{ metric: a, {gate} }}")], &[]);
        let told: Vec<String> =
            raised(&table.pipelines[0], Lint::GateCannotFail).into_iter().map(|finding| finding.message).collect();
        assert_eq!(told, [format!("this gate rule cannot fail: {expected}")], "{unit}: {gate}");
    }
}

#[test]
fn what_an_unused_metric_is_made_from_is_raised_beside_it_unless_it_is_meant() {
    let unused = |allow: &str| {
        let text = format!(
            "version: 1
pipelines:
  p:
    metrics:
      b: {{ unit: number }}
      x: {{ unit: count }}
      y: {{ unit: count }}
      q: {{ unit: ratio, of: x, to: [x, y]{allow} }}
    stages: {{ s: {{}} }}
    gate: [{{ metric: b, max: 9 }}]
"
        );
        let (table, _) = read(&text);
        let raised = raised(&table.pipelines[0], Lint::UnusedMetric);
        raised.into_iter().map(|finding| finding.message.replace("no rule looks at metric ", "")).collect::<String>()
    };
    assert_eq!(unused(""), "`x``y``q`");
    assert_eq!(unused(", about: Later., allow: [unused-metric]"), "");
}

proptest! {
    /// Whatever a sound table says, it can be reviewed, and each finding is at a place in its text.
    #[test]
    fn every_finding_has_a_place(text in any_text(), seen in vec(select(vec!["a", "b", "c", "f"]), 0..3)) {
        let (table, places) = read(&text);
        let pipeline = &table.pipelines[0];
        let metrics: Vec<String> = seen.into_iter().map(str::to_owned).collect();
        for observed in [vec![], vec![ObservedMetrics { stage: StageId(1), metrics, snapshots: 1 }]] {
            for finding in review(pipeline, &observed) {
                prop_assert!(!finding.message.is_empty() && !finding.help.is_empty());
                if matches!(finding.part, Part::Observed(..)) {
                    continue;
                }
                let fault = places.locate(pipeline, &finding);
                let span = fault.span.clone().unwrap();
                prop_assert!(text.get(span.clone()).is_some(), "{:?} in {}", fault, text);
                prop_assert!(refusal::place(&text, span.start).is_some_and(|place| place.line > 2), "{fault:?}");
                prop_assert!(fault.path.starts_with("pipelines.p"), "{fault:?}");
            }
        }
    }

    /// Allowed where it is raised, nothing is raised, and no `allow` is unused.
    #[test]
    fn what_is_allowed_is_not_raised(text in any_text()) {
        let (table, _) = read(&text);
        let mut pipeline = table.pipelines[0].clone();
        for finding in review(&pipeline, &[]) {
            let allow = match finding.part.owner() {
                Owner::Pipeline => &mut pipeline.allow,
                Owner::Stage(id) => &mut pipeline.stages[id.0].allow,
                Owner::Metric(id) => &mut pipeline.metrics[id.0].allow,
                Owner::Rule(id) => &mut pipeline.rules[id.0].allow,
            };
            if !allow.contains(&finding.lint.name()) {
                allow.push(finding.lint.name());
            }
        }
        prop_assert_eq!(review(&pipeline, &[]), []);
    }

    /// A later stage is laxer exactly where it lets a value pass that the stage before it does not.
    #[test]
    fn laxer_is_what_lets_more_pass(comparator in select(COMPARATORS[..4].to_vec()), limits in [limit(), limit()]) {
        let [s, t] = limits;
        let unit = "number";
        for (kind, lax) in [(Kind::Gate, false), (Kind::Rollback, true)] {
            let rule = [format!("{{ metric: a, {comparator}: {{ s: {s:?}, t: {t:?} }} }}")];
            let table = if lax { table(unit, &[], &rule) } else { table(unit, &rule, &[]) };
            let passes_more = values(unit, &limits).into_iter().any(|value| {
                breaches(&table, "s", kind, value) && !breaches(&table, "t", kind, value)
            });
            let raised = raised(&table.pipelines[0], Lint::LaterStageLaxer);
            prop_assert_eq!(!raised.is_empty(), passes_more, "{:?}: {:?}", rule, raised);
        }
    }

    /// A stricter limit at the last stage raises nothing that was not raised.
    #[test]
    fn strictness_at_the_end_is_never_laxer(limits in [limit(), limit(), limit()], by in 0.0..10.0) {
        let laxer = |last: f64| {
            let rule = format!("{{ metric: a, max: {} }}", map(&[Some(limits[0]), Some(limits[1]), Some(last)]));
            raised(&table("number", &[rule], &[]).pipelines[0], Lint::LaterStageLaxer).len()
        };
        prop_assert!(laxer(limits[2] - by) <= laxer(limits[2]));
    }

    /// A gate passes a trigger exactly where a value passes the gate rules and fires the trigger.
    #[test]
    fn gates_pass_triggers_where_a_value_does(
        unit in select(UNITS.to_vec()),
        gates in vec((comparator(), limit()), 1..3),
        trigger in (comparator(), limit()),
        waiting in select(vec!["", ", windows: 2", ", for: 10m", ", aggregate: mean", ", aggregate: last"]),
    ) {
        // The mean of a flag that is now on and now off is none of the values that are tried here.
        prop_assume!(unit != "flag" || !waiting.contains("mean"));
        let (comparator, limit) = trigger;
        let rules: Vec<String> = gates
            .iter()
            .enumerate()
            .map(|(index, (comparator, limit))| format!("{{ id: g{index}, metric: a, {comparator}: {limit:?} }}"))
            .collect();
        let table = table(unit, &rules, &[format!("{{ metric: a, {comparator}: {limit:?}{waiting} }}")]);
        let limits: Vec<f64> = gates.iter().map(|(_, limit)| *limit).chain([limit]).collect();
        let both = values(unit, &limits).into_iter().find(|value| {
            !breaches(&table, "s", Kind::Gate, *value) && breaches(&table, "s", Kind::Rollback, *value)
        });
        let raised = raised(&table.pipelines[0], Lint::GatePassesTrigger);
        // Where no gate bounds the side of the trigger, nobody has said what is good enough there.
        let sides = |comparator: &str| match comparator {
            "max" | "below" => vec!["high"],
            "min" | "above" => vec!["low"],
            _ => vec!["high", "low"],
        };
        let fires = match comparator {
            "above" | "min" => vec!["high"],
            "below" | "max" => vec!["low"],
            _ => vec!["high", "low"],
        };
        let is_bounded = gates.iter().any(|(gate, _)| sides(gate).iter().any(|side| fires.contains(side)));
        prop_assert_eq!(!raised.is_empty(), both.is_some() && is_bounded, "{:?}: {:?}", both, raised);
    }

    /// Gate rules cannot pass exactly where no value passes all of them.
    #[test]
    fn gates_cannot_pass_where_no_value_does(
        unit in select(UNITS[1..].to_vec()),
        gates in vec((comparator(), limit()), 1..4),
    ) {
        let rule = |(index, (comparator, limit)): (usize, &(&str, f64))| {
            format!("{{ id: g{index}, metric: a, {comparator}: {limit:?} }}")
        };
        let rules: Vec<String> = gates.iter().enumerate().map(rule).collect();
        let table = table(unit, &rules, &[]);
        let limits: Vec<f64> = gates.iter().map(|(_, limit)| *limit).collect();
        let passing = values(unit, &limits).into_iter().find(|value| !breaches(&table, "s", Kind::Gate, *value));
        let raised = raised(&table.pipelines[0], Lint::GateCannotPass);
        prop_assert_eq!(raised.is_empty(), passing.is_some(), "{:?}: {:?}", passing, raised);
    }

    /// What cannot happen does not, and what always happens does, whatever the value.
    #[test]
    fn limits_beyond_reach_are_those_that_no_value_reaches(
        unit in select(UNITS.to_vec()),
        comparator in comparator(),
        limit in limit(),
    ) {
        let rule = [format!("{{ metric: a, {comparator}: {limit:?} }}")];
        let is_percentage = unit == "ratio" && limit > 1.0 && limit <= 100.0;
        for (kind, never, always) in [
            (Kind::Gate, Lint::GateCannotFail, Lint::GateCannotPass),
            (Kind::Rollback, Lint::TriggerCannotFire, Lint::TriggerAlwaysFires),
        ] {
            let table = if kind == Kind::Gate { table(unit, &rule, &[]) } else { table(unit, &[], &rule) };
            let breaching: Vec<bool> =
                values(unit, &[limit]).into_iter().map(|value| breaches(&table, "s", kind, value)).collect();
            let found = |lint| !raised(&table.pipelines[0], lint).is_empty();
            prop_assert_eq!(found(Lint::PercentageOnRatio), is_percentage);
            prop_assert_eq!(found(never), !is_percentage && !breaching.contains(&true), "{:?}", rule);
            prop_assert_eq!(found(always), !is_percentage && !breaching.contains(&false), "{:?}", rule);
        }
    }
}
