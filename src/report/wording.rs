//! Rules in words, for every format: compact, as beside a verdict and in the ladder, and as plain sentences. The words for
//! comparators, persistences and aggregates are beside their enums in `eval`; here they become sentences. The caller says
//! how names from the table are escaped, for each format has its own way.

use super::escape::shown;
use crate::eval::{
    aggregate::Aggregate,
    answer::{Allowance, Missing, Pending},
    limit::Limit,
    notation::{duration, shortest},
    number::Finite,
    persistence::Persistence,
    table::{Condition, Derived, Kind, Measure, Metric, MetricId, Pipeline, Rule, Severity, Stage, StageId, Width},
    verdict::State,
};

/// The words for the rules of one pipeline.
#[derive(Clone, Copy)]
pub(super) struct Wording<'t> {
    pipeline: &'t Pipeline,
    /// How a name from the table is written.
    write: fn(&str) -> String,
}

/// Where a sentence is to hold.
#[derive(Clone, Copy)]
pub(super) enum Scope {
    /// At every stage that has the rule.
    Ladder,
    /// At this one.
    Stage(StageId),
}

impl<'t> Wording<'t> {
    pub(super) fn new(pipeline: &'t Pipeline, write: fn(&str) -> String) -> Self {
        Self { pipeline, write }
    }

    /// For terminals.
    pub(super) fn shown(pipeline: &'t Pipeline) -> Self {
        Self::new(pipeline, |name| shown(name).into_owned())
    }

    /// `above 400 for 2 windows and x equals 1 unless y`: the rule with these texts for its own limit and for those
    /// of `and`; without them, as a heading over limits: `above for 2 windows and x equals unless y`.
    pub(super) fn compact(&self, rule: &Rule, own: &str, and: impl Fn(&Condition) -> String) -> String {
        let condition = |condition: &Condition, limit: &str| {
            let measure = match condition.measure {
                Measure::Window => String::new(),
                Measure::Whole(aggregate) => format!("{} ", aggregate.name()),
                Measure::Sliding(aggregate, over) => format!("{} over {} ", aggregate.name(), duration(over)),
            };
            let space = if limit.is_empty() { "" } else { " " };
            format!("{measure}{}{space}{limit}", condition.comparator.name())
        };
        let mut text = format!("{}{}", condition(&rule.condition, own), rule.persistence.in_short());
        if let Some(last) = rule.last {
            text += &format!(" in the last {}", duration(last));
        }
        for other in &rule.and {
            text += &format!(" and {} {}", self.metric_name(other.metric), condition(other, &and(other)));
        }
        if let Some(flag) = rule.unless {
            text += &format!(" unless {}", self.metric_name(flag));
        }
        text
    }

    /// Any name from the table, escaped.
    pub(super) fn name(&self, name: &str) -> String {
        (self.write)(name)
    }

    /// The name of a metric, escaped.
    pub(super) fn metric_name(&self, id: MetricId) -> String {
        self.metric(id).map_or_else(String::new, |metric| self.name(&metric.name))
    }

    /// The name of a stage, escaped.
    pub(super) fn stage_name(&self, id: StageId) -> String {
        self.pipeline.stages.get(id.0).map_or_else(String::new, |stage| self.name(&stage.name))
    }

    /// A limit as the table writes it, with its unit: `300 ms`, `baseline + 10%`, `not set`.
    pub(super) fn limit(&self, condition: &Condition, limit: Limit) -> String {
        match limit {
            Limit::Fixed(number) => self.value(condition.metric, number.get()),
            Limit::Baseline { .. } => limit.to_string(),
            Limit::Unset => "not set".to_owned(),
        }
    }

    /// A value of a metric, exact and with its unit.
    pub(super) fn value(&self, metric: MetricId, value: f64) -> String {
        format!("{}{}", shortest(value), self.metric(metric).map_or("", |metric| metric.unit.suffix()))
    }

    /// What a derived metric is made of: `successes / (successes + failures)`.
    pub(super) fn quotient(&self, derived: &Derived) -> String {
        format!("{} / {}", self.sum(&derived.of), self.sum(&derived.to))
    }

    /// The stages at which a rule stands.
    pub(super) fn stages_of(&self, rule: &Rule) -> Vec<StageId> {
        self.pipeline.ladder().map(|stage| stage.id()).filter(|stage| rule.applies_at(*stage)).collect()
    }

