//! Flags of `rollout-gate completions`.

use clap::Args;
use clap_complete::Shell;

pub(super) const EXAMPLES: &str = "\
Examples:
  rollout-gate completions bash > ~/.local/share/bash-completion/completions/rollout-gate
  rollout-gate completions fish > ~/.config/fish/completions/rollout-gate.fish";

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell that is to complete commands and flags
    #[arg(value_name = "SHELL")]
    pub(crate) shell: Shell,
}
