//! Durations, read and written.

use std::time::Duration;

use rollout_gate::{eval::notation, input::parse_duration};

/// A text is the duration that a plain reading of it gives, or refused; and every duration is written so that it is read
/// again. The bytes are a text, and a count of seconds.
pub fn holds(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        match parse_duration(text) {
            Ok(duration) => {
                assert!(!duration.is_zero());
                assert_eq!(Some(duration), plainly(text), "{text}");
                assert_written(duration);
            }
            Err(message) => assert!(message.contains(text), "{message}"),
        }
    }
    if let Some(seconds) = bytes.first_chunk().map(|seconds| u64::from_le_bytes(*seconds)) {
        // As far as a duration can be read.
        assert_written(Duration::from_secs(seconds % (1 << 40) + 1));
    }
}

/// Whole seconds are written as people write them.
fn assert_written(duration: Duration) {
    let written = notation::duration(duration);
    assert_eq!(plainly(&written), Some(duration), "{written}");
    assert_eq!(parse_duration(&written), Ok(duration), "{written}");
}

/// Numbers, each with its unit, and their sum.
fn plainly(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    let mut seconds: u64 = 0;
    while !rest.is_empty() {
        let unit = rest.find(['h', 'm', 's'])?;
        let (number, after) = (&rest[..unit], &rest[unit + 1..]);
        let size = match rest.as_bytes()[unit] {
            b'h' => 3600,
            b'm' => 60,
            _ => 1,
        };
        seconds = seconds.checked_add(number.trim().parse::<u64>().ok()?.checked_mul(size)?)?;
        rest = after.trim_start();
    }
    Some(Duration::from_secs(seconds))
}
