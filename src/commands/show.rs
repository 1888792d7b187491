//! `rollout-gate show`: the table as people read it.

use clap::ColorChoice;
use rollout_gate::{
    eval::table::Table,
    exit::Status,
    io::{
        output::{complain, deliver},
        terminal::Terminal,
    },
    refusal::Refusal,
    report::{
        fault,
        show::{self, View, ViewFormat},
    },
};

use super::{
    find::{find_pipeline, find_stage},
    table::TableSource,
};
use crate::cli::{ShowArgs, ShowFormat};

/// Shows every ladder, one, or one stage.
pub(crate) fn run(args: &ShowArgs, color: ColorChoice) -> Status {
    let terminal = Terminal::find(color);
    let source = TableSource::find(args.gates.as_deref());
    let name = source.name();
    let format = match args.format {
        ShowFormat::Text => ViewFormat::Text { width: terminal.width },
        ShowFormat::Markdown => ViewFormat::Markdown,
        ShowFormat::Json => ViewFormat::Json,
    };
    let shown = source.read().and_then(|table| Ok(show::render(&view(args, &table, &name)?, &name, format)));
    match shown {
        Ok(text) => deliver(text, Status::Clean),
        Err(refusal) => {
            complain(&fault::render(&refusal, terminal.error_color));
            Status::Unusable
        }
    }
}

fn view<'t>(args: &ShowArgs, table: &'t Table, name: &str) -> Result<View<'t>, Refusal> {
    let Some(pipeline) = &args.pipeline else { return Ok(View::all(table)) };
    let pipeline = find_pipeline(table, name, pipeline)?;
    match &args.stage {
        None => Ok(View::Ladders(vec![pipeline])),
        Some(stage) => find_stage(pipeline, name, stage).map(View::Stage),
    }
}
