//! Maps and plain values of a table, with a fault for everything that is not as it should be.

use std::{collections::HashMap, ops::Range, time::Duration};

use super::super::{
    document::Path,
    duration,
    suggestion::did_you_mean,
    yaml::{Key, MERGE, Node, Value},
};
use crate::{
    eval::{
        lint::Lint,
        notation::shortest,
        number::Finite,
        table::{MetricId, StageId},
    },
    refusal::{Fault, Faults},
};

/// A map with known keys. A key becomes known by being asked for.
pub(super) struct Fields<'n> {
    entries: &'n [(Key, Node)],
    span: Range<usize>,
    what: &'static str,
    known: Vec<&'static str>,
}

impl<'n> Fields<'n> {
    /// A fault, and `None`, if `node` is no map. `what` says what it should be: "a stage".
    pub(super) fn open(node: &'n Node, what: &'static str, path: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let Value::Map(entries) = &node.value else {
            faults.push(wrong(node, &format!("{what} is a map of keys"), path));
            return None;
        };
        Some(Self { entries, span: node.span.clone(), what, known: Vec::new() })
    }

    /// The same, where nothing at all means no keys.
    pub(super) fn open_or_empty(
        node: &'n Node,
        what: &'static str,
        path: &Path<'_>,
        faults: &mut Faults,
    ) -> Option<Self> {
        match node.value {
            Value::Null => Some(Self { entries: &[], span: node.span.clone(), what, known: Vec::new() }),
            _ => Self::open(node, what, path, faults),
        }
    }

    /// The value of `key`.
    pub(super) fn get(&mut self, key: &'static str) -> Option<&'n Node> {
        if !self.known.contains(&key) {
            self.known.push(key);
        }
        self.entries.iter().find(|(known, _)| known.text == key).map(|(_, node)| node)
    }

    /// The value of `key`, which must be there.
    pub(super) fn require(
        &mut self,
        key: &'static str,
        help: &str,
        path: &Path<'_>,
        faults: &mut Faults,
    ) -> Option<&'n Node> {
        let value = self.get(key);
        if value.is_none() {
            let fault = Fault::new(format!("{} without `{key}`", self.what));
            faults.push(fault.at(self.span.clone()).path(path).help(help));
        }
        value
    }

    /// Reports the keys that nothing asked for, but for those that begin with `x-`.
    pub(super) fn finish(self, path: &Path<'_>, faults: &mut Faults) {
        for (key, _) in self.entries {
            if !is_free(&key.text) && !self.known.contains(&key.text.as_str()) {
                let message = || format!("unknown key `{}` in {}", key.text, self.what);
                faults.push_with(|| unknown_key(message(), key, self.known.iter().copied(), path));
            }
        }
    }
}

/// Keys that begin with `x-` are the user's own; merge keys have been refused already.
pub(super) fn is_free(key: &str) -> bool {
    key.starts_with("x-") || key == MERGE
}

/// The entries of a map whose keys are names; at least one.
pub(super) fn entries<'n>(
    node: &'n Node,
    what: &str,
    path: &Path<'_>,
    faults: &mut Faults,
) -> Option<Vec<(&'n str, &'n Node)>> {
    let Value::Map(map) = &node.value else {
        faults.push(wrong(node, &format!("{what} are a map from name to definition"), path));
        return None;
    };
    let named: Vec<(&str, &Node)> =
        map.iter().filter(|(key, _)| !is_free(&key.text)).map(|(key, value)| (key.text.as_str(), value)).collect();
    if named.is_empty() {
        faults.push(Fault::new(format!("no {what} here")).at(node.span.clone()).path(path).help("write at least one"));
        return None;
    }
    for (key, _) in map.iter().filter(|(key, _)| key.text.is_empty()) {
        faults.push(Fault::new("a name is empty").at(key.span.clone()).path(path));
    }
    Some(named)
}

/// The names that rules can refer to.
pub(super) struct Names<'n> {
    /// `None` where they could not be read: nothing is said of references to them then.
    metric_ids: Option<HashMap<&'n str, MetricId>>,
    metrics: Vec<&'n str>,
    stage_ids: Option<HashMap<&'n str, StageId>>,
    stages: Vec<&'n str>,
}