    /// Names of stages, one after another.
    pub(super) fn stage_names(&self, stages: &[StageId]) -> String {
        stages.iter().map(|stage| self.stage_name(*stage)).collect::<Vec<_>>().join(", ")
    }

    /// The rule in one plain sentence: what must hold, or what rolls back.
    pub(super) fn sentence(&self, rule: &Rule, scope: Scope) -> String {
        let limit = |condition: &Condition| {
            format!("{} {}", condition.comparator.relation(), self.limits(rule, condition, scope))
        };
        let own = limit(&rule.condition);
        let (before, behind) = self.around_metric(rule, &rule.condition);
        let metric = format!("{}{behind}", self.metric_name(rule.condition.metric));
        let and = rule.and.iter().map(|other| {
            let (before, behind) = self.around_metric(rule, other);
            format!(" and {before}{}{behind} is {}", self.metric_name(other.metric), limit(other))
        });
        let (and, head, span) = (and.collect::<String>(), capitalized(&before), span(rule));
        let exempt = rule.unless.map_or_else(String::new, |flag| self.exemption(rule.kind, flag));
        // A gate that does not fail at once says what it takes.
        let fails = if and.is_empty() && rule.persistence == Persistence::Once {
            span.clone()
        } else {
            format!("; it fails when that is not so{and}{span}")
        };
        match (rule.kind, rule.severity) {
            (Kind::Gate, Severity::Fail) => format!("{head}{metric} must be {own}{fails}{exempt}."),
            (Kind::Gate, Severity::Warn) => {
                format!("{head}{metric} should be {own}{fails}{exempt}; if not, that is a warning.")
            }
            (Kind::Rollback, Severity::Fail) => {
                format!("Rolls back when {before}{metric} is {own}{and}{span}{exempt}.")
            }
            (Kind::Rollback, Severity::Warn) => format!("Warns when {before}{metric} is {own}{and}{span}{exempt}."),
        }
    }

    /// What else there is to know to judge by the rule, each a sentence: how its metrics come about, and what becomes of
    /// it where something is lacking. What is so by default is not said.
    pub(super) fn notes(&self, rule: &Rule, scope: Scope) -> Vec<String> {
        let mut notes = self.notes_on_metrics(rule);
        notes.extend(self.notes_on_limits(rule, scope));
        notes.extend(self.notes_on_optional_metrics(rule));
        notes.extend((rule.missing != Missing::default()).then(|| without_data(rule)));
        let is_pending = rule.pending == Pending::Warn && rule.severity == Severity::Fail;
        notes
            .extend(is_pending.then(|| "A breach that still runs and is not yet long enough is a warning.".to_owned()));
        notes
    }

    fn notes_on_metrics(&self, rule: &Rule) -> Vec<String> {
        let metrics = distinct_metrics(rule).into_iter().filter_map(|id| self.metric(id));
        metrics.flat_map(|metric| self.made_of(rule, metric).into_iter().chain(self.samples_of(metric))).collect()
    }

    fn notes_on_limits(&self, rule: &Rule, scope: Scope) -> Vec<String> {
        let stages = self.stages_in(rule, scope);
        let is = |condition: &Condition, holds: fn(Limit) -> bool| {
            stages.iter().filter_map(|stage| condition.limit(*stage)).any(holds)
        };
        let is_unset = rule.conditions().any(|condition| is(condition, |limit| limit == Limit::Unset));
        let unset = is_unset.then(|| "Until its limit is set, the rule is not evaluated.".to_owned());
        let moving = rule.conditions().filter(|own| is(own, |limit| matches!(limit, Limit::Baseline { .. })));
        unset.into_iter().chain(moving.map(|own| self.without_baseline(rule, own.metric))).collect()
    }

    fn notes_on_optional_metrics(&self, rule: &Rule) -> Vec<String> {
        let is_optional = |id: &MetricId| self.metric(*id).is_some_and(|metric| metric.optional);
        let is_compared = |id: &MetricId| rule.conditions().any(|condition| condition.metric == *id);
        let optional = distinct_metrics(rule).into_iter().filter(is_optional);
        let (compared, flags): (Vec<_>, Vec<_>) = optional.partition(is_compared);
        let note = |ids: Vec<MetricId>, what: &str| {
            let names: Vec<String> = ids.into_iter().map(|id| self.metric_name(id)).collect();
            (!names.is_empty()).then(|| format!("Where a snapshot lacks {}, {what}.", listed(names, "or")))
        };
        let notes = [note(compared, "the rule is not evaluated"), note(flags, "no window is exempt")];
        notes.into_iter().flatten().collect()
    }

