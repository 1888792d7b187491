//! Every format over one set of verdicts: text in all its forms, `json`, `jsonl`, report files. What they look like is under
//! `tests/snapshots/formats`; `INSTA_UPDATE=always cargo test --test it formats::` takes it down anew.

use std::{fs, io, path::Path};

use rollout_gate::report::json::{JsonStyle, v1::Report};
use serde_json::Value;

use crate::shared::{
    binary::{Run, check, run},
    colour::without_colour,
    kept::kept_in,
    verdicts::{Case, TABLE, VERDICTS},
};

const WORDS: [(i32, &str); 4] = [(0, "PROMOTE"), (1, "HOLD"), (2, "NO VERDICT"), (3, "ROLLBACK")];

/// Judges one case with some more flags, in a locale.
fn judge(case: &Case, flags: &[&str], locale: &str) -> io::Result<Run> {
    let run = run(check(["--gates", TABLE, case.snapshot]).args(flags).env("LC_ALL", locale))?;
    assert_eq!(run.code, Some(case.code), "{}: {run:?}", case.name);
    assert_eq!(run.stderr.is_empty(), case.code != 2, "{}: {run:?}", case.name);
    Ok(run)
}

/// Takes down the output of every case as `FORM-CASE`.
fn take_down(form: &str, flags: &[&str], locale: &str, each: fn(&Case, &Run)) -> io::Result<()> {
    for case in VERDICTS {
        let run = judge(&case, flags, locale)?;
        each(&case, &run);
        // Escapes of colour, shown: a snapshot is read by people.
        let output = format!("{}{}", run.stdout, run.stderr).replace('\u{1b}', "␛");
        kept_in("formats").bind(|| insta::assert_snapshot!(format!("{form}-{}", case.name), output));
    }
    Ok(())
}

/// The verdict is the first word of the last line, and no other verdict's word stands anywhere in capitals.
fn ends_with_its_verdict(case: &Case, run: &Run) {
    let last = run.stdout.lines().last().unwrap_or_default();
    for (code, word) in WORDS {
        assert_eq!(last.starts_with(&format!("{word}  ")), code == case.code, "{}: {last}", case.name);
        assert!(code == case.code || !run.stdout.contains(word), "{}: {word} in {}", case.name, run.stdout);
    }
}

#[test]
fn text() -> io::Result<()> {
    take_down("text", &[], "C.UTF-8", ends_with_its_verdict)
}

/// Where the locale has no Unicode.
#[test]
fn text_in_ascii() -> io::Result<()> {
    take_down("ascii", &[], "C", |case, run| {
        ends_with_its_verdict(case, run);
        assert!(run.stdout.is_ascii() && run.stderr.is_ascii(), "{}: {run:?}", case.name);
    })?;
    let run = run(check(["--gates", TABLE, "-v", "fixtures/good/shop"]).env("LC_ALL", "C"))?;
    assert!(run.stdout.is_ascii() && run.stderr.is_ascii(), "{run:?}");
    Ok(())
}

#[test]
fn text_that_explains_more() -> io::Result<()> {
    take_down("verbose", &["-v"], "C.UTF-8", ends_with_its_verdict)
}

#[test]
fn text_that_is_the_last_line() -> io::Result<()> {
    take_down("quiet", &["-q"], "C.UTF-8", |case, run| {
        ends_with_its_verdict(case, run);
        assert_eq!(run.stdout.lines().count(), 1, "{}", case.name);
    })?;
    for case in VERDICTS {
        let (quiet, full) = (judge(&case, &["-q"], "C.UTF-8")?, judge(&case, &[], "C.UTF-8")?);
        assert_eq!(full.stdout.lines().last(), quiet.stdout.lines().last(), "{}", case.name);
    }
    Ok(())
}

/// Colour adds escapes and nothing else: without them the text is the plain one.
#[test]
fn text_in_colour() -> io::Result<()> {
    take_down("colour", &["--color", "always"], "C.UTF-8", |_, _| {})?;
    for case in VERDICTS {
        let (colour, plain) = (judge(&case, &["--color", "always"], "C.UTF-8")?, judge(&case, &[], "C.UTF-8")?);
        assert_ne!(colour.stdout, plain.stdout, "{}", case.name);
        assert_eq!(without_colour(&colour.stdout), plain.stdout, "{}", case.name);
        assert_eq!(without_colour(&colour.stderr), plain.stderr, "{}", case.name);
    }
    Ok(())
}

/// A document is a report, which is written as the document was.
fn is_read_back(case: &Case, run: &Run, style: JsonStyle) {
    let read = serde_json::from_str(&run.stdout).map(|report: Report| report.to_json(style));
    assert_eq!(read.ok().as_ref(), Some(&run.stdout), "{}", case.name);
}

#[test]
fn json() -> io::Result<()> {
    take_down("json", &["--format", "json"], "C.UTF-8", |case, run| is_read_back(case, run, JsonStyle::Indented))
}

#[test]
fn jsonl_is_json_on_one_line() -> io::Result<()> {
    take_down("jsonl", &["--format", "jsonl"], "C.UTF-8", |case, run| is_read_back(case, run, JsonStyle::OneLine))?;
    for case in VERDICTS {
        let (line, pretty) =
            (judge(&case, &["--format", "jsonl"], "C.UTF-8")?, judge(&case, &["--format", "json"], "C.UTF-8")?);
        assert_eq!((line.stdout.matches('\n').count(), line.stdout.ends_with('\n')), (1, true), "{}", case.name);
        let (line, pretty): (Value, Value) =
            (serde_json::from_str(&line.stdout)?, serde_json::from_str(&pretty.stdout)?);
        assert_eq!(line, pretty, "{}", case.name);
    }
    Ok(())
}

