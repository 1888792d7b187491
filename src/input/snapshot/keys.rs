//! The keys of a snapshot: what each means and what can stand there.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::input::{
    form::{Declared, Extra, object_schema},
    values::schema,
};

/// Every key, in the order in which people write them.
pub(super) fn declared() -> Vec<Declared> {
    vec![
        Declared::new::<Name>("pipeline", "The pipeline; may be left out where only one has the stage.", None),
        Declared::new::<Name>("stage", "The stage that the rollout is at.", None),
        Declared::new::<Start>("start", "When window 0 opened (RFC 3339), such as 2026-02-20T12:00:00Z.", None),
        Declared::new::<Minutes>(
            "window_minutes",
            "The width of one window; may be left out where the pipeline declares `window`.",
            None,
        ),
        Declared::new::<Measurements>(
            "metrics",
            "What was measured, by name: one value a window, null where there is no data. All arrays have one length.",
            Some("a snapshot has metrics: name -> one value a window"),
        ),
        Declared::new::<Baseline>("baseline", "What limits that refer to `baseline` are compared with.", None),
        Declared::new::<Labels>("labels", "Free texts, carried into reports and never judged.", None),
    ]
}

/// A snapshot.
pub(super) struct SnapshotKeys;

impl JsonSchema for SnapshotKeys {
    fn schema_name() -> Cow<'static, str> {
        "Snapshot".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let about = "What was measured at one stage of a rollout, window by window.";
        object_schema(about, declared(), Extra::Refused, generator)
    }
}

struct Name;
schema!(Name, "Name", json_schema!({ "type": ["string", "null"] }));

struct Start;
schema!(Start, "Start", json_schema!({ "type": ["string", "null"], "format": "date-time" }));

struct Minutes;
schema!(Minutes, "Minutes", json_schema!({ "type": ["number", "null"], "exclusiveMinimum": 0 }));

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
