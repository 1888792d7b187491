//! Everything that is tried from outside: the built binary, and the library as another crate sees it.
//!
//! One program, since each further one is linked with everything anew. `cargo test --test it lint::` runs one module.
//! Modules share a process: what a test sets, it sets for a child that it starts, and never for itself.

// A test fails by panicking.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::string_slice, clippy::unwrap_used)]
#![allow(clippy::missing_panics_doc)]

#[cfg(feature = "default")]
#[path = "../fuzz/properties/mod.rs"]
pub mod properties;

/// What several modules need to run the binary, and to read what it wrote as others do.
mod shared {
    pub(crate) mod acting;
    pub(crate) mod binary;
    #[cfg(target_os = "linux")]
    pub(crate) mod bounded;
    #[cfg(all(unix, feature = "default"))]
    pub(crate) mod chromium;
    pub(crate) mod colour;
    #[cfg(all(unix, feature = "default"))]
    pub(crate) mod documents;
    pub(crate) mod folder;
    #[cfg(feature = "default")]
    pub(crate) mod html;
    pub(crate) mod junit;
    pub(crate) mod kept;
    #[cfg(target_os = "linux")]
    pub(crate) mod kinds;
    #[cfg(feature = "default")]
    pub(crate) mod markdown;
    #[cfg(feature = "default")]
    pub(crate) mod pages;
    #[cfg(target_os = "linux")]
    pub(crate) mod stranger;
    pub(crate) mod trace;
    pub(crate) mod verdicts;
}

mod architecture;
mod boundaries;
#[cfg(all(unix, feature = "default"))]
mod browser;
#[cfg(all(unix, feature = "default"))]
mod ci;
#[cfg(unix)]
mod cli;
#[cfg(all(unix, feature = "default"))]
mod documents;
mod explain;
#[cfg(target_os = "linux")]
mod failing_outputs;
#[cfg(unix)]
mod features;
mod formats;
#[cfg(feature = "default")]
mod fuzz;
#[cfg(feature = "default")]
mod hostile;
#[cfg(target_os = "linux")]
mod hostile_files;
#[cfg(feature = "default")]
mod html;
mod init;
mod laws;
mod lint;
#[cfg(feature = "default")]
mod readings;
mod recorded;
mod refusals;
#[cfg(all(unix, feature = "default"))]
mod reports;
mod review;
mod schemas;
mod shipped;
mod show;
mod suite;
