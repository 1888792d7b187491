//! `rollout-gate check`: judge snapshots.

use std::path::{Path, PathBuf};

use clap::ColorChoice;
use jiff::{SignedDuration, Timestamp};
use rayon::{
    ThreadPoolBuilder,
    iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator},
};
use rollout_gate::{
    eval::table::Table,
    exit::Exit,
    input::snapshot::{self, Baselines, Request, StageNamedBy},
    io::{
        files::{Source, sources},
        interrupts,
        output::{Output, complain},
        progress::Progress,
        terminal::Terminal,
    },
    outcome::{Outcome, Reading},
    refusal::Refusal,
    report::{
        batch::{self, Batch},
        fault,
        json::{self, JsonStyle},
        table_name::TableName,
        text::{self, TextOptions},
    },
};

use super::{reports::ReportFile, table::TableSource};
use crate::cli::{CheckArgs, CheckFormat};

/// Judges every snapshot that `args` names.
pub(crate) fn run(args: &CheckArgs, color: ColorChoice) -> Exit {
    let source = TableSource::find(args.gates.as_deref());
    let paths: Vec<PathBuf> = args.paths.iter().chain(&args.input).cloned().collect();
    let reports = match ReportFile::all(&args.reports, &paths, &source) {
        Ok(reports) => reports,
        Err(error) => {
            complain(&format!("error: {error:#}\n\nFor more information, try '--help'.\n"));
            return Exit::NoVerdict;
        }
    };
    // What is wrong with the table is told before a snapshot is looked at.
    let (table, name) = source.read_and_name();
    let run = Run::new(args, color, name, reports);
    let mut output = Output::open();
    let exit = table
        .and_then(|table| check(args, &paths, &table, &run, &mut output))
        .unwrap_or_else(|refusal| run.report_one(&Outcome { name: None, result: Err(refusal) }, &mut output));
    run.finish(exit, output)
}

/// # Errors
/// The baseline is refused, and nothing is judged.
fn check(args: &CheckArgs, paths: &[PathBuf], table: &Table, run: &Run, output: &mut Output) -> Result<Exit, Refusal> {
    let request = request(args, table)?;
    let judge = |source| judge(source, table, &request);
    let mut sources = sources(paths);
    Ok(match (sources.next(), sources.next()) {
        (Some(only), None) => run.report_one(&judge(only), output),
        (first, second) => run.report_many(first.into_iter().chain(second).chain(sources), judge, output),
    })
}

/// # Errors
/// The baseline file cannot be read, or is no snapshot.
fn request(args: &CheckArgs, table: &Table) -> Result<Request, Refusal> {
    // The only look at the clock. An age that reaches beyond the calendar excludes nothing.
    let until_now = |age| {
        let (now, age) = (Timestamp::now(), SignedDuration::try_from(age).unwrap_or(SignedDuration::MAX));
        now.checked_sub(age).unwrap_or(Timestamp::MIN)..=now
    };
    Ok(Request {
        pipeline: args.pipeline.clone(),
        stage: args.stage.clone(),
        named_by: StageNamedBy::Flags,
        last: args.last,
        entered: args.entered,
        baseline: args.baseline.as_deref().map(|path| read_baseline(path, table)).transpose()?,
        digest: matches!(args.format, CheckFormat::Json | CheckFormat::Jsonl) || !args.reports.0.is_empty(),
        ended_within: args.max_age.map(until_now),
    })
}

fn read_baseline(path: &Path, table: &Table) -> Result<Baselines, Refusal> {
    let source = Source::named(path);
    Baselines::read(&source.name(), &source.read()?, table)
}

fn judge<'t>(source: Result<Source, Refusal>, table: &'t Table, request: &Request) -> Outcome<'t> {
    let name = match &source {
        Ok(source) => source.name(),
        Err(refusal) => refusal.origin.clone(),
    };
    let reading = source.and_then(|source| snapshot::read_from(&source, table, request));
    Outcome { name: Some(name), result: reading.and_then(Reading::judge) }
}

/// How a run reports.
struct Run {
    format: CheckFormat,
    quiet: bool,
    options: TextOptions,
    /// Whether standard error shows colour.
    error_color: bool,
    table: TableName,
    reports: Vec<ReportFile>,
}

/// One outcome of several as what it adds to the streams of a run.
struct Rendered {
    /// Standard output: the document, where each snapshot has one.
    document: String,
    /// Standard error.
    faults: String,
    exit: Exit,
    /// What the batch says of it in the end.
    line: Option<String>,
}

impl Run {
    fn new(args: &CheckArgs, color: ColorChoice, table: TableName, reports: Vec<ReportFile>) -> Self {
        let Terminal { color, error_color, unicode, width } = Terminal::find(color);
        Self {
            format: args.format,
            quiet: args.quiet,
            options: TextOptions { table: table.name.clone(), color, unicode, width, verbose: args.verbose },
            error_color,
            table,
            reports,
        }
    }

    fn document(&self, outcome: &Outcome<'_>) -> String {
        match self.format {
            CheckFormat::Text if self.quiet => text::verdict_line(outcome, &self.options),
            CheckFormat::Text => text::render(outcome, &self.options),
            CheckFormat::Json => json::render(outcome, &self.table, JsonStyle::Indented),
            CheckFormat::Jsonl => json::render(outcome, &self.table, JsonStyle::OneLine),
        }
    }

