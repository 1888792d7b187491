//! Judging: the rules of a stage against a snapshot.
//!
//! A rule is judged once for each series. In every window that it looks at its conditions are compared, `and` and
//! `unless` narrow the breach, `missing` says what no data means, and the persistence says how much breaching trips it.

use super::{
    answer::{Answer, Otherwise, Pending},
    comparison::{Comparison, Subject, WindowView},
    limit::Limit,
    measurement::{Measurement, Series, join_labels, series_for_labels},
    persistence::{Persistence, Tripped, covered, windows_to_cover},
    reason::{self, Amounts},
    snapshot::{Prepared, Quotient, Snapshot},
    table::{Condition, Kind, Measure, MetricId, Rule, StageRules},
    template::Facts,
    trace::{Breach, Compared, Step, Trace},
    verdict::{Beside, Check, Gap, State, Stretch, Verdict, Worst},
};

/// Judges what was prepared for `stage` by its rules.
///
/// Pure and total: equal arguments give equal verdicts, and every argument gives one. The snapshot must be made
/// for this stage: one made for another may lack what this stage requires, and rules on what is lacking are
/// not evaluated, which keeps nothing from being promoted.
#[must_use]
pub fn evaluate<'t>(stage: StageRules<'t>, prepared: &Prepared) -> Verdict<'t> {
    let Prepared { snapshot, whole, is_faulty, .. } = prepared;
    let checks = checks(stage, snapshot, *is_faulty);
    let left_out = whole.as_ref().map_or(Vec::new(), |whole| {
        let fired = |check: &&Check<'_>| check.state == State::Fired;
        let still_fires = |check: &Check<'_>| {
            let alike = |other: &&Check<'_>| other.rule.id == check.rule.id && other.series == check.series;
            checks.iter().filter(fired).any(|other| alike(&other))
        };
        let all = self::checks(stage, whole, *is_faulty);
        all.iter().filter(fired).filter(|check| !still_fires(check)).filter_map(reason::left_out).collect()
    });
    let observed = covered(snapshot.windows(), snapshot.window());
    let required = stage.stage().observe.filter(|required| observed < *required);
    let too_short = required.map(|required| reason::observed(observed, required));
    Verdict::new(stage, snapshot, checks, left_out).with_too_short(too_short)
}

fn checks<'t>(stage: StageRules<'t>, snapshot: &Snapshot, is_faulty: bool) -> Vec<Check<'t>> {
    let mut checks = Vec::with_capacity(stage.rules().count());
    for rule in stage.rules() {
        Judge { stage, snapshot, rule, is_faulty }.add_checks(&mut checks);
    }
    checks
}

/// Judges by one rule of `stage` and tells how each check came about: one for each series, with the checks that
/// [`evaluate`] gives. `rule` must be one that the stage has.
#[must_use]
pub fn trace<'t>(stage: StageRules<'t>, prepared: &Prepared, rule: &'t Rule) -> Vec<Trace<'t>> {
    Judge { stage, snapshot: &prepared.snapshot, rule, is_faulty: prepared.is_faulty }.traces()
}

/// One rule at one stage before one snapshot.
struct Judge<'a, 't> {
    stage: StageRules<'t>,
    snapshot: &'a Snapshot,
    rule: &'t Rule,
    is_faulty: bool,
}

