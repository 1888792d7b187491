//! What a YAML document is read to: a tree of values, each with its place in the text.
//!
//! The tree is nearer to the text than what serde would give a struct: it keeps keys that stand twice, and tells a
//! number from a number in quotes, so that the reader of a table can report all faults at once.

use std::{borrow::Cow, ops::Range};

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Node<'t> {
    pub(crate) content: Yaml<'t>,
    /// The line where it is used, from 1.
    pub(crate) line: usize,
    /// Where it is used, in bytes; of a block collection, which has no token of its own, where it begins.
    pub(crate) span: Range<usize>,
    /// Of a value that comes through an alias: where it is written.
    pub(crate) defined: Option<Range<usize>>,
    /// Its tag as the text has it, and none where it comes through an alias.
    pub(crate) tag: Option<&'t str>,
}

/// What a YAML text can hold.
#[derive(Clone, Debug)]
pub(crate) enum Yaml<'t> {
    /// `~`, or nothing at all.
    Null,
    Bool(bool),
    /// May be NaN or infinite.
    Number(f64),
    /// Text, in quotes or not.
    Text(Cow<'t, str>),
    List(Vec<Node<'t>>),
    /// In the order of the text; a key may stand there twice.
    Map(Vec<(Key<'t>, Node<'t>)>),
}

/// A key of a map.
#[derive(Clone, Debug)]
pub(crate) struct Key<'t> {
    pub(crate) text: Cow<'t, str>,
    /// Where it is used, in bytes.
    pub(crate) span: Range<usize>,
    /// Its tag, as of a value.
    pub(crate) tag: Option<&'t str>,
}

/// How much there is in a value.
#[derive(Clone, Copy)]
pub(super) struct NodeSize {
    /// How many values and keys, with itself.
    pub(super) nodes: usize,
    /// How many bytes their texts have.
    pub(super) text: usize,
    /// How many lists and maps are within each other; 0 for a scalar.
    pub(super) depth: usize,
}

impl<'t> Node<'t> {
    /// The same value, used at another place through an alias.
    pub(super) fn used_at(&self, line: usize, span: &Range<usize>) -> Self {
        let content = match &self.content {
            Yaml::List(items) => Yaml::List(items.iter().map(|item| item.used_at(line, span)).collect()),
            Yaml::Map(entries) => {
                let entry = |(key, value): &(Key<'t>, Self)| {
                    (Key { text: key.text.clone(), span: span.clone(), tag: None }, value.used_at(line, span))
                };
                Yaml::Map(entries.iter().map(entry).collect())
            }
            scalar => scalar.clone(),
        };
        Node { content, line, span: span.clone(), defined: Some(self.written().clone()), tag: None }
    }

    /// Where it is written, be it used there or elsewhere.
    pub(crate) fn written(&self) -> &Range<usize> {
        self.defined.as_ref().unwrap_or(&self.span)
    }

    pub(super) fn size(&self) -> NodeSize {
        let is_nest = matches!(self.content, Yaml::List(_) | Yaml::Map(_));
        let mut whole = NodeSize { nodes: 1, text: 0, depth: usize::from(is_nest) };
        let mut add = |part: NodeSize| {
            whole.nodes += part.nodes;
            whole.text += part.text;
            whole.depth = whole.depth.max(part.depth + 1);
        };
        match &self.content {
            Yaml::List(items) => items.iter().for_each(|item| add(item.size())),
            Yaml::Map(entries) => entries.iter().for_each(|(key, value)| {
                let value = value.size();
                add(NodeSize { nodes: value.nodes + 1, text: value.text + key.text.len(), ..value });
            }),
            Yaml::Text(text) => whole.text = text.len(),
            Yaml::Null | Yaml::Bool(_) | Yaml::Number(_) => {}
        }
        whole
    }
}
