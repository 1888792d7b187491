//! Every way in which a table, a snapshot or a suite of tests is refused: one faulty file each under `fixtures/bad`, and
//! its message under `tests/snapshots`. A new refusal is a new file there; `INSTA_UPDATE=always cargo test` takes its message down.

use std::{collections::BTreeSet, fs, io, path::Path};

use rollout_gate::refusal::Code;
use serde_json::Value;

use crate::shared::{
    binary::{Run, check, command, run},
    kept,
};

/// A folder of faulty files, and how one of them is tried.
struct Kind {
    folder: &'static str,
    snapshots: &'static str,
    command: &'static str,
    arguments: fn(String) -> [String; 3],
    /// The first word of its last line.
    word: &'static str,
    /// Where its JSON has the faults.
    faults: &'static str,
}

const TABLES: Kind = Kind {
    folder: "fixtures/bad/tables",
    snapshots: "tables",
    command: "check",
    arguments: |file| ["--gates".to_owned(), file, "fixtures/tsfm/canary_5/promote.json".to_owned()],
    word: "NO VERDICT",
    faults: "/error/faults",
};

const SNAPSHOTS: Kind = Kind {
    folder: "fixtures/bad/snapshots",
    snapshots: "snapshots",
    command: "check",
    arguments: |file| ["--gates".to_owned(), "fixtures/good/shop.yaml".to_owned(), file],
    word: "NO VERDICT",
    faults: "/error/faults",
};

const SUITES: Kind = Kind {
    folder: "fixtures/bad/suites",
    snapshots: "suites",
    command: "test",
    arguments: |file| ["--gates".to_owned(), "fixtures/good/shop.yaml".to_owned(), file],
    word: "ERROR",
    faults: "/refused/0/faults",
};

impl Kind {
    /// The faulty files, as the command line names them.
    fn files(&self) -> io::Result<BTreeSet<String>> {
        let names = names(&Path::new(env!("CARGO_MANIFEST_DIR")).join(self.folder))?;
        Ok(names.into_iter().map(|name| format!("{}/{name}", self.folder)).collect())
    }

    fn refuse(&self, file: &str, format: &str) -> io::Result<Run> {
        let [a, b, c] = (self.arguments)(file.to_owned());
        let run = run(&mut command([self.command, &a, &b, &c, "--format", format]))?;
        assert_eq!(run.code, Some(2), "{file}: {run:?}");
        assert!(!run.stderr.contains("panicked"), "{file}: {}", run.stderr);
        Ok(run)
    }

    /// Takes down the message of every file.
    fn messages(&self) -> io::Result<()> {
        for file in self.files()? {
            let run = self.refuse(&file, "text")?;
            let (last, before) = last_line(&run.stdout);
            assert!(last.starts_with(&format!("{}  ", self.word)) && before.is_empty(), "{file}: {}", run.stdout);
            assert!(last.contains(&file), "{last}");
            let mut settings = kept::kept_in(self.snapshots);
            settings.set_snapshot_suffix(file.rsplit('/').next().unwrap_or_default());
            settings.bind(|| insta::assert_snapshot!("refusal", run.stderr));
        }
        Ok(())
    }

    fn every_file_has_its_message(&self) -> io::Result<()> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(self.snapshots);
        let taken: BTreeSet<String> =
            names(&folder)?.into_iter().filter(|name| Path::new(name).extension() == Some("snap".as_ref())).collect();
        let expected = self.files()?.into_iter().filter_map(|file| {
            let name = file.rsplit('/').next()?;
            Some(format!("refusal@{name}.snap"))
        });
        assert_eq!(taken, expected.collect(), "of {}", self.folder);
        Ok(())
    }

    /// The places in the JSON error are those in the text.
    fn places_agree(&self) -> io::Result<()> {
        for file in self.files()? {
            let run = self.refuse(&file, "json")?;
            let document: Value = serde_json::from_str(&run.stdout)?;
            let faults = document.pointer(self.faults).and_then(Value::as_array).cloned().unwrap_or_default();
            assert!(!faults.is_empty(), "{file}: {document}");
            for fault in &faults {
                assert!(fault["help"].is_string(), "{file}: no way out of {fault}");
            }
            let of_json: Vec<String> = faults
                .iter()
                .map(|fault| match (&fault["line"], &fault["column"]) {
                    (Value::Null, Value::Null) => file.clone(),
                    (line, column) => format!("{file}:{line}:{column}"),
                })
                .collect();
            let of_text: Vec<&str> = run
                .stderr
                .lines()
                .filter_map(|line| line.trim_start().strip_prefix("--> ").map(str::trim_end))
                .collect();
            assert_eq!(of_json, of_text, "{file}");
            let keys: &[&str] = match self.command {
                "check" => &["decision", "gate_passed", "rollback_triggered"],
                _ => &["coverage"],
            };
            for key in keys {
                assert_eq!(document.get(key), Some(&Value::Null), "{file}: {key}");
            }
        }
        Ok(())
    }
}

