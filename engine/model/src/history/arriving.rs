//! What comes: records, what their ids stand for, and what the source says about itself.

use std::sync::Arc;

use loopscope_protocol::{ChainId, Event, NameId};

use super::checkpoints::position_of;
use super::records::Block;
use super::{History, StoreError};
use crate::control::{Hello, OwnedReply};
use crate::names::{Definition, Frame};
use crate::record::Record;
use crate::stream::Arrived;

impl History {
    /// Adds the next record.
    pub fn push(&mut self, record: Record) {
        let Some(recorder) = &mut self.recorder else { return };
        if let Event::TaskNew { task, name, place, label, .. } = record.event {
            self.names.define_task(task, Definition { name, place, label });
        }
        if position_of(&self.fold.state) == recorder.len() {
            self.fold.take(&record);
            recorder.set_found(self.fold.open.lints.len(), self.fold.open.anomalies.len());
        }
        let pushed = recorder.push(&record);
        let full = recorder.is_closed();
        let open = Arc::make_mut(&mut self.open);
        open.add(record);
        if let Err(error) = pushed {
            self.trouble.get_or_insert(error);
        }
        if full {
            self.close();
        }
    }

    /// Adds what came out of a stream.
    pub fn take(&mut self, arrived: Arrived) {
        match arrived {
            Arrived::Record(record) => self.push(record),
            Arrived::Name(id, name) => self.define(id, &name),
            Arrived::Chain { id, outer, frame } => self.define_chain(id, outer, frame),
            Arrived::Reply(OwnedReply::Hello(hello)) => self.set_source(hello),
            Arrived::Reply(_) => {}
        }
    }

    /// The open block has become one of the others.
    pub(super) fn close(&mut self) {
        let number = self.archive.directory().numbers().end - 1;
        let first = self.open.end();
        let block = std::mem::replace(&mut self.open, Arc::new(Block::new(first, Vec::new())));
        self.archive.keep(number, &block);
        if position_of(&self.fold.state) == first
            && let Some(written) = self.fold.close(number)
            && let Err(error) = self.archive.add_checkpoint(&written)
        {
            self.trouble.get_or_insert(error);
        }
        if let Some(recorder) = &self.recorder {
            recorder.shrink(&mut self.names);
        }
        self.drop_old();
    }

    /// Notes what a name's number stands for.
    pub fn define(&mut self, id: NameId, name: &str) {
        self.names.define(id, name);
        if let Some(recorder) = &mut self.recorder {
            let defined = recorder.define(id, name);
            self.defined(defined);
        }
    }

    /// Notes a frame of an await chain.
    pub fn define_chain(&mut self, id: ChainId, outer: ChainId, frame: Frame) {
        self.names.define_chain(id, outer, frame);
        if let Some(recorder) = &mut self.recorder {
            let defined = recorder.define_chain(id, outer, frame);
            self.defined(defined);
        }
    }

    fn defined(&mut self, stored: Result<(), StoreError>) {
        if let Err(error) = stored {
            self.trouble.get_or_insert(error);
        }
        if let Some(recorder) = &self.recorder {
            recorder.shrink(&mut self.names);
        }
    }

    /// Notes what the source said about itself.
    pub fn set_source(&mut self, hello: Hello) {
        if let Some(recorder) = &mut self.recorder
            && let Err(error) = recorder.set_source(hello)
        {
            self.trouble.get_or_insert(error);
        }
    }

    /// Makes sure that all records so far are in the store.
    pub fn flush(&mut self) {
        if let Some(recorder) = &mut self.recorder
            && let Err(error) = recorder.flush()
        {
            self.trouble.get_or_insert(error);
        }
    }

    /// Ends the recording in the store, with an index so that it opens at once. Nothing comes behind
    /// that.
    pub fn finish(&mut self) -> Result<(), StoreError> {
        let Some(recorder) = &mut self.recorder else { return Ok(()) };
        let finished = recorder.finish();
        self.close_if_full();
        self.recorder = None;
        finished
    }

    /// What went wrong with the store, once. What it does not take stays in memory.
    pub const fn trouble(&mut self) -> Option<StoreError> {
        self.trouble.take()
    }
}
