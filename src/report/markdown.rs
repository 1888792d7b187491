//! Markdown for a comment on a pull request or for a summary in CI: the verdict first, what is not passing, what to do
//! now; the rest is folded.

use std::cmp::Reverse;

use super::{
    batch::Batch,
    format::Settings,
    gfm::{code, prose},
    text::summary,
    told::{Told, span, steps_title, times, told},
};
use crate::{
    exit::Exit,
    outcome::{Judged, Outcome},
    refusal::{Fault, Refusal},
};

/// GitHub drops a summary of more than 1 MiB altogether. What stands beside rows and headings is far below the rest.
const MOST_BYTES: usize = (1 << 20) - (16 << 10);

/// What one snapshot adds. Texts are Markdown.
#[derive(Debug)]
pub struct Piece {
    exit: Exit,
    /// The stage that judged, if that can be told: `` `tsfm` / `canary_5` ``.
    stage: Option<String>,
    snapshot: String,
    /// Why, in a few words.
    summary: String,
    /// What else there is to know, a paragraph.
    facts: String,
    table: &'static [&'static str],
    raised: Vec<String>,
    folded: Vec<String>,
    steps_title: String,
    steps: Vec<String>,
}

const CHECKS: &[&str] = &["check", "metric", "worst value", "limit", "windows", "reason and rule"];
const FAULTS: &[&str] = &["fault", "place", "what to do"];
const OVERVIEW: &[&str] = &["verdict", "snapshot", "stage", "why"];

/// What one snapshot adds.
#[must_use]
pub fn piece(outcome: &Outcome<'_>, settings: &Settings) -> Piece {
    let name = outcome.name.as_deref();
    match &outcome.result {
        Ok(judged) => of_judged(judged, outcome, settings),
        Err(refusal) => Piece {
            exit: outcome.exit(),
            stage: None,
            snapshot: code(name.unwrap_or(&refusal.origin)),
            summary: prose(&summary(outcome)),
            facts: format!("Table: {}.", code(&settings.table)),
            table: FAULTS,
            raised: fault_rows(refusal),
            folded: Vec::new(),
            steps_title: "Next steps".to_owned(),
            steps: vec!["Do not promote. Mend what is listed, and judge again.".to_owned()],
        },
    }
}

fn of_judged(judged: &Judged<'_>, outcome: &Outcome<'_>, settings: &Settings) -> Piece {
    let verdict = &judged.verdict;
    let stage = verdict.stage();
    let (raised, folded): (Vec<_>, Vec<_>) = told(judged).into_iter().partition(|told| told.urgency.is_raised());
    let rows = |told: &[Told<'_, '_>]| told.iter().map(check_row).collect();
    let name = code(outcome.name.as_deref().unwrap_or("-"));
    let times = times(judged).map_or(String::new(), |times| format!(", {times}"));
    let labels = judged.reading.labels.iter().map(|(key, value)| format!(" Label {}: {}.", code(key), code(value)));
    let (passed, triggered) = (verdict.gate_passed(), verdict.rollback_triggered());
    let mut steps: Vec<String> = verdict.next_steps().iter().map(|step| prose(step)).collect();
    if outcome.exit() == Exit::Hold {
        steps.push("Stay at this stage. See to what is listed, and judge a fresh snapshot.".to_owned());
    }
    Piece {
        exit: outcome.exit(),
        stage: Some(format!("{} / {}", code(&stage.pipeline().name), code(&stage.stage().name))),
        facts: format!(
            "gate_passed: {passed}, rollback_triggered: {triggered}. Snapshot {name}: {}{times}. Table: {}.{}",
            span(judged),
            code(&settings.table),
            labels.collect::<String>(),
        ),
        snapshot: name,
        summary: prose(&summary(outcome)),
        table: CHECKS,
        raised: rows(&raised),
        folded: rows(&folded),
        steps_title: steps_title(judged),
        steps,
    }
}

fn check_row(told: &Told<'_, '_>) -> String {
    let word = if told.urgency.is_raised() { format!("**{}**", told.word) } else { told.word.to_owned() };
    let reason = told.reason.as_deref().map(code);
    let rule = told.check.map(|check| {
        let about = check.rule.about.as_deref().map_or(String::new(), |about| format!(": {}", prose(about)));
        format!("{}, line {}{about}", code(&check.rule.id), check.rule.line)
    });
    let why = reason.into_iter().chain(rule).collect::<Vec<_>>().join("<br>");
    row(&[word, code(&told.subject), told.value.clone(), prose(&told.limit), told.places.clone(), why])
}

fn fault_rows(refusal: &Refusal) -> Vec<String> {
    let fault_row = |fault: &Fault| {
        let place = refusal.place(fault).map_or(String::new(), |place| format!(":{}:{}", place.line, place.column));
        let help = fault.help.as_deref().map(prose).unwrap_or_default();
        let what = format!("{}: {}", code(fault.code.name()), prose(&fault.message));
        row(&[what, code(&format!("{}{place}", refusal.origin)), help])
    };
    let more =
        (refusal.more > 0).then(|| row(&[format!("{} more faults", refusal.more), String::new(), String::new()]));
    refusal.faults.iter().map(fault_row).chain(more).collect()
}

