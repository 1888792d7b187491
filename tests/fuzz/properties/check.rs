//! From a table and a snapshot to the verdict, and to every report of it.

use std::time::Duration;

use rollout_gate::{
    eval::table::Table,
    input::{gates, snapshot::Request},
    outcome::{Judged, Outcome, Reading},
};

use super::{
    case::Case,
    printed::{may_give_no_number, no_number},
    refused::assert_refusal,
    reports::Reports,
    snapshot::{assert_agrees, read_twice},
};
use crate::shared::trace::agree;

/// A snapshot is judged or refused, a verdict can be followed by hand, and every report of it is well-formed, says the
/// same and has no number in it that is none. The bytes stand for a table and a snapshot.
pub fn holds(bytes: &[u8]) {
    let case = Case::new(bytes);
    let table = match gates::read("table", case.table.clone()) {
        Ok(table) => table,
        Err(refusal) => {
            assert_refusal(&refusal, &case.table);
            assert!(!case.is_table_sound, "{refusal:?}");
            let outcomes = [Outcome { name: None, result: Err(refusal) }];
            Reports::of(&outcomes).assert_sound(&outcomes);
            return;
        }
    };
    let is_read = judges(&table, &case.table, &case.snapshot, case.last);
    assert!(is_read || !case.is_snapshot_sound, "{}\n{}", case.table, case.snapshot);
}

/// The same of a table, its text and a snapshot; with `last`, of its last windows too. Whether it was judged.
#[must_use]
pub fn judges(table: &Table, table_text: &str, snapshot: &str, last: Option<Duration>) -> bool {
    let outcomes = || {
        [None, last].map(|last| {
            let request = Request { last, ..Request::default() };
            let result = read_twice(snapshot, table, &request);
            if last.is_none() {
                assert_agrees(snapshot, &result);
            }
            Outcome { name: Some("snapshot".to_owned()), result: result.and_then(Reading::judge) }
        })
    };
    let (first, second) = (outcomes(), outcomes());
    for Judged { reading, .. } in first.iter().filter_map(|outcome| outcome.result.as_ref().ok()) {
        agree(reading.stage, &reading.prepared);
    }
    let reports = Reports::of(&first);
    reports.assert_sound(&first);
    assert!(reports == Reports::of(&second), "{reports:?}");
    if !may_give_no_number(table_text) && !may_give_no_number(snapshot) {
        for report in reports.all() {
            assert_eq!(no_number(report), None, "{report}");
        }
    }
    first[0].result.is_ok()
}
