//! The calendar time that a user writes for `--wall-start`.

use std::ops::RangeInclusive;
use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// The years that a run may begin in: counted in nanoseconds, they leave room for long runs.
const YEARS: RangeInclusive<i16> = 1700..=2200;

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

/// A date, a date with a time, or both with a zone.
fn calendar(text: &str) -> Option<i64> {
    let in_utc = |_| text.parse::<DateTime>().and_then(|time| time.to_zoned(TimeZone::UTC));
    let time = text.parse().or_else(|why| in_utc(why).map(|zoned| zoned.timestamp())).ok()?;
    let nanoseconds = i64::try_from(Timestamp::as_nanosecond(time)).ok()?;
    YEARS.contains(&time.to_zoned(TimeZone::UTC).year()).then_some(nanoseconds)
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
