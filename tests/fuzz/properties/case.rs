//! Tables and snapshots made up from bytes: nearly all of them sound, with everything that a table and a snapshot can
//! say.

use std::{fmt::Write, time::Duration};

use arbitrary::Unstructured;

/// A table and a snapshot, as texts.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) table: String,
    pub(crate) snapshot: String,
    pub(crate) last: Option<Duration>,
    /// Whether the table must be read.
    pub(crate) is_table_sound: bool,
    /// Whether the snapshot must be, if the table is.
    pub(crate) is_snapshot_sound: bool,
}

impl Case {
    /// The case that `bytes` stand for; all bytes stand for some.
    pub(crate) fn new(bytes: &[u8]) -> Self {
        let mut choices = Choices(Unstructured::new(bytes));
        let plan = Plan::new(&mut choices);
        let (mut table, mut snapshot) = (plan.table(&mut choices), plan.snapshot(&mut choices));
        let last = choices.one_in(8).then(|| Duration::from_secs(choices.below(7200) as u64 + 1));
        let damaged = choices.below(16);
        match damaged {
            14 => choices.damage(&mut table),
            15 => choices.damage(&mut snapshot),
            _ => {}
        }
        // A quotient may be beyond its unit.
        let is_derived = plan.metrics.iter().any(|metric| !metric.parts.is_empty());
        Self { table, snapshot, last, is_table_sound: damaged != 14, is_snapshot_sound: damaged < 14 && !is_derived }
    }
}

/// What bytes decide. Where there are no more, the first of what can be chosen.
struct Choices<'a>(Unstructured<'a>);

impl Choices<'_> {
    fn below(&mut self, bound: usize) -> usize {
        self.0.int_in_range(0..=bound - 1).unwrap_or_default()
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == count - 1
    }

    fn of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    /// A number that a metric of this unit can have, near what limits are, mostly.
    fn value(&mut self, unit: &str) -> f64 {
        let number = match self.below(8) {
            7 => self.number().abs(),
            6 => self.of(&NUMBERS).abs(),
            _ => f64::from(self.0.arbitrary::<u8>().unwrap_or_default()) / 10.0,
        };
        match unit {
            "ratio" if number > 1.0 => 1.0 / number,
            "percent" if number > 100.0 => 100.0 / number,
            "flag" => f64::from(u8::from(number > 1.0)),
            "number" if self.one_in(4) => -number,
            _ => number,
        }
    }

    /// Any finite number.
    fn number(&mut self) -> f64 {
        let number: f64 = self.0.arbitrary().unwrap_or_default();
        if number.is_finite() { number } else { 1.0 }
    }

    /// A text that a table takes: one with something to see in it.
    fn text(&mut self) -> String {
        let pieces = 1 + self.below(3);
        let mut text: String = (0..pieces).map(|_| self.of(&PIECES)).collect();
        if self.one_in(16) {
            text += &self.0.arbitrary::<String>().unwrap_or_default().chars().take(20).collect::<String>();
        }
        if text.trim().is_empty() { text + "." } else { text }
    }

    /// A name that is no other: a letter and a number, and now and then more.
    fn name(&mut self, letter: &str, number: usize) -> String {
        let more = if self.one_in(8) { self.text() } else { String::new() };
        format!("{letter}{number}{more}")
    }

    fn duration(&mut self) -> String {
        match self.below(4) {
            0 => format!("{}m", 5 * (1 + self.below(6))),
            1 => format!("{}s", 1 + self.below(4000)),
            2 => format!("{}h{}m", 1 + self.below(50), 1 + self.below(59)),
            _ => "1h".to_owned(),
        }
    }

    /// Puts something in the place of a piece of `text`.
    fn damage(&mut self, text: &mut String) {
        let at = |choices: &mut Self, text: &str| {
            let at = choices.below(text.len() + 1);
            (at..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or_default()
        };
        let from = at(self, text);
        let length = self.below(20);
        let to = (from + length..=text.len()).find(|to| text.is_char_boundary(*to)).unwrap_or(text.len());
        let piece = self.of(&DAMAGE);
        text.replace_range(from..to, piece);
    }
}

const UNITS: [&str; 8] = ["number", "ratio", "percent", "ms", "seconds", "count", "score", "flag"];
const COMPARATORS: [&str; 5] = ["max", "min", "below", "above", "equals"];

/// Numbers at which something may end.
const NUMBERS: [f64; 16] = [
    0.0,
    -0.0,
    1.0,
    0.1,
    0.3,
    3.0,
    100.0,
    0.031_25,
    1e-7,
    1e21,
    9_007_199_254_740_993.0,
    5e-324,
    2.225_073_858_507_201_4e-308,
    f64::MAX,
    f64::MIN,
    1e300,
];

