//! The note of a rollback, after the Incident Notes Template of the optimize runbook: what the verdict knows is filled
//! in, what only people know is left to them. Nothing is written where nothing is rolled back.

use std::collections::BTreeMap;

use super::{
    gfm::{code, prose},
    rows::{CheckRow, Urgency, check_rows, short, span, times},
    section::Section,
    steps::{kill_switches, next_steps},
    table_name::TableName,
    wording::within,
};
use crate::{
    eval::{
        measurement::Series,
        notation::shortest,
        reason::subject,
        table::{MetricId, Rule},
        verdict::{Check, Decision},
    },
    outcome::{Judged, Outcome, opening},
};

/// What people fill in.
const OPEN: &str = "(to be filled in)";

/// The note of one snapshot, if it is rolled back.
#[derive(Debug)]
pub(super) struct IncidentNote(Option<String>);

impl Section for IncidentNote {
    fn of(outcome: &Outcome<'_>, table: &TableName) -> Self {
        let judged = outcome.result.as_ref().ok().filter(|judged| judged.verdict.decision() == Decision::Rollback);
        Self(judged.map(|judged| note(judged, outcome.name.as_deref().unwrap_or("-"), &table.name)))
    }

    /// One note after another; empty without a rollback.
    fn assemble(sections: Vec<Self>) -> String {
        let notes: Vec<String> = sections.into_iter().filter_map(|Self(note)| note).collect();
        notes.join("\n")
    }
}

fn note(judged: &Judged<'_>, name: &str, table: &str) -> String {
    let stage = judged.verdict.stage();
    let rows = check_rows(judged);
    let fired: Vec<_> = rows.iter().filter(|row| row.urgency == Urgency::Fired).collect();
    let triggers: String = fired.iter().map(|row| trigger(row)).collect();
    format!(
        "# Incident note: {} / {}\n\nNothing was executed. Tick what is done, and fill in what is open.\n\n\
        - Stage: {}\n\
        - Trigger metric(s):\n{triggers}\
        - First observed timestamp: {}\n\
        {}\
        - Customer impact summary: {OPEN}\n\
        - Follow-up owner and ETA: {OPEN}\n\n\
        ## Metric snapshot\n\n{}{}",
        code(&stage.pipeline().name),
        code(&stage.stage().name),
        code(&stage.stage().name),
        first_observed(judged, &fired),
        steps(judged),
        source(judged, name, table),
        WindowTable::new(judged, &fired).render(),
    )
}

/// What fired, by how much and when.
fn trigger(row: &CheckRow<'_, '_>) -> String {
    let reason = row.reason.as_deref().map_or(String::new(), |reason| format!("; reason: {}", code(reason)));
    let windows = if row.windows.is_empty() { String::new() } else { format!("; {}", row.windows) };
    format!("  - {} {}, {}{windows}{reason}\n", code(&row.subject), row.value, prose(&row.limit))
}

/// The opening of the first window that breaches a rule that fired, as a time where the snapshot says its start.
fn first_observed(judged: &Judged<'_>, fired: &[&CheckRow<'_, '_>]) -> String {
    let verdict = &judged.verdict;
    let windows = fired.iter().filter_map(|row| Some(row.check?.breaches.first()?.from));
    // Where one value was made of all windows, no single window breaches.
    let Some(window) = windows.min() else {
        let whole = times(judged).unwrap_or_else(|| format!("w0-w{}", verdict.windows() - 1));
        return format!("in {whole}, over all windows as one");
    };
    let time = judged.reading.start.and_then(|start| opening(start, verdict.window(), window));
    time.map_or_else(|| format!("w{window}"), |time| format!("{time} (w{window})"))
}

/// What stops the harm at once, and the steps of the rollback.
fn steps(judged: &Judged<'_>) -> String {
    let within = within(judged.verdict.stage().stage());
    let line = |what: &str, steps: &[String]| match steps {
        [] => format!("- {what}: {OPEN}\n"),
        steps => {
            steps.iter().fold(format!("- {what}:{within}\n"), |text, step| text + &format!("  - [ ] {}\n", prose(step)))
        }
    };
    line("Kill switch applied", &kill_switches(judged)) + &line("Rollback command/config change", &next_steps(judged))
}

/// What was judged, and by what.
fn source(judged: &Judged<'_>, name: &str, table: &str) -> String {
    let times = times(judged).map_or(String::new(), |times| format!(", {times}"));
    let labels = judged.reading.labels.iter().map(|(key, value)| format!("- label {}: {}\n", code(key), code(value)));
    let labels: String = labels.collect();
    let labels = if labels.is_empty() { labels } else { labels + "\n" };
    format!("{}: {}{times}, judged by {}.\n\n{labels}", code(name), span(judged), code(table))
}

/// What was measured: a row for each window, a column for each series that the stage judges.
struct WindowTable<'a> {
    judged: &'a Judged<'a>,
    columns: Vec<SeriesColumn<'a>>,
    /// How many series have no column.
    left_out: usize,
    first_breach: usize,
}

