//! Files that are broken, or made to break a reader: each is refused by name, in bounded memory, and promotes nothing.
//!
//! Every run here is the built binary with little memory and little patience ([`bounded`]); where each byte of a file is
//! tried, the reader itself.

use std::{
    fs::{self, File, Permissions},
    io::Write,
    os::unix::{
        fs::{MetadataExt, PermissionsExt, symlink},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
};

use rollout_gate::{
    eval::table::Table,
    input::{gates, suite},
};
use serde_json::Value;

use crate::shared::{
    binary::{Run, check, run},
    bounded::bounded,
    folder::folder,
    kinds::Kind,
    stranger::copy_binary,
};

const PROMOTE: &str = "fixtures/good/shop/promote.json";
const ROLLBACK: &str = "fixtures/good/shop/rollback.json";
const TABLE: &str = "fixtures/good/shop.yaml";
const SUITE: &str = "fixtures/suites/passing.test.yaml";

/// Far less than the files here are large, and enough for what is read of them.
const LITTLE: u32 = 96;

const GIB: u64 = 1 << 30;

fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn text_of(path: &str) -> String {
    fs::read_to_string(fixture(path)).unwrap()
}

fn table() -> Table {
    gates::read(TABLE, text_of(TABLE)).unwrap()
}

/// Reads `path` as a `kind` within so many MiB, and expects a refusal.
fn refuse_within(mebibytes: u32, kind: Kind, path: &Path, case: &str) -> Run {
    let run = run(&mut bounded(&kind.read(path), mebibytes)).unwrap();
    kind.assert_refused(&run, path.to_str().unwrap(), case);
    run
}

/// Writes `content` to a file and expects it to be refused as a `kind`.
fn refuse(folder: &Path, kind: Kind, content: impl AsRef<[u8]>, case: &str) -> Run {
    let path = folder.join("file");
    fs::write(&path, content).unwrap();
    refuse_within(LITTLE, kind, &path, case)
}

/// The snapshot with `metric` beside its metrics.
fn snapshot_with(metric: &str) -> String {
    text_of(PROMOTE).replacen(r#""metrics": {"#, &format!(r#""metrics": {{ {metric},"#), 1)
}

/// The snapshot in which another value stands for the one of `p95_ms`.
fn snapshot_where_p95_is(value: &str) -> String {
    let text = text_of(PROMOTE);
    let start = text.find(r#""p95_ms": ["#).unwrap() + r#""p95_ms": "#.len();
    let end = start + text[start..].find(']').unwrap() + 1;
    format!("{}{value}{}", &text[..start], &text[end..])
}

// Size.

#[test]
fn nothing_at_all() {
    let folder = folder("nothing").unwrap();
    for kind in Kind::ALL {
        assert!(refuse(&folder, kind, "", "0 bytes").stderr.contains("is empty"));
        refuse_within(LITTLE, kind, Path::new("/dev/null"), "a device without a byte");
    }
}

/// Of what cannot be a text the rest is not read, and of what nobody wrote by hand nothing is.
#[test]
fn a_gibibyte_of_nothing() {
    let path = folder("gibibyte").unwrap().join("file");
    for beginning in ["", "{\"metrics\": {\"x\": [1, 2, ", "version: 1\n"] {
        fs::write(&path, beginning).unwrap();
        File::options().write(true).open(&path).unwrap().set_len(GIB).unwrap();
        for kind in Kind::ALL {
            let refused = refuse_within(LITTLE, kind, &path, beginning);
            assert_eq!(refused.stderr.contains("larger than 16 MiB"), kind != Kind::Snapshot, "{}", refused.stderr);
        }
    }
    File::options().write(true).open(&path).unwrap().set_len(3 * GIB).unwrap();
    let refused = refuse_within(LITTLE, Kind::Snapshot, &path, "3 GiB");
    assert!(refused.stderr.contains("larger than 2 GiB"), "{}", refused.stderr);
}

/// A snapshot may be so large: it is in memory once, and little else.
#[test]
fn a_gibibyte_that_begins_well() {
    let path = folder("begins-well").unwrap().join("file");
    fs::write(&path, format!("{{\"metrics\": {{\"x\": [0{}", ", 1".repeat(50_000))).unwrap();
    File::options().write(true).open(&path).unwrap().set_len(GIB).unwrap();
    refuse_within(1024 + LITTLE, Kind::Snapshot, &path, "zeros behind 150 kB");
    // As a device, it does not say beforehand how long it is.
    let mut fed = bounded(&Kind::Snapshot.read("-"), 2048 + LITTLE);
    let run = run(fed.stdin(File::open(&path).unwrap())).unwrap();
    Kind::Snapshot.assert_refused(&run, "-", "standard input");
}

/// What `beginning` and then `repeated` come to, up to `length`, as it comes through a pipe.
fn fed(command: &mut Command, beginning: &str, repeated: u8, length: usize) -> Run {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let beginning = beginning.to_owned();
    let feeder = thread::spawn(move || {
        let block = vec![repeated; 1 << 20];
        let blocks = (0..length >> 20).map(|_| block.as_slice());
        // The run may leave before the end.
        let _ = std::iter::once(beginning.as_bytes()).chain(blocks).try_for_each(|block| stdin.write_all(block));
    });
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// One line of 1 GB, from a pipe: a line is quoted, and never all of it.
#[test]
fn a_line_of_a_gigabyte() {
    const GB: usize = 1_000_000_000;
    for (beginning, repeated) in [("{\"metrics\" [", b'1'), ("[", b'['), ("nonsense", b'x')] {
        let run = fed(&mut bounded(&Kind::Snapshot.read("-"), 1024 + LITTLE), beginning, repeated, GB);
        Kind::Snapshot.assert_refused(&run, "-", beginning);
        assert!(run.stderr.len() < 10_000, "{} bytes", run.stderr.len());
    }
    for (beginning, repeated) in [("version: 1 #", b'x'), ("[", b'['), ("{", b' '), ("\"", b'x')] {
        let run = fed(&mut bounded(&Kind::Suite.read("-"), LITTLE), beginning, repeated, GB);
        Kind::Suite.assert_refused(&run, "-", beginning);
        assert!(run.stderr.contains("larger than 16 MiB"), "{}", run.stderr);
        let table = fed(&mut bounded(&Kind::Table.read("/dev/stdin"), LITTLE), beginning, repeated, GB);
        Kind::Table.assert_refused(&table, "/dev/stdin", beginning);
    }
}

/// Lines that are read to their end before anything is wrong. Readers without optimization take minutes for 1 GB, so
/// that they get less.
#[test]
fn a_long_line_that_is_sound_to_its_end() {
    const LENGTH: usize = if cfg!(debug_assertions) { 16_000_000 } else { 1_000_000_000 };
    let within = u32::try_from((LENGTH * 11 / 10) >> 20).unwrap() + 2 * LITTLE;
    for (beginning, repeated) in [
        ("{\"labels\": {\"release\": \"", b'x'),
        ("{\"metrics\": {\"p95_ms\": [1, ", b' '),
        ("{\"metrics\": {\"p95_ms\": 1", b'1'),
        ("{\"metrics\": {\"p95_ms\": ", b'['),
        ("{\"", b'x'),
    ] {
        let run = fed(&mut bounded(&Kind::Snapshot.read("-"), within), beginning, repeated, LENGTH);
        Kind::Snapshot.assert_refused(&run, "-", beginning);
        assert!(run.stderr.len() < 10_000, "{} bytes", run.stderr.len());
    }
}

/// Within the bound, what people did not write is read in no more than its share of memory.
#[test]
fn a_table_as_large_as_may_be() {
    let folder = folder("large-table").unwrap();
    let text = text_of(TABLE);
    for padding in ["#", "\n", "x-free: "] {
        let repeated = if padding == "\n" { "\n" } else { "x" };
        let padding = format!("{padding}{}\n", repeated.repeat(1_000_000));
        fs::write(folder.join("gates.yaml"), padding + &text).unwrap();
        let run = run(&mut bounded(&Kind::Table.read(folder.join("gates.yaml")), LITTLE)).unwrap();
        assert_eq!(run.code, Some(0), "{run:?}");
    }
}

// Depth.

#[test]
fn nested_a_hundred_thousand_deep() {
    const DEEP: usize = 100_000;
    let folder = folder("deep").unwrap();
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":", "}]")] {
        let whole = format!("{}1{}", open.repeat(DEEP), close.repeat(DEEP));
        let half = open.repeat(DEEP);
        for value in [&whole, &half] {
            let snapshots = [
                value.clone(),
                snapshot_where_p95_is(value),
                snapshot_where_p95_is(&format!("{{\"eu\": {value}}}")),
                snapshot_with(&format!("\"undeclared\": {value}")),
                text_of(PROMOTE).replacen('{', &format!("{{\"labels\": {value},"), 1),
                text_of(PROMOTE).replacen('{', &format!("{{\"labels\": {{\"release\": {value}}},"), 1),
                text_of(PROMOTE).replacen('{', &format!("{{\"unknown\": {value},"), 1),
                text_of(PROMOTE).replacen("\"canary\"", value, 1),
            ];
            for (case, snapshot) in snapshots.iter().enumerate() {
                refuse(&folder, Kind::Snapshot, snapshot, &format!("snapshot {case}, {open}"));
            }
        }
    }
    for (open, close) in
        [("[", "]"), ("{a: ", "}"), ("{\"a\":", "}"), ("- ", ""), ("? ", ""), ("[{a: ", "}]"), ("!t ", "")]
    {
        let whole = format!("{}1{}", open.repeat(DEEP), close.repeat(DEEP));
        for value in [whole, open.repeat(DEEP)] {
            let free = format!("\nx-free: {value}\n");
            for (kind, sound) in [(Kind::Table, TABLE), (Kind::Suite, SUITE)] {
                refuse(&folder, kind, &value, open);
                refuse(&folder, kind, text_of(sound) + &free, open);
            }
        }
    }
}

/// As deep as other readers of JSON follow, where nobody reads what is there.
#[test]
fn nested_as_deep_as_may_be() {
    let path = folder("as-deep").unwrap().join("file");
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        // In the snapshot and its metrics.
        for (deep, code) in [(125, 0), (126, 2)] {
            let value = format!("{}1{}", open.repeat(deep), close.repeat(deep));
            fs::write(&path, snapshot_with(&format!("\"undeclared\": {value}"))).unwrap();
            assert_eq!(run(&mut Kind::Snapshot.read(&path)).unwrap().code, Some(code), "{open} {deep}");
        }
    }
}

/// Ten aliases of ten aliases of ten: a few lines that would be gigabytes.
#[test]
fn alias_bombs() {
    let folder = folder("bombs").unwrap();
    let bomb = |first: &str, again: &dyn Fn(&str) -> String| {
        let mut text = format!("x-0: &a0 {first}\n");
        for depth in 1..30 {
            text += &format!("x-{depth}: &a{depth} {}\n", again(&format!("*a{}", depth - 1)));
        }
        text
    };
    let list = |alias: &str| format!("[{}]", [alias; 10].join(", "));
    let map = |alias: &str| format!("{{ a: {alias}, b: {alias} }}");
    let bombs = [
        bomb("[1, 1, 1, 1, 1, 1, 1, 1, 1, 1]", &list),
        bomb("lol", &list),
        bomb("{ a: 1 }", &map),
        // Wide rather than deep, with a long text, and anchors alone.
        format!("x-0: &a [1, 2, 3]\nx-1: [{}]\n", vec!["*a"; 300_000].join(",")),
        format!("x-0: &a {}\nx-1: [{}]\n", "x".repeat(1_000_000), vec!["*a"; 300_000].join(",")),
        format!("x-0: [{}]\n", (0..300_000).map(|number| format!("&a{number} 1")).collect::<Vec<_>>().join(",")),
    ];
    for (case, bomb) in bombs.iter().enumerate() {
        // One reader reads both.
        let (kind, sound) = if case % 2 == 0 { (Kind::Table, TABLE) } else { (Kind::Suite, SUITE) };
        {
            let path = folder.join("file");
            fs::write(&path, bomb.clone() + &text_of(sound)).unwrap();
            let run = refuse_within(2 * LITTLE, kind, &path, &format!("bomb {case}"));
            assert!(run.stderr.starts_with("error[too-large]"), "bomb {case}: {}", run.stderr);
        }
    }
}

// Number and length of names.

#[test]
fn a_million_metrics() {
    let folder = folder("million").unwrap();
    let million = (0..1_000_000).map(|number| format!("\"m{number}\": 1")).collect::<Vec<_>>().join(",");
    let with = |snapshot: &str| {
        let path = folder.join("file");
        fs::write(&path, snapshot).unwrap();
        run(&mut bounded(&Kind::Snapshot.read(&path), 512)).unwrap()
    };
    // Beside those that are declared they change nothing.
    let rollback = text_of(ROLLBACK).replacen(r#""metrics": {"#, &format!(r#""metrics": {{ {million},"#), 1);
    assert_eq!(with(&rollback).code, Some(3));
    let missing = snapshot_with(&million).replace("p95_ms", "p95_mz");
    let refused = with(&missing);
    Kind::Snapshot.assert_refused(&refused, folder.join("file").to_str().unwrap(), "a metric is missing");
    assert!(
        refused.stderr.contains("`p95_ms` is missing") && refused.stderr.len() < 10_000,
        "{:.5000}",
        refused.stderr
    );
}

#[test]
fn a_million_pieces_of_a_table() {
    let folder = folder("million-yaml").unwrap();
    let keys = (0..1_000_000).map(|number| format!("x-{number}: 1\n")).collect::<Vec<_>>().concat();
    for (kind, sound) in [(Kind::Table, TABLE), (Kind::Suite, SUITE)] {
        for extra in [keys.clone(), format!("x-list: [{}]\n", "1,".repeat(1_000_000)), "---\n".repeat(1_000_000)] {
            refuse(&folder, kind, extra + &text_of(sound), "a million pieces");
        }
    }
}

/// Nobody is shown such a name to its end where it is wrong; where it is right, it is a name.
#[test]
fn a_name_of_ten_megabytes() {
    let folder = folder("long-name").unwrap();
    let name = "n".repeat(10_000_000);
    let path = folder.join("file");
    let refused = |kind: Kind, text: String, case: &str| {
        fs::write(&path, text).unwrap();
        let run = refuse_within(256, kind, &path, case);
        assert!(run.stderr.len() + run.stdout.len() < 1_000_000, "{case}: {} bytes", run.stderr.len());
    };
    let metric = format!("\"{name}\": 1");
    refused(Kind::Snapshot, snapshot_with(&metric).replace("p95_ms", "p95_mz"), "beside a missing one");
    refused(Kind::Snapshot, snapshot_with(&format!("{metric}, {metric}")), "twice");
    refused(Kind::Snapshot, text_of(PROMOTE).replacen('{', &format!("{{ {metric},"), 1), "an unknown key");
    refused(Kind::Snapshot, text_of(PROMOTE).replace("canary", &name), "an unknown stage");
    refused(Kind::Snapshot, snapshot_where_p95_is(&format!("\"{name}\"")), "for a number");
    refused(Kind::Snapshot, snapshot_where_p95_is(&format!("{{ \"{name}\": [1] }}")), "of a series that is too short");
    for (kind, sound) in [(Kind::Table, TABLE), (Kind::Suite, SUITE)] {
        refused(kind, format!("\"{name}\": 1\n{}", text_of(sound)), "an unknown key");
        refused(kind, format!("? {name}\n: 1\n{}", text_of(sound)), "an unknown key");
        refused(kind, format!("{name}\n{}", text_of(sound)), "no key");
    }

    fs::write(&path, snapshot_where_p95_is(&format!("{{ \"{name}\": 900 }}"))).unwrap();
    let run = run(&mut bounded(&Kind::Snapshot.read(&path), 1024)).unwrap();
    assert_eq!(run.code, Some(3), "{:.2000}", run.stderr);
}

// Bytes.

#[test]
fn invalid_utf_8() {
    let folder = folder("utf-8").unwrap();
    let wrong: [&[u8]; 9] = [
        b"\xFF",
        b"\x80",
        b"\xC3(",
        b"\xC0\xAF",
        b"\xE2\x82",
        b"\xED\xA0\x80",
        b"\xF4\x90\x80\x80",
        b"\xF8\x88\x80\x80\x80",
        b"\xF0\x9F\x92",
    ];
    for (kind, sound) in [(Kind::Snapshot, PROMOTE), (Kind::Table, TABLE), (Kind::Suite, SUITE)] {
        let text = text_of(sound).into_bytes();
        for wrong in wrong {
            for at in [0, text.len() / 2, text.len()] {
                let content = [&text[..at], wrong, &text[at..]].concat();
                let run = refuse(&folder, kind, content, &format!("{wrong:?} at {at}"));
                assert!(run.stderr.starts_with("error[not-utf-8]"), "{}", run.stderr);
            }
        }
        // Behind what is looked at first; and much of it, which as text would be three times as long.
        let far = [&vec![b' '; 100_000][..], &vec![0xFF; 30_000_000], &text].concat();
        let run = refuse(&folder, kind, &far[..if kind == Kind::Snapshot { far.len() } else { 10_000_000 }], "much");
        assert!(run.stderr.starts_with("error[not-utf-8]"), "{:.2000}", run.stderr);
    }
}

#[test]
fn utf_16() {
    let folder = folder("utf-16").unwrap();
    for (kind, sound) in [(Kind::Snapshot, PROMOTE), (Kind::Table, TABLE), (Kind::Suite, SUITE)] {
        for mark in ["", "\u{feff}"] {
            let units: Vec<u16> = (mark.to_owned() + &text_of(sound)).encode_utf16().collect();
            let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
            let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
            for content in [little, big] {
                let run = refuse(&folder, kind, content, mark);
                assert_eq!(run.stderr.contains("UTF-16"), !mark.is_empty(), "{}", run.stderr);
            }
        }
    }
}

/// The decisions over a folder of such snapshots, each a run of its own but for the start.
fn decisions(test: &str, snapshots: impl Iterator<Item = Vec<u8>>) -> Vec<Option<String>> {
    let folder = folder(test).unwrap();
    let mut count = 0;
    for (number, snapshot) in snapshots.enumerate() {
        fs::write(folder.join(format!("{number:06}.json")), snapshot).unwrap();
        count += 1;
    }
    let mut command = check(["--gates", TABLE, "--format", "jsonl"]);
    let run = run(&mut bounded(command.arg(&folder), 512)).unwrap();
    assert!(!run.stderr.contains("panicked"), "{:.2000}", run.stderr);
    let documents = run.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let decisions: Vec<_> = documents.map(|document| document["decision"].as_str().map(str::to_owned)).collect();
    assert_eq!(decisions.len(), count);
    decisions
}

#[test]
fn nul_bytes_at_every_place() {
    let text = text_of(PROMOTE).into_bytes();
    let spoilt = |text: &[u8], at: usize| [&text[..at], b"\0", &text[at..]].concat();
    let of_snapshots = decisions("nul", (0..=text.len()).map(|at| spoilt(&text, at)));
    assert!(of_snapshots.iter().all(Option::is_none), "{of_snapshots:?}");

    let read_suite = |text: String| suite::read("s", text, &table()).map(|_| ()).map_err(|_| ());
    let read_table = |text: String| gates::read("t", text).map(|_| ()).map_err(|_| ());
    for (path, read) in [(SMALL_TABLE, &read_table as &dyn Fn(String) -> Result<(), ()>), (SMALL_SUITE, &read_suite)] {
        assert_eq!(read(path.to_owned()), Ok(()), "{path}");
        for at in 0..=path.len() {
            let text = String::from_utf8(spoilt(path.as_bytes(), at)).unwrap();
            assert_eq!(read(text), Err(()), "at {at} of {path}");
        }
    }
}

const SMALL_TABLE: &str = "\
version: 1 # comment
pipelines:
  checkout:
    metrics:
      p95_ms: { unit: ms }
      errors: { unit: count, about: 'how many' }
    stages:
      canary: { observe: 30m, enter: [\"Route 5%.\"] }
      full:
    gate:
      - { metric: p95_ms, max: 300 }
      - metric: errors
        below: 100
        about: >
          Folded
          text.
    rollback:
      - { metric: p95_ms, above: 400, windows: 2 }
";

const SMALL_SUITE: &str = "\
version: 1
tests:
  - name: fine
    pipeline: checkout
    stage: canary
    metrics: { p95_ms: [240x6], error_rate: 0 }
    expect: { decision: promote }
  - name: slow
    pipeline: checkout
    stage: canary
    metrics:
      p95_ms: [450x6]
      error_rate: 0
    expect: { decision: rollback }
";

/// Where a copy stopped. Of JSON, nothing but space may be missing.
#[test]
fn a_snapshot_cut_at_every_byte() {
    let text = text_of(PROMOTE);
    let whole = text.trim_end().len();
    let of_cut = decisions("cut", (0..text.len()).map(|at| text.as_bytes()[..at].to_vec()));
    for (at, decision) in of_cut.iter().enumerate() {
        assert_eq!(decision.is_some(), at >= whole, "cut at {at} of {whole}: {decision:?}");
    }
}

/// Of YAML, which has no end, what is left can be a document. It says nothing that the whole does not say, but for the
/// last thing in it; and a cut table has all of its metrics and stages, for a pipeline without a gate is none.
#[test]
fn a_table_cut_at_every_byte() {
    let whole = gates::read("whole", SMALL_TABLE.to_owned()).unwrap();
    let rules =
        |table: &Table| -> Vec<String> { table.pipelines[0].rules.iter().map(|rule| format!("{rule:?}")).collect() };
    let mut read = 0;
    for at in 0..SMALL_TABLE.len() {
        let Ok(cut) = gates::read("cut", SMALL_TABLE[..at].to_owned()) else { continue };
        read += 1;
        let mut left = rules(&cut);
        left.pop();
        assert!(rules(&whole).starts_with(&left), "cut at {at}: {left:?}");
        let (cut, whole) = (&cut.pipelines[0], &whole.pipelines[0]);
        assert_eq!(format!("{:?}", (&cut.metrics, &cut.stages)), format!("{:?}", (&whole.metrics, &whole.stages)));
    }
    assert!(read > 0, "some ends are none to YAML");

    // A table in flow style, as JSON is, has an end.
    let flow = "{ version: 1, pipelines: { p: { metrics: { m: { unit: ms } }, stages: { s: {} }, gate: [{ metric: m, max: 3 }] } } }";
    assert!(gates::read("flow", flow.to_owned()).is_ok());
    assert!((0..flow.len()).all(|at| gates::read("flow", flow[..at].to_owned()).is_err()));
}

#[test]
fn a_suite_cut_at_every_byte() {
    let table = table();
    let names = |text: &str| -> Option<Vec<String>> {
        let suite = suite::read("s", text.to_owned(), &table).ok()?;
        Some(suite.tests.into_iter().map(|test| test.name).collect())
    };
    let whole = names(SMALL_SUITE).unwrap();
    let cut: Vec<Vec<String>> = (0..SMALL_SUITE.len()).filter_map(|at| names(&SMALL_SUITE[..at])).collect();
    assert!(cut.iter().all(|cut| whole.starts_with(cut)), "{cut:?}");
}

// What is no file, or not always one.

/// `/dev/zero` has no end, and neither has a folder that is in itself.
#[test]
fn devices() {
    for device in ["/dev/zero", "/dev/full", "/dev/urandom"] {
        for kind in Kind::ALL {
            refuse_within(LITTLE, kind, Path::new(device), device);
        }
    }
    let folder = folder("devices").unwrap();
    for (name, target) in [("full.json", "/dev/full"), ("null.json", "/dev/null"), ("zero.json", "/dev/zero")] {
        symlink(target, folder.join(name)).unwrap();
    }
    symlink(&folder, folder.join("again")).unwrap();
    fs::copy(fixture(ROLLBACK), folder.join("rollback.json")).unwrap();
    let mut command = check(["--gates", TABLE, "--format", "jsonl"]);
    let run = run(&mut bounded(command.arg(&folder), 512)).unwrap();
    assert_eq!((run.code, run.stdout.lines().count()), (Some(3), 4), "{run:?}");
    assert_eq!(run.stderr.matches("not a regular file").count(), 3, "{}", run.stderr);
}

/// A file that may not be read, and one that fails in the middle of being read. Root may read everything, and hands the
/// run to somebody else.
#[test]
fn unreadable_files() {
    // It is there, opens, and has nothing at its beginning that may be read.
    for kind in Kind::ALL {
        let run = refuse_within(LITTLE, kind, Path::new("/proc/self/mem"), "fails while it is read");
        assert!(run.stderr.contains("cannot be read: "), "{}", run.stderr);
    }
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    // Where somebody else may look.
    let folder = std::env::temp_dir().join(format!("rollout-gate-unreadable-{}", std::process::id()));
    fs::create_dir_all(folder.join("locked")).unwrap();
    let binary = folder.join("rollout-gate");
    copy_binary(&binary);
    for (name, from) in [("gates.yaml", TABLE), ("locked.json", PROMOTE), ("rollback.json", ROLLBACK)] {
        fs::copy(fixture(from), folder.join(name)).unwrap();
    }
    fs::copy(fixture(PROMOTE), folder.join("locked/promote.json")).unwrap();
    let mode = |name: &str, bits| fs::set_permissions(folder.join(name), Permissions::from_mode(bits)).unwrap();
    let bits = [("", 0o755), ("rollout-gate", 0o755), ("gates.yaml", 0o644), ("rollback.json", 0o644)];
    for (name, bits) in bits.into_iter().chain([("locked.json", 0), ("locked", 0)]) {
        mode(name, bits);
    }
    let mut runs =
        [&["locked.json"][..], &["locked"], &["."], &["--gates", "locked.json", "rollback.json"]].map(|arguments| {
            let mut command = Command::new(&binary);
            command.arg("check").args(arguments).current_dir(&folder).env_remove("ROLLOUT_GATE_GATES");
            if is_root {
                command.uid(65_534).gid(65_534);
            }
            (run(command.stdin(Stdio::null())).unwrap(), arguments)
        });
    mode("locked", 0o755);
    fs::remove_dir_all(&folder).unwrap();
    for (run, arguments) in &mut runs {
        let code = if *arguments == ["."] { 3 } else { 2 };
        assert_eq!(run.code, Some(code), "{arguments:?}: {run:?}");
        assert!(run.stderr.contains("cannot be read: Permission denied"), "{arguments:?}: {run:?}");
        assert!(run.stderr.contains("locked"), "{arguments:?}: {run:?}");
    }
}

/// The folder is walked, and then one file is gone, one is another and one is longer: each is judged as it is when its
/// turn comes. A pipe that is read first holds the run up in between.
#[test]
fn files_that_vanish_and_change_while_the_run_goes() {
    let folder = folder("changing").unwrap();
    fs::create_dir(folder.join("in")).unwrap();
    for name in ["changed.json", "gone.json", "grown.json", "kept.json"] {
        fs::copy(fixture(PROMOTE), folder.join("in").join(name)).unwrap();
    }
    let pipe = folder.join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut command = check(["--gates", TABLE, "--format", "jsonl"]);
    command.arg(&pipe).arg(folder.join("in")).env("RAYON_NUM_THREADS", "1");
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Opening waits for the run to open the other end, which it does after it has walked the folder.
    let mut feed = File::options().write(true).open(&pipe).unwrap();
    fs::remove_file(folder.join("in/gone.json")).unwrap();
    fs::copy(fixture(ROLLBACK), folder.join("in/changed.json")).unwrap();
    File::options().append(true).open(folder.join("in/grown.json")).unwrap().write_all(b"{").unwrap();
    feed.write_all(text_of(PROMOTE).as_bytes()).unwrap();
    drop(feed);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let documents = String::from_utf8(output.stdout).unwrap();
    let documents: Vec<Value> = documents.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let decisions: Vec<Option<&str>> = documents.iter().map(|document| document["decision"].as_str()).collect();
    assert_eq!(decisions, [Some("promote"), Some("rollback"), None, None, Some("promote")]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("in/gone.json") && stderr.contains("in/grown.json"), "{stderr}");
}

/// While somebody writes it, a snapshot is what was written so far: one that rolls back is judged so, or not at all.
#[test]
fn files_that_are_written_while_they_are_read() {
    let path = folder("written").unwrap().join("snapshot.json");
    let text = text_of(ROLLBACK);
    fs::write(&path, &text).unwrap();
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let writer = thread::spawn({
        let path = path.clone();
        move || {
            while matches!(stopped.try_recv(), Err(std::sync::mpsc::TryRecvError::Empty)) {
                let mut file = File::create(&path).unwrap();
                for piece in text.as_bytes().chunks(7) {
                    file.write_all(piece).unwrap();
                }
                // And it grows.
                file.write_all(&[b' '; 4096]).unwrap();
            }
        }
    });
    let runs: Vec<Run> = (0..60).map(|_| run(&mut bounded(&Kind::Snapshot.read(&path), LITTLE)).unwrap()).collect();
    drop(stop);
    writer.join().unwrap();
    for run in runs {
        if run.code != Some(3) {
            Kind::Snapshot.assert_refused(&run, path.to_str().unwrap(), "half of it");
        }
    }
}

// Many.

/// What is in memory does not grow with the files, but for their names while their folder is walked.
#[test]
fn a_hundred_thousand_files() {
    let folder = folder("many").unwrap();
    let table = folder.join("gates.yaml");
    let pipeline = "p: { window: 5m, metrics: { m: { unit: ms } }, stages: { s: {} }, gate: [{ metric: m, max: 1 }] }";
    fs::write(&table, format!("version: 1\npipelines: {{ {pipeline} }}\n")).unwrap();
    let below = folder.join("0");
    fs::create_dir(&below).unwrap();
    for number in 0..1000 {
        fs::write(below.join(format!("{number}.json")), r#"{"metrics": {"m": 2}}"#).unwrap();
    }
    // The same files again, as others.
    for number in 1..100 {
        symlink(&below, folder.join(number.to_string())).unwrap();
    }
    let mut command = check(["-q", "--stage", "s", "--gates"]);
    command.arg(&table).arg(&folder);
    let run = run(&mut bounded(&command, 128)).unwrap();
    assert_eq!(run.code, Some(1), "{:.2000}", run.stderr);
    assert!(run.stdout.contains("100000 snapshots: 0 promote, 100000 hold, 0 rollback"), "{}", run.stdout);
}
