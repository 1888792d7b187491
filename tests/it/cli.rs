//! The command line: golden cases as files under `tests/cmd`, and here what such files cannot do: streams that
//! fail, folders with more than files in them, hostile names, the clock.
//!
//! A new golden case is a block in a file there; `TRYCMD=overwrite cargo test --test it cli::` writes what comes out.

use std::{
    fs::{self, File},
    io::{self, Write},
    os::unix::{ffi::OsStrExt, fs::symlink},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::shared::{
    acting::{acts, assert_shown},
    binary::{Run, check, command, run},
    colour::without_colour,
    folder::folder,
    kept::kept_in,
};

const PROMOTE: &str = "fixtures/tsfm/canary_5/promote.json";
const HOLD: &str = "fixtures/tsfm/canary_5/hold.json";
const ROLLBACK: &str = "fixtures/tsfm/canary_5/rollback.json";
const REFUSED: &str = "fixtures/bad/snapshots/many-faults.json";

const FORMATS: [&[&str]; 6] =
    [&[], &["-v"], &["-q"], &["--format", "json"], &["--format", "jsonl"], &["--color", "always"]];

#[test]
fn golden() {
    trycmd::TestCases::new()
        .env("LC_ALL", "C.UTF-8")
        .env("NO_COLOR", "1")
        .env("CLICOLOR_FORCE", "0")
        // An empty name is refused, and unsetting is not to be had: the name of the default.
        .env("ROLLOUT_GATE_GATES", "gates.yaml")
        .case("tests/cmd/*.trycmd");
}

/// The commands, as the program lists them.
fn commands() -> io::Result<Vec<String>> {
    let help = run(&mut command(["--help"]))?.stdout;
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    Ok(listed.filter_map(|line| Some(line.split_whitespace().next()?.to_owned())).collect())
}

#[test]
#[cfg_attr(not(feature = "default"), ignore = "built without it")]
fn help() -> io::Result<()> {
    let mut settings = kept_in("cli");
    let commands = commands()?;
    assert!(commands.iter().any(|command| command == "check"), "{commands:?}");
    for name in std::iter::once("").chain(commands.iter().map(String::as_str)) {
        let words = ["--help"].into_iter();
        let words: Vec<&str> = [name].into_iter().filter(|name| !name.is_empty()).chain(words).collect();
        let run = run(&mut command(words))?;
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
        let mut lines = run.stdout.lines();
        assert_eq!(lines.next(), Some("Examples:"), "{name}");
        let examples: Vec<&str> = lines.take_while(|line| !line.is_empty()).collect();
        let is_of_it = |line: &&str| line.starts_with(format!("  rollout-gate {name}").trim_end());
        assert!(examples.len() == 2 && examples.iter().all(is_of_it), "{name}: {examples:?}");
        settings.set_snapshot_suffix(name);
        settings.bind(|| insta::assert_snapshot!("help", run.stdout));
    }
    Ok(())
}

#[test]
#[cfg_attr(not(feature = "completions"), ignore = "built without it")]
fn every_shell_completes_every_command() -> io::Result<()> {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let run = run(&mut command(["completions", shell]))?;
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{shell}");
        for name in commands()?.iter().map(String::as_str).chain(["max-age", "snapshot"]) {
            assert!(run.stdout.contains(name), "{shell}: {name}");
        }
    }
    Ok(())
}

#[test]
#[cfg_attr(not(feature = "man"), ignore = "built without it")]
fn every_command_has_a_page_in_the_manual() -> io::Result<()> {
    let all = run(&mut command(["man"]))?;
    assert_eq!((all.code, all.stderr.as_str()), (Some(0), ""));
    assert!(all.stdout.contains(".TH rollout-gate 1"), "{}", all.stdout);
    for name in commands()? {
        assert!(all.stdout.contains(&format!("rollout\\-gate\\-{name}(1)")), "{name}: {}", all.stdout);
        let page = run(&mut command(["man", &name]))?;
        assert_eq!((page.code, page.stderr.as_str()), (Some(0), ""));
        assert!(page.stdout.contains(&format!(".TH rollout-gate-{name} 1")), "{}", page.stdout);
        assert!(page.stdout.contains(&format!("rollout\\-gate {name}")), "{}", page.stdout);
    }
    let unknown = run(&mut command(["man", "chekc"]))?;
    assert_eq!((unknown.code, unknown.stdout.as_str()), (Some(2), ""));
    assert!(unknown.stderr.contains("check"), "{}", unknown.stderr);
    Ok(())
}

fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// `jsonl` as documents.
fn documents(run: &Run) -> io::Result<Vec<Value>> {
    run.stdout.lines().map(|line| serde_json::from_str(line).map_err(io::Error::other)).collect()
}

/// One key of every document, as a text.
fn texts<'a>(documents: &'a [Value], key: &str) -> Vec<&'a str> {
    documents.iter().filter_map(|document| document.get(key)?.as_str()).collect()
}

// Which table judges.

#[test]
fn the_table_is_the_flag_then_the_variable_then_the_folder_then_the_built_in() -> io::Result<()> {
    let folder = folder("which-table")?;
    let table = |name: &str, limit: u16| -> io::Result<PathBuf> {
        let rule = format!("gate: [{{ metric: p95_latency_ms, max: {limit} }}]");
        let metrics = "metrics: { p95_latency_ms: { unit: ms } }, stages: { canary_5: {} }";
        fs::write(folder.join(name), format!("version: 1\npipelines: {{ tsfm: {{ {metrics}, {rule} }} }}\n"))?;
        Ok(folder.join(name))
    };
    let (flag, variable) = (table("flag.yaml", 1)?, table("variable.yaml", 2)?);
    let judged_by = |command: &mut Command| -> io::Result<(String, Option<f64>)> {
        let run = run(command.current_dir(&folder).args(["--format", "jsonl"]))?;
        let documents = documents(&run)?;
        let limit = documents.first().and_then(|document| document.pointer("/checks/0/limit")?.as_f64());
        Ok((texts(&documents, "table").concat(), limit))
    };
    let promote = fixture(PROMOTE);

    assert_eq!(judged_by(&mut check([&promote]))?, ("built-in gates.yaml".to_owned(), Some(300.0)));
    table("gates.yaml", 3)?;
    assert_eq!(judged_by(&mut check([&promote]))?, ("gates.yaml".to_owned(), Some(3.0)));
    let by_variable = judged_by(check([&promote]).env("ROLLOUT_GATE_GATES", &variable))?;
    assert_eq!(by_variable, (variable.to_string_lossy().into_owned(), Some(2.0)));
    let by_flag = judged_by(check([&promote]).arg("--gates").arg(&flag).env("ROLLOUT_GATE_GATES", &variable))?;
    assert_eq!(by_flag, (flag.to_string_lossy().into_owned(), Some(1.0)));
    Ok(())
}

/// A table that is there and faulty, or named and not there, is not passed over for the next one.
#[test]
fn no_table_is_passed_over() -> io::Result<()> {
    let folder = folder("no-table-is-passed-over")?;
    let promote = fixture(PROMOTE);
    let refused = |command: &mut Command, why: &str| -> io::Result<()> {
        let run = run(command.current_dir(&folder))?;
        assert_eq!(run.code, Some(2), "{why}: {run:?}");
        assert!(run.stderr.contains(why) && run.stdout.starts_with("NO VERDICT  "), "{why}: {run:?}");
        Ok(())
    };
    refused(check([&promote]).env("ROLLOUT_GATE_GATES", "nowhere.yaml"), "nowhere.yaml")?;
    refused(check([&promote]).env("ROLLOUT_GATE_GATES", ""), "names no file")?;
    fs::write(folder.join("gates.yaml"), "version: 2\n")?;
    refused(&mut check([&promote]), "version")?;
    fs::remove_file(folder.join("gates.yaml"))?;
    symlink("nowhere.yaml", folder.join("gates.yaml"))?;
    refused(&mut check([&promote]), "gates.yaml")?;
    // Meant to be it, and not looked for.
    fs::remove_file(folder.join("gates.yaml"))?;
    fs::write(folder.join("gates.yml"), "version: 1\n")?;
    refused(&mut check([&promote]), "help: name it gates.yaml, or use --gates gates.yml")?;
    refused(check([&promote]).args(["--gates", "gates.yml"]), "gates.yml:1:1")
}

