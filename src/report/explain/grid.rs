//! The windows of a rule on one series as rows: what the judging looked at, column by column.

use crate::{
    eval::{
        aggregate::Aggregate,
        answer::Answer,
        limit::Limit,
        measurement::{Measurement, Series, series_for_labels},
        table::{Condition, Derived, Kind, MetricId},
        trace::{Breach, Compared, Step, Steps, Trace},
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
    /// What is to be seen of a window beyond its answer.
    marks: Vec<(usize, &'static str)>,
}

/// One column of a grid.
struct Column<'a> {
    head: String,
    /// What stands there for windows in a row.
    cell: Box<dyn Fn(Stretch) -> String + 'a>,
    /// What stands there for all windows as one, where a value is made of them.
    whole: String,
}

impl<'a> Column<'a> {
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
        let stretches = match &self.trace.steps {
            Steps::NotEvaluated => Vec::new(),
            Steps::Windows { needed, windows } => {
                columns.extend(self.answers(windows, *needed));
                self.stretches(windows, are_alike)
            }
            Steps::Whole { windows, whole, breach, .. } => {
                columns.extend(self.values(windows, *whole, *breach));
                self.stretches(windows, |one, other| one.value.is_some() == other.value.is_some())
            }
        };
        let heads = columns.iter().map(|column| column.head.clone()).collect();
        let row = |stretch: Stretch| columns.iter().map(|column| (column.cell)(stretch)).collect();
        let mut rows = vec![heads];
        rows.extend(stretches.into_iter().map(row));
        if matches!(self.trace.steps, Steps::Whole { .. }) {
            rows.push(columns.iter().map(|column| column.whole.clone()).collect());
        }
        rows
    }

    /// Which windows a row is about, and when they open.
    fn places(&self) -> Vec<Column<'_>> {
        let mut window = Column::new(
            "window",
            |Stretch { from, to }| {
                if from == to { format!("w{from}") } else { format!("w{from}-w{to}") }
            },
        );
        if let Steps::Whole { aggregate, .. } = &self.trace.steps {
            aggregate.name().clone_into(&mut window.whole);
        }
        let times = Times::of(&self.judged.reading);
        let opens = times.map(|times| {
            Column::new("opens", move |stretch: Stretch| times.opens(stretch.from).unwrap_or_else(|| "-".to_owned()))
        });
        std::iter::once(window).chain(opens).collect()
    }

    /// What the value was made of, where it was not measured itself; its samples; and what its limit moves with.
    fn ingredients(&self) -> Vec<Column<'_>> {
        let snapshot = &self.judged.reading.snapshot;
        let check = &self.trace.check;
        let own = check.rule.condition.metric;
        let Some(metric) = self.judged.verdict.stage().pipeline().metric(own) else { return Vec::new() };
        let is_made = self.series_of(snapshot.metric(own)).is_some_and(|series| series.quotient_of_sums().is_some());
        let mut columns = Vec::new();
        let mut seen = Vec::new();
        for id in metric.ingredients() {
            let is_part = metric.derived.iter().flat_map(Derived::parts).any(|part| part == id);
            let is_counter = metric.samples.is_some_and(|samples| samples.metric == id);
            if !seen.contains(&id) && (is_counter || is_made) {
                seen.push(id);
                let name = self.words.metric_name(id);
                columns.push(self.measured(name, id, self.series_of(snapshot.metric(id)), is_part && self.is_summed()));
            }
        }
        if matches!(check.limit, Limit::Baseline { .. }) {
            columns.push(self.measured("baseline".to_owned(), own, self.series_of(snapshot.baseline(own)), true));
        }
        columns
    }

    /// Whether the value of all windows follows from its parts' values of all windows, as that of a mean does not.
    fn is_summed(&self) -> bool {
        matches!(self.trace.steps, Steps::Whole { aggregate: Aggregate::Total | Aggregate::Last, .. })
    }

    /// The series of a measurement that serves this one.
    fn series_of<'m>(&self, measurement: Option<&'m Measurement>) -> Option<&'m Series> {
        series_for_labels(measurement, &[self.trace.check.series.as_deref()]).next().flatten()
    }

    /// The values of a metric beside the rule's own; with `in_all`, that of all windows too.
    fn measured<'c>(&'c self, head: String, metric: MetricId, series: Option<&'c Series>, in_all: bool) -> Column<'c> {
        let value_at = move |window: usize| series.and_then(|series| series.at(window).get());
        let mut column = Column::new(head, move |stretch| self.range(metric, windows_of(stretch).map(value_at)));
        if let (Steps::Whole { aggregate, windows, .. }, Some(series), true) = (&self.trace.steps, series, in_all) {
            let whole = aggregate.of(series, windows.len()).get();
            column.whole = self.range(metric, std::iter::once(whole));
        }
        column
    }

    /// The columns of a rule that judges window by window.
    fn answers<'c>(&'c self, steps: &'c [Step], needed: usize) -> Vec<Column<'c>> {
        let rule = self.trace.check.rule;
        let own = move |stretch: Stretch| steps_in(steps, stretch).iter().map(|step| step.own);
        let condition = &rule.condition;
        let mut columns = vec![
            Column::new("value", move |stretch| self.range(condition.metric, own(stretch).map(|own| own.value))),
            Column::new(condition.comparator.name(), move |stretch| {
                self.range(condition.metric, own(stretch).map(|own| own.limit))
            }),
            Column::new("holds", move |stretch| own(stretch).next().map_or("", |own| word(own.holds)).to_owned()),
        ];
        let and = rule.and().iter().enumerate();
        columns.extend(and.map(|(number, condition)| self.other(number, condition, steps)));
        if let Some(flag) = rule.unless().filter(|_| steps.iter().any(|step| step.exempt.is_some())) {
            columns.push(Column::new(format!("unless {}", self.words.metric_name(flag)), move |stretch| {
                let exempt = first(steps, stretch).and_then(|step| step.exempt);
                exempt.map_or("", word).to_owned()
            }));
        }
        columns.push(Column::new("breach", move |stretch| {
            first(steps, stretch).map_or_else(String::new, |step| breach_word(step.breach))
        }));
        if rule.kind == Kind::Rollback {
            columns.push(Column::new("run", move |stretch| run(steps_in(steps, stretch), needed)));
        }
        columns.push(Column::new("", move |stretch| self.marks(stretch).join(", ")));
        columns
    }

    /// A condition of `and`.
    fn other<'c>(&'c self, number: usize, condition: &'c Condition, steps: &'c [Step]) -> Column<'c> {
        let words = &self.words;
        let head = format!("and {} {}", words.metric_name(condition.metric), condition.comparator.name());
        let limit = condition.limit(self.judged.verdict.stage().id());
        let (head, moves) = match limit {
            Some(Limit::Baseline { .. }) | None => (head, true),
            Some(limit) => (format!("{head} {}", words.limit(condition, limit)), false),
        };
        Column::new(head, move |stretch| {
            let compared = || steps_in(steps, stretch).iter().filter_map(move |step| step.and.get(number));
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

    /// The columns of a rule on one value of all windows.
    fn values<'c>(&'c self, windows: &'c [Compared], whole: Compared, breach: Breach) -> Vec<Column<'c>> {
        let condition = &self.trace.check.rule.condition;
        let metric = condition.metric;
        let mut value = Column::new("value", move |stretch: Stretch| {
            let those = windows_of(stretch).filter_map(|window| windows.get(window));
            self.range(metric, those.map(|compared| compared.value))
        });
        value.whole = self.range(metric, std::iter::once(whole.value));
        let last = |head: &str, text: String| Column { whole: text, ..Column::new(head, |_| String::new()) };
        let limit = self.range(metric, std::iter::once(whole.limit));
        vec![
            value,
            last(condition.comparator.name(), limit),
            last("holds", word(whole.holds).to_owned()),
            last("breach", breach_word(breach)),
        ]
    }

    /// The windows as rows: of many, neighbours with equal answers share one, but for those that are marked.
    fn stretches<T>(&self, windows: &[T], is_alike: impl Fn(&T, &T) -> bool) -> Vec<Stretch> {
        let singles = || (0..windows.len()).map(|window| Stretch { from: window, to: window });
        if windows.len() <= MANY || !self.folds {
            return singles().collect();
        }
        let mut stretches: Vec<Stretch> = Vec::new();
        for window in singles() {
            let continues = stretches.last().is_some_and(|last| {
                let pair = windows.get(last.from).zip(windows.get(window.from));
                pair.is_some_and(|(one, other)| is_alike(one, other))
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
    let answers = |step: &Step| (step.own.holds, step.exempt, step.breach);
    answers(one) == answers(other) && one.and.iter().zip(&other.and).all(|(one, other)| one.holds == other.holds)
}

/// What is to be seen of single windows: the value that the report shows, where the rule fired, and where its longest
/// run ends.
fn marks(trace: &Trace<'_>) -> Vec<(usize, &'static str)> {
    let check = &trace.check;
    let worst = check.worst.and_then(|worst| worst.window).map(|window| {
        let breaches = check.breaches.iter().any(|breach| (breach.from..=breach.to).contains(&window));
        (window, if breaches { "worst" } else { "nearest" })
    });
    let longest = match &trace.steps {
        Steps::Windows { windows, .. } if check.rule.kind == Kind::Rollback => longest_run(windows),
        _ => None,
    };
    let marks = [worst, check.fired_at.map(|window| (window, "fired")), longest.map(|run| (run.to, "longest run"))];
    marks.into_iter().flatten().collect()
}

fn windows_of(stretch: Stretch) -> impl Iterator<Item = usize> {
    stretch.from..=stretch.to
}

fn steps_in(steps: &[Step], stretch: Stretch) -> &[Step] {
    steps.get(stretch.from..=stretch.to).unwrap_or_default()
}

fn first(steps: &[Step], stretch: Stretch) -> Option<&Step> {
    steps.get(stretch.from)
}

fn word(answer: Answer) -> &'static str {
    match answer {
        Answer::Yes => "yes",
        Answer::No => "no",
        Answer::Unknown => "no data",
    }
}

/// Whether a window breaches, and what `missing` made of one without data.
fn breach_word(breach: Breach) -> String {
    match (breach.measured, breach.resolved) {
        (Answer::Unknown, Answer::Unknown) => "unknown".to_owned(),
        (Answer::Unknown, resolved) => format!("unknown, so {}", word(resolved)),
        (measured, _) => word(measured).to_owned(),
    }
}

/// How long the run is, of how many windows that it takes: `2 of 3`, `1 to 40 of 3`.
fn run(steps: &[Step], needed: usize) -> String {
    match (steps.first(), steps.last()) {
        (Some(first), Some(last)) if first.run != last.run => format!("{} to {} of {needed}", first.run, last.run),
        (first, _) => format!("{} of {needed}", first.map_or(0, |step| step.run)),
    }
}

/// The longest run of breaches, the earliest of equals.
pub(super) fn longest_run(steps: &[Step]) -> Option<Stretch> {
    let longest = steps.iter().map(|step| step.run).max().filter(|run| *run > 0)?;
    let to = steps.iter().position(|step| step.run == longest)?;
    Some(Stretch { from: to + 1 - longest, to })
}
