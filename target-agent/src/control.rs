//! The host's requests on the down channel, and the answers.
//!
//! A request may come in pieces; it is taken when it is whole. An answer that finds no room in the
//! ring is sent at a later look. Nothing here waits.

use core::cell::Cell;
use core::sync::atomic::{AtomicU8, Ordering};

use loopscope_protocol::wire::{CRC8_START, VERSION, code, crc8_add};
use loopscope_protocol::{Capabilities, Capability, Kind, Word};

use crate::Source;
use crate::agent::{AGENT, Config};
use crate::clock;
use crate::emitter::{Emitter, Watch};
use crate::rtt::Channel;

/// Whether a host wants the source to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// Run on.
    No,
    /// Run no task until a later look says otherwise. Interrupts may go on.
    Yes,
}

/// The host is to be told: who this is.
const HELLO: u8 = 1;
/// How many records were dropped.
const DROPPED: u8 = 2;
/// That a request is refused.
const REFUSED: u8 = 4;
/// That the source holds.
const HELD: u8 = 8;
/// A snapshot.
const SNAPSHOT: u8 = 16;

/// Room for `snapshot-begin` and `snapshot-end`, and for a gap before them.
const MARKS: u32 = 28 + 48;

/// What a host that asks for more than this board does is told.
const NOT_HERE: &[u8] = b"This board cannot do that. It can be paused, stepped and resumed.";

/// The reading end of the down channel.
#[derive(Debug)]
pub(crate) struct Control {
    channel: &'static Channel,
    ring: Cell<&'static [AtomicU8]>,
    /// What the host is still to be told.
    owed: Cell<u8>,
    /// The host wants the source to hold at the next look.
    pause: Cell<bool>,
    /// The source holds, and has said so or will as soon as there is room.
    holds: Cell<bool>,
}

impl Control {
    pub(crate) const fn new(channel: &'static Channel) -> Self {
        Self {
            channel,
            ring: Cell::new(&[]),
            owed: Cell::new(0),
            pause: Cell::new(false),
            holds: Cell::new(false),
        }
    }

    pub(crate) fn open(&self, ring: &'static [AtomicU8]) {
        self.ring.set(ring);
        self.owed.set(0);
        self.pause.set(false);
        self.holds.set(false);
    }

    /// Takes in requests and sends answers. True: a snapshot is to be sent now, for which there is
    /// room.
    pub(crate) fn serve(&self, emitter: &Emitter, config: &Config, snapshot: Option<u32>) -> bool {
        if self.channel.write_offset() != self.channel.read_offset() {
            self.take(emitter);
        }
        if self.owed.get() == 0 {
            return false;
        }
        self.pay(HELLO, || emitter.item(code::REPLY, hello(config, snapshot).written()));
        self.pay(DROPPED, || {
            let mut body = Body::new(5);
            body.var(emitter.dropped());
            emitter.item(code::REPLY, body.written())
        });
        self.pay(REFUSED, || {
            let mut body = Body::new(4);
            NOT_HERE.iter().for_each(|byte| body.byte(*byte));
            emitter.item(code::REPLY, body.written())
        });
        if self.owed.get() & SNAPSHOT == 0 {
            return false;
        }
        let Some(snapshot) = snapshot else {
            self.owed.set(self.owed.get() & !SNAPSHOT | REFUSED);
            return false;
        };
        // One that is larger than the ring is tried when the ring is empty.
        let snapshot = (snapshot + MARKS).min(emitter.size() - 1);
        // Other events give way, so that the ring empties until the snapshot fits.
        let fits = emitter.room() >= snapshot;
        emitter.hold_back(!fits);
        if fits {
            self.owed.set(self.owed.get() & !SNAPSHOT);
        }
        fits
    }

    /// Whether to hold. Says so to the host once.
    pub(crate) fn hold(&self, emitter: &Emitter) -> Hold {
        if !self.holds.get() && (self.pause.get() || emitter.seen()) {
            self.pause.set(false);
            emitter.watch(None);
            self.holds.set(true);
            self.owed.set(self.owed.get() | HELD);
        }
        if !self.holds.get() {
            return Hold::No;
        }
        self.pay(HELD, || {
            let mut body = Body::new(2);
            body.var(emitter.seq());
            emitter.item(code::REPLY, body.written())
        });
        Hold::Yes
    }

    fn pay(&self, what: u8, send: impl FnOnce() -> bool) {
        if self.owed.get() & what != 0 && send() {
            self.owed.set(self.owed.get() & !what);
        }
    }

