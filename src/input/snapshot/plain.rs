//! The reading of a [plain](crate::input::plain) snapshot: the same as of any other, where nothing is wrong.

use std::time::Duration;

use super::{Request, by_name, stage::stage_hints, time};
use crate::{
    eval::{
        measurement::{Measurement, Series},
        snapshot::{Measured, Snapshot},
        table::{Pipeline, Table},
        unit::Unit,
    },
    input::{
        plain::{Plain, PlainMeasurement, PlainSeries},
        stages::{GivenName, candidates, choose},
        windows,
    },
    outcome::Reading,
    refusal::Faults,
};

/// What `plain` says; `None` if anything is wrong with it, or with what is asked of it.
pub(super) fn read<'t>(plain: Plain, table: &'t Table, request: &Request) -> Option<Reading<'t>> {
    // What goes wrong is told by the reader that knows where.
    let mut faults = Faults::default();
    let pipeline = agreed(plain.pipeline, request.pipeline.as_ref()).ok()?;
    let stage = agreed(plain.stage, request.stage.as_ref()).ok()?;
    let candidates = candidates(table, pipeline.as_ref(), &mut faults)?;
    let stage = choose(&candidates, stage.as_ref(), |fault| fault, &stage_hints(request.named_by), &mut faults)?;
    let start = match plain.start {
        Some(start) => Some(time::parse(&start)?),
        None => None,
    };
    let window = window(plain.window_minutes, stage.pipeline())?;
    let (metrics, unused_metrics) = measurements(plain.metrics, stage.pipeline())?;
    let (baseline, unused_baseline) = measurements(plain.baseline.unwrap_or_default(), stage.pipeline())?;
    let snapshot = Snapshot::new(stage, Measured { window, metrics, baseline }, request.last).ok()?;
    let start = time::first_judged(start, &snapshot, request.ended_within.as_ref()).ok()?;
    Some(Reading { stage, snapshot, start, labels: plain.labels.unwrap_or_default(), unused_metrics, unused_baseline })
}

/// What the snapshot and the request say of one name; `Err` where they do not agree.
fn agreed(said: Option<String>, wanted: Option<&String>) -> Result<Option<GivenName>, ()> {
    if said.as_ref().zip(wanted).is_some_and(|(said, wanted)| said != wanted) {
        return Err(());
    }
    let name = said.or_else(|| wanted.cloned());
    Ok(name.map(|name| GivenName { name, path: String::new(), span: None }))
}

fn window(minutes: Option<f64>, pipeline: &Pipeline) -> Option<Duration> {
    match minutes {
        None => pipeline.window,
        Some(minutes) => windows::width(minutes).filter(|window| pipeline.window.is_none_or(|own| own == *window)),
    }
}

/// The declared metrics by their id, and the names of the others; `None` if a value cannot be of its metric.
fn measurements(
    plain: Vec<(String, PlainMeasurement)>,
    pipeline: &Pipeline,
) -> Option<(Vec<Option<Measurement>>, Vec<String>)> {
    let mut measurements: Vec<Option<Measurement>> = pipeline.metrics.iter().map(|_| None).collect();
    let mut unused = Vec::new();
    if plain.is_empty() {
        return Some((measurements, unused));
    }
    let mut declared = by_name(pipeline, &mut measurements);
    for (name, measured) in plain {
        match declared.get_mut(name.as_str()) {
            Some((metric, slot)) => **slot = Some(measurement(measured, metric.unit)?),
            None => unused.push(name),
        }
    }
    Some((measurements, unused))
}

fn measurement(plain: PlainMeasurement, unit: Unit) -> Option<Measurement> {
    let labelled = match plain {
        PlainMeasurement::Single(plain) => return series(plain, unit).map(Measurement::Single),
        PlainMeasurement::Labelled(labelled) => labelled,
    };
    let with_unit = |(label, plain)| Some((label, series(plain, unit)?));
    labelled.into_iter().map(with_unit).collect::<Option<_>>().map(Measurement::Labelled)
}

fn series(plain: PlainSeries, unit: Unit) -> Option<Series> {
    let is_written_so = !plain.has_booleans || unit == Unit::Flag;
    Some(Series::measured(plain.values)).filter(|series| is_written_so && series.fits(unit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{gates, plain::scan};

    #[test]
    fn what_is_sound_is_read_here_and_nothing_else() {
        let table = "version: 1
pipelines:
  p:
    window: 5m
    metrics: { a: { unit: ratio }, f: { unit: flag, optional: true } }
    stages: { s: {}, t: {} }
    gate: [{ metric: a, max: 1 }]
  q:
    metrics: { a: { unit: number } }
    stages: { s: {} }
    gate: [{ metric: a, max: 1 }]
";
        let table = gates::read("table", table.to_owned()).unwrap();
        let is_read = |said: &str, metrics: &str, request: &Request| {
            let text = format!(r#"{{ {said} "metrics": {{ {metrics} }} }}"#);
            read(scan(&mut text.as_bytes()).unwrap(), &table, request).is_some()
        };
        let nothing = Request::default();
        let in_p = r#""pipeline": "p", "stage": "s","#;
        for (metrics, expected) in [
            (r#""a": 1"#, true),
            (r#""a": [0, null, 1], "f": [true, 0, null]"#, true),
            (r#""a": { "eu": 1, "us": [0.5] }"#, true),
            (r#""a": 1, "other": -1"#, true),
            (r#""a": 1.5"#, false),
            (r#""a": { "eu": 1, "us": 1.5 }"#, false),
            (r#""a": true"#, false),
            (r#""a": 1, "f": 0.5"#, false),
            (r#""f": 1"#, false),
        ] {
            assert_eq!(is_read(in_p, metrics, &nothing), expected, "{metrics}");
        }
        let asked = |pipeline: Option<&str>, stage: Option<&str>| Request {
            pipeline: pipeline.map(str::to_owned),
            stage: stage.map(str::to_owned),
            ..Request::default()
        };
        for (said, request, expected) in [
            ("", nothing.clone(), false),
            (r#""stage": "t","#, nothing.clone(), true),
            (r#""stage": "s","#, nothing.clone(), false),
            (r#""stage": "s","#, asked(Some("p"), None), true),
            (r#""pipeline": "q", "stage": "t","#, nothing.clone(), false),
            ("", asked(Some("p"), Some("t")), true),
            (in_p, asked(Some("p"), Some("s")), true),
            (in_p, asked(Some("q"), None), false),
            (in_p, asked(None, Some("t")), false),
            (r#""stage": "t", "window_minutes": 5,"#, nothing.clone(), true),
            (r#""stage": "t", "window_minutes": 10,"#, nothing.clone(), false),
            (r#""pipeline": "q", "stage": "s", "window_minutes": 10,"#, nothing.clone(), true),
            (r#""pipeline": "q", "stage": "s","#, nothing.clone(), false),
            (r#""stage": "t", "start": "2026-01-31T09:00:00Z","#, nothing.clone(), true),
            (r#""stage": "t", "start": "yesterday","#, nothing, false),
        ] {
            assert_eq!(is_read(said, r#""a": 1"#, &request), expected, "{said} {request:?}");
        }
    }
}
