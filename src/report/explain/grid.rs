//! The windows of a rule on one series as rows: what the judging looked at, column by column.

use crate::{
    eval::{
        aggregate::Aggregate,
        answer::Answer,
        exact::Exact,
        limit::Limit,
        measurement::{Measurement, Series, series_for_labels},
        persistence::Persistence,
        table::{Condition, Derived, Kind, Measure, MetricId, Rule},
        trace::{Compared, Step, Trace},
        verdict::Stretch,
    },
    outcome::Judged,
    report::{times::Times, wording::Wording},
};

/// More windows than this are folded where neighbours have equal answers.
const MANY: usize = 50;

/// Fewer neighbours than this are not worth folding.
const FEW: usize = 4;

/// The windows of a rule on one series as rows.
pub(super) struct Grid<'a, 't> {
    judged: &'a Judged<'t>,
    words: Wording<'t>,
    trace: &'a Trace<'t>,
    /// Whether neighbours with equal answers share a row where there are many.
    folds: bool,
    /// Windows with something special: see [`marks`].
    marks: Vec<(usize, &'static str)>,
}

/// One column of a grid.
struct GridColumn<'a> {
    head: String,
    /// What stands there for windows in a row.
    cell: Box<dyn Fn(Stretch) -> String + 'a>,
    /// What stands there for all windows as one, where a value is made of them.
    whole: String,
}

impl<'a> GridColumn<'a> {
    fn new(head: impl Into<String>, cell: impl Fn(Stretch) -> String + 'a) -> Self {
        Self { head: head.into(), cell: Box::new(cell), whole: String::new() }
    }
}

impl<'a, 't> Grid<'a, 't> {
    pub(super) fn new(judged: &'a Judged<'t>, trace: &'a Trace<'t>, folds: bool) -> Self {
        let words = Wording::shown(judged.verdict.stage().pipeline());
        Self { judged, words, trace, folds, marks: marks(trace) }
    }

    /// The heads, a row for each window or windows folded, and one for the value made of all, where there is one.
    pub(super) fn rows(&self) -> Vec<Vec<String>> {
        let mut columns = self.places();
        columns.extend(self.ingredients());
        columns.extend(self.answers());
        let heads = columns.iter().map(|column| column.head.clone()).collect();
        let row = |stretch: Stretch| columns.iter().map(|column| (column.cell)(stretch)).collect();
        let mut rows = vec![heads];
        rows.extend(self.stretches().into_iter().map(row));
        if self.whole().is_some() {
            rows.push(columns.iter().map(|column| column.whole.clone()).collect());
        }
        rows
    }

    /// What is made of all windows, where the rule is on that.
    fn whole(&self) -> Option<(Aggregate, &Step)> {
        match self.trace.measure {
            Measure::Whole(aggregate) => Some((aggregate, self.trace.steps.last()?)),
            Measure::Window | Measure::Sliding(..) => None,
        }
    }

