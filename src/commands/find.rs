//! Pipelines and stages by the names that the command line gives.

use rollout_gate::{
    eval::table::{Pipeline, StageRules, Table},
    input::did_you_mean,
    refusal::{Code, Fault, Refusal},
};

/// The pipeline called `name`.
///
/// # Errors
/// There is none; `origin` names the table.
pub(crate) fn find_pipeline<'t>(table: &'t Table, origin: &str, name: &str) -> Result<&'t Pipeline, Refusal> {
    let found = table.pipelines.iter().find(|pipeline| pipeline.name == name);
    let known = table.pipelines.iter().map(|pipeline| pipeline.name.as_str());
    found.ok_or_else(|| {
        let fault = Fault::new(Code::UnknownPipeline, format!("unknown pipeline {name:?}"));
        Refusal::unreadable(origin, fault.help(did_you_mean(name, known)))
    })
}

/// The stage of `pipeline` called `name`.
///
/// # Errors
/// There is none; `origin` names the table.
pub(crate) fn find_stage<'t>(pipeline: &'t Pipeline, origin: &str, name: &str) -> Result<StageRules<'t>, Refusal> {
    let known = pipeline.stages.iter().map(|stage| stage.name.as_str());
    pipeline.stage(name).ok_or_else(|| {
        let fault = Fault::new(Code::UnknownStage, format!("unknown stage {name:?} of {}", pipeline.name));
        Refusal::unreadable(origin, fault.help(did_you_mean(name, known)))
    })
}
