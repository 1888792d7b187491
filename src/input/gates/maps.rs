//! The maps of a table: every key, what it means, and what can stand there. What editors show comes from here.

use std::{borrow::Cow, num::NonZeroUsize};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::{
    eval::{
        aggregate::Aggregate, answer::Missing, comparator::Comparator, limit::Limit, number::Finite, table::Severity,
        unit::Unit,
    },
    input::{
        document::Path,
        form::{Field, Read, free_keys, maps},
        values::{AtLeastOne, List, Named, Number, Switch, Text, Time, Version, Word, at, quoted, schema, wrong},
        yaml::{Node, Yaml},
    },
    lint::code::Lint,
    refusal::{Code, Fault, Faults},
};

maps! {
    /// What is allowed during rollouts: pipelines with their stages, metrics and rules.
    TableMap is "a table" {
        /// The version of this format: 1.
        version or "write `version: 1` at the top": Version,
        /// The pipelines by their names.
        pipelines or "a table has at least one pipeline": Named<PipelineMap<'static>>,
    }

    /// One rollout: its metrics, its stages in ladder order, and its rules.
    PipelineMap is "a pipeline" {
        /// What it is called among people.
        title: Text,
        /// Why it is as it is, and where its numbers come from.
        about: Text,
        /// Codes of lints that need not be raised about the pipeline; `about` says why.
        allow needs about: AtLeastOne<Word<Lint>>,
        /// The width of every snapshot's windows, such as 5m. Without it, each snapshot says its own.
        window: Time,
        /// What the rules look at, by name.
        metrics or "name what the rules look at, such as `p95_ms: { unit: ms }`": Named<MetricMap<'static>>,
        /// The stages by name, in ladder order.
        stages or "name the stages in ladder order, such as `canary_5: {}`": Named<StageOrNothing>,
        /// Rules that must hold in every window, or the stage is not promoted.
        gate or "write the rules that must hold in every window": AtLeastOne<GateRule>,
        /// Rules any one of which rolls back when it fires.
        rollback: List<RollbackRule>,
        /// The steps of a rollback.
        on_rollback: List<Text>,
    }

    /// What is measured.
    MetricMap is "a metric" {
        /// What it is measured in, which says what values it can have: ratio 0 to 1, percent 0 to 100, flag 0 or 1,
        /// ms, seconds, count and score 0 or more, number anything.
        unit or "say what it is measured in, such as `unit: ratio`": Word<Unit>,
        /// Where a snapshot lacks it, its rules are not evaluated, instead of the snapshot being refused.
        optional: Switch,
        /// Why it is as it is.
        about: Text,
        /// Codes of lints that need not be raised about the metric; `about` says why.
        allow needs about: AtLeastOne<Word<Lint>>,
        /// The numerator of a derived metric, sum(of) / sum(to): one metric or several.
        of needs to: Parts,
        /// The denominator of a derived metric.
        to needs of: Parts,
        /// A window with fewer samples than `min` is no data.
        samples: SamplesMap<'static>,
    }

    /// How many samples a window must have to count.
    SamplesMap is "samples" {
        /// The metric that counts the samples.
        metric or "name the metric that counts the samples": Text,
        /// How many are enough.
        min or "say how many samples are enough": Number,
    }

    /// A step of the ladder.
    StageMap is "a stage" {
        /// Steps to enter the stage.
        enter: List<Text>,
        /// The steps of a rollback from this stage, instead of the pipeline's.
        on_rollback: List<Text>,
        /// How long a snapshot must cover before it can be promoted, such as 30m.
        observe: Time,
        /// How soon a rollback must be done.
        rollback_within: Time,
        /// What it is called among people.
        title: Text,
        /// Why it is as it is.
        about: Text,
        /// Codes of lints that need not be raised about the stage; `about` says why.
        allow needs about: AtLeastOne<Word<Lint>>,
    }

    /// A metric, one comparator, and its limit.
    ConditionMap is "a condition of `and`" {
        /// The metric that is compared.
        metric or "name the metric that it looks at": Text,
        /// At most: value <= limit.
        max: Limits,
        /// At least: value >= limit.
        min: Limits,
        /// Less than: value < limit.
        below: Limits,
        /// More than: value > limit.
        above: Limits,
        /// Exactly: value == limit.
        equals: Limits,
    }

    /// A rule under `rollback`.
    RuleMap with condition: ConditionMap is "a rule" {
        /// It takes so many breaching windows in a row.
        windows: Windows,
        /// It takes breaching windows in a row that together cover at least this long, such as 15m.
        lasting as "for": Time,
        /// Breaches only in windows where these hold too.
        and: List<AndCondition>,
        /// One value is made of the whole series first: its mean, its last window, or its sum.
        aggregate: Word<Aggregate>,
        /// Windows in which this flag is 1 do not breach.
        unless: Text,
        /// What no data means: hold (the default), breach, or ok.
        missing: Word<Missing>,
        /// fail (the default) decides; warn is only reported.
        severity: Word<Severity>,
        /// Its stable name, unique in the pipeline; the default is such as `gate.p95_ms.max`.
        id: Text,
        /// The text of its reason. {metric}, {stage}, {value}, {limit}, {limit%}, {windows}, {for} and {window} are
        /// filled in.
        reason: Text,
        /// Why the rule exists.
        about: Text,
        /// Codes of lints that need not be raised about the rule; `about` says why.
        allow needs about: AtLeastOne<Word<Lint>>,
    }
}

