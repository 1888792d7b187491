//! JSON (RFC 8259), pulled value by value, each with where it stands.
//!
//! [`JsonReader`] goes through a text, or through a source that may be longer than memory and of which it holds a piece
//! at a time. What is no JSON it leaves with [`NotJson`]; why it is none, [`faults`] says, which needs the whole text.
//! [`tree`] keeps what was read. A new shape of document pulls what it needs with [`JsonReader::object`] and
//! [`JsonReader::array`].

pub(super) mod faults;
pub(super) mod tree;

use std::{
    borrow::Cow,
    io::{ErrorKind, Read},
    ops::Range,
};

use lexical_parse_float::{FromLexicalWithOptions, Options, format::JSON};
use serde::de::IgnoredAny;

/// How deep lists and objects may be nested, all in all: as deep as `serde_json` reads.
pub(super) const DEEPEST: usize = 127;

/// The text is no JSON, or is nested deeper than [`DEEPEST`]. Of a source, also: it cannot be read, or not in pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotJson;

/// A value that is neither a string nor holds others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Scalar {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, to the nearest double; infinite where it is too large to be one.
    Number(f64),
}

/// Goes through one JSON value after another, from the first byte to the last.
pub(super) struct JsonReader<'s> {
    buffer: Cow<'s, [u8]>,
    /// Where in the buffer what is at hand begins: the next byte.
    at: usize,
    /// Where in the buffer what is at hand ends.
    end: usize,
    /// How many bytes came before the buffer.
    gone: usize,
    /// What comes after the buffer; `None` where nothing does.
    source: Option<&'s mut dyn Read>,
    depth: usize,
}

/// No token is read that is longer than this and reaches beyond a piece: so many bytes are at hand, until the end.
const LONGEST: usize = 1024;

/// How many bytes of a source are read at first: more than most snapshots have.
const FIRST_PIECE: usize = 16 << 10;

/// How many are read at once after that: few enough for a cache.
const PIECE: usize = 64 << 10;

impl<'s> JsonReader<'s> {
    /// Of a text, from its byte `start` on.
    pub(super) fn of_text(text: &'s str, start: usize) -> Self {
        Self { buffer: text.as_bytes().into(), at: start, end: text.len(), gone: 0, source: None, depth: 0 }
    }

    /// Of a source, in pieces.
    pub(super) fn of_source(source: &'s mut dyn Read) -> Self {
        Self { buffer: Vec::new().into(), at: 0, end: 0, gone: 0, source: Some(source), depth: 0 }
    }

    /// Where the next byte stands.
    pub(super) fn position(&self) -> usize {
        self.gone + self.at
    }

    /// The first byte of the next token, which is then the next byte.
    pub(super) fn peek(&mut self) -> Result<u8, NotJson> {
        self.skip_space()?.ok_or(NotJson)
    }

    /// Whether nothing but space comes any more.
    pub(super) fn is_at_end(&mut self) -> Result<bool, NotJson> {
        Ok(self.skip_space()?.is_none())
    }

    /// Goes through an object. `entry` takes each key, with where it stands in its quotes, and reads the value. A key
    /// is `None` where it is [no text](Self::string).
    pub(super) fn object(
        &mut self,
        mut entry: impl FnMut(&mut Self, Option<String>, Range<usize>) -> Result<(), NotJson>,
    ) -> Result<(), NotJson> {
        self.open(b'{')?;
        if self.peek()? == b'}' {
            self.close();
            return Ok(());
        }
        loop {
            self.peek()?;
            let start = self.position();
            let key = self.string()?;
            let span = start..self.position();
            self.take(b':')?;
            entry(self, key, span)?;
            if self.ends(b'}')? {
                return Ok(());
            }
        }
    }

    /// Goes through an array. `element` reads each of its values.
    pub(super) fn array(&mut self, mut element: impl FnMut(&mut Self) -> Result<(), NotJson>) -> Result<(), NotJson> {
        self.open(b'[')?;
        if self.peek()? == b']' {
            self.close();
            return Ok(());
        }
        loop {
            element(self)?;
            if self.ends(b']')? {
                return Ok(());
            }
        }
    }

