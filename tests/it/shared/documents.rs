//! The documents of the repository, their code blocks, and what is needed to run them: fresh folders for the files of a
//! document, and a shell that finds the built binary.

use std::{
    env, fs,
    ops::Range,
    path::{Path, PathBuf},
    process::Command,
};

use pulldown_cmark::{CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Every document, by its name from the root of the repository.
pub(crate) fn documents() -> Vec<(String, String)> {
    let mut files = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(PathBuf::from).to_vec();
    let in_docs = fs::read_dir(Path::new(ROOT).join("docs")).unwrap();
    files.extend(in_docs.map(|entry| Path::new("docs").join(entry.unwrap().file_name())));
    files.retain(|file| file.extension().is_some_and(|extension| extension == "md"));
    let read = |file: &PathBuf| fs::read_to_string(Path::new(ROOT).join(file)).unwrap();
    files.iter().map(|file| (file.display().to_string(), read(file))).collect()
}

/// The parser of every document.
pub(crate) fn parser(document: &str) -> Parser<'_> {
    Parser::new_ext(document, Options::ENABLE_TABLES)
}

/// A fenced block.
pub(crate) struct Block<'a> {
    pub(crate) language: &'a str,
    /// What the comment before it says: `("file", "checkout/gates.yaml")`.
    pub(crate) note: Option<(&'a str, &'a str)>,
    pub(crate) text: String,
    /// Where it stands in the document, fences and all.
    pub(crate) place: Range<usize>,
}

/// Every code block of `document`, in order; fails on one without fences.
pub(crate) fn blocks(document: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut note = None;
    let mut events = parser(document).into_offset_iter();
    while let Some((event, place)) = events.next() {
        match event {
            Event::Html(_) => {
                let comment = document[place].trim().strip_prefix("<!-- ").and_then(|text| text.strip_suffix(" -->"));
                note = comment.and_then(|text| text.split_once(": "));
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(CowStr::Borrowed(language)))) => {
                let text = events.by_ref().map_while(|(event, _)| match event {
                    Event::Text(text) => Some(text.into_string()),
                    _ => None,
                });
                blocks.push(Block { language, note: note.take(), text: text.collect(), place });
            }
            Event::Start(Tag::CodeBlock(kind)) => panic!("{kind:?}: write a fence with a language"),
            Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock) => {}
            _ => note = None,
        }
    }
    blocks
}
/// What a command printed, and its exit code.
pub(crate) struct Ran {
    pub(crate) text: String,
    pub(crate) status: i32,
}

/// Runs `command` in `folder`.
pub(crate) fn shell(command: &str, folder: &Path) -> Ran {
    let mut shell = prepared("sh");
    let output = shell.args(["-c", command]).current_dir(folder).output().unwrap();
    Ran { text: String::from_utf8(output.stdout).unwrap(), status: output.status.code().unwrap() }
}

/// `program`, which will find the built binary, in an environment that decides nothing.
pub(crate) fn prepared(program: &str) -> Command {
    let binary = Path::new(env!("CARGO_BIN_EXE_rollout-gate"));
    let path = env::var_os("PATH").unwrap_or_default();
    let path = binary.parent().map(Path::to_owned).into_iter().chain(env::split_paths(&path));
    let mut command = Command::new(program);
    command.env("PATH", env::join_paths(path).unwrap()).env("LC_ALL", "C.UTF-8");
    for variable in
        ["ROLLOUT_GATE_GATES", "GITHUB_STEP_SUMMARY", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM", "COLUMNS"]
    {
        command.env_remove(variable);
    }
    command
}

/// Fresh folders for the files of a document.
pub(crate) struct Folders(PathBuf);

impl Folders {
    /// None yet; `name` keeps those of one test apart from those of others.
    pub(crate) fn new(name: &str) -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        if root.exists() {
            fs::remove_dir_all(&root).unwrap();
        }
        Self(root)
    }

    /// A folder, which is there.
    pub(crate) fn path(&self, folder: &str) -> PathBuf {
        let path = self.0.join(folder);
        fs::create_dir_all(&path).unwrap();
        path
    }

    /// Writes a file, whose name begins with its folder's.
    pub(crate) fn write(&self, file: &str, text: &str) {
        let path = Path::new(file);
        fs::write(self.path(path.parent().unwrap().to_str().unwrap()).join(path.file_name().unwrap()), text).unwrap();
    }
}