// Which snapshots are judged.

#[test]
fn folders_are_walked_in_order() -> io::Result<()> {
    let folder = folder("walk")?;
    for name in ["b.json", "a.json", "B.json", "a/z.json", "a/b/y.json", "notes.txt", "json", "c.json.bak", "10.json"] {
        fs::create_dir_all(folder.join(name).parent().unwrap_or(&folder))?;
        fs::copy(fixture(PROMOTE), folder.join(name))?;
    }
    let run =
        run(check(["--format", "jsonl", "."]).current_dir(&folder).env("ROLLOUT_GATE_GATES", fixture("gates.yaml")))?;
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    let expected = ["./10.json", "./B.json", "./a/b/y.json", "./a/z.json", "./a.json", "./b.json"];
    assert_eq!(texts(&documents(&run)?, "snapshot"), expected);
    Ok(())
}

#[test]
fn standard_input_is_read_where_it_is_named_and_nowhere_else() -> io::Result<()> {
    let feed = |file: &str| File::open(fixture(file)).map(Stdio::from);
    let named = run(check(["-"]).stdin(feed(HOLD)?))?;
    assert_eq!(named.code, Some(1), "{named:?}");
    assert!(named.stdout.starts_with("tsfm / canary_5   -   "), "{}", named.stdout);

    let among = run(check(["--format", "jsonl", PROMOTE, "-"]).stdin(feed(ROLLBACK)?))?;
    assert_eq!(texts(&documents(&among)?, "decision"), ["promote", "rollback"]);

    let input = run(check(["-q", "--input", "-"]).stdin(feed(HOLD)?))?;
    assert_eq!(input.code, Some(1), "{input:?}");

    // A pipe that stays open: reading it would never end.
    for arguments in [&[][..], &[PROMOTE], &["-q", "./-"]] {
        let (reader, writer) = io::pipe()?;
        let run = run(check(arguments).stdin(reader))?;
        assert_eq!(run.code, Some(if arguments == [PROMOTE] { 0 } else { 2 }), "{arguments:?}: {run:?}");
        drop(writer);
    }
    Ok(())
}

#[test]
fn links_are_followed_and_circles_are_left() -> io::Result<()> {
    let folder = folder("links")?;
    symlink(fixture(HOLD), folder.join("link.json"))?;
    fs::create_dir(folder.join("below"))?;
    symlink("..", folder.join("below/circle"))?;
    symlink(&folder, folder.join("itself"))?;
    fs::copy(fixture(PROMOTE), folder.join("below/file.json"))?;
    let run = run(check(["--format", "jsonl"]).arg(&folder))?;
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), ""));
    assert_eq!(texts(&documents(&run)?, "decision"), ["promote", "hold"]);
    Ok(())
}

#[test]
fn nothing_to_judge_is_no_verdict() -> io::Result<()> {
    let empty = folder("empty")?;
    let other = folder("without-snapshots")?;
    fs::write(other.join("notes.txt"), "none")?;
    for path in [&empty, &other] {
        let run = run(&mut check([path]))?;
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(run.stderr.contains("no snapshot in this folder"), "{run:?}");
        assert!(run.stdout.starts_with("NO VERDICT  "), "{run:?}");
    }
    // It hides no rollback beside it, and is not hidden by a promotion.
    assert_eq!(run(check([ROLLBACK]).arg(&empty))?.code, Some(3));
    assert_eq!(run(check([PROMOTE]).arg(&empty))?.code, Some(2));
    Ok(())
}

fn fifo(path: &Path) -> io::Result<()> {
    let made = Command::new("mkfifo").arg(path).status()?;
    if made.success() { Ok(()) } else { Err(io::Error::other("mkfifo")) }
}

