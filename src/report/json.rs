//! `--format json` and `jsonl`: one document a snapshot, of the version in [`v1`].
//!
//! Equal inputs give equal bytes: no clock, duration, host name or working folder gets in.

mod by_name;
pub(super) mod number;
pub mod v1;
pub(super) mod write;

use serde_json::Value;

use self::v1::Report;
pub use self::write::JsonStyle;
use super::{section::Section, table_name::TableName};
use crate::{outcome::Outcome, schema::draft_7};

/// The document of one snapshot, with a newline at its end. `table` is the one that judged.
#[must_use]
pub fn render(outcome: &Outcome<'_>, table: &TableName, style: JsonStyle) -> String {
    Report::of(outcome, table).to_json(style)
}

/// The schema of a document.
#[must_use]
pub fn schema() -> Value {
    draft_7::<Report>("rollout-gate: what `check --format json` writes of one snapshot")
}

/// The document of one snapshot, as a report file has it.
#[derive(Debug)]
pub(super) struct JsonText(String);

impl Section for JsonText {
    fn of(outcome: &Outcome<'_>, table: &TableName) -> Self {
        Self(render(outcome, table, JsonStyle::Indented))
    }

    /// What `--format json` prints.
    fn assemble(sections: Vec<Self>) -> String {
        sections.into_iter().map(|Self(document)| document).collect()
    }
}
