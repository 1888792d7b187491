//! Maps of a YAML document as types: what each key is called, what it means and what can stand there.
//!
//! A map is declared once, with [`maps!`]. The reader takes its keys from the declaration, so that a key which is
//! not declared is unknown; the JSON Schema is made from the same declaration. A new key is one line there.

use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map as Properties, Value as Json};

use super::{
    document::Path,
    suggestion::did_you_mean,
    values::wrong,
    yaml::{Key, MERGE, Node, Yaml},
};
use crate::refusal::{Code, Fault, Faults};

/// What is read wherever it stands, and needs to know nothing else.
pub(super) trait Read: JsonSchema {
    /// What it becomes.
    type Value;

    /// The value; a fault, and `None`, where it is something else.
    fn read(node: &Node<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<Self::Value>;
}

/// The value of one key, which has the form `F`.
pub(super) struct Field<'n, F> {
    pub(super) key: &'static str,
    pub(super) node: Option<&'n Node<'n>>,
    form: PhantomData<F>,
}

impl<'n, F> Field<'n, F> {
    /// The first of this key.
    pub(super) fn find(entries: &'n [(Key<'n>, Node<'n>)], key: &'static str) -> Self {
        let node = entries.iter().find(|(known, _)| known.text == key).map(|(_, node)| node);
        Self { key, node, form: PhantomData }
    }

    /// What `read` makes of the value, if the key is there.
    pub(super) fn with<T>(
        &self,
        path: &Path<'_>,
        faults: &mut Faults,
        read: impl FnOnce(&'n Node<'n>, &Path<'_>, &mut Faults) -> Option<T>,
    ) -> Option<T> {
        read(self.node?, &path.key(self.key), faults)
    }
}

impl<F: Read> Field<'_, F> {
    /// The value, if the key is there.
    pub(super) fn read(&self, path: &Path<'_>, faults: &mut Faults) -> Option<F::Value> {
        self.with(path, faults, F::read)
    }
}

/// One key of a map as it is declared.
pub(super) struct Declared {
    pub(super) key: &'static str,
    about: &'static str,
    /// What to do if it is not there; `None` where it may be left out.
    pub(super) if_missing: Option<&'static str>,
    /// The key that must stand beside it.
    needs: Option<&'static str>,
    form: fn(&mut SchemaGenerator) -> Schema,
}

impl Declared {
    pub(super) fn new<F: JsonSchema>(key: &'static str, about: &'static str, if_missing: Option<&'static str>) -> Self {
        Self { key, about: about.trim(), if_missing, needs: None, form: |generator| generator.subschema_for::<F>() }
    }

    /// With the key that must stand beside it.
    pub(super) fn needing(self, needs: Option<&'static str>) -> Self {
        Self { needs, ..self }
    }
}

/// A map whose keys are declared.
pub(super) trait Map<'n>: Sized {
    /// What it is, in messages: "a stage".
    const WHAT: &'static str;

    /// Its keys, in the order in which they are declared.
    fn declared() -> Vec<Declared>;

    /// The values of its keys.
    fn pick(entries: &'n [(Key<'n>, Node<'n>)]) -> Self;
}

/// Opens a map: unknown keys, and those that must be there and are not, are faults. `None` if it is no map.
pub(super) fn open<'n, M: Map<'n>>(node: &'n Node<'n>, path: &Path<'_>, faults: &mut Faults) -> Option<M> {
    let Yaml::Map(entries) = &node.content else {
        let fault = wrong(node, &format!("{} is a map of keys", M::WHAT), path);
        faults.push(fault.help("write its keys, each as `key: value`"));
        return None;
    };
    let declared = M::declared();
    for (key, _) in entries {
        if !is_free(&key.text) && !declared.iter().any(|declared| declared.key == key.text) {
            let message = || format!("unknown key `{}` in {}", key.text, M::WHAT);
            let known = || declared.iter().map(|declared| declared.key);
            faults.push_with(|| unknown_key(Code::UnknownKey, message(), key, known(), path));
        }
    }
    for declared in &declared {
        let is_there = || entries.iter().any(|(key, _)| key.text == declared.key);
        if let Some(help) = declared.if_missing.filter(|_| !is_there()) {
            let fault = Fault::new(Code::MissingKey, format!("{} without `{}`", M::WHAT, declared.key));
            faults.push(fault.at(node.span.clone()).path(path).help(help));
        }
    }
    Some(M::pick(entries))
}

/// The same, where nothing at all means no keys.
pub(super) fn open_or_empty<'n, M: Map<'n>>(node: &'n Node<'n>, path: &Path<'_>, faults: &mut Faults) -> Option<M> {
    match node.content {
        Yaml::Null => Some(M::pick(&[])),
        _ => open(node, path, faults),
    }
}

