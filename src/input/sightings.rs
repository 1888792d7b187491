//! What snapshots have beside a table: the names of their metrics, and where each stands.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

use super::{
    document::Path,
    snapshot::{Names, read_names},
    suggestion::nearest,
};
use crate::{
    eval::table::{Pipeline, Table},
    inspection::Reviewed,
    lint::{code::Lint, finding::Finding, never_measured::ObservedMetrics},
    refusal::{Fault, Faults, Refusal},
};

/// The snapshots that were seen of each pipeline of a table.
#[derive(Debug)]
pub struct Sightings<'t> {
    table: &'t Table,
    /// One for each pipeline, in the table's order.
    of: Vec<Seen<'t>>,
}

/// The snapshots of one pipeline. Those of one stage that have the same metrics are one sighting.
#[derive(Debug, Default)]
struct Seen<'t> {
    sightings: Vec<ObservedMetrics>,
    /// The metrics of the pipeline that none of them has, once that was asked.
    never: Option<Vec<&'t str>>,
    /// The first snapshot of each sighting.
    files: Vec<File>,
    indices: HashMap<(usize, Vec<String>), usize>,
}

/// A snapshot, and what is raised about it.
#[derive(Debug)]
struct File {
    origin: String,
    /// Empty where it has no metric that the pipeline does not declare: nothing is raised about it then.
    text: String,
    /// Where each of its metrics is named.
    spans: Vec<Range<usize>>,
    warnings: Vec<Fault<Lint>>,
}

impl<'t> Sightings<'t> {
    /// None yet.
    #[must_use]
    pub fn new(table: &'t Table) -> Self {
        Self { table, of: table.pipelines.iter().map(|_| Seen::default()).collect() }
    }

    /// Adds a snapshot. `origin` is the file as the user named it.
    ///
    /// # Errors
    /// Its stage cannot be told, or its metrics cannot be read. That it lacks some, or that they make no sense, is
    /// no error.
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

    fn add_names(&mut self, origin: &str, text: String, Names { stage, metrics }: Names<'_>) {
        let mut pipelines = self.table.pipelines.iter().zip(&mut self.of);
        let Some((pipeline, seen)) = pipelines.find(|(pipeline, _)| pipeline.name == stage.pipeline().name) else {
            return;
        };
        let (names, spans): (Vec<String>, Vec<_>) = metrics.into_iter().unzip();
        let key = (stage.id().0, names);
        if let Some(sighting) = seen.indices.get(&key).and_then(|index| seen.sightings.get_mut(*index)) {
            sighting.snapshots += 1;
            return;
        }
        seen.never = None;
        let declared: HashSet<&str> = pipeline.metrics.iter().map(|metric| metric.name.as_str()).collect();
        let is_declared = key.1.iter().all(|name| declared.contains(name.as_str()));
        let text = if is_declared { String::new() } else { text };
        seen.files.push(File { origin: origin.to_owned(), text, spans, warnings: Vec::new() });
        seen.sightings.push(ObservedMetrics { stage: stage.id(), metrics: key.1.clone(), snapshots: 1 });
        seen.indices.insert(key, seen.sightings.len() - 1);
    }

    /// What was seen of the pipeline at this place of the table.
    #[must_use]
    pub fn of(&self, pipeline: usize) -> &[ObservedMetrics] {
        self.of.get(pipeline).map_or(&[], |seen| &seen.sightings)
    }

    /// Adds a finding about a metric of a sighting of the pipeline at this place of the table.
    pub fn raise(&mut self, pipeline: usize, (sighting, metric): (usize, usize), finding: &Finding) {
        let (Some(declared), Some(seen)) = (self.table.pipelines.get(pipeline), self.of.get_mut(pipeline)) else {
            return;
        };
        let name = seen.sightings.get(sighting).and_then(|sighting| sighting.metrics.get(metric));
        let (Some(name), Some(file)) = (name, seen.files.get_mut(sighting)) else { return };
        let never = seen.never.get_or_insert_with(|| never_seen(declared, &seen.sightings));
        let help = match nearest(name, never.iter().copied()) {
            Some(near) => format!("did you mean `{near}`? If not, {}", finding.help),
            None => finding.help.clone(),
        };
        let root = Path::Root("$");
        let fault = Fault::new(finding.lint, &finding.message).path(root.key("metrics").key(name)).help(help);
        file.warnings.push(match file.spans.get(metric) {
            Some(span) => fault.at(span.clone()),
            None => fault,
        });
    }

    /// The files that something was raised about.
    #[must_use]
    pub fn into_reviewed(self) -> Vec<Reviewed> {
        let files = self.of.into_iter().flat_map(|seen| seen.files);
        let raised = files.filter(|file| !file.warnings.is_empty());
        raised.map(|file| Reviewed::new(file.origin, file.text, file.warnings)).collect()
    }
}

/// The metrics of a pipeline that no snapshot has under their name.
fn never_seen<'t>(pipeline: &'t Pipeline, sightings: &[ObservedMetrics]) -> Vec<&'t str> {
    let seen: HashSet<&str> = sightings.iter().flat_map(|sighting| &sighting.metrics).map(String::as_str).collect();
    let names = pipeline.metrics.iter().map(|metric| metric.name.as_str());
    names.filter(|name| !seen.contains(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::{super::gates, *};

    #[test]
    fn snapshots_of_a_stage_that_have_the_same_metrics_are_one_sighting() {
        let table = "version: 1
pipelines:
  p:
    metrics: { a: { unit: number }, b: { unit: number } }
    stages: { s: {}, t: {} }
    gate: [{ metric: a, max: 1 }]
";
        let table = gates::read("table", table.to_owned()).unwrap();
        let mut seen = Sightings::new(&table);
        for (stage, metrics) in [
            ("s", r#""a": 1"#),
            ("s", r#""a": 1, "b": 1"#),
            ("t", r#""a": 1"#),
            ("s", r#""a": 2"#),
            ("t", r#""a": 1"#),
            ("t", r#""b": [1, 2]"#),
            ("s", r#""a": null"#),
        ] {
            seen.add("snapshot", format!(r#"{{ "stage": "{stage}", "metrics": {{ {metrics} }} }}"#)).unwrap();
        }
        let told: Vec<_> =
            seen.of(0).iter().map(|seen| (seen.stage.0, seen.metrics.concat(), seen.snapshots)).collect();
        let expected = [(0, "a", 3), (0, "ab", 1), (1, "a", 2), (1, "b", 1)];
        assert_eq!(told, expected.map(|(stage, metrics, snapshots)| (stage, metrics.to_owned(), snapshots)));
    }
}
