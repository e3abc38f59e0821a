//! One stream out of what a board sends: its numbers begin at 1 and go on, whatever happens to the
//! board, and what the host has to add stands between its records.
//!
//! A board numbers its records from its reset on. Here each frame gets the number that it has in
//! the stream as a whole; nothing else of a frame changes. Bytes that are no frame become bytes
//! that cannot be taken for one, as many as there were, so that whoever reads the stream sees the
//! same losses.
//!
//! # How a stream begins
//!
//! Where the board's first record is at hand, the stream begins with it. Otherwise it begins with
//! the snapshot that the host has asked for, and what came before that is left out; if no snapshot
//! comes, or too much before it, it begins with a gap. Either way it waits for the board's hello, since only that says how
//! long a tick is. Before all that stands a `run-start` of the host's, as before the records of a
//! program: it says whose rules the board's scheduler follows.

mod frames;
mod hold;
mod line;
mod names;
mod opening;
mod stream_state;
mod waiting;

use loopscope_model::control::OwnedRequest;
use loopscope_protocol::wire::{Decoder, Encoder, Item, ItemFrame, MAX_BODY, Step};
use loopscope_protocol::{Event, LoopId, RemarkKind, Reply};

use frames::{NO_FRAME, fill, renumber, unknown_ticks};
use hold::Hold;
pub use line::{Line, LogLine};
use names::Names;
pub use opening::Program;
use opening::{Hello, Opening};
use stream_state::{Next, StreamState};
use waiting::Waiting;

use crate::pools::Pool;

/// Bytes used at the start of the buffer up to which it is left as it is.
const WORTH_MOVING: usize = 1 << 16;

/// The most bytes that are held back while the stream's beginning is awaited.
const MOST_HELD: usize = 2 << 20;

/// Makes one stream of a board's bytes.
#[derive(Debug)]
pub struct Splice {
    decoder: Decoder,
    buffer: Vec<u8>,
    start: usize,
    opening: Opening,
    /// Definitions that come before everything else.
    definitions: Vec<u8>,
    names: Names,
    file: String,
    now: fn() -> Option<i64>,
    /// What is added to a number on the board to make it a number in the stream, modulo 256.
    shift: u8,
    /// The last number in the stream, modulo 256.
    last: u8,
    stream_state: StreamState,
    next: Next,
    /// What the host has to add as soon as it may.
    waiting: Waiting,
    /// Whether what was passed on last was no frame, so that the next ones are not trusted alone.
    harmed: bool,
    /// Bytes that were no frame.
    garbage: u64,
    /// How often the board's own first record came again.
    resets: u32,
    hold: Hold,
    /// How many tasks the board has said it tells nothing of, when that was passed on last.
    untold_tasks: u32,
}

/// What is said of a board that somebody else has left held.
const OF_ANOTHER: &str = "An earlier session ended while it held the board; now it runs on.";

/// What is said where the ELF file cannot be the board's.
const FOREIGN: &str = "The board names something that the ELF file does not have, so it runs another firmware, and names are wrong; attach again with the file that it runs.";

/// What is said when the board has begun again.
pub(super) const RESET: &str = "The board was reset; its clock and its numbers start again.";

impl Splice {
    /// A stream for a board. `fresh` says that nobody has read from the board since its reset, so
    /// that its first record may still be there.
    pub fn new(program: Program<'_>, fresh: bool) -> Self {
        let mut names = Names::default();
        Self {
            // At a fresh start the frames are sound, and the first is number 1.
            decoder: if fresh { Decoder::new() } else { Decoder::midway() },
            buffer: Vec::new(),
            start: 0,
            opening: Opening::Awaited { held: Vec::new(), first: None, hello: None, sound: fresh },
            definitions: names.take(program.names, program.pools),
            names,
            file: program.file.to_owned(),
            now: program.now,
            shift: 0,
            last: 0,
            stream_state: StreamState::default(),
            next: Next::default(),
            waiting: Waiting::default(),
            harmed: false,
            garbage: 0,
            resets: 0,
            hold: Hold::default(),
            untold_tasks: 0,
        }
    }

