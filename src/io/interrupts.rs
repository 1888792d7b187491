//! Interrupts: Ctrl-C, a hangup, a request to end. They end a run at any time, except while something is written that
//! must be there whole or not at all.

#[cfg(unix)]
use nix::sys::signal::{SigSet, SigmaskHow, Signal};

/// While it lives, interrupts wait; afterwards the run ends as it would have before. It holds them up only in the
/// thread that made it: the others must [leave interrupts](leave_to_others) to that one.
#[derive(Debug)]
#[must_use = "interrupts wait only while it lives"]
pub struct Held {
    #[cfg(unix)]
    before: Option<SigSet>,
}

/// Lets interrupts wait.
pub fn hold() -> Held {
    Held {
        #[cfg(unix)]
        before: interrupts().thread_swap_mask(SigmaskHow::SIG_BLOCK).ok(),
    }
}

/// Leaves interrupts to the other threads, as long as this one lives.
pub fn leave_to_others() {
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
