//! The `metrics` of a pipeline.

use super::super::{
    document::Path,
    yaml::{Node, Value},
};
use super::fields::{Fields, Names, allowed, at, boolean, list, number, text, word};
use crate::{
    eval::{
        table::{Derived, Metric, MetricId, Samples, dependency_order},
        unit::Unit,
    },
    refusal::Faults,
};

/// Every metric, in the table's order, and the order in which they are worked out.
pub(super) fn read_metrics(
    entries: &[(&str, &Node)],
    names: &Names<'_>,
    path: &Path<'_>,
    faults: &mut Faults,
) -> (Vec<Metric>, Vec<MetricId>) {
    let metrics: Vec<Metric> =
        entries.iter().map(|(name, node)| read_metric(name, node, names, &path.key(name), faults)).collect();
    let order = dependency_order(&metrics).unwrap_or_else(|stuck| {
        for (name, node) in stuck.iter().filter_map(|MetricId(index)| entries.get(*index)) {
            let fault = at(node, format!("metric `{name}` is made from itself, through `of`, `to` or `samples`"));
            faults.push(fault.path(path.key(name)).help("make it from measured metrics only"));
        }
        Vec::new()
    });
    (metrics, order)
}

/// A metric; where it is faulty, as much of it as can be read.
fn read_metric(name: &str, node: &Node, names: &Names<'_>, path: &Path<'_>, faults: &mut Faults) -> Metric {
    let mut metric = Metric {
        name: name.to_owned(),
        // Until it is read: a flag, which is the only unit that something else asks for.
        unit: Unit::Flag,
        optional: false,
        derived: None,
        samples: None,
        about: None,
        allow: Vec::new(),
    };
    let Some(mut fields) = Fields::open(node, "a metric", path, faults) else {
        return metric;
    };
    let unit = fields.require("unit", "say what it is measured in, such as `unit: ratio`", path, faults);
    let unit = unit.and_then(|node| word(node, "unit", &Unit::ALL, Unit::name, &path.key("unit"), faults));
    metric.unit = unit.unwrap_or(metric.unit);
    let optional = fields.get("optional").and_then(|node| boolean(node, &path.key("optional"), faults));
    metric.optional = optional.unwrap_or_default();
    metric.about = fields.get("about").and_then(|node| text(node, &path.key("about"), faults));
    metric.allow = allowed(&mut fields, path, faults);
    let (of, to) = (fields.get("of"), fields.get("to"));
    if of.is_some() != to.is_some() {
        let fault = at(node, "a derived metric has both `of` and `to`").path(path);
        faults.push(fault.help("it is sum(of) / sum(to), window by window"));
    }
    let of = of.and_then(|node| read_parts(node, names, &path.key("of"), faults));
    let to = to.and_then(|node| read_parts(node, names, &path.key("to"), faults));
    metric.derived = of.zip(to).map(|(of, to)| Derived { of, to });
    metric.samples = fields.get("samples").and_then(|node| read_samples(node, names, &path.key("samples"), faults));
    fields.finish(path, faults);
    metric
}

/// One metric, or a list of at least one.
fn read_parts(node: &Node, names: &Names<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<Vec<MetricId>> {
    if matches!(node.value, Value::Text(_)) {
        return Some(vec![names.metric(node, path, faults)?]);
    }
    let items = list(node, "name at least one metric", path, faults)?;
    if items.is_empty() {
        faults.push(at(node, "a derived metric is made from at least one metric").path(path));
    }
    items.iter().enumerate().map(|(index, item)| names.metric(item, &path.index(index), faults)).collect()
}

fn read_samples(node: &Node, names: &Names<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<Samples> {
    let mut fields = Fields::open(node, "samples", path, faults)?;
    let metric = fields.require("metric", "name the metric that counts the samples", path, faults);
    let metric = metric.and_then(|node| names.metric(node, &path.key("metric"), faults));
    let min = fields.require("min", "say how many samples are enough", path, faults);
    let min = min.and_then(|node| number(node, &path.key("min"), faults));
    fields.finish(path, faults);
    Some(Samples { metric: metric?, min: min? })
}
