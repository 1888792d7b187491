//! The whole program beside its floors: the least that any program would take for the same work. Time, memory, and
//! how both grow.
//!
//! `cargo bench --bench floors`, all of it in a few minutes; `cargo bench --bench floors -- start memory` only the parts
//! whose names begin so. Programs of one part run in turn, so that the ratios stand where the times belong to one machine.

// A bench prints, and fails by panicking.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::print_stdout)]

mod bare;
#[path = "../it/shared/binary.rs"]
#[allow(dead_code, reason = "what a run printed is not looked at here")]
mod binary;
mod corpus;
#[path = "../it/shared/folder.rs"]
mod folder;
mod growth;
mod measure;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
};

use corpus::Digits;
use growth::Case;
use measure::{Program, Time, in_turn};

/// The exit code of a promotion.
const PROMOTE: i32 = 0;

/// Says to this program that it is the bare parser, and to parse the file that follows.
const PARSE: &str = "--parse";

/// One of the things that this bench measures and prints.
type Part = fn(&Bench);

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [flag, file] = arguments.as_slice()
        && flag == PARSE
    {
        return parse(file);
    }
    let parts: [(&str, Part); 5] =
        [("start", start), ("huge", huge), ("batch", batch), ("memory", memory), ("growth", growth)];
    let (flags, wanted): (Vec<_>, Vec<_>) = arguments.iter().partition(|argument| argument.starts_with('-'));
    let bench = Bench::new(flags.iter().any(|flag| *flag == "--test"));
    let cores = thread::available_parallelism().expect("a number of cores");
    println!(
        "{} {}, {cores} cores; x: how many times the first row of the block\n",
        env::consts::OS,
        env::consts::ARCH
    );
    for (name, part) in parts {
        if wanted.is_empty() || wanted.iter().any(|wanted| name.starts_with(wanted.as_str())) {
            part(&bench);
        }
    }
}

/// What `serde_json` takes for a snapshot, as a process.
fn parse(file: &str) {
    let text = fs::read_to_string(file).expect("the file is text");
    println!("{}", bare::sum(&text).expect("the snapshot is sound"));
}

/// What all parts have.
struct Bench {
    /// Whether to run everything once and small, only to see that it runs.
    is_test: bool,
    /// Where the floors are built.
    floors: PathBuf,
}

impl Bench {
    fn new(is_test: bool) -> Self {
        let floors = folder::folder("floors").expect("the disk takes it");
        for name in ["empty", "scan"] {
            build(name, &floors);
        }
        Self { is_test, floors }
    }

    /// This many, or so few that it takes no time.
    fn many(&self, count: usize) -> usize {
        if self.is_test { count.div_ceil(1000) } else { count }
    }

    fn rounds(&self, rounds: usize) -> usize {
        if self.is_test { 1 } else { rounds }
    }

    /// A floor on `path`.
    fn floor(&self, name: &str, what: &str, path: Option<&Path>) -> Program {
        let mut command = Command::new(self.floors.join(name));
        command.args(path);
        Program::new(what, command, PROMOTE)
    }
}

/// Builds a floor as the release is built, but for the optimization across crates, which it has no use for.
fn build(name: &str, folder: &Path) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bench/beside").join(name).with_extension("rs");
    let mut rustc = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.args(["--edition=2024", "-O", "-Cpanic=abort", "-Cstrip=symbols", "-Ccodegen-units=1"]);
    let status = rustc.arg(source).arg("-o").arg(folder.join(name)).status().expect("rustc is there");
    assert!(status.success(), "{name} does not compile");
}

/// `rollout-gate check`, which promotes.
fn check(name: &str, arguments: &[&Path]) -> Program {
    Program::new(name, binary::check(arguments), PROMOTE)
}