struct SeriesColumn<'a> {
    head: String,
    series: &'a Series,
    /// The checks that fired on it.
    fired: Vec<&'a Check<'a>>,
}

impl<'a> WindowTable<'a> {
    /// Nobody reads a table with more columns and rows than these.
    const COLUMNS: usize = 10;
    const ROWS: usize = 48;

    fn new(judged: &'a Judged<'a>, fired: &[&CheckRow<'a, 'a>]) -> Self {
        let fired: Vec<&Check<'_>> = fired.iter().filter_map(|row| row.check).collect();
        // Grouped by metric, so that a column is compared with the checks of its own metric only.
        let mut by_metric: BTreeMap<MetricId, Vec<&'a Check<'a>>> = BTreeMap::new();
        for check in &fired {
            by_metric.entry(check.rule.condition.metric).or_default().push(check);
        }
        let of = |id| by_metric.get(&id).map_or(&[][..], Vec::as_slice);
        let mut columns: Vec<SeriesColumn<'a>> =
            judged_metrics(judged).into_iter().flat_map(|id| columns(judged, id, of(id))).collect();
        // Columns that fired come first: those that are cut off are others.
        columns.sort_by_key(|column| column.fired.is_empty());
        let left_out = columns.len().saturating_sub(Self::COLUMNS);
        columns.truncate(Self::COLUMNS);
        let first_breach =
            fired.iter().filter_map(|check| Some(check.breaches.first()?.from)).min().unwrap_or_default();
        Self { judged, columns, left_out, first_breach }
    }

    fn render(&self) -> String {
        let heads: Vec<&str> = self.columns.iter().map(|column| column.head.as_str()).collect();
        let mut text = format!("| window | opens | {} |\n", heads.join(" | "));
        text += &format!("| --- | --- |{}\n", " ---: |".repeat(heads.len()));
        let windows = self.judged.verdict.windows();
        // A few windows before the first breach show how it came about.
        let from = self.first_breach.saturating_sub(Self::ROWS / 8).min(windows.saturating_sub(Self::ROWS));
        let to = windows.min(from + Self::ROWS);
        text += &(from..to).map(|window| self.row(window)).collect::<String>();
        let is_cut = (from, to) != (0, windows);
        if is_cut {
            text += &format!("\nWindows w{from} to w{} of {windows}.\n", to - 1);
        }
        if self.left_out > 0 {
            text += &format!("\n{} more series are not shown.\n", self.left_out);
        }
        text + "\nIn bold: the windows that breach a rule that fired.\n"
    }

    fn row(&self, window: usize) -> String {
        let start = self.judged.reading.start;
        let time = start.and_then(|start| opening(start, self.judged.verdict.window(), window));
        let time = time.map_or("-".to_owned(), |time| time.to_string());
        let cells: Vec<String> = self.columns.iter().map(|column| column.cell(window)).collect();
        format!("| w{window} | {time} | {} |\n", cells.join(" | "))
    }
}

impl SeriesColumn<'_> {
    fn cell(&self, window: usize) -> String {
        let value = self.series.at(window).get().map_or("no data".to_owned(), |value| shortest(short(value)));
        let mut breaches = self.fired.iter().flat_map(|check| &check.breaches);
        let is_breach = breaches.any(|stretch| (stretch.from..=stretch.to).contains(&window));
        if is_breach { format!("**{value}**") } else { value }
    }
}

/// The metrics that the stage's rules look at, in table order.
fn judged_metrics(judged: &Judged<'_>) -> Vec<MetricId> {
    let mut ids: Vec<MetricId> = judged.verdict.stage().rules().flat_map(Rule::metrics).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The columns of a metric, of which the checks in `fired` fired.
fn columns<'a>(judged: &'a Judged<'a>, id: MetricId, fired: &[&'a Check<'a>]) -> Vec<SeriesColumn<'a>> {
    let pipeline = judged.verdict.stage().pipeline();
    let (Some(metric), Some(measured)) = (pipeline.metric(id), judged.reading.snapshot().metric(id)) else {
        return Vec::new();
    };
    let unit = metric.unit.suffix().trim();
    let unit = if unit.is_empty() { String::new() } else { format!(" ({unit})") };
    let mut by_label: BTreeMap<Option<&str>, Vec<&'a Check<'a>>> = BTreeMap::new();
    for check in fired {
        by_label.entry(check.series.as_deref()).or_default().push(check);
    }
    let column = |(label, series): (Option<&str>, &'a Series)| SeriesColumn {
        head: format!("{}{unit}", code(&subject(&metric.name, label))),
        series,
        fired: match label {
            Some(_) => by_label.get(&label).cloned().unwrap_or_default(),
            // A metric without labels is judged at every label.
            None => fired.to_vec(),
        },
    };
    measured.entries().map(column).collect()
}
