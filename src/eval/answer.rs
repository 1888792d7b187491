//! Strong three-valued logic (Kleene, Introduction to Metamathematics, 1952, section 64): an answer is
//! decided as soon as the known parts decide it, whatever the unknown ones turn out to be.

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
pub enum Missing {
    /// No data stays no data, and holds the promotion where it could matter.
    #[default]
    Hold,
    /// No data is a breach.
    Breach,
    /// No data is not a breach.
    Ok,
}

impl Missing {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Hold, Self::Breach, Self::Ok];

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
        for (missing, resolved) in [(Missing::Hold, Unknown), (Missing::Breach, Yes), (Missing::Ok, No)] {
            assert_eq!(missing.resolve(Unknown), resolved);
            assert_eq!(missing.resolve(Yes), Yes);
            assert_eq!(missing.resolve(No), No);
        }
    }
}
