//! Plain values of a YAML document, each with the reading of it, what is wrong with it otherwise, and its schema.

use std::{borrow::Cow, marker::PhantomData, time::Duration};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::{
    document::Path,
    duration,
    form::{Field, Read, free_keys, is_free},
    suggestion::did_you_mean,
    yaml::{Node, Yaml, meant_number, meant_switch},
};
use crate::{
    eval::{
        answer::{Otherwise, Pending},
        notation::shortest,
        number::Finite,
        table::Severity,
        unit::Unit,
        verdict::{Decision, State},
    },
    lint::code::Lint,
    refusal::{Code, Fault, Faults},
};

/// Says what a form is called in the schema, and what can stand there. A form made from others, by the generator, is
/// a definition of its own there.
macro_rules! schema {
    ($form:ty, $name:literal, $schema:expr) => {
        $crate::input::values::schema!(@ $form, $name, true, _generator, $schema);
    };
    ($form:ty, $name:literal, $generator:ident => $schema:expr) => {
        $crate::input::values::schema!(@ $form, $name, false, $generator, $schema);
    };
    (@ $form:ty, $name:literal, $is_inline:literal, $generator:ident, $schema:expr) => {
        impl schemars::JsonSchema for $form {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }

            fn inline_schema() -> bool {
                $is_inline
            }

            fn json_schema($generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                $schema
            }
        }
    };
}
pub(super) use schema;

/// A text that is not empty.
pub(super) struct Text;
schema!(Text, "Text", json_schema!({ "type": "string", "pattern": r"\S" }));

impl Read for Text {
    type Value = String;

    fn read(node: &Node<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<String> {
        let help = "write it, or leave the key out";
        match &node.content {
            Yaml::Text(text) if !text.trim().is_empty() => return Some(text.clone().into_owned()),
            Yaml::Text(_) => faults.push(at(Code::EmptyText, node, "this text is empty").path(path).help(help)),
            Yaml::Null => faults.push(wrong(node, "a text belongs here", path).help(help)),
            Yaml::Map(_) | Yaml::List(_) | Yaml::Number(_) | Yaml::Bool(_) => {
                let help = "put it in quotes: YAML reads it as something else";
                faults.push(wrong(node, "a text belongs here", path).help(help));
            }
        }
        None
    }
}

/// The version of every format that is read.
pub(super) const VERSION: f64 = 1.0;

/// [`VERSION`].
pub(super) struct Version;
schema!(Version, "Version", json_schema!({ "const": 1 }));

impl Version {
    /// A fault for another version, if one is named. `what` is "table".
    pub(super) fn check(field: &Field<'_, Self>, what: &str, path: &Path<'_>, faults: &mut Faults) {
        if let Some(version) = field.node.filter(|version| !matches!(version.content, Yaml::Number(VERSION))) {
            let fault = at(Code::UnknownVersion, version, format!("this version of the {what} format is not known"));
            let help = format!("write `version: 1`; if the {what} needs a newer format, use a newer rollout-gate");
            faults.push(fault.path(path.key(field.key)).help(help));
        }
    }
}

/// true or false.
pub(super) struct Switch;
schema!(Switch, "Switch", json_schema!({ "type": "boolean" }));

impl Read for Switch {
    type Value = bool;

    fn read(node: &Node<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<bool> {
        if let Yaml::Bool(value) = node.content {
            return Some(value);
        }
        let meant = match &node.content {
            Yaml::Text(text) => meant_switch(text),
            _ => None,
        };
        let help = match meant {
            Some(true) => "write true, without quotes",
            Some(false) => "write false, without quotes",
            None => "write true or false, without quotes",
        };
        faults.push(wrong(node, "true or false belongs here", path).help(help));
        None
    }
}

/// A finite number, not in quotes.
pub(super) struct Number;
schema!(Number, "Number", json_schema!({ "type": "number" }));

impl Read for Number {
    type Value = Finite;

    fn read(node: &Node<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<Finite> {
        let expected = "a number belongs here";
        match &node.content {
            Yaml::Number(value) => {
                let finite = Finite::new(*value);
                if finite.is_none() {
                    let fault = at(Code::NotFinite, node, "a limit must be a finite number").path(path);
                    faults.push(fault.help("write a number between -1.7e308 and 1.7e308"));
                }
                return finite;
            }
            Yaml::Text(text) => {
                faults.push(quoted(text, wrong(node, expected, path).help("write one number")));
            }
            Yaml::Bool(_) => faults.push(wrong(node, expected, path).help("write 1 for true and 0 for false")),
            Yaml::Null | Yaml::List(_) | Yaml::Map(_) => {
                faults.push(wrong(node, expected, path).help("write one number"));
            }
        }
        None
    }
}

/// `fault`, or, if `text` is a number in quotes or one that is not spelt plainly, what is to be done about that.
pub(super) fn quoted(text: &str, fault: Fault) -> Fault {
    match meant_number(text).and_then(Finite::new) {
        Some(number) => {
            let help = format!("write the plain number {}", shortest(number.get()));
            Fault { code: Code::QuotedNumber, ..fault }.help(help)
        }
        None => fault,
    }
}

/// A duration such as `15m`.
pub(super) struct Time;
schema!(Time, "Duration", json_schema!({ "type": "string", "pattern": "^\\s*([0-9]+\\s*[hms]\\s*)+$" }));

impl Read for Time {
    type Value = Duration;

