//! Folders that tests write to.

use std::{
    fs, io,
    panic::Location,
    path::{Path, PathBuf},
};

/// A folder of its own for one test, empty. `test` is unique in the file that asks.
#[track_caller]
pub(crate) fn folder(test: &str) -> io::Result<PathBuf> {
    let asking = Path::new(Location::caller().file()).file_stem().unwrap_or_default();
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(asking).join(test);
    match fs::remove_dir_all(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => fs::create_dir_all(&path)?,
    }
    Ok(path)
}
