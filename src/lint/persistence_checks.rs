//! Rollback rules that wait for longer than their stages observe, for an unknown time, or that apply at no stage.

use super::{
    code::Lint,
    finding::{Finding, Owner, Part, RuleId, rules, stages},
};
use crate::eval::{
    notation::duration,
    persistence::{Persistence, covered, windows_to_cover},
    table::{Pipeline, Rule, Width},
};

/// Rollback rules whose limits stand at no common stage.
#[must_use]
pub fn triggers_at_no_stage(pipeline: &Pipeline) -> Vec<Finding> {
    let stands = |rule: &Rule| stages(pipeline).any(|(stage, _)| rule.applies_at(stage));
    let finding = |(id, rule): (RuleId, &Rule)| {
        let message = format!("the rule `{}` stands at no stage: none has all of its limits", rule.id);
        let help = "name the same stages in the limits of `and` as in its own";
        Finding::new(Lint::TriggerCannotFire, Part::Whole(Owner::Rule(id)), message, help)
    };
    rules(pipeline).filter(|(_, rule)| !stands(rule)).map(finding).collect()
}

/// Rollback rules that wait longer than any of their stages observes.
#[must_use]
pub fn triggers_that_wait_too_long(pipeline: &Pipeline) -> Vec<Finding> {
    rules(pipeline).filter_map(|(id, rule)| waits_too_long(pipeline, id, rule)).collect()
}

fn waits_too_long(pipeline: &Pipeline, id: RuleId, rule: &Rule) -> Option<Finding> {
    let its_stages = || stages(pipeline).filter(|(stage, _)| rule.applies_at(*stage));
    // A stage that does not say how long it observes may observe for any time.
    if its_stages().any(|(_, stage)| stage.observe.is_none()) {
        return None;
    }
    let (stage, observed) =
        its_stages().filter_map(|(id, stage)| Some((id, stage.observe?))).max_by_key(|(_, observed)| *observed)?;
    let (waits, needed) = match (rule.persistence, pipeline.window.and_then(Width::exactly)) {
        (Persistence::For(lasting), None) => (duration(lasting), lasting),
        (persistence, Some(window)) => {
            let windows = persistence.run(window)?;
            // A stage that observes for 12m has three windows of 5m: the last may end later.
            if windows <= windows_to_cover(observed, window) {
                return None;
            }
            (format!("{windows} windows of {}", duration(window)), covered(windows, window))
        }
        _ => return None,
    };
    (needed > observed).then(|| {
        let observed = duration(observed);
        let message = format!("this trigger waits for {waits}, and none of its stages observes more than {observed}");
        let help = "let it wait for less, or let a stage observe for longer";
        Finding::new(Lint::TriggerCannotFire, Part::Persistence(id), message, help)
            .beside(Part::Observe(stage), "the longest")
            .unless_meant()
    })
}

/// `windows: N` above 1 in a pipeline that does not say how wide a window is.
#[must_use]
pub fn windows_of_any_width(pipeline: &Pipeline) -> Vec<Finding> {
    let finding = |(id, rule): (RuleId, &Rule)| {
        let Persistence::Windows(windows) = rule.persistence else { return None };
        let message =
            format!("this trigger waits for {windows} windows, and the pipeline does not say how wide they are");
        let help = "declare `window` in the pipeline, or write `for` and a duration instead of `windows`";
        let finding = Finding::new(Lint::WindowsWithoutWindow, Part::Persistence(id), message, help).unless_meant();
        (windows.get() > 1 && pipeline.window.and_then(Width::exactly).is_none()).then_some(finding)
    };
    rules(pipeline).filter_map(finding).collect()
}
