//! Flags of `rollout-gate show`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

pub(super) const EXAMPLES: &str = "\
Examples:
  rollout-gate show tsfm
  rollout-gate show --format markdown tsfm canary_5";

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// The pipeline; without it, every one
    #[arg(value_name = "PIPELINE")]
    pub(crate) pipeline: Option<String>,

    /// The stage; without it, the whole ladder
    #[arg(value_name = "STAGE")]
    pub(crate) stage: Option<String>,

    /// The table of limits [default: the file that ROLLOUT_GATE_GATES names, else gates.yaml in this folder,
    /// else the built-in table]
    #[arg(long, value_name = "FILE")]
    pub(crate) gates: Option<PathBuf>,

    /// How to write the table
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: ShowFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ShowFormat {
    /// For terminals
    Text,
    /// For reviews
    Markdown,
    /// For machines
    Json,
}
