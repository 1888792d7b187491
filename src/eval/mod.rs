//! The judging: what a table of limits says about a snapshot.
//!
//! Everything here is pure and total: no clock, files, environment, printing, serialization or panics,
//! and no dependency but `std`. Text becomes these types in [`crate::input`], and these types become
//! text in [`crate::report`].
//!
//! From the leaves up, no two modules import each other:
//!
//! | module | owns |
//! | --- | --- |
//! | [`number`] | a finite number, and a window's value or its absence |
//! | [`notation`] | how numbers and durations are written in reasons |
//! | [`answer`] | yes, no, unknown, and how they combine |
//! | [`mod@unit`], [`comparator`], [`persistence`], [`aggregate`], [`limit`] | the vocabulary of rules |
//! | [`measurement`] | the series of one metric |
//! | [`template`] | the reason texts that a table gives |
//! | [`table`] | pipelines, stages, metrics and rules, as checked |
//! | [`reason`] | the texts of reasons |
//! | [`snapshot`] | what was measured, with derived metrics worked out |
//! | [`verdict`] | the answer: checks and what follows from them |
//! | [`trace`] | how a check came about, window by window |
//! | [`judge`] | [`evaluate`](judge::evaluate): rules and snapshot to verdict |
//!
//! A new comparator, persistence or aggregate is a variant in its file here; the compiler then lists the few
//! places that match on it: its wording in [`reason`], and where the table's reader spells it.

pub mod aggregate;
pub mod answer;
pub mod baseline;
pub mod comparator;
pub(crate) mod comparison;
pub mod exact;
pub mod judge;
pub mod limit;
pub mod measurement;
pub mod notation;
pub mod number;
pub mod persistence;
pub mod reason;
pub mod snapshot;
pub mod table;
pub mod template;
pub mod trace;
pub mod unit;
pub mod verdict;
