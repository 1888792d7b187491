//! Text to the types of [`crate::eval`], or a [`Refusal`](crate::refusal::Refusal) with every fault. It knows nothing of
//! reports.
//!
//! [`gates`] reads tables of limits, [`snapshot`] reads what was measured, [`observed`] only which metrics it
//! has, [`suite`] reads tests of a table. A new format is one file here.

mod data_faults;
mod document;
mod duration;
mod form;
pub mod gates;
mod json;
pub mod observed;
pub mod snapshot;
mod stages;
mod suggestion;
pub mod suite;
mod values;
mod windows;
mod yaml;

pub use duration::parse as parse_duration;
pub use snapshot::parse_time;
pub use suggestion::did_you_mean;
