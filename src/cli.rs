//! The flags, one file a command. What they mean is the commands' business.

// Documentation here is what --help prints, where backticks would show.
#![allow(clippy::doc_markdown)]

mod check;
#[cfg(feature = "completions")]
mod completions;
mod explain;
mod init;
mod lint;
#[cfg(feature = "man")]
mod man;
mod reports;
mod schema;
mod show;
mod test;

use clap::{ColorChoice, Parser, Subcommand};

#[cfg(feature = "completions")]
pub(crate) use self::completions::CompletionsArgs;
#[cfg(feature = "man")]
pub(crate) use self::man::ManArgs;
pub(crate) use self::{
    check::{CheckArgs, CheckFormat},
    explain::ExplainArgs,
    init::{InitArgs, StarterFile},
    lint::{LintArgs, LintFormat},
    reports::ReportArgs,
    schema::{DocumentKind, SchemaArgs},
    show::{ShowArgs, ShowFormat},
    test::{TestArgs, TestFormat},
};

const EXAMPLES: &str = "\
Examples:
  rollout-gate check snapshot.json
  rollout-gate init --pipeline checkout --stages internal,canary,half,full";

/// Promote, hold or roll back? Judges windowed metrics against a table of per-stage limits.
#[derive(Debug, Parser)]
#[command(name = "rollout-gate", version, before_help = EXAMPLES)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// When to use colour
    #[arg(long, value_name = "WHEN", global = true, default_value_t = ColorChoice::Auto, display_order = 100)]
    pub(crate) color: ColorChoice,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Judge snapshots: promote, hold or roll back
    #[command(before_help = check::EXAMPLES, after_help = check::EXIT_CODES)]
    Check(CheckArgs),

    /// Find mistakes in the table of limits
    #[command(before_help = lint::EXAMPLES, after_help = lint::EXIT_CODES)]
    Lint(LintArgs),

    /// Show the ladder and its limits, or one stage
    #[command(before_help = show::EXAMPLES)]
    Show(ShowArgs),

    /// Explain a rule, a stage or a code, or how a snapshot was judged
    #[command(before_help = explain::EXAMPLES)]
    Explain(ExplainArgs),

    /// Run the tests of a table
    #[command(before_help = test::EXAMPLES, after_help = test::EXIT_CODES)]
    Test(TestArgs),

    /// Write a first table for a new service, and tests of it
    #[command(before_help = init::EXAMPLES)]
    Init(InitArgs),

    /// Print the JSON Schema of a document, for editors
    #[command(before_help = schema::EXAMPLES)]
    Schema(SchemaArgs),

    /// Print what completes commands and flags in a shell
    #[cfg(feature = "completions")]
    #[command(before_help = completions::EXAMPLES)]
    Completions(CompletionsArgs),

    /// Print a page of the manual
    #[cfg(feature = "man")]
    #[command(before_help = man::EXAMPLES)]
    Man(ManArgs),
}
