//! The words for rules, in one place: compact, as beside a verdict and in the ladder, and as plain sentences. Made of
//! the same checked rules that judge. How names from the table are written is the caller's business, for each format
//! escapes in its own way.

use super::escape::shown;
use crate::eval::{
    aggregate::Aggregate,
    answer::Missing,
    limit::Limit,
    notation::{duration, shortest},
    persistence::Persistence,
    table::{Condition, Derived, Kind, Metric, MetricId, Over, Pipeline, Rule, Severity, StageId},
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
        let condition = |condition: &Condition, limit: &str| match limit {
            "" => condition.comparator.name().to_owned(),
            limit => format!("{} {limit}", condition.comparator.name()),
        };
        let mut text = match &rule.over {
            Over::Whole(aggregate) => format!("{} {}", aggregate.name(), condition(&rule.condition, own)),
            Over::Windows { persistence, .. } => {
                format!("{}{}", condition(&rule.condition, own), lasting(*persistence))
            }
        };
        for other in rule.and() {
            text += &format!(" and {} {}", self.metric_name(other.metric), condition(other, &and(other)));
        }
        if let Some(flag) = rule.unless() {
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
        let (own, subject) = (limit(&rule.condition), self.subject(rule));
        let mut compared = format!("{} is {own}", subject.text);
        for other in rule.and() {
            compared += &format!(" and {} is {}", self.metric_name(other.metric), limit(other));
        }
        let span = span(rule);
        let exempt = rule.unless().map_or_else(String::new, |flag| self.exemption(rule.kind, flag));
        match (rule.kind, rule.severity) {
            (Kind::Gate, Severity::Fail) => format!("{} must be {own}{span}{exempt}.", capitalized(subject)),
            (Kind::Gate, Severity::Warn) => {
                format!("{} should be {own}{span}{exempt}; if not, that is a warning.", capitalized(subject))
            }
            (Kind::Rollback, Severity::Fail) => format!("Rolls back when {compared}{span}{exempt}."),
            (Kind::Rollback, Severity::Warn) => format!("Warns when {compared}{span}{exempt}."),
        }
    }

    /// What else there is to know to judge by the rule, each a sentence: how its metrics come about, and what becomes of
    /// it where something is lacking. What is so by default is not said.
    pub(super) fn notes(&self, rule: &Rule, scope: Scope) -> Vec<String> {
        let mut notes = Vec::new();
        let mut seen = Vec::new();
        for id in rule.metrics() {
            if let Some(metric) = self.metric(id).filter(|_| !seen.contains(&id)) {
                seen.push(id);
                notes.extend(self.made_of(rule, metric));
                notes.extend(self.samples_of(metric));
            }
        }
        let stages = self.stages_in(rule, scope);
        let is = |condition: &Condition, holds: fn(Limit) -> bool| {
            stages.iter().filter_map(|stage| condition.limit(*stage)).any(holds)
        };
        if rule.conditions().any(|condition| is(condition, |limit| limit == Limit::Unset)) {
            notes.push("Until its limit is set, the rule is not evaluated.".to_owned());
        }
        for condition in rule.conditions() {
            if is(condition, |limit| matches!(limit, Limit::Baseline { .. })) {
                notes.push(self.without_baseline(rule, condition.metric));
            }
        }
        let is_optional = |id: &MetricId| self.metric(*id).is_some_and(|metric| metric.optional);
        let is_compared = |id: &MetricId| rule.conditions().any(|condition| condition.metric == *id);
        let (compared, flags): (Vec<_>, Vec<_>) = seen.into_iter().filter(is_optional).partition(is_compared);
        for (ids, what) in [(compared, "the rule is not evaluated"), (flags, "no window is exempt")] {
            if !ids.is_empty() {
                let names = ids.into_iter().map(|id| self.metric_name(id)).collect();
                notes.push(format!("Where a snapshot lacks {}, {what}.", listed(names, "or")));
            }
        }
        if rule.missing != Missing::Hold {
            notes.push(without_data(rule));
        }
        notes
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

    /// What is compared.
    fn subject(&self, rule: &Rule) -> Subject {
        let metric = self.metric(rule.condition.metric);
        let name = self.metric_name(rule.condition.metric);
        let is_derived = metric.is_some_and(|metric| metric.derived.is_some());
        match rule.over {
            Over::Whole(Aggregate::Mean) => Subject::words(format!("the mean of {name} over all windows")),
            Over::Whole(Aggregate::Total) if is_derived => Subject::name(format!("{name} over all windows together")),
            Over::Whole(Aggregate::Total) => Subject::words(format!("the sum of {name} over all windows")),
            Over::Whole(Aggregate::Last) | Over::Windows { .. } => Subject::name(name),
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
        let is_total = matches!(rule.over, Over::Whole(Aggregate::Total));
        let when = if is_total { "with each summed over all windows" } else { "window by window" };
        let itself = "unless the snapshot gives it itself";
        Some(format!("{} is {}, {when}, {itself}.", self.name(&metric.name), self.quotient(derived)))
    }

    fn samples_of(&self, metric: &Metric) -> Option<String> {
        let samples = metric.samples?;
        let (counter, min) = (self.metric_name(samples.metric), self.value(samples.metric, samples.min.get()));
        Some(format!("A window in which {counter} is below {min} is no data for {}.", self.name(&metric.name)))
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

/// What no data means to a rule, as a sentence.
pub(super) fn without_data(rule: &Rule) -> String {
    let open = match rule.over {
        Over::Windows { .. } => "A window that missing data leave open",
        Over::Whole(_) => "A value that lacks data",
    };
    match (rule.missing, rule.severity) {
        (Missing::Hold, Severity::Fail) => {
            "Where missing data leave the answer open, the promotion is held.".to_owned()
        }
        (Missing::Hold, Severity::Warn) => "Where missing data leave the answer open, that is a warning.".to_owned(),
        (Missing::Breach, _) => format!("{open} is a breach."),
        (Missing::Ok, _) => format!("{open} is no breach."),
    }
}

/// `a, b or c`.
pub(super) fn listed(mut items: Vec<String>, word: &str) -> String {
    match (items.pop(), items.as_slice()) {
        (None, _) => String::new(),
        (Some(only), []) => only,
        (Some(last), before) => format!("{} {word} {last}", before.join(", ")),
    }
}

/// ` for 2 windows`, ` for 15m`, or nothing.
fn lasting(persistence: Persistence) -> String {
    match persistence {
        Persistence::Windows(windows) if windows.get() == 1 => " for 1 window".to_owned(),
        persistence => persistence.phrase(),
    }
}

/// In which windows a rule compares.
fn span(rule: &Rule) -> String {
    match (rule.kind, &rule.over) {
        (_, Over::Whole(Aggregate::Last)) => " in the last window".to_owned(),
        (_, Over::Whole(Aggregate::Mean | Aggregate::Total)) => String::new(),
        (Kind::Gate, Over::Windows { .. }) => " in every window".to_owned(),
        (Kind::Rollback, Over::Windows { persistence, .. }) => match persistence {
            Persistence::Once => " in any window".to_owned(),
            Persistence::Windows(windows) if windows.get() == 1 => " in any window".to_owned(),
            Persistence::Windows(windows) => format!(" for {windows} windows in a row"),
            Persistence::For(lasting) => {
                format!(" in windows in a row that together cover at least {}", duration(*lasting))
            }
        },
    }
}

/// What a sentence is about.
struct Subject {
    text: String,
    /// Whether it begins with a name, which stays as it is at the head of a sentence.
    is_name: bool,
}

impl Subject {
    fn name(text: String) -> Self {
        Self { text, is_name: true }
    }

    fn words(text: String) -> Self {
        Self { text, is_name: false }
    }
}

fn capitalized(subject: Subject) -> String {
    let Subject { text, is_name } = subject;
    match text.strip_prefix("the ") {
        Some(rest) if !is_name => format!("The {rest}"),
        _ => text,
    }
}
