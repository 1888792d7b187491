//! The build script: parses the YAML of the shipped table, so that no run of the binary has to.
//!
//! What the values mean is not looked at here: runs read that, as of any table.

// One half of what these files hold is for the crate alone.
#![allow(dead_code)]

#[path = "../yaml/flat.rs"]
mod flat;
#[path = "../yaml/tree.rs"]
mod tree;

use std::{env, error::Error, fs, ops::Range, path::Path};

use self::{
    flat::{Flat, Kind},
    tree::{Key, Node, Value, parse},
};

const TABLE: &str = "gates.yaml";

fn main() -> Result<(), Box<dyn Error>> {
    for read in [TABLE, "src/input/gates/build.rs", "src/input/yaml/flat.rs", "src/input/yaml/tree.rs"] {
        println!("cargo::rerun-if-changed={read}");
    }
    let text = fs::read_to_string(TABLE)?;
    let root = parse(&text).map_err(|stop| {
        let line = text.bytes().take(stop.span.start).filter(|byte| *byte == b'\n').count() + 1;
        format!("{TABLE}:{line}: {}", stop.message)
    })?;
    let mut tree = Tree::default();
    tree.add(&root)?;
    // Debug writes a row as Rust does, but for the path of each kind.
    let row = format!("{:?}", tree.row).replace("kind: ", "kind: Kind::");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("shipped.rs"), format!("({:?}, &{row})", tree.texts))?;
    Ok(())
}

#[derive(Default)]
struct Tree {
    texts: String,
    row: Vec<Flat>,
}

impl Tree {
    fn add(&mut self, node: &Node) -> Result<(), Box<dyn Error>> {
        let at = self.row.len();
        let kind = match &node.value {
            Value::Null | Value::List(_) | Value::Map(_) => Kind::Null,
            Value::Bool(value) => Kind::Bool(*value),
            Value::Number(value) => Kind::Number(*value),
            Value::Text(text) => self.text(text)?,
        };
        let defined = node.defined.as_ref().map(short).transpose()?;
        self.row.push(Flat { kind, line: node.line.try_into()?, span: short(&node.span)?, defined });
        match &node.value {
            Value::List(items) => {
                items.iter().try_for_each(|item| self.add(item))?;
                self.close(at, Kind::List)
            }
            Value::Map(entries) => {
                for (Key { text, span }, value) in entries {
                    let kind = self.text(text)?;
                    self.row.push(Flat { kind, line: 0, span: short(span)?, defined: None });
                    self.add(value)?;
                }
                self.close(at, Kind::Map)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => Ok(()),
        }
    }

    /// Makes what begins at `at` hold all that follows it.
    fn close(&mut self, at: usize, kind: impl FnOnce(u32) -> Kind) -> Result<(), Box<dyn Error>> {
        let inside = self.row.len().saturating_sub(at + 1).try_into()?;
        if let Some(opened) = self.row.get_mut(at) {
            opened.kind = kind(inside);
        }
        Ok(())
    }

    /// Each text is kept once.
    fn text(&mut self, text: &str) -> Result<Kind, Box<dyn Error>> {
        let start = self.texts.find(text).unwrap_or_else(|| {
            self.texts.push_str(text);
            self.texts.len() - text.len()
        });
        Ok(Kind::Text(short(&(start..start + text.len()))?))
    }
}

fn short(span: &Range<usize>) -> Result<Range<u32>, Box<dyn Error>> {
    Ok(span.start.try_into()?..span.end.try_into()?)
}
