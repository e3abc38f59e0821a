//! What follows from the records by folding them: the state at the end of what was folded, and what
//! was found on the way.
//!
//! Records that come are folded as they come; those of a file in portions, from its beginning.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::checkpoints::{Near, Written, position_of};
use crate::lint::{self, Finding};
use crate::record::Record;
use crate::state::{Anomaly, State};

/// How many blocks' findings are kept.
const KEPT: usize = 64;

/// What was found in one block, with the positions where.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    pub(super) lints: Vec<(usize, Finding)>,
    pub(super) anomalies: Vec<(usize, Anomaly)>,
}

impl Found {
    fn is_empty(&self) -> bool {
        self.lints.is_empty() && self.anomalies.is_empty()
    }

    /// Takes a record in, given the state before it, which becomes that behind it.
    pub(super) fn take(&mut self, state: &mut State, record: &Record) {
        let lints = lint::find(state, record);
        state.apply(record);
        let position = position_of(state);
        self.lints.extend(lints.into_iter().map(|finding| (position, finding)));
        let anomalies = state.anomalies().iter().cloned();
        self.anomalies.extend(anomalies.map(|anomaly| (position, anomaly)));
    }
}

/// How much was found up to the end of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) lints: usize,
    pub(super) anomalies: usize,
}

/// The folded part of a history.
#[derive(Debug, Default)]
pub(super) struct Fold {
    pub(super) state: State,
    pub(super) near: Near,
    /// For each block that was folded.
    counts: VecDeque<Count>,
    /// The number of the first of these, and how much was found before it.
    first: usize,
    base: Count,
    /// What was found behind the last of them.
    pub(super) open: Found,
    /// What was found in blocks, the latest last.
    kept: Mutex<VecDeque<(usize, Arc<Found>)>>,
}

impl Fold {
    /// Takes in the next record.
    pub(super) fn take(&mut self, record: &Record) {
        self.open.take(&mut self.state, record);
    }

    /// The records so far are those of whole blocks, the last of which has this number. `Some`: a
    /// state that has been written down.
    pub(super) fn close(&mut self, number: usize) -> Option<Written> {
        let found = std::mem::take(&mut self.open);
        let before = self.total();
        self.counts.push_back(Count {
            lints: before.lints + found.lints.len(),
            anomalies: before.anomalies + found.anomalies.len(),
        });
        if !found.is_empty() {
            self.keep(number, Arc::new(found));
        }
        self.near.pass(&mut self.state)
    }

    /// How many blocks were folded.
    pub(super) fn len(&self) -> usize {
        self.counts.len()
    }

    /// How much was found in all blocks that were folded.
    pub(super) fn total(&self) -> Count {
        self.counts.back().copied().unwrap_or(self.base)
    }

    /// How much was found before a block.
    pub(super) fn before(&self, number: usize) -> Count {
        let before = number.checked_sub(self.first + 1).and_then(|at| self.counts.get(at));
        before.copied().unwrap_or(self.base)
    }

    /// How much was found up to the end of a block, if that was folded.
    pub(super) fn upto(&self, number: usize) -> Option<Count> {
        self.counts.get(number.checked_sub(self.first)?).copied()
    }

    /// What was found in a block, if that is kept.
    pub(super) fn found(&self, number: usize) -> Option<Arc<Found>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.iter().find(|(other, _)| *other == number)?;
        Some(Arc::clone(&found.1))
    }

    pub(super) fn keep(&self, number: usize, found: Arc<Found>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back((number, found));
        if kept.len() > KEPT {
            kept.pop_front();
        }
    }

    /// The oldest block is kept no longer.
    pub(super) fn drop_first(&mut self) {
        if let Some(base) = self.counts.pop_front() {
            self.base = base;
            self.first += 1;
        }
    }
}
