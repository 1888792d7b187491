//! Why a file was refused: every fault, each with its place. Data, so that [`crate::report`] can show it to
//! people and to machines; [`crate::input`] makes it.

mod code;

use std::{fmt, ops::Range};

pub use self::code::Code;

/// A file that could not be used, with every fault that was found in it.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{origin}: {}{}", .faults.first().map_or("refused", |fault| &fault.message), self.and_more())]
pub struct Refusal {
    /// The file as the user named it.
    pub origin: String,
    /// Its text, where it could be read.
    pub text: Option<String>,
    /// At least one, in the order of their places.
    pub faults: Vec<Fault>,
    /// How many faults were found beyond those in `faults`.
    pub more: usize,
}

/// One thing that is wrong with a file; with another kind of code, one that is raised about a file that is sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault<C = Code> {
    /// What kind of thing it is.
    pub code: C,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Where in the document: `$.metrics.error_rate[3]`, `pipelines.tsfm.gate[0].max`; empty for the whole.
    pub path: String,
    /// Where in the text, in bytes.
    pub span: Option<Range<usize>>,
    /// Another place that has to do with it, and what it is.
    pub related: Option<Box<Related>>,
}

/// A second place that has to do with a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// Where in the text, in bytes.
    pub span: Range<usize>,
    /// What it is: "first here".
    pub what: String,
}

/// A place in a text, as editors count: both from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl<C> Fault<C> {
    /// A fault of the whole file. Of a text that no one reads to its end, here and below, the beginning is kept: a
    /// name can be as long as its file.
    #[must_use]
    pub fn new(code: C, message: impl Into<String>) -> Self {
        Self { code, message: clipped(message.into()), help: None, path: String::new(), span: None, related: None }
    }

    /// At a place in the text.
    #[must_use]
    pub fn at(mut self, span: Range<usize>) -> Self {
        self.span = Some(span);
        self
    }

    /// At a place in the document.
    #[must_use]
    pub fn path(mut self, path: impl fmt::Display) -> Self {
        self.path = clipped(path.to_string());
        self
    }

    /// With what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(clipped(help.into()));
        self
    }

    /// With a second place that has to do with it.
    #[must_use]
    pub fn related(mut self, span: Range<usize>, what: impl Into<String>) -> Self {
        self.related = Some(Box::new(Related { span, what: what.into() }));
        self
    }

    /// Where it is in `text`, if it is at a place.
    #[must_use]
    pub fn place(&self, text: &str) -> Option<Place> {
        place(text, self.span.as_ref()?.start)
    }
}

/// The beginning of a text that is longer than any list of what people name.
fn clipped(mut text: String) -> String {
    const LONGEST: usize = 64 << 10;
    if text.len() > LONGEST {
        text.truncate(text.floor_char_boundary(LONGEST));
        text.push_str("...");
        // What was cut can be far more than what is kept.
        text.shrink_to_fit();
    }
    text
}

impl Refusal {
    /// A file that could not be read at all.
    #[must_use]
    pub fn unreadable(origin: impl Into<String>, fault: Fault) -> Self {
        Self { origin: origin.into(), text: None, faults: vec![fault], more: 0 }
    }

    /// How many faults there are beside the first: ` (+2 more)`, or nothing.
    #[must_use]
    pub fn and_more(&self) -> String {
        match self.faults.len().saturating_sub(1) + self.more {
            0 => String::new(),
            more => format!(" (+{more} more)"),
        }
    }

    /// Where a fault is, if it is at a place in the text.
    #[must_use]
    pub fn place(&self, fault: &Fault) -> Option<Place> {
        fault.place(self.text.as_deref()?)
    }
}

/// The place of a byte; `None` past the end or inside a character.
#[must_use]
pub fn place(text: &str, byte: usize) -> Option<Place> {
    let before = text.get(..byte)?;
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    Some(Place { line, column: before.get(line_start..)?.chars().count() + 1 })
}

/// Faults as they are found: the first [`Faults::KEPT`] are kept, and of those that have one cause the first
/// [`Faults::ALIKE`]; the others are counted.
#[derive(Debug, Default)]
pub struct Faults {
    kept: Vec<(Likeness, Fault)>,
    more: usize,
    /// How many were made, and not only counted.
    made: usize,
}

/// What a fault has in common with others of its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Likeness {
    /// Its message.
    Message,
    /// What stands at this byte of the text.
    Place(usize),
}

impl Faults {
    /// More than anyone reads, and little enough to keep of a file in which a million values are wrong.
    pub const KEPT: usize = 100;

    /// How many are kept of those that have one cause: so many show what is wrong as well as all of them.
    pub const ALIKE: usize = 10;

    /// How many are made to see whether they are like others: each can have a name that is as long as its file.
    const MADE: usize = 1000;

    /// Adds a fault. Those with its code and its message have one cause, and those that lead to the same second place:
    /// what is wrong behind an alias is told of every place that uses it.
    pub fn push(&mut self, fault: Fault) {
        self.push_with(|| fault);
    }

