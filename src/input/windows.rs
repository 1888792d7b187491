//! The width of a window, which a document and its pipeline may both say.

use std::time::Duration;

use crate::{
    eval::{
        notation::duration,
        table::{Pipeline, Width},
    },
    refusal::{Code, Fault},
};

/// What belongs where a width does.
pub(super) const EXPECTED: &str = "the minutes of one window, more than zero, belong here";

/// What to write there.
pub(super) const HELP: &str = "write a number such as 5";

/// Minutes as the width of a window; `None` unless they are more than zero and can be a duration.
pub(super) fn width(minutes: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(minutes * 60.0).ok().filter(|window| !window.is_zero())
}

/// The fault of a document that says another width than its pipeline. `whose` is "the snapshot".
pub(super) fn disagreement(whose: &str, window: Duration, pipeline: &Pipeline) -> Option<Fault> {
    let declared = pipeline.window.filter(|declared| !declared.allows(window))?;
    let (allowed, help) = match declared {
        Width::Exactly(width) => (duration(width), "they must agree"),
        Width::AtMost(width) => (format!("at most {}", duration(width)), "what a wider window hides, nobody knows"),
    };
    let message =
        format!("{whose} has windows of {}, and pipeline {} has windows of {allowed}", duration(window), pipeline.name);
    Some(Fault::new(Code::Contradiction, message).help(help))
}

/// What to do where nothing says a width.
pub(super) fn say_which(pipeline: &Pipeline) -> String {
    let widths = match pipeline.window {
        Some(Width::AtMost(width)) => format!("any width up to {}", duration(width)),
        _ => "any width".to_owned(),
    };
    format!("pipeline {} has windows of {widths}: say which", pipeline.name)
}
