//! The table that the binary carries, so that it works anywhere. Its YAML was parsed when the binary was built; what
//! it means is read here as of any other table, and no more of it than is asked for.

use std::{iter, ops::Range};

use super::{read, read_pipeline};
use crate::{
    eval::table::Table,
    input::{
        document::Path,
        form::is_free,
        yaml::{Flat, Key, Kind, Node, Value, find_disguises},
    },
    refusal::{Faults, Refusal},
};

/// The text of the table.
pub const SHIPPED: &str = include_str!("../../../gates.yaml");

/// Its tree: the texts in it, and its values in one row.
const TREE: (&str, &[Flat]) = include!(concat!(env!("OUT_DIR"), "/shipped.rs"));

/// Reads the shipped table for a snapshot that names this pipeline and this stage: of the table only the one
/// pipeline that they can mean, or all of it where that cannot be told. `origin` is the table as reports name it.
///
/// # Errors
/// Everything that is wrong with it, which tests hold to be nothing.
pub fn read_shipped(origin: &str, pipeline: Option<&str>, stage: Option<&str>) -> Result<Table, Refusal> {
    match read_alone(pipeline, stage) {
        Some(table) => Ok(table),
        None => read(origin, SHIPPED.to_owned()),
    }
}

/// Only the one pipeline that is meant, if it is sound.
fn read_alone(pipeline: Option<&str>, stage: Option<&str>) -> Option<Table> {
    let (texts, row) = TREE;
    let whole = Part { texts, row };
    let mut meant = whole.get("pipelines")?.entries().filter(|(name, value)| {
        let has = |stage| value.get("stages").is_some_and(|stages| stages.get(stage).is_some());
        pipeline.is_none_or(|pipeline| pipeline == *name) && stage.is_none_or(has)
    });
    let (Some((name, mut value)), None) = (meant.next(), meant.next()) else { return None };
    let node = value.node()?;
    let (root, mut faults) = (Path::Root(""), Faults::default());
    let pipelines = root.key("pipelines");
    let path = pipelines.key(name);
    find_disguises(SHIPPED, &node, &path, &mut faults);
    let pipeline = read_pipeline(name, &node, &path, &mut faults)?;
    faults.is_empty().then(|| Table { pipelines: vec![pipeline] })
}

/// The whole tree.
pub(super) fn tree() -> Option<Node> {
    let (texts, row) = TREE;
    Part { texts, row }.node()
}

/// Values of the tree that stand in a row.
#[derive(Clone, Copy)]
struct Part {
    texts: &'static str,
    row: &'static [Flat],
}

impl Part {
    /// Takes the first out of the row, with what is in it.
    fn next(&mut self) -> Option<(&'static Flat, Self)> {
        let (first, rest) = self.row.split_first()?;
        let size = match first.kind {
            Kind::List(size) | Kind::Map(size) => size as usize,
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) => 0,
        };
        let (inside, after) = rest.split_at_checked(size)?;
        self.row = after;
        Some((first, Self { row: inside, ..*self }))
    }

    /// The entries of the map that is first, but for those that are the user's own.
    fn entries(mut self) -> impl Iterator<Item = (&'static str, Self)> {
        let mut inside = self.next().map(|(_, inside)| inside);
        iter::from_fn(move || {
            let inside = inside.as_mut()?;
            let (key, _) = inside.next()?;
            let value = *inside;
            inside.next()?;
            Some((value.text(key)?, value))
        })
        .filter(|(key, _)| !is_free(key))
    }

    /// The value of a key of the map that is first.
    fn get(self, key: &str) -> Option<Self> {
        self.entries().find(|(known, _)| *known == key).map(|(_, value)| value)
    }

    fn text(self, flat: &Flat) -> Option<&'static str> {
        let Kind::Text(range) = &flat.kind else { return None };
        self.texts.get(long(range))
    }

    /// Takes the first out of the row as a node.
    fn node(&mut self) -> Option<Node> {
        let (first, mut inside) = self.next()?;
        let value = match first.kind {
            Kind::Null => Value::Null,
            Kind::Bool(value) => Value::Bool(value),
            Kind::Number(value) => Value::Number(value),
            Kind::Text(_) => Value::Text(self.text(first)?.into()),
            Kind::List(_) => Value::List(iter::from_fn(|| inside.node()).collect()),
            Kind::Map(_) => Value::Map(iter::from_fn(|| Some((inside.key()?, inside.node()?))).collect()),
        };
        let defined = first.defined.as_ref().map(long);
        Some(Node { value, line: first.line as usize, span: long(&first.span), defined })
    }

    /// The same of a key.
    fn key(&mut self) -> Option<Key> {
        let (key, _) = self.next()?;
        Some(Key { text: self.text(key)?.into(), span: long(&key.span) })
    }
}

fn long(range: &Range<u32>) -> Range<usize> {
    range.start as usize..range.end as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::yaml;

    #[test]
    fn the_tree_is_that_of_the_text() {
        let mut faults = Faults::default();
        let parsed = yaml::open(SHIPPED, "table", &mut faults).unwrap();
        assert!(faults.is_empty());
        assert_eq!(format!("{:?}", tree().unwrap()), format!("{parsed:?}"));
    }

    #[test]
    fn a_pipeline_read_alone_is_the_one_in_the_table() {
        // A text that differs is parsed.
        let table = read("t", format!("{SHIPPED}\n")).unwrap();
        let shown = |table: &Table| format!("{:?}", table.pipelines);
        for pipeline in &table.pipelines {
            let whole = format!("[{pipeline:?}]");
            assert_eq!(shown(&read_alone(Some(&pipeline.name), None).unwrap()), whole);
            for stage in &pipeline.stages {
                assert_eq!(shown(&read_alone(Some(&pipeline.name), Some(&stage.name)).unwrap()), whole);
                let having = table.pipelines.iter().filter(|pipeline| pipeline.stage(&stage.name).is_some()).count();
                let by_stage = read_alone(None, Some(&stage.name));
                assert_eq!(by_stage.map(|table| shown(&table)), (having == 1).then(|| whole.clone()), "{}", stage.name);
            }
            assert!(read_alone(Some(&pipeline.name), Some("no such stage")).is_none());
        }
        for (pipeline, stage) in [(None, None), (Some("no such pipeline"), None), (None, Some("no such stage"))] {
            assert!(read_alone(pipeline, stage).is_none());
            assert_eq!(shown(&read_shipped("t", pipeline, stage).unwrap()), shown(&table));
        }
    }
}
