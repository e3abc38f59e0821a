//! Events become frames in the ring: numbered, timed, checked, and counted where there is no room.
//!
//! The path of an ordinary event is fast: one test, read the clock, write the bytes, move the write
//! offset. The test is whether the frame fits before `limit`, the end of the room that is known to
//! be free. Everything else takes the slow path: where the room is counted anew, where a frame goes
//! around the ring's end, where records were lost, and where a host waits for an event; `limit` is
//! 0 while anything of that kind is the case.
#![allow(clippy::inline_always, reason = "a call would cost as much as what is called")]

use core::cell::Cell;
use core::hint::black_box;
use core::sync::atomic::AtomicU8;

use loopscope_protocol::wire::short::Short;
use loopscope_protocol::wire::{CRC8_START, LOOP_FOLLOWS, code, crc8_add};
use loopscope_protocol::{HandleHow, Kind};

mod pieces;

use pieces::{LONGEST_TEXT, Pieces, var_len};

use crate::clock;
use crate::rtt::{Channel, Window};

/// Records were lost and no gap has said so yet.
const LOST: u8 = 1;
/// Ticks have passed that were sent with no event.
const TIME_UNSENT: u8 = 2;
/// A snapshot waits for room: other events are held back, and counted as lost.
const HELD_BACK: u8 = 4;
/// A host waits for an event.
const WATCHED: u8 = 8;
/// There is no ring yet.
const CLOSED: u8 = 16;
/// Events are of another loop than the first, whose number each of them says.
const OTHER_LOOP: u8 = 32;

/// The longest gap: kind, number, ten bytes of time, five of the count, check.
const GAP: u32 = 18;
/// A gap is written when there is room for more than itself: else gaps would fill the ring.
const ROOM_AFTER_GAP: u32 = 30;

/// The first byte of a frame, and behind it the check after that byte.
#[derive(Clone, Copy)]
pub(crate) struct Code(u32);

impl Code {
    pub(crate) const fn new(code: u8) -> Self {
        Self(code as u32 | (crc8_add(CRC8_START, code) as u32) << 8)
    }

    const fn byte(self) -> u8 {
        self.0 as u8
    }
}

/// The two texts of an event, each in pieces.
pub(crate) type Texts<'a> = [&'a [&'a str]; 2];

/// When a host wants the scheduler to hold.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Watch {
    /// After that many events; 0: no matter how many.
    pub(crate) records: u32,
    /// After an event of one of these kinds: a bit each.
    pub(crate) kinds: u64,
}

/// The writing end of the up channel.
#[derive(Debug)]
pub(crate) struct Emitter {
    channel: &'static Channel,
    ring: Cell<&'static [AtomicU8]>,
    /// Where in the ring the next frame begins. The channel has it for the host.
    write: Cell<u32>,
    /// Up to this offset the ring is free, from the write offset on; 0: not known.
    limit: Cell<u32>,
    /// The number of the last event.
    seq: Cell<u32>,
    /// The clock at the last event or look.
    last: Cell<u32>,
    /// The clock at `base` ticks since the start.
    base_clock: Cell<u32>,
    base: Cell<u64>,
    /// Ticks before `last` that were sent with no event.
    unsent_ticks: Cell<u64>,
    /// Events lost since the last gap.
    lost: Cell<u32>,
    /// Events lost since the start.
    dropped: Cell<u32>,
    watch: Cell<Watch>,
    /// What was watched for has happened.
    watch_hit: Cell<bool>,
    /// The loop that events are of; 0: the first one, which is not said.
    other_loop: Cell<u32>,
    flags: Cell<u8>,
}

impl Emitter {
    pub(crate) const fn new(channel: &'static Channel) -> Self {
        Self {
            channel,
            ring: Cell::new(&[]),
            write: Cell::new(0),
            limit: Cell::new(0),
            seq: Cell::new(0),
            last: Cell::new(0),
            base_clock: Cell::new(0),
            base: Cell::new(0),
            unsent_ticks: Cell::new(0),
            lost: Cell::new(0),
            dropped: Cell::new(0),
            watch: Cell::new(Watch { records: 0, kinds: 0 }),
            watch_hit: Cell::new(false),
            other_loop: Cell::new(0),
            flags: Cell::new(CLOSED),
        }
    }

    /// Starts with this ring; tick 0 is now. Nothing was sent before.
    pub(crate) fn open(&self, ring: &'static [AtomicU8], now: u32) {
        self.ring.set(ring);
        self.write.set(0);
        self.last.set(now);
        self.base_clock.set(now);
        self.flags.set(0);
    }

    /// For tests: as if nothing had been sent.
    #[cfg(test)]
    pub(crate) fn reset(&self) {
        self.seq.set(0);
        self.limit.set(0);
        self.base.set(0);
        self.unsent_ticks.set(0);
        self.lost.set(0);
        self.dropped.set(0);
    }

    /// The number of the last event.
    pub(crate) fn seq(&self) -> u32 {
        self.seq.get()
    }

    /// Events lost since the start.
    pub(crate) fn dropped(&self) -> u32 {
        self.dropped.get()
    }