/// What is no file is told, and does not hang the run that meets it in a folder.
#[test]
fn what_cannot_be_read_in_a_folder_is_told() -> io::Result<()> {
    let folder = folder("unreadable")?;
    fifo(&folder.join("fifo.json"))?;
    symlink("nowhere.json", folder.join("link-to-nowhere.json"))?;
    symlink("circle.json", folder.join("circle.json"))?;
    fs::create_dir(folder.join("folder.json"))?;
    fs::copy(fixture(ROLLBACK), folder.join("rollback.json"))?;
    let run = run(check(["--format", "jsonl"]).arg(&folder))?;
    assert_eq!(run.code, Some(3), "{run:?}");
    let documents = documents(&run)?;
    let names: Vec<&str> =
        texts(&documents, "snapshot").into_iter().map(|name| name.rsplit('/').next().unwrap_or(name)).collect();
    assert_eq!(names, ["circle.json", "fifo.json", "link-to-nowhere.json", "rollback.json"]);
    let decisions: Vec<Option<&str>> = documents.iter().map(|document| document["decision"].as_str()).collect();
    assert_eq!(decisions, [None, None, None, Some("rollback")]);
    assert!(run.stderr.contains("not a regular file"), "{}", run.stderr);
    Ok(())
}

/// As in `check <(fetch-metrics)`.
#[test]
fn a_pipe_that_is_named_is_read() -> io::Result<()> {
    let path = folder("named-pipe")?.join("pipe");
    fifo(&path)?;
    let feeder = Command::new("cp").arg(fixture(HOLD)).arg(&path).spawn()?;
    let run = run(&mut check([&path]))?;
    feeder.wait_with_output()?;
    assert_eq!(run.code, Some(1), "{run:?}");
    Ok(())
}

// Output that cannot be written.

#[test]
fn a_full_disk_is_no_verdict_and_hides_no_rollback() -> io::Result<()> {
    for (paths, code) in [
        (&[PROMOTE][..], 2),
        (&[HOLD], 2),
        (&[ROLLBACK], 3),
        (&[PROMOTE, PROMOTE], 2),
        (&[PROMOTE, ROLLBACK], 3),
        (&["fixtures/tsfm", "fixtures/web4", "fixtures/optimize"], 3),
    ] {
        for format in FORMATS {
            let full = File::options().write(true).open("/dev/full")?;
            let run = run(check(paths).args(format).stdout(full))?;
            assert_eq!(run.code, Some(code), "{paths:?} {format:?}: {}", run.stderr);
            assert!(run.stderr.contains("standard output cannot be written"), "{paths:?} {format:?}: {}", run.stderr);
        }
    }
    Ok(())
}

/// As in `| head -1`: the verdict stands, and nobody is told of the pipe.
#[test]
fn a_reader_that_leaves_changes_nothing() -> io::Result<()> {
    let many = vec!["fixtures/tsfm/canary_5"; 300];
    for (paths, code) in [(&[PROMOTE][..], 0), (&[HOLD], 1), (&[ROLLBACK], 3), (&[PROMOTE, HOLD], 1), (&many, 3)] {
        for format in FORMATS {
            let (reader, writer) = io::pipe()?;
            drop(reader);
            let run = run(check(paths).args(format).stdout(writer))?;
            assert_eq!((run.code, run.stderr.as_str()), (Some(code), ""), "{} paths {format:?}", paths.len());
        }
    }
    Ok(())
}

#[test]
fn a_reader_of_errors_that_leaves_changes_nothing() -> io::Result<()> {
    let (reader, writer) = io::pipe()?;
    drop(reader);
    let run = run(check([REFUSED, ROLLBACK]).args(["--gates", "gates.yaml"]).stderr(writer))?;
    assert_eq!(run.code, Some(3));
    assert!(run.stdout.lines().last().unwrap_or_default().starts_with("ROLLBACK  2 snapshots"), "{}", run.stdout);
    Ok(())
}

// Colour.

