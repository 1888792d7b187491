//! What the streams that people read can show.

use std::io::{self, IsTerminal};

use anstream::AutoStream;
use clap::ColorChoice;

/// What may be written where.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    /// Whether standard output shows colour.
    pub color: bool,
    /// Whether standard error shows colour.
    pub error_color: bool,
    /// Whether the locale has block characters.
    pub unicode: bool,
    /// How many columns a line of standard output has.
    pub width: usize,
}

/// The width where standard output is no terminal: text in a file or in a review of code.
const WIDTH: usize = 100;

/// Below this, nothing can be laid out.
const NARROWEST: usize = 40;

impl Terminal {
    /// Colour as `color` asks; if it leaves that open, only on a terminal, and as the environment wishes.
    #[must_use]
    pub fn find(color: ColorChoice) -> Self {
        // CLICOLOR_FORCE=0 means what it says, which anstream takes for a wish.
        let is_forced = std::env::var_os("CLICOLOR_FORCE").is_some_and(|value| value != "0");
        let choice = |auto: anstream::ColorChoice, is_terminal: bool| match color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => auto != anstream::ColorChoice::Never && (is_terminal || is_forced),
        };
        Self {
            color: choice(AutoStream::choice(&io::stdout()), io::stdout().is_terminal()),
            error_color: choice(AutoStream::choice(&io::stderr()), io::stderr().is_terminal()),
            unicode: supports_unicode::supports_unicode(),
            width: width(),
        }
    }
}

/// What the environment says, as with the help texts; else what the terminal says.
fn width() -> usize {
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let shown = || terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0));
    said.or_else(shown).unwrap_or(WIDTH).max(NARROWEST)
}
