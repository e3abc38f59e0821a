//! A block becomes records again.

use loopscope_protocol::cells::{COLUMNS, CellSource};
use loopscope_protocol::wire::Malformed;
use loopscope_protocol::{Event, Kind, LoopId};

use super::encode::{Before, FLAGGED, flag, own};
use super::expect::{Context, is_length};
use crate::columns::{Reading, join_seconds, unzigzag};
use crate::record::{Record, Texts};

/// The records of a block, one after another.
#[derive(Debug)]
pub(super) struct Decoder<'a> {
    columns: Columns<'a>,
    before: Before,
}

/// All columns, as events take from them.
#[derive(Debug)]
struct Columns<'a> {
    all: Box<[Reading<'a>; COLUMNS]>,
    context: Context,
    now: u64,
}

impl CellSource for Columns<'_> {
    #[inline]
    fn number(&mut self, column: usize) -> Result<u64, Malformed> {
        let from = &mut self.all[column];
        let value = from.get(self.context.expect(column, from.last))?;
        self.context.learn(column, value);
        Ok(value)
    }

    #[inline]
    fn seconds(&mut self, column: usize) -> Result<f64, Malformed> {
        let from = &mut self.all[column];
        let since = from.get(from.last)?;
        let rest = from.difference()?;
        Ok(join_seconds(since, rest, if is_length(column) { 0 } else { self.now }))
    }
}

impl<'a> Decoder<'a> {
    /// `pieces` are a block, or what has come of one.
    pub(super) fn new(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let all: Box<[Reading<'a>]> = vec![Reading::default(); COLUMNS].into();
        let mut all: Box<[Reading<'a>; COLUMNS]> =
            all.try_into().expect("it was made of that length");
        for (number, bytes) in columns(bytes)? {
            all[number] = Reading::new(bytes);
        }
        let columns = Columns { all, context: Context::default(), now: 0 };
        Ok(Self { columns, before: Before::default() })
    }

    /// The next record, in the place of another one: moving a record takes longer than reading it.
    #[inline]
    pub(super) fn next(&mut self, record: &mut Record) -> Result<(), Malformed> {
        let (all, before) = (&mut self.columns.all, &mut self.before);
        let code = all[own::KINDS].byte()?;
        let kind = Kind::from_code(code & !FLAGGED).ok_or(Malformed::Bad)?;
        let flags = if code & FLAGGED == 0 { 0 } else { all[own::FLAGS].byte()? };
        let passed = all[own::TIMES].plain()?;
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
            self.odd(record, flags)?;
        }
        self.before = Before { seq: record.seq, t, turn: record.turn, loop_id: record.loop_id };
        self.columns.now = t;
        self.columns.context.turn = record.turn;
        record.event.read_cells(kind, &mut self.columns)
    }

    #[cold]
    fn odd(&mut self, record: &mut Record, flags: u8) -> Result<(), Malformed> {
        let all = &mut self.columns.all;
        if flags & flag::NO_TIME != 0 {
            record.t = None;
        }
        let odd = &mut all[own::ODD];
        if flags & flag::SEQ != 0 {
            let difference = unzigzag(odd.plain()?).cast_unsigned();
            record.seq = self.before.seq.wrapping_add(difference);
        }
        if flags & flag::TURN != 0 {
            let turn = i64::from(record.turn).wrapping_add(unzigzag(odd.plain()?));
            record.turn = u32::try_from(turn).map_err(|_| Malformed::Bad)?;
        }
        if flags & flag::LOOP != 0 {
            record.loop_id = LoopId(odd.plain_as()?);
        }
        if flags & flag::GARBAGE != 0 {
            record.garbage = odd.plain_as()?;
        }
        if flags & flag::TEXTS != 0 {
            let mut text = || -> Result<&str, Malformed> {
                let len = all[own::LENGTHS].plain_as()?;
                std::str::from_utf8(all[own::LETTERS].bytes(len)?).map_err(|_| Malformed::Bad)
            };
            record.texts = Texts::new(text()?, text()?);
        }
        Ok(())
    }
}

/// The columns that there are: their numbers and their bytes.
fn columns(bytes: &[u8]) -> Result<Vec<(usize, &[u8])>, Malformed> {
    let mut from = Reading::new(bytes);
    let count: usize = from.plain_as()?;
    let mut lengths = Vec::new();
    let mut next = 0usize;
    for _ in 0..count.min(COLUMNS) {
        let number = from.plain_as::<usize>()?.checked_add(next).filter(|n| *n < COLUMNS);
        let number = number.ok_or(Malformed::Bad)?;
        lengths.push((number, from.plain_as::<usize>()?));
        next = number + 1;
    }
    lengths.into_iter().map(|(number, len)| Ok((number, from.bytes(len)?))).collect()
}

/// What a record is written over.
pub(super) const BLANK: Record = Record {
    seq: 0,
    t: None,
    turn: 0,
    loop_id: LoopId::NONE,
    garbage: 0,
    event: Event::LoopNew {},
    texts: Texts::NONE,
};

/// All records of a block, which has `count` of them.
pub(super) fn records(bytes: &[u8], count: u32) -> Result<Vec<Record>, Malformed> {
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
pub(super) fn joined(pieces: &[&[u8]]) -> Result<Vec<u8>, Malformed> {
    let mut all: std::collections::BTreeMap<usize, Vec<u8>> = std::collections::BTreeMap::new();
    for piece in pieces {
        for (number, bytes) in columns(piece)? {
            all.entry(number).or_default().extend_from_slice(bytes);
        }
    }
    Ok(super::encode::written(all.iter().map(|(number, bytes)| (*number, &bytes[..]))))
}
