//! The metrics and stages of a pipeline, by the names with which rules refer to them.

use std::collections::HashMap;

use crate::{
    eval::table::{MetricId, StageId},
    input::{
        document::Path,
        form::unknown_key,
        values::{unknown, wrong},
        yaml::{Key, Node, Yaml},
    },
    refusal::{Code, Faults},
};

/// The names that rules can refer to.
pub(super) struct Names<'n> {
    /// `None` where they could not be read: nothing is said of references to them then.
    metric_ids: Option<HashMap<&'n str, MetricId>>,
    metrics: Vec<&'n str>,
    stage_ids: Option<HashMap<&'n str, StageId>>,
    stages: Vec<&'n str>,
}

impl<'n> Names<'n> {
    pub(super) fn new(metrics: Option<&[(&'n str, &'n Node<'n>)]>, stages: Option<&[(&'n str, &'n Node<'n>)]>) -> Self {
        let names = |entries: Option<&[(&'n str, &'n Node<'n>)]>| -> Vec<&'n str> {
            entries.unwrap_or_default().iter().map(|(name, _)| *name).collect()
        };
        Self {
            metric_ids: metrics.map(|_| names(metrics).into_iter().zip((0..).map(MetricId)).collect()),
            metrics: names(metrics),
            stage_ids: stages.map(|_| names(stages).into_iter().zip((0..).map(StageId)).collect()),
            stages: names(stages),
        }
    }

    /// A metric by its name.
    pub(super) fn metric(&self, node: &Node<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<MetricId> {
        let Yaml::Text(name) = &node.content else {
            let fault = wrong(node, "the name of a metric belongs here", path);
            faults.push(fault.help("write a name that `metrics` declares"));
            return None;
        };
        let id = self.metric_ids.as_ref()?.get(&**name).copied();
        if id.is_none() {
            faults.push_with(|| {
                unknown(Code::UnknownMetric, "metric", name, self.metrics.iter().copied(), node).path(path)
            });
        }
        id
    }

    /// A stage by its name, which is the key of a map.
    pub(super) fn stage(&self, key: &Key<'_>, path: &Path<'_>, faults: &mut Faults) -> Option<StageId> {
        let id = self.stage_ids.as_ref()?.get(&*key.text).copied();
        if id.is_none() {
            let message = || format!("unknown stage `{}`", key.text);
            faults.push_with(|| unknown_key(Code::UnknownStage, message(), key, self.stages.iter().copied(), path));
        }
        id
    }
}
