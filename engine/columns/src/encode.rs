//! Records become a block: columns of what they have in common.
//!
//! Kind 0 is no event's; what every record has stands in its columns:
//!
//! | column | holds |
//! |---|---|
//! | 0 | the kind of each record, with the highest bit set if it has flags |
//! | 1 | the flags of those that have any |
//! | 2 | the time since the record before, in nanoseconds |
//! | 3 | what the flags say is odd: number, turn, loop, skipped bytes, in this order |
//! | 4 | the lengths of texts, two for each record that has any |
//! | 5 | the texts |
//! | 6 | the lines that caused them, of those that may have one |
//!
//! The others are those of [`cells`](loopscope_protocol::cells), with differences from what
//! [`Context`] expects. A column is written if it has bytes:
//!
//! ```text
//! columns  how many, then for each: its number (less that of the one before it), its length
//! bytes    those of each column, in that order
//! ```

use std::ops::Range;

use loopscope_protocol::cells::{COLUMNS, CellWriter, MOST_COLUMNS};
use loopscope_protocol::wire::Malformed;
use loopscope_protocol::{Event, LoopId};

use crate::columns::{Column, Reading, put_var, split_seconds, zigzag};
use crate::expect::{Context, is_length};
use crate::row::Row;
use crate::{FULL, FULL_LETTERS};

/// Set in a record's kind when it has flags.
pub const FLAGGED: u8 = 0x80;

/// What is odd about a record.
pub mod flag {
    /// Its time is not known.
    pub const NO_TIME: u8 = 1;
    /// Its time is before that of the record before.
    pub const BACK: u8 = 2;
    /// Its number is not the next one.
    pub const SEQ: u8 = 4;
    /// Its turn is not the one that it should be.
    pub const TURN: u8 = 8;
    /// Its loop is not that of the record before.
    pub const LOOP: u8 = 16;
    /// Bytes before it were skipped.
    pub const GARBAGE: u8 = 32;
    /// It has texts.
    pub const TEXTS: u8 = 64;
}

/// The columns of what every record has.
pub mod own {
    /// The kinds.
    pub const KINDS: usize = 0;
    /// The flags.
    pub const FLAGS: usize = 1;
    /// The times.
    pub const TIMES: usize = 2;
    /// What is odd.
    pub const ODD: usize = 3;
    /// The lengths of texts.
    pub const LENGTHS: usize = 4;
    /// The texts.
    pub const LETTERS: usize = 5;
    /// The lines that caused them.
    pub const LINES: usize = 6;
}

/// What the next record's number, time, turn and loop are reckoned from.
#[derive(Clone, Copy, Debug, Default)]
pub struct Before {
    /// Its number.
    pub seq: u64,
    /// Its time, or the last one that is known.
    pub t: u64,
    /// Its turn.
    pub turn: u32,
    /// Its loop.
    pub loop_id: LoopId,
}

impl Before {
    /// The turn that a record should have.
    #[inline]
    #[must_use]
    pub const fn turn(&self, is_poll: bool) -> u32 {
        self.turn.wrapping_add(is_poll as u32)
    }
}

/// Makes blocks of records.
#[derive(Clone, Debug)]
pub struct Encoder {
    count: u32,
    columns: Columns,
    before: Before,
    /// The kinds that there are, as bits.
    kinds: u128,
}

/// All columns, as events fill them.
#[derive(Clone, Debug)]
struct Columns {
    all: Box<[Column; COLUMNS]>,
    context: Context,
    /// The time of the present record.
    now: u64,
}

#[allow(clippy::inline_always, reason = "the column is a constant of each event's")]
impl CellWriter for Columns {
    #[inline(always)]
    fn put_number(&mut self, column: usize, value: u64) {
        let to = &mut self.all[column];
        let expected = self.context.expect(column, to.last);
        to.put(value, expected);
        self.context.learn(column, value);
    }

    #[inline]
    fn put_seconds(&mut self, column: usize, value: f64) {
        let (since, rest) = split_seconds(value, if is_length(column) { 0 } else { self.now });
        let to = &mut self.all[column];
        to.put(since, to.last);
        to.put_difference(rest);
    }
}

impl Default for Encoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Encoder {
    /// With no record yet.
    ///
    /// # Panics
    ///
    /// Never.
    #[must_use]
    pub fn new() -> Self {
        let all: Box<[Column]> = vec![Column::default(); COLUMNS].into();
        let all = all.try_into().expect("it was made of that length");
        let columns = Columns { all, context: Context::default(), now: 0 };
        Self { count: 0, columns, before: Before::default(), kinds: 0 }
    }

    /// How many records there are.
    #[must_use]
    pub const fn count(&self) -> u32 {
        self.count
    }

