//! Markdown for a comment on a pull request or for a summary in CI: the verdict first, what is not passing, what to do
//! now; the rest is folded.

use std::cmp::Reverse;

use super::{
    batch::Batch,
    gfm::{code, prose},
    rows::{CheckRow, check_rows, span, times},
    section::Section,
    steps::step_lists,
    table_name::TableName,
    text::summary,
};
use crate::{
    exit::Exit,
    outcome::{Judged, Outcome},
    refusal::{Fault, Refusal},
};

/// GitHub shows nothing of a summary above 1 MiB. 16 KiB are kept for what is not counted: headings, notes and frames.
const MOST_BYTES: usize = (1 << 20) - (16 << 10);

/// What one snapshot adds. Texts are Markdown.
#[derive(Debug)]
pub(super) struct MarkdownSection {
    exit: Exit,
    /// The stage that judged, if that is known: `` `tsfm` / `canary_5` ``.
    stage: Option<String>,
    snapshot: String,
    /// Why, in a few words.
    summary: String,
    /// What else there is to know, a paragraph.
    facts: String,
    /// The heads of the table of `raised` and `folded`, which are its rows.
    heads: &'static [&'static str],
    raised: Vec<String>,
    folded: Vec<String>,
    steps_title: String,
    steps: Vec<String>,
}

const CHECKS: &[&str] = &["check", "metric", "worst value", "limit", "windows", "reason and rule"];
const FAULTS: &[&str] = &["fault", "place", "what to do"];
const OVERVIEW: &[&str] = &["verdict", "snapshot", "stage", "why"];

impl Section for MarkdownSection {
    fn of(outcome: &Outcome<'_>, table: &TableName) -> Self {
        match &outcome.result {
            Ok(judged) => of_judged(judged, outcome, &table.name),
            Err(refusal) => of_refused(refusal, outcome, &table.name),
        }
    }

    /// Worst first. What does not fit is left out at the end of a row, and counted.
    fn assemble(mut sections: Vec<Self>) -> String {
        sections.sort_by_key(|section| Reverse(section.exit));
        let mut room = Room(MOST_BYTES);
        let overview = overview(&sections, &mut room);
        let kept = room.keep(&sections);
        let text = match sections.as_slice() {
            [only] => {
                let content: String = kept.iter().map(Kept::render).collect();
                format!("## {}: {}\n\n{content}", only.exit.word(), only.title())
            }
            _ => overview + &in_full(&kept),
        };
        text + &left_out(&sections, &kept)
    }
}

fn of_judged(judged: &Judged<'_>, outcome: &Outcome<'_>, table: &str) -> MarkdownSection {
    let verdict = &judged.verdict;
    let stage = verdict.stage();
    let (raised, folded): (Vec<_>, Vec<_>) = check_rows(judged).into_iter().partition(|row| row.urgency.is_raised());
    let written = |rows: &[CheckRow<'_, '_>]| rows.iter().map(check_cells).collect();
    let snapshot = code(outcome.name.as_deref().unwrap_or("-"));
    let lists = step_lists(judged);
    let steps_title = lists.iter().map(|list| list.title.as_str()).collect::<Vec<_>>().join(", ");
    let steps = lists.iter().flat_map(|list| &list.steps).map(|step| prose(step)).collect();
    MarkdownSection {
        exit: outcome.exit(),
        stage: Some(format!("{} / {}", code(&stage.pipeline().name), code(&stage.stage().name))),
        facts: facts(judged, &snapshot, table),
        snapshot,
        summary: prose(&summary(outcome)),
        heads: CHECKS,
        raised: written(&raised),
        folded: written(&folded),
        steps_title,
        steps,
    }
}

fn facts(judged: &Judged<'_>, snapshot: &str, table: &str) -> String {
    let (passed, triggered) = (judged.verdict.gate_passed(), judged.verdict.rollback_triggered());
    let times = times(judged).map_or(String::new(), |times| format!(", {times}"));
    let labels = judged.reading.labels.iter().map(|(key, value)| format!(" Label {}: {}.", code(key), code(value)));
    format!(
        "gate_passed: {passed}, rollback_triggered: {triggered}. Snapshot {snapshot}: {}{times}. Table: {}.{}",
        span(judged),
        code(table),
        labels.collect::<String>(),
    )
}

