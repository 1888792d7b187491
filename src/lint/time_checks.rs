//! Times of a rule that do not fit together, or do not fit the pipeline's windows.

use super::{
    code::Lint,
    finding::{Finding, Owner, Part, RuleId, rules},
};
use crate::eval::{
    notation::duration,
    table::{Kind, Pipeline, Rule, Width},
};

/// Rules with a `for` or an `over` that is shorter than a window of their pipeline.
#[must_use]
pub fn shorter_than_a_window(pipeline: &Pipeline) -> Vec<Finding> {
    let Some(window) = pipeline.window else { return Vec::new() };
    rules(pipeline).filter_map(|(id, rule)| is_shorter(id, rule, window)).collect()
}

fn is_shorter(id: RuleId, rule: &Rule, window: Width) -> Option<Finding> {
    let (Width::Exactly(width) | Width::AtMost(width)) = window;
    let narrow = rule.narrower_than(width)?;
    let key = if rule.persistence.lasting() == Some(narrow) { "for" } else { "over" };
    let (narrow, width) = (duration(narrow), duration(width));
    let (can, cannot) = match rule.kind {
        Kind::Gate => ("fail", "pass"),
        Kind::Rollback => ("fire", "stay quiet"),
    };
    let message = match window {
        Width::Exactly(_) => format!(
            "`{key}: {narrow}` is shorter than a window of {width}: this rule can {can} and never {cannot}: where \
             it does not {can}, it is no data"
        ),
        Width::AtMost(_) => format!(
            "`{key}: {narrow}` is shorter than the widest window, {width}: in a snapshot of such windows, this rule \
             can {can} and not {cannot}"
        ),
    };
    let help = format!("write `{key}: {width}` or more, or narrow the pipeline's `window`");
    let finding = Finding::new(Lint::ShorterThanAWindow, Part::Key(Owner::Rule(id), key), message, help);
    Some(finding.beside(Part::Key(Owner::Pipeline, "window"), "the width of a window").unless_meant())
}
