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
mod pass_on;
mod restart;
mod stream_state;
mod waiting;

use loopscope_model::control::OwnedRequest;
use loopscope_protocol::wire::{Decoder, Encoder, Item, ItemFrame, MAX_BODY, Step};
use loopscope_protocol::{Event, LoopId, RemarkKind};

use frames::{NO_FRAME, fill};
use hold::Hold;
pub use line::{Line, LogLine};
use names::Names;
use opening::Opening;
pub use opening::Program;
use stream_state::{Next, StreamState};
use waiting::Waiting;

/// Bytes used at the start of the buffer up to which it is left as it is.
const WORTH_MOVING: usize = 1 << 16;

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

    /// Takes a frame of the board's.
    fn frame(&mut self, bytes: &[u8], item: &ItemFrame<'_>, out: &mut Vec<u8>) {
        if self.is_open() {
            self.pass_on(bytes, item, out);
        } else {
            self.hold_back(bytes, item, out);
        }
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