impl<'a, 't: 'a> Judge<'a, 't> {
    /// Adds one check for each series.
    fn add_checks(&self, checks: &mut Vec<Check<'t>>) {
        match self.not_evaluated() {
            Some(check) => checks.push(check),
            None => self.for_each_series(|case| checks.push(case.check(&case.judge_windows()))),
        }
    }

    /// The same checks, with how each came about.
    fn traces(&self) -> Vec<Trace<'t>> {
        let mut traces = Vec::new();
        match self.not_evaluated() {
            Some(check) => traces.push(Trace { check, measure: self.rule.condition.measure, steps: Vec::new() }),
            None => self.for_each_series(|case| traces.push(case.trace())),
        }
        traces
    }

    fn not_evaluated(&self) -> Option<Check<'t>> {
        let why = self.why_not_evaluated()?;
        Some(Check { reason: Some(why), ..Check::new(self.rule, self.limit(&self.rule.condition), None) })
    }

    fn for_each_series(&self, mut look: impl FnMut(&Case<'_, 't>)) {
        let labels = self.labels();
        let subjects: Vec<Vec<Subject<'_>>> =
            self.rule.conditions().map(|condition| self.subjects(condition, &labels)).collect();
        let mut subjects: Vec<_> = subjects.into_iter().map(Vec::into_iter).collect();
        let flags: Vec<Option<Exemption<'_>>> = self.exemptions(&labels);
        for (label, exemption) in labels.iter().zip(flags) {
            let of_label: Vec<Subject<'_>> = subjects.iter_mut().filter_map(Iterator::next).collect();
            let view = self.view(of_label.first().and_then(|own| own.series));
            let mut comparisons = of_label.into_iter().map(|subject| Comparison::new(subject, &view));
            let Some(own) = comparisons.next() else { continue };
            let and = comparisons.collect();
            look(&Case { judge: self, label: *label, view: &view, own, and, exemption });
        }
    }

    /// The windows that the rule looks at, without those that `missing` takes out beside an aggregate.
    fn view(&self, series: Option<&Series>) -> WindowView {
        let (all, width) = (self.snapshot.windows(), self.snapshot.window());
        let count = self.rule.last.map_or(all, |last| all.min(windows_to_cover(last, width)));
        let first = all - count;
        let has_data = |window: &usize| series.is_some_and(|series| series.at(*window).get().is_some());
        let is_aggregate = self.rule.condition.measure != Measure::Window;
        let kept = self.rule.missing.allow.filter(|_| is_aggregate).and_then(|_| {
            let kept: Vec<usize> = (first..all).filter(has_data).collect();
            let last_has_data = kept.last() == Some(&(all - 1));
            self.rule.missing.skips(count - kept.len(), count, last_has_data).then_some(kept)
        });
        WindowView { first, count, kept, width }
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
                let is_skipped = self.lacks_baseline(&self.rule.condition) && self.is_optional(metric);
                is_skipped.then(|| reason::no_baseline(self.metric_name(metric)))
            })
    }

    /// Whether a limit moves with a baseline that the snapshot lacks altogether.
    fn lacks_baseline(&self, condition: &Condition) -> bool {
        self.moves(condition) && self.snapshot.baseline(condition.metric).is_none()
    }

    /// Whether a limit moves with the baseline of its metric.
    fn moves(&self, condition: &Condition) -> bool {
        matches!(self.limit(condition), Limit::Baseline { .. })
    }

    fn limit(&self, condition: &Condition) -> Limit {
        condition.limit(self.stage.id()).unwrap_or(Limit::Unset)
    }

    /// The labels of the rule's metric; where it has none, those of the metrics beside it.
    fn labels(&self) -> Vec<Option<&'a str>> {
        let own = self.snapshot.metric(self.rule.condition.metric);
        if matches!(own, Some(Measurement::Labelled(_))) {
            return join_labels(own);
        }
        let and = self.rule.and.iter().map(|condition| condition.metric);
        let others = and.chain(self.rule.unless).filter_map(|id| self.snapshot.metric(id));
        let baselines = self.rule.conditions().filter(|condition| self.moves(condition));
        let baselines = baselines.filter_map(|condition| self.snapshot.baseline(condition.metric));
        join_labels(others.chain(baselines))
    }

    /// What `condition` compares, for each label.
    fn subjects(&self, condition: &'t Condition, labels: &[Option<&str>]) -> Vec<Subject<'a>> {
        let Some(metric) = self.stage.pipeline().metric(condition.metric) else { return Vec::new() };
        let limit = self.limit(condition);
        let baseline = self.snapshot.baseline(condition.metric).filter(|_| self.moves(condition));
        let series = series_for_labels(self.snapshot.metric(condition.metric), labels);
        let quotients = Quotient::for_labels(metric, self.snapshot.metrics(), labels).unwrap_or_default();
        let mut quotients = quotients.into_iter();
        let is_labelled = matches!(self.snapshot.metric(condition.metric), Some(Measurement::Labelled(_)));
        let subject = |(series, baseline)| {
            let parts = quotients.next();
            Subject { condition, metric, series, is_labelled, parts, limit, baseline }
        };
        series.zip(series_for_labels(baseline, labels)).map(subject).collect()
    }

    /// What `unless` exempts, for each label; `None` where the rule has no flag, or the snapshot lacks it.
    fn exemptions(&self, labels: &[Option<&str>]) -> Vec<Option<Exemption<'a>>> {
        let flag = self.rule.unless.and_then(|id| Some((self.metric_name(id), self.snapshot.metric(id)?)));
        let series = series_for_labels(flag.map(|(_, measurement)| measurement), labels);
        series.map(|series| flag.map(|(name, _)| Exemption { name, series })).collect()
    }

    fn metric_name(&self, id: MetricId) -> &'t str {
        self.stage.pipeline().metric(id).map_or("", |metric| &metric.name)
    }

    fn is_optional(&self, id: MetricId) -> bool {
        self.stage.pipeline().metric(id).is_some_and(|metric| metric.optional)
    }
}

