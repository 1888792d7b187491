//! Every boundary of judging below, at and above it: one line a case.

use std::time::Duration;

use rollout_gate::{
    eval::{
        notation::shortest,
        table::Kind,
        verdict::{Stretch, Verdict},
    },
    input::{
        gates,
        snapshot::{self, Request},
    },
    outcome::{Judged, Reading},
};

/// The metrics that the cases use: `a` and `b` numbers, `f` a flag, `n` a count, `q` = x / (x + y), `e` the same and
/// `s` only where `n` is at least 50, `k` only where `maybe` is, which may be absent. Gives the states, the decision
/// and why the gate failed.
fn judged(observe: &str, gate: &str, rollback: &str, metrics: &str, more: &str) -> [String; 3] {
    judging(observe, gate, rollback, metrics, more, |verdict| {
        let states: Vec<_> = verdict.checks().iter().map(|check| check.state.name()).collect();
        [states.join(" "), verdict.decision().name().to_owned(), verdict.gate_fail_reasons().join(", ")]
    })
}

/// The same, and whatever `look` takes from the verdict.
fn judging<T>(
    observe: &str,
    gate: &str,
    rollback: &str,
    metrics: &str,
    more: &str,
    look: impl FnOnce(&Verdict<'_>) -> T,
) -> T {
    let table = format!(
        "version: 1
pipelines:
  p:
    window: 5m
    metrics:
      a: {{ unit: number }}
      b: {{ unit: number }}
      f: {{ unit: flag, optional: true }}
      n: {{ unit: count }}
      x: {{ unit: count }}
      y: {{ unit: count }}
      q: {{ unit: ratio, of: x, to: [x, y] }}
      e: {{ unit: ratio, of: x, to: [x, y], samples: {{ metric: n, min: 50 }} }}
      s: {{ unit: number, samples: {{ metric: n, min: 50 }} }}
      maybe: {{ unit: count, optional: true }}
      k: {{ unit: number, samples: {{ metric: maybe, min: 50 }} }}
    stages: {{ s: {{ {observe} }} }}
    gate: [{{ id: g, {gate} }}]
    rollback: [{{ id: r, {rollback} }}]
"
    );
    let table = gates::read("table", table).unwrap_or_else(|refusal| panic!("{refusal}: {gate}; {rollback}"));
    let text = format!(r#"{{ "stage": "s", "metrics": {{ {metrics} }}{more} }}"#);
    let reading = snapshot::read("snapshot", text, &table, &Request::default());
    let Judged { verdict, .. } =
        reading.and_then(Reading::judge).unwrap_or_else(|refusal| panic!("{refusal}: {metrics}"));
    look(&verdict)
}

/// What is told of the windows of the rule that is tried: `worst 4 in 1; breaches 0-1, 3-3; fired at 1; no data 2-2`.
fn windows(kind: Kind, rule: &str, metrics: &str) -> String {
    let (gate, rollback) = match kind {
        Kind::Gate => (rule, SLEEPS),
        Kind::Rollback => (HOLDS, rule),
    };
    judging("", gate, rollback, &format!(r#""b": 0, {metrics}"#), "", |verdict| {
        let check = verdict.checks().iter().find(|check| check.rule.kind == kind);
        let check = check.unwrap_or_else(|| panic!("no {kind:?} in {verdict:?}"));
        let in_window = |window: Option<usize>| window.map_or(String::new(), |window| format!(" in {window}"));
        let stretches = |stretches: &[Stretch]| {
            let all: Vec<_> = stretches.iter().map(|stretch| format!("{}-{}", stretch.from, stretch.to)).collect();
            all.join(", ")
        };
        let told = [
            check.worst.map(|worst| format!("worst {}{}", shortest(worst.value), in_window(worst.window))),
            (!check.breaches.is_empty()).then(|| format!("breaches {}", stretches(&check.breaches))),
            check.fired_at.map(|window| format!("fired at {window}")),
            (!check.no_data.is_empty()).then(|| format!("no data {}", stretches(&check.gaps()))),
        ];
        told.into_iter().flatten().collect::<Vec<_>>().join("; ")
    })
}

/// A gate that holds and a trigger that is quiet, to stand beside the one that is tried.
const HOLDS: &str = "metric: b, max: 9";
const SLEEPS: &str = "metric: b, above: 9";

fn gate(rule: &str, metrics: &str) -> String {
    judged("", rule, SLEEPS, &format!(r#""b": 0, {metrics}"#), "")[0].replace(" quiet", "")
}

fn trigger(rule: &str, metrics: &str) -> String {
    judged("", HOLDS, rule, &format!(r#""b": 0, {metrics}"#), "")[0].replace("pass ", "")
}

#[test]
fn comparators() {
    for (comparator, below, at, above) in [
        ("max", true, true, false),
        ("min", false, true, true),
        ("below", true, false, false),
        ("above", false, false, true),
        ("equals", false, true, false),
    ] {
        for (value, holds) in [("2.9999999999999996", below), ("3", at), ("3.0000000000000004", above)] {
            let metrics = format!(r#""a": [3, {value}]"#);
            // The first window is at the limit: it decides a gate only if it does not hold.
            let gate_holds = holds && at;
            assert_eq!(
                gate(&format!("metric: a, {comparator}: 3"), &metrics) == "pass",
                gate_holds,
                "{comparator} {value}"
            );
            let metrics = format!(r#""a": [{value}]"#);
            let fired = trigger(&format!("metric: a, {comparator}: 3"), &metrics) == "fired";
            assert_eq!(fired, holds, "{comparator} {value}");
        }
    }
}

#[test]
fn persistence() {
    for (rule, run_of_1, run_of_2, run_of_3) in [
        ("", "fired", "fired", "fired"),
        (", windows: 1", "fired", "fired", "fired"),
        (", windows: 2", "pending", "fired", "fired"),
        (", windows: 3", "pending", "quiet", "fired"),
        (", for: 5m", "fired", "fired", "fired"),
        (", for: 301s", "pending", "fired", "fired"),
        (", for: 10m", "pending", "fired", "fired"),
        (", for: 601s", "pending", "quiet", "fired"),
        (", for: 15m", "pending", "quiet", "fired"),
    ] {
        let rule = format!("metric: a, above: 3{rule}");
        // The last run still goes on.
        for (values, expected) in [("4,0,4,0,4", run_of_1), ("4,0,4,4,0", run_of_2), ("0,4,4,4,0", run_of_3)] {
            assert_eq!(trigger(&rule, &format!(r#""a": [{values}]"#)), expected, "{rule} {values}");
        }
    }
}

#[test]
fn gaps() {
    for (values, as_gate, as_trigger) in [
        ("0,0", "pass", "quiet"),
        ("0,null", "no_data", "no_data"),
        ("4,null", "fail", "no_data"),
        ("null,null", "no_data", "no_data"),
        ("0,null,0", "no_data", "quiet"),
        ("4,null,4", "fail", "no_data"),
        ("4,4,null", "fail", "fired"),
    ] {
        let metrics = format!(r#""a": [{values}]"#);
        assert_eq!(gate("metric: a, max: 3", &metrics), as_gate, "{values}");
        assert_eq!(trigger("metric: a, above: 3, windows: 2", &metrics), as_trigger, "{values}");
    }
    for (missing, as_gate, as_trigger) in
        [("hold", "no_data", "no_data"), ("breach", "fail", "fired"), ("ok", "pass", "quiet")]
    {
        assert_eq!(gate(&format!("metric: a, max: 3, missing: {missing}"), r#""a": [0, null]"#), as_gate);
        assert_eq!(trigger(&format!("metric: a, above: 3, missing: {missing}"), r#""a": [0, null]"#), as_trigger);
    }
}

#[test]
fn and_unless() {
    for (a, b, expected) in [
        ("4", "0", "quiet"),
        ("4", "2", "fired"),
        ("0", "2", "quiet"),
        ("4", "null", "no_data"),
        ("null", "2", "no_data"),
        ("0", "null", "quiet"),
        ("null", "0", "quiet"),
    ] {
        let rule = "metric: a, above: 3, and: [{ metric: b, above: 1 }]";
        let [states, ..] = judged("", HOLDS, rule, &format!(r#""a": [{a}], "b": [{b}]"#), "");
        assert_eq!(states.split(' ').next_back(), Some(expected), "{a} and {b}");
    }
    for (a, f, as_gate, as_trigger) in [
        ("4", "0", "fail", "fired"),
        ("4", "1", "pass", "quiet"),
        ("4", "true", "pass", "quiet"),
        ("0", "0", "pass", "quiet"),
        ("4", "null", "no_data", "no_data"),
        ("0", "null", "pass", "quiet"),
        ("null", "1", "pass", "quiet"),
        ("null", "0", "no_data", "no_data"),
    ] {
        let metrics = format!(r#""a": [{a}], "f": [{f}]"#);
        assert_eq!(gate("metric: a, max: 3, unless: f", &metrics), as_gate, "{a} unless {f}");
        assert_eq!(trigger("metric: a, above: 3, unless: f", &metrics), as_trigger, "{a} unless {f}");
    }
    assert_eq!(gate("metric: a, max: 3, unless: f", r#""a": [4]"#), "fail", "an absent flag exempts nothing");
}

#[test]
fn aggregates() {
    for (rule, values, expected) in [
        ("mean", "2,4", "pass"),
        ("mean", "2,4.1", "fail"),
        ("mean", "3,3,3", "pass"),
        ("last", "9,3", "pass"),
        ("last", "0,3.1", "fail"),
        ("total", "1,2", "pass"),
        ("total", "1,2.1", "fail"),
        ("mean", "0,null", "no_data"),
        ("last", "null,0", "pass"),
        ("last", "0,null", "no_data"),
        ("total", "0,null", "no_data"),
    ] {
        let rule = format!("metric: a, max: 3, aggregate: {rule}");
        assert_eq!(gate(&rule, &format!(r#""a": [{values}]"#)), expected, "{rule} {values}");
    }
    // 90 of 100, where the windows are 1/2 and 89/98.
    let metrics = r#""x": [1, 89], "y": [1, 9]"#;
    assert_eq!(gate("metric: q, min: 0.9, aggregate: total", metrics), "pass");
    assert_eq!(gate("metric: q, min: 0.9000000000000001, aggregate: total", metrics), "fail");
    assert_eq!(gate("metric: q, min: 0.9, aggregate: total", r#""x": [0, 0], "y": [0, 0]"#), "no_data");
}

#[test]
fn derived_and_samples() {
    for (x, y, expected) in [("99", "1", "pass"), ("98", "2", "fail"), ("0", "0", "no_data"), ("null", "1", "no_data")]
    {
        assert_eq!(gate("metric: q, min: 0.99", &format!(r#""x": [{x}], "y": [{y}]"#)), expected, "{x} {y}");
    }
    assert_eq!(gate("metric: q, min: 0.99", r#""q": [0.99], "x": [0], "y": [1]"#), "pass", "the whole wins");
    // Nobody counted: there may have been too few.
    assert_eq!(gate("metric: k, max: 3", r#""k": [1]"#), "no_data");
    assert_eq!(gate("metric: k, max: 3", r#""k": [1], "maybe": [50]"#), "pass");
    for (n, expected) in [("49", "no_data"), ("50", "pass"), ("51", "pass"), ("null", "no_data")] {
        assert_eq!(gate("metric: s, max: 3", &format!(r#""s": [3], "n": [{n}]"#)), expected, "{n} samples");
    }
    // The whole needs enough samples in every window.
    for (n, expected) in [("50, 50", "pass"), ("49, 50", "no_data"), ("50, null", "no_data")] {
        let metrics = format!(r#""x": [1, 89], "y": [1, 9], "n": [{n}]"#);
        assert_eq!(gate("metric: e, min: 0.9, aggregate: total", &metrics), expected, "{n} samples");
    }
}

#[test]
fn windows_that_are_told() {
    // The first of equally bad ones is the worst.
    for (kind, rule, values, expected) in [
        (Kind::Gate, "max: 3", "1,2,2,0", "worst 2 in 1"),
        (Kind::Gate, "max: 3", "4,5,5,0", "worst 5 in 1; breaches 0-2"),
        (Kind::Gate, "max: 3", "4,0,5,5,null", "worst 5 in 2; breaches 0-0, 2-3; no data 4-4"),
        (Kind::Gate, "equals: 3", "3,2,4", "worst 2 in 1; breaches 1-2"),
        (Kind::Gate, "max: baseline", "4,4", "no data 0-1"),
        (Kind::Rollback, "above: 3", "1,2,2", "worst 2 in 1"),
        (Kind::Rollback, "above: 3, windows: 2", "4,0,5,4,4,9,0", "worst 9 in 5; breaches 0-0, 2-5; fired at 3"),
        (Kind::Rollback, "above: 3, windows: 2", "4,null,4", "breaches 0-0, 2-2; no data 1-1"),
        // One value of all windows; only the last window is one of its own.
        (Kind::Gate, "max: 3, aggregate: mean", "4,5", "worst 4.5"),
        (Kind::Gate, "max: 3, aggregate: last", "9,2", "worst 2 in 1"),
        (Kind::Gate, "max: 3, aggregate: last", "0,4", "worst 4 in 1; breaches 1-1"),
        (Kind::Rollback, "above: 3, aggregate: last", "0,4", "worst 4 in 1; breaches 1-1; fired at 1"),
        (Kind::Rollback, "above: 3, aggregate: last", "9,2", "worst 2 in 1"),
        (Kind::Gate, "max: 3, aggregate: last", "null,0,null", "no data 2-2"),
        (Kind::Gate, "max: 3, aggregate: mean", "null,0,null", "no data 0-0, 2-2"),
        (Kind::Gate, "max: 3, aggregate: total", "1.0e308,1.0e308", "worst 1.7976931348623157e308"),
        (Kind::Gate, "max: baseline, aggregate: last", "1,2", "no data 1-1"),
        (Kind::Gate, "max: baseline, aggregate: mean", "1,2", "no data 0-1"),
    ] {
        assert_eq!(windows(kind, &format!("metric: a, {rule}"), &format!(r#""a": [{values}]"#)), expected, "{rule}");
    }
}

#[test]
fn long_series_are_judged_as_short_ones_are() {
    // Of 200 windows that hold, one does not: wherever it is, it is found, and with it the nearest of the others.
    for at in [0, 1, 63, 64, 65, 127, 128, 191, 192, 198, 199] {
        for (kind, rule, calm, odd, expected) in [
            (Kind::Gate, "max: 3", "1", "4", format!("worst 4 in {at}; breaches {at}-{at}")),
            (Kind::Gate, "min: 3", "9", "2", format!("worst 2 in {at}; breaches {at}-{at}")),
            (Kind::Gate, "max: 3", "1", "2", format!("worst 2 in {at}")),
            (Kind::Gate, "min: 3", "9", "4", format!("worst 4 in {at}")),
            (Kind::Gate, "max: 3", "1", "null", format!("no data {at}-{at}")),
            (Kind::Rollback, "above: 3", "1", "4", format!("worst 4 in {at}; breaches {at}-{at}; fired at {at}")),
            (Kind::Rollback, "below: 3", "9", "2", format!("worst 2 in {at}; breaches {at}-{at}; fired at {at}")),
            (Kind::Rollback, "above: 3", "1", "2", format!("worst 2 in {at}")),
            (Kind::Rollback, "below: 3", "9", "4", format!("worst 4 in {at}")),
            (
                Kind::Rollback,
                "above: 3, windows: 2",
                "1",
                "null",
                match at {
                    199 => "no data 199-199".to_owned(),
                    _ => format!("worst 1 in {}; no data {at}-{at}", usize::from(at == 0)),
                },
            ),
        ] {
            let mut values = vec![calm; 200];
            values[at] = odd;
            let metrics = format!(r#""a": [{}]"#, values.join(","));
            assert_eq!(windows(kind, &format!("metric: a, {rule}"), &metrics), expected, "{rule} at {at}");
        }
    }
    // A run goes on from one stretch into the next.
    let mut values = vec!["1"; 200];
    values[62..66].fill("4");
    let metrics = format!(r#""a": [{}]"#, values.join(","));
    assert_eq!(
        windows(Kind::Rollback, "metric: a, above: 3, windows: 4", &metrics),
        "worst 4 in 62; breaches 62-65; fired at 65"
    );
    assert_eq!(windows(Kind::Rollback, "metric: a, above: 3, windows: 5", &metrics), "worst 4 in 62; breaches 62-65");
}

#[test]
fn a_quotient_out_of_range_is_named_by_its_window_in_the_snapshot() {
    let table = "version: 1
pipelines:
  p:
    window: 5m
    metrics: { q: { unit: ratio, of: x, to: y }, x: { unit: count }, y: { unit: count } }
    stages: { s: {} }
    gate: [{ metric: q, max: 1 }]
";
    let table = gates::read("table", table.to_owned()).unwrap_or_else(|refusal| panic!("{refusal}"));
    for (last, refused) in [
        (None, Some("w0 (and in 2 more windows)")),
        (Some(20), Some("w1 (and in 1 more window)")),
        (Some(10), Some("w3, outside")),
        (Some(5), None),
    ] {
        let text = r#"{ "stage": "s", "metrics": { "x": [2, 2, 1, 2, 1], "y": 1 } }"#;
        let request = Request { last: last.map(Duration::from_mins), ..Request::default() };
        let told = snapshot::read("snapshot", text.to_owned(), &table, &request)
            .and_then(Reading::judge)
            .err()
            .map(|refusal| refusal.to_string());
        let expected = refused.map(|window| format!("q comes out as 2 in {window}"));
        assert!(
            told.as_ref().zip(expected.as_ref()).is_some_and(|(told, expected)| told.contains(expected))
                || told.is_none() && expected.is_none(),
            "{last:?}: {told:?}"
        );
    }
}

#[test]
fn baselines() {
    for (limit, value, expected) in [
        ("baseline", "200", "pass"),
        ("baseline", "200.00000000000003", "fail"),
        ("baseline + 10%", "220", "pass"),
        ("baseline + 10%", "220.00000000000003", "fail"),
        ("baseline - 10%", "180", "pass"),
        ("baseline - 10%", "180.00000000000003", "fail"),
    ] {
        let with = |baseline: &str| {
            let metrics = format!(r#""b": 0, "a": [{value}]"#);
            let more = format!(r#", "baseline": {{ {baseline} }}"#);
            judged("", &format!("metric: a, max: {limit}"), SLEEPS, &metrics, &more)[0].replace(" quiet", "")
        };
        assert_eq!(with(r#""a": 200"#), expected, "{value} against {limit}");
        assert_eq!(with(r#""a": [200]"#), expected);
        assert_eq!(with(r#""a": [null]"#), "no_data");
        assert_eq!(with(""), "no_data");
    }
    // Without a baseline the rule has no data, and no exemption can give it any.
    let metrics = r#""a": [4], "f": [1]"#;
    assert_eq!(gate("metric: a, max: baseline, unless: f", metrics), "no_data");
    assert_eq!(gate("metric: a, max: 3, unless: f", metrics), "pass");
    // Where it only lacks a label there is no data for that one; an optional metric's too.
    let more = r#", "baseline": { "maybe": { "eu": 2 } }"#;
    let metrics = r#""b": 0, "maybe": { "eu": [1], "us": [1] }"#;
    assert_eq!(judged("", "metric: maybe, max: baseline", SLEEPS, metrics, more)[0], "pass no_data quiet");
    assert_eq!(judged("", "metric: maybe, max: baseline", SLEEPS, metrics, "")[0], "not_evaluated quiet");
    let exempt = format!(r#"{metrics}, "f": [1]"#);
    assert_eq!(judged("", "metric: maybe, max: baseline, unless: f", SLEEPS, &exempt, more)[0], "pass pass quiet");
}

#[test]
fn reasons_of_breaches_that_nobody_measured() {
    let reasons = |values: &str, flags: &str| {
        let rule = "metric: a, max: 3, unless: f, missing: breach";
        let metrics = format!(r#""b": 0, "a": [{values}], "f": [{flags}]"#);
        judged("", rule, SLEEPS, &metrics, "")[2].clone()
    };
    assert_eq!(reasons("4, 4", "0, null"), "a 4.0000 exceeds 3.0000");
    assert_eq!(reasons("0, null", "0, 0"), "a has no data in 1 of 2 windows");
    // The value is there and past the limit, but whether it is exempt is not known.
    assert_eq!(reasons("0, 4", "0, null"), "a has no data in 1 of 2 windows: f has no data");
}

#[test]
fn the_worst_is_the_worst_value_even_where_its_distance_to_the_limit_rounds() {
    // 1e16 - 0.1 and 1e16 - 0.2 are both 1e16.
    for (rule, worst) in [("min: 1.0e+16", "0.1 "), ("below: -1.0e+16", "0.3 ")] {
        let [.., reasons] = judged("", &format!("metric: a, {rule}"), SLEEPS, r#""b": 0, "a": [0.2, 0.1, 0.3]"#, "");
        assert!(reasons.starts_with(&format!("a {worst}")), "{rule}: {reasons}");
    }
}

#[test]
fn observed_time() {
    for (observe, decision) in [("10m", "promote"), ("15m", "promote"), ("901s", "hold"), ("20m", "hold")] {
        let [_, got, _] = judged(&format!("observe: {observe}"), HOLDS, SLEEPS, r#""b": [0, 0, 0]"#, "");
        assert_eq!(got, decision, "15m of {observe}");
    }
    let [_, got, _] = judged("observe: 20m", HOLDS, "metric: b, above: 9", r#""b": [0, 0, 10]"#, "");
    assert_eq!(got, "rollback", "too short a time hides no rollback");
}

#[test]
fn severity() {
    for (gate, rollback, decision) in [
        ("metric: a, max: 3", SLEEPS, "hold"),
        ("metric: a, max: 3, severity: warn", SLEEPS, "promote"),
        (HOLDS, "metric: a, above: 3", "rollback"),
        (HOLDS, "metric: a, above: 3, severity: warn", "promote"),
    ] {
        let [_, got, _] = judged("", gate, rollback, r#""a": [4], "b": [0]"#, "");
        assert_eq!(got, decision, "{gate}; {rollback}");
    }
}
