//! YAML text to its tree, from the parser's events. The only file that names the parser.
//!
//! Everything that a document could cost is bounded here, and what stops the reading becomes a fault in our words. What
//! a scalar without quotes means is said in [`plain`](super::plain).

use std::{borrow::Cow, collections::BTreeMap, ops::Range};

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Span};

use super::{
    plain::{PlainScalar, resolve},
    tree::{Key, Node, NodeSize, Yaml},
};
use crate::refusal::{Code, Fault};

/// Reads one document, up to the depth and size that one written by people can have; no document at all is nothing.
/// `what` is "table".
///
/// # Errors
/// What stopped the reading.
pub(super) fn parse<'t>(text: &'t str, what: &str) -> Result<Node<'t>, Fault> {
    let mut reader = TreeReader { text, what, open: Vec::new(), root: None, anchors: BTreeMap::new(), left: Left::ALL };
    let options = granit_parser::options! { emit_comments: false };
    let mut end = Span::default();
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| reader.broken(&error))?;
        reader.take(event, &span)?;
        end = span;
    }
    Ok(reader.root.unwrap_or_else(|| node(text, Yaml::Null, &end)))
}

/// What has been read so far.
struct TreeReader<'t, 'w> {
    text: &'t str,
    what: &'w str,
    /// The lists and maps that have not ended, from the outside in.
    open: Vec<Open<'t>>,
    root: Option<Node<'t>>,
    /// The values that an alias can repeat, by the parser's number of their anchor.
    anchors: BTreeMap<usize, (Node<'t>, NodeSize)>,
    left: Left,
}

/// A list or a map to which values are added.
struct Open<'t> {
    node: Node<'t>,
    /// The parser's number of its anchor; 0 for none.
    anchor: usize,
    /// The key, once it is read, of the value that comes next.
    key: Option<Key<'t>>,
}

/// How much more there may be: far more than people write, and little for a machine.
#[derive(Default)]
struct Left {
    /// Values and keys, with all that aliases repeat.
    nodes: usize,
    /// Bytes of their texts, with all that aliases repeat.
    text: usize,
    anchors: usize,
    aliases: usize,
    /// Values and keys that are kept because an alias may repeat them.
    kept: usize,
}

impl Left {
    const ALL: Self = Self { nodes: 250_000, text: 64 << 20, anchors: 50_000, aliases: 50_000, kept: 1_000_000 };

    /// What is left after this.
    fn without(&self, spent: &Self) -> Option<Self> {
        Some(Self {
            nodes: self.nodes.checked_sub(spent.nodes)?,
            text: self.text.checked_sub(spent.text)?,
            anchors: self.anchors.checked_sub(spent.anchors)?,
            aliases: self.aliases.checked_sub(spent.aliases)?,
            kept: self.kept.checked_sub(spent.kept)?,
        })
    }
}

/// How deep lists and maps may be within each other.
const MOST_DEPTH: usize = 64;