    /// The rule in a sentence, and what else there is to know.
    pub(super) fn sentences(&self, rule: &Rule, scope: Scope) -> String {
        let notes = self.notes(rule, scope);
        std::iter::once(self.sentence(rule, scope)).chain(notes).collect::<Vec<_>>().join(" ")
    }

    /// What stands before and behind the name of the metric of one of a rule's conditions, to say what is compared.
    fn around_metric(&self, rule: &Rule, condition: &Condition) -> (String, String) {
        let is_derived = self.metric(condition.metric).is_some_and(|metric| metric.derived.is_some());
        let windows = match (condition.measure.over(), rule.last) {
            (Some(over), _) => format!("over {}", duration(over)),
            (None, Some(last)) => format!("over the last {}", duration(last)),
            (None, None) => "over all windows".to_owned(),
        };
        let around = |aggregate: Aggregate| aggregate.around_metric(is_derived, &windows);
        condition.measure.aggregate().map_or_else(Default::default, around)
    }

    fn metric(&self, id: MetricId) -> Option<&'t Metric> {
        self.pipeline.metric(id)
    }

    fn stages_in(&self, rule: &Rule, scope: Scope) -> Vec<StageId> {
        match scope {
            Scope::Ladder => self.stages_of(rule),
            Scope::Stage(stage) => vec![stage],
        }
    }

    fn sum(&self, parts: &[MetricId]) -> String {
        let names: Vec<_> = parts.iter().map(|part| self.metric_name(*part)).collect();
        match names.as_slice() {
            [only] => only.clone(),
            several => format!("({})", several.join(" + ")),
        }
    }

    /// The limits of a condition: `300 ms`; where they differ from stage to stage, each with its stages.
    fn limits(&self, rule: &Rule, condition: &Condition, scope: Scope) -> String {
        let mut stages = self.stages_in(rule, scope);
        if stages.is_empty() {
            // Of a rule that stands nowhere, for its limits have no stage in common: each limit where it is.
            let all = self.pipeline.ladder().map(|stage| stage.id());
            stages = all.filter(|stage| condition.limit(*stage).is_some()).collect();
        }
        let mut groups: Vec<(Limit, Vec<StageId>)> = Vec::new();
        for stage in &stages {
            let limit = condition.limit(*stage).unwrap_or(Limit::Unset);
            match groups.iter_mut().find(|(known, _)| *known == limit) {
                Some((_, stages)) => stages.push(*stage),
                None => groups.push((limit, vec![*stage])),
            }
        }
        let phrase = |limit: Limit| match limit {
            Limit::Fixed(_) => self.limit(condition, limit),
            Limit::Baseline { .. } => format!("its {limit}"),
            Limit::Unset => "a limit (not set yet)".to_owned(),
        };
        let is_everywhere = stages.len() == self.pipeline.stages.len() || matches!(scope, Scope::Stage(_));
        if let [(limit, _)] = groups.as_slice()
            && is_everywhere
        {
            return phrase(*limit);
        }
        let groups =
            groups.iter().map(|(limit, stages)| format!("{} (at {})", phrase(*limit), self.stage_names(stages)));
        listed(groups.collect(), "or")
    }

    fn exemption(&self, kind: Kind, flag: MetricId) -> String {
        let what = match kind {
            Kind::Gate => "pass",
            Kind::Rollback => "do not breach",
        };
        format!("; windows in which {} is 1 {what}", self.metric_name(flag))
    }

    fn made_of(&self, rule: &Rule, metric: &Metric) -> Option<String> {
        let derived = metric.derived.as_ref()?;
        let is_summed = rule.aggregate().is_some_and(Aggregate::sums_parts);
        let when = if is_summed { "with each summed over all windows" } else { "window by window" };
        let itself = "unless the snapshot gives it itself";
        Some(format!("{} is {}, {when}, {itself}.", self.name(&metric.name), self.quotient(derived)))
    }

    fn samples_of(&self, metric: &Metric) -> Option<String> {
        let samples = metric.samples?;
        let (counter, name) = (self.metric_name(samples.metric), self.name(&metric.name));
        let least = |least: Finite| self.value(samples.metric, least.get());
        let min = samples
            .min
            .map(|min| format!("A window in which {counter} is below {} is no data for {name}.", least(min)));
        let total = samples.total.map(|total| {
            format!("Where {counter} is below {} in all windows together, {name} has no data at all.", least(total))
        });
        Some(min.into_iter().chain(total).collect::<Vec<_>>().join(" "))
    }

    fn without_baseline(&self, rule: &Rule, metric: MetricId) -> String {
        let is_own = metric == rule.condition.metric;
        let what = match (is_own, self.metric(metric).is_some_and(|metric| metric.optional)) {
            (true, true) => "the rule is not evaluated",
            (true, false) => "the rule has no data",
            (false, _) => "that comparison has no data",
        };
        format!("Where a snapshot has no baseline of {}, {what}.", self.metric_name(metric))
    }
}

