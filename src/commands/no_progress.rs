//! Nothing tells how far a long run is: what is built without the feature `progress`.
#![expect(clippy::unused_self, reason = "it is called as the other is")]

/// As the other, but silent.
pub(crate) struct Progress;

impl Progress {
    pub(crate) fn new() -> Self {
        Self
    }

    pub(crate) fn count(&self) {}

    pub(crate) fn hide_while(&self, write: impl FnOnce()) {
        write();
    }

    pub(crate) fn finish(&self) {}
}
