//! Flags of `rollout-gate explain`.

use std::{path::PathBuf, time::Duration};

use clap::Args;
use rollout_gate::input::parse_duration;

pub(super) const EXAMPLES: &str = "\
Examples:
  rollout-gate explain gate.fallback_rate.max
  rollout-gate explain --with snapshot.json rollback.p95_latency_ms.above";

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// A rule's id, a stage, or the code of an error or a lint
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    /// Explain how this snapshot was judged, window by window; - for standard input
    #[arg(long, value_name = "SNAPSHOT")]
    pub(crate) with: Option<PathBuf>,

    /// The table of limits [default: the file that ROLLOUT_GATE_GATES names, else gates.yaml in this folder,
    /// else the built-in table]
    #[arg(long, value_name = "FILE")]
    pub(crate) gates: Option<PathBuf>,

    /// Only what this pipeline has of that name; and the snapshot's, where it does not say it
    #[arg(long, value_name = "NAME")]
    pub(crate) pipeline: Option<String>,

    /// The stage, where the snapshot does not say it
    #[arg(long, value_name = "NAME", requires = "with")]
    pub(crate) stage: Option<String>,

    /// Judge only the last windows of the snapshot, as many as cover this: 30m, 1h30m
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, requires = "with")]
    pub(crate) last: Option<Duration>,

    /// Give every window of a long snapshot a line of its own
    #[arg(short, long, requires = "with")]
    pub(crate) verbose: bool,
}
