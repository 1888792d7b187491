//! How processes are measured: time in turn, memory as the kernel counts it.

use std::{
    fs,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// A program with its arguments, which ends with a known exit code.
pub(crate) struct Program {
    pub(crate) name: String,
    command: Command,
    /// Another one means that it did not do what is measured.
    code: i32,
}

impl Program {
    pub(crate) fn new(name: impl Into<String>, mut command: Command, code: i32) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::null());
        Self { name: name.into(), command, code }
    }

    /// How many seconds a run takes.
    fn seconds(&mut self) -> f64 {
        let since = Instant::now();
        let status = self.command.status().expect("the program starts");
        let seconds = since.elapsed().as_secs_f64();
        assert_eq!(status.code(), Some(self.code), "{}", self.name);
        seconds
    }

    /// The most memory that a run held, in bytes. `None` where the kernel does not tell.
    pub(crate) fn peak(&mut self) -> Option<u64> {
        /// Short beside any run. What a process frees in its last one of these is not seen.
        const PAUSE: Duration = Duration::from_micros(200);
        let mut child = self.command.spawn().expect("the program starts");
        let file = format!("/proc/{}/status", child.id());
        let mut peak = None;
        let status = loop {
            // The high-water mark never falls, so that the last look is the one that counts.
            peak = fs::read_to_string(&file).ok().as_deref().and_then(high_water_mark).or(peak);
            match child.try_wait().expect("the program is a child") {
                Some(status) => break status,
                None => thread::sleep(PAUSE),
            }
        };
        assert_eq!(status.code(), Some(self.code), "{}", self.name);
        peak
    }
}

/// The bytes of the line `VmHWM:    1234 kB`.
fn high_water_mark(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes * 1024)
}

/// How one program did beside the first of its group.
pub(crate) struct Time {
    /// The median of its runs.
    pub(crate) seconds: f64,
    /// The median of what each run took beside the first program's run of the same round.
    pub(crate) ratio: f64,
}

/// Runs the programs in turn, `rounds` times: what slows the machine down for a while slows all of them down.
/// One time for each program, in their order.
pub(crate) fn in_turn(rounds: usize, programs: &mut [Program]) -> Vec<Time> {
    // Once before: the files are in the page cache then.
    for program in &mut *programs {
        program.seconds();
    }
    let rounds: Vec<Vec<f64>> = (0..rounds).map(|_| programs.iter_mut().map(Program::seconds).collect()).collect();
    let time = |program: usize| Time {
        seconds: median(rounds.iter().map(|round| round[program]).collect()),
        ratio: median(rounds.iter().map(|round| round[program] / round[0]).collect()),
    };
    (0..programs.len()).map(time).collect()
}

/// Of an even number of values, the upper one of the middle.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
