//! The formats of the reports that a run writes beside its standard output: one list. A new one is one file beside
//! this, which implements `Section`, and one line in the list; its flag follows from that.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

#[cfg(feature = "html")]
use super::html::PageSection;
#[cfg(feature = "junit")]
use super::junit::JunitSuite;
use super::{
    github::Annotations, incident::IncidentNote, json::JsonText, markdown::MarkdownSection, section::Section,
    table_name::TableName,
};
use crate::outcome::Outcome;

/// Every format.
pub const FORMATS: &[Format] = &[
    Format::file::<JsonText>("report-json", "Also write what --format json prints to a file"),
    #[cfg(feature = "junit")]
    Format::file::<JunitSuite>("report-junit", "Also write JUnit XML: a test case a check"),
    Format::file::<MarkdownSection>(
        "report-markdown",
        "Also write Markdown for a pull request; to the file that GITHUB_STEP_SUMMARY names, it is appended",
    ),
    #[cfg(feature = "html")]
    Format::file::<PageSection>(
        "report-html",
        "Also write a page for people, with charts: one file that needs nothing beside it",
    ),
    Format::file::<IncidentNote>(
        "report-incident",
        "Also write a note of each rollback, for people to complete; without a rollback there is no such file",
    ),
    Format::printed::<Annotations>("github", "Also print GitHub's commands that annotate the table, at most ten"),
];

/// A format of reports.
#[derive(Debug)]
pub struct Format {
    /// The flag that asks for it, without its dashes.
    pub flag: &'static str,
    /// What the flag does, for `--help`.
    pub help: &'static str,
    /// Whether it goes to a file, which the flag names; else it is printed.
    pub is_file: bool,
    start: fn() -> Box<dyn ReportBuilder>,
}

/// A report that grows by a section for each outcome. Several threads may add to it at once.
pub trait ReportBuilder: Send + Sync {
    /// Adds the outcome of snapshot `number`, counted from 0: the report has its sections in this order, whatever the
    /// order in which they come.
    fn add(&self, number: usize, outcome: &Outcome<'_>, table: &TableName);

    /// The text of the report; `None` if there is nothing to write. Afterwards the report is empty.
    fn build(&self) -> Option<String>;
}

impl Format {
    const fn file<S: Section + 'static>(flag: &'static str, help: &'static str) -> Self {
        Self { flag, help, is_file: true, start: || Box::new(Sections::<S>(Mutex::default())) }
    }

    const fn printed<S: Section + 'static>(flag: &'static str, help: &'static str) -> Self {
        Self { is_file: false, ..Self::file::<S>(flag, help) }
    }

    /// A report that nothing is in yet.
    #[must_use]
    pub fn start(&self) -> Box<dyn ReportBuilder> {
        (self.start)()
    }
}

/// The sections so far, by the number of the snapshot.
struct Sections<S>(Mutex<BTreeMap<usize, S>>);

impl<S> Sections<S> {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<usize, S>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Section> ReportBuilder for Sections<S> {
    fn add(&self, number: usize, outcome: &Outcome<'_>, table: &TableName) {
        /// How many sections are added before what will not be shown is dropped again.
        const MANY: usize = 1000;
        let section = S::of(outcome, table);
        let mut sections = self.lock();
        sections.insert(number, section);
        if sections.len().is_multiple_of(MANY) {
            S::drop_hidden(sections.values_mut().collect());
        }
    }

    fn build(&self) -> Option<String> {
        let sections = std::mem::take(&mut *self.lock());
        Some(S::assemble(sections.into_values().collect())).filter(|text| !text.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refusal::Refusal;

    struct Name(String);

    impl Section for Name {
        fn of(outcome: &Outcome<'_>, _: &TableName) -> Self {
            Self(outcome.name.clone().unwrap_or_default())
        }

        fn assemble(sections: Vec<Self>) -> String {
            sections.into_iter().map(|Self(name)| name).collect()
        }
    }

    #[test]
    fn a_report_has_its_sections_in_the_order_of_the_snapshots() {
        let table = TableName::default();
        let refused = Refusal { origin: String::new(), text: None, faults: Vec::new(), more: 0 };
        let report = Format::file::<Name>("", "").start();
        assert_eq!(report.build(), None);
        for (number, name) in [(2, "c"), (0, "a"), (1, "b")] {
            report.add(number, &Outcome { name: Some(name.to_owned()), result: Err(refused.clone()) }, &table);
        }
        assert_eq!(report.build().as_deref(), Some("abc"));
    }
}
