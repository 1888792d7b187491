//! Judging: the rules of a stage against a snapshot.

use std::ops::Range;

use super::{
    aggregate::Aggregate,
    answer::Answer,
    limit::{Limit, moved},
    measurement::{Measurement, Series, join_labels, series_for_labels},
    number::{Finite, Point},
    reason,
    snapshot::Snapshot,
    table::{Condition, Kind, MetricId, Over, Rule, StageRules},
    template::Facts,
    trace::{Breach, Compared, Step, Steps, Trace},
    verdict::{Check, State, Stretch, Verdict, Worst},
};

/// Judges `snapshot` by the rules of `stage`.
///
/// Pure and total: equal arguments give equal verdicts, and every argument gives one. `snapshot` must be made
/// for this stage: one made for another may lack what this stage requires, and rules on what is lacking are
/// not evaluated, which keeps nothing from being promoted.
#[must_use]
pub fn evaluate<'t>(stage: StageRules<'t>, snapshot: &Snapshot) -> Verdict<'t> {
    let mut checks = Vec::with_capacity(stage.rules().count());
    for rule in stage.rules() {
        Judge { stage, snapshot, rule }.add_checks(&mut checks);
    }
    Verdict::new(stage, snapshot.windows(), snapshot.window(), checks)
}

/// Judges `snapshot` by one rule of `stage` and tells how each check came about: one for each series, with the checks
/// that [`evaluate`] gives. `rule` must be one that the stage has.
#[must_use]
pub fn trace<'t>(stage: StageRules<'t>, snapshot: &Snapshot, rule: &'t Rule) -> Vec<Trace<'t>> {
    Judge { stage, snapshot, rule }.traces()
}

/// One rule at one stage before one snapshot.
struct Judge<'a, 't> {
    stage: StageRules<'t>,
    snapshot: &'a Snapshot,
    rule: &'t Rule,
}

