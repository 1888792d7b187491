//! The table that judged, as reports name it.

/// The name of a table.
#[derive(Clone, Debug)]
pub struct TableName {
    /// As the user named it.
    pub name: String,
    /// Whether that is a file: the table in the binary is none.
    pub is_file: bool,
}
