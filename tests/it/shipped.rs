//! The table in the binary judges as a file of the same text does, and a file that differs is a table of the user's own.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use rollout_gate::io::files::{Source, sources};

use crate::shared::{
    binary::{Run, check, command, run},
    folder::folder,
};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const SHIPPED: &str = include_str!("../../gates.yaml");

/// What the five pipelines are tried on, and files that are refused.
const FIXTURES: [&str; 6] = ["tsfm", "optimize", "stage-validation", "assignment-pipeline", "web4", "bad/snapshots"];

/// A folder with this text as its table.
fn folder_with(table: &str, test: &str) -> PathBuf {
    let folder = folder(test).unwrap();
    fs::write(folder.join("gates.yaml"), table).unwrap();
    folder
}

/// What the command comes to in a folder with the shipped table, which is found to be what it comes to with no table
/// there: only the name of the table differs.
fn assert_same(command: &mut Command, test: &str) {
    // Lines are broken where the name of the table makes them too long.
    let command = command.env("COLUMNS", "1000");
    let built_in = run(command.current_dir(folder(&format!("{test}-built-in")).unwrap())).unwrap();
    let from_file = run(command.current_dir(folder_with(SHIPPED, test))).unwrap();
    let [stdout, stderr] =
        [built_in.stdout, built_in.stderr].map(|text| text.replace("built-in gates.yaml", "gates.yaml"));
    assert_eq!(Run { stdout, stderr, ..built_in }, from_file, "{command:?}");
}

#[test]
fn every_snapshot_is_judged_as_by_the_same_table_from_a_file() {
    let paths = FIXTURES.map(|name| Path::new(ROOT).join("fixtures").join(name));
    let snapshots: Vec<PathBuf> = sources(&paths)
        .map(|source| match source.unwrap() {
            Source::File(path) => path,
            Source::Stdin => panic!("standard input is none of the folders"),
        })
        .collect();
    assert!(snapshots.len() > 100, "{}", snapshots.len());
    for snapshot in snapshots {
        // A refusal is told in the same words with every format.
        let formats =
            if snapshot.starts_with(Path::new(ROOT).join("fixtures/bad")) { &["json"][..] } else { &["text", "json"] };
        for format in formats {
            assert_same(check(["-v", "--format", format]).arg(&snapshot), "snapshots");
        }
    }
}

#[test]
fn whatever_is_asked_for_is_answered_as_by_the_same_table_from_a_file() {
    for snapshot in ["tsfm/runbook.json", "tsfm/canary_5/hold.json", "web4/pct_1/promote.json"] {
        let snapshot = Path::new(ROOT).join("fixtures").join(snapshot);
        for pipeline in [None, Some("tsfm"), Some("web4"), Some("tsf"), Some(""), Some("x-tsfm")] {
            for stage in [None, Some("canary_5"), Some("pct_1"), Some("shadow"), Some("canary"), Some("x-")] {
                let mut check = check([&snapshot]);
                check.args(pipeline.map(|name| format!("--pipeline={name}")));
                check.args(stage.map(|name| format!("--stage={name}")));
                assert_same(&mut check, "asked");
            }
        }
    }
}

#[test]
fn other_commands_take_it_as_the_same_table_from_a_file() {
    for arguments in [&["show"][..], &["lint", "--format", "json"], &["explain", "tsfm", "canary_5"]] {
        assert_same(&mut command(arguments), "commands");
    }
}

/// One that is nearly the shipped one is a table of the user's own.
#[test]
fn a_fault_in_another_pipeline_refuses_a_table_that_is_not_the_shipped_one() {
    let folder = folder_with(&SHIPPED.replace("  web4:\n", "  web4:\n    surplus: 1\n"), "fault");
    let snapshot = Path::new(ROOT).join("fixtures/tsfm/canary_5/promote.json");
    let Run { code, stderr, .. } = run(check([&snapshot]).current_dir(folder)).unwrap();
    assert_eq!(code, Some(2));
    assert!(stderr.contains("unknown key `surplus` in a pipeline"), "{stderr}");
}

/// What is wrong with the table is told before what is wrong with the snapshot.
#[test]
fn the_table_is_refused_before_the_snapshot() {
    let folder = folder_with("version: 1\n", "order");
    let Run { code, stderr, .. } = run(check(["no-such-file.json"]).current_dir(folder)).unwrap();
    assert_eq!(code, Some(2));
    assert!(stderr.contains("`pipelines`") && !stderr.contains("no-such-file"), "{stderr}");
}