/// Every metric that a rule looks at, once.
pub(super) fn distinct_metrics(rule: &Rule) -> Vec<MetricId> {
    let mut distinct = Vec::new();
    for id in rule.metrics() {
        if !distinct.contains(&id) {
            distinct.push(id);
        }
    }
    distinct
}

/// What no data means to a rule, as a sentence.
pub(super) fn without_data(rule: &Rule) -> String {
    let open = match rule.condition.measure {
        Measure::Window => "A window that missing data leave open",
        Measure::Whole(_) | Measure::Sliding(..) => "A value that lacks data",
    };
    let skipped = match rule.missing.allow {
        None => String::new(),
        Some(Allowance::Windows(windows)) => {
            format!("Up to {} without data, but not the last one, are skipped. ", counted(windows, "window"))
        }
        Some(Allowance::Share(percent)) => {
            format!(
                "Up to {}% of the windows, but not the last one, are skipped where they have no data. ",
                shortest(percent.get())
            )
        }
    };
    let otherwise = match (rule.missing.otherwise.in_words(), rule.severity) {
        (Some(counts), _) => format!("{open} {counts}."),
        (None, Severity::Fail) => "Where missing data leave the answer open, the promotion is held.".to_owned(),
        (None, Severity::Warn) => "Where missing data leave the answer open, that is a warning.".to_owned(),
    };
    skipped + &otherwise
}

/// What has not been seen of a rule of `kind`, of states that are missing: `never seen to fail`.
pub(super) fn never_seen(kind: Kind, missing: &[State]) -> &'static str {
    match (kind, missing.contains(&State::clear(kind)), missing.contains(&State::breached(kind))) {
        (_, false, false) => "seen both ways",
        (Kind::Gate, true, false) => "never seen to pass",
        (Kind::Gate, false, true) => "never seen to fail",
        (Kind::Gate, true, true) => "never seen to pass or to fail",
        (Kind::Rollback, true, false) => "never seen to stay quiet",
        (Kind::Rollback, false, true) => "never seen to fire",
        (Kind::Rollback, true, true) => "never seen to stay quiet or to fire",
    }
}

/// `5m`, or `at most 15m`.
pub(super) fn window_width(width: Width) -> String {
    match width {
        Width::Exactly(width) => duration(width),
        Width::AtMost(width) => format!("at most {}", duration(width)),
    }
}

/// ` within 10m` or ` immediately`, how soon a rollback at `stage` must be done; may be empty.
pub(super) fn within(stage: &Stage) -> String {
    match stage.rollback_within {
        None => String::new(),
        Some(within) if within.is_zero() => " immediately".to_owned(),
        Some(within) => format!(" within {}", duration(within)),
    }
}

/// `1 window`, `6 windows`.
pub(super) fn counted(count: usize, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

/// With a capital letter at its head.
fn capitalized(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| format!("{}{}", first.to_uppercase(), rest.as_str()))
}

/// `a, b or c`.
pub(super) fn listed(mut items: Vec<String>, word: &str) -> String {
    match (items.pop(), items.as_slice()) {
        (None, _) => String::new(),
        (Some(only), []) => only,
        (Some(last), before) => format!("{} {word} {last}", before.join(", ")),
    }
}

/// In which windows a rule compares.
fn span(rule: &Rule) -> String {
    let is_at_once = rule.persistence == Persistence::Once && rule.and.is_empty();
    let span = match (rule.condition.measure, rule.kind) {
        (Measure::Whole(aggregate), _) => return aggregate.in_words().to_owned(),
        (_, Kind::Gate) if is_at_once => " in every window".to_owned(),
        _ => rule.persistence.in_words(),
    };
    rule.last.map_or(span.clone(), |last| format!("{span} of the last {}", duration(last)))
}
