//! Outputs that fail, and signals in the middle of a run: what was flushed stands, no report is half there, and the exit
//! code tells.

use std::{
    fs::{self, File, Permissions},
    io::{self, BufRead, BufReader, Read, Write},
    os::unix::{
        fs::PermissionsExt,
        process::{CommandExt, ExitStatusExt},
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::shared::{
    binary::{self, check, run},
    folder::folder,
    stranger::copy_binary,
};

const PROMOTE: &str = "fixtures/tsfm/canary_5/promote.json";
const HOLD: &str = "fixtures/tsfm/canary_5/hold.json";
const ROLLBACK: &str = "fixtures/tsfm/canary_5/rollback.json";
const REFUSED: &str = "fixtures/bad/snapshots/many-faults.json";

/// How each verdict ends the run, where it can be told and where it cannot.
const ENDS: [(&str, i32, i32); 3] = [(PROMOTE, 0, 2), (HOLD, 1, 2), (ROLLBACK, 3, 3)];

const REPORTS: [&str; 5] =
    ["--report-json", "--report-junit", "--report-markdown", "--report-html", "--report-incident"];

fn names(folder: &Path) -> Vec<String> {
    let name = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let mut names: Vec<String> = fs::read_dir(folder).unwrap().map(name).collect();
    names.sort();
    names
}

/// A process is held up where a pipe is full, which is after so many bytes.
const PIPE: usize = 64 << 10;

// Nobody reads.

/// `head -1`, with a reader that takes one line and leaves while the rest is being written.
#[test]
fn a_reader_that_takes_a_line_and_leaves_changes_nothing() {
    let many = vec!["fixtures/tsfm/canary_5"; 300];
    for format in [&[][..], &["-v"], &["--format", "json"], &["--format", "jsonl"]] {
        let mut command = check(many.iter().chain(format));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{format:?}");
        assert!(line.ends_with('\n') && output.stderr.is_empty(), "{format:?}: {line} {output:?}");
    }
}

/// With nobody to tell, the exit code still does.
#[test]
fn without_any_reader_the_exit_code_still_tells() {
    let closed = || io::pipe().unwrap().1;
    let full = || File::options().write(true).open("/dev/full").unwrap();
    for (snapshot, told, untold) in ENDS.into_iter().chain([(REFUSED, 2, 2)]) {
        for flags in [&[][..], &["--format", "json"], &["--format", "jsonl"], &["--github"]] {
            let mut command = check([snapshot, snapshot]);
            let code = |command: &mut Command| run(command.args(flags)).unwrap().code;
            assert_eq!(code(command.stdout(closed()).stderr(closed())), Some(told), "{snapshot} {flags:?}");
            assert_eq!(code(check([snapshot]).stderr(full())), Some(told), "{snapshot} {flags:?}");
            assert_eq!(code(check([snapshot]).stdout(full()).stderr(full())), Some(untold), "{snapshot} {flags:?}");
            assert_eq!(code(check([snapshot]).stdout(full()).stderr(closed())), Some(untold), "{snapshot} {flags:?}");
        }
    }
}

/// What is closed before the start is nobody's: the runtime puts `/dev/null` in its place, and many callers do too.
#[test]
fn what_is_closed_before_the_start_is_nobodys() {
    for (snapshot, told, _) in ENDS {
        for closed in [">&-", "2>&-", "<&-", "<&- >&- 2>&-"] {
            let mut command = Command::new("sh");
            command.args(["-c", &format!("exec \"$0\" check \"$1\" {closed}")]);
            command.args([env!("CARGO_BIN_EXE_rollout-gate"), snapshot]).current_dir(env!("CARGO_MANIFEST_DIR"));
            let run = run(command.env_remove("ROLLOUT_GATE_GATES")).unwrap();
            assert_eq!((run.code, run.stderr.as_str()), (Some(told), ""), "{snapshot} {closed}");
        }
    }
}

/// Every command that prints.
#[test]
fn no_command_takes_a_full_disk_for_a_success() {
    for arguments in [
        &["lint"][..],
        &["show"],
        &["explain", "unreadable"],
        &["test"],
        &["schema", "gates"],
        &["completions", "bash"],
        &["man"],
    ] {
        let full = || File::options().write(true).open("/dev/full").unwrap();
        let run = run(binary::command(arguments).stdout(full())).unwrap();
        assert_eq!(run.code, Some(2), "{arguments:?}: {run:?}");
        assert!(run.stderr.contains("standard output cannot be written"), "{arguments:?}: {run:?}");
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let gone = binary::command(arguments).stdout(writer).output().unwrap();
        assert!(gone.status.code().is_some_and(|code| code < 2) && gone.stderr.is_empty(), "{arguments:?}: {gone:?}");
    }
}

// Reports that cannot be written.

/// `command` where no file gets longer than a kibibyte: a disk that fills up in the middle of a file.
fn on_a_full_disk(command: &Command) -> Command {
    let mut limited = Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$@\"", "sh"]).arg(command.get_program());
    limited.args(command.get_args()).current_dir(command.get_current_dir().unwrap());
    limited.env_remove("ROLLOUT_GATE_GATES").stdin(Stdio::null());
    limited
}

