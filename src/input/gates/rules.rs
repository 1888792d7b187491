//! The rules under `gate` and `rollback`.

use super::{
    allowed,
    maps::{ConditionMap, OF_ROLLBACK, OneLimit, RuleMap},
    names::Names,
};
use crate::{
    eval::{
        comparator::Comparator,
        limit::Limit,
        persistence::Persistence,
        table::{Condition, Kind, Limits, Over, Rule, StageId},
        template::{Placeholder, Template, TemplateError},
    },
    input::{
        document::Path,
        form::{Read, is_free, open},
        suggestion::did_you_mean,
        values::{NONE, Text, at, list},
        yaml::{Node, Yaml},
    },
    refusal::{Code, Faults},
};

/// Every rule of a list, in order, with its node.
pub(super) fn read_rules<'n>(
    kind: Kind,
    node: &'n Node<'n>,
    names: &Names<'_>,
    path: &Path<'_>,
    faults: &mut Faults,
) -> Vec<(Rule, &'n Node<'n>)> {
    let if_empty = match kind {
        Kind::Gate => "write at least one rule",
        Kind::Rollback => NONE,
    };
    let items = list(node, if_empty, path, faults).unwrap_or_default().iter().enumerate();
    items.filter_map(|(index, item)| Some((read_rule(kind, item, names, &path.index(index), faults)?, item))).collect()
}

fn read_rule(kind: Kind, node: &Node<'_>, names: &Names<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<Rule> {
    let map = open::<RuleMap<'_>>(node, path, faults)?;
    let condition = read_condition(node, &map.condition, names, path, faults);
    let over = read_over(kind, &map, names, path, faults);
    let is_run = kind == Kind::Rollback && matches!(over, Some(Over::Windows { .. }));
    let missing = map.missing.read(path, faults);
    let severity = map.severity.read(path, faults);
    let id = map.id.read(path, faults);
    let reason = map.reason.with(path, faults, |node, path, faults| read_template(node, is_run, path, faults));
    let about = map.about.read(path, faults);
    let allow = allowed(&map.allow, &map.about, path, faults);
    let (condition, over) = (condition?, over?);
    let Yaml::Text(metric) = &map.condition.metric.node?.content else { return None };
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
    node: &Node<'_>,
    map: &ConditionMap<'_>,
    names: &Names<'_>,
    path: &Path<'_>,
    faults: &mut Faults,
) -> Option<Condition> {
    let metric = map.metric.with(path, faults, |node, path, faults| names.metric(node, path, faults));
    let mut given = Vec::new();
    for comparator in Comparator::ALL {
        let limits = map.limit(comparator);
        if let Some(node) = limits.node {
            let read = limits.with(path, faults, |node, path, faults| read_limits(node, names, path, faults));
            given.push((comparator, node, read));
        }
    }
    let refusal = match given.as_slice() {
        [(comparator, _, limits)] => {
            return Some(Condition { metric: metric?, comparator: *comparator, limits: limits.clone()? });
        }
        [] => {
            let all = Comparator::ALL.map(Comparator::name).join(", ");
            let fault = at(Code::NoComparator, node, "a rule without a comparator").path(path);
            fault.help(format!("give it one of {all}"))
        }
        [_, (comparator, second, _), ..] => {
            let keys: Vec<_> = given.iter().map(|(comparator, ..)| comparator.name()).collect();
            let message = format!("a rule with more than one comparator: {}", keys.join(", "));
            let fault = at(Code::SeveralComparators, second, message);
            fault.path(path.key(comparator.name())).help("write a rule for each")
        }
    };
    faults.push(refusal);
    None
}

/// One limit for every stage, or a map from stage to limit.
fn read_limits(node: &Node<'_>, names: &Names<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<Limits> {
    let Yaml::Map(entries) = &node.content else {
        return OneLimit::read(node, path, faults).map(Limits::Everywhere);
    };
    let entries: Vec<_> = entries.iter().filter(|(key, _)| !is_free(&key.text)).collect();
    if entries.is_empty() {
        let fault = at(Code::EmptyMap, node, "this map names no stage").path(path);
        faults.push(fault.help("write one limit for every stage, or a limit for each stage that has one"));
        return None;
    }
    // Collected whole first: every fault is to be found, not only the first.
    let read: Vec<Option<(StageId, Limit)>> = entries
        .into_iter()
        .map(|(key, node)| {
            let stage = names.stage(key, path, faults);
            let limit = OneLimit::read(node, &path.key(&key.text), faults);
            stage.zip(limit)
        })
        .collect();
    read.into_iter().collect::<Option<_>>().map(Limits::At)
}

