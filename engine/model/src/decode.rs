//! A block becomes records again.

use loopscope_columns::columns::{Reading, join_seconds, unzigzag};
use loopscope_columns::encode::{self, Before, FLAGGED, flag, own};
use loopscope_columns::expect::{Context, is_length};
use loopscope_protocol::cells::{COLUMNS, CellReader};
use loopscope_protocol::wire::Malformed;
use loopscope_protocol::{ChainId, Event, Kind, LoopId};

use crate::record::{Record, Texts};

/// The records of a block, one after another.
#[derive(Debug)]
pub(crate) struct Decoder<'a> {
    bytes: &'a [u8],
    progress: Progress,
}

impl<'a> Decoder<'a> {
    /// `bytes` are a block, or what has come of one.
    pub(crate) fn new(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let mut progress = Progress::new();
        progress.go_on(bytes)?;
        Ok(Self { bytes, progress })
    }

    /// The next record, in the place of another one: moving a record takes longer than reading it.
    #[inline]
    pub(crate) fn next(&mut self, record: &mut Record) -> Result<(), Malformed> {
        self.progress.next(self.bytes, record)
    }
}

/// How far a block is read that comes in pieces. The bytes stay with the caller.
#[derive(Clone, Debug)]
pub(crate) struct Progress {
    all: Box<[Rest; COLUMNS]>,
    context: Context,
    before: Before,
}

/// What is left of a column in the present piece.
#[derive(Clone, Copy, Debug, Default)]
struct Rest {
    at: u32,
    end: u32,
    /// How many differences were taken for 0 since they were not written. Where more of the column
    /// comes they are written first.
    absent: u32,
    /// The number that was read last.
    last: u64,
}

impl Rest {
    #[inline]
    fn byte(&mut self, bytes: &[u8]) -> Result<u8, Malformed> {
        if self.at == self.end {
            return Err(Malformed::Short);
        }
        let byte = *bytes.get(self.at as usize).ok_or(Malformed::Short)?;
        self.at += 1;
        Ok(byte)
    }

    #[inline]
    fn difference(&mut self, bytes: &[u8]) -> Result<i64, Malformed> {
        if self.at == self.end {
            self.absent += 1;
            return Ok(0);
        }
        self.plain(bytes).map(unzigzag)
    }

    /// The next number, which is no difference.
    #[inline]
    fn plain(&mut self, bytes: &[u8]) -> Result<u64, Malformed> {
        match bytes.get(self.at as usize) {
            Some(first) if *first < 0x80 && self.at < self.end => {
                self.at += 1;
                Ok(u64::from(*first))
            }
            _ => self.with(bytes, Reading::plain),
        }
    }

    /// The next number.
    #[inline]
    fn get(&mut self, bytes: &[u8], expected: u64) -> Result<u64, Malformed> {
        let difference = self.difference(bytes)?;
        self.last = expected.wrapping_add(difference.cast_unsigned());
        Ok(self.last)
    }

    fn bytes<'a>(&mut self, bytes: &'a [u8], len: usize) -> Result<&'a [u8], Malformed> {
        self.with(bytes, |from| from.bytes(len))
    }

    /// Reads by what reads any bytes.
    fn with<'a, T>(
        &mut self,
        bytes: &'a [u8],
        read: impl FnOnce(&mut Reading<'a>) -> Result<T, Malformed>,
    ) -> Result<T, Malformed> {
        // Where nothing is left the place is one in an earlier piece.
        let place = if self.at == self.end { 0..0 } else { self.at as usize..self.end as usize };
        let rest = bytes.get(place).ok_or(Malformed::Short)?;
        let mut from = Reading::new(rest);
        let got = read(&mut from)?;
        let left = u32::try_from(from.rest().len()).map_err(|_| Malformed::Bad)?;
        self.at = self.end - left;
        Ok(got)
    }
}

/// All columns, as events take from them.
struct Columns<'a> {
    bytes: &'a [u8],
    all: &'a mut [Rest; COLUMNS],
    context: &'a mut Context,
    now: u64,
}

impl CellReader for Columns<'_> {
    #[inline]
    fn number(&mut self, column: usize) -> Result<u64, Malformed> {
        let from = &mut self.all[column];
        let value = from.get(self.bytes, self.context.expect(column, from.last))?;
        self.context.learn(column, value);
        Ok(value)
    }

    #[inline]
    fn seconds(&mut self, column: usize) -> Result<f64, Malformed> {
        let from = &mut self.all[column];
        let since = from.get(self.bytes, from.last)?;
        let rest = from.difference(self.bytes)?;
        Ok(join_seconds(since, rest, if is_length(column) { 0 } else { self.now }))
    }
}

impl Progress {
    /// At the beginning of a block.
    pub(crate) fn new() -> Self {
        let all: Box<[Rest]> = vec![Rest::default(); COLUMNS].into();
        let all = all.try_into().expect("it was made of that length");
        Self { all, context: Context::default(), before: Before::default() }
    }

