//! One check as lines that fit: state, subject, value, limit and curve, and what stands under them.

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use super::options::{TextOptions, paint};
use crate::report::layout::{flow, hanging, pad, padding};

/// Between two cells.
const GAP: &str = "  ";

/// Before the first cell.
const INDENT: &str = "  ";

/// Between texts in a line that are no cells.
const SPACE: &str = "   ";

/// What is known of one check.
pub(super) struct CheckLine {
    pub(super) state: &'static str,
    pub(super) style: Style,
    pub(super) subject: String,
    pub(super) value: String,
    pub(super) limit: String,
    /// Its curve; empty without one.
    pub(super) curve: String,
    /// The marks under the curve.
    pub(super) marks: String,
    /// The windows that are marked, in words.
    pub(super) windows: String,
    /// What stands in the place of a curve, in parts; empty where there is one.
    pub(super) note: Vec<String>,
    /// What stands under it, each in parts that stay whole where they can.
    pub(super) details: Vec<Vec<String>>,
}

/// Where the cells of all lines stand.
#[derive(Clone, Copy)]
pub(super) struct Columns {
    /// How wide the words of the states are.
    state: usize,
    subject: usize,
    value: usize,
    /// Where curves begin, counted from the subject; 0 where they have lines of their own.
    curve: usize,
    /// How many columns a line has from the subject on.
    room: usize,
}

/// How many columns a line of `width` has behind states that are so wide, for a curve among others.
pub(super) fn room(state: usize, width: usize) -> usize {
    width.saturating_sub(INDENT.len() + state + GAP.len())
}

impl Columns {
    /// The columns in which these lines fit into `width`. Curves stand behind the limits if nearly all limits leave room
    /// for one: those of the others have lines of their own, as all have where many are.
    pub(super) fn of(lines: &[&CheckLine], width: usize) -> Self {
        let state = lines.iter().map(|line| line.state.width()).max().unwrap_or_default();
        let room = room(state, width);
        // One long name moves its own cells only.
        let subjects = lines.iter().map(|line| line.subject.width()).filter(|subject| subject * 5 <= width * 2);
        let value = lines.iter().map(|line| line.value.width()).max().unwrap_or_default();
        let mut columns = Self { state, subject: subjects.max().unwrap_or_default(), value, curve: 0, room };
        let curve = lines.iter().map(|line| line.curve.width()).max().unwrap_or_default();
        let ends: Vec<usize> = lines.iter().map(|line| line.cells(columns).join(GAP).width() + GAP.len()).collect();
        let fitting = || ends.iter().filter(|end| *end + curve <= room);
        if fitting().count() * 4 >= ends.len() * 3 {
            columns.curve = fitting().max().copied().unwrap_or_default();
        }
        columns
    }
}

impl CheckLine {
    /// The lines, each with a newline.
    pub(super) fn write(&self, columns: Columns, options: &TextOptions) -> String {
        let head =
            format!("{INDENT}{}{}{GAP}", paint(self.state, self.style, options), padding(self.state, columns.state));
        let indent = " ".repeat(INDENT.len() + columns.state + GAP.len());
        let mut lines = flow(&self.cells(columns), GAP, columns.room);
        let mut details: Vec<&[String]> = Vec::new();
        let note = self.note.join(SPACE);
        if columns.curve + self.curve.width().max(note.width()) <= columns.room {
            put_at(&mut lines, columns.curve, &format!("{}{note}", self.curve));
        } else {
            details.push(&self.note);
        }
        details.extend(self.put_marks(&mut lines, columns));
        details.extend(self.details.iter().map(Vec::as_slice));
        let mut text = String::new();
        for (number, line) in lines.iter().map(|line| line.trim_end()).filter(|line| !line.is_empty()).enumerate() {
            text += &format!("{}{line}\n", if number == 0 { &head } else { &indent });
        }
        let details = details.into_iter().filter(|detail| !detail.is_empty());
        text + &details.map(|detail| hanging(&indent, detail, SPACE, options.width)).collect::<String>()
    }