#[test]
fn colour_is_for_those_who_ask() -> io::Result<()> {
    let coloured = |flags: &[&str], variables: &[(&str, &str)]| -> io::Result<bool> {
        let run = run(check([ROLLBACK, REFUSED]).args(flags).envs(variables.iter().copied()))?;
        assert_eq!(run.stdout.contains('\u{1b}'), run.stderr.contains('\u{1b}'), "{flags:?} {variables:?}");
        Ok(run.stdout.contains('\u{1b}'))
    };
    assert!(!coloured(&[], &[])?);
    assert!(coloured(&[], &[("CLICOLOR_FORCE", "1")])?);
    assert!(coloured(&["--color", "always"], &[])?);
    assert!(coloured(&["--color", "always"], &[("NO_COLOR", "1")])?);
    assert!(!coloured(&["--color", "never"], &[("CLICOLOR_FORCE", "1")])?);
    assert!(!coloured(&[], &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")])?);
    Ok(())
}

// Hostile text.

/// Acts on a terminal: clears it, colours it, turns the line around, ends it.
const HOSTILE: &str = "a\u{1b}[2Jb\u{9b}31mc\u{202e}d\ne\rf\u{7}g\u{200b}h\u{2028}i\u{7f}j\u{feff}k\u{2066}l";

/// Runs in every format, and refuses every character that acts but for the tool's own line ends and colours.
fn is_harmless(command: impl Fn() -> Command, lines: usize) -> io::Result<()> {
    for format in FORMATS {
        let run = run(command().args(format))?;
        for output in [&run.stdout, &run.stderr] {
            let plain = if format.contains(&"always") { without_colour(output) } else { output.clone() };
            assert_shown(&plain);
        }
        if format.contains(&"jsonl") {
            assert_eq!(documents(&run)?.len(), lines, "{}", run.stdout);
        }
    }
    Ok(())
}

fn hostile_snapshot() -> Value {
    serde_json::json!({
        "pipeline": "checkout",
        "stage": "canary",
        "window_minutes": 5,
        "metrics": {
            "p95_ms": { HOSTILE: [212, 940], "eu": [212, 215] },
            "errors": 1,
            "requests": 400,
            HOSTILE: 7,
        },
        "baseline": { HOSTILE: 7 },
        "labels": { HOSTILE: HOSTILE },
    })
}

#[test]
fn hostile_snapshots_are_data() -> io::Result<()> {
    let path = folder("hostile-snapshot")?.join("snapshot.json");
    fs::write(&path, hostile_snapshot().to_string())?;
    let command = || {
        let mut command = check(["--gates", "fixtures/good/shop.yaml"]);
        command.arg(&path);
        command
    };
    is_harmless(command, 1)?;
    let run = run(command().args(["--format", "json"]))?;
    let document: Value = serde_json::from_str(&run.stdout)?;
    assert_eq!(document["labels"][HOSTILE], HOSTILE);
    assert_eq!(document["unused_metrics"], serde_json::json!([HOSTILE]));
    assert_eq!(document["unused_baseline"], serde_json::json!([HOSTILE]));
    let series: Vec<&Value> =
        document["checks"].as_array().into_iter().flatten().map(|check| &check["series"]).collect();
    assert!(series.contains(&&Value::from(HOSTILE)), "{series:?}");
    Ok(())
}

/// Snapshots that are refused for or beside their hostile names.
#[allow(clippy::indexing_slicing, reason = "the keys are those of the function above")]
fn refused_hostile_snapshots() -> Vec<Value> {
    let mut wrong_names = hostile_snapshot();
    wrong_names["stage"] = HOSTILE.into();
    wrong_names[HOSTILE] = 1.into();
    let mut wrong_values = hostile_snapshot();
    wrong_values["metrics"]["p95_ms"][HOSTILE] = serde_json::json!([HOSTILE, -1, null]);
    wrong_values["labels"][HOSTILE] = 1.into();
    let mut unequal = hostile_snapshot();
    unequal["metrics"]["p95_ms"][HOSTILE] = serde_json::json!([1, 2, 3]);
    let mut too_many_errors = hostile_snapshot();
    too_many_errors["metrics"]["errors"] = serde_json::json!({ HOSTILE: 500 });
    vec![wrong_names, wrong_values, unequal, too_many_errors]
}

/// Judges snapshots that are all refused, each a file of a folder.
fn are_refused_harmlessly(test: &str, snapshots: &[String]) -> io::Result<()> {
    let folder = folder(test)?;
    for (number, snapshot) in snapshots.iter().enumerate() {
        fs::write(folder.join(format!("{number}.json")), snapshot)?;
    }
    let command = || {
        let mut command = check(["--gates", "fixtures/good/shop.yaml"]);
        command.arg(&folder);
        command
    };
    let documents = documents(&run(command().args(["--format", "jsonl"]))?)?;
    assert!(documents.iter().all(|document| document["decision"].is_null()), "{documents:?}");
    is_harmless(command, snapshots.len())
}

#[test]
fn hostile_snapshots_are_data_when_they_are_refused() -> io::Result<()> {
    let escaped: Vec<String> = refused_hostile_snapshots().iter().map(escaped).collect();
    are_refused_harmlessly("hostile-refused", &escaped)
}

/// The line that is quoted is data as well.
#[test]
fn hostile_lines_are_data_when_they_are_quoted() -> io::Result<()> {
    let mut raw: Vec<String> = refused_hostile_snapshots().iter().map(Value::to_string).collect();
    raw.push(format!("{{ \"stage\": \"{HOSTILE}\", }}"));
    are_refused_harmlessly("hostile-lines", &raw)
}

/// JSON, and YAML, in which every character that acts is written as an escape.
fn escaped(value: &Value) -> String {
    let text = value.to_string();
    text.chars().map(|c| if acts(c) { format!("\\u{:04x}", u32::from(c)) } else { c.into() }).collect()
}

#[test]
fn hostile_tables_are_data() -> io::Result<()> {
    let folder = folder("hostile-table")?;
    let escaped = escaped(&HOSTILE.into());
    let table = format!(
        "version: 1
pipelines:
  {escaped}:
    title: {escaped}
    metrics: {{ {escaped}: {{ unit: ms }}, flag: {{ unit: flag, optional: true }} }}
    stages:
      {escaped}: {{ title: {escaped}, about: {escaped} }}
      next: {{ enter: [{escaped}] }}
    gate:
      - {{ metric: {escaped}, max: 300, id: {escaped}, reason: {escaped}, about: {escaped} }}
    rollback:
      - {{ metric: {escaped}, above: 400, and: [{{ metric: {escaped}, above: 500 }}], unless: flag }}
    on_rollback: [{escaped}]
"
    );
    let snapshot = |value: u16| {
        let metrics = serde_json::json!({ HOSTILE: value });
        serde_json::json!({ "pipeline": HOSTILE, "stage": HOSTILE, "window_minutes": 5, "metrics": metrics })
            .to_string()
    };
    let good = folder.join(format!("{HOSTILE}.yaml"));
    fs::write(&good, &table)?;
    let bad = folder.join("bad.yaml");
    fs::write(&bad, table.replace("max: 300", &format!("max: 300, {escaped}: 1, severity: {escaped}")))?;
    for (number, value) in [200, 350, 600].into_iter().enumerate() {
        let path = folder.join("snapshot.json");
        fs::write(&path, snapshot(value))?;
        for (table, code) in [(&good, [0, 1, 3][number]), (&bad, 2)] {
            let command = || {
                let mut command = check([&path]);
                command.arg("--gates").arg(table);
                command
            };
            assert_eq!(run(&mut command())?.code, Some(code), "{value} {}", run(&mut command())?.stderr);
            is_harmless(command, 1)?;
        }
    }
    Ok(())
}

#[test]
fn hostile_file_names_are_data() -> io::Result<()> {
    let folder = folder("hostile-names")?;
    // A file name has no `/`, and this one stays below 255 bytes.
    let names = [format!("{HOSTILE}.json"), "PROMOTE\nROLLBACK.json".to_owned(), " .json".to_owned()];
    for name in &names {
        fs::copy(fixture(HOLD), folder.join(name))?;
        is_harmless(|| check([folder.join(name)]), 1)?;
        let run = run(check([folder.join(name)]).args(["--format", "jsonl"]))?;
        let expected = folder.join(name).to_string_lossy().into_owned();
        assert_eq!(texts(&documents(&run)?, "snapshot"), [expected]);
        is_harmless(|| check([folder.join(format!("{name}.not-there"))]), 1)?;
    }
    is_harmless(|| check([&folder]), names.len())?;
    // Not UTF-8: found and judged, and named as well as can be.
    let name = std::ffi::OsStr::from_bytes(b"caf\xE9.json");
    fs::copy(fixture(HOLD), folder.join(name))?;
    let run = run(check([folder.join(name)]).args(["--format", "jsonl"]))?;
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), ""));
    assert!(run.stdout.contains("caf\u{fffd}.json"), "{}", run.stdout);
    Ok(())
}

