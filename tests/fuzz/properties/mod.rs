//! What must hold of every text, however it came about. Each module is a door of the program, with `holds`: it takes
//! bytes, and panics where what must hold does not.
//!
//! A fuzz target calls one of them on inputs that it makes up, and `tests/it/fuzz.rs` each on every fixture and on every
//! input that was found to break something once. A new door is a file here, a file in `targets` and a line in
//! `tests/it/fuzz.rs`.

pub mod check;
pub mod durations;
pub mod limits;
pub mod snapshot;
pub mod suite;
pub mod table;
pub mod templates;

mod case;
mod json;
mod numbers;
mod printed;
mod refused;
mod reports;
mod tables;
