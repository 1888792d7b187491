//! What documents of every format have in common: paths to their parts.

use std::fmt;

/// The way to a part of a document: `$.metrics.error_rate[3]`. Borrows its parents, so that a path costs
/// nothing until a fault asks for its text.
#[derive(Clone, Copy)]
pub(super) enum Path<'a> {
    /// The whole document; written as this, `$` in JSON and nothing in YAML.
    Root(&'a str),
    /// The value of a key.
    Key(&'a Path<'a>, &'a str),
    /// An element of a list, from 0.
    Index(&'a Path<'a>, usize),
}

impl Path<'_> {
    /// The value of `key` in this.
    pub(super) fn key<'a>(&'a self, key: &'a str) -> Path<'a> {
        Path::Key(self, key)
    }

    /// The element `index` of this.
    pub(super) fn index(&self, index: usize) -> Path<'_> {
        Path::Index(self, index)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root(root) => f.write_str(root),
            Self::Index(parent, index) => write!(f, "{parent}[{index}]"),
            Self::Key(parent, key) => {
                let is_plain = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
                if key.is_empty() || !key.chars().all(is_plain) {
                    write!(f, "{parent}[{key:?}]")
                } else if matches!(parent, Path::Root("")) {
                    f.write_str(key)
                } else {
                    write!(f, "{parent}.{key}")
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_written_as_people_write_them() {
        let (json, yaml) = (Path::Root("$"), Path::Root(""));
        assert_eq!(json.to_string(), "$");
        assert_eq!(json.key("metrics").key("error_rate").index(3).to_string(), "$.metrics.error_rate[3]");
        assert_eq!(yaml.key("pipelines").key("stage-validation").to_string(), "pipelines.stage-validation");
        assert_eq!(json.key("a b").key("").to_string(), r#"$["a b"][""]"#);
        assert_eq!(yaml.key("a\n").to_string(), r#"["a\n"]"#);
    }
}