    /// Puts the marks under the curve, and their windows beside them where there is room; else gives these back.
    fn put_marks(&self, lines: &mut Vec<String>, columns: Columns) -> Option<&[String]> {
        let Columns { curve, room, .. } = columns;
        let marks = format!("{}{}", " ".repeat(curve), pad(&self.marks, self.curve.width()));
        if self.windows.is_empty() || marks.width() + GAP.len() + self.windows.width() <= room {
            lines.push(format!("{marks}{GAP}{}", self.windows));
        } else if self.windows.width() + GAP.len() <= curve {
            lines.push(format!("{}{}", pad(&self.windows, curve), self.marks));
        } else {
            lines.push(marks);
            return Some(std::slice::from_ref(&self.windows));
        }
        None
    }

    /// The cells behind the state, each as wide as its column.
    fn cells(&self, columns: Columns) -> [String; 3] {
        let value = format!("{}{}", padding(&self.value, columns.value), self.value);
        [pad(&self.subject, columns.subject), value, self.limit.clone()]
    }
}

/// Puts `text` at `column`: behind the last line, if that ends before it.
fn put_at(lines: &mut Vec<String>, column: usize, text: &str) {
    match lines.last_mut() {
        _ if text.is_empty() => {}
        Some(line) if line.width() + GAP.len() <= column => *line = pad(line, column) + text,
        _ => lines.push(" ".repeat(column) + text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(subject: &str, limit: &str, windows: usize) -> CheckLine {
        CheckLine {
            state: "FAIL",
            style: Style::new(),
            subject: subject.to_owned(),
            value: "312.4 ms".to_owned(),
            limit: limit.to_owned(),
            curve: "#".repeat(windows),
            marks: " ^".to_owned(),
            windows: "w1 (09:45Z to 09:50Z)".to_owned(),
            note: Vec::new(),
            details: vec![["gate:p95>300ms".to_owned(), "[gate.p95, gates.yaml:56]".to_owned()].to_vec()],
        }
    }

    fn write(lines: &[CheckLine], width: usize) -> String {
        let options = TextOptions { table: String::new(), color: false, unicode: false, width, verbose: false };
        let columns = Columns::of(&lines.iter().collect::<Vec<_>>(), width);
        lines.iter().map(|line| line.write(columns, &options)).collect()
    }

    #[test]
    fn a_line_that_fits_is_one() {
        let lines = [line("p95", "limit max 300", 6), line("error_rate", "limit max 1", 6)];
        let expected = "  FAIL  p95         312.4 ms  limit max 300  ######
                                              ^      w1 (09:45Z to 09:50Z)
        gate:p95>300ms   [gate.p95, gates.yaml:56]
  FAIL  error_rate  312.4 ms  limit max 1    ######
                                              ^      w1 (09:45Z to 09:50Z)
        gate:p95>300ms   [gate.p95, gates.yaml:56]\n";
        assert_eq!(write(&lines, 100), expected);
    }

    #[test]
    fn what_does_not_fit_stands_on_lines_of_its_own() {
        let lines = [line("p95_latency_ms", "trigger above 400 for 2 windows", 12)];
        let expected = "  FAIL  p95_latency_ms  312.4 ms
        trigger above 400 for 2 windows
        ############
         ^            w1 (09:45Z to 09:50Z)
        gate:p95>300ms
          [gate.p95, gates.yaml:56]\n";
        assert_eq!(write(&lines, 46), expected);
        let beside = "  FAIL  p95_latency_ms  312.4 ms  trigger above 400 for 2 windows  ############
        w1 (09:45Z to 09:50Z)                                       ^
        gate:p95>300ms   [gate.p95, gates.yaml:56]\n";
        assert_eq!(write(&lines, 80), beside);
    }

    #[test]
    fn every_line_fits_but_for_long_words() {
        let long = "a_name_that_is_longer_than_most_lines_of_a_narrow_terminal";
        let limits = ["limit max 300", "trigger above 0.2 for 15m unless incident_drill and q above 3", "limit min 1"];
        for (subject, limit, windows) in [("p95", 0, 6), ("error_rate[日本 東京]", 1, 40), (long, 2, 23)]
            .into_iter()
            .flat_map(|(subject, limit, windows)| (0..3).map(move |more| (subject, (limit + more) % 3, windows)))
        {
            let lines = limits.iter().take(limit + 1).map(|limit| line(subject, limit, windows)).collect::<Vec<_>>();
            for width in 56..140 {
                let text = write(&lines, width);
                let fits = |line: &str| line.width() <= width || line.contains(long);
                assert!(
                    text.lines().all(|line| fits(line) && line.trim_end() == line && !line.is_empty()),
                    "{width}\n{text}"
                );
            }
        }
    }
}
