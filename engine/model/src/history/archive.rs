//! What is behind a history and its names: the store, the directory of what is in it, and the blocks
//! that were read last.

mod copying;
mod listed;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use loopscope_protocol::Event;

use super::StoreError;
use super::checkpoints::{self, Written};
use super::copy::Copy;
use super::definitions::Definitions;
use super::directory::{BlockLocation, CheckpointAt, DefinitionsAt, Directory, Entry};
use super::records::Block;
use super::segment::{Head, Kind};
use super::store::Store;
use crate::decode::{self, BLANK};
use crate::record::Record;

pub use copying::Copying;

/// How many decoded records stay in memory, as many as that may be in blocks.
const MOST_RECORDS: usize = 1 << 18;

/// How many bytes of text they may have.
const MOST_LETTERS: usize = 32 << 20;

/// How many segments of definitions stay in memory.
const MOST_DEFINITIONS: usize = 256;

/// Everything of a history but its open end.
#[derive(Debug)]
pub(crate) struct Archive {
    stores: RwLock<Stores>,
    directory: RwLock<Directory>,
    cache: Mutex<Cache>,
    /// What is written is written there too.
    copy: Mutex<Option<Copy>>,
    /// Why no more could be written there.
    copy_failed: Mutex<Option<io::Error>>,
}

/// Where bytes are. What was written to one stays there, also when another takes its place.
#[derive(Debug)]
struct Stores {
    all: Vec<Arc<dyn Store>>,
    /// The number of the one to which records go.
    main: usize,
    /// The number of the one to which goes what follows from them.
    beside: usize,
}

/// What was read last, the latest at the end.
#[derive(Debug, Default)]
struct Cache {
    blocks: Vec<(usize, Arc<Block>)>,
    definitions: Vec<((usize, u64), Arc<Definitions>)>,
}

impl Archive {
    /// With a store for records; what follows from them goes there too.
    pub(super) fn new(store: Arc<dyn Store>) -> Self {
        let stores = Stores { all: vec![store], main: 0, beside: 0 };
        Self {
            stores: RwLock::new(stores),
            directory: RwLock::default(),
            cache: Mutex::default(),
            copy: Mutex::default(),
            copy_failed: Mutex::default(),
        }
    }

    fn stores(&self) -> RwLockReadGuard<'_, Stores> {
        self.stores.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn stores_mut(&self) -> RwLockWriteGuard<'_, Stores> {
        self.stores.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// What follows from the records goes there from now on.
    pub(super) fn set_beside(&self, store: Arc<dyn Store>) {
        let mut stores = self.stores_mut();
        stores.beside = stores.all.len();
        stores.all.push(store);
    }

    /// The store to which records go, and its number.
    pub(super) fn main(&self) -> (usize, Arc<dyn Store>) {
        let stores = self.stores();
        (stores.main, Arc::clone(&stores.all[stores.main]))
    }

    /// The store with that number.
    pub(super) fn store(&self, number: usize) -> Arc<dyn Store> {
        Arc::clone(&self.stores().all[number])
    }

    pub(super) fn directory(&self) -> RwLockReadGuard<'_, Directory> {
        self.directory.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn directory_mut(&self) -> RwLockWriteGuard<'_, Directory> {
        self.directory.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The block of that number, if it is kept.
    pub(super) fn block(&self, number: usize) -> Option<Arc<Block>> {
        if let Some(block) = self.cache().block(number) {
            return Some(block);
        }
        let entry = self.directory().block(number)?.clone();
        let records = match self.records(&entry, number) {
            Ok(records) => records,
            Err(_) => stand_ins(&entry),
        };
        let block = Arc::new(Block::new(entry.first, records));
        self.cache().keep_block(number, &block);
        Some(block)
    }

    /// The block of that number, if it need not be read.
    pub(super) fn in_memory(&self, number: usize) -> Option<Arc<Block>> {
        self.cache().block(number)
    }