#[test]
fn a_disk_that_fills_up_leaves_the_report_of_before() {
    let folder = folder("fills-up").unwrap();
    for flag in REPORTS {
        // The note is short, and is long with its folder's name in it, which the snapshot's is.
        for before in [None, Some("of before")] {
            let report = folder.join("report");
            before.inspect(|before| fs::write(&report, before).unwrap());
            let snapshots = [ROLLBACK; 6];
            let run = run(&mut on_a_full_disk(check(snapshots).arg("-q").arg(flag).arg(&report))).unwrap();
            assert_eq!(run.code, Some(3), "{flag}: {run:?}");
            assert!(run.stdout.starts_with("ROLLBACK  6 snapshots"), "{flag}: {run:?}");
            let error = format!("error: {flag} {} cannot be written: ", report.display());
            assert!(run.stderr.starts_with(&error), "{flag}: {run:?}");
            assert_eq!(fs::read_to_string(&report).ok().as_deref(), before, "{flag}");
            assert_eq!(names(&folder).len(), usize::from(before.is_some()), "{flag}: nothing is left beside it");
        }
        fs::remove_file(folder.join("report")).unwrap();
    }
}

/// What a step of GitHub has in its summary stays, and half of a report does not come to it.
#[test]
fn a_summary_that_fills_up_is_as_before() {
    let summary = folder("summary").unwrap().join("summary.md");
    fs::write(&summary, "of before\n").unwrap();
    let mut command = on_a_full_disk(check([ROLLBACK, ROLLBACK, "-q", "--report-markdown"]).arg(&summary));
    let run = run(command.env("GITHUB_STEP_SUMMARY", &summary)).unwrap();
    assert_eq!(run.code, Some(3), "{run:?}");
    assert!(run.stderr.contains("cannot be written"), "{run:?}");
    assert_eq!(fs::read_to_string(&summary).unwrap(), "of before\n");
}

/// Every report and every verdict, on a device that is full, in a folder that takes no file, and where there is none.
#[test]
fn no_report_that_fails_is_passed_over() {
    let folder = folder("fails").unwrap();
    fs::write(folder.join("file"), "").unwrap();
    let below_a_file = folder.join("file/report");
    for flag in REPORTS {
        for place in [Path::new("/dev/full"), Path::new("/sys/report"), Path::new("/proc/report"), &below_a_file] {
            for (snapshot, told, untold) in ENDS {
                let run = run(check([snapshot, "-q", flag]).arg(place)).unwrap();
                // Without a rollback there is no note, and nothing to be written for it where nothing is yet.
                let nothing = flag == "--report-incident" && snapshot != ROLLBACK && place != below_a_file;
                let code = if nothing { told } else { untold };
                assert_eq!(run.code, Some(code), "{flag} {place:?} {snapshot}: {run:?}");
                assert_eq!(run.stderr.contains("cannot be written"), !nothing, "{flag} {place:?} {snapshot}: {run:?}");
            }
        }
    }
    assert_eq!(names(&folder), ["file"]);
}

