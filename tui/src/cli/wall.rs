//! The calendar time that a user writes for `--wall-start`.

use std::time::{SystemTime, UNIX_EPOCH};

/// Nanoseconds since 1970 for `2000-01-01`, `2000-01-01T12:30:00.5Z`, `2000-01-01 12:30+02:00`,
/// seconds since 1970, or `now`. Without a zone it is UTC.
pub(super) fn parse(text: &str) -> Result<i64, String> {
    let bad = || "write a time as 2000-01-01T12:30:00Z, seconds since 1970, or `now`".to_owned();
    if text == "now" {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|_| bad())?;
        return i64::try_from(now.as_nanos()).map_err(|_| bad());
    }
    if let Ok(seconds) = text.parse::<f64>() {
        #[allow(clippy::cast_possible_truncation, reason = "the range is checked")]
        return if seconds.abs() < 9e9 { Ok((seconds * 1e9).round() as i64) } else { Err(bad()) };
    }
    calendar(text).ok_or_else(bad)
}

fn calendar(text: &str) -> Option<i64> {
    let (date, rest) = text.split_once(['T', 't', ' ']).unwrap_or((text, ""));
    let [year, month, day] = numbers(date, '-')?;
    let (time, offset) = zone(rest)?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, ""));
    let [hour, minute, second] = match time.split(':').count() {
        _ if time.is_empty() => [0, 0, 0],
        2 => {
            let [hour, minute] = numbers(time, ':')?;
            [hour, minute, 0]
        }
        _ => numbers(time, ':')?,
    };
    let in_range = (1..=12).contains(&month)
        && (1..=days_in(year, month)).contains(&day)
        && (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..60).contains(&second)
        && (1700..=2200).contains(&year);
    let nanoseconds: i64 =
        if fraction.is_empty() { 0 } else { format!("{fraction:0<9}").get(..9)?.parse().ok()? };
    let seconds = days_since_1970(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
    in_range.then(|| (seconds - offset) * 1_000_000_000 + nanoseconds)
}

/// The time before a zone, and the zone's offset in seconds.
fn zone(text: &str) -> Option<(&str, i64)> {
    let text = text.trim();
    if let Some(time) = text.strip_suffix(['Z', 'z']) {
        return Some((time, 0));
    }
    let Some(at) = text.rfind(['+', '-']) else { return Some((text, 0)) };
    let given = &text[at + 1..];
    let [hours, minutes] =
        if given.contains(':') { numbers(given, ':')? } else { [given.parse().ok()?, 0] };
    let offset = hours * 3600 + minutes * 60;
    Some((text[..at].trim(), if text.as_bytes()[at] == b'-' { -offset } else { offset }))
}

fn numbers<const N: usize>(text: &str, between: char) -> Option<[i64; N]> {
    let digits = |part: &str| {
        let plain = !part.is_empty() && part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| part.parse().ok()).flatten()
    };
    let parts: Option<Vec<i64>> = text.split(between).map(digits).collect();
    parts?.try_into().ok()
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the Gregorian calendar: years begin in March, so that the leap day
/// comes last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_every_spelling() {
        const SECOND: i64 = 1_000_000_000;
        for (text, seconds) in [
            ("1970-01-01", 0),
            ("2000-01-01T00:00:00Z", 946_684_800),
            ("2000-01-01 12:30", 946_729_800),
            ("2000-03-01", 951_868_800),
            ("2024-02-29T23:59:59Z", 1_709_251_199),
            ("2000-01-01T02:00:00+02:00", 946_684_800),
            ("1999-12-31T19:00-05", 946_684_800),
            ("1969-12-31T23:59:59Z", -1),
            ("12", 12),
            ("-3", -3),
        ] {
            assert_eq!(parse(text), Ok(seconds * SECOND), "{text}");
        }
        assert_eq!(parse("2000-01-01T00:00:00.25Z"), Ok(946_684_800 * SECOND + SECOND / 4));
        assert!(parse("now").unwrap() > 1_600_000_000 * SECOND);
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "soon",
            "2000-13-01",
            "2001-02-29",
            "2000-01-01T25:00",
            "2000-1",
            "1e99",
            "2000-01-01T1:2:3:4",
            "2000-01-01Tx",
            "99999-01-01",
            "2000-01-01T00:00:00.x",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
