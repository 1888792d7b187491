//! What CI systems and clusters are given: the scripts of `action.yml`, the hooks of `.pre-commit-hooks.yaml`, and each
//! block of `docs/ci.md` do what they say, with the binary that was built.
//!
//! What is around them, GitHub and the others, is not run: the fields that their documentation asks for are checked.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use crate::shared::documents::{Block, Folders, blocks, prepared, shell};

const ACTION: &str = include_str!("../../action.yml");
const HOOKS: &str = include_str!("../../.pre-commit-hooks.yaml");
const GUIDE: &str = include_str!("../../docs/ci.md");
const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A snapshot for each exit code, from 0 on.
const VERDICTS: [&str; 4] = [
    "fixtures/good/shop/promote.json",
    "fixtures/good/shop/hold-observed.json",
    "fixtures/bad/snapshots/unequal-lengths.json",
    "fixtures/good/shop/rollback.json",
];

/// What `decision` says of each exit code, and `gate_passed` and `rollback_triggered`.
const OUTPUTS: [[&str; 3]; 4] =
    [["promote", "true", "false"], ["hold", "false", "false"], ["no-verdict", "", ""], ["rollback", "false", "true"]];

/// Inputs that are no flags.
const OWN_INPUTS: [&str; 3] = ["paths", "fail-on", "rollout-gate"];

/// Flags that are no inputs: `paths` says the same as the first, and a step has no use for the other.
const OWN_FLAGS: [&str; 2] = ["input", "help"];

#[test]
fn the_inputs_of_the_action_are_the_flags_of_check() {
    let help = shell("rollout-gate check --help", Path::new(ROOT)).text;
    let flags = help.split_whitespace().filter_map(|word| word.strip_prefix("--"));
    let is_name = |flag: &&str| !flag.is_empty() && flag.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    // What is before "Usage" are examples, which show flags that are listed below, too.
    let flags: BTreeSet<&str> = flags.filter(is_name).filter(|flag| !OWN_FLAGS.contains(flag)).collect();
    assert!(flags.contains("report-html") && flags.contains("quiet"), "{flags:?}");
    let action = yaml(ACTION);
    let inputs: BTreeSet<&str> = keys(&action["inputs"]).filter(|input| !OWN_INPUTS.contains(input)).collect();
    assert_eq!(inputs, flags);
    for flag in flags {
        let variable = variables(check_step(&action)).into_iter().find(|(_, input)| input == flag);
        let (variable, _) = variable.unwrap_or_else(|| panic!("{flag} does not reach the script"));
        let script = check_step(&action)["run"].as_str().unwrap();
        let is_given = |line: &str| line.contains(&format!(" --{flag} \"$")) && line.contains(&variable);
        assert!(script.lines().any(is_given), "{flag}");
    }
}

#[test]
fn the_action_is_one_that_github_takes() {
    let action = yaml(ACTION);
    assert_eq!(action["runs"]["using"], "composite");
    assert!(["name", "description"].iter().all(|key| action[key].is_string()));
    for (name, input) in action["inputs"].as_object().unwrap() {
        assert!(input["description"].is_string(), "{name}");
        assert_eq!(name == "paths", input["required"] == true, "{name}");
        assert!(name == "paths" || input["default"].is_string(), "{name}: a default that is no text");
    }
    for step in action["runs"]["steps"].as_array().unwrap() {
        assert_eq!(step["shell"], "bash");
        let script = step["run"].as_str().unwrap();
        assert!(!script.contains("${{"), "text would become commands in {script}");
    }
    for (name, output) in action["outputs"].as_object().unwrap() {
        assert_eq!(output["value"], format!("${{{{ steps.check.outputs.{name} }}}}"));
    }
}