    /// The board is asked for something that makes it hold, or that lets it run.
    pub fn asked(&mut self, request: &OwnedRequest) {
        self.hold.asked(request);
    }

    /// Whether the board holds since we have asked for it.
    pub const fn is_held(&self) -> bool {
        self.hold.is_ours()
    }

    /// Whether the stream has begun.
    pub const fn is_open(&self) -> bool {
        matches!(self.opening, Opening::Done)
    }

    /// Whether the stream cannot begin without a snapshot.
    pub const fn wants_snapshot(&self) -> bool {
        matches!(self.opening, Opening::Awaited { sound: false, .. })
    }

    /// How many bytes were no frame.
    pub const fn garbage(&self) -> u64 {
        self.garbage
    }

    /// How many resets of the board showed in its records, where nothing else tells of them.
    pub const fn resets(&self) -> u32 {
        self.resets
    }

    /// Takes bytes of the board, and adds what they come to at the end of `out`.
    pub fn feed(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        // Moving the rest to the front only when half is used costs constant time a byte.
        if self.start > WORTH_MOVING && self.start > self.buffer.len() / 2 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        self.buffer.extend_from_slice(bytes);
        let buffer = std::mem::take(&mut self.buffer);
        loop {
            let rest = &buffer[self.start..];
            match self.decoder.next(rest, false) {
                Step::More => break,
                Step::Garbage => {
                    self.garbage += 1;
                    if self.is_open() {
                        out.push(NO_FRAME);
                        self.harmed = true;
                    }
                    self.stream_state = self.stream_state.without_text();
                    self.start += 1;
                }
                Step::Frame { item, used, .. } => {
                    self.start += used;
                    self.frame(&rest[..used], &item, out);
                }
            }
        }
        self.buffer = buffer;
        if self.start == self.buffer.len() {
            self.buffer.clear();
            self.start = 0;
        }
    }

    /// Adds a line between the board's records, as soon as there is a place for it.
    pub fn add_line(&mut self, line: Line, out: &mut Vec<u8>) {
        if !self.is_open() || self.stream_state != StreamState::Between {
            self.waiting.push(line);
            return;
        }
        self.line(line, out);
    }

    /// Adds a remark of the host's in the same way.
    pub fn remark(&mut self, kind: RemarkKind, text: &str, out: &mut Vec<u8>) {
        self.add_line(Line::Remark(kind, text.to_owned()), out);
    }

    /// The board has started over: what comes now counts from 1 again, and nothing of what was
    /// before exists any more.
    pub fn restarted(&mut self, kind: RemarkKind, why: &str, out: &mut Vec<u8>) {
        self.buffer.clear();
        self.start = 0;
        self.decoder = Decoder::new();
        self.begin_again(kind, why, out);
    }

    fn begin_again(&mut self, kind: RemarkKind, why: &str, out: &mut Vec<u8>) {
        self.end_text(out);
        self.stream_state = StreamState::Between;
        self.hold = Hold::default();
        self.untold_tasks = 0;
        match &mut self.opening {
            Opening::Awaited { held, first, sound, .. } => {
                held.clear();
                *first = None;
                *sound = true;
            }
            Opening::Done => {
                self.line(Line::Remark(kind, why.to_owned()), out);
                self.event(&Event::SnapshotBegin {}, out);
                self.event(&Event::SnapshotEnd {}, out);
                self.shift = self.last;
                // What comes now is seen from its beginning.
                self.next = Next::GoesOn;
            }
        }
    }

