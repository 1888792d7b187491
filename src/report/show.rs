//! The table as people read it: the ladder with its limits, or one stage. What is shown is worked out in `ladder` and
//! `stage`, for every format alike; `text`, `markdown` and `json` write it. A new format is one file beside them.

mod json;
mod ladder;
mod markdown;
mod stage;
mod text;

pub(super) use self::text::stage as stage_text;
use crate::eval::table::{Pipeline, StageRules, Table};

/// What is to be shown of a table.
#[derive(Clone, Debug)]
pub enum View<'t> {
    /// The ladders of these pipelines.
    Ladders(Vec<&'t Pipeline>),
    /// One stage.
    Stage(StageRules<'t>),
}

impl<'t> View<'t> {
    /// Every pipeline of a table.
    #[must_use]
    pub fn all(table: &'t Table) -> Self {
        Self::Ladders(table.pipelines.iter().collect())
    }
}

/// How a view is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewFormat {
    /// For terminals: aligned columns, in lines of at most so many columns where names allow.
    Text {
        /// The columns.
        width: usize,
    },
    /// For reviews.
    Markdown,
    /// For machines.
    Json,
}

/// The view as text, with a newline at its end. `table` names the table.
#[must_use]
pub fn render(view: &View<'_>, table: &str, format: ViewFormat) -> String {
    match view {
        View::Stage(stage) => match format {
            ViewFormat::Text { width } => text::stage(*stage, table, width),
            ViewFormat::Markdown => markdown::stage(*stage),
            ViewFormat::Json => json::stage(*stage, table),
        },
        View::Ladders(pipelines) => {
            let each = |ladder: &dyn Fn(&Pipeline) -> String| -> Vec<String> {
                pipelines.iter().map(|pipeline| ladder(pipeline)).collect()
            };
            match format {
                ViewFormat::Text { width } => each(&|pipeline| text::ladder(pipeline, table, width)).join("\n"),
                ViewFormat::Markdown => each(&markdown::ladder).join("\n"),
                ViewFormat::Json => json::ladders(pipelines, table),
            }
        }
    }
}
