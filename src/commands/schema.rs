//! `rollout-gate schema`: the JSON Schema of a document, for editors and for other programs.

use rollout_gate::{
    exit::Status,
    input::{gates, snapshot, suite},
    io::output::deliver,
    report::{json, lint, suite::json as test_report},
};

use crate::cli::{DocumentKind, SchemaArgs};

/// Prints the schema of a document.
pub(crate) fn run(args: &SchemaArgs) -> Status {
    let schema = match args.document {
        DocumentKind::Gates => gates::schema(),
        DocumentKind::Snapshot => snapshot::schema(),
        DocumentKind::Tests => suite::schema(),
        DocumentKind::Report => json::schema(),
        DocumentKind::LintReport => lint::schema(),
        DocumentKind::TestReport => test_report::schema(),
    };
    deliver(format!("{schema:#}\n"), Status::Clean)
}