#[test]
fn every_verdict_reaches_the_outputs_the_summary_and_the_table() {
    for (code, snapshot) in VERDICTS.into_iter().enumerate() {
        let place = Place::new(&format!("ci/action-{code}"), snapshot);
        let step = place.judge(&[("paths", "metrics\n"), ("gates", "gates.yaml")]);
        assert_eq!(step.code, i32::try_from(code).unwrap(), "{}", step.log);
        let [decision, gate_passed, rollback_triggered] = OUTPUTS[code];
        let outputs = [
            ("decision", decision.to_owned()),
            ("exit-code", code.to_string()),
            ("gate_passed", gate_passed.to_owned()),
            ("rollback_triggered", rollback_triggered.to_owned()),
        ];
        let outputs: BTreeMap<_, _> = outputs.map(|(name, value)| (name.to_owned(), value)).into();
        assert_eq!(step.outputs, outputs);
        let title = format!("## {}", decision.to_uppercase().replace('-', " "));
        assert!(step.summary.starts_with(&title), "{}", step.summary);
        let annotated =
            if code == 2 { "::error file=metrics/canary.json,line=" } else { "::error file=gates.yaml,line=" };
        assert_eq!(step.log.contains(annotated), code > 1, "{}", step.log);
    }
}

#[test]
fn what_fails_the_step_is_what_fail_on_lists() {
    let lists = ["hold no-verdict rollback", "rollback, no-verdict", "no-verdict\nrollback", "hold", "none"];
    let failing = [vec![1, 2, 3], vec![2, 3], vec![2, 3], vec![1], vec![]];
    for (code, snapshot) in VERDICTS.into_iter().enumerate() {
        let place = Place::new(&format!("ci/fail-on-{code}"), snapshot);
        let code = i32::try_from(code).unwrap();
        for (list, failing) in lists.iter().zip(&failing) {
            let step = place.judge(&[("paths", "metrics"), ("gates", "gates.yaml"), ("fail-on", list)]);
            assert_eq!(step.code, if failing.contains(&code) { code } else { 0 }, "{list}: {}", step.log);
            assert_eq!(step.outputs["exit-code"], code.to_string());
        }
    }
}

#[test]
fn an_input_that_is_wrong_never_lets_the_step_pass() {
    let place = Place::new("ci/wrong", VERDICTS[0]);
    let wrong = [
        ("paths", ""),
        ("paths", "nowhere.json"),
        ("gates", "nowhere.yaml"),
        ("github", "yes"),
        ("quiet", ""),
        ("format", "xml"),
        ("max-age", "1d"),
        ("fail-on", ""),
        ("fail-on", " \n"),
        ("fail-on", "rolback"),
        ("fail-on", "none hold"),
        ("fail-on", "*"),
        ("rollout-gate", "true"),
        ("rollout-gate", "./nowhere"),
    ];
    for (input, value) in wrong {
        let mut inputs = BTreeMap::from([("paths", "metrics"), ("gates", "gates.yaml")]);
        inputs.insert(input, value);
        let step = place.judge(&inputs.into_iter().collect::<Vec<_>>());
        assert_eq!(step.code, 2, "{input} {value:?}: {}", step.log);
        assert_eq!(step.outputs["decision"], "no-verdict", "{input} {value:?}");
    }
}

#[test]
fn the_text_of_an_input_is_never_run_and_never_another_flag() {
    let place = Place::new("ci/hostile", VERDICTS[3]);
    let odd = "$(touch owned) `touch owned`; touch owned #\"'*.json";
    fs::copy(place.folder.join("metrics/canary.json"), place.folder.join(odd)).unwrap();
    let step = place.judge(&[("paths", &format!("\n  {odd}\r\n\n").replace("  ", "")), ("gates", "gates.yaml")]);
    assert_eq!(step.code, 3, "{}", step.log);
    for input in keys(&yaml(ACTION)["inputs"]) {
        for hostile in ["$(touch owned)", "`touch owned`", "\"; touch owned; \"", "a[$(touch owned)]", "--help", "-h"] {
            let mut inputs = BTreeMap::from([("paths", "metrics"), ("gates", "gates.yaml")]);
            inputs.insert(input, hostile);
            let step = place.judge(&inputs.into_iter().collect::<Vec<_>>());
            assert_ne!(step.code, 0, "{input} {hostile}: {}", step.log);
        }
    }
    assert!(!place.folder.join("owned").exists());
}

