//! The maps of a suite: every key, what it means, and what can stand there. What editors show comes from here.

use std::{borrow::Cow, time::Duration};

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::{
    eval::verdict::{Decision, State},
    input::{
        document::Path,
        form::{Read, free_keys, maps},
        snapshot::parse_time,
        values::{AtLeastOne, LabelTexts, List, Number, Switch, Text, Time, Version, Word, at, schema},
        windows,
        yaml::Node,
    },
    refusal::{Code, Faults},
};

maps! {
    /// Tests of a table: windows, and what the table is expected to say about them.
    SuiteMap is "a suite" {
        /// The version of this format: 1.
        version or "write `version: 1` at the top": Version,
        /// The tests.
        tests or "a suite has at least one test": AtLeastOne<OneTest>,
    }

    /// Windows, or a snapshot, and what is expected of them.
    TestMap is "a test" {
        /// What it shows; unique in the file.
        name or "say in a few words what it shows": Text,
        /// Why it is as it is.
        about: Text,
        /// The pipeline; may be left out where only one has the stage.
        pipeline: Text,
        /// The stage. A snapshot may name it itself.
        stage: Text,
        /// The width of one window, in minutes; may be left out where the pipeline declares `window`.
        window_minutes: Minutes,
        /// When window 0 opens, such as 2026-02-20T12:00:00Z.
        start: TimeOfDay,
        /// When the stage was entered: windows that open before are left out.
        entered: TimeOfDay,
        /// How much is judged: the last windows, as many as cover it.
        last: Time,
        /// Labels of the snapshot, by name.
        labels: LabelTexts,
        /// What was measured, by the name of the metric.
        metrics: Measurements,
        /// What it is compared with, by the name of the metric.
        baseline: Measurements,
        /// A file with a snapshot instead of windows, from the folder of this file.
        snapshot: Text,
        /// What should come out; what is left out may come out either way.
        expect or "say what should come out, such as `expect: { decision: hold }`": Expectation,
    }

    /// What should come out.
    ExpectMap is "an expectation" {
        /// What to do: promote, hold or rollback.
        decision: Word<Decision>,
        /// Whether nothing stands against a promotion.
        gate_passed: Switch,
        /// Whether some trigger fired.
        rollback_triggered: Switch,
        /// All reasons: those of `gate_fail_reasons`, then those of `rollback_reasons`.
        reasons: List<Text>,
        /// All reasons why the gate did not pass, in order.
        gate_fail_reasons: List<Text>,
        /// All reasons to roll back, in order.
        rollback_reasons: List<Text>,
        /// All warnings, in order.
        warnings: List<Text>,
        /// How rules come out, by id, or by id and label: `gate.error_rate.max[eu]: pass`.
        states: States,
    }
}

/// A test: with its windows, or with a snapshot.
pub(super) struct OneTest;

impl JsonSchema for OneTest {
    fn schema_name() -> Cow<'static, str> {
        "Test".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = TestMap::json_schema(generator);
        schema
            .insert("oneOf".to_owned(), serde_json::json!([{ "required": ["metrics"] }, { "required": ["snapshot"] }]));
        schema
    }
}

/// What should come out; at least one thing.
pub(super) struct Expectation;

impl JsonSchema for Expectation {
    fn schema_name() -> Cow<'static, str> {
        "Expect".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = ExpectMap::json_schema(generator);
        schema.insert("minProperties".to_owned(), 1.into());
        schema
    }
}

/// The width of a window in minutes, more than zero.
pub(super) struct Minutes;
schema!(Minutes, "Minutes", json_schema!({ "type": "number", "exclusiveMinimum": 0 }));

impl Read for Minutes {
    type Value = Duration;

    fn read(node: &Node<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<Duration> {
        let minutes = Number::read(node, path, faults)?.get();
        let width = windows::width(minutes);
        if width.is_none() {
            faults.push(at(Code::BadWindowMinutes, node, windows::EXPECTED).path(path).help(windows::HELP));
        }
        width
    }
}

/// A time as RFC 3339 writes it.
pub(super) struct TimeOfDay;
schema!(TimeOfDay, "TimeOfDay", json_schema!({ "type": "string", "format": "date-time" }));

impl Read for TimeOfDay {
    type Value = Timestamp;

    fn read(node: &Node<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<Timestamp> {
        let text = Text::read(node, path, faults)?;
        let refuse =
            |message| faults.push(at(Code::BadTime, node, message).path(path).help("write it as 2026-02-20T12:00:00Z"));
        parse_time(&text).map_err(refuse).ok()
    }
}

/// How rules come out, by what names them.
pub(super) struct States;
schema!(
    States,
    "States",
    generator => json_schema!({
        "type": "object",
        "patternProperties": free_keys(),
        "additionalProperties": generator.subschema_for::<Word<State>>(),
        "minProperties": 1,
    })
);

/// Metrics by name: one value a window, one value for all of them, or series by label.
pub(super) struct Measurements;
schema!(
    Measurements,
    "Measurements",
    generator => json_schema!({
        "type": "object",
        "patternProperties": free_keys(),
        "additionalProperties": generator.subschema_for::<OneMeasurement>(),
        "minProperties": 1,
    })
);

/// The values of one metric.
struct OneMeasurement;
schema!(
    OneMeasurement,
    "Measurement",
    generator => {
        let values = generator.subschema_for::<OneSeries>();
        json_schema!({ "anyOf": [values, { "type": "object", "additionalProperties": values, "minProperties": 1 }] })
    }
);

/// What is no data, a flag, or a number with how often it stands; plain numbers are no texts.
const NOTATION: &str = concat!(
    r"^\s*((_|true|false)(\s*x\s*0*[1-9][0-9]*)?",
    r"|[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*x\s*0*[1-9][0-9]*)\s*$"
);

/// The values of one series.
struct OneSeries;
schema!(
    OneSeries,
    "Series",
    json_schema!({ "anyOf": [
        { "type": ["number", "boolean", "null"] },
        { "const": "_" },
        {
            "type": "array",
            "items": { "anyOf": [
                { "type": ["number", "boolean", "null"] },
                {
                    "type": "string",
                    "pattern": NOTATION,
                },
            ] },
            "minItems": 1,
        },
    ] })
);
