//! A tree in one row, so that it can be a constant: the form in which the build script leaves the shipped table.

use std::ops::Range;

/// A value, or the key of one. What is in it follows, as in the text.
#[derive(Clone, Debug)]
pub(crate) struct Flat {
    pub(crate) kind: Kind,
    /// The line where it is used, from 1; 0 for a key.
    pub(crate) line: u32,
    /// Where it is used, in bytes.
    pub(crate) span: Range<u32>,
    /// Of a value that comes through an alias: where it is written.
    pub(crate) defined: Option<Range<u32>>,
}

/// What it is.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Null,
    Bool(bool),
    Number(f64),
    /// Where in the texts of the tree.
    Text(Range<u32>),
    /// How many of the row are in it.
    List(u32),
    /// How many of the row are in it; each value after its key.
    Map(u32),
}
