//! Files: which ones there are, their text, and writing new ones. What the text means, [`crate::input`] knows.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Read, Seek, Write},
    path::{Path, PathBuf},
    string::FromUtf8Error,
};

use sha2::{Digest, Sha256};

use super::folder;
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

    /// Opens a snapshot. What is not a regular file can be read once only, and is read now.
    ///
    /// # Errors
    /// It cannot be opened, or cannot be read, or is larger than 2 GiB.
    pub fn open(&self) -> Result<Opened, Refusal> {
        self.open_at_most(SNAPSHOT)
    }

    /// The text of a snapshot, without a byte order mark.
    ///
    /// # Errors
    /// It cannot be read, is larger than 2 GiB, or is not UTF-8.
    pub fn read(&self) -> Result<String, Refusal> {
        Ok(self.open()?.into_text()?.0)
    }

    /// The text of what people write, a table or a suite of tests, without a byte order mark.
    ///
    /// # Errors
    /// It cannot be read, is larger than 16 MiB, or is not UTF-8.
    pub fn read_handwritten(&self) -> Result<String, Refusal> {
        Ok(self.open_at_most(HANDWRITTEN)?.into_text()?.0)
    }

    fn open_at_most(&self, limit: SizeLimit) -> Result<Opened, Refusal> {
        let name = self.name();
        let content = match self {
            Self::Stdin => read(io::stdin().lock(), 0, limit).map(Content::Bytes),
            Self::File(path) => File::open(path).and_then(|file| {
                let metadata = file.metadata()?;
                match metadata.len() {
                    length if length > limit.bytes => Err(limit.is_exceeded()),
                    length if metadata.is_file() => Ok(Content::File { file, length }),
                    _ => read(file, 0, limit).map(Content::Bytes),
                }
            }),
        };
        match content {
            Ok(content) => Ok(Opened { name, content, limit, digest: None }),
            Err(error) => Err(unreadable(&name, &error)),
        }
    }
}

/// A file that can be read.
pub struct Opened {
    name: String,
    content: Content,
    limit: SizeLimit,
    /// The digest of what was read so far, if it is asked for.
    digest: Option<Sha256>,
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

    /// Digests what is read from now on.
    pub(crate) fn digest(&mut self) {
        self.digest = Some(Sha256::new());
    }

    /// The SHA-256 of what was read, in hexadecimal; `None` where that was not asked for.
    pub(crate) fn sha256(&mut self) -> Option<String> {
        self.digest.take().map(|digest| hexadecimal(&digest.finalize()))
    }

    /// What `scan` makes of its bytes as they come, from the first.
    pub fn with<T>(&mut self, scan: impl FnOnce(&mut dyn Read) -> Option<T>) -> Option<T> {
        let reader: &mut dyn Read = match &mut self.content {
            Content::File { file, .. } => file,
            Content::Bytes(bytes) => &mut bytes.as_slice(),
        };
        match &mut self.digest {
            Some(digest) => scan(&mut Digesting { reader, digest }),
            None => scan(reader),
        }
    }

    /// Its text from the beginning, without a byte order mark, and the digest of its bytes, if that was asked for.
    ///
    /// # Errors
    /// It cannot be read, or is no text.
    pub fn into_text(self) -> Result<(String, Option<String>), Refusal> {
        let bytes = match self.content {
            Content::Bytes(bytes) => Ok(bytes),
            Content::File { mut file, length } => file.rewind().and_then(|()| read(file, length, self.limit)),
        };
        let bytes = bytes.map_err(|error| unreadable(&self.name, &error))?;
        let digest = self.digest.map(|_| sha256(&bytes));
        Ok((text(&self.name, bytes)?, digest))
    }
}

/// The SHA-256 of some bytes, in hexadecimal.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

fn hexadecimal(digest: &[u8]) -> String {
    digest.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// Digests what it reads.
struct Digesting<'a> {
    reader: &'a mut dyn Read,
    digest: &'a mut Sha256,
}

impl Read for Digesting<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.digest.update(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}

fn unreadable(name: &str, error: &io::Error) -> Refusal {
    let fault = match error.kind() {
        ErrorKind::FileTooLarge => {
            Fault::new(Code::TooLarge, error.to_string()).help("check that it is the right file")
        }
        _ => Fault::new(Code::Unreadable, format!("cannot be read: {error}"))
            .help("check that the file is there and may be read"),
    };
    Refusal::unreadable(name, fault)
}

/// How large a file may be.
#[derive(Clone, Copy)]
struct SizeLimit {
    bytes: u64,
    said: &'static str,
}

/// Far above every real snapshot, and little enough to fit in memory.
const SNAPSHOT: SizeLimit = SizeLimit { bytes: 2 << 30, said: "2 GiB" };

/// Far above every table and suite that anyone writes, and little enough to be read in seconds.
const HANDWRITTEN: SizeLimit = SizeLimit { bytes: 16 << 20, said: "16 MiB" };

impl SizeLimit {
    fn is_exceeded(self) -> io::Error {
        io::Error::new(ErrorKind::FileTooLarge, format!("larger than {}", self.said))
    }
}

/// How much of a file is looked at before the rest is read.
const BEGINNING: u64 = 64 << 10;

/// Every byte of `file`, which has about `length`. If it does not begin as text, only the beginning: it will be refused,
/// and the rest may be as long as a disk, or without end, as of `/dev/zero`.
fn read(mut file: impl Read, length: u64, limit: SizeLimit) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.by_ref().take(BEGINNING).read_to_end(&mut bytes)?;
    if is_text_so_far(&bytes) {
        let read = bytes.len() as u64;
        // One more, so that the end is seen without asking for more memory.
        let rest = (length + 1).saturating_sub(read);
        bytes.try_reserve_exact(usize::try_from(rest).map_err(io::Error::other)?)?;
        file.take(limit.bytes + 1 - read).read_to_end(&mut bytes)?;
    }
    if bytes.len() as u64 > limit.bytes { Err(limit.is_exceeded()) } else { Ok(bytes) }
}

