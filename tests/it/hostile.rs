//! Text from files is data: whatever a name, a label, a reason or a step holds, every format shows it as text and stays
//! well-formed, and no line that is printed is a command to a CI system.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rollout_gate::{
    eval::table::Table,
    input::{
        gates,
        snapshot::{self, Request},
    },
    outcome::{Outcome, Reading},
    report::{
        batch, fault,
        format::FORMATS,
        json::{self, JsonStyle},
        table_name::TableName,
        text::{self, TextOptions},
    },
};
use roxmltree::Document;
use serde_json::{Value, json};

use crate::shared::{
    acting::{acts, assert_shown},
    html, junit, markdown,
};

/// What means something to a terminal, to XML, HTML, Markdown, JSON or YAML, or to a CI system that reads a log.
const PIECES: [&str; 82] = [
    "a",
    "B",
    "7",
    "é",
    "日本",
    " ",
    "  ",
    "\t",
    "\n",
    "\r\n",
    "\u{0}",
    "\u{7}",
    "\u{1b}[31m",
    "\u{1b}]0;x\u{7}",
    "\u{7f}",
    "\u{9b}31m",
    "\u{ad}",
    "\u{200b}",
    "\u{200f}",
    "\u{2028}",
    "\u{202e}",
    "\u{2066}",
    "\u{feff}",
    "\u{fffe}",
    "\u{ffff}",
    "\u{1f389}",
    "]]>",
    "<![CDATA[",
    "<!--",
    "-->",
    "<script>alert(1)</script>",
    "</script>",
    "</td>",
    "<details>",
    "</details>",
    "<code>",
    "</code>",
    "<br>",
    "<img src=x onerror=alert(1)>",
    "&amp;",
    "&#64;",
    "&",
    "\"",
    "'",
    "::",
    "::error::",
    "::stop-commands::x",
    "##[error]",
    "##vso[task.complete]",
    "##teamcity[x]",
    "#",
    "##",
    "|",
    "\\|",
    "\\",
    "`",
    "``",
    "```",
    "*",
    "**",
    "_",
    "__",
    "~",
    "~~",
    "[x](http://e.example)",
    "![x](http://e.example)",
    "[x]: y",
    "[^1]",
    "https://e.example/x",
    "www.e.example",
    "@team",
    "#123",
    "GH-1",
    ":tada:",
    "$x$",
    "- ",
    "1. ",
    "> ",
    "---",
    "%0A",
    ",",
    "=",
];

fn hostile() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&PIECES[..]), 1..8).prop_map(|pieces| not_blank(&pieces.concat()))
}

/// A table takes no text that says nothing.
fn not_blank(text: &str) -> String {
    if text.trim().is_empty() { format!("{text}.") } else { text.to_owned() }
}

/// As a name: not empty, and none that a table keeps for its user.
fn name() -> impl Strategy<Value = String> {
    hostile().prop_map(|text| if text.starts_with("x-") { format!("a{text}") } else { text })
}

/// A table and a snapshot in which everything that is free text is hostile.
#[derive(Clone, Debug)]
struct Case {
    metric: String,
    pipeline: String,
    stage: String,
    id: String,
    reason: String,
    about: String,
    step: String,
    label: String,
    value: String,
    series: [String; 2],
    file: String,
    /// Rolled back, held, promoted.
    worst: u16,
}

prop_compose! {
    fn cases()(
        names in [name(), name(), name(), name()],
        texts in [hostile(), hostile(), hostile(), hostile(), hostile(), hostile()],
        series in [name(), name()],
        worst in prop::sample::select(vec![500, 350, 200]),
    ) -> Case {
        let [metric, pipeline, stage, id] = names;
        let [reason, about, step, label, value, file] = texts;
        // In the order in which the test's JSON writes them.
        let mut series = if series[0] == series[1] { [format!("{}1", series[0]), format!("{}2", series[1])] } else { series };
        series.sort();
        Case { metric, pipeline, stage, id, reason, about, step, label, value, series, file, worst }
    }
}

