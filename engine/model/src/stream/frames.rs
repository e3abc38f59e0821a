//! Bytes become frames with full sequence numbers and absolute times.
//!
//! It finds out what is missing; what the frames mean is [`super::Ingest`]'s work.

use loopscope_protocol::wire::{Decoder, Item, ItemFrame, Step};
use loopscope_protocol::{Event, LoopId, Ticks};

/// This many skipped bytes may have held 256 events, which the sequence number would not show.
const BLIND_SPOT: u32 = 1024;

/// What was found at the start of the bytes.
#[derive(Debug, PartialEq)]
pub(crate) enum Found<'a> {
    /// An event.
    Event(Numbered),
    /// Something without a number.
    Item(Item<'a>),
    /// One byte that belongs to no frame.
    Garbage,
    /// Too early to tell.
    More,
}

/// An event with its full number and time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Numbered {
    pub(crate) seq: u64,
    /// `None` where the ticks of lost events are missing.
    pub(crate) at: Option<Ticks>,
    /// Events that are missing before it and that no `gap` accounts for.
    pub(crate) missing: u64,
    /// Bytes skipped before it.
    pub(crate) garbage: u32,
    pub(crate) loop_id: LoopId,
    pub(crate) event: Event,
}

/// Finds frames. The bytes stay with the caller.
#[derive(Clone, Debug)]
pub(crate) struct Frames {
    decoder: Decoder,
    seq: u64,
    ticks: Option<Ticks>,
    garbage: u32,
    /// Nothing is known yet of the numbers: the first one is taken as it comes.
    midway: bool,
}

impl Frames {
    pub(crate) const fn new() -> Self {
        Self { decoder: Decoder::new(), seq: 0, ticks: Some(0), garbage: 0, midway: false }
    }

    pub(crate) const fn midway() -> Self {
        Self { decoder: Decoder::midway(), seq: 0, ticks: None, garbage: 0, midway: true }
    }

    /// Continues behind event `seq` at the time `ticks`, whatever came before.
    pub(crate) const fn resume(&mut self, seq: u64, ticks: Option<Ticks>) {
        #[allow(clippy::cast_possible_truncation, reason = "numbers travel modulo 256")]
        let low = seq as u8;
        self.decoder = Decoder::after(low);
        self.seq = seq;
        self.ticks = ticks;
        self.garbage = 0;
        self.midway = false;
    }

    /// The number of the last event.
    pub(crate) const fn seq(&self) -> u64 {
        self.seq
    }

    /// The time of the last event.
    pub(crate) const fn ticks(&self) -> Option<Ticks> {
        self.ticks
    }

    /// Bytes skipped since the last event.
    pub(crate) const fn garbage(&self) -> u32 {
        self.garbage
    }

    /// Whether `bytes` are the beginning of a frame that follows directly.
    pub(crate) fn has_begun(&self, bytes: &[u8]) -> bool {
        self.decoder.has_begun(bytes)
    }

    /// Passes over what of `bytes` is beyond doubt, at most that many frames that follow each other
    /// from the start without a loss: where the last of them begins and where it ends. Behind the
    /// first doubt anything may stand.
    pub(crate) fn skip_sound(&mut self, bytes: &[u8], most: usize) -> (usize, usize) {
        let (mut last, mut at) = (0, 0);
        for _ in 0..most {
            let mut next = self.clone();
            let (Found::Event(Numbered { missing: 0, .. }) | Found::Item(_), used) =
                next.next(&bytes[at..], true)
            else {
                break;
            };
            *self = next;
            last = at;
            at += used;
        }
        (last, at)
    }

    /// Looks at the start of `bytes`; also says how many of them were used.
    pub(crate) fn next<'a>(&mut self, bytes: &'a [u8], end: bool) -> (Found<'a>, usize) {
        match self.decoder.next(bytes, end) {
            Step::More => (Found::More, 0),
            Step::Garbage => {
                self.garbage = self.garbage.saturating_add(1);
                (Found::Garbage, 1)
            }
            Step::Frame { item: ItemFrame::Item(item), used, .. } => (Found::Item(item), used),
            Step::Frame { item: ItemFrame::Event(frame), used, .. } => {
                let (seq, missing, event) = self.number(frame.seq, frame.event);
                let garbage = std::mem::take(&mut self.garbage);
                // These count their time from 0; any other event counts from the one before it.
                let absolute = matches!(event, Event::Gap { .. } | Event::SnapshotBegin {});
                let before = if absolute {
                    Some(0)
                } else if missing > 0 || garbage >= BLIND_SPOT {
                    None
                } else {
                    self.ticks
                };
                self.ticks = before.map(|before| before.saturating_add(frame.delta));
                self.seq = seq;
                let (at, loop_id) = (self.ticks, frame.loop_id);
                (Found::Event(Numbered { seq, at, missing, garbage, loop_id, event }), used)
            }
        }
    }

    /// The full number of an event, and how many are missing before it.
    fn number(&mut self, low: u8, event: Event) -> (u64, u64, Event) {
        if std::mem::take(&mut self.midway) {
            return (if low == 0 { 256 } else { u64::from(low) }, 0, event);
        }
        // A gap takes the number after those that it says were lost.
        let told = match event {
            Event::Gap { lost } => u64::from(lost),
            _ => 0,
        };
        let least = self.seq + told + 1;
        #[allow(clippy::cast_possible_truncation, reason = "numbers travel modulo 256")]
        let missing = u64::from(low.wrapping_sub(least as u8));
        let seq = least + missing;
        match event {
            Event::Gap { .. } => {
                let lost = u32::try_from(told + missing).unwrap_or(u32::MAX);
                (seq, 0, Event::Gap { lost })
            }
            _ => (seq, missing, event),
        }
    }
}