    /// Which windows a row is about, and when they open.
    fn places(&self) -> Vec<GridColumn<'_>> {
        let mut window =
            GridColumn::new(
                "window",
                |Stretch { from, to }| {
                    if from == to { format!("w{from}") } else { format!("w{from}-w{to}") }
                },
            );
        if let Some((aggregate, _)) = self.whole() {
            window.whole = aggregate.name().into_owned();
        }
        let times = Times::of(&self.judged.reading);
        let opens = times.map(|times| {
            GridColumn::new("opens", move |stretch: Stretch| {
                times.opens(stretch.from).unwrap_or_else(|| "-".to_owned())
            })
        });
        std::iter::once(window).chain(opens).collect()
    }

    /// The parts that the value was made of, where it was not measured itself; its samples; and its baseline, where the limit
    /// moves with it.
    fn ingredients(&self) -> Vec<GridColumn<'_>> {
        let snapshot = &self.judged.reading.prepared.snapshot;
        let check = &self.trace.check;
        let own = check.rule.condition.metric;
        let Some(metric) = self.judged.verdict.stage().pipeline().metric(own) else { return Vec::new() };
        let is_made = self.series_of(snapshot.metric(own)).is_some_and(Series::is_derived);
        let mut columns = Vec::new();
        let mut seen = Vec::new();
        for id in metric.ingredients() {
            let is_part = metric.derived.iter().flat_map(Derived::parts).any(|part| part == id);
            let is_counter = metric.samples.is_some_and(|samples| samples.metric == id);
            if !seen.contains(&id) && (is_counter || is_made) {
                seen.push(id);
                let name = self.words.metric_name(id);
                columns.push(self.measured(
                    name,
                    id,
                    self.series_of(snapshot.metric(id)),
                    is_part && self.follows_from_parts(),
                ));
            }
        }
        if matches!(check.limit, Limit::Baseline { .. }) {
            columns.push(self.measured("baseline".to_owned(), own, self.series_of(snapshot.baseline(own)), true));
        }
        columns
    }

    /// Whether the value of all windows follows from its parts' values of all windows, as that of a mean does not.
    fn follows_from_parts(&self) -> bool {
        self.whole().is_some_and(|(aggregate, _)| aggregate.follows_from_parts())
    }

    /// The series of a measurement that belongs to the label of this check.
    fn series_of<'m>(&self, measurement: Option<&'m Measurement>) -> Option<&'m Series> {
        series_for_labels(measurement, &[self.trace.check.series.as_deref()]).next().flatten()
    }

    /// The values of a metric beside the rule's own; with `in_all`, that of all windows too.
    fn measured<'c>(
        &'c self,
        head: String,
        metric: MetricId,
        series: Option<&'c Series>,
        in_all: bool,
    ) -> GridColumn<'c> {
        let value_at = move |window: usize| series.and_then(|series| series.at(window).get());
        let mut column = GridColumn::new(head, move |stretch| self.range(metric, windows_of(stretch).map(value_at)));
        if let (Some((aggregate, _)), true) = (self.whole(), in_all) {
            let known: Option<Vec<f64>> = self.trace.steps.iter().map(|step| value_at(step.window)).collect();
            let whole = known.map(|known| aggregate.of_exact(known.into_iter().map(Exact::new)).nearest());
            column.whole = self.range(metric, std::iter::once(whole));
        }
        column
    }

    /// What was compared in each window, and what that came to.
    fn answers(&self) -> Vec<GridColumn<'_>> {
        let (rule, condition) = (self.trace.check.rule, &self.trace.check.rule.condition);
        let metric = condition.metric;
        let own = move |stretch: Stretch| self.steps_in(stretch).iter().map(|step| step.own);
        let mut columns = Vec::new();
        if condition.measure != Measure::Window {
            columns.push(GridColumn::new("measured", move |stretch| {
                self.range(metric, self.steps_in(stretch).iter().map(|step| step.measured))
            }));
        }
        if let Some((_, step)) = self.whole().filter(|_| rule.and.is_empty()) {
            let only = |head: &str, whole: String| GridColumn { whole, ..GridColumn::new(head, |_| String::new()) };
            columns.push(only("value", self.amounts(metric, std::iter::once(step.own))));
            columns.push(only(condition.comparator.name(), self.range(metric, std::iter::once(step.own.limit))));
            columns.push(only("holds", word(step.own.holds).to_owned()));
            columns.push(only("breach", breach_word(step)));
            return columns;
        }
        columns.push(GridColumn::new("value", move |stretch| self.amounts(metric, own(stretch))));
        columns.push(GridColumn::new(condition.comparator.name(), move |stretch| {
            self.range(metric, own(stretch).map(|own| own.limit))
        }));
        columns.push(GridColumn::new("holds", move |stretch| {
            own(stretch).next().map_or("", |own| word(own.holds)).to_owned()
        }));
        let and = rule.and.iter().enumerate();
        columns.extend(and.map(|(number, condition)| self.other(number, condition)));
        if let Some(flag) = rule.unless.filter(|_| self.trace.steps.iter().any(|step| step.exempt.is_some())) {
            columns.push(GridColumn::new(format!("unless {}", self.words.metric_name(flag)), move |stretch| {
                let exempt = self.steps_in(stretch).first().and_then(|step| step.exempt);
                exempt.map_or("", word).to_owned()
            }));
        }
        columns.push(GridColumn::new("breach", move |stretch| {
            self.steps_in(stretch).first().map_or_else(String::new, breach_word)
        }));
        if let Some(needed) = needed(rule, self.judged) {
            columns.push(GridColumn::new("run", move |stretch| run(self.steps_in(stretch), needed)));
        }
        columns.push(GridColumn::new("", move |stretch| self.marks(stretch).join(", ")));
        columns
    }

    /// The steps of windows in a row.
    fn steps_in(&self, Stretch { from, to }: Stretch) -> &[Step] {
        let first = self.trace.steps.first().map_or(0, |step| step.window);
        self.trace.steps.get(from.saturating_sub(first)..=to.saturating_sub(first)).unwrap_or_default()
    }

    /// Values of windows in a row: of one that is an interval, that.
    fn amounts(&self, metric: MetricId, compared: impl Iterator<Item = Compared> + Clone) -> String {
        let value = |value| self.words.value(metric, value);
        match compared.clone().next().and_then(|compared| compared.between) {
            Some((low, high)) if compared.clone().count() == 1 => match (low.is_finite(), high.is_finite()) {
                (true, true) => format!("{} to {}", value(low), value(high)),
                (true, false) => format!("{} or more", value(low)),
                (false, true) => format!("{} or less", value(high)),
                (false, false) => "-".to_owned(),
            },
            _ => self.range(metric, compared.map(|compared| compared.value)),
        }
    }

    /// A condition of `and`.
    fn other<'c>(&'c self, number: usize, condition: &'c Condition) -> GridColumn<'c> {
        let words = &self.words;
        let head = format!("and {} {}", words.metric_name(condition.metric), condition.comparator.name());
        let limit = condition.limit(self.judged.verdict.stage().id());
        let (head, moves) = match limit {
            Some(Limit::Baseline { .. }) | None => (head, true),
            Some(limit) => (format!("{head} {}", words.limit(condition, limit)), false),
        };
        GridColumn::new(head, move |stretch| {
            let compared = || self.steps_in(stretch).iter().filter_map(move |step| step.and.get(number));
            let value = self.range(condition.metric, compared().map(|compared| compared.value));
            let limit = if moves {
                format!(" by {}", self.range(condition.metric, compared().map(|compared| compared.limit)))
            } else {
                String::new()
            };
            let answer = compared().next().map_or("", |compared| word(compared.holds));
            format!("{value}{limit} {answer}")
        })
    }

    /// The windows as rows: of many, neighbours with equal answers share one, but for those that are marked.
    fn stretches(&self) -> Vec<Stretch> {
        let steps = &self.trace.steps;
        let singles = || steps.iter().map(|step| Stretch { from: step.window, to: step.window });
        if steps.len() <= MANY || !self.folds {
            return singles().collect();
        }
        let mut stretches: Vec<Stretch> = Vec::new();
        for window in singles() {
            let continues = stretches.last().is_some_and(|last| {
                let pair = self.steps_in(*last).first().zip(self.steps_in(window).first());
                pair.is_some_and(|(one, other)| are_alike(one, other))
                    && self.marks(*last).is_empty()
                    && self.marks(window).is_empty()
            });
            match stretches.last_mut() {
                Some(last) if continues => last.to = window.to,
                _ => stretches.push(window),
            }
        }
        let split = |stretch: Stretch| {
            let is_short = stretch.to - stretch.from + 1 < FEW;
            let pieces = if is_short { stretch.from..=stretch.to } else { stretch.from..=stretch.from };
            pieces.map(move |from| Stretch { from, to: if is_short { from } else { stretch.to } })
        };
        stretches.into_iter().flat_map(split).collect()
    }

    /// The marks of a window; none of several.
    fn marks(&self, stretch: Stretch) -> Vec<&'static str> {
        let is_here = |window: usize| stretch.from == stretch.to && window == stretch.from;
        self.marks.iter().filter(|(window, _)| is_here(*window)).map(|(_, mark)| *mark).collect()
    }

    /// Values of windows in a row: the one, or from the lowest to the highest.
    fn range(&self, metric: MetricId, values: impl Iterator<Item = Option<f64>>) -> String {
        let known: Vec<f64> = values.flatten().collect();
        let (low, high) = known
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)));
        let value = |value| self.words.value(metric, value);
        match known.as_slice() {
            [] => "-".to_owned(),
            _ if low == high => value(low),
            _ => format!("{} to {}", value(low), value(high)),
        }
    }
}

