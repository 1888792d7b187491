//! What a careful reviewer would raise about a table that is sound: the codes, and what each means.

/// A kind of finding. A rule, metric, stage or pipeline may `allow` one, and says why in its `about`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Lint {
    /// A limit or an observation time is laxer than at the stage before.
    LaterStageLaxer,
    /// A value passes every gate rule on its metric, and fires a rollback rule on it.
    GatePassesTrigger,
    /// A rollback rule that no snapshot can fire.
    TriggerCannotFire,
    /// A rollback rule that every snapshot fires.
    TriggerAlwaysFires,
    /// A gate rule that every value passes.
    GateCannotFail,
    /// A gate rule that no value passes.
    GateCannotPass,
    /// `windows: N`, where windows can have any width.
    WindowsWithoutWindow,
    /// A limit that is not set.
    UnsetLimit,
    /// A metric that no rule looks at.
    UnusedMetric,
    /// A ratio compared with `equals`.
    RatioEquals,
    /// A limit above 1 on a ratio.
    PercentageOnRatio,
    /// A stage at which nothing can roll back.
    StageWithoutRollback,
    /// A stage at which no gate rule is sure to decide.
    StageWithoutSureGate,
    /// A pipeline that does not say how to roll back.
    NoRollbackSteps,
    /// An `allow` that allows nothing.
    UnusedAllow,
    /// A rule whose metric is in none of the snapshots.
    MetricNeverSeen,
    /// A metric of the snapshots that no rule looks at.
    MetricNotJudged,
}

impl Lint {
    /// Every one.
    pub const ALL: [Self; 17] = [
        Self::LaterStageLaxer,
        Self::GatePassesTrigger,
        Self::TriggerCannotFire,
        Self::TriggerAlwaysFires,
        Self::GateCannotFail,
        Self::GateCannotPass,
        Self::WindowsWithoutWindow,
        Self::UnsetLimit,
        Self::UnusedMetric,
        Self::RatioEquals,
        Self::PercentageOnRatio,
        Self::StageWithoutRollback,
        Self::StageWithoutSureGate,
        Self::NoRollbackSteps,
        Self::UnusedAllow,
        Self::MetricNeverSeen,
        Self::MetricNotJudged,
    ];

    /// Its code in tables and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::LaterStageLaxer => "later-stage-laxer",
            Self::GatePassesTrigger => "gate-passes-trigger",
            Self::TriggerCannotFire => "trigger-cannot-fire",
            Self::TriggerAlwaysFires => "trigger-always-fires",
            Self::GateCannotFail => "gate-cannot-fail",
            Self::GateCannotPass => "gate-cannot-pass",
            Self::WindowsWithoutWindow => "windows-without-window",
            Self::UnsetLimit => "unset-limit",
            Self::UnusedMetric => "unused-metric",
            Self::RatioEquals => "ratio-equals",
            Self::PercentageOnRatio => "percentage-on-ratio",
            Self::StageWithoutRollback => "stage-without-rollback",
            Self::StageWithoutSureGate => "stage-without-sure-gate",
            Self::NoRollbackSteps => "no-rollback-steps",
            Self::UnusedAllow => "unused-allow",
            Self::MetricNeverSeen => "metric-never-seen",
            Self::MetricNotJudged => "metric-not-judged",
        }
    }
}
