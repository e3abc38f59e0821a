//! Writing a history down as it happens.
//!
//! Records gather in an open block. When it is full it is compressed and appended; before that, each
//! flush appends what has come since the last one as a tail, so that all of it can be read again
//! whatever becomes of us.

use std::io::{self, Write};
use std::sync::Arc;

use loopscope_columns::columns::put_var;
use loopscope_columns::{Encoder, Piece, StartFinder, Summary, Tally};
use loopscope_protocol::{ChainId, Event, NameId};

use super::archive::Archive;
use super::copy::Copy;
use super::definitions::Definitions;
use super::directory::{BlockLocation, DefinitionsAt, Entry, Totals};
use super::passed::Passed;
use super::segment::{Head, Kind};
use super::store::Store;
use super::{HEADER, StoreError, source};
use crate::control::Hello;
use crate::names::{Frame, Names};
use crate::record::Record;

/// How many names and tasks are kept in memory beside those of the open block.
pub(super) const MOST_NAMES: usize = 1 << 14;

/// How many definitions are stored at once, where no record asks for it before.
const FULL_DEFINITIONS: usize = 8192;

/// Writes records to a store.
///
/// ```
/// use std::sync::Arc;
/// use loopscope_model::history::{History, InMemory, Recorder};
/// use loopscope_model::story::Story;
///
/// let mut story = Story::new();
/// story.start().soon(1, "hello");
/// let store = Arc::new(InMemory::default());
/// let mut recorder = Recorder::new(store.clone())?;
/// for record in story.records() {
///     recorder.push(record)?;
/// }
/// recorder.finish()?;
/// let read = History::open(store, Arc::new(InMemory::default())).unwrap().complete().unwrap();
/// assert_eq!(read.len(), story.records().len());
/// # Ok::<(), loopscope_model::history::StoreError>(())
/// ```
#[derive(Debug)]
pub struct Recorder {
    pub(super) archive: Arc<Archive>,
    encoder: Encoder,
    tally: Tally,
    /// The open block, where it comes as it is to be kept. Then the encoder has no records.
    passed: Passed,
    /// Definitions that are not in the store yet.
    fresh: Definitions,
    /// How many records there are before the open block, and the number of the last of them.
    first: usize,
    before: u64,
    /// The number of the last record.
    last: u64,
    /// The first record of all had some other number than 1.
    midway: bool,
    /// How many records of the open block are in the store as tails, and the last one's number.
    flushed: (u32, u64),
    /// How many lints and anomalies follow from the open block, if somebody has looked.
    found: Option<(u32, u32)>,
    /// Nothing more is written to the store.
    ended: bool,
}

impl Recorder {
    /// Begins a recording in an empty store.
    pub fn new(store: Arc<dyn Store>) -> Result<Self, StoreError> {
        store.append(HEADER.as_bytes())?;
        Ok(Self::on(Arc::new(Archive::new(store))))
    }

    /// Goes on behind what there is.
    pub(super) fn on(archive: Arc<Archive>) -> Self {
        let (first, before) = (archive.directory().end(), archive.directory().seq());
        Self {
            archive,
            encoder: Encoder::new(),
            tally: Tally::new(StartFinder::default()),
            passed: Passed::default(),
            fresh: Definitions::default(),
            first,
            before,
            last: before,
            midway: false,
            flushed: (0, before),
            found: None,
            ended: false,
        }
    }

