//! Runs of somebody who may do little.

use std::{path::Path, process::Command};

/// Copies the binary to where somebody else may start it. Another process writes it: what a child of another test holds
/// open for writing, if only for a moment, cannot be started.
pub(crate) fn copy_binary(to: &Path) {
    assert!(Command::new("cp").arg(env!("CARGO_BIN_EXE_rollout-gate")).arg(to).status().unwrap().success());
}
