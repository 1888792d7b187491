//! What raises each code: the shortest piece of a file, or the command, that does.

use crate::{lint::code::Lint, refusal::Code};

/// Something that raises a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Example {
    /// What the text is.
    pub inside: Inside,
    /// The text, in lines without a newline at the end.
    pub text: &'static str,
}

/// What the text of an example is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inside {
    /// A whole table.
    Table,
    /// Keys of a pipeline.
    Pipeline,
    /// An entry of `metrics`.
    Metrics,
    /// An entry of `stages`.
    Stages,
    /// An item of `gate`.
    Gate,
    /// An item of `rollback`.
    Rollback,
    /// A whole snapshot.
    Snapshot,
    /// Items of `tests`.
    Tests,
    /// A command line.
    Command,
    /// Words for what no short text shows.
    Words,
}

impl Inside {
    /// What comes before the text.
    pub(super) fn introduction(self) -> &'static str {
        match self {
            Self::Table => "For example, a table:",
            Self::Pipeline => "For example, in a pipeline:",
            Self::Metrics => "For example, under `metrics`:",
            Self::Stages => "For example, under `stages`:",
            Self::Gate => "For example, a rule under `gate`:",
            Self::Rollback => "For example, a rule under `rollback`:",
            Self::Snapshot => "For example, a snapshot:",
            Self::Tests => "For example, under `tests`:",
            Self::Command => "For example, the command:",
            Self::Words => "For example:",
        }
    }
}

