//! Where the parts of a table stand in its file. The tree that was read is kept, and looked up; nothing is read
//! twice.

use std::ops::Range;

use super::super::{
    document::Path,
    yaml::{Key, Node, Yaml},
};
use crate::{
    eval::{
        persistence::Persistence,
        table::{Kind, Pipeline, Rule, StageId},
    },
    inspection::ReviewedFile,
    lint::{
        code::Lint,
        finding::{Finding, Owner, Part, RuleId},
    },
    refusal::Fault,
};

/// The text of a table, and where everything in it stands.
#[derive(Debug)]
pub struct Places<'t> {
    pub(super) origin: String,
    pub(super) text: &'t str,
    pub(super) root: Node<'t>,
}

impl Places<'_> {
    /// A finding about `pipeline`, at its place.
    #[must_use]
    pub fn locate(&self, pipeline: &Pipeline, finding: &Finding) -> Fault<Lint> {
        let found = self.find(pipeline, finding.part);
        let fault = Fault::new(finding.lint, &finding.message).help(&finding.help);
        let fault = fault.at(found.span()).path(written(&Path::Root(""), &found.way));
        match (finding.beside, &found.node.defined) {
            (Some((part, what)), _) => fault.related(self.find(pipeline, part).definition(), what),
            (None, Some(defined)) => fault.related(defined.clone(), "written here"),
            (None, None) => fault,
        }
    }

    /// The file with these warnings.
    #[must_use]
    pub fn into_reviewed(self, warnings: Vec<Fault<Lint>>) -> ReviewedFile {
        ReviewedFile::new(self.origin, self.text.to_owned(), warnings)
    }

    /// What a part was read from; of a key that is left out, the map that it would be in.
    fn find<'a>(&'a self, pipeline: &'a Pipeline, part: Part) -> Found<'a> {
        let mut found = Found { node: &self.root, key: None, way: Vec::new() };
        for step in way_to(pipeline, part) {
            let Some((node, key)) = step.into_part(found.node) else {
                return found;
            };
            found.way.push(step);
            found = Found { node, key, ..found };
        }
        // A thing is shown by its name, for it may fill a page. What says how much is shown by its value.
        let is_whole = matches!(part, Part::Whole(_));
        Found { key: found.key.filter(|_| is_whole), ..found }
    }
}

/// A value of the table.
struct Found<'a> {
    node: &'a Node<'a>,
    /// Its key, where that is what shows it.
    key: Option<&'a Key<'a>>,
    way: Vec<Step<'a>>,
}

impl Found<'_> {
    fn span(&self) -> Range<usize> {
        self.key.map_or(&self.node.span, |key| &key.span).clone()
    }

    /// Where it is written, if that is elsewhere.
    fn definition(&self) -> Range<usize> {
        self.node.defined.clone().unwrap_or_else(|| self.span())
    }
}

/// One step from a value to a part of it.
#[derive(Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Item(usize),
}

impl Step<'_> {
    fn into_part<'n>(self, node: &'n Node<'n>) -> Option<(&'n Node<'n>, Option<&'n Key<'n>>)> {
        match (self, &node.content) {
            (Self::Key(name), Yaml::Map(entries)) => {
                entries.iter().find(|(key, _)| key.text == name).map(|(key, node)| (node, Some(key)))
            }
            (Self::Item(index), Yaml::List(items)) => items.get(index).map(|node| (node, None)),
            _ => None,
        }
    }
}

/// A way as a path: `pipelines.tsfm.gate[0].max`.
fn written(parent: &Path<'_>, way: &[Step<'_>]) -> String {
    match way {
        [] => parent.to_string(),
        [Step::Key(key), rest @ ..] => written(&parent.key(key), rest),
        [Step::Item(index), rest @ ..] => written(&parent.index(*index), rest),
    }
}

/// The way from the root of a table to a part of one of its pipelines.
fn way_to(pipeline: &Pipeline, part: Part) -> Vec<Step<'_>> {
    let mut way = vec![Step::Key("pipelines"), Step::Key(&pipeline.name)];
    way.extend(way_to_owner(pipeline, part.owner()));
    match part {
        Part::Whole(_) | Part::Observed(..) => {}
        Part::Key(_, key) => way.push(Step::Key(key)),
        Part::Observe(_) => way.push(Step::Key("observe")),
        Part::Persistence(id) => way.extend(rule(pipeline, id).map(|rule| Step::Key(key_of(rule.persistence)))),
        Part::Condition(_, index) => {
            way.extend(way_to_condition(index));
            way.push(Step::Key("metric"));
        }
        Part::Limit(id, index, stage) => {
            way.extend(way_to_condition(index));
            let condition = rule(pipeline, id).and_then(|rule| rule.conditions().nth(index));
            way.extend(condition.map(|condition| Step::Key(condition.comparator.name())));
            way.extend(stage.and_then(|id| stage_name(pipeline, id)));
        }
        Part::Allow(_, index) => way.extend([Step::Key("allow"), Step::Item(index)]),
    }
    way
}

fn way_to_owner(pipeline: &Pipeline, owner: Owner) -> Vec<Step<'_>> {
    match owner {
        Owner::Pipeline => Vec::new(),
        Owner::Stage(id) => std::iter::once(Step::Key("stages")).chain(stage_name(pipeline, id)).collect(),
        Owner::Metric(id) => {
            let name = pipeline.metric(id).map(|metric| Step::Key(&metric.name));
            std::iter::once(Step::Key("metrics")).chain(name).collect()
        }
        Owner::Rule(id) => {
            let kind = rule(pipeline, id).map_or(Kind::Gate, |rule| rule.kind);
            // Gate rules come first.
            let before = pipeline.rules.iter().take_while(|rule| rule.kind != kind).count();
            vec![Step::Key(kind.name()), Step::Item(id.0.saturating_sub(before))]
        }
    }
}

fn way_to_condition(index: usize) -> Vec<Step<'static>> {
    index.checked_sub(1).map_or(Vec::new(), |index| vec![Step::Key("and"), Step::Item(index)])
}

fn key_of(persistence: Persistence) -> &'static str {
    match persistence {
        Persistence::For(_) => "for",
        _ => "windows",
    }
}

fn stage_name(pipeline: &Pipeline, id: StageId) -> Option<Step<'_>> {
    pipeline.stages.get(id.0).map(|stage| Step::Key(&stage.name))
}

fn rule(pipeline: &Pipeline, id: RuleId) -> Option<&Rule> {
    pipeline.rules.get(id.0)
}
