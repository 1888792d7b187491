//! The maps of a table: every key, what it means, and what can stand there. What editors show comes from here.

use std::{borrow::Cow, num::NonZeroUsize};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::{
    eval::{
        aggregate::Aggregate,
        answer::{Allowance, Missing, Otherwise, Pending},
        comparator::Comparator,
        exact::Exact,
        limit::Limit,
        number::Finite,
        persistence::Persistence,
        table::{Severity, Width},
        unit::Unit,
    },
    input::{
        document::Path,
        form::{Field, Read, free_keys, maps, open},
        values::{
            AtLeastOne, Deadline, LabelTexts, List, Named, Number, Switch, Text, Time, Version, Word, at, quoted,
            schema, unknown, wrong,
        },
        yaml::{Node, Yaml, meant_number},
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
        /// The width of every snapshot's windows, such as 5m, or `{ at_most: 15m }`. Without it, each snapshot says its
        /// own.
        window: WindowWidth,
        /// What the rules look at, by name.
        metrics or "name what the rules look at, such as `p95_ms: { unit: ms }`": Named<MetricMap<'static>>,
        /// The stages by name, in ladder order.
        stages or "name the stages in ladder order, such as `canary_5: {}`": Named<StageOrNothing>,
        /// Rules that must hold in every window, or the stage is not promoted.
        gate or "write the rules that must hold in every window": AtLeastOne<OneRule>,
        /// Rules any one of which rolls back when it fires.
        rollback: List<OneRule>,
        /// Steps that stop the rollout at once; shown first on rollback.
        kill_switches: List<Text>,
        /// The steps of a hold.
        on_hold: List<Text>,
        /// The steps of a rollback.
        on_rollback: List<Text>,
    }

    /// How wide windows may be.
    WidthMap is "a width" {
        /// The widest that a window may be, such as 15m.
        at_most or "say how wide a window may be, such as `at_most: 15m`": Time,
    }

    /// What is measured.
    MetricMap is "a metric" {
        /// What it is measured in, which says what values it can have: ratio 0 to 1, percent 0 to 100, flag 0 or 1,
        /// ms, seconds, count and score 0 or more, number anything.
        unit or "say what it is measured in, such as `unit: ratio`": Word<Unit>,
        /// The lowest and the highest value that it can have, within those of its unit, such as [1, 5].
        range: Range,
        /// By how much a value may be outside of its range to be taken as the end of it.
        clamp: Number,
        /// What a window without data reads as.
        default: Number,
        /// The labels that there must be; one that is absent is no data in every window.
        series: AtLeastOne<Text>,
        /// How the windows of a baseline file become one number: mean (the default), median, max, min, last, or a
        /// percentile such as p95.
        baseline: AggregateName,
        /// Where a snapshot lacks it, its rules are not evaluated, instead of the snapshot being refused.
        optional: Switch,
        /// Why it is as it is.
        about: Text,
        /// Codes of lints that need not be raised about the metric; `about` says why.
        allow needs about: AtLeastOne<Word<Lint>>,
        /// The numerator of a derived metric, sum(of) / sum(to), times 100 in percent: one metric or several.
        of needs to: Parts,
        /// The denominator of a derived metric.
        to needs of: Parts,
        /// How many samples a window, or all of them together, must have.
        samples: SamplesMap<'static>,
    }

    /// How many samples a window, or all of them together, must have to count.
    SamplesMap is "samples" {
        /// The metric that counts the samples.
        metric or "name the metric that counts the samples": Text,
        /// A window with fewer is no data.
        min: Number,
        /// With fewer in all judged windows together, every window is no data.
        total: Number,
    }

    /// A step of the ladder.
    StageMap is "a stage" {
        /// Steps to enter the stage.
        enter: List<Text>,
        /// The steps of a rollback from this stage, instead of the pipeline's.
        on_rollback: List<Text>,
        /// The steps of a hold at this stage, instead of the pipeline's.
        on_hold: List<Text>,
        /// How long after its entry, or else after the start of the snapshot, windows are left out, such as 10m.
        warmup: Time,
        /// Labels that a snapshot must have, by name.
        labels: LabelTexts,
        /// Whether the ladder may go past it.
        optional: Switch,
        /// Whether its promotion may lead to itself again.
        repeat: Switch,
        /// How long a snapshot must cover before it can be promoted, such as 30m.
        observe: Time,
        /// How soon a rollback must be done.
        rollback_within: Deadline,
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
        /// Not: value != limit.
        differs: Limits,
        /// One value is made of the windows first: mean, last, total, min, max, median, or a percentile from p50 to
        /// p99.9.
        aggregate: AggregateName,
        /// With `aggregate`: of the windows that end with each window and together cover at least this long, such as 1h.
        over needs aggregate: Time,
    }

    /// What must hold, or what rolls back.
    RuleMap with condition: ConditionMap is "a rule" {
        /// It takes so many breaching windows in a row: `2`. Or so many of some in a row: `3 of 5`. Or anywhere: `4 of
        /// all`, `5% of all`.
        windows: Windows,
        /// It takes breaching windows in a row that together cover at least this long, such as 15m.
        lasting as "for": Time,
        /// It looks at the last windows only, as many as cover this, such as 30m.
        last: Time,
        /// Breaches only in windows where these hold too.
        and: List<AndCondition>,
        /// Windows in which this flag is 1 do not breach.
        unless: Text,
        /// What no data means: hold (the default), breach, or ok. Or how many windows without data are skipped, and what
        /// more of them mean: `{ allow: 2, else: breach }`.
        missing: MissingForm,
        /// With `windows: N` or `for`: what a breach means that still runs at the last window and is not yet long enough:
        /// hold (the default), or warn.
        pending: Word<Pending>,
        /// fail (the default) decides; warn is only reported.
        severity: Word<Severity>,
        /// Its stable name, unique in the pipeline; the default is such as `gate.p95_ms.max`.
        id: Text,
        /// The text of its reason. {metric}, {stage}, {value}, {limit}, {limit%}, {value:4}, {limit:4}, {windows}, {for}
        /// and {window} are filled in.
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
            Comparator::Differs => &self.differs,
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

/// Breaching windows: in a row, of some in a row, or anywhere.
pub(super) struct Windows;
schema!(
    Windows,
    "Windows",
    json_schema!({ "anyOf": [
        { "type": "integer", "minimum": 1 },
        { "type": "string", "pattern": r"^\s*([1-9][0-9]*\s+of\s+([1-9][0-9]*|all)|[0-9]+(\.[0-9]+)?%\s+of\s+all)\s*$" },
    ] })
);

impl Read for Windows {
    type Value = Persistence;

    fn read(node: &Node<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<Persistence> {
        let persistence = match &node.content {
            Yaml::Text(text) => of_windows(text),
            _ => whole_number(Number::read(node, path, faults)?.get()).map(Persistence::Windows),
        };
        if persistence.is_none() {
            let message = "`windows` is a whole number of windows, at least 1, or such a number of others";
            let meant = match &node.content {
                Yaml::Text(text) => meant_number(text).and_then(whole_number),
                _ => None,
            };
            let help = meant.map_or_else(
                || "write a number such as 2, `3 of 5`, `4 of all`, or `5% of all`".to_owned(),
                |number| format!("write the plain number {number}"),
            );
            faults.push(at(Code::BadWindows, node, message).path(path).help(help));
        }
        persistence
    }
}

/// `3 of 5`, `4 of all`, `5% of all`.
fn of_windows(text: &str) -> Option<Persistence> {
    let (part, all) = text.split_once(" of ").map(|(part, all)| (part.trim(), all.trim()))?;
    let count = |text: &str| text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    match (part.strip_suffix('%'), all) {
        (Some(percent), "all") => share(percent).filter(|percent| percent.get() > 0.0).map(Persistence::Share),
        (None, "all") => count(part).map(Persistence::OfAll),
        (None, of) => {
            let (windows, of): (NonZeroUsize, NonZeroUsize) = (count(part)?, count(of)?);
            (windows <= of).then_some(Persistence::Of { windows, of })
        }
        (Some(_), _) => None,
    }
}

/// A percentage from 0 to 100, in digits.
fn share(text: &str) -> Option<Finite> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let percent = text.parse().ok().filter(|_| is_plain)?;
    Finite::new(percent).filter(|percent| (0.0..=100.0).contains(&percent.get()))
}

/// A whole number, at least 1.
fn whole_number(value: f64) -> Option<NonZeroUsize> {
    // Every whole f64 up to this is exact, and no snapshot has more windows.
    const MOST: f64 = 9_007_199_254_740_992.0;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let number = (value.fract() == 0.0 && (1.0..=MOST).contains(&value)).then_some(value as usize);
    number.and_then(NonZeroUsize::new)
}

/// A width, or the widest that is allowed.
pub(super) struct WindowWidth;
schema!(
    WindowWidth,
    "WindowWidth",
    generator => json_schema!({ "anyOf": [
        generator.subschema_for::<Time>(),
        generator.subschema_for::<WidthMap<'_>>(),
    ] })
);

impl Read for WindowWidth {
    type Value = Width;

    fn read(node: &Node<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<Width> {
        if !matches!(node.content, Yaml::Map(_)) {
            return Time::read(node, path, faults).map(Width::Exactly);
        }
        open::<WidthMap<'_>>(node, path, faults)?.at_most.read(path, faults).map(Width::AtMost)
    }
}

/// The lowest and the highest value.
pub(super) struct Range;
schema!(Range, "Range", json_schema!({ "type": "array", "items": { "type": "number" }, "minItems": 2, "maxItems": 2 }));

impl Read for Range {
    type Value = (f64, f64);

    fn read(node: &Node<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<(f64, f64)> {
        let ends = AtLeastOne::<Number>::read(node, path, faults)?;
        match ends.as_slice() {
            [low, high] if low < high => Some((low.get(), high.get())),
            _ => {
                let message = "`range` is the lowest and the highest value";
                faults.push(at(Code::BadRange, node, message).path(path).help("write two numbers such as [1, 5]"));
                None
            }
        }
    }
}

/// How several values become one.
pub(super) struct AggregateName;
schema!(
    AggregateName,
    "Aggregate",
    json_schema!({ "anyOf": [
        { "enum": Aggregate::WORDS.map(Aggregate::name) },
        { "type": "string", "pattern": r"^p[5-9][0-9](\.[0-9])?$" },
    ] })
);

impl Read for AggregateName {
    type Value = Aggregate;

    fn read(node: &Node<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<Aggregate> {
        let words = || Aggregate::WORDS.map(Aggregate::name);
        let Yaml::Text(text) = &node.content else {
            let expected = format!("aggregate is one of {}, or a percentile such as p95", words().join(", "));
            faults.push(wrong(node, &expected, path).help("write one of these words"));
            return None;
        };
        let aggregate = Aggregate::named(text);
        if aggregate.is_none() {
            let words = words();
            let known = words.iter().map(AsRef::as_ref).chain(["p50", "p90", "p95", "p99", "p99.9"]);
            faults.push(unknown(Code::UnknownWord, "aggregate", text, known, node).path(path));
        }
        aggregate
    }
}

maps! {
    /// How many windows without data are skipped, and what more of them mean.
    AllowanceMap is "`missing`" {
        /// Up to so many windows without data are skipped, or such a share of the windows, such as 1%.
        allow or "say how many windows without data are skipped, such as `allow: 2`": Allowed,
        /// What more of them mean: hold (the default), breach, or ok.
        otherwise as "else": Word<Otherwise>,
    }
}

/// How many windows without data are skipped.
pub(super) struct Allowed;
schema!(
    Allowed,
    "Allowed",
    json_schema!({ "anyOf": [
        { "type": "integer", "minimum": 1 },
        { "type": "string", "pattern": r"^\s*[0-9]+(\.[0-9]+)?%\s*$" },
    ] })
);

impl Read for Allowed {
    type Value = Allowance;

    fn read(node: &Node<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<Allowance> {
        let allowance = match &node.content {
            Yaml::Text(text) => text.trim().strip_suffix('%').and_then(share).map(Allowance::Share),
            _ => whole_number(Number::read(node, path, faults)?.get()).map(|windows| Allowance::Windows(windows.get())),
        };
        if allowance.is_none() {
            let message = "`allow` is a whole number of windows, at least 1, or a share of them";
            faults.push(at(Code::BadWindows, node, message).path(path).help("write a number such as 2, or 1%"));
        }
        allowance
    }
}

/// What no data means.
pub(super) struct MissingForm;
schema!(
    MissingForm,
    "Missing",
    generator => json_schema!({ "anyOf": [
        generator.subschema_for::<Word<Otherwise>>(),
        generator.subschema_for::<AllowanceMap<'_>>(),
    ] })
);

impl Read for MissingForm {
    type Value = Missing;

    fn read(node: &Node<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<Missing> {
        if !matches!(node.content, Yaml::Map(_)) {
            let otherwise = Word::<Otherwise>::read(node, path, faults)?;
            return Some(Missing { allow: None, otherwise });
        }
        let map = open::<AllowanceMap<'_>>(node, path, faults)?;
        let (allow, otherwise) = (map.allow.read(path, faults), map.otherwise.read(path, faults));
        if map.otherwise.node.is_some() && otherwise.is_none() {
            return None;
        }
        Some(Missing { allow: Some(allow?), otherwise: otherwise.unwrap_or_default() })
    }
}

/// A number, `baseline`, `baseline + 10%`, or nothing.
pub(super) struct OneLimit;
schema!(
    OneLimit,
    "Limit",
    json_schema!({ "anyOf": [
        { "type": ["number", "null"] },
        { "type": "string", "pattern": r"^\s*baseline(\s*[+-]\s*([0-9]+\.?[0-9]*|\.[0-9]+)\s*%?)*\s*$" },
    ] })
);

impl Read for OneLimit {
    type Value = Limit;

    fn read(node: &Node<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<Limit> {
        match &node.content {
            Yaml::Null => Some(Limit::Unset),
            Yaml::Text(text) => {
                let limit = baseline_limit(text);
                if limit.is_none() {
                    let fault = wrong(node, "a limit is a number or moves with the baseline", path);
                    let fault = fault
                        .help("write a number, `baseline`, `baseline + 10%`, `baseline + 0.005`, or `~` for none yet");
                    faults.push(quoted(text, Fault { code: Code::BadLimit, ..fault }));
                }
                limit
            }
            _ => Number::read(node, path, faults).map(Limit::Fixed),
        }
    }
}

/// `baseline`, `baseline + 10%`, `baseline + 0.005`, `baseline - 10% - 2`.
fn baseline_limit(text: &str) -> Option<Limit> {
    let mut rest = text.trim().strip_prefix("baseline")?.trim_start();
    let (mut percents, mut offsets) = (Vec::new(), Vec::new());
    while !rest.is_empty() {
        let sign = if rest.starts_with('-') { -1.0 } else { 1.0 };
        let term = rest.strip_prefix(['+', '-'])?.trim_start();
        let end = term.find(['+', '-']).unwrap_or(term.len());
        let (amount, after) = term.split_at_checked(end)?;
        let (amount, terms) = match amount.trim_end().strip_suffix('%') {
            Some(percent) => (percent.trim_end(), &mut percents),
            None => (amount.trim_end(), &mut offsets),
        };
        // `parse` would take `inf` and `1e3` too: nobody means them here.
        let is_plain = amount.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        terms.push(Exact::new(sign * amount.parse::<f64>().ok().filter(|number| is_plain && number.is_finite())?));
        rest = after;
    }
    let sum = |terms| Finite::new(Exact::sum(terms).nearest());
    Some(Limit::Baseline { percent: sum(percents)?, offset: sum(offsets)? })
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

/// A rule under `gate`, or under `rollback`.
pub(super) struct OneRule;

impl JsonSchema for OneRule {
    fn schema_name() -> Cow<'static, str> {
        "Rule".into()
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