    /// How many records there are.
    pub const fn len(&self) -> usize {
        self.first + self.open_count() as usize
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the open block has no record.
    pub(super) const fn is_closed(&self) -> bool {
        self.open_count() == 0
    }

    /// How many records the open block has.
    const fn open_count(&self) -> u32 {
        self.encoder.count() + self.passed.count()
    }

    /// Notes what the source said about itself.
    pub fn set_source(&mut self, hello: Hello) -> Result<(), StoreError> {
        self.archive.directory_mut().hello = Some(hello);
        self.archive.copy(|copy| {
            copy.set_source(hello);
            Ok(())
        });
        self.archive.append_main(Head::of(Kind::Source), &[], &source::bytes(&hello))?;
        Ok(())
    }

    /// Notes what a name's number stands for.
    pub fn define(&mut self, id: NameId, name: &str) -> Result<(), StoreError> {
        if id.is_some() {
            self.fresh.names.push((id, name.into()));
        }
        self.store_many_definitions()
    }

    /// Notes a frame of an await chain.
    pub fn define_chain(
        &mut self,
        id: ChainId,
        outer: ChainId,
        frame: Frame,
    ) -> Result<(), StoreError> {
        if id.is_some() {
            self.fresh.chains.push((id, outer, frame));
        }
        self.store_many_definitions()
    }

    /// How many definitions are not in the store yet.
    pub(super) const fn fresh_definitions(&self) -> usize {
        self.fresh.names.len() + self.fresh.chains.len()
    }

    /// Nothing but names may come, and no record that would have them stored.
    fn store_many_definitions(&mut self) -> Result<(), StoreError> {
        let fresh = self.fresh_definitions();
        // A store that takes nothing is not asked anew for each of them.
        if fresh > 0 && fresh.is_multiple_of(FULL_DEFINITIONS) {
            self.store_definitions()?;
        }
        Ok(())
    }

    /// Takes out of the tables what the store has, where they have become large.
    pub fn shrink(&self, names: &mut Names) {
        if names.kept() > MOST_NAMES && self.fresh.is_empty() {
            names.forget_definitions();
            // The open block has tasks too.
            if self.is_closed() {
                names.forget_tasks();
            }
        }
    }

    /// What there is in the open block.
    pub(super) fn open_summary(&self) -> Summary {
        self.tally.summary()
    }

    /// How many lints and anomalies follow from the records of the open block and the one that is
    /// added next.
    pub(super) const fn set_found(&mut self, lints: usize, anomalies: usize) {
        #[allow(clippy::cast_possible_truncation, reason = "a block has fewer records")]
        let found = (lints as u32, anomalies as u32);
        self.found = Some(found);
    }

    /// Adds the next record. True: a block is full, and in the store.
    ///
    /// Where the store takes no more the block stays in memory; the error is for whoever has to tell
    /// the user. What was added before is as it was.
    pub fn push(&mut self, record: &Record) -> Result<bool, StoreError> {
        if self.is_empty() {
            // A stream that was joined on its way begins with some other number than 1.
            let lost = if let Event::Gap { lost } = record.event { lost } else { 0 };
            self.before = record.seq.saturating_sub(1 + u64::from(lost));
            self.flushed.1 = self.before;
            self.midway = self.before > 0;
        }
        self.read_passed()?;
        self.add(record);
        let full = self.encoder.is_full();
        if full {
            self.close()?;
        }
        Ok(full)
    }

    fn add(&mut self, record: &Record) {
        let row = record.row();
        self.encoder.push(&row);
        self.tally.push(&row);
        self.last = record.seq;
    }

    /// Adds the next records as they were sent. True: a block is in the store.
    ///
    /// They are what follows the records so far, in this block or in a new one.
    pub fn pass(&mut self, piece: Arc<Piece>) -> Result<bool, StoreError> {
        let begun = piece.begins && !self.is_closed();
        if begun {
            self.close()?;
        }
        if piece.first != self.last + 1 || piece.begins != self.is_closed() {
            return Err(StoreError::Harmed);
        }
        let ends = piece.summary.is_some();
        self.last = piece.last();
        self.passed.add(piece);
        if ends {
            self.close()?;
        }
        Ok(begun || ends)
    }

    /// The open block does not go on as it began: its records are taken in one by one.
    fn read_passed(&mut self) -> Result<(), StoreError> {
        if self.passed.count() > 0 {
            let passed = std::mem::take(&mut self.passed);
            for record in passed.records()? {
                self.add(&record);
                if self.encoder.count() == self.flushed.0 {
                    // That far it is in the store.
                    let _ = self.encoder.more();
                }
            }
        }
        Ok(())
    }

    /// Makes sure that all records so far are in the store.
    pub fn flush(&mut self) -> Result<(), StoreError> {
        let (stored, before) = self.flushed;
        let count = self.open_count() - stored;
        if count == 0 {
            return Ok(());
        }
        self.store_definitions()?;
        let mut of = Vec::new();
        put_var(&mut of, self.first as u64);
        let first = self.first as u64 + u64::from(stored);
        let (last, midway) = (self.last, self.midway);
        let head = Head { midway, first, before, last, count, ..Head::of(Kind::Tail) };
        let more = if self.passed.count() > 0 { self.passed.more()? } else { self.encoder.more() };
        self.archive.append_main(head, &of, &more)?;
        self.archive.copy(Copy::flush);
        self.flushed = (self.open_count(), self.last);
        Ok(())
    }

    /// Ends the open block, however few records it has.
    pub(super) fn close(&mut self) -> Result<(), StoreError> {
        let count = self.open_count();
        if count == 0 {
            return Ok(());
        }
        let defined = self.store_definitions();
        let (body, mut summary) = if let Some(block) = self.passed.block() {
            self.passed = Passed::default();
            block?
        } else {
            self.read_passed()?;
            let block = self.encoder.block();
            self.encoder.clear();
            (block, self.tally.take())
        };
        summary.found = self.found.take();
        let (first, before, last) = (self.first, self.before, self.last);
        let midway = self.midway;
        let head =
            Head { midway, first: first as u64, before, last, count, ..Head::of(Kind::Block) };
        let stored = self.archive.append_main(head, &summary.bytes(), &body);
        let place = match &stored {
            Ok((store, at, head)) => BlockLocation::Stored { store: *store, at: *at, head: *head },
            Err(_) => BlockLocation::Here(body.into()),
        };
        let totals = Totals::default();
        let entry = Entry { first, count, before, last, place, summary, totals };
        self.archive.directory_mut().push(entry);
        self.first += count as usize;
        self.before = last;
        self.flushed = (0, last);
        stored.map(|_| ()).and(defined)
    }

    fn store_definitions(&mut self) -> Result<(), StoreError> {
        if self.fresh.is_empty() {
            return Ok(());
        }
        let ids = self.fresh.ids();
        let head = Head::of(Kind::Definitions);
        let (store, at, head) = self.archive.append_main(head, &ids.bytes(), &self.fresh.body())?;
        self.archive.directory_mut().definitions.push(DefinitionsAt { store, at, head, ids });
        self.fresh = Definitions::default();
        Ok(())
    }

    /// Writes everything there too: what there is, and what comes.
    pub fn copy_to(&mut self, to: Box<dyn Write + Send>) -> Result<(), StoreError> {
        self.settle()?;
        let mut copying = self.archive.begin_copy(Copy::begin(to)?, Arc::default())?;
        let _ = self.archive.copy_on(&mut copying, u64::MAX)?;
        self.archive.end_copy(copying)
    }

    /// All that has come is in blocks and segments of definitions.
    pub(super) fn settle(&mut self) -> Result<(), StoreError> {
        self.close()?;
        self.store_definitions()
    }

    /// Ends the copy, with an index so that it opens at once.
    pub fn finish_copy(&mut self) -> Result<(), StoreError> {
        self.settle()?;
        self.archive.take_copy().map_or(Ok(()), Copy::finish)
    }

    /// Why no more could be written to the copy, once; there is none any more.
    pub fn copy_failed(&self) -> Option<io::Error> {
        self.archive.copy_failed()
    }

    /// The tables, with what the store has.
    pub fn names(&self) -> Names {
        Names::of(Arc::clone(&self.archive))
    }

    /// Ends the recording where it is, since its store takes no more. Where even that cannot be, it
    /// has no end.
    pub fn give_up(mut self) {
        self.ended = true;
        let _ = self.archive.append_end();
    }

    /// Ends the recording, with an index so that it opens at once.
    pub fn finish(&mut self) -> Result<(), StoreError> {
        self.finish_copy()?;
        self.archive.append_index()?;
        self.ended = true;
        Ok(())
    }
}

impl Drop for Recorder {
    /// One that goes without having been ended, as in a panic, leaves all its records in the store and
    /// in the copy, and an end behind them.
    fn drop(&mut self) {
        if !self.ended {
            let _ = self.flush();
            self.archive.give_up_copy();
            let _ = self.archive.append_end();
        }
    }
}
