//! `gates.yaml` to a checked [`Table`]. Every fault of a file is found in one run.
//!
//! This file reads pipelines and stages, [`metrics`] and [`rules`] their parts; [`fields`] reads maps and
//! plain values. A new key is one line where its neighbours are: asking for it makes it known.

mod fields;
mod metrics;
mod rules;

use std::collections::HashMap;

use self::{
    fields::{Fields, Names, allowed, at, duration, entries, text, texts},
    metrics::read_metrics,
    rules::read_rules,
};
use super::{
    document::Path,
    yaml::{self, Node, Value},
};
use crate::{
    eval::{
        table::{Kind, Metric, MetricId, Pipeline, Rule, Stage, StageId, Table},
        unit::Unit,
    },
    refusal::{Fault, Faults, Refusal},
};

/// The version of the format that this reads.
const VERSION: f64 = 1.0;

/// Reads a table of limits. `origin` is the file as the user named it.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read(origin: &str, text: String) -> Result<Table, Refusal> {
    let mut faults = Faults::default();
    let table = match yaml::parse(&text) {
        Ok(root) => {
            yaml::find_disguises(&text, &root, &Path::Root(""), &mut faults);
            read_table(&root, &mut faults)
        }
        Err(fault) => {
            faults.push(fault);
            None
        }
    };
    match table {
        Some(table) if faults.is_empty() => Ok(table),
        _ => {
            if faults.is_empty() {
                faults.push(Fault::new("not a table of limits"));
            }
            Err(faults.refuse(origin, text))
        }
    }
}

fn read_table(root: &Node, faults: &mut Faults) -> Option<Table> {
    let path = Path::Root("");
    if matches!(root.value, Value::Null) {
        faults.push(
            Fault::new("the table is empty")
                .at(root.span.clone())
                .help("a table begins with `version: 1`, then `pipelines:` with at least one pipeline"),
        );
        return None;
    }
    let mut fields = Fields::open(root, "a table", &path, faults)?;
    let version = fields.require("version", "write `version: 1` at the top", &path, faults);
    if let Some(version) = version.filter(|version| !matches!(version.value, Value::Number(VERSION))) {
        let fault = at(version, "this version of the table format is not known").path(path.key("version"));
        faults.push(fault.help("write `version: 1`; if the table needs a newer format, use a newer rollout-gate"));
    }
    let pipelines = fields.require("pipelines", "a table has at least one pipeline", &path, faults);
    fields.finish(&path, faults);
    let path = path.key("pipelines");
    let pipelines = entries(pipelines?, "pipelines", &path, faults)?;
    let read = pipelines.into_iter().filter_map(|(name, node)| read_pipeline(name, node, &path.key(name), faults));
    Some(Table { pipelines: read.collect() })
}

fn read_pipeline(name: &str, node: &Node, path: &Path<'_>, faults: &mut Faults) -> Option<Pipeline> {
    let mut fields = Fields::open(node, "a pipeline", path, faults)?;
    let title = fields.get("title").and_then(|node| text(node, &path.key("title"), faults));
    let about = fields.get("about").and_then(|node| text(node, &path.key("about"), faults));
    let allow = allowed(&mut fields, path, faults);
    let window = fields.get("window").and_then(|node| duration(node, &path.key("window"), faults));
    let metrics =
        fields.require("metrics", "name what the rules look at, such as `p95_ms: { unit: ms }`", path, faults);
    let metrics = metrics.and_then(|node| entries(node, "metrics", &path.key("metrics"), faults));
    let stages = fields.require("stages", "name the stages in ladder order, such as `canary_5: {}`", path, faults);
    let stages = stages.and_then(|node| entries(node, "stages", &path.key("stages"), faults));
    let names = Names::new(metrics.as_deref(), stages.as_deref());
    let (metrics, order) = read_metrics(metrics.as_deref().unwrap_or_default(), &names, &path.key("metrics"), faults);
    let mut rules = Vec::new();
    let gate = fields.require("gate", "write the rules that must hold in every window", path, faults);
    let mut rule_nodes = Vec::new();
    for (kind, key, node) in [(Kind::Gate, "gate", gate), (Kind::Rollback, "rollback", fields.get("rollback"))] {
        let Some(node) = node else { continue };
        for (rule, node) in read_rules(kind, node, &names, &path.key(key), faults) {
            rules.push(rule);
            rule_nodes.push(node);
        }
    }
    let on_rollback = fields.get("on_rollback").and_then(|node| texts(node, &path.key("on_rollback"), faults));
    fields.finish(path, faults);

    find_duplicate_ids(&rules, &rule_nodes, path, faults);
    find_unless_without_flag(&rules, &rule_nodes, &metrics, path, faults);
    let stage_nodes = stages.as_deref().unwrap_or_default();
    // A rule that could not be read may be the very one that a stage has.
    let gates = rules.iter().filter(|rule| rule.kind == Kind::Gate).count();
    if gate.is_some_and(|gate| matches!(&gate.value, Value::List(items) if items.len() == gates)) {
        find_stages_without_gate(stage_nodes, &rules, path, faults);
    }
    let path = path.key("stages");
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
        on_rollback: on_rollback.unwrap_or_default(),
    })
}

