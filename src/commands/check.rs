//! `rollout-gate check`: judge snapshots.

use std::path::PathBuf;

use clap::ColorChoice;
use jiff::{SignedDuration, Timestamp};
use rayon::{
    ThreadPoolBuilder,
    iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator},
};
use rollout_gate::{
    eval::table::Table,
    exit::Exit,
    input::{
        files::{Source, sources},
        gates,
        snapshot::{Request, StageNamedBy, Unread},
    },
    outcome::{Judged, Outcome},
    refusal::Refusal,
    report::{
        batch::{self, Batch},
        fault, json,
        text::{self, Settings},
    },
};

use super::{
    interrupts,
    output::{Output, complain},
    progress::Progress,
    reports::{Drafts, Pieces, Reports},
    table::TableSource,
    terminal::Terminal,
};
use crate::cli::{CheckArgs, CheckFormat};

/// Judges every snapshot that `args` names.
pub(crate) fn run(args: &CheckArgs, color: ColorChoice) -> Exit {
    let source = TableSource::find(args.gates.as_deref());
    let paths: Vec<PathBuf> = args.paths.iter().chain(&args.input).cloned().collect();
    let reports = match Reports::new(&args.reports, &paths, &source) {
        Ok(reports) => reports,
        Err(error) => {
            complain(&format!("error: {error:#}\n\nFor more information, try '--help'.\n"));
            return Exit::NoVerdict;
        }
    };
    let report = Report::new(args, color, source.name(), &reports);
    let mut written = Written { output: Output::new(), drafts: reports.drafts() };
    let exit = check(args, &paths, &source, &report, &mut written)
        .unwrap_or_else(|refusal| report.write_alone(&Outcome { name: None, result: Err(refusal) }, &mut written));
    let is_printed = written.output.finish().inspect_err(|error| complain(&format!("error: {error:#}\n"))).is_ok();
    let is_written = reports.write(written.drafts);
    // A verdict that nobody could read is none, but for a rollback, which nothing hides.
    if is_printed && is_written { exit } else { exit.max(Exit::NoVerdict) }
}

/// # Errors
/// The table is refused, and nothing is judged.
fn check(
    args: &CheckArgs,
    paths: &[PathBuf],
    table: &TableSource,
    report: &Report<'_>,
    written: &mut Written,
) -> Result<Exit, Refusal> {
    let request = request(args);
    let mut sources = sources(paths);
    match (sources.next(), sources.next()) {
        (Some(only), None) => {
            // What is wrong with a table is told before the snapshot is looked at.
            let own = table.read_own()?;
            let name = name(&only);
            let snapshot = only.and_then(|source| Unread::open(&source));
            let table = match own {
                Some(own) => own,
                None => {
                    let names = snapshot.as_ref().map(|snapshot| snapshot.names(&request));
                    let (pipeline, stage) = names.unwrap_or_default();
                    gates::read_shipped(&table.name(), pipeline, stage)?
                }
            };
            Ok(report.write_alone(&judge(name, snapshot, &table, &request), written))
        }
        (first, second) => {
            let table = table.read()?;
            let judge = |source: Result<Source, Refusal>| {
                judge(name(&source), source.and_then(|source| Unread::open(&source)), &table, &request)
            };
            Ok(report.write_batch(first.into_iter().chain(second).chain(sources), judge, written))
        }
    }
}

fn request(args: &CheckArgs) -> Request {
    // The only look at the clock. An age that reaches beyond the calendar excludes nothing on that side.
    let around_now = |age| {
        let (now, age) = (Timestamp::now(), SignedDuration::try_from(age).unwrap_or(SignedDuration::MAX));
        now.checked_sub(age).unwrap_or(Timestamp::MIN)..=now.checked_add(age).unwrap_or(Timestamp::MAX)
    };
    Request {
        pipeline: args.pipeline.clone(),
        stage: args.stage.clone(),
        named_by: StageNamedBy::Flags,
        last: args.last,
        ended_within: args.max_age.map(around_now),
    }
}

/// What a source is called in reports.
fn name(source: &Result<Source, Refusal>) -> String {
    match source {
        Ok(source) => source.name(),
        Err(refusal) => refusal.origin.clone(),
    }
}

fn judge<'t>(name: String, snapshot: Result<Unread, Refusal>, table: &'t Table, request: &Request) -> Outcome<'t> {
    let result = snapshot.and_then(|snapshot| snapshot.read(table, request)).map(Judged::from);
    Outcome { name: Some(name), result }
}

/// How this run reports.
struct Report<'a> {
    reports: &'a Reports,
    format: CheckFormat,
    quiet: bool,
    settings: Settings,
    /// Whether standard error shows colour.
    error_color: bool,
}

/// What this run has written so far.
struct Written {
    output: Output,
    drafts: Drafts,
}

