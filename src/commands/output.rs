//! Standard output and standard error, and what becomes of a run that cannot write.

use std::io::{self, ErrorKind, Write};

use anyhow::Context;
use rollout_gate::exit::Status;

use super::interrupts::{self, Held};

/// Standard output. Once its reader has gone, nothing more is written, and the run goes on for its exit code.
pub(crate) struct Output {
    stdout: io::BufWriter<io::StdoutLock<'static>>,
    state: State,
    /// Held while some of what was written is not flushed, so that no document ends in its middle.
    held: Option<Held>,
}

enum State {
    Open,
    /// The reader has gone, as `head -1` does: not an error.
    Closed,
    Failed(io::Error),
}

impl Output {
    pub(crate) fn new() -> Self {
        Self { stdout: io::BufWriter::with_capacity(64 * 1024, io::stdout().lock()), state: State::Open, held: None }
    }

    /// Writes, unless a write has failed before.
    pub(crate) fn write(&mut self, text: &str) {
        self.write_bytes(text.as_bytes());
    }

    fn write_bytes(&mut self, bytes: &[u8]) {
        self.held.get_or_insert_with(interrupts::hold);
        self.attempt(|stdout| stdout.write_all(bytes));
    }

    /// Hands on what was written so far.
    pub(crate) fn flush(&mut self) {
        self.attempt(Write::flush);
        self.held = None;
    }

    fn attempt(&mut self, write: impl FnOnce(&mut io::BufWriter<io::StdoutLock<'static>>) -> io::Result<()>) {
        if matches!(self.state, State::Open) {
            match write(&mut self.stdout) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::BrokenPipe => self.state = State::Closed,
                Err(error) => self.state = State::Failed(error),
            }
        }
    }

    /// Writes the rest.
    ///
    /// # Errors
    /// A write that failed, now or before, other than for want of a reader.
    pub(crate) fn finish(mut self) -> anyhow::Result<()> {
        self.flush();
        // A buffer that could not be written would try again when it is dropped.
        drop(self.stdout.into_parts());
        match self.state {
            State::Open | State::Closed => Ok(()),
            State::Failed(error) => Err(error).context("standard output cannot be written"),
        }
    }
}

/// Writes `text` to standard output and comes to `status`; to [`Status::Unusable`] where it cannot be written.
pub(crate) fn deliver(text: impl AsRef<[u8]>, status: Status) -> Status {
    let mut output = Output::new();
    output.write_bytes(text.as_ref());
    match output.finish() {
        Ok(()) => status,
        Err(error) => {
            complain(&format!("error: {error:#}\n"));
            Status::Unusable
        }
    }
}

/// Writes to standard error. If that fails too there is nobody left to tell.
pub(crate) fn complain(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
