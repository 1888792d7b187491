//! Report files and annotations: that each is read by what it is for, and gets to its place whole or not at all. What
//! they look like is taken down in `formats.rs`.

use std::{
    collections::BTreeMap,
    fs::{self, Permissions},
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
};

use roxmltree::Document;
use serde_json::{Deserializer, Value, json};

use crate::shared::{
    binary::{Run, check, run},
    folder::folder,
    html, junit, markdown,
};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const PROMOTE: &str = "fixtures/tsfm/canary_5/promote.json";
const HOLD: &str = "fixtures/tsfm/canary_5/hold.json";
const ROLLBACK: &str = "fixtures/tsfm/canary_5/rollback.json";
const REFUSED: &str = "fixtures/bad/snapshots/many-faults.json";

/// What the five pipelines are tried on, and files that are refused.
const FIXTURES: [&str; 6] = [
    "fixtures/tsfm",
    "fixtures/optimize",
    "fixtures/stage-validation",
    "fixtures/assignment-pipeline",
    "fixtures/web4",
    "fixtures/bad/snapshots",
];

fn fixture(path: &str) -> PathBuf {
    Path::new(ROOT).join(path)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Judges with one report file, which is then read.
fn report(snapshots: &[&str], flag: &str, file: &Path) -> (Run, String) {
    let run = run(check(snapshots).arg(flag).arg(file)).unwrap();
    assert_eq!(run.stderr.matches("cannot be written").count(), 0, "{run:?}");
    (run, fs::read_to_string(file).unwrap_or_default())
}

// Each is read by what it is for.

#[test]
fn one_run_writes_all_reports_and_each_can_be_read() {
    let folder = folder("all").unwrap();
    let flags = ["json", "junit", "markdown", "html", "incident"];
    let mut command = check(FIXTURES);
    for flag in flags {
        command.arg(format!("--report-{flag}")).arg(folder.join(flag));
    }
    let (with, without) = (run(&mut command).unwrap(), run(&mut check(FIXTURES)).unwrap());
    assert_eq!(with, without);
    assert_eq!(names(&folder), ["html", "incident", "json", "junit", "markdown"]);
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();

    let schema: Value = serde_json::from_str(include_str!("../../fixtures/schemas/report.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let documents: Vec<Value> = Deserializer::from_str(&read("json")).into_iter().map(Result::unwrap).collect();
    for document in &documents {
        assert!(validator.is_valid(document), "{document}");
    }
    let decided = |decision: &str| documents.iter().filter(|document| document["decision"] == decision).count();

    junit::assert_valid(&read("junit"));
    let junit = read("junit");
    let junit = Document::parse(&junit).unwrap();
    assert_eq!(junit.descendants().filter(|node| node.has_tag_name("testsuite")).count(), documents.len());

    let markdown = markdown::render(&read("markdown"));
    assert_eq!(markdown.headings[0], with.stdout.lines().last().unwrap().replacen("ROLLBACK  ", "ROLLBACK: ", 1));
    assert_eq!(markdown.headings.len(), documents.len() + 1);

    let page = html::parse(&read("html"));
    assert_eq!(html::text_of(html::select(&page, "h1")[0]), "ROLLBACK");
    assert_eq!(html::select(&page, ".overview tbody tr").len(), documents.len());
    assert_eq!(html::select(&page, "article").len(), documents.len());

    let notes = markdown::render(&read("incident"));
    let titles = notes.headings.iter().filter(|heading| heading.starts_with("Incident note: "));
    assert!(titles.count() == decided("rollback") && decided("rollback") > 10);

    let again = folder.join("again");
    for flag in flags {
        let mut one = check(FIXTURES);
        run(one.arg(format!("--report-{flag}")).arg(&again).env("RAYON_NUM_THREADS", "1")).unwrap();
        assert_eq!(fs::read_to_string(&again).unwrap(), read(flag), "{flag}");
    }
}

/// Check by check, `JUnit` says what JSON says.
#[test]
fn junit_says_what_the_checks_say() {
    let folder = folder("junit").unwrap();
    let mut seen = BTreeMap::new();
    for (table, snapshots) in [("gates.yaml", &FIXTURES[..5]), ("fixtures/good/shop.yaml", &["fixtures/good/shop"])] {
        let mut command = check(snapshots);
        command.args(["--gates", table, "--format", "jsonl", "--report-junit"]).arg(folder.join("x"));
        let documents = run(&mut command).unwrap().stdout;
        let xml = fs::read_to_string(folder.join("x")).unwrap();
        junit::assert_valid(&xml);
        let xml = Document::parse(&xml).unwrap();
        let suites = xml.descendants().filter(|node| node.has_tag_name("testsuite"));
        for (suite, document) in suites.zip(documents.lines()) {
            let document: Value = serde_json::from_str(document).unwrap();
            assert_eq!(suite.attribute("name"), document["snapshot"].as_str());
            let mut cases: BTreeMap<&str, _> =
                suite.children().filter_map(|case| Some((case.attribute("name")?, case))).collect();
            for check in document["checks"].as_array().unwrap() {
                let series = check["series"].as_str().map_or(String::new(), |series| format!("[{series}]"));
                let name = format!("{}{series}", check["id"].as_str().unwrap());
                let case = cases.remove(name.as_str()).unwrap_or_else(|| panic!("{name} of {document}"));
                let class =
                    format!("{}.{}", document["pipeline"].as_str().unwrap(), document["stage"].as_str().unwrap());
                assert_eq!(case.attribute("classname"), Some(class.as_str()));
                let expected = match (check["state"].as_str().unwrap(), check["severity"].as_str().unwrap()) {
                    ("pass" | "quiet", _) => None,
                    ("not_evaluated", _) => Some("skipped"),
                    (_, "warn") => Some("system-out"),
                    _ => Some("failure"),
                };
                let child = case.first_element_child();
                assert_eq!(child.map(|child| child.tag_name().name()), expected, "{name} of {document}");
                if let Some(child) = child.filter(|child| !child.has_tag_name("system-out")) {
                    // What is not evaluated has a reason for that, and none for a decision.
                    let reason = check["reason"].as_str().or(child.attribute("message"));
                    assert!(reason.is_some() && child.attribute("message") == reason, "{name} of {document}");
                }
                *seen.entry(expected).or_insert(0) += 1;
            }
            if document["decision"].is_null() {
                let error = cases.remove("verdict").unwrap().first_element_child().unwrap();
                assert!(error.has_tag_name("error"));
                let told = document["error"]["faults"][0]["message"].as_str().unwrap();
                assert!(error.attribute("message").unwrap().contains(told), "{error:?}");
            }
            let observed = cases.remove("observed");
            assert_eq!(observed.is_some(), !document["required_minutes"].is_null());
            let is_short = document["observed_minutes"].as_f64() < document["required_minutes"].as_f64();
            assert_eq!(
                observed.is_some_and(|case| case.first_element_child().is_some()),
                observed.is_some() && is_short
            );
            assert!(cases.is_empty(), "{cases:?}");
        }
    }
    assert_eq!(seen.len(), 4, "{seen:?}");
}

/// A CI system compares runs by these names.
#[test]
fn names_of_tests_hold_nothing_that_was_measured() {
    let folder = folder("junit-names").unwrap();
    let names = |snapshot: &str| {
        let (_, xml) = report(&[snapshot], "--report-junit", &folder.join("x"));
        let xml = Document::parse(&xml).unwrap();
        let names = xml.descendants().filter(|node| node.has_tag_name("testcase"));
        names
            .map(|case| (case.attribute("classname").unwrap().to_owned(), case.attribute("name").unwrap().to_owned()))
            .collect::<Vec<_>>()
    };
    assert_eq!(names(PROMOTE), names(ROLLBACK));
    assert_eq!(names(PROMOTE), names(HOLD));
    let (_, twice) = report(&[HOLD, HOLD, REFUSED, REFUSED], "--report-junit", &folder.join("x"));
    junit::assert_valid(&twice);
}

/// Without the runbook: what happened, since when, by how much, and what to do now.
#[test]
fn markdown_is_all_that_an_operator_needs() {
    let folder = folder("markdown").unwrap();
    let (_, text) = report(&[ROLLBACK], "--report-markdown", &folder.join("x"));
    let rendered = markdown::render(&text);
    assert_eq!(rendered.headings, ["ROLLBACK: tsfm / canary_5"]);
    let row = rendered.rows.iter().find(|row| row[0] == "ROLLBACK").unwrap();
    assert_eq!(
        row[1..5],
        ["p95_latency_ms", "431.6 ms", "trigger above 400 for 2 windows", "w2-w3 (15:15Z to 15:25Z), fired at w3"]
    );
    assert!(row[5].starts_with("p95>400ms_for_2x5m"), "{row:?}");
    assert!(rendered.text.contains("6 windows x 5m, 2026-02-20 15:05Z to 15:35Z"), "{}", rendered.text);
    assert_eq!(rendered.tasks.len(), 5);
    assert_eq!(rendered.tasks[0], "Shift TSFM traffic to 0% (baseline only).");
    // Whatever is to be seen to comes before the fold.
    let fold = text.find("<details>").unwrap();
    assert!(["ROLLBACK", "FAIL", "Next steps"].iter().all(|word| text.rfind(word).unwrap() < fold), "{text}");

    for (snapshot, word, task) in [
        (PROMOTE, "PROMOTE: tsfm / canary_5", "Set routing to 25% TSFM."),
        (
            HOLD,
            "HOLD: tsfm / canary_5",
            "If a gate failed (hold: failed), the runbook's checklist rolls back: take the rollback actions. If the window is not full yet or data are missing, wait or measure.",
        ),
        (REFUSED, &format!("NO VERDICT: {REFUSED}"), "Do not promote. Mend what is listed, and judge again."),
    ] {
        let rendered = markdown::render(&report(&[snapshot], "--report-markdown", &folder.join("x")).1);
        assert_eq!((rendered.headings[0].as_str(), rendered.tasks[0].as_str()), (word, task));
    }
}

/// Worst first, whole rows, and a note of what is left out.
#[test]
fn markdown_stays_below_what_github_takes() {
    let folder = folder("markdown-cut").unwrap();
    let many = |series: usize, value: u16| {
        let values: serde_json::Map<String, Value> =
            (0..series).map(|number| (format!("region-{number}"), json!([value, value]))).collect();
        json!({ "pipeline": "search", "stage": "canary", "window_minutes": 5, "metrics": { "p95_ms": values } })
    };
    let cut = |files: &[Value]| {
        for (number, snapshot) in files.iter().enumerate() {
            fs::write(folder.join(format!("{number:04}.json")), snapshot.to_string()).unwrap();
        }
        let mut command = check(["--gates", "fixtures/good/shop.yaml", "--report-markdown"]);
        let run = run(command.arg(folder.join("x")).arg(&folder)).unwrap();
        let text = fs::read_to_string(folder.join("x")).unwrap();
        assert!(text.len() < 1 << 20, "{} bytes", text.len());
        let rendered = markdown::render(&text);
        assert!(
            rendered.rows.iter().all(|row| row.len() == rendered.rows[0].len() || files.len() > 1),
            "{}",
            run.stdout
        );
        (text, rendered)
    };
    // One snapshot of very many series, and a rule that is not evaluated: its steps stay, and its rows are cut.
    let (text, rendered) = cut(&[many(20_000, 130)]);
    assert!(rendered.headings[0].starts_with("HOLD: ") && rendered.tasks.len() == 11);
    let note = "**Cut to stay below 1 MiB: 0 snapshots and ";
    let left_out: usize =
        text[text.find(note).expect("a note") + note.len()..].split(' ').next().unwrap().parse().unwrap();
    let told = rendered.rows.iter().filter(|row| row[0] == "FAIL").count();
    assert!(told > 1000 && told + left_out == 20_001, "{told} and {left_out}");

    // Many snapshots: the worst are told, the others counted.
    let mut files = vec![many(30, 130); 400];
    files.extend(vec![many(30, 100); 300]);
    files.push(many(1, 131));
    let (text, rendered) = cut(&files);
    let sections = rendered.headings.iter().filter(|heading| heading.starts_with("HOLD: search")).count();
    assert!((100..401).contains(&sections), "{sections}");
    assert!(text.ends_with("rows are left out.**\n"), "{}", &text[text.len() - 200..]);
    // With room for all, nothing is said.
    assert!(!report(&[ROLLBACK, HOLD], "--report-markdown", &folder.join("x")).1.contains("Cut to"));
}

#[test]
fn annotations_are_at_most_ten_and_name_the_rule() {
    let commands = |arguments: &[&str]| -> Vec<String> {
        let run = run(check(arguments).arg("--github")).unwrap();
        let (commands, rest): (Vec<&str>, Vec<&str>) = run.stdout.lines().partition(|line| line.starts_with("::"));
        assert!(rest.last().is_some_and(|last| run.stdout.ends_with(&format!("{last}\n"))), "{}", run.stdout);
        commands.into_iter().map(str::to_owned).collect()
    };
    let many = commands(&FIXTURES);
    assert_eq!(many.len(), 10);
    assert!(many[..9].iter().all(|command| command.contains("title=ROLLBACK ")), "{many:#?}");
    assert!(many[9].starts_with("::error title=rollout-gate::and "), "{}", many[9]);

    let table = fs::read_to_string(fixture("gates.yaml")).unwrap();
    let rule = table.lines().position(|line| line.contains("p95>{limit}ms_for")).unwrap() + 1;
    let rollback = commands(&[ROLLBACK]);
    assert!(
        rollback[0].starts_with(&format!("::error file=gates.yaml,line={rule},title=ROLLBACK ")),
        "{}",
        rollback[0]
    );
    assert_eq!(commands(&[PROMOTE]), [""; 0]);

    // The table in the binary is no file.
    let run = run(check([fixture(ROLLBACK)]).arg("--github").current_dir(folder("github").unwrap())).unwrap();
    assert!(run.stdout.starts_with("::error title=ROLLBACK "), "{}", run.stdout);
}

/// A table that cannot be read is a verdict of none in every report.
#[test]
fn reports_are_written_without_a_table_too() {
    let folder = folder("no-table").unwrap();
    let path = folder.join("x");
    for (flag, words) in [
        ("--report-json", "\"decision\": null"),
        ("--report-junit", "errors=\"1\""),
        ("--report-markdown", "## NO VERDICT: `nowhere.yaml`"),
        ("--report-html", "<h1>NO VERDICT</h1>"),
    ] {
        let run = run(check([PROMOTE, "--gates", "nowhere.yaml", flag]).arg(&path)).unwrap();
        assert_eq!(run.code, Some(2));
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(words), "{text}");
    }
}

// The incident note.

#[test]
fn the_note_follows_the_runbooks_template() {
    let path = folder("incident").unwrap().join("note.md");
    let (_, text) = report(&["fixtures/optimize/internal/rollback.json"], "--report-incident", &path);
    let lines = [
        "- Stage: `internal`\n",
        "- Trigger metric(s):\n",
        "- First observed timestamp: ",
        "- Kill switch applied:\n  - [ ] Disable global immediately: ",
        "- Rollback command/config change:\n  - [ ] Disable global in POLICY_AVAILABLE_VERSIONS ",
        "  - [ ] Confirm that /api/policy/config reflects greedy only.\n",
        "- Customer impact summary: (to be filled in)\n",
        "- Follow-up owner and ETA: (to be filled in)\n",
    ];
    let places: Vec<usize> =
        lines.iter().map(|line| text.find(line).unwrap_or_else(|| panic!("{line} in {text}"))).collect();
    assert!(places.is_sorted(), "{text}");
    let rendered = markdown::render(&text);
    let windows = fs::read_to_string(fixture("fixtures/optimize/internal/rollback.json")).unwrap();
    let windows: Value = serde_json::from_str(&windows).unwrap();
    let count = windows["metrics"]["timeout_rate"].as_array().unwrap().len();
    assert_eq!(rendered.rows.len(), count + 1);
}

#[test]
fn first_observed_is_when_the_first_breaching_window_opened() {
    let folder = folder("first-observed").unwrap();
    let judge = |snapshot: Value| {
        let (path, note) = (folder.join("snapshot.json"), folder.join("note.md"));
        fs::write(&path, snapshot.to_string()).unwrap();
        let mut command = check(["--gates", "fixtures/good/shop.yaml", "--report-incident"]);
        assert_eq!(run(command.arg(&note).arg(&path)).unwrap().code, Some(3));
        let note = fs::read_to_string(&note).unwrap();
        markdown::render(&note);
        let line = note.lines().find_map(|line| line.strip_prefix("- First observed timestamp: "));
        (line.unwrap().to_owned(), note)
    };
    let snapshot = |p95: Value, start: Value| {
        let metrics = json!({ "p95_ms": p95, "errors": 1, "requests": 400 });
        json!({ "pipeline": "checkout", "stage": "canary", "window_minutes": 5, "start": start, "metrics": metrics })
    };
    let start = json!("2026-03-03T23:50:00Z");
    assert_eq!(judge(snapshot(json!([1, 1, 401, 401]), Value::Null)).0, "w2");
    assert_eq!(judge(snapshot(json!([1, 1, 401, 401]), start.clone())).0, "2026-03-04T00:00:00Z (w2)");
    // Seen once before it lasted long enough.
    assert_eq!(judge(snapshot(json!([401, 1, 401, 401]), start)).0, "2026-03-03T23:50:00Z (w0)");
    // A breach is marked in the series that fired, and in no other.
    let (_, note) = judge(snapshot(json!({ "us": [1, 1, 401, 1], "eu": [1, 1, 401, 401] }), Value::Null));
    assert!(note.contains("| w2 | - | **401** | 401 |"), "{note}");
    // Of very many windows and series the first breach is shown, and what is left out is said.
    let mut many = vec![1; 400];
    many[300] = 401;
    many[301] = 401;
    let series: serde_json::Map<String, Value> = (0..30).map(|number| (format!("r{number}"), json!(many))).collect();
    let (_, note) = judge(snapshot(Value::Object(series), Value::Null));
    assert!(note.contains("| w300 | - | **401** |") && note.contains("\nWindows w294 to w341 of 400.\n"), "{note}");
    assert!(note.contains("\n21 more series are not shown.\n"), "{note}");
}

#[test]
fn without_a_rollback_there_is_no_note() {
    let folder = folder("no-incident").unwrap();
    let path = folder.join("note.md");
    for snapshot in [PROMOTE, HOLD, REFUSED] {
        assert_eq!(report(&[ROLLBACK], "--report-incident", &path).0.code, Some(3));
        assert!(path.exists());
        report(&[snapshot], "--report-incident", &path);
        assert_eq!(names(&folder), [""; 0], "{snapshot}");
        report(&[snapshot], "--report-incident", &path);
    }
}

// Files.

#[test]
fn a_report_takes_the_place_of_what_was_there() {
    let folder = folder("replaced").unwrap();
    let path = folder.join("report.xml");
    let (_, text) = report(&[PROMOTE], "--report-junit", &path);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let plain = folder.join("plain");
    fs::write(&plain, "").unwrap();
    assert_eq!(mode(&path), mode(&plain), "as any new file");
    fs::remove_file(&plain).unwrap();

    fs::write(&path, "x".repeat(100_000)).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
    assert_eq!(report(&[PROMOTE], "--report-junit", &path).1, text);
    assert_eq!(mode(&path), 0o640, "as it was");

    // A link stays one, and its file is written.
    fs::create_dir(folder.join("elsewhere")).unwrap();
    for target in ["report.xml", "elsewhere/new.xml"] {
        let link = folder.join("link");
        symlink(target, &link).unwrap();
        assert_eq!(report(&[PROMOTE], "--report-junit", &link).1, text);
        assert!(link.is_symlink() && folder.join(target).is_file());
        fs::remove_file(link).unwrap();
    }
    assert_eq!(names(&folder), ["elsewhere", "report.xml"], "nothing is left beside it");
}

/// The verdict is printed, the error is told, the other reports are written, and a rollback stays one.
#[test]
fn a_report_that_cannot_be_written_is_no_verdict() {
    let folder = folder("unwritable").unwrap();
    fs::create_dir(folder.join("folder")).unwrap();
    fs::write(folder.join("read-only"), "before").unwrap();
    fs::set_permissions(folder.join("read-only"), Permissions::from_mode(0o444)).unwrap();
    symlink("circle", folder.join("circle")).unwrap();
    fs::create_dir(folder.join("locked")).unwrap();
    fs::set_permissions(folder.join("locked"), Permissions::from_mode(0o555)).unwrap();
    let mut targets = vec!["folder", "nowhere/report", "read-only/report", "read-only", "circle", ".", ".."];
    // Nothing is locked for root.
    if fs::write(folder.join("locked/probe"), "").is_err() {
        targets.push("locked/report");
    }
    for target in targets {
        for (snapshot, code, word) in [(PROMOTE, 2, "PROMOTE"), (HOLD, 2, "HOLD"), (ROLLBACK, 3, "ROLLBACK")] {
            let mut command = check([snapshot, "-q", "--report-junit"]);
            command.arg(folder.join(target)).arg("--report-json").arg(folder.join("good"));
            let run = run(&mut command).unwrap();
            assert_eq!(run.code, Some(code), "{target}: {run:?}");
            assert!(run.stdout.starts_with(word), "{target}: {run:?}");
            let error = format!("error: --report-junit {} cannot be written: ", folder.join(target).display());
            assert!(run.stderr.starts_with(&error) && run.stderr.lines().count() == 1, "{target}: {run:?}");
            assert!(fs::read_to_string(folder.join("good")).unwrap().contains("schema_version"));
        }
    }
    assert_eq!(fs::read_to_string(folder.join("read-only")).unwrap(), "before");
    assert_eq!(names(&folder), ["circle", "folder", "good", "locked", "read-only"], "nothing is left beside it");
}

/// No space: of a file, there is the one of before; what cannot be written through is told.
#[test]
#[cfg(target_os = "linux")]
fn devices_and_pipes_are_written_through() {
    let folder = folder("devices").unwrap();
    let through = |path: &Path, stdout: Stdio| {
        let mut command = check([PROMOTE, "-q", "--report-markdown"]);
        run(command.arg(path).stdout(stdout)).unwrap()
    };
    assert_eq!(through(Path::new("/dev/null"), Stdio::piped()).code, Some(0));
    let full = through(Path::new("/dev/full"), Stdio::piped());
    assert_eq!(full.code, Some(2));
    assert!(full.stderr.contains("No space left"), "{full:?}");

    let printed = through(Path::new("/dev/stdout"), Stdio::piped());
    let (verdict, rest) = printed.stdout.split_once('\n').unwrap();
    assert!(verdict.starts_with("PROMOTE  ") && rest.starts_with("## PROMOTE: "), "{printed:?}");

    // Where standard output is a file, it is not replaced.
    let file = folder.join("output");
    assert_eq!(through(Path::new("/dev/stdout"), fs::File::create(&file).unwrap().into()).code, Some(0));
    assert_eq!(fs::read_to_string(&file).unwrap(), printed.stdout);

    let pipe = folder.join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = thread::spawn({
        let pipe = pipe.clone();
        move || fs::read_to_string(pipe).unwrap()
    });
    assert_eq!(through(&pipe, Stdio::piped()).code, Some(0));
    assert_eq!(reader.join().unwrap(), rest);
}

#[test]
fn a_step_summary_is_appended_to_and_nothing_else_is() {
    let folder = folder("summary").unwrap();
    let (summary, other, link) = (folder.join("summary.md"), folder.join("other.md"), folder.join("link.md"));
    let write = |path: &Path, flag: &str| {
        let mut command = check([ROLLBACK, flag]);
        assert_eq!(run(command.arg(path).env("GITHUB_STEP_SUMMARY", &summary)).unwrap().code, Some(3));
        fs::read_to_string(path).unwrap()
    };
    let once = write(&summary, "--report-markdown");
    assert_eq!(write(&summary, "--report-markdown"), once.repeat(2));
    symlink("summary.md", &link).unwrap();
    assert_eq!(write(&link, "--report-markdown"), once.repeat(3));
    for _ in 0..2 {
        assert_eq!(write(&other, "--report-markdown"), once);
    }
    let note = write(&other, "--report-incident");
    assert_eq!(write(&summary, "--report-incident"), once.repeat(3) + &note);
    // A note that is not there takes nothing away from what others wrote.
    let mut command = check([PROMOTE, "--report-incident"]);
    run(command.arg(&summary).env("GITHUB_STEP_SUMMARY", &summary)).unwrap();
    assert_eq!(fs::read_to_string(&summary).unwrap(), once.repeat(3) + &note);
    // The variable alone changes nothing: only flags do.
    let variables = [("GITHUB_ACTIONS", "true"), ("CI", "true"), ("GITLAB_CI", "true"), ("JENKINS_URL", "x")];
    let plain = run(&mut check([ROLLBACK])).unwrap();
    assert_eq!(run(check([ROLLBACK]).envs(variables).env("GITHUB_STEP_SUMMARY", &summary)).unwrap(), plain);
    assert_eq!(fs::read_to_string(&summary).unwrap(), once.repeat(3) + &note);
}

/// What would destroy what is read, or one report by another, is refused before anything is judged.
#[test]
fn a_report_takes_the_place_of_nothing_that_is_read() {
    let folder = folder("clash").unwrap();
    let (table, snapshot) = (folder.join("gates.yaml"), folder.join("in/snapshot.json"));
    fs::create_dir(folder.join("in")).unwrap();
    fs::copy(fixture("gates.yaml"), &table).unwrap();
    fs::copy(fixture(PROMOTE), &snapshot).unwrap();
    symlink("in/snapshot.json", folder.join("link")).unwrap();
    let before = fs::read(&snapshot).unwrap();
    let refused = |arguments: &[&str], why: &str| {
        let run = run(check(arguments).current_dir(&folder)).unwrap();
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{arguments:?}: {run:?}");
        assert!(run.stderr.starts_with("error: --report-") && run.stderr.contains(why), "{arguments:?}: {run:?}");
    };
    let place = "would take the place of a snapshot";
    refused(&["in/snapshot.json", "--report-json", "in/../in/snapshot.json"], place);
    refused(&["in/snapshot.json", "--report-markdown", "link"], place);
    refused(&["link", "--report-markdown", "./in/snapshot.json"], place);
    refused(&["--input", "in/snapshot.json", "--report-incident", "in/snapshot.json"], place);
    refused(&["in/snapshot.json", "--report-junit", "gates.yaml"], "would take the place of the table");
    refused(&["in", "--report-json", "in/verdict.json"], "in a folder that is judged");
    refused(&["in", "--report-json", "x", "--report-junit", "./x"], "are the same file");
    refused(&["in", "--report-json", "-"], "a report goes to a file");
    assert_eq!(fs::read(&snapshot).unwrap(), before);
    assert_eq!(names(&folder), ["gates.yaml", "in", "link"]);
    // Beside the snapshots, what is none of them is fine.
    let run = run(check(["in", "-q", "--report-markdown", "in/verdict.md"]).current_dir(&folder)).unwrap();
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    assert_eq!(names(&folder.join("in")), ["snapshot.json", "verdict.md"]);
}