/// One outcome of several as what it adds to a run.
struct Rendered {
    /// Standard output: the document, where each snapshot has one.
    document: String,
    /// Standard error.
    faults: String,
    exit: Exit,
    /// What the batch says of it in the end.
    line: Option<String>,
    pieces: Pieces,
}

impl<'a> Report<'a> {
    fn new(args: &CheckArgs, color: ColorChoice, table: String, reports: &'a Reports) -> Self {
        let terminal = Terminal::find(color);
        Self {
            reports,
            format: args.format,
            quiet: args.quiet,
            settings: Settings { table, color: terminal.color, unicode: terminal.unicode, verbose: args.verbose },
            error_color: terminal.error_color,
        }
    }

    fn document(&self, outcome: &Outcome<'_>) -> String {
        match self.format {
            CheckFormat::Text if self.quiet => text::verdict_line(outcome, &self.settings),
            CheckFormat::Text => text::render(outcome, &self.settings),
            CheckFormat::Json => json::render(outcome, &self.settings.table, json::Layout::Pretty),
            CheckFormat::Jsonl => json::render(outcome, &self.settings.table, json::Layout::Line),
        }
    }

    fn faults(&self, outcome: &Outcome<'_>) -> String {
        outcome.result.as_ref().err().map_or(String::new(), |refusal| fault::render(refusal, self.error_color))
    }

    /// What a snapshot among several adds: text for people only if they want it in full.
    fn add_to_batch(&self, outcome: &Outcome<'_>) -> Rendered {
        let document = match self.format {
            CheckFormat::Text if !self.settings.verbose => String::new(),
            CheckFormat::Text => self.document(outcome) + "\n",
            CheckFormat::Json | CheckFormat::Jsonl => self.document(outcome),
        };
        // Kept until the end, where they are sorted: only for those who read them.
        let line = if self.is_listing() { batch::line(outcome) } else { None };
        Rendered {
            document,
            faults: self.faults(outcome),
            exit: outcome.exit(),
            line,
            pieces: self.reports.pieces(outcome),
        }
    }

    /// Whether several snapshots end in a list of what is not a promotion.
    fn is_listing(&self) -> bool {
        matches!(self.format, CheckFormat::Text) && !self.quiet
    }

    /// One snapshot.
    fn write_alone(&self, outcome: &Outcome<'_>, written: &mut Written) -> Exit {
        complain(&self.faults(outcome));
        written.drafts.add(self.reports.pieces(outcome));
        self.annotate(written);
        written.output.write(&self.document(outcome));
        outcome.exit()
    }

    /// Writes the commands that annotate, where they are no part of a document: GitHub reads both streams.
    fn annotate(&self, Written { output, drafts }: &mut Written) {
        match self.format {
            CheckFormat::Text => output.write(&drafts.annotations()),
            CheckFormat::Json | CheckFormat::Jsonl => complain(&drafts.annotations()),
        }
    }

    /// Several snapshots, judged on all cores and reported in their order. In flight are one chunk of
    /// sources and what they came to; a snapshot itself is dropped by the core that judged it.
    fn write_batch<'t>(
        &self,
        mut sources: impl Iterator<Item = Result<Source, Refusal>> + Send,
        judge: impl Fn(Result<Source, Refusal>) -> Outcome<'t> + Sync,
        written: &mut Written,
    ) -> Exit {
        /// Enough to keep every core busy, few enough to report steadily.
        const CHUNK: usize = 256;
        /// Few enough in one go that no core waits long for the last of a chunk.
        const IN_ONE_GO: usize = 16;
        let progress = Progress::new();
        let mut batch = Batch::default();
        // Where no thread can be had, as under a limit on processes, this one judges alone.
        let pool = ThreadPoolBuilder::new().start_handler(|_| interrupts::pass_by()).build().ok();
        let render = |source| {
            let rendered = self.add_to_batch(&judge(source));
            progress.count();
            rendered
        };
        let mut chunk: Vec<_> = sources.by_ref().take(CHUNK).collect();
        while !chunk.is_empty() {
            let mut next = || sources.by_ref().take(CHUNK).collect();
            let rendered: Vec<Rendered>;
            (rendered, chunk) = match &pool {
                // What comes next is found while these are judged.
                Some(pool) => pool.join(|| chunk.into_par_iter().with_max_len(IN_ONE_GO).map(render).collect(), next),
                None => (chunk.into_iter().map(render).collect(), next()),
            };
            progress.hide_while(|| {
                for rendered in rendered {
                    complain(&rendered.faults);
                    written.output.write(&rendered.document);
                    written.drafts.add(rendered.pieces);
                    batch.add(rendered.exit, rendered.line);
                }
                written.output.flush();
            });
        }
        progress.finish();
        self.annotate(written);
        let output = &mut written.output;
        if matches!(self.format, CheckFormat::Text) {
            if self.is_listing() {
                output.write(&batch.lines(&self.settings));
                output.write(&batch.answers());
            }
            output.write(&batch.totals(&self.settings));
        }
        batch.exit()
    }
}