/// What means something to a terminal, to XML, HTML, Markdown, JSON or YAML, or to a CI system that reads a log.
const PIECES: [&str; 40] = [
    "a",
    "b",
    "p95",
    "eu",
    "é",
    "日本",
    " ",
    "\t",
    "\n",
    "\r\n",
    "\0",
    "\u{1b}[31m",
    "\u{9b}31m",
    "\u{200b}",
    "\u{2028}",
    "\u{202e}",
    "\u{feff}",
    "\u{ffff}",
    "\u{1f389}",
    "]]>",
    "-->",
    "<script>",
    "</td>",
    "&amp;",
    "\"",
    "'",
    "::error::",
    "##[error]",
    "|",
    "\\",
    "`",
    "```",
    "**",
    "_",
    "[x](http://e.example)",
    "@team",
    "#1",
    "- ",
    "{limit}",
    "%0A",
];

/// What does not belong where it comes to stand.
const DAMAGE: [&str; 20] = [
    "", " ", "\n", "\"", "{", "}", "[", "]", ",", ":", "null", "true", "-1", "1e999", "2.5", "\"a\"", "\\", "\u{e9}",
    "&a ", "*a",
];

/// What table and snapshot have in common.
struct Plan {
    window: Option<usize>,
    metrics: Vec<PlannedMetric>,
    stages: Vec<String>,
}

struct PlannedMetric {
    name: String,
    unit: &'static str,
    is_optional: bool,
    /// Of a derived metric, numerator and denominator: metrics before it.
    parts: Vec<[usize; 2]>,
    samples: Option<usize>,
}

impl Plan {
    fn new(choices: &mut Choices<'_>) -> Self {
        let mut metrics: Vec<PlannedMetric> = Vec::new();
        for number in 0..=choices.below(6) {
            let unit = choices.of(&UNITS);
            let is_derived = number > 0 && choices.one_in(4);
            let parts = 1 + choices.below(2);
            let parts = (0..parts).map(|_| [choices.below(number.max(1)), choices.below(number.max(1))]);
            let parts = if is_derived { parts.collect() } else { Vec::new() };
            let samples = (number > 0 && choices.one_in(4)).then(|| choices.below(number));
            let name = choices.name("m", number);
            metrics.push(PlannedMetric { name, unit, is_optional: choices.one_in(3), parts, samples });
        }
        let stages = (0..=choices.below(3)).map(|number| choices.name("s", number)).collect();
        Self { window: choices.one_in(2).then(|| 1 + choices.below(90)), metrics, stages }
    }

    fn table(&self, choices: &mut Choices<'_>) -> String {
        let metrics = self.metrics.iter().map(|metric| (metric.name.clone(), self.metric(metric, choices)));
        let metrics = map(metrics.collect());
        let stages = self.stages.iter().map(|stage| (stage.clone(), Self::stage(choices))).collect();
        let mut gate = vec![self.rule("gate", 0, choices)];
        gate.extend((1..=choices.below(4)).map(|number| self.rule("gate", number, choices)));
        let rollback: Vec<_> = (0..choices.below(4)).map(|number| self.rule("rollback", number, choices)).collect();
        let mut pipeline = vec![
            ("metrics".to_owned(), metrics),
            ("stages".to_owned(), map(stages)),
            ("gate".to_owned(), list(gate)),
            ("rollback".to_owned(), list(rollback)),
        ];
        pipeline.extend(self.window.map(|minutes| ("window".to_owned(), format!("{minutes}m"))));
        if choices.one_in(2) {
            pipeline.push(("on_rollback".to_owned(), texts(choices)));
        }
        about(&mut pipeline, choices);
        let pipelines = map(vec![("p".to_owned(), map(pipeline))]);
        map(vec![("version".to_owned(), "1".to_owned()), ("pipelines".to_owned(), pipelines)])
    }

    fn metric(&self, metric: &PlannedMetric, choices: &mut Choices<'_>) -> String {
        let mut keys = vec![("unit".to_owned(), metric.unit.to_owned())];
        let name = |index: usize| yaml(&self.metrics[index].name);
        if metric.is_optional {
            keys.push(("optional".to_owned(), "true".to_owned()));
        }
        for (place, key) in ["of", "to"].into_iter().enumerate().filter(|_| !metric.parts.is_empty()) {
            keys.push((key.to_owned(), list(metric.parts.iter().map(|parts| name(parts[place])))));
        }
        if let Some(samples) = metric.samples {
            let min = choices.value("number").to_string();
            keys.push(("samples".to_owned(), map(vec![("metric".to_owned(), name(samples)), ("min".to_owned(), min)])));
        }
        about(&mut keys, choices);
        map(keys)
    }

