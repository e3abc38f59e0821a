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
//!
//! The others are those of [`cells`](loopscope_protocol::cells), with differences from what
//! [`Context`] expects. A column is written if it has bytes:
//!
//! ```text
//! columns  how many, then for each: its number (less that of the one before it), its length
//! bytes    those of each column, in that order
//! ```

use loopscope_protocol::cells::{COLUMNS, CellSink, MOST_COLUMNS};
use loopscope_protocol::{Event, LoopId, Text};

use super::expect::{Context, is_length};
use crate::columns::{Column, put_var, split_seconds, zigzag};
use crate::record::Record;

/// Set in a record's kind when it has flags.
pub(super) const FLAGGED: u8 = 0x80;

/// What is odd about a record.
pub(super) mod flag {
    /// Its time is not known.
    pub(in super::super) const NO_TIME: u8 = 1;
    /// Its time is before that of the record before.
    pub(in super::super) const BACK: u8 = 2;
    /// Its number is not the next one.
    pub(in super::super) const SEQ: u8 = 4;
    /// Its turn is not the one that it should be.
    pub(in super::super) const TURN: u8 = 8;
    /// Its loop is not that of the record before.
    pub(in super::super) const LOOP: u8 = 16;
    /// Bytes before it were skipped.
    pub(in super::super) const GARBAGE: u8 = 32;
    /// It has texts.
    pub(in super::super) const TEXTS: u8 = 64;
}

/// The columns of what every record has.
pub(super) mod own {
    pub(in super::super) const KINDS: usize = 0;
    pub(in super::super) const FLAGS: usize = 1;
    pub(in super::super) const TIMES: usize = 2;
    pub(in super::super) const ODD: usize = 3;
    pub(in super::super) const LENGTHS: usize = 4;
    pub(in super::super) const LETTERS: usize = 5;
}

/// What the next record's number, time, turn and loop are reckoned from.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Before {
    pub(super) seq: u64,
    pub(super) t: u64,
    pub(super) turn: u32,
    pub(super) loop_id: LoopId,
}

impl Before {
    /// The turn that a record should have.
    #[inline]
    pub(super) const fn turn(&self, is_poll: bool) -> u32 {
        self.turn.wrapping_add(is_poll as u32)
    }
}

/// Makes blocks of records.
#[derive(Clone, Debug)]
pub(super) struct Encoder {
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

impl CellSink for Columns {
    #[inline]
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

impl Encoder {
    pub(super) fn new() -> Self {
        let all: Box<[Column]> = vec![Column::default(); COLUMNS].into();
        let all = all.try_into().expect("it was made of that length");
        let columns = Columns { all, context: Context::default(), now: 0 };
        Self { count: 0, columns, before: Before::default(), kinds: 0 }
    }

    /// How many records there are.
    pub(super) const fn count(&self) -> u32 {
        self.count
    }

    /// How many bytes of text there are.
    pub(super) const fn letters(&self) -> usize {
        self.columns.all[own::LETTERS].len()
    }

    /// Adds a record.
    pub(super) fn push(&mut self, record: &Record) {
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
        set(flag::TEXTS, !record.texts.is_none());
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
        record.event.put_cells(&mut self.columns);
        self.kinds |= 1 << kind as u8;
        self.count += 1;
        self.before = Before { seq: record.seq, t, turn: record.turn, loop_id: record.loop_id };
    }

    #[cold]
    fn push_odd(&mut self, record: &Record, flags: u8, turn: u32) {
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
            for slot in [Text::FIRST, Text::SECOND] {
                let text = record.text(slot);
                all[own::LENGTHS].put_plain(text.len() as u64);
                all[own::LETTERS].put_bytes(text.as_bytes());
            }
        }
    }

    /// The bytes of all that was added.
    pub(super) fn block(&self) -> Vec<u8> {
        let columns = numbers(self.kinds).map(|number| (number, self.columns.all[number].all()));
        written(columns)
    }

    /// The bytes of what was added since this was last asked, for whoever has those before.
    pub(super) fn more(&mut self) -> Vec<u8> {
        let all = &mut self.columns.all;
        let mut columns: Vec<(usize, Vec<u8>)> = Vec::new();
        for number in numbers(self.kinds) {
            columns.push((number, all[number].more().to_vec()));
        }
        written(columns.iter().map(|(number, bytes)| (*number, &bytes[..])))
    }

    /// Begins the next block.
    pub(super) fn clear(&mut self) {
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

pub(super) fn written<'a>(columns: impl Iterator<Item = (usize, &'a [u8])>) -> Vec<u8> {
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