#[test]
fn every_report_is_written_where_an_input_says() {
    let place = Place::new("ci/reports", VERDICTS[3]);
    let reports = ["json", "junit", "markdown", "html", "incident"];
    let inputs: Vec<(String, String)> =
        reports.iter().map(|kind| (format!("report-{kind}"), format!("out of {kind}"))).collect();
    let mut inputs: Vec<(&str, &str)> = inputs.iter().map(|(input, file)| (input.as_str(), file.as_str())).collect();
    inputs.extend([("paths", "metrics"), ("gates", "gates.yaml"), ("github", "false"), ("quiet", "true")]);
    let step = place.judge(&inputs);
    assert_eq!(step.code, 3, "{}", step.log);
    for kind in reports {
        assert!(place.folder.join(format!("out of {kind}")).is_file(), "{kind}");
    }
    assert!(step.summary.is_empty() && !step.log.contains("::error"), "{}", step.log);
    assert_eq!(step.log.lines().count(), 1, "{}", step.log);
}

#[test]
fn a_program_that_dies_fails_the_step_whatever_fail_on_says() {
    let place = Place::new("ci/dies", VERDICTS[0]);
    let binary = "#!/bin/sh\nif [ \"$1\" = --version ]; then echo rollout-gate 0; else kill -9 $$; fi\n";
    let binary = executable(&place.folder.join("dies"), binary);
    let step = place.judge(&[("paths", "metrics"), ("fail-on", "none"), ("rollout-gate", binary.to_str().unwrap())]);
    assert_eq!(step.code, 128 + 9, "{}", step.log);
    assert_eq!((step.outputs["decision"].as_str(), step.outputs["gate_passed"].as_str()), ("no-verdict", ""));
}

#[test]
fn the_action_builds_itself_where_no_binary_is_named() {
    let place = Place::new("ci/build", VERDICTS[0]);
    let action = yaml(ACTION);
    let [build, _] = action["runs"]["steps"].as_array().unwrap().as_slice() else { panic!("two steps") };
    assert_eq!(build["if"], "${{ inputs.rollout-gate == '' }}");
    assert_eq!(build["env"], json!({ "ACTION": "${{ github.action_path }}" }));
    // Stands for cargo: takes what it was asked for down, and puts the binary where cargo would.
    let cargo =
        "#!/bin/sh\nprintf '%s\\n' \"$@\" > asked\nmkdir -p \"$6/bin\"\nln -s \"$BINARY\" \"$6/bin/rollout-gate\"\n";
    executable(&place.folder.join("bin/cargo"), cargo);
    let mut bash = prepared("bash");
    let path = format!("{}:{}", place.folder.join("bin").display(), std::env::var("PATH").unwrap());
    bash.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", build["run"].as_str().unwrap()]);
    bash.current_dir(&place.folder).env("PATH", path).env("ACTION", ROOT).env("RUNNER_TEMP", place.folder.join("temp"));
    bash.env("BINARY", env!("CARGO_BIN_EXE_rollout-gate"));
    assert!(bash.status().unwrap().success());
    let root = place.folder.join("temp/rollout-gate");
    let root = root.to_str().unwrap();
    let asked = ["install", "--locked", "--path", ROOT, "--root", root, "--target-dir", &format!("{root}/target")];
    assert_eq!(fs::read_to_string(place.folder.join("asked")).unwrap().lines().collect::<Vec<_>>(), asked);
    // The next step finds it there.
    let step = place.judge(&[("paths", "metrics"), ("gates", "gates.yaml"), ("rollout-gate", "")]);
    assert_eq!(step.code, 0, "{}", step.log);
}

