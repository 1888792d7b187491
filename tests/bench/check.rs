//! What a check costs, its parts apart: reading a table, reading a snapshot, judging it, writing the answer.
//!
//! `cargo bench`. Compare the rows of one run with each other: absolute times belong to one machine.

// A bench fails by panicking.
#![allow(clippy::expect_used)]

mod bare;
mod corpus;

use divan::{Bencher, black_box, counter::BytesCount};
use rollout_gate::{
    eval::{judge::evaluate, table::Table},
    input::{
        gates,
        snapshot::{self, Request},
    },
    outcome::{Judged, Outcome, Reading},
    report::{
        json::{self, JsonStyle},
        table_name::TableName,
    },
};

use corpus::Digits;

const GATES: &str = include_str!("../../gates.yaml");

/// From half an hour of five-minute windows to ten years of them.
const WINDOWS: [usize; 5] = [6, 288, 10_000, 100_000, 1_000_000];

fn main() {
    divan::main();
}

fn table() -> Table {
    gates::read("gates.yaml", GATES.to_owned()).expect("the shipped table is sound")
}

fn snapshot_text(windows: usize) -> String {
    corpus::snapshot(windows, 0, Digits::All)
}

fn read(text: String, table: &Table) -> Judged<'_> {
    let reading = snapshot::read("bench", text, table, &Request::default());
    reading.and_then(Reading::judge).expect("the snapshot is sound")
}

#[divan::bench]
fn read_table(bencher: Bencher<'_, '_>) {
    bencher
        .counter(BytesCount::of_str(GATES))
        .with_inputs(|| GATES.to_owned())
        .bench_values(|text| gates::read("gates.yaml", text));
}

#[divan::bench(args = WINDOWS)]
fn read_snapshot(bencher: Bencher<'_, '_>, windows: usize) {
    let (table, text) = (table(), snapshot_text(windows));
    bencher
        .counter(BytesCount::of_str(&text))
        .with_inputs(|| text.clone())
        .bench_local_values(|text| snapshot::read("bench", text, &table, &Request::default()).map(drop));
}

#[divan::bench(args = WINDOWS)]
fn judge(bencher: Bencher<'_, '_>, windows: usize) {
    let table = table();
    let Judged { reading, .. } = read(snapshot_text(windows), &table);
    bencher
        .counter(divan::counter::ItemsCount::new(windows))
        .bench_local(|| evaluate(reading.stage, black_box(&reading.prepared)));
}

#[divan::bench(args = WINDOWS)]
fn write_json(bencher: Bencher<'_, '_>, windows: usize) {
    let table = table();
    let outcome = Outcome { name: Some("bench".to_owned()), result: Ok(read(snapshot_text(windows), &table)) };
    bencher.bench_local(|| json::render(black_box(&outcome), &TableName::default(), JsonStyle::OneLine));
}

/// What a generic parser takes for the same bytes, with none of the contract's checks.
#[divan::bench(args = WINDOWS)]
fn bare_serde_json_value(bencher: Bencher<'_, '_>, windows: usize) {
    let text = snapshot_text(windows);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench_local(|| serde_json::from_str::<serde_json::Value>(black_box(&text)).map(drop));
}

/// The same where the parser knows that it reads numbers.
#[divan::bench(args = WINDOWS)]
fn bare_serde_json_typed(bencher: Bencher<'_, '_>, windows: usize) {
    let text = snapshot_text(windows);
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| bare::sum(black_box(&text)));
}
