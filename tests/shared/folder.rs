//! Folders that tests write to.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// A folder of its own for one test, empty. `test` is unique in its file.
pub(crate) fn folder(test: &str) -> io::Result<PathBuf> {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(env!("CARGO_CRATE_NAME")).join(test);
    match fs::remove_dir_all(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => fs::create_dir_all(&path)?,
    }
    Ok(path)
}
