//! How far a long run is, shown while it lasts. It counts, and does not know what.

use std::{
    io::{self, IsTerminal},
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Instant,
};

use super::output::complain;

/// A line on standard error, if that is a terminal and the run is longer than a second.
#[derive(Debug)]
pub struct Progress {
    since: Instant,
    is_terminal: bool,
    judged: AtomicU64,
    /// How many seconds after the start the line was written; 0 before it was.
    written: AtomicU64,
}

impl Progress {
    /// Of a run that begins now.
    #[must_use]
    pub fn start() -> Self {
        let (judged, written) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { since: Instant::now(), is_terminal: io::stderr().is_terminal(), judged, written }
    }

    /// One more snapshot was judged.
    pub fn count(&self) {
        self.judged.fetch_add(1, Relaxed);
        if self.is_terminal {
            let seconds = self.since.elapsed().as_secs();
            // Of all threads, the first to see that another second has passed writes.
            if self.written.fetch_max(seconds, Relaxed) < seconds {
                self.write();
            }
        }
    }

    /// Takes the line away while `write` writes.
    pub fn hide_while(&self, write: impl FnOnce()) {
        self.clear();
        write();
        self.write();
    }

    /// Takes the line away.
    pub fn finish(&self) {
        self.clear();
    }

    fn write(&self) {
        let (judged, seconds) = (self.judged.load(Relaxed), self.written.load(Relaxed));
        if seconds > 0 {
            complain(&format!("\r{judged} snapshots judged in {seconds}s"));
        }
    }

    fn clear(&self) {
        if self.written.load(Relaxed) > 0 {
            // Spaces work on every terminal; the line is never as wide.
            complain(&format!("\r{:60}\r", ""));
        }
    }
}