    /// Ticks since the start, at a reading of the clock that is not before the last one.
    pub(crate) fn ticks(&self, now: u32) -> u64 {
        self.base.get() + u64::from(clock::between(self.base_clock.get(), now))
    }

    /// Ticks since the start at the last event or look.
    pub(crate) fn last_ticks(&self) -> u64 {
        self.ticks(self.last.get())
    }

    /// Sends an event whose fields are all numbers.
    #[inline(always)]
    pub(crate) fn event(&self, now: u32, code: Code, fields: &[u32]) {
        // Code, number, time, fields, check.
        let longest = 2 + 5 + 5 * fields.len() as u32 + 1;
        let write = self.write.get();
        if write + longest > self.limit.get() {
            return self.event_slow(now, code, None, fields);
        }
        let passed = clock::between(self.last.get(), now);
        // Not `now`, which may be before that.
        self.last.set(self.last.get().wrapping_add(passed));
        let seq = self.seq.get().wrapping_add(1);
        self.seq.set(seq);
        let ring = self.ring.get();
        // `limit` is never behind the ring's end.
        let mut window = Window::new(ring, write, code.0);
        window.byte(seq & 0xff);
        window.var(passed);
        // Else the compiler would write the loop out for each number of fields.
        for field in black_box(fields) {
            window.var(*field);
        }
        self.publish(window.close(ring));
    }

    /// Sends an event by the slow path. The texts stand before it: all or nothing.
    #[cold]
    #[inline(never)]
    pub(crate) fn event_slow(
        &self,
        now: u32,
        code: Code,
        texts: Option<Texts<'_>>,
        fields: &[u32],
    ) {
        if self.has(CLOSED) {
            return;
        }
        self.count_time(now);
        self.seq.set(self.seq.get().wrapping_add(1));
        self.check_watch(code.byte());
        // A gap takes this event's number, and the event the next one.
        if self.has(HELD_BACK) || (self.has(LOST) && !self.send_gap()) {
            return self.drop_event();
        }
        let mut out = self.begin_frame();
        if let Some([first, second]) = texts {
            out.text(1, first);
            out.text(2, second);
        }
        let other = self.other_loop.get();
        out.byte(code.byte() | if other == 0 { 0 } else { LOOP_FOLLOWS });
        out.byte(self.seq.get() as u8);
        // A snapshot's time counts from the start, so that a host needs nothing that came before.
        let absolute = code.byte() == Kind::SnapshotBegin as u8;
        out.var(if absolute { self.last_ticks() } else { self.unsent_ticks.get() });
        if other != 0 {
            out.var(other.into());
        }
        for field in fields {
            out.var(u64::from(*field));
        }
        out.check();
        if self.commit(&out) {
            self.reopen_fast_path();
        } else {
            self.drop_event();
        }
    }

    /// Sends an answer: its numbers, and a text behind them. False if there is no room.
    #[inline(never)]
    pub(crate) fn reply(&self, numbers: &[u32], text: &[u8]) -> bool {
        let mut out = self.begin_frame();
        out.byte(code::REPLY);
        let numbers = black_box(numbers);
        let len: usize = numbers.iter().map(|number| var_len(*number)).sum();
        out.byte((len + text.len()) as u8);
        for number in numbers {
            out.var(u64::from(*number));
        }
        out.bytes(text);
        out.check();
        self.commit_item(&out)
    }

    /// Sends a name that the program's file does not have, cut after 120 bytes. False if there is no
    /// room, or a snapshot waits for it.
    #[inline(never)]
    pub(crate) fn name(&self, number: u32, name: &[u8]) -> bool {
        if self.has(CLOSED | HELD_BACK) {
            return false;
        }
        let name = &name[..name.len().min(LONGEST_TEXT)];
        let mut out = self.begin_frame();
        out.byte(code::NAME);
        out.byte((var_len(number) + name.len()) as u8);
        out.var(u64::from(number));
        out.bytes(name);
        out.check();
        self.commit_item(&out)
    }

    /// To be called now and then: time in which no event is sent is added up before the clock wraps,
    /// and a gap is sent as soon as there is room. What somebody has written over the write offset is
    /// put right.
    pub(crate) fn idle(&self, now: u32) {
        self.channel.set_write_offset(self.write.get());
        let lost = self.has(LOST) && !self.has(HELD_BACK | CLOSED);
        if lost || clock::between(self.base_clock.get(), now) > clock::mask() / 4 {
            self.count_time(now);
        }
        if lost {
            // The gap takes the number of an event that does not follow.
            self.seq.set(self.seq.get().wrapping_add(1));
            self.send_gap();
            self.seq.set(self.seq.get().wrapping_sub(1));
        }
    }

    /// The ring's size in bytes.
    pub(crate) fn size(&self) -> u32 {
        self.ring.get().len() as u32
    }

    /// Free bytes in the ring.
    pub(crate) fn room(&self) -> u32 {
        let (write, read) = (self.write.get(), self.channel.read_offset());
        if read >= self.size() {
            // No host writes this: there is no room, rather than a wrong guess.
            0
        } else if read > write {
            read - write - 1
        } else {
            self.size() - write + read - 1
        }
    }

