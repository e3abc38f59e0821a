//! The host's requests on the down channel, and the answers.
//!
//! A request may come in pieces; it is taken when it is whole. An answer that finds no room in the
//! ring is sent at a later look. Nothing here waits.

use core::cell::Cell;
use core::sync::atomic::{AtomicU8, Ordering};

use loopscope_protocol::wire::{CRC8_START, VERSION, code, crc8_add};
use loopscope_protocol::{Capability, Dialect, Kind, Sender, Word};

use crate::Source;
use crate::agent::AGENT;
use crate::clock;
use crate::emitter::{Code, Emitter, Watch};
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

// The kinds that a host waits for are kept in 64 bits: those that a board sends fit.
const _: () = assert!(Sender::Board.kinds().0 <= u64::MAX as u128);

/// A request is no longer than this: room for all but Python.
const LONGEST: u8 = 40;

/// A request as far as it has come.
#[derive(Debug)]
struct Partial {
    /// How many bytes of it have come.
    bytes: Cell<u8>,
    len: Cell<u8>,
    check: Cell<u8>,
    /// The request's number.
    number: Cell<u8>,
    /// Its fields, as far as they are needed: how many records, and which kinds.
    records: Cell<u32>,
    kinds: Cell<u64>,
    /// The field and the bit in it where the next byte goes on.
    field: Cell<u8>,
    bit: Cell<u8>,
}

/// The reading end of the down channel.
#[derive(Debug)]
pub(crate) struct Control {
    channel: &'static Channel,
    ring: Cell<&'static [AtomicU8]>,
    partial: Partial,
    /// What the host is still to be told.
    owed: Cell<u8>,
    /// The host wants the source to hold at the next look.
    pause: Cell<bool>,
    /// The source holds, and has said so or will as soon as there is room.
    holds: Cell<bool>,
}

impl Partial {
    const fn new() -> Self {
        Self {
            bytes: Cell::new(0),
            len: Cell::new(0),
            check: Cell::new(CRC8_START),
            number: Cell::new(0),
            records: Cell::new(0),
            kinds: Cell::new(0),
            field: Cell::new(0),
            bit: Cell::new(0),
        }
    }

    /// Looks for the beginning of a request from here on.
    fn reset(&self) {
        self.bytes.set(0);
        self.check.set(CRC8_START);
        self.records.set(0);
        self.kinds.set(0);
        self.field.set(0);
        self.bit.set(0);
    }

    /// Takes the next byte. True: the request is whole and sound.
    fn take(&self, byte: u8) -> bool {
        let (at, check) = (self.bytes.get(), self.check.get());
        self.bytes.set(at + 1);
        self.check.set(crc8_add(check, byte));
        match at {
            0 if byte == code::REQUEST => {}
            1 if byte > 0 && byte <= LONGEST => self.len.set(byte),
            0 | 1 => self.reset(),
            2 => self.number.set(byte),
            _ if at < self.len.get() + 2 => self.add(byte),
            _ if check == byte => return true,
            _ => self.reset(),
        }
        false
    }

    /// Takes a byte of a field.
    fn add(&self, byte: u8) {
        let bit = self.bit.get();
        let group = u64::from(byte & 0x7f) << bit;
        match self.field.get() {
            0 => self.records.set(self.records.get() | group as u32),
            // The kinds above 63, which would be a third field, no board sends.
            1 => self.kinds.set(self.kinds.get() | group),
            _ => {}
        }
        if byte & 0x80 == 0 {
            self.field.set(self.field.get() + 1);
            self.bit.set(0);
        } else {
            // A number may go on for as long as the request does; what is past its bits says nothing.
            self.bit.set((bit + 7).min(63));
        }
    }
}

impl Control {
    pub(crate) const fn new(channel: &'static Channel) -> Self {
        Self {
            channel,
            ring: Cell::new(&[]),
            partial: Partial::new(),
            owed: Cell::new(0),
            pause: Cell::new(false),
            holds: Cell::new(false),
        }
    }

    pub(crate) fn open(&self, ring: &'static [AtomicU8]) {
        self.ring.set(ring);
    }

    /// Takes in requests and sends answers. True: a snapshot is to be sent now, for which there is
    /// room.
    pub(crate) fn serve(&self, emitter: &Emitter, dialect: Dialect, source: &dyn Source) -> bool {
        if self.channel.write_offset() != self.channel.read_offset() {
            self.take(emitter);
        }
        if self.owed.get() == 0 {
            return false;
        }
        let snapshots = u32::from(source.room().is_some());
        let capabilities = 1 << Capability::Pause as u32 | snapshots << Capability::Snapshot as u32;
        let tps = clock::ticks_per_second();
        // A board is no process, so its number is 0.
        let hello = [1, VERSION.into(), capabilities, tps, dialect.code().into(), 0];
        self.pay(HELLO, emitter, &hello, &[]);
        self.pay(DROPPED, emitter, &[5, emitter.dropped()], &[]);
        self.pay(REFUSED, emitter, &[4], NOT_HERE);
        if self.owed.get() & SNAPSHOT == 0 {
            return false;
        }
        let Some(room) = source.room() else {
            self.owed.set(self.owed.get() & !SNAPSHOT | REFUSED);
            return false;
        };
        // Other events give way, so that the ring empties until the snapshot fits. One that is
        // larger than the ring is tried when the ring is empty.
        let fits = emitter.room() >= (room + MARKS).min(emitter.size() - 1);
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
            self.owe(HELD);
        }
        if !self.holds.get() {
            return Hold::No;
        }
        self.pay(HELD, emitter, &[2, emitter.seq()], &[]);
        Hold::Yes
    }

    #[inline(never)]
    fn pay(&self, what: u8, emitter: &Emitter, numbers: &[u32], text: &[u8]) {
        if self.owed.get() & what != 0 && emitter.reply(numbers, text) {
            self.owed.set(self.owed.get() & !what);
        }
    }

    /// Takes all that the host has written.
    #[inline(never)]
    fn take(&self, emitter: &Emitter) {
        let ring = self.ring.get();
        let mut read = self.channel.read_offset() as usize;
        // Whatever the host writes there, this ends.
        for _ in 0..ring.len() {
            if read == self.channel.write_offset() as usize {
                break;
            }
            if let Some(byte) = ring.get(read)
                && self.partial.take(byte.load(Ordering::Relaxed))
            {
                self.obey(emitter);
                self.partial.reset();
            }
            read = if read + 1 >= ring.len() { 0 } else { read + 1 };
        }
        self.channel.set_read_offset(read as u32);
    }

    fn obey(&self, emitter: &Emitter) {
        match self.partial.number.get() {
            1 => self.owe(HELLO | DROPPED),
            2 => {
                let (records, kinds) = (self.partial.records.get(), self.partial.kinds.get());
                self.holds.set(false);
                self.pause.set(false);
                self.owed.set(self.owed.get() & !HELD);
                let forever = records == 0 && kinds == 0;
                let watch = Watch { records, kinds };
                emitter.watch((!forever).then_some(watch));
            }
            3 => {
                if self.holds.get() {
                    // It holds already: say so again.
                    self.owe(HELD);
                } else {
                    self.pause.set(true);
                }
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
    let mark = |kind| {
        critical_section::with(|cs| {
            let code = Code::new(kind as u8);
            AGENT.borrow(cs).emitter.carefully(clock::now(), code, None, &[]);
        });
    };
    mark(Kind::SnapshotBegin);
    source.snapshot();
    mark(Kind::SnapshotEnd);
}

#[cfg(test)]
mod tests;
