//! The rules under `gate` and `rollback`.

use super::{
    allowed,
    maps::{ConditionMap, OneLimit, RuleMap},
    names::Names,
};
use crate::{
    eval::{
        aggregate::Aggregate,
        comparator::Comparator,
        limit::Limit,
        persistence::Persistence,
        table::{Condition, Kind, Limits, Measure, Rule, StageId},
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
    find_misplaced(&map, path, faults);
    let condition = read_condition(node, &map.condition, names, path, faults);
    let last = map.last.read(path, faults);
    let windows = map.windows.read(path, faults);
    let lasting = map.lasting.read(path, faults).map(Persistence::For);
    let and = map.and.with(path, faults, |node, path, faults| read_and(node, names, path, faults));
    let unless = map.unless.with(path, faults, |node, path, faults| names.metric(node, path, faults));
    let missing = map.missing.read(path, faults);
    let pending = map.pending.read(path, faults);
    let severity = map.severity.read(path, faults);
    let id = map.id.read(path, faults);
    // A trigger says how long it took, one window too.
    let is_trigger = kind == Kind::Rollback && map.condition.aggregate.node.is_none();
    let waits = is_trigger || map.windows.node.is_some() || map.lasting.node.is_some();
    let reason = map.reason.with(path, faults, |node, path, faults| read_template(node, waits, path, faults));
    let about = map.about.read(path, faults);
    let allow = allowed(&map.allow, &map.about, path, faults);
    // What was given and could not be read has been told; without it this would be another rule.
    let is_read = [
        (map.last.node, last.is_some()),
        (map.windows.node, windows.is_some()),
        (map.lasting.node, lasting.is_some()),
        (map.and.node, and.is_some()),
        (map.unless.node, unless.is_some()),
    ];
    if is_read.iter().any(|(node, is_read)| node.is_some() && !is_read) {
        return None;
    }
    let condition = condition?;
    let Yaml::Text(metric) = &map.condition.metric.node?.content else { return None };
    Some(Rule {
        id: id.unwrap_or_else(|| format!("{}.{metric}.{}", kind.name(), condition.comparator.name())),
        kind,
        condition,
        last,
        persistence: windows.or(lasting).unwrap_or(Persistence::Once),
        and: and.unwrap_or_default(),
        unless,
        missing: missing.unwrap_or_default(),
        pending: pending.unwrap_or_default(),
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
    let measure = read_measure(map, path, faults);
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
            return Some(Condition {
                metric: metric?,
                comparator: *comparator,
                limits: limits.clone()?,
                measure: measure?,
            });
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

/// What of the metric is compared; `None` where it could not be read.
fn read_measure(map: &ConditionMap<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<Measure> {
    let (aggregate, over) = (map.aggregate.read(path, faults), map.over.read(path, faults));
    match (map.aggregate.node, map.over.node) {
        (None, None) => Some(Measure::Window),
        (None, Some(node)) => {
            let fault = at(Code::MissingKey, node, "`over` without `aggregate`").path(path.key(map.over.key));
            faults.push(fault.help("say what is made of the windows, such as `aggregate: mean`"));
            None
        }
        (Some(_), None) => aggregate.map(Measure::Whole),
        (Some(_), Some(node)) if aggregate == Some(Aggregate::Last) => {
            let message = "`over` cannot be together with `aggregate: last`, which is one window";
            let fault = at(Code::ConflictingKeys, node, message).path(path.key(map.over.key));
            faults.push(fault.help("keep one of the two"));
            None
        }
        (Some(_), Some(_)) => Some(Measure::Sliding(aggregate?, over?)),
    }
}

/// Finds the keys that cannot stand together.
fn find_misplaced(map: &RuleMap<'_>, path: &Path<'_>, faults: &mut Faults) {
    let mut refuse = |code, node: &Node<'_>, key, why: &str, help: &str| {
        faults.push(at(code, node, format!("`{key}` {why}")).path(path.key(key)).help(help));
    };
    let persistence = [(map.windows.key, map.windows.node), (map.lasting.key, map.lasting.node)];
    let unless = (map.unless.key, map.unless.node);
    let is_sliding = map.condition.over.node.is_some();
    if map.condition.aggregate.node.is_some() {
        let beside = persistence.into_iter().filter(|_| !is_sliding).chain([unless]);
        for (key, node) in beside.filter_map(|(key, node)| Some((key, node?))) {
            let why = "cannot be together with `aggregate`, which makes one value of all windows";
            refuse(Code::ConflictingKeys, node, key, why, "keep one of the two");
        }
    }
    if let (Some(_), Some(node)) = (map.windows.node, map.lasting.node) {
        let why = "cannot be together with `windows`: say how long in one way";
        refuse(Code::ConflictingKeys, node, map.lasting.key, why, "keep one of the two");
    }
    // A count of some windows, or of all, has no end that a breach could reach.
    let counts_a_run = |node: &Node<'_>| matches!(node.content, Yaml::Number(_));
    let waits_for_a_run = map.lasting.node.is_some() || map.windows.node.is_some_and(counts_a_run);
    if let Some(node) = map.pending.node.filter(|_| !waits_for_a_run) {
        let why = "says what a run means that is not yet long enough, and this rule waits for none";
        refuse(
            Code::ConflictingKeys,
            node,
            map.pending.key,
            why,
            "write it beside `for` or `windows: N`, or take it out",
        );
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

/// A reason text. `waits`: whether the rule says how much breaching it takes.
fn read_template(node: &Node<'_>, waits: bool, path: &Path<'_>, faults: &mut Faults) -> Option<Template> {
    let text = Text::read(node, path, faults)?;
    match Template::parse(&text) {
        Ok(template) if !waits && (template.names(Placeholder::Windows) || template.names(Placeholder::For)) => {
            let message =
                "{windows} and {for} say how much breaching a rule takes, and one window is enough for this one";
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
