//! One snapshot: what happened, what to do now, every check, every judged metric, and what else the file said.

use maud::{Markup, html};

use super::{
    metric::judged,
    words::{PageWords, class},
};
use crate::{
    eval::{
        notation::duration,
        verdict::{Check, Decision},
    },
    outcome::Judged,
    refusal::{Fault, Refusal},
    report::{
        escape::shown,
        fault,
        rows::{CheckRow, Urgency, check_rows, times},
        steps::step_lists,
        wording::{counted, within},
    },
};

/// What was judged, and by what.
pub(super) fn head(judged: &Judged<'_>, table: &str) -> Markup {
    let Judged { reading, verdict } = judged;
    let (pipeline, stage) = (verdict.stage().pipeline(), verdict.stage().stage());
    let required = verdict.required().map(|required| format!(" of {}", duration(required))).unwrap_or_default();
    let titles: Vec<_> = [&pipeline.title, &stage.title].into_iter().flatten().map(|title| shown(title)).collect();
    html! {
        @if !titles.is_empty() { p.name { (titles.join(", ")) } }
        dl.facts {
            div { dt { "Observed" } dd { (duration(verdict.observed())) (required) } }
            div { dt { "Windows" } dd { (verdict.windows()) " of " (duration(verdict.window())) } }
            @if let Some(times) = times(judged) { div { dt { "From" } dd { (times) } } }
            div { dt { "Table" } dd { bdi { (shown(table)) } } }
            @for (key, value) in &reading.labels {
                div { dt { bdi { (shown(key)) } } dd { bdi { (shown(value)) } } }
            }
        }
    }
}

/// Everything below the head.
pub(super) fn body(judged: &Judged<'_>, table: &str) -> Markup {
    let words = PageWords::new(judged, table);
    html! {
        div.beside {
            section.happened { h3 { "What happened" } (findings(&words)) }
            section.next { h3 { (next_heading(&words)) } (next(&words)) }
        }
        section { h3 { "Metrics" } (judged_metrics(&words)) }
        section { h3 { "All checks" } (checks(&words)) }
        (unused(&words))
        (about(judged))
    }
}

/// Why the pipeline and the stage are as they are.
fn about(judged: &Judged<'_>) -> Markup {
    let stage = judged.verdict.stage();
    let about = [&stage.pipeline().about, &stage.stage().about];
    html! {
        @if about.iter().any(|about| about.is_some()) {
            section {
                h3 { "About this stage" }
                @for about in about.into_iter().flatten() { p { (shown(about.trim_end())) } }
            }
        }
    }
}

fn judged_metrics(words: &PageWords<'_>) -> Markup {
    html! { div.metrics { @for metric in judged(words) { (metric.figure()) } } }
}

/// What is not passing, the most urgent first.
fn findings(words: &PageWords<'_>) -> Markup {
    const MOST: usize = 50;
    let found: Vec<_> = check_rows(words.judged).into_iter().filter(|row| row.urgency.is_raised()).collect();
    html! {
        @if found.is_empty() {
            p { "Nothing stands against it: every gate that was evaluated holds, and no trigger fired." }
        }
        @else { ol.findings { @for row in found.iter().take(MOST) { (finding(words, row)) } } }
        @if found.len() > MOST { p.note { "And " (found.len() - MOST) " more, in the table of all checks." } }
    }
}

fn finding(words: &PageWords<'_>, row: &CheckRow<'_, '_>) -> Markup {
    html! {
        li class={ "finding " (class(row.urgency)) } {
            h4 {
                (state(row)) " " bdi { (shown(&row.subject)) } " "
                span.reason { bdi { (shown(row.reason.as_deref().unwrap_or_default())) } }
            }
            dl {
                @match row.check {
                    Some(check) => (evidence(words, check)),
                    None => (too_short(words.judged)),
                }
            }
        }
    }
}

fn state(row: &CheckRow<'_, '_>) -> Markup {
    html! { span class={ "state " (class(row.urgency)) } { (row.word) } }
}

/// Since when, by how much, and by which rule.
fn evidence(words: &PageWords<'_>, check: &Check<'_>) -> Markup {
    let (id, place) = words.place(check);
    html! {
        @if let Some(since) = words.since(check) { dt { "Since" } dd { (since) } }
        @if let Some(worst) = check.worst { dt { "By how much" } dd { (words.distance(check, worst)) } }
        @if let Some(gaps) = words.gaps(check) { dt { "No data" } dd { (gaps) } }
        dt { "Rule" }
        dd { (words.sentence(check)) " " span.where { bdi { (id) } ", " bdi { (place) } } }
        @if let Some(about) = &check.rule.about { dt { "Why" } dd { (shown(about.trim_end())) } }
    }
}

fn too_short(judged: &Judged<'_>) -> Markup {
    let required = judged.verdict.required().unwrap_or_default();
    html! {
        dt { "By how much" } dd { (duration(required.saturating_sub(judged.verdict.observed()))) " too short" }
        dt { "Rule" } dd { "The stage asks for " (duration(required)) " of windows before it is promoted." }
    }
}

