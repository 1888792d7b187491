//! Where a file that is written goes, so that half of one is never seen. It knows nothing of what is in it.

use std::{
    env, fs,
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

use tempfile::Builder;

use super::interrupts;

/// The environment variable that names the file which GitHub shows as the summary of a step.
const STEP_SUMMARY: &str = "GITHUB_STEP_SUMMARY";

/// How many links are followed, one after another, before they count as a circle.
const MOST_LINKS: usize = 40;

/// How a file is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// A file, or none yet: the new one is written beside it and moved to its place.
    Replaced(PathBuf),
    /// The summary of a step in GitHub, to which every command of the step adds.
    Appended(PathBuf),
    /// A device, a pipe or a descriptor of this process, which can only be written through.
    Through(PathBuf),
}

impl Destination {
    /// Where `path` leads, links followed.
    ///
    /// # Errors
    /// It is a folder, its folder is not there or may not be looked at, or its links go in circles.
    pub fn find(path: &Path) -> io::Result<Self> {
        let summary = env::var_os(STEP_SUMMARY).filter(|summary| !summary.is_empty());
        let found = follow(path)?;
        match summary.and_then(|summary| follow(Path::new(&summary)).ok()) {
            Some(summary) if summary == found && matches!(found, Self::Replaced(_)) => {
                Ok(Self::Appended(found.into_path()))
            }
            _ => Ok(found),
        }
    }

    /// Writes `text`.
    ///
    /// # Errors
    /// It cannot be written. What was there before is there still.
    pub fn write(&self, text: &str) -> io::Result<()> {
        match self {
            Self::Replaced(path) => replace(path, text),
            Self::Appended(path) => append(path, text),
            Self::Through(path) => fs::OpenOptions::new().append(true).open(path)?.write_all(text.as_bytes()),
        }
    }

    /// Takes away the file that an earlier run left, so that it is not taken for one of this run.
    ///
    /// # Errors
    /// It is there and cannot be removed.
    pub fn clear(&self) -> io::Result<()> {
        match self {
            Self::Replaced(path) => match fs::remove_file(path) {
                Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            },
            Self::Appended(_) | Self::Through(_) => Ok(()),
        }
    }

    /// The path that nothing else leads to.
    #[must_use]
    pub fn into_path(self) -> PathBuf {
        match self {
            Self::Replaced(path) | Self::Appended(path) | Self::Through(path) => path,
        }
    }
}

fn follow(path: &Path) -> io::Result<Destination> {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        let name = path.file_name().ok_or(ErrorKind::IsADirectory)?;
        let folder = folder_of(&path).canonicalize()?;
        let place = folder.join(name);
        // Names in these folders stand for what is open already, even where it looks like a file.
        if folder == Path::new("/dev") || ["/dev/fd", "/proc"].iter().any(|open| folder.starts_with(open)) {
            return Ok(Destination::Through(place));
        }
        match fs::symlink_metadata(&place) {
            Ok(found) if found.is_symlink() => path = folder.join(fs::read_link(&place)?),
            Ok(found) if found.is_dir() => return Err(ErrorKind::IsADirectory.into()),
            Ok(found) if found.is_file() => return Ok(Destination::Replaced(place)),
            Ok(_) => return Ok(Destination::Through(place)),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Destination::Replaced(place)),
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other("too many links"))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    let before = fs::metadata(path).ok().map(|found| found.permissions());
    if before.as_ref().is_some_and(fs::Permissions::readonly) {
        return Err(ErrorKind::PermissionDenied.into());
    }
    // Until the end, so that an interrupt leaves no unfinished file behind.
    let _held = interrupts::hold();
    let mut builder = Builder::new();
    builder.prefix(".rollout-gate-");
    // Those of any new file: the user's mask takes away its part.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder_of(path))?;
    file.write_all(text.as_bytes())?;
    if let Some(before) = before {
        file.as_file().set_permissions(before)?;
    }
    // Before it gets its name, so that not even a power cut leaves half of it there.
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

fn append(path: &Path, text: &str) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().append(true).create(true).open(path)?;
    let before = file.metadata()?.len();
    let _held = interrupts::hold();
    file.write_all(text.as_bytes()).inspect_err(|_| {
        // If that fails too, there is nothing left to do.
        let _ = file.set_len(before);
    })
}
