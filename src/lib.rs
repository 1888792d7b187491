//! Promote, hold or roll back? `rollout-gate` judges windowed metrics against a table of per-stage limits.
//!
//! ```text
//! snapshot --+                                            +--> stdout, report files
//!            |   input/  -->  eval/ (pure)  -->  report/  |
//! gates.yaml-+   door in      the house          door out +--> exit code
//! ```
//!
//! The binary is a thin shell around this:
//!
//! ```
//! use rollout_gate::{
//!     input::{gates, snapshot},
//!     outcome::Judged,
//! };
//!
//! let table = gates::read("gates.yaml", std::fs::read_to_string("gates.yaml")?)?;
//! let path = "fixtures/tsfm/canary_5/rollback.json";
//! let reading = snapshot::read(path, std::fs::read_to_string(path)?, &table, &snapshot::Request::default())?;
//! let judged = Judged::from(reading);
//! assert!(!judged.verdict.gate_passed());
//! assert_eq!(judged.verdict.rollback_reasons(), ["p95>400ms_for_2x5m"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

pub mod eval;
pub mod exit;
pub mod input;
pub mod inspection;
pub mod lint;
pub mod outcome;
pub mod refusal;
pub mod report;
mod schema;
pub mod starter;
pub mod suite;
