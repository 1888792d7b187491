//! `rollout-gate test`: run the tests of a table.

use std::path::{Path, PathBuf};

use clap::ColorChoice;
use regex_lite::Regex;
use rollout_gate::{
    eval::table::Table,
    exit::Status,
    input::{
        snapshot::{self, Request, StageNamedBy},
        suite,
    },
    io::{
        files::Source,
        output::{complain, deliver},
        terminal::Terminal,
    },
    outcome::Reading,
    refusal::{Code, Refusal},
    report::{
        fault,
        suite::{json, text},
    },
    suite::{Coverage, Ending, Recorded, Results, Suite, SuiteResults},
};

use super::table::TableSource;
use crate::cli::{TestArgs, TestFormat};

/// The tests of the table in the binary.
const BUILT_IN: &str = include_str!("../../gates.test.yaml");

/// Where a suite comes from.
enum SuiteSource {
    File(Source),
    /// The suite of the table in the binary.
    BuiltIn,
}

/// A table and the suites that test it.
struct Job {
    table: TableSource,
    suites: Vec<SuiteSource>,
}

/// Runs every suite that `args` names.
pub(crate) fn run(args: &TestArgs, color: ColorChoice) -> Status {
    let jobs = jobs(args);
    let names: Vec<String> = jobs.iter().map(|job| job.table.name()).collect();
    let tables: Vec<Result<Table, Refusal>> = jobs.iter().map(|job| job.table.read()).collect();
    let mut results = Vec::with_capacity(jobs.len());
    for ((job, name), table) in jobs.iter().zip(names).zip(&tables) {
        results.push(match table {
            Ok(table) => test(name, table, &job.suites, args),
            Err(refusal) => unusable(name, refusal.clone()),
        });
    }
    report(&results, args, color)
}

/// What is tested by what: each table once, in the order of the suites.
fn jobs(args: &TestArgs) -> Vec<Job> {
    if args.files.is_empty() {
        let table = TableSource::find(args.gates.as_deref());
        let suite = match &table {
            TableSource::File(table) => SuiteSource::File(Source::File(suite_of(table))),
            TableSource::BuiltIn => SuiteSource::BuiltIn,
        };
        return vec![Job { table, suites: vec![suite] }];
    }
    let mut jobs: Vec<Job> = Vec::new();
    for file in &args.files {
        let named = args.gates.clone().or_else(|| table_of(file));
        let table = TableSource::find(named.as_deref());
        let suite = SuiteSource::File(Source::named(file));
        match jobs.iter_mut().find(|job| is_same(&job.table, &table)) {
            Some(job) => job.suites.push(suite),
            None => jobs.push(Job { table, suites: vec![suite] }),
        }
    }
    jobs
}

/// Whether two tables are one, whatever they are called: what their tests see counts together.
fn is_same(a: &TableSource, b: &TableSource) -> bool {
    match (a, b) {
        (TableSource::BuiltIn, TableSource::BuiltIn) => true,
        (TableSource::File(a), TableSource::File(b)) => {
            let place = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
            place(a) == place(b)
        }
        (TableSource::BuiltIn, TableSource::File(_)) | (TableSource::File(_), TableSource::BuiltIn) => false,
    }
}

/// `gates.test.yaml` for `gates.yaml`, beside it.
fn suite_of(table: &Path) -> PathBuf {
    let extension = table.extension().map_or_else(|| "yaml".into(), |extension| extension.to_string_lossy());
    table.with_extension(format!("test.{extension}"))
}

/// `gates.yaml` for `gates.test.yaml`, if it is there.
fn table_of(suite: &Path) -> Option<PathBuf> {
    let extension = suite.extension()?;
    let stem = suite.with_extension("");
    let table = stem.with_extension(extension);
    (stem.extension()? == "test" && table.is_file()).then_some(table)
}

impl SuiteSource {
    fn name(&self) -> String {
        match self {
            Self::File(source) => source.name(),
            Self::BuiltIn => "built-in gates.test.yaml".to_owned(),
        }
    }

    fn read<'t>(&self, table: &'t Table) -> Result<Suite<'t>, Refusal> {
        let text = match self {
            Self::BuiltIn => BUILT_IN.to_owned(),
            Self::File(source) => source.read_handwritten().map_err(how_to_begin)?,
        };
        suite::read(&self.name(), text, table)
    }

    /// The folder that the snapshots of its tests are named from.
    fn folder(&self) -> &Path {
        match self {
            Self::File(Source::File(path)) => path.parent().unwrap_or(Path::new("")),
            Self::File(Source::Stdin) | Self::BuiltIn => Path::new(""),
        }
    }
}

