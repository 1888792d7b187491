//! What every text of one stage says alike.

use crate::eval::table::{Kind, Rule, StageRules};

/// The stage's place in the ladder: `stage 2 of 3`.
pub(super) fn place(stage: StageRules<'_>) -> String {
    format!("stage {} of {}", stage.id().0 + 1, stage.pipeline().stages.len())
}

/// The rules of one kind at a stage.
pub(super) fn rules_of(stage: StageRules<'_>, kind: Kind) -> impl Iterator<Item = &Rule> {
    stage.rules().filter(move |rule| rule.kind == kind)
}

/// What stands above the rules of one kind.
pub(super) fn heading(kind: Kind) -> &'static str {
    match kind {
        Kind::Gate => "Gate: every one must hold",
        Kind::Rollback => "Rollback: any one rolls back",
    }
}
