//! What the benches read: snapshots of the shipped pipeline `tsfm`, the same ones in every run.

use std::fmt::Write;

/// The metrics of the pipeline, each with a value that no rule minds and no window goes above.
const METRICS: [(&str, f64); 5] = [
    ("p95_latency_ms", 290.0),
    ("error_rate", 0.009),
    ("fallback_rate", 0.07),
    ("breaker_open_rate", 0.2),
    ("invalid_output_rate", 0.0),
];

/// How the numbers of a snapshot are written.
#[derive(Clone, Copy)]
pub(crate) enum Digits {
    /// As many as a double has: what a program writes that does not round.
    All,
    /// This many after the point: what an exporter writes that rounds.
    #[allow(dead_code, reason = "not every bench rounds")]
    Rounded(usize),
}

/// A snapshot of random-looking doubles, which passes every rule of `canary_5`. `seed` tells snapshots apart.
pub(crate) fn snapshot(windows: usize, seed: usize, digits: Digits) -> String {
    let mut text = String::from(r#"{"pipeline":"tsfm","stage":"canary_5","window_minutes":5,"metrics":{"#);
    for (index, (metric, most)) in METRICS.into_iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        write!(text, r#"{comma}"{metric}":["#).expect("memory");
        for window in 0..windows {
            let comma = if window == 0 { "" } else { "," };
            // The fractional parts of multiples of the golden ratio: spread evenly, and never short.
            let value = most * ((seed + window) as f64 * 0.618_033_988_749_894_9).fract();
            match digits {
                _ if most == 0.0 => write!(text, "{comma}0"),
                Digits::All => write!(text, "{comma}{value}"),
                Digits::Rounded(places) => write!(text, "{comma}{value:.places$}"),
            }
            .expect("memory");
        }
        text.push(']');
    }
    text + "}}"
}