    fn read(node: &Node<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<Duration> {
        let Yaml::Text(text) = &node.content else {
            faults.push(wrong(node, "a duration belongs here", path).help(duration::HINT));
            return None;
        };
        let refuse = |message| faults.push(at(Code::BadDuration, node, message).path(path).help(duration::HINT));
        duration::read(text).map_err(refuse).ok()
    }
}

/// How soon something must be done: a duration, or `0m`, at once.
pub(super) struct Deadline;
schema!(Deadline, "Deadline", json_schema!({ "type": "string", "pattern": "^\\s*([0-9]+\\s*[hms]\\s*)+$" }));

impl Read for Deadline {
    type Value = Duration;

    fn read(node: &Node<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<Duration> {
        let is_at_once = |text: &str| matches!(text.trim(), "0h" | "0m" | "0s");
        match &node.content {
            Yaml::Text(text) if is_at_once(text) => Some(Duration::ZERO),
            _ => Time::read(node, path, faults),
        }
    }
}

/// One of a few words.
pub(super) trait Vocabulary: Copy + 'static {
    /// What it is, in messages.
    const WHAT: &'static str;
    /// Every one.
    const ALL: &'static [Self];

    /// How it is called.
    fn name(self) -> &'static str;
}

macro_rules! vocabulary {
    ($($word:ty, $what:literal;)*) => {$(
        impl Vocabulary for $word {
            const WHAT: &'static str = $what;
            const ALL: &'static [Self] = &<$word>::ALL;

            fn name(self) -> &'static str {
                self.name()
            }
        }
    )*};
}

vocabulary! {
    Decision, "decision";
    Lint, "lint";
    Otherwise, "value of `missing`";
    Pending, "value of `pending`";
    Severity, "severity";
    State, "state";
    Unit, "unit";
}

/// A word of the vocabulary `T`.
pub(super) struct Word<T>(PhantomData<T>);

impl<T: Vocabulary> JsonSchema for Word<T> {
    fn schema_name() -> Cow<'static, str> {
        T::WHAT.into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "enum": T::ALL.iter().map(|word| word.name()).collect::<Vec<_>>() })
    }
}

impl<T: Vocabulary> Read for Word<T> {
    type Value = T;

    fn read(node: &Node<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<T> {
        let words = T::ALL.iter().map(|word| word.name());
        let Yaml::Text(text) = &node.content else {
            let known: Vec<_> = words.collect();
            let fault = wrong(node, &format!("{} is one of {}", T::WHAT, known.join(", ")), path);
            faults.push(fault.help("write one of these words"));
            return None;
        };
        let found = T::ALL.iter().copied().find(|word| word.name() == text);
        if found.is_none() {
            faults.push_with(|| unknown(Code::UnknownWord, T::WHAT, text, words, node).path(path));
        }
        found
    }
}

/// A list of at least one item of the form `F`.
pub(super) struct AtLeastOne<F>(PhantomData<F>);

impl<F: JsonSchema> JsonSchema for AtLeastOne<F> {
    fn schema_name() -> Cow<'static, str> {
        format!("{}s", F::schema_name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "array", "items": generator.subschema_for::<F>(), "minItems": 1 })
    }
}

impl<F: Read> Read for AtLeastOne<F> {
    type Value = Vec<F::Value>;

    fn read(node: &Node<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<Vec<F::Value>> {
        let help = "write at least one item";
        let items = list(node, help, path, faults)?;
        if items.is_empty() {
            faults.push(at(Code::EmptyList, node, "this list is empty").path(path).help(help));
        }
        Some(items_of::<F>(items, path, faults))
    }
}

/// A list of items of the form `F`; `[]` for none.
pub(super) struct List<F>(PhantomData<F>);

impl<F: JsonSchema> JsonSchema for List<F> {
    fn schema_name() -> Cow<'static, str> {
        format!("{}List", F::schema_name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "array", "items": generator.subschema_for::<F>() })
    }
}

impl<F: Read> Read for List<F> {
    type Value = Vec<F::Value>;

