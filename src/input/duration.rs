//! Durations as people write them: `15m`, `1h30m`, `24h`.

use std::time::Duration;

use jiff::SignedDuration;

/// What to write.
pub(super) const HINT: &str = "write hours, minutes and seconds, such as 24h, 15m or 1h30m";

/// Reads a duration of more than zero.
///
/// # Errors
/// What is wrong with it and what to write instead.
pub fn parse(text: &str) -> Result<Duration, String> {
    read(text).map_err(|message| format!("{message}: {HINT}"))
}

/// The same, without what to write instead.
pub(super) fn read(text: &str) -> Result<Duration, String> {
    // jiff reads more than people should have to know: PT15M, 00:15:00, 15ms, 1.5h.
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"hms ".contains(&byte)) && !text.contains("ms");
    let parsed: Option<SignedDuration> = is_plain.then(|| text.parse().ok()).flatten();
    let parsed = parsed.ok_or_else(|| format!("`{text}` is not a duration"))?;
    match Duration::try_from(parsed) {
        Ok(duration) if !duration.is_zero() => Ok(duration),
        _ => Err(format!("`{text}` is not more than zero")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_minutes_and_seconds() {
        for (text, seconds) in
            [("15m", 900), ("1h30m", 5400), ("1h 30m", 5400), ("24h", 86400), ("168h", 604_800), ("90s", 90)]
        {
            assert_eq!(parse(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
    }

    #[test]
    fn what_could_be_misread_is_refused() {
        for text in [
            "",
            "15",
            "15M",
            "1d",
            "1mo",
            "m",
            "-5m",
            "0m",
            "PT15M",
            "00:15:00",
            "15ms",
            "1.5h",
            "15 minutes",
            "1ns",
            "15m later",
            "1e3m",
            "99999999999999999999h",
            "١٥m",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
