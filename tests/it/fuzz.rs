//! What fuzzing tries on inputs that it makes up, tried on those that there are: every fixture, and under
//! `fixtures/fuzz` every input that once broke something, in a folder for each target. `tests/fuzz/run` makes them up.

use std::{
    fs,
    path::{Path, PathBuf},
};

use rollout_gate::input::gates;

use crate::properties::{check, durations, limits, snapshot, suite, table, templates};

/// Every file in `folder` and below, with one of these extensions.
fn files(folder: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let of = |path: PathBuf| {
        let extension = path.extension().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            files(&path, extensions)
        } else if extensions.contains(&extension.as_str()) {
            vec![path]
        } else {
            Vec::new()
        }
    };
    entries.flat_map(of).collect()
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// Tries `holds` on every fixture with one of these extensions, and on what is kept for `target`.
fn try_all(target: &str, extensions: &[&str], holds: fn(&[u8])) {
    let fixtures = fixtures();
    let kept =
        fs::read_dir(fixtures.join("fuzz").join(target)).into_iter().flatten().map(|entry| entry.unwrap().path());
    let paths: Vec<PathBuf> = files(&fixtures, extensions).into_iter().chain(kept).collect();
    for path in paths {
        let bytes = fs::read(&path).unwrap();
        let outcome = std::panic::catch_unwind(|| holds(&bytes));
        assert!(outcome.is_ok(), "{}", path.display());
    }
}

#[test]
fn snapshots() {
    try_all("snapshot", &["json"], snapshot::holds);
}

#[test]
fn tables() {
    try_all("table", &["yaml"], table::holds);
}

#[test]
fn suites() {
    try_all("suite", &["yaml"], suite::holds);
}

#[test]
fn texts() {
    for text in ["15m", "1h30m", "1h 30m", "0s", "24 h", "1m1h", "90sec", ""] {
        durations::holds(text.as_bytes());
    }
    for text in [
        "0.08",
        "baseline",
        "baseline + 10%",
        "baseline -2.5 %",
        "~",
        "1e3",
        "0x10",
        "-0x1e3",
        "+0o17",
        "0b1",
        "0X1F",
        "010",
        "0x+5",
        "1_0",
        "+.5",
        "5.",
        ".inf",
        "1e999",
        "0xffffffffffffffffff",
        "-0",
        "baseline + 1e3%",
    ] {
        limits::holds(text.as_bytes());
    }
    for text in ["gate:p95>{limit}ms", "{{}} {limit%}", "{", "}", "{limt}", "{metric} {value}{for}{windows}{window}"] {
        templates::holds(&[&[7; 26], text.as_bytes()].concat());
    }
    try_all("durations", &[], durations::holds);
    try_all("limits", &[], limits::holds);
    try_all("templates", &[], templates::holds);
}

#[test]
fn verdicts() {
    // Bytes without a pattern, the same in every run.
    let mut state: u32 = 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[0]
    };
    for length in 0..50 {
        let bytes: Vec<u8> = (0..length * 10).map(|_| next()).collect();
        check::holds(&bytes);
    }
}

/// Those that are kept are folders, each with a table and a snapshot.
#[test]
fn kept_verdicts() {
    for folder in fs::read_dir(fixtures().join("fuzz/check")).unwrap() {
        let folder = folder.unwrap().path();
        let text = |file: &str| fs::read_to_string(folder.join(file)).unwrap();
        let (text, snapshot) = (text("table.yaml"), text("snapshot.json"));
        let table = gates::read("table", text.clone()).unwrap();
        assert!(check::judges(&table, &text, &snapshot, None), "{}", folder.display());
    }
}