fn of_refused(refusal: &Refusal, outcome: &Outcome<'_>, table: &str) -> MarkdownSection {
    MarkdownSection {
        exit: outcome.exit(),
        stage: None,
        snapshot: code(outcome.name.as_ref().unwrap_or(&refusal.origin)),
        summary: prose(&summary(outcome)),
        facts: format!("Table: {}.", code(table)),
        heads: FAULTS,
        raised: fault_rows(refusal),
        folded: Vec::new(),
        steps_title: "Next steps".to_owned(),
        steps: vec!["Do not promote. Mend what is listed, and judge again.".to_owned()],
    }
}

fn check_cells(row: &CheckRow<'_, '_>) -> String {
    let word = if row.urgency.is_raised() { format!("**{}**", row.word) } else { row.word.to_owned() };
    let reason = row.reason.as_deref().map(code);
    let rule = row.check.map(|check| {
        let about = check.rule.about.as_deref().map_or(String::new(), |about| format!(": {}", prose(about)));
        format!("{}, line {}{about}", code(&check.rule.id), check.rule.line)
    });
    let why = reason.into_iter().chain(rule).collect::<Vec<_>>().join("<br>");
    table_row(&[word, code(&row.subject), row.value.clone(), prose(&row.limit), row.windows.clone(), why])
}

fn fault_rows(refusal: &Refusal) -> Vec<String> {
    let fault_row = |fault: &Fault| {
        let place = refusal.place(fault).map_or(String::new(), |place| format!(":{}:{}", place.line, place.column));
        let help = fault.help.as_deref().map(prose).unwrap_or_default();
        let what = format!("{}: {}", code(fault.code.name()), prose(&fault.message));
        table_row(&[what, code(&format!("{}{place}", refusal.origin)), help])
    };
    let more =
        (refusal.more > 0).then(|| table_row(&[format!("{} more faults", refusal.more), String::new(), String::new()]));
    refusal.faults.iter().map(fault_row).chain(more).collect()
}

fn table_row(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

/// Several snapshots under each other, those to promote folded at the end.
fn in_full(kept: &[Kept<'_>]) -> String {
    let (promoted, raised): (Vec<_>, Vec<_>) = kept.iter().partition(|kept| kept.section.exit == Exit::Promote);
    let text: String = raised.into_iter().map(Kept::under_heading).collect();
    if promoted.is_empty() {
        return text;
    }
    let sections: String = promoted.iter().map(|kept| kept.under_heading()).collect();
    text + &folded(&format!("{} to promote", promoted.len()), &sections)
}

/// What several snapshots came to: how many of each answer, and a row for each that is not promoted.
fn overview(sections: &[MarkdownSection], room: &mut Room) -> String {
    let batch = Batch::of(sections.iter().map(|section| section.exit));
    let overview_row = |section: &MarkdownSection| {
        let stage = section.stage.clone().unwrap_or_else(|| "-".to_owned());
        table_row(&[format!("**{}**", section.exit.word()), section.snapshot.clone(), stage, section.summary.clone()])
    };
    let rows: Vec<String> = sections.iter().filter(|section| section.exit != Exit::Promote).map(overview_row).collect();
    // Most of the room is for the sections, which say more than the overview.
    let mut part = Room(room.0 / 4);
    room.0 -= part.0;
    let fit = part.rows(&rows);
    room.0 += part.0;
    let more = match rows.len() - fit {
        0 => String::new(),
        more => format!("{more} more are not in this table.\n\n"),
    };
    format!("## {}: {}\n\n{}{more}", batch.exit().word(), batch.counts(), table(OVERVIEW, rows.iter().take(fit)))
}

/// How many bytes are left.
struct Room(usize);

/// How many rows and steps of a section there is room for.
struct Kept<'a> {
    section: &'a MarkdownSection,
    raised: usize,
    folded: usize,
    steps: usize,
}

impl Room {
    /// An upper bound for the text around the rows of a table or a list, in bytes.
    const FRAME: usize = 300;

    /// How many of `rows` fit, from the first on.
    fn rows(&mut self, rows: &[String]) -> usize {
        let mut fit = 0;
        for row in rows {
            let frame = if fit == 0 { Self::FRAME } else { 0 };
            match self.0.checked_sub(row.len() + frame + "- [ ] \n".len()) {
                Some(left) => (self.0, fit) = (left, fit + 1),
                None => {
                    self.0 = 0;
                    break;
                }
            }
        }
        fit
    }

    /// The sections that fit. Steps and rows that are not passing of all sections come first; folded rows get what is left.
    fn keep<'a>(&mut self, sections: &'a [MarkdownSection]) -> Vec<Kept<'a>> {
        let mut kept = Vec::new();
        for section in sections {
            let head = section.title().len() + section.summary.len() + section.facts.len() + Self::FRAME;
            let Some(left) = self.0.checked_sub(head) else { break };
            self.0 = left;
            let (steps, raised) = (self.rows(&section.steps), self.rows(&section.raised));
            kept.push(Kept { section, raised, folded: 0, steps });
        }
        for kept in &mut kept {
            kept.folded = self.rows(&kept.section.folded);
        }
        kept
    }
}

