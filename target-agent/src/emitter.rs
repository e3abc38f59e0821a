//! Events become frames in the ring: numbered, timed, checked, and counted where there is no room.
//!
//! The way of an ordinary event is short: read the clock, look for room in one piece, write the
//! bytes, move the write offset. All else - a frame around the ring's end, records that were lost,
//! a host that waits for an event - is behind one test of `attention`.

use core::cell::Cell;
use core::sync::atomic::{AtomicU8, Ordering};

use loopscope_protocol::wire::{CRC8_START, code, crc8_add, short};
use loopscope_protocol::{HandleHow, Kind};

use crate::rtt::{Channel, Window};

/// Records were lost and no gap has said so yet.
const LOST: u32 = 1;
/// Ticks have passed that no event has told.
const UNTOLD: u32 = 2;
/// A snapshot waits for room: other events are held back, and counted as lost.
const HELD_BACK: u32 = 4;
/// A host waits for an event.
const WATCHED: u32 = 8;
/// There is no ring yet.
const CLOSED: u32 = 16;

/// The longest gap: kind, number, ten bytes of time, five of the count, check.
const GAP: u32 = 18;
/// A gap is written when there is room for more than itself: else gaps would fill the ring.
const ROOM_AFTER_GAP: u32 = 30;

/// When a host wants the source to hold.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Watch {
    /// After so many events; 0: no matter how many.
    pub(crate) records: u32,
    /// After an event of one of these kinds: a bit each.
    pub(crate) kinds: u64,
}

/// The writing end of the up channel.
#[derive(Debug)]
pub(crate) struct Emitter {
    channel: &'static Channel,
    ring: Cell<&'static [AtomicU8]>,
    attention: Cell<u32>,
    /// The number of the last event.
    seq: Cell<u32>,
    /// The clock's counter up to where it is accounted for.
    counter: Cell<u32>,
    /// How many times the counter's unit is halved to make a tick.
    shift: Cell<u32>,
    /// Ticks since the start, up to the last look at the clock.
    ticks: Cell<u64>,
    /// Ticks up to there that no event has told.
    untold: Cell<u64>,
    /// Events lost since the last gap.
    lost: Cell<u32>,
    /// Events lost since the start.
    dropped: Cell<u32>,
    watch: Cell<Watch>,
    /// What was watched for has happened.
    seen: Cell<bool>,
}

impl Emitter {
    pub(crate) const fn new(channel: &'static Channel) -> Self {
        Self {
            channel,
            ring: Cell::new(&[]),
            attention: Cell::new(CLOSED),
            seq: Cell::new(0),
            counter: Cell::new(0),
            shift: Cell::new(0),
            ticks: Cell::new(0),
            untold: Cell::new(0),
            lost: Cell::new(0),
            dropped: Cell::new(0),
            watch: Cell::new(Watch { records: 0, kinds: 0 }),
            seen: Cell::new(false),
        }
    }

    /// Starts over with this ring; tick 0 is now.
    pub(crate) fn open(&self, ring: &'static [AtomicU8], shift: u32, now: u32) {
        self.ring.set(ring);
        self.seq.set(0);
        self.counter.set(now);
        self.shift.set(shift);
        self.ticks.set(0);
        self.untold.set(0);
        self.lost.set(0);
        self.dropped.set(0);
        self.seen.set(false);
        self.attention.set(0);
    }

    /// The number of the last event.
    pub(crate) fn seq(&self) -> u32 {
        self.seq.get()
    }

    /// Events lost since the start.
    pub(crate) fn dropped(&self) -> u32 {
        self.dropped.get()
    }

    /// Ticks since the start.
    pub(crate) fn ticks(&self, now: u32) -> u64 {
        let passed = now.wrapping_sub(self.counter.get()) >> self.shift.get();
        self.ticks.get() + u64::from(passed)
    }

    /// Ticks since the last look at the clock; they are accounted for from here on.
    #[inline(always)]
    fn advance(&self, now: u32) -> u32 {
        let (counter, shift) = (self.counter.get(), self.shift.get());
        let passed = now.wrapping_sub(counter) >> shift;
        // What is less than a tick stays in the counter, so no time is lost by rounding.
        self.counter.set(counter.wrapping_add(passed << shift));
        self.ticks.set(self.ticks.get() + u64::from(passed));
        passed
    }

    /// Sends an event whose fields are all numbers: a long form or a short one.
    #[inline(always)]
    pub(crate) fn event<const N: usize>(&self, now: u32, code: u8, fields: [u32; N]) {
        let passed = self.advance(now);
        let seq = self.seq.get().wrapping_add(1);
        self.seq.set(seq);
        let (ring, write) = (self.ring.get(), self.channel.write_offset_own());
        let read = self.channel.read_offset();
        let end = if read > write { read } else { ring.len() as u32 };
        let room = 8 + 5 * N as u32;
        if self.attention.get() == 0
            && end.wrapping_sub(write) > room
            && let Some(mut window) = Window::new(ring, write, room as usize)
        {
            window.byte(code);
            window.byte(seq as u8);
            window.var(passed);
            for field in fields {
                window.var(field);
            }
            self.channel.set_write_offset(window.close(ring));
        } else {
            self.carefully(code, seq, passed, &fields);
        }
    }