fn row(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

/// The file, worst first. What does not fit is left out at the end of a row, and counted.
#[must_use]
pub fn whole(mut pieces: Vec<Piece>) -> String {
    pieces.sort_by_key(|piece| Reverse(piece.exit));
    let mut room = Room(MOST_BYTES);
    let overview = overview(&pieces, &mut room);
    let kept = room.keep(&pieces);
    let mut text = String::new();
    match pieces.as_slice() {
        [only] => {
            text += &format!("## {}: {}\n\n", only.exit.word(), only.title());
            text += &kept.iter().map(Kept::render).collect::<String>();
        }
        _ => {
            text += &overview;
            let (raised, promoted): (Vec<_>, Vec<_>) = kept.iter().partition(|kept| kept.piece.exit != Exit::Promote);
            text += &raised.into_iter().map(Kept::section).collect::<String>();
            if !promoted.is_empty() {
                let sections: String = promoted.iter().map(|kept| kept.section()).collect();
                text += &folded(&format!("{} to promote", promoted.len()), &sections);
            }
        }
    }
    text + &left_out(&pieces, &kept)
}

/// What several snapshots came to: how many of each answer, and a row for each that is not promoted.
fn overview(pieces: &[Piece], room: &mut Room) -> String {
    let mut batch = Batch::default();
    for piece in pieces {
        batch.add(piece.exit, None);
    }
    let row = |piece: &Piece| {
        let stage = piece.stage.clone().unwrap_or_else(|| "-".to_owned());
        row(&[format!("**{}**", piece.exit.word()), piece.snapshot.clone(), stage, piece.summary.clone()])
    };
    let rows: Vec<String> = pieces.iter().filter(|piece| piece.exit != Exit::Promote).map(row).collect();
    // The sections say more, so they have the larger part.
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

/// How much of a snapshot there is room for.
struct Kept<'a> {
    piece: &'a Piece,
    raised: usize,
    folded: usize,
    steps: usize,
}

impl Room {
    /// What stands around the rows of a table or a list.
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

    /// The pieces that fit: of each its steps and what is not passing; then, where there is room, what is folded.
    fn keep<'a>(&mut self, pieces: &'a [Piece]) -> Vec<Kept<'a>> {
        let mut kept = Vec::new();
        for piece in pieces {
            let head = piece.title().len() + piece.summary.len() + piece.facts.len() + Self::FRAME;
            let Some(left) = self.0.checked_sub(head) else { break };
            self.0 = left;
            let (steps, raised) = (self.rows(&piece.steps), self.rows(&piece.raised));
            kept.push(Kept { piece, raised, folded: 0, steps });
        }
        for kept in &mut kept {
            kept.folded = self.rows(&kept.piece.folded);
        }
        kept
    }
}

impl Piece {
    /// The stage, or, where that is not known, the file.
    fn title(&self) -> &str {
        self.stage.as_ref().unwrap_or(&self.snapshot)
    }
}

impl Kept<'_> {
    /// With a heading of its own, as one of several.
    fn section(&self) -> String {
        let Piece { exit, stage, snapshot, .. } = self.piece;
        let stage = stage.as_ref().map_or(String::new(), |stage| format!("{stage}, "));
        format!("### {}: {stage}{snapshot}\n\n{}", exit.word(), self.render())
    }

    fn render(&self) -> String {
        let piece = self.piece;
        let mut text = format!("{}\n\n{}\n\n", piece.summary, piece.facts);
        text += &table(piece.table, piece.raised.iter().take(self.raised));
        if self.steps > 0 {
            text += &format!("**{}** (nothing was executed)\n\n", piece.steps_title);
            let steps = piece.steps.iter().take(self.steps).map(|step| format!("- [ ] {step}\n"));
            text += &(steps.collect::<String>() + "\n");
        }
        if self.folded > 0 {
            let what = format!("{} more: ok, quiet or not evaluated", piece.folded.len());
            text += &folded(&what, &table(piece.table, piece.folded.iter().take(self.folded)));
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

/// Folded, as HTML that ends at the empty line, so that what is inside is Markdown.
fn folded(what: &str, text: &str) -> String {
    format!("<details><summary>{what}</summary>\n\n{text}</details>\n\n")
}

/// The note on what did not fit; nothing if all did.
fn left_out(pieces: &[Piece], kept: &[Kept<'_>]) -> String {
    let snapshots = pieces.len() - kept.len();
    let rows = |kept: &Kept<'_>| {
        let Piece { raised, folded, steps, .. } = kept.piece;
        (raised.len() - kept.raised) + (folded.len() - kept.folded) + (steps.len() - kept.steps)
    };
    match (snapshots, kept.iter().map(rows).sum::<usize>()) {
        (0, 0) => String::new(),
        (snapshots, rows) => {
            format!("**Cut to stay below 1 MiB: {snapshots} snapshots and {rows} rows are left out.**\n")
        }
    }
}
