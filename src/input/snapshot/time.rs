//! When a snapshot's windows were: their start, their width, and how long ago they ended.

use std::{ops::RangeInclusive, time::Duration};

use jiff::Timestamp;

use super::{
    SnapshotReader,
    keys::{KnownKey, SnapshotKeys},
};
use crate::{
    eval::{
        notation,
        snapshot::Snapshot,
        table::{Pipeline, StageRules, Width},
    },
    input::{
        document::Path,
        duration,
        json::{Scalar, tree::JsonValue},
        windows,
    },
    outcome::opening,
    refusal::{Code, Fault, Faults},
};

impl SnapshotReader<'_> {
    /// The time that a key names, if it is there.
    pub(super) fn time(self, known: &mut KnownKey, faults: &mut Faults) -> Option<Timestamp> {
        let path = Path::Root("$");
        let path = path.key(known.key);
        let node = known.node.as_mut()?;
        if let JsonValue::Scalar(Scalar::Number(number)) = node.value
            && let Some(time) = of_epoch(number)
        {
            let fault = self.text(faults).wrong(node, "a string belongs here", &path);
            faults.push(fault.help(format!("write {:?}", time.to_string())));
            return None;
        }
        let text = self.text_of(node, "a string belongs here", &path, faults)?;
        let time = parse_time(&text);
        if time.is_none() {
            let fault = Fault::new(Code::BadTime, format!("{text:?} is not a time that can be used"));
            let fault = fault.at(node.span.clone()).path(path);
            faults.push(fault.help(TIME_HELP));
        }
        time
    }

    /// The width of a window, from the snapshot and the pipeline.
    pub(super) fn window(self, keys: &SnapshotKeys, pipeline: &Pipeline, faults: &mut Faults) -> Option<Duration> {
        let known = if keys.window.node.is_some() { &keys.window } else { &keys.window_minutes };
        let Some(node) = &known.node else {
            let window = pipeline.window.and_then(Width::exactly);
            if window.is_none() {
                let fault = Fault::new(Code::MissingKey, format!("{:?} is missing", known.key));
                let fault = fault.at(self.start..self.start).path("$");
                faults.push(fault.help(windows::say_which(pipeline)));
            }
            return window;
        };
        let window = self.written_window(keys, faults)?;
        if let Some(fault) = windows::disagreement("the snapshot", window, pipeline) {
            faults.push(fault.at(node.span.clone()).path(Path::Root("$").key(known.key)));
            return None;
        }
        Some(window)
    }

    /// The width of a window that the snapshot writes, in one way or the other; where in both, they must agree.
    pub(super) fn written_window(self, keys: &SnapshotKeys, faults: &mut Faults) -> Option<Duration> {
        let minutes = self.window_minutes(&keys.window_minutes, faults);
        let (known, path) = (&keys.window, Path::Root("$"));
        let path = path.key(known.key);
        let Some(node) = &known.node else { return minutes };
        let window = match &node.value {
            JsonValue::Text(Some(text)) => duration::read(text).map_err(|message| {
                Fault::new(Code::BadDuration, message).at(node.span.clone()).path(path).help(duration::HINT)
            }),
            _ => Err(self.text(faults).wrong(node, "a duration belongs here", &path).help(duration::HINT)),
        };
        let window = window.map_err(|fault| faults.push(fault)).ok()?;
        if let Some(minutes) = minutes.filter(|minutes| *minutes != window) {
            let shown = notation::duration;
            let message = format!("\"window\" is {}, and \"window_minutes\" is {}", shown(window), shown(minutes));
            let fault = Fault::new(Code::Contradiction, message).at(node.span.clone()).path(path);
            faults.push(fault.help("leave one of them out"));
            return None;
        }
        Some(window)
    }

    fn window_minutes(self, known: &KnownKey, faults: &mut Faults) -> Option<Duration> {
        let node = known.node.as_ref()?;
        let width = match node.value {
            JsonValue::Scalar(Scalar::Number(minutes)) => windows::width(minutes),
            _ => None,
        };
        if width.is_none() {
            let fault = self.text(faults).wrong(node, windows::EXPECTED, &Path::Root("$").key(known.key));
            faults.push(Fault { code: Code::BadWindowMinutes, ..fault }.help(windows::HELP));
        }
        width
    }

    /// How many windows open before the stage was entered and warm. The times are when window 0 opened, and when the stage
    /// was entered, if somebody says so.
    pub(super) fn windows_before_entry(
        self,
        keys: &SnapshotKeys,
        stage: StageRules<'_>,
        window: Duration,
        (start, entered): (Option<Timestamp>, Option<Timestamp>),
        faults: &mut Faults,
    ) -> usize {
        let before = super::windows_before_entry(stage, window, start, entered);
        // What is wrong with a start that is there has been told.
        if before.is_none() && keys.start.node.is_none() {
            let message = "\"start\" is missing, and without it nothing says which windows open before the entry";
            let place = keys.entered.node.as_ref().map_or(self.start..self.start, |node| node.span.clone());
            let fault = Fault::new(Code::MissingKey, message).at(place).path("$");
            faults.push(fault.help("add \"start\": when window 0 opened"));
        }
        before.unwrap_or(0)
    }

    /// When the first judged window opened, if the snapshot says when it was; it must end within `ended_within`.
    pub(super) fn first_judged(
        self,
        key: &KnownKey,
        start: Option<Timestamp>,
        snapshot: &Snapshot,
        ended_within: Option<&RangeInclusive<Timestamp>>,
        faults: &mut Faults,
    ) -> Option<Timestamp> {
        let Some(start) = start else {
            // What is wrong with a start that is there has been told.
            if ended_within.is_some() && key.node.is_none() {
                let message = "\"start\" is missing, so its age is unknown, and --max-age is given";
                let fault = Fault::new(Code::MissingKey, message).at(self.start..self.start).path("$");
                faults.push(fault.help("add \"start\": when window 0 opened"));
            }
            return None;
        };
        let end = opening(start, snapshot.window(), snapshot.left_out().windows() + snapshot.windows());
        let (code, message, help) = match (end, ended_within) {
            (None, _) => {
                let message = "the windows from this start end beyond the year 9999";
                (Code::BadTime, message.to_owned(), "look at \"start\" and \"window_minutes\"")
            }
            (Some(end), Some(within)) if end < *within.start() => {
                let message = format!("the snapshot ended at {end}, longer ago than --max-age allows");
                (Code::TooOld, message, "take a fresh snapshot")
            }
            (Some(end), Some(within)) if end > *within.end() => {
                let message = format!("the snapshot ended at {end}, which is to come: its last window is not complete");
                (
                    Code::TooOld,
                    message,
                    "take it once its last window has closed; or look at \"start\" and at the clocks",
                )
            }
            _ => return opening(start, snapshot.window(), snapshot.left_out().windows()),
        };
        let fault = Fault::new(code, message).path("$.start").help(help);
        faults.push(match &key.node {
            Some(node) => fault.at(node.span.clone()),
            None => fault,
        });
        None
    }
}

/// What to write where a time belongs.
pub(super) const TIME_HELP: &str = "write it as in RFC 3339: 2026-02-20T12:00:00Z";

/// The time that an RFC 3339 text names.
pub(super) fn parse_time(text: &str) -> Option<Timestamp> {
    // The calendar is jiff's; it also reads times that RFC 3339 does not know.
    is_rfc_3339(text).then(|| text.parse().ok()).flatten()
}

/// The time of a number that looks like seconds, or milliseconds, since 1970: between 2001 and 2286.
fn of_epoch(number: f64) -> Option<Timestamp> {
    const EARLIEST: f64 = 1e9;
    let seconds = if number >= EARLIEST * 1000.0 { number / 1000.0 } else { number };
    #[allow(clippy::cast_possible_truncation)]
    (EARLIEST..EARLIEST * 10.0).contains(&seconds).then(|| Timestamp::from_second(seconds as i64).ok()).flatten()
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
