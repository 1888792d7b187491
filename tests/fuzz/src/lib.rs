//! What must hold of every text, however it came about. Each module is a door of the program, with `holds`: it takes
//! bytes, and panics where what must hold does not.
//!
//! A fuzz target calls one of them on inputs that it makes up, and `tests/fuzz.rs` each on every fixture and on every
//! input that was found to break something once. A new door is a file here, a file in `targets` and a line in
//! `tests/fuzz.rs`.

// What does not hold is told by panicking.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::string_slice, clippy::unwrap_used)]
#![allow(clippy::missing_panics_doc)]

pub mod check;
pub mod durations;
pub mod limits;
pub mod snapshot;
pub mod suite;
pub mod table;
pub mod templates;

#[path = "../../shared/acting.rs"]
mod acting;
mod case;
#[path = "../../shared/html.rs"]
mod html;
mod json;
#[path = "../../shared/junit.rs"]
mod junit;
#[path = "../../shared/markdown.rs"]
mod markdown;
mod numbers;
mod printed;
mod refused;
mod reports;
mod tables;
#[path = "../../shared/trace.rs"]
mod trace;
