//! When a snapshot's windows were: their start, their width, and how long ago they ended.

use std::{ops::RangeInclusive, time::Duration};

use jiff::Timestamp;

use super::Document;
use crate::{
    eval::{snapshot::Snapshot, table::Pipeline},
    input::{document::Path, windows},
    outcome::opening,
    refusal::{Code, Fault, Faults},
};

/// Why a snapshot was not taken at a time that can be used.
pub(super) enum TimeFault {
    /// Nothing says when it was, and that is asked.
    NoStart,
    /// Its windows reach beyond the calendar.
    BeyondCalendar,
    /// It ended then, before what is asked.
    Ended(Timestamp),
    /// It ends then, after what is asked.
    Ends(Timestamp),
}

/// When the first judged window opened, if the snapshot says when it was; it must end within `ended_within`.
pub(super) fn first_judged(
    start: Option<Timestamp>,
    snapshot: &Snapshot,
    ended_within: Option<&RangeInclusive<Timestamp>>,
) -> Result<Option<Timestamp>, TimeFault> {
    let Some(start) = start else {
        return if ended_within.is_some() { Err(TimeFault::NoStart) } else { Ok(None) };
    };
    let windows = snapshot.skipped() + snapshot.windows();
    let end = opening(start, snapshot.window(), windows).ok_or(TimeFault::BeyondCalendar)?;
    match ended_within {
        Some(within) if end < *within.start() => Err(TimeFault::Ended(end)),
        Some(within) if end > *within.end() => Err(TimeFault::Ends(end)),
        _ => Ok(opening(start, snapshot.window(), snapshot.skipped())),
    }
}

/// The time that an RFC 3339 text names.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    // The calendar is jiff's; it also reads times that RFC 3339 does not know.
    is_rfc_3339(text).then(|| text.parse().ok()).flatten()
}

impl Document<'_, '_> {
    pub(super) fn start(&self, faults: &mut Faults) -> Option<Timestamp> {
        let text = self.string("start", faults)?;
        let start = parse(&text);
        if start.is_none() {
            let fault = Fault::new(Code::BadTime, format!("{text:?} is not a time that can be used"));
            let fault = fault.at(self.get("start").map_or(0..0, |value| self.text.span(value.get())));
            faults.push(fault.path("$.start").help("write it as in RFC 3339: 2026-02-20T12:00:00Z"));
        }
        start
    }

    /// The width of a window, from the document and the pipeline.
    pub(super) fn window(&self, pipeline: &Pipeline, faults: &mut Faults) -> Option<Duration> {
        let path = Path::Root("$");
        let path = path.key("window_minutes");
        let Some(value) = self.get("window_minutes") else {
            if pipeline.window.is_none() {
                let fault = Fault::new(Code::MissingKey, "\"window_minutes\" is missing");
                let fault = fault.at(self.text.start_of(self.text.root())).path("$");
                faults.push(fault.help(windows::say_which(pipeline)));
            }
            return pipeline.window;
        };
        let minutes: Option<f64> = serde_json::from_str(value.get()).ok();
        let Some(window) = minutes.and_then(windows::width) else {
            let fault = self.wrong(value, windows::EXPECTED, &path);
            faults.push(Fault { code: Code::BadWindowMinutes, ..fault }.help(windows::HELP));
            return None;
        };
        if let Some(fault) = windows::disagreement("the snapshot", window, pipeline) {
            faults.push(fault.at(self.text.span(value.get())).path(path));
            return None;
        }
        Some(window)
    }

    /// When the first judged window opened, unless the snapshot ended too long ago.
    pub(super) fn first_judged(
        &self,
        start: Option<Timestamp>,
        snapshot: &Snapshot,
        ended_within: Option<&RangeInclusive<Timestamp>>,
        faults: &mut Faults,
    ) -> Option<Timestamp> {
        let span = self.get("start").map(|value| self.text.span(value.get()));
        // What is wrong with a start that is there has been told.
        let is_told = start.is_none() && span.is_some();
        let (code, message, help) = match first_judged(start, snapshot, ended_within) {
            Ok(first) => return first,
            Err(TimeFault::NoStart) if is_told => return None,
            Err(TimeFault::NoStart) => {
                let message = "\"start\" is missing, so its age is unknown, and --max-age is given";
                (Code::MissingKey, message.to_owned(), "add \"start\": when window 0 opened")
            }
            Err(TimeFault::BeyondCalendar) => {
                let message = "the windows from this start end beyond the year 9999";
                (Code::BadTime, message.to_owned(), "look at \"start\" and \"window_minutes\"")
            }
            Err(TimeFault::Ended(end)) => {
                let message = format!("the snapshot ended at {end}, longer ago than --max-age allows");
                (Code::TooOld, message, "take a fresh snapshot")
            }
            Err(TimeFault::Ends(end)) => {
                let message = format!("the snapshot ended at {end}, which is to come, by more than --max-age");
                (Code::TooOld, message, "look at \"start\" and at the clocks")
            }
        };
        let fault = Fault::new(code, message).path("$.start");
        let fault = match span {
            Some(span) => fault.at(span),
            None => fault.at(self.text.start_of(self.text.root())).path("$"),
        };
        faults.push(fault.help(help));
        None
    }
}

/// Whether a text has the shape of `2026-02-20T12:00:00.5+01:00` (RFC 3339, section 5.6).
fn is_rfc_3339(text: &str) -> bool {
    let has_shape = |text: &str, shape: &str| {
        let fits = |(byte, shape): (u8, u8)| if shape == b'0' { byte.is_ascii_digit() } else { byte == shape };
        text.len() == shape.len() && text.bytes().zip(shape.bytes()).all(fits)
    };
    let Some((time, rest)) = text.split_at_checked("0000-00-00T00:00:00".len()) else { return false };
    let offset = match rest.strip_prefix('.') {
        Some(fraction) if fraction.starts_with(|c: char| c.is_ascii_digit()) => {
            fraction.trim_start_matches(|c: char| c.is_ascii_digit())
        }
        Some(_) => return false,
        None => rest,
    };
    let time = time.replacen(['t', ' '], "T", 1);
    let is_offset = matches!(offset, "Z" | "z") || has_shape(offset, "+00:00") || has_shape(offset, "-00:00");
    has_shape(&time, "0000-00-00T00:00:00") && is_offset
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_the_shape_of_rfc_3339() {
        for text in ["2026-02-20T12:00:00Z", "2026-02-20 12:00:00.5z", "2026-02-20t12:00:00.123456789+01:00"] {
            assert!(is_rfc_3339(text), "{text}");
        }
        for text in ["2026-02-20T12:00:00", "2026-02-20T12:00:00.Z", "2026-02-20T12:00:00,5Z", "2026-02-20T12:00Z"] {
            assert!(!is_rfc_3339(text), "{text}");
        }
    }
}