    fn stage(choices: &mut Choices<'_>) -> String {
        let mut keys = Vec::new();
        for key in ["observe", "rollback_within"] {
            if choices.one_in(3) {
                keys.push((key.to_owned(), choices.duration()));
            }
        }
        for key in ["enter", "on_rollback"] {
            if choices.one_in(3) {
                keys.push((key.to_owned(), texts(choices)));
            }
        }
        about(&mut keys, choices);
        map(keys)
    }

    /// The first gate rule stands at every stage, for each must have one.
    fn rule(&self, kind: &str, number: usize, choices: &mut Choices<'_>) -> String {
        let mut keys = self.condition(kind == "gate" && number == 0, choices);
        keys.push(("id".to_owned(), yaml(&choices.name(&kind[..1], number))));
        let is_rollback = kind == "rollback";
        let is_whole = choices.one_in(4);
        if is_whole {
            keys.push(("aggregate".to_owned(), choices.of(&["mean", "last", "total"]).to_owned()));
        } else {
            let flags: Vec<&PlannedMetric> = self.metrics.iter().filter(|metric| metric.unit == "flag").collect();
            if !flags.is_empty() && choices.one_in(3) {
                keys.push(("unless".to_owned(), yaml(&choices.of(&flags).name)));
            }
            if is_rollback {
                match choices.below(4) {
                    0 => keys.push(("windows".to_owned(), (1 + choices.below(5)).to_string())),
                    1 => keys.push(("for".to_owned(), choices.duration())),
                    _ => {}
                }
                let and = (0..choices.below(3)).map(|_| map(self.condition(false, choices)));
                let and: Vec<String> = and.collect();
                if !and.is_empty() {
                    keys.push(("and".to_owned(), list(and)));
                }
            }
        }
        if choices.one_in(2) {
            keys.push(("missing".to_owned(), choices.of(&["hold", "breach", "ok"]).to_owned()));
        }
        if choices.one_in(4) {
            keys.push(("severity".to_owned(), choices.of(&["warn", "fail"]).to_owned()));
        }
        if choices.one_in(3) {
            let mut reason = choices.text().replace("{limit}", "").replace('{', "{{").replace('}', "}}") + "r";
            reason += choices.of(&["", "{metric}", "{stage}", "{value}", "{limit}", "{limit%}", "{window}"]);
            if is_rollback && !is_whole {
                reason += choices.of(&["", "{windows}", "{for}"]);
            }
            keys.push(("reason".to_owned(), yaml(&reason)));
        }
        about(&mut keys, choices);
        map(keys)
    }

    fn condition(&self, is_everywhere: bool, choices: &mut Choices<'_>) -> Vec<(String, String)> {
        let metric = &self.metrics[choices.below(self.metrics.len())];
        let limit = if !is_everywhere && choices.one_in(4) {
            let mut stages: Vec<_> = self.stages.iter().filter(|_| choices.one_in(2)).collect();
            if stages.is_empty() {
                stages.push(&self.stages[0]);
            }
            map(stages.into_iter().map(|stage| (stage.clone(), limit(metric.unit, choices))).collect())
        } else {
            limit(metric.unit, choices)
        };
        vec![("metric".to_owned(), yaml(&metric.name)), (choices.of(&COMPARATORS).to_owned(), limit)]
    }