fn next_heading(words: &PageWords<'_>) -> String {
    let verdict = &words.judged.verdict;
    let within = within(verdict.stage().stage());
    if within.is_empty() || !verdict.rollback_triggered() {
        return "What to do now".to_owned();
    }
    format!("What to do now,{within}")
}

/// What to do, and on hold what would let the stage go on.
fn next(words: &PageWords<'_>) -> Markup {
    let verdict = &words.judged.verdict;
    let stage = shown(&verdict.stage().stage().name);
    let next = verdict.stage().next().map(|next| shown(&next.name));
    let first = match (verdict.decision(), next) {
        (Decision::Promote, Some(next)) => format!("Go on to {next}."),
        (Decision::Promote, None) => format!("{stage} was the last stage: the rollout is complete."),
        (Decision::Hold, _) => format!("Stay at {stage}: do not promote, and do not roll back."),
        (Decision::Rollback, _) => format!("Roll back from {stage}."),
    };
    html! {
        p.first { strong { (first) } }
        @for list in step_lists(words.judged) {
            p { (list.title) }
            ol.steps { @for step in list.steps { li { (shown(step.trim_end())) } } }
        }
        p.note { "Nothing was executed." }
    }
}

/// Every check, the most urgent first. On thousands of series there are very many: then only the first ones.
fn checks(words: &PageWords<'_>) -> Markup {
    const MOST: usize = 2000;
    let all = check_rows(words.judged);
    html! {
        // On a small screen the table scrolls inside this box; tabindex lets the keyboard scroll it, too.
        div.scroll tabindex="0" role="region" aria-label="All checks" {
            table.checks {
                thead { tr {
                    @for head in ["State", "Metric"] { th scope="col" { (head) } }
                    th.number scope="col" { "Worst" }
                    @for head in ["Limit", "Windows", "Rule"] { th scope="col" { (head) } }
                } }
                tbody { @for row in all.iter().take(MOST) { (check_row(words, row)) } }
            }
        }
        @if all.len() > MOST { p.note { "And " (all.len() - MOST) " more; the JSON report has them all." } }
    }
}

fn check_row(words: &PageWords<'_>, row: &CheckRow<'_, '_>) -> Markup {
    let why = row.reason.as_deref().filter(|_| row.urgency == Urgency::NotEvaluated);
    html! {
        tr {
            td { (state(row)) }
            th scope="row" { bdi { (shown(&row.subject)) } }
            td.number { (row.value) }
            td { (shown(&row.limit)) }
            td { (shown(why.unwrap_or(&row.windows))) }
            td.where {
                @if let Some((id, place)) = row.check.map(|check| words.place(check)) { bdi { (id) } ", " bdi { (place) } }
            }
        }
    }
}

/// What the snapshot holds and no rule looked at.
fn unused(words: &PageWords<'_>) -> Markup {
    let reading = &words.judged.reading;
    let lists = [("metrics", &reading.unused_metrics), ("baselines", &reading.unused_baseline)];
    html! {
        @if lists.iter().any(|(_, names)| !names.is_empty()) {
            section {
                h3 { "Not judged" }
                @for (what, names) in lists.into_iter().filter(|(_, names)| !names.is_empty()) {
                    p {
                        "The pipeline has no such " (what) ": "
                        @for (index, name) in names.iter().enumerate() {
                            @if index > 0 { ", " }
                            bdi { (shown(name)) }
                        }
                        "."
                    }
                }
            }
        }
    }
}

/// Why there is no verdict.
pub(super) fn refused(refusal: &Refusal) -> Markup {
    html! {
        div.beside {
            section.happened {
                h3 { "What happened" }
                p {
                    bdi { (shown(&refusal.origin)) } " cannot be used, so nothing was judged. "
                    (counted(refusal.faults.len() + refusal.more, "fault")) " found:"
                }
                ol.findings { @for fault in &refusal.faults { (fault_found(refusal, fault)) } }
                @if refusal.more > 0 { p.note { "And " (refusal.more) " more." } }
            }
            section.next {
                h3 { "What to do now" }
                p.first { strong { "Do not promote: nobody knows whether the gates hold." } }
                ul {
                    li { "Mend what is named here." }
                    li { "Then judge again." }
                }
                p.note { "Nothing was executed." }
            }
        }
    }
}

fn fault_found(refusal: &Refusal, fault: &Fault) -> Markup {
    let place = refusal.place(fault).map(|place| format!(":{}:{}", place.line, place.column)).unwrap_or_default();
    let quoted = fault::quoted(refusal, fault);
    html! {
        li.finding.refused {
            h4 { span.state.refused { "error" } " " bdi { (shown(&fault.message)) } }
            dl {
                dt { "Where" }
                dd {
                    bdi { (shown(&refusal.origin)) (place) }
                    @if !fault.path.is_empty() { ", at " bdi { (shown(&fault.path)) } }
                }
                @if let Some(help) = &fault.help { dt { "Way out" } dd { bdi { (shown(help)) } } }
                dt { "Code" } dd { (fault.code.name()) }
            }
            @if let Some(quoted) = quoted {
                pre tabindex="0" role="region" aria-label="The place in the file" { (quoted) }
            }
        }
    }
}
