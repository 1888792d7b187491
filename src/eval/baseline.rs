//! A snapshot as a baseline: one number for each series of each metric.

use std::time::Duration;

use super::{
    aggregate::Aggregate,
    exact::Exact,
    measurement::{Measurement, Series, Values, join_labels},
    number::Point,
    snapshot::{Measured, Quotient},
    table::{Metric, Pipeline},
    unit::Unit,
};

/// What the windows of `file` come to, by metric: each metric by its own aggregate of the windows with data, a derived
/// one that the file does not give itself by the quotient of the sums of its parts, and a count scaled to windows of
/// width `window`. `None` where the file lacks the metric or has no data of it.
#[must_use]
pub fn numbers(pipeline: &Pipeline, mut file: Measured, window: Duration) -> Vec<Option<Measurement>> {
    for (metric, measurement) in pipeline.metrics.iter().zip(&mut file.metrics) {
        if let (Some(default), Some(measurement)) = (metric.default, measurement) {
            measurement.fill(default.get());
        }
    }
    let windows = file.metrics.iter().flatten().flat_map(Measurement::entries);
    let windows = windows.filter_map(|(_, series)| series.values().windows()).max().unwrap_or(1);
    let scale = Exact::new(window.as_nanos() as f64).over(&Exact::new(file.window.as_nanos() as f64));
    let scale = scale.unwrap_or_else(|| Exact::new(1.0));
    let number = |metric: &Metric, measurement: &Option<Measurement>| match measurement {
        Some(measurement) => {
            let series = measurement.entries();
            labelled(series.map(|(label, series)| (label, of_series(metric, series, windows, &scale))))
        }
        None => of_parts(metric, &file.metrics, windows),
    };
    pipeline.metrics.iter().zip(&file.metrics).map(|(metric, measurement)| number(metric, measurement)).collect()
}

fn of_series(metric: &Metric, series: &Series, windows: usize, scale: &Exact) -> Option<f64> {
    let known = (0..windows).filter_map(|window| series.at(window).get());
    let known: Vec<Exact> = known.map(Exact::new).collect();
    if known.is_empty() {
        return None;
    }
    let number = match metric.baseline {
        Aggregate::Total => Aggregate::Mean,
        aggregate => aggregate,
    };
    let number = number.of_exact(known.into_iter());
    Some(if metric.unit == Unit::Count { number.times(scale) } else { number }.nearest())
}

/// The quotients of a derived metric, of the windows in which every part has data.
fn of_parts(metric: &Metric, metrics: &[Option<Measurement>], windows: usize) -> Option<Measurement> {
    let parts = metric.derived.iter().flat_map(super::table::Derived::parts);
    let labels = join_labels(parts.filter_map(|part| metrics.get(part.0)?.as_ref()));
    let quotients = Quotient::for_labels(metric, metrics, &labels)?;
    labelled(labels.iter().zip(quotients).map(|(label, quotient)| {
        let has_data = |window: &usize| {
            quotient.parts().all(|(_, part)| part.is_some_and(|part| part.at(*window).get().is_some()))
        };
        let complete: Vec<usize> = (0..windows).filter(has_data).collect();
        let number = quotient.near(&complete.iter().copied()).ok().and_then(|number| metric.admit(number));
        (*label, number)
    }))
}

/// A measurement of plain numbers, without those that there are none of.
fn labelled<'l>(numbers: impl Iterator<Item = (Option<&'l str>, Option<f64>)>) -> Option<Measurement> {
    let constant = |number| Series::measured(Values::Constant(Point::new(number)));
    let mut several = Vec::new();
    for (label, number) in numbers {
        match (label, number) {
            (None, number) => return number.map(|number| Measurement::Single(constant(number))),
            (Some(label), Some(number)) => several.push((label.to_owned(), constant(number))),
            (Some(_), None) => {}
        }
    }
    (!several.is_empty()).then_some(Measurement::Labelled(several))
}
