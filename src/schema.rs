//! JSON Schema of the documents that go in and come out, each made from the types that read or write it.
//!
//! Draft 7: what the language servers of editors take.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::Value;

/// The schema of `T`, as a document of its own.
pub(crate) fn draft_7<T: JsonSchema>(title: &str) -> Value {
    let mut schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<T>();
    schema.insert("title".to_owned(), title.into());
    schema.into()
}
