//! What grows, and how: each of these in four sizes, the last of them 27 or more times the first.

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use crate::corpus::{self, Digits};

/// Something that can be large, in one size.
pub(crate) struct Case {
    /// How many of it there are.
    pub(crate) count: usize,
    pub(crate) snapshot: PathBuf,
    /// The table, where it is not the shipped one.
    pub(crate) gates: Option<PathBuf>,
}

/// Snapshots of many windows.
pub(crate) fn windows(folder: &Path, count: usize) -> Case {
    let snapshot = folder.join(format!("windows-{count}.json"));
    fs::write(&snapshot, corpus::snapshot(count, 0, Digits::All)).expect("the disk takes it");
    Case { count, snapshot, gates: None }
}

/// Snapshots of one metric of many series, under a gate rule and a rollback rule.
pub(crate) fn series(folder: &Path, count: usize) -> Case {
    let mut text = String::from(r#"{"stage":"only","metrics":{"error_rate":{"#);
    for label in 0..count {
        let comma = if label == 0 { "" } else { "," };
        write!(text, r#"{comma}"label-{label}":[0.001,0.002,0.003,0.002,0.001,0.002]"#).expect("memory");
    }
    let snapshot = folder.join(format!("series-{count}.json"));
    fs::write(&snapshot, text + "}}}").expect("the disk takes it");
    let rules = "
    gate:
      - { metric: error_rate, max: 0.01 }
    rollback:
      - { metric: error_rate, above: 0.02, for: 15m }
";
    let gates = folder.join("series.yaml");
    let table = table("      error_rate: { unit: ratio }\n") + rules;
    fs::write(&gates, table).expect("the disk takes it");
    Case { count, snapshot, gates: Some(gates) }
}

/// Tables of many metrics, each with a gate rule and a rollback rule.
pub(crate) fn metrics(folder: &Path, count: usize) -> Case {
    let (mut metrics, mut gate, mut rollback) = (String::new(), String::new(), String::new());
    let mut text = String::from(r#"{"stage":"only","metrics":{"#);
    for metric in 0..count {
        let comma = if metric == 0 { "" } else { "," };
        write!(text, r#"{comma}"metric_{metric}":[1,2,3,2,1,2]"#).expect("memory");
        writeln!(metrics, "      metric_{metric}: {{ unit: ms }}").expect("memory");
        writeln!(gate, "      - {{ metric: metric_{metric}, max: 10 }}").expect("memory");
        writeln!(rollback, "      - {{ metric: metric_{metric}, above: 20, windows: 2 }}").expect("memory");
    }
    let snapshot = folder.join(format!("metrics-{count}.json"));
    fs::write(&snapshot, text + "}}").expect("the disk takes it");
    let gates = folder.join(format!("metrics-{count}.yaml"));
    let table = table(&metrics) + "    gate:\n" + &gate + "    rollback:\n" + &rollback;
    fs::write(&gates, table).expect("the disk takes it");
    Case { count, snapshot, gates: Some(gates) }
}

/// Tables of many rules of one metric.
pub(crate) fn rules(folder: &Path, count: usize) -> Case {
    let snapshot = folder.join("rules.json");
    fs::write(&snapshot, r#"{"stage":"only","metrics":{"error_rate":[0.001,0.002,0.003,0.002,0.001,0.002]}}"#)
        .expect("the disk takes it");
    let mut table = table("      error_rate: { unit: ratio }\n") + "    gate:\n";
    for rule in 0..count {
        writeln!(table, "      - {{ metric: error_rate, max: 0.5, id: rule-{rule} }}").expect("memory");
    }
    let gates = folder.join(format!("rules-{count}.yaml"));
    fs::write(&gates, table + "    rollback: []\n").expect("the disk takes it");
    Case { count, snapshot, gates: Some(gates) }
}

/// A folder of snapshots of 6 windows: a few files under many names.
pub(crate) fn files(folder: &Path, count: usize) -> Case {
    /// Few enough to write, and more than fit in what is in flight at once.
    const DIFFERENT: usize = 500;
    let snapshot = folder.join(format!("files-{count}"));
    fs::create_dir_all(&snapshot).expect("the disk takes it");
    let name = |number: usize| snapshot.join(format!("{number:06}.json"));
    for number in 0..count {
        if number < DIFFERENT {
            fs::write(name(number), corpus::snapshot(6, number, Digits::Rounded(5)))
        } else {
            fs::hard_link(name(number % DIFFERENT), name(number))
        }
        .expect("the disk takes it");
    }
    Case { count, snapshot, gates: None }
}

/// A table of one pipeline and one stage, up to its rules.
fn table(metrics: &str) -> String {
    format!(
        "version: 1
pipelines:
  growth:
    window: 5m
    metrics:
{metrics}    stages:
      only: {{ observe: 30m }}
    on_rollback: [Stop.]
"
    )
}
