//! Promote, hold or roll back? `rollout-gate` judges windowed metrics against a table of per-stage limits.
//!
//! ```text
//! snapshot --+                                            +--> stdout
//!            |   input/  -->  eval/ (pure)  -->  report/  |
//! gates.yaml-+   door in      the house          door out +--> exit code
//! ```

pub mod eval;
pub mod exit;
pub mod input;
pub mod outcome;
pub mod refusal;
pub mod report;
