//! Exit codes: one type, one table.

use std::process::{ExitCode, Termination};

use crate::eval::verdict::Decision;

/// What a run came to. Ordered: of several, the greatest wins, so that nothing hides a rollback.
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

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(self as u8)
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
