//! `gates.yaml` to a checked [`Table`]. Every fault of a file is found in one run.
//!
//! This file reads pipelines and stages, `metrics` and `rules` their parts. `maps` declares every key: a new
//! one is a line there, and one where it is read.

mod maps;
mod metrics;
mod names;
mod places;
mod rules;

use std::collections::HashMap;

pub use self::places::Places;
use self::{
    maps::{PipelineMap, StageMap, TableMap},
    metrics::read_metrics,
    names::Names,
    rules::read_rules,
};
use super::{
    document::Path,
    form::{Field, open, open_or_empty},
    values::{AtLeastOne, Text, Version, Word, at, entries},
    yaml::{self, Node, Yaml},
};
use crate::{
    eval::{
        table::{Kind, Metric, MetricId, Pipeline, Rule, Stage, StageId, Table},
        unit::Unit,
    },
    lint::code::Lint,
    refusal::{Code, Fault, Faults, Refusal},
    schema::draft_7,
};

/// Reads a table of limits. `origin` is the file as the user named it.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read(origin: &str, text: String) -> Result<Table, Refusal> {
    match read_tree(&text) {
        Ok((table, _)) => Ok(table),
        Err(faults) => Err(faults.refuse(origin, text)),
    }
}

/// Reads a table of limits, and keeps where everything in it stands.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read_with_places<'t>(origin: &str, text: &'t str) -> Result<(Table, Places<'t>), Refusal> {
    match read_tree(text) {
        Ok((table, root)) => Ok((table, Places { origin: origin.to_owned(), text, root })),
        Err(faults) => Err(faults.refuse(origin, text.to_owned())),
    }
}

fn read_tree(text: &str) -> Result<(Table, Node<'_>), Faults> {
    let mut faults = Faults::default();
    let root = yaml::open(text, "table", &mut faults);
    let read = root.and_then(|root| Some((read_table(&root, &mut faults)?, root)));
    match read {
        Some(read) if faults.is_empty() => Ok(read),
        _ => {
            if faults.is_empty() {
                faults.push(Fault::new(Code::WrongType, "not a table of limits"));
            }
            Err(faults)
        }
    }
}

/// The schema of a table.
#[must_use]
pub fn schema() -> serde_json::Value {
    draft_7::<TableMap<'_>>("rollout-gate: a table of limits (gates.yaml)")
}

fn read_table(root: &Node<'_>, faults: &mut Faults) -> Option<Table> {
    let path = Path::Root("");
    if matches!(root.content, Yaml::Null) {
        faults.push(
            Fault::new(Code::EmptyDocument, "the table is empty")
                .at(root.span.clone())
                .help("a table begins with `version: 1`, then `pipelines:` with at least one pipeline"),
        );
        return None;
    }
    let map = open::<TableMap<'_>>(root, &path, faults)?;
    Version::check(&map.version, "table", &path, faults);
    let path = path.key(map.pipelines.key);
    let pipelines = entries(map.pipelines.node?, "pipelines", &path, faults)?;
    let read = pipelines.into_iter().filter_map(|(name, node)| read_pipeline(name, node, &path.key(name), faults));
    Some(Table { pipelines: read.collect() })
}

