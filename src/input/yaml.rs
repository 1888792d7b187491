//! YAML documents, opened: [`tree`] reads them, and what would let a value in them be read as other than it looks is
//! found here.

mod flat;
mod tree;

use std::collections::BTreeMap;

use self::tree::Stop;
pub(super) use self::{
    flat::{Flat, Kind},
    tree::{Key, Node, Value},
};
use super::document::Path;
use crate::refusal::{Code, Fault, Faults};

/// Reads one document. What stops the reading is a fault, and so is everything in it that would let a value be read
/// as other than it looks. `what` is "table".
pub(super) fn open(text: &str, what: &str, faults: &mut Faults) -> Option<Node> {
    if let Some(at) = lone_carriage_return(text) {
        let fault = Fault::new(Code::NotYaml, "a carriage return without a newline, which ends a line for YAML alone");
        faults.push(fault.at(at..at).help("end lines with a newline; in quotes write `\\r`"));
        return None;
    }
    match tree::parse(text) {
        Ok(root) => {
            find_disguises(text, &root, &Path::Root(""), faults);
            Some(root)
        }
        Err(stop) => {
            faults.push(fault(&stop, what));
            None
        }
    }
}

/// The first carriage return without a newline. What follows it looks like the rest of its line, of a comment even, and
/// is a line of its own.
fn lone_carriage_return(text: &str) -> Option<usize> {
    let mut returns = text.match_indices('\r').map(|(at, _)| at);
    returns.find(|at| text.get(at + 1..).is_some_and(|rest| !rest.starts_with('\n')))
}

/// What stopped the reading, in our words. `what` is "table".
fn fault(stop: &Stop, what: &str) -> Fault {
    // Errors come wrapped in errors of other kinds; only the text is common to them.
    for (begins, code, says, help) in IN_OUR_WORDS {
        if stop.message.starts_with(begins) {
            return Fault::new(code, says).at(stop.span.clone()).help(help.replace("WHAT", what));
        }
    }
    let fault = Fault::new(Code::NotYaml, format!("not a YAML document that can be used: {}", stop.message));
    fault.at(stop.span.clone()).help("mend the text here, or just before")
}

/// Messages of the crate that speak to its programmers: how each begins, what it means here, the way out, in
/// which WHAT is the kind of document.
const IN_OUR_WORDS: [(&str, Code, &str, &str); 6] = [
    ("budget breached", Code::TooLarge, TOO_LARGE, SMALL_ENOUGH),
    ("recursion limit", Code::TooLarge, TOO_LARGE, SMALL_ENOUGH),
    (
        "multiple YAML documents",
        Code::NotYaml,
        "a second YAML document begins here",
        "a WHAT is one document: take the `---` out",
    ),
    (
        "cannot deserialize null into string",
        Code::NotYaml,
        "a key without a name",
        "write the key, in quotes if it is a word like null",
    ),
    ("expected string scalar", Code::NotYaml, "a key that is no text", "write a plain name"),
    ("recursive references", Code::NotYaml, "this alias is inside what it repeats", "write the value out"),
];
const TOO_LARGE: &str = "this document is too large, too deep, or its aliases repeat too much";
const SMALL_ENOUGH: &str = "a WHAT that people can read is far below these bounds";

/// The key that merges one map into another in YAML 1.1.
pub(super) const MERGE: &str = "<<";

/// Reports what would let a value be read as other than it looks: keys that a map has twice, merge keys, and
/// tags, which turn texts into numbers and numbers into nothing.
pub(super) fn find_disguises(text: &str, node: &Node, path: &Path<'_>, faults: &mut Faults) {
    // Most texts have no tag, and are not searched for one at every value.
    let text = if text.contains('!') { text } else { "" };
    find_disguises_in(node, text, path, faults);
}

fn find_disguises_in(node: &Node, text: &str, path: &Path<'_>, faults: &mut Faults) {
    if let Some(tag) = tag_before(text, node.span.start) {
        let fault = Fault::new(Code::Tag, format!("a tag (`{tag}`) is not read")).at(node.span.clone()).path(path);
        faults.push(fault.help("write the value as it is meant"));
    }
    match &node.value {
        Value::Map(entries) => {
            // Of few keys, quicker than hashes.
            let mut first: BTreeMap<&str, &Key> = BTreeMap::new();
            for (key, value) in entries {
                let path = path.key(&key.text);
                if key.text == MERGE {
                    let fault = Fault::new(Code::MergeKey, "a merge key is not read").at(key.span.clone()).path(path);
                    faults.push(fault.help("write the keys out, or repeat a value with an alias"));
                } else if let Some(first) = first.get(&*key.text) {
                    faults.push_with(|| {
                        let fault = Fault::new(Code::DuplicateKey, format!("duplicate key `{}`", key.text))
                            .at(key.span.clone());
                        fault.path(path).related(first.span.clone(), "first here").help("keep one of them")
                    });
                } else {
                    first.insert(&key.text, key);
                }
                find_disguises_in(value, text, &path, faults);
            }
        }
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                find_disguises_in(item, text, &path.index(index), faults);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => {}
    }
}

/// The tag that stands before a value, if there is one: the parser tells none.
fn tag_before(text: &str, start: usize) -> Option<&str> {
    let before = text.get(..start)?;
    let is_between = |word: &&str| word.starts_with(['&', '|', '>']);
    let mut words = before.rsplit(|c: char| c.is_ascii_whitespace()).filter(|word| !word.is_empty());
    let word = words.find(|word| !is_between(word))?;
    // In a list or a map on one line, what stands before it may touch it: `[!!str 5`, `5,!!str 6`.
    let word = word.rsplit(['[', '{', ',']).next().unwrap_or(word);
    let tag = Some(word).filter(|word| word.starts_with('!') && !word.ends_with([':', '"', '\'']))?;
    // A word of a comment is none; a comment ends with its line.
    let (line, after) = before.split_at_checked(before.rfind(tag)?)?;
    let is_comment = after.contains('\n') && line.rsplit('\n').next().is_some_and(|line| line.contains('#'));
    (!is_comment).then_some(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_found_and_nothing_else() {
        for (text, tag) in [
            ("a: !!null 5", Some("!!null")),
            ("a: !x &b 5", Some("!x")),
            ("a: &b !x 5", Some("!x")),
            ("{ r: \"a # b\", a: !x 5", Some("!x")),
            ("a: !x\n  5", Some("!x")),
            ("a: !x |\n  5", Some("!x")),
            ("# beware!\na:\n  # of !this\n  5", None),
            ("[!x 5", Some("!x")),
            ("{ a: [4,!x 5", Some("!x")),
            ("a: 5", None),
            ("[\"4,!x\", 5", None),
            ("[4, \"!x\", 5", None),
            ("a,!x: 5", None),
            ("- \"!x\"\n- 5", None),
            ("[ do it !now, 5 ]", None),
            ("[\"do it !now\",5]", None),
            ("{\"a !b\":5}", None),
            ("5", None),
        ] {
            assert_eq!(tag_before(text, text.rfind('5').unwrap_or_default()), tag, "{text}");
        }
    }
}
