//! A page for people: one file that needs nothing beside it. Verdict first, then why, since when, by how much and
//! what to do; below, each judged metric as a chart.
//!
//! Everything from a file is escaped twice: what acts is written out (`escape`), and what is markup becomes text (the
//! template). Equal inputs give equal bytes.

mod article;
mod chart;
mod metric;
mod scale;
mod values;
mod words;

use std::cmp::Reverse;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{batch::Batch, escape::shown, section::Section, table_name::TableName, text::summary};
use crate::{exit::Exit, outcome::Outcome};

/// The style of the page, and its hash: the page's content security policy allows what has this hash, and nothing else.
const STYLE: &str = include_str!("html/style.css");
const STYLE_HASH: &str = "sha256-rvruEayoXrqTIt6TyXbfrWveVYg4np0X3DsM6xOBk0Y=";

/// The form that filters the overview of a batch, and its script. Without scripts the form stays hidden, and the page lists
/// everything.
const FORM: &str = include_str!("html/filter.html");
const FILTER: &str = include_str!("html/filter.js");
const FILTER_HASH: &str = "sha256-3kheN8GXTUmSB9Qq8AlBQvkdpIAtjgwt6Yru5P1KBIA=";

/// How many bytes of a batch are shown in full, at most: larger pages are slow to open. The overview lists all snapshots.
const FULL: usize = 32 << 20;

/// One snapshot as a part of a page.
#[derive(Clone, Debug)]
pub(super) struct PageSection {
    exit: Exit,
    /// The snapshot; `-` where there is none.
    name: String,
    /// `tsfm / canary_5`; empty for no verdict.
    stage: String,
    summary: String,
    /// What is shown below the overview; `None` once it is known that there is no room for it.
    full: Option<Full>,
}

/// What is shown of a snapshot in full.
#[derive(Clone, Debug)]
struct Full {
    head: Markup,
    body: Markup,
}

impl Section for PageSection {
    fn of(outcome: &Outcome<'_>, table: &TableName) -> Self {
        let (stage, head, body) = match &outcome.result {
            Ok(judged) => {
                let stage = judged.verdict.stage();
                let stage = format!("{} / {}", shown(&stage.pipeline().name), shown(&stage.stage().name));
                (stage, article::head(judged, &table.name), article::body(judged, &table.name))
            }
            Err(refusal) => (String::new(), Markup::default(), article::refused(refusal)),
        };
        let name = shown(outcome.name.as_deref().unwrap_or("-")).into_owned();
        Self { exit: outcome.exit(), name, stage, summary: summary(outcome), full: Some(Full { head, body }) }
    }

    /// Worst first; equally bad ones in the order of the snapshots.
    fn assemble(mut sections: Vec<Self>) -> String {
        sections.sort_by_key(|section| Reverse(section.exit));
        page(&sections).into_string() + "\n"
    }

    /// A section that does not fit among these does not fit among more, either: it only moves further down.
    fn drop_hidden(mut sections: Vec<&mut Self>) {
        sections.sort_by_key(|section| Reverse(section.exit));
        let in_full = in_full(sections.iter().map(|section| &**section));
        for section in sections.into_iter().skip(in_full) {
            section.full = None;
        }
    }
}

/// How many of these sections, from the first on, are shown in full.
fn in_full<'s>(sections: impl Iterator<Item = &'s PageSection>) -> usize {
    let sizes = sections.map_while(|section| section.full.as_ref().map(|full| full.head.0.len() + full.body.0.len()));
    let sums = sizes.scan(0, |sum, size| {
        *sum += size;
        Some(*sum)
    });
    sums.take_while(|sum| *sum <= FULL).count()
}

fn page(sections: &[PageSection]) -> Markup {
    let batch = Batch::of(sections.iter().map(|section| section.exit));
    let (said, title, content) = match sections {
        [only] => (only.summary.clone(), only.title(), alone(only)),
        several => (batch.counts(), batch.counts(), overview(several)),
    };
    let exit = batch.exit();
    html! {
        (DOCTYPE)
        html lang="en" {
            (head(exit, &title))
            body {
                (hatch())
                header class={ "verdict " (class(exit)) } {
                    h1 { (exit.word()) }
                    p.summary { bdi { (said) } }
                    @if exit != Exit::NoVerdict { p.answers { (batch.answers().trim_end()) } }
                }
                main { (content) }
                footer { p { "Written by rollout-gate. Times are UTC, those at which windows open. Windows are named by their number; the first is w0." } }
                @if sections.len() > 1 { script { (PreEscaped(FILTER)) } }
            }
        }
    }
}

impl PageSection {
    fn title(&self) -> String {
        [self.stage.as_str(), self.name.as_str()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(", ")
    }
}

fn head(exit: Exit, title: &str) -> Markup {
    let policy = format!(
        "default-src 'none'; style-src '{STYLE_HASH}'; script-src '{FILTER_HASH}'; img-src data:; base-uri 'none'; \
         form-action 'none'"
    );
    html! {
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(policy);
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            title { (exit.word()) ": " (title) }
            link rel="icon" href=(icon(exit));
            style { (PreEscaped(STYLE)) }
        }
    }
}