    /// Does the same for an array that may be very long, if it has scalars alone: `scalar` takes each of them, and `other`
    /// reads whatever else is there.
    pub(super) fn long_array(
        &mut self,
        mut scalar: impl FnMut(Scalar),
        mut other: impl FnMut(&mut Self) -> Result<(), NotJson>,
    ) -> Result<(), NotJson> {
        self.open(b'[')?;
        if self.peek()? == b']' {
            self.close();
            return Ok(());
        }
        loop {
            if self.scalars(&mut scalar)? {
                self.close();
                return Ok(());
            }
            match self.peek()? {
                b'"' | b'[' | b'{' => other(self)?,
                _ => scalar(self.scalar()?),
            }
            if self.ends(b']')? {
                return Ok(());
            }
        }
    }

    /// Takes the scalars of an array that come next and what separates them, as many as are at hand: whether the bracket
    /// comes next that ends the array. Of a large text, nearly all is read here.
    #[inline]
    fn scalars(&mut self, scalar: &mut impl FnMut(Scalar)) -> Result<bool, NotJson> {
        let at_hand = self.at_hand()?;
        let mut rest = at_hand;
        let mut is_over = false;
        while !is_over && let Some((value, after)) = scalar_of(without_space(rest)) {
            (is_over, rest) = match without_space(after) {
                [b',', after @ ..] => (false, after),
                after @ [b']', ..] => (true, after),
                _ => break,
            };
            scalar(value);
        }
        let taken = at_hand.len() - rest.len();
        self.at += taken;
        Ok(is_over)
    }

    /// Reads a number, `null`, `true` or `false`.
    pub(super) fn scalar(&mut self) -> Result<Scalar, NotJson> {
        self.peek()?;
        let is_last = self.source.is_none();
        let rest = self.at_hand()?;
        // What reaches up to the end of a piece may go on behind it.
        let (value, after) = scalar_of(rest).filter(|(_, after)| is_last || !after.is_empty()).ok_or(NotJson)?;
        self.at += rest.len() - after.len();
        Ok(value)
    }

    /// Reads a string. `None` where it is no text: it has half of a surrogate pair.
    pub(super) fn string(&mut self) -> Result<Option<String>, NotJson> {
        self.peek()?;
        let rest = self.at_hand()?;
        let inside = rest.strip_prefix(b"\"").ok_or(NotJson)?;
        let end = inside.iter().position(|byte| matches!(byte, b'"' | b'\\' | ..b' ')).ok_or(NotJson)?;
        let (text, after) = match inside.split_at_checked(end) {
            Some((text, [b'"', after @ ..])) => (Some(str::from_utf8(text).map_err(|_| NotJson)?.to_owned()), after),
            Some((_, [b'\\', ..])) => with_escapes(rest)?,
            _ => return Err(NotJson),
        };
        self.at += rest.len() - after.len();
        Ok(text)
    }

    /// Reads a value that nobody asks for.
    pub(super) fn skip(&mut self) -> Result<(), NotJson> {
        match self.peek()? {
            b'{' => self.object(|reader, _, _| reader.skip()),
            b'[' => self.array(Self::skip),
            b'"' => self.string().map(|_| ()),
            _ => self.scalar().map(|_| ()),
        }
    }

    fn open(&mut self, bracket: u8) -> Result<(), NotJson> {
        self.take(bracket)?;
        self.depth += 1;
        if self.depth > DEEPEST { Err(NotJson) } else { Ok(()) }
    }

    /// Takes the bracket that was seen to come next.
    fn close(&mut self) {
        self.at += 1;
        self.depth -= 1;
    }

    /// Takes the comma or the bracket behind a value: whether it was the bracket.
    fn ends(&mut self, bracket: u8) -> Result<bool, NotJson> {
        match self.peek()? {
            b',' => self.at += 1,
            byte if byte == bracket => {
                self.close();
                return Ok(true);
            }
            _ => return Err(NotJson),
        }
        Ok(false)
    }

    fn take(&mut self, byte: u8) -> Result<(), NotJson> {
        if self.peek()? != byte {
            return Err(NotJson);
        }
        self.at += 1;
        Ok(())
    }

    /// The byte after space; `None` at the end.
    fn skip_space(&mut self) -> Result<Option<u8>, NotJson> {
        loop {
            let rest = self.at_hand()?;
            let is_end = rest.is_empty();
            let after = without_space(rest);
            let (space, first) = (rest.len() - after.len(), after.first().copied());
            self.at += space;
            if first.is_some() || is_end {
                return Ok(first);
            }
        }
    }

    /// What was not taken yet: [`LONGEST`] bytes at least, or all up to the end.
    fn at_hand(&mut self) -> Result<&[u8], NotJson> {
        while self.end.saturating_sub(self.at) < LONGEST && self.source.is_some() {
            self.read_piece()?;
        }
        self.buffer.get(self.at..self.end).ok_or(NotJson)
    }