#[test]
fn the_hooks_find_what_is_wrong_with_a_table_and_pass_what_is_right() {
    let folders = Folders::new("ci/hooks");
    let folder = folders.path("made");
    assert_eq!(shell("rollout-gate init && rollout-gate test -q", &folder).status, 0);
    let hooks = yaml(HOOKS);
    let changed = ["gates.yaml", "gates.test.yaml"];
    for hook in hooks.as_array().unwrap() {
        assert!(["id", "name", "entry", "language", "files"].iter().all(|key| hook[key].is_string()));
        assert_eq!(hook["language"], "rust");
        assert_eq!(hooked(hook, &json!({}), &changed, &folder), 0, "{}", hook["id"]);
    }
    let [lint, test] = hooks.as_array().unwrap().as_slice() else { panic!("two hooks") };
    let table = fs::read_to_string(folder.join("gates.yaml")).unwrap();
    folders.write("made/gates.yaml", &table.replace("max: ", "maxx: "));
    assert_eq!(hooked(lint, &json!({}), &["gates.yaml"], &folder), 1);
    assert_ne!(hooked(test, &json!({}), &["gates.yaml"], &folder), 0);
    folders.write("made/gates.yaml", &table.replace("canary: 0.02", "canary: 0.2"));
    assert_eq!(hooked(test, &json!({}), &["gates.yaml"], &folder), 1);
}

#[test]
fn hooks_run_when_a_table_or_its_suite_changes_and_not_else() {
    let hooks = yaml(HOOKS);
    let matching = |hook: &Value| {
        let files = regex_lite::Regex::new(hook["files"].as_str().unwrap()).unwrap();
        let all =
            ["gates.yaml", "gates.test.yaml", "deploy/gates.yaml", "gates.yaml.md", "my-gates.yaml", "gatesXyaml"];
        all.into_iter().filter(|file| files.is_match(file)).collect::<Vec<_>>()
    };
    assert_eq!(matching(&hooks[0]), ["gates.yaml"]);
    assert_eq!(matching(&hooks[1]), ["gates.yaml", "gates.test.yaml"]);
}

#[test]
fn no_block_of_the_guide_is_left_out() {
    let files = blocks(GUIDE).into_iter().map(|block| match block.note {
        Some(("file", file)) => (file, block.language),
        note => panic!("{note:?} before {}", block.text),
    });
    let tried = [
        (".github/workflows/gate.yml", "yaml"),
        (".gitlab-ci.yml", "yaml"),
        ("Jenkinsfile", "groovy"),
        ("analysis-template.yaml", "yaml"),
        ("rollout-steps.yaml", "yaml"),
        (".pre-commit-config.yaml", "yaml"),
        ("deploy/.pre-commit-config.yaml", "yaml"),
        // Not built: it needs a registry. What it runs is what the action runs.
        ("Dockerfile", "dockerfile"),
    ];
    assert_eq!(files.collect::<Vec<_>>(), tried);
}

#[test]
fn the_workflow_of_the_guide_gives_inputs_that_there_are_and_keeps_the_reports() {
    let workflow = yaml(&guide(".github/workflows/gate.yml").text);
    let steps = workflow["jobs"]["gate"]["steps"].as_array().unwrap();
    let gate = steps.iter().find(|step| step["id"] == "gate").unwrap();
    let inputs = gate["with"].as_object().unwrap();
    let known = yaml(ACTION);
    assert!(inputs.keys().all(|input| known["inputs"][input].is_object()), "{inputs:?}");
    let asked: BTreeSet<&str> =
        GUIDE.split("steps.gate.outputs.").skip(1).map(|rest| rest.split(' ').next().unwrap()).collect();
    assert!(asked.iter().all(|output| known["outputs"][output].is_object()), "{asked:?}");
    for (code, snapshot) in VERDICTS.into_iter().enumerate() {
        let place = Place::new(&format!("ci/workflow-{code}"), snapshot);
        let inputs: Vec<(&str, &str)> =
            inputs.iter().map(|(input, text)| (input.as_str(), text.as_str().unwrap())).collect();
        assert_eq!(place.judge(&inputs).code, i32::try_from(code).unwrap());
        let kept = steps.iter().find_map(|step| step["with"]["path"].as_str()).unwrap();
        place.assert_left(kept.lines(), code);
    }
}

