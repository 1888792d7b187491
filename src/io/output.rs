//! Standard output and standard error, and what becomes of a run that cannot write.

use std::io::{self, ErrorKind, Write};

use super::interrupts::{self, Held};
use crate::exit::Status;

/// Standard output. Once its reader has gone, nothing more is written, and the run goes on for its exit code.
#[derive(Debug)]
pub struct Output {
    stdout: io::BufWriter<io::StdoutLock<'static>>,
    state: StreamState,
    /// Held while some of what was written is not flushed, so that no document ends in its middle.
    held: Option<Held>,
}

#[derive(Debug)]
enum StreamState {
    Open,
    /// The reader has gone, as `head -1` does: not an error.
    Closed,
    Failed(io::Error),
}

impl Output {
    /// Takes standard output: nobody else writes to it as long as this lives.
    #[must_use]
    pub fn open() -> Self {
        Self {
            stdout: io::BufWriter::with_capacity(64 * 1024, io::stdout().lock()),
            state: StreamState::Open,
            held: None,
        }
    }

    /// Writes, unless a write has failed before.
    pub fn write(&mut self, text: &str) {
        self.write_bytes(text.as_bytes());
    }

    fn write_bytes(&mut self, bytes: &[u8]) {
        self.held.get_or_insert_with(interrupts::hold);
        self.attempt(|stdout| stdout.write_all(bytes));
    }

    /// Hands on what was written so far.
    pub fn flush(&mut self) {
        self.attempt(Write::flush);
        self.held = None;
    }

    fn attempt(&mut self, write: impl FnOnce(&mut io::BufWriter<io::StdoutLock<'static>>) -> io::Result<()>) {
        if matches!(self.state, StreamState::Open) {
            match write(&mut self.stdout) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::BrokenPipe => self.state = StreamState::Closed,
                Err(error) => self.state = StreamState::Failed(error),
            }
        }
    }

    /// Writes the rest. Whether all was written that anybody reads: a write that failed, now or before, is reported on
    /// standard error.
    #[must_use]
    pub fn finish(mut self) -> bool {
        self.flush();
        // A buffer that could not be written would try again when it is dropped.
        drop(self.stdout.into_parts());
        match self.state {
            StreamState::Open | StreamState::Closed => true,
            StreamState::Failed(error) => {
                complain(&format!("error: standard output cannot be written: {error}\n"));
                false
            }
        }
    }
}

/// Writes `text` to standard output and comes to `status`; to [`Status::Unusable`] where it cannot be written.
pub fn deliver(text: impl AsRef<[u8]>, status: Status) -> Status {
    let mut output = Output::open();
    output.write_bytes(text.as_ref());
    if output.finish() { status } else { Status::Unusable }
}

/// Writes to standard error. If that fails, too, there is nobody left to tell.
pub fn complain(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