    /// Drops the oldest block if it ends before `n` or there. False: it does not.
    pub(super) fn drop_blocks(&self, n: usize) -> bool {
        let mut directory = self.directory_mut();
        let number = directory.numbers().start;
        if directory.block(number).is_none_or(|entry| entry.end() > n) {
            return false;
        }
        let (entry, checkpoints) = directory.drop_first();
        drop(directory);
        let places = checkpoints.into_iter().map(|it| (it.store, it.at, it.head));
        let block = entry.and_then(|entry| match entry.place {
            BlockLocation::Stored { store, at, head } => Some((store, at, head)),
            BlockLocation::Here(_) | BlockLocation::Lost => None,
        });
        for (store, at, head) in places.chain(block) {
            self.store(store).forget(at..at + head.size());
        }
        true
    }

    /// A block that has just been closed: it will be read again.
    pub(super) fn keep(&self, number: usize, block: &Arc<Block>) {
        self.cache().keep_block(number, block);
    }

    /// Whatever was read is to be read again.
    pub(super) fn forget_all(&self) {
        *self.cache() = Cache::default();
    }

    /// The body of a block: its columns.
    pub(super) fn body(&self, entry: &Entry) -> Result<Arc<[u8]>, StoreError> {
        match &entry.place {
            BlockLocation::Stored { store, at, head } => {
                Ok(head.read(&*self.store(*store), *at)?.into())
            }
            BlockLocation::Here(body) => Ok(Arc::clone(body)),
            BlockLocation::Lost => Err(StoreError::Harmed),
        }
    }

    fn records(&self, entry: &Entry, number: usize) -> Result<Vec<Record>, StoreError> {
        if let BlockLocation::Lost = entry.place {
            let before = number.checked_sub(1).and_then(|before| self.block(before));
            let turn = before.and_then(|block| Some(block.records.last()?.turn)).unwrap_or(0);
            return Ok(vec![gap(entry.last, entry.last - entry.before, turn)]);
        }
        Ok(decode::records(&self.body(entry)?, entry.count)?)
    }

    /// The definitions of a segment.
    pub(super) fn definitions(&self, of: &DefinitionsAt) -> Arc<Definitions> {
        let place = (of.store, of.at);
        if let Some(found) = self.cache().definitions(place) {
            return found;
        }
        let body = of.head.read(&*self.store(of.store), of.at);
        let read = body.and_then(|body| Ok(Definitions::read(&body)?)).unwrap_or_default();
        let read = Arc::new(read);
        self.cache().keep_definitions(place, &read);
        read
    }

    /// The body of a checkpoint.
    pub(super) fn checkpoint(&self, checkpoint: &CheckpointAt) -> Result<Vec<u8>, StoreError> {
        checkpoint.head.read(&*self.store(checkpoint.store), checkpoint.at)
    }

    /// Keeps a state that was written down.
    pub(super) fn add_checkpoint(&self, written: &Written) -> Result<(), StoreError> {
        let Written { position, seq, ref bytes } = *written;
        if position < self.directory().first() {
            // What it is of was dropped meanwhile.
            return Ok(());
        }
        let before = checkpoints::SHAPE;
        let head = Head { first: position as u64, before, last: seq, ..Head::of(Kind::Checkpoint) };
        let number = self.stores().beside;
        let (_, at, head) = self.append(number, head, &[], bytes)?;
        self.directory_mut().add_checkpoint(CheckpointAt { position, store: number, at, head });
        Ok(())
    }
}

/// Writing, to the store and to the copy.
impl Archive {
    /// Appends a segment to the store for records. Gives the store's number, where it begins, and its
    /// head.
    pub(super) fn append_main(
        &self,
        head: Head,
        summary: &[u8],
        body: &[u8],
    ) -> Result<(usize, u64, Head), StoreError> {
        let number = self.stores().main;
        self.append(number, head, summary, body)
    }

