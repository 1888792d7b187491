//! Flags that are declared when their command is given, and not before: a run has one command.

use clap::{ArgMatches, Args, Command, Error, FromArgMatches, builder::Resettable};

/// The flags `A` of a command.
#[derive(Debug)]
pub(crate) struct Deferred<A>(pub(crate) A);

impl<A: Args> Args for Deferred<A> {
    fn augment_args(command: Command) -> Command {
        command.defer(|command| described_as(&command.clone(), A::augment_args(command)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        command.defer(|command| described_as(&command.clone(), A::augment_args_for_update(command)))
    }
}

/// `declared`, described as `command` is, and not as the flags are.
fn described_as(command: &Command, declared: Command) -> Command {
    let about = Resettable::from(command.get_about().cloned());
    declared.about(about).long_about(Resettable::from(command.get_long_about().cloned()))
}

impl<A: Args> FromArgMatches for Deferred<A> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        A::from_arg_matches(matches).map(Self)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        self.0.update_from_arg_matches(matches)
    }
}
