//! How the engine sends its records: as pieces of blocks.
//!
//! A block is what a history keeps together, a piece is what has come of it since the last one: all of
//! it in a program that is busy, a single record where somebody steps.
//!
//! ```text
//! piece    flags u8, first var, count var, time var, turn var, length var, columns, summary
//! ```
//!
//! `first` is the number of its first record, of `count`. `time` is that of the last one plus 1, 0
//! where it is not known, and `turn` is its turn. `columns` are what [`encode`] says,
//! without those of the pieces before. The summary is that of the whole block and stands in its last
//! piece. A piece has no check of its own: it travels in what has one.

use std::borrow::Cow;

use loopscope_protocol::wire::Malformed;
use loopscope_protocol::{ChainId, Event, Kind, LoopId, Ticks};

use crate::columns::{Reading, put_var};
use crate::encode::{self, Encoder, FLAGGED, own};
use crate::row::Row;
use crate::summary::Tally;
use crate::turns::Turns;

/// Its first record is the first one of a block.
const BEGINS: u8 = 1;
/// Its last record is the last one of a block.
const ENDS: u8 = 2;

/// The most bytes of one text that are kept. What comes behind them is only counted. A record on its
/// way from the child to the files lies in memory several times over.
pub const LONGEST_TEXT: usize = 16 << 20;

/// Some records that follow each other within a block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Piece {
    /// Whether a block begins with it.
    pub begins: bool,
    /// The summary of its block, if that ends with it.
    pub summary: Option<Vec<u8>>,
    /// The number of its first record.
    pub first: u64,
    /// How many records it has: one at least.
    pub count: u32,
    /// The time of its last record.
    pub t: Option<u64>,
    /// The turn of its last record.
    pub turn: u32,
    /// The columns.
    pub columns: Vec<u8>,
}

impl Piece {
    /// The number of its last record.
    #[must_use]
    pub const fn last(&self) -> u64 {
        self.first + self.count as u64 - 1
    }

    /// Its bytes.
    pub fn write(&self, to: &mut Vec<u8>) {
        let ends = if self.summary.is_some() { ENDS } else { 0 };
        to.push(ends | if self.begins { BEGINS } else { 0 });
        put_var(to, self.first);
        put_var(to, self.count.into());
        put_var(to, self.t.map_or(0, |t| t.saturating_add(1)));
        put_var(to, self.turn.into());
        put_var(to, self.columns.len() as u64);
        to.extend_from_slice(&self.columns);
        to.extend_from_slice(self.summary.as_deref().unwrap_or_default());
    }

    /// The piece that these bytes are.
    pub fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut from = Reading::new(bytes);
        let flags = from.byte()?;
        let (first, count) = (from.plain()?, from.plain_as()?);
        let (t, turn) = (from.plain()?.checked_sub(1), from.plain_as()?);
        let length = from.plain_as()?;
        let columns = from.bytes(length)?.to_vec();
        let summary = (flags & ENDS != 0).then(|| from.rest().to_vec());
        let is_sound = count > 0 && first > 0 && first < 1 << 62 && from.is_at_end();
        let piece = Self { begins: flags & BEGINS != 0, summary, first, count, t, turn, columns };
        if is_sound { Ok(piece) } else { Err(Malformed::Bad) }
    }

    /// Whether it has a record of this kind. False as well where it makes no sense.
    #[must_use]
    pub fn has(&self, kind: Kind) -> bool {
        let Ok(columns) = encode::columns(&self.columns) else { return false };
        let kinds = columns.into_iter().find(|(number, _)| *number == own::KINDS);
        let kinds = kinds.map_or(&[][..], |(_, place)| &self.columns[place]);
        kinds.iter().any(|code| code & !FLAGGED == kind as u8)
    }
}

/// Makes pieces of what happens.
///
/// ```
/// use loopscope_columns::{Maker, Piece};
/// use loopscope_protocol::{ChainId, Event, Kind, LoopId};
///
/// let mut maker = Maker::default();
/// maker.push(0, LoopId(1), ChainId::NONE, &Event::LoopNew {}, &[]);
/// let piece = maker.piece().unwrap();
/// assert_eq!((piece.first, piece.count, piece.begins), (1, 1, true));
/// assert!(piece.has(Kind::LoopNew) && !piece.has(Kind::Gap));
/// assert_eq!(maker.piece(), None);
/// let mut bytes = Vec::new();
/// piece.write(&mut bytes);
/// assert_eq!(Piece::read(&bytes), Ok(piece));
/// ```
#[derive(Debug, Default)]
pub struct Maker {
    encoder: Encoder,
    tally: Tally,
    turns: Turns,
    /// How many records of the open block are in pieces.
    taken: u32,
    /// The number and the time of the last record.
    seq: u64,
    now: Ticks,
    loop_seen: bool,
}

