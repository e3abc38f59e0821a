//! For tests: a clock that they set, and the host's end of a channel.

use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};
use std::vec::Vec;

use loopscope_protocol::wire::{Decoder, EventFrame, ItemFrame, Step};
use loopscope_protocol::{Event, Ticks};

use crate::rtt::Channel;

/// What the clock shows to whoever does not pass the time on.
pub(crate) static NOW: AtomicU32 = AtomicU32::new(0);

crate::clock!(1_000_000, || NOW.load(Ordering::Relaxed));

/// A ring of that many bytes that lives for ever.
pub(crate) fn ring(size: usize) -> &'static [AtomicU8] {
    Vec::leak((0..size).map(|_| AtomicU8::new(0xee)).collect())
}

/// A channel with such a ring.
pub(crate) fn channel(ring: &'static [AtomicU8]) -> &'static Channel {
    let channel = Box::leak(Box::new(Channel::new()));
    channel.open(ring);
    channel
}

/// Reads at most that many bytes from a channel, as a host does.
pub(crate) fn read(channel: &Channel, ring: &[AtomicU8], most: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut at = channel.read_offset() as usize;
    while at != channel.write_offset() as usize && bytes.len() < most {
        bytes.push(ring[at].load(Ordering::Relaxed));
        at = (at + 1) % ring.len();
    }
    channel.set_read_offset(at as u32);
    bytes
}

/// Writes into a channel as far as there is room, as a host does; gives how many bytes it took.
pub(crate) fn write(channel: &Channel, ring: &[AtomicU8], bytes: &[u8]) -> usize {
    let mut at = channel.write_offset() as usize;
    for (taken, byte) in bytes.iter().enumerate() {
        let next = (at + 1) % ring.len();
        if next == channel.read_offset() as usize {
            return taken;
        }
        ring[at].store(*byte, Ordering::Relaxed);
        at = next;
        channel.set_write_offset(at as u32);
    }
    bytes.len()
}

/// An event as a host has it: with its full number and time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Got {
    pub(crate) seq: u64,
    pub(crate) at: Ticks,
    pub(crate) event: Event,
    /// The texts before it.
    pub(crate) texts: [Vec<u8>; 2],
}

/// Reads all frames; panics where there is anything else, or a number missing that no gap tells.
pub(crate) fn decode(mut bytes: &[u8]) -> Vec<Got> {
    let mut decoder = Decoder::new();
    let (mut seq, mut at) = (0u64, 0);
    let mut texts = [Vec::new(), Vec::new()];
    let mut got = Vec::new();
    loop {
        match decoder.next(bytes, true) {
            Step::Frame { item, used, .. } => {
                bytes = &bytes[used..];
                match item {
                    ItemFrame::Event(EventFrame { seq: low, delta, event, .. }) => {
                        let lost =
                            if let Event::Gap { lost } = event { u64::from(lost) } else { 0 };
                        seq += lost + 1;
                        assert_eq!(low, seq as u8, "{event:?} has another number");
                        let absolute = matches!(event, Event::Gap { .. } | Event::SnapshotBegin {});
                        at = if absolute { delta } else { at + delta };
                        let texts = std::mem::take(&mut texts);
                        got.push(Got { seq, at, event, texts });
                    }
                    ItemFrame::Item(loopscope_protocol::wire::Item::Text { slot, bytes }) => {
                        texts[usize::from(slot) - 1].extend_from_slice(bytes);
                    }
                    ItemFrame::Item(_) => {}
                }
            }
            Step::Garbage => panic!("no frame at {bytes:?}"),
            Step::More => return got,
        }
    }
}