/// A folder that somebody else may only read.
#[test]
fn a_folder_that_is_read_only_takes_no_report() {
    // Where somebody else may look: root, who may write everywhere, hands the run to them.
    let folder = std::env::temp_dir().join(format!("rollout-gate-read-only-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let binary = folder.join("rollout-gate");
    copy_binary(&binary);
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(HOLD), folder.join("snapshot.json")).unwrap();
    fs::write(folder.join("of-before"), "of before").unwrap();
    for (name, mode) in [("snapshot.json", 0o644), ("of-before", 0o666), ("", 0o555)] {
        fs::set_permissions(folder.join(name), Permissions::from_mode(mode)).unwrap();
    }
    let is_root = std::os::unix::fs::MetadataExt::uid(&fs::metadata("/proc/self").unwrap()) == 0;
    let mut runs = Vec::new();
    for flag in REPORTS {
        for report in ["report", "of-before"] {
            let mut command = Command::new(&binary);
            command.args(["check", "snapshot.json", "-q", flag, report]).current_dir(&folder);
            if is_root {
                command.uid(65_534).gid(65_534);
            }
            runs.push((run(command.env_remove("ROLLOUT_GATE_GATES").stdin(Stdio::null())).unwrap(), flag, report));
        }
    }
    let (left, before) = (names(&folder), fs::read_to_string(folder.join("of-before")).unwrap());
    fs::set_permissions(&folder, Permissions::from_mode(0o755)).unwrap();
    fs::remove_dir_all(&folder).unwrap();
    for (run, flag, report) in runs {
        let nothing = flag == "--report-incident" && report == "report";
        assert_eq!(run.code, Some(if nothing { 1 } else { 2 }), "{flag} {report}: {run:?}");
        assert_eq!(run.stderr.contains("cannot be written: Permission denied"), !nothing, "{flag} {report}: {run:?}");
        assert!(run.stdout.starts_with("HOLD  "), "{flag} {report}: {run:?}");
    }
    assert_eq!(
        (left.as_slice(), before.as_str()),
        (["of-before", "rollout-gate", "snapshot.json"].map(str::to_owned).as_slice(), "of before")
    );
}

// Signals.

const SIGNALS: [(&str, i32); 3] = [("INT", 2), ("TERM", 15), ("HUP", 1)];

fn kill(child: &Child, signal: &str) {
    assert!(Command::new("kill").args(["-s", signal, &child.id().to_string()]).status().unwrap().success());
}

/// The documents of as many whole lines as there are, which is all there is.
fn documents(text: &str) -> Vec<Value> {
    assert!(text.is_empty() || text.ends_with('\n'), "half a line: {:?}", text.lines().last());
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A folder of so many snapshots, and one for reports.
fn batch(test: &str, count: usize) -> (PathBuf, PathBuf) {
    let (inputs, outputs) = (folder(&format!("{test}/in")).unwrap(), folder(&format!("{test}/out")).unwrap());
    for number in 0..count {
        fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(ROLLBACK), inputs.join(format!("{number:04}.json")))
            .unwrap();
    }
    (inputs, outputs)
}

/// `check` of `inputs`, with these reports beside each other in `outputs`. Signals end it, even where the tests run in the
/// background of a script, which has Ctrl-C ignored.
fn check_with(flags: &[&str], inputs: &Path, outputs: &Path) -> Command {
    let mut command = Command::new("env");
    command.args(["--default-signal=INT,TERM,HUP", env!("CARGO_BIN_EXE_rollout-gate"), "check", "--format", "jsonl"]);
    command.current_dir(env!("CARGO_MANIFEST_DIR")).env_remove("ROLLOUT_GATE_GATES").stdin(Stdio::null());
    command.arg(inputs);
    for flag in flags {
        command.arg(flag).arg(outputs.join(flag));
    }
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A pipe among the snapshots holds the run up, with the first of them flushed.
#[test]
fn a_signal_while_it_reads_ends_the_run_at_once() {
    let (inputs, outputs) = batch("reads", 300);
    let pipe = inputs.join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    fs::write(outputs.join(REPORTS[0]), "of before").unwrap();
    for (signal, number) in SIGNALS {
        let mut child = check_with(&REPORTS[..1], &inputs, &outputs).arg(&pipe).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut text = String::new();
        for _ in 0..256 {
            stdout.read_line(&mut text).unwrap();
        }
        // Opening waits for the run to open the other end.
        let feed = File::options().write(true).open(&pipe).unwrap();
        kill(&child, signal);
        stdout.read_to_string(&mut text).unwrap();
        let output = child.wait_with_output().unwrap();
        drop(feed);
        assert_eq!(output.status.signal(), Some(number), "{output:?}");
        let decisions = documents(&text).into_iter().map(|document| document["decision"] == "rollback");
        assert_eq!(decisions.filter(|is_rollback| *is_rollback).count(), 256, "{signal}");
        assert_eq!(names(&outputs), [REPORTS[0]], "{signal}");
        assert_eq!(fs::read_to_string(outputs.join(REPORTS[0])).unwrap(), "of before");
    }
}

/// A reader that is slow holds the run up in the middle of a document: the signal waits until what was judged is written.
#[test]
fn a_signal_while_it_writes_leaves_no_half_of_a_document() {
    let (inputs, outputs) = batch("writes", 600);
    for (signal, number) in SIGNALS {
        let mut child = check_with(&REPORTS[..1], &inputs, &outputs).spawn().unwrap();
        let mut stdout = child.stdout.take().unwrap();
        let mut beginning = [0; 10];
        stdout.read_exact(&mut beginning).unwrap();
        kill(&child, signal);
        // What a killed run would have left is no more than the pipe holds.
        let mut text = String::from_utf8(beginning.to_vec()).unwrap();
        stdout.read_to_string(&mut text).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.signal(), Some(number), "{output:?}");
        let count = documents(&text).len();
        assert!(text.len() > PIPE && count < 600, "{signal}: {count} documents, {} bytes", text.len());
        assert_eq!(names(&outputs), [""; 0], "{signal}");
    }
}

/// Whenever it comes: lines are whole, a report is whole or not there, and nothing else is left.
#[test]
fn a_signal_at_any_time_leaves_nothing_half_done() {
    let (inputs, outputs) = batch("any-time", 8);
    // A file, which nobody has to read for the run to go on.
    let printed = inputs.join("printed");
    let start = || check_with(&REPORTS, &inputs, &outputs).stdout(File::create(&printed).unwrap()).spawn().unwrap();
    let since = Instant::now();
    start().wait().unwrap();
    let lasted = since.elapsed();
    let whole = fs::read(&printed).unwrap();
    let texts: Vec<String> = REPORTS.iter().map(|flag| fs::read_to_string(outputs.join(flag)).unwrap()).collect();
    let mut ends = Vec::new();
    for round in 0..40_u32 {
        for name in names(&outputs) {
            fs::remove_file(outputs.join(name)).unwrap();
        }
        let mut child = start();
        if round < 16 {
            // Some come before it begins, and some after its end.
            thread::sleep(lasted * round / 12);
        } else {
            // As soon as something of a report is there.
            while names(&outputs).is_empty() && child.try_wait().unwrap().is_none() {}
        }
        let (signal, number) = SIGNALS[round as usize % 3];
        // One that was waited for is gone, and its number may be another's.
        if child.try_wait().unwrap().is_none() {
            kill(&child, signal);
        }
        let output = child.wait_with_output().unwrap();
        let is_killed = output.status.signal() == Some(number);
        assert!(is_killed || output.status.code() == Some(3), "{output:?}");
        ends.push(is_killed);
        let printed = fs::read(&printed).unwrap();
        assert!(printed.is_empty() || printed == whole, "{round}: {} bytes of {}", printed.len(), whole.len());
        for name in names(&outputs) {
            let flag = REPORTS.iter().position(|flag| *flag == name).unwrap_or_else(|| panic!("{name} is left behind"));
            assert!(fs::read_to_string(outputs.join(&name)).unwrap() == texts[flag], "half of {name} after {round}");
        }
        assert!(is_killed || names(&outputs).len() == REPORTS.len(), "{round}");
    }
    assert!(ends.contains(&true), "{ends:?}");
}

/// A run that was told to take no notice takes none.
#[test]
fn signals_that_are_ignored_stay_ignored() {
    let (reader, mut writer) = io::pipe().unwrap();
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' INT TERM HUP; exec \"$@\"", "sh"]).arg(env!("CARGO_BIN_EXE_rollout-gate"));
    command.args(["check", "-q", "-"]).current_dir(env!("CARGO_MANIFEST_DIR")).env_remove("ROLLOUT_GATE_GATES");
    let child = command.stdin(reader).stdout(Stdio::piped()).spawn().unwrap();
    // Until it is the program and no longer the shell that sets the traps.
    let is_running = || fs::read_to_string(format!("/proc/{}/comm", child.id())).unwrap().starts_with("rollout-gate");
    let mut patience = (0..60_000).take_while(|_| !is_running());
    patience.by_ref().for_each(|_| thread::sleep(Duration::from_millis(1)));
    assert!(is_running());
    for (signal, _) in SIGNALS {
        kill(&child, signal);
    }
    writer.write_all(&fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(HOLD)).unwrap()).unwrap();
    drop(writer);
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(1));
}
