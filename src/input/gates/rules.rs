//! The rules under `gate` and `rollback`.

use std::num::NonZeroUsize;

use super::super::{
    document::Path,
    suggestion::did_you_mean,
    yaml::{Node, Value},
};
use super::fields::{
    Fields, NONE, Names, allowed, at, duration, is_free, list, number, plain_number, text, word, wrong,
};
use crate::{
    eval::{
        aggregate::Aggregate,
        answer::Missing,
        comparator::Comparator,
        limit::Limit,
        number::Finite,
        persistence::Persistence,
        table::{Condition, Kind, Limits, Over, Rule, Severity, StageId},
        template::{Placeholder, Template, TemplateError},
    },
    refusal::Faults,
};

/// Every rule of a list, in order, with its node.
pub(super) fn read_rules<'n>(
    kind: Kind,
    node: &'n Node,
    names: &Names<'_>,
    path: &Path<'_>,
    faults: &mut Faults,
) -> Vec<(Rule, &'n Node)> {
    let if_empty = match kind {
        Kind::Gate => "write at least one rule",
        Kind::Rollback => NONE,
    };
    let items = list(node, if_empty, path, faults).unwrap_or_default().iter().enumerate();
    items.filter_map(|(index, item)| Some((read_rule(kind, item, names, &path.index(index), faults)?, item))).collect()
}