    fn read(node: &Node<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<Vec<F::Value>> {
        Some(items_of::<F>(list(node, NONE, path, faults)?, path, faults))
    }
}

/// The items that can be read.
fn items_of<F: Read>(items: &[Node<'_>], path: &Path<'_>, faults: &mut Faults) -> Vec<F::Value> {
    items.iter().enumerate().filter_map(|(index, item)| F::read(item, &path.index(index), faults)).collect()
}

/// Texts by name.
pub(super) struct LabelTexts;
schema!(
    LabelTexts,
    "LabelTexts",
    json_schema!({ "type": "object", "patternProperties": free_keys(), "additionalProperties": { "type": "string" }, "minProperties": 1 })
);

impl Read for LabelTexts {
    type Value = Vec<(String, String)>;

    fn read(node: &Node<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<Vec<(String, String)>> {
        let labels = entries(node, "labels", path, faults)?;
        // Collected whole first: every fault is to be found, not only the first.
        let read: Vec<_> = labels
            .into_iter()
            .map(|(name, node)| Some((name.to_owned(), Text::read(node, &path.key(name), faults)?)))
            .collect();
        read.into_iter().collect()
    }
}

/// A map from names to definitions of the form `F`; at least one.
pub(super) struct Named<F>(PhantomData<F>);

impl<F: JsonSchema> JsonSchema for Named<F> {
    fn schema_name() -> Cow<'static, str> {
        format!("Named{}", F::schema_name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "patternProperties": free_keys(),
            "propertyNames": { "minLength": 1 },
            "additionalProperties": generator.subschema_for::<F>(),
            "minProperties": 1,
        })
    }
}

/// The entries of a map whose keys are names; at least one. `what` says what they are: "stages".
pub(super) fn entries<'n>(
    node: &'n Node<'n>,
    what: &str,
    path: &Path<'_>,
    faults: &mut Faults,
) -> Option<Vec<(&'n str, &'n Node<'n>)>> {
    let Yaml::Map(map) = &node.content else {
        let fault = wrong(node, &format!("{what} are a map from name to definition"), path);
        faults.push(fault.help("write each as `name: definition`"));
        return None;
    };
    let named: Vec<(&str, &Node<'_>)> =
        map.iter().filter(|(key, _)| !is_free(&key.text)).map(|(key, value)| (&*key.text, value)).collect();
    if named.is_empty() {
        let fault = Fault::new(Code::EmptyMap, format!("no {what} here")).at(node.span.clone()).path(path);
        faults.push(fault.help("write at least one"));
        return None;
    }
    for (key, _) in map.iter().filter(|(key, _)| key.text.is_empty()) {
        let fault = Fault::new(Code::EmptyName, "a name is empty").at(key.span.clone()).path(path);
        faults.push(fault.help("write one that rules and reports can use"));
    }
    Some(named)
}

/// What to write into a list that was left empty and may be.
pub(super) const NONE: &str = "write `[]` if there is nothing in it";

/// A list. One left empty looks like nothing at all, and `if_empty` says what to write instead.
pub(super) fn list<'n>(
    node: &'n Node<'n>,
    if_empty: &str,
    path: &Path<'_>,
    faults: &mut Faults,
) -> Option<&'n [Node<'n>]> {
    match &node.content {
        Yaml::List(items) => return Some(items),
        Yaml::Null => {
            faults.push(at(Code::EmptyList, node, "this list was left empty").path(path).help(if_empty));
        }
        _ => faults.push(wrong(node, "a list belongs here", path).help("begin each item with `- `, or write `[a, b]`")),
    }
    None
}

/// A fault at a value; one that comes through an alias is shown where it is used and where it is written.
pub(super) fn at(code: Code, node: &Node<'_>, message: impl Into<String>) -> Fault {
    let fault = Fault::new(code, message).at(node.span.clone());
    match &node.defined {
        Some(defined) => fault.related(defined.clone(), "written here"),
        None => fault,
    }
}

/// A fault at a value that is not what `expected` says.
pub(super) fn wrong(node: &Node<'_>, expected: &str, path: &Path<'_>) -> Fault {
    let found = match &node.content {
        Yaml::Null => "nothing",
        Yaml::Bool(_) => "true or false",
        Yaml::Number(_) => "a number",
        Yaml::Text(_) => "a text",
        Yaml::List(_) => "a list",
        Yaml::Map(_) => "a map",
    };
    at(Code::WrongType, node, format!("{expected}, but this is {found}")).path(path)
}

/// A fault at a word that is none of the known ones. `what` says what it should be: "metric".
pub(super) fn unknown<'a>(
    code: Code,
    what: &str,
    word: &str,
    known: impl IntoIterator<Item = &'a str> + Clone,
    node: &Node<'_>,
) -> Fault {
    at(code, node, format!("unknown {what} `{word}`")).help(did_you_mean(word, known))
}
