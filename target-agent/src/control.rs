//! The host's requests on the down channel, and the answers.
//!
//! A request may come in pieces; it is taken when it is whole. An answer that finds no room in the
//! ring is sent at a later look. Nothing here waits.

use core::cell::Cell;
use core::sync::atomic::{AtomicU8, Ordering};

use loopscope_protocol::wire::{CRC8_START, VERSION, code, crc8_add};
use loopscope_protocol::{Capability, Dialect, Sender, Word};

use crate::emitter::{Emitter, Watch};
use crate::rtt::Channel;
use crate::{Scheduler, clock};

/// Whether a host wants the scheduler to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// Run on.
    No,
    /// Run no task until a later look says otherwise. Interrupts may go on.
    Yes,
}

/// What is to be answered, a bit each: who this is.
const HELLO: u8 = 1;
/// How many records were dropped.
const DROPPED: u8 = 2;
/// That a request is refused.
const REFUSED: u8 = 4;
/// That the scheduler holds.
const HELD: u8 = 8;
/// A snapshot.
const SNAPSHOT: u8 = 16;

/// Room for `snapshot-begin` and `snapshot-end`, and for a gap before them.
const SNAPSHOT_FRAME: u32 = 28 + 48;

/// The answer to a request for more than this board does.
const UNSUPPORTED: &[u8] = b"This board cannot do that. It can be paused, stepped and resumed.";

// The kinds that a host waits for are kept in 64 bits: those that a board sends fit.
const _: () = assert!(Sender::Board.kinds().0 <= u64::MAX as u128);

/// How long a host that has said that it is there may keep silent before what it holds is let go,
/// in seconds.
const LEASE: u32 = 10;

/// A request is no longer than this: room for all but Python.
const LONGEST_REQUEST: u8 = 40;

/// A request as far as it has come.
#[derive(Debug)]
struct PartialRequest {
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
    partial: PartialRequest,
    /// What is still to be answered.
    unanswered: Cell<u8>,
    /// The host wants the scheduler to hold at the next look.
    pause: Cell<bool>,
    /// The scheduler holds, and has said so or will as soon as there is room.
    holding: Cell<bool>,
    /// The clock when the host said last that it is there; 0: it has not said so.
    heard: Cell<u32>,
    /// How many tasks there was no place for in the scheduler's own table.
    untold_tasks: Cell<u32>,
}

impl PartialRequest {
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
    fn push(&self, byte: u8) -> bool {
        let (at, check) = (self.bytes.get(), self.check.get());
        self.bytes.set(at + 1);
        self.check.set(crc8_add(check, byte));
        match at {
            0 if byte == code::REQUEST => {}
            1 if byte > 0 && byte <= LONGEST_REQUEST => self.len.set(byte),
            0 | 1 => self.reset(),
            2 => self.number.set(byte),
            _ if at < self.len.get() + 2 => self.push_field(byte),
            _ if check == byte => return true,
            _ => self.reset(),
        }
        false
    }

