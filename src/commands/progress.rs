//! How far a long run is.

use std::{
    io::{self, IsTerminal},
    time::Instant,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A line on standard error, if that is a terminal and the run is long.
pub(crate) struct Progress {
    bar: ProgressBar,
    since: Instant,
    is_terminal: bool,
}

impl Progress {
    /// Nothing is shown before a run is this many seconds long.
    const PATIENCE: u64 = 1;

    pub(crate) fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        Self { bar, since: Instant::now(), is_terminal: io::stderr().is_terminal() }
    }

    /// One more snapshot was judged.
    pub(crate) fn count(&self) {
        self.bar.inc(1);
        if self.is_terminal && self.bar.is_hidden() && self.since.elapsed().as_secs() >= Self::PATIENCE {
            let style = ProgressStyle::with_template("{spinner} {human_pos} snapshots judged in {elapsed}");
            self.bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    /// Keeps out of the way of what `write` writes.
    pub(crate) fn hide_while(&self, write: impl FnOnce()) {
        self.bar.suspend(write);
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
