//! The binary: opens the doors and leaves with the exit code.

mod cli;
mod commands;

use clap::Parser;
use rollout_gate::exit::Exit;

use crate::cli::{Cli, Command};

fn main() -> Exit {
    let cli = Cli::parse();
    match &cli.command {
        Command::Check(args) => commands::check::run(args, cli.color),
    }
}
