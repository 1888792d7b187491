//! What `lint` found: for people the same blocks as those of errors, for machines one document.

use serde::Serialize;

use super::{
    escape::shown,
    fault,
    json::{Layout, written},
};
use crate::{
    inspection::{Inspection, Reviewed},
    refusal::{Fault, Refusal},
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
    let document = Document {
        schema_version: 1,
        table: &inspection.table,
        findings: errors.chain(inspection.reviewed.iter().flat_map(warnings)).collect(),
        errors: inspection.errors(),
        warnings: inspection.warnings(),
        unreadable: inspection.unreadable,
    };
    written(&document, Layout::Pretty)
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u8,
    table: &'a str,
    findings: Vec<FindingDocument<'a>>,
    errors: usize,
    warnings: usize,
    unreadable: usize,
}

#[derive(Serialize)]
struct FindingDocument<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    help: Option<&'a str>,
    path: Option<&'a str>,
    file: &'a str,
    line: Option<usize>,
    column: Option<usize>,
}

impl<'a> FindingDocument<'a> {
    fn new<C>(
        code: &'static str,
        severity: &'static str,
        file: &'a str,
        text: Option<&str>,
        fault: &'a Fault<C>,
    ) -> Self {
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

fn errors(refusal: &Refusal) -> impl Iterator<Item = FindingDocument<'_>> {
    let (file, text) = (&refusal.origin, refusal.text.as_deref());
    refusal.faults.iter().map(move |fault| FindingDocument::new(fault.code.name(), "error", file, text, fault))
}

fn warnings(file: &Reviewed) -> impl Iterator<Item = FindingDocument<'_>> {
    let text = Some(file.text.as_str());
    file.warnings.iter().map(move |fault| FindingDocument::new(fault.code.name(), "warning", &file.origin, text, fault))
}
