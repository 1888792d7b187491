//! How a check came about, step by step: everything that the judging looked at, so that a person can follow it
//! with the table in one hand and the snapshot in the other. What it comes to is the check's business.

use super::{answer::Answer, table::Measure, verdict::Check};

/// One rule on one series: what it came to, and how.
#[derive(Clone, Debug)]
pub struct Trace<'t> {
    /// What it came to.
    pub check: Check<'t>,
    /// What of the metric is compared.
    pub measure: Measure,
    /// One for each window that the rule looks at, in order; none where it was not evaluated, and the check's reason
    /// says why.
    pub steps: Vec<Step>,
}

/// One window of a rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The window.
    pub window: usize,
    /// What was measured in it.
    pub measured: Option<f64>,
    /// The rule's own comparison.
    pub own: Compared,
    /// Those of `and`, in the table's order.
    pub and: Vec<Compared>,
    /// Whether the flag of `unless` exempts the window; `None` where there is no such flag.
    pub exempt: Option<Answer>,
    /// Whether the window breaches.
    pub breach: Breach,
    /// Whether it is judged: the first windows are not where a value is made of several.
    pub is_judged: bool,
    /// Whether it is skipped, for it is without data and that is allowed.
    pub is_skipped: bool,
    /// How many windows in a row breach up to this one; 0 if it does not breach.
    pub run: usize,
}

/// A value beside its limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Compared {
    /// The value; of an interval that decides, the end nearest to the limit. `None` without data.
    pub value: Option<f64>,
    /// Between which numbers the value is, where that is all that is known; they may be infinite.
    pub between: Option<(f64, f64)>,
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