/// Over what it compares: windows, or one value of the whole series.
fn read_over(kind: Kind, map: &RuleMap<'_>, names: &Names<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<Over> {
    find_misplaced(kind, map, path, faults);
    let aggregate = map.aggregate.read(path, faults);
    let windows = map.windows.read(path, faults).map(Persistence::Windows);
    let lasting = map.lasting.read(path, faults).map(Persistence::For);
    let and = map.and.with(path, faults, |node, path, faults| read_and(node, names, path, faults));
    let unless = map.unless.with(path, faults, |node, path, faults| names.metric(node, path, faults));
    // What was given and could not be read has been told; without it this would be another rule.
    let is_read = [
        (map.aggregate.node, aggregate.is_some()),
        (map.windows.node, windows.is_some()),
        (map.lasting.node, lasting.is_some()),
        (map.and.node, and.is_some()),
        (map.unless.node, unless.is_some()),
    ];
    if is_read.iter().any(|(node, is_read)| node.is_some() && !is_read) {
        return None;
    }
    Some(match aggregate {
        Some(aggregate) => Over::Whole(aggregate),
        None => Over::Windows {
            persistence: windows.or(lasting).unwrap_or(Persistence::Once),
            and: and.unwrap_or_default(),
            unless,
        },
    })
}

/// Finds the keys that cannot stand together, of those that say over what a rule compares.
fn find_misplaced(kind: Kind, map: &RuleMap<'_>, path: &Path<'_>, faults: &mut Faults) {
    let mut refuse = |code, node: &Node<'_>, key, why: &str, help: &str| {
        faults.push(at(code, node, format!("`{key}` {why}")).path(path.key(key)).help(help));
    };
    let over = [
        (map.windows.key, map.windows.node),
        (map.lasting.key, map.lasting.node),
        (map.and.key, map.and.node),
        (map.unless.key, map.unless.node),
    ];
    for (key, node) in over.iter().filter_map(|(key, node)| Some((*key, (*node)?))) {
        if kind == Kind::Gate && OF_ROLLBACK.contains(&key) {
            let why = "belongs to a rollback rule: a gate must hold in every window";
            refuse(Code::MisplacedKey, node, key, why, "take it out, or move the rule to `rollback`");
        }
        if map.aggregate.node.is_some() {
            let why = "cannot be together with `aggregate`, which makes one value of all windows";
            refuse(Code::ConflictingKeys, node, key, why, "keep one of the two");
        }
    }
    if let (Some(_), Some(node)) = (map.windows.node, map.lasting.node) {
        let why = "cannot be together with `windows`: say how long in one way";
        refuse(Code::ConflictingKeys, node, map.lasting.key, why, "keep one of the two");
    }
}

fn read_and(node: &Node<'_>, names: &Names<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<Vec<Condition>> {
    let items = list(node, NONE, path, faults)?;
    let read: Vec<Option<Condition>> = items
        .iter()
        .enumerate()
        .map(|(index, item)| {
            let path = path.index(index);
            let map = open::<ConditionMap<'_>>(item, &path, faults)?;
            read_condition(item, &map, names, &path, faults)
        })
        .collect();
    read.into_iter().collect()
}

/// A reason text. `is_run`: whether the rule waits for a run of windows.
fn read_template(node: &Node<'_>, is_run: bool, path: &Path<'_>, faults: &mut Faults) -> Option<Template> {
    let text = Text::read(node, path, faults)?;
    match Template::parse(&text) {
        Ok(template) if !is_run && (template.names(Placeholder::Windows) || template.names(Placeholder::For)) => {
            let message = "{windows} and {for} say how long a rollback rule waits, and this rule does not wait";
            faults.push(at(Code::BadReason, node, message).path(path).help("take the placeholder out"));
            None
        }
        Ok(template) => Some(template),
        Err(TemplateError::UnknownPlaceholder(name)) => {
            let fault = at(Code::BadReason, node, format!("unknown placeholder `{{{name}}}`")).path(path);
            faults.push(fault.help(did_you_mean(&name, Placeholder::ALL.map(|(name, _)| name))));
            None
        }
        Err(TemplateError::Unclosed) => {
            faults.push(
                at(Code::BadReason, node, "a `{` without its `}`").path(path).help("write `{{` for a plain brace"),
            );
            None
        }
    }
}
