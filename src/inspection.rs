//! What `lint` found in a table: its faults, or what a reviewer would raise. [`crate::input`] and [`crate::report`]
//! share these types, so that neither has to know the other.

use crate::{
    exit::Status,
    lint::code::Lint,
    refusal::{Fault, Refusal},
};

/// What was found in a table, and beside it in snapshots.
#[derive(Debug)]
pub struct Inspection {
    /// The table as reports name it.
    pub table: String,
    /// Why the table cannot be used; such a one is not reviewed.
    pub refusal: Option<Refusal>,
    /// The files that a review raises something about: the table, then snapshots.
    pub reviewed: Vec<ReviewedFile>,
    /// How many snapshots could not be read.
    pub unreadable: usize,
}

/// A file, and what is raised about it.
#[derive(Debug)]
pub struct ReviewedFile {
    /// The file as the user named it.
    pub origin: String,
    /// Its text.
    pub text: String,
    /// In the order of their places.
    pub warnings: Vec<Fault<Lint>>,
}

impl ReviewedFile {
    /// A file with these warnings, in whatever order.
    #[must_use]
    pub fn new(origin: String, text: String, mut warnings: Vec<Fault<Lint>>) -> Self {
        warnings.sort_by_key(|warning| warning.span.as_ref().map(|span| span.start));
        Self { origin, text, warnings }
    }
}

impl Inspection {
    /// How many faults the table has.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.refusal.as_ref().map_or(0, |refusal| refusal.faults.len() + refusal.more)
    }

    /// How many warnings there are, in all files.
    #[must_use]
    pub fn warnings(&self) -> usize {
        self.reviewed.iter().map(|file| file.warnings.len()).sum()
    }

    /// What it comes to: warnings count as findings only if they are denied.
    #[must_use]
    pub fn status(&self, deny_warnings: bool) -> Status {
        let is_found = self.errors() > 0 || deny_warnings && self.warnings() > 0;
        match (self.unreadable, is_found) {
            (1.., _) => Status::Unusable,
            (0, true) => Status::Findings,
            (0, false) => Status::Clean,
        }
    }
}
