//! Laws of judging, tried on random tables and snapshots that go in as text, as a user's do.

use std::{collections::BTreeSet, time::Duration};

use proptest::{collection::vec, prelude::*, sample::select};
use rollout_gate::{
    eval::{
        table::{Rule, Table},
        verdict::{State, Verdict},
    },
    input::{
        gates,
        snapshot::{self, Request},
    },
    outcome::{Judged, Outcome, Reading},
    report::{
        json::{self, JsonStyle, v1::Report},
        table_name::TableName,
    },
};
use serde_json::{Value, json};

use crate::shared::trace::agree;

const LIMIT: f64 = 3.0;
const COMPARATORS: [&str; 6] = ["max", "min", "below", "above", "equals", "differs"];

/// The metrics `a` and `b`, the flag `f`, one stage, and these rules.
fn table(gate: &[String], rollback: &[String]) -> Table {
    let list = |rules: &[String]| format!("[{}]", rules.join(", "));
    let text = format!(
        "version: 1
pipelines:
  p:
    window: 5m
    metrics: {{ a: {{ unit: number }}, b: {{ unit: number }}, f: {{ unit: flag, optional: true }} }}
    stages: {{ s: {{}} }}
    gate: {}
    rollback: {}
",
        list(gate),
        list(rollback)
    );
    gates::read("laws", text.clone()).unwrap_or_else(|refusal| panic!("{refusal}\n{text}"))
}

/// A gate on `b` that always passes, for the stage must have one.
fn idle() -> String {
    "{ id: idle, metric: b, max: 1.0e9, missing: ok }".to_owned()
}

fn judged<'t>(table: &'t Table, snapshot: &Value) -> Judged<'t> {
    let text = snapshot.to_string();
    let reading = snapshot::read("laws", text, table, &Request::default());
    reading.and_then(Reading::judge).unwrap_or_else(|refusal| panic!("{refusal}: {snapshot}"))
}

type Windows = Vec<Option<f64>>;

fn snapshot(a: &Windows, b: &Windows, f: &Windows) -> Value {
    json!({ "stage": "s", "metrics": { "a": a, "b": b, "f": f } })
}

/// The state of the rule with this id.
fn state(verdict: &Verdict<'_>, id: &str) -> State {
    let checks: Vec<_> = verdict.checks().iter().filter(|check| check.rule.id == id).collect();
    assert_eq!(checks.len(), 1, "{id}");
    checks[0].state
}

/// Values around the limit, some of them exactly it.
fn value() -> impl Strategy<Value = f64> {
    prop_oneof![select(vec![LIMIT, LIMIT.next_down(), LIMIT.next_up(), 0.0, -LIMIT, 2.0 * LIMIT]), -10.0..10.0]
}

fn known(windows: usize) -> impl Strategy<Value = Windows> {
    vec(value().prop_map(Some), windows)
}

fn gappy(windows: usize) -> impl Strategy<Value = Windows> {
    vec(prop_oneof![3 => value().prop_map(Some), 1 => Just(None)], windows)
}

fn flags(windows: usize) -> impl Strategy<Value = Windows> {
    vec(select(vec![Some(0.0), Some(0.0), Some(1.0), None]), windows)
}

/// A snapshot's three metrics, of one length.
fn metrics() -> impl Strategy<Value = (Windows, Windows, Windows)> {
    (1..8_usize).prop_flat_map(|windows| (gappy(windows), gappy(windows), flags(windows)))
}

/// What may stand behind a rollback rule's limit.
fn persistence() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        (1..5_usize).prop_map(|windows| format!(", windows: {windows}")),
        (1..25_u32).prop_map(|minutes| format!(", for: {minutes}m")),
    ]
}

/// `and` and `unless`, or one or none of them.
fn conditions() -> impl Strategy<Value = String> {
    let and = prop_oneof![
        Just(String::new()),
        select(COMPARATORS.to_vec()).prop_map(|comparator| format!(", and: [{{ metric: b, {comparator}: {LIMIT} }}]"))
    ];
    let unless = select(vec!["", ", unless: f"]);
    (and, unless).prop_map(|(and, unless)| format!("{and}{unless}"))
}

