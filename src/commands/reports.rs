//! The reports of a run beside its standard output: which ones are asked for, what snapshots add to them, and their
//! files.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use rollout_gate::{
    outcome::Outcome,
    report::{
        escape::shown,
        format::{Format, Piece, Settings},
        github,
    },
};

use super::{destination::Destination, output::complain, table::TableSource};
use crate::cli::ReportArgs;

/// What is asked for.
pub(crate) struct Reports {
    settings: Settings,
    files: Vec<ReportFile>,
    /// Whether GitHub is to annotate the table.
    annotates: bool,
}

struct ReportFile {
    flag: &'static str,
    format: Format,
    path: PathBuf,
}

/// What one snapshot adds to each report.
pub(crate) struct Pieces {
    files: Vec<Piece>,
    annotations: Option<github::Piece>,
}

/// The reports as they grow: as much as was asked for, and no more.
pub(crate) struct Drafts {
    files: Vec<(Format, Vec<Piece>)>,
    annotations: Vec<github::Piece>,
}

impl ReportFile {
    /// The files that `args` name.
    fn all(args: &ReportArgs) -> Vec<Self> {
        let files = [
            ("--report-json", Format::Json, &args.report_json),
            #[cfg(feature = "junit")]
            ("--report-junit", Format::Junit, &args.report_junit),
            ("--report-markdown", Format::Markdown, &args.report_markdown),
            #[cfg(feature = "html")]
            ("--report-html", Format::Html, &args.report_html),
            ("--report-incident", Format::Incident, &args.report_incident),
        ];
        let file = |(flag, format, path): (_, _, &Option<PathBuf>)| Some(Self { flag, format, path: path.clone()? });
        files.into_iter().filter_map(file).collect()
    }

    /// The path that its links lead to; `None` where that cannot be told, which writing will say.
    fn place(&self) -> Option<PathBuf> {
        Destination::find(&self.path).ok().map(Destination::into_path)
    }

    /// As it was asked for: `--report-json verdict.json`.
    fn name(&self) -> String {
        format!("{} {}", self.flag, shown(&self.path.to_string_lossy()))
    }

    fn write(&self, pieces: Vec<Piece>) -> anyhow::Result<()> {
        let write = || {
            let destination = Destination::find(&self.path)?;
            match self.format.whole(pieces) {
                Some(text) => destination.write(&text),
                None => destination.clear(),
            }
        };
        write().with_context(|| format!("{} cannot be written", self.name()))
    }
}

impl Reports {
    /// What `args` ask for, of a run that judges `inputs` by `table`.
    ///
    /// # Errors
    /// Two files are one, or a file is one that the run reads.
    pub(crate) fn new(args: &ReportArgs, inputs: &[PathBuf], table: &TableSource) -> anyhow::Result<Self> {
        let files = ReportFile::all(args);
        for (number, file) in files.iter().enumerate() {
            refuse_what_is_read(file, inputs, table)?;
            let place = file.place();
            let earlier = files.iter().take(number).find(|earlier| place.is_some() && earlier.place() == place);
            if let Some(earlier) = earlier {
                bail!("{} and {} are the same file", earlier.name(), file.name());
            }
        }
        let settings = Settings { table: table.name(), table_is_file: matches!(table, TableSource::File(_)) };
        Ok(Self { settings, files, annotates: args.github })
    }

    /// What `outcome` adds.
    pub(crate) fn pieces(&self, outcome: &Outcome<'_>) -> Pieces {
        Pieces {
            files: self.files.iter().map(|file| file.format.piece(outcome, &self.settings)).collect(),
            annotations: self.annotates.then(|| github::piece(outcome, &self.settings)),
        }
    }

    /// The reports before anything is in them.
    pub(crate) fn drafts(&self) -> Drafts {
        Drafts { files: self.files.iter().map(|file| (file.format, Vec::new())).collect(), annotations: Vec::new() }
    }

    /// Writes every file that can be written, and says which cannot. Whether all were written.
    pub(crate) fn write(&self, drafts: Drafts) -> bool {
        let mut are_written = true;
        for (file, (_, pieces)) in self.files.iter().zip(drafts.files) {
            if let Err(error) = file.write(pieces) {
                complain(&format!("error: {error:#}\n"));
                are_written = false;
            }
        }
        are_written
    }
}

impl Drafts {
    /// Adds what the next snapshot adds.
    pub(crate) fn add(&mut self, pieces: Pieces) {
        /// After how many snapshots it is worth while to look for what can go.
        const MANY: usize = 1000;
        for ((format, draft), piece) in self.files.iter_mut().zip(pieces.files) {
            draft.push(piece);
            if draft.len().is_multiple_of(MANY) {
                format.thin(draft);
            }
        }
        self.annotations.extend(pieces.annotations);
    }

    /// The lines of `--github` for everything so far.
    pub(crate) fn annotations(&mut self) -> String {
        github::whole(std::mem::take(&mut self.annotations))
    }
}

/// A report must not take the place of what is judged, nor be judged by the next run.
fn refuse_what_is_read(file: &ReportFile, inputs: &[PathBuf], table: &TableSource) -> anyhow::Result<()> {
    let name = file.name();
    if file.path == Path::new("-") {
        bail!("{name}: a report goes to a file; standard output has --format");
    }
    let Some(place) = file.place() else { return Ok(()) };
    let is_place = |path: &Path| path.canonicalize().is_ok_and(|path| path == place);
    if inputs.iter().any(|input| is_place(input)) {
        bail!("{name} would take the place of a snapshot that is to be judged");
    }
    if matches!(table, TableSource::File(path) if is_place(path)) {
        bail!("{name} would take the place of the table");
    }
    let is_in = |input: &PathBuf| input.is_dir() && input.canonicalize().is_ok_and(|folder| place.starts_with(folder));
    if place.extension().is_some_and(|extension| extension == "json") && inputs.iter().any(is_in) {
        bail!("{name} would be taken for a snapshot, for it is in a folder that is judged");
    }
    Ok(())
}