#[test]
fn the_jobs_for_gitlab_end_as_the_verdict_says_and_keep_the_reports() {
    let jobs = yaml(&guide(".gitlab-ci.yml").text);
    for (name, job) in jobs.as_object().unwrap().iter().filter(|(name, _)| *name != "promote") {
        assert!(job["image"].is_string() && job["artifacts"]["when"] == "always");
        for (code, snapshot) in VERDICTS.into_iter().enumerate() {
            let place = Place::new(&format!("ci/gitlab-{name}-{code}"), snapshot);
            assert_eq!(place.run(&lines(&job["script"])), i32::try_from(code).unwrap());
            let paths = job["artifacts"]["paths"].as_array().into_iter().flatten().map(|path| path.as_str().unwrap());
            place.assert_left(paths.chain(job["artifacts"]["reports"]["junit"].as_str()), code);
        }
    }
    // A job that others wait for lets nothing pass.
    assert_eq!(jobs["promote"]["needs"], json!(["gate"]));
    assert_eq!(jobs["gate"]["allow_failure"], Value::Null);
    assert_eq!(jobs["watch"]["allow_failure"], json!({ "exit_codes": [1] }));
}

#[test]
fn the_stage_for_jenkins_ends_as_the_verdict_says_and_keeps_the_reports() {
    let file = guide("Jenkinsfile").text;
    let script = file.split("'''").nth(1).unwrap();
    // In ''' as Groovy reads it, a backslash before the end of a line takes both away.
    let script = script.replace("\\\n", "");
    let open = file.matches('{').count();
    assert_eq!(open, file.matches('}').count());
    for (code, snapshot) in VERDICTS.into_iter().enumerate() {
        let place = Place::new(&format!("ci/jenkins-{code}"), snapshot);
        // As it was left by an earlier build.
        for stale in ["verdict.xml", "incident.md"] {
            fs::write(place.folder.join(stale), "stale").unwrap();
        }
        assert_eq!(place.run(&format!("set -xe\n{script}")), i32::try_from(code).unwrap());
        place.assert_left(["verdict.xml", "verdict.md", "verdict.html", "incident.md"].into_iter(), code);
    }
    assert!(file.contains("[0: 'promote', 1: 'hold', 3: 'rollback'][code] ?: 'no verdict'"));
    assert!(file.contains("junit testResults: 'verdict.xml'"));
}

#[test]
fn the_job_for_argo_rollouts_ends_as_the_verdict_says() {
    let template = yaml(&guide("analysis-template.yaml").text);
    assert_eq!(
        (&template["apiVersion"], &template["kind"]),
        (&json!("argoproj.io/v1alpha1"), &json!("AnalysisTemplate"))
    );
    let [metric] = template["spec"]["metrics"].as_array().unwrap().as_slice() else { panic!("one metric") };
    assert_eq!((&metric["failureLimit"], metric["name"].is_string()), (&json!(0), true));
    let job = &metric["provider"]["job"]["spec"];
    let pod = &job["template"]["spec"];
    assert_eq!((&job["backoffLimit"], &pod["restartPolicy"]), (&json!(0), &json!("Never")));
    assert!(job["activeDeadlineSeconds"].is_u64());
    let volumes: BTreeSet<&str> =
        pod["volumes"].as_array().unwrap().iter().map(|v| v["name"].as_str().unwrap()).collect();
    let container = &pod["containers"][0];
    for (code, snapshot) in VERDICTS.into_iter().enumerate() {
        let place = Place::new(&format!("ci/argo-{code}"), snapshot);
        // What is mounted: the ConfigMap with the table, and what the exporter wrote.
        fs::create_dir(place.folder.join("snapshot")).unwrap();
        fs::rename(place.folder.join("metrics/canary.json"), place.folder.join("snapshot/snapshot.json")).unwrap();
        fs::create_dir(place.folder.join("gates")).unwrap();
        fs::rename(place.folder.join("gates.yaml"), place.folder.join("gates/gates.yaml")).unwrap();
        let mounts = container["volumeMounts"].as_array().unwrap();
        assert!(mounts.iter().all(|mount| volumes.contains(mount["name"].as_str().unwrap())));
        let words = ["command", "args"].iter().flat_map(|key| container[key].as_array().unwrap());
        let words: Vec<String> = words
            .map(|word| {
                let word = word.as_str().unwrap().replace("{{args.stage}}", "canary");
                let (flag, path) = word.split_at(word.find('/').unwrap_or(word.len()));
                let is_mounted = mounts.iter().any(|mount| path.starts_with(mount["mountPath"].as_str().unwrap()));
                assert!(is_mounted || path.is_empty(), "{path} is in no volume");
                if is_mounted { format!("{flag}{}{path}", place.folder.display()) } else { word }
            })
            .collect();
        let status = prepared(&words[0]).args(&words[1..]).current_dir("/").output().unwrap().status;
        assert_eq!(status.code(), Some(i32::try_from(code).unwrap()));
    }
}

