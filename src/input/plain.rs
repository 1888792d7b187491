//! Snapshots as programs write them, read in one pass over their bytes: what nearly every snapshot is.
//!
//! Plain is one object with the keys of a snapshot, each once, and no escapes in its strings; of a metric numbers,
//! `null`, `true` and `false`, alone or in an array, by label or not. Nothing of the text is kept, and no more of it
//! than a piece is in memory. Whatever is not plain, sound or not, is left to the reader that knows places: this one
//! never says what is wrong.

mod number;

use std::{
    cell::Cell,
    collections::HashSet,
    io::{self, Read},
    ops::RangeInclusive,
};

use self::number::number;
use crate::eval::{measurement::Values, number::Point};

/// What a plain snapshot says. Nothing is checked against a table yet.
#[derive(Debug, Default)]
pub(super) struct Plain {
    pub(super) pipeline: Option<String>,
    pub(super) stage: Option<String>,
    pub(super) start: Option<String>,
    pub(super) window_minutes: Option<f64>,
    /// By name, in order; no name twice.
    pub(super) metrics: Vec<(String, PlainMeasurement)>,
    /// The same.
    pub(super) baseline: Option<Vec<(String, PlainMeasurement)>>,
    /// In order; no key twice.
    pub(super) labels: Option<Vec<(String, String)>>,
}

/// What stands under the name of a metric.
#[derive(Debug)]
pub(super) enum PlainMeasurement {
    Single(PlainSeries),
    /// By label, in order; at least one, and no label twice.
    Labelled(Vec<(String, PlainSeries)>),
}

/// One series; an array has at least one value.
#[derive(Debug)]
pub(super) struct PlainSeries {
    pub(super) values: Values,
    /// Whether `true` or `false` is among them, read as 1 and 0.
    pub(super) has_booleans: bool,
}

/// Reads a snapshot to its end; `None` if it is not plain, or cannot be read.
pub(super) fn scan(source: &mut dyn Read) -> Option<Plain> {
    thread_local! {
        /// The buffer of the last source, for the next one that this thread reads.
        static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
    }
    let feed = Feed { source, buffer: BUFFER.take(), at: 0, end: 0, is_done: false };
    let mut scanner = Scanner { feed, windows: A_DAY };
    let plain = scanner.snapshot().filter(|_| scanner.peek().is_none() && scanner.feed.is_done);
    BUFFER.set(scanner.feed.buffer);
    plain
}

/// No token of a plain snapshot is longer than this. So many bytes are always at hand, until the end.
const LONGEST: usize = 1024;

/// Windows of five minutes in a day: the first array is taken to have as many, lest it be moved while it grows.
const A_DAY: usize = 288;

/// The bytes of a source, a piece at a time.
struct Feed<'a> {
    source: &'a mut dyn Read,
    buffer: Vec<u8>,
    /// Where in the buffer what is at hand stands.
    at: usize,
    end: usize,
    is_done: bool,
}

impl Feed<'_> {
    /// What is at hand and not taken yet.
    fn rest(&self) -> &[u8] {
        self.buffer.get(self.at..self.end).unwrap_or_default()
    }

    /// The same, of [`LONGEST`] at least, or up to the end; `None` if it cannot be read.
    fn fill(&mut self) -> Option<&[u8]> {
        while self.rest().len() < LONGEST && !self.is_done {
            self.read().ok()?;
        }
        Some(self.rest())
    }

    /// Reads the next piece behind what is at hand.
    fn read(&mut self) -> io::Result<()> {
        /// One read is enough for most snapshots; of a long one, a piece fits in a cache.
        const PIECES: RangeInclusive<usize> = 16 << 10..=256 << 10;
        let is_full = self.end == self.buffer.len();
        self.buffer.copy_within(self.at..self.end, 0);
        (self.at, self.end) = (0, self.end - self.at);
        if is_full && self.buffer.len() < *PIECES.end() {
            let longer = (self.buffer.len() * 2).clamp(*PIECES.start(), *PIECES.end());
            self.buffer.resize(longer, 0);
        }
        let read = loop {
            match self.source.read(self.buffer.get_mut(self.end..).unwrap_or_default()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        self.end += read;
        self.is_done = read == 0;
        Ok(())
    }

    fn take(&mut self, bytes: usize) {
        self.at += bytes;
    }
}

struct Scanner<'a> {
    feed: Feed<'a>,
    /// How many windows the last array had: the next one has as many.
    windows: usize,
}

