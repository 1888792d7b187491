//! Flags of `rollout-gate schema`.

use clap::{Args, ValueEnum};

pub(super) const EXAMPLES: &str = "\
Examples:
  rollout-gate schema gates > gates.schema.json
  rollout-gate schema report > report.schema.json";

#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// Which document
    #[arg(value_name = "DOCUMENT")]
    pub(crate) document: DocumentKind,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum DocumentKind {
    /// A table of limits: gates.yaml
    Gates,
    /// What was measured: a snapshot
    Snapshot,
    /// Tests of a table: gates.test.yaml
    Tests,
    /// What `check --format json` writes
    Report,
    /// What `lint --format json` writes
    LintReport,
    /// What `test --format json` writes
    TestReport,
}
