//! The snapshots under a folder, in order, in little memory.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use walkdir::WalkDir;

use crate::refusal::{Code, Fault, Refusal};

/// The path of every `*.json` under `root`, in any case and not hidden, sorted by name in each folder, and among them what cannot be walked. Links
/// are followed, but not in circles.
///
/// The whole folder is walked at once, and only the names of what was found are in memory.
pub(super) fn snapshots(root: &Path) -> impl ExactSizeIterator<Item = Result<PathBuf, Refusal>> + Send + use<> {
    let mut found = Listing { root: root.to_owned(), names: Vec::new(), places: Vec::new(), apart: BTreeMap::new() };
    for entry in WalkDir::new(root).follow_links(true) {
        let path = entry.as_ref().map_or_else(walkdir::Error::path, |entry| Some(entry.path())).unwrap_or(root);
        match snapshot(&entry) {
            Ok(true) => found.add(path, None),
            Ok(false) => {}
            Err(refusal) => found.add(path, Some(refusal)),
        }
    }
    found.in_order()
}

/// What was found under a folder. `WalkDir` could sort, but holds several times as much of every file to do so.
struct Listing {
    root: PathBuf,
    /// The names that lead from the root to each, with a NUL after each name and one more after the last. No name has a
    /// NUL in it: that the bytes are in order is that the names are, folder by folder.
    names: Vec<u8>,
    /// Where in `names` each begins.
    places: Vec<usize>,
    /// By its place, what `names` cannot hold: refusals, and names that are not UTF-8.
    apart: BTreeMap<usize, Result<PathBuf, Refusal>>,
}

impl Listing {
    fn add(&mut self, path: &Path, refusal: Option<Refusal>) {
        /// Between the names of a path, and in no name.
        const SEPARATOR: u8 = std::path::MAIN_SEPARATOR as u8;
        let place = self.names.len();
        let bytes = path.as_os_str().as_encoded_bytes();
        let within = bytes.strip_prefix(self.root.as_os_str().as_encoded_bytes()).unwrap_or(bytes);
        let within = within.strip_prefix(&[SEPARATOR]).unwrap_or(within);
        self.names.extend(within.iter().map(|&byte| if byte == SEPARATOR { 0 } else { byte }));
        self.names.extend([0, 0]);
        self.places.push(place);
        let apart = match refusal {
            Some(refusal) => Some(Err(refusal)),
            None => str::from_utf8(within).is_err().then(|| Ok(path.to_owned())),
        };
        self.apart.extend(apart.map(|apart| (place, apart)));
    }

    fn in_order(mut self) -> impl ExactSizeIterator<Item = Result<PathBuf, Refusal>> + Send + use<> {
        let mut places = std::mem::take(&mut self.places);
        places.sort_unstable_by_key(|&place| self.names.get(place..));
        places.into_iter().map(move |place| self.apart.remove(&place).unwrap_or_else(|| Ok(self.path(place))))
    }

    fn path(&self, place: usize) -> PathBuf {
        let names = self.names.get(place..).unwrap_or_default().split(|&byte| byte == 0);
        let mut path = self.root.clone();
        path.extend(names.take_while(|name| !name.is_empty()).map(|name| String::from_utf8_lossy(name).into_owned()));
        path
    }
}

/// Whether a walked entry is a snapshot, if it can be walked.
fn snapshot(entry: &walkdir::Result<walkdir::DirEntry>) -> Result<bool, Refusal> {
    match entry {
        // A circle of links leads back to a folder that is being walked already.
        Err(error) if error.loop_ancestor().is_some() => Ok(false),
        // A link to nowhere whose name is not that of a snapshot.
        Err(error) if error.path().is_some_and(|path| path.is_symlink() && !is_json(path)) => Ok(false),
        Err(error) => {
            let name = error.path().map(Path::to_string_lossy).unwrap_or_default().into_owned();
            let why = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
            let fault = Fault::new(Code::Unreadable, format!("cannot be read: {why}"));
            Err(Refusal::unreadable(name, fault.help("check that it is there and may be read")))
        }
        Ok(entry) if entry.file_type().is_dir() || !is_json(entry.path()) => Ok(false),
        Ok(entry) if entry.file_type().is_file() => Ok(true),
        Ok(entry) => {
            let fault = Fault::new(Code::Unreadable, "not a regular file")
                .help("name it on the command line if it is to be read");
            Err(Refusal::unreadable(entry.path().to_string_lossy(), fault))
        }
    }
}

