//! Flags of `rollout-gate man`.

use clap::Args;

pub(super) const EXAMPLES: &str = "\
Examples:
  rollout-gate man | man -l -
  rollout-gate man check > ~/.local/share/man/man1/rollout-gate-check.1";

#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// The command; without it, the page of the whole program
    #[arg(value_name = "COMMAND")]
    pub(crate) command: Option<String>,
}