impl<'t> TreeReader<'t, '_> {
    fn take(&mut self, event: Event<'t>, span: &Span) -> Result<(), Fault> {
        if event.is_node() && self.open.is_empty() && self.root.is_some() {
            let fault = Fault::new(Code::NotYaml, "a second YAML document begins here").at(place(span));
            return Err(fault.help(format!("a {} is one document: take the `---` out", self.what)));
        }
        match event {
            Event::Scalar(text, style, anchor, _) => {
                self.spend(&Left { nodes: 1, text: text.len(), ..Left::default() }, span)?;
                let node = node(self.text, scalar(text, style), span);
                self.add(node, anchor, span)
            }
            Event::SequenceStart(_, anchor, _) => self.open(Yaml::List(Vec::new()), anchor, span),
            Event::MappingStart(_, anchor, _) => self.open(Yaml::Map(Vec::new()), anchor, span),
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open { node, anchor, .. }) => self.add(node, anchor, span),
                None => Ok(()),
            },
            Event::Alias(anchor) => {
                let node = self.repeat(anchor, span)?;
                self.add(node, 0, span)
            }
            _ => Ok(()),
        }
    }

    fn open(&mut self, content: Yaml<'t>, anchor: usize, span: &Span) -> Result<(), Fault> {
        self.spend(&Left { nodes: 1, ..Left::default() }, span)?;
        if self.open.len() == MOST_DEPTH {
            return Err(self.too_large(place(span)));
        }
        self.open.push(Open { node: node(self.text, content, span), anchor, key: None });
        Ok(())
    }

    /// Adds a value to the list or map in which it stands. `span` is where it ends.
    fn add(&mut self, node: Node<'t>, anchor: usize, span: &Span) -> Result<(), Fault> {
        if anchor != 0 {
            let size = node.size();
            self.spend(&Left { anchors: 1, kept: size.nodes, ..Left::default() }, span)?;
            self.anchors.insert(anchor, (node.clone(), size));
        }
        let Some(Open { node: Node { content, .. }, key, .. }) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match (content, key.take()) {
            (Yaml::Map(entries), Some(key)) => entries.push((key, node)),
            (Yaml::Map(_), None) => *key = Some(self::key(self.text, node)?),
            (Yaml::List(items), _) => items.push(node),
            _ => {}
        }
        Ok(())
    }

    /// What an alias repeats.
    fn repeat(&mut self, anchor: usize, span: &Span) -> Result<Node<'t>, Fault> {
        let Some((node, size)) = self.anchors.get(&anchor) else {
            let fault = Fault::new(Code::NotYaml, "this alias is inside what it repeats").at(place(span));
            return Err(fault.help("write the value out"));
        };
        if self.open.len() + size.depth > MOST_DEPTH {
            return Err(self.too_large(place(span)));
        }
        let left = self.left.without(&Left { aliases: 1, nodes: size.nodes, text: size.text, ..Left::default() });
        self.left = left.ok_or_else(|| self.too_large(place(span)))?;
        Ok(node.used_at(span.start.line(), &place(span)))
    }

    fn spend(&mut self, spent: &Left, span: &Span) -> Result<(), Fault> {
        self.left = self.left.without(spent).ok_or_else(|| self.too_large(place(span)))?;
        Ok(())
    }

    fn too_large(&self, place: Range<usize>) -> Fault {
        let message = "this document is too large, too deep, or its aliases repeat too much";
        let help = format!("a {} that people can read is far below these bounds", self.what);
        Fault::new(Code::TooLarge, message).at(place).help(help)
    }

    /// The fault of a text that is not YAML.
    fn broken(&self, error: &ScanError) -> Fault {
        let at = error.marker().byte_offset().unwrap_or(self.text.len());
        let why = match error.kind() {
            ErrorKind::RecursionLimitExceeded => return self.too_large(at..at),
            ErrorKind::UnknownAnchor => "alias references unknown anchor".to_owned(),
            kind => kind.to_string(),
        };
        let fault = Fault::new(Code::NotYaml, format!("not a YAML document that can be used: {why}")).at(at..at);
        fault.help("mend the text here, or just before")
    }
}

fn place(span: &Span) -> Range<usize> {
    span.byte_range().unwrap_or_default()
}

/// What the text has at this place.
fn node<'t>(text: &'t str, content: Yaml<'t>, span: &Span) -> Node<'t> {
    let tag = span.tag_span().and_then(|tag| tag.slice(text));
    Node { content, line: span.start.line(), span: place(span), defined: None, tag }
}