impl Scanner<'_> {
    fn snapshot(&mut self) -> Option<Plain> {
        let mut plain = Plain::default();
        let mut keys: Vec<String> = Vec::new();
        self.object(|scanner, key| {
            if keys.contains(&key) {
                return None;
            }
            match key.as_str() {
                "pipeline" => scanner.fill(&mut plain.pipeline, Self::string)?,
                "stage" => scanner.fill(&mut plain.stage, Self::string)?,
                "start" => scanner.fill(&mut plain.start, Self::string)?,
                "window_minutes" => scanner.fill(&mut plain.window_minutes, Self::number)?,
                "metrics" => plain.metrics = scanner.measurements()?,
                "baseline" => scanner.fill(&mut plain.baseline, Self::measurements)?,
                "labels" => scanner.fill(&mut plain.labels, Self::labels)?,
                _ => return None,
            }
            keys.push(key);
            Some(())
        })?;
        keys.iter().any(|key| key == "metrics").then_some(plain)
    }

    /// Fills `slot` with what `read` reads; not where there is `null`, which is as good as no key.
    fn fill<T>(&mut self, slot: &mut Option<T>, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<()> {
        if self.peek()? == b'n' {
            return self.word(b"null");
        }
        *slot = Some(read(self)?);
        Some(())
    }

    fn measurements(&mut self) -> Option<Vec<(String, PlainMeasurement)>> {
        self.entries(Self::measurement)
    }

    fn labels(&mut self) -> Option<Vec<(String, String)>> {
        self.entries(Self::string)
    }

    fn measurement(&mut self) -> Option<PlainMeasurement> {
        if self.peek()? != b'{' {
            return Some(PlainMeasurement::Single(self.series()?));
        }
        let series = self.entries(Self::series)?;
        (!series.is_empty()).then_some(PlainMeasurement::Labelled(series))
    }

    fn series(&mut self) -> Option<PlainSeries> {
        if self.peek()? == b'[' {
            self.take(1);
            return self.array();
        }
        let rest = self.feed.fill()?;
        let (point, after) = value(rest)?;
        let (taken, has_booleans) = (rest.len() - after.len(), is_boolean(rest));
        self.take(taken);
        Some(PlainSeries { values: Values::Constant(point), has_booleans })
    }

    /// An array whose bracket is taken.
    fn array(&mut self) -> Option<PlainSeries> {
        let mut points = Vec::with_capacity(self.windows);
        let mut has_booleans = false;
        let mut is_open = true;
        while is_open {
            self.feed.fill()?;
            let at_hand = self.feed.rest();
            let mut rest = at_hand;
            // On and on, for as long as a whole token is at hand.
            while is_open && (rest.len() >= LONGEST || self.feed.is_done) {
                let text = skip_space(rest);
                let (point, after) = value(text)?;
                points.push(point);
                has_booleans |= is_boolean(text);
                (is_open, rest) = match skip_space(after) {
                    [b',', rest @ ..] => (true, rest),
                    [b']', rest @ ..] => (false, rest),
                    _ => return None,
                };
            }
            let taken = at_hand.len() - rest.len();
            self.take(taken);
        }
        self.windows = points.len();
        Some(PlainSeries { values: Values::Windows(points), has_booleans })
    }

    /// The entries of an object, no key twice.
    fn entries<T>(&mut self, mut value: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<(String, T)>> {
        let mut entries = Vec::new();
        self.object(|scanner, key| {
            entries.push((key, value(scanner)?));
            Some(())
        })?;
        let mut keys = HashSet::with_capacity(entries.len());
        entries.iter().all(|(key, _)| keys.insert(key.as_str())).then_some(())?;
        Some(entries)
    }

    /// Goes through an object; `entry` reads the value of each key.
    fn object(&mut self, mut entry: impl FnMut(&mut Self, String) -> Option<()>) -> Option<()> {
        self.word(b"{")?;
        if self.peek()? == b'}' {
            return self.word(b"}");
        }
        loop {
            let key = self.string()?;
            self.word(b":")?;
            entry(self, key)?;
            match self.peek()? {
                b',' => self.take(1),
                _ => return self.word(b"}"),
            }
        }
    }

    fn string(&mut self) -> Option<String> {
        self.word(b"\"")?;
        let rest = self.feed.fill()?;
        let end = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | ..b' '))?;
        let (text, after) = rest.split_at_checked(end)?;
        let text = std::str::from_utf8(text).ok().filter(|_| after.starts_with(b"\""))?.to_owned();
        self.take(end + 1);
        Some(text)
    }

    fn number(&mut self) -> Option<f64> {
        self.peek()?;
        let rest = self.feed.fill()?;
        let (number, after) = number(rest)?;
        let taken = rest.len() - after.len();
        self.take(taken);
        Some(number)
    }

    /// Takes `word`, which must come next.
    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.peek()?;
        self.feed.fill()?.starts_with(word).then(|| self.take(word.len()))
    }

    /// The first byte that is not space; `None` at the end.
    fn peek(&mut self) -> Option<u8> {
        loop {
            let rest = self.feed.fill()?;
            let is_end = rest.is_empty();
            let after = skip_space(rest);
            let (space, first) = (rest.len() - after.len(), after.first().copied());
            self.take(space);
            if first.is_some() || is_end {
                return first;
            }
        }
    }

    fn take(&mut self, bytes: usize) {
        self.feed.take(bytes);
    }
}

