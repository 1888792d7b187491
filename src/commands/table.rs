//! Which table of limits judges.

use std::path::{Path, PathBuf};

use rollout_gate::{
    eval::table::Table,
    input::gates,
    io::files::{Source, sha256},
    refusal::{Code, Fault, Refusal},
    report::table_name::TableName,
};

/// The file that is looked for in the current folder.
const FILE: &str = "gates.yaml";

/// A name that others give to such a file, and that is not looked for.
const MISNAMED: &str = "gates.yml";

/// The table that the binary carries, so that it works anywhere.
const BUILT_IN: &str = include_str!("../../gates.yaml");

/// The environment variable that names a file.
const VARIABLE: &str = "ROLLOUT_GATE_GATES";

/// Where the limits come from.
pub(crate) enum TableSource {
    /// A file.
    File(PathBuf),
    /// The table in the binary.
    BuiltIn,
}

impl TableSource {
    /// The file that the flag names; else the one that the environment names; else `gates.yaml` in the
    /// current folder; else the built-in table.
    ///
    /// A `gates.yaml` that is there and cannot be looked at is taken: it must not be passed over. Nor must a `gates.yml`.
    pub(crate) fn find(named: Option<&Path>) -> Self {
        match named.map(Path::to_owned).or_else(|| std::env::var_os(VARIABLE).map(PathBuf::from)) {
            Some(path) => Self::File(path),
            None => match Path::new(FILE).symlink_metadata() {
                Err(error) if is_missing(&error) && !is_misnamed() => Self::BuiltIn,
                _ => Self::File(FILE.into()),
            },
        }
    }

    /// How reports name it.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::File(path) => path.to_string_lossy().into_owned(),
            Self::BuiltIn => "built-in gates.yaml".to_owned(),
        }
    }

    /// Reads it.
    pub(crate) fn read(&self) -> Result<Table, Refusal> {
        gates::read(&self.name(), self.text()?)
    }

    /// Reads it, and how reports name it.
    pub(crate) fn read_and_name(&self) -> (Result<Table, Refusal>, TableName) {
        let text = self.text();
        let sha256 = text.as_ref().ok().map(|text| sha256(text.as_bytes()));
        let name = TableName { name: self.name(), is_file: matches!(self, Self::File(_)), sha256 };
        (text.and_then(|text| gates::read(&name.name, text)), name)
    }

    /// Its text.
    pub(crate) fn text(&self) -> Result<String, Refusal> {
        match self {
            Self::BuiltIn => Ok(BUILT_IN.to_owned()),
            Self::File(path) if path == Path::new(FILE) && is_misnamed() => {
                let fault = Fault::new(Code::Unreadable, format!("a table is looked for in {FILE}, not in {MISNAMED}"));
                Err(Refusal::unreadable(MISNAMED, fault.help(format!("name it {FILE}, or use --gates {MISNAMED}"))))
            }
            Self::File(path) if path.as_os_str().is_empty() => {
                let fault = Fault::new(Code::Unreadable, format!("{VARIABLE} is set and names no file"));
                Err(Refusal::unreadable(VARIABLE, fault.help("name the table in it, or unset it")))
            }
            Self::File(path) => Source::File(path.clone()).read_handwritten(),
        }
    }
}

fn is_missing(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::NotFound
}

/// Whether the current folder has no `gates.yaml`, and a file that was meant to be it.
fn is_misnamed() -> bool {
    let look_at = |name: &str| Path::new(name).symlink_metadata();
    look_at(FILE).is_err_and(|error| is_missing(&error)) && look_at(MISNAMED).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_table_is_sound() {
        let table = TableSource::BuiltIn.read().unwrap_or_else(|refusal| panic!("{refusal}"));
        let names: Vec<_> = table.pipelines.iter().map(|pipeline| pipeline.name.as_str()).collect();
        assert_eq!(names, ["tsfm", "optimize", "stage-validation", "assignment-pipeline", "web4"]);
    }
}
