//! Writing a history to a second place while it grows: see [`copy`](super::copy).

use std::io;

use super::copy::Copy;
use super::recorder::Recorder;
use super::{History, StoreError};

impl History {
    /// Writes everything there too: what there is, and what comes.
    pub fn copy_to(&mut self, to: Box<dyn io::Write + Send>) -> Result<(), StoreError> {
        let Some(recorder) = &mut self.recorder else {
            return self.archive.set_copy(Copy::begin(to)?);
        };
        let copied = recorder.copy_to(to);
        self.close_if_full();
        copied
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
