//! A line of a board's log, as the host writes it: level, the program's own time, message, place.

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// What only its author wants to know.
    Trace,
    /// What helps in a search.
    Debug,
    /// What is worth telling.
    Info,
    /// What may go wrong.
    Warn,
    /// What went wrong.
    Error,
}

impl Level {
    /// All of them, the least first.
    pub const ALL: [Self; 5] = [Self::Trace, Self::Debug, Self::Info, Self::Warn, Self::Error];

    /// As it stands in the line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Trace => "TRACE",
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
        }
    }

    /// The level of that name, in capitals or not.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.word().eq_ignore_ascii_case(word))
    }
}

/// The parts of a log line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogLine<'a> {
    /// How much it matters.
    pub level: Level,
    /// When it was written, in seconds of the program's clock, if it says that.
    pub time: Option<f64>,
    /// What it says.
    pub message: &'a str,
    /// Where in the program that stands, as `file:line`.
    pub place: Option<&'a str>,
}

impl<'a> LogLine<'a> {
    /// Reads a line; `None` if it is not a log line.
    ///
    /// ```
    /// use loopscope_model::log::{Level, LogLine};
    ///
    /// let line = LogLine::parse("WARN  1.250000 the queue is full  (src/main.rs:40)").unwrap();
    /// assert_eq!((line.level, line.time), (Level::Warn, Some(1.25)));
    /// assert_eq!((line.message, line.place), ("the queue is full", Some("src/main.rs:40")));
    /// assert_eq!(LogLine::parse("Warning: no level"), None);
    /// ```
    pub fn parse(line: &'a str) -> Option<Self> {
        let line = line.trim_end();
        let (word, rest) = line.split_once(' ')?;
        let level = Level::ALL.into_iter().find(|level| level.word() == word)?;
        let rest = rest.trim_start();
        let (first, after) = rest.split_once(' ').unwrap_or((rest, ""));
        // A bare number is part of what is said.
        let time = first.parse().ok().filter(|time: &f64| first.contains('.') && time.is_finite());
        let rest = if time.is_some() { after } else { rest };
        let (message, place) = match rest.rsplit_once("  (") {
            Some((message, place)) if is_place(place) => (message, place.strip_suffix(')')),
            _ => (rest, None),
        };
        Some(Self { level, time, message, place })
    }

    /// The time in nanoseconds, as records have it.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a time before the start counts as the start, one beyond all time as the end"
    )]
    pub fn nanoseconds(&self) -> Option<u64> {
        self.time.map(|time| (time * 1e9).round() as u64)
    }
}

/// Whether that is `file:line)`.
fn is_place(text: &str) -> bool {
    let inside = text.strip_suffix(')').and_then(|inside| inside.rsplit_once(':'));
    inside.is_some_and(|(_, line)| !line.is_empty() && line.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_may_lack_time_and_place() {
        let line = LogLine::parse("INFO  3 tasks wait (see below)").unwrap();
        assert_eq!((line.time, line.message, line.place), (None, "3 tasks wait (see below)", None));
        assert_eq!(LogLine::parse("INFO").map(|line| line.message), None);
        assert_eq!(LogLine::parse("ERROR 0.5").unwrap().time, Some(0.5));
    }

    #[test]
    fn levels_are_ordered_by_how_much_they_matter() {
        assert!(Level::ALL.is_sorted());
        assert_eq!(Level::parse("warn"), Some(Level::Warn));
        assert_eq!(Level::parse("loud"), None);
    }
}
