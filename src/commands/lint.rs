//! `rollout-gate lint`: find mistakes in the table of limits.

use clap::ColorChoice;
use rollout_gate::{
    eval::review::review,
    exit::Status,
    input::gates,
    inspection::Inspection,
    report::{fault, lint},
};

use super::{
    output::{complain, deliver},
    table::TableSource,
    terminal::Terminal,
};
use crate::cli::{LintArgs, LintFormat};

/// Looks at the table that `args` name, and at snapshots beside it.
pub(crate) fn run(args: &LintArgs, color: ColorChoice) -> Status {
    let terminal = Terminal::find(color);
    let source = TableSource::find(args.gates.as_deref());
    let text = match source.text() {
        Ok(text) => text,
        Err(refusal) => {
            complain(&fault::render(&refusal, terminal.error_color));
            return Status::Unusable;
        }
    };
    let inspection = inspect(source.name(), text);
    let report = match args.format {
        LintFormat::Text => lint::text(&inspection, terminal.color),
        LintFormat::Json => lint::json(&inspection),
    };
    deliver(report, inspection.status(args.deny_warnings))
}

fn inspect(table: String, text: String) -> Inspection {
    let nothing = Inspection { table, refusal: None, reviewed: Vec::new(), unreadable: 0 };
    let (table, places) = match gates::read_with_places(&nothing.table, text) {
        Ok(read) => read,
        Err(refusal) => return Inspection { refusal: Some(refusal), ..nothing },
    };
    let mut warnings = Vec::new();
    for pipeline in &table.pipelines {
        warnings.extend(review(pipeline, &[]).iter().map(|finding| places.locate(pipeline, finding)));
    }
    Inspection { reviewed: vec![places.into_reviewed(warnings)], ..nothing }
}