/// Whether the name ends in `.json`, in any case, and is not hidden.
fn is_json(path: &Path) -> bool {
    let is_hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    !is_hidden && path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::{
        ffi::{OsStr, OsString},
        fs,
        os::unix::{ffi::OsStrExt, fs::symlink, net::UnixListener},
    };

    use proptest::{collection::vec, prelude::*, sample::select};

    use super::*;

    /// Names whose order is not that of the paths that they make, and names that are not UTF-8.
    const NAMES: [&[u8]; 12] = [
        b"a",
        b"a.json",
        b"a-b",
        b"a-b.json",
        b"a\x01",
        b"a\x01.json",
        b"A.json",
        b"\xC3\xA9",
        b"\xC3\xA9.json",
        b"\xFF",
        b"\xFF\xFE.json",
        b"\xEF\xBF\xBD.json",
    ];

    /// As `WalkDir` sorts them itself.
    fn sorted(root: &Path) -> Vec<Result<PathBuf, String>> {
        let walk = WalkDir::new(root).follow_links(true).sort_by_file_name().into_iter();
        let found = walk.filter_map(|entry| match snapshot(&entry) {
            Ok(true) => Some(Ok(entry.ok()?.into_path())),
            Ok(false) => None,
            Err(refusal) => Some(Err(refusal.origin)),
        });
        found.collect()
    }

    fn found(root: &Path) -> Vec<Result<PathBuf, String>> {
        snapshots(root).map(|result| result.map_err(|refusal| refusal.origin)).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_found_is_in_the_order_of_a_sorted_walk(
            paths in vec((vec(select(NAMES.as_slice()), 1..4), 0..6), 1..40),
        ) {
            let folder = tempfile::tempdir().unwrap();
            for (names, kind) in paths {
                let path = names.iter().fold(folder.path().to_owned(), |path, name| path.join(OsStr::from_bytes(name)));
                // What is there already, of whatever kind, stays.
                let _ = fs::create_dir_all(path.parent().unwrap());
                let _ = match kind {
                    0 => fs::create_dir(&path),
                    // To a folder, which may be a circle, and to nowhere.
                    1 => symlink(folder.path().join(OsStr::from_bytes(names[0])), &path),
                    2 => symlink("nowhere", &path),
                    _ => fs::File::create_new(&path).map(drop),
                };
            }
            prop_assert_eq!(found(folder.path()), sorted(folder.path()));
        }
    }

    #[test]
    fn folder_by_folder_and_name_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let files = ["a/b.json", "a-b/c.json", "a.json", "a/b-c.json", "a/b/c.json", "z.JSON"].map(OsString::from);
        let odd = OsStr::from_bytes(b"\xFF.json").to_owned();
        // No snapshots by their names.
        for name in [".json", ".a.json", "a.jsonl", "json", "a.json~"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        for path in files.iter().chain([&odd]).map(|name| folder.path().join(name)) {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        symlink("nowhere", folder.path().join("b.json")).unwrap();
        symlink(folder.path().join("a"), folder.path().join("y")).unwrap();
        // Circles, whatever they are called, and links to nowhere that are no snapshot by their name.
        symlink(folder.path(), folder.path().join("a/circle")).unwrap();
        symlink(folder.path(), folder.path().join("a/circle.json")).unwrap();
        symlink("nowhere", folder.path().join("b")).unwrap();
        let _socket = UnixListener::bind(folder.path().join("c.json")).unwrap();
        let expected = [
            "a/b/c.json",
            "a/b-c.json",
            "a/b.json",
            "a-b/c.json",
            "a.json",
            "b.json",
            "c.json",
            "y/b/c.json",
            "y/b-c.json",
            "y/b.json",
            "z.JSON",
        ];
        let path = |name: &OsStr| folder.path().join(name);
        let mut expected: Vec<_> =
            expected.iter().map(|name| Ok(path(name.as_ref()))).chain([Ok(path(&odd))]).collect();
        for (at, name) in [(5, "b.json"), (6, "c.json")] {
            expected[at] = Err(path(name.as_ref()).to_string_lossy().into_owned());
        }
        assert_eq!(found(folder.path()), expected);
    }
}
