//! Which stage judges a snapshot, from what it says itself and what is asked of it.

use super::{
    Request, SnapshotReader, StageNamedBy,
    keys::{KnownKey, SnapshotKeys},
};
use crate::{
    eval::table::{StageRules, Table},
    input::{
        document::Path,
        stages::{GivenName, StageHints, candidates, choose},
    },
    refusal::{Code, Faults},
};

impl StageNamedBy {
    /// What to do where the stage cannot be told.
    fn hints(self) -> StageHints {
        match self {
            Self::Flags | Self::Test => {
                StageHints { stage: "add \"stage\", or use --stage", pipeline: "add \"pipeline\", or use --pipeline" }
            }
            Self::SnapshotAlone => StageHints { stage: "add \"stage\"", pipeline: "add \"pipeline\"" },
        }
    }
}

impl SnapshotReader<'_> {
    /// The stage that judges, from the request and the snapshot.
    pub(super) fn stage<'t>(
        self,
        keys: &mut SnapshotKeys,
        table: &'t Table,
        request: &Request,
        faults: &mut Faults,
    ) -> Option<StageRules<'t>> {
        let pipeline = self.agreed(&mut keys.pipeline, request.pipeline.as_deref(), request.named_by, faults).ok()?;
        let stage = self.agreed(&mut keys.stage, request.stage.as_deref(), request.named_by, faults).ok()?;
        let candidates = candidates(table, pipeline.as_ref(), faults)?;
        choose(
            &candidates,
            stage.as_ref(),
            |fault| fault.at(self.start..self.start).path("$"),
            &request.named_by.hints(),
            faults,
        )
    }

    /// What the request and the snapshot say of a key, which must agree; `Err` where they do not.
    fn agreed(
        self,
        known: &mut KnownKey,
        wanted: Option<&str>,
        named_by: StageNamedBy,
        faults: &mut Faults,
    ) -> Result<Option<GivenName>, ()> {
        let key = known.key;
        let named = match &mut known.node {
            Some(node) => {
                let path = Path::Root("$");
                let path = path.key(key);
                let name = self.text_of(node, "a string belongs here", &path, faults).ok_or(())?;
                GivenName { name, path: path.to_string(), span: Some(node.span.clone()) }
            }
            None => {
                let Some(wanted) = wanted else { return Ok(None) };
                GivenName { name: wanted.to_owned(), path: format!("--{key}"), span: None }
            }
        };
        let Some(wanted) = wanted.filter(|wanted| *wanted != named.name) else { return Ok(Some(named)) };
        let other = match named_by {
            StageNamedBy::Flags | StageNamedBy::SnapshotAlone => format!("--{key}"),
            StageNamedBy::Test => "the test".to_owned(),
        };
        let message = format!("the snapshot says {key} {:?}, and {other} says {wanted:?}", named.name);
        faults.push(named.fault(Code::Contradiction, message).help("they must agree; leave one of them out"));
        Err(())
    }
}
