//! One file a command: each reads what its flags name, has it judged, reviewed or tested, and reports what came of it.

pub(crate) mod check;
#[cfg(feature = "completions")]
pub(crate) mod completions;
pub(crate) mod explain;
mod find;
pub(crate) mod init;
pub(crate) mod lint;
#[cfg(feature = "man")]
pub(crate) mod man;
mod reports;
pub(crate) mod schema;
pub(crate) mod show;
mod table;
pub(crate) mod test;