/// Whether every answer is the same in two windows.
fn are_alike(one: &Step, other: &Step) -> bool {
    let answers = |step: &Step| {
        (step.own.holds, step.exempt, step.breach, step.is_judged, step.is_skipped, step.measured.is_some())
    };
    answers(one) == answers(other) && one.and.iter().zip(&other.and).all(|(one, other)| one.holds == other.holds)
}

/// The windows with something special, and what it is: they have the value that the report shows, or the rule fired there,
/// or its longest run ended there.
fn marks(trace: &Trace<'_>) -> Vec<(usize, &'static str)> {
    let check = &trace.check;
    let worst = check.worst.and_then(|worst| worst.window).map(|window| {
        let breaches = check.breaches.iter().any(|breach| (breach.from..=breach.to).contains(&window));
        (window, if breaches { "worst" } else { "nearest" })
    });
    let is_on_windows = !matches!(trace.measure, Measure::Whole(_)) && check.rule.kind == Kind::Rollback;
    let longest = longest_run(&trace.steps).filter(|_| is_on_windows);
    let marks = [worst, check.fired_at.map(|window| (window, "fired")), longest.map(|run| (run.to, "longest run"))];
    marks.into_iter().flatten().collect()
}

fn windows_of(stretch: Stretch) -> impl Iterator<Item = usize> {
    stretch.from..=stretch.to
}

