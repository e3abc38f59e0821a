//! The history: all records, and the state at any position in it.
//!
//! A position is the number of records that were applied: 0 is the start, [`History::len`] the live
//! edge. [`History::record`] of position n is the record that led there.
//!
//! # What is where
//!
//! Records gather in an open block in memory. A full one, of some thousand records, goes to a
//! [`Store`] as columns of what its records have in common, compressed: a byte or two a record. In
//! memory stays what is in each block and where it is, and the few blocks that were read last. So a
//! history takes the same memory whatever its length, and a recording is nothing but such a store in
//! a file: see `history/segment.rs` for its form.
//!
//! A checkpoint of the state is kept at intervals, so any position is one of these and a short
//! replay away. What only ever grows (output, handler calls, lints) is not part of the state: it is
//! found in the blocks that have it.
//!
//! # Invariants
//!
//! - A position is that of the same record for ever. Old records may be dropped
//!   ([`History::set_keep`]); the others keep their positions.
//! - Each record is interpreted once when it comes. Whatever is asked later is read from its block.
//! - What was appended to a store is not changed. After a crash all whole segments are read again.
//! - Nothing here reads or writes but through the store that it was given.

mod archive;
mod arriving;
mod at;
mod became;
mod checkpoints;
mod copy;
mod copy_to;
mod cursor;
mod definitions;
mod directory;
mod find;
mod fold;
mod index;
mod keep;
mod lists;
mod lookup;
mod open;
mod passed;
mod recorder;
mod records;
mod scan;
mod segment;
mod source;
mod store;
#[cfg(test)]
mod tests;

use std::io;
use std::ops::RangeInclusive;
use std::sync::{Arc, OnceLock};

use loopscope_protocol::wire::Malformed;

use crate::cause::Cause;
use crate::control::Hello;
use crate::names::Names;
use crate::record::Record;
use crate::recording::Damage;
use crate::state::State;
use archive::Archive;
pub(crate) use checkpoints::position_of;
use fold::Fold;
use records::Block;
use scan::Scan;

pub use loopscope_columns::Piece;

pub use archive::Copying;
pub use cursor::Cursor;
pub use find::Search;
pub use keep::Keep;
pub use lists::{FoldedList, Listed, WRITTEN};
pub use open::Opening;
pub use recorder::Recorder;
pub use records::{RecordRef, Records};
pub use scan::Progress;
pub use store::{InMemory, Store};

/// How a file begins.
const HEADER: &str = "loopscope recording 2\n";

/// How many bytes there have to be for the end of a file that finds no more room.
pub const END: usize = segment::HEAD;

/// Why something of a store cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store itself fails.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// What is in it is not what was written.
    #[error("it is damaged")]
    Harmed,
}

impl From<StoreError> for io::Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Io(error) => error,
            StoreError::Harmed => Self::new(io::ErrorKind::InvalidData, error),
        }
    }
}

impl From<Malformed> for StoreError {
    fn from(_: Malformed) -> Self {
        Self::Harmed
    }
}

/// All records and the means to go to any of them.
///
/// ```
/// use loopscope_model::story::Story;
///
/// let mut story = Story::new();
/// story.start().soon(1, "hello").turn(&[1]);
/// let history = story.history();
/// assert_eq!(history.at(0).loops().len(), 0);
/// assert_eq!(history.at(4).event_loop(story.records()[1].loop_id).unwrap().ready().len(), 1);
/// assert_eq!(history.record(4).unwrap().kind().word(), "handle-new");
/// ```
#[derive(Debug)]
pub struct History {
    archive: Arc<Archive>,
    /// Where records go that come; none where a file is only read.
    recorder: Option<Recorder>,
    /// A file that is not read to its end.
    scan: Option<Scan>,
    /// What is wrong with the recording of the old form from which this was made.
    old_damage: Option<Damage>,
    /// The records behind all blocks.
    open: Arc<Block>,
    fold: Fold,
    names: Names,
    /// Set once a line was seen.
    knows_lines: OnceLock<()>,
    /// How much is to be kept at least.
    keep: Keep,
    /// At which block it is looked again what need not be kept.
    look_at: usize,
    /// Whatever copies this has it too.
    copied: Arc<()>,
    /// What went wrong with the store, until somebody asks.
    trouble: Option<StoreError>,
}

impl History {
    /// Nothing has happened yet. Everything stays in memory, compressed.
    pub fn new() -> Self {
        Self::on(Arc::new(InMemory::default()))
    }

