//! The reader of tables, and everything that shows a table.

use rollout_gate::{
    eval::{
        limit::Limit,
        table::{Condition, Limits, Pipeline, Table, Width},
    },
    input::{gates, observed::ObservedSnapshots},
    inspection::Inspection,
    lint::{finding::Part, review::review},
    report::{
        explain, lint,
        show::{self, View, ViewFormat},
    },
};
use serde_json::Value;

use super::{
    printed::{assert_harmless, assert_shown, may_give_no_number, no_number},
    refused::{assert_fault, assert_refusal},
};

/// A text is a table that can be trusted and shown, or is refused with the places of what is wrong with it.
pub fn holds(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let result = gates::read("table", text.to_owned());
    match result {
        Ok(table) => {
            assert_sound(&table, text);
            assert_reviewed(&table, text);
            assert_shown_in_every_way(&table, text);
            let again = gates::read("table", text.to_owned()).unwrap();
            assert_eq!(as_json(&again), as_json(&table));
        }
        Err(refusal) => {
            assert_refusal(&refusal, text);
            assert_eq!(gates::read("table", text.to_owned()).unwrap_err().faults, refusal.faults);
            let inspection =
                Inspection { table: "table".to_owned(), refusal: Some(refusal), reviewed: Vec::new(), unreadable: 0 };
            assert_inspection(&inspection);
        }
    }
}

/// What the judging takes for granted.
fn assert_sound(table: &Table, text: &str) {
    assert!(!table.pipelines.is_empty());
    let lines = text.lines().count();
    for pipeline in &table.pipelines {
        assert_unique(table.pipelines.iter().map(|pipeline| &pipeline.name));
        assert_unique(pipeline.metrics.iter().map(|metric| &metric.name));
        assert_unique(pipeline.stages.iter().map(|stage| &stage.name));
        assert_unique(pipeline.rules.iter().map(|rule| &rule.id));
        assert!(
            !pipeline.stages.is_empty()
                && pipeline.window.and_then(Width::exactly).is_none_or(|window| !window.is_zero())
        );
        assert!(pipeline.order.len() == pipeline.metrics.len());
        for stage in pipeline.ladder() {
            assert!(stage.rules().any(|rule| rule.kind == rollout_gate::eval::table::Kind::Gate));
        }
        for rule in &pipeline.rules {
            assert!((1..=lines.max(1)).contains(&rule.line), "line {}", rule.line);
            assert!(rule.metrics().all(|id| pipeline.metric(id).is_some()));
            rule.conditions().flat_map(limits).for_each(assert_limit);
        }
    }
}

fn assert_unique<'a>(names: impl Iterator<Item = &'a String>) {
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
}

fn limits(condition: &Condition) -> Vec<Limit> {
    match &condition.limits {
        Limits::Everywhere(limit) => vec![*limit],
        Limits::At(limits) => limits.values().copied().collect(),
    }
}

fn assert_limit(limit: Limit) {
    match limit {
        Limit::Fixed(number) => assert!(number.get().is_finite()),
        Limit::Baseline { percent, offset } => assert!(percent.get().is_finite() && offset.get().is_finite()),
        Limit::Unset => {}
    }
}

/// Every finding is at a place of the text.
fn assert_reviewed(table: &Table, text: &str) {
    let (_, places) = gates::read_with_places("table", text).unwrap();
    let observed = ObservedSnapshots::new(table);
    let mut warnings = Vec::new();
    for (index, pipeline) in table.pipelines.iter().enumerate() {
        for finding in review(pipeline, observed.metrics(index)) {
            assert!(!matches!(finding.part, Part::Observed(..)));
            let warning = places.locate(pipeline, &finding);
            assert_fault(&warning, text);
            assert!(!warning.path.is_empty(), "{warning:?}");
            warnings.push(warning);
        }
    }
    let reviewed = vec![places.into_reviewed(warnings)];
    assert_inspection(&Inspection { table: "table".to_owned(), refusal: None, reviewed, unreadable: 0 });
}

fn assert_inspection(inspection: &Inspection) {
    assert_harmless(&lint::text(inspection, false));
    let json = lint::json(inspection);
    assert_harmless(&json);
    let document: Value = serde_json::from_str(&json).unwrap();
    assert!(document.is_object());
}

fn assert_shown_in_every_way(table: &Table, text: &str) {
    let stages = table.pipelines.iter().flat_map(Pipeline::ladder).map(View::Stage);
    for view in stages.chain([View::all(table)]) {
        assert_harmless(&show::render(&view, "table", ViewFormat::Text { width: 60 }));
        assert_shown(&show::render(&view, "table", ViewFormat::Markdown));
    }
    let json = as_json(table);
    assert_harmless(&json);
    let document: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(document["schema_version"], 1);
    assert!(may_give_no_number(text) || no_number(&json).is_none(), "{json}");
    for pipeline in &table.pipelines {
        for rule in &pipeline.rules {
            assert_harmless(&explain::rule(pipeline, rule, "table", 60));
        }
    }
}

/// Everything in it.
fn as_json(table: &Table) -> String {
    show::render(&View::all(table), "table", ViewFormat::Json)
}