/// The flag of `unless` on one series.
#[derive(Clone, Copy)]
struct Exemption<'a> {
    name: &'a str,
    /// `None` where the flag lacks the label.
    series: Option<&'a Series>,
}

impl Exemption<'_> {
    fn at(self, window: usize) -> Answer {
        let flag = self.series.and_then(|series| series.at(window).get());
        flag.map_or(Answer::Unknown, |flag| (flag == 1.0).into())
    }
}

/// One rule on one series: everything that its answer depends on.
struct Case<'c, 't> {
    judge: &'c Judge<'c, 't>,
    label: Option<&'c str>,
    view: &'c WindowView,
    own: Comparison<'c>,
    and: Vec<Comparison<'c>>,
    exemption: Option<Exemption<'c>>,
}

/// The windows of a case as they were judged.
#[derive(Default)]
struct JudgedWindows {
    /// By place in the view, in order; those that were skipped are not among them. Empty where none can breach.
    windows: Vec<(usize, Breach)>,
    /// The places of the windows that were skipped.
    skipped: Vec<usize>,
    /// The place nearest to a breach, where none can breach.
    clear: Option<usize>,
}

impl<'t> Case<'_, 't> {
    /// The first place at which every value has all of its windows.
    fn first(&self) -> usize {
        let over = self.judge.rule.longest_over();
        over.map_or(0, |over| windows_to_cover(over, self.view.width).saturating_sub(1))
    }

    /// Judges every window; none of them by itself, if none can breach, as is mostly so.
    fn judge_windows(&self) -> JudgedWindows {
        if let Some(place) = self.nearest_if_clear() {
            return JudgedWindows { clear: Some(place), ..JudgedWindows::default() };
        }
        let rule = self.judge.rule;
        let measured: Vec<(usize, Answer)> =
            (self.first()..self.view.len()).map(|place| (place, self.breach(place))).collect();
        let without_data = measured.iter().filter(|(_, answer)| *answer == Answer::Unknown).count();
        let last_has_data = measured.last().is_some_and(|(_, answer)| *answer != Answer::Unknown);
        let is_skipping = rule.condition.measure == Measure::Window
            && rule.missing.skips(without_data, measured.len(), last_has_data);
        let mut judged = JudgedWindows::default();
        for (place, answer) in measured {
            if is_skipping && answer == Answer::Unknown {
                judged.skipped.push(place);
            } else {
                judged.windows.push((place, self.resolve(answer)));
            }
        }
        judged
    }

    /// The place of the value nearest to a breach, where every window has a value, the limit is one, and none breaches:
    /// then `and` and `unless` cannot turn one into a breach.
    fn nearest_if_clear(&self) -> Option<usize> {
        let comparator = self.own.condition().comparator;
        let (lowest, highest) = self.own.extremes().filter(|_| self.first() == 0)?;
        let Limit::Fixed(limit) = self.judge.limit(self.own.condition()) else { return None };
        let is_low_worst = self.breaches_towards() == Some(std::cmp::Ordering::Less);
        let worst = if is_low_worst { lowest } else { highest };
        // Of a quotient that rounds to the limit, the doubles do not tell.
        if worst == limit.get() && self.own.is_derived() {
            return None;
        }
        if self.against(comparator.holds(worst, limit.get()).into()) != Answer::No {
            return None;
        }
        (0..self.view.len()).find(|place| self.own.point(*place).get() == Some(worst))
    }

    /// On which side of the limit breaches are; `None` for both or neither.
    fn breaches_towards(&self) -> Option<std::cmp::Ordering> {
        let side = self.own.condition().comparator.side()?;
        Some(match self.judge.rule.kind {
            Kind::Gate => side.reverse(),
            Kind::Rollback => side,
        })
    }

    /// Whether a window breaches: the rule's comparison against it, every `and`, and not exempt.
    fn breach(&self, place: usize) -> Answer {
        // A rule that lacks its baseline has no data at all, whatever `and` and `unless` say.
        if self.judge.lacks_baseline(self.own.condition()) {
            return Answer::Unknown;
        }
        let own = self.against(self.own.holds(place));
        let breach = self.and.iter().fold(own, |breach, and| breach.and(and.holds(place)));
        breach.and(!self.exempt(place).unwrap_or(Answer::No))
    }

    /// Whether a window is exempt; `None` where there is no flag.
    fn exempt(&self, place: usize) -> Option<Answer> {
        self.exemption.map(|exemption| exemption.at(self.view.window(place)))
    }

    /// A gate is broken where its comparison does not hold, a rollback where it does.
    fn against(&self, holds: Answer) -> Answer {
        match self.judge.rule.kind {
            Kind::Gate => !holds,
            Kind::Rollback => holds,
        }
    }

    fn resolve(&self, measured: Answer) -> Breach {
        let Judge { rule, is_faulty, .. } = self.judge;
        // A misspelt name rolls nothing back.
        let is_held = *is_faulty && rule.kind == Kind::Rollback && rule.missing.otherwise == Otherwise::Breach;
        let otherwise = if is_held { Otherwise::Hold } else { rule.missing.otherwise };
        Breach { measured, resolved: otherwise.resolve(measured) }
    }

    fn check(&self, judged: &JudgedWindows) -> Check<'t> {
        let rule = self.judge.rule;
        let nothing = Check::new(rule, self.judge.limit(&rule.condition), self.label);
        if let Some(place) = judged.clear {
            return match self.too_wide() {
                Some(_) => self.without_data(nothing, judged),
                None => Check { state: State::clear(rule.kind), worst: self.worst_at(place), ..nothing },
            };
        }
        let outcome = Outcome::of(self, judged);
        match outcome.state {
            State::NoData => self.without_data(nothing, judged),
            state => self.with_outcome(Check { state, ..nothing }, judged, &outcome),
        }
    }

    /// A check whose windows came to something.
    fn with_outcome(&self, nothing: Check<'t>, judged: &JudgedWindows, outcome: &Outcome) -> Check<'t> {
        let group = judged.windows.get(outcome.group.clone()).unwrap_or_default();
        let breaching = group.iter().filter(|(_, breach)| breach.resolved == Answer::Yes);
        let is_clear = matches!(outcome.state, State::Pass | State::Quiet);
        let candidates = if is_clear {
            group.iter().map(|(place, _)| *place).collect()
        } else {
            breaching.clone().map(|(place, _)| *place).collect::<Vec<_>>()
        };
        let worst_place = self.worst_of(&candidates);
        let is_measured = is_clear || breaching.clone().any(|(_, breach)| breach.measured == Answer::Yes);
        let worst_place = worst_place.filter(|_| is_measured);
        let worst = worst_place.and_then(|place| self.worst_at(place));
        let about = self.about(outcome, group, worst_place);
        let window = |place: Option<usize>| {
            let (place, _) = judged.windows.get(place?)?;
            self.has_windows().then(|| self.last_window_behind(*place))
        };
        let reason = (!is_clear).then(|| match (worst, worst_place) {
            (Some(worst), Some(place)) => self.reason(outcome, worst, place),
            _ => self.no_data_reason(judged, outcome.state),
        });
        Check {
            worst,
            and: worst_place.filter(|_| !is_clear).map_or(Vec::new(), |place| self.beside(place)),
            breaches: self.stretches(judged, |breach| breach.resolved == Answer::Yes),
            fired_at: window(outcome.tripped).filter(|_| outcome.state == State::Fired),
            pending_since: window(Some(outcome.group.start)).filter(|_| outcome.state == State::Pending),
            no_data: self.gaps(judged),
            about: about.filter(|_| !is_clear),
            reason,
            ..nothing
        }
    }

    /// A check that is no data.
    fn without_data(&self, nothing: Check<'t>, judged: &JudgedWindows) -> Check<'t> {
        Check {
            state: State::NoData,
            breaches: self.stretches(judged, |breach| breach.resolved == Answer::Yes),
            no_data: self.gaps(judged),
            reason: Some(self.no_data_reason(judged, State::NoData)),
            ..nothing
        }
    }

    /// Whether a value belongs to one window.
    fn has_windows(&self) -> bool {
        !matches!(self.judge.rule.condition.measure, Measure::Whole(aggregate) if aggregate != super::aggregate::Aggregate::Last)
    }

    /// The last of the windows of which the value at a place is made.
    fn last_window_behind(&self, place: usize) -> usize {
        self.view.window(self.own.places_behind(place).last().unwrap_or(place))
    }

    /// What the windows are too wide for.
    fn too_wide(&self) -> Option<std::time::Duration> {
        self.judge.rule.narrower_than(self.view.width)
    }

    /// The worst of some places; the earliest of equals. `None` where none has a value beside a limit.
    fn worst_of(&self, places: &[usize]) -> Option<usize> {
        let towards = self.breaches_towards();
        let decided = places.iter().copied().filter(|place| self.own.holds(*place) != Answer::Unknown);
        let is_farther = |a, b| {
            let farther = self.own.farther(towards, a, b);
            // Of `equals` a gate breaches away from the limit, and a rollback at it; of `differs` the other way round.
            let breaches_at_limit =
                self.against(self.own.condition().comparator.accepts(std::cmp::Ordering::Equal).into());
            if towards.is_none() && breaches_at_limit == Answer::Yes { farther.reverse() } else { farther }
        };
        decided
            .reduce(|worst, place| if is_farther(place, worst) == std::cmp::Ordering::Greater { place } else { worst })
    }

    fn worst_at(&self, place: usize) -> Option<Worst> {
        let (value, limit) = self.own.pair(place)?;
        let is_of_window =
            matches!(self.judge.rule.condition.measure, Measure::Window | Measure::Sliding(..)) || self.has_windows();
        let window = match self.judge.rule.condition.measure {
            Measure::Whole(_) if is_of_window => Some(self.view.window(self.view.len().saturating_sub(1))),
            _ => is_of_window.then(|| self.view.window(place)),
        };
        Some(Worst { value, limit, window })
    }

    /// The conditions of `and` at a place.
    fn beside(&self, place: usize) -> Vec<Beside> {
        let beside = |and: &Comparison<'_>| {
            let (value, limit) = and.pair(place)?;
            let subject = reason::subject(&and.metric().name, self.label.filter(|_| and.is_labelled()));
            let condition = and.condition();
            let is_written = !and.moves();
            Some(Beside {
                subject,
                measure: condition.measure,
                comparator: condition.comparator,
                value,
                limit,
                is_written,
            })
        };
        self.and.iter().filter_map(beside).collect()
    }

    /// The windows that a reason is about.
    fn about(&self, outcome: &Outcome, group: &[(usize, Breach)], worst: Option<usize>) -> Option<Stretch> {
        let breaching = || group.iter().filter(|(_, breach)| breach.resolved == Answer::Yes);
        let window = |place: usize| self.view.window(place);
        match (self.judge.rule.condition.measure, self.judge.rule.persistence) {
            (Measure::Whole(_), _) => Some(Stretch { from: window(0), to: window(self.view.len().checked_sub(1)?) }),
            (_, Persistence::Once) => {
                let place = worst.or_else(|| breaching().next().map(|(place, _)| *place))?;
                Some(Stretch { from: window(place), to: window(place) })
            }
            (_, Persistence::Of { .. }) if outcome.state != State::Pending => {
                Some(Stretch { from: window(group.first()?.0), to: window(group.last()?.0) })
            }
            _ => Some(Stretch { from: window(breaching().next()?.0), to: window(breaching().next_back()?.0) }),
        }
    }

    /// Runs of windows that are `such`.
    fn stretches(&self, judged: &JudgedWindows, such: impl Fn(&Breach) -> bool) -> Vec<Stretch> {
        let mut stretches = Vec::new();
        match self.judge.rule.condition.measure {
            Measure::Whole(_) if !self.has_windows() => {}
            Measure::Whole(_) => {
                if let Some((place, _)) = judged.windows.last().filter(|(_, breach)| such(breach)) {
                    extend(&mut stretches, self.view.window(*place));
                }
            }
            _ => {
                for (place, _) in judged.windows.iter().filter(|(_, breach)| such(breach)) {
                    extend(&mut stretches, self.view.window(*place));
                }
            }
        }
        stretches
    }

    /// The windows without data, each with why.
    fn gaps(&self, judged: &JudgedWindows) -> Vec<Gap> {
        let mut gaps: Vec<Gap> = Vec::new();
        let mut add = |window: usize, cause: String| match gaps.last_mut() {
            Some(last) if last.windows.to + 1 == window && last.cause == cause => last.windows.to = window,
            _ => gaps.push(Gap { windows: Stretch { from: window, to: window }, cause }),
        };
        let unknown = judged.windows.iter().filter(|(_, breach)| breach.measured == Answer::Unknown);
        match self.judge.rule.condition.measure {
            Measure::Whole(_) => {
                if unknown.clone().next().is_some() {
                    let first = if self.has_windows() { self.view.len().saturating_sub(1) } else { 0 };
                    let places = (first..self.view.len()).filter(|place| !self.point_causes(*place).is_empty());
                    places.for_each(|place| add(self.view.window(place), self.point_causes(place).join(", ")));
                }
            }
            _ => {
                let mut places: Vec<usize> =
                    unknown.map(|(place, _)| *place).chain(judged.skipped.iter().copied()).collect();
                places.sort_unstable();
                for place in places {
                    add(self.view.window(place), self.causes(place).join(", "));
                }
            }
        }
        gaps
    }

    /// Why a place is without data, in words; none for what was simply not measured.
    fn causes(&self, place: usize) -> Vec<String> {
        let mut causes = Vec::new();
        if self.own.holds(place) == Answer::Unknown {
            causes.extend(self.own.places_behind(place).flat_map(|behind| self.worded_causes(behind)));
        }
        for and in self.and.iter().filter(|and| and.holds(place) == Answer::Unknown) {
            let has_value = and.places_behind(place).any(|place| and.point(place).get().is_some());
            let is_own = and.condition().metric == self.own.condition().metric;
            if is_own && (and.has_limit(place) || !has_value) {
                // What is wrong with its own metric is not told as another's.
                causes.extend(and.places_behind(place).flat_map(|behind| self.worded_causes(behind)));
            } else if has_value && !and.has_limit(place) {
                causes.push(reason::NO_BASELINE.to_owned());
            } else {
                causes.push(reason::has_no_data(&and.metric().name));
            }
        }
        if let Some(exemption) = self.exemption.filter(|_| self.exempt(place) == Some(Answer::Unknown)) {
            causes.push(reason::has_no_data(exemption.name));
        }
        causes
    }

    /// Those of [`Self::point_causes`] that have words.
    fn worded_causes(&self, place: usize) -> Vec<String> {
        self.point_causes(place).into_iter().filter(|cause| !cause.is_empty()).collect()
    }

    /// Why the rule's own value, or its limit, lacks data in one window; an empty text where it was not measured.
    fn point_causes(&self, place: usize) -> Vec<String> {
        match self.own.point(place).cause() {
            Some(cause) => {
                let metric = self.own.metric();
                let name = |id: MetricId| self.judge.metric_name(id);
                reason::causes(metric, cause, self.label, &self.own.parts_without_data(place), name)
            }
            None if !self.own.has_limit_of_window(place) => vec![reason::NO_BASELINE.to_owned()],
            None => Vec::new(),
        }
    }

    fn no_data_reason(&self, judged: &JudgedWindows, state: State) -> String {
        let subject = self.subject();
        if let Some(over) = self.judge.rule.longest_over().filter(|_| self.first() >= self.view.len()) {
            return reason::shorter_than(&subject, over);
        }
        if let Some(narrow) = self.too_wide().filter(|_| state == State::NoData) {
            return reason::too_wide(&subject, self.view.width, narrow);
        }
        if self.judge.lacks_baseline(self.own.condition()) {
            return reason::no_baseline(&subject);
        }
        let unknown = judged.windows.iter().filter(|(_, breach)| breach.measured == Answer::Unknown);
        let mut causes: Vec<String> = Vec::new();
        for cause in unknown.clone().flat_map(|(place, _)| self.causes(*place)) {
            if !causes.contains(&cause) {
                causes.push(cause);
            }
        }
        match self.judge.rule.condition.measure {
            Measure::Whole(_) => reason::no_aggregate(&subject, &causes),
            _ => reason::no_data(&subject, unknown.count(), judged.windows.len() + judged.skipped.len(), &causes),
        }
    }

    fn subject(&self) -> String {
        reason::subject(self.judge.metric_name(self.judge.rule.condition.metric), self.label)
    }

    /// Why the rule failed, fired, or is pending.
    fn reason(&self, outcome: &Outcome, worst: Worst, place: usize) -> String {
        let (rule, subject) = (self.judge.rule, self.subject());
        let amounts =
            Amounts { value: worst.value, limit: worst.limit, is_written: !self.judge.moves(&rule.condition) };
        let beside = self.beside(place);
        if outcome.state == State::Pending {
            return reason::pending(rule, &subject, amounts, outcome.group.len(), self.view.width, &beside);
        }
        let facts = Facts {
            subject: &subject,
            stage: &self.judge.stage.stage().name,
            value: worst.value,
            limit: worst.limit,
            windows: rule.persistence.windows_phrase(self.view.width),
            lasting: rule.persistence.duration(self.view.width),
            window: self.view.width,
        };
        reason::breach(rule, &facts, amounts, &beside)
    }

    fn trace(&self) -> Trace<'t> {
        let judged = self.judge_windows();
        let check = self.check(&judged);
        // Where none can breach, nothing was looked at yet.
        let breach_at = |place: usize| {
            let found = judged.windows.iter().find(|(judged, _)| *judged == place).map(|(_, breach)| *breach);
            found.unwrap_or_else(|| self.resolve(self.breach(place)))
        };
        let mut run = 0;
        let steps = (0..self.view.len()).map(|place| {
            let is_judged = place >= self.first();
            let is_skipped = judged.skipped.contains(&place);
            let breach = breach_at(place);
            run = match (is_skipped, breach.resolved) {
                (true, _) => run,
                (false, Answer::Yes) if is_judged => run + 1,
                _ => 0,
            };
            Step {
                window: self.view.window(place),
                measured: self.own.point(place).get(),
                own: self.own.compared(place),
                and: self.and.iter().map(|and| and.compared(place)).collect::<Vec<Compared>>(),
                exempt: self.exempt(place),
                breach,
                is_judged,
                is_skipped,
                run,
            }
        });
        Trace { check, measure: self.judge.rule.condition.measure, steps: steps.collect() }
    }
}