    /// What is wrong with a snapshot, beside a rollback too.
    fn faults(&self, outcome: &Outcome<'_>) -> String {
        let refusal = match &outcome.result {
            Ok(judged) => judged.reading.faults.as_ref(),
            Err(refusal) => Some(refusal),
        };
        refusal.map_or(String::new(), |refusal| fault::render(refusal, self.error_color))
    }

    /// Whether several snapshots end in a list of what is not a promotion.
    fn is_listing(&self) -> bool {
        matches!(self.format, CheckFormat::Text) && !self.quiet
    }

    /// One snapshot.
    fn report_one(&self, outcome: &Outcome<'_>, output: &mut Output) -> Exit {
        complain(&self.faults(outcome));
        self.add_to_reports(0, outcome);
        self.print_reports(output);
        output.write(&self.document(outcome));
        outcome.exit()
    }

    /// Several snapshots, judged on all cores and reported in their order. In flight are one chunk of
    /// sources and what they came to; a snapshot itself is dropped by the core that judged it.
    fn report_many<'t>(
        &self,
        sources: impl Iterator<Item = Result<Source, Refusal>> + Send,
        judge: impl Fn(Result<Source, Refusal>) -> Outcome<'t> + Sync,
        output: &mut Output,
    ) -> Exit {
        /// Enough to keep every core busy, few enough to report steadily.
        const CHUNK: usize = 256;
        let progress = Progress::start();
        let mut batch = Batch::default();
        // Where no thread can be had, as under a limit on processes, this one judges alone.
        let pool = ThreadPoolBuilder::new().start_handler(|_| interrupts::leave_to_others()).build().ok();
        let render = |(number, source)| {
            let rendered = self.render(number, &judge(source));
            progress.count();
            rendered
        };
        let mut sources = sources.enumerate();
        let mut chunk: Vec<_> = sources.by_ref().take(CHUNK).collect();
        while !chunk.is_empty() {
            let rendered: Vec<Rendered>;
            let mut next = || sources.by_ref().take(CHUNK).collect();
            (rendered, chunk) = match &pool {
                // What comes next is found while these are judged.
                Some(pool) => pool.join(|| map_in_parallel(chunk, render), next),
                None => (chunk.into_iter().map(render).collect(), next()),
            };
            progress.hide_while(|| write_all(rendered, &mut batch, output));
        }
        progress.finish();
        self.print_reports(output);
        self.write_totals(&mut batch, output);
        batch.exit()
    }

    /// What snapshot `number` of several adds: text for people only if they want it in full.
    fn render(&self, number: usize, outcome: &Outcome<'_>) -> Rendered {
        self.add_to_reports(number, outcome);
        let document = match self.format {
            CheckFormat::Text if !self.options.verbose => String::new(),
            CheckFormat::Text => self.document(outcome) + "\n",
            CheckFormat::Json | CheckFormat::Jsonl => self.document(outcome),
        };
        // Kept until the end, where they are sorted: only for those who read them.
        let line = if self.is_listing() { batch::line(outcome) } else { None };
        Rendered { document, faults: self.faults(outcome), exit: outcome.exit(), line }
    }

    fn write_totals(&self, batch: &mut Batch, output: &mut Output) {
        if self.is_listing() {
            output.write(&batch.lines(&self.options));
            output.write(&batch.answers());
        }
        if matches!(self.format, CheckFormat::Text) {
            output.write(&batch.totals(&self.options));
        }
    }

    fn add_to_reports(&self, number: usize, outcome: &Outcome<'_>) {
        self.reports.iter().for_each(|report| report.add(number, outcome, &self.table));
    }

    /// Prints the reports that go to no file, where they are no part of a document: GitHub reads both streams.
    fn print_reports(&self, output: &mut Output) {
        let printed: String = self.reports.iter().map(ReportFile::printed).collect();
        match self.format {
            CheckFormat::Text => output.write(&printed),
            CheckFormat::Json | CheckFormat::Jsonl => complain(&printed),
        }
    }

    /// Writes what is left to write. Says what cannot be written, and writes the rest.
    fn finish(&self, exit: Exit, output: Output) -> Exit {
        let mut is_written = output.finish();
        for error in self.reports.iter().filter_map(|report| report.write().err()) {
            complain(&format!("error: {error:#}\n"));
            is_written = false;
        }
        // A verdict that nobody could read is none, but for a rollback, which nothing hides.
        if is_written { exit } else { exit.max(Exit::NoVerdict) }
    }
}

fn write_all(rendered: Vec<Rendered>, batch: &mut Batch, output: &mut Output) {
    for Rendered { document, faults, exit, line } in rendered {
        complain(&faults);
        output.write(&document);
        batch.add(exit, line);
    }
    output.flush();
}

fn map_in_parallel<T: Send, R: Send>(items: Vec<T>, map: impl Fn(T) -> R + Sync + Send) -> Vec<R> {
    /// Few enough in one go that no core waits long for the last of a chunk.
    const IN_ONE_GO: usize = 16;
    items.into_par_iter().with_max_len(IN_ONE_GO).map(map).collect()
}