    /// After [`Splice::restarted`]: the board has another firmware, whose names are these.
    pub fn other_firmware(&mut self, names: &[(u32, &str)], pools: &[Pool], out: &mut Vec<u8>) {
        if self.is_open() {
            out.extend(self.names.take(names, pools));
            // It may count in other ticks, and says so in its hello.
            unknown_ticks(out);
        } else {
            // Nothing of the other one was told.
            if let Opening::Awaited { hello, .. } = &mut self.opening {
                *hello = None;
            }
            self.names = Names::default();
            self.definitions = self.names.take(names, pools);
        }
    }

    /// The link was away, and bytes may be missing. What comes now is not trusted before it is
    /// seen to be whole.
    pub fn interrupted(&mut self, why: &str, out: &mut Vec<u8>) {
        let lost = self.buffer.len() - self.start;
        self.buffer.clear();
        self.start = 0;
        self.garbage += lost as u64;
        self.decoder.doubt();
        if self.is_open() {
            out.extend(std::iter::repeat_n(NO_FRAME, lost));
            self.harmed |= lost > 0;
            self.end_text(out);
            self.stream_state = StreamState::Between;
            self.remark(RemarkKind::Link, why, out);
        }
    }

    /// No more is awaited: the stream begins with what there is.
    pub fn open_anyway(&mut self, out: &mut Vec<u8>) {
        if !self.is_open() {
            self.open(out);
        }
    }

    /// An event of the host's at the end of the stream, with its texts.
    pub fn add(&mut self, event: &Event, texts: &[&str], out: &mut Vec<u8>) {
        self.open_anyway(out);
        let mut encoder = Encoder::new();
        for (slot, text) in (1u8..).zip(texts) {
            for piece in text.as_bytes().chunks(MAX_BODY - 1) {
                out.extend_from_slice(encoder.item(&Item::Text { slot, bytes: piece }));
            }
        }
        self.event(event, out);
    }

    fn frame(&mut self, bytes: &[u8], item: &ItemFrame<'_>, out: &mut Vec<u8>) {
        if let Opening::Awaited { held, first, hello, sound } = &mut self.opening {
            // It comes before the hello, and what comes before a snapshot is left out.
            if matches!(item, ItemFrame::Item(Item::Reply(Reply::Held { .. }))) {
                self.waiting.push(Line::Remark(RemarkKind::Link, OF_ANOTHER.to_owned()));
                return;
            }
            if let ItemFrame::Item(Item::Reply(Reply::Hello {
                dialect, ticks_per_second, ..
            })) = item
            {
                let (dialect, ticks_per_second) = (*dialect, *ticks_per_second);
                *hello = Some(Hello { frame: bytes.to_vec(), dialect, ticks_per_second });
            }
            if let ItemFrame::Event(frame) = item {
                let is_snapshot = matches!(frame.event, Event::SnapshotBegin {});
                // A stream may be caught at the board's very beginning.
                let is_beginning = frame.seq == 1 && matches!(frame.event, Event::LoopNew {});
                if (is_snapshot || is_beginning) && !*sound {
                    held.clear();
                    *first = None;
                    *sound = true;
                }
                // Somebody has read from the board before, up to the very end of its ring.
                *sound &= first.is_some() || frame.seq == 1 || is_snapshot;
                first.get_or_insert(frame.seq);
            }
            held.extend_from_slice(bytes);
            // A source that is far faster than any board is not waited for.
            if (*sound && first.is_some() && hello.is_some()) || held.len() > MOST_HELD {
                self.open(out);
            }
            return;
        }
        match item {
            ItemFrame::Event(frame) => {
                let next = std::mem::take(&mut self.next);
                // What was before is not known; at least one record was. A number without a record
                // is a gap for whoever reads the stream, who then knows no time before the board
                // tells it.
                self.last = self.last.wrapping_add(u8::from(next == Next::Joins));
                if next != Next::GoesOn {
                    self.shift = self.last.wrapping_add(1).wrapping_sub(frame.seq);
                }
                // A raw stream does not tell of a reset; the board's first record does.
                let goes_on = frame.seq.wrapping_add(self.shift) == self.last.wrapping_add(1);
                if frame.seq == 1 && frame.event == (Event::LoopNew {}) && !goes_on {
                    self.resets += 1;
                    self.begin_again(RemarkKind::Reset, RESET, out);
                }
                if self.names.is_foreign(&frame.event) {
                    self.waiting.push(Line::Remark(RemarkKind::Firmware, FOREIGN.to_owned()));
                }
                self.last = frame.seq.wrapping_add(self.shift);
                match self.names.meant(frame) {
                    Some((definitions, bytes)) => {
                        out.extend(definitions);
                        renumber(&bytes, self.last, out);
                    }
                    None => renumber(bytes, self.last, out),
                }
                self.harmed = false;
                if next == Next::Joins {
                    fill(out);
                }
                let is_lost = !goes_on || matches!(frame.event, Event::Gap { .. });
                self.stream_state = match frame.event {
                    Event::SnapshotBegin {} => StreamState::InSnapshot,
                    Event::SnapshotEnd {} => StreamState::Between,
                    // The end of a snapshot may be among what is lost.
                    _ if is_lost => StreamState::Between,
                    _ => self.stream_state.without_text(),
                };
                if self.stream_state == StreamState::Between && !self.waiting.is_empty() {
                    for line in self.waiting.take() {
                        self.line(line, out);
                    }
                }
            }
            ItemFrame::Item(Item::Reply(Reply::Held { .. })) if self.hold.is_of_another() => {
                self.remark(RemarkKind::Link, OF_ANOTHER, out);
            }
            ItemFrame::Item(other) => {
                if let Item::Reply(Reply::Dropped { untold_tasks, .. }) = other {
                    self.tasks_untold(*untold_tasks, out);
                }
                if let Item::Name { id, name } = other
                    && let Some(definition) = self.names.tell(*id, name)
                {
                    out.extend(definition);
                    return;
                }
                // It stays open until its event, whatever stands between.
                if matches!(other, Item::Text { .. }) {
                    self.stream_state = self.stream_state.with_text();
                }
                out.extend_from_slice(bytes);
            }
        }
    }

