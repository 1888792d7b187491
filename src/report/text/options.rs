//! How text is written.

use anstyle::Style;

/// How text is written, and what judged.
#[derive(Clone, Debug)]
pub struct TextOptions {
    /// The table that judged, as the user named it.
    pub table: String,
    /// Whether to use colour.
    pub color: bool,
    /// Whether sparklines may use block characters.
    pub unicode: bool,
    /// How many columns a line has. The verdict is one line, and a word longer than a line is not broken.
    pub width: usize,
    /// Whether to explain more: why each rule exists, labels, passing rules' ids; and to fold nothing.
    pub verbose: bool,
}

/// `text` in a style, where colour is asked for.
pub(super) fn paint(text: &str, style: Style, options: &TextOptions) -> String {
    if options.color { format!("{style}{text}{style:#}") } else { text.to_owned() }
}
