//! Records as they are handed out, and walks along them.

use std::ops::Deref;
use std::sync::Arc;

use super::History;
use crate::record::Record;

/// Some neighbouring records in memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Block {
    /// How many records there are before it.
    pub(crate) first: usize,
    pub(crate) records: Vec<Record>,
    /// How many bytes of text these have.
    pub(crate) letters: usize,
}

impl Block {
    pub(crate) fn new(first: usize, records: Vec<Record>) -> Self {
        let letters = records.iter().map(|record| record.texts.size()).sum();
        Self { first, records, letters }
    }

    /// Adds a record.
    pub(crate) fn add(&mut self, record: Record) {
        self.letters += record.texts.size();
        self.records.push(record);
    }

    /// The record at a position.
    pub(crate) fn record(&self, n: usize) -> Option<&Record> {
        self.records.get(n.checked_sub(self.first + 1)?)
    }

    /// How many records there are up to its end.
    pub(crate) const fn end(&self) -> usize {
        self.first + self.records.len()
    }
}

/// A record of a history. It stays as long as it is held, whatever becomes of the history.
#[derive(Clone)]
pub struct RecordRef {
    block: Arc<Block>,
    at: usize,
}

impl RecordRef {
    pub(super) fn new(block: Arc<Block>, n: usize) -> Option<Self> {
        block.record(n)?;
        let at = n - block.first - 1;
        Some(Self { block, at })
    }
}

impl Deref for RecordRef {
    type Target = Record;

    fn deref(&self) -> &Record {
        &self.block.records[self.at]
    }
}

impl std::fmt::Debug for RecordRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (**self).fmt(f)
    }
}

impl PartialEq for RecordRef {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl PartialEq<Record> for RecordRef {
    fn eq(&self, other: &Record) -> bool {
        **self == *other
    }
}

/// The records between two positions, from either end.
#[derive(Clone, Debug)]
pub struct Records<'a> {
    history: &'a History,
    /// How many records lie before those that are left, and up to their end.
    left: (usize, usize),
    front: Option<Arc<Block>>,
    back: Option<Arc<Block>>,
}

impl<'a> Records<'a> {
    pub(super) const fn new(history: &'a History, from: usize, to: usize) -> Self {
        Self { history, left: (from, to), front: None, back: None }
    }

    fn take(history: &History, held: &mut Option<Arc<Block>>, n: usize) -> Option<RecordRef> {
        if held.as_ref().is_none_or(|block| block.record(n).is_none()) {
            *held = history.block_with(n);
        }
        RecordRef::new(Arc::clone(held.as_ref()?), n)
    }
}

impl Iterator for Records<'_> {
    type Item = RecordRef;

    fn next(&mut self) -> Option<RecordRef> {
        let (from, to) = self.left;
        if from >= to {
            return None;
        }
        self.left.0 += 1;
        Self::take(self.history, &mut self.front, from + 1)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.left.1.saturating_sub(self.left.0);
        (left, Some(left))
    }
}

impl DoubleEndedIterator for Records<'_> {
    fn next_back(&mut self) -> Option<RecordRef> {
        let (from, to) = self.left;
        if from >= to {
            return None;
        }
        self.left.1 -= 1;
        Self::take(self.history, &mut self.back, to)
    }
}

impl ExactSizeIterator for Records<'_> {}