    /// What comes is in these bytes from now on. All records of the bytes before were read.
    pub(crate) fn go_on(&mut self, bytes: &[u8]) -> Result<(), Malformed> {
        for (number, place) in encode::columns(bytes)? {
            let rest = &mut self.all[number];
            let absent = rest.absent as usize;
            let written = bytes[place.clone()].get(..absent).ok_or(Malformed::Bad)?;
            if rest.at != rest.end || written.iter().any(|byte| *byte != 0) {
                return Err(Malformed::Bad);
            }
            (rest.at, rest.end) = (narrow_place(place.start + absent)?, narrow_place(place.end)?);
            rest.absent = 0;
        }
        Ok(())
    }

    /// The next record, in the place of another one.
    #[inline]
    pub(crate) fn next(&mut self, bytes: &[u8], record: &mut Record) -> Result<(), Malformed> {
        let (all, before) = (&mut self.all, &mut self.before);
        let code = all[own::KINDS].byte(bytes)?;
        let kind = Kind::from_code(code & !FLAGGED).ok_or(Malformed::Bad)?;
        let flags = if code & FLAGGED == 0 { 0 } else { all[own::FLAGS].byte(bytes)? };
        let passed = all[own::TIMES].plain(bytes)?;
        let t = if flags & flag::BACK == 0 {
            before.t.wrapping_add(passed)
        } else {
            before.t.wrapping_sub(passed)
        };
        record.seq = before.seq.wrapping_add(1);
        record.t = Some(t);
        record.turn = before.turn(kind == Kind::PollBegin);
        record.loop_id = before.loop_id;
        record.garbage = 0;
        if !record.texts.is_none() {
            record.texts = Texts::NONE;
        }
        if flags != 0 {
            self.odd(bytes, record, flags)?;
        }
        self.before = Before { seq: record.seq, t, turn: record.turn, loop_id: record.loop_id };
        self.context.turn = record.turn;
        let (all, context) = (&mut *self.all, &mut self.context);
        record.line = ChainId::NONE;
        if kind.has_line() {
            let line = all[own::LINES].get(bytes, context.expect_line(kind))?;
            context.learn_line(kind, line);
            record.line = ChainId(narrow(line)?);
        }
        record.event.read_cells(kind, &mut Columns { bytes, all, context, now: t })
    }

    #[cold]
    fn odd(&mut self, bytes: &[u8], record: &mut Record, flags: u8) -> Result<(), Malformed> {
        let all = &mut self.all;
        if flags & flag::NO_TIME != 0 {
            record.t = None;
        }
        let odd = &mut all[own::ODD];
        if flags & flag::SEQ != 0 {
            let difference = unzigzag(odd.plain(bytes)?).cast_unsigned();
            record.seq = self.before.seq.wrapping_add(difference);
        }
        if flags & flag::TURN != 0 {
            let turn = i64::from(record.turn).wrapping_add(unzigzag(odd.plain(bytes)?));
            record.turn = u32::try_from(turn).map_err(|_| Malformed::Bad)?;
        }
        if flags & flag::LOOP != 0 {
            record.loop_id = LoopId(narrow(odd.plain(bytes)?)?);
        }
        if flags & flag::GARBAGE != 0 {
            record.garbage = narrow(odd.plain(bytes)?)?;
        }
        if flags & flag::TEXTS != 0 {
            let mut text = || -> Result<&str, Malformed> {
                let len = narrow(all[own::LENGTHS].plain(bytes)?)?;
                let text = all[own::LETTERS].bytes(bytes, len)?;
                std::str::from_utf8(text).map_err(|_| Malformed::Bad)
            };
            record.texts = Texts::new(text()?, text()?);
        }
        Ok(())
    }
}

fn narrow_place(place: usize) -> Result<u32, Malformed> {
    u32::try_from(place).map_err(|_| Malformed::Bad)
}

fn narrow<T: TryFrom<u64>>(number: u64) -> Result<T, Malformed> {
    T::try_from(number).map_err(|_| Malformed::Bad)
}

/// What a record is written over.
pub(crate) const BLANK: Record = Record {
    seq: 0,
    t: None,
    turn: 0,
    loop_id: LoopId::NONE,
    garbage: 0,
    line: ChainId::NONE,
    event: Event::LoopNew {},
    texts: Texts::NONE,
};

/// All records of a block, which has `count` of them.
pub(crate) fn records(bytes: &[u8], count: u32) -> Result<Vec<Record>, Malformed> {
    let mut decoder = Decoder::new(bytes)?;
    // A record has a byte at least.
    let mut records = Vec::with_capacity((count as usize).min(bytes.len()));
    for _ in 0..count {
        records.push(BLANK);
        decoder.next(records.last_mut().expect("it was just added"))?;
    }
    Ok(records)
}

/// What is written of a block in several pieces, as if it were one.
pub(crate) fn joined(pieces: &[&[u8]]) -> Result<Vec<u8>, Malformed> {
    let mut all: std::collections::BTreeMap<usize, Vec<u8>> = std::collections::BTreeMap::new();
    for piece in pieces {
        for (number, place) in encode::columns(piece)? {
            all.entry(number).or_default().extend_from_slice(&piece[place]);
        }
    }
    Ok(encode::written(all.iter().map(|(number, bytes)| (*number, &bytes[..]))))
}
