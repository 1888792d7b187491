//! Windows as clock times, in UTC.

use std::time::Duration;

use jiff::Timestamp;

use crate::outcome::{Reading, opening};

/// The clock times of a snapshot's windows.
#[derive(Clone, Copy)]
pub(super) struct Times {
    start: Timestamp,
    window: Duration,
    windows: usize,
}

impl Times {
    /// `None` where the snapshot does not say when it began.
    pub(super) fn of(reading: &Reading<'_>) -> Option<Self> {
        let (window, windows) = (reading.snapshot().window(), reading.snapshot().windows());
        reading.start.map(|start| Self { start, window, windows })
    }

    /// From the opening of window `from` to that of window `to`; with dates if asked or if there are several days.
    /// `None` beyond the calendar.
    pub(super) fn between(&self, from: usize, to: usize, dated: bool) -> Option<String> {
        let (from, to) = (self.opening(from)?, self.opening(to)?);
        let clock = if is_whole(from) && is_whole(to) { WHOLE } else { EXACT };
        let clock = |time: Timestamp| time.strftime(clock).to_string();
        Some(match (self.is_one_day()?, date(from) == date(to), dated) {
            (true, _, false) => format!("{} to {}", clock(from), clock(to)),
            (_, true, _) => format!("{} {} to {}", date(from), clock(from), clock(to)),
            (..) => format!("{} {} to {} {}", date(from), clock(from), date(to), clock(to)),
        })
    }

    /// When a window opens, or would; with its date if there are several days. `None` beyond the calendar.
    pub(super) fn opens(&self, window: usize) -> Option<String> {
        let time = self.opening(window)?;
        let is_whole = is_whole(self.start) && is_whole(self.opening(1)?);
        let clock = time.strftime(if is_whole { WHOLE } else { EXACT });
        Some(if self.is_one_day()? && date(time) == date(self.start) {
            clock.to_string()
        } else {
            format!("{} {clock}", date(time))
        })
    }

    fn opening(&self, window: usize) -> Option<Timestamp> {
        opening(self.start, self.window, window)
    }

    fn is_one_day(&self) -> Option<bool> {
        Some(date(self.start) == date(self.opening(self.windows)?))
    }
}

/// Of times on the minute.
const WHOLE: &str = "%H:%MZ";

/// Of others.
const EXACT: &str = "%H:%M:%SZ";

fn date(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d").to_string()
}

fn is_whole(time: Timestamp) -> bool {
    time.as_nanosecond() % 60_000_000_000 == 0
}
