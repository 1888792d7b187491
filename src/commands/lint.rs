//! `rollout-gate lint`: find mistakes in the table of limits.

use std::path::PathBuf;

use clap::ColorChoice;
use rollout_gate::{
    exit::Status,
    input::{
        files::{Source, sources},
        gates,
        sightings::Sightings,
    },
    inspection::Inspection,
    lint::{finding::Part, review::review},
    refusal::Refusal,
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
    let inspection = inspect(source.name(), text, &args.against, terminal);
    let report = match args.format {
        LintFormat::Text => lint::text(&inspection, terminal.color),
        LintFormat::Json => lint::json(&inspection),
    };
    deliver(report, inspection.status(args.deny_warnings))
}

fn inspect(table: String, text: String, against: &[PathBuf], terminal: Terminal) -> Inspection {
    let nothing = Inspection { table, refusal: None, reviewed: Vec::new(), unreadable: 0 };
    let (table, places) = match gates::read_with_places(&nothing.table, text) {
        Ok(read) => read,
        Err(refusal) => return Inspection { refusal: Some(refusal), ..nothing },
    };
    let mut sightings = Sightings::new(&table);
    let mut unreadable = 0;
    for source in sources(against) {
        if let Err(refusal) = see(source, &mut sightings) {
            complain(&fault::render(&refusal, terminal.error_color));
            unreadable += 1;
        }
    }
    let mut warnings = Vec::new();
    for (index, pipeline) in table.pipelines.iter().enumerate() {
        for finding in review(pipeline, sightings.of(index)) {
            match finding.part {
                Part::Observed(sighting, metric) => sightings.raise(index, (sighting, metric), &finding),
                _ => warnings.push(places.locate(pipeline, &finding)),
            }
        }
    }
    let reviewed = std::iter::once(places.into_reviewed(warnings)).chain(sightings.into_reviewed()).collect();
    Inspection { reviewed, unreadable, ..nothing }
}

fn see(source: Result<Source, Refusal>, sightings: &mut Sightings<'_>) -> Result<(), Refusal> {
    let source = source?;
    sightings.add(&source.name(), source.read()?)
}
