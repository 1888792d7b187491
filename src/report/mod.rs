//! The door out: verdicts, refusals and findings to text. It knows nothing of files and how they are read.
//!
//! A new format is one file here and one arm where the formats are told apart; one of report files is a line in
//! [`format`](mod@format).

pub mod batch;
pub mod escape;
pub mod explain;
pub mod fault;
pub mod format;
mod gfm;
pub mod github;
#[cfg(feature = "html")]
pub mod html;
pub mod incident;
pub mod json;
#[cfg(feature = "junit")]
pub mod junit;
mod layout;
pub mod lint;
pub mod markdown;
pub mod show;
mod sparkline;
pub mod suite;
pub mod text;
mod times;
mod told;
mod wording;
#[cfg(feature = "junit")]
mod xunit;