#[test]
fn the_rollout_of_the_guide_names_the_template_and_its_arguments_and_waits_long_enough() {
    let template = yaml(&guide("analysis-template.yaml").text);
    let rollout = yaml(&guide("rollout-steps.yaml").text);
    let steps = rollout["strategy"]["canary"]["steps"].as_array().unwrap();
    let analysis = steps.iter().find(|step| step["analysis"].is_object()).unwrap();
    assert_eq!(analysis["analysis"]["templates"], json!([{ "templateName": template["metadata"]["name"] }]));
    assert_eq!(analysis["analysis"]["args"][0]["name"], template["spec"]["args"][0]["name"]);
    assert_eq!(steps[1]["pause"], json!({ "duration": "35m" }));
    // The table that the template was tried with observes for less than that.
    let table = yaml(&fs::read_to_string(Path::new(ROOT).join("fixtures/good/shop.yaml")).unwrap());
    assert_eq!(table["pipelines"]["checkout"]["stages"]["canary"]["observe"], "30m");
}

#[test]
fn the_hooks_that_the_guide_configures_run() {
    let folders = Folders::new("ci/configured");
    let folder = folders.path("repository");
    let deploy = folders.path("repository/deploy");
    assert_eq!(shell("rollout-gate init", &folder).status, 0);
    assert_eq!(shell("rollout-gate init", &deploy).status, 0);
    let hooks = yaml(HOOKS);
    for file in [".pre-commit-config.yaml", "deploy/.pre-commit-config.yaml"] {
        let configuration = yaml(&guide(file).text);
        for configured in configuration["repos"][0]["hooks"].as_array().unwrap() {
            let hook = hooks.as_array().unwrap().iter().find(|hook| hook["id"] == configured["id"]).unwrap();
            let all = ["gates.yaml", "gates.test.yaml", "deploy/gates.yaml", "deploy/gates.test.yaml", "README.md"];
            assert_eq!(hooked(hook, configured, &all, &folder), 0, "{file}: {}", hook["id"]);
        }
    }
}

/// A repository with a table, `gates.yaml`, and one snapshot that ends now, `metrics/canary.json`.
struct Place {
    folder: PathBuf,
}

impl Place {
    fn new(name: &str, snapshot: &str) -> Self {
        let folder = Folders::new(name).path("repository");
        fs::create_dir(folder.join("metrics")).unwrap();
        fs::create_dir(folder.join("bin")).unwrap();
        fs::create_dir(folder.join("temp")).unwrap();
        fs::copy(Path::new(ROOT).join("fixtures/good/shop.yaml"), folder.join("gates.yaml")).unwrap();
        let text = fs::read_to_string(Path::new(ROOT).join(snapshot)).unwrap();
        let mut snapshot: Value = serde_json::from_str(&text).unwrap();
        let start = Timestamp::now() - 31.minutes();
        snapshot["start"] = json!(format!("{start:.0}"));
        fs::write(folder.join("metrics/canary.json"), snapshot.to_string()).unwrap();
        Self { folder }
    }

