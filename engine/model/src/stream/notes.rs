//! What the recorder in a real CPython sends (`engine/recorder/loopscope.py`): the notes of its loops.
//!
//! It is written by Python that runs in the middle of the program, so it is made to cost little there:
//! whole numbers of eight bytes, as they came into a list. What they mean is worked out here.
//!
//! ```text
//! block    mark, length u32, numbers..., mark
//! event    kind, loop, time, the cells of its fields (see `loopscope_protocol::cells`)
//! ```
//!
//! Numbers below 0 begin something beside events, those from [`POLL`] on a short form of what happens
//! all the time, with the loop in the upper bits. Short forms leave out what the records before say:
//! the time (that of the record before), and who made something (the handle that runs).

use std::collections::BTreeMap;

use loopscope_columns::Turns;
use loopscope_protocol::cells::{CellSource, first_column};
use loopscope_protocol::wire::Malformed;
use loopscope_protocol::{
    By, Capabilities, ChainId, Dialect, Event, FutureId, HandleHow, HandleId, Kind, LoopId, NameId,
    On, Place, TaskId, Text, Word,
};

use super::{Arrived, Came};
use crate::control::{Hello, OwnedReply};
use crate::decode::BLANK;
use crate::names::Frame;
use crate::record::{Record, Texts};

/// What begins and ends a block.
const MARK: [u8; 4] = [0xf5, b'L', b'S', b'N'];

/// A longer block is not believed.
const LONGEST: usize = 1 << 30;

// What stands between events.
const NAME: i64 = -1;
const TEXT: i64 = -2;
const CHAIN: i64 = -3;
const HELLO: i64 = -4;
const HELD: i64 = -5;
const RAN: i64 = -6;
const REFUSED: i64 = -7;
const CODE: i64 = -8;
const STAND: i64 = -9;

// The short forms.
const POLL: i64 = 128;
const TURN: i64 = 129;
const RUN: i64 = 130;
const STEP_RUN: i64 = 131;
const DONE: i64 = 132;
const SOON_NEW: i64 = 133;
const YIELD: i64 = 134;

/// Stands for the handle that runs.
const RUNNING: u64 = u64::MAX;

/// In [`POLL`]: the turn before it has ended, or has only polled, or has begun.
const POLLED: i64 = 0;
const ENDED: i64 = 2;

/// What is known of a loop, for what short forms leave out.
#[derive(Clone, Debug, Default)]
struct Loop {
    /// The handles that run, the innermost last.
    running: Vec<(HandleId, TaskId)>,
    turn: u32,
}

/// Reads the recorder's notes.
#[derive(Debug)]
pub struct Notes {
    bytes: Vec<u8>,
    hello: Option<Hello>,
    /// The loop time that is 0 in records, in nanoseconds.
    base: i64,
    seq: u64,
    /// The time of the last record, and whether there is a loop for it to be a time of.
    t: u64,
    loop_seen: bool,
    turns: Turns,
    loops: BTreeMap<u32, Loop>,
    /// Names and places of callables, by the recorder's numbers.
    codes: BTreeMap<i64, (NameId, Place)>,
    /// Where a suspended coroutine stands, by the recorder's numbers.
    stands: BTreeMap<i64, (Place, ChainId)>,
    texts: [String; 2],
    strange: u64,
}

impl Default for Notes {
    fn default() -> Self {
        Self::new()
    }
}

/// The numbers of a block that are not read yet.
struct Numbers<'a> {
    bytes: &'a [u8],
    /// What stands for the handle that runs, in columns of two kinds.
    by: u64,
    handle: u64,
}

impl Numbers<'_> {
    fn next(&mut self) -> Result<i64, Malformed> {
        let (eight, rest) = self.bytes.split_first_chunk::<8>().ok_or(Malformed::Short)?;
        self.bytes = rest;
        Ok(i64::from_le_bytes(*eight))
    }

    fn id(&mut self) -> Result<u32, Malformed> {
        u32::try_from(self.next()?).map_err(|_| Malformed::Bad)
    }

    fn place(&mut self) -> Result<Place, Malformed> {
        Ok(Place { file: NameId(self.id()?), line: self.id()? })
    }

    /// Bytes that were packed eight to a number, behind how many they are.
    fn text(&mut self) -> Result<String, Malformed> {
        let length = usize::try_from(self.next()?).map_err(|_| Malformed::Bad)?;
        let (packed, rest) =
            self.bytes.split_at_checked(length.div_ceil(8) * 8).ok_or(Malformed::Short)?;
        self.bytes = rest;
        Ok(String::from_utf8_lossy(&packed[..length]).into_owned())
    }
}

