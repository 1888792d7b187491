//! How much breaching trips a rule.

use std::{num::NonZeroUsize, ops::Range, time::Duration};

use super::{exact::Exact, notation, number::Finite};

/// How much breaching it takes until a gate fails or a trigger fires.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Persistence {
    /// One window.
    Once,
    /// So many windows in a row.
    Windows(NonZeroUsize),
    /// Windows in a row that together cover at least this long: run * window >= this.
    For(Duration),
    /// So many of some windows in a row.
    Of {
        /// How many must breach.
        windows: NonZeroUsize,
        /// Of how many in a row.
        of: NonZeroUsize,
    },
    /// So many windows, anywhere.
    OfAll(NonZeroUsize),
    /// At least this share of all windows, in percent; at least one window.
    Share(Finite),
}

/// What a sequence of windows comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tripped {
    /// The window at which it was enough, by its place in the sequence; `None` where it never was.
    pub tripped: Option<usize>,
    /// The windows that a reason is about: the longest run, the windows in a row with the most breaches, or all;
    /// the earliest of equals.
    pub group: Range<usize>,
}

impl Persistence {
    /// What it adds to a comparison: ` for 2 windows`, ` for 15m`, ` in 3 of 5 windows`, or nothing where one window
    /// is enough.
    #[must_use]
    pub fn phrase(self) -> String {
        match self {
            Self::Once => String::new(),
            Self::Windows(windows) => format!(" for {windows} windows"),
            Self::For(lasting) => format!(" for {}", notation::duration(lasting)),
            Self::Of { windows, of } => format!(" in {windows} of {of} windows"),
            Self::OfAll(windows) => format!(" in {windows} windows"),
            Self::Share(percent) => format!(" in {}% of windows", notation::shortest(percent.get())),
        }
    }

    /// Behind a limit, for people: as [`Self::phrase`], with one window in the singular.
    #[must_use]
    pub fn in_short(self) -> String {
        match self {
            Self::Windows(windows) | Self::OfAll(windows) if windows.get() == 1 => " for 1 window".to_owned(),
            persistence => persistence.phrase(),
        }
    }

    /// Behind a sentence: ` in any window`, ` for 2 windows in a row`.
    #[must_use]
    pub fn in_words(self) -> String {
        match self {
            Self::Once => " in any window".to_owned(),
            Self::Windows(windows) | Self::OfAll(windows) if windows.get() == 1 => " in any window".to_owned(),
            Self::Windows(windows) => format!(" for {windows} windows in a row"),
            Self::For(lasting) => {
                format!(" in windows in a row that together cover at least {}", notation::duration(lasting))
            }
            Self::Of { windows, of } => format!(" in {windows} of some {of} windows in a row"),
            Self::OfAll(windows) => format!(" in {windows} windows, wherever they are"),
            Self::Share(percent) => format!(" in at least {}% of the windows", notation::shortest(percent.get())),
        }
    }

    /// How many windows in a row it asks for, if it counts them.
    #[must_use]
    pub fn windows(self) -> Option<usize> {
        match self {
            Self::Windows(windows) => Some(windows.get()),
            _ => None,
        }
    }

    /// How long it asks for, if it names a time.
    #[must_use]
    pub fn lasting(self) -> Option<Duration> {
        match self {
            Self::For(lasting) => Some(lasting),
            _ => None,
        }
    }

    /// How many windows it takes, for `{windows}` in reasons, as the table writes it: `2`, `2 of 3`, `5% of all`.
    #[must_use]
    pub fn windows_phrase(self, window: Duration) -> String {
        match self {
            Self::Of { windows, of } => format!("{windows} of {of}"),
            Self::OfAll(windows) => format!("{windows} of all"),
            Self::Share(percent) => format!("{}% of all", notation::shortest(percent.get())),
            Self::Once | Self::Windows(_) | Self::For(_) => self.run(window).unwrap_or(1).to_string(),
        }
    }

    /// The run of windows of this width that it waits for; `None` where it is not a run that it waits for.
    #[must_use]
    pub fn run(self, window: Duration) -> Option<usize> {
        match self {
            Self::Windows(windows) => Some(windows.get()),
            Self::For(duration) => Some(windows_to_cover(duration, window)),
            Self::Once | Self::Of { .. } | Self::OfAll(_) | Self::Share(_) => None,
        }
    }

    /// How long what it waits for lasts, for `{for}` in reasons.
    #[must_use]
    pub fn duration(self, window: Duration) -> Duration {
        match self {
            Self::For(duration) => duration,
            _ => covered(self.run(window).unwrap_or(1), window),
        }
    }

    /// What windows of this width come to, `breaches` in order.
    #[must_use]
    pub fn find(self, window: Duration, breaches: &[bool]) -> Tripped {
        let nth = |count: usize| {
            let mut places = breaches.iter().enumerate().filter(|(_, breach)| **breach).map(|(place, _)| place);
            Tripped { tripped: places.nth(count.saturating_sub(1)), group: 0..breaches.len() }
        };
        match self {
            Self::Once => nth(1),
            Self::OfAll(windows) => nth(windows.get()),
            Self::Share(percent) => nth(share(percent, breaches.len()).max(1)),
            Self::Of { windows, of } => most_within(of.get(), windows.get(), breaches),
            Self::Windows(_) | Self::For(_) => longest_run(self.run(window).unwrap_or(1), breaches),
        }
    }
}

