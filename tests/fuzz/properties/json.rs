//! JSON as RFC 8259 has it, read a second time, by nothing that the program reads it with: to see that both understand
//! the same.

/// A value; objects keep their order, and keys that they have twice.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    /// As it is written.
    Number(&'a str),
    /// `None` for one that no text is: half a pair of surrogates.
    Text(Option<String>),
    Array(Vec<Self>),
    Object(Vec<(Option<String>, Self)>),
}

/// Deeper than what `serde_json` reads, and little enough for the stack.
const DEEPEST: usize = 500;

/// Why a text is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    NotJson,
    TooDeep,
}

use Failure::{NotJson, TooDeep};

impl<'a> Json<'a> {
    /// Reads a text that is one value.
    pub(crate) fn read(text: &'a str) -> Result<Self, Failure> {
        let mut reader = Reader { rest: text };
        let value = reader.value(0)?;
        reader.space();
        if reader.rest.is_empty() { Ok(value) } else { Err(NotJson) }
    }

    /// The value of a key of an object; `null` is as good as none.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        let value = self.entries().iter().find(|(own, _)| own.as_deref() == Some(key)).map(|(_, value)| value);
        value.filter(|value| **value != Self::Null)
    }

    /// The entries of an object, none of anything else.
    pub(crate) fn entries(&self) -> &[(Option<String>, Self)] {
        match self {
            Self::Object(entries) => entries,
            _ => &[],
        }
    }

    /// The text of a string.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => text.as_deref(),
            _ => None,
        }
    }

    /// The number; infinite beyond what a double can be.
    pub(crate) fn number(&self) -> Option<f64> {
        match self {
            Self::Number(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// Whether some object in it has a key twice.
    pub(crate) fn has_duplicates(&self) -> bool {
        match self {
            Self::Array(items) => items.iter().any(Self::has_duplicates),
            Self::Object(entries) => {
                let mut keys: Vec<&str> = entries.iter().filter_map(|(key, _)| key.as_deref()).collect();
                keys.sort_unstable();
                keys.windows(2).any(|pair| pair[0] == pair[1])
                    || entries.iter().any(|(_, value)| value.has_duplicates())
            }
            _ => false,
        }
    }

    /// Whether `serde_json` read the same; of equal keys it keeps the last.
    pub(crate) fn is(&self, other: &serde_json::Value) -> bool {
        use serde_json::Value;
        match (self, other) {
            (Self::Null, Value::Null) => true,
            (Self::Bool(own), Value::Bool(other)) => own == other,
            (Self::Number(_), Value::Number(other)) => {
                self.number().zip(other.as_f64()).is_some_and(|(own, other)| own.to_bits() == other.to_bits())
            }
            (Self::Text(own), Value::String(other)) => own.as_ref() == Some(other),
            (Self::Array(own), Value::Array(other)) => {
                own.len() == other.len() && own.iter().zip(other).all(|(own, other)| own.is(other))
            }
            (Self::Object(own), Value::Object(other)) => other.iter().all(|(key, other)| {
                let last = own.iter().rev().find(|(own, _)| own.as_ref() == Some(key));
                last.is_some_and(|(_, own)| own.is(other))
            }),
            _ => false,
        }
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    /// Whether `token` comes next, after space; it is taken then.
    fn takes(&mut self, token: &str) -> bool {
        self.space();
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn expect(&mut self, token: &str) -> Result<(), Failure> {
        if self.takes(token) { Ok(()) } else { Err(NotJson) }
    }

    fn value(&mut self, depth: usize) -> Result<Json<'a>, Failure> {
        if depth > DEEPEST {
            return Err(TooDeep);
        }
        self.space();
        match self.rest.bytes().next() {
            Some(b'{') => {
                let entry = |reader: &mut Self| {
                    reader.space();
                    let key = reader.text()?;
                    reader.expect(":")?;
                    Ok((key, reader.value(depth + 1)?))
                };
                self.items("{", "}", entry).map(Json::Object)
            }
            Some(b'[') => self.items("[", "]", |reader| reader.value(depth + 1)).map(Json::Array),
            Some(b'"') => self.text().map(Json::Text),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => {
                let words = [("null", Json::Null), ("true", Json::Bool(true)), ("false", Json::Bool(false))];
                words.into_iter().find(|(word, _)| self.takes(word)).map(|(_, value)| value).ok_or(NotJson)
            }
        }
    }

    /// What stands between two brackets, with commas between.
    fn items<T>(
        &mut self,
        open: &str,
        close: &str,
        mut item: impl FnMut(&mut Self) -> Result<T, Failure>,
    ) -> Result<Vec<T>, Failure> {
        self.expect(open)?;
        let mut items = Vec::new();
        if self.takes(close) {
            return Ok(items);
        }
        loop {
            items.push(item(self)?);
            if self.takes(close) {
                return Ok(items);
            }
            self.expect(",")?;
        }
    }

    fn number(&mut self) -> Result<Json<'a>, Failure> {
        let digits = |text: &'a str| text.trim_start_matches(|c: char| c.is_ascii_digit());
        let unsigned = self.rest.strip_prefix('-').unwrap_or(self.rest);
        let mut after = match unsigned.strip_prefix('0') {
            Some(after) => after,
            None => digits(unsigned),
        };
        let mut is_whole = after.len() < unsigned.len();
        if let Some(fraction) = after.strip_prefix('.') {
            after = digits(fraction);
            is_whole &= after.len() < fraction.len();
        }
        if let Some(power) = after.strip_prefix(['e', 'E']) {
            let power = power.strip_prefix(['+', '-']).unwrap_or(power);
            after = digits(power);
            is_whole &= after.len() < power.len();
        }
        let number = &self.rest[..self.rest.len() - after.len()];
        self.rest = after;
        if is_whole { Ok(Json::Number(number)) } else { Err(NotJson) }
    }

    fn text(&mut self) -> Result<Option<String>, Failure> {
        self.rest = self.rest.strip_prefix('"').ok_or(NotJson)?;
        let mut units: Vec<u16> = Vec::new();
        let mut buffer = [0; 2];
        let mut characters = self.rest.char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return Ok(String::from_utf16(&units).ok());
                }
                '\\' => {
                    let (_, escape) = characters.next().ok_or(NotJson)?;
                    units.push(match escape {
                        '"' | '\\' | '/' => escape as u16,
                        'b' => 8,
                        'f' => 12,
                        'n' => 10,
                        'r' => 13,
                        't' => 9,
                        'u' => {
                            let digits: String = characters.by_ref().take(4).map(|(_, digit)| digit).collect();
                            let is_hex = digits.len() == 4 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
                            if !is_hex {
                                return Err(NotJson);
                            }
                            u16::from_str_radix(&digits, 16).map_err(|_| NotJson)?
                        }
                        _ => return Err(NotJson),
                    });
                }
                '\0'..='\u{1f}' => return Err(NotJson),
                _ => units.extend_from_slice(character.encode_utf16(&mut buffer)),
            }
        }
        Err(NotJson)
    }
}
