//! Flags for what is written beside standard output: one for each format of reports.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches, value_parser};
use rollout_gate::report::format::{FORMATS, Format};

/// The reports that are asked for, each with its file, or `None` for one that is printed. Each says the same as the
/// verdict.
#[derive(Clone, Debug)]
pub(crate) struct ReportArgs(pub(crate) Vec<(&'static Format, Option<PathBuf>)>);

fn flag(format: &Format) -> Arg {
    let flag = Arg::new(format.flag).long(format.flag).help(format.help).help_heading("Reports");
    if format.is_file {
        flag.value_name("FILE").value_parser(value_parser!(PathBuf))
    } else {
        flag.action(ArgAction::SetTrue)
    }
}

impl Args for ReportArgs {
    fn augment_args(command: Command) -> Command {
        command.args(FORMATS.iter().map(flag))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for ReportArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let asked = |format: &'static Format| {
            if format.is_file {
                matches.get_one(format.flag).cloned().map(|path| (format, Some(path)))
            } else {
                matches.get_flag(format.flag).then_some((format, None))
            }
        };
        Ok(Self(FORMATS.iter().filter_map(asked).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