impl<'a, 't: 'a> Judge<'a, 't> {
    /// Adds one check for each series.
    fn add_checks(&self, checks: &mut Vec<Check<'t>>) {
        match self.not_evaluated() {
            Some(check) => checks.push(check),
            None => self.for_each_series(|case| checks.push(case.check())),
        }
    }

    /// The same checks, with how each came about.
    fn traces(&self) -> Vec<Trace<'t>> {
        let mut traces = Vec::new();
        match self.not_evaluated() {
            Some(check) => traces.push(Trace { check, steps: Steps::NotEvaluated }),
            None => self.for_each_series(|case| traces.push(case.trace())),
        }
        traces
    }

    fn not_evaluated(&self) -> Option<Check<'t>> {
        let why = self.why_not_evaluated()?;
        Some(Check { reason: Some(why), ..self.check(None, State::NotEvaluated) })
    }

    fn for_each_series(&self, mut look: impl FnMut(&Case<'_, '_, 't>)) {
        let labels = self.labels();
        let own = self.comparisons(&self.rule.condition, &labels);
        let and: Vec<_> = self.rule.and().iter().map(|condition| self.comparisons(condition, &labels)).collect();
        let exemptions = self.exemptions(&labels);
        let cases = labels.iter().zip(&own).zip(exemptions).enumerate().map(|(index, ((label, own), exemption))| {
            let and = and.iter().filter_map(|and| and.get(index)).collect();
            Case { judge: self, label: *label, own, and, exemption }
        });
        cases.for_each(|case| look(&case));
    }

    /// A limit that is not set, an optional metric that the snapshot lacks, or an optional metric without its
    /// baseline. An absent `unless` flag exempts nothing instead.
    fn why_not_evaluated(&self) -> Option<String> {
        let unset = |condition: &Condition| condition.limit(self.stage.id()) == Some(Limit::Unset);
        let unset = self.rule.conditions().find(|condition| unset(condition));
        let absent = || self.rule.conditions().find(|condition| self.snapshot.metric(condition.metric).is_none());
        unset
            .map(|condition| reason::no_limit(self.metric_name(condition.metric)))
            .or_else(|| absent().map(|condition| reason::not_in_snapshot(self.metric_name(condition.metric))))
            .or_else(|| {
                let metric = self.rule.condition.metric;
                let is_skipped = self.lacks_baseline() && self.is_optional(metric);
                is_skipped.then(|| reason::no_baseline(self.metric_name(metric)))
            })
    }

    /// Whether the rule's own limit moves with a baseline that the snapshot lacks altogether.
    fn lacks_baseline(&self) -> bool {
        let condition = &self.rule.condition;
        self.moves(condition) && self.snapshot.baseline(condition.metric).is_none()
    }

    /// Whether a limit moves with the baseline of its metric.
    fn moves(&self, condition: &Condition) -> bool {
        matches!(condition.limit(self.stage.id()), Some(Limit::Baseline { .. }))
    }

    /// The labels of the rule's metric; where it has none, those of the metrics beside it.
    fn labels(&self) -> Vec<Option<&'a str>> {
        let own = self.snapshot.metric(self.rule.condition.metric);
        if matches!(own, Some(Measurement::Labelled(_))) {
            return join_labels(own);
        }
        let and = self.rule.and().iter().map(|condition| condition.metric);
        let others = and.chain(self.rule.unless()).filter_map(|id| self.snapshot.metric(id));
        let baselines = self.rule.conditions().filter(|condition| self.moves(condition));
        let baselines = baselines.filter_map(|condition| self.snapshot.baseline(condition.metric));
        join_labels(others.chain(baselines))
    }

    /// `condition` for each label.
    fn comparisons(&self, condition: &'t Condition, labels: &[Option<&str>]) -> Vec<Comparison<'a>> {
        let limit = condition.limit(self.stage.id());
        let baseline = self.snapshot.baseline(condition.metric).filter(|_| self.moves(condition));
        let series = series_for_labels(self.snapshot.metric(condition.metric), labels);
        let with_bound = |(series, baseline)| {
            let bound = match limit {
                Some(Limit::Fixed(limit)) => Bound::Fixed(limit),
                Some(Limit::Baseline { percent }) => Bound::Moving { baseline, percent },
                // `why_not_evaluated` has sorted these out.
                Some(Limit::Unset) | None => Bound::Moving { baseline: None, percent: Finite::ZERO },
            };
            Comparison { condition, series, bound }
        };
        series.zip(series_for_labels(baseline, labels)).map(with_bound).collect()
    }

    /// What `unless` exempts, for each label.
    fn exemptions(&self, labels: &[Option<&str>]) -> impl Iterator<Item = Exemption<'a>> {
        let flag = self.rule.unless().and_then(|flag| self.snapshot.metric(flag));
        series_for_labels(flag, labels).map(move |series| match (flag, series) {
            (None, _) => Exemption::Nothing,
            (Some(_), None) => Exemption::NoSeries,
            (Some(_), Some(series)) => Exemption::Flag(series),
        })
    }

    /// A check in which nothing was found.
    fn check(&self, label: Option<&str>, state: State) -> Check<'t> {
        Check {
            rule: self.rule,
            limit: self.rule.condition.limit(self.stage.id()).unwrap_or(Limit::Unset),
            series: label.map(str::to_owned),
            state,
            worst: None,
            breaches: Vec::new(),
            fired_at: None,
            no_data: Vec::new(),
            reason: None,
        }
    }

    fn metric_name(&self, id: MetricId) -> &'t str {
        self.stage.pipeline().metric(id).map_or("", |metric| &metric.name)
    }

    fn is_optional(&self, id: MetricId) -> bool {
        self.stage.pipeline().metric(id).is_some_and(|metric| metric.optional)
    }
}

/// What a series is compared with.
#[derive(Clone, Copy)]
enum Bound<'a> {
    /// The same limit in every window.
    Fixed(Finite),
    /// A limit that moves with the baseline; `None` where there is no baseline for the label.
    Moving { baseline: Option<&'a Series>, percent: Finite },
}

/// One condition on one series; `None` where the metric lacks the label.
struct Comparison<'a> {
    condition: &'a Condition,
    series: Option<&'a Series>,
    bound: Bound<'a>,
}

impl Comparison<'_> {
    /// In one window.
    fn at(&self, window: usize) -> Compared {
        self.compare(|series| series.at(window))
    }

    /// Of whole series.
    fn whole(&self, aggregate: Aggregate, windows: usize) -> Compared {
        self.compare(|series| aggregate.of(series, windows))
    }

    fn compare(&self, value_of: impl Fn(&Series) -> Point) -> Compared {
        let value = self.series.and_then(|series| value_of(series).get());
        let limit = match self.bound {
            Bound::Fixed(limit) => Some(limit.get()),
            Bound::Moving { baseline, percent } => {
                baseline.and_then(|baseline| moved(value_of(baseline), percent).get())
            }
        };
        let holds = |(value, limit)| self.condition.comparator.holds(value, limit).into();
        Compared { value, limit, holds: value.zip(limit).map_or(Answer::Unknown, holds) }
    }

    fn lacks_baseline(&self) -> bool {
        matches!(self.bound, Bound::Moving { baseline: None, .. })
    }
}

