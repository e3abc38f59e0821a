//! What a record puts on a terminal: a program's output, a line of a board's log, a remark.

use std::borrow::Cow;
use std::fmt::Write;

use loopscope_protocol::{Event, Level, Place, Stream};

use crate::names::Names;
use crate::record::Record;

/// How a remark begins on a terminal, so that nobody takes it for the program's.
pub const HOST: &str = "loopscope: ";

/// A level as it stands in a line; empty for what was printed without one.
pub const fn level_word(level: Level) -> &'static str {
    match level {
        Level::Trace => "TRACE",
        Level::Debug => "DEBUG",
        Level::Info => "INFO",
        Level::Warn => "WARN",
        Level::Error => "ERROR",
        Level::Print => "",
    }
}

impl Record {
    /// What it puts on a terminal, and on which of the two streams; `None` for most records. A line
    /// of a log and a remark go to standard error, each as a line of its own.
    ///
    /// ```
    /// use loopscope_model::story::Story;
    /// use loopscope_protocol::{Event, RemarkKind, Stream, Text};
    ///
    /// let mut story = Story::new();
    /// let text = story.text(Text::FIRST, "The board was reset.");
    /// story.push(Event::Remark { kind: RemarkKind::Reset, text });
    /// let (stream, line) = story.records()[0].written(story.names()).unwrap();
    /// assert_eq!((stream, &*line), (Stream::Stderr, "loopscope: The board was reset.\n"));
    /// ```
    pub fn written(&self, names: &Names) -> Option<(Stream, Cow<'_, str>)> {
        match self.event {
            Event::Output { stream, text } => Some((stream, Cow::Borrowed(self.text(text)))),
            Event::Log { level, time, place, text } => {
                let line = log_line(level, time, self.text(text), place, names);
                Some((Stream::Stderr, Cow::Owned(line + "\n")))
            }
            Event::Remark { text, .. } => {
                Some((Stream::Stderr, Cow::Owned(format!("{HOST}{}\n", self.text(text)))))
            }
            _ => None,
        }
    }
}

/// A line of a log: `WARN  1.250000 the queue is full  (src/main.rs:40)`.
pub fn log_line(
    level: Level,
    time: Option<f64>,
    message: &str,
    place: Place,
    names: &Names,
) -> String {
    let mut line = String::new();
    // Writing into a string cannot fail.
    if level != Level::Print {
        let _ = write!(line, "{:<5} ", level_word(level));
    }
    if let Some(time) = time {
        let _ = write!(line, "{time:.6} ");
    }
    line.push_str(message);
    if let Some(place) = names.exact_place(place) {
        let _ = write!(line, "  ({place})");
    }
    line
}

#[cfg(test)]
mod tests {
    use loopscope_protocol::Text;

    use super::*;
    use crate::story::Story;

    #[test]
    fn a_line_of_a_log_says_what_is_known_of_it() {
        let mut story = Story::new();
        let place = story.place("src/main.rs", 40);
        for (level, time, place) in [
            (Level::Warn, Some(1.25), place),
            (Level::Error, None, Place::NONE),
            (Level::Print, Some(0.5), Place::NONE),
        ] {
            let text = story.text(Text::FIRST, "the queue is full");
            story.push(Event::Log { level, time, place, text });
        }
        let lines: Vec<_> = story.records().iter().map(|r| r.written(story.names())).collect();
        let lines: Vec<_> = lines.into_iter().map(|line| line.unwrap().1.into_owned()).collect();
        assert_eq!(
            lines,
            [
                "WARN  1.250000 the queue is full  (src/main.rs:40)\n",
                "ERROR the queue is full\n",
                "0.500000 the queue is full\n",
            ]
        );
        story.soon(1, "f");
        assert_eq!(story.records()[3].written(story.names()), None);
    }
}