impl Maker {
    /// The number of the last record.
    #[inline]
    #[must_use]
    pub const fn seq(&self) -> u64 {
        self.seq
    }

    /// Adds a record with the line that caused it and its texts. Time never goes back: an earlier
    /// `at` counts as the last one.
    /// True: the block is full, so its last piece is to be taken.
    #[inline]
    pub fn push(
        &mut self,
        at: Ticks,
        loop_id: LoopId,
        line: ChainId,
        event: &Event,
        texts: &[&str],
    ) -> bool {
        self.seq += 1;
        self.now = self.now.max(at);
        if let Event::LoopNew {} = event {
            self.loop_seen = true;
        }
        let kept;
        let texts = if texts.is_empty() || !event.has_texts(texts[0]) {
            None
        } else {
            kept = [0, 1].map(|slot| kept_of(texts.get(slot).unwrap_or(&"")));
            Some([&*kept[0], &*kept[1]])
        };
        let row = Row {
            seq: self.seq,
            t: self.loop_seen.then_some(self.now),
            turn: self.turns.count(loop_id, event),
            loop_id,
            garbage: 0,
            line,
            event,
            texts,
        };
        self.encoder.push(&row);
        self.tally.push(&row);
        self.encoder.is_full()
    }

    /// The piece of what was added since this was last asked.
    pub fn piece(&mut self) -> Option<Piece> {
        let count = self.encoder.count() - self.taken;
        if count == 0 {
            return None;
        }
        let begins = self.taken == 0;
        let columns = if begins && self.encoder.is_full() {
            self.encoder.block()
        } else {
            self.encoder.more()
        };
        self.taken += count;
        let summary = self.encoder.is_full().then(|| {
            self.encoder.clear();
            self.taken = 0;
            self.tally.take().bytes()
        });
        let (first, turn) = (self.seq + 1 - u64::from(count), self.turns.now());
        let t = self.loop_seen.then_some(self.now);
        Some(Piece { begins, summary, first, count, t, turn, columns })
    }
}

/// What is kept of a text.
fn kept_of(text: &str) -> Cow<'_, str> {
    if text.len() <= LONGEST_TEXT {
        return text.into();
    }
    let kept = text.floor_char_boundary(LONGEST_TEXT);
    format!("{}… ({} bytes more)", &text[..kept], text.len() - kept).into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_block_ends_where_it_is_full_and_says_what_is_in_it() {
        let mut maker = Maker::default();
        maker.push(5, LoopId(1), ChainId::NONE, &Event::LoopNew {}, &[]);
        let one = maker.piece().unwrap();
        assert_eq!((one.begins, one.summary, one.t), (true, None, Some(5)));
        for n in 2..=crate::FULL {
            let full = maker.push(5, LoopId(1), ChainId::NONE, &Event::PollEnd { ready: n }, &[]);
            assert_eq!(full, n == crate::FULL);
        }
        let rest = maker.piece().unwrap();
        assert_eq!((rest.begins, rest.first, rest.count), (false, 2, crate::FULL - 1));
        let summary = crate::Summary::read(&rest.summary.unwrap()).unwrap();
        assert_eq!(summary.count(Kind::PollEnd), crate::FULL - 1);
        assert_eq!(summary.count(Kind::LoopNew), 1);
        maker.push(4, LoopId(1), ChainId::NONE, &Event::PollEnd { ready: 0 }, &[]);
        let next = maker.piece().unwrap();
        assert_eq!((next.begins, next.first, next.t), (true, u64::from(crate::FULL) + 1, Some(5)));
    }

    #[test]
    fn a_text_without_end_is_cut_and_what_is_left_out_is_counted() {
        let long = "\u{20ac}".repeat(LONGEST_TEXT / 3 + 1);
        let kept = kept_of(&long);
        assert!(kept.starts_with('\u{20ac}') && kept.ends_with("\u{20ac}… (3 bytes more)"));
        assert_eq!(kept_of("short"), "short");
    }

    proptest! {
        #[test]
        fn no_bytes_do_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(piece) = Piece::read(&bytes) {
                let _ = (piece.has(Kind::ProgramExit), piece.last());
            }
        }
    }
}
