//! Verdicts, refusals and findings to text. It knows nothing of files and how they are read.
//!
//! A new format is one file here and one arm where the formats are chosen; one of report files is a line in
//! [`format`](mod@format).

pub mod batch;
pub mod escape;
pub mod explain;
pub mod fault;
pub mod format;
mod gfm;
mod github;
#[cfg(feature = "html")]
mod html;
mod incident;
pub mod json;
#[cfg(feature = "junit")]
mod junit;
#[cfg(feature = "junit")]
mod junit_xml;
mod layout;
pub mod lint;
mod markdown;
mod rows;
mod section;
pub mod show;
mod sparkline;
pub mod suite;
pub mod table_name;
pub mod text;
mod times;
mod wording;
