//! What came of the tests of a table. A new format is one file here.

pub mod json;
#[cfg(feature = "junit")]
pub mod junit;
pub mod text;

use crate::eval::{table::Kind, verdict::State};

/// What has not been seen of a rule of `kind`, of states that are missing: `never seen to fail`.
fn never_seen(kind: Kind, missing: &[State]) -> &'static str {
    match (kind, missing.contains(&State::clear(kind)), missing.contains(&State::breached(kind))) {
        (_, false, false) => "seen both ways",
        (Kind::Gate, true, false) => "never seen to pass",
        (Kind::Gate, false, true) => "never seen to fail",
        (Kind::Gate, true, true) => "never seen to pass or to fail",
        (Kind::Rollback, true, false) => "never seen to stay quiet",
        (Kind::Rollback, false, true) => "never seen to fire",
        (Kind::Rollback, true, true) => "never seen to stay quiet or to fire",
    }
}
