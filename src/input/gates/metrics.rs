//! The `metrics` of a pipeline.

use super::{
    allowed,
    maps::{MetricMap, SamplesMap},
    names::Names,
};
use crate::{
    eval::{
        aggregate::Aggregate,
        notation::shortest,
        number::Finite,
        table::{Derived, Metric, MetricId, Samples, dependency_order},
        unit::Unit,
    },
    input::{
        document::Path,
        form::open,
        values::{at, list},
        yaml::{Node, Yaml},
    },
    refusal::{Code, Faults},
};

/// Every metric, in the table's order, and the order in which they are worked out.
pub(super) fn read_metrics(
    entries: &[(&str, &Node<'_>)],
    names: &Names<'_>,
    path: &Path<'_>,
    faults: &mut Faults,
) -> (Vec<Metric>, Vec<MetricId>) {
    let metrics: Vec<Metric> =
        entries.iter().map(|(name, node)| read_metric(name, node, names, &path.key(name), faults)).collect();
    let order = dependency_order(&metrics).unwrap_or_else(|stuck| {
        for (name, node) in stuck.iter().filter_map(|MetricId(index)| entries.get(*index)) {
            let fault = at(
                Code::CircularMetric,
                node,
                format!("metric `{name}` is made from itself, through `of`, `to` or `samples`"),
            );
            faults.push(fault.path(path.key(name)).help("make it from measured metrics only"));
        }
        Vec::new()
    });
    (metrics, order)
}

/// A metric; where it is faulty, as much of it as can be read.
fn read_metric(name: &str, node: &Node<'_>, names: &Names<'_>, path: &Path<'_>, faults: &mut Faults) -> Metric {
    let mut metric = Metric {
        name: name.to_owned(),
        // Until it is read: a flag, which is the only unit that something else asks for.
        unit: Unit::Flag,
        range: Unit::Flag.bounds(),
        clamp: Finite::ZERO,
        optional: false,
        default: None,
        series: Vec::new(),
        derived: None,
        samples: None,
        baseline: Aggregate::Mean,
        about: None,
        allow: Vec::new(),
    };
    let Some(map) = open::<MetricMap<'_>>(node, path, faults) else {
        return metric;
    };
    metric.unit = map.unit.read(path, faults).unwrap_or(metric.unit);
    metric.range = read_range(&map, metric.unit, path, faults);
    metric.clamp = map.clamp.read(path, faults).unwrap_or(metric.clamp);
    metric.series = map.series.read(path, faults).unwrap_or_default();
    metric.baseline = map.baseline.read(path, faults).unwrap_or(metric.baseline);
    metric.default = map.default.read(path, faults);
    find_impossible_numbers(&map, &metric, path, faults);
    metric.optional = map.optional.read(path, faults).unwrap_or_default();
    metric.about = map.about.read(path, faults);
    metric.allow = allowed(&map.allow, &map.about, path, faults);
    if map.of.node.is_some() != map.to.node.is_some() {
        let fault = at(Code::HalfDerived, node, "a derived metric has both `of` and `to`").path(path);
        faults.push(fault.help("it is sum(of) / sum(to), window by window"));
    }
    let of = map.of.with(path, faults, |node, path, faults| read_parts(node, names, path, faults));
    let to = map.to.with(path, faults, |node, path, faults| read_parts(node, names, path, faults));
    metric.derived = of.zip(to).map(|(of, to)| Derived { of, to });
    metric.samples = map.samples.with(path, faults, |node, path, faults| read_samples(node, names, path, faults));
    metric
}

/// One metric, or a list of at least one.
fn read_parts(node: &Node<'_>, names: &Names<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<Vec<MetricId>> {
    if matches!(node.content, Yaml::Text(_)) {
        return Some(vec![names.metric(node, path, faults)?]);
    }
    let items = list(node, "name at least one metric", path, faults)?;
    if items.is_empty() {
        let fault = at(Code::EmptyList, node, "a derived metric is made from at least one metric");
        faults.push(fault.path(path).help("name at least one metric"));
    }
    items.iter().enumerate().map(|(index, item)| names.metric(item, &path.index(index), faults)).collect()
}

fn read_samples(node: &Node<'_>, names: &Names<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<Samples> {
    let map = open::<SamplesMap<'_>>(node, path, faults)?;
    let metric = map.metric.with(path, faults, |node, path, faults| names.metric(node, path, faults));
    let (min, total) = (map.min.read(path, faults), map.total.read(path, faults));
    if map.min.node.is_none() && map.total.node.is_none() {
        let fault = at(Code::MissingKey, node, "samples without `min`").path(path);
        faults.push(fault.help("say how many samples are enough: `min` in a window, `total` in all of them together"));
    }
    Some(Samples { metric: metric?, min, total })
}

/// The range that is written, within that of the unit.
fn read_range(map: &MetricMap<'_>, unit: Unit, path: &Path<'_>, faults: &mut Faults) -> (f64, f64) {
    let (lowest, highest) = unit.bounds();
    let (Some(node), Some((low, high))) = (map.range.node, map.range.read(path, faults)) else {
        return (lowest, highest);
    };
    if unit == Unit::Flag || low < lowest || high > highest {
        let message = format!("a metric with `unit: {}` is {}, and cannot have this range", unit.name(), unit.range());
        let fault = at(Code::BadRange, node, message).path(path.key(map.range.key));
        faults.push(fault.help("write a range that is within it"));
    }
    (low.max(lowest), high.min(highest))
}

/// A distance below zero, and a default that the metric cannot have.
fn find_impossible_numbers(map: &MetricMap<'_>, metric: &Metric, path: &Path<'_>, faults: &mut Faults) {
    if let Some(node) = map.clamp.node.filter(|_| metric.clamp.get() < 0.0 || metric.unit == Unit::Flag) {
        let fault = at(Code::BadRange, node, "`clamp` is a distance from the ends of a range: 0 or more");
        faults.push(fault.path(path.key(map.clamp.key)).help("write a number such as 0.02, or leave the key out"));
    }
    let default = metric.default.filter(|default| metric.admit(default.get()) != Some(default.get()));
    if let (Some(node), Some(default)) = (map.default.node, default) {
        let message = format!("{} is outside {}", shortest(default.get()), metric.range_in_words());
        let fault = at(Code::OutOfRange, node, message).path(path.key(map.default.key));
        faults.push(fault.help("write a value that the metric can have"));
    }
}
