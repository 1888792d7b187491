//! One file a command: each walks its guest from the door in to the door out.

pub(crate) mod check;
#[cfg(feature = "completions")]
pub(crate) mod completions;
mod destination;
pub(crate) mod explain;
mod find;
pub(crate) mod init;
mod interrupts;
pub(crate) mod lint;
#[cfg(feature = "man")]
pub(crate) mod man;
mod output;
mod progress;
mod reports;
pub(crate) mod schema;
pub(crate) mod show;
mod table;
mod terminal;
pub(crate) mod test;
