//! What `lint` found: for people the same blocks as those of errors, for machines one document.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{
    escape::shown,
    fault,
    json::write::{JsonStyle, write},
};
use crate::{
    inspection::{Inspection, ReviewedFile},
    refusal::{Fault, Refusal},
    schema::draft_7,
};

/// Every finding, then one line that counts them.
#[must_use]
pub fn text(inspection: &Inspection, color: bool) -> String {
    let errors = inspection.refusal.iter().map(|refusal| fault::render(refusal, color));
    let warnings = inspection.reviewed.iter().map(|file| fault::render_warnings(file, color));
    let found: String = errors.chain(warnings).collect();
    format!("{found}{}: {}\n", shown(&inspection.table), summary(inspection))
}

/// `no findings`, or `2 errors, 1 warning`; and what could not be looked at.
fn summary(inspection: &Inspection) -> String {
    let counted = |count: usize, one: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        several => Some(format!("{several} {one}s")),
    };
    let counts = [counted(inspection.errors(), "error"), counted(inspection.warnings(), "warning")];
    let counts: Vec<String> = counts.into_iter().flatten().collect();
    let found = if counts.is_empty() { "no findings".to_owned() } else { counts.join(", ") };
    match counted(inspection.unreadable, "snapshot") {
        Some(snapshots) => format!("{found}; {snapshots} could not be read"),
        None => found,
    }
}

/// The same as one document, with a newline at its end.
#[must_use]
pub fn json(inspection: &Inspection) -> String {
    let errors = inspection.refusal.iter().flat_map(errors);
    let document = LintReport {
        schema_version: 1,
        table: &inspection.table,
        findings: errors.chain(inspection.reviewed.iter().flat_map(warnings)).collect(),
        errors: inspection.errors(),
        warnings: inspection.warnings(),
        unreadable: inspection.unreadable,
    };
    write(&document, JsonStyle::Indented)
}

/// The schema of the document.
#[must_use]
pub fn schema() -> Value {
    draft_7::<LintReport<'_>>("rollout-gate: what `lint --format json` writes")
}

/// What was found in a table. New keys may be added.
#[derive(Serialize, JsonSchema)]
struct LintReport<'a> {
    /// The version of this format.
    #[schemars(extend("const" = 1))]
    schema_version: u8,
    /// The table that was looked at.
    table: &'a str,
    /// Errors, or warnings: those of the table in the order of their places, then those of snapshots.
    findings: Vec<LintFinding<'a>>,
    /// How many errors there are; those beyond the first 100 are only counted.
    errors: usize,
    /// How many warnings there are.
    warnings: usize,
    /// How many snapshots could not be read.
    unreadable: usize,
}

/// One thing that was found.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Finding")]
struct LintFinding<'a> {
    /// What kind of thing it is; `rollout-gate explain` says more.
    code: &'static str,
    /// Whether the table cannot be used, or should be looked at.
    severity: Gravity,
    /// What is found.
    message: &'a str,
    /// The way out.
    help: Option<&'a str>,
    /// Where in the document it is.
    path: Option<&'a str>,
    /// The file, as it was named.
    file: &'a str,
    /// The line, from 1.
    line: Option<usize>,
    /// The column in characters, from 1.
    column: Option<usize>,
}

/// How grave a finding is.
#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Severity")]
enum Gravity {
    /// The table cannot be used.
    Error,
    /// A careful reviewer would raise it.
    Warning,
}

impl<'a> LintFinding<'a> {
    fn new<C>(code: &'static str, severity: Gravity, file: &'a str, text: Option<&str>, fault: &'a Fault<C>) -> Self {
        let place = text.and_then(|text| fault.place(text));
        Self {
            code,
            severity,
            message: &fault.message,
            help: fault.help.as_deref(),
            path: Some(fault.path.as_str()).filter(|path| !path.is_empty()),
            file,
            line: place.map(|place| place.line),
            column: place.map(|place| place.column),
        }
    }
}

fn errors(refusal: &Refusal) -> impl Iterator<Item = LintFinding<'_>> {
    let (file, text) = (&refusal.origin, refusal.text.as_deref());
    refusal.faults.iter().map(move |fault| LintFinding::new(fault.code.name(), Gravity::Error, file, text, fault))
}

fn warnings(file: &ReviewedFile) -> impl Iterator<Item = LintFinding<'_>> {
    let text = Some(file.text.as_str());
    file.warnings
        .iter()
        .map(move |fault| LintFinding::new(fault.code.name(), Gravity::Warning, &file.origin, text, fault))
}