/// The name of the field that a column belongs to.
fn field(kind: Kind, column: usize) -> &'static str {
    let mut at = first_column(kind);
    for (name, columns) in kind.columns() {
        at += columns;
        if column < at {
            return name;
        }
    }
    ""
}

struct Fields<'a, 'b>(Kind, &'a mut Numbers<'b>);

impl CellSource for Fields<'_, '_> {
    fn number(&mut self, column: usize) -> Result<u64, Malformed> {
        let number = self.1.next()?.cast_unsigned();
        if number != RUNNING {
            return Ok(number);
        }
        Ok(match field(self.0, column) {
            "by" => self.1.by,
            "handle" => self.1.handle,
            _ => number,
        })
    }

    fn seconds(&mut self, column: usize) -> Result<f64, Malformed> {
        let _ = column;
        Ok(f64::from_bits(self.1.next()?.cast_unsigned()))
    }
}

impl Notes {
    /// At the start of a program.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            bytes: Vec::new(),
            hello: None,
            base: 0,
            seq: 0,
            t: 0,
            loop_seen: false,
            turns: Turns::new(),
            loops: BTreeMap::new(),
            codes: BTreeMap::new(),
            stands: BTreeMap::new(),
            texts: [const { String::new() }; 2],
            strange: 0,
        }
    }

    /// What the recorder said about itself.
    #[must_use]
    pub const fn hello(&self) -> Option<&Hello> {
        self.hello.as_ref()
    }

    /// How many bytes came that the recorder did not write, or did not write as it should.
    #[must_use]
    pub const fn strange(&self) -> u64 {
        self.strange
    }

    /// No more bytes will come. What was begun is dropped as if it had not been.
    pub fn cut_off(&mut self) {
        self.bytes.clear();
        self.texts = Default::default();
    }

    /// Takes bytes, and hands out what they hold.
    ///
    /// ```
    /// use loopscope_model::stream::{Arrived, Came, Notes};
    ///
    /// let mut block = b"\xf5LSN".to_vec();
    /// let numbers = [10i64, 1, 7];
    /// block.extend((numbers.len() as u32 * 8).to_le_bytes());
    /// block.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    /// block.extend(b"\xf5LSN");
    /// let (mut notes, mut came) = (Notes::new(), Vec::new());
    /// notes.feed(&block, &mut came);
    /// let [Came::Arrived(Arrived::Record(record))] = &came[..] else { panic!() };
    /// assert_eq!((record.seq, record.t), (1, Some(7)));
    /// ```
    pub fn feed(&mut self, bytes: &[u8], came: &mut Vec<Came>) {
        self.bytes.extend_from_slice(bytes);
        let bytes = std::mem::take(&mut self.bytes);
        let mut done = 0;
        while let Some((numbers, used)) = self.block(&bytes[done..]) {
            done += used;
            if let Some(numbers) = numbers {
                self.read(numbers, came);
            }
        }
        self.bytes = bytes;
        self.bytes.drain(..done);
    }

    /// The block at the start of the bytes, and its length; without one, what is no block. `None`:
    /// it is not there as a whole.
    fn block<'a>(&mut self, bytes: &'a [u8]) -> Option<(Option<&'a [u8]>, usize)> {
        let known = bytes.len().min(MARK.len());
        if bytes[..known] == MARK[..known] {
            let length = bytes.get(4..8)?;
            let length = u32::from_le_bytes([length[0], length[1], length[2], length[3]]) as usize;
            if length <= LONGEST && length.is_multiple_of(8) {
                let whole = bytes.get(..length + 12)?;
                if whole.ends_with(&MARK) {
                    return Some((Some(&whole[8..length + 8]), length + 12));
                }
            }
        }
        // Somebody else has written here.
        let next = bytes.iter().skip(1).position(|byte| *byte == MARK[0]);
        let skipped = next.map_or(bytes.len(), |at| at + 1);
        self.strange += skipped as u64;
        (skipped > 0).then_some((None, skipped))
    }

    fn read(&mut self, numbers: &[u8], came: &mut Vec<Came>) {
        let mut numbers = Numbers { bytes: numbers, by: 0, handle: 0 };
        while !numbers.bytes.is_empty() {
            let left = numbers.bytes.len();
            if self.entry(&mut numbers, came).is_err() {
                // What follows cannot be told apart any more, up to the next block.
                self.strange += left as u64;
                self.texts = Default::default();
                self.loop_seen = true;
                self.record(LoopId::NONE, Event::Gap { lost: 1 }, came);
                return;
            }
        }
    }

    fn entry(&mut self, from: &mut Numbers<'_>, came: &mut Vec<Came>) -> Result<(), Malformed> {
        let code = from.next()?;
        if code < 0 {
            return self.beside(code, from, came);
        }
        if code & 0xff >= POLL {
            let id = u32::try_from(code >> 8).map_err(|_| Malformed::Bad)?;
            return self.short(code & 0xff, id, from, came);
        }
        let kind = u8::try_from(code).ok().and_then(Kind::from_code).ok_or(Malformed::Bad)?;
        let loop_id = LoopId(from.id()?);
        self.time(from.next()?);
        let known = self.loops.entry(loop_id.0).or_default();
        let running = known.running.last().map_or(HandleId::NONE, |(handle, _)| *handle);
        from.handle = u64::from(running.0);
        from.by = if running.is_some() { u64::from(running.0) + 2 } else { 0 };
        let mut event = Event::LoopNew {};
        event.read_cells(kind, &mut Fields(kind, from))?;
        match &mut event {
            Event::LoopNew {} => self.loop_seen = true,
            Event::TimerNew { when, .. }
            | Event::TimerDue { when, .. }
            | Event::TimerCancel { when, .. }
            | Event::TimerDrop { when, .. } => *when -= seconds(self.base),
            Event::HandleRun { handle, task } => known.running.push((*handle, *task)),
            Event::HandleDone { .. } => drop(known.running.pop()),
            Event::TurnBegin { turn, .. } => known.turn = *turn,
            _ => {}
        }
        self.record(loop_id, event, came);
        Ok(())
    }

    fn beside(
        &mut self,
        code: i64,
        from: &mut Numbers<'_>,
        came: &mut Vec<Came>,
    ) -> Result<(), Malformed> {
        let reply = match code {
            NAME => {
                let (id, name) = (NameId(from.id()?), from.text()?);
                came.push(Came::Arrived(Arrived::Name(id, name.into())));
                return Ok(());
            }
            TEXT => {
                let slot = usize::try_from(from.next()?).map_err(|_| Malformed::Bad)?;
                let text = from.text()?;
                *self.texts.get_mut(slot.wrapping_sub(1)).ok_or(Malformed::Bad)? = text;
                return Ok(());
            }
            CHAIN => {
                let (id, outer) = (ChainId(from.id()?), ChainId(from.id()?));
                let frame = Frame { name: NameId(from.id()?), place: from.place()? };
                came.push(Came::Arrived(Arrived::Chain { id, outer, frame }));
                return Ok(());
            }
            CODE => {
                let code = from.next()?;
                self.codes.insert(code, (NameId(from.id()?), from.place()?));
                return Ok(());
            }
            STAND => {
                let stand = from.next()?;
                self.stands.insert(stand, (from.place()?, ChainId(from.id()?)));
                return Ok(());
            }
            HELLO => {
                let version = u16::try_from(from.next()?).map_err(|_| Malformed::Bad)?;
                let capabilities = Capabilities(from.id()?);
                self.base = from.next()?;
                let pid = from.id()?;
                let dialect = u8::try_from(from.next()?).ok().and_then(Dialect::from_code);
                let dialect = dialect.ok_or(Malformed::Bad)?;
                let ticks_per_second = 1_000_000_000;
                let hello = Hello { version, capabilities, ticks_per_second, dialect, pid };
                self.hello = Some(hello);
                OwnedReply::Hello(hello)
            }
            #[allow(clippy::cast_possible_truncation, reason = "modulo 2^32 is the format")]
            HELD => OwnedReply::Held { seq: self.seq as u32 },
            RAN => OwnedReply::Ran { ok: from.next()? != 0, text: from.text()? },
            REFUSED => OwnedReply::Refused { text: from.text()? },
            _ => return Err(Malformed::Bad),
        };
        came.push(Came::Arrived(Arrived::Reply(reply)));
        Ok(())
    }

    fn short(
        &mut self,
        code: i64,
        id: u32,
        from: &mut Numbers<'_>,
        came: &mut Vec<Came>,
    ) -> Result<(), Malformed> {
        let loop_id = LoopId(id);
        let known = self.loops.entry(id).or_default();
        let running = known.running.last().copied();
        let by = running.map_or(By::Outside, |(handle, _)| By::Handle(handle));
        match code {
            POLL => {
                let (time, found, phase) = (from.next()?, from.id()?, from.next()?);
                let (ready, timers) = (from.id()?, from.id()?);
                if phase == POLLED {
                    self.begin_turn(loop_id, 0, timers, came);
                }
                if phase != ENDED {
                    self.record(loop_id, Event::TurnEnd { ready, timers }, came);
                }
                self.time(time);
                self.record(loop_id, Event::PollBegin { timeout: Some(0.0) }, came);
                self.record(loop_id, Event::PollEnd { ready: found }, came);
            }
            TURN => {
                let (ready, timers) = (from.id()?, from.id()?);
                self.begin_turn(loop_id, ready, timers, came);
            }
            RUN | STEP_RUN => {
                let handle = HandleId(from.id()?);
                let task = if code == RUN { TaskId::NONE } else { TaskId(from.id()?) };
                known.running.push((handle, task));
                self.record(loop_id, Event::HandleRun { handle, task }, came);
                if code == STEP_RUN {
                    self.record(loop_id, Event::TaskStep { task }, came);
                }
            }
            DONE => {
                let time = from.next()?;
                let (handle, task) = known.running.pop().ok_or(Malformed::Bad)?;
                self.time(time);
                self.record(loop_id, Event::HandleDone { handle, task }, came);
            }
            SOON_NEW => {
                let time = from.next()?;
                let handle = HandleId(from.id()?);
                let (name, place) = self.code(from)?;
                self.time(time);
                let (task, future) = (TaskId::NONE, FutureId::NONE);
                let how = HandleHow::Soon;
                let event = Event::HandleNew { handle, how, name, place, by, task, future };
                self.record(loop_id, event, came);
            }
            YIELD => {
                let time = from.next()?;
                let task = TaskId(from.id()?);
                let stand = from.next()?;
                let (place, chain) = *self.stands.get(&stand).ok_or(Malformed::Bad)?;
                let handle = HandleId(from.id()?);
                let (name, defined) = self.code(from)?;
                self.time(time);
                let event = Event::TaskSuspend { task, on: On::Nothing, place, chain };
                self.record(loop_id, event, came);
                let (how, future) = (HandleHow::Step, FutureId::NONE);
                let event =
                    Event::HandleNew { handle, how, name, place: defined, by, task, future };
                self.record(loop_id, event, came);
            }
            _ => return Err(Malformed::Bad),
        }
        Ok(())
    }

    fn code(&self, from: &mut Numbers<'_>) -> Result<(NameId, Place), Malformed> {
        self.codes.get(&from.next()?).copied().ok_or(Malformed::Bad)
    }

    fn begin_turn(&mut self, loop_id: LoopId, ready: u32, timers: u32, came: &mut Vec<Came>) {
        let known = self.loops.entry(loop_id.0).or_default();
        known.turn += 1;
        let event = Event::TurnBegin { turn: known.turn, ready, timers };
        self.record(loop_id, event, came);
    }

    /// Several threads may have looked at the clock and written it down in another order.
    fn time(&mut self, at: i64) {
        self.t = self.t.max(u64::try_from(at - self.base).unwrap_or(0));
    }

    fn record(&mut self, loop_id: LoopId, event: Event, came: &mut Vec<Came>) {
        self.seq += 1;
        let texts = match event.texts() {
            [Text::NONE, Text::NONE] => Texts::NONE,
            _ => Texts::new(&self.texts[0], &self.texts[1]),
        };
        if !texts.is_none() {
            self.texts = Default::default();
        }
        let record = Record {
            seq: self.seq,
            t: self.loop_seen.then_some(self.t),
            turn: self.turns.count(loop_id, &event),
            loop_id,
            event,
            texts,
            ..BLANK
        };
        came.push(Came::Arrived(Arrived::Record(record)));
    }

    /// The record of an event that the host adds behind all others. See `Pieces::host_event`.
    pub fn host_event(&mut self, event: &Event, texts: [&str; 2]) -> Record {
        self.seq += 1;
        let has_texts = event.texts() != [Text::NONE; 2];
        let texts = if has_texts { Texts::new(texts[0], texts[1]) } else { Texts::NONE };
        Record {
            seq: self.seq,
            t: self.loop_seen.then_some(self.t),
            turn: self.turns.now(),
            event: *event,
            texts,
            ..BLANK
        }
    }
}

#[allow(clippy::cast_precision_loss, reason = "as CPython makes seconds of its nanoseconds")]
fn seconds(ns: i64) -> f64 {
    ns as f64 / 1e9
}