    /// What [`Emitter::event`] does, when anything is out of the ordinary.
    #[cold]
    #[inline(never)]
    fn carefully(&self, code: u8, mut seq: u32, passed: u32, fields: &[u32]) {
        let attention = self.attention.get();
        if attention & CLOSED != 0 {
            return;
        }
        self.untell(u64::from(passed));
        self.notice(code);
        if attention & HELD_BACK != 0 {
            return self.lose();
        }
        if attention & LOST != 0 {
            // The gap takes this event's number.
            if !self.gap(seq) {
                return self.lose();
            }
            seq = seq.wrapping_add(1);
            self.seq.set(seq);
        }
        let mut out = self.begin();
        out.byte(code);
        out.byte(seq as u8);
        out.long(self.untold.get());
        fields.iter().for_each(|field| out.long(u64::from(*field)));
        out.check();
        if out.commit() { self.told() } else { self.lose() }
    }

    /// Sends an event together with texts, which stand before it: all of it or nothing.
    pub(crate) fn event_with_texts(&self, now: u32, code: u8, texts: &[&[&str]], fields: &[u32]) {
        let passed = self.advance(now);
        if self.attention.get() & CLOSED != 0 {
            return;
        }
        self.untell(u64::from(passed));
        let mut seq = self.seq.get().wrapping_add(1);
        self.seq.set(seq);
        self.notice(code);
        if self.attention.get() & HELD_BACK != 0 {
            return self.lose();
        }
        if self.attention.get() & LOST != 0 {
            if !self.gap(seq) {
                return self.lose();
            }
            seq = seq.wrapping_add(1);
            self.seq.set(seq);
        }
        let mut out = self.begin();
        for (slot, pieces) in (1u8..).zip(texts) {
            out.text(slot, pieces);
        }
        out.byte(code);
        out.byte(seq as u8);
        out.long(self.untold.get());
        fields.iter().for_each(|field| out.long(u64::from(*field)));
        out.check();
        if out.commit() { self.told() } else { self.lose() }
    }

    /// Sends an event whose time counts from the start, as that of `snapshot-begin` does.
    pub(crate) fn absolute(&self, now: u32, kind: Kind) {
        self.advance(now);
        if self.attention.get() & LOST != 0 && self.gap(self.seq.get().wrapping_add(1)) {
            self.seq.set(self.seq.get().wrapping_add(1));
        }
        let seq = self.seq.get().wrapping_add(1);
        self.seq.set(seq);
        let mut out = self.begin();
        out.byte(kind as u8);
        out.byte(seq as u8);
        out.long(self.ticks.get());
        out.check();
        if out.commit() { self.told() } else { self.lose() }
    }

    /// Sends something without a number. False if there is no room.
    pub(crate) fn item(&self, code: u8, body: &[u8]) -> bool {
        let mut out = self.begin();
        out.byte(code);
        out.byte(body.len() as u8);
        body.iter().for_each(|byte| out.byte(*byte));
        out.check();
        out.commit()
    }

    /// To be called now and then: time that no event tells is added up before the counter wraps,
    /// and a gap is told as soon as there is room.
    pub(crate) fn idle(&self, now: u32) {
        if now.wrapping_sub(self.counter.get()) >= 1 << 30 {
            let passed = self.advance(now);
            self.untell(u64::from(passed));
        }
        if self.attention.get() & (LOST | HELD_BACK | CLOSED) == LOST {
            let passed = self.advance(now);
            self.untell(u64::from(passed));
            let seq = self.seq.get().wrapping_add(1);
            if self.gap(seq) {
                self.seq.set(seq);
            }
        }
    }

    /// Ticks since the start at the last event or look.
    pub(crate) fn last_ticks(&self) -> u64 {
        self.ticks.get()
    }

    /// The ring's size in bytes.
    pub(crate) fn size(&self) -> u32 {
        self.ring.get().len() as u32
    }

    /// Free bytes in the ring.
    pub(crate) fn room(&self) -> u32 {
        let size = self.ring.get().len() as u32;
        let (write, read) = (self.channel.write_offset_own(), self.channel.read_offset());
        if read >= size {
            // No host writes this: there is no room, rather than a wrong guess.
            0
        } else if read > write {
            read - write - 1
        } else {
            size - write + read - 1
        }
    }

    /// Holds events back, or lets them pass again.
    pub(crate) fn hold_back(&self, yes: bool) {
        self.attend(HELD_BACK, yes);
    }

    /// Watches for the moment when a host wants the source to hold; `None`: no more.
    pub(crate) fn watch(&self, watch: Option<Watch>) {
        self.seen.set(false);
        self.watch.set(watch.unwrap_or_default());
        self.attend(WATCHED, watch.is_some());
    }

    /// Whether that moment has come.
    pub(crate) fn seen(&self) -> bool {
        self.seen.get()
    }

    fn attend(&self, what: u32, yes: bool) {
        let others = self.attention.get() & !what;
        self.attention.set(others | if yes { what } else { 0 });
    }

