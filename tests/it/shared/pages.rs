//! Pages, made through the library.

use std::{borrow::Cow, fs};

use rollout_gate::{
    eval::table::Table,
    input::{
        gates,
        snapshot::{self, Request},
    },
    outcome::{Outcome, Reading},
    report::{format::FORMATS, table_name::TableName},
};

/// A snapshot: its name, and its text.
pub(crate) struct Source<'a> {
    name: &'a str,
    text: Cow<'a, str>,
}

impl<'a> Source<'a> {
    pub(crate) fn file(path: &'a str) -> Self {
        Self { name: path, text: fs::read_to_string(path).unwrap().into() }
    }

    #[allow(dead_code, reason = "not every test makes its own")]
    pub(crate) fn text(name: &'a str, text: &'a str) -> Self {
        Self { name, text: text.into() }
    }
}

/// The page of these snapshots, judged by the table in this file.
pub(crate) fn page(table: &str, sources: &[Source<'_>]) -> String {
    page_of(&fs::read_to_string(table).unwrap(), table, sources)
}

/// The same, of the text of a table and its name.
pub(crate) fn page_of(text: &str, name: &str, sources: &[Source<'_>]) -> String {
    let table = gates::read(name, text.to_owned()).unwrap();
    let name = TableName { name: name.to_owned(), is_file: true, sha256: None };
    let page = FORMATS.iter().find(|format| format.flag == "report-html").unwrap().start();
    sources.iter().enumerate().for_each(|(number, source)| page.add(number, &judge(source, &table), &name));
    page.build().unwrap()
}

fn judge<'t>(source: &Source<'_>, table: &'t Table) -> Outcome<'t> {
    let reading = snapshot::read(source.name, source.text.clone().into_owned(), table, &Request::default());
    Outcome { name: Some(source.name.to_owned()), result: reading.and_then(Reading::judge) }
}
