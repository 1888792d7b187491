//! Runs that must end, and within so much memory.

use std::{ffi::OsStr, process::Command};

/// `command` with at most so many MiB of address space, on two threads; where it asks for more, it fails. It is killed
/// after minutes, which is far more than any of these takes on the slowest machine.
pub(crate) fn bounded(command: &Command, mebibytes: u32) -> Command {
    let mut bounded = Command::new("sh");
    let script = "ulimit -v $(($0 * 1024)) && exec timeout --signal KILL 480 \"$@\"";
    bounded.args([OsStr::new("-c"), script.as_ref(), mebibytes.to_string().as_ref(), command.get_program()]);
    bounded.args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => bounded.env(name, value),
            None => bounded.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        bounded.current_dir(folder);
    }
    bounded.env("RAYON_NUM_THREADS", "2").stdin(std::process::Stdio::null());
    bounded
}