/// A file that is not there is most often one that nobody has written yet.
fn how_to_begin(mut refusal: Refusal) -> Refusal {
    for fault in refusal.faults.iter_mut().filter(|fault| fault.code == Code::Unreadable) {
        fault.help = Some(
            "a suite of tests is a file such as gates.test.yaml beside gates.yaml; see docs/testing.md".to_owned(),
        );
    }
    refusal
}

/// Runs the suites of one table.
fn test<'t>(name: String, table: &'t Table, suites: &[SuiteSource], args: &TestArgs) -> Results<'t> {
    let mut coverage = Coverage::new(table);
    let mut results = unfinished(name, args);
    for source in suites {
        match source.read(table) {
            Ok(suite) => {
                let read = |recorded: &Recorded| recorded_snapshot(recorded, source.folder(), table);
                results.suites.push(run_suite(suite, args.run.as_ref(), &mut coverage, read));
            }
            Err(refusal) => results.refused.push(refusal),
        }
    }
    // Some of the tests say little about what all of them see.
    results.coverage = Some(coverage).filter(|_| args.run.is_none() && results.refused.is_empty());
    results
}

fn unfinished(table: String, args: &TestArgs) -> Results<'static> {
    let requires_coverage = args.require_coverage;
    Results { table, refused: Vec::new(), suites: Vec::new(), coverage: None, requires_coverage }
}

fn unusable(table: String, refusal: Refusal) -> Results<'static> {
    Results { table, refused: vec![refusal], suites: Vec::new(), coverage: None, requires_coverage: false }
}

fn run_suite<'t>(
    suite: Suite<'t>,
    chosen: Option<&Regex>,
    coverage: &mut Coverage<'t>,
    read: impl Fn(&Recorded) -> Result<Reading<'t>, Refusal>,
) -> SuiteResults {
    let all = suite.tests.len();
    let is_chosen = |name: &str| chosen.is_none_or(|regex| regex.is_match(name));
    let chosen = suite.tests.into_iter().filter(|test| is_chosen(&test.name));
    let tests: Vec<_> = chosen.map(|test| test.run(coverage, &read)).collect();
    SuiteResults { file: suite.file, skipped: all - tests.len(), tests }
}

fn recorded_snapshot<'t>(recorded: &Recorded, folder: &Path, table: &'t Table) -> Result<Reading<'t>, Refusal> {
    let source = Source::File(folder.join(&recorded.file));
    let request = Request {
        pipeline: recorded.pipeline.clone(),
        stage: recorded.stage.clone(),
        named_by: StageNamedBy::Test,
        last: recorded.last,
        entered: recorded.entered.as_deref().and_then(|time| time.parse().ok()),
        ..Request::default()
    };
    snapshot::read_from(&source, table, &request)
}

fn report(results: &[Results<'_>], args: &TestArgs, color: ColorChoice) -> Status {
    let terminal = Terminal::find(color);
    for refusal in refusals(results) {
        complain(&fault::render(refusal, terminal.error_color));
    }
    let status = results.iter().map(Results::status).max().unwrap_or(Status::Unusable);
    let is_nothing = status == Status::Clean && results.iter().all(|results| results.counts().run() == 0);
    if let (true, Some(regex)) = (is_nothing, &args.run) {
        let skipped: usize = results.iter().map(|results| results.counts().skipped).sum();
        complain(&format!("error: --run {:?} matches the name of none of {skipped} tests\n", regex.as_str()));
        return Status::Unusable;
    }
    let options = text::SuiteTextOptions { color: terminal.color, verbose: args.verbose };
    let text = match args.format {
        TestFormat::Text if args.quiet => text::last_line(results, options),
        TestFormat::Text => text::render(results, options),
        TestFormat::Json => results.iter().map(json::render).collect(),
        #[cfg(feature = "junit")]
        TestFormat::Junit => rollout_gate::report::suite::junit::render(results),
    };
    deliver(&text, status)
}

/// Every file that could not be used: of each table, first the suites, then the snapshots that tests name.
fn refusals<'r>(results: &'r [Results<'_>]) -> impl Iterator<Item = &'r Refusal> {
    results.iter().flat_map(|results| {
        let tests = results.suites.iter().flat_map(|suite| &suite.tests);
        let unjudged = tests.filter_map(|test| match &test.ending {
            Ending::Unjudged(refusal) => Some(refusal),
            Ending::Passed | Ending::Failed { .. } => None,
        });
        results.refused.iter().chain(unjudged)
    })
}