// Many snapshots.

#[test]
fn many_come_out_in_their_order_and_equal_inputs_give_equal_bytes() -> io::Result<()> {
    const MANY: usize = 600;
    let folder = folder("many")?;
    let mut codes = Vec::new();
    for number in 0..MANY {
        let (file, code) =
            [(PROMOTE, Some("promote")), (HOLD, Some("hold")), (ROLLBACK, Some("rollback")), (REFUSED, None)]
                [number * 7 % 4];
        fs::copy(fixture(file), folder.join(format!("{number:04}.json")))?;
        codes.push(code);
    }
    let first = run(check(["--format", "jsonl"]).arg(&folder))?;
    assert_eq!(first.code, Some(3));
    let documents = documents(&first)?;
    let expected: Vec<String> =
        (0..MANY).map(|number| folder.join(format!("{number:04}.json")).to_string_lossy().into_owned()).collect();
    assert_eq!(texts(&documents, "snapshot"), expected);
    let decisions: Vec<Option<&str>> = documents.iter().map(|document| document["decision"].as_str()).collect();
    assert_eq!(decisions, codes);

    for format in [&["--format", "jsonl"][..], &[], &["-v"]] {
        let (all, one) =
            (run(check([&folder]).args(format))?, run(check([&folder]).args(format).env("RAYON_NUM_THREADS", "1"))?);
        assert!(all == one, "{format:?}");
    }
    let text = run(&mut check([&folder]))?.stdout;
    let words = |word: &str| text.lines().filter(|line| line.starts_with(&format!("{word}  "))).count();
    let last = text.lines().last().unwrap_or_default();
    assert_eq!(last, "ROLLBACK  600 snapshots: 150 promote, 150 hold, 150 rollback, 150 without a verdict");
    // Each has its line, and the rollbacks one more for the totals.
    assert_eq!((words("ROLLBACK"), words("NO VERDICT"), words("HOLD      ")), (151, 150, 150));
    Ok(())
}

