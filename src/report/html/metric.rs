//! One metric: its chart, what each line in it is, and its values as a table.

use maud::{Markup, PreEscaped, html};

use super::{
    chart::{COLUMNS, Chart, LOOKS, Lane, LimitLine, SeriesCurve, ValueAt, curve_sample, gap_sample, limit_sample},
    scale::short,
    values::ValueTable,
    words::{PageWords, class},
};
use crate::{
    eval::{
        limit::Limit,
        measurement::{Measurement, Series},
        table::{Metric, MetricId, Rule},
        verdict::{Check, State, Stretch, Worst},
    },
    report::{
        escape::shown,
        rows::{Urgency, urgency, word},
        wording::counted,
    },
};

/// Series beyond these are not drawn.
const DRAWN: usize = 60;

/// One metric that some rule of the stage judges, and that the snapshot has.
pub(super) struct MetricView<'a> {
    words: &'a PageWords<'a>,
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
pub(super) fn judged<'a>(words: &'a PageWords<'a>) -> Vec<MetricView<'a>> {
    let mut ids: Vec<MetricId> = Vec::new();
    for check in words.judged.verdict.checks() {
        let id = check.rule.condition.metric;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let mut views: Vec<MetricView<'a>> = ids.into_iter().filter_map(|id| MetricView::new(words, id)).collect();
    views.sort_by_key(MetricView::urgency);
    views
}

impl<'a> MetricView<'a> {
    fn new(words: &'a PageWords<'a>, id: MetricId) -> Option<Self> {
        let metric = words.metric(id)?;
        let measured = words.judged.reading.snapshot().metric(id)?;
        let on_it = |check: &&Check<'_>| check.rule.condition.metric == id;
        let mut checks: Vec<_> = words.judged.verdict.checks().iter().filter(on_it).collect();
        checks.sort_by_key(|check| urgency(check));
        let mut series: Vec<_> = measured.entries().collect();
        let series_in_all = series.len();
        if series_in_all > LOOKS {
            // Only the first few series get looks of their own, so those with a finding come first.
            let urgent: Vec<Option<&str>> = checks
                .iter()
                .filter(|check| urgency(check).is_raised())
                .map(|check| check.series.as_deref())
                .take(LOOKS)
                .collect();
            series.sort_by_key(|(label, _)| !urgent.contains(label));
            series.truncate(DRAWN);
        }
        Some(Self { words, id, metric, measured, checks, series, series_in_all })
    }

    fn urgency(&self) -> Urgency {
        self.checks.first().map_or(Urgency::NotEvaluated, |check| urgency(check))
    }

    fn windows(&self) -> usize {
        self.words.judged.verdict.windows()
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
        let opens = |window| self.words.opens(window);
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

    /// What the chart shows, for screen readers.
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
            format!("{} in {}", self.words.with_unit(self.id, value), self.words.window(window))
        };
        let missing = match self.windows() - values().count() {
            0 => String::new(),
            gaps => format!("; no data in {}", counted(gaps, "window")),
        };
        match least.zip(most) {
            Some((least, most)) if least.1 == most.1 => {
                format!("{name}{} in every window that has data{missing}.", self.words.with_unit(self.id, least.1))
            }
            Some((least, most)) => format!("{name}lowest {}, highest {}{missing}.", at(least), at(most)),
            None => format!("{name}no data."),
        }
    }

    /// `trigger above 400 for 2 windows: ROLLBACK, w2-w3 (15:15Z to 15:25Z).`
    fn check_in_words(&self, check: &Check<'_>) -> String {
        let series = check.series.as_deref().map_or_else(String::new, |label| format!(" of {}", shown(label)));
        let windows = self.words.affected_windows(check);
        let comma = if windows.is_empty() { "" } else { ", " };
        format!("{}{series}: {}{comma}{windows}.", self.words.limit(check), word(check))
    }

    /// The lines of a rule's limit: one, or, where it moves with a baseline, one for each series. None where the limit is not
    /// set, or holds for a sum of windows, which is not on the scale of the chart.
    fn limit_lines(&self, rule: &'a Rule, checks: &[&'a Check<'a>]) -> Vec<LimitLine<'a>> {
        let is_derived = self.metric.derived.is_some();
        if rule.aggregate().is_some_and(|aggregate| !aggregate.is_like_a_window(is_derived)) {
            return Vec::new();
        }
        let kind = rule.kind;
        match checks.first().map(|check| check.limit) {
            Some(Limit::Fixed(limit)) => {
                let label = format!("{} {}", kind.name(), short(limit.get(), 4));
                vec![LimitLine { kind, label, moves: false, at: Box::new(move |_| Some(limit.get())) }]
            }
            Some(limit @ Limit::Baseline { .. }) => {
                let moving = |(label, at): (Option<&str>, &'a Series)| LimitLine {
                    kind,
                    label: cut(&format!("{} {}", kind.name(), label.map_or("baseline".into(), shown)), 15),
                    moves: true,
                    at: Box::new(move |window| limit.moved(at.at(window).get()?)),
                };
                let baseline = self.words.judged.reading.snapshot().baseline(self.id);
                baseline.into_iter().flat_map(Measurement::entries).take(LOOKS).map(moving).collect()
            }
            Some(Limit::Unset) | None => Vec::new(),
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
            format!("{series}{}{quiet}", self.words.affected_windows(check))
        };
        html! {
            @if let Some(first) = checks.first() {
                li {
                    (PreEscaped(limit_sample(rule.kind)))
                    (rule.kind.name()) " " (self.words.limit(first)) " "
                    span class={ "state " (class(urgency(first))) } { (word(first)) }
                    @for check in findings.iter().take(FEW) { " " span.where { (finding(check)) } }
                    @if findings.len() > FEW { " " span.where { "and " (findings.len() - FEW) " more series" } }
                }
            }
        }
    }

    /// The values, window by window.
    fn values(&self, chart: &Chart<'_>) -> Markup {
        let table = ValueTable {
            words: self.words,
            metric: self.metric,
            checks: &self.checks,
            series: self.series.get(..LOOKS).unwrap_or(&self.series),
            series_in_all: self.series_in_all,
            limits: chart.limits.iter().filter(|limit| limit.moves).collect(),
        };
        table.write()
    }
}

fn curve<'a>(label: Option<&str>, series: &'a Series) -> SeriesCurve<'a> {
    let label = label.map_or_else(String::new, |label| cut(&shown(label), 12));
    let at: ValueAt<'a> = Box::new(|window| series.at(window).get());
    SeriesCurve { label, at }
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

/// At most `most` characters; the last is an ellipsis where there were more.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}
