//! Durations as a user writes them.

use super::super::Trouble;
use super::trouble;

/// The longest duration, in nanoseconds.
const LONGEST: f64 = 1e19;

/// A duration such as `2s`, `500ms`, `10us`, `1.5min` or plain seconds, in nanoseconds.
pub fn duration(text: &str) -> Result<u64, Trouble> {
    let bad = || {
        trouble(format!(
            "`{text}` is no duration: write seconds as `1.5`, or `2s`, `500ms`, `10us`, `3min`."
        ))
    };
    // The letters at the end; the `e` of `1e3` stands before digits.
    let unit = text.trim_end_matches(char::is_alphabetic).len();
    let number: f64 = text[..unit].trim().parse().map_err(|_| bad())?;
    let scale = match &text[unit..] {
        "" | "s" | "sec" => 1e9,
        "ms" => 1e6,
        "us" => 1e3,
        "ns" => 1.0,
        "m" | "min" => 60e9,
        "h" => 3600e9,
        _ => return Err(bad()),
    };
    let ns = (number * scale).round();
    if ns > LONGEST {
        return Err(trouble(format!(
            "`{text}` is longer than loop time can count: write less than 300 years."
        )));
    }
    if !(0.0..=LONGEST).contains(&ns) {
        return Err(bad());
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked above")]
    Ok(ns as u64)
}
