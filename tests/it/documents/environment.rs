//! The variables of the environment. Libraries read most of them, so that no list is in the program: each is seen to
//! change something.

use crate::shared::binary::{command, run};

const SNAPSHOT: &str = "fixtures/tsfm/canary_5/rollback.json";

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
        // Tried with reports, in `reports.rs`.
        unseen("GITHUB_STEP_SUMMARY"),
    ]
};

#[test]
fn every_variable_changes_something() {
    for Variable { name, trial } in VARIABLES {
        let Some(Trial { value, beside, arguments }) = trial else { continue };
        let print = |value: &str| {
            let mut command = command(arguments);
            command.env_remove("LC_CTYPE").env_remove("LANG");
            for (name, value) in beside.iter().copied().chain([(name, value)]) {
                // An empty locale is one; here it stands for none.
                if value.is_empty() {
                    command.env_remove(name)
                } else {
                    command.env(name, value)
                };
            }
            run(&mut command).unwrap()
        };
        assert_ne!(print(value), print(if name == "LC_ALL" { "C.UTF-8" } else { "" }), "{name}");
    }
}
