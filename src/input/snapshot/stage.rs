//! Which stage judges a snapshot, from what it says itself and what is asked of it.

use super::{Document, Request, StageNamedBy};
use crate::{
    eval::table::{StageRules, Table},
    input::{
        document::Path,
        stages::{GivenName, StageHints, candidates, choose},
    },
    refusal::{Code, Faults},
};

/// What to do where the stage cannot be told, in the words of who may name it.
pub(super) fn stage_hints(named_by: StageNamedBy) -> StageHints {
    match named_by {
        StageNamedBy::Flags | StageNamedBy::Test => {
            StageHints { stage: "add \"stage\", or use --stage", pipeline: "add \"pipeline\", or use --pipeline" }
        }
        StageNamedBy::SnapshotAlone => StageHints { stage: "add \"stage\"", pipeline: "add \"pipeline\"" },
    }
}

impl Document<'_, '_> {
    /// The stage that judges, from the request and the document.
    pub(super) fn stage<'t>(&self, table: &'t Table, request: &Request, faults: &mut Faults) -> Option<StageRules<'t>> {
        let pipeline = self.agreed("pipeline", request.pipeline.as_deref(), request.named_by, faults).ok()?;
        let stage = self.agreed("stage", request.stage.as_deref(), request.named_by, faults).ok()?;
        let candidates = candidates(table, pipeline.as_ref(), faults)?;
        choose(
            &candidates,
            stage.as_ref(),
            |fault| fault.at(self.text.start_of(self.text.root())).path("$"),
            &stage_hints(request.named_by),
            faults,
        )
    }

    /// What the request and the document say of `key`, which must agree; `Err` where they do not.
    fn agreed(
        &self,
        key: &'static str,
        wanted: Option<&str>,
        named_by: StageNamedBy,
        faults: &mut Faults,
    ) -> Result<Option<GivenName>, ()> {
        let value = self.get(key);
        let said = self.string(key, faults);
        if value.is_some() && said.is_none() {
            return Err(());
        }
        let path = if value.is_some() { Path::Root("$").key(key).to_string() } else { format!("--{key}") };
        let span = value.map(|value| self.text.span(value.get()));
        let Some(name) = said.or_else(|| wanted.map(str::to_owned)) else { return Ok(None) };
        let named = GivenName { name, path, span };
        match wanted.filter(|wanted| *wanted != named.name) {
            None => Ok(Some(named)),
            Some(wanted) => {
                let other = match named_by {
                    StageNamedBy::Flags | StageNamedBy::SnapshotAlone => format!("--{key}"),
                    StageNamedBy::Test => "the test".to_owned(),
                };
                let message = format!("the snapshot says {key} {:?}, and {other} says {wanted:?}", named.name);
                let conflict = named.fault(Code::Contradiction, message);
                faults.push(conflict.help("they must agree; leave one of them out"));
                Err(())
            }
        }
    }
}
