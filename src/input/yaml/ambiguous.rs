//! What would let a value of a YAML document be read as other than it looks: keys that a map has twice, merge keys, and
//! tags, which turn texts into numbers and numbers into nothing.

use std::{collections::BTreeMap, ops::Range};

use super::tree::{Key, Node, Yaml};
use crate::{
    input::document::Path,
    refusal::{Code, Fault, Faults},
};

/// The key that merges one map into another in YAML 1.1.
pub(crate) const MERGE: &str = "<<";

/// Reports everything in `node` that could be read in two ways.
pub(super) fn find_ambiguous(node: &Node<'_>, path: &Path<'_>, faults: &mut Faults) {
    find_tag(node.tag, &node.span, path, faults);
    match &node.content {
        Yaml::Map(entries) => find_ambiguous_keys(entries, path, faults),
        Yaml::List(items) => {
            for (index, item) in items.iter().enumerate() {
                find_ambiguous(item, &path.index(index), faults);
            }
        }
        Yaml::Null | Yaml::Bool(_) | Yaml::Number(_) | Yaml::Text(_) => {}
    }
}

fn find_ambiguous_keys(entries: &[(Key<'_>, Node<'_>)], path: &Path<'_>, faults: &mut Faults) {
    // Of few keys, quicker than hashes.
    let mut first: BTreeMap<&str, &Key<'_>> = BTreeMap::new();
    for (key, value) in entries {
        let path = path.key(&key.text);
        find_tag(key.tag, &key.span, &path, faults);
        if key.text == MERGE {
            let fault = Fault::new(Code::MergeKey, "a merge key is not read").at(key.span.clone()).path(path);
            faults.push(fault.help("write the keys out, or repeat a value with an alias"));
        } else if let Some(first) = first.get(&*key.text) {
            faults.push_with(|| {
                let fault = Fault::new(Code::DuplicateKey, format!("duplicate key `{}`", key.text));
                let fault = fault.at(key.span.clone()).path(path).related(first.span.clone(), "first here");
                fault.help("keep one of them")
            });
        } else {
            first.insert(&key.text, key);
        }
        find_ambiguous(value, &path, faults);
    }
}

fn find_tag(tag: Option<&str>, span: &Range<usize>, path: &Path<'_>, faults: &mut Faults) {
    if let Some(tag) = tag {
        let fault = Fault::new(Code::Tag, format!("a tag (`{tag}`) is not read")).at(span.clone()).path(path);
        faults.push(fault.help("write the value as it is meant"));
    }
}
