//! What a board's stream said before there were `log` and `remark`, and a clock of its own: old
//! recordings have both as lines of standard error, and read as new ones do.

use std::collections::HashMap;

use loopscope_protocol::{ClockMode, Event, Level, NameId, Place, RemarkKind, Stream, Text, Word};

use crate::names::Names;
use crate::record::Texts;

/// How a line began that was the host's own remark.
const HOST: &str = "loopscope: ";

/// What is kept while a board's stream is read.
#[derive(Clone, Debug, Default)]
pub(super) struct OldBoard {
    /// The files that lines of the log named. Their numbers are counted from the last one down,
    /// where no source's are.
    files: HashMap<Box<str>, NameId>,
    /// Whether the stream is an old one: its clock was called the machine's. Today a board's lines
    /// of standard error are only lines, whatever they look like.
    is_old: bool,
}

impl OldBoard {
    /// How many files were named so far.
    pub(super) fn files(&self) -> usize {
        self.files.len()
    }

    /// The event as it is sent today, with its texts.
    pub(super) fn translated(
        &mut self,
        event: Event,
        texts: Texts,
        names: &mut Names,
    ) -> (Event, Texts) {
        match event {
            Event::RunStart { clock: ClockMode::Real, dialect, wall_start, seed, ties, file } => {
                self.is_old = true;
                let clock = ClockMode::Board;
                (Event::RunStart { clock, dialect, wall_start, seed, ties, file }, texts)
            }
            Event::Output { stream: Stream::Stderr, text } if self.is_old => {
                self.line(texts.get(text), names).unwrap_or((event, texts))
            }
            _ => (event, texts),
        }
    }

    fn line(&mut self, line: &str, names: &mut Names) -> Option<(Event, Texts)> {
        let line = line.trim_end();
        let text = Text::FIRST;
        if let Some(remark) = line.strip_prefix(HOST) {
            let event = Event::Remark { kind: RemarkKind::Note, text };
            return Some((event, Texts::new(remark, "")));
        }
        let Line { level, time, message, place } = Line::parse(line)?;
        let place = place.map_or(Place::NONE, |(file, line)| {
            let next = NameId(u32::MAX - u32::try_from(self.files.len()).unwrap_or(u32::MAX));
            let file = *self.files.entry(file.into()).or_insert_with(|| {
                names.define(next, file);
                next
            });
            Place { file, line }
        });
        Some((Event::Log { level, time, place, text }, Texts::new(message, "")))
    }
}

/// The parts of a log's line: level, the program's own time, message, place.
#[derive(Debug, PartialEq)]
struct Line<'a> {
    level: Level,
    time: Option<f64>,
    message: &'a str,
    place: Option<(&'a str, u32)>,
}

impl<'a> Line<'a> {
    /// Reads a line; `None` if it is not one of a log.
    fn parse(line: &'a str) -> Option<Self> {
        let (word, rest) = line.split_once(' ')?;
        let level = Level::ALL.iter().copied().find(|level| level.word().to_uppercase() == word)?;
        let rest = rest.trim_start();
        let (first, after) = rest.split_once(' ').unwrap_or((rest, ""));
        // A bare number is part of what is said.
        let time = first.parse().ok().filter(|time: &f64| first.contains('.') && time.is_finite());
        let rest = if time.is_some() { after } else { rest };
        let (message, place) = match rest.rsplit_once("  (") {
            Some((message, end)) if place(end).is_some() => (message, place(end)),
            _ => (rest, None),
        };
        Some(Self { level, time, message, place })
    }
}

/// `file:line)` in its parts.
fn place(text: &str) -> Option<(&str, u32)> {
    let (file, line) = text.strip_suffix(')')?.rsplit_once(':')?;
    line.bytes().all(|byte| byte.is_ascii_digit()).then_some(())?;
    Some((file, line.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use loopscope_protocol::wire::{Encoder, Item, VERSION};
    use loopscope_protocol::{Capabilities, Dialect, LoopId, Reply, Ties};

    use super::*;
    use crate::record::Record;
    use crate::stream::{Arrived, Ingest};

    /// What a reader makes of lines of standard error: of a board's, or of a program's. The run's
    /// start is left out.
    fn read(pid: u32, clock: ClockMode, lines: &[&str]) -> (Vec<Record>, Names) {
        let (mut encoder, mut bytes) = (Encoder::new(), Vec::new());
        let hello = Reply::Hello {
            version: VERSION,
            capabilities: Capabilities::default(),
            ticks_per_second: 1_000_000,
            dialect: Dialect::Micropython,
            pid,
        };
        bytes.extend_from_slice(encoder.item(&Item::Reply(hello)));
        let start = Event::RunStart {
            dialect: Dialect::Micropython,
            clock,
            wall_start: 0,
            seed: 0,
            ties: Ties::Heapq,
            file: NameId::NONE,
        };
        bytes.extend_from_slice(encoder.event(0, LoopId::NONE, &start));
        for line in lines {
            bytes.extend_from_slice(encoder.item(&Item::Text { slot: 1, bytes: line.as_bytes() }));
            let event = Event::Output { stream: Stream::Stderr, text: Text::FIRST };
            bytes.extend_from_slice(encoder.event(0, LoopId::NONE, &event));
        }
        let mut ingest = Ingest::new();
        ingest.feed(&bytes);
        ingest.end();
        let record = |arrived| match arrived {
            Arrived::Record(record) => Some(record),
            _ => None,
        };
        let records = ingest.by_ref().filter_map(record).skip(1).collect();
        (records, ingest.into_names())
    }

    const LINES: [&str; 4] = [
        "loopscope: The board was reset.\n",
        "WARN  1.250000 the queue is full  (src/main.rs:40)\n",
        "INFO  3 tasks wait (see below)\n",
        "Warning: no level\n",
    ];

    #[test]
    fn lines_of_an_old_boards_stream_are_remarks_and_its_log() {
        let (records, names) = read(0, ClockMode::Real, &LINES);
        let kinds: Vec<_> = records.iter().map(|record| record.kind().word()).collect();
        assert_eq!(kinds, ["remark", "log", "log", "output"]);
        assert_eq!(records[0].text(Text::FIRST), "The board was reset.");
        let Event::Log { level, time, place, .. } = records[1].event else { panic!() };
        assert_eq!((level, time), (Level::Warn, Some(1.25)));
        assert_eq!(names.place(place).as_deref(), Some("src/main.rs:40"));
        assert_eq!(records[1].text(Text::FIRST), "the queue is full");
        let Event::Log { time, place, .. } = records[2].event else { panic!() };
        assert_eq!((time, place), (None, Place::NONE));
        assert_eq!(records[2].text(Text::FIRST), "3 tasks wait (see below)");
    }

    #[test]
    fn what_a_program_prints_stays_what_it_prints() {
        for (pid, clock) in [(4711, ClockMode::Real), (0, ClockMode::Board)] {
            let (records, _) = read(pid, clock, &LINES);
            for (record, line) in records.iter().zip(LINES) {
                assert_eq!((record.kind().word(), record.text(Text::FIRST)), ("output", line));
            }
            assert_eq!(records.len(), LINES.len());
        }
    }
}
