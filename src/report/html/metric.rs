//! One metric: its chart, what each line in it is, and its values as a table.

use maud::{Markup, PreEscaped, html};

use super::{
    chart::{COLUMNS, Chart, Curve, LOOKS, Lane, LimitLine, Values, curve_sample, gap_sample, limit_sample},
    facts::{Facts, class},
    scale::short,
};
use crate::{
    eval::{
        aggregate::Aggregate,
        limit::{Limit, moved},
        measurement::{Measurement, Series},
        notation::shortest,
        table::{Metric, MetricId, Over, Rule},
        unit::Unit,
        verdict::{Check, State, Stretch, Worst},
    },
    report::{
        escape::shown,
        rows::{Urgency, urgency, word},
    },
};

/// Series beyond these are not drawn.
const DRAWN: usize = 60;

/// One metric that some rule of the stage judges, and that the snapshot has.
pub(super) struct MetricView<'a> {
    facts: &'a Facts<'a>,
    id: MetricId,
    metric: &'a Metric,
    measured: &'a Measurement,
    /// At least one, the most urgent first.
    checks: Vec<&'a Check<'a>>,
    /// Those drawn; the first have looks of their own.
    series: Vec<(Option<&'a str>, &'a Series)>,
    series_in_all: usize,
}

/// The metrics that were judged, the one with the most urgent check first, then in the order of the table's rules.
pub(super) fn judged<'a>(facts: &'a Facts<'a>) -> Vec<MetricView<'a>> {
    let mut ids: Vec<MetricId> = Vec::new();
    for check in facts.judged.verdict.checks() {
        let id = check.rule.condition.metric;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let mut views: Vec<MetricView<'a>> = ids.into_iter().filter_map(|id| MetricView::new(facts, id)).collect();
    views.sort_by_key(MetricView::urgency);
    views
}

impl<'a> MetricView<'a> {
    fn new(facts: &'a Facts<'a>, id: MetricId) -> Option<Self> {
        let metric = facts.metric(id)?;
        let measured = facts.judged.reading.snapshot.metric(id)?;
        let on_it = |check: &&Check<'_>| check.rule.condition.metric == id;
        let mut checks: Vec<_> = facts.judged.verdict.checks().iter().filter(on_it).collect();
        checks.sort_by_key(|check| urgency(check));
        let mut series: Vec<_> = measured.entries().collect();
        let series_in_all = series.len();
        if series_in_all > LOOKS {
            // The looks go to those that there is something to say about.
            let urgent: Vec<Option<&str>> = checks
                .iter()
                .filter(|check| urgency(check).is_raised())
                .map(|check| check.series.as_deref())
                .take(LOOKS)
                .collect();
            series.sort_by_key(|(label, _)| !urgent.contains(label));
            series.truncate(DRAWN);
        }
        Some(Self { facts, id, metric, measured, checks, series, series_in_all })
    }

    fn urgency(&self) -> Urgency {
        self.checks.first().map_or(Urgency::NotEvaluated, |check| urgency(check))
    }

    fn windows(&self) -> usize {
        self.facts.judged.verdict.windows()
    }

    fn is_labelled(&self) -> bool {
        matches!(self.measured, Measurement::Labelled(_))
    }

    /// The checks of each rule, in the order of `checks`.
    fn rules(&self) -> Vec<(&'a Rule, Vec<&'a Check<'a>>)> {
        let mut rules: Vec<(&Rule, Vec<&Check<'_>>)> = Vec::new();
        for check in &self.checks {
            match rules.iter_mut().find(|(rule, _)| std::ptr::eq(*rule, check.rule)) {
                Some((_, checks)) => checks.push(check),
                None => rules.push((check.rule, vec![check])),
            }
        }
        rules
    }

    /// The figure with its heading.
    pub(super) fn figure(&self) -> Markup {
        let opens = |window| self.facts.opens(window);
        let chart = self.chart(&opens);
        html! {
            figure class={ "metric " (class(self.urgency())) } {
                figcaption {
                    h4 { bdi { (shown(&self.metric.name)) } " " span.unit { (self.metric.unit.name()) } }
                    @if let Some(about) = &self.metric.about { p.about { (shown(about.trim_end())) } }
                }
                (PreEscaped(chart.draw()))
                (self.legend(&chart))
                (self.values(&chart))
            }
        }
    }

    fn chart<'s>(&'s self, opens: &'s dyn Fn(usize) -> Option<String>) -> Chart<'s> {
        Chart {
            name: format!("{} in {}", shown(&self.metric.name), counted(self.windows(), "window")),
            description: self.description(),
            windows: self.windows(),
            unit: self.metric.unit,
            curves: self.series.iter().map(|(label, series)| curve(*label, series)).collect(),
            limits: self.rules().iter().flat_map(|(rule, checks)| self.limit_lines(rule, checks)).collect(),
            lanes: self.rules().iter().filter_map(|(rule, checks)| lane(rule, checks)).collect(),
            worst: self.worst(),
            opens,
        }
    }

    /// The value that stands for the most urgent finding.
    fn worst(&self) -> Option<Worst> {
        self.checks.first().filter(|check| urgency(check).is_raised())?.worst
    }

    /// What the chart shows, for those who do not see it.
    fn description(&self) -> String {
        let series = self.series.iter().take(LOOKS).map(|(label, series)| self.described(*label, series));
        let rules = self.rules();
        let checks =
            rules.iter().flat_map(|(_, checks)| checks.iter().take(LOOKS)).map(|check| self.check_in_words(check));
        series.chain(checks).collect::<Vec<_>>().join(" ")
    }

    fn described(&self, label: Option<&str>, series: &Series) -> String {
        let values = || (0..self.windows()).filter_map(|window| Some((window, series.at(window).get()?)));
        let least = values().reduce(|a, b| if b.1 < a.1 { b } else { a });
        let most = values().reduce(|a, b| if b.1 > a.1 { b } else { a });
        let name = label.map_or_else(String::new, |label| format!("{}: ", shown(label)));
        let at = |(window, value): (usize, f64)| {
            format!("{} in {}", self.facts.with_unit(self.id, value), self.facts.window(window))
        };
        let missing = match self.windows() - values().count() {
            0 => String::new(),
            gaps => format!("; no data in {}", counted(gaps, "window")),
        };
        match least.zip(most) {
            Some((least, most)) if least.1 == most.1 => {
                format!("{name}{} in every window that has data{missing}.", self.facts.with_unit(self.id, least.1))
            }
            Some((least, most)) => format!("{name}lowest {}, highest {}{missing}.", at(least), at(most)),
            None => format!("{name}no data."),
        }
    }

    /// `trigger above 400 for 2 windows: ROLLBACK, w2-w3 (15:15Z to 15:25Z).`
    fn check_in_words(&self, check: &Check<'_>) -> String {
        let series = check.series.as_deref().map_or_else(String::new, |label| format!(" of {}", shown(label)));
        let windows = self.facts.affected_windows(check);
        let comma = if windows.is_empty() { "" } else { ", " };
        format!("{}{series}: {}{comma}{windows}.", self.facts.limit(check), word(check))
    }

    /// The lines of a rule's limit: one, or one for each series whose baseline it moves with. None where the limit is
    /// not one of single windows, or is not set.
    fn limit_lines(&self, rule: &'a Rule, checks: &[&'a Check<'a>]) -> Vec<LimitLine<'a>> {
        let is_sum = matches!(rule.over, Over::Whole(Aggregate::Total)) && self.metric.derived.is_none();
        let kind = rule.kind;
        match checks.first().map(|check| check.limit) {
            Some(Limit::Fixed(limit)) if !is_sum => {
                let label = format!("{} {}", kind.name(), short(limit.get(), 4));
                vec![LimitLine { kind, label, moves: false, at: Box::new(move |_| Some(limit.get())) }]
            }
            Some(Limit::Baseline { percent }) if !is_sum => {
                let moving = |(label, at): (Option<&str>, &'a Series)| LimitLine {
                    kind,
                    label: cut(&format!("{} {}", kind.name(), label.map_or("baseline".into(), shown)), 15),
                    moves: true,
                    at: Box::new(move |window| moved(at.at(window), percent).get()),
                };
                let baseline = self.facts.judged.reading.snapshot.baseline(self.id);
                baseline.into_iter().flat_map(Measurement::entries).take(LOOKS).map(moving).collect()
            }
            Some(Limit::Fixed(_) | Limit::Baseline { .. } | Limit::Unset) | None => Vec::new(),
        }
    }

    /// What each line is, and what became of each rule.
    fn legend(&self, chart: &Chart<'_>) -> Markup {
        let drawn = self.series.len();
        let has_gaps = chart.curves.iter().any(|curve| (0..self.windows()).any(|window| (curve.at)(window).is_none()));
        html! {
            ul.legend {
                @if self.is_labelled() {
                    @for (index, (label, _)) in self.series.iter().enumerate().take(LOOKS) {
                        li { (PreEscaped(curve_sample(index))) bdi { (shown(label.unwrap_or_default())) } }
                    }
                }
                @if drawn > LOOKS {
                    li { (PreEscaped(curve_sample(LOOKS))) (drawn - LOOKS) " more series" }
                }
                @for (rule, checks) in self.rules() {
                    (self.rule_in_legend(rule, &checks))
                }
                @if has_gaps {
                    li { (PreEscaped(gap_sample())) "no data" }
                }
            }
            @if self.series_in_all > drawn {
                p.note { "Of " (self.series_in_all) " series, the " (drawn) " that matter most are drawn." }
            }
            @if self.windows() > COLUMNS {
                p.note {
                    (self.windows()) " windows share " (COLUMNS)
                    " columns: each is drawn from its lowest to its highest value, and marked if any window in it breaches."
                }
            }
        }
    }

    fn rule_in_legend(&self, rule: &Rule, checks: &[&Check<'_>]) -> Markup {
        const FEW: usize = 6;
        let marked = |check: &&&Check<'_>| !check.breaches.is_empty() || !check.no_data.is_empty();
        let findings: Vec<_> = checks.iter().filter(marked).collect();
        let finding = |check: &Check<'_>| {
            let series = check.series.as_deref().map_or_else(String::new, |label| format!("{}: ", shown(label)));
            let is_too_short = check.state == State::Quiet && !check.breaches.is_empty();
            let quiet = if is_too_short { ", not for long enough" } else { "" };
            format!("{series}{}{quiet}", self.facts.affected_windows(check))
        };
        html! {
            @if let Some(first) = checks.first() {
                li {
                    (PreEscaped(limit_sample(rule.kind)))
                    (rule.kind.name()) " " (self.facts.limit(first)) " "
                    span class={ "state " (class(urgency(first))) } { (word(first)) }
                    @for check in findings.iter().take(FEW) { " " span.where { (finding(check)) } }
                    @if findings.len() > FEW { " " span.where { "and " (findings.len() - FEW) " more series" } }
                }
            }
        }
    }

    /// The values, window by window; of many windows, those around what is not passing.
    fn values(&self, chart: &Chart<'_>) -> Markup {
        let (rows, left_out) = self.rows();
        let series: Vec<_> = self.series.iter().take(LOOKS).collect();
        let has_times = self.facts.times.is_some();
        let limits: Vec<_> = chart.limits.iter().filter(|limit| limit.moves).collect();
        html! {
            details.values {
                summary { "Values" }
                // Wider than a small screen, it scrolls by itself, also by keyboard.
                div.scroll tabindex="0" role="region" aria-label={ "Values of " (shown(&self.metric.name)) } {
                    table {
                        thead { tr {
                            th scope="col" { "window" }
                            @if has_times { th scope="col" { "opens" } }
                            @for (label, _) in &series {
                                th.number scope="col" { bdi { (shown(label.unwrap_or(&self.metric.name))) } (in_unit(self.metric.unit)) }
                            }
                            @for limit in &limits { th.number scope="col" { (limit.label) } }
                            th scope="col" { "breaches" }
                        } }
                        tbody {
                            @for window in rows { (self.row(window, &series, &limits, has_times)) }
                        }
                    }
                }
                @if left_out > 0 {
                    p.note { (counted(left_out, "window")) " away from any breach or gap left out; the JSON report says which breach." }
                }
                @if self.series_in_all > series.len() {
                    p.note { "Of " (self.series_in_all) " series, " (series.len()) " are shown." }
                }
            }
        }
    }

    fn row(
        &self,
        window: usize,
        series: &[&(Option<&str>, &Series)],
        limits: &[&LimitLine<'_>],
        has_times: bool,
    ) -> Markup {
        let breaches: Vec<String> = self.breached_in(window);
        // Where it matters on which side of a limit it is, a value is written exactly.
        let digits = if breaches.is_empty() { rounded } else { shortest };
        let value = |value: Option<f64>| value.map_or_else(|| "no data".to_owned(), digits);
        html! {
            tr.breach[!breaches.is_empty()] {
                th scope="row" { "w" (window) }
                @if has_times { td.opens { (self.facts.opens(window).unwrap_or_default()) } }
                @for (_, series) in series { td.number { (value(series.at(window).get())) } }
                @for limit in limits { td.number { (value((limit.at)(window))) } }
                td { (breaches.join(", ")) }
            }
        }
    }

    /// The rules that a window breaches.
    fn breached_in(&self, window: usize) -> Vec<String> {
        const FEW: usize = 4;
        let breached = self.checks.iter().filter(|check| holds(&check.breaches, window));
        let name = |check: &&Check<'_>| match check.series.as_deref() {
            Some(label) => format!("{} of {}", self.facts.rule(check), shown(label)),
            None => self.facts.rule(check),
        };
        let all: Vec<_> = breached.collect();
        let more = all.len().checked_sub(FEW).filter(|more| *more > 0).map(|more| format!("and {more} more"));
        all.iter().take(FEW).map(|check| name(check)).chain(more).collect()
    }

    /// The windows of the table, in order, and how many are left out.
    fn rows(&self) -> (Vec<usize>, usize) {
        const ALL: usize = 60;
        const MOST: usize = 120;
        let windows = self.windows();
        if windows <= ALL {
            return ((0..windows).collect(), 0);
        }
        let stretches = self.checks.iter().flat_map(|check| check.breaches.iter().chain(&check.no_data));
        let near = stretches.flat_map(|Stretch { from, to }| from.saturating_sub(1)..=(to + 1).min(windows - 1));
        let mut rows: Vec<usize> = near.take(MOST).chain([0, windows - 1]).collect();
        rows.sort_unstable();
        rows.dedup();
        let left_out = windows - rows.len();
        (rows, left_out)
    }
}

fn curve<'a>(label: Option<&str>, series: &'a Series) -> Curve<'a> {
    let label = label.map_or_else(String::new, |label| cut(&shown(label), 12));
    let at: Values<'a> = Box::new(|window| series.at(window).get());
    Curve { label, at }
}

/// The windows in which any series breaches a rule.
fn lane(rule: &Rule, checks: &[&Check<'_>]) -> Option<Lane> {
    let breaches: Vec<Stretch> = checks.iter().flat_map(|check| check.breaches.iter().copied()).collect();
    let limit = checks.first()?.limit;
    let limit = match limit {
        Limit::Fixed(limit) => short(limit.get(), 4),
        Limit::Baseline { .. } | Limit::Unset => "baseline".to_owned(),
    };
    let fired_at = checks.iter().filter_map(|check| check.fired_at).min();
    let label = format!("{} {limit}", rule.kind.name());
    (!breaches.is_empty()).then_some(Lane { kind: rule.kind, label, breaches, fired_at })
}

/// Whether a window is in one of `stretches`, which rise.
fn holds(stretches: &[Stretch], window: usize) -> bool {
    let next = stretches.partition_point(|stretch| stretch.to < window);
    stretches.get(next).is_some_and(|stretch| stretch.from <= window)
}

fn rounded(value: f64) -> String {
    short(value, 6)
}

/// `1 window`, `6 windows`
pub(super) fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn in_unit(unit: Unit) -> String {
    let suffix = unit.suffix().trim();
    if suffix.is_empty() { String::new() } else { format!(" ({suffix})") }
}

/// At most so many characters, an ellipsis where there were more.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}