impl<'n> ConditionMap<'n> {
    /// The key of a comparator.
    pub(super) fn limit(&self, comparator: Comparator) -> &Field<'n, Limits> {
        match comparator {
            Comparator::Max => &self.max,
            Comparator::Min => &self.min,
            Comparator::Below => &self.below,
            Comparator::Above => &self.above,
            Comparator::Equals => &self.equals,
        }
    }
}

/// One metric, or a list of at least one.
pub(super) struct Parts;
schema!(
    Parts,
    "Parts",
    json_schema!({ "anyOf": [
        { "type": "string", "pattern": r"\S" },
        { "type": "array", "items": { "type": "string", "pattern": r"\S" }, "minItems": 1 },
    ] })
);

/// A whole number of windows, at least 1.
pub(super) struct Windows;
schema!(Windows, "Windows", json_schema!({ "type": "integer", "minimum": 1 }));

impl Read for Windows {
    type Value = NonZeroUsize;

    fn read(node: &Node<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<NonZeroUsize> {
        // Every whole f64 up to this is exact, and no snapshot has more windows.
        const MOST: f64 = 9_007_199_254_740_992.0;
        let value = Number::read(node, path, faults)?.get();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let windows = (value.fract() == 0.0 && (1.0..=MOST).contains(&value)).then_some(value as usize);
        let windows = windows.and_then(NonZeroUsize::new);
        if windows.is_none() {
            let message = "`windows` is a whole number of windows, at least 1";
            faults.push(at(Code::BadWindows, node, message).path(path).help("write a number such as 2"));
        }
        windows
    }
}

/// A number, `baseline`, `baseline + 10%`, or nothing.
pub(super) struct OneLimit;
schema!(
    OneLimit,
    "Limit",
    json_schema!({ "anyOf": [
        { "type": ["number", "null"] },
        { "type": "string", "pattern": r"^\s*baseline(\s*[+-]\s*([0-9]+\.?[0-9]*|\.[0-9]+)\s*%)?\s*$" },
    ] })
);

impl Read for OneLimit {
    type Value = Limit;

    fn read(node: &Node<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<Limit> {
        match &node.content {
            Yaml::Null => Some(Limit::Unset),
            Yaml::Text(text) => {
                let limit = baseline_percent(text).map(|percent| Limit::Baseline { percent });
                if limit.is_none() {
                    let fault = wrong(node, "a limit is a number or moves with the baseline", path);
                    let fault = fault.help("write a number, `baseline`, `baseline + 10%`, or `~` for none yet");
                    faults.push(quoted(text, Fault { code: Code::BadLimit, ..fault }));
                }
                limit
            }
            _ => Number::read(node, path, faults).map(Limit::Fixed),
        }
    }
}

/// The percentage in `baseline`, `baseline + 10%` or `baseline - 10%`.
fn baseline_percent(text: &str) -> Option<Finite> {
    let change = text.trim().strip_prefix("baseline")?.trim_start();
    if change.is_empty() {
        return Some(Finite::ZERO);
    }
    let sign = if change.starts_with('-') { -1.0 } else { 1.0 };
    let amount = change.strip_prefix(['+', '-'])?.strip_suffix('%')?.trim();
    // `parse` would take `inf`, `-3` and `1e3` too: nobody means them here.
    let is_plain = amount.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    Finite::new(sign * amount.parse::<f64>().ok().filter(|_| is_plain)?)
}

/// One limit for every stage, or a map from stage to limit; a stage that it leaves out has no such rule.
pub(super) struct Limits;
schema!(
    Limits,
    "Limits",
    generator => {
        let limit = generator.subschema_for::<OneLimit>();
        json_schema!({ "anyOf": [
            limit,
            {
                "type": "object",
                "patternProperties": free_keys(),
                "additionalProperties": limit,
                "minProperties": 1,
            },
        ] })
    }
);

/// A stage; nothing at all is a stage without keys.
pub(super) struct StageOrNothing;
schema!(
    StageOrNothing,
    "StageOrNothing",
    generator => json_schema!({ "anyOf": [generator.subschema_for::<StageMap<'_>>(), { "type": "null" }] })
);

/// The keys that belong to rollback rules only: a gate must hold in every window.
pub(super) const OF_ROLLBACK: [&str; 3] = ["windows", "for", "and"];

/// A rule under `gate`.
pub(super) struct GateRule;

impl JsonSchema for GateRule {
    fn schema_name() -> Cow<'static, str> {
        "GateRule".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = with_one_comparator(RuleMap::json_schema(generator));
        schema.insert("description".to_owned(), "A rule under `gate`.".into());
        if let Some(properties) = schema.get_mut("properties").and_then(|properties| properties.as_object_mut()) {
            properties.retain(|key, _| !OF_ROLLBACK.contains(&key.as_str()));
        }
        schema
    }
}

/// A rule under `rollback`.
pub(super) struct RollbackRule;

impl JsonSchema for RollbackRule {
    fn schema_name() -> Cow<'static, str> {
        "RollbackRule".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        with_one_comparator(RuleMap::json_schema(generator))
    }
}

/// An item of `and`.
pub(super) struct AndCondition;

impl JsonSchema for AndCondition {
    fn schema_name() -> Cow<'static, str> {
        "Condition".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        with_one_comparator(ConditionMap::json_schema(generator))
    }
}

/// Exactly one of the comparators is there.
fn with_one_comparator(mut schema: Schema) -> Schema {
    let one = Comparator::ALL.map(|comparator| serde_json::json!({ "required": [comparator.name()] }));
    schema.insert("oneOf".to_owned(), one.to_vec().into());
    schema
}
