//! What a file can be read as.

use std::{ffi::OsStr, process::Command};

use crate::shared::binary::{Run, check, command};

/// One of the documents that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Snapshot,
    Table,
    Suite,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Snapshot, Self::Table, Self::Suite];

    /// The run that reads `file` as this, and beside it only what is sound and would be promoted.
    pub(crate) fn read(self, file: impl AsRef<OsStr>) -> Command {
        let mut read = match self {
            Self::Snapshot => check(["--gates", "fixtures/good/shop.yaml"]),
            Self::Table => check(["fixtures/good/shop/promote.json", "--gates"]),
            Self::Suite => command(["test", "--gates", "fixtures/good/shop.yaml"]),
        };
        read.arg(file);
        read
    }

    /// No verdict, and the reason with the file's name.
    pub(crate) fn assert_refused(self, run: &Run, file: &str, case: &str) {
        let shown = || format!("{case}: {self:?} {:?} {:.2000} {:.2000}", run.code, run.stdout, run.stderr);
        assert_eq!(run.code, Some(2), "{}", shown());
        let word = if self == Self::Suite { "ERROR" } else { "NO VERDICT" };
        assert!(run.stdout.starts_with(&format!("{word}  {file}")), "{}", shown());
        assert!(run.stderr.starts_with("error[") && run.stderr.contains(file), "{}", shown());
        assert!(!run.stderr.contains("panicked"), "{}", shown());
    }
}
