//! `rollout-gate man`: pages of the manual.

use clap::CommandFactory;
use rollout_gate::{
    exit::Status,
    io::output::{complain, deliver},
};

use crate::cli::{Cli, ManArgs};

/// Prints the page of a command, or of the whole program.
pub(crate) fn run(args: &ManArgs) -> Status {
    let mut program = Cli::command();
    program.build();
    let command = match &args.command {
        None => Some(&program),
        Some(name) => program.find_subcommand(name),
    };
    let Some(command) = command else {
        let known: Vec<_> = program.get_subcommands().map(clap::Command::get_name).collect();
        let name = args.command.as_deref().unwrap_or_default();
        complain(&format!("error: no command is called {name:?}\n\nknown here: {}\n", known.join(", ")));
        return Status::Unusable;
    };
    let mut page = Vec::new();
    let man = clap_mangen::Man::new(command.clone()).source(concat!("rollout-gate ", env!("CARGO_PKG_VERSION")));
    match man.manual("rollout-gate").render(&mut page) {
        Ok(()) => deliver(&page, Status::Clean),
        Err(error) => {
            complain(&format!("error: the page cannot be made: {error}\n"));
            Status::Unusable
        }
    }
}