fn read_pipeline(name: &str, node: &Node<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<Pipeline> {
    let map = open::<PipelineMap<'_>>(node, path, faults)?;
    let title = map.title.read(path, faults);
    let about = map.about.read(path, faults);
    let allow = allowed(&map.allow, &map.about, path, faults);
    let window = map.window.read(path, faults);
    let metrics = map.metrics.with(path, faults, |node, path, faults| entries(node, "metrics", path, faults));
    let stages = map.stages.with(path, faults, |node, path, faults| entries(node, "stages", path, faults));
    let names = Names::new(metrics.as_deref(), stages.as_deref());
    let metrics = metrics.as_deref().unwrap_or_default();
    let (metrics, order) = read_metrics(metrics, &names, &path.key(map.metrics.key), faults);
    let mut rules = Vec::new();
    let mut rule_nodes = Vec::new();
    for (kind, key, node) in
        [(Kind::Gate, map.gate.key, map.gate.node), (Kind::Rollback, map.rollback.key, map.rollback.node)]
    {
        let Some(node) = node else { continue };
        for (rule, node) in read_rules(kind, node, &names, &path.key(key), faults) {
            rules.push(rule);
            rule_nodes.push(node);
        }
    }
    let kill_switches = map.kill_switches.read(path, faults);
    let on_hold = map.on_hold.read(path, faults);
    let on_rollback = map.on_rollback.read(path, faults);

    find_duplicate_ids(&rules, &rule_nodes, path, faults);
    find_unless_without_flag(&rules, &rule_nodes, &metrics, path, faults);
    let stage_nodes = stages.as_deref().unwrap_or_default();
    // A rule that could not be read may be the very one that a stage has.
    let gates = rules.iter().filter(|rule| rule.kind == Kind::Gate).count();
    if map.gate.node.is_some_and(|gate| matches!(&gate.content, Yaml::List(items) if items.len() == gates)) {
        find_stages_without_gate(stage_nodes, &rules, path, faults);
    }
    let path = path.key(map.stages.key);
    let stages = stage_nodes.iter().filter_map(|(name, node)| read_stage(name, node, &path.key(name), faults));
    Some(Pipeline {
        name: name.to_owned(),
        title,
        about,
        allow,
        window,
        metrics,
        order,
        stages: stages.collect(),
        rules,
        kill_switches: kill_switches.unwrap_or_default(),
        on_hold: on_hold.unwrap_or_default(),
        on_rollback: on_rollback.unwrap_or_default(),
    })
}

fn read_stage(name: &str, node: &Node<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<Stage> {
    let map = open_or_empty::<StageMap<'_>>(node, path, faults)?;
    Some(Stage {
        name: name.to_owned(),
        title: map.title.read(path, faults),
        about: map.about.read(path, faults),
        allow: allowed(&map.allow, &map.about, path, faults),
        observe: map.observe.read(path, faults),
        warmup: map.warmup.read(path, faults),
        labels: map.labels.read(path, faults).unwrap_or_default(),
        optional: map.optional.read(path, faults).unwrap_or_default(),
        repeat: map.repeat.read(path, faults).unwrap_or_default(),
        on_hold: map.on_hold.read(path, faults),
        enter: map.enter.read(path, faults).unwrap_or_default(),
        on_rollback: map.on_rollback.read(path, faults),
        rollback_within: map.rollback_within.read(path, faults),
    })
}

/// What a reviewer need not raise, which `about` explains.
fn allowed(
    allow: &Field<'_, AtLeastOne<Word<Lint>>>,
    about: &Field<'_, Text>,
    path: &Path<'_>,
    faults: &mut Faults,
) -> Vec<&'static str> {
    if let (Some(node), None) = (allow.node, about.node) {
        let fault = at(Code::AllowWithoutAbout, node, "`allow` without `about`").path(path.key(allow.key));
        faults.push(fault.help("say in `about` why it is as it should be"));
    }
    allow.read(path, faults).unwrap_or_default().into_iter().map(Lint::name).collect()
}

fn find_duplicate_ids(rules: &[Rule], nodes: &[&Node<'_>], path: &Path<'_>, faults: &mut Faults) {
    let mut first: HashMap<&str, &Node<'_>> = HashMap::new();
    for (rule, node) in rules.iter().zip(nodes) {
        match first.get(rule.id.as_str()) {
            Some(first) => faults.push(
                Fault::new(Code::DuplicateId, format!("two rules have the id `{}`", rule.id))
                    .at(node.span.clone())
                    .path(path)
                    .related(first.span.clone(), "first here")
                    .help(format!("give one of them its own, such as `id: {}.2`", rule.id)),
            ),
            None => {
                first.insert(&rule.id, node);
            }
        }
    }
}

fn find_unless_without_flag(
    rules: &[Rule],
    nodes: &[&Node<'_>],
    metrics: &[Metric],
    path: &Path<'_>,
    faults: &mut Faults,
) {
    for (rule, node) in rules.iter().zip(nodes) {
        let flag = rule.unless.and_then(|MetricId(index)| metrics.get(index));
        if let Some(metric) = flag.filter(|metric| metric.unit != Unit::Flag) {
            let fault =
                at(Code::NotAFlag, node, format!("`unless: {}` needs a flag, and that metric is none", metric.name));
            faults.push(
                fault.path(path.key(rule.kind.name())).help(format!("declare {} with `unit: flag`", metric.name)),
            );
        }
    }
}

fn find_stages_without_gate(stages: &[(&str, &Node<'_>)], rules: &[Rule], path: &Path<'_>, faults: &mut Faults) {
    for (index, (name, node)) in stages.iter().enumerate() {
        let is_gated = |rule: &Rule| rule.kind == Kind::Gate && rule.applies_at(StageId(index));
        if !rules.iter().any(is_gated) {
            faults.push(
                Fault::new(Code::StageWithoutGate, no_gate(name))
                    .at(node.span.clone())
                    .path(path.key("stages").key(name))
                    .help("give it a limit in at least one rule under `gate`"),
            );
        }
    }
}

fn no_gate(stage: &str) -> String {
    format!("stage `{stage}` has no gate rule: nothing would keep it from being promoted")
}
