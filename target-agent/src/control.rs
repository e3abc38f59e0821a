//! The host's requests on the down channel, and the answers.
//!
//! A request may come in pieces; it is taken when it is whole. An answer that finds no room in the
//! ring is sent at a later look. Nothing here waits.

use core::cell::Cell;
use core::sync::atomic::{AtomicU8, Ordering};

use loopscope_protocol::wire::{CRC8_START, VERSION, code, crc8_add};
use loopscope_protocol::{Capabilities, Capability, Dialect, Kind, Word};

use crate::Source;
use crate::agent::AGENT;
use crate::clock;
use crate::emitter::{Code, Emitter, Pieces, Watch};
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

/// A request is no longer than this: room for all but Python.
const LONGEST: u8 = 40;

/// A request as far as it has come.
#[derive(Clone, Copy, Debug, Default)]
struct Partial {
    /// How many bytes of it have come.
    bytes: u8,
    len: u8,
    check: u8,
    /// The request's number.
    number: u8,
    /// Its fields, as far as they are needed.
    fields: [u64; 2],
    /// The field and the bit in it where the next byte goes on.
    field: u8,
    bit: u8,
}

/// The reading end of the down channel.
#[derive(Debug)]
pub(crate) struct Control {
    channel: &'static Channel,
    ring: Cell<&'static [AtomicU8]>,
    partial: Cell<Partial>,
    /// What the host is still to be told.
    owed: Cell<u8>,
    /// The host wants the source to hold at the next look.
    pause: Cell<bool>,
    /// The source holds, and has said so or will as soon as there is room.
    holds: Cell<bool>,
}

impl Partial {
    const NONE: Self =
        Self { bytes: 0, len: 0, check: CRC8_START, number: 0, fields: [0; 2], field: 0, bit: 0 };

    /// Takes the next byte. True: the request is whole and sound.
    fn take(&mut self, byte: u8) -> bool {
        let at = self.bytes;
        self.bytes = at + 1;
        let check = self.check;
        self.check = crc8_add(check, byte);
        match at {
            0 if byte == code::REQUEST => {}
            1 if byte > 0 && byte <= LONGEST => self.len = byte,
            // Not the beginning of a request: look for one from here on.
            0 | 1 => *self = Self::NONE,
            2 => self.number = byte,
            _ if at < self.len + 2 => self.add(byte),
            _ if check == byte => return true,
            _ => *self = Self::NONE,
        }
        false
    }

    /// Takes a byte of a field.
    fn add(&mut self, byte: u8) {
        if let Some(field) = self.fields.get_mut(usize::from(self.field)) {
            *field |= u64::from(byte & 0x7f) << (self.bit & 63);
        }
        self.bit += 7;
        if byte & 0x80 == 0 {
            self.field += 1;
            self.bit = 0;
        }
    }
}

impl Control {
    pub(crate) const fn new(channel: &'static Channel) -> Self {
        Self {
            channel,
            ring: Cell::new(&[]),
            partial: Cell::new(Partial::NONE),
            owed: Cell::new(0),
            pause: Cell::new(false),
            holds: Cell::new(false),
        }
    }

    pub(crate) fn open(&self, ring: &'static [AtomicU8]) {
        self.ring.set(ring);
        self.partial.set(Partial::NONE);
        self.owed.set(0);
        self.pause.set(false);
        self.holds.set(false);
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
        self.pay(HELLO, emitter, &|out| hello(out, dialect, source.room().is_some()));
        self.pay(DROPPED, emitter, &|out| {
            out.byte(5);
            out.var(emitter.dropped().into());
        });
        self.pay(REFUSED, emitter, &|out| {
            out.byte(4);
            out.bytes(NOT_HERE);
        });
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
        self.pay(HELD, emitter, &|out| {
            out.byte(2);
            out.var(emitter.seq().into());
        });
        Hold::Yes
    }

    #[inline(never)]
    fn pay(&self, what: u8, emitter: &Emitter, body: &dyn Fn(&mut Pieces<'_>)) {
        if self.owed.get() & what != 0 && emitter.item(code::REPLY, body) {
            self.owed.set(self.owed.get() & !what);
        }
    }

    /// Takes all that the host has written.
    #[inline(never)]
    fn take(&self, emitter: &Emitter) {
        let ring = self.ring.get();
        let mut partial = self.partial.get();
        let mut read = self.channel.read_offset() as usize;
        // Whatever the host writes there, this ends.
        for _ in 0..ring.len() {
            if read == self.channel.write_offset() as usize {
                break;
            }
            if let Some(byte) = ring.get(read)
                && partial.take(byte.load(Ordering::Relaxed))
            {
                self.obey(&partial, emitter);
                partial = Partial::NONE;
            }
            read = if read + 1 >= ring.len() { 0 } else { read + 1 };
        }
        self.partial.set(partial);
        self.channel.set_read_offset(read as u32);
    }

    fn obey(&self, request: &Partial, emitter: &Emitter) {
        match request.number {
            1 => self.owe(HELLO | DROPPED),
            2 => {
                // The kinds above 63, which would be a third field, are not in use.
                let [records, kinds] = request.fields;
                self.holds.set(false);
                self.owed.set(self.owed.get() & !HELD);
                let forever = records == 0 && kinds == 0;
                let watch = Watch { records: records as u32, kinds };
                emitter.watch((!forever).then_some(watch));
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
    critical_section::with(|cs| AGENT.borrow(cs).emitter.begin_snapshot(clock::now()));
    source.snapshot();
    critical_section::with(|cs| {
        let code = Code::new(Kind::SnapshotEnd as u8);
        AGENT.borrow(cs).emitter.carefully(clock::now(), code, &|_| (), &[]);
    });
}

fn hello(out: &mut Pieces<'_>, dialect: Dialect, snapshot: bool) {
    let mut capabilities = Capabilities(0).with(Capability::Pause);
    if snapshot {
        capabilities = capabilities.with(Capability::Snapshot);
    }
    out.byte(1);
    out.var(VERSION.into());
    out.var(capabilities.0.into());
    out.var(clock::ticks_per_second().into());
    out.byte(dialect.code());
    // A board is no process.
    out.byte(0);
}