    /// Reads the next piece of the source behind what is at hand.
    fn read_piece(&mut self) -> Result<(), NotJson> {
        let Some(source) = &mut self.source else { return Ok(()) };
        let buffer = self.buffer.to_mut();
        if self.end == buffer.len() {
            buffer.resize(if buffer.is_empty() { FIRST_PIECE } else { PIECE }, 0);
        }
        buffer.copy_within(self.at..self.end, 0);
        (self.gone, self.at, self.end) = (self.gone + self.at, 0, self.end - self.at);
        let read = loop {
            match source.read(buffer.get_mut(self.end..).unwrap_or_default()) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => break read.map_err(|_| NotJson)?,
            }
        };
        self.end += read;
        if read == 0 {
            self.source = None;
        }
        Ok(())
    }
}

/// The scalar that `text` begins with, and what follows it.
#[expect(clippy::inline_always, reason = "a call for each of millions of numbers takes a tenth of the time")]
#[inline(always)]
fn scalar_of(text: &[u8]) -> Option<(Scalar, &[u8])> {
    match text {
        [b'-', b'I', b'n', b'f', b'i', b'n', b'i', b't', b'y', after @ ..] => {
            Some((Scalar::Number(f64::NEG_INFINITY), after))
        }
        [b'-' | b'0'..=b'9', ..] => {
            let (number, length) = f64::from_lexical_partial_with_options::<JSON>(text, &Options::new()).ok()?;
            Some((Scalar::Number(number), text.get(length..)?))
        }
        // No JSON, but what Python and others write all the same; as values they are refused.
        [b'N', b'a', b'N', after @ ..] => Some((Scalar::Number(f64::NAN), after)),
        [b'I', b'n', b'f', b'i', b'n', b'i', b't', b'y', after @ ..] => Some((Scalar::Number(f64::INFINITY), after)),
        [b'n', b'u', b'l', b'l', after @ ..] => Some((Scalar::Null, after)),
        [b't', b'r', b'u', b'e', after @ ..] => Some((Scalar::Bool(true), after)),
        [b'f', b'a', b'l', b's', b'e', after @ ..] => Some((Scalar::Bool(false), after)),
        _ => None,
    }
}

/// The string that `text` begins with, which has escapes, and what follows it.
fn with_escapes(text: &[u8]) -> Result<(Option<String>, &[u8]), NotJson> {
    let (mut is_open, mut is_escaped) = (false, false);
    let end = text.iter().position(|byte| {
        let ends = *byte == b'"' && !is_escaped && is_open;
        is_escaped = *byte == b'\\' && !is_escaped;
        is_open = true;
        ends
    });
    let (token, after) = text.split_at_checked(end.ok_or(NotJson)? + 1).ok_or(NotJson)?;
    let token = str::from_utf8(token).map_err(|_| NotJson)?;
    match serde_json::from_str(token) {
        Ok(text) => Ok((Some(text), after)),
        // Escapes that no text has are those of JSON all the same.
        Err(_) => serde_json::from_str::<IgnoredAny>(token).map(|_| (None, after)).map_err(|_| NotJson),
    }
}

/// Without what JSON calls space.
fn without_space(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\n' | b'\r' | b'\t', after @ ..] = text {
        text = after;
    }
    text
}

#[cfg(test)]
mod tests {
    use std::io;

    use proptest::{collection::vec, prelude::*, sample::select};

    use super::{tree::JsonNode, *};

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

    /// What is read of a text, to the last bit and place. In pieces of `sizes`, the same is.
    fn whole(text: &str, sizes: &[usize]) -> Option<String> {
        fn read(reader: JsonReader<'_>) -> Option<String> {
            JsonNode::read_whole(reader).ok().map(|node| format!("{node:?}"))
        }
        let whole = read(JsonReader::of_text(text, 0));
        for size in sizes {
            assert_eq!(
                read(JsonReader::of_source(&mut Drops(text.as_bytes(), *size))),
                whole,
                "{size} at a time: {text}"
            );
        }
        whole
    }

    /// Whether a text is JSON. The reader of JSON that is not ours finds the same.
    fn is_json(text: &str) -> bool {
        let is_json = whole(text, &[1, 3, 1000]).is_some();
        assert_eq!(is_json, serde_json::from_str::<IgnoredAny>(text).is_ok(), "{text}");
        is_json
    }

