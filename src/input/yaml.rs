//! YAML documents, opened: `reader` reads them to the `tree` that everything else looks at, and `ambiguous` finds what
//! would let a value in them be read as other than it looks.

mod ambiguous;
mod plain;
mod reader;
mod through_serde;
mod tree;

use self::ambiguous::find_ambiguous;
pub(super) use self::{
    ambiguous::MERGE,
    plain::{meant_number, meant_switch},
    tree::{Key, Node, Yaml},
};
use super::document::Path;
use crate::refusal::{Code, Fault, Faults};

/// Reads one document. What stops the reading is a fault, and so is everything in it that would let a value be read
/// as other than it looks. `what` is "table".
pub(super) fn open<'t>(text: &'t str, what: &str, faults: &mut Faults) -> Option<Node<'t>> {
    if let Some(at) = lone_carriage_return(text) {
        let fault = Fault::new(Code::NotYaml, "a carriage return without a newline, which ends a line for YAML alone");
        faults.push(fault.at(at..at).help("end lines with a newline; in quotes write `\\r`"));
        return None;
    }
    match reader::parse(text, what) {
        Ok(root) => {
            find_ambiguous(&root, &Path::Root(""), faults);
            Some(root)
        }
        Err(fault) => {
            faults.push(fault);
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
