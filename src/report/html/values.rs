//! The values of one metric as a table, window by window, for those who want the numbers of its chart.

use maud::{Markup, html};

use super::{chart::LimitLine, scale::short, words::PageWords};
use crate::{
    eval::{
        measurement::Series,
        notation::shortest,
        table::Metric,
        unit::Unit,
        verdict::{Check, Stretch},
    },
    report::{escape::shown, wording::counted},
};

/// What is in the table.
pub(super) struct ValueTable<'a> {
    pub(super) words: &'a PageWords<'a>,
    pub(super) metric: &'a Metric,
    /// Every check on it.
    pub(super) checks: &'a [&'a Check<'a>],
    /// A column each.
    pub(super) series: &'a [(Option<&'a str>, &'a Series)],
    pub(super) series_in_all: usize,
    /// Those that are not the same in every window, a column each.
    pub(super) limits: Vec<&'a LimitLine<'a>>,
}

impl ValueTable<'_> {
    /// The table, folded. Of many windows it has only those around breaches and gaps.
    pub(super) fn write(&self) -> Markup {
        let (rows, left_out) = self.rows();
        html! {
            details.values {
                summary { "Values" }
                // On a small screen the table scrolls inside this box; tabindex lets the keyboard scroll it, too.
                div.scroll tabindex="0" role="region" aria-label={ "Values of " (shown(&self.metric.name)) } {
                    table {
                        thead { (self.head()) }
                        tbody { @for window in rows { (self.row(window)) } }
                    }
                }
                @if left_out > 0 {
                    p.note { (counted(left_out, "window")) " away from any breach or gap left out; the JSON report says which breach." }
                }
                @if self.series_in_all > self.series.len() {
                    p.note { "Of " (self.series_in_all) " series, " (self.series.len()) " are shown." }
                }
            }
        }
    }

    fn head(&self) -> Markup {
        html! {
            tr {
                th scope="col" { "window" }
                @if self.has_times() { th scope="col" { "opens" } }
                @for (label, _) in self.series {
                    th.number scope="col" { bdi { (shown(label.unwrap_or(&self.metric.name))) } (in_unit(self.metric.unit)) }
                }
                @for limit in &self.limits { th.number scope="col" { (limit.label) } }
                th scope="col" { "breaches" }
            }
        }
    }

    fn row(&self, window: usize) -> Markup {
        let breaches: Vec<String> = self.breached_in(window);
        // In a breaching window the reader compares with the limit, so the value is not rounded.
        let digits: fn(f64) -> String = if breaches.is_empty() { |value| short(value, 6) } else { shortest };
        let value = |value: Option<f64>| value.map_or_else(|| "no data".to_owned(), digits);
        html! {
            tr.breach[!breaches.is_empty()] {
                th scope="row" { "w" (window) }
                @if self.has_times() { td.opens { (self.words.opens(window).unwrap_or_default()) } }
                @for (_, series) in self.series { td.number { (value(series.at(window).get())) } }
                @for limit in &self.limits { td.number { (value((limit.at)(window))) } }
                td { (breaches.join(", ")) }
            }
        }
    }

    fn has_times(&self) -> bool {
        self.words.times.is_some()
    }

    /// The rules that a window breaches.
    fn breached_in(&self, window: usize) -> Vec<String> {
        const FEW: usize = 4;
        let breached = self.checks.iter().filter(|check| holds(&check.breaches, window));
        let name = |check: &&Check<'_>| match check.series.as_deref() {
            Some(label) => format!("{} of {}", self.words.rule(check), shown(label)),
            None => self.words.rule(check),
        };
        let all: Vec<_> = breached.collect();
        let more = all.len().checked_sub(FEW).filter(|more| *more > 0).map(|more| format!("and {more} more"));
        all.iter().take(FEW).map(|check| name(check)).chain(more).collect()
    }

    /// The windows of the table, in order, and how many are left out.
    fn rows(&self) -> (Vec<usize>, usize) {
        const ALL: usize = 60;
        const MOST: usize = 120;
        let windows = self.words.judged.verdict.windows();
        if windows <= ALL {
            return ((0..windows).collect(), 0);
        }
        let stretches = self.checks.iter().flat_map(|check| check.breaches.iter().copied().chain(check.gaps()));
        let near = stretches.flat_map(|Stretch { from, to }| from.saturating_sub(1)..=(to + 1).min(windows - 1));
        let mut rows: Vec<usize> = near.take(MOST).chain([0, windows - 1]).collect();
        rows.sort_unstable();
        rows.dedup();
        let left_out = windows - rows.len();
        (rows, left_out)
    }
}

/// Whether a window is in one of `stretches`, which are in order.
fn holds(stretches: &[Stretch], window: usize) -> bool {
    let next = stretches.partition_point(|stretch| stretch.to < window);
    stretches.get(next).is_some_and(|stretch| stretch.from <= window)
}

fn in_unit(unit: Unit) -> String {
    let suffix = unit.suffix().trim();
    if suffix.is_empty() { String::new() } else { format!(" ({suffix})") }
}