/// `count` of them are at least `percent` of all: the least such count, by exact decimals.
fn share(percent: Finite, all: usize) -> usize {
    let wanted = Exact::new(percent.get()).times(&Exact::new(all as f64)).over_count(100);
    // The nearest double is at most one off the least whole number that is enough.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let near = wanted.nearest().floor() as usize;
    (near.saturating_sub(1)..=near + 1).find(|count| Exact::new(*count as f64) >= wanted).unwrap_or(near + 1)
}

fn longest_run(needed: usize, breaches: &[bool]) -> Tripped {
    let (mut run, mut longest, mut tripped) = (0..0, 0..0, None);
    for (place, breach) in breaches.iter().enumerate() {
        run = if *breach { run.start..place + 1 } else { place + 1..place + 1 };
        if run.len() > longest.len() {
            longest = run.clone();
        }
        if *breach && run.len() >= needed {
            tripped = tripped.or(Some(place));
        }
    }
    Tripped { tripped, group: longest }
}

fn most_within(span: usize, needed: usize, breaches: &[bool]) -> Tripped {
    let (mut count, mut most, mut group, mut tripped) = (0, 0, 0..0, None);
    for (place, breach) in breaches.iter().enumerate() {
        count += usize::from(*breach);
        let start = (place + 1).saturating_sub(span);
        if start > 0 && breaches.get(start - 1).is_some_and(|left| *left) {
            count -= 1;
        }
        if count > most {
            (most, group) = (count, start..place + 1);
        }
        if count >= needed {
            tripped = tripped.or(Some(place));
        }
    }
    Tripped { tripped, group }
}

/// How many windows of width `window` it takes to cover `duration`; at least 1. A width of zero never does:
/// `usize::MAX`.
#[must_use]
pub fn windows_to_cover(duration: Duration, window: Duration) -> usize {
    match duration.as_nanos().checked_div(window.as_nanos()) {
        None => usize::MAX,
        Some(whole) => {
            let rest = usize::from(!duration.as_nanos().is_multiple_of(window.as_nanos()));
            usize::try_from(whole).unwrap_or(usize::MAX).saturating_add(rest).max(1)
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

    fn count(count: usize) -> NonZeroUsize {
        NonZeroUsize::new(count).unwrap()
    }

    /// `.` for a window that does not breach, `#` for one that does.
    fn find(persistence: Persistence, windows: &str) -> (Option<usize>, Range<usize>) {
        let breaches: Vec<bool> = windows.chars().map(|window| window == '#').collect();
        let Tripped { tripped, group } = persistence.find(minutes(5.0), &breaches);
        (tripped, group)
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
            assert_eq!(windows_to_cover(minutes(duration), minutes(window)), needed, "{duration} by {window}");
        }
        assert_eq!(windows_to_cover(minutes(15.0), Duration::ZERO), usize::MAX);
        assert_eq!(windows_to_cover(Duration::MAX, Duration::from_nanos(1)), usize::MAX);
    }

    #[test]
    fn windows_have_a_duration_too() {
        assert_eq!(Persistence::Windows(count(2)).duration(minutes(5.0)), minutes(10.0));
        assert_eq!(Persistence::Once.duration(minutes(5.0)), minutes(5.0));
        assert_eq!(Persistence::For(minutes(15.0)).duration(minutes(10.0)), minutes(15.0));
    }

    #[test]
    fn below_at_and_above_what_it_takes() {
        let of = |windows, of| Persistence::Of { windows: count(windows), of: count(of) };
        let share = |percent| Persistence::Share(Finite::new(percent).unwrap());
        for (persistence, windows, tripped, group) in [
            (Persistence::Once, "...", None, 0..3),
            (Persistence::Once, ".#.#", Some(1), 0..4),
            (Persistence::Windows(count(2)), "#.#.", None, 0..1),
            (Persistence::Windows(count(2)), ".##.###", Some(2), 4..7),
            (Persistence::Windows(count(2)), "##.##", Some(1), 0..2),
            (Persistence::For(minutes(15.0)), "##.", None, 0..2),
            (Persistence::For(minutes(15.0)), ".###", Some(3), 1..4),
            (of(2, 3), "#..#", None, 0..1),
            (of(2, 3), "#.#", Some(2), 0..3),
            (of(2, 4), "#.#....###", Some(2), 6..10),
            (of(3, 5), "###", Some(2), 0..3),
            (Persistence::OfAll(count(2)), "#...", None, 0..4),
            (Persistence::OfAll(count(2)), "#..#.#", Some(3), 0..6),
            (share(50.0), "#..", None, 0..3),
            (share(50.0), "#.#.", Some(2), 0..4),
            (share(0.5), "....", None, 0..4),
            (share(0.5), "..#.", Some(2), 0..4),
            (share(10.0), "#.........", Some(0), 0..10),
            (share(33.4), "#..", None, 0..3),
        ] {
            assert_eq!(find(persistence, windows), (tripped, group), "{persistence:?} {windows}");
        }
    }
}
