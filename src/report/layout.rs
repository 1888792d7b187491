//! How text for people is laid out: lines that fit, and columns under each other.

use unicode_width::UnicodeWidthStr;

/// `text` in lines of at most `width` columns, broken at spaces; a longer word has a line of its own. No text is one
/// empty line.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.width() + 1 + word.width() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
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
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
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
        assert_eq!(wrap("abcdef g", 3), ["abcdef", "g"]);
        assert_eq!(wrap("", 3), [""]);
        assert_eq!(wrap("日本 語", 6), ["日本", "語"]);
        assert_eq!(paragraph("- ", "a bc def", 6), "- a bc\n  def\n");
        assert_eq!(numbered(" ", ["a".to_owned(), "b c".to_owned()], 5), " 1. a\n 2. b\n    c\n");
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
