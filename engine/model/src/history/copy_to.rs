//! Writing a history to a second place while it grows: see [`copy`](super::copy).

use std::io;
use std::sync::Arc;

use super::archive::Copying;
use super::copy::Copy;
use super::recorder::Recorder;
use super::{History, StoreError};

impl History {
    /// Writes everything there too: what there is, and what comes.
    pub fn copy_to(&mut self, to: Box<dyn io::Write + Send>) -> Result<(), StoreError> {
        let mut copying = self.begin_copy(to)?;
        while !self.copy_on(&mut copying, u64::MAX)? {}
        self.end_copy(copying)
    }

    /// Begins to copy everything there. Until the copy has come to its end or is dropped, nothing
    /// old is dropped here.
    pub fn begin_copy(&self, to: Box<dyn io::Write + Send>) -> Result<Copying, StoreError> {
        self.archive.begin_copy(Copy::begin(to)?, Arc::clone(&self.copied))
    }

    /// Copies on, about that many bytes. True: it has all that there is at this moment.
    pub fn copy_on(&mut self, copying: &mut Copying, bytes: u64) -> Result<bool, StoreError> {
        if !self.archive.copy_on(copying, bytes)? {
            return Ok(false);
        }
        let settled = self.recorder.as_mut().map_or(Ok(()), Recorder::settle);
        self.close_if_full();
        settled?;
        self.archive.copy_on(copying, bytes)
    }

    /// What comes from now on is written to the copy too, which has all that there is.
    pub fn end_copy(&self, copying: Copying) -> Result<(), StoreError> {
        self.archive.end_copy(copying)
    }

    /// Whether something is being copied that must not be dropped.
    pub(super) fn is_copied(&self) -> bool {
        Arc::strong_count(&self.copied) > 1
    }

    /// Ends the copy, with an index so that it opens at once.
    pub fn finish_copy(&mut self) -> Result<(), StoreError> {
        let Some(recorder) = &mut self.recorder else {
            return self.archive.take_copy().map_or(Ok(()), Copy::finish);
        };
        let finished = recorder.finish_copy();
        self.close_if_full();
        finished
    }

    /// Why no more could be written to the copy, once; there is none any more.
    pub fn copy_failed(&self) -> Option<io::Error> {
        self.archive.copy_failed()
    }

    /// The recorder may have ended a block although it was not full.
    pub(super) fn close_if_full(&mut self) {
        let is_closed = self.recorder.as_ref().is_none_or(Recorder::is_closed);
        if is_closed && !self.open.records.is_empty() {
            self.close();
        }
    }
}
