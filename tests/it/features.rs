//! What a feature adds is there with it, and unknown without it: `cargo test --test it features::` with whatever features.

use std::io;

use crate::shared::binary::{command, run};

const SNAPSHOT: &str = "fixtures/tsfm/canary_5/promote.json";

/// Each feature, whether it is built in, and what the command line needs it for.
const FEATURES: [(&str, bool, &[&[&str]]); 4] = [
    ("completions", cfg!(feature = "completions"), &[&["completions", "bash"]]),
    ("html", cfg!(feature = "html"), &[&["check", SNAPSHOT, "--report-html", "/dev/null"]]),
    (
        "junit",
        cfg!(feature = "junit"),
        &[&["check", SNAPSHOT, "--report-junit", "/dev/null"], &["test", "--format", "junit"]],
    ),
    ("man", cfg!(feature = "man"), &[&["man"]]),
];

#[test]
fn what_is_left_out_is_unknown() -> io::Result<()> {
    for (feature, is_built, uses) in FEATURES {
        for arguments in uses {
            let run = run(&mut command(*arguments))?;
            assert_eq!(run.code, Some(if is_built { 0 } else { 2 }), "{feature} {arguments:?}: {run:?}");
            let is_unknown = run.stdout.is_empty() && run.stderr.starts_with("error: ");
            assert_eq!(is_unknown, !is_built, "{feature} {arguments:?}: {run:?}");
        }
    }
    Ok(())
}

/// Everything else is there whatever the features.
#[test]
fn a_plain_check_needs_no_feature() -> io::Result<()> {
    let run = run(&mut command(["check", SNAPSHOT, "--report-markdown", "/dev/null"]))?;
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run:?}");
    Ok(())
}

/// By default, there is all that the documentation tells of.
#[test]
fn every_feature_is_on_by_default() {
    let manifest = include_str!("../../Cargo.toml");
    let features = manifest.split_once("\n[features]\n").unwrap().1.split("\n[").next().unwrap();
    let features = features.lines().filter_map(|line| line.split_once(" = "));
    let (default, others): (Vec<_>, Vec<_>) = features.partition(|(name, _)| *name == "default");
    let names = FEATURES.map(|(name, ..)| name);
    assert_eq!(others.iter().map(|(name, _)| *name).collect::<Vec<_>>(), names);
    assert_eq!(default, [("default", format!("{names:?}").as_str())]);
}

/// How many crates there are besides this one, by `cargo tree` on the system that docs/commands.md counts on.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[test]
fn the_crates_are_as_many_as_the_documents_say() -> io::Result<()> {
    use std::{collections::BTreeSet, process::Command};
    let count = |features: &[&str]| {
        let mut tree = Command::new(env!("CARGO"));
        tree.current_dir(env!("CARGO_MANIFEST_DIR")).args(["tree", "--locked", "--offline", "--edges", "normal"]);
        let output = tree.args(["--prefix", "none", "--format", "{p}", "--no-dedupe"]).args(features).output()?;
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let crates: BTreeSet<&[u8]> =
            output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
        Ok::<_, io::Error>(crates.len() - 1)
    };
    let (all, none) = (count(&[])?, count(&["--no-default-features"])?);
    let told = format!("With all of them, {all} other crates are in the build, and without any {none};");
    assert!(include_str!("../../docs/commands.md").contains(&told), "docs/commands.md does not say: {told}");
    Ok(())
}