fn read_stage(name: &str, node: &Node, path: &Path<'_>, faults: &mut Faults) -> Option<Stage> {
    let mut fields = Fields::open_or_empty(node, "a stage", path, faults)?;
    let mut steps = |key, fields: &mut Fields<'_>| fields.get(key).and_then(|node| texts(node, &path.key(key), faults));
    let enter = steps("enter", &mut fields).unwrap_or_default();
    let on_rollback = steps("on_rollback", &mut fields);
    let mut time =
        |key, fields: &mut Fields<'_>| fields.get(key).and_then(|node| duration(node, &path.key(key), faults));
    let observe = time("observe", &mut fields);
    let rollback_within = time("rollback_within", &mut fields);
    let mut words = |key, fields: &mut Fields<'_>| fields.get(key).and_then(|node| text(node, &path.key(key), faults));
    let title = words("title", &mut fields);
    let about = words("about", &mut fields);
    let allow = allowed(&mut fields, path, faults);
    fields.finish(path, faults);
    Some(Stage { name: name.to_owned(), title, about, allow, observe, enter, on_rollback, rollback_within })
}

fn find_duplicate_ids(rules: &[Rule], nodes: &[&Node], path: &Path<'_>, faults: &mut Faults) {
    let mut first: HashMap<&str, &Node> = HashMap::new();
    for (rule, node) in rules.iter().zip(nodes) {
        match first.get(rule.id.as_str()) {
            Some(first) => faults.push(
                Fault::new(format!("two rules have the id `{}`", rule.id))
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

fn find_unless_without_flag(rules: &[Rule], nodes: &[&Node], metrics: &[Metric], path: &Path<'_>, faults: &mut Faults) {
    for (rule, node) in rules.iter().zip(nodes) {
        let flag = rule.unless().and_then(|MetricId(index)| metrics.get(index));
        if let Some(metric) = flag.filter(|metric| metric.unit != Unit::Flag) {
            let fault = at(node, format!("`unless: {}` needs a flag, and that metric is none", metric.name));
            faults.push(
                fault.path(path.key(rule.kind.name())).help(format!("declare {} with `unit: flag`", metric.name)),
            );
        }
    }
}

fn find_stages_without_gate(stages: &[(&str, &Node)], rules: &[Rule], path: &Path<'_>, faults: &mut Faults) {
    for (index, (name, node)) in stages.iter().enumerate() {
        let is_gated = |rule: &Rule| rule.kind == Kind::Gate && rule.applies_at(StageId(index));
        if !rules.iter().any(is_gated) {
            faults.push(
                Fault::new(format!("stage `{name}` has no gate rule: nothing would keep it from being promoted"))
                    .at(node.span.clone())
                    .path(path.key("stages").key(name))
                    .help("give it a limit in at least one rule under `gate`"),
            );
        }
    }
}
