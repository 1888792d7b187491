//! `rollout-gate schema`: the JSON Schema of a document, for editors and for other programs.

use rollout_gate::{
    exit::Status,
    input::{gates, snapshot, suite},
    io::output::deliver,
    report::{json, lint, suite::json as test_report},
};

use crate::cli::{SchemaArgs, SchemaOf};

/// Prints the schema of a document.
pub(crate) fn run(args: &SchemaArgs) -> Status {
    let schema = match args.document {
        SchemaOf::Gates => gates::schema(),
        SchemaOf::Snapshot => snapshot::schema(),
        SchemaOf::Tests => suite::schema(),
        SchemaOf::Report => json::schema(),
        SchemaOf::LintReport => lint::schema(),
        SchemaOf::TestReport => test_report::schema(),
    };
    deliver(format!("{schema:#}\n"), Status::Clean)
}
