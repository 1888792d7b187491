//! Flags of `rollout-gate test`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use regex_lite::Regex;

pub(super) const EXAMPLES: &str = "\
Examples:
  rollout-gate test
  rollout-gate test --require-coverage --format junit gates.test.yaml";

pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0  every test came out as expected
  1  some test did not, or, with --require-coverage, some rule was not seen both ways
  2  usage, a file that cannot be used, or a test whose snapshot was refused
The highest code wins.";

#[derive(Debug, Args)]
pub(crate) struct TestArgs {
    /// Suites of tests, or - for standard input [default: the one beside the table, gates.test.yaml for gates.yaml]
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,

    /// The table that is tested [default: for a.test.yaml the a.yaml beside it; else the file that
    /// ROLLOUT_GATE_GATES names, else gates.yaml in this folder, else the built-in table]
    #[arg(long, value_name = "FILE")]
    pub(crate) gates: Option<PathBuf>,

    /// Run only tests whose name matches this regular expression somewhere
    #[arg(long, value_name = "REGEX", value_parser = parse_regex)]
    pub(crate) run: Option<Regex>,

    /// Fail if some rule was not seen both to pass and to fail
    #[arg(long, conflicts_with = "run")]
    pub(crate) require_coverage: bool,

    /// How to write what came out
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = TestFormat::Text)]
    pub(crate) format: TestFormat,

    /// Write only the last line
    #[arg(short, long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// Name the tests that passed, too
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum TestFormat {
    /// For people
    Text,
    /// One indented document a table
    Json,
    /// A report that CI systems show
    #[cfg(feature = "junit")]
    Junit,
}

fn parse_regex(text: &str) -> Result<Regex, String> {
    Regex::new(text).map_err(|error| format!("{error}, at character {}", character_of_fault(text)))
}

/// Where a pattern goes wrong, from 1, which its error does not say: from this character on every beginning of it is
/// refused as the whole is.
fn character_of_fault(text: &str) -> usize {
    let error = |text: &str| Regex::new(text).err().map(|error| error.to_string());
    let whole = error(text);
    let is_sound = |end: &usize| text.get(..*end).is_none_or(|beginning| error(beginning) != whole);
    let ends: Vec<usize> = text.char_indices().map(|(start, character)| start + character.len_utf8()).collect();
    ends.iter().rposition(is_sound).map_or(1, |last| last + 2).min(ends.len().max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_faulty_pattern_is_told_where() {
        for (pattern, place) in [("ab(cd", 3), ("ab)", 3), ("*a", 1), ("a{2,1}b", 6), ("[z-a]", 4), ("é[", 2), ("(", 1)]
        {
            let message = parse_regex(pattern).unwrap_err();
            assert!(message.ends_with(&format!(", at character {place}")), "{pattern}: {message}");
        }
        assert!(parse_regex("^tsfm .*p95|web4").is_ok());
    }
}