fn rollback_rule() -> impl Strategy<Value = String> {
    (select(COMPARATORS.to_vec()), persistence(), conditions()).prop_map(|(comparator, persistence, conditions)| {
        format!("{{ id: r, metric: a, {comparator}: {LIMIT}{persistence}{conditions} }}")
    })
}

fn gate_rule() -> impl Strategy<Value = String> {
    (select(COMPARATORS.to_vec()), select(vec!["", ", unless: f"]))
        .prop_map(|(comparator, unless)| format!("{{ id: g, metric: a, {comparator}: {LIMIT}{unless} }}"))
}

fn missing() -> impl Strategy<Value = &'static str> {
    select(vec!["hold", "breach", "ok"])
}

/// Every way to put numbers into the gaps of `windows`, from `values`.
fn fillings(windows: &Windows, values: &[f64]) -> Vec<Windows> {
    windows.iter().fold(vec![Vec::new()], |filled, window| {
        let candidates: Vec<f64> = window.map_or(values.to_vec(), |value| vec![value]);
        let extend = |filled: &Windows| {
            candidates.iter().map(|value| [filled.as_slice(), &[Some(*value)]].concat()).collect::<Vec<_>>()
        };
        filled.iter().flat_map(extend).collect()
    })
}

proptest! {
    #[test]
    fn gate_passed_means_that_there_is_no_reason(
        (a, b, f) in metrics(), gate in gate_rule(), rollback in rollback_rule(), missing in missing(), observe in 1..60_u32,
    ) {
        let with_missing = |rule: &str| rule.replace(" }", &format!(", missing: {missing} }}"));
        let mut table = table(&[with_missing(&gate)], &[rollback.replacen("{ id: r,", &format!("{{ id: r, missing: {missing},"), 1)]);
        table.pipelines[0].stages[0].observe = Some(Duration::from_mins(observe.into()));
        let Judged { verdict, .. } = judged(&table, &snapshot(&a, &b, &f));
        let reasons = verdict.gate_fail_reasons().len() + verdict.rollback_reasons().len();
        prop_assert_eq!(verdict.gate_passed(), reasons == 0);
        prop_assert_eq!(verdict.rollback_triggered(), !verdict.rollback_reasons().is_empty());
        prop_assert!(!(verdict.gate_passed() && verdict.rollback_triggered()));
    }

    #[test]
    fn a_tighter_limit_never_turns_a_breach_into_none(
        (a, b, f) in metrics(), by in 0.0..5.0_f64, persistence in persistence(), missing in missing(),
    ) {
        // Of each directed comparator: in which direction it gets tighter, on a gate and on a rollback rule.
        for (comparator, on_gate) in [("max", -1.0), ("below", -1.0), ("min", 1.0), ("above", 1.0)] {
            let rules = |by: f64| {
                let gate = format!("{{ id: g, metric: a, {comparator}: {}, missing: {missing} }}", LIMIT + on_gate * by);
                let limit = LIMIT - on_gate * by;
                let rollback = format!("{{ id: r, metric: a, {comparator}: {limit}{persistence}, missing: {missing} }}");
                table(&[gate], &[rollback])
            };
            let (loose, tight) = (rules(0.0), rules(by));
            let snapshot = snapshot(&a, &b, &f);
            let (before, after) = (judged(&loose, &snapshot).verdict, judged(&tight, &snapshot).verdict);
            for (id, breached) in [("g", State::Fail), ("r", State::Fired)] {
                if state(&before, id) == breached {
                    prop_assert_eq!(state(&after, id), breached, "{} {}", id, comparator);
                }
            }
            prop_assert!(before.gate_passed() || !after.gate_passed());
        }
    }

    #[test]
    fn one_more_breach_never_removes_a_reason(
        (a, b, f) in (1..8_usize).prop_flat_map(|windows| (known(windows), gappy(windows), flags(windows))),
        at in any::<prop::sample::Index>(), persistence in persistence(), conditions in conditions(),
    ) {
        let gate = format!("{{ id: g, metric: a, max: {LIMIT}, reason: g }}");
        let rollback = format!("{{ id: r, metric: a, above: {LIMIT}{persistence}{conditions}, reason: r }}");
        let table = table(&[gate], &[rollback]);
        let mut worse = a.clone();
        let at = at.index(a.len());
        worse[at] = Some(LIMIT + 1.0);
        let reasons = |a: &Windows| -> BTreeSet<String> {
            let verdict = judged(&table, &snapshot(a, &b, &f)).verdict;
            let all = [verdict.gate_fail_reasons(), verdict.rollback_reasons()].concat();
            // A trigger that fires now has no gap left to complain of, and what it was pending for has come.
            let is_kept = |reason: &&str| !reason.contains("no data") && !reason.contains(" so far, of ");
            all.into_iter().filter(is_kept).map(str::to_owned).collect()
        };
        prop_assert!(reasons(&a).is_subset(&reasons(&worse)));
    }

    #[test]
    fn a_longer_run_fires_only_if_a_shorter_one_does(
        (a, b, f) in metrics(), windows in 1..6_usize, comparator in select(COMPARATORS.to_vec()),
        conditions in conditions(), missing in missing(),
    ) {
        let fires = |windows: usize| {
            let rule = format!("{{ id: r, metric: a, {comparator}: {LIMIT}, windows: {windows}{conditions}, missing: {missing} }}");
            state(&judged(&table(&[idle()], &[rule]), &snapshot(&a, &b, &f)).verdict, "r") == State::Fired
        };
        prop_assert!(!fires(windows + 1) || fires(windows));
    }

    #[test]
    fn a_duration_of_whole_windows_is_that_many_windows(
        (a, b, f) in metrics(), windows in 1..6_u32, width in 1..700_u32, comparator in select(COMPARATORS.to_vec()),
        conditions in conditions(),
    ) {
        // Widths of tenths of a minute, most of which have no exact f64.
        let lasting = format!("{}s", windows * width * 6);
        let judge = |persistence: String| {
            let rule = format!("{{ id: r, metric: a, {comparator}: {LIMIT}, {persistence}{conditions}, reason: r }}");
            let mut table = table(&[idle()], &[rule]);
            table.pipelines[0].window = None;
            let mut snapshot = snapshot(&a, &b, &f);
            snapshot["window_minutes"] = json!(f64::from(width) / 10.0);
            let outcome = Outcome { name: None, result: Ok(judged(&table, &snapshot)) };
            let text = json::render(&outcome, &TableName::default(), JsonStyle::OneLine);
            let mut report: Report = serde_json::from_str(&text).unwrap();
            // What is pending says for what, in the words of the table.
            report.gate_fail_reasons.retain(|reason| !reason.contains(" so far, of "));
            for check in report.checks.iter_mut().filter(|check| check.state == State::Pending) {
                check.reason = None;
            }
            report.to_json(JsonStyle::OneLine)
        };
        prop_assert_eq!(judge(format!("windows: {windows}")), judge(format!("for: {lasting}")));
    }

    #[test]
    fn the_order_of_keys_changes_nothing_but_the_order_of_reasons(
        (a, b, f) in metrics(), gate in gate_rule(), rollback in rollback_rule(), rotation in 0..3_usize,
    ) {
        let sorted = |mut reasons: Vec<&str>| { reasons.sort_unstable(); reasons.join("\n") };
        let answer = |table: &Table, snapshot: String| {
            let reading = snapshot::read("laws", snapshot, table, &Request::default()).unwrap();
            let verdict = reading.judge().unwrap().verdict;
            (verdict.decision(), sorted(verdict.gate_fail_reasons()), sorted(verdict.rollback_reasons()))
        };
        let other = format!("{{ id: o, metric: b, max: {LIMIT} }}");
        let straight = table(&[gate.clone(), other.clone()], std::slice::from_ref(&rollback));
        // `{ id: r, metric: a, x }` to `{ x, metric: a, id: r }`, where x has no comma of its own.
        let turned = |rule: &str| match rule.strip_prefix("{ id: g, metric: a, ").and_then(|rest| rest.strip_suffix(" }")) {
            Some(rest) => format!("{{ {rest}, metric: a, id: g }}"),
            None => rule.to_owned(),
        };
        let turned = table(&[other, turned(&gate)], &[rollback]);
        let entries = [("a", json!(a)), ("b", json!(b)), ("f", json!(f))].map(|(key, values)| format!("\"{key}\":{values}"));
        let mut other_order = entries.clone();
        other_order.rotate_left(rotation);
        let first = format!(r#"{{"stage":"s","metrics":{{{}}},"window_minutes":5}}"#, entries.join(","));
        let second = format!(r#"{{"window_minutes":5,"metrics":{{{}}},"stage":"s"}}"#, other_order.join(","));
        prop_assert_eq!(answer(&straight, first), answer(&turned, second));
    }

    #[test]
    fn json_parses_back_to_the_same_verdict((a, b, f) in metrics(), gate in gate_rule(), rollback in rollback_rule()) {
        let table = table(&[gate], &[rollback]);
        let outcome = Outcome { name: Some("x".to_owned()), result: Ok(judged(&table, &snapshot(&a, &b, &f))) };
        let verdict = &outcome.result.as_ref().unwrap().verdict;
        for style in [JsonStyle::Indented, JsonStyle::OneLine] {
            let text = json::render(&outcome, &TableName::default(), style);
            prop_assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), Report::of(&outcome, &TableName::default()));
            let document: Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(&document["decision"], verdict.decision().name());
            prop_assert_eq!(&document["gate_passed"], verdict.gate_passed());
            prop_assert_eq!(&document["rollback_triggered"], verdict.rollback_triggered());
            prop_assert_eq!(&document["gate_fail_reasons"], &json!(verdict.gate_fail_reasons()));
            prop_assert_eq!(&document["rollback_reasons"], &json!(verdict.rollback_reasons()));
            for (check, document) in verdict.checks().iter().zip(document["checks"].as_array().unwrap()) {
                prop_assert_eq!(&document["state"], check.state.name());
                prop_assert_eq!(document["worst"]["value"].as_f64(), check.worst.map(|worst| worst.value));
                prop_assert_eq!(document["fired_at"].as_u64(), check.fired_at.map(|window| window as u64));
                let stretches = check.breaches.iter().map(|breach| json!({ "from": breach.from, "to": breach.to }));
                prop_assert_eq!(&document["breaches"], &json!(stretches.collect::<Vec<_>>()));
            }
        }
    }
}

