//! Turning events and items into frames.

use super::coded::{Coded, Writer};
use super::item::Item;
use super::{MAX_FRAME, crc8};
use crate::{Event, LoopId, Ticks};

/// The loop that an event belongs to when its frame does not say.
pub(super) const FIRST_LOOP: LoopId = LoopId(1);

/// Set in an event's kind when the loop's number follows.
pub const LOOP_FOLLOWS: u8 = 0x80;

/// Makes frames, and numbers the events.
///
/// ```
/// use loopscope_protocol::wire::{Decoder, Encoder, Step};
/// use loopscope_protocol::{Event, LoopId};
///
/// let mut encoder = Encoder::new();
/// let frame = encoder.event(5, LoopId(1), &Event::LoopNew {}).to_vec();
/// assert_eq!(frame.len(), 4);
/// let Step::Frame { used, .. } = Decoder::new().next(&frame, true) else { panic!() };
/// assert_eq!(used, 4);
/// ```
#[derive(Clone, Debug)]
pub struct Encoder {
    seq: u64,
    last: Ticks,
    buffer: [u8; MAX_FRAME],
}

impl Default for Encoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Encoder {
    /// The next event will be number 1.
    #[must_use]
    pub const fn new() -> Self {
        Self { seq: 0, last: 0, buffer: [0; MAX_FRAME] }
    }

    /// The number of the last event.
    #[must_use]
    pub const fn seq(&self) -> u64 {
        self.seq
    }

    /// Continues as if the last event had been number `seq` at time `at`.
    pub const fn resume(&mut self, seq: u64, at: Ticks) {
        self.seq = seq;
        self.last = at;
    }

    /// The frame of the next event. Time never goes back: an earlier `at` counts as the last one.
    ///
    /// # Panics
    ///
    /// Never: the longest event is shorter than the buffer, which a test makes sure of.
    pub fn event(&mut self, at: Ticks, loop_id: LoopId, event: &Event) -> &[u8] {
        self.seq += 1;
        if matches!(event, Event::Gap { .. } | Event::SnapshotBegin {}) {
            self.last = 0;
        }
        let delta = at.saturating_sub(self.last);
        self.last += delta;
        let mut out = Writer::new(&mut self.buffer);
        let explicit = loop_id != FIRST_LOOP;
        out.byte(event.kind() as u8 | if explicit { LOOP_FOLLOWS } else { 0 });
        #[allow(clippy::cast_possible_truncation, reason = "modulo 256 is the format")]
        out.byte(self.seq as u8);
        out.var(delta);
        if explicit {
            loop_id.put(&mut out);
        }
        event.put(&mut out);
        close(out)
    }

    /// The frame of an item. A name or a text that does not fit is cut; a long text is sent in
    /// several pieces.
    pub fn item(&mut self, item: &Item<'_>) -> &[u8] {
        let mut body = [0; super::MAX_BODY];
        let mut inner = Writer::new(&mut body);
        item.put(&mut inner);
        let len = inner.written().len();
        let mut out = Writer::new(&mut self.buffer);
        out.byte(item.code());
        #[allow(clippy::cast_possible_truncation, reason = "the body has at most 255 bytes")]
        out.byte(len as u8);
        out.bytes(&body[..len]);
        close(out)
    }
}

fn close(mut out: Writer<'_>) -> &[u8] {
    let check = crc8(out.written());
    out.byte(check);
    out.finish().expect("MAX_FRAME has room for every frame")
}
