//! Texts of other tools that are given for a snapshot, told apart by how they begin: answers of monitoring systems, tables
//! of values, and what a service shows to be scraped. A new one is a case here and a file under `fixtures/bad/snapshots`.

use crate::{
    input::json::tree::JsonEntry,
    refusal::{Code, Fault},
};

/// What an object is that has these keys, where it is the answer of another tool.
pub(super) fn answer(entries: &[JsonEntry]) -> Option<Fault> {
    let has = |key: &str| entries.iter().any(|entry| entry.key == key);
    let what = if has("metrics") || has("stage") || has("pipeline") {
        return None;
    } else if has("status") && (has("data") || has("errorType")) {
        "an answer of Prometheus"
    } else if has("MetricDataResults") {
        "an answer of CloudWatch"
    } else if has("series") && has("res_type") {
        "an answer of Datadog"
    } else {
        return None;
    };
    Some(no_snapshot(what))
}

/// What a text is that is no JSON, where it is that of another tool.
pub(super) fn text(text: &str) -> Option<Fault> {
    if text.starts_with(['{', '[', '<']) {
        return None;
    }
    let what = if is_exposition(text) {
        "a text of metrics as Prometheus scrapes them"
    } else if is_table(text) {
        "a table of values (CSV)"
    } else {
        return None;
    };
    Some(no_snapshot(what))
}

fn no_snapshot(what: &str) -> Fault {
    let help = "a snapshot has one value a window under \"metrics\"; see docs/snapshot.md";
    Fault::new(Code::WrongType, format!("this is {what} and no snapshot")).help(help)
}

/// Whether the first line is what `OpenMetrics` has: a comment for the machine, or a name, labels and a number.
fn is_exposition(text: &str) -> bool {
    let Some(first) = text.lines().find(|line| !line.trim().is_empty()) else { return false };
    if ["# HELP ", "# TYPE ", "# UNIT "].iter().any(|comment| first.starts_with(comment)) {
        return true;
    }
    let (name, values) = match first.split_once('{') {
        Some((name, labels)) => (name, labels.rsplit_once('}').map_or("", |(_, values)| values)),
        None => first.split_once(' ').unwrap_or((first, "")),
    };
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | ':'))
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | ':'));
    let mut values = values.split_whitespace();
    is_name && values.next().is_some_and(|value| value.parse::<f64>().is_ok()) && values.count() <= 1
}

/// Whether the first two lines have equally many fields, and more than one.
fn is_table(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let Some(first) = lines.next() else { return false };
    // What spreadsheets read as the separator.
    if first.starts_with("sep=") {
        return true;
    }
    let Some(second) = lines.next() else { return false };
    let fields = |line: &str, separator| {
        let mut is_quoted = false;
        let mut is_separator = |c: char| {
            is_quoted ^= c == '"';
            c == separator && !is_quoted
        };
        line.chars().filter(|c| is_separator(*c)).count()
    };
    [',', ';', '\t']
        .iter()
        .any(|&separator| fields(first, separator) > 0 && fields(first, separator) == fields(second, separator))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_other_tools_are_known() {
        for (given, what) in [
            ("# HELP up x\n", Some("scrapes")),
            ("up 1\n", Some("scrapes")),
            ("a:b_total{x=\"} 1\"} 3 1700000000\n", Some("scrapes")),
            ("up 1 2 3\n", None),
            ("up down\n", None),
            ("sep=;\n", Some("CSV")),
            ("\"a,b\",c\n1,2\n", Some("CSV")),
            ("a,b\n1\n", None),
            ("a\n1\n", None),
            ("a\tb\r\n1\t2\r\n", Some("CSV")),
            ("<a>,\n<b>,\n", None),
            ("[1,\n2,\n3]", None),
            ("", None),
        ] {
            let found = text(given).map(|fault| fault.message);
            assert_eq!(found.is_some(), what.is_some(), "{given}");
            assert!(found.unwrap_or_default().contains(what.unwrap_or_default()), "{given}");
        }
    }
}
