//! The binary: reads the flags, runs the command, and leaves with its exit code.

#![forbid(unsafe_code)]

mod cli;
mod commands;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command};

fn main() -> ExitCode {
    let cli = Cli::parse();
    match &cli.command {
        Command::Check(args) => commands::check::run(args, cli.color).into(),
        Command::Lint(args) => commands::lint::run(args, cli.color).into(),
        Command::Show(args) => commands::show::run(args, cli.color).into(),
        Command::Explain(args) => commands::explain::run(args, cli.color).into(),
        Command::Test(args) => commands::test::run(args, cli.color).into(),
        Command::Init(args) => commands::init::run(args).into(),
        Command::Schema(args) => commands::schema::run(args).into(),
        #[cfg(feature = "completions")]
        Command::Completions(args) => commands::completions::run(args).into(),
        #[cfg(feature = "man")]
        Command::Man(args) => commands::man::run(args).into(),
    }
}
