//! Verdicts, refusals and findings as text: for people, for machines, for CI systems. It knows nothing of inputs and
//! files.
//!
//! A new format of `check` reports is one file here and one line in [`format`](mod@format). A new format of another
//! command is a file in that command's folder: [`show`], [`suite`], [`explain`].

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
mod steps;
pub mod suite;
pub mod table_name;
pub mod text;
mod times;
mod wording;