fn scalar(text: Cow<'_, str>, style: ScalarStyle) -> Yaml<'_> {
    match resolve(&text) {
        _ if style != ScalarStyle::Plain => Yaml::Text(text),
        PlainScalar::Null => Yaml::Null,
        PlainScalar::Bool(value) => Yaml::Bool(value),
        PlainScalar::Number(number) => Yaml::Number(number),
        PlainScalar::Text => Yaml::Text(text),
    }
}

/// A value as a key, which is a text whatever it looks like.
fn key<'t>(text: &'t str, node: Node<'t>) -> Result<Key<'t>, Fault> {
    let fault = |message, help| Err(Fault::new(Code::NotYaml, message).at(node.span.clone()).help(help));
    let written = text.get(node.written().clone()).unwrap_or_default();
    let text = match node.content {
        Yaml::Text(text) => text,
        Yaml::Null if node.tag.is_none() => {
            return fault("a key without a name", "write the key, in quotes if it is a word like null");
        }
        Yaml::Null | Yaml::Bool(_) | Yaml::Number(_) => written.into(),
        Yaml::List(_) | Yaml::Map(_) => return fault("a key that is no text", "write a plain name"),
    };
    Ok(Key { text, span: node.span, tag: node.tag })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tags of everything in it, in the order of the text.
    fn tags<'t>(node: &Node<'t>) -> Vec<&'t str> {
        let mut found: Vec<_> = node.tag.into_iter().collect();
        match &node.content {
            Yaml::List(items) => found.extend(items.iter().flat_map(tags)),
            Yaml::Map(entries) => {
                found.extend(entries.iter().flat_map(|(key, value)| key.tag.into_iter().chain(tags(value))));
            }
            _ => {}
        }
        found
    }

    #[test]
    fn tags_are_found_and_nothing_else() {
        for (text, expected) in [
            ("a: !!null 5", &["!!null"][..]),
            ("a: !x &b 5", &["!x"]),
            ("a: &b !x 5", &["!x"]),
            ("{ r: \"a # b\", a: !x 5 }", &["!x"]),
            ("a: !x\n  5", &["!x"]),
            ("a: !x # c\n  5", &["!x"]),
            ("a: !x |\n  5", &["!x"]),
            ("a: ! 5", &["!"]),
            ("a: !<tag:yaml.org,2002:null> 5", &["!<tag:yaml.org,2002:null>"]),
            ("a: !!float \"5\"", &["!!float"]),
            ("a: &b !x # c\n  5\nd: *b", &["!x"]),
            ("!x a: !y { !z b: 5 }", &["!x", "!y", "!z"]),
            ("!!map\na: 5", &["!!map"]),
            ("a: !!null", &["!!null"]),
            ("!!null : 5", &["!!null"]),
            ("# beware!\na:\n  # of !this\n  5", &[]),
            ("[!x 5]", &["!x"]),
            ("{ a: [4,!x 5] }", &["!x"]),
            ("a: 5", &[]),
            ("[\"4,!x\", 5]", &[]),
            ("[4, \"!x\", 5]", &[]),
            ("a,!x: 5", &[]),
            ("- \"!x\"\n- 5", &[]),
            ("[ do it !now, 5 ]", &[]),
            ("[\"do it !now\",5]", &[]),
            ("{\"a !b\":5}", &[]),
            ("5", &[]),
        ] {
            let root = parse(text, "table").unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
            assert_eq!(tags(&root), expected, "{text}");
        }
    }

    /// As deep as may be, and as much as may be; and one more.
    #[test]
    fn what_a_document_costs_is_bounded() {
        let nested = |depth| "[".repeat(depth) + &"]".repeat(depth);
        // What an alias repeats is as deep as it is where it is written.
        let deep_alias = |depth| format!("a: &a {}\nb: [*a]", nested(depth));
        let repeated = |count| format!("[&a [{}], {}]", "1,".repeat(499), "*a,".repeat(count));
        let aliases = |count| format!("[&a 1, {}]", "*a,".repeat(count));
        let texts = |count| format!("[&a \"{}\", {}]", "x".repeat(1 << 20), "*a,".repeat(count));
        for (within, beyond) in [
            (nested(64), nested(65)),
            (deep_alias(62), deep_alias(63)),
            ("- 1\n".repeat(249_999), "- 1\n".repeat(250_000)),
            (repeated(498), repeated(500)),
            (aliases(50_000), aliases(50_001)),
            ("- &a 1\n".repeat(50_000), "- &a 1\n".repeat(50_001)),
            (texts(63), texts(64)),
        ] {
            let begins = within.chars().take(30).collect::<String>();
            assert!(parse(&within, "table").is_ok(), "{begins}");
            assert_eq!(
                parse(&beyond, "table").map(|_| ()).map_err(|fault| fault.code),
                Err(Code::TooLarge),
                "{begins}"
            );
        }
    }
}