/// Keys that begin with `x-` are the user's own; merge keys have been refused already.
pub(super) fn is_free(key: &str) -> bool {
    key.starts_with("x-") || key == MERGE
}

/// A key that is none of the known ones.
pub(super) fn unknown_key<'a>(
    code: Code,
    message: String,
    key: &Key<'_>,
    known: impl IntoIterator<Item = &'a str> + Clone,
    path: &Path<'_>,
) -> Fault {
    let fault = Fault::new(code, message).at(key.span.clone()).path(path.key(&key.text));
    fault.help(did_you_mean(&key.text, known))
}

/// What else may stand in a map beside the declared keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extra {
    /// Keys that begin with `x-`.
    Free,
    /// Nothing.
    Refused,
}

/// The schema of a map, with the words of its declaration.
pub(super) fn object_schema(
    about: &str,
    declared: Vec<Declared>,
    extra: Extra,
    generator: &mut SchemaGenerator,
) -> Schema {
    let required: Vec<_> = declared.iter().filter(|key| key.if_missing.is_some()).map(|key| key.key).collect();
    let needs = declared.iter().filter_map(|key| Some((key.key.to_owned(), vec![key.needs?].into())));
    let needs: Properties<String, Json> = needs.collect();
    let mut properties = Properties::new();
    for Declared { key, about, form, .. } in declared {
        let mut schema = form(generator);
        schema.insert("description".to_owned(), about.into());
        properties.insert(key.to_owned(), schema.into());
    }
    let mut schema = json_schema!({
        "type": "object",
        "description": about.trim(),
        "properties": properties,
        "additionalProperties": false,
    });
    if extra == Extra::Free {
        schema.insert("patternProperties".to_owned(), free_keys());
    }
    if !required.is_empty() {
        schema.insert("required".to_owned(), required.into());
    }
    if !needs.is_empty() {
        schema.insert("dependencies".to_owned(), needs.into());
    }
    schema
}

/// The keys that are the user's own, as a schema says it.
pub(super) fn free_keys() -> Json {
    serde_json::json!({ "^x-": true })
}

/// Declares maps:
///
/// ```text
/// maps! {
///     /// What it is.
///     StageMap is "a stage" {
///         /// What the key means.
///         observe: Time,
///         /// One that must be there, and what to do if it is not.
///         unit or "say what it is measured in": Word<Unit>,
///         /// One whose name Rust keeps for itself.
///         lasting as "for": Time,
///         /// One that stands only beside another; the reader tells where it does not.
///         allow needs about: AtLeastOne<Word<Lint>>,
///     }
///     /// One with the keys of another beside its own.
///     RuleMap with condition: ConditionMap is "a rule" { }
/// }
/// ```
macro_rules! maps {
    ($(
        $(#[doc = $about:literal])*
        $name:ident $(with $inner:ident: $inner_map:ident)? is $what:literal {
            $($(#[doc = $doc:literal])* $field:ident $(as $key:literal)? $(needs $other:ident)? $(or $help:literal)?: $form:ty,)*
        }
    )*) => {$(
        $(#[doc = $about])*
        pub(super) struct $name<'n> {
            $(pub(super) $inner: $inner_map<'n>,)?
            $($(#[doc = $doc])* pub(super) $field: $crate::input::form::Field<'n, $form>,)*
        }

        impl<'n> $crate::input::form::Map<'n> for $name<'n> {
            const WHAT: &'static str = $what;

            fn declared() -> Vec<$crate::input::form::Declared> {
                #[allow(unused_mut)]
                let mut declared: Vec<$crate::input::form::Declared> = Vec::new();
                $(declared.extend($inner_map::declared());)?
                declared.extend([$($crate::input::form::Declared::new::<$form>(
                    $crate::input::form::maps!(@key $field $($key)?),
                    concat!($($doc),*),
                    $crate::input::form::maps!(@some $($help)?),
                ).needing($crate::input::form::maps!(@some $(stringify!($other))?))),*]);
                declared
            }

            fn pick(entries: &'n [($crate::input::yaml::Key<'n>, $crate::input::yaml::Node<'n>)]) -> Self {
                Self {
                    $($inner: $inner_map::pick(entries),)?
                    $($field: $crate::input::form::Field::find(
                        entries,
                        $crate::input::form::maps!(@key $field $($key)?),
                    ),)*
                }
            }
        }

        impl schemars::JsonSchema for $name<'_> {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).trim_end_matches("Map").into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                use $crate::input::form::{Extra, Map, object_schema};
                object_schema(concat!($($about),*), Self::declared(), Extra::Free, generator)
            }
        }
    )*};
    (@key $field:ident) => { stringify!($field) };
    (@key $field:ident $key:literal) => { $key };
    (@some) => { None };
    (@some $text:expr) => { Some($text) };
}
pub(super) use maps;