    /// Nothing has happened yet. What happens is kept in this store, which is empty.
    #[allow(clippy::needless_pass_by_value, reason = "it keeps the store")]
    pub fn on(store: Arc<dyn Store>) -> Self {
        match Recorder::new(Arc::clone(&store)) {
            Ok(recorder) => Self::with(Arc::clone(&recorder.archive), Some(recorder)),
            Err(error) => Self { trouble: Some(error), ..Self::new() },
        }
    }

    fn with(archive: Arc<Archive>, recorder: Option<Recorder>) -> Self {
        Self {
            recorder,
            scan: None,
            old_damage: None,
            open: Arc::default(),
            fold: Fold::default(),
            names: Names::of(Arc::clone(&archive)),
            knows_lines: OnceLock::new(),
            keep: Keep::All,
            look_at: 0,
            copied: Arc::default(),
            trouble: None,
            archive,
        }
    }

    // ---- what is there ------------------------------------------------------------------------

    /// How many records there are: the position of the live edge.
    pub fn len(&self) -> usize {
        self.open.end().max(self.archive.directory().end())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many records at the beginning are kept no longer: the first position at which the state
    /// is known.
    pub fn first(&self) -> usize {
        self.archive.directory().first()
    }

    /// The number of the last record that is kept no longer; 0: all are kept.
    pub fn first_seq(&self) -> u64 {
        self.archive.directory().first_seq()
    }

    /// The number of the last record; 0 if there is none.
    pub fn seq(&self) -> u64 {
        match self.open.records.last() {
            Some(record) => record.seq,
            None => self.archive.directory().seq(),
        }
    }

    /// What the source said about itself.
    pub fn source(&self) -> Option<Hello> {
        self.archive.directory().hello
    }

    /// What ids stand for.
    pub const fn names(&self) -> &Names {
        &self.names
    }

    /// The block with position `n`, or what has come of it.
    pub(crate) fn block_with(&self, n: usize) -> Option<Arc<Block>> {
        if self.open.record(n).is_some() {
            return Some(Arc::clone(&self.open));
        }
        let number = self.archive.directory().block_with(n)?;
        self.archive.block(number)
    }

    /// The record that led to position `n`, from 1.
    pub fn record(&self, n: usize) -> Option<RecordRef> {
        RecordRef::new(self.block_with(n)?, n)
    }

    /// The records that lead from position `from` to position `to`.
    pub fn range(&self, from: usize, to: usize) -> Records<'_> {
        let to = to.min(self.len());
        Records::new(self, from.max(self.first()).min(to), to)
    }

    /// Whether its source says which lines cause records: those of before did not, and boards do
    /// not. A program that does anything at all is known by its first records.
    pub fn knows_lines(&self) -> bool {
        const LOOKED_AT: usize = 200;
        if self.knows_lines.get().is_some() {
            return true;
        }
        let mut first = self.range(self.first(), self.first() + LOOKED_AT);
        let knows = first.any(|record| record.line.is_some());
        if knows {
            let _ = self.knows_lines.set(());
        }
        knows
    }

    /// The last line of the program that caused a record, up to position `to` and not long before.
    pub fn last_cause(&self, to: usize) -> Option<Cause> {
        const LOOKED_AT: usize = 400;
        let mut records = self.range(to.saturating_sub(LOOKED_AT), to).rev();
        records.find_map(|record| record.cause(&self.names))
    }

    /// All records.
    pub fn records(&self) -> Records<'_> {
        self.range(0, self.len())
    }

    /// The state at the end of what was folded: the live edge, unless a file is still being read.
    pub const fn live(&self) -> &State {
        &self.fold.state
    }

    // ---- starts of the source -----------------------------------------------------------------

    /// The positions of the first records after a start of the source but the first one.
    pub fn starts(&self) -> Vec<usize> {
        let mut starts = self.archive.directory().starts().to_vec();
        if let Some(recorder) = &self.recorder {
            let open = recorder.open_summary().starts;
            starts.extend(open.iter().map(|start| self.open.first + *start as usize));
        }
        starts
    }

    /// The positions among which times and numbers mean the same as at `position`.
    pub fn era(&self, position: usize) -> RangeInclusive<usize> {
        let starts = self.starts();
        let count = starts.partition_point(|start| *start <= position);
        let first = count.checked_sub(1).map_or(0, |last| starts[last]);
        first..=starts.get(count).map_or(self.len(), |next| next - 1)
    }
}

impl Default for History {
    fn default() -> Self {
        Self::new()
    }
}

impl Extend<Record> for History {
    fn extend<I: IntoIterator<Item = Record>>(&mut self, records: I) {
        records.into_iter().for_each(|record| self.push(record));
    }
}

impl FromIterator<Record> for History {
    fn from_iter<I: IntoIterator<Item = Record>>(records: I) -> Self {
        let mut history = Self::new();
        history.extend(records);
        history
    }
}
