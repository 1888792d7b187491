//! The binary: reads the flags, runs the command, and leaves with its exit code.

#![forbid(unsafe_code)]

mod cli;
mod commands;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command, Deferred};

fn main() -> ExitCode {
    let cli = Cli::parse();
    match &cli.command {
        Command::Check(Deferred(args)) => commands::check::run(args, cli.color).into(),
        Command::Lint(Deferred(args)) => commands::lint::run(args, cli.color).into(),
        Command::Show(Deferred(args)) => commands::show::run(args, cli.color).into(),
        Command::Explain(Deferred(args)) => commands::explain::run(args, cli.color).into(),
        Command::Test(Deferred(args)) => commands::test::run(args, cli.color).into(),
        Command::Init(Deferred(args)) => commands::init::run(args).into(),
        Command::Schema(Deferred(args)) => commands::schema::run(args).into(),
        #[cfg(feature = "completions")]
        Command::Completions(Deferred(args)) => commands::completions::run(args).into(),
        #[cfg(feature = "man")]
        Command::Man(Deferred(args)) => commands::man::run(args).into(),
    }
}
