//! The tables that documents are judged by.

use std::sync::LazyLock;

use rollout_gate::{eval::table::Table, input::gates};

/// Of every unit, with limits of every kind, and nothing that is made of other metrics.
pub(crate) const PLAIN: &str = r"
version: 1
pipelines:
  plain:
    window: 5m
    metrics:
      r: { unit: ratio }
      p: { unit: percent, optional: true }
      m: { unit: ms, optional: true }
      s: { unit: seconds, optional: true }
      c: { unit: count, optional: true }
      x: { unit: score, optional: true }
      f: { unit: flag, optional: true }
      n: { unit: number, optional: true }
    stages: { a: { observe: 10m, enter: [Begin.] }, b: { enter: [Go on.] } }
    gate:
      - { metric: r, max: 0.5 }
      - { metric: p, below: { b: 99.5 }, unless: f }
      - { metric: n, min: baseline - 10%, missing: breach }
      - { metric: x, min: 3, aggregate: mean }
      - { metric: s, equals: 1, severity: warn }
    rollback:
      - { metric: m, above: baseline + 50%, windows: 2 }
      - { metric: r, above: 0.75, for: 15m, and: [{ metric: c, min: 10 }], missing: ok }
      - { metric: c, below: ~ }
    on_rollback: [Go back.]
";

const SHOP: &str = include_str!("../../../fixtures/good/shop.yaml");

/// The pipelines of [`PLAIN`] and of the table that the fixtures are written for.
pub(crate) static SMALL: LazyLock<Table> = LazyLock::new(|| table(&[PLAIN, SHOP]));

/// The same, and those of the table of this repository.
pub(crate) static LARGE: LazyLock<Table> = LazyLock::new(|| table(&[PLAIN, SHOP, include_str!("../../../gates.yaml")]));

fn table(texts: &[&str]) -> Table {
    let tables = texts.iter().map(|text| gates::read("table", (*text).to_owned()).unwrap());
    Table { pipelines: tables.flat_map(|table| table.pipelines).collect() }
}
