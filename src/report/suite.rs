//! What came of the tests of a table. A new format is one file here.

pub mod json;
#[cfg(feature = "junit")]
pub mod junit;
pub mod text;
