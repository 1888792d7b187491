//! One file a command: each walks its guest from the door in to the door out.

pub(crate) mod check;
mod output;
mod progress;
mod table;