/// What the windows of a case come to.
struct Outcome {
    state: State,
    /// The window at which it was enough, by its place among the judged ones.
    tripped: Option<usize>,
    /// The windows that the reason is about, by their places among the judged ones.
    group: std::ops::Range<usize>,
}

impl Outcome {
    fn of(case: &Case<'_, '_>, judged: &JudgedWindows) -> Self {
        let (rule, width) = (case.judge.rule, case.view.width);
        let breaches = |is_breach: &dyn Fn(Answer) -> bool| -> Vec<bool> {
            judged.windows.iter().map(|(_, breach)| is_breach(breach.resolved)).collect()
        };
        let certain = breaches(&|answer| answer == Answer::Yes);
        let possible = breaches(&|answer| answer != Answer::No);
        let Tripped { tripped, group } = rule.persistence.find(width, &certain);
        let state = |state| Self { state, tripped, group: group.clone() };
        if tripped.is_some() {
            return state(State::breached(rule.kind));
        }
        let is_open = judged.windows.is_empty() || case.too_wide().is_some();
        if is_open || rule.persistence.find(width, &possible).tripped.is_some() {
            return state(State::NoData);
        }
        let running = |breaches: &[bool]| {
            let run = breaches.iter().rev().take_while(|breach| **breach).count();
            rule.persistence.run(width).map_or(0, |_| run)
        };
        match (running(&certain), running(&possible)) {
            (run @ 1.., _) => Self { state: State::Pending, tripped, group: certain.len() - run..certain.len() },
            (0, 1..) if rule.pending == Pending::Hold => state(State::NoData),
            _ => Self { state: State::clear(rule.kind), tripped, group: 0..judged.windows.len() },
        }
    }
}

/// Adds `window` to the last stretch if it follows it, else begins one.
fn extend(stretches: &mut Vec<Stretch>, window: usize) {
    match stretches.last_mut() {
        Some(last) if last.to + 1 == window => last.to = window,
        _ => stretches.push(Stretch { from: window, to: window }),
    }
}
