//! How long a breach must last before a rollback rule fires.

use std::{num::NonZeroUsize, time::Duration};

use super::notation;

/// The run of consecutive breaching windows that a rollback rule waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Persistence {
    /// One window is enough.
    Once,
    /// So many windows in a row, anywhere in the snapshot.
    Windows(NonZeroUsize),
    /// Windows in a row that together cover at least this long: run * window >= this.
    For(Duration),
}

impl Persistence {
    /// The shortest run, in windows of width `window`, that is long enough; at least 1.
    ///
    /// A width of zero is never long enough: `usize::MAX`.
    #[must_use]
    pub fn needed(self, window: Duration) -> usize {
        match self {
            Self::Once => 1,
            Self::Windows(windows) => windows.get(),
            Self::For(duration) => match duration.as_nanos().checked_div(window.as_nanos()) {
                None => usize::MAX,
                Some(whole) => {
                    let rest = usize::from(duration.as_nanos() % window.as_nanos() > 0);
                    usize::try_from(whole).unwrap_or(usize::MAX).saturating_add(rest).max(1)
                }
            },
        }
    }

    /// What it adds to a comparison: ` for 2 windows`, ` for 15m`, or nothing where one window is enough.
    #[must_use]
    pub fn phrase(self) -> String {
        match self {
            Self::Once => String::new(),
            Self::Windows(windows) => format!(" for {windows} windows"),
            Self::For(lasting) => format!(" for {}", notation::duration(lasting)),
        }
    }

    /// How long the shortest run that is long enough lasts, for `{for}` in reasons.
    #[must_use]
    pub fn duration(self, window: Duration) -> Duration {
        match self {
            Self::For(duration) => duration,
            Self::Once | Self::Windows(_) => covered(self.needed(window), window),
        }
    }
}

/// How long `windows` windows of width `window` cover together; the longest duration where that is longer.
#[must_use]
pub fn covered(windows: usize, window: Duration) -> Duration {
    window.saturating_mul(u32::try_from(windows).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(minutes: f64) -> Duration {
        Duration::from_secs_f64(minutes * 60.0)
    }

    #[test]
    fn a_run_covers_the_duration() {
        for (duration, window, needed) in [
            (15.0, 5.0, 3),
            (15.0, 5.1, 3),
            (15.0, 4.9, 4),
            (15.0, 15.0, 1),
            (15.0, 60.0, 1),
            (2.1, 0.7, 3),
            (0.5, 0.5, 1),
        ] {
            assert_eq!(Persistence::For(minutes(duration)).needed(minutes(window)), needed, "{duration} by {window}");
        }
        assert_eq!(Persistence::Once.needed(minutes(5.0)), 1);
        assert_eq!(Persistence::Windows(NonZeroUsize::MIN).needed(minutes(5.0)), 1);
        assert_eq!(Persistence::For(minutes(15.0)).needed(Duration::ZERO), usize::MAX);
        assert_eq!(Persistence::For(Duration::MAX).needed(Duration::from_nanos(1)), usize::MAX);
    }

    #[test]
    fn windows_have_a_duration_too() {
        let two = Persistence::Windows(NonZeroUsize::new(2).unwrap());
        assert_eq!(two.duration(minutes(5.0)), minutes(10.0));
        assert_eq!(Persistence::Once.duration(minutes(5.0)), minutes(5.0));
        assert_eq!(Persistence::For(minutes(15.0)).duration(minutes(10.0)), minutes(15.0));
    }
}
