//! The table that judged, as reports name it.

/// The name of a table.
#[derive(Clone, Debug, Default)]
pub struct TableName {
    /// As the user named it.
    pub name: String,
    /// Whether that is a file: the table in the binary is none.
    pub is_file: bool,
    /// The SHA-256 of its text, in hexadecimal; `None` where it could not be read, or nobody asked for it.
    pub sha256: Option<String>,
}
