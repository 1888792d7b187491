//! What became of one snapshot. [`crate::input`] and [`crate::report`] share these types, so that neither has to know
//! the other.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::{
    eval::{
        judge::evaluate,
        snapshot::{Prepared, Snapshot},
        table::StageRules,
        verdict::{Decision, Verdict},
    },
    exit::Exit,
    refusal::Refusal,
};

/// A snapshot that was read, and what reports show beside it.
#[derive(Debug)]
pub struct Reading<'t> {
    /// What judges it.
    pub stage: StageRules<'t>,
    /// What was measured, ready to be judged.
    pub prepared: Prepared,
    /// What is wrong with the snapshot, if anything is; what it is about is without data.
    pub faults: Option<Refusal>,
    /// When the first judged window opened.
    pub start: Option<Timestamp>,
    /// Free texts, in the file's order.
    pub labels: Vec<(String, String)>,
    /// The SHA-256 of the file's bytes, in hexadecimal; `None` where nobody asked for it.
    pub sha256: Option<String>,
    /// Metrics that the pipeline does not declare, in the file's order.
    pub unused_metrics: Vec<String>,
    /// The same under `baseline`.
    pub unused_baseline: Vec<String>,
}

/// When window `number` opens, if window 0 opens at `start` and each is `window` wide; `None` beyond the calendar.
#[must_use]
pub fn opening(start: Timestamp, window: Duration, number: usize) -> Option<Timestamp> {
    let span = window.checked_mul(u32::try_from(number).ok()?)?;
    start.checked_add(SignedDuration::try_from(span).ok()?).ok()
}

/// A reading and what it came to.
#[derive(Debug)]
pub struct Judged<'t> {
    /// What was read.
    pub reading: Reading<'t>,
    /// What the stage's rules say about it.
    pub verdict: Verdict<'t>,
}

/// One snapshot, judged or refused.
#[derive(Debug)]
pub struct Outcome<'t> {
    /// The snapshot as the user named it; `None` where the table could not be read, and so none was.
    pub name: Option<String>,
    /// The verdict, or why there is none.
    pub result: Result<Judged<'t>, Refusal>,
}

impl<'t> Reading<'t> {
    /// What was measured and is judged.
    #[must_use]
    pub fn snapshot(&self) -> &Snapshot {
        &self.prepared.snapshot
    }

    /// Judges it by the rules of its stage.
    ///
    /// # Errors
    /// What is wrong with the snapshot, unless a trigger fires all the same: a fault hides no rollback.
    pub fn judge(mut self) -> Result<Judged<'t>, Refusal> {
        let verdict = evaluate(self.stage, &self.prepared);
        match self.faults.take_if(|_| !verdict.rollback_triggered()) {
            Some(refusal) => Err(refusal),
            None => Ok(Judged { reading: self, verdict }),
        }
    }
}

impl Outcome<'_> {
    /// The decision; `None` for no verdict.
    #[must_use]
    pub fn decision(&self) -> Option<Decision> {
        self.result.as_ref().ok().map(|judged| judged.verdict.decision())
    }

    /// What it means for the exit code.
    #[must_use]
    pub fn exit(&self) -> Exit {
        self.decision().map_or(Exit::NoVerdict, Exit::from)
    }
}