fn word(answer: Answer) -> &'static str {
    match answer {
        Answer::Yes => "yes",
        Answer::No => "no",
        Answer::Unknown => "no data",
    }
}

/// Whether a window breaches, and what `missing` made of one without data.
fn breach_word(step: &Step) -> String {
    if step.is_skipped {
        return "skipped".to_owned();
    }
    if !step.is_judged {
        return "not judged".to_owned();
    }
    match (step.breach.measured, step.breach.resolved) {
        (Answer::Unknown, Answer::Unknown) => "unknown".to_owned(),
        (Answer::Unknown, resolved) => format!("unknown, so {}", word(resolved)),
        (measured, _) => word(measured).to_owned(),
    }
}

/// How many windows in a row a rule takes, where it is a run that it waits for; one, of a trigger that fires at once.
pub(super) fn needed(rule: &Rule, judged: &Judged<'_>) -> Option<usize> {
    let at_once = (rule.kind == Kind::Rollback && rule.persistence == Persistence::Once).then_some(1);
    rule.persistence.run(judged.verdict.window()).or(at_once)
}

/// How long the run is, and how long it must be: `2 of 3`, `1 to 40 of 3`.
fn run(steps: &[Step], needed: usize) -> String {
    match (steps.first(), steps.last()) {
        (Some(first), Some(last)) if first.run != last.run => format!("{} to {} of {needed}", first.run, last.run),
        (first, _) => format!("{} of {needed}", first.map_or(0, |step| step.run)),
    }
}

/// The longest run of breaches; of several as long, the first.
pub(super) fn longest_run(steps: &[Step]) -> Option<Stretch> {
    let longest = steps.iter().map(|step| step.run).max().filter(|run| *run > 0)?;
    let end = steps.iter().position(|step| step.run == longest)?;
    let to = steps.get(end)?.window;
    let run = steps.get(..=end)?.iter().rev().filter(|step| !step.is_skipped);
    Some(Stretch { from: run.take(longest).last()?.window, to })
}
