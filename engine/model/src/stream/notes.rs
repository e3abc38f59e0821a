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

mod known;
mod numbers;
mod short;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};

use loopscope_columns::Turns;
use loopscope_protocol::wire::Malformed;
use loopscope_protocol::{
    Capabilities, ChainId, Dialect, Event, Fd, HandleHow, HandleId, Kind, LoopId, NameId, Place,
    TaskId, Word,
};

use super::{Arrived, Came};
use crate::control::{Hello, OwnedReply};
use crate::decode::BLANK;
use crate::names::Frame;
use crate::record::{Record, Texts};
use known::{Loop, Site, Stand, Stepped};
use numbers::{Fields, Numbers};
use short::POLL;

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
const FOLDER: i64 = -10;
const LINE: i64 = -11;
const SITE: i64 = -12;

/// Reads the recorder's notes.
#[derive(Debug)]
pub struct Notes {
    bytes: Vec<u8>,
    hello: Option<Hello>,
    folder: Option<String>,
    /// The loop time that is 0 in records, in nanoseconds.
    base: i64,
    seq: u64,
    /// The time of the last record, and whether there is a loop for it to be a time of.
    t: u64,
    loop_seen: bool,
    turns: Turns,
    loops: BTreeMap<u32, Loop>,
    /// Lines at which coroutines begin, by their names and places.
    starts: HashMap<(NameId, Place), ChainId>,
    /// Callbacks and the lines that have handed them over, by the recorder's numbers.
    sites: HashMap<i64, Site>,
    /// Where suspended coroutines stand, by the recorder's numbers, and where they go on.
    stands: HashMap<i64, Stand>,
    goes_on: HashMap<ChainId, ChainId>,
    /// The tasks that are not done.
    tasks: HashMap<TaskId, Stepped>,
    /// The handles that run when a descriptor can be read.
    readers: HashMap<(LoopId, Fd), HandleId>,
    /// The line that causes the next record.
    line: ChainId,
    texts: [String; 2],
    strange: u64,
}

impl Default for Notes {
    fn default() -> Self {
        Self::new()
    }
}

impl Notes {
    /// At the start of a program.
    #[must_use]
    pub fn new() -> Self {
        Self {
            bytes: Vec::new(),
            hello: None,
            folder: None,
            base: 0,
            seq: 0,
            t: 0,
            loop_seen: false,
            turns: Turns::new(),
            loops: BTreeMap::new(),
            starts: HashMap::new(),
            sites: HashMap::new(),
            stands: HashMap::new(),
            goes_on: HashMap::new(),
            tasks: HashMap::new(),
            readers: HashMap::new(),
            line: ChainId::NONE,
            texts: [const { String::new() }; 2],
            strange: 0,
        }
    }

    /// What the recorder said about itself.
    #[must_use]
    pub const fn hello(&self) -> Option<&Hello> {
        self.hello.as_ref()
    }

    /// The folder that the program's files are named from, where it was told.
    #[must_use]
    pub fn folder(&self) -> Option<&str> {
        self.folder.as_deref()
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
            return self.short(code, from, came);
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
            Event::TaskStep { task } => self.line = self.next_line(*task),
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
                let (name, place) = (NameId(from.id()?), from.place()?);
                self.starts.insert((name, place), ChainId(from.id()?));
                return Ok(());
            }
            STAND => {
                let (stand, place) = (from.next()?, from.place()?);
                let (chain, goes_on) = (ChainId(from.id()?), ChainId(from.id()?));
                let future = NameId(from.id()?);
                self.stands.insert(stand, Stand { place, chain, goes_on, future });
                self.goes_on.insert(chain, goes_on);
                return Ok(());
            }
            LINE => {
                self.line = ChainId(from.id()?);
                return Ok(());
            }
            SITE => {
                let site = from.next()?;
                let how = u8::try_from(from.next()?).ok().and_then(HandleHow::from_code);
                let (how, name) = (how.ok_or(Malformed::Bad)?, NameId(from.id()?));
                let (place, line) = (from.place()?, ChainId(from.id()?));
                self.sites.insert(site, Site { how, name, place, line });
                return Ok(());
            }
            FOLDER => {
                self.folder = Some(from.text()?);
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

    /// Several threads may have looked at the clock and written it down in another order.
    fn time(&mut self, at: i64) {
        self.t = self.t.max(u64::try_from(at - self.base).unwrap_or(0));
    }

    fn record(&mut self, loop_id: LoopId, event: Event, came: &mut Vec<Came>) {
        self.seq += 1;
        self.follow(loop_id, &event);
        let line = std::mem::take(&mut self.line);
        let texts = if event.has_texts(&self.texts[0]) {
            Texts::new(&self.texts[0], &self.texts[1])
        } else {
            Texts::NONE
        };
        if !texts.is_none() {
            self.texts = Default::default();
        }
        let record = Record {
            seq: self.seq,
            t: self.loop_seen.then_some(self.t),
            turn: self.turns.count(loop_id, &event),
            loop_id,
            line: if event.kind().has_line() { line } else { ChainId::NONE },
            event,
            texts,
            ..BLANK
        };
        came.push(Came::Arrived(Arrived::Record(record)));
    }

    /// The record of an event that the host adds behind all others. See `Pieces::host_event`.
    pub fn host_event(&mut self, event: &Event, texts: [&str; 2]) -> Record {
        self.seq += 1;
        let texts =
            if event.has_texts(texts[0]) { Texts::new(texts[0], texts[1]) } else { Texts::NONE };
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
