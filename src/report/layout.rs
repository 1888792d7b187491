//! How text for people is laid out: lines that fit, and columns under each other.

use unicode_width::UnicodeWidthStr;

/// `text` in lines of at most `width` columns, broken at spaces; a longer word has a line of its own. Several spaces stay
/// several where no line is broken. No text is one empty line.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut space = 0;
    for word in text.split(' ') {
        match lines.last_mut() {
            // Between two spaces.
            _ if word.is_empty() => {}
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.width() + space + word.width() <= width => {
                line.push_str(&" ".repeat(space));
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
        space = if word.is_empty() { space + 1 } else { 1 };
    }
    lines
}

/// `parts` behind each other in lines of at most `width` columns: one that does not fit behind the others begins a line,
/// and one that is longer than a line is wrapped.
pub(super) fn flow(parts: &[String], separator: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match lines.last_mut() {
            Some(line) if line.width() + separator.width() + part.width() <= width => {
                line.push_str(separator);
                line.push_str(part);
            }
            None if part.width() <= width => lines.push(part.clone()),
            _ => lines.extend(wrap(part, width)),
        }
    }
    lines
}

/// `parts` as [`flow`] has them, behind `indent` and, but for the first line, two spaces more. Ends with a newline.
pub(super) fn hanging(indent: &str, parts: &[String], separator: &str, width: usize) -> String {
    let room = width.saturating_sub(indent.width());
    let whole = parts.join(separator);
    let lines = if whole.width() <= room { vec![whole] } else { flow(parts, separator, room.saturating_sub(2)) };
    let mut text = String::new();
    for (number, line) in lines.iter().enumerate() {
        let more = if number == 0 { "" } else { "  " };
        text += format!("{indent}{more}{line}").trim_end();
        text.push('\n');
    }
    text
}

/// `text` wrapped to `width`: its first line after `head`, the others under it. Ends with a newline.
pub(super) fn paragraph(head: &str, text: &str, width: usize) -> String {
    let indent = head.width();
    let mut out = String::new();
    for (number, line) in wrap(text, width.saturating_sub(indent)).iter().enumerate() {
        let start = if number == 0 { head.to_owned() } else { " ".repeat(indent) };
        out += format!("{start}{line}").trim_end();
        out.push('\n');
    }
    out
}

/// Steps for people, numbered, each under `indent`.
pub(super) fn numbered(indent: &str, steps: impl IntoIterator<Item = String>, width: usize) -> String {
    (1..).zip(steps).map(|(number, step)| paragraph(&format!("{indent}{number}. "), &step, width)).collect()
}

/// `text` with spaces behind it up to `width` columns.
pub(super) fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", padding(text, width))
}

/// The spaces that `text` lacks to be `width` columns wide.
pub(super) fn padding(text: &str, width: usize) -> String {
    " ".repeat(width.saturating_sub(text.width()))
}

/// The name in pieces that fit under each other in `width` columns, broken behind `_`, `-`, `.` and spaces where it can
/// be.
pub(super) fn break_name(name: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for piece in name.split_inclusive(['_', '-', '.', ' ']) {
        match lines.last_mut() {
            Some(line) if line.is_empty() || line.width() + piece.width() <= width => line.push_str(piece),
            _ => lines.push(piece.to_owned()),
        }
    }
    lines
}

/// The widest piece of a name that cannot be broken.
pub(super) fn widest_piece(name: &str) -> usize {
    name.split_inclusive(['_', '-', '.', ' ']).map(UnicodeWidthStr::width).max().unwrap_or_default()
}

/// Rows of cells, each column as wide as its widest cell, two spaces between them, every line behind `indent`.
pub(super) fn columns(indent: &str, rows: &[Vec<String>]) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or_default();
    let widths: Vec<usize> = (0..count)
        .map(|column| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max().unwrap_or_default())
        .collect();
    let line = |row: &Vec<String>| {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| pad(cell, *width)).collect();
        format!("{}\n", format!("{indent}{}", cells.join("  ")).trim_end())
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_where_words_do() {
        assert_eq!(wrap("a bc  def", 4), ["a bc", "def"]);
        assert_eq!(wrap(" a  b ", 4), ["a  b"]);
        assert_eq!(wrap("abcdef g", 3), ["abcdef", "g"]);
        assert_eq!(wrap("", 3), [""]);
        assert_eq!(wrap("日本 語", 6), ["日本", "語"]);
        assert_eq!(paragraph("- ", "a bc def", 6), "- a bc\n  def\n");
        assert_eq!(numbered(" ", ["a".to_owned(), "b c".to_owned()], 5), " 1. a\n 2. b\n    c\n");
    }

    #[test]
    fn parts_stay_whole_where_they_fit() {
        let parts = ["a b", "c d", "e f g h"].map(str::to_owned);
        assert_eq!(flow(&parts, "   ", 9), ["a b   c d", "e f g h"]);
        assert_eq!(flow(&parts, "   ", 5), ["a b", "c d", "e f g", "h"]);
        assert_eq!(hanging(" ", &parts, "  ", 18), " a b  c d  e f g h\n");
        assert_eq!(hanging(" ", &parts, "  ", 12), " a b  c d\n   e f g h\n");
    }

    #[test]
    fn names_break_behind_their_joints() {
        assert_eq!(break_name("production_shadow", 11), ["production_", "shadow"]);
        assert_eq!(break_name("production_shadow", 5), ["production_", "shadow"]);
        assert_eq!(break_name("a_b_c", 4), ["a_b_", "c"]);
        assert_eq!(break_name("plain", 3), ["plain"]);
        assert_eq!(widest_piece("production_shadow"), 11);
    }

    #[test]
    fn columns_stand_under_each_other() {
        let rows = [["a", "日本", "x"], ["bcd", "e", ""]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(columns("  ", &rows), "  a    日本  x\n  bcd  e\n");
    }
}
