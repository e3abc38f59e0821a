//! What only ever grows: output, calls of the exception handler, gaps, diagnoses. Each is found in
//! the blocks that have it.

use std::collections::VecDeque;
use std::sync::Arc;

use loopscope_protocol::{Kind, KindSet};

use super::fold::{Count, Found};
use super::{History, RecordRef, checkpoints};
use crate::lint::Finding;
use crate::state::Anomaly;

/// The kinds of records that wrote something.
pub const WRITTEN: KindSet = KindSet::NONE.with(Kind::Output).with(Kind::Log).with(Kind::Remark);

impl History {
    /// The records up to position `n` that wrote something: `output`, `log` and `remark`.
    pub fn outputs(&self, n: usize) -> Listed<'_> {
        self.listed(WRITTEN, n)
    }

    /// The `handler-call` records up to position `n`.
    pub fn handler_calls(&self, n: usize) -> Listed<'_> {
        self.listed(KindSet::NONE.with(Kind::HandlerCall), n)
    }

    /// The `gap` records up to position `n`.
    pub fn gaps(&self, n: usize) -> Listed<'_> {
        self.listed(KindSet::NONE.with(Kind::Gap), n)
    }

    /// The records of some kinds up to position `n`.
    pub fn listed(&self, kinds: KindSet, n: usize) -> Listed<'_> {
        let n = n.min(self.len());
        Listed { history: self, kinds, ends: (self.first(), n + 1), left: self.count(n, kinds) }
    }

    /// The diagnoses up to position `n` with the positions where they were made: those that the
    /// source sent and those that follow from the records.
    pub fn lints(&self, n: usize) -> FoldedList<'_, (usize, Finding)> {
        FoldedList::new(self, n, |count| count.lints, |found| &found.lints)
    }

    /// The anomalies up to position `n` with their positions.
    pub fn anomalies(&self, n: usize) -> FoldedList<'_, (usize, Anomaly)> {
        FoldedList::new(self, n, |count| count.anomalies, |found| &found.anomalies)
    }

    /// What was found in a block.
    fn found(&self, number: usize) -> Option<Arc<Found>> {
        if let Some(found) = self.fold.found(number) {
            return Some(found);
        }
        let entry = self.archive.directory().block(number)?.clone();
        let mut state = self.at(entry.first);
        let mut found = Found::default();
        self.walk(entry.first, entry.end(), |record| found.take(&mut state, record));
        let found = Arc::new(found);
        self.fold.keep(number, Arc::clone(&found));
        Some(found)
    }
}

/// Records of some kinds, from either end.
#[derive(Clone, Debug)]
pub struct Listed<'a> {
    history: &'a History,
    kinds: KindSet,
    /// The positions between which the others lie.
    ends: (usize, usize),
    left: usize,
}

impl Iterator for Listed<'_> {
    type Item = RecordRef;

    fn next(&mut self) -> Option<RecordRef> {
        self.left = self.left.checked_sub(1)?;
        let found = self.history.find_kinds(self.ends.0, self.kinds)?;
        self.ends.0 = found;
        self.history.record(found)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl DoubleEndedIterator for Listed<'_> {
    fn next_back(&mut self) -> Option<RecordRef> {
        self.left = self.left.checked_sub(1)?;
        let found = self.history.rfind_kinds(self.ends.1, self.kinds)?;
        self.ends.1 = found;
        self.history.record(found)
    }
}

impl ExactSizeIterator for Listed<'_> {}

/// What was found by folding, up to some position, from either end.
#[derive(Clone, Debug)]
pub struct FoldedList<'a, T> {
    history: &'a History,
    count: fn(&Count) -> usize,
    list: fn(&Found) -> &Vec<T>,
    /// The blocks that are left, as numbers.
    blocks: std::ops::Range<usize>,
    front: VecDeque<T>,
    back: VecDeque<T>,
    left: usize,
}

impl<'a, T: Clone + Positioned> FoldedList<'a, T> {
    fn new(
        history: &'a History,
        n: usize,
        count: fn(&Count) -> usize,
        list: fn(&Found) -> &Vec<T>,
    ) -> Self {
        let fold = &history.fold;
        let n = n.min(checkpoints::position_of(&fold.state));
        let numbers = history.archive.directory().numbers();
        let number = history.archive.directory().block_with(n);
        let number = number.filter(|number| fold.upto(*number).is_some());
        // Of the last block only a part may count; what is behind all blocks is at hand.
        let (end, part) = match number {
            Some(number) => {
                let before = count(&fold.before(number));
                let has = fold.upto(number).is_some_and(|upto| count(&upto) > before);
                (number, if has { history.found(number) } else { None })
            }
            None if n > history.archive.directory().end() => (numbers.start + fold.len(), None),
            None => (numbers.start, None),
        };
        let last = match (&part, number) {
            (Some(found), _) => list(found),
            (None, None) if n > 0 => list(&fold.open),
            _ => &Vec::new(),
        };
        let upto = last.partition_point(|each| each.position() <= n);
        let back: VecDeque<T> = last[..upto].iter().cloned().collect();
        let before = count(&fold.before(end)) - count(&fold.before(numbers.start));
        let left = before + back.len();
        Self {
            history,
            count,
            list,
            blocks: numbers.start..end,
            front: VecDeque::new(),
            back,
            left,
        }
    }

    /// Whether a block has any.
    fn has(&self, number: usize) -> bool {
        let fold = &self.history.fold;
        let upto = fold.upto(number).unwrap_or_default();
        (self.count)(&upto) > (self.count)(&fold.before(number))
    }

    fn of(&self, number: usize) -> VecDeque<T> {
        let found = self.history.found(number);
        found.map_or_else(VecDeque::new, |found| (self.list)(&found).iter().cloned().collect())
    }
}

/// What has a position.
pub trait Positioned {
    /// Its position.
    fn position(&self) -> usize;
}

impl<T> Positioned for (usize, T) {
    fn position(&self) -> usize {
        self.0
    }
}

impl<T: Clone + Positioned> Iterator for FoldedList<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        while self.front.is_empty() {
            let Some(number) = self.blocks.clone().find(|number| self.has(*number)) else {
                self.blocks.start = self.blocks.end;
                break;
            };
            self.blocks.start = number + 1;
            self.front = self.of(number);
        }
        let next = self.front.pop_front().or_else(|| self.back.pop_front());
        self.left -= usize::from(next.is_some());
        next
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<T: Clone + Positioned> DoubleEndedIterator for FoldedList<'_, T> {
    fn next_back(&mut self) -> Option<T> {
        while self.back.is_empty() {
            let Some(number) = self.blocks.clone().rev().find(|number| self.has(*number)) else {
                self.blocks.end = self.blocks.start;
                break;
            };
            self.blocks.end = number;
            self.back = self.of(number);
        }
        let next = self.back.pop_back().or_else(|| self.front.pop_back());
        self.left -= usize::from(next.is_some());
        next
    }
}

impl<T: Clone + Positioned> ExactSizeIterator for FoldedList<'_, T> {}