impl Case {
    /// JSON is YAML, but for what YAML wants escaped.
    fn table(&self) -> String {
        let reason = self.reason.replace('{', "{{").replace('}', "}}");
        let gate = json!({ "metric": self.metric, "max": 300, "id": self.id, "reason": reason, "about": self.about });
        let rollback = json!({ "metric": self.metric, "above": 400, "reason": reason });
        let warn = json!({ "metric": self.metric, "max": 100, "severity": "warn", "id": format!("{}2", self.id) });
        let stages = json!({ &self.stage: { "title": self.about, "about": self.about }, "next stage": { "enter": [self.step] } });
        let pipeline = json!({
            "title": self.about,
            "about": self.about,
            "metrics": { &self.metric: { "unit": "ms", "about": self.about } },
            "stages": stages,
            "gate": [gate, warn],
            "rollback": [rollback],
            "on_rollback": [self.step, self.step],
        });
        escaped(&json!({ "version": 1, "pipelines": { &self.pipeline: pipeline } }))
    }

    /// What is compared, with the label that breaches.
    fn subject(&self) -> String {
        format!("{}[{}]", self.metric, self.series[0])
    }

    fn snapshot(&self) -> String {
        let values = json!({ &self.series[0]: [100, self.worst], &self.series[1]: [100, 100] });
        json!({
            "pipeline": self.pipeline,
            "stage": self.stage,
            "window_minutes": 5,
            "start": "2026-03-03T09:00:00Z",
            "metrics": { &self.metric: values, format!("{} unused", self.metric): 1 },
            "labels": { &self.label: self.value },
        })
        .to_string()
    }

    /// One that is refused, and quoted.
    fn refused(&self) -> String {
        json!({ "pipeline": self.pipeline, "stage": self.stage, "labels": { &self.label: 1 }, &self.value: 2 })
            .to_string()
    }
}

fn escaped(value: &Value) -> String {
    let is_plain = |c: char| (' '..='~').contains(&c) || ('\u{a1}'..'\u{200b}').contains(&c) && c != '\u{ad}';
    let text = value.to_string();
    let spell = |c: char| match c {
        // YAML has no pairs of surrogates.
        c if u32::from(c) > 0xffff => format!("\\U{:08x}", u32::from(c)),
        c if is_plain(c) => c.to_string(),
        c => format!("\\u{:04x}", u32::from(c)),
    };
    text.chars().map(spell).collect()
}

/// `text` as every report shows it: in one line, with what acts written out.
fn shown(text: &str) -> String {
    rollout_gate::report::escape::shown(text).into_owned()
}

/// A line that GitHub's runner takes for a command, as it reads it (`ActionCommand.cs`).
#[derive(Debug)]
struct Command {
    name: String,
    properties: BTreeMap<String, String>,
    data: String,
}

fn command(line: &str) -> Option<Command> {
    let (info, data) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    let (name, properties) = info.split_once(' ').unwrap_or((info, ""));
    let unescape = |text: &str, signs: &[(&str, &str)]| {
        signs.iter().fold(text.to_owned(), |text, (escape, sign)| text.replace(escape, sign))
    };
    let data = unescape(data, &[("%0D", "\r"), ("%0A", "\n"), ("%25", "%")]);
    let signs = [("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")];
    let properties = properties.split(',').filter_map(|property| property.split_once('='));
    let properties = properties.map(|(key, value)| (key.to_owned(), unescape(value, &signs))).collect();
    Some(Command { name: name.to_owned(), properties, data })
}

/// Nothing in what is printed acts on a terminal, or is a command to GitHub, Azure or `TeamCity`.
fn assert_harmless(printed: &str) {
    assert_shown(printed);
    for line in printed.lines() {
        assert!(!line.trim_start().starts_with("::"), "{line}");
        for command in ["##[", "##vso[", "##teamcity["] {
            assert!(!line.contains(command), "{line}");
        }
    }
}

