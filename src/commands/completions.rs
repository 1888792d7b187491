//! `rollout-gate completions`: what a shell needs to complete commands and flags.

use clap::CommandFactory;
use rollout_gate::{exit::Status, io::output::deliver};

use crate::cli::{Cli, CompletionsArgs};

/// Prints the completions of a shell.
pub(crate) fn run(args: &CompletionsArgs) -> Status {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "rollout-gate", &mut script);
    deliver(&script, Status::Clean)
}
