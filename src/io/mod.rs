//! Reading and writing: standard streams, files and folders, and the signals that could cut a write short.
//!
//! Everything here moves text and knows nothing of what it says: neither tables and snapshots, nor reports.
//!
//! | module | owns |
//! | --- | --- |
//! | [`files`] | the text of a file or of standard input, and which files a folder has |
//! | [`output`] | standard output and standard error |
//! | [`destination`] | where a written file goes, so that half of one is never seen |
//! | [`interrupts`] | signals wait while something is written |
//! | [`terminal`] | what the streams that people read can show |
//! | [`progress`] | how far a long run is |
//!
//! A new place to read from or to write to is a file here.

pub mod destination;
pub mod files;
mod folder;
pub mod interrupts;
pub mod output;
pub mod progress;
pub mod terminal;
