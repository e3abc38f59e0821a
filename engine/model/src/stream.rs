//! Bytes become records: sequence numbers are widened, losses become gaps, names and chains go to
//! the tables, texts to the record that they belong to.
//!
//! The same [`Ingest`] reads a pipe, a board and a recording.

pub(crate) mod frames;
mod items;
mod mixed;
mod notes;
mod old_board;
mod pieces;
#[cfg(test)]
mod tests;
mod texts;

use std::collections::VecDeque;

use loopscope_columns::Turns;
use loopscope_protocol::wire::{CHAIN, Encoder, Item, MAX_BODY};
use loopscope_protocol::{ChainId, Event, LoopId, NameId, Ticks};

use crate::control::{Hello, OwnedReply};
use crate::names::{Definition, Frame, Names};
use crate::record::{Record, Texts};
use frames::{Found, Frames, Numbered};
use old_board::OldBoard;
use texts::TextPieces;

pub use mixed::{Mixed, Part, Unmixer};
pub use notes::Notes;
pub use pieces::{Came, Pieces};

/// Below this many used bytes at its start the buffer is left as it is.
const WORTH_MOVING: usize = 1 << 16;

/// Something that came out of the bytes.
#[derive(Clone, Debug, PartialEq)]
pub enum Arrived {
    /// Something happened.
    Record(Record),
    /// A name is defined.
    Name(NameId, Box<str>),
    /// A frame of an await chain is defined.
    Chain {
        /// Its id.
        id: ChainId,
        /// The frames around it.
        outer: ChainId,
        /// The frame.
        frame: Frame,
    },
    /// The source answers.
    Reply(OwnedReply),
}

/// Turns bytes into records, in time linear in their number.
///
/// ```
/// use loopscope_model::stream::{Arrived, Ingest};
/// use loopscope_protocol::wire::Encoder;
/// use loopscope_protocol::{Event, LoopId};
///
/// let mut encoder = Encoder::new();
/// let mut ingest = Ingest::new();
/// ingest.feed(encoder.event(0, LoopId(1), &Event::LoopNew {}));
/// let Some(Arrived::Record(record)) = ingest.next() else { panic!() };
/// assert_eq!((record.seq, record.t), (1, Some(0)));
/// assert_eq!(ingest.next(), None);
/// ```
#[derive(Clone, Debug)]
pub struct Ingest {
    buffer: Vec<u8>,
    start: usize,
    ended: bool,
    frames: Frames,
    names: Names,
    texts: TextPieces,
    /// The line that causes the next event.
    line: ChainId,
    ran: Vec<u8>,
    queue: VecDeque<Arrived>,
    hello: Option<Hello>,
    old_board: OldBoard,
    loop_seen: bool,
    turns: Turns,
}

impl Default for Ingest {
    fn default() -> Self {
        Self::new()
    }
}

impl Ingest {
    /// At the start of a stream, whose first record is number 1.
    pub fn new() -> Self {
        Self::with(Frames::new())
    }

    /// Somewhere in a stream, such as a board's that runs already. Times are unknown until the
    /// source says an absolute one.
    pub fn midway() -> Self {
        Self { loop_seen: true, ..Self::with(Frames::midway()) }
    }

    fn with(frames: Frames) -> Self {
        Self {
            buffer: Vec::new(),
            start: 0,
            ended: false,
            frames,
            names: Names::default(),
            texts: TextPieces::default(),
            line: ChainId::NONE,
            ran: Vec::new(),
            queue: VecDeque::new(),
            hello: None,
            old_board: OldBoard::default(),
            loop_seen: false,
            turns: Turns::default(),
        }
    }

    /// Keeps at most `most` names, chains and tasks each: who sends more is not believed. A board's
    /// names are those of its firmware's file, which are few.
    #[must_use]
    pub fn with_most_names(mut self, most: usize) -> Self {
        self.names.keep_at_most(most);
        self
    }

