//! What every format of reports has in common: a section for each outcome, and the whole report made of them in the
//! end. It knows no format: each implements [`Section`] in a file of its own, and [`format`](mod@super::format) lists
//! them.

use super::table_name::TableName;
use crate::outcome::Outcome;

/// What one outcome adds to a report. A snapshot's values are gone once it is judged, so a section is made at once, on
/// the thread that judged, and keeps nothing of them but text. Equal outcomes give equal bytes.
pub(super) trait Section: Send + Sized {
    /// The section of one outcome.
    fn of(outcome: &Outcome<'_>, table: &TableName) -> Self;

    /// The whole report of these sections, in the order of the snapshots; empty if there is nothing to write.
    fn assemble(sections: Vec<Self>) -> String;

    /// Drops what the report will not show, now that it has at least these sections: those of a long run would fill the
    /// memory.
    fn drop_hidden(_sections: Vec<&mut Self>) {}
}