/// One value for all, or several series of a metric.
fn measured(windows: usize) -> impl Strategy<Value = Value> {
    prop_oneof![
        gappy(windows).prop_map(|values| json!(values)),
        value().prop_map(|value| json!(value)),
        (gappy(windows), gappy(windows)).prop_map(|(eu, us)| json!({ "eu": eu, "us": us })),
        gappy(windows).prop_map(|us| json!({ "us": us })),
    ]
}

/// One level and then another, but for a few windows: what is judged by the stretch and what is not.
fn calm(windows: usize) -> impl Strategy<Value = Windows> {
    let level = || select(vec![LIMIT - 1.0, LIMIT.next_down(), LIMIT, LIMIT.next_up(), LIMIT + 1.0, 0.0, -0.0]);
    let odd = vec((0..windows, prop::option::of(value())), 0..4);
    (level(), level(), 0..=windows, odd).prop_map(move |(first, then, turn, odd)| {
        let mut values = vec![Some(first); turn];
        values.resize(windows, Some(then));
        for (window, value) in odd {
            values[window] = value;
        }
        values
    })
}

proptest! {
    #[test]
    fn a_long_series_is_judged_as_its_windows_are(
        (a, b, f) in (1..200_usize).prop_flat_map(|windows| (calm(windows), calm(windows), flags(windows))),
        gate in gate_rule(), rollback in rollback_rule(), missing in missing(),
    ) {
        let with_missing = |rule: String| format!("{}, missing: {missing} }}", rule.strip_suffix(" }").unwrap());
        let table = table(&[with_missing(gate)], &[with_missing(rollback)]);
        let reading = judged(&table, &snapshot(&a, &b, &f)).reading;
        agree(reading.stage, &reading.prepared);
    }

    #[test]
    fn a_trace_leads_to_its_check(
        (a, b, f, baseline) in (1..8_usize).prop_flat_map(|windows| {
            let flag = prop_oneof![flags(windows).prop_map(Some), Just(None)];
            (measured(windows), measured(windows), flag, prop_oneof![measured(windows), Just(Value::Null)])
        }),
        gate in gate_rule(), rollback in rollback_rule(), missing in missing(),
        aggregate in select(vec!["mean", "last", "total"]), comparator in select(COMPARATORS.to_vec()),
    ) {
        let with_missing = |rule: String| format!("{}, missing: {missing} }}", rule.strip_suffix(" }").unwrap());
        let whole = |id: &str| format!("{{ id: {id}, metric: a, {comparator}: {LIMIT}, aggregate: {aggregate} }}");
        let moving = |id: &str| format!("{{ id: {id}, metric: a, {comparator}: baseline + 10% }}");
        let moving_whole = format!("{{ id: wb, metric: b, {comparator}: baseline, aggregate: {aggregate} }}");
        let gates = [gate, whole("w"), moving("m"), moving_whole].map(with_missing);
        let rollbacks = [rollback, whole("wr"), moving("mr")].map(with_missing);
        let table = table(&gates, &rollbacks);
        let mut metrics = json!({ "a": a, "b": b });
        if let Some(f) = f {
            metrics["f"] = json!(f);
        }
        let snapshot = json!({ "stage": "s", "metrics": metrics, "baseline": baseline });
        // A baseline of another length is refused.
        if let Ok(reading) = snapshot::read("laws", snapshot.to_string(), &table, &Request::default()) {
            agree(reading.stage, &reading.prepared);
        }
    }
}