/// The icon of the browser tab: each verdict has its own shape.
fn icon(exit: Exit) -> String {
    let shape = match exit {
        Exit::Promote => "%3Cpath fill='%231a7f45' d='M8 1l7 13H1z'/%3E",
        Exit::Hold => "%3Cpath fill='%23b27400' d='M2 2h4v12H2zM10 2h4v12h-4z'/%3E",
        Exit::Rollback => "%3Cpath fill='%23c62f26' d='M8 15L1 2h14z'/%3E",
        Exit::NoVerdict => "%3Cpath fill='%237a63c0' d='M8 1l7 7-7 7-7-7z'/%3E",
    };
    format!("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E{shape}%3C/svg%3E")
}

/// The hatching of windows without data, defined once for all charts.
fn hatch() -> Markup {
    html! {
        svg.hatch width="0" height="0" aria-hidden="true" {
            defs {
                pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                    path d="M0 3H6" {}
                }
            }
        }
    }
}

fn class(exit: Exit) -> &'static str {
    match exit {
        Exit::Promote => "promote",
        Exit::Hold => "hold",
        Exit::Rollback => "rollback",
        Exit::NoVerdict => "none",
    }
}

fn alone(section: &PageSection) -> Markup {
    html! {
        article {
            h2 { bdi { (if section.stage.is_empty() { &section.name } else { &section.stage }) } }
            @if !section.stage.is_empty() { p.name { bdi { (section.name) } } }
            @if let Some(Full { head, body }) = &section.full { (head) (body) }
        }
    }
}

/// A table of all snapshots, which the script can filter, and below it each in full.
fn overview(sections: &[PageSection]) -> Markup {
    let in_full = in_full(sections.iter());
    html! {
        section.overview {
            h2 { "Overview" }
            (PreEscaped(FORM))
            div.scroll tabindex="0" role="region" aria-label="Overview" {
                table {
                    thead { tr { @for head in ["Verdict", "Snapshot", "Why"] { th scope="col" { (head) } } } }
                    tbody { @for (number, section) in (1..).zip(sections) { (overview_row(number, section, number <= in_full)) } }
                }
            }
            @if in_full < sections.len() {
                p.note { "The page would be too large with all in full: the last " (sections.len() - in_full) " are only listed here." }
            }
        }
        @for (number, section) in (1..=in_full).zip(sections) { (one_of_several(number, section)) }
    }
}

fn overview_row(number: usize, section: &PageSection, is_in_full: bool) -> Markup {
    html! {
        tr data-verdict=(class(section.exit)) data-article={ "snapshot-" (number) } {
            td { span class={ "state " (class(section.exit)) } { (section.exit.word()) } }
            th scope="row" {
                @if is_in_full { a href={ "#" (number) } { bdi { (section.name) } } } @else { bdi { (section.name) } }
                @if !section.stage.is_empty() { " " span.where { bdi { (section.stage) } } }
            }
            td { bdi { (section.summary) } }
        }
    }
}

/// Promotions are folded. The anchor is inside the folded part, because a link to an anchor unfolds what it is in.
fn one_of_several(number: usize, section: &PageSection) -> Markup {
    html! {
        article id={ "snapshot-" (number) } {
            details open[section.exit != Exit::Promote] {
                summary {
                    h2 { span class={ "state " (class(section.exit)) } { (section.exit.word()) } " " bdi { (section.name) } }
                }
                div.inside id=(number) {
                    p.name { bdi { (section.stage) } }
                    p.summary { bdi { (section.summary) } }
                    @if let Some(Full { head, body }) = &section.full { (head) (body) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_to_judge_is_no_verdict() {
        let page = PageSection::assemble(Vec::new());
        assert!(page.contains("<h1>NO VERDICT</h1>") && page.contains("0 snapshots"), "{page}");
    }

    #[test]
    fn what_makes_the_page_too_large_is_only_listed() {
        let section = |exit: Exit| PageSection {
            exit,
            name: format!("{}.json", exit.word()),
            stage: String::new(),
            summary: String::new(),
            full: Some(Full { head: Markup::default(), body: PreEscaped(" ".repeat(FULL / 2)) }),
        };
        for (exits, in_full) in [
            (&[Exit::Promote, Exit::Hold][..], 2),
            (&[Exit::Promote, Exit::Hold, Exit::Rollback], 2),
            (&[Exit::Promote, Exit::Promote, Exit::Hold, Exit::Rollback], 2),
        ] {
            let sections: Vec<PageSection> = exits.iter().copied().map(section).collect();
            let page = PageSection::assemble(sections.clone());
            let mut kept = Vec::new();
            for section in sections {
                kept.push(section);
                PageSection::drop_hidden(kept.iter_mut().collect());
                assert!(kept.iter().filter(|section| section.full.is_some()).count() <= 2);
            }
            assert!(PageSection::assemble(kept) == page, "what was let go is not missed");
            assert_eq!(page.matches("<tr data-verdict").count(), exits.len());
            assert_eq!(page.matches("<article").count(), in_full);
            let left_out = format!("the last {} are only listed here", exits.len() - in_full);
            assert_eq!(page.contains(&left_out), exits.len() > in_full, "{left_out}");
            assert!(
                in_full == exits.len()
                    || page.contains("snapshot-2\"><details open><summary><h2><span class=\"state hold")
            );
        }
    }
}
