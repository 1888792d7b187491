//! Files: which ones there are, and their text.

use std::{
    fs::File,
    io::{self, Read, Seek},
    path::{Path, PathBuf},
};

use walkdir::WalkDir;

use crate::refusal::{Code, Fault, Refusal};

/// Where a snapshot comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Standard input, named `-`.
    Stdin,
    /// A file.
    File(PathBuf),
}

impl Source {
    /// The one that a command line names: `-` is standard input.
    #[must_use]
    pub fn named(path: &Path) -> Self {
        if path == Path::new("-") { Self::Stdin } else { Self::File(path.to_owned()) }
    }

    /// As the user named it.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Stdin => "-".to_owned(),
            Self::File(path) => path.to_string_lossy().into_owned(),
        }
    }

    /// Opens it. What is not a regular file can be read once only, and is read now.
    ///
    /// # Errors
    /// It cannot be opened, or cannot be read, or is too large.
    pub fn open(&self) -> Result<Opened, Refusal> {
        let name = self.name();
        let content = match self {
            Self::Stdin => read(io::stdin().lock(), 0).map(Content::Bytes),
            Self::File(path) => File::open(path).and_then(|file| {
                let metadata = file.metadata()?;
                if metadata.is_file() {
                    Ok(Content::File { file, length: metadata.len() })
                } else {
                    read(file, 0).map(Content::Bytes)
                }
            }),
        };
        match content {
            Ok(content) => Ok(Opened { name, content }),
            Err(error) => Err(unreadable(&name, &error)),
        }
    }

    /// Its text, without a byte order mark.
    ///
    /// # Errors
    /// It cannot be read, is too large, or is not UTF-8.
    pub fn read(&self) -> Result<String, Refusal> {
        self.open()?.into_text()
    }
}

/// A file that can be read.
pub struct Opened {
    name: String,
    content: Content,
}

enum Content {
    File { file: File, length: u64 },
    Bytes(Vec<u8>),
}

impl Opened {
    /// The file as the user named it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What `scan` makes of its bytes as they come, from the first.
    pub(super) fn with<T>(&mut self, scan: impl FnOnce(&mut dyn Read) -> Option<T>) -> Option<T> {
        match &mut self.content {
            Content::File { file, .. } => scan(file),
            Content::Bytes(bytes) => scan(&mut bytes.as_slice()),
        }
    }

    /// Its text from the beginning, without a byte order mark.
    pub(super) fn into_text(self) -> Result<String, Refusal> {
        let bytes = match self.content {
            Content::Bytes(bytes) => Ok(bytes),
            Content::File { mut file, length } => file.rewind().and_then(|()| read(file, length)),
        };
        text(&self.name, bytes.map_err(|error| unreadable(&self.name, &error))?)
    }
}

fn unreadable(name: &str, error: &io::Error) -> Refusal {
    let fault = Fault::new(Code::Unreadable, format!("cannot be read: {error}"));
    Refusal::unreadable(name, fault.help("check that the file is there and may be read"))
}

/// The largest file that is read: far above every real one, and little enough to fit in memory.
const MOST_BYTES: u64 = 2 << 30;

/// Every byte of `file`, which has about `length`.
fn read(file: impl Read, length: u64) -> io::Result<Vec<u8>> {
    let too_large = || io::Error::other("larger than 2 GiB");
    if length > MOST_BYTES {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    // One more, so that the end is seen without asking for more memory.
    bytes.try_reserve_exact(usize::try_from(length + 1).map_err(io::Error::other)?)?;
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES { Err(too_large()) } else { Ok(bytes) }
}

fn text(name: &str, bytes: Vec<u8>) -> Result<String, Refusal> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        let fault = Fault::new(Code::NotUtf8, "the text is UTF-16");
        return Err(Refusal::unreadable(name, fault.help("save the file as UTF-8")));
    }
    let mut text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let fault = Fault::new(Code::NotUtf8, "the text is not UTF-8 from here on")
            .at(at..at + char::REPLACEMENT_CHARACTER.len_utf8());
        Refusal {
            origin: name.to_owned(),
            text: Some(String::from_utf8_lossy(error.as_bytes()).into_owned()),
            faults: vec![fault.help("save the file as UTF-8")],
            more: 0,
        }
    })?;
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    Ok(text)
}

/// The snapshots under each of `paths`, in order: `-` is standard input, a folder gives every `*.json` in
/// it and below, sorted by name. Folders are walked as the iterator is: the entries of those being walked are in
/// memory, and no more.
///
/// What cannot be found, and a folder without a snapshot, is a refusal among them.
pub fn sources(paths: &[PathBuf]) -> impl Iterator<Item = Result<Source, Refusal>> {
    paths.iter().flat_map(|path| -> Box<dyn Iterator<Item = _> + Send> {
        match Source::named(path) {
            Source::File(path) if path.is_dir() => Box::new(folder(&path)),
            source => Box::new(std::iter::once(Ok(source))),
        }
    })
}

fn folder(path: &Path) -> impl Iterator<Item = Result<Source, Refusal>> + Send + use<> {
    let empty = Refusal::unreadable(
        path.to_string_lossy(),
        Fault::new(Code::NoSnapshot, "no snapshot in this folder").help("snapshots are files whose name ends in .json"),
    );
    let mut found = WalkDir::new(path).follow_links(true).sort_by_file_name().into_iter().filter_map(found).peekable();
    let empty = found.peek().is_none().then_some(Err(empty));
    empty.into_iter().chain(found)
}

fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "json")
}

/// A walked entry, if it is a snapshot or cannot be walked.
fn found(entry: walkdir::Result<walkdir::DirEntry>) -> Option<Result<Source, Refusal>> {
    match entry {
        // A circle of links leads back to a folder that is being walked already.
        Err(error) if error.loop_ancestor().is_some() => None,
        // A link to nowhere that is no snapshot by its name.
        Err(error) if error.path().is_some_and(|path| path.is_symlink() && !is_json(path)) => None,
        Err(error) => {
            let name = error.path().map(Path::to_string_lossy).unwrap_or_default().into_owned();
            let why = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
            let fault = Fault::new(Code::Unreadable, format!("cannot be read: {why}"));
            Some(Err(Refusal::unreadable(name, fault.help("check that it is there and may be read"))))
        }
        Ok(entry) if entry.file_type().is_dir() => None,
        Ok(entry) if !is_json(entry.path()) => None,
        Ok(entry) if entry.file_type().is_file() => Some(Ok(Source::File(entry.into_path()))),
        Ok(entry) => {
            let fault = Fault::new(Code::Unreadable, "not a regular file")
                .help("name it on the command line if it is to be read");
            Some(Err(Refusal::unreadable(entry.path().to_string_lossy(), fault)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_taken_off() {
        assert_eq!(text("f", b"\xEF\xBB\xBF{}".to_vec()).unwrap(), "{}");
    }

    #[test]
    fn what_is_not_utf8_is_refused_where_it_begins() {
        let refusal = text("f", b"{\n \xFF}".to_vec()).unwrap_err();
        let place = refusal.place(&refusal.faults[0]).unwrap();
        assert_eq!((place.line, place.column), (2, 2));
        assert!(text("f", b"\xFF\xFE{\0".to_vec()).unwrap_err().faults[0].message.contains("UTF-16"));
    }
}