    /// Takes a byte of a field.
    fn push_field(&self, byte: u8) {
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
            partial: PartialRequest::new(),
            unanswered: Cell::new(0),
            pause: Cell::new(false),
            holding: Cell::new(false),
            heard: Cell::new(0),
            untold_tasks: Cell::new(0),
        }
    }

    /// A task exists that nothing will be told of.
    pub(crate) fn task_untold(&self) {
        self.untold_tasks.set(self.untold_tasks.get().saturating_add(1));
        self.answer_later(DROPPED);
    }

    pub(crate) fn open(&self, ring: &'static [AtomicU8]) {
        self.ring.set(ring);
    }

    /// Reads requests and sends answers. True: a snapshot is to be sent now, for which there is
    /// room.
    pub(crate) fn serve(
        &self,
        emitter: &Emitter,
        now: u32,
        dialect: Dialect,
        scheduler: &dyn Scheduler,
    ) -> bool {
        if self.channel.write_offset() != self.channel.read_offset() {
            self.read_requests(emitter, now);
        }
        if self.unanswered.get() == 0 {
            return false;
        }
        let snapshots = u32::from(scheduler.room().is_some());
        let capabilities = 1 << Capability::Pause as u32 | snapshots << Capability::Snapshot as u32;
        let tps = clock::ticks_per_second();
        // A board is no process, so its number is 0.
        let hello = [1, VERSION.into(), capabilities, tps, dialect.code().into(), 0];
        // Before its hello, a host is told that an earlier one has left it held.
        self.answer(HELD, emitter, &[2, emitter.seq()], &[]);
        self.answer(HELLO, emitter, &hello, &[]);
        let dropped = [5, emitter.dropped(), self.untold_tasks.get()];
        let said = if dropped[2] == 0 { &dropped[..2] } else { &dropped };
        self.answer(DROPPED, emitter, said, &[]);
        self.answer(REFUSED, emitter, &[4], UNSUPPORTED);
        if self.unanswered.get() & SNAPSHOT == 0 {
            return false;
        }
        let Some(room) = scheduler.room() else {
            self.unanswered.set(self.unanswered.get() & !SNAPSHOT | REFUSED);
            return false;
        };
        // Other events give way, so that the ring empties until the snapshot fits. One that is
        // larger than the ring is tried when the ring is empty.
        let fits = emitter.room() >= (room + SNAPSHOT_FRAME).min(emitter.size() - 1);
        emitter.hold_back(!fits);
        if fits {
            self.unanswered.set(self.unanswered.get() & !SNAPSHOT);
        }
        fits
    }

    /// Whether to hold. Says so to the host once.
    pub(crate) fn hold(&self, emitter: &Emitter, now: u32) -> Hold {
        if !self.holding.get() && (self.pause.get() || emitter.watch_hit()) {
            self.pause.set(false);
            emitter.watch(None);
            self.holding.set(true);
            self.answer_later(HELD);
        }
        let heard = self.heard.get();
        let lease = clock::ticks_per_second().saturating_mul(LEASE);
        if heard != 0 && clock::between(heard, now) > lease {
            self.let_go(emitter);
        }
        if !self.holding.get() {
            return Hold::No;
        }
        self.answer(HELD, emitter, &[2, emitter.seq()], &[]);
        Hold::Yes
    }

    #[inline(never)]
    fn answer(&self, what: u8, emitter: &Emitter, numbers: &[u32], text: &[u8]) {
        if self.unanswered.get() & what != 0 && emitter.reply(numbers, text) {
            self.unanswered.set(self.unanswered.get() & !what);
        }
    }

    /// Reads all that the host has written.
    #[inline(never)]
    fn read_requests(&self, emitter: &Emitter, now: u32) {
        let ring = self.ring.get();
        let mut read = self.channel.read_offset() as usize;
        // Whatever the host writes there, this ends.
        for _ in 0..ring.len() {
            if read == self.channel.write_offset() as usize {
                break;
            }
            if let Some(byte) = ring.get(read)
                && self.partial.push(byte.load(Ordering::Relaxed))
            {
                self.handle_request(emitter, now);
                self.partial.reset();
            }
            read = if read + 1 >= ring.len() { 0 } else { read + 1 };
        }
        self.channel.set_read_offset(read as u32);
    }

    fn handle_request(&self, emitter: &Emitter, now: u32) {
        match self.partial.number.get() {
            1 => {
                // Whoever held it is gone, or has begun anew.
                let held = if self.holding.get() { HELD } else { 0 };
                self.let_go(emitter);
                self.answer_later(HELLO | DROPPED | held);
            }
            2 => {
                let (records, kinds) = (self.partial.records.get(), self.partial.kinds.get());
                self.let_go(emitter);
                self.unanswered.set(self.unanswered.get() & !HELD);
                let forever = records == 0 && kinds == 0;
                let watch = Watch { records, kinds };
                emitter.watch((!forever).then_some(watch));
            }
            3 => {
                if self.holding.get() {
                    // It holds already: say so again.
                    self.answer_later(HELD);
                } else {
                    self.pause.set(true);
                }
            }
            4 => self.answer_later(SNAPSHOT | DROPPED),
            7 => {
                self.let_go(emitter);
                self.unanswered.set(0);
                emitter.hold_back(false);
            }
            // An odd number, so that it is never 0: half a tick is nothing to a lease.
            8 => self.heard.set(now | 1),
            _ => self.answer_later(REFUSED),
        }
    }

    /// Nobody holds it, and nothing that it does makes it hold.
    fn let_go(&self, emitter: &Emitter) {
        self.holding.set(false);
        self.pause.set(false);
        self.heard.set(0);
        emitter.watch(None);
    }

    fn answer_later(&self, what: u8) {
        self.unanswered.set(self.unanswered.get() | what);
    }
}

#[cfg(test)]
mod tests;
