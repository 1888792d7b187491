//! The built binary, run from the root of the repository in an environment that decides nothing.

use std::{
    ffi::OsStr,
    io,
    process::{Command, Stdio},
};

/// What a run came to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// `rollout-gate check` with these arguments, ready to run or to be changed further.
#[allow(dead_code, reason = "not every test judges")]
pub(crate) fn check<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Command {
    let mut check = command(["check"]);
    check.args(arguments);
    check
}

/// `rollout-gate` with these arguments, ready to run or to be changed further.
pub(crate) fn command<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rollout-gate"));
    command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).stdin(Stdio::null());
    for variable in
        ["ROLLOUT_GATE_GATES", "GITHUB_STEP_SUMMARY", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM", "COLUMNS"]
    {
        command.env_remove(variable);
    }
    command.env("LC_ALL", "C.UTF-8");
    command
}

/// Runs it to its end.
pub(crate) fn run(command: &mut Command) -> io::Result<Run> {
    let output = command.output()?;
    let text = |bytes| String::from_utf8(bytes).map_err(io::Error::other);
    Ok(Run { code: output.status.code(), stdout: text(output.stdout)?, stderr: text(output.stderr)? })
}
