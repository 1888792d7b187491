//! `rollout-gate schema`: the JSON Schema of a document, for editors and for other programs.

use rollout_gate::{
    exit::Status,
    input::{gates, snapshot, suite},
    io::output::deliver,
    report::{json, lint, suite::json as test_report},
};

use crate::cli::{Document, SchemaArgs};

/// Prints the schema of a document.
pub(crate) fn run(args: &SchemaArgs) -> Status {
    let schema = match args.document {
        Document::Gates => gates::schema(),
        Document::Snapshot => snapshot::schema(),
        Document::Tests => suite::schema(),
        Document::Report => json::schema(),
        Document::LintReport => lint::schema(),
        Document::TestReport => test_report::schema(),
    };
    deliver(format!("{schema:#}\n"), Status::Clean)
}
