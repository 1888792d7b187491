//! Flags of `rollout-gate check`.

use std::{path::PathBuf, time::Duration};

use clap::{ArgAction, Args, ValueEnum};
use jiff::Timestamp;
use rollout_gate::input::{parse_duration, parse_time};

use super::reports::ReportArgs;

pub(super) const EXAMPLES: &str = "\
Examples:
  rollout-gate check snapshot.json
  rollout-gate check --format jsonl --gates gates.yaml recorded/";

pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0  every snapshot was judged: promote
  1  hold: some gate did not pass
  2  no verdict for some snapshot: usage, gates.yaml, snapshot or I/O error; or nothing to judge
  3  rollback: some trigger fired
Of several snapshots the highest code wins.";

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Snapshots: files, folders (every *.json in them), or - for standard input
    #[arg(value_name = "PATH", required_unless_present = "input")]
    pub(crate) paths: Vec<PathBuf>,

    /// Another spelling of PATH
    #[arg(long, value_name = "FILE", action = ArgAction::Append)]
    pub(crate) input: Vec<PathBuf>,

    /// The table of limits [default: the file that ROLLOUT_GATE_GATES names, else gates.yaml in this folder,
    /// else the built-in table]
    #[arg(long, value_name = "FILE")]
    pub(crate) gates: Option<PathBuf>,

    /// The pipeline, where snapshots do not say it
    #[arg(long, value_name = "NAME")]
    pub(crate) pipeline: Option<String>,

    /// The stage, where snapshots do not say it
    #[arg(long, value_name = "NAME")]
    pub(crate) stage: Option<String>,

    /// Judge only the last windows, as many as cover this: 30m, 1h30m
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub(crate) last: Option<Duration>,

    /// When the stage was entered, where snapshots do not say it: windows that open before are left out
    /// (2026-02-20T12:00:00Z)
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) entered: Option<Timestamp>,

    /// A snapshot that limits with `baseline` are compared with, where the snapshot has no baseline of its own
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,

    /// Give no verdict on a snapshot that ended longer ago than this, or has no start: 15m
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub(crate) max_age: Option<Duration>,

    /// How to write the verdict
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: CheckFormat,

    /// Write only the last line, the verdict
    #[arg(short, long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// Explain more; of several snapshots, write each in full
    #[arg(short, long)]
    pub(crate) verbose: bool,

    #[command(flatten)]
    pub(crate) reports: ReportArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum CheckFormat {
    /// For people
    Text,
    /// One indented document a snapshot
    Json,
    /// One line a snapshot
    Jsonl,
}