impl MarkdownSection {
    /// The stage, or, where that is not known, the file.
    fn title(&self) -> &str {
        self.stage.as_ref().unwrap_or(&self.snapshot)
    }
}

impl Kept<'_> {
    /// With a heading of its own, as one of several.
    fn under_heading(&self) -> String {
        let MarkdownSection { exit, stage, snapshot, .. } = self.section;
        let stage = stage.as_ref().map_or(String::new(), |stage| format!("{stage}, "));
        format!("### {}: {stage}{snapshot}\n\n{}", exit.word(), self.render())
    }

    fn render(&self) -> String {
        let section = self.section;
        let mut text = format!("{}\n\n{}\n\n", section.summary, section.facts);
        text += &table(section.heads, section.raised.iter().take(self.raised));
        if self.steps > 0 {
            text += &format!("**{}** (nothing was executed)\n\n", section.steps_title);
            let steps = section.steps.iter().take(self.steps).map(|step| format!("- [ ] {step}\n"));
            text += &(steps.collect::<String>() + "\n");
        }
        if self.folded > 0 {
            let what = format!("{} more: ok, quiet or not evaluated", section.folded.len());
            text += &folded(&what, &table(section.heads, section.folded.iter().take(self.folded)));
        }
        text
    }
}

fn table<'a>(heads: &[&str], rows: impl Iterator<Item = &'a String>) -> String {
    let rows: String = rows.map(String::as_str).collect();
    if rows.is_empty() {
        return rows;
    }
    format!("| {} |\n|{}\n{rows}\n", heads.join(" | "), " --- |".repeat(heads.len()))
}

/// `text` folded under `what`. The empty line ends the HTML, so that `text` is read as Markdown.
fn folded(what: &str, text: &str) -> String {
    format!("<details><summary>{what}</summary>\n\n{text}</details>\n\n")
}

/// The note on what did not fit; nothing if all did.
fn left_out(sections: &[MarkdownSection], kept: &[Kept<'_>]) -> String {
    let snapshots = sections.len() - kept.len();
    let rows = |kept: &Kept<'_>| {
        let MarkdownSection { raised, folded, steps, .. } = kept.section;
        (raised.len() - kept.raised) + (folded.len() - kept.folded) + (steps.len() - kept.steps)
    };
    match (snapshots, kept.iter().map(rows).sum::<usize>()) {
        (0, 0) => String::new(),
        (snapshots, rows) => {
            format!("**Cut to stay below 1 MiB: {snapshots} snapshots and {rows} rows are left out.**\n")
        }
    }
}