    /// What follows is of this loop; 0: of the first one. Gives the one before.
    pub(crate) fn on_loop(&self, other: u32) -> u32 {
        let before = self.other_loop.replace(other);
        if other != before {
            self.set_flag(OTHER_LOOP, other != 0);
        }
        before
    }

    /// Holds events back, or lets them pass again.
    pub(crate) fn hold_back(&self, yes: bool) {
        self.set_flag(HELD_BACK, yes);
    }

    /// Watches for the moment when a host wants the scheduler to hold; `None`: no more.
    pub(crate) fn watch(&self, watch: Option<Watch>) {
        self.watch_hit.set(false);
        self.watch.set(watch.unwrap_or_default());
        self.set_flag(WATCHED, watch.is_some());
    }

    /// Whether that moment has come.
    pub(crate) fn watch_hit(&self) -> bool {
        self.watch_hit.get()
    }

    fn has(&self, what: u8) -> bool {
        self.flags.get() & what != 0
    }

    #[inline(never)]
    fn set_flag(&self, what: u8, yes: bool) {
        let others = self.flags.get() & !what;
        self.flags.set(others | if yes { what } else { 0 });
        // The next event takes the slow path, which counts the room again if it may.
        self.limit.set(0);
    }

    /// Accounts for the time up to now.
    #[inline(never)]
    fn count_time(&self, now: u32) {
        let passed = clock::between(self.last.get(), now);
        let now = self.last.get().wrapping_add(passed);
        self.last.set(now);
        self.base.set(self.ticks(now));
        self.base_clock.set(now);
        self.unsent_ticks.set(self.unsent_ticks.get() + u64::from(passed));
        self.set_flag(TIME_UNSENT, true);
    }

    /// All time is sent, and the fast path may be open again.
    #[inline(never)]
    fn reopen_fast_path(&self) {
        self.unsent_ticks.set(0);
        self.set_flag(TIME_UNSENT, false);
        if self.flags.get() == 0 {
            let (write, read) = (self.write.get(), self.channel.read_offset());
            let size = self.size();
            self.limit.set(if read > size {
                0
            } else if read > write {
                read - 1
            } else {
                // With the reader at the start, the last byte has to stay free.
                size - u32::from(read == 0)
            });
        }
    }

    #[inline(never)]
    fn drop_event(&self) {
        self.lost.set(self.lost.get().saturating_add(1));
        self.dropped.set(self.dropped.get().saturating_add(1));
        self.set_flag(LOST, true);
    }

    /// Writes the gap that says what was lost, with the number of the event that was to come, which
    /// takes the next one. False if there is no room yet.
    #[inline(never)]
    fn send_gap(&self) -> bool {
        let mut out = self.begin_frame();
        out.byte(Kind::Gap as u8);
        out.byte(self.seq.get() as u8);
        out.var(self.last_ticks());
        out.var(u64::from(self.lost.get()));
        out.check();
        let written = self.room() >= GAP + ROOM_AFTER_GAP && self.commit(&out);
        if written {
            self.seq.set(self.seq.get().wrapping_add(1));
            self.lost.set(0);
            self.set_flag(LOST, false);
            self.reopen_fast_path();
        }
        written
    }

    #[inline(never)]
    fn check_watch(&self, code: u8) {
        if !self.has(WATCHED) {
            return;
        }
        let mut watch = self.watch.get();
        if watch.kinds >> kind(code) & 1 != 0 || watch.records == 1 {
            self.watch_hit.set(true);
        }
        watch.records = watch.records.saturating_sub(1);
        self.watch.set(watch);
    }

    #[inline(never)]
    fn begin_frame(&self) -> Pieces {
        Pieces::new(self.ring.get(), self.write.get(), self.room())
    }

    /// Makes what was written visible. False, and nothing was, if it did not fit.
    #[inline(always)]
    fn commit(&self, pieces: &Pieces) -> bool {
        let end = pieces.end();
        if let Some(end) = end {
            self.publish(end);
        }
        end.is_some()
    }

    /// The same for what is no event: where that went around the ring's end, the room up to there
    /// is not free any more.
    fn commit_item(&self, pieces: &Pieces) -> bool {
        self.limit.set(0);
        self.commit(pieces)
    }

    /// The next frame begins at `end`, and the host may read up to there.
    #[inline(always)]
    fn publish(&self, end: u32) {
        self.write.set(end);
        self.channel.set_write_offset(end);
    }
}

/// The kind of event that a code stands for.
fn kind(code: u8) -> u8 {
    Short::from_code(code).map_or(code, |form| form.kind() as u8)
}

/// The code of `handle-new` in its short form, by the one who made it, for the three ways in which
/// a task's handle comes to be.
pub(crate) const fn handle_new(how: HandleHow) -> Option<Code> {
    match how {
        HandleHow::Step => Some(Code::new(Short::Step as u8)),
        HandleHow::Wakeup => Some(Code::new(Short::Wakeup as u8)),
        HandleHow::DoneCallback => Some(Code::new(Short::DoneCallback as u8)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