    /// Adds a fault that is only made if it may be kept.
    pub fn push_with(&mut self, fault: impl FnOnce() -> Fault) {
        if self.kept.len() == Self::KEPT || self.made == Self::MADE {
            self.more += 1;
            return;
        }
        self.made += 1;
        let fault = fault();
        let cause = fault.related.as_ref().map_or(Likeness::Message, |related| Likeness::Place(related.span.start));
        self.add(cause, fault);
    }

    /// Adds a fault that has one cause with all of its code whose cause is at this byte of the text; it is only made if
    /// it is kept.
    pub fn push_caused(&mut self, code: Code, place: usize, fault: impl FnOnce() -> Fault) {
        let cause = Likeness::Place(place);
        let alike = self.kept.iter().filter(|(known, fault)| (*known, fault.code) == (cause, code)).count();
        if self.kept.len() == Self::KEPT || alike >= Self::ALIKE {
            self.more += 1;
        } else {
            self.kept.push((cause, fault()));
        }
    }

    fn add(&mut self, cause: Likeness, fault: Fault) {
        let is_alike = |(known, other): &&(Likeness, Fault)| {
            (*known, other.code) == (cause, fault.code)
                && (cause != Likeness::Message || other.message == fault.message)
        };
        if self.kept.len() == Self::KEPT || self.kept.iter().filter(is_alike).count() >= Self::ALIKE {
            self.more += 1;
        } else {
            self.kept.push((cause, fault));
        }
    }

    /// These and others.
    #[must_use]
    pub fn with(mut self, others: Self) -> Self {
        self.more += others.more;
        others.kept.into_iter().for_each(|(cause, fault)| self.add(cause, fault));
        self
    }

    /// Whether none was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// The refusal of the file, with the faults in the order of their places.
    #[must_use]
    pub fn refuse(mut self, origin: &str, text: String) -> Refusal {
        self.kept.sort_by_key(|(_, fault)| fault.span.as_ref().map(|span| span.start));
        let faults = self.kept.into_iter().map(|(_, fault)| fault).collect();
        Refusal { origin: origin.to_owned(), text: Some(text), faults, more: self.more }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_characters_from_one() {
        let text = "ab\r\né€x\n";
        for (byte, expected) in [(0, (1, 1)), (1, (1, 2)), (4, (2, 1)), (6, (2, 2)), (9, (2, 3)), (11, (3, 1))] {
            let (line, column) = expected;
            assert_eq!(place(text, byte), Some(Place { line, column }), "byte {byte}");
        }
        assert_eq!(place(text, 5), None);
        assert_eq!(place(text, 99), None);
    }

    #[test]
    fn texts_have_an_end() {
        let long = "\u{20ac}".repeat(1_000_000);
        let fault = Fault::new(Code::UnknownKey, long.as_str()).path(&long).help(long.as_str());
        for text in [&fault.message, &fault.path, fault.help.as_ref().unwrap()] {
            assert!(text.len() < 70_000 && text.ends_with("\u{20ac}..."), "{} bytes", text.len());
        }
    }

    #[test]
    fn faults_past_the_limit_are_counted() {
        let mut faults = Faults::default();
        for at in (0..Faults::KEPT + 7).rev() {
            faults.push(Fault::new(Code::UnknownKey, at.to_string()).at(at..at));
        }
        let refusal = faults.refuse("f", String::new());
        assert_eq!((refusal.faults.len(), refusal.more), (Faults::KEPT, 7));
        assert!(refusal.faults.is_sorted_by_key(|fault| fault.span.clone().map(|span| span.start)));
    }

    #[test]
    fn one_cause_is_told_ten_times() {
        let fault = |message: &str| Fault::new(Code::WrongType, message);
        let mut faults = Faults::default();
        for at in 0..40 {
            faults.push(fault("a number belongs here").at(at..at));
            faults.push(fault(&at.to_string()).at(at..at).related(7..8, "written here"));
            faults.push_caused(Code::OutOfRange, 7, || Fault { code: Code::OutOfRange, ..fault(&at.to_string()) });
        }
        faults.push(fault("a text belongs here"));
        let others = (0..5).map(|at| fault("a number belongs here").at(at..at));
        let others = others.fold(Faults::default(), |mut faults, fault| {
            faults.push(fault);
            faults
        });
        let refusal = faults.with(others).refuse("f", String::new());
        assert_eq!((refusal.faults.len(), refusal.more), (3 * Faults::ALIKE + 1, 3 * 30 + 5));
    }

    #[test]
    fn few_faults_are_made_to_be_counted() {
        let (mut faults, mut made) = (Faults::default(), 0);
        for _ in 0..100_000 {
            faults.push_with(|| {
                made += 1;
                Fault::new(Code::UnknownKey, "x")
            });
        }
        assert_eq!((made, faults.refuse("f", String::new()).more), (Faults::MADE, 100_000 - Faults::ALIKE));
    }
}
