//! The review: what a careful reviewer would raise about a table that is sound.
//!
//! As pure as [`crate::eval`], whose types it looks at; it judges no snapshot. Codes and words of findings are here.
//! Where they stand in a file, the reader of tables knows; how they are shown, [`crate::report`].
//!
//! | module | owns |
//! | --- | --- |
//! | [`code`] | the codes of lints, and what each means |
//! | [`finding`] | what is raised, and the parts of a pipeline by name |
//! | [`extent`] | comparisons as ranges of values |
//! | [`stage_order`] | limits and times that grow laxer from stage to stage |
//! | [`range_checks`] | limits outside the range of what is compared with them |
//! | [`persistence_checks`] | rollback rules that wait too long, or stand nowhere |
//! | [`gate_against_trigger`] | values that pass the gate and fire a rollback rule |
//! | [`gaps`] | what a table leaves open |
//! | [`never_measured`] | metrics that only the table or only the snapshots know |
//! | [`time_checks`] | times of a rule that do not fit together, or not the windows |
//! | [`review`] | all lints together, without what an `allow` covers |
//!
//! A new lint is a variant in [`code`], a function from a pipeline to findings, and its line in [`review`].

pub mod code;
pub mod extent;
pub mod finding;
pub mod gaps;
pub mod gate_against_trigger;
pub mod never_measured;
pub mod persistence_checks;
pub mod range_checks;
pub mod review;
pub mod stage_order;
pub mod time_checks;