impl<'n> Names<'n> {
    pub(super) fn new(metrics: Option<&[(&'n str, &'n Node)]>, stages: Option<&[(&'n str, &'n Node)]>) -> Self {
        let names = |entries: Option<&[(&'n str, &'n Node)]>| -> Vec<&'n str> {
            entries.unwrap_or_default().iter().map(|(name, _)| *name).collect()
        };
        Self {
            metric_ids: metrics.map(|_| names(metrics).into_iter().zip((0..).map(MetricId)).collect()),
            metrics: names(metrics),
            stage_ids: stages.map(|_| names(stages).into_iter().zip((0..).map(StageId)).collect()),
            stages: names(stages),
        }
    }

    /// A metric by its name.
    pub(super) fn metric(&self, node: &Node, path: &Path<'_>, faults: &mut Faults) -> Option<MetricId> {
        let Value::Text(name) = &node.value else {
            faults.push(wrong(node, "the name of a metric belongs here", path));
            return None;
        };
        let id = self.metric_ids.as_ref()?.get(name.as_str()).copied();
        if id.is_none() {
            faults.push_with(|| unknown("metric", name, self.metrics.iter().copied(), node).path(path));
        }
        id
    }

    /// A stage by its name, which is the key of a map.
    pub(super) fn stage(&self, key: &Key, path: &Path<'_>, faults: &mut Faults) -> Option<StageId> {
        let id = self.stage_ids.as_ref()?.get(key.text.as_str()).copied();
        if id.is_none() {
            let message = || format!("unknown stage `{}`", key.text);
            faults.push_with(|| unknown_key(message(), key, self.stages.iter().copied(), path));
        }
        id
    }
}

/// A key that is none of the known ones.
fn unknown_key<'a>(
    message: String,
    key: &Key,
    known: impl IntoIterator<Item = &'a str> + Clone,
    path: &Path<'_>,
) -> Fault {
    let fault = Fault::new(message).at(key.span.clone()).path(path.key(&key.text));
    Fault { help: did_you_mean(&key.text, known), ..fault }
}

/// A word that is none of the known ones.
fn unknown<'a>(what: &str, word: &str, known: impl IntoIterator<Item = &'a str> + Clone, node: &Node) -> Fault {
    let mut fault = at(node, format!("unknown {what} `{word}`"));
    fault.help = did_you_mean(word, known);
    fault
}

/// A fault at a value; one that comes through an alias is shown where it is used and where it is written.
pub(super) fn at(node: &Node, message: impl Into<String>) -> Fault {
    let fault = Fault::new(message).at(node.span.clone());
    match &node.defined {
        Some(defined) => fault.related(defined.clone(), "written here"),
        None => fault,
    }
}

/// A fault at a value that is not what `expected` says.
pub(super) fn wrong(node: &Node, expected: &str, path: &Path<'_>) -> Fault {
    let found = match &node.value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::Text(_) => "a text",
        Value::List(_) => "a list",
        Value::Map(_) => "a map",
    };
    at(node, format!("{expected}, but this is {found}")).path(path)
}

