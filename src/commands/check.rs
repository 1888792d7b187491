//! `rollout-gate check`: judge snapshots.

use std::{
    io::{self, IsTerminal},
    path::PathBuf,
    time::Instant,
};

use anstream::AutoStream;
use clap::ColorChoice;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::{SignedDuration, Timestamp};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use rollout_gate::{
    eval::table::Table,
    exit::Exit,
    input::{
        files::{Source, sources},
        snapshot::{self, Request},
    },
    outcome::{Judged, Outcome},
    refusal::Refusal,
    report::{
        batch::{Batch, Line},
        fault, json,
        text::{self, Settings},
    },
};

use super::{
    output::{Output, complain},
    table::TableSource,
};
use crate::cli::{CheckArgs, Format};

/// Judges every snapshot that `args` names.
pub(crate) fn run(args: &CheckArgs, color: ColorChoice) -> Exit {
    let source = TableSource::find(args.gates.as_deref());
    let report = Report::new(args, color, source.name());
    let mut output = Output::new();
    let exit = match source.read() {
        Ok(table) => check(args, &table, &report, &mut output),
        Err(refusal) => {
            let rendered = report.render(&Outcome { name: None, result: Err(refusal) });
            report.write_alone(&rendered, &mut output)
        }
    };
    output.finish(exit)
}

fn check(args: &CheckArgs, table: &Table, report: &Report, output: &mut Output) -> Exit {
    let request = request(args);
    let judge = |source| report.render(&judge(source, table, &request));
    let paths: Vec<PathBuf> = args.paths.iter().chain(&args.input).cloned().collect();
    let mut sources = sources(&paths);
    match (sources.next(), sources.next()) {
        (Some(only), None) => report.write_alone(&judge(only), output),
        (first, second) => {
            let sources = first.into_iter().chain(second).chain(sources);
            report.write_batch(sources, judge, output)
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
        last: args.last,
        ended_within: args.max_age.map(around_now),
    }
}

fn judge<'t>(source: Result<Source, Refusal>, table: &'t Table, request: &Request) -> Outcome<'t> {
    let name = match &source {
        Ok(source) => source.name(),
        Err(refusal) => refusal.origin.clone(),
    };
    let result = source
        .and_then(|source| source.read())
        .and_then(|text| snapshot::read(&name, text, table, request))
        .map(Judged::from);
    Outcome { name: Some(name), result }
}

/// How this run reports.
struct Report {
    format: Format,
    quiet: bool,
    settings: Settings,
    /// Whether standard error shows colour.
    error_color: bool,
}

/// One outcome as the texts that it adds to a run.
struct Rendered {
    /// In full.
    document: String,
    /// The last line of the document alone.
    last_line: String,
    faults: String,
    line: Option<Line>,
    exit: Exit,
}

impl Report {
    fn new(args: &CheckArgs, color: ColorChoice, table: String) -> Self {
        let choice = |auto: anstream::ColorChoice| match color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => auto != anstream::ColorChoice::Never,
        };
        Self {
            format: args.format,
            quiet: args.quiet,
            settings: Settings {
                table,
                color: choice(AutoStream::choice(&io::stdout())),
                unicode: supports_unicode::supports_unicode(),
                verbose: args.verbose,
            },
            error_color: choice(AutoStream::choice(&io::stderr())),
        }
    }

    fn render(&self, outcome: &Outcome<'_>) -> Rendered {
        let document = match self.format {
            Format::Text if self.quiet => String::new(),
            Format::Text => text::render(outcome, &self.settings),
            Format::Json => json::render(outcome, &self.settings.table, json::Layout::Pretty),
            Format::Jsonl => json::render(outcome, &self.settings.table, json::Layout::Line),
        };
        Rendered {
            document,
            last_line: text::verdict_line(outcome, &self.settings),
            faults: outcome
                .result
                .as_ref()
                .err()
                .map_or(String::new(), |refusal| fault::render(refusal, self.error_color)),
            line: Line::of(outcome),
            exit: outcome.exit(),
        }
    }

    /// One snapshot.
    fn write_alone(&self, rendered: &Rendered, output: &mut Output) -> Exit {
        complain(&rendered.faults);
        output.write(if matches!(self.format, Format::Text) && self.quiet {
            &rendered.last_line
        } else {
            &rendered.document
        });
        rendered.exit
    }

    /// Several snapshots, judged on all cores and reported in their order. In flight are one chunk of
    /// sources and what they came to; a snapshot itself is dropped by the core that judged it.
    fn write_batch(
        &self,
        mut sources: impl Iterator<Item = Result<Source, Refusal>>,
        judge: impl Fn(Result<Source, Refusal>) -> Rendered + Sync,
        output: &mut Output,
    ) -> Exit {
        /// Enough to keep every core busy, few enough to report steadily.
        const CHUNK: usize = 256;
        let is_text = matches!(self.format, Format::Text);
        let in_full = !is_text || self.settings.verbose;
        let progress = Progress::new();
        let mut batch = Batch::default();
        loop {
            let chunk: Vec<_> = sources.by_ref().take(CHUNK).collect();
            if chunk.is_empty() {
                break;
            }
            let rendered: Vec<Rendered> = chunk.into_par_iter().map(&judge).collect();
            progress.hide_while(|| {
                for rendered in rendered {
                    complain(&rendered.faults);
                    if in_full {
                        output.write(&rendered.document);
                    }
                    if is_text && in_full {
                        output.write("\n");
                    }
                    batch.add(rendered.line);
                }
                output.flush();
            });
            progress.judged(batch.len());
        }
        progress.finish();
        if is_text {
            if !self.quiet {
                output.write(&batch.lines(&self.settings));
                output.write(&batch.answers());
            }
            output.write(&batch.totals(&self.settings));
        }
        batch.exit()
    }
}

/// How far a long batch is, on standard error if that is a terminal.
struct Progress {
    bar: ProgressBar,
    since: Instant,
}

impl Progress {
    /// Nothing is shown before a run is this many seconds long.
    const PATIENCE: u64 = 1;

    fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        Self { bar, since: Instant::now() }
    }

    fn judged(&self, snapshots: usize) {
        self.bar.set_position(snapshots as u64);
        if self.bar.is_hidden() && self.since.elapsed().as_secs() >= Self::PATIENCE && io::stderr().is_terminal() {
            let style = ProgressStyle::with_template("{spinner} {human_pos} snapshots judged, {per_sec}, {elapsed}");
            self.bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.tick();
    }

    fn hide_while(&self, write: impl FnOnce()) {
        self.bar.suspend(write);
    }

    fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