fn assert_text(case: &Case, outcome: &Outcome<'_>) {
    for verbose in [false, true] {
        let options = TextOptions { table: case.file.clone(), color: false, unicode: true, width: 10_000, verbose };
        let printed = text::render(outcome, &options);
        assert_harmless(&printed);
        assert!(outcome.result.is_err() || printed.contains(&shown(&case.stage)), "{printed}");
    }
    if let Some(line) = batch::line(outcome) {
        assert_harmless(&line);
    }
    outcome.result.iter().for_each(|judged| assert_eq!(judged.reading.labels.len(), 1));
    if let Err(refusal) = &outcome.result {
        assert_harmless(&fault::render(refusal, false));
    }
}

fn assert_json(case: &Case, outcome: &Outcome<'_>) {
    for style in [JsonStyle::Indented, JsonStyle::OneLine] {
        let printed = json::render(outcome, &TableName { name: case.file.clone(), ..TableName::default() }, style);
        assert_harmless(&printed);
        let document: Value = serde_json::from_str(&printed).unwrap();
        assert_eq!(document["table"], *case.file);
        if outcome.result.is_ok() {
            assert_eq!(document["labels"][&case.label], *case.value);
            assert_eq!((&document["pipeline"], &document["stage"]), (&json!(case.pipeline), &json!(case.stage)));
            assert_eq!(document["checks"][0]["id"], *case.id);
            let series: Vec<&Value> =
                document["checks"].as_array().unwrap().iter().map(|check| &check["series"]).collect();
            assert_eq!(series, [&case.series[0], &case.series[1]].repeat(3));
            assert!(case.worst == 200 || document["checks"][0]["reason"] == *case.reason);
        }
    }
}

fn assert_junit(case: &Case, text: &str) {
    junit::assert_valid(text);
    let xml = Document::parse(text).unwrap();
    let attributes = |tag: &str, attribute: &str| -> Vec<String> {
        let nodes = xml.descendants().filter(|node| node.has_tag_name(tag));
        nodes.filter_map(|node| Some(node.attribute(attribute)?.to_owned())).collect()
    };
    // A name that another check has too has a number behind it.
    let name = shown(&format!("{}[{}]", case.id, case.series[0]));
    assert!(attributes("testcase", "name").iter().any(|given| given.starts_with(&name)), "{name:?}");
    assert!(attributes("testcase", "classname").contains(&shown(&format!(
        "{}.{}",
        shown(&case.pipeline),
        shown(&case.stage)
    ))));
    assert!(attributes("property", "value").contains(&shown(&case.value)));
    assert!(case.worst == 200 || attributes("failure", "message").contains(&shown(&case.reason)));
}

/// Of words, however many spaces are between them: Markdown and HTML show one.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn assert_markdown(case: &Case, text: &str) {
    let rendered = markdown::render(text);
    assert_is_prose(&rendered.prose, text);
    let everything = squeezed(&rendered.text);
    for told in [&case.subject(), &case.stage, &case.id, case.about.trim(), &case.label, &case.value, &case.file] {
        assert!(everything.contains(&squeezed(&shown(told))), "{told:?} in {text}\n{everything}");
    }
    let is_stepping = case.worst == 500;
    assert!(
        !is_stepping || rendered.tasks.iter().any(|task| squeezed(task) == squeezed(&shown(case.step.trim()))),
        "{text}"
    );
    // Rows are as wide as the heads above them: fault, overview, check.
    assert!(rendered.rows.iter().all(|row| [3, 4, 6].contains(&row.len())), "{text}");
}

/// Nothing that GitHub makes a link of, outside of code.
fn assert_is_prose(prose: &str, text: &str) {
    for linked in ["@", "#1", "GH-", "://", "www.", ":tada:", "$"] {
        assert!(!prose.contains(linked), "{linked} in {text}");
    }
}

fn assert_incident(case: &Case, text: &str) {
    assert_eq!(text.is_empty(), case.worst != 500);
    if !text.is_empty() {
        let rendered = markdown::render(text);
        assert_is_prose(&rendered.prose, text);
        assert!(rendered.tasks.iter().all(|task| squeezed(task) == squeezed(&shown(case.step.trim()))), "{text}");
        assert_eq!((rendered.tasks.len(), rendered.rows.len()), (2, 3), "{text}");
        assert!(squeezed(&rendered.rows[0].concat()).contains(&squeezed(&shown(&case.subject()))), "{text}");
    }
}

