//! Which module uses which, from the paths in their code.
//!
//! An arrow leads to the file that a path ends in: through a `pub use`, to where the item is defined. To declare a
//! module or to hand on its items is no use of it; so a parent that only does that may be used by its children. The
//! library and the binary are looked at as one crate.

use std::collections::{BTreeMap, BTreeSet};

use super::source::Source;

/// The modules that each module uses, by their paths: `report::html`.
pub(crate) type Graph = BTreeMap<String, BTreeSet<String>>;

/// The path of an item or a module, from the root of the crate.
type Segments = Vec<String>;

pub(crate) fn graph(sources: &[Source]) -> Graph {
    let modules: BTreeSet<&[String]> = sources.iter().map(|source| source.module.as_slice()).collect();
    let handed_on: BTreeMap<Segments, Segments> =
        sources.iter().flat_map(|source| paths(source, &modules).handed_on).collect();
    let uses = |source: &Source| {
        let used = paths(source, &modules).used.into_iter();
        let used = used.filter_map(|path| defining(&path, &handed_on, &modules)).filter(|used| *used != source.module);
        (source.module.join("::"), used.map(|used| used.join("::")).collect())
    };
    sources.iter().map(uses).collect()
}

/// The module that the item at `path` is defined in.
fn defining(
    path: &[String],
    handed_on: &BTreeMap<Segments, Segments>,
    modules: &BTreeSet<&[String]>,
) -> Option<Segments> {
    let shorter = (1..=path.len()).rev().map(|length| &path[..length]);
    for prefix in shorter {
        if let Some(origin) = handed_on.get(prefix).filter(|origin| *origin != prefix) {
            let whole = [origin.as_slice(), &path[prefix.len()..]].concat();
            return defining(&whole, handed_on, modules);
        }
        if modules.contains(prefix) {
            return Some(prefix.to_vec());
        }
    }
    None
}

struct Paths {
    used: Vec<Segments>,
    /// What `pub use` makes of this module, and where it comes from.
    handed_on: Vec<(Segments, Segments)>,
}

/// Every path in the code of a module that leads into the crate.
fn paths(source: &Source, modules: &BTreeSet<&[String]>) -> Paths {
    let mut paths = Paths { used: Vec::new(), handed_on: Vec::new() };
    let mut rest = String::new();
    for statement in source.code.split_inclusive(';') {
        let Some((before, tree)) = use_tree(statement) else {
            rest.push_str(statement);
            continue;
        };
        rest.push_str(before);
        let is_public = before.trim_end().ends_with("pub") || before.trim_end().ends_with(')');
        for (path, name) in leaves(tree, &[]) {
            let Some(path) = absolute(&path, source, modules) else { continue };
            if is_public {
                paths.handed_on.push(([source.module.as_slice(), &[name]].concat(), path));
            } else {
                paths.used.push(path);
            }
        }
    }
    paths.used.extend(inline(&rest).iter().filter_map(|path| absolute(path, source, modules)));
    paths
}

/// What stands before a `use`, and its tree.
fn use_tree(statement: &str) -> Option<(&str, &str)> {
    let at = statement.match_indices("use ").map(|(at, _)| at).find(|at| {
        let line = statement[..*at].rsplit('\n').next().unwrap_or_default().trim();
        line.is_empty() || line == "pub" || line.starts_with("pub(") && line.ends_with(')')
    })?;
    Some((&statement[..at], statement[at + "use ".len()..].trim_end_matches(';')))
}

/// The paths of a `use`, each with the name that it gets.
fn leaves(tree: &str, prefix: &[String]) -> Vec<(Segments, String)> {
    let tree = tree.trim();
    if let Some((path, group)) = tree.split_once('{') {
        let prefix = [prefix, &segments(path)].concat();
        let group = group.trim_end().strip_suffix('}').unwrap_or(group);
        return items(group).into_iter().flat_map(|item| leaves(item, &prefix)).collect();
    }
    let (path, renamed) = tree.split_once(" as ").map_or((tree, None), |(path, name)| (path, Some(name)));
    let mut path = [prefix, &segments(path)].concat();
    if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
        path.pop();
    }
    let name = renamed.map(str::to_owned).or_else(|| path.last().cloned()).unwrap_or_default();
    vec![(path, name)]
}

/// The items of a group, which may be groups themselves.
fn items(group: &str) -> Vec<&str> {
    let mut depth = 0;
    let items = group.split(|c: char| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    });
    items.filter(|item| !item.trim().is_empty()).collect()
}

fn segments(path: &str) -> Segments {
    path.split("::").map(|segment| segment.trim().to_owned()).filter(|segment| !segment.is_empty()).collect()
}

/// The paths that stand in code outside of `use`.
fn inline(code: &str) -> Vec<Segments> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    code.split(|c: char| !is_part(c)).filter(|path| path.contains("::")).map(segments).collect()
}

/// A path from the root of the crate, of one that a module names; `None` for a path out of the crate, and for one that
/// begins with the name of an item.
fn absolute(path: &[String], source: &Source, modules: &BTreeSet<&[String]>) -> Option<Segments> {
    let above = path.iter().take_while(|segment| *segment == "super").count();
    let own = source.module.as_slice();
    match (path.first()?.as_str(), above) {
        ("crate" | "rollout_gate", _) => Some(path[1..].to_vec()),
        ("self", _) => Some([own, &path[1..]].concat()),
        (_, 1..) => Some([own.get(..own.len().checked_sub(above)?)?, &path[above..]].concat()),
        (first, 0) => {
            // A child, or a module of a root.
            let is_root = matches!(own, [root] if root == "lib" || root == "main");
            let child = [if is_root { &[] } else { own }, &[first.to_owned()]].concat();
            modules.contains(child.as_slice()).then(|| [&child, &path[1..]].concat())
        }
    }
}

/// Groups of modules that lead back to themselves, each sorted.
pub(crate) fn circles(graph: &Graph) -> Vec<Vec<String>> {
    let reach: BTreeMap<&str, BTreeSet<&str>> =
        graph.keys().map(|from| (from.as_str(), reached(graph, from))).collect();
    let mutual = |from: &&str| -> Vec<String> {
        let both = reach[from].iter().filter(|to| reach.get(*to).is_some_and(|back| back.contains(from)));
        both.map(|to| (*to).to_owned()).collect()
    };
    let circles: BTreeSet<Vec<String>> = reach.keys().map(mutual).filter(|circle| !circle.is_empty()).collect();
    circles.into_iter().collect()
}

/// Every module that one leads to, itself only if it is in a circle.
pub(crate) fn reached<'g>(graph: &'g Graph, from: &str) -> BTreeSet<&'g str> {
    let mut seen = BTreeSet::new();
    let used = |module: &str| graph.get(module).into_iter().flatten().map(String::as_str);
    let mut next: Vec<&str> = used(from).collect();
    while let Some(module) = next.pop() {
        if seen.insert(module) {
            next.extend(used(module));
        }
    }
    seen
}
