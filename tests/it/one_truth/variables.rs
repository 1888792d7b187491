//! The variables of the environment. Libraries read most of them, so that no list is in the program: each is seen to
//! change something.

use super::SNAPSHOT;

/// A variable of the environment.
pub(crate) struct Variable {
    pub(crate) name: &'static str,
    /// What it is seen to change; `None` where that cannot be seen here.
    pub(crate) trial: Option<Trial>,
}

/// A run whose output changes with a variable.
pub(crate) struct Trial {
    pub(crate) value: &'static str,
    /// Variables that are set in any case; empty, they are not.
    pub(crate) beside: &'static [(&'static str, &'static str)],
    pub(crate) arguments: &'static [&'static str],
}

pub(crate) const VARIABLES: [Variable; 11] = {
    const fn judging(name: &'static str, value: &'static str, beside: &'static [(&str, &str)]) -> Variable {
        Variable { name, trial: Some(Trial { value, beside, arguments: &["check", SNAPSHOT] }) }
    }
    const fn showing(name: &'static str, value: &'static str) -> Variable {
        Variable { name, trial: Some(Trial { value, beside: &[], arguments: &["show"] }) }
    }
    const fn unseen(name: &'static str) -> Variable {
        Variable { name, trial: None }
    }
    [
        showing("ROLLOUT_GATE_GATES", "fixtures/good/shop.yaml"),
        showing("COLUMNS", "60"),
        judging("NO_COLOR", "1", &[("CLICOLOR_FORCE", "1")]),
        judging("CLICOLOR_FORCE", "1", &[]),
        judging("TERM", "linux", &[]),
        judging("LC_ALL", "C", &[]),
        judging("LC_CTYPE", "C", &[("LC_ALL", ""), ("LANG", "C.UTF-8")]),
        judging("LANG", "C.UTF-8", &[("LC_ALL", "")]),
        // On a terminal only.
        unseen("CLICOLOR"),
        // How many cores judge changes nothing that is written.
        unseen("RAYON_NUM_THREADS"),
        // Tried with reports, in tests/reports.rs.
        unseen("GITHUB_STEP_SUMMARY"),
    ]
};
