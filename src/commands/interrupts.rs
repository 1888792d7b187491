//! Interrupts, which end a run at any time, but for the moments in which something is written that is whole or not there.

#[cfg(unix)]
use nix::sys::signal::{SigSet, SigmaskHow, Signal};

/// Interrupts wait while it lives: Ctrl-C, a hangup, a request to end. Afterwards the run ends as it would have before.
/// It holds them up in the thread that made it; all others let them [pass by](pass_by).
pub(crate) struct Held {
    #[cfg(unix)]
    before: Option<SigSet>,
}

/// Lets interrupts wait.
pub(crate) fn hold() -> Held {
    Held {
        #[cfg(unix)]
        before: interrupts().thread_swap_mask(SigmaskHow::SIG_BLOCK).ok(),
    }
}

/// Leaves interrupts to the other threads, as long as this one lives.
pub(crate) fn pass_by() {
    #[cfg(unix)]
    let _ = interrupts().thread_block();
}

#[cfg(unix)]
impl Drop for Held {
    fn drop(&mut self) {
        let _ = self.before.map(|before| before.thread_set_mask());
    }
}

#[cfg(unix)]
fn interrupts() -> SigSet {
    [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP].into_iter().collect()
}
