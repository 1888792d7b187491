//! The reports of a run beside its standard output: which ones are asked for, what is in them, and their files.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use rollout_gate::{
    io::destination::Destination,
    outcome::Outcome,
    report::{
        escape::shown,
        format::{Format, ReportBuilder},
        table_name::TableName,
    },
};

use super::table::TableSource;
use crate::cli::ReportArgs;

/// A report as it grows, and where it goes in the end.
pub(crate) struct ReportFile {
    format: &'static Format,
    /// `None` where it is printed.
    path: Option<PathBuf>,
    builder: Box<dyn ReportBuilder>,
}

impl ReportFile {
    /// Those that `args` ask for, of a run that judges `inputs` by `table`.
    ///
    /// # Errors
    /// Two of them go to one file, or one goes to a file that the run reads.
    pub(crate) fn all(args: &ReportArgs, inputs: &[PathBuf], table: &TableSource) -> anyhow::Result<Vec<Self>> {
        let mut reports: Vec<Self> = Vec::new();
        for (format, path) in &args.0 {
            let report = Self { format, path: path.clone(), builder: format.start() };
            report.refuse_what_is_read(inputs, table)?;
            let place = report.place();
            if let Some(earlier) = reports.iter().find(|earlier| place.is_some() && earlier.place() == place) {
                bail!("{} and {} are the same file", earlier.name(), report.name());
            }
            reports.push(report);
        }
        Ok(reports)
    }

    /// Adds the outcome of snapshot `number`; several threads may do so at once.
    pub(crate) fn add(&self, number: usize, outcome: &Outcome<'_>, table: &TableName) {
        self.builder.add(number, outcome, table);
    }

    /// What is to be printed of it; nothing where it goes to a file.
    pub(crate) fn printed(&self) -> String {
        if self.path.is_some() { String::new() } else { self.builder.build().unwrap_or_default() }
    }

    /// Writes its file, if it has one; where there is nothing to write, the one that an earlier run left is taken away.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn write(&self) -> anyhow::Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        let write = || {
            let destination = Destination::find(path)?;
            match self.builder.build() {
                Some(text) => destination.write(&text),
                None => destination.clear(),
            }
        };
        write().with_context(|| format!("{} cannot be written", self.name()))
    }

    /// The path that its links lead to; `None` where it has none or that cannot be found out, which writing will say.
    fn place(&self) -> Option<PathBuf> {
        Destination::find(self.path.as_ref()?).ok().map(Destination::into_path)
    }

    /// As it was asked for: `--report-json verdict.json`.
    fn name(&self) -> String {
        let file = self.path.as_ref().map(|path| format!(" {}", shown(&path.to_string_lossy())));
        format!("--{}{}", self.format.flag, file.unwrap_or_default())
    }

    /// A report must not take the place of what is judged, nor be judged by the next run.
    fn refuse_what_is_read(&self, inputs: &[PathBuf], table: &TableSource) -> anyhow::Result<()> {
        let name = self.name();
        if self.path.as_deref() == Some(Path::new("-")) {
            bail!("{name}: a report goes to a file; standard output has --format");
        }
        let Some(place) = self.place() else { return Ok(()) };
        let is_place = |path: &Path| path.canonicalize().is_ok_and(|path| path == place);
        if inputs.iter().any(|input| is_place(input)) {
            bail!("{name} would take the place of a snapshot that is to be judged");
        }
        if matches!(table, TableSource::File(path) if is_place(path)) {
            bail!("{name} would take the place of the table");
        }
        let is_in =
            |input: &PathBuf| input.is_dir() && input.canonicalize().is_ok_and(|folder| place.starts_with(folder));
        if place.extension().is_some_and(|extension| extension == "json") && inputs.iter().any(is_in) {
            bail!("{name} would be taken for a snapshot, for it is in a folder that is judged");
        }
        Ok(())
    }
}
