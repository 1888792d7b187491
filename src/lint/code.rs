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
    /// A `for` or `over` that is shorter than a window.
    ShorterThanAWindow,
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
    pub const ALL: [Self; 18] = [
        Self::LaterStageLaxer,
        Self::GatePassesTrigger,
        Self::TriggerCannotFire,
        Self::TriggerAlwaysFires,
        Self::GateCannotFail,
        Self::GateCannotPass,
        Self::WindowsWithoutWindow,
        Self::ShorterThanAWindow,
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
            Self::ShorterThanAWindow => "shorter-than-a-window",
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

    /// What it is, why it matters and the way out, in a few sentences without line breaks.
    #[must_use]
    pub fn explanation(self) -> &'static str {
        match self {
            Self::LaterStageLaxer => {
                "A limit at one stage is laxer than the same comparison at the stage before, or a stage observes for \
                 less time. A later stage has more users, so what was not good enough for a few should not do for \
                 many. Give the later stage a limit that is at least as strict. Where it is meant so, say why in \
                 `about`, and add `allow: [later-stage-laxer]` to the rule, or to the stage of an `observe`."
            }
            Self::GatePassesTrigger => {
                "A value at this stage passes the gate rules on its metric and fires a rollback rule on the same \
                 metric. One of the two limits is then not what somebody meant: what calls for a rollback should not \
                 be good enough to promote. Make the gate strict enough to exclude every value on which the rollback \
                 rule fires, or move the trigger beyond the gate."
            }
            Self::TriggerCannotFire => {
                "No snapshot of the length that its stages observe can fire this rollback rule: it waits for more time \
                 than they cover, it needs a value that its metric cannot have, or no stage has all of its limits. It \
                 looks like protection and is none. Shorten `windows` or `for`, lengthen `observe`, or move the limit \
                 into the range of the metric's unit."
            }
            Self::TriggerAlwaysFires => {
                "Every value that the metric can have fires this rollback rule, so the stage can never be promoted. \
                 Most often the comparator is the wrong way round, or the limit is written in another unit. Look at \
                 both."
            }
            Self::GateCannotFail => {
                "Every value that the metric can have passes this gate rule, so that it asks for nothing but that \
                 something was measured. Most often the comparator is the wrong way round, or the limit is written in \
                 another unit. Write the limit that is meant, or take the rule out."
            }
            Self::GateCannotPass => {
                "No value that the metric can have passes this gate rule, or passes it together with another on the \
                 same metric, so the stage can never be promoted. Most often a comparator is the wrong way round, or a \
                 limit is written in another unit. Look at both."
            }
            Self::WindowsWithoutWindow => {
                "A rule waits for a number of windows, and its pipeline does not say how wide a window is. Two windows \
                 are then ten minutes in one snapshot and two hours in another. Declare `window` in the pipeline, or \
                 say how long with `for` instead of `windows`."
            }
            Self::ShorterThanAWindow => {
                "A rule's `for` or `over` is shorter than a window of its pipeline may be. What happens within a window \
                 nobody knows, so the rule can fail or fire in such windows, and cannot pass or stay quiet: it is no \
                 data, and holds the promotion. Ask for at least the width of a window, or measure in narrower ones."
            }
            Self::UnsetLimit => {
                "A limit is `~`: nobody has chosen it yet, and the rule is not evaluated. That is honest, and easily \
                 forgotten. Set the limit, or say in `about` who is to choose it, and add `allow: [unset-limit]`."
            }
            Self::UnusedMetric => {
                "No rule looks at this metric, neither directly nor through `of`, `to`, `samples`, `and` or `unless`. \
                 It is measured and judged by nothing. Write the rule that is missing, or take the metric out."
            }
            Self::RatioEquals => {
                "A ratio is compared with `equals`. Ratios come out of divisions, and hit a number exactly only by \
                 chance. Use `max`, `min`, `below` or `above`."
            }
            Self::PercentageOnRatio => {
                "A limit above 1 stands on a metric of `unit: ratio`, which goes from 0 to 1: 5 percent are 0.05. The \
                 limit can never be reached. Divide it by 100, or declare the metric with `unit: percent` if that is \
                 how it is measured."
            }
            Self::StageWithoutRollback => {
                "No rollback rule decides at this stage: none stands there, or those that do only warn or have no \
                 limit yet. However bad it gets, the answer is hold, and never rollback. Write a rollback rule for the \
                 stage, or say in its `about` why it needs none, and add `allow: [stage-without-rollback]`."
            }
            Self::StageWithoutSureGate => {
                "No gate rule is sure to decide at this stage: each of them only warns, has no limit yet, looks at an \
                 optional metric, or takes missing data for good. A snapshot with nothing of worth in it would be \
                 promoted. Give the stage at least one gate rule that decides, on a metric that is not optional."
            }
            Self::NoRollbackSteps => {
                "Neither the pipeline nor each of its stages says in `on_rollback` what to do when a rollback rule \
                 fires. Whoever reads that verdict at night needs the steps then. Write them, from the runbook."
            }
            Self::UnusedAllow => {
                "An `allow` names a lint that raises nothing here: what it was for has been mended, or it stands in \
                 the wrong place. It would hide the next mistake of that kind. Take the code out of the list. An \
                 `allow` covers the rule, metric or stage that it stands on; that of a pipeline covers what is about \
                 the pipeline as a whole. This lint itself cannot be allowed."
            }
            Self::MetricNeverSeen => {
                "None of the snapshots given with `--against` has the metric of this rule, neither whole nor by its \
                 parts, at any stage where the rule stands. Either the exporter does not measure it yet, or one of the \
                 two spells it differently. Compare the names."
            }
            Self::MetricNotJudged => {
                "A snapshot given with `--against` has a metric that its pipeline does not declare, so that nothing \
                 judges it. Either it is of no interest, or a name is misspelt in the snapshot or in the table. \
                 Declare the metric and write a rule for it, correct the name, or leave it out of the snapshot."
            }
        }
    }
}
