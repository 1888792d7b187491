//! The keys of a snapshot, each declared once: what it means, and what can stand there. What is read, what is an unknown
//! key and the JSON Schema all come from the declaration. A new key is a line here, and what `snapshot` makes of its value.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::{
    eval::snapshot::Section,
    input::{
        document::Path,
        form::{Declared, Extra, object_schema},
        json::{
            Scalar,
            faults::report_duplicate_keys,
            tree::{JsonEntry, JsonNode, JsonValue},
        },
        values::schema,
    },
    refusal::Faults,
};

/// A key of a snapshot, and its value in one snapshot.
pub(super) struct KnownKey {
    pub(super) key: &'static str,
    /// What to do if it is not there; `None` where it may be left out.
    pub(super) if_missing: Option<&'static str>,
    /// `None` where it is not there, or `null`, which is as good.
    pub(super) node: Option<JsonNode>,
}

impl KnownKey {
    /// The entries of an object.
    pub(super) fn entries(&self) -> Option<&[JsonEntry]> {
        match &self.node.as_ref()?.value {
            JsonValue::Object(entries) => entries.as_deref(),
            _ => None,
        }
    }
}

macro_rules! keys {
    ($($(#[doc = $about:literal])* $key:ident $(or $if_missing:literal)?: $form:ty,)*) => {
        /// The values of every key, of one snapshot.
        pub(super) struct SnapshotKeys {
            $($(#[doc = $about])* pub(super) $key: KnownKey,)*
        }

        impl SnapshotKeys {
            /// Takes the values from the entries of a snapshot, and gives back the entries whose key is none of these.
            /// What has a key a second time is a fault.
            pub(super) fn take(entries: Vec<JsonEntry>, faults: &mut Faults) -> (Self, Vec<JsonEntry>) {
                report_duplicate_keys(&entries, &Path::Root("$"), faults);
                let mut keys = Self {
                    $($key: KnownKey {
                        key: stringify!($key),
                        if_missing: keys!(@some $($if_missing)?),
                        node: None,
                    },)*
                };
                let mut unknown = Vec::new();
                for entry in entries.into_iter().filter(|entry| entry.first.is_none()) {
                    match entry.key.as_str() {
                        $(stringify!($key) => keys.$key.node = Some(entry.node).filter(is_said),)*
                        _ => unknown.push(entry),
                    }
                }
                (keys, unknown)
            }

            /// Every key, in the order in which people write them.
            pub(super) const ALL: &[&str] = &[$(stringify!($key)),*];

            fn declared() -> Vec<Declared> {
                vec![$(Declared::new::<$form>(
                    stringify!($key),
                    concat!($($about),*),
                    keys!(@some $($if_missing)?),
                )),*]
            }
        }
    };
    (@some) => { None };
    (@some $text:literal) => { Some($text) };
}

keys! {
    /// The pipeline; may be left out where only one has the stage.
    pipeline: Name,
    /// The stage that the rollout is at.
    stage: Name,
    /// When window 0 opened (RFC 3339), such as 2026-02-20T12:00:00Z.
    start: Start,
    /// When the stage was entered (RFC 3339): windows that open before it are left out.
    entered: Start,
    /// The width of one window in minutes; may be left out where the pipeline declares `window`.
    window_minutes: Minutes,
    /// The same as a duration, such as 15s.
    window: WindowDuration,
    /// What was measured, by name: one value a window, null where there is no data. All arrays have one length.
    metrics or "a snapshot has metrics: name -> one value a window": Measurements,
    /// What limits that refer to `baseline` are compared with.
    baseline: Baseline,
    /// Free texts, carried into reports; a stage may ask for some.
    labels: Labels,
    /// How it was collected: anything, never judged.
    collected: Anything,
}

fn is_said(node: &JsonNode) -> bool {
    !matches!(node.value, JsonValue::Scalar(Scalar::Null))
}

impl SnapshotKeys {
    /// The key of a section.
    pub(super) fn section(&mut self, section: Section) -> &mut KnownKey {
        match section {
            Section::Metrics => &mut self.metrics,
            Section::Baseline => &mut self.baseline,
        }
    }
}

impl JsonSchema for SnapshotKeys {
    fn schema_name() -> Cow<'static, str> {
        "Snapshot".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let about = "What was measured at one stage of a rollout, window by window.";
        object_schema(about, Self::declared(), Extra::Refused, generator)
    }
}

struct Name;
schema!(Name, "Name", json_schema!({ "type": ["string", "null"] }));

struct Start;
schema!(Start, "Start", json_schema!({ "type": ["string", "null"], "format": "date-time" }));

struct Minutes;
schema!(Minutes, "Minutes", json_schema!({ "type": ["number", "null"], "exclusiveMinimum": 0 }));

struct WindowDuration;
schema!(
    WindowDuration,
    "WindowDuration",
    json_schema!({ "type": ["string", "null"], "pattern": "^\\s*([0-9]+\\s*[hms]\\s*)+$" })
);

struct Anything;
schema!(Anything, "Anything", json_schema!(true));

struct Labels;
schema!(Labels, "Labels", json_schema!({ "type": ["object", "null"], "additionalProperties": { "type": "string" } }));

/// A value: true and false are for flags.
struct Value;
schema!(Value, "Value", json_schema!({ "type": ["number", "boolean", "null"] }));

/// One series: one value a window, or one number that holds in every window.
struct Series;
schema!(
    Series,
    "Series",
    generator => {
        let value = generator.subschema_for::<Value>();
        json_schema!({ "anyOf": [value, { "type": "array", "items": value, "minItems": 1 }] })
    }
);

/// What was measured, by the names of the metrics: one series, or several by their labels.
struct Measurements;
schema!(
    Measurements,
    "Measurements",
    generator => {
        let series = generator.subschema_for::<Series>();
        let several = json_schema!({ "type": "object", "additionalProperties": series, "minProperties": 1 });
        json_schema!({ "type": "object", "additionalProperties": { "anyOf": [series, several] } })
    }
);

struct Baseline;
schema!(
    Baseline,
    "Baseline",
    generator => json_schema!({ "anyOf": [generator.subschema_for::<Measurements>(), { "type": "null" }] })
);