/// Whether `bytes` may begin a text. Neither JSON nor YAML has a NUL anywhere.
fn is_text_so_far(bytes: &[u8]) -> bool {
    // A character that the end of `bytes` cuts in two is no fault.
    let is_utf8 = str::from_utf8(bytes).map_or_else(|error| error.error_len().is_none(), |_| true);
    is_utf8 && !bytes.contains(&0)
}

fn text(name: &str, bytes: Vec<u8>) -> Result<String, Refusal> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        let fault = Fault::new(Code::NotUtf8, "the text is UTF-16");
        return Err(Refusal::unreadable(name, fault.help("save the file as UTF-8")));
    }
    let mut text = String::from_utf8(bytes).map_err(|error| not_utf8(name, error))?;
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    Ok(text)
}

/// The refusal of a text that is not UTF-8, with as much of it as it takes to show where.
fn not_utf8(name: &str, error: FromUtf8Error) -> Refusal {
    /// More than is ever shown of a line.
    const AFTER: usize = 4000;
    let at = error.utf8_error().valid_up_to();
    let mut bytes = error.into_bytes();
    bytes.truncate(at.saturating_add(AFTER));
    let shown = String::from_utf8_lossy(bytes.get(at..).unwrap_or_default()).into_owned();
    bytes.truncate(at);
    let fault = Fault::new(Code::NotUtf8, "the text is not UTF-8 from here on");
    let fault = fault.at(at..at + char::REPLACEMENT_CHARACTER.len_utf8()).help("save the file as UTF-8");
    let text = String::from_utf8(bytes).unwrap_or_default() + &shown;
    Refusal { origin: name.to_owned(), text: Some(text), faults: vec![fault], more: 0 }
}

/// The snapshots under each of `paths`, in order: `-` is standard input, a folder gives every `*.json` in
/// it and below, sorted by name. A folder is walked when the iterator comes to it.
///
/// What cannot be found, and a folder without a snapshot, is a refusal among them.
pub fn sources(paths: &[PathBuf]) -> impl Iterator<Item = Result<Source, Refusal>> {
    paths.iter().flat_map(|path| -> Box<dyn Iterator<Item = _> + Send> {
        match Source::named(path) {
            Source::File(path) if path.is_dir() => Box::new(below(&path)),
            source => Box::new(std::iter::once(Ok(source))),
        }
    })
}

fn below(path: &Path) -> impl Iterator<Item = Result<Source, Refusal>> + Send + use<> {
    let found = folder::snapshots(path);
    let empty = (found.len() == 0).then(|| {
        let fault = Fault::new(Code::NoSnapshot, "no snapshot in this folder");
        let fault = fault.help("snapshots are files whose name ends in .json");
        Err(Refusal::unreadable(path.to_string_lossy(), fault))
    });
    empty.into_iter().chain(found.map(|path| path.map(Source::File)))
}

/// Makes a folder, and those that it is in, unless they are there.
///
/// # Errors
/// It cannot be made.
pub fn make_folder(path: &str) -> io::Result<()> {
    fs::create_dir_all(path)
}

/// Writes a file through whatever links lead to it, over the one that is there only with `overwrite`.
///
/// # Errors
/// It cannot be written, or is there and must not be overwritten.
pub fn write_file(path: &str, text: &str, overwrite: bool) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true);
    if overwrite {
        options.create(true).truncate(true);
    } else {
        // Not even one that came up since the caller looked for it.
        options.create_new(true);
    }
    options.open(path)?.write_all(text.as_bytes())
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

    #[test]
    fn of_what_is_not_utf8_little_is_kept() {
        let mut bytes = b"{\n".to_vec();
        bytes.resize(100_000, 0xFF);
        let refusal = text("f", bytes).unwrap_err();
        let (text, span) = (refusal.text.as_ref().unwrap(), refusal.faults[0].span.clone().unwrap());
        assert!(text.len() < 20_000 && text.get(span) == Some("\u{fffd}"));
    }

    #[test]
    fn of_what_is_no_text_the_beginning_is_read() {
        let small = SizeLimit { bytes: 1 << 20, said: "" };
        let length = |file: Box<dyn Read>| read(file, 0, small).unwrap().len() as u64;
        assert_eq!(length(Box::new(io::repeat(0))), BEGINNING);
        assert_eq!(length(Box::new(io::repeat(0xFF))), BEGINNING);
        assert_eq!(length(Box::new(b"{".chain(io::repeat(0)))), BEGINNING);
        // A character across the end of the beginning is none that is wrong.
        assert_eq!(length(Box::new(b"x".chain(&*"\u{e9}".repeat(50_000).into_bytes().leak()))), 100_001);
    }

    #[test]
    fn a_file_may_be_so_large_and_no_larger() {
        let limit = SizeLimit { bytes: 100_000, said: "100 kB" };
        let length = |bytes: u64| read(io::repeat(b' ').take(bytes), 0, limit).map(|bytes| bytes.len());
        assert_eq!(length(100_000).unwrap(), 100_000);
        assert_eq!(length(100_001).unwrap_err().to_string(), "larger than 100 kB");
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(100_000).unwrap();
        let source = Source::File(file.path().to_owned());
        let opens = |bytes| source.open_at_most(SizeLimit { bytes, ..limit }).is_ok();
        assert_eq!([99_999, 100_000, 100_001].map(opens), [false, true, true]);
    }
}