/// The script that judges the same rules, if this machine has Python.
fn script(path: &Path) -> Option<Program> {
    // The program itself: what `python3` names may be a script that looks for it.
    let asked = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).stdin(Stdio::null()).output();
    let python =
        asked.ok().filter(|output| output.status.success()).and_then(|output| String::from_utf8(output.stdout).ok());
    let Some(python) = python else {
        println!("  no python3 on this machine: its rows are left out");
        return None;
    };
    let mut command = Command::new(python.trim_end());
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bench/beside/gate.py")).arg(path);
    Some(Program::new("a Python script of the same rules", command, PROMOTE))
}

fn start(bench: &Bench) {
    let snapshot = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/tsfm/canary_5/promote.json");
    let elsewhere = folder::folder("elsewhere").expect("the disk takes it");
    let mut built_in = binary::check([&snapshot]);
    built_in.current_dir(elsewhere);
    let programs = [
        bench.floor("empty", "an empty main", None),
        Program::new("check, the table in the binary", built_in, PROMOTE),
        check("check, the same table from its file", &[&snapshot]),
    ];
    println!("start: check of one snapshot of 6 windows");
    times(bench.rounds(500), programs.into_iter().chain(script(&snapshot)), &[None, Some(1.5), Some(1.5)]);
}

fn huge(bench: &Bench) {
    let file = folder::folder("huge").expect("the disk takes it").join("huge.json");
    let text = corpus::snapshot(bench.many(1_000_000), 0, Digits::All);
    fs::write(&file, &text).expect("the disk takes it");
    println!(
        "huge: one snapshot of 5 metrics x {} windows, {} MB",
        bench.many(1_000_000),
        megabytes(text.len() as u64)
    );
    let mut bare = Command::new(env::current_exe().expect("this program is a file"));
    bare.arg(PARSE).arg(&file);
    let programs = [
        bench.floor("scan", "read and scan its bytes", Some(&file)),
        Program::new("serde_json, typed, unchecked", bare, PROMOTE),
        check("check", &[&file]),
        check("check --format json", &[Path::new("--format"), Path::new("json"), &file]),
    ];
    times(bench.rounds(15), programs.into_iter().chain(script(&file)), &[None, None, Some(4.0), Some(4.0)]);
    println!("huge: its memory");
    let on_disk = Measured { name: "bytes on disk".to_owned(), value: text.len() as f64 };
    let peak = peak(bench, &mut check("check, peak", &[&file]));
    sizes(&[on_disk].into_iter().chain(peak).collect::<Vec<_>>(), 1.5);
}

fn batch(bench: &Bench) {
    /// How many windows a snapshot of half an hour and one of a day have.
    const WINDOWS: std::ops::Range<usize> = 6..289;
    let folder = folder::folder("batch").expect("the disk takes it");
    let count = bench.many(10_000);
    let mut bytes = 0;
    for number in 0..count {
        // A prime, so that neighbours differ in size.
        let windows = WINDOWS.start + number * 7919 % WINDOWS.len();
        let text = corpus::snapshot(windows, number, Digits::Rounded(5));
        bytes += text.len() as u64;
        fs::write(folder.join(format!("{number:05}.json")), text).expect("the disk takes it");
    }
    println!("batch: {count} snapshots of 6 to 288 windows, {} MB", megabytes(bytes));
    let programs = [
        bench.floor("scan", "read and scan their bytes, all cores", Some(&folder)),
        check("check", &[&folder]),
        check("check --format jsonl", &[Path::new("--format"), Path::new("jsonl"), &folder]),
    ];
    times(bench.rounds(21), programs.into_iter().chain(script(&folder)), &[None, Some(3.0), Some(3.0)]);
}

fn memory(bench: &Bench) {
    println!("memory: peak of check of a folder");
    let folder = folder::folder("memory").expect("the disk takes it");
    let peaks = [1000, 10_000, 100_000].into_iter().filter_map(|count| {
        let case = growth::files(&folder, bench.many(count));
        let name = format!("{} snapshots", case.count);
        peak(bench, &mut check(&name, &[&case.snapshot]))
    });
    sizes(&peaks.collect::<Vec<_>>(), 1.1);
}

