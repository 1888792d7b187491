//! The sources of the crate: which module each file is, and its code without comments and tests.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A source file.
pub(crate) struct Source {
    /// Its path in `src/`: `report/html/chart.rs`.
    pub(crate) file: String,
    /// Its module: `report`, `html`, `chart`. The two roots are `lib` and `main`.
    pub(crate) module: Vec<String>,
    /// As it is written.
    pub(crate) text: String,
    /// Without the lines of comments, and without its tests, which stand last or are a file of their own.
    pub(crate) code: String,
}

impl Source {
    pub(crate) fn new(file: &str, text: &str) -> Self {
        let module = file.trim_end_matches(".rs").trim_end_matches("/mod").split('/').map(str::to_owned).collect();
        let code = text.split("[cfg(test)]").next().unwrap_or_default();
        let code: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        Self { file: file.to_owned(), module, text: text.to_owned(), code: code.join("\n") }
    }

    /// Whether it is `place`, a file or a folder in `src/`, or in it.
    pub(crate) fn is_in(&self, place: &str) -> bool {
        let folder = place.trim_end_matches(".rs");
        self.file == place || self.module.join("/") == folder || self.file.starts_with(&format!("{folder}/"))
    }

    /// Whether `word` stands in its code as a word of its own.
    pub(crate) fn has(&self, word: &str) -> bool {
        has_word(&self.code, word)
    }
}

/// Every file of the crate, sorted by path.
pub(crate) fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    find(&root, &mut files);
    files.sort();
    let source = |path: &PathBuf| {
        let file = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        Source::new(&file, &fs::read_to_string(path).unwrap())
    };
    files.iter().map(source).collect()
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            find(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// Whether `word` stands in `code` as a word of its own.
pub(crate) fn has_word(code: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word)
        .any(|(at, _)| !code[..at].ends_with(is_part) && !code[at + word.len()..].starts_with(is_part))
}