    fn append(
        &self,
        number: usize,
        head: Head,
        summary: &[u8],
        body: &[u8],
    ) -> Result<(usize, u64, Head), StoreError> {
        let segment = head.segment(summary, body);
        let head = segment.first_chunk().and_then(Head::parse);
        // What is longer than a segment may be could not be read again.
        let head = head.ok_or(io::ErrorKind::FileTooLarge).map_err(io::Error::from)?;
        self.copy(|copy| copy.add(&segment));
        let store = self.store(number);
        let at = store.len()?;
        store.append(&segment)?;
        Ok((number, at, head))
    }

    /// Does something with the copy, if there is one. One that fails ends there, if it can.
    pub(super) fn copy(&self, work: impl FnOnce(&mut Copy) -> io::Result<()>) {
        let mut copy = self.copy_slot();
        if let Some(to) = copy.as_mut()
            && let Err(error) = work(to)
        {
            if let Some(copy) = copy.take() {
                copy.give_up();
            }
            let mut failed = self.copy_failed.lock().unwrap_or_else(PoisonError::into_inner);
            *failed = Some(error);
        }
    }

    /// The copy, which is written no further.
    pub(super) fn take_copy(&self) -> Option<Copy> {
        self.copy_slot().take()
    }

    /// Ends the copy where it is.
    pub(super) fn give_up_copy(&self) {
        if let Some(copy) = self.take_copy() {
            copy.give_up();
        }
    }

    fn copy_slot(&self) -> MutexGuard<'_, Option<Copy>> {
        self.copy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why no more could be written to the copy, once.
    pub(super) fn copy_failed(&self) -> Option<io::Error> {
        self.copy_failed.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Cache {
    fn block(&mut self, number: usize) -> Option<Arc<Block>> {
        let at = self.blocks.iter().rposition(|(other, _)| *other == number)?;
        // The one that was asked for last stands last.
        let found = self.blocks.remove(at);
        let block = Arc::clone(&found.1);
        self.blocks.push(found);
        Some(block)
    }

    fn keep_block(&mut self, number: usize, block: &Arc<Block>) {
        self.blocks.retain(|(other, _)| *other != number);
        self.blocks.push((number, Arc::clone(block)));
        let is_too_much = |blocks: &[(usize, Arc<Block>)]| {
            let records: usize = blocks.iter().map(|(_, block)| block.records.len()).sum();
            let letters: usize = blocks.iter().map(|(_, block)| block.letters).sum();
            blocks.len() > 1 && (records > MOST_RECORDS || letters > MOST_LETTERS)
        };
        while is_too_much(&self.blocks) {
            self.blocks.remove(0);
        }
    }

    fn definitions(&mut self, place: (usize, u64)) -> Option<Arc<Definitions>> {
        let at = self.definitions.iter().rposition(|(other, _)| *other == place)?;
        let found = self.definitions.remove(at);
        let definitions = Arc::clone(&found.1);
        self.definitions.push(found);
        Some(definitions)
    }

    fn keep_definitions(&mut self, place: (usize, u64), definitions: &Arc<Definitions>) {
        self.definitions.push((place, Arc::clone(definitions)));
        if self.definitions.len() > MOST_DEFINITIONS {
            self.definitions.remove(0);
        }
    }
}

/// A gap in the place of the last record that is missing.
fn gap(seq: u64, lost: u64, turn: u32) -> Record {
    let lost = u32::try_from(lost).unwrap_or(u32::MAX);
    let event = Event::Gap { lost };
    Record { seq, turn, event, ..BLANK }
}

/// What stands in the places of a block's records if they cannot be read after all: the file was
/// changed while it was open. Each says of itself that it is lost.
fn stand_ins(entry: &Entry) -> Vec<Record> {
    let others = entry.count.saturating_sub(1);
    let mut records: Vec<Record> =
        (entry.before + 1..).take(others as usize).map(|seq| gap(seq, 1, 0)).collect();
    let before = entry.before + u64::from(others);
    records.push(gap(entry.last, entry.last.saturating_sub(before), 0));
    records
}