/// A text that is not empty.
pub(super) fn text(node: &Node, path: &Path<'_>, faults: &mut Faults) -> Option<String> {
    match &node.value {
        Value::Text(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Text(_) => {
            faults.push(at(node, "this text is empty").path(path).help("write it, or leave the key out"));
            None
        }
        Value::Null => {
            faults.push(wrong(node, "a text belongs here", path).help("write it, or leave the key out"));
            None
        }
        Value::Map(_) | Value::List(_) | Value::Number(_) | Value::Bool(_) => {
            let help = "put it in quotes: YAML reads it as something else";
            faults.push(wrong(node, "a text belongs here", path).help(help));
            None
        }
    }
}

/// A list of texts; `[]` for none.
pub(super) fn texts(node: &Node, path: &Path<'_>, faults: &mut Faults) -> Option<Vec<String>> {
    let items = list(node, NONE, path, faults)?;
    Some(items.iter().enumerate().filter_map(|(index, item)| text(item, &path.index(index), faults)).collect())
}

/// What to write into a list that was left empty and may be.
pub(super) const NONE: &str = "write `[]` if there is nothing in it";

/// A list. One left empty looks like nothing at all, and `if_empty` says what to write instead.
pub(super) fn list<'n>(node: &'n Node, if_empty: &str, path: &Path<'_>, faults: &mut Faults) -> Option<&'n [Node]> {
    match &node.value {
        Value::List(items) => Some(items),
        Value::Null => {
            faults.push(at(node, "this list was left empty").path(path).help(if_empty));
            None
        }
        _ => {
            faults.push(wrong(node, "a list belongs here", path));
            None
        }
    }
}

/// One of a few words: `name` says how each of `all` is called.
pub(super) fn word<T: Copy>(
    node: &Node,
    what: &str,
    all: &[T],
    name: fn(T) -> &'static str,
    path: &Path<'_>,
    faults: &mut Faults,
) -> Option<T> {
    let words = all.iter().map(|value| name(*value));
    let Value::Text(text) = &node.value else {
        let known: Vec<_> = words.collect();
        faults.push(wrong(node, &format!("{what} is one of {}", known.join(", ")), path));
        return None;
    };
    let found = all.iter().copied().find(|value| name(*value) == text);
    if found.is_none() {
        faults.push_with(|| unknown(what, text, words, node).path(path));
    }
    found
}

/// What a reviewer need not raise, from `allow` beside its `about`.
pub(super) fn allowed(fields: &mut Fields<'_>, path: &Path<'_>, faults: &mut Faults) -> Vec<Lint> {
    let about = fields.get("about");
    let Some(node) = fields.get("allow") else { return Vec::new() };
    let path = path.key("allow");
    if about.is_none() {
        faults.push(at(node, "`allow` without `about`").path(path).help("say in `about` why it is as it should be"));
    }
    let items = list(node, "name at least one code of a lint", &path, faults).unwrap_or_default();
    let code = |(index, item)| word(item, "lint", &Lint::ALL, Lint::name, &path.index(index), faults);
    items.iter().enumerate().filter_map(code).collect()
}

/// true or false.
pub(super) fn boolean(node: &Node, path: &Path<'_>, faults: &mut Faults) -> Option<bool> {
    if let Value::Bool(value) = node.value {
        return Some(value);
    }
    faults.push(wrong(node, "true or false belongs here", path));
    None
}

/// A finite number, not in quotes.
pub(super) fn number(node: &Node, path: &Path<'_>, faults: &mut Faults) -> Option<Finite> {
    match &node.value {
        Value::Number(value) => {
            let finite = Finite::new(*value);
            if finite.is_none() {
                faults.push(at(node, "a limit must be a finite number").path(path));
            }
            finite
        }
        Value::Text(text) => {
            let fault = wrong(node, "a number belongs here", path);
            faults.push(Fault { help: plain_number(text), ..fault });
            None
        }
        Value::Bool(_) => {
            faults.push(wrong(node, "a number belongs here", path).help("write 1 for true and 0 for false"));
            None
        }
        Value::Null | Value::List(_) | Value::Map(_) => {
            faults.push(wrong(node, "a number belongs here", path));
            None
        }
    }
}

/// What to write instead of a number as text, if it is one.
pub(super) fn plain_number(text: &str) -> Option<String> {
    let number = Finite::new(text.parse().ok()?)?;
    Some(format!("write the plain number {}", shortest(number.get())))
}

/// A duration such as `15m`.
pub(super) fn duration(node: &Node, path: &Path<'_>, faults: &mut Faults) -> Option<Duration> {
    let Value::Text(text) = &node.value else {
        let fault = wrong(node, "a duration belongs here", path);
        faults.push(fault.help(duration::HINT));
        return None;
    };
    duration::parse(text).map_err(|message| faults.push(at(node, message).path(path))).ok()
}