/// JSON is for machines: neither flag nor locale nor terminal changes it.
#[test]
fn json_looks_the_same_everywhere() -> io::Result<()> {
    for case in VERDICTS {
        let plain = judge(&case, &["--format", "json"], "C.UTF-8")?.stdout;
        for flags in [["-v", "--color=never"], ["-q", "--color=never"], ["--color", "always"]] {
            let flags = [&["--format", "json"][..], &flags].concat();
            assert_eq!(judge(&case, &flags, "C")?.stdout, plain, "{} {flags:?}", case.name);
        }
    }
    Ok(())
}

/// A folder: one line for each that is not a promotion, worst first, then the totals.
#[test]
fn text_of_many() -> io::Result<()> {
    let snapshots = ["--gates", TABLE, "fixtures/good/shop", "fixtures/bad/snapshots/unequal-lengths.json"];
    for (form, flags) in
        [("many", &[][..]), ("many-quiet", &["-q"]), ("many-verbose", &["-v"]), ("many-colour", &["--color", "always"])]
    {
        let run = run(check(snapshots).args(flags))?;
        assert_eq!(run.code, Some(3), "{form}");
        kept_in("formats").bind(|| insta::assert_snapshot!(form, run.stdout.replace('\u{1b}', "␛")));
    }
    let run =
        run(&mut check(["--gates", TABLE, "fixtures/good/shop/promote.json", "fixtures/good/shop/warnings.json"]))?;
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    kept_in("formats").bind(|| insta::assert_snapshot!("many-promote", run.stdout));
    Ok(())
}

/// Several at once, one of which is refused.
const MANY: [&str; 2] = ["fixtures/good/shop", "fixtures/bad/snapshots/unequal-lengths.json"];

/// Takes down the report file of every case, and of several at once, as `FORM-CASE`. Nothing else is changed by it.
fn take_down_report(form: &str) -> io::Result<()> {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("format-{form}"));
    let flags = [format!("--report-{form}"), path.to_string_lossy().into_owned()];
    let cases = VERDICTS.iter().map(|case| (case.name, vec![case.snapshot]));
    for (name, snapshots) in cases.chain([("many", MANY.to_vec())]) {
        fs::write(&path, "of an earlier run")?;
        let arguments = || [&["--gates", TABLE], snapshots.as_slice()].concat();
        assert_eq!(run(check(arguments()).args(&flags))?, run(&mut check(arguments()))?, "{form} of {name}");
        let report = fs::read_to_string(&path).unwrap_or_else(|_| "(no file)\n".to_owned());
        kept_in("formats").bind(|| insta::assert_snapshot!(format!("{form}-{name}"), report));
    }
    Ok(())
}

#[test]
#[cfg_attr(not(feature = "junit"), ignore = "built without it")]
fn junit() -> io::Result<()> {
    take_down_report("junit")
}

#[test]
fn markdown() -> io::Result<()> {
    take_down_report("markdown")
}

#[test]
fn incident() -> io::Result<()> {
    take_down_report("incident")
}

/// What is printed as JSON and what is written as a report are the same.
#[test]
fn a_json_report_is_the_json_that_is_printed() -> io::Result<()> {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("format-json");
    let cases = VERDICTS.iter().map(|case| vec![case.snapshot]);
    for snapshots in cases.chain([MANY.to_vec()]) {
        let arguments = [&["--gates", TABLE], snapshots.as_slice()].concat();
        let printed = run(check(&arguments).args(["--format", "json"]))?;
        let quiet = run(check(&arguments).arg("-q").arg("--report-json").arg(&path))?;
        assert_eq!((quiet.code, fs::read_to_string(&path)?), (printed.code, printed.stdout), "{snapshots:?}");
    }
    Ok(())
}

/// The commands stand before the verdict in text, and beside the documents of JSON.
#[test]
fn github() -> io::Result<()> {
    let cases = VERDICTS.iter().map(|case| (case.name, vec![case.snapshot]));
    for (name, snapshots) in cases.chain([("many", MANY.to_vec())]) {
        let arguments = [&["--gates", TABLE], snapshots.as_slice()].concat();
        let (plain, text) = (run(&mut check(&arguments))?, run(check(&arguments).arg("--github"))?);
        let is_command = |line: &&str| line.starts_with("::");
        let commands = text.stdout.split_inclusive('\n').filter(is_command).collect::<String>();
        assert_eq!(
            (plain.code, commands.clone() + &plain.stdout, &plain.stderr),
            (text.code, text.stdout, &text.stderr)
        );
        for format in ["json", "jsonl"] {
            let plain = run(check(&arguments).args(["--format", format]))?;
            let run = run(check(&arguments).args(["--format", format, "--github"]))?;
            assert_eq!((run.stdout, run.stderr), (plain.stdout, plain.stderr + &commands), "{name} {format}");
        }
        kept_in("formats").bind(|| insta::assert_snapshot!(format!("github-{name}"), commands));
    }
    Ok(())
}
