//! Which stage of a table judges, from what a document and its user name.

use std::ops::Range;

use super::suggestion::{did_you_mean, nearest};
use crate::{
    eval::table::{Pipeline, StageRules, Table},
    refusal::{Code, Fault, Faults},
};

/// A pipeline or a stage by its name, and where that was said.
pub(super) struct GivenName {
    pub(super) name: String,
    /// Where in the document, or which flag.
    pub(super) path: String,
    /// In the text; `None` if a flag said it.
    pub(super) span: Option<Range<usize>>,
}

impl GivenName {
    pub(super) fn fault(&self, code: Code, message: String) -> Fault {
        let fault = Fault::new(code, message).path(&self.path);
        match &self.span {
            Some(span) => fault.at(span.clone()),
            None => fault,
        }
    }
}

/// What to do where the stage cannot be told.
pub(super) struct StageHints {
    /// How to name a stage: `add "stage", or use --stage`.
    pub(super) stage: &'static str,
    /// How to name a pipeline.
    pub(super) pipeline: &'static str,
}

/// The pipelines that may be meant: the named one, or all of them.
pub(super) fn candidates<'t>(
    table: &'t Table,
    pipeline: Option<&GivenName>,
    faults: &mut Faults,
) -> Option<Vec<&'t Pipeline>> {
    let Some(named) = pipeline else { return Some(table.pipelines.iter().collect()) };
    let found = table.pipelines.iter().find(|pipeline| pipeline.name == named.name);
    if found.is_none() {
        let known = table.pipelines.iter().map(|pipeline| pipeline.name.as_str());
        let fault = named.fault(Code::UnknownPipeline, format!("unknown pipeline {:?}", named.name));
        faults.push(fault.help(did_you_mean(&named.name, known)));
    }
    Some(vec![found?])
}

/// The stages of this name, one at most of each candidate; a fault where there is none.
pub(super) fn of_name<'t>(candidates: &[&'t Pipeline], named: &GivenName, faults: &mut Faults) -> Vec<StageRules<'t>> {
    let found: Vec<StageRules<'t>> = candidates.iter().filter_map(|pipeline| pipeline.stage(&named.name)).collect();
    if found.is_empty() {
        let known = candidates.iter().flat_map(|pipeline| pipeline.stages.iter().map(|stage| stage.name.as_str()));
        let fault = named.fault(Code::UnknownStage, format!("unknown stage {:?}", named.name));
        let near = nearest(&named.name, known).map(|near| format!("did you mean `{near}`?"));
        faults.push(fault.help(near.unwrap_or_else(|| format!("known here: {}", ladders(candidates)))));
    }
    found
}

/// The one stage that is meant. `unnamed` is the place of a document that names none.
pub(super) fn choose<'t>(
    candidates: &[&'t Pipeline],
    stage: Option<&GivenName>,
    unnamed: impl FnOnce(Fault) -> Fault,
    stage_hints: &StageHints,
    faults: &mut Faults,
) -> Option<StageRules<'t>> {
    let Some(named) = stage else {
        let fault = unnamed(Fault::new(Code::NoStage, "no stage is named"));
        faults.push(fault.help(format!("{}: {}", stage_hints.stage, ladders(candidates))));
        return None;
    };
    match of_name(candidates, named, faults).as_slice() {
        [] => None,
        [stage] => Some(*stage),
        several => {
            let having: Vec<_> = several.iter().map(|stage| stage.pipeline().name.as_str()).collect();
            let message = format!("several pipelines have a stage {:?}: {}", named.name, having.join(", "));
            faults.push(named.fault(Code::AmbiguousStage, message).help(stage_hints.pipeline));
            None
        }
    }
}

/// The stages of each pipeline: `tsfm: canary_5, canary_25; web4: pct_1`.
fn ladders(pipelines: &[&Pipeline]) -> String {
    let ladder = |pipeline: &&Pipeline| {
        let stages: Vec<_> = pipeline.stages.iter().map(|stage| stage.name.as_str()).collect();
        format!("{}: {}", pipeline.name, stages.join(", "))
    };
    pipelines.iter().map(ladder).collect::<Vec<_>>().join("; ")
}
