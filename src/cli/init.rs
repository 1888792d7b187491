//! Flags of `rollout-gate init`.

use clap::{Args, ValueEnum};

pub(super) const EXAMPLES: &str = "\
Examples:
  rollout-gate init --pipeline checkout --stages internal,canary,half,full
  rollout-gate init --stdout=tests";

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// The pipeline: what is rolled out
    #[arg(long, value_name = "NAME", default_value = "my-service")]
    pub(crate) pipeline: String,

    /// The stages, in ladder order
    #[arg(long, value_name = "NAMES", value_delimiter = ',', default_value = "canary,half,full")]
    pub(crate) stages: Vec<String>,

    /// Overwrite the files that are there
    #[arg(long)]
    pub(crate) force: bool,

    /// Write nothing, and print one of the files
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "gates")]
    #[arg(conflicts_with = "force")]
    pub(crate) stdout: Option<StarterFile>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum StarterFile {
    /// gates.yaml
    Gates,
    /// gates.test.yaml
    Tests,
}