    #[test]
    fn what_is_json_is_read() {
        for text in [
            "1",
            " null ",
            "\t[\r\n] ",
            "[[], {}, [1, true, null, -0.5e-3, \"a\"]]",
            r#"{"a":{"b":[1]},"a":2,"":"\\\""}"#,
            r#""\u00e9\ud83d\ude00 é \b\f\n\r\t\/""#,
            // No text, and JSON all the same.
            r#"["\ud800", "\udc00\ud800", {"\ud800": 1}]"#,
            // What no double is.
            "[1e999, -1e999, 1]",
        ] {
            assert!(is_json(text), "{text}");
        }
    }

    #[test]
    fn what_is_no_json_is_not_read() {
        for text in [
            "",
            " ",
            "[",
            "]",
            "[1",
            "[1,",
            "[1,]",
            "[,1]",
            "[1 2]",
            "[1}",
            "{",
            "}",
            "{1:2}",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{\"a\" 1}",
            "{,}",
            "{\"a\":1 \"b\":2}",
            "1 2",
            "[] []",
            "nul",
            "nulls",
            "True",
            "tru",
            "\"",
            "\"a",
            "\"\\\"",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\\u12g4\"",
            "\"\n\"",
            "\"\u{1}\\n\"",
            "'a'",
            "/**/1",
            "\u{feff}1",
            "\u{a0}1",
            "\u{c}1",
        ] {
            assert!(!is_json(text), "{text}");
        }
    }

    #[test]
    fn values_are_nested_so_deep_and_no_deeper() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let nested = |deep| format!("{}1{}", open.repeat(deep), close.repeat(deep));
            assert!(whole(&nested(DEEPEST), &[7]).is_some());
            assert!(whole(&nested(DEEPEST + 1), &[7]).is_none());
            let beside = format!("[{}]", vec![nested(DEEPEST - 1); 3].join(","));
            assert!(whole(&beside, &[7]).is_some());
            // Where nobody keeps the values, too.
            assert!(JsonReader::of_text(&nested(DEEPEST), 0).skip().is_ok());
            assert!(JsonReader::of_text(&nested(DEEPEST + 1), 0).skip().is_err());
        }
    }

    /// A number as its bits: alone, in an array and where a piece ends in it, the same is read.
    fn number(text: &str) -> Option<u64> {
        let in_array = format!("[{text},1]");
        let mut numbers = Vec::new();
        let mut reader = JsonReader::of_text(&in_array, 0);
        let read = reader.long_array(|scalar| numbers.push(scalar), |_| Err(NotJson));
        let alone = JsonReader::of_text(text, 0).scalar();
        if text.len() < LONGEST {
            let cut = JsonReader::of_source(&mut Drops(text.as_bytes(), text.len().div_ceil(2).max(1))).scalar();
            assert_eq!(alone, cut, "{text}");
        }
        match (read, numbers.as_slice()) {
            (Ok(()), [number @ Scalar::Number(value), _]) => {
                assert_eq!(alone, Ok(*number), "{text}");
                Some(value.to_bits())
            }
            _ => None,
        }
    }

    /// The same by the reader of JSON that is not ours, which takes no number that is too large.
    fn expected(text: &str) -> Option<u64> {
        serde_json::from_str::<IgnoredAny>(text).ok()?;
        let too_large = if text.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY };
        Some(serde_json::from_str(text).unwrap_or(too_large).to_bits())
    }

    #[test]
    fn every_form_of_a_number_is_read_as_json_reads_it() {
        for text in [
            "0",
            "-0",
            "0.0",
            "-0.0",
            "7",
            "-7",
            "10",
            "01",
            "-01",
            "00",
            "0.5",
            ".5",
            "5.",
            "-.5",
            "-",
            "--1",
            "+1",
            "",
            "1e5",
            "1E5",
            "1e+5",
            "1e-5",
            "1e",
            "1e+",
            "1e-",
            "1.e5",
            "1.5e5",
            "0e0",
            "0e-0",
            "1e05",
            "1e400",
            "-1e400",
            "1e-400",
            "0e99999999999999999999",
            "1e99999999999999999999",
            "1e-99999999999999999999",
            "5e-324",
            "2.4703282292062327e-324",
            "1.7976931348623157e308",
            "1.7976931348623159e308",
            "9007199254740992",
            "9007199254740993",
            "9007199254740994",
            "900719925474099.3",
            "9999999999999999999",
            "18446744073709551615",
            "18446744073709551616",
            "184467440737095516160",
            "99999999999999999999.5",
            "0.1",
            "0.30000000000000004",
            "0.00000000000000000000001",
            "0.0000000000000000000001",
            "1.0000000000000002",
            "12345678",
            "123456789",
            "1234567.8",
            "12345678.12345678",
            "1234567890123456.7",
            "12345678901234567.8",
            "0.8444218515250481",
            "278.12345678901234",
            "1/5",
            "1:5",
            "12345:78",
            "1234/678",
            "0x10",
            "1_000",
            "１",
        ] {
            assert_eq!(number(text), expected(text), "{text}");
        }
        let long = format!("0.{}1e{}", "0".repeat(5000), 5000);
        assert_eq!(number(&long), expected(&long));
    }

    #[test]
    fn words_that_stand_for_no_number_are_numbers_to_be_told_of() {
        for (text, expected) in [("NaN", f64::NAN), ("Infinity", f64::INFINITY), ("-Infinity", f64::NEG_INFINITY)] {
            assert!(!is_json_elsewhere(text));
            let Ok(Scalar::Number(value)) = JsonReader::of_text(text, 0).scalar() else { panic!("{text}") };
            assert_eq!(value.total_cmp(&expected), std::cmp::Ordering::Equal, "{text}");
        }
    }

    fn is_json_elsewhere(text: &str) -> bool {
        serde_json::from_str::<IgnoredAny>(text).is_ok()
    }

    /// Fails once, and then gives a text.
    struct Fails(Option<ErrorKind>, &'static [u8]);

    impl Read for Fails {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.take() {
                Some(kind) => Err(kind.into()),
                None => self.1.read(buffer),
            }
        }
    }

    #[test]
    fn an_interruption_is_no_failure() {
        for (kind, is_read) in [(ErrorKind::Interrupted, true), (ErrorKind::Other, false)] {
            let read = JsonNode::read_whole(JsonReader::of_source(&mut Fails(Some(kind), b"[1]")));
            assert_eq!(read.is_ok(), is_read, "{kind:?}");
        }
    }

    #[test]
    fn a_source_that_is_no_text_is_not_read() {
        for bytes in [&b"\"\xFF\""[..], b"[\"\xC3\"]", b"{\"\x80\":1}", b"\"\\n\xFF\"", b"\xFF"] {
            assert!(JsonNode::read_whole(JsonReader::of_source(&mut &*bytes)).is_err(), "{bytes:?}");
        }
    }

    const VALUES: [&str; 13] = [
        "0",
        "-7",
        "0.5",
        "278.12345678901234",
        "1e-5",
        "123456789",
        "null",
        "true",
        "false",
        "217.2",
        "0.00898",
        "\"ü\"",
        "[1]",
    ];
    const SPACES: [&str; 4] = ["", "", " ", "\n      "];
    const TOKENS: [&str; 24] = [
        "[", "]", "{", "}", ",", ":", "\"", "\\", "\"a\":", "\"b\":", "\"\"", "\\u00e9", "1", "0", "-", ".", "e",
        "null", "true", "false", " ", "\n", "é", "[1,2]",
    ];

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
            prop_assert!(whole(&text, &sizes).is_some());
        }

        #[test]
        fn tokens_in_any_order_are_json_or_not(tokens in vec(select(TOKENS.as_slice()), 0..12)) {
            let text = tokens.concat();
            is_json(&text);
            is_json(&format!("[{text}]"));
            is_json(&format!("{{\"a\":{text}}}"));
            is_json(&format!("[\"{text}\"]"));
        }

        #[test]
        fn numbers_as_programs_write_them(bits: u64, scale in 0..12) {
            let by_bits = f64::from_bits(bits);
            let scaled = (bits as f64 / u64::MAX as f64) * 10_f64.powi(scale);
            for value in [by_bits, scaled].into_iter().filter(|value| value.is_finite()) {
                for text in [value.to_string(), format!("{value:e}"), format!("{value:.3}"), format!("{value:?}")] {
                    prop_assert_eq!(number(&text), expected(&text), "{}", text);
                }
            }
        }

        #[test]
        fn texts_that_are_nearly_numbers(text in "-?[0-9]{0,25}[.]?[0-9]{0,25}([eE][+-]?[0-9]{0,3})?[-.x]?") {
            prop_assert_eq!(number(&text), expected(&text), "{}", text);
        }
    }
}
