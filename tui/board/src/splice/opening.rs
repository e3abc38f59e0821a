//! How a stream begins: what is awaited, what is held back meanwhile, and what stands before the
//! board's own records.

use loopscope_protocol::wire::{Decoder, Item, ItemFrame, Step};
use loopscope_protocol::{ClockMode, Dialect, Event, RemarkKind, Reply, Ties};

use super::frames::{first_time, unknown_ticks};
use super::stream_state::Next;
use super::{Line, OF_ANOTHER, Splice};
use crate::pools::Pool;

/// The most bytes that are held back while the stream's beginning is awaited.
const MOST_HELD: usize = 2 << 20;

/// How far the beginning has come.
#[derive(Debug)]
pub(super) enum Opening {
    /// The hello, and the first record or a snapshot, are awaited. What came is held back.
    Awaited {
        held: Vec<u8>,
        /// The number that the first record in `held` has on the board.
        first: Option<u8>,
        hello: Option<Hello>,
        /// `held` begins with the stream's first record or a snapshot.
        sound: bool,
    },
    /// Frames are passed on.
    Done,
}

/// What the stream's beginning needs of the board's hello.
#[derive(Debug)]
pub(super) struct Hello {
    pub(super) frame: Vec<u8>,
    pub(super) dialect: Dialect,
    pub(super) ticks_per_second: u32,
}

/// What a board runs, and when.
#[derive(Clone, Copy, Debug)]
pub struct Program<'a> {
    /// What to call it.
    pub file: &'a str,
    /// The names that its ELF has.
    pub names: &'a [(u32, &'a str)],
    /// Where its tasks lie, if it is one of embassy's.
    pub pools: &'a [Pool],
    /// The calendar's time, in nanoseconds since 1970, where it is known.
    pub now: fn() -> Option<i64>,
}

/// What is said where the stream begins without a hello.
const NO_HELLO: &str = "The board has not said how long its ticks are, so no times are known; it says so to whoever attaches while it runs.";

impl Splice {
    /// Holds back what comes while the stream's beginning is awaited, and begins it once there is
    /// all that it needs.
    pub(super) fn hold_back(&mut self, bytes: &[u8], item: &ItemFrame<'_>, out: &mut Vec<u8>) {
        let Opening::Awaited { held, first, hello, sound } = &mut self.opening else { return };
        // It comes before the hello, and what comes before a snapshot is left out.
        if matches!(item, ItemFrame::Item(Item::Reply(Reply::Held { .. }))) {
            self.waiting.push(Line::Remark(RemarkKind::Link, OF_ANOTHER.to_owned()));
            return;
        }
        if let ItemFrame::Item(Item::Reply(Reply::Hello { dialect, ticks_per_second, .. })) = item {
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
    }

    /// Begins the stream: definitions, hello, and what was held back, numbered from 1.
    pub(super) fn open(&mut self, out: &mut Vec<u8>) {
        let Opening::Awaited { held, first, hello, sound } =
            std::mem::replace(&mut self.opening, Opening::Done)
        else {
            return;
        };
        out.append(&mut self.definitions);
        if let Some(hello) = &hello {
            out.extend_from_slice(&hello.frame);
            self.begin(hello, first.map_or(0, |first| first_time(first, &held)), out);
        } else {
            unknown_ticks(out);
            self.waiting.push(Line::Remark(RemarkKind::Clock, NO_HELLO.to_owned()));
        }
        self.next = match first {
            _ if !sound => Next::Joins,
            Some(_) => Next::First,
            None => Next::GoesOn,
        };
        // What was said meanwhile is not older than what was held back.
        let waiting = self.waiting.take();
        let mut decoder = Decoder::after(first.unwrap_or(1).wrapping_sub(1));
        let mut at = 0;
        // These were frames when they came, so they still are.
        while let Step::Frame { item, used, .. } = decoder.next(&held[at..], true) {
            self.frame(&held[at..at + used], &item, out);
            at += used;
        }
        for line in waiting {
            self.add_line(line, out);
        }
    }

    /// The `run-start`, `ticks` after the start of the board's clock.
    fn begin(&mut self, hello: &Hello, ticks: u64, out: &mut Vec<u8>) {
        let (file, definition) = self.names.add(&self.file);
        out.extend(definition);
        // A fast clock's ticks, in billionths, are more than 64 bits within minutes.
        let since = u128::from(ticks) * 1_000_000_000 / u128::from(hello.ticks_per_second.max(1));
        let now = (self.now)().unwrap_or_default();
        let event = Event::RunStart {
            dialect: hello.dialect,
            clock: ClockMode::Board,
            wall_start: now.saturating_sub(i64::try_from(since).unwrap_or(i64::MAX)).max(0),
            seed: 0,
            ties: Ties::Fifo,
            file,
        };
        self.event(&event, out);
    }
}