fn names(folder: &Path) -> io::Result<Vec<String>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
}

/// The last line, and what stands before it.
fn last_line(text: &str) -> (&str, &str) {
    let text = text.trim_end_matches('\n');
    text.rsplit_once('\n').map_or((text, ""), |(before, last)| (last, before))
}

#[test]
fn messages_of_tables() -> io::Result<()> {
    TABLES.messages()
}

#[test]
fn messages_of_snapshots() -> io::Result<()> {
    SNAPSHOTS.messages()
}

#[test]
fn messages_of_suites() -> io::Result<()> {
    SUITES.messages()
}

#[test]
fn every_faulty_file_has_its_message() -> io::Result<()> {
    TABLES.every_file_has_its_message()?;
    SNAPSHOTS.every_file_has_its_message()?;
    SUITES.every_file_has_its_message()
}

#[test]
fn json_and_text_name_the_same_places() -> io::Result<()> {
    TABLES.places_agree()?;
    SNAPSHOTS.places_agree()?;
    SUITES.places_agree()
}

/// What kinds of faults there are is what the faulty files show, and what `explain` explains.
#[test]
fn every_code_has_a_faulty_file() -> io::Result<()> {
    let mut seen = BTreeSet::new();
    let mut note = |run: Run, faults| {
        let document: Value = serde_json::from_str(&run.stdout)?;
        let faults = document.pointer(faults).and_then(Value::as_array).into_iter().flatten();
        seen.extend(faults.filter_map(|fault| Some(fault.get("code")?.as_str()?.to_owned())));
        Ok::<(), io::Error>(())
    };
    for kind in [TABLES, SNAPSHOTS, SUITES] {
        for file in kind.files()? {
            note(kind.refuse(&file, "json")?, kind.faults)?;
        }
    }
    // These are not in a file, but in how it is asked for.
    note(SNAPSHOTS.refuse("no/such/file.json", "json")?, SNAPSHOTS.faults)?;
    note(SNAPSHOTS.refuse("src/report", "json")?, SNAPSHOTS.faults)?;
    let old = run(&mut check(["--format", "json", "--max-age", "15m", "fixtures/tsfm/canary_5/promote.json"]))?;
    note(old, SNAPSHOTS.faults)?;
    let all: BTreeSet<String> = Code::ALL.iter().map(|code| code.name().to_owned()).collect();
    assert_eq!(seen, all);
    Ok(())
}

/// Faults beyond those that anyone reads are counted.
#[test]
fn no_one_is_shown_a_thousand_faults() -> io::Result<()> {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("a-thousand-faults.json");
    let values = vec!["-1"; 1000].join(", ");
    let rest = r#""errors": 0, "requests": 400"#;
    let snapshot =
        format!(r#"{{"pipeline": "checkout", "stage": "canary", "metrics": {{"p95_ms": [{values}], {rest}}}}}"#);
    fs::write(&path, snapshot)?;
    let path = path.to_string_lossy().into_owned();
    let text = SNAPSHOTS.refuse(&path, "text")?;
    assert_eq!(text.stderr.matches("outside 0 or more").count(), 10);
    assert!(text.stderr.contains("error: 990 more faults in"), "{}", text.stderr);
    assert!(text.stdout.contains("(+999 more)"), "{}", text.stdout);
    let json: Value = serde_json::from_str(&SNAPSHOTS.refuse(&path, "jsonl")?.stdout)?;
    assert_eq!(json.pointer("/error/more"), Some(&Value::from(990)));
    Ok(())
}

/// A mark at the beginning and line ends of Windows are no fault.
#[test]
fn a_byte_order_mark_and_crlf_change_nothing() -> io::Result<()> {
    let judge = |table: &str, snapshot: &str| -> io::Result<String> {
        let run = run(&mut check(["--format", "json", "--gates", table, snapshot]))?;
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{table} {snapshot}");
        let text = run.stdout.replace(table, "TABLE").replace(snapshot, "SNAPSHOT");
        // The digests are of the bytes, which differ.
        Ok(text.lines().filter(|line| !line.contains("_sha256")).collect::<Vec<_>>().join("\n"))
    };
    let twins = [
        ("gates.yaml", "gates.yaml", "fixtures/good/bom-crlf.json", "fixtures/tsfm/canary_5/promote.json"),
        (
            "fixtures/good/bom-crlf.yaml",
            "fixtures/good/shop.yaml",
            "fixtures/good/shop/promote.json",
            "fixtures/good/shop/promote.json",
        ),
    ];
    for (table, plain_table, snapshot, plain_snapshot) in twins {
        let twin =
            fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(if table == plain_table { snapshot } else { table }))?;
        assert!(twin.starts_with(b"\xEF\xBB\xBF") && twin.windows(2).any(|pair| pair == b"\r\n"), "{table} {snapshot}");
        assert_eq!(judge(table, snapshot)?, judge(plain_table, plain_snapshot)?);
    }
    Ok(())
}