fn assert_html(case: &Case, text: &str) {
    assert_shown(text);
    let page = html::parse(text);
    let everything = html::text_of(page.root_element());
    let texts = [&case.subject(), &case.pipeline, &case.stage, &case.id, &case.label, &case.value, &case.file];
    for told in texts.into_iter().map(String::as_str).chain([case.about.trim_end()]) {
        assert!(everything.contains(&squeezed(&shown(told))), "{told:?} in {text}\n{everything}");
    }
    // The page's own, and nothing that text brought along.
    for (selector, count) in
        [("script", 1), ("style", 1), ("head > title", 1), ("meta", 4), ("article", 2), ("form", 1)]
    {
        assert_eq!(html::select(&page, selector).len(), count, "{selector} in {text}");
    }
    for selector in ["img", "br", "code", "[onerror]", "a:not([href^=\"#\"])", "[style]", "td td"] {
        assert_eq!(html::select(&page, selector).len(), 0, "{selector} in {text}");
    }
}

fn assert_github(case: &Case, text: &str) {
    let commands: Vec<Command> = text.lines().map(|line| command(line).expect(line)).collect();
    assert!((1..=10).contains(&commands.len()), "{text}");
    for found in &commands {
        assert!(["error", "warning"].contains(&found.name.as_str()), "{text}");
        assert!(found.properties.keys().all(|key| ["file", "line", "col", "title"].contains(&key.as_str())), "{text}");
        assert!(found.properties["title"].len() > 4 && !found.data.chars().any(|c| c != '\n' && acts(c)), "{text}");
    }
    let table = shown(&case.file);
    let of_table: Vec<&Command> =
        commands.iter().filter(|found| found.properties.get("file") == Some(&table)).collect();
    assert!(case.worst == 200 || of_table.iter().any(|found| found.data.starts_with(&shown(&case.reason))), "{text}");
}

fn outcome<'t>(case: &Case, text: String, table: &'t Table) -> Outcome<'t> {
    let name = format!("{}.json", case.file);
    let result = snapshot::read(&name, text, table, &Request::default()).and_then(Reading::judge);
    Outcome { name: Some(name), result }
}

fn assert_all(case: &Case) {
    let table = gates::read(&case.file, case.table()).unwrap_or_else(|refusal| panic!("{refusal}\n{}", case.table()));
    let table_name = TableName { name: case.file.clone(), is_file: true, sha256: None };
    let outcomes = [outcome(case, case.snapshot(), &table), outcome(case, case.refused(), &table)];
    assert!(outcomes[0].result.is_ok() && outcomes[1].result.is_err(), "{outcomes:?}");
    for outcome in &outcomes {
        assert_text(case, outcome);
        assert_json(case, outcome);
    }
    for format in FORMATS {
        let builder = format.start();
        outcomes.iter().enumerate().for_each(|(number, outcome)| builder.add(number, outcome, &table_name));
        let text = builder.build().unwrap_or_default();
        match format.flag {
            // What is printed, which was looked at above.
            "report-json" => assert_harmless(&text),
            "report-junit" => assert_junit(case, &text),
            "report-markdown" => assert_markdown(case, &text),
            "report-html" => assert_html(case, &text),
            "report-incident" => assert_incident(case, &text),
            "github" => assert_github(case, &text),
            flag => panic!("--{flag} has no check of its own: add it here"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn text_from_files_is_data_in_every_format(case in cases()) {
        assert_all(&case);
    }
}

/// Each piece alone, everywhere at once.
#[test]
fn every_hostile_piece_is_data_everywhere() {
    for piece in PIECES {
        for worst in [500, 350, 200] {
            let text = || not_blank(piece);
            assert_all(&Case {
                metric: text(),
                pipeline: text(),
                stage: text(),
                id: text(),
                reason: text(),
                about: text(),
                step: text(),
                label: text(),
                value: text(),
                series: [text(), format!("{}2", text())],
                file: text(),
                worst,
            });
        }
    }
}