    /// Takes all whole requests from the ring.
    fn take(&self, emitter: &Emitter) {
        let ring = self.ring.get();
        let size = ring.len() as u32;
        loop {
            let (write, read) = (self.channel.write_offset(), self.channel.read_offset());
            if write >= size || read >= size {
                // No host writes this. Start over where it says that it is.
                self.channel.set_read_offset(if write < size { write } else { 0 });
                return;
            }
            let available = if write >= read { write - read } else { size - read + write };
            let mut from = Incoming { ring, at: read, left: available };
            if available < 2 {
                return;
            }
            let (first, len) = (from.byte(), from.byte());
            let whole = u32::from(len) + 3;
            let used = if first != code::REQUEST || whole >= size {
                // Not the beginning of a request: look at the next byte.
                1
            } else if available < whole {
                return;
            } else if from.sound(read, whole) {
                self.obey(&mut from, emitter);
                whole
            } else {
                1
            };
            self.channel.set_read_offset((read + used) % size);
        }
    }

    fn obey(&self, from: &mut Incoming, emitter: &Emitter) {
        match from.byte() {
            1 => self.owe(HELLO | DROPPED),
            2 => {
                let records = from.var() as u32;
                // The kinds above 63 are not in use.
                let kinds = from.var();
                self.holds.set(false);
                self.owed.set(self.owed.get() & !HELD);
                let forever = records == 0 && kinds == 0;
                emitter.watch((!forever).then_some(Watch { records, kinds }));
            }
            3 => {
                if self.holds.get() {
                    // It holds already: say so again.
                    self.owe(HELD);
                }
                self.pause.set(true);
            }
            4 => self.owe(SNAPSHOT | DROPPED),
            7 => {
                self.holds.set(false);
                self.pause.set(false);
                self.owed.set(0);
                emitter.hold_back(false);
                emitter.watch(None);
            }
            _ => self.owe(REFUSED),
        }
    }

    fn owe(&self, what: u8) {
        self.owed.set(self.owed.get() | what);
    }
}

/// Sends the snapshot: what `source` says between the two records that frame it.
pub(crate) fn snapshot(source: &dyn Source) {
    critical_section::with(|cs| {
        AGENT.borrow(cs).emitter.absolute(clock::now(), Kind::SnapshotBegin);
    });
    source.snapshot();
    critical_section::with(|cs| {
        AGENT.borrow(cs).emitter.event(clock::now(), Kind::SnapshotEnd as u8, []);
    });
}

fn hello(config: &Config, snapshot: Option<u32>) -> Body {
    let mut capabilities = Capabilities(0).with(Capability::Pause);
    if snapshot.is_some() {
        capabilities = capabilities.with(Capability::Snapshot);
    }
    let mut body = Body::new(1);
    body.var(u32::from(VERSION));
    body.var(capabilities.0);
    body.var(config.ticks_per_second());
    body.byte(config.dialect.code());
    // A board is no process.
    body.var(0);
    body
}

/// The body of an answer.
struct Body {
    bytes: [u8; 80],
    len: usize,
}

impl Body {
    fn new(number: u8) -> Self {
        let mut body = Self { bytes: [0; 80], len: 0 };
        body.byte(number);
        body
    }

    fn byte(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.len) {
            *place = byte;
            self.len += 1;
        }
    }

    fn var(&mut self, mut value: u32) {
        while value >= 0x80 {
            self.byte(value as u8 | 0x80);
            value >>= 7;
        }
        self.byte(value as u8);
    }

    fn written(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// The bytes that a host has written and that are not taken yet.
struct Incoming {
    ring: &'static [AtomicU8],
    at: u32,
    left: u32,
}

impl Incoming {
    /// The next byte; 0 behind the end.
    fn byte(&mut self) -> u8 {
        if self.left == 0 {
            return 0;
        }
        let byte = self.ring[self.at as usize % self.ring.len()].load(Ordering::Relaxed);
        self.left -= 1;
        self.at += 1;
        byte
    }

    fn var(&mut self) -> u64 {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte();
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        value
    }

    /// Whether the frame of that length from `start` on carries its check.
    fn sound(&self, start: u32, len: u32) -> bool {
        let at =
            |offset| self.ring[(start + offset) as usize % self.ring.len()].load(Ordering::Relaxed);
        let check = (0..len - 1).fold(CRC8_START, |check, offset| crc8_add(check, at(offset)));
        check == at(len - 1)
    }
}