    /// Runs the step of the action that judges, as GitHub would with these inputs.
    fn judge(&self, inputs: &[(&str, &str)]) -> Step {
        let action = yaml(ACTION);
        let step = check_step(&action);
        let (output, summary) = (self.folder.join("temp/output"), self.folder.join("temp/summary"));
        for file in [&output, &summary] {
            fs::write(file, "").unwrap();
        }
        let mut bash = prepared("bash");
        bash.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"].as_str().unwrap()]);
        bash.current_dir(&self.folder).env("RUNNER_TEMP", self.folder.join("temp"));
        bash.env("GITHUB_OUTPUT", &output).env("GITHUB_STEP_SUMMARY", &summary);
        for (variable, input) in variables(step) {
            let given = inputs.iter().find(|(name, _)| *name == input).map(|(_, text)| *text);
            let default = if input == "rollout-gate" { "rollout-gate" } else { "" };
            let default =
                action["inputs"][&input]["default"].as_str().filter(|text| !text.is_empty()).unwrap_or(default);
            bash.env(variable, given.unwrap_or(default));
        }
        let ran = bash.output().unwrap();
        let outputs = fs::read_to_string(output).unwrap();
        let outputs = outputs.lines().map(|line| line.split_once('=').unwrap());
        Step {
            code: ran.status.code().unwrap(),
            outputs: outputs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            summary: fs::read_to_string(summary).unwrap(),
            log: String::from_utf8([ran.stdout, ran.stderr].concat()).unwrap(),
        }
    }

    fn run(&self, script: &str) -> i32 {
        shell(script, &self.folder).status
    }

    /// Fails unless these reports are there; the note of an incident only after a rollback.
    fn assert_left<'a>(&self, reports: impl Iterator<Item = &'a str>, code: usize) {
        for report in reports {
            let text = fs::read_to_string(self.folder.join(report)).unwrap_or_default();
            assert_eq!(
                !text.is_empty() && text != "stale",
                report != "incident.md" || code == 3,
                "{report} after {code}"
            );
        }
    }
}

/// What a step came to.
struct Step {
    code: i32,
    outputs: BTreeMap<String, String>,
    summary: String,
    /// What it printed, errors last.
    log: String,
}

fn yaml(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap()
}

fn keys(map: &Value) -> impl Iterator<Item = &str> {
    map.as_object().unwrap().keys().map(String::as_str)
}

fn lines(list: &Value) -> String {
    list.as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect::<Vec<_>>().join("\n")
}

fn check_step(action: &Value) -> &Value {
    action["runs"]["steps"].as_array().unwrap().iter().find(|step| step["id"] == "check").unwrap()
}

/// The variables of a step, each with the input that it stands for.
fn variables(step: &Value) -> Vec<(String, String)> {
    let variables = step["env"].as_object().unwrap().iter().map(|(variable, expression)| {
        let input = expression.as_str().unwrap().strip_prefix("${{ inputs.").unwrap().strip_suffix(" }}").unwrap();
        (variable.clone(), input.to_owned())
    });
    variables.collect()
}

/// The block of the guide that is this file.
fn guide(file: &str) -> Block<'static> {
    blocks(GUIDE).into_iter().find(|block| block.note == Some(("file", file))).unwrap()
}

/// What a hook ends with after these files have changed, as pre-commit would run it: its entry, its arguments, and the
/// names of those files that it looks at. What `configured` says counts more than what the hook says.
fn hooked(hook: &Value, configured: &Value, changed: &[&str], folder: &Path) -> i32 {
    let said = |key: &str| if configured[key].is_null() { &hook[key] } else { &configured[key] };
    let mut words: Vec<&str> = hook["entry"].as_str().unwrap().split(' ').collect();
    words.extend(said("args").as_array().into_iter().flatten().map(|word| word.as_str().unwrap()));
    let files = regex_lite::Regex::new(said("files").as_str().unwrap()).unwrap();
    let names: Vec<&str> = changed.iter().copied().filter(|file| files.is_match(file)).collect();
    assert!(!names.is_empty(), "{changed:?} start no hook");
    if said("pass_filenames") != false {
        words.extend(names);
    }
    prepared(words[0]).args(&words[1..]).current_dir(folder).output().unwrap().status.code().unwrap()
}

/// Another process writes it: what a child of another test holds open for writing for a moment cannot be started.
fn executable(file: &Path, script: &str) -> PathBuf {
    let write = r#"printf %s "$1" > "$0" && chmod 755 "$0""#;
    assert!(Command::new("sh").args(["-c", write]).arg(file).arg(script).status().unwrap().success());
    file.to_owned()
}
