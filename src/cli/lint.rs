//! Flags of `rollout-gate lint`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

pub(super) const EXAMPLES: &str = "\
Examples:
  rollout-gate lint
  rollout-gate lint --gates gates.yaml --against recorded/ --deny-warnings";

pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0  no errors, and no warnings or none that are denied
  1  errors, or warnings with --deny-warnings
  2  usage, or a file that cannot be read";

#[derive(Debug, Args)]
pub(crate) struct LintArgs {
    /// The table of limits [default: the file that ROLLOUT_GATE_GATES names, else gates.yaml in this folder,
    /// else the built-in table]
    #[arg(long, value_name = "FILE")]
    pub(crate) gates: Option<PathBuf>,

    /// Snapshots to compare names with: files, folders (every *.json in them), or - for standard input
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub(crate) against: Vec<PathBuf>,

    /// Exit with 1 on warnings too
    #[arg(long)]
    pub(crate) deny_warnings: bool,

    /// How to write what is found
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: LintFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum LintFormat {
    /// For people
    Text,
    /// One indented document
    Json,
}
