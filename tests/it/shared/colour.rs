//! Colour in what the binary wrote.

/// Takes out `ESC [ digits and semicolons m`, and no other escape.
pub(crate) fn without_colour(text: &str) -> String {
    let mut pieces = text.split("\u{1b}[");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |plain, piece| {
        let rest = piece.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
        plain + &rest.strip_prefix('m').map_or_else(|| format!("\u{1b}[{piece}"), str::to_owned)
    })
}
