//! What stands above the rows: what was judged, and by what.

use std::collections::HashSet;

use super::options::TextOptions;
use crate::{
    eval::{notation::duration, snapshot::LeftOut},
    outcome::Judged,
    report::{
        escape::shown,
        layout::hanging,
        rows::{span, times},
        wording::counted,
    },
};

/// The head of a snapshot called `name`.
pub(super) fn render(judged: &Judged<'_>, name: &str, options: &TextOptions) -> String {
    let paragraph = |text: &String| hanging("", std::slice::from_ref(text), "", options.width);
    let mut head = hanging("", &title(judged, name), "   ", options.width);
    // As it is: a path is not broken.
    head += &format!("table: {}\n", shown(&options.table));
    head.extend(left_out(judged).iter().map(paragraph));
    head.extend(hidden(judged).iter().map(paragraph));
    if options.verbose {
        head.extend(abouts_and_labels(judged).iter().map(paragraph));
    }
    head.extend(unused(judged).iter().map(paragraph));
    head
}

fn title(judged: &Judged<'_>, name: &str) -> Vec<String> {
    let stage = judged.verdict.stage();
    let place = format!("{} / {}", shown(&stage.pipeline().name), shown(&stage.stage().name));
    let parts = [place, shown(name).into_owned(), span(judged)];
    parts.into_iter().chain(times(judged)).collect()
}

/// How many windows were left out, and why: `left out: 12 windows before the stage was entered, 6 before the last 1h`.
fn left_out(judged: &Judged<'_>) -> Option<String> {
    let verdict = &judged.verdict;
    let LeftOut { before_entry, before_last } = verdict.left_out();
    let is_warmed = verdict.stage().stage().warmup.is_some_and(|warmup| !warmup.is_zero());
    let entry = if is_warmed { "before the stage was entered and warm" } else { "before the stage was entered" };
    // What is judged is what the last windows cover, which can be longer than what was asked for.
    let last = format!("before the last {}", duration(verdict.observed()));
    match (before_entry, before_last) {
        (0, 0) => None,
        (windows, 0) => Some(format!("left out: {} {entry}", counted(windows, "window"))),
        (0, windows) => Some(format!("left out: {} {last}", counted(windows, "window"))),
        (windows, more) => Some(format!("left out: {} {entry}, {more} {last}", counted(windows, "window"))),
    }
}

/// The warnings that no row shows: of triggers that only windows which are left out would fire.
fn hidden(judged: &Judged<'_>) -> Vec<String> {
    let verdict = &judged.verdict;
    let told: HashSet<&str> = verdict.checks().iter().filter_map(|check| check.reason.as_deref()).collect();
    let untold = verdict.warnings().into_iter().filter(|warning| !told.contains(warning));
    untold.map(|warning| format!("warning: {}", shown(warning))).collect()
}

fn abouts_and_labels(judged: &Judged<'_>) -> Vec<String> {
    let stage = judged.verdict.stage();
    let (pipeline, stage) = (stage.pipeline(), stage.stage());
    let abouts = [&pipeline.title, &pipeline.about, &stage.title, &stage.about].into_iter().flatten();
    let abouts = abouts.map(|text| shown(text.trim_end()).into_owned());
    let labels = judged.reading.labels.iter();
    abouts.chain(labels.map(|(key, value)| format!("label {}: {}", shown(key), shown(value)))).collect()
}

/// What the snapshot has and the pipeline does not declare.
fn unused(judged: &Judged<'_>) -> Vec<String> {
    let reading = &judged.reading;
    let lists = [("metrics", &reading.unused_metrics), ("baselines", &reading.unused_baseline)];
    let line = |(what, names): (&str, &Vec<String>)| {
        let names: Vec<_> = names.iter().map(|name| shown(name)).collect();
        format!("not judged, for the pipeline has no such {what}: {}", names.join(", "))
    };
    lists.into_iter().filter(|(_, names)| !names.is_empty()).map(line).collect()
}