/// The flag of `unless` on one series.
#[derive(Clone, Copy)]
enum Exemption<'a> {
    /// The rule has no `unless`, or its flag is not in the snapshot.
    Nothing,
    /// The flag lacks the label.
    NoSeries,
    /// Windows in which this is 1 are exempt.
    Flag(&'a Series),
}

/// One rule on one series: everything that its answer depends on.
struct Case<'a, 'j, 't> {
    judge: &'j Judge<'a, 't>,
    label: Option<&'a str>,
    own: &'j Comparison<'a>,
    and: Vec<&'j Comparison<'a>>,
    exemption: Exemption<'a>,
}

impl<'t> Case<'_, '_, 't> {
    fn check(&self) -> Check<'t> {
        match self.judge.rule.over {
            Over::Windows { .. } => self.check_windows(self.tally()),
            Over::Whole(aggregate) => self.check_whole(aggregate, self.whole(aggregate)),
        }
    }

    fn trace(&self) -> Trace<'t> {
        match self.judge.rule.over {
            Over::Windows { .. } => {
                let mut tally = Tally::default();
                let windows = 0..self.judge.snapshot.windows();
                let windows = windows.map(|window| self.step(self.judge_window(window, &mut tally))).collect();
                let check = self.check_windows(tally);
                Trace { check, steps: Steps::Windows { needed: self.needed(), windows } }
            }
            Over::Whole(aggregate) => {
                let windows = (0..self.judge.snapshot.windows()).map(|window| self.own.at(window)).collect();
                let (whole, breach) = self.whole(aggregate);
                let check = self.check_whole(aggregate, (whole, breach));
                Trace { check, steps: Steps::Whole { aggregate, windows, whole, breach } }
            }
        }
    }

    /// A window that was judged, with everything that was looked at.
    fn step(&self, judged: JudgedWindow) -> Step {
        let JudgedWindow { window, own, breach, run, possible } = judged;
        let exempt = self.exempt_in(window);
        let has_flag = !matches!(self.exemption, Exemption::Nothing);
        let exempt = has_flag.then_some(exempt);
        Step { own, and: self.and_in(window).collect(), exempt, breach, run, possible }
    }

    /// Goes through the windows in order; all at once if none can breach, as is mostly so.
    fn tally(&self) -> Tally {
        if let Some(worst) = self.worst_if_clear() {
            return Tally { worst: Some(worst), ..Tally::default() };
        }
        let mut tally = Tally::default();
        (0..self.judge.snapshot.windows()).for_each(|window| {
            self.judge_window(window, &mut tally);
        });
        tally
    }

    /// The value nearest to a breach, where every window has a value, the limit is one, and none breaches: then `and`
    /// and `unless` cannot turn one into a breach.
    fn worst_if_clear(&self) -> Option<Worst> {
        let Bound::Fixed(limit) = self.own.bound else { return None };
        let (limit, comparator) = (limit.get(), self.own.condition.comparator);
        let series = self.own.series.filter(|_| comparator.side().is_some())?;
        let (lowest, highest) = series.extremes()?;
        let badness = |value: &f64| self.badness(*value, limit);
        let worst = [lowest, highest].into_iter().max_by(|a, b| badness(a).total_cmp(&badness(b)))?;
        if self.against(comparator.holds(worst, limit).into()) != Answer::No {
            return None;
        }
        // The first of equals, with its own sign if they are zero.
        let window = (0..self.judge.snapshot.windows()).find(|window| series.at(*window).get() == Some(worst))?;
        let value = series.at(window).get()?;
        Some(Worst { value, limit, window: Some(window) })
    }

    /// Judges the next window.
    fn judge_window(&self, window: usize, tally: &mut Tally) -> JudgedWindow {
        let own = self.own.at(window);
        // A rule that lacks its baseline has no data at all, whatever `and` and `unless` say.
        let lacks_baseline = self.judge.lacks_baseline();
        let breach = if lacks_baseline { Answer::Unknown } else { self.breach(own, window) };
        let breach = self.resolve(breach);
        let worst = own.pair().map(|(value, limit)| Worst { value, limit, window: Some(window) });
        tally.add(window, breach, worst, self);
        JudgedWindow { window, own, breach, run: tally.run.windows, possible: tally.possible }
    }

    fn check_windows(&self, tally: Tally) -> Check<'t> {
        let rule = self.judge.rule;
        let windows = self.judge.snapshot.windows();
        let needed = self.needed();
        let gaps = tally.no_data.iter().map(Stretch::windows).sum();
        let state = if tally.longest.windows >= needed {
            State::breached(rule.kind)
        } else if tally.longest_possible >= needed {
            State::NoData
        } else {
            State::clear(rule.kind)
        };
        let long_enough = tally.breaches.iter().find(|breach| breach.windows() >= needed);
        let fired_at = long_enough.filter(|_| state == State::Fired).map(|breach| breach.from + needed - 1);
        let worst = match state {
            State::Fired => tally.longest.measured_worst(),
            State::Fail => tally.all.measured_worst(),
            State::Pass | State::Quiet => tally.worst,
            State::NoData | State::NotEvaluated => None,
        };
        Check {
            worst,
            breaches: tally.breaches,
            fired_at,
            no_data: tally.no_data,
            reason: self.reason(state, worst, || reason::no_data(&self.subject(), gaps, windows)),
            ..self.judge.check(self.label, state)
        }
    }

    /// How many windows in a row must breach.
    fn needed(&self) -> usize {
        self.judge.rule.persistence().needed(self.judge.snapshot.window())
    }

    /// One value of all windows, and whether it breaches.
    fn whole(&self, aggregate: Aggregate) -> (Compared, Breach) {
        let whole = self.own.whole(aggregate, self.judge.snapshot.windows());
        (whole, self.resolve(self.against(whole.holds)))
    }

    /// One value has no window of its own: only that of the last window has one to show.
    fn check_whole(&self, aggregate: Aggregate, (whole, breach): (Compared, Breach)) -> Check<'t> {
        let rule = self.judge.rule;
        let windows = self.judge.snapshot.windows();
        let pair = whole.pair();
        let state = match breach.resolved {
            Answer::Yes => State::breached(rule.kind),
            Answer::No => State::clear(rule.kind),
            Answer::Unknown => State::NoData,
        };
        let window = (aggregate == Aggregate::Last).then(|| windows.saturating_sub(1));
        let worst = pair.map(|(value, limit)| Worst { value, limit, window });
        let breach = window.filter(|_| matches!(state, State::Fail | State::Fired));
        let gaps = match pair {
            Some(_) => Vec::new(),
            None if self.own.lacks_baseline() => self.gaps(0..windows),
            None => self.gaps(window.unwrap_or_default()..windows),
        };
        Check {
            worst,
            breaches: breach.map(|window| Stretch { from: window, to: window }).into_iter().collect(),
            fired_at: breach.filter(|_| state == State::Fired),
            no_data: gaps,
            reason: self.reason(state, worst, || reason::no_aggregate(&self.subject())),
            ..self.judge.check(self.label, state)
        }
    }

    /// Those of `windows` in which the value or the limit has no data; all of them, if it is neither.
    fn gaps(&self, windows: Range<usize>) -> Vec<Stretch> {
        let mut gaps = Vec::new();
        windows
            .clone()
            .filter(|window| self.own.at(*window).pair().is_none())
            .for_each(|window| extend(&mut gaps, window));
        if gaps.is_empty() {
            gaps.extend(windows.end.checked_sub(1).map(|last| Stretch { from: windows.start, to: last }));
        }
        gaps
    }

    /// Whether `window` breaches: the rule's comparison against it, every `and`, and not exempt.
    fn breach(&self, own: Compared, window: usize) -> Answer {
        let breach = self.and_in(window).fold(self.against(own.holds), |breach, and| breach.and(and.holds));
        breach.and(!self.exempt_in(window))
    }

    fn resolve(&self, measured: Answer) -> Breach {
        Breach { measured, resolved: self.judge.rule.missing.resolve(measured) }
    }

    fn and_in(&self, window: usize) -> impl Iterator<Item = Compared> {
        self.and.iter().map(move |and| and.at(window))
    }

    fn exempt_in(&self, window: usize) -> Answer {
        match self.exemption {
            Exemption::Nothing => Answer::No,
            Exemption::NoSeries => Answer::Unknown,
            Exemption::Flag(flag) => flag.at(window).get().map_or(Answer::Unknown, |flag| (flag == 1.0).into()),
        }
    }

    /// A gate is broken where its comparison does not hold, a rollback where it does.
    fn against(&self, holds: Answer) -> Answer {
        match self.judge.rule.kind {
            Kind::Gate => !holds,
            Kind::Rollback => holds,
        }
    }

    /// The one farther into a breach; the earlier of equals.
    fn worse(&self, earlier: Option<Worst>, later: Option<Worst>) -> Option<Worst> {
        let (Some(a), Some(b)) = (earlier, later) else {
            return earlier.or(later);
        };
        let badness = |worst: Worst| self.badness(worst.value, worst.limit);
        if badness(b) > badness(a) { later } else { earlier }
    }

    /// How far `value` is into a breach of `limit`, to compare with that of other windows.
    fn badness(&self, value: f64, limit: f64) -> f64 {
        let comparator = self.judge.rule.condition.comparator;
        let excess = match self.own.bound {
            // Among windows with one limit the values decide: their differences to it might round to a tie.
            Bound::Fixed(_) if comparator.side().is_some() => comparator.excess(value, 0.0),
            Bound::Fixed(_) | Bound::Moving { .. } => comparator.excess(value, limit),
        };
        match self.judge.rule.kind {
            Kind::Gate => -excess,
            Kind::Rollback => excess,
        }
    }

    fn subject(&self) -> String {
        reason::subject(self.judge.metric_name(self.judge.rule.condition.metric), self.label)
    }

    fn reason(&self, state: State, worst: Option<Worst>, no_data: impl FnOnce() -> String) -> Option<String> {
        let (rule, snapshot) = (self.judge.rule, self.judge.snapshot);
        let window = snapshot.window();
        match (state, worst) {
            (State::Pass | State::Quiet, _) => None,
            (State::Fail | State::Fired, Some(Worst { value, limit, .. })) => {
                let facts = Facts {
                    subject: &self.subject(),
                    stage: &self.judge.stage.stage().name,
                    value,
                    limit,
                    windows: rule.persistence().needed(window),
                    lasting: rule.persistence().duration(window),
                    window,
                };
                Some(reason::breach(rule, &facts))
            }
            (State::Fail | State::Fired | State::NoData | State::NotEvaluated, _) => {
                Some(if self.own.lacks_baseline() { reason::no_baseline(&self.subject()) } else { no_data() })
            }
        }
    }
}

