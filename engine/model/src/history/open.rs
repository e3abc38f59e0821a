//! Opening a recording, old or new.

use std::io;
use std::sync::Arc;

use super::archive::Archive;
use super::scan::{Progress, Scan};
use super::store::Store;
use super::{History, StoreError, position_of};
use crate::recording::{self, Damage, Reader, RecordingError, version_of};

/// How many bytes are read, or records folded, between two looks at how far it is.
const PORTION: u64 = 8 << 20;

/// A recording that is being opened: what was read of it so far can be looked at.
#[derive(Debug)]
pub struct Opening {
    history: History,
    /// A recording of the old form, from which the history is made.
    old: Option<Reader<StoreReader>>,
}

/// Reads a store from its beginning.
#[derive(Debug)]
struct StoreReader {
    store: Arc<dyn Store>,
    at: u64,
}

impl io::Read for StoreReader {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let left = self.store.len()?.saturating_sub(self.at);
        let count = usize::try_from(left).map_or(to.len(), |left| left.min(to.len()));
        self.store.read_at(self.at, &mut to[..count])?;
        self.at += count as u64;
        Ok(count)
    }
}

impl History {
    /// Opens a recording. What has to be kept while it is looked at goes to `beside`, an empty
    /// store: states, and all records of a recording of the old form.
    pub fn open(store: Arc<dyn Store>, beside: Arc<dyn Store>) -> Result<Opening, RecordingError> {
        let mut header = [0; 64];
        let len = store.len()?;
        let known = usize::try_from(len).map_or(header.len(), |len| len.min(header.len()));
        store.read_at(0, &mut header[..known])?;
        let version = version_of(&header[..known], known as u64 == len)?;
        if version == Some(recording::VERSION) {
            let old = Reader::open(StoreReader { store, at: 0 })?;
            return Ok(Opening { history: Self::on(beside), old: Some(old) });
        }
        let archive = Arc::new(Archive::new(store));
        archive.set_beside(beside);
        let mut history = Self::with(Arc::clone(&archive), None);
        history.scan = Some(match version {
            Some(_) => Scan::begin(&archive).map_err(io::Error::from)?,
            None => Scan::cut(),
        });
        Ok(Opening { history, old: None })
    }

    /// What is wrong with the part of a file that was read.
    pub fn damage(&self) -> Damage {
        let read = self.scan.as_ref().map(|scan| *scan.damage());
        read.or(self.old_damage).unwrap_or_default()
    }

    /// Whether a file is read, checked and folded to its end.
    pub fn is_complete(&self) -> bool {
        self.reading().is_over() && self.folding().is_over()
    }

    /// How much of a file is read and checked.
    pub fn reading(&self) -> Progress {
        self.scan.as_ref().map_or(Progress { done: 0, of: 0 }, Scan::progress)
    }

    /// How many records are folded: up to there the state is at hand at once.
    pub fn folding(&self) -> Progress {
        let done = position_of(&self.fold.state) as u64;
        Progress { done, of: self.len() as u64 }
    }

    /// Reads on in a file for about `budget` bytes, or folds about as many records as they have.
    pub fn advance(&mut self, budget: u64) -> Result<(), StoreError> {
        let archive = Arc::clone(&self.archive);
        if let Some(scan) = &mut self.scan
            && !scan.progress().is_over()
        {
            return scan.advance(&archive, budget).inspect_err(|_| scan.stop(&archive));
        }
        self.fold_on(usize::try_from(budget / 4).unwrap_or(usize::MAX).max(1));
        Ok(())
    }

    /// Folds about `budget` more records, block by block.
    pub fn fold_on(&mut self, budget: usize) {
        if position_of(&self.fold.state) < self.first() {
            self.fold.state = self.before(self.first());
        }
        let begun = position_of(&self.fold.state);
        while position_of(&self.fold.state) - begun < budget {
            let at = position_of(&self.fold.state);
            let Some(number) = self.archive.directory().block_with(at + 1) else { return };
            let Some(end) =
                self.archive.directory().block(number).map(super::directory::Entry::end)
            else {
                return;
            };
            let mut fold = std::mem::take(&mut self.fold);
            self.walk(at, end, |record| fold.take(record));
            debug_assert_eq!(position_of(&fold.state), end, "each record of a block is handed out");
            let written = fold.close(number);
            self.fold = fold;
            if let Some(written) = written {
                // Where it cannot be kept the way to a state is longer, and nothing else.
                let _ = self.archive.add_checkpoint(&written);
            }
        }
    }
}

impl Opening {
    /// What was read so far.
    pub const fn history(&self) -> &History {
        &self.history
    }

    /// Reads all of it, without folding. What could be read before an error is in the history.
    pub fn read(&mut self) -> Result<(), StoreError> {
        while !self.read_on(PORTION)? {}
        Ok(())
    }

    /// Reads about `budget` more bytes, without folding. True: all of it is read. What could be read
    /// before an error is in the history.
    pub fn read_on(&mut self, budget: u64) -> Result<bool, StoreError> {
        let is_over = |opening: &Self| opening.old.is_none() && opening.history.reading().is_over();
        if !is_over(self) {
            self.advance(budget)?;
        }
        Ok(is_over(self))
    }

    /// Reads on for about `budget` bytes. True: all of it is there, checked and folded.
    pub fn advance(&mut self, budget: u64) -> Result<bool, StoreError> {
        if let Some(old) = &mut self.old {
            for _ in 0..=(budget / 8) {
                match old.next() {
                    Some(Ok(arrived)) => self.history.take(arrived),
                    Some(Err(RecordingError::Io(error))) => return Err(error.into()),
                    Some(Err(_)) => return Err(StoreError::Harmed),
                    None => {
                        self.history.old_damage = Some(*old.damage());
                        self.old = None;
                        break;
                    }
                }
            }
            return Ok(self.old.is_none());
        }
        self.history.advance(budget)?;
        self.history.mend();
        Ok(self.history.is_complete())
    }

    /// Reads, checks and folds all of it.
    pub fn complete(mut self) -> Result<History, StoreError> {
        while !self.advance(PORTION)? {}
        Ok(self.history)
    }

    /// The history as far as it is read; it goes on to be read by [`History::advance`], unless it is
    /// of the old form.
    pub fn into_history(self) -> History {
        self.history
    }
}

impl History {
    /// Where an index has promised what is not there: reads the file without it, if nobody has
    /// looked at it yet.
    fn mend(&mut self) {
        let archive = Arc::clone(&self.archive);
        if let Some(scan) = &mut self.scan
            && scan.is_betrayed()
        {
            scan.start_over(&archive);
            self.fold = super::Fold::default();
        }
    }
}
