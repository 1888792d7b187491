//! `rollout-gate lint`: find mistakes in the table of limits.

use std::path::PathBuf;

use clap::ColorChoice;
use rollout_gate::{
    exit::Status,
    input::{gates, observed::ObservedSnapshots},
    inspection::Inspection,
    io::{
        files::{Source, sources},
        output::{complain, deliver},
        terminal::Terminal,
    },
    lint::{finding::Part, review::review},
    refusal::Refusal,
    report::{fault, lint},
};

use super::table::TableSource;
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
    let inspection = inspect(source.name(), &text, &args.against, terminal);
    let report = match args.format {
        LintFormat::Text => lint::text(&inspection, terminal.color),
        LintFormat::Json => lint::json(&inspection),
    };
    deliver(report, inspection.status(args.deny_warnings))
}

fn inspect(table: String, text: &str, against: &[PathBuf], terminal: Terminal) -> Inspection {
    let nothing = Inspection { table, refusal: None, reviewed: Vec::new(), unreadable: 0 };
    let (table, places) = match gates::read_with_places(&nothing.table, text) {
        Ok(read) => read,
        Err(refusal) => return Inspection { refusal: Some(refusal), ..nothing },
    };
    let mut observed = ObservedSnapshots::new(&table);
    let mut unreadable = 0;
    for source in sources(against) {
        if let Err(refusal) = observe(source, &mut observed) {
            complain(&fault::render(&refusal, terminal.error_color));
            unreadable += 1;
        }
    }
    let mut warnings = Vec::new();
    for (index, pipeline) in table.pipelines.iter().enumerate() {
        for finding in review(pipeline, observed.metrics(index)) {
            match finding.part {
                Part::Observed(snapshots, metric) => observed.raise(index, (snapshots, metric), &finding),
                _ => warnings.push(places.locate(pipeline, &finding)),
            }
        }
    }
    let reviewed = std::iter::once(places.into_reviewed(warnings)).chain(observed.into_reviewed()).collect();
    Inspection { reviewed, unreadable, ..nothing }
}

fn observe(source: Result<Source, Refusal>, observed: &mut ObservedSnapshots<'_>) -> Result<(), Refusal> {
    let source = source?;
    observed.add(&source.name(), source.read()?)
}