proptest! {
    // Every case judges up to 2^9 fillings.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_decided_answer_stands_for_every_filling_and_an_undecided_one_does_not(
        (a, b, f) in (1..4_usize).prop_flat_map(|windows| (gappy(windows), gappy(windows), flags(windows))),
        rule in prop_oneof![gate_rule(), rollback_rule()],
    ) {
        let is_gate = rule.contains("id: g");
        let (table, id) = if is_gate { (table(&[rule], &[]), "g") } else { (table(&[idle()], &[rule]), "r") };
        let around = [LIMIT - 1.0, LIMIT, LIMIT + 1.0];
        let judge = |a: &Windows, b: &Windows, f: &Windows| state(&judged(&table, &snapshot(a, b, f)).verdict, id);
        let is_too_wide = |rule: &Rule| rule.narrower_than(Duration::from_mins(5)).is_some();
        prop_assume!(!table.pipelines[0].rules.iter().any(is_too_wide));
        let given = judge(&a, &b, &f);
        let mut filled = BTreeSet::new();
        for a in fillings(&a, &around) {
            for b in fillings(&b, &around) {
                for f in fillings(&f, &[0.0, 1.0]) {
                    filled.insert(judge(&a, &b, &f).name());
                }
            }
        }
        match given {
            State::NoData => prop_assert!(filled.len() > 1, "{:?}", filled),
            decided => prop_assert_eq!(filled, [decided.name()].into()),
        }
    }
}
