//! How a check came about, step by step: everything that the judging looked at, so that a person can follow it
//! with the table in one hand and the snapshot in the other. What it comes to is the check's business.

use super::{aggregate::Aggregate, answer::Answer, verdict::Check};

/// One rule on one series: what it came to, and how.
#[derive(Clone, Debug)]
pub struct Trace<'t> {
    /// What it came to.
    pub check: Check<'t>,
    /// How.
    pub steps: Steps,
}

/// How a check came about.
#[derive(Clone, Debug, PartialEq)]
pub enum Steps {
    /// Nothing was compared; the check's reason says why.
    NotEvaluated,
    /// Window by window.
    Windows {
        /// How many windows in a row must breach; at least 1.
        needed: usize,
        /// One for each window, in order.
        windows: Vec<Step>,
    },
    /// One value was made of all windows.
    Whole {
        /// How.
        aggregate: Aggregate,
        /// What each window would be by itself, in order.
        windows: Vec<Compared>,
        /// What was made of them.
        whole: Compared,
        /// Whether that breaches.
        breach: Breach,
    },
}

/// One window of a rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The rule's own comparison.
    pub own: Compared,
    /// Those of `and`, in the table's order.
    pub and: Vec<Compared>,
    /// Whether the flag of `unless` exempts the window; `None` where there is no such flag.
    pub exempt: Option<Answer>,
    /// Whether the window breaches.
    pub breach: Breach,
    /// How many windows in a row breach up to this one; 0 if it does not breach.
    pub run: usize,
    /// How many would, were every window a breach that `missing` leaves unknown.
    pub possible: usize,
}

/// A value beside its limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Compared {
    /// The value; `None` without data.
    pub value: Option<f64>,
    /// The limit; `None` where its baseline has no data.
    pub limit: Option<f64>,
    /// Whether the comparison holds.
    pub holds: Answer,
}

/// Whether a window, or the one value of all, breaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Breach {
    /// As measured.
    pub measured: Answer,
    /// As `missing` resolves it.
    pub resolved: Answer,
}

impl Compared {
    /// The value and the limit, where there are both.
    #[must_use]
    pub fn pair(self) -> Option<(f64, f64)> {
        self.value.zip(self.limit)
    }
}
