//! The metrics of snapshots that a table is compared with: only their names, and where each is written. Values are
//! for [`super::snapshot`].

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

use super::{
    document::Path,
    snapshot::{SnapshotNames, read_names},
    suggestion::nearest,
};
use crate::{
    eval::table::{Pipeline, Table},
    inspection::ReviewedFile,
    lint::{code::Lint, finding::Finding, never_measured::ObservedMetrics},
    refusal::{Fault, Faults, Refusal},
};

/// The snapshots that a table is compared with, by pipeline.
#[derive(Debug)]
pub struct ObservedSnapshots<'t> {
    table: &'t Table,
    /// One for each pipeline, in the table's order.
    pipelines: Vec<OfPipeline<'t>>,
}

/// The snapshots of one pipeline. Those of one stage that have the same metrics are kept as one.
#[derive(Debug, Default)]
struct OfPipeline<'t> {
    observed: Vec<ObservedMetrics>,
    /// For each of `observed`, the first snapshot that has these metrics.
    first: Vec<FirstSnapshot>,
    /// Where in `observed` the metrics of a stage are.
    indices: HashMap<(usize, Vec<String>), usize>,
    /// The metrics of the pipeline that no snapshot has under their name; worked out when they are first needed.
    never: Option<Vec<&'t str>>,
}

/// A snapshot, and what is raised about it.
#[derive(Debug)]
struct FirstSnapshot {
    origin: String,
    /// Empty where the pipeline declares all its metrics: nothing is raised about it then.
    text: String,
    /// Where each of its metrics is named.
    spans: Vec<Range<usize>>,
    warnings: Vec<Fault<Lint>>,
}

impl<'t> ObservedSnapshots<'t> {
    /// None yet.
    #[must_use]
    pub fn new(table: &'t Table) -> Self {
        Self { table, pipelines: table.pipelines.iter().map(|_| OfPipeline::default()).collect() }
    }

    /// Adds a snapshot. `origin` is the file as the user named it.
    ///
    /// # Errors
    /// Its stage is not known, or its metrics cannot be read. That it lacks some, or that their values make no sense,
    /// is no error.
    pub fn add(&mut self, origin: &str, text: String) -> Result<(), Refusal> {
        let mut faults = Faults::default();
        match read_names(&text, self.table, &mut faults) {
            Some(names) if faults.is_empty() => {
                self.add_names(origin, text, names);
                Ok(())
            }
            _ => Err(faults.refuse(origin, text)),
        }
    }

    fn add_names(&mut self, origin: &str, text: String, SnapshotNames { stage, metrics }: SnapshotNames<'_>) {
        let mut pipelines = self.table.pipelines.iter().zip(&mut self.pipelines);
        let Some((pipeline, of)) = pipelines.find(|(pipeline, _)| pipeline.name == stage.pipeline().name) else {
            return;
        };
        let (names, spans): (Vec<String>, Vec<_>) = metrics.into_iter().unzip();
        let key = (stage.id().0, names);
        if let Some(known) = of.indices.get(&key).and_then(|index| of.observed.get_mut(*index)) {
            known.snapshots += 1;
            return;
        }
        of.never = None;
        let declared: HashSet<&str> = pipeline.metrics.iter().map(|metric| metric.name.as_str()).collect();
        let is_declared = key.1.iter().all(|name| declared.contains(name.as_str()));
        let text = if is_declared { String::new() } else { text };
        of.first.push(FirstSnapshot { origin: origin.to_owned(), text, spans, warnings: Vec::new() });
        of.observed.push(ObservedMetrics { stage: stage.id(), metrics: key.1.clone(), snapshots: 1 });
        of.indices.insert(key, of.observed.len() - 1);
    }

    /// What the snapshots of the pipeline at this place of the table have.
    #[must_use]
    pub fn metrics(&self, pipeline: usize) -> &[ObservedMetrics] {
        self.pipelines.get(pipeline).map_or(&[], |of| &of.observed)
    }

    /// Adds a finding about a metric of [`metrics`](Self::metrics) of this pipeline: `observed` says which of them, and
    /// which of its metrics.
    pub fn raise(&mut self, pipeline: usize, observed: (usize, usize), finding: &Finding) {
        let (Some(declared), Some(of)) = (self.table.pipelines.get(pipeline), self.pipelines.get_mut(pipeline)) else {
            return;
        };
        let name = of.observed.get(observed.0).and_then(|metrics| metrics.metrics.get(observed.1));
        let (Some(name), Some(snapshot)) = (name, of.first.get_mut(observed.0)) else { return };
        let never = of.never.get_or_insert_with(|| never_measured(declared, &of.observed));
        let help = match nearest(name, never.iter().copied()) {
            Some(near) => format!("did you mean `{near}`? If not, {}", finding.help),
            None => finding.help.clone(),
        };
        let root = Path::Root("$");
        let fault = Fault::new(finding.lint, &finding.message).path(root.key("metrics").key(name)).help(help);
        snapshot.warnings.push(match snapshot.spans.get(observed.1) {
            Some(span) => fault.at(span.clone()),
            None => fault,
        });
    }

    /// The files that something was raised about.
    #[must_use]
    pub fn into_reviewed(self) -> Vec<ReviewedFile> {
        let snapshots = self.pipelines.into_iter().flat_map(|of| of.first);
        let raised = snapshots.filter(|snapshot| !snapshot.warnings.is_empty());
        raised.map(|snapshot| ReviewedFile::new(snapshot.origin, snapshot.text, snapshot.warnings)).collect()
    }
}

/// The metrics of a pipeline that no snapshot has under their name.
fn never_measured<'t>(pipeline: &'t Pipeline, observed: &[ObservedMetrics]) -> Vec<&'t str> {
    let measured: HashSet<&str> = observed.iter().flat_map(|of| &of.metrics).map(String::as_str).collect();
    let names = pipeline.metrics.iter().map(|metric| metric.name.as_str());
    names.filter(|name| !measured.contains(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::{super::gates, *};

    #[test]
    fn snapshots_of_a_stage_that_have_the_same_metrics_are_kept_as_one() {
        let table = "version: 1
pipelines:
  p:
    metrics: { a: { unit: number }, b: { unit: number } }
    stages: { s: {}, t: {} }
    gate: [{ metric: a, max: 1 }]
";
        let table = gates::read("table", table.to_owned()).unwrap();
        let mut snapshots = ObservedSnapshots::new(&table);
        for (stage, metrics) in [
            ("s", r#""a": 1"#),
            ("s", r#""a": 1, "b": 1"#),
            ("t", r#""a": 1"#),
            ("s", r#""a": 2"#),
            ("t", r#""a": 1"#),
            ("t", r#""b": [1, 2]"#),
            ("s", r#""a": null"#),
        ] {
            snapshots.add("snapshot", format!(r#"{{ "stage": "{stage}", "metrics": {{ {metrics} }} }}"#)).unwrap();
        }
        let observed = snapshots.metrics(0).iter().map(|of| (of.stage.0, of.metrics.concat(), of.snapshots));
        let observed: Vec<_> = observed.collect();
        let expected = [(0, "a", 3), (0, "ab", 1), (1, "a", 2), (1, "b", 1)];
        assert_eq!(observed, expected.map(|(stage, metrics, snapshots)| (stage, metrics.to_owned(), snapshots)));
    }
}
