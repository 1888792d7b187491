//! Strong three-valued logic (Kleene, Introduction to Metamathematics, 1952, section 64): an answer is
//! decided as soon as the known parts decide it, whatever the unknown ones turn out to be.

use super::{exact::Exact, notation, number::Finite};

/// Whether something holds in one window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It holds.
    Yes,
    /// It does not hold.
    No,
    /// No data: it may or may not hold.
    Unknown,
}

impl Answer {
    /// No if either is No; Yes if both are Yes; otherwise Unknown.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, Self::Yes) => Self::Yes,
            _ => Self::Unknown,
        }
    }
}

impl std::ops::Not for Answer {
    type Output = Self;

    /// The opposite; of Unknown, Unknown.
    fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Unknown => Self::Unknown,
        }
    }
}

impl From<bool> for Answer {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

/// What an [`Answer::Unknown`] counts as in the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Otherwise {
    /// No data stays no data, and holds the promotion where it could matter.
    #[default]
    Hold,
    /// No data is a breach.
    Breach,
    /// No data is not a breach.
    Ok,
}

impl Otherwise {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Hold, Self::Breach, Self::Ok];

    /// What a window without data then is, in words; `None` where it stays open.
    #[must_use]
    pub fn in_words(self) -> Option<&'static str> {
        match self {
            Self::Hold => None,
            Self::Breach => Some("is a breach"),
            Self::Ok => Some("is no breach"),
        }
    }

    /// Its name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::Breach => "breach",
            Self::Ok => "ok",
        }
    }

    /// Resolves whether a window breaches.
    #[must_use]
    pub fn resolve(self, breach: Answer) -> Answer {
        match (self, breach) {
            (Self::Breach, Answer::Unknown) => Answer::Yes,
            (Self::Ok, Answer::Unknown) => Answer::No,
            (_, decided) => decided,
        }
    }
}

/// How many windows without data are skipped, as if they were not there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Allowance {
    /// So many.
    Windows(usize),
    /// At most this share of the windows looked at, in percent, from 0 to 100.
    Share(Finite),
}

/// What no data means to a rule.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Missing {
    /// How many windows without data are skipped.
    pub allow: Option<Allowance>,
    /// What those mean that are not.
    pub otherwise: Otherwise,
}

impl std::fmt::Display for Missing {
    /// As a table writes it: `breach`, `{ allow: 2, else: breach }`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let otherwise = self.otherwise.name();
        match self.allow {
            None => f.write_str(otherwise),
            Some(Allowance::Windows(windows)) => write!(f, "{{ allow: {windows}, else: {otherwise} }}"),
            Some(Allowance::Share(percent)) => {
                write!(f, "{{ allow: {}%, else: {otherwise} }}", notation::shortest(percent.get()))
            }
        }
    }
}

impl Missing {
    /// Whether windows without data are skipped: no more of them than allowed, some window is left, and the last one
    /// has data.
    #[must_use]
    pub fn skips(self, without_data: usize, all: usize, last_has_data: bool) -> bool {
        let is_allowed = match self.allow {
            None => false,
            Some(Allowance::Windows(windows)) => without_data <= windows,
            // 100 * without_data <= percent * all
            Some(Allowance::Share(percent)) => {
                let allowed = Exact::new(percent.get()).times(&Exact::new(all as f64));
                Exact::new(without_data as f64).times(&Exact::new(100.0)) <= allowed
            }
        };
        is_allowed && (1..all).contains(&without_data) && last_has_data
    }
}

/// What a breach that still runs at the last window means, when it is not yet long enough.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pending {
    /// It holds the promotion.
    #[default]
    Hold,
    /// It is a warning.
    Warn,
}

impl Pending {
    /// Every one.
    pub const ALL: [Self; 2] = [Self::Hold, Self::Warn];

    /// Its name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::Warn => "warn",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer::*, *};

    #[test]
    fn the_known_part_decides() {
        for (a, b, and) in [
            (Yes, Yes, Yes),
            (Yes, No, No),
            (No, No, No),
            (Yes, Unknown, Unknown),
            (No, Unknown, No),
            (Unknown, Unknown, Unknown),
        ] {
            assert_eq!(a.and(b), and);
            assert_eq!(b.and(a), and);
        }
        assert_eq!([!Yes, !No, !Unknown], [No, Yes, Unknown]);
    }

    #[test]
    fn missing_resolves_only_the_unknown() {
        for (missing, resolved) in [(Otherwise::Hold, Unknown), (Otherwise::Breach, Yes), (Otherwise::Ok, No)] {
            assert_eq!(missing.resolve(Unknown), resolved);
            assert_eq!(missing.resolve(Yes), Yes);
            assert_eq!(missing.resolve(No), No);
        }
    }

    #[test]
    fn below_at_and_above_what_may_be_skipped() {
        let share = |percent| Some(Allowance::Share(Finite::new(percent).unwrap()));
        for (allow, without_data, all, last_has_data, skips) in [
            (None, 1, 4, true, false),
            (Some(Allowance::Windows(2)), 1, 4, true, true),
            (Some(Allowance::Windows(2)), 2, 4, true, true),
            (Some(Allowance::Windows(2)), 3, 4, true, false),
            (Some(Allowance::Windows(2)), 2, 4, false, false),
            (Some(Allowance::Windows(4)), 4, 4, true, false),
            (Some(Allowance::Windows(4)), 0, 4, true, false),
            (share(25.0), 1, 4, true, true),
            (share(24.9), 1, 4, true, false),
            (share(30.0), 3, 10, true, true),
            (share(30.0), 4, 10, true, false),
        ] {
            let missing = Missing { allow, otherwise: Otherwise::Hold };
            assert_eq!(missing.skips(without_data, all, last_has_data), skips, "{allow:?} {without_data} of {all}");
        }
    }
}
