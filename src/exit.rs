//! Exit codes: one table for verdicts, and one for what is no verdict.

use std::process::ExitCode;

use crate::eval::verdict::Decision;

/// What a run that judges came to. Ordered: of several, the greatest wins, so that nothing hides a rollback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Exit {
    /// Every snapshot was judged: promote.
    Promote = 0,
    /// Some gate did not pass.
    Hold = 1,
    /// No verdict for some snapshot: usage, table, snapshot or I/O error, or nothing to judge.
    NoVerdict = 2,
    /// Some trigger fired.
    Rollback = 3,
}

impl Exit {
    /// The word of the verdict line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Promote => "PROMOTE",
            Self::Hold => "HOLD",
            Self::NoVerdict => "NO VERDICT",
            Self::Rollback => "ROLLBACK",
        }
    }
}

impl From<Decision> for Exit {
    fn from(decision: Decision) -> Self {
        match decision {
            Decision::Promote => Self::Promote,
            Decision::Hold => Self::Hold,
            Decision::Rollback => Self::Rollback,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// What a run came to that gives no verdict: it looks at the table, or at its tests. Ordered: the greatest wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Nothing is wrong.
    Clean = 0,
    /// Something was found: a fault of the table, a test that fails.
    Findings = 1,
    /// It could not be done: usage, a file that cannot be read, an output that cannot be written.
    Unusable = 2,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(status as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greatest_wins() {
        assert!(Exit::Promote < Exit::Hold && Exit::Hold < Exit::NoVerdict && Exit::NoVerdict < Exit::Rollback);
    }
}
