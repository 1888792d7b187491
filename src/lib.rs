//! Promote, hold or roll back? `rollout-gate` judges windowed metrics against a table of per-stage limits.
//!
//! ```text
//! snapshot.json --+             +--> eval --+              +--> standard output
//!                 +--> input ---+           +--> report ---+
//! gates.yaml -----+             +--> lint --+              +--> report files
//! ```
//!
//! | layer | what it does | what it uses |
//! | --- | --- | --- |
//! | [`eval`] | judges a snapshot by a table; pure | nothing |
//! | [`lint`] | reviews a table; pure | `eval` |
//! | [`input`] | makes their types from text | both, nothing of `report` |
//! | [`report`] | makes text from verdicts and findings | both, nothing of `input` |
//! | [`io`] | reads and writes text: streams, files, folders, signals | none of them |
//!
//! [`refusal`], [`outcome`], [`inspection`], [`suite`] and [`exit`] are what `input` and `report` share. The binary
//! puts it together: `cli` declares the flags, `commands` has one file a command.
//!
//! At its heart, a check is this:
//!
//! ```
//! use rollout_gate::input::{gates, snapshot};
//!
//! let table = gates::read("gates.yaml", std::fs::read_to_string("gates.yaml")?)?;
//! let path = "fixtures/tsfm/canary_5/rollback.json";
//! let reading = snapshot::read(path, std::fs::read_to_string(path)?, &table, &snapshot::Request::default())?;
//! let judged = reading.judge()?;
//! assert!(!judged.verdict.gate_passed());
//! assert_eq!(judged.verdict.rollback_reasons(), ["p95>400ms_for_2x5m"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

pub mod eval;
pub mod exit;
pub mod input;
pub mod inspection;
pub mod io;
pub mod lint;
pub mod outcome;
pub mod refusal;
pub mod report;
mod schema;
pub mod starter;
pub mod suite;