fn read_rule(kind: Kind, node: &Node, names: &Names<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<Rule> {
    let mut fields = Fields::open(node, "a rule", path, faults)?;
    let metric = fields.get("metric");
    let condition = read_condition(node, &mut fields, names, path, faults);
    let over = read_over(kind, &mut fields, names, path, faults);
    let missing = fields
        .get("missing")
        .and_then(|node| word(node, "value of `missing`", &Missing::ALL, Missing::name, &path.key("missing"), faults));
    let severity = fields
        .get("severity")
        .and_then(|node| word(node, "severity", &Severity::ALL, Severity::name, &path.key("severity"), faults));
    let id = fields.get("id").and_then(|node| text(node, &path.key("id"), faults));
    let is_run = kind == Kind::Rollback && matches!(over, Some(Over::Windows { .. }));
    let reason = fields.get("reason").and_then(|node| read_template(node, is_run, &path.key("reason"), faults));
    let about = fields.get("about").and_then(|node| text(node, &path.key("about"), faults));
    let allow = allowed(&mut fields, path, faults);
    fields.finish(path, faults);
    let (condition, over) = (condition?, over?);
    let Value::Text(metric) = &metric?.value else { return None };
    Some(Rule {
        id: id.unwrap_or_else(|| format!("{}.{metric}.{}", kind.name(), condition.comparator.name())),
        kind,
        condition,
        over,
        missing: missing.unwrap_or_default(),
        severity: severity.unwrap_or_default(),
        reason,
        about,
        allow,
        line: node.line,
    })
}

/// A metric, one comparator and its limit.
fn read_condition(
    node: &Node,
    fields: &mut Fields<'_>,
    names: &Names<'_>,
    path: &Path<'_>,
    faults: &mut Faults,
) -> Option<Condition> {
    let metric = fields.require("metric", "name the metric that it looks at", path, faults);
    let metric = metric.and_then(|node| names.metric(node, &path.key("metric"), faults));
    let mut given = Vec::new();
    for comparator in Comparator::ALL {
        let key = comparator.name();
        if let Some(node) = fields.get(key) {
            given.push((key, comparator, node, read_limits(node, names, &path.key(key), faults)));
        }
    }
    let refusal = match given.as_slice() {
        [(_, comparator, _, limits)] => {
            return Some(Condition { metric: metric?, comparator: *comparator, limits: limits.clone()? });
        }
        [] => {
            let all = Comparator::ALL.map(Comparator::name).join(", ");
            at(node, "a rule without a comparator").path(path).help(format!("give it one of {all}"))
        }
        [_, (key, _, second, _), ..] => {
            let keys: Vec<_> = given.iter().map(|(key, ..)| *key).collect();
            let fault = at(second, format!("a rule with more than one comparator: {}", keys.join(", ")));
            fault.path(path.key(key)).help("write a rule for each")
        }
    };
    faults.push(refusal);
    None
}

/// One limit for every stage, or a map from stage to limit.
fn read_limits(node: &Node, names: &Names<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<Limits> {
    let Value::Map(entries) = &node.value else {
        return read_limit(node, path, faults).map(Limits::Everywhere);
    };
    let entries: Vec<_> = entries.iter().filter(|(key, _)| !is_free(&key.text)).collect();
    if entries.is_empty() {
        faults.push(at(node, "this map names no stage").path(path));
        return None;
    }
    // Collected whole first: every fault is to be found, not only the first.
    let read: Vec<Option<(StageId, Limit)>> = entries
        .into_iter()
        .map(|(key, node)| {
            let stage = names.stage(key, path, faults);
            let limit = read_limit(node, &path.key(&key.text), faults);
            stage.zip(limit)
        })
        .collect();
    read.into_iter().collect::<Option<_>>().map(Limits::At)
}

/// A number, `baseline`, `baseline + 10%`, or nothing.
fn read_limit(node: &Node, path: &Path<'_>, faults: &mut Faults) -> Option<Limit> {
    match &node.value {
        Value::Null => Some(Limit::Unset),
        Value::Text(text) => {
            let limit = baseline_percent(text).map(|percent| Limit::Baseline { percent });
            if limit.is_none() {
                let fault = wrong(node, "a limit is a number or moves with the baseline", path);
                let otherwise = || "write a number, `baseline`, `baseline + 10%`, or `~` for none yet".to_owned();
                faults.push(fault.help(plain_number(text).unwrap_or_else(otherwise)));
            }
            limit
        }
        _ => number(node, path, faults).map(Limit::Fixed),
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

/// Over what it compares: windows, or one value of the whole series.
fn read_over(
    kind: Kind,
    fields: &mut Fields<'_>,
    names: &Names<'_>,
    path: &Path<'_>,
    faults: &mut Faults,
) -> Option<Over> {
    let (windows, lasting, and) = (fields.get("windows"), fields.get("for"), fields.get("and"));
    let (aggregate, unless) = (fields.get("aggregate"), fields.get("unless"));
    let mut is_sound = true;
    let mut refuse = |node: &Node, key, why: &str| {
        faults.push(at(node, format!("`{key}` {why}")).path(path.key(key)));
        is_sound = false;
    };
    for (key, given) in [("windows", windows), ("for", lasting), ("and", and)] {
        if let (Kind::Gate, Some(node)) = (kind, given) {
            refuse(node, key, "belongs to a rollback rule: a gate must hold in every window");
        }
    }
    for (key, given) in [("windows", windows), ("for", lasting), ("and", and), ("unless", unless)] {
        if let (Some(node), Some(_)) = (given, aggregate) {
            refuse(node, key, "cannot be together with `aggregate`, which makes one value of all windows");
        }
    }
    if let (Some(_), Some(node)) = (windows, lasting) {
        refuse(node, "for", "cannot be together with `windows`: say how long in one way");
    }
    let aggregate_word =
        aggregate.map(|node| word(node, "aggregate", &Aggregate::ALL, Aggregate::name, &path.key("aggregate"), faults));
    let windows = windows.map(|node| read_windows(node, &path.key("windows"), faults).map(Persistence::Windows));
    let lasting = lasting.map(|node| duration(node, &path.key("for"), faults).map(Persistence::For));
    let and = and.map(|node| read_and(node, names, &path.key("and"), faults));
    let unless = unless.map(|node| names.metric(node, &path.key("unless"), faults));
    if !is_sound {
        return None;
    }
    match aggregate_word {
        Some(aggregate) => Some(Over::Whole(aggregate?)),
        None => Some(Over::Windows {
            persistence: windows.or(lasting).unwrap_or(Some(Persistence::Once))?,
            and: and.unwrap_or(Some(Vec::new()))?,
            unless: match unless {
                Some(flag) => Some(flag?),
                None => None,
            },
        }),
    }
}

/// A whole number of windows, at least 1.
fn read_windows(node: &Node, path: &Path<'_>, faults: &mut Faults) -> Option<NonZeroUsize> {
    // Every whole f64 up to this is exact, and no snapshot has more windows.
    const MOST: f64 = 9_007_199_254_740_992.0;
    let value = number(node, path, faults)?.get();
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let windows = (value.fract() == 0.0 && (1.0..=MOST).contains(&value)).then_some(value as usize);
    let windows = windows.and_then(NonZeroUsize::new);
    if windows.is_none() {
        faults.push(at(node, "`windows` is a whole number of windows, at least 1").path(path));
    }
    windows
}

fn read_and(node: &Node, names: &Names<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<Vec<Condition>> {
    let items = list(node, NONE, path, faults)?;
    let read: Vec<Option<Condition>> = items
        .iter()
        .enumerate()
        .map(|(index, item)| {
            let path = path.index(index);
            let mut fields = Fields::open(item, "a condition of `and`", &path, faults)?;
            let condition = read_condition(item, &mut fields, names, &path, faults);
            fields.finish(&path, faults);
            condition
        })
        .collect();
    read.into_iter().collect()
}

/// A reason text. `is_run`: whether the rule waits for a run of windows.
fn read_template(node: &Node, is_run: bool, path: &Path<'_>, faults: &mut Faults) -> Option<Template> {
    let text = text(node, path, faults)?;
    match Template::parse(&text) {
        Ok(template) if !is_run && (template.names(Placeholder::Windows) || template.names(Placeholder::For)) => {
            let fault = at(node, "{windows} and {for} say how long a rollback rule waits, and this rule does not wait");
            faults.push(fault.path(path));
            None
        }
        Ok(template) => Some(template),
        Err(TemplateError::UnknownPlaceholder(name)) => {
            let mut fault = at(node, format!("unknown placeholder `{{{name}}}`"));
            fault.help = did_you_mean(&name, Placeholder::ALL.map(|(name, _)| name));
            faults.push(fault.path(path));
            None
        }
        Err(TemplateError::Unclosed) => {
            faults.push(at(node, "a `{` without its `}`").path(path).help("write `{{` for a plain brace"));
            None
        }
    }
}