/// What raises an error.
#[must_use]
pub fn of_fault(code: Code) -> Example {
    let (inside, text) = match code {
        Code::Unreadable => (Inside::Command, "rollout-gate check no-such-file.json"),
        Code::NotUtf8 => (Inside::Words, "a file that was saved as Latin-1 or UTF-16"),
        Code::TooLarge => (Inside::Words, "a list in a list in a list, a hundred deep"),
        Code::NoSnapshot => (Inside::Command, "rollout-gate check an-empty-folder/"),
        Code::NotYaml => (Inside::Gate, "{ metric: p95_ms, max: 300"),
        Code::NotJson => (Inside::Snapshot, r#"{ "stage": "canary", "metrics": { "p95_ms": [240, 251,] } }"#),
        Code::Tag => (Inside::Gate, "{ metric: p95_ms, max: !!float 300 }"),
        Code::MergeKey => (Inside::Gate, "{ <<: { metric: p95_ms }, max: 300 }"),
        Code::DuplicateKey => (Inside::Gate, "{ metric: p95_ms, max: 300, max: 400 }"),
        Code::EmptyDocument => (Inside::Words, "a file without a single character in it"),
        Code::UnknownVersion => (Inside::Table, "version: 2\npipelines: {}"),
        Code::MissingKey => (Inside::Metrics, "queue_age_s: { optional: true }"),
        Code::UnknownKey => (Inside::Gate, "{ metric: p95_ms, max: 300, sevrity: warn }"),
        Code::WrongType => (Inside::Gate, "{ metric: p95_ms, max: [300] }"),
        Code::QuotedNumber => (Inside::Gate, r#"{ metric: p95_ms, max: "300" }"#),
        Code::NotFinite => (Inside::Gate, "{ metric: p95_ms, max: .inf }"),
        Code::EmptyText => (Inside::Gate, r#"{ metric: p95_ms, max: 300, about: "" }"#),
        Code::EmptyList => (Inside::Pipeline, "gate:"),
        Code::EmptyMap => (Inside::Gate, "{ metric: p95_ms, max: {} }"),
        Code::EmptyName => (Inside::Metrics, r#""": { unit: ms }"#),
        Code::BadDuration => (Inside::Stages, "full: { observe: 30 minutes }"),
        Code::UnknownWord => (Inside::Metrics, "queue_age_s: { unit: second }"),
        Code::UnknownPipeline => {
            (Inside::Snapshot, r#"{ "pipeline": "shpo", "stage": "canary", "metrics": { "p95_ms": [240] } }"#)
        }
        Code::UnknownStage => (Inside::Gate, "{ metric: p95_ms, max: { canry: 300 } }"),
        Code::UnknownMetric => (Inside::Gate, "{ metric: p59_ms, max: 300 }"),
        Code::BadLimit => (Inside::Gate, "{ metric: p95_ms, max: base + 10% }"),
        Code::NoComparator => (Inside::Gate, "{ metric: p95_ms }"),
        Code::SeveralComparators => (Inside::Gate, "{ metric: p95_ms, min: 10, max: 300 }"),
        Code::ConflictingKeys => (Inside::Rollback, "{ metric: p95_ms, above: 400, windows: 2, for: 15m }"),
        Code::BadWindows => (Inside::Rollback, "{ metric: p95_ms, above: 400, windows: 1.5 }"),
        Code::BadReason => (Inside::Gate, r#"{ metric: p95_ms, max: 300, reason: "p95 above {limt}" }"#),
        Code::DuplicateId => {
            (Inside::Pipeline, "gate:\n  - { metric: p95_ms, max: 300 }\n  - { metric: p95_ms, max: baseline + 10% }")
        }
        Code::NotAFlag => (Inside::Gate, "{ metric: p95_ms, max: 300, unless: error_rate }"),
        Code::StageWithoutGate => {
            (Inside::Pipeline, "stages: { canary: {}, full: {} }\ngate: [{ metric: p95_ms, max: { canary: 300 } }]")
        }
        Code::HalfDerived => (Inside::Metrics, "failure_rate: { unit: ratio, of: failures }"),
        Code::CircularMetric => (Inside::Metrics, "failure_rate: { unit: ratio, of: failure_rate, to: requests }"),
        Code::AllowWithoutAbout => (Inside::Gate, "{ metric: p95_ms, max: ~, allow: [unset-limit] }"),
        Code::NoStage => (Inside::Snapshot, r#"{ "pipeline": "shop", "metrics": { "p95_ms": [240] } }"#),
        Code::AmbiguousStage => (
            Inside::Words,
            "a snapshot that says \"stage\": \"canary\" and no pipeline, while two pipelines have a stage canary",
        ),
        Code::Contradiction => (Inside::Command, "rollout-gate check --stage full canary.json"),
        Code::BadTime => {
            (Inside::Snapshot, r#"{ "stage": "canary", "start": "2026-02-20 12:00", "metrics": { "p95_ms": [240] } }"#)
        }
        Code::BadWindowMinutes => {
            (Inside::Snapshot, r#"{ "stage": "canary", "window_minutes": 0, "metrics": { "p95_ms": [240] } }"#)
        }
        Code::TooOld => (Inside::Command, "rollout-gate check --max-age 15m yesterday.json"),
        Code::MissingMetric => (Inside::Snapshot, r#"{ "stage": "canary", "metrics": { "p59_ms": [240] } }"#),
        Code::OutOfRange => {
            (Inside::Snapshot, r#"{ "stage": "canary", "metrics": { "p95_ms": [240], "error_rate": [2.5] } }"#)
        }
        Code::BadRange => (Inside::Metrics, "satisfaction: { unit: score, range: [5, 1] }"),
        Code::NoWindowsLeft => {
            (Inside::Words, "a snapshot of ten minutes of a stage with `warmup: 10m`: no window is left to judge")
        }
        Code::EmptyArray => (Inside::Snapshot, r#"{ "stage": "canary", "metrics": { "p95_ms": [] } }"#),
        Code::UnequalLengths => {
            (Inside::Snapshot, r#"{ "stage": "canary", "metrics": { "p95_ms": [240, 251], "error_rate": [0.01] } }"#)
        }
        Code::UnknownRule => (
            Inside::Tests,
            "- name: a fast release passes\n  stage: canary\n  metrics: { p95_ms: [240] }\n  \
             expect: { states: { gate.p59_ms.max: pass } }",
        ),
        Code::BadNotation => (
            Inside::Tests,
            "- name: a fast release passes\n  stage: canary\n  metrics: { p95_ms: [240x] }\n  \
             expect: { decision: promote }",
        ),
        Code::DuplicateTest => (
            Inside::Tests,
            "- { name: p95, stage: canary, metrics: { p95_ms: [240] }, expect: { decision: promote } }\n\
             - { name: p95, stage: canary, metrics: { p95_ms: [301] }, expect: { decision: hold } }",
        ),
    };
    Example { inside, text }
}

/// What raises a finding of lint.
#[must_use]
pub fn of_lint(lint: Lint) -> Example {
    let (inside, text) = match lint {
        Lint::LaterStageLaxer => (Inside::Gate, "{ metric: error_rate, max: { canary: 0.01, full: 0.02 } }"),
        Lint::GatePassesTrigger => {
            (Inside::Pipeline, "gate: [{ metric: p95_ms, max: 500 }]\nrollback: [{ metric: p95_ms, above: 400 }]")
        }
        Lint::TriggerCannotFire => (
            Inside::Pipeline,
            "stages: { canary: { observe: 30m } }\nrollback: [{ metric: p95_ms, above: 400, for: 1h }]",
        ),
        Lint::TriggerAlwaysFires => (Inside::Rollback, "{ metric: error_rate, max: 1 }"),
        Lint::GateCannotFail => (Inside::Gate, "{ metric: error_rate, max: 1 }"),
        Lint::GateCannotPass => (Inside::Gate, "{ metric: error_rate, above: 1 }"),
        Lint::WindowsWithoutWindow => (Inside::Rollback, "{ metric: p95_ms, above: 400, windows: 2 }"),
        Lint::ShorterThanAWindow => {
            (Inside::Pipeline, "window: 15m\nrollback: [{ metric: p95_ms, above: 400, for: 10m }]")
        }
        Lint::UnsetLimit => (Inside::Gate, "{ metric: p95_ms, max: ~ }"),
        Lint::UnusedMetric => (Inside::Metrics, "queue_age_s: { unit: seconds }"),
        Lint::RatioEquals => (Inside::Gate, "{ metric: error_rate, equals: 0.01 }"),
        Lint::PercentageOnRatio => (Inside::Gate, "{ metric: error_rate, max: 5 }"),
        Lint::StageWithoutRollback => (Inside::Pipeline, "rollback: []"),
        Lint::StageWithoutSureGate => (Inside::Pipeline, "gate: [{ metric: p95_ms, max: 300, severity: warn }]"),
        Lint::NoRollbackSteps => (Inside::Pipeline, "on_rollback: []"),
        Lint::UnusedAllow => {
            (Inside::Gate, r#"{ metric: p95_ms, max: 300, allow: [unset-limit], about: "Not chosen yet." }"#)
        }
        Lint::MetricNeverSeen => (Inside::Words, "a rule on p95_ms, where every snapshot spells it p95_latency_ms"),
        Lint::MetricNotJudged => (Inside::Words, "a snapshot with p95_latency_ms, where the table spells it p95_ms"),
    };
    Example { inside, text }
}