// The clock.

#[test]
fn a_fresh_snapshot_is_young_enough() -> io::Result<()> {
    let path = folder("fresh")?.join("snapshot.json");
    let text = fs::read_to_string(fixture(PROMOTE))?;
    // Six windows of five minutes each.
    let ended = |minutes_ago: i64| -> io::Result<()> {
        let start = Timestamp::now() - SignedDuration::from_mins(minutes_ago + 30);
        fs::write(&path, text.replace("2026-02-20T12:00:00Z", &start.to_string()))
    };
    let judge = |max_age: &str| -> io::Result<Run> { run(check([&path]).args(["--max-age", max_age])) };
    ended(5)?;
    assert_eq!(judge("15m")?.code, Some(0));
    assert_eq!(judge("1m")?.code, Some(2));
    ended(60)?;
    assert_eq!(judge("15m")?.code, Some(2));
    assert_eq!(judge("1h1m")?.code, Some(0));
    // From the future: a clock or a time zone is wrong, and with it the age.
    ended(-60)?;
    assert_eq!(judge("15m")?.code, Some(2));
    assert_eq!(run(&mut check([&path]))?.code, Some(0));
    Ok(())
}

/// Nothing is executed, and nothing is written: a folder that was judged is as it was.
#[test]
fn judging_leaves_no_trace() -> io::Result<()> {
    let folder = folder("no-trace")?;
    fs::copy(fixture(ROLLBACK), folder.join("rollback.json"))?;
    let mut child =
        check(["rollback.json"]).current_dir(&folder).stdout(Stdio::piped()).stdin(Stdio::piped()).spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // It may be gone before it reads: it does not read.
        let _ = stdin.write_all(b"y\n");
    }
    assert_eq!(child.wait_with_output()?.status.code(), Some(3));
    assert_eq!(fs::read_dir(&folder)?.count(), 1);
    Ok(())
}