/// The value at the beginning of `text`, and what follows it.
#[inline]
fn value(text: &[u8]) -> Option<(Point, &[u8])> {
    match text {
        [b'-' | b'0'..=b'9', ..] => number(text).map(|(number, after)| (Point::new(number), after)),
        [b'n', b'u', b'l', b'l', after @ ..] => Some((Point::NO_DATA, after)),
        [b't', b'r', b'u', b'e', after @ ..] => Some((Point::new(1.0), after)),
        [b'f', b'a', b'l', b's', b'e', after @ ..] => Some((Point::new(0.0), after)),
        _ => None,
    }
}

/// Whether a value is `true` or `false`.
fn is_boolean(value: &[u8]) -> bool {
    matches!(value, [b't' | b'f', ..])
}

/// Without what JSON calls space.
fn skip_space(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\n' | b'\r' | b'\t', after @ ..] = text {
        text = after;
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*, sample::select};

    use super::*;

    /// Gives `text` a few bytes at a time.
    struct Drops<'a>(&'a [u8], usize);

    impl Read for Drops<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let (drop, rest) = self.0.split_at(self.0.len().min(self.1).min(buffer.len()));
            buffer[..drop.len()].copy_from_slice(drop);
            self.0 = rest;
            Ok(drop.len())
        }
    }

    fn scanned(text: &str) -> Option<Plain> {
        let whole = scan(&mut text.as_bytes());
        for size in [1, 3, 1000] {
            let dropped = scan(&mut Drops(text.as_bytes(), size));
            assert_eq!(format!("{dropped:?}"), format!("{whole:?}"), "{size} at a time: {text}");
        }
        whole
    }

    #[test]
    fn what_programs_write_is_plain() {
        for text in [
            r#"{"metrics":{}}"#,
            r#" { "stage" : "s" , "metrics" : { "a" : 1 } } "#,
            "{\n\t\"metrics\": {\r\n\"a\": [ 1 , -2.5e3, null , true,false ] , \"b\": null, \"c\": { \"eu\": [1], \"us\": 2 } }\n}\n",
            r#"{ "pipeline": "p", "stage": "s", "start": "x", "window_minutes": 15.5, "metrics": {}, "baseline": {}, "labels": {} }"#,
            r#"{ "pipeline": null, "stage": null, "metrics": {}, "labels": { "a": "b" } }"#,
        ] {
            assert!(scanned(text).is_some(), "{text}");
        }
        let long = format!(r#"{{ "metrics": {{ "a": [{}] }} }}"#, vec!["0.1234567890123"; 30_000].join(",  "));
        let plain = scan(&mut long.as_bytes()).unwrap();
        assert!(matches!(
            plain.metrics.as_slice(),
            [(name, PlainMeasurement::Single(PlainSeries { values: Values::Windows(points), has_booleans: false }))]
                if name == "a" && points.len() == 30_000
        ));
    }

    const VALUES: [&str; 11] =
        ["0", "-7", "0.5", "278.12345678901234", "1e-5", "123456789", "null", "true", "false", "217.2", "0.00898"];
    const SPACES: [&str; 4] = ["", "", " ", "\n      "];

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn wherever_a_piece_ends_the_same_is_read(
            values in vec((select(VALUES.as_slice()), select(SPACES.as_slice())), 0..1000),
            name in "[a-z]{0,1000}",
            sizes in vec(1..3 * LONGEST, 1..5),
        ) {
            let values: Vec<_> = values.into_iter().map(|(value, space)| format!("{space}{value}{space}")).collect();
            let text = format!(r#"{{ "metrics": {{ "{name}": [{}] }} }}"#, values.join(","));
            let whole = format!("{:?}", scan(&mut text.as_bytes()));
            for size in sizes {
                prop_assert_eq!(&format!("{:?}", scan(&mut Drops(text.as_bytes(), size))), &whole, "{} at a time", size);
            }
        }
    }

    #[test]
    fn true_and_false_are_told_from_numbers() {
        for (value, has_booleans) in [
            ("1", false),
            ("true", true),
            ("null", false),
            ("[0, null, 1]", false),
            ("[0, true, 1]", true),
            ("[false, 0]", true),
        ] {
            let plain = scanned(&format!(r#"{{ "metrics": {{ "a": {value} }} }}"#)).unwrap();
            let Some((_, PlainMeasurement::Single(series))) = plain.metrics.first() else { panic!("{plain:?}") };
            assert_eq!(series.has_booleans, has_booleans, "{value}");
        }
    }

    /// Fails once, and then gives a snapshot.
    struct Fails(Option<io::ErrorKind>, &'static [u8]);

    impl Read for Fails {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.take() {
                Some(kind) => Err(kind.into()),
                None => self.1.read(buffer),
            }
        }
    }

    #[test]
    fn what_cannot_be_read_is_not_plain_and_an_interruption_is_no_failure() {
        for (kind, is_plain) in [(io::ErrorKind::Interrupted, true), (io::ErrorKind::Other, false)] {
            let plain = scan(&mut Fails(Some(kind), br#"{ "metrics": {} }"#));
            assert_eq!(plain.is_some(), is_plain, "{kind:?}");
        }
    }

    #[test]
    fn what_is_not_plain_is_left_to_the_reader_that_knows_places() {
        for text in [
            "",
            "[]",
            r#"{ "stage": "s" }"#,
            r#"{ "metrics": {} "#,
            r#"{ "metrics": {} } x"#,
            r#"{ "metrics": {}, "metrics": {} }"#,
            r#"{ "metrics": {}, "other": 1 }"#,
            r#"{ "metrics": { "a": 1, "a": 2 } }"#,
            r#"{ "metrics": { "a": { "eu": 1, "eu": 2 } } }"#,
            r#"{ "metrics": { "a": {} } }"#,
            r#"{ "metrics": { "a": [] } }"#,
            r#"{ "metrics": { "a": [1,] } }"#,
            r#"{ "metrics": { "a": [1 2] } }"#,
            r#"{ "metrics": { "a": "1" } }"#,
            r#"{ "metrics": { "a": [[1]] } }"#,
            r#"{ "metrics": { "\u0061": 1 } }"#,
            r#"{ "metrics": { "a" 1 } }"#,
            r#"{ "metrics": { "a": 1 "b": 2 } }"#,
            "{ \"metrics\": { \"a\nb\": 1 } }",
        ] {
            assert!(scanned(text).is_none(), "{text}");
        }
    }
}
