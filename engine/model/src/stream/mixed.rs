//! Frames between the lines of a program's own text, as a recorder sends them that shares its line with
//! `print`: the serial line of a board with MicroPython, the standard output of a process.
//!
//! ```text
//! text, text, MARK frame, MARK frame, text ...
//! ```
//!
//! A frame has [`MARK`] before it, which is no byte of UTF-8, so a frame is not mistaken for text nor text
//! for a frame, whatever is lost between them.

use loopscope_protocol::wire::{Decoder, ItemFrame, MARK, Malformed, Step, frame_at};
use loopscope_protocol::{Event, Stream, Text};

use super::{Arrived, Came, Ingest};
use crate::control::{Hello, OwnedReply};
use crate::decode::BLANK;
use crate::record::{Record, Texts};

/// A line without an end is told when it has this many bytes.
const LONGEST: usize = 1 << 14;

/// What such a stream consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// A frame, without its mark.
    Frame(&'a [u8]),
    /// What the program has written.
    Text(&'a [u8]),
}

/// Takes frames and text apart.
#[derive(Clone, Debug, Default)]
pub struct Unmixer {
    bytes: Vec<u8>,
}

impl Unmixer {
    /// Takes bytes, and hands out what they hold, in its order. What may be the beginning of a frame is
    /// held back.
    ///
    /// ```
    /// use loopscope_model::stream::{Part, Unmixer};
    /// use loopscope_protocol::wire::{Encoder, MARK};
    /// use loopscope_protocol::{Event, LoopId};
    ///
    /// let frame = Encoder::new().event(5, LoopId(1), &Event::LoopNew {}).to_vec();
    /// let bytes = [b"hello\n", &[MARK][..], &frame, b"bye\n"].concat();
    /// let mut seen = Vec::new();
    /// Unmixer::default().feed(&bytes, |part| seen.push(format!("{part:?}")));
    /// assert_eq!(seen.len(), 3);
    /// assert_eq!(seen[1], format!("{:?}", Part::Frame(&frame)));
    /// ```
    pub fn feed(&mut self, bytes: &[u8], mut each: impl FnMut(Part<'_>)) {
        let mut bytes = if self.bytes.is_empty() {
            bytes.to_vec()
        } else {
            let mut held = std::mem::take(&mut self.bytes);
            held.extend_from_slice(bytes);
            held
        };
        let mut at = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            if rest[0] != MARK {
                let end = rest.iter().position(|byte| *byte == MARK).unwrap_or(rest.len());
                each(Part::Text(&rest[..end]));
                at += end;
                continue;
            }
            match frame_at(&rest[1..]) {
                Ok(used) => {
                    each(Part::Frame(&rest[1..=used]));
                    at += 1 + used;
                }
                Err(Malformed::Short) => break,
                // Something of it was lost, or the program writes what is no text.
                Err(_) => {
                    each(Part::Text(&rest[..1]));
                    at += 1;
                }
            }
        }
        bytes.drain(..at);
        self.bytes = bytes;
    }

    /// Nothing more comes for now: what was held back is text.
    pub fn rest(&mut self, mut each: impl FnMut(Part<'_>)) {
        let bytes = std::mem::take(&mut self.bytes);
        if !bytes.is_empty() {
            each(Part::Text(&bytes));
        }
    }

    /// Whether bytes are the beginning of such a stream, and of no other: a frame with a mark before it,
    /// with nothing but text before. `None`: that does not show yet.
    ///
    /// ```
    /// use loopscope_model::stream::Unmixer;
    /// assert_eq!(Unmixer::is_mixed(b"MPY: soft reboot\r\n"), None);
    /// ```
    #[must_use]
    pub fn is_mixed(bytes: &[u8]) -> Option<bool> {
        // A stream of frames alone shows by frames that follow each other.
        let mut decoder = Decoder::midway();
        for at in 0..bytes.len() {
            match decoder.next(&bytes[at..], false) {
                Step::Frame { item: ItemFrame::Event(_) | ItemFrame::Item(_), .. } => {
                    return Some(false);
                }
                Step::More | Step::Garbage => {}
            }
            if bytes[at] == MARK
                && let Ok(first) = frame_at(&bytes[at + 1..])
                && let Some((&MARK, second)) = bytes[at + 1 + first..].split_first()
                && frame_at(second).is_ok()
            {
                return Some(true);
            }
        }
        None
    }
}

/// Reads such a stream: its frames become records, and its text records of output between them.
#[derive(Debug)]
pub struct Mixed {
    unmixer: Unmixer,
    ingest: Ingest,
    /// How many records were added between those that came.
    added: u64,
    /// The program's text that has no end of line yet.
    line: Vec<u8>,
    /// The program's text, where it is to be passed on.
    passed: Option<Vec<u8>>,
    t: Option<u64>,
    turn: u32,
}

impl Mixed {
    /// At the start of a program. `passes`: its text is kept to be passed on.
    #[must_use]
    pub fn new(passes: bool) -> Self {
        Self {
            unmixer: Unmixer::default(),
            ingest: Ingest::new(),
            added: 0,
            line: Vec::new(),
            passed: passes.then(Vec::new),
            t: None,
            turn: 0,
        }
    }

    /// What the recorder said about itself.
    #[must_use]
    pub const fn hello(&self) -> Option<&Hello> {
        self.ingest.hello()
    }

    /// What the program has written since the last call, where it is to be passed on.
    pub fn take_passed(&mut self) -> Vec<u8> {
        self.passed.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Takes bytes, and hands out what they hold.
    pub fn feed(&mut self, bytes: &[u8], came: &mut Vec<Came>) {
        let mut unmixer = std::mem::take(&mut self.unmixer);
        unmixer.feed(bytes, |part| self.part(part, came));
        self.unmixer = unmixer;
    }

    /// No more bytes will come.
    pub fn cut_off(&mut self, came: &mut Vec<Came>) {
        let mut unmixer = std::mem::take(&mut self.unmixer);
        unmixer.rest(|part| self.part(part, came));
        self.ingest.cut_off();
        self.take_in(came);
        self.tell_line(came);
    }

    fn part(&mut self, part: Part<'_>, came: &mut Vec<Came>) {
        match part {
            Part::Frame(frame) => {
                self.ingest.feed(frame);
                self.take_in(came);
            }
            Part::Text(text) => {
                if let Some(passed) = &mut self.passed {
                    passed.extend_from_slice(text);
                }
                for piece in text.split_inclusive(|byte| *byte == b'\n') {
                    self.line.extend_from_slice(piece);
                    if piece.ends_with(b"\n") || self.line.len() >= LONGEST {
                        self.tell_line(came);
                    }
                }
            }
        }
    }

    fn take_in(&mut self, came: &mut Vec<Came>) {
        while let Some(arrived) = self.ingest.next() {
            self.arrived(arrived, came);
        }
    }

    fn arrived(&mut self, mut arrived: Arrived, came: &mut Vec<Came>) {
        match &mut arrived {
            Arrived::Record(record) => {
                if matches!(record.event, Event::ProgramExit { .. }) {
                    self.tell_line(came);
                }
                record.seq += self.added;
                (self.t, self.turn) = (record.t, record.turn);
            }
            // Who holds has shown what there is.
            Arrived::Reply(OwnedReply::Held { seq }) => {
                self.tell_line(came);
                #[allow(clippy::cast_possible_truncation, reason = "modulo 2^32 is the format")]
                let added = self.added as u32;
                *seq = seq.wrapping_add(added);
            }
            Arrived::Reply(_) | Arrived::Name(..) | Arrived::Chain { .. } => {}
        }
        came.push(Came::Arrived(arrived));
    }

    /// Tells the text that has come as a record.
    fn tell_line(&mut self, came: &mut Vec<Came>) {
        if self.line.is_empty() {
            return;
        }
        let line = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&line);
        let event = Event::Output { stream: Stream::Stdout, text: Text::FIRST };
        let record = self.host_event(&event, [&text, ""]);
        came.push(Came::Arrived(Arrived::Record(record)));
    }

    /// The record of an event that the host adds behind all others.
    pub fn host_event(&mut self, event: &Event, texts: [&str; 2]) -> Record {
        self.added += 1;
        let texts =
            if event.has_texts(texts[0]) { Texts::new(texts[0], texts[1]) } else { Texts::NONE };
        Record {
            seq: self.ingest.seq() + self.added,
            t: self.t,
            turn: self.turn,
            event: *event,
            texts,
            ..BLANK
        }
    }
}

#[cfg(test)]
mod tests {
    use loopscope_protocol::wire::{Encoder, Item};
    use loopscope_protocol::{HandleId, LoopId, TaskId};

    use super::*;

    fn frames() -> Vec<Vec<u8>> {
        let mut encoder = Encoder::new();
        let run = Event::HandleRun { handle: HandleId(1), task: TaskId(1) };
        let events = [Event::LoopNew {}, run, Event::LoopNew {}];
        let frames = events.map(|event| encoder.event(1000, LoopId(1), &event).to_vec());
        frames.into_iter().collect()
    }

    fn mixed() -> Vec<u8> {
        let mut bytes = b"boot\r\n".to_vec();
        for (frame, text) in frames().iter().zip(["one\ntw", "o\n", "three"]) {
            bytes.push(MARK);
            bytes.extend(frame);
            bytes.extend(text.as_bytes());
        }
        bytes
    }

    fn read(bytes: &[u8], piece: usize) -> Vec<(u64, String)> {
        let (mut stream, mut came) = (Mixed::new(true), Vec::new());
        for piece in bytes.chunks(piece) {
            stream.feed(piece, &mut came);
        }
        stream.cut_off(&mut came);
        let each = came.into_iter().filter_map(|came| match came {
            Came::Arrived(Arrived::Record(record)) => {
                let text = record.text(Text::FIRST).to_owned();
                Some((record.seq, if text.is_empty() { record.kind().word().into() } else { text }))
            }
            _ => None,
        });
        each.collect()
    }

    #[test]
    fn text_and_records_come_in_their_order_however_they_are_cut() {
        let expected = [
            (1, "boot\r\n"),
            (2, "loop-new"),
            (3, "one\n"),
            (4, "handle-run"),
            (5, "two\n"),
            (6, "loop-new"),
            (7, "three"),
        ]
        .map(|(seq, text)| (seq, text.to_owned()));
        for piece in 1..mixed().len() {
            assert_eq!(read(&mixed(), piece), expected, "in pieces of {piece}");
        }
    }

    #[test]
    fn what_is_no_frame_is_text_and_costs_no_record() {
        let mut encoder = Encoder::new();
        let mut bytes = Vec::new();
        for n in 1..7 {
            bytes.push(MARK);
            let done = Event::HandleDone { handle: HandleId(n), task: TaskId(n) };
            bytes.extend(encoder.event(1000, LoopId(1), &done));
            bytes.extend(format!("{n}\n").as_bytes());
        }
        // A byte of the second frame is lost on the line.
        let second = bytes.iter().skip(1).position(|byte| *byte == MARK).expect("there is one") + 1;
        bytes.remove(second + 3);
        let read = read(&bytes, 7);
        let count = |what: &str| read.iter().filter(|(_, word)| word == what).count();
        assert_eq!((count("handle-done"), count("gap")), (5, 1), "{read:?}");
        assert!(read.iter().any(|(_, word)| word == "6\n"), "{read:?}");
    }

    #[test]
    fn a_stream_shows_what_it_is() {
        assert_eq!(Unmixer::is_mixed(&mixed()), None, "one frame may be chance");
        let marked: Vec<u8> =
            frames().into_iter().flat_map(|frame| [vec![MARK], frame].concat()).collect();
        assert_eq!(Unmixer::is_mixed(&marked), Some(true));
        assert_eq!(Unmixer::is_mixed(&[b"REPL\n", &marked[..]].concat()), Some(true));
        assert_eq!(Unmixer::is_mixed(&frames().concat()), Some(false));
        let name = Encoder::new()
            .item(&Item::Name { id: loopscope_protocol::NameId(1), name: b"x" })
            .to_vec();
        assert_eq!(Unmixer::is_mixed(&[name, frames().concat()].concat()), Some(false));
    }
}
