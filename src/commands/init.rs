//! `rollout-gate init`: a first table for a new service, with its tests.

use std::path::Path;

use anyhow::{Context, bail};
use rollout_gate::{
    exit::Status,
    input::{gates, suite},
    io::{
        files::{make_folder, write_file},
        output::{complain, deliver},
    },
    starter::{PlainName, SCHEMAS, Starter},
};

use crate::cli::{InitArgs, StarterFile};

/// Writes the files into the current folder, or prints one of them.
pub(crate) fn run(args: &InitArgs) -> Status {
    let done = starter(args).map_err(anyhow::Error::msg).and_then(|starter| match args.stdout {
        Some(StarterFile::Gates) => Ok(starter.table()),
        Some(StarterFile::Tests) => Ok(starter.suite()),
        None => write(&starter, args.force),
    });
    match done {
        Ok(text) => deliver(text, Status::Clean),
        Err(error) => {
            complain(&format!("error: {error:#}\n"));
            Status::Unusable
        }
    }
}

fn starter(args: &InitArgs) -> Result<Starter, String> {
    let stages: Result<Vec<PlainName>, String> = args.stages.iter().map(|stage| PlainName::new(stage.trim())).collect();
    Starter::new(PlainName::new(&args.pipeline)?, stages?)
}

/// Writes every file or, where one is there already and may not be overwritten, none.
fn write(starter: &Starter, force: bool) -> anyhow::Result<String> {
    let files = [
        ("gates.yaml".to_owned(), starter.table()),
        ("gates.test.yaml".to_owned(), starter.suite()),
        (format!("{SCHEMAS}/gates.schema.json"), format!("{:#}\n", gates::schema())),
        (format!("{SCHEMAS}/tests.schema.json"), format!("{:#}\n", suite::schema())),
    ];
    if !force {
        refuse_to_overwrite(files.iter().map(|(name, _)| name.as_str()))?;
    }
    make_folder(SCHEMAS).with_context(|| format!("the folder {SCHEMAS} cannot be made"))?;
    for (name, text) in &files {
        write_file(name, text, force).with_context(|| format!("{name} cannot be written"))?;
    }
    Ok(format!(
        "\
wrote gates.yaml        the limits: make the numbers your own
wrote gates.test.yaml   what they must decide
wrote {SCHEMAS}/    what lets an editor explain and check both

next:
  rollout-gate test
  rollout-gate lint
  rollout-gate show
"
    ))
}

fn refuse_to_overwrite<'a>(names: impl Iterator<Item = &'a str>) -> anyhow::Result<()> {
    // A link to nowhere is there too: writing through it would make a file elsewhere.
    let there: Vec<&str> = names.filter(|name| Path::new(name).symlink_metadata().is_ok()).collect();
    if there.is_empty() {
        return Ok(());
    }
    bail!("nothing was written, for this is there already: {}; --force overwrites it", there.join(", "))
}