/// Makes a case of this many.
type Make = fn(&Path, usize) -> Case;

fn growth(bench: &Bench) {
    let growths: [(&str, [usize; 4], Make); 5] = [
        ("windows", [30_000, 100_000, 300_000, 1_000_000], growth::windows),
        ("series", [3_000, 10_000, 30_000, 100_000], growth::series),
        ("metrics with two rules each", [300, 1_000, 3_000, 10_000], growth::metrics),
        ("rules of one metric", [1_000, 3_000, 10_000, 30_000], growth::rules),
        ("files", [3_000, 10_000, 30_000, 100_000], growth::files),
    ];
    let folder = folder::folder("growth").expect("the disk takes it");
    let snapshot = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/tsfm/canary_5/promote.json");
    for (what, counts, make) in growths {
        println!("growth: {what}, beyond what one small snapshot takes");
        let cases = counts.map(|count| make(&folder, bench.many(count)));
        let mut programs = vec![check("start", &[&snapshot])];
        programs.extend(cases.iter().map(|case| check(what, &arguments(case))));
        let times = in_turn(bench.rounds(5), &mut programs);
        let cost = |(case, time): (&Case, &Time)| (time.seconds - times[0].seconds) / case.count as f64;
        let costs: Vec<f64> = cases.iter().zip(&times[1..]).map(cost).collect();
        for (case, cost) in cases.iter().zip(&costs) {
            println!("  {:>9}  {:8.3} us each  x {:5.2}", case.count, cost * 1e6, cost / costs[0]);
        }
        println!();
    }
}

/// The arguments of `check` for a case.
fn arguments(case: &Case) -> Vec<&Path> {
    let gates = case.gates.iter().flat_map(|gates| [Path::new("--gates"), gates]);
    gates.chain([case.snapshot.as_path()]).collect()
}

/// Something with a size in bytes.
struct Measured {
    name: String,
    value: f64,
}

/// The most of a few runs: how cores share the work differs from run to run.
fn peak(bench: &Bench, program: &mut Program) -> Option<Measured> {
    let most = (0..bench.rounds(5)).map(|_| program.peak()).max().flatten();
    if most.is_none() {
        println!("  {}: this system does not tell", program.name);
    }
    Some(Measured { name: program.name.clone(), value: most? as f64 })
}

/// Measures and prints programs that are compared with the first of them, which is the floor.
fn times(rounds: usize, programs: impl Iterator<Item = Program>, targets: &[Option<f64>]) {
    let mut programs: Vec<Program> = programs.collect();
    let times = in_turn(rounds, &mut programs);
    for (number, (program, time)) in programs.iter().zip(times).enumerate() {
        let target = targets.get(number).copied().flatten();
        println!(
            "  {:<38} {:9.2} ms  x {:6.2}{}",
            program.name,
            time.seconds * 1e3,
            time.ratio,
            verdict(time.ratio, target)
        );
    }
    println!();
}

/// Prints sizes that are compared with the first of them.
fn sizes(measured: &[Measured], target: f64) {
    for (number, one) in measured.iter().enumerate() {
        let ratio = one.value / measured[0].value;
        let target = (number > 0).then_some(target);
        println!("  {:<38} {:9.2} MB  x {:6.2}{}", one.name, one.value / 1e6, ratio, verdict(ratio, target));
    }
    println!();
}

fn verdict(ratio: f64, target: Option<f64>) -> String {
    let word = |target| if ratio <= target { "met" } else { "NOT MET" };
    target.map_or_else(String::new, |target| format!("  target {target:.1}: {}", word(target)))
}

/// Bytes as whole megabytes.
fn megabytes(bytes: u64) -> u64 {
    (bytes + 500_000) / 1_000_000
}