    /// Takes more bytes. Take out what they hold with [`Iterator::next`].
    pub fn feed(&mut self, bytes: &[u8]) {
        // Moving the rest to the front only when half is used costs constant time a byte.
        if self.start > WORTH_MOVING && self.start > self.buffer.len() / 2 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// No more bytes will come: what stands at the end is decided now.
    pub const fn end(&mut self) {
        self.ended = true;
    }

    /// How many of the bytes that came are not decided yet: the beginning of a frame, mostly.
    pub fn undecided(&self) -> usize {
        self.buffer.len() - self.start
    }

    /// No more bytes will come, because the sender is gone. A frame that it had begun is dropped as
    /// if it had not been: how many bytes of it there were. [`Ingest::undecided`] counts them too,
    /// until then.
    ///
    /// ```
    /// use loopscope_model::stream::Ingest;
    /// use loopscope_protocol::wire::Encoder;
    /// use loopscope_protocol::{Event, LoopId};
    ///
    /// let mut ingest = Ingest::new();
    /// ingest.feed(&Encoder::new().event(0, LoopId(1), &Event::LoopNew {})[..3]);
    /// assert_eq!(ingest.next(), None);
    /// assert_eq!((ingest.cut_off(), ingest.next(), ingest.trailing()), (3, None, 0));
    /// ```
    pub fn cut_off(&mut self) -> usize {
        self.ended = true;
        if !self.frames.has_begun(&self.buffer[self.start..]) {
            return 0;
        }
        let begun = self.undecided();
        self.buffer.clear();
        self.start = 0;
        begun
    }

    /// Takes the bytes of a piece that is not whole, as far as they are beyond doubt: frames that
    /// follow each other from its start. `check` is how many bytes would follow the whole piece:
    /// where that many are left that begin no frame, they are those, and bytes inside the piece are
    /// missing. Then nothing of it is certain, and false is returned.
    pub(crate) fn feed_sound(&mut self, bytes: &[u8], check: usize) -> bool {
        let before = self.buffer.len();
        self.feed(bytes);
        let all = &self.buffer[self.start..];
        let mut frames = self.frames.clone();
        let (last, sound) = frames.skip_sound(all, usize::MAX);
        let rest = &all[sound..];
        let goes_on = rest.is_empty() || frames.has_begun(rest);
        let is_sound = goes_on || rest.len() != check;
        self.buffer.truncate(match (is_sound, goes_on) {
            (false, _) => before,
            (true, true) => self.start + sound,
            // What begins the last frame may be sound, and what ends it may be something else.
            (true, false) => self.start + last,
        });
        is_sound
    }

    /// Whether `bytes` begin as what stands behind record `seq`: by chance no bytes do.
    pub(crate) fn goes_on(seq: u64, bytes: &[u8]) -> bool {
        let mut frames = Frames::new();
        frames.resume(seq, None);
        let mut used = 0;
        for count in 1..=CHAIN {
            let (_, frame) = frames.skip_sound(&bytes[used..], 1);
            used += frame;
            if frame == 0 {
                return false;
            }
            if count == CHAIN || used == bytes.len() {
                break;
            }
        }
        true
    }

    /// The tables built up so far.
    pub const fn names(&self) -> &Names {
        &self.names
    }

    /// The tables, when there is nothing more to read.
    pub fn into_names(self) -> Names {
        self.names
    }

    /// What the source said about itself.
    pub const fn hello(&self) -> Option<&Hello> {
        self.hello.as_ref()
    }

    /// The number of the last record.
    pub const fn seq(&self) -> u64 {
        self.frames.seq()
    }

    /// How many bytes at the end, after the last record, were no whole record.
    pub fn trailing(&self) -> usize {
        self.frames.garbage() as usize + self.undecided()
    }

    /// Continues behind record `seq` at the time `ticks`: what the bytes before lacked is a gap.
    pub(crate) fn resume(&mut self, seq: u64, ticks: Option<Ticks>) {
        self.texts.resume();
        self.buffer.clear();
        self.start = 0;
        if seq > self.frames.seq() {
            let lost = seq - self.frames.seq();
            self.push_gap(seq, lost);
        }
        self.frames.resume(seq, ticks);
    }

    /// The frames of an event that the host adds at the end of a stream, such as the
    /// `program-exit` of a lost child: its texts and then itself. Feed them here, and to the
    /// recording. `texts` are those of slot 1 and 2; the event has to refer to them.
    ///
    /// ```
    /// use loopscope_model::stream::{Arrived, Ingest};
    /// use loopscope_protocol::{Event, ExitHow, Text};
    ///
    /// let mut ingest = Ingest::new();
    /// let exit = Event::ProgramExit { code: 137, how: ExitHow::Lost, text: Text::FIRST };
    /// let frames = ingest.host_event(&exit, &["The program was killed by signal 9."]);
    /// ingest.feed(&frames);
    /// let Some(Arrived::Record(record)) = ingest.next() else { panic!() };
    /// assert_eq!(record.text(Text::FIRST), "The program was killed by signal 9.");
    /// ```
    pub fn host_event(&self, event: &Event, texts: &[&str]) -> Vec<u8> {
        let mut encoder = Encoder::new();
        let at = self.frames.ticks().unwrap_or(0);
        encoder.resume(self.frames.seq(), at);
        let mut bytes = Vec::new();
        if self.trailing() > 0 || !self.texts.is_empty() {
            // A name for nothing: what stands before it belongs to no event.
            bytes.extend_from_slice(encoder.item(&Item::Name { id: NameId::NONE, name: b"" }));
        }
        for (slot, text) in (1u8..).zip(texts) {
            for piece in text.as_bytes().chunks(MAX_BODY - 1) {
                bytes.extend_from_slice(encoder.item(&Item::Text { slot, bytes: piece }));
            }
        }
        bytes.extend_from_slice(encoder.event(at, LoopId::NONE, event));
        bytes
    }

    fn record(&mut self, found: Numbered) {
        let Numbered { seq, at, missing, garbage, loop_id, event } = found;
        if missing > 0 {
            self.push_gap(seq - 1, missing);
        }
        if matches!(event, Event::LoopNew {} | Event::Gap { .. } | Event::SnapshotBegin {}) {
            self.loop_seen = true;
        }
        if let Event::TaskNew { task, name, place, label, .. } = event {
            self.names.define_task(task, Definition { name, place, label });
        }
        let texts = self.texts.take(&event, missing > 0, garbage > 0);
        let line = std::mem::take(&mut self.line);
        let is_sound = missing == 0 && garbage == 0 && event.kind().has_line();
        let (event, texts) = if self.hello.is_some_and(|hello| hello.is_board()) {
            let files = self.old_board.files();
            let event = self.with_name(event);
            let translated = self.old_board.translated(event, texts, &mut self.names);
            if let (Event::Log { place, .. }, _) = translated
                && self.old_board.files() > files
                && let Some(name) = self.names.get(place.file)
            {
                self.queue.push_back(Arrived::Name(place.file, name.into()));
            }
            translated
        } else {
            (self.with_name(event), texts)
        };
        let record = Record {
            seq,
            t: at.filter(|_| self.loop_seen).and_then(|at| self.nanoseconds(at)),
            turn: self.turns.count(loop_id, &event),
            loop_id,
            // A gap says already that something is missing.
            garbage: if missing > 0 { 0 } else { garbage },
            line: if is_sound { line } else { ChainId::NONE },
            texts,
            event,
        };
        self.queue.push_back(Arrived::Record(record));
    }

    /// A board leaves out the name of what steps a task: it is the task's.
    fn with_name(&self, mut event: Event) -> Event {
        if let Event::HandleNew { name, task, .. } | Event::TimerNew { name, task, .. } = &mut event
            && !name.is_some()
            && let Some(task) = self.names.task(*task)
        {
            *name = task.name;
        }
        event
    }

    /// A gap of the host's, in the place of the last missing record.
    fn push_gap(&mut self, seq: u64, lost: u64) {
        self.loop_seen = true;
        let lost = u32::try_from(lost).unwrap_or(u32::MAX);
        self.queue.push_back(Arrived::Record(Record {
            seq,
            t: None,
            turn: self.turns.now(),
            loop_id: LoopId::NONE,
            garbage: 0,
            line: ChainId::NONE,
            event: Event::Gap { lost },
            texts: Texts::NONE,
        }));
    }

    /// `None` where the source does not know how long a tick is.
    fn nanoseconds(&self, at: Ticks) -> Option<u64> {
        const SECOND: u32 = 1_000_000_000;
        let ticks = self.hello.as_ref().map_or(SECOND, |hello| hello.ticks_per_second);
        if ticks == SECOND {
            return Some(at);
        }
        let ns = (u128::from(at) * u128::from(SECOND)).checked_div(u128::from(ticks))?;
        Some(u64::try_from(ns).unwrap_or(u64::MAX))
    }
}

impl Iterator for Ingest {
    type Item = Arrived;

    /// What the bytes hold next; `None`: nothing whole, until there are more.
    fn next(&mut self) -> Option<Arrived> {
        loop {
            if let Some(arrived) = self.queue.pop_front() {
                return Some(arrived);
            }
            // The buffer is set aside so that what was found in it can be taken in.
            let buffer = std::mem::take(&mut self.buffer);
            let (found, used) = self.frames.next(&buffer[self.start..], self.ended);
            let more = found == Found::More;
            match found {
                Found::Event(numbered) => self.record(numbered),
                Found::Item(item) => self.take_item(item),
                Found::Garbage => self.texts.harm(),
                Found::More => {}
            }
            self.buffer = buffer;
            self.start += used;
            if self.start == self.buffer.len() {
                self.buffer.clear();
                self.start = 0;
            }
            if more {
                return self.queue.pop_front();
            }
        }
    }
}