/// One window as it was judged.
#[derive(Clone, Copy)]
struct JudgedWindow {
    window: usize,
    own: Compared,
    breach: Breach,
    /// How long the run is that it is in, and how long it would be were every gap a breach.
    run: usize,
    possible: usize,
}

/// Breaching windows: how many, and the worst value in them.
#[derive(Clone, Copy, Default)]
struct Breaches {
    windows: usize,
    worst: Option<Worst>,
    /// Whether one of them breaches by what was measured, and not only by `missing: breach`.
    is_measured: bool,
}

impl Breaches {
    fn add(&mut self, answer: Answer, worst: Option<Worst>, case: &Case<'_, '_, '_>) {
        self.windows += 1;
        self.worst = case.worse(self.worst, worst);
        self.is_measured |= answer == Answer::Yes;
    }

    /// The worst value, where it is a value that breaches.
    fn measured_worst(&self) -> Option<Worst> {
        self.worst.filter(|_| self.is_measured)
    }
}

/// What adds up from window to window.
#[derive(Default)]
struct Tally {
    /// All windows that breach.
    all: Breaches,
    /// The run that the last window is in; empty if it does not breach.
    run: Breaches,
    /// The longest run; the earliest of equals.
    longest: Breaches,
    /// How long the run would be were every gap a breach, now and at most.
    possible: usize,
    longest_possible: usize,
    /// The value nearest to a breach, or farthest into one.
    worst: Option<Worst>,
    breaches: Vec<Stretch>,
    no_data: Vec<Stretch>,
}

impl Tally {
    /// Adds a window: whether it breaches, and its value.
    fn add(&mut self, window: usize, breach: Breach, worst: Option<Worst>, case: &Case<'_, '_, '_>) {
        let Breach { measured, resolved } = breach;
        self.worst = case.worse(self.worst, worst);
        if measured == Answer::Unknown {
            extend(&mut self.no_data, window);
        }
        if resolved == Answer::Yes {
            extend(&mut self.breaches, window);
            self.all.add(measured, worst, case);
            self.run.add(measured, worst, case);
        } else {
            self.run = Breaches::default();
        }
        if self.run.windows > self.longest.windows {
            self.longest = self.run;
        }
        self.possible = if resolved == Answer::No { 0 } else { self.possible + 1 };
        self.longest_possible = self.longest_possible.max(self.possible);
    }
}

/// Adds `window` to the last stretch if it follows it, else begins one.
fn extend(stretches: &mut Vec<Stretch>, window: usize) {
    match stretches.last_mut() {
        Some(last) if last.to + 1 == window => last.to = window,
        _ => stretches.push(Stretch { from: window, to: window }),
    }
}
