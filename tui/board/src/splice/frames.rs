//! Frames that the host adds to a board's or changes, and what it reads in them.

use loopscope_protocol::wire::{CHAIN, Decoder, Encoder, Item, ItemFrame, Step, VERSION, crc8};
use loopscope_protocol::{Capabilities, Dialect, NameId, Reply};

/// A byte that begins no frame.
pub(super) const NO_FRAME: u8 = 0;

/// Behind harm or a loss a reader trusts frames only in a row, and the board may send no more for
/// long. A name for nothing is a frame that says nothing.
pub(super) fn fill(out: &mut Vec<u8>) {
    for _ in 1..CHAIN {
        out.extend_from_slice(Encoder::new().item(&Item::Name { id: NameId::NONE, name: b"" }));
    }
}

/// As long as no board has said how long a tick is, times are not known.
pub(super) fn unknown_ticks(out: &mut Vec<u8>) {
    let hello = Reply::Hello {
        version: VERSION,
        capabilities: Capabilities::default(),
        ticks_per_second: 0,
        dialect: Dialect::Other,
        pid: 0,
    };
    out.extend_from_slice(Encoder::new().item(&Item::Reply(hello)));
}

/// The ticks in the first event of `held`, whose number is `first`. Where the stream begins soundly
/// they count from the start of the board's clock.
pub(super) fn first_time(first: u8, held: &[u8]) -> u64 {
    let mut decoder = Decoder::after(first.wrapping_sub(1));
    let mut at = 0;
    while let Step::Frame { item, used, .. } = decoder.next(&held[at..], true) {
        if let ItemFrame::Event(frame) = item {
            return frame.delta;
        }
        at += used;
    }
    0
}

/// The frame of an event with another number.
pub(super) fn renumber(frame: &[u8], seq: u8, out: &mut Vec<u8>) {
    let from = out.len();
    out.extend_from_slice(frame);
    // The number is the second byte of every event's frame, the check the last one.
    if out[from + 1] != seq {
        out[from + 1] = seq;
        let end = out.len() - 1;
        out[end] = crc8(&out[from..end]);
    }
}