    fn snapshot(&self, choices: &mut Choices<'_>) -> String {
        let windows = match choices.below(8) {
            7 => 30 + choices.below(100),
            windows => 1 + windows,
        };
        let labels: Vec<String> = (0..=choices.below(3)).map(|number| choices.name("l", number)).collect();
        let section = |is_whole: bool, choices: &mut Choices<'_>| {
            let (mut entries, mut has_windows) = (Vec::new(), false);
            for metric in &self.metrics {
                if (is_whole && !metric.is_optional) || choices.one_in(2) {
                    let (values, is_long) = measurement(metric.unit, windows, &labels, choices);
                    has_windows |= is_long;
                    entries.push((metric.name.clone(), values));
                }
            }
            (entries, has_windows)
        };
        // Of plain numbers alone there is one window, and a baseline has no more.
        let (mut metrics, has_windows) = section(true, choices);
        if choices.one_in(8) {
            metrics.push((choices.name("u", 0), "[{}, \"x\"]".to_owned()));
        }
        let mut keys = vec![("metrics".to_owned(), json_map(metrics))];
        if has_windows && choices.one_in(2) {
            keys.push(("baseline".to_owned(), json_map(section(false, choices).0)));
        }
        if self.window.is_none() || choices.one_in(4) {
            let minutes = self
                .window
                .map_or_else(|| choices.of(&["5", "0.5", "1e1", "1440", "7.25"]).to_owned(), |m| m.to_string());
            keys.push(("window_minutes".to_owned(), minutes));
        }
        if choices.one_in(2) {
            keys.push((
                "start".to_owned(),
                choices
                    .of(&["\"2026-02-20T12:00:00Z\"", "\"2026-12-31T23:59:60.5+05:30\"", "\"0001-01-01T00:00:00Z\""])
                    .to_owned(),
            ));
        }
        if choices.one_in(3) {
            let labels =
                (0..choices.below(4)).map(|number| (choices.name("k", number), json(&choices.text()))).collect();
            keys.push(("labels".to_owned(), json_map(labels)));
        }
        keys.push(("stage".to_owned(), json(&choices.of(&self.stages.iter().collect::<Vec<_>>()).clone())));
        let by = choices.below(keys.len());
        keys.rotate_left(by);
        json_map(keys)
    }
}

/// What is free to say about anything.
fn about(keys: &mut Vec<(String, String)>, choices: &mut Choices<'_>) {
    if choices.one_in(6) {
        keys.push(("about".to_owned(), yaml(&choices.text())));
    }
}

fn texts(choices: &mut Choices<'_>) -> String {
    list((0..choices.below(3)).map(|_| yaml(&choices.text())))
}

fn limit(unit: &str, choices: &mut Choices<'_>) -> String {
    match choices.below(8) {
        0 => "baseline".to_owned(),
        1 => format!("baseline {} {}%", choices.of(&["+", "-"]), choices.value("score").min(1e15)),
        2 if choices.one_in(3) => "~".to_owned(),
        3 => choices.number().to_string(),
        4 => choices.of(&NUMBERS).to_string(),
        _ => choices.value(unit).to_string(),
    }
}

/// One value for all windows, one a window, or either for each of some labels; and whether some series has windows.
fn measurement(unit: &str, windows: usize, labels: &[String], choices: &mut Choices<'_>) -> (String, bool) {
    let mut is_long = false;
    let mut series = |choices: &mut Choices<'_>| match choices.below(5) {
        0 => value(unit, choices),
        _ => {
            // Many windows repeat what a few are.
            is_long = true;
            let few: Vec<String> = (0..windows.min(8)).map(|_| value(unit, choices)).collect();
            list((0..windows).map(|window| few[window * window % few.len()].clone()))
        }
    };
    let values = if choices.one_in(3) {
        let by = choices.below(labels.len());
        let some = 1 + choices.below(labels.len());
        let labels = labels.iter().cycle().skip(by).take(some);
        json_map(labels.map(|label| (label.clone(), series(choices))).collect())
    } else {
        series(choices)
    };
    (values, is_long)
}

fn value(unit: &str, choices: &mut Choices<'_>) -> String {
    if choices.one_in(8) {
        return "null".to_owned();
    }
    let number = choices.value(unit);
    match choices.below(8) {
        5 => format!("{number:e}"),
        6 => format!("{number:?}").replace('e', "E"),
        7 if unit == "flag" => (number == 1.0).to_string(),
        _ => number.to_string(),
    }
}

/// A map of YAML on one line.
fn map(entries: Vec<(String, String)>) -> String {
    let entries = entries.into_iter().map(|(key, value)| format!("{}: {value}", yaml(&key)));
    format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
}

/// An object of JSON.
fn json_map(entries: Vec<(String, String)>) -> String {
    let entries = entries.into_iter().map(|(key, value)| format!("{}: {value}", json(&key)));
    format!("{{\n{}}}", entries.collect::<Vec<_>>().join(",\n"))
}

fn list(items: impl IntoIterator<Item = String>) -> String {
    format!("[{}]", items.into_iter().collect::<Vec<_>>().join(", "))
}

fn json(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

/// A text in quotes, with everything written out that YAML would not take.
fn yaml(text: &str) -> String {
    let mut quoted = "\"".to_owned();
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            ' '..='~' | '\u{e9}' => quoted.push(character),
            _ => write!(quoted, "\\U{:08x}", u32::from(character)).unwrap(),
        }
    }
    quoted + "\""
}