    /// Whether there are enough records, or texts, for a block.
    #[inline]
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.count >= FULL || self.letters() >= FULL_LETTERS
    }

    /// How many bytes of text there are.
    #[inline]
    #[must_use]
    pub const fn letters(&self) -> usize {
        self.columns.all[own::LETTERS].len()
    }

    /// Adds a record.
    #[inline]
    pub fn push(&mut self, record: &Row<'_>) {
        let kind = record.kind();
        let before = &self.before;
        let mut flags = 0;
        let t = record.t.unwrap_or_else(|| {
            flags = flag::NO_TIME;
            before.t
        });
        let turn = before.turn(matches!(record.event, Event::PollBegin { .. }));
        let mut set = |flag: u8, is_odd: bool| flags |= if is_odd { flag } else { 0 };
        set(flag::BACK, t < before.t);
        set(flag::SEQ, record.seq != before.seq.wrapping_add(1));
        set(flag::TURN, record.turn != turn);
        set(flag::LOOP, record.loop_id != before.loop_id);
        set(flag::GARBAGE, record.garbage > 0);
        set(flag::TEXTS, record.texts.is_some());
        let all = &mut self.columns.all;
        all[own::TIMES].put_plain(t.abs_diff(before.t));
        if flags == 0 {
            all[own::KINDS].put_byte(kind as u8);
        } else {
            all[own::KINDS].put_byte(kind as u8 | FLAGGED);
            all[own::FLAGS].put_byte(flags);
            self.push_odd(record, flags, turn);
        }
        self.columns.now = t;
        self.columns.context.turn = record.turn;
        if kind.has_line() {
            let Columns { all, context, .. } = &mut self.columns;
            let line = record.line.0.into();
            all[own::LINES].put(line, context.expect_line(kind));
            context.learn_line(kind, line);
        }
        record.event.put_cells(&mut self.columns);
        self.kinds |= 1 << kind as u8;
        self.count += 1;
        self.before = Before { seq: record.seq, t, turn: record.turn, loop_id: record.loop_id };
    }

    #[cold]
    fn push_odd(&mut self, record: &Row<'_>, flags: u8, turn: u32) {
        let all = &mut self.columns.all;
        let odd = &mut all[own::ODD];
        if flags & flag::SEQ != 0 {
            odd.put_plain(zigzag(record.seq.wrapping_sub(self.before.seq).cast_signed()));
        }
        if flags & flag::TURN != 0 {
            odd.put_plain(zigzag(i64::from(record.turn) - i64::from(turn)));
        }
        if flags & flag::LOOP != 0 {
            odd.put_plain(record.loop_id.0.into());
        }
        if flags & flag::GARBAGE != 0 {
            odd.put_plain(record.garbage.into());
        }
        if flags & flag::TEXTS != 0 {
            for text in record.texts.into_iter().flatten() {
                all[own::LENGTHS].put_plain(text.len() as u64);
                all[own::LETTERS].put_bytes(text.as_bytes());
            }
        }
    }

    /// The bytes of all that was added.
    #[must_use]
    pub fn block(&self) -> Vec<u8> {
        let columns = numbers(self.kinds).map(|number| (number, self.columns.all[number].all()));
        written(columns)
    }

    /// The bytes of what was added since this was last asked, for whoever has those before.
    pub fn more(&mut self) -> Vec<u8> {
        let all = &mut self.columns.all;
        let mut columns: Vec<(usize, Vec<u8>)> = Vec::new();
        for number in numbers(self.kinds) {
            columns.push((number, all[number].more().to_vec()));
        }
        written(columns.iter().map(|(number, bytes)| (*number, &bytes[..])))
    }

    /// Begins the next block.
    pub fn clear(&mut self) {
        for number in numbers(self.kinds) {
            self.columns.all[number].clear();
        }
        self.columns.context = Context::default();
        (self.count, self.kinds, self.before) = (0, 0, Before::default());
    }
}

/// The numbers of all columns that these kinds have.
fn numbers(kinds: u128) -> impl Iterator<Item = usize> {
    let kinds = (0..128).filter(move |code| *code == 0 || kinds & 1 << code != 0);
    kinds.flat_map(|code: usize| code * MOST_COLUMNS..(code + 1) * MOST_COLUMNS)
}

/// The columns that were written down: their numbers, and where their bytes are.
pub fn columns(bytes: &[u8]) -> Result<Vec<(usize, Range<usize>)>, Malformed> {
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
    let mut at = bytes.len() - from.rest().len();
    let mut places = Vec::with_capacity(lengths.len());
    for (number, len) in lengths {
        let end = at.checked_add(len).filter(|end| *end <= bytes.len()).ok_or(Malformed::Short)?;
        places.push((number, at..end));
        at = end;
    }
    Ok(places)
}

/// Columns by their numbers, as they are written down.
pub fn written<'a>(columns: impl Iterator<Item = (usize, &'a [u8])>) -> Vec<u8> {
    let columns: Vec<_> = columns.filter(|(_, bytes)| !bytes.is_empty()).collect();
    let mut to = Vec::new();
    put_var(&mut to, columns.len() as u64);
    let mut next = 0;
    for (number, bytes) in &columns {
        put_var(&mut to, (number - next) as u64);
        put_var(&mut to, bytes.len() as u64);
        next = number + 1;
    }
    for (_, bytes) in &columns {
        to.extend_from_slice(bytes);
    }
    to
}