    fn untell(&self, passed: u64) {
        self.untold.set(self.untold.get() + passed);
        self.attend(UNTOLD, self.untold.get() != 0);
    }

    fn told(&self) {
        self.untold.set(0);
        self.attend(UNTOLD, false);
    }

    fn lose(&self) {
        self.lost.set(self.lost.get().saturating_add(1));
        self.dropped.set(self.dropped.get().saturating_add(1));
        self.attend(LOST, true);
    }

    /// Writes the gap that says what was lost, as event `seq`. False if there is no room yet.
    fn gap(&self, seq: u32) -> bool {
        if self.room() < GAP + ROOM_AFTER_GAP {
            return false;
        }
        let mut out = self.begin();
        out.byte(Kind::Gap as u8);
        out.byte(seq as u8);
        out.long(self.ticks.get());
        out.long(u64::from(self.lost.get()));
        out.check();
        if !out.commit() {
            return false;
        }
        self.lost.set(0);
        self.attend(LOST, false);
        self.told();
        true
    }

    fn notice(&self, code: u8) {
        if self.attention.get() & WATCHED == 0 {
            return;
        }
        let mut watch = self.watch.get();
        if watch.kinds >> (kind(code) as u32) & 1 != 0 || watch.records == 1 {
            self.seen.set(true);
        }
        watch.records = watch.records.saturating_sub(1);
        self.watch.set(watch);
    }

    fn begin(&self) -> Pieces<'_> {
        Pieces {
            emitter: self,
            at: self.channel.write_offset_own(),
            room: self.room(),
            check: CRC8_START,
            fits: true,
        }
    }
}

/// The kind of event that a code stands for.
fn kind(code: u8) -> u8 {
    const FIRST: u8 = short::POLL_BEGIN;
    const KINDS: [Kind; 15] = [
        Kind::PollBegin,
        Kind::TimerDue,
        Kind::TimerNew,
        Kind::TimerNew,
        Kind::TimerCancel,
        Kind::TimerDrop,
        Kind::HandleRun,
        Kind::HandleDone,
        Kind::HandleNew,
        Kind::HandleNew,
        Kind::HandleNew,
        Kind::HandleNew,
        Kind::TaskSuspend,
        Kind::TaskSuspend,
        Kind::TaskSuspend,
    ];
    KINDS.get(usize::from(code.wrapping_sub(FIRST))).map_or(code, |kind| *kind as u8)
}

/// The code of `handle-new` in its short form, by the one who made it, for the three ways in which
/// a task's handle comes to be.
pub(crate) const fn handle_new(how: HandleHow) -> Option<u8> {
    match how {
        HandleHow::Step => Some(short::STEP),
        HandleHow::Wakeup => Some(short::WAKEUP),
        HandleHow::DoneCallback => Some(short::DONE_CALLBACK),
        _ => None,
    }
}

/// Frames that are written around the end of the ring, byte by byte, and become visible together.
struct Pieces<'a> {
    emitter: &'a Emitter,
    at: u32,
    room: u32,
    check: u8,
    fits: bool,
}

impl Pieces<'_> {
    fn raw(&mut self, byte: u8) {
        if self.room == 0 {
            self.fits = false;
            return;
        }
        let ring = self.emitter.ring.get();
        if let Some(place) = ring.get(self.at as usize) {
            place.store(byte, Ordering::Relaxed);
        }
        self.room -= 1;
        self.at += 1;
        if self.at as usize >= ring.len() {
            self.at = 0;
        }
    }

    fn byte(&mut self, byte: u8) {
        self.check = crc8_add(self.check, byte);
        self.raw(byte);
    }

    fn long(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.byte(value as u8 | 0x80);
            value >>= 7;
        }
        self.byte(value as u8);
    }

    /// Ends a frame; another one may follow.
    fn check(&mut self) {
        self.raw(self.check);
        self.check = CRC8_START;
    }

    /// A text item, cut after 120 bytes at the beginning of a character.
    fn text(&mut self, slot: u8, pieces: &[&str]) {
        const LONGEST: usize = 120;
        let whole: usize = pieces.iter().map(|piece| piece.len()).sum();
        let mut left = whole.min(LONGEST);
        let kept = |piece: &str, left: usize| {
            (0..=left.min(piece.len())).rev().find(|at| piece.is_char_boundary(*at)).unwrap_or(0)
        };
        let mut len = 0;
        for piece in pieces {
            let take = kept(piece, left);
            len += take;
            left = if take < piece.len() { 0 } else { left - take };
        }
        self.byte(code::TEXT);
        self.byte(len as u8 + 1);
        self.byte(slot);
        let mut left = len;
        for piece in pieces {
            let take = piece.len().min(left);
            piece.as_bytes()[..take].iter().for_each(|byte| self.byte(*byte));
            left -= take;
        }
        self.check();
    }

    /// Makes what was written visible. False, and nothing was, if it did not fit.
    fn commit(self) -> bool {
        if self.fits {
            self.emitter.channel.set_write_offset(self.at);
        }
        self.fits
    }
}