    /// Says how many tasks are not seen, again only when they are twice as many.
    fn tasks_untold(&mut self, count: u32, out: &mut Vec<u8>) {
        if count == 0 || count < self.untold_tasks.saturating_mul(2) {
            return;
        }
        self.untold_tasks = count;
        let tasks = if count == 1 { "1 task has" } else { &format!("{count} tasks have") };
        let text = format!(
            "{tasks} no place in the agent's table, so nothing is seen of them, and their time counts as that of others; give the table more places, with embassy by `tasks:`."
        );
        self.remark(RemarkKind::Note, &text, out);
    }

    fn line(&mut self, line: Line, out: &mut Vec<u8>) {
        let harmed = std::mem::take(&mut self.harmed);
        if harmed {
            // It also says that the text begins here.
            fill(out);
        }
        let (event, before) = line.event(&mut self.names);
        out.extend(before);
        self.event(&event, out);
        if harmed {
            fill(out);
        }
    }

    /// A text of the board's whose event does not come is no part of what comes instead.
    fn end_text(&mut self, out: &mut Vec<u8>) {
        if self.stream_state.is_in_text() {
            self.stream_state = self.stream_state.without_text();
            out.push(NO_FRAME);
            self.harmed = true;
        }
    }

    /// An event of the host's: it takes no time, and the numbers after it move on by one.
    fn event(&mut self, event: &Event, out: &mut Vec<u8>) {
        let mut encoder = Encoder::new();
        encoder.resume(u64::from(self.last), 0);
        out.extend_from_slice(encoder.event(0, LoopId::NONE, event));
        self.last = self.last.wrapping_add(1);
        self.shift = self.shift.wrapping_add(1);
    }
}

#[cfg(test)]
mod tests;
