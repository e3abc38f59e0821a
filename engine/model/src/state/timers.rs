//! The timers of a loop: by due time, and among equal times in the order in which its heap gives
//! them.
//!
//! CPython's `heapq` compares due times alone, so what it gives first among equals follows from all
//! its moves before: the heap is moved here as it is there. Where that cannot be known, as after a
//! gap, older timers come first among equals, and [`Timers::is_exact`] says that this is a guess.

use loopscope_protocol::{HandleId, TieBreaker, Ties};

use crate::sheet::stored;
use crate::table::{List, SortedSet};

/// A due time with a total order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DueKey(u64);

const SIGN: u64 = 1 << 63;

impl DueKey {
    pub(crate) fn new(when: f64) -> Self {
        let bits = when.to_bits();
        Self(if bits & SIGN == 0 { bits | SIGN } else { !bits })
    }

    pub(crate) const fn is_less(self, other: Self) -> bool {
        self.0 < other.0
    }

    pub(crate) const fn is_same(self, other: Self) -> bool {
        self.0 == other.0
    }

    pub(crate) fn seconds(self) -> f64 {
        f64::from_bits(if self.0 & SIGN == 0 { !self.0 } else { self.0 & !SIGN })
    }
}

/// Only a heap larger than this is rebuilt...
const MIN_SCHEDULED: usize = 100;

/// An entry of the heap: when it is due, what breaks a tie, and whose it is.
type Entry = (DueKey, u64, HandleId);

/// The timers in the heap of a loop, cancelled ones too.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Timers {
    by_due: SortedSet<(DueKey, HandleId)>,
    /// The heap's array, as far as it is exact. What a rebuild has left out, and no record has told
    /// of yet, is not in it.
    heap: List<Entry>,
    is_exact: bool,
    /// How many of those in the heap are cancelled.
    cancelled: usize,
    breaker: TieBreaker,
}

stored! {
    Timers {
        by_due: SortedSet<(DueKey, HandleId)>, heap: List<Entry>, is_exact: bool,
        cancelled: usize, breaker: TieBreaker,
    }
    TieBreaker { count: u64, random: u64 }
}

/// How a loop keeps its timers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Keeping {
    /// In a heap, with this order among equals and this seed for it.
    Heap(Ties, u64),
    /// In another way.
    Otherwise,
}

impl Timers {
    pub(crate) const fn len(&self) -> usize {
        self.by_due.len()
    }

    /// By due time; among equals older ones first.
    pub(crate) fn iter(
        &self,
    ) -> impl DoubleEndedIterator<Item = (DueKey, HandleId)> + ExactSizeIterator {
        self.by_due.iter()
    }

    pub(crate) fn contains(&self, due: DueKey, id: HandleId) -> bool {
        self.by_due.contains(&(due, id))
    }

    /// Whether the order among equals is known.
    pub(crate) const fn is_exact(&self) -> bool {
        self.is_exact && self.heap.len() == self.by_due.len()
    }

    /// The next one.
    pub(crate) fn first(&self) -> Option<(DueKey, HandleId)> {
        match self.heap.get(0).filter(|_| self.is_exact()) {
            Some((due, _, id)) => Some((due, id)),
            None => self.by_due.first().copied(),
        }
    }

    /// Some of them from one on, in the order in which they become due if none comes or goes.
    pub(crate) fn in_order(&self, first: usize, count: usize) -> Vec<HandleId> {
        // One before and one behind tell whether a tie is cut.
        let before = usize::from(first > 0);
        let seen: Vec<_> =
            self.by_due.behind(first - before).take(count.saturating_add(before + 1)).collect();
        let has_tie = seen.windows(2).any(|pair| pair[0].0 == pair[1].0);
        if !has_tie || !self.is_exact() {
            return seen.into_iter().skip(before).take(count).map(|(_, id)| id).collect();
        }
        let mut heap = self.heap.clone();
        for _ in 0..first {
            pop(&mut heap);
        }
        (0..count).map_while(|_| pop(&mut heap).map(|(.., id)| id)).collect()
    }

    /// The entries that may differ in the other one.
    pub(crate) fn apart(&self, other: &Self) -> Vec<(DueKey, HandleId)> {
        self.by_due.apart(&other.by_due)
    }

    /// From now on, copies have what they can in common with this one.
    pub(super) fn share(&mut self) {
        let _ = self.by_due.share();
        self.heap.share();
    }

    pub(crate) fn insert(&mut self, due: DueKey, id: HandleId, keeping: Keeping) {
        if !self.by_due.insert((due, id)) {
            return;
        }
        match keeping {
            Keeping::Heap(ties, seed) if self.is_exact => {
                if self.breaker.count == 0 {
                    self.breaker = TieBreaker::new(seed);
                }
                let tie = self.breaker.next(ties);
                self.heap.push((due, tie, id));
                let last = self.heap.len() - 1;
                toward_root(&mut self.heap, 0, last);
            }
            _ => self.lose_order(),
        }
    }

    /// One in the heap was cancelled.
    pub(crate) const fn note_cancelled(&mut self) {
        self.cancelled += 1;
    }

    /// The first one is due. False if it was not in the heap.
    pub(crate) fn take_due(&mut self, due: DueKey, id: HandleId, is_cancelled: bool) -> bool {
        let is_first = self.heap.get(0).is_some_and(|(.., first)| first == id);
        if self.is_exact && is_first {
            pop(&mut self.heap);
        } else {
            self.lose_order();
        }
        self.cancelled = self.cancelled.saturating_sub(usize::from(is_cancelled));
        self.by_due.remove(&(due, id))
    }

    /// A cancelled one has left the heap: as its first one, or with all others that are cancelled.
    /// False if it was not in the heap.
    pub(crate) fn take_dropped(
        &mut self,
        due: DueKey,
        id: HandleId,
        is_cancelled: impl Fn(HandleId) -> bool,
    ) -> bool {
        if !self.by_due.remove(&(due, id)) {
            return false;
        }
        // What a rebuild has left out is told one by one.
        let is_told_of = self.heap.len() == self.by_due.len() + 1;
        if self.is_exact && is_told_of {
            let len = self.heap.len();
            let rebuilds = len > MIN_SCHEDULED && 2 * self.cancelled > len;
            let is_first = self.heap.get(0).is_some_and(|(.., first)| first == id);
            if rebuilds && is_cancelled(id) {
                self.rebuild(is_cancelled);
            } else if is_first {
                pop(&mut self.heap);
            } else {
                self.lose_order();
            }
        }
        self.cancelled = self.cancelled.saturating_sub(1);
        true
    }

    /// Leaves out what is cancelled, then `heapq.heapify`.
    fn rebuild(&mut self, is_cancelled: impl Fn(HandleId) -> bool) {
        self.heap = self.heap.iter().filter(|(.., id)| !is_cancelled(*id)).collect();
        for at in (0..self.heap.len() / 2).rev() {
            toward_leaves(&mut self.heap, at);
        }
    }

    /// Takes one out that no loop would take out.
    pub(super) fn remove(&mut self, due: DueKey, id: HandleId) -> bool {
        let was_there = self.by_due.remove(&(due, id));
        if was_there {
            self.lose_order();
        }
        was_there
    }

    fn lose_order(&mut self) {
        self.is_exact = false;
        self.heap.clear();
    }

    /// All of it is unknown.
    pub(super) fn forget(&mut self) {
        self.by_due.clear();
        self.lose_order();
        self.cancelled = 0;
    }

    /// The heap is known to be empty: its order can be followed from here on.
    pub(super) fn know_if_empty(&mut self, keeping: Keeping) {
        // How far chance has come is not known.
        let may_know = matches!(keeping, Keeping::Heap(Ties::Heapq | Ties::Fifo, _));
        if self.by_due.len() == 0 && may_know {
            self.is_exact = true;
            self.cancelled = 0;
        }
    }
}

impl Default for Timers {
    fn default() -> Self {
        Self {
            by_due: SortedSet::new(),
            heap: List::default(),
            is_exact: true,
            cancelled: 0,
            breaker: TieBreaker::default(),
        }
    }
}

const fn before(one: &Entry, other: &Entry) -> bool {
    one.0.is_less(other.0) || (one.0.is_same(other.0) && one.1 < other.1)
}

/// `heapq.heappop`.
fn pop(heap: &mut List<Entry>) -> Option<Entry> {
    let last = heap.pop()?;
    let Some(first) = heap.get(0) else { return Some(last) };
    heap.set(0, last);
    toward_leaves(heap, 0);
    Some(first)
}

/// `heapq._siftdown`: moves what is at `at` up while it is before its parent.
fn toward_root(heap: &mut List<Entry>, start: usize, mut at: usize) {
    let Some(moved) = heap.get(at) else { return };
    while at > start {
        let up = (at - 1) / 2;
        let Some(parent) = heap.get(up).filter(|parent| before(&moved, parent)) else { break };
        heap.set(at, parent);
        at = up;
    }
    heap.set(at, moved);
}

/// `heapq._siftup`: moves what is at `at` down to a leaf, choosing the right child unless the left one
/// is before it, then up again to its place.
fn toward_leaves(heap: &mut List<Entry>, mut at: usize) {
    let start = at;
    let Some(moved) = heap.get(at) else { return };
    while let Some(left) = heap.get(2 * at + 1) {
        let right = heap.get(2 * at + 2).filter(|right| !before(&left, right));
        let (child, place) = right.map_or((left, 2 * at + 1), |right| (right, 2 * at + 2));
        heap.set(at, child);
        at = place;
    }
    heap.set(at, moved);
    toward_root(heap, start, at);
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAPQ: Keeping = Keeping::Heap(Ties::Heapq, 7);

    fn tied(keeping: Keeping, n: u32) -> Timers {
        let mut timers = Timers::default();
        for id in 0..n {
            timers.insert(DueKey::new(5.0), HandleId(id), keeping);
        }
        timers
    }

    fn order(timers: &Timers) -> Vec<u32> {
        timers.in_order(0, usize::MAX).into_iter().map(|id| id.0).collect()
    }

    #[test]
    fn ties_are_in_the_order_of_heapq() {
        // As CPython's `heapq` gives them, and as the engine's heap does.
        assert_eq!(order(&tied(HEAPQ, 3)), [0, 1, 2]);
        assert_eq!(order(&tied(HEAPQ, 4)), [0, 2, 1, 3]);
        assert_eq!(order(&tied(HEAPQ, 10)), [0, 2, 6, 9, 8, 5, 7, 4, 1, 3]);
        let fifo = tied(Keeping::Heap(Ties::Fifo, 7), 10);
        assert_eq!(order(&fifo), (0..10).collect::<Vec<_>>());
        let guess = tied(Keeping::Otherwise, 4);
        assert!(!guess.is_exact() && order(&guess) == [0, 1, 2, 3]);
    }

    #[test]
    fn what_is_first_is_what_leaves_next_whatever_is_in_sight() {
        let mut timers = tied(HEAPQ, 10);
        timers.insert(DueKey::new(1.0), HandleId(20), HEAPQ);
        let all = order(&timers);
        for first in 0..all.len() {
            let seen = timers.in_order(first, 3);
            assert!(seen.iter().map(|id| id.0).eq(all[first..].iter().copied().take(3)));
        }
        for id in all {
            let (due, first) = timers.first().unwrap();
            assert_eq!(first.0, id);
            assert!(timers.take_due(due, first, false) && timers.is_exact());
        }
    }

    #[test]
    fn a_rebuild_is_followed_as_its_records_tell_of_it() {
        let mut timers = tied(HEAPQ, 200);
        let off = |id: HandleId| !id.0.is_multiple_of(3);
        (0..200).filter(|id| off(HandleId(*id))).for_each(|_| timers.note_cancelled());
        let dropped: Vec<HandleId> =
            timers.heap.iter().map(|(.., id)| id).filter(|id| off(*id)).collect();
        for id in dropped {
            assert!(timers.take_dropped(DueKey::new(5.0), id, off));
        }
        assert!(timers.is_exact() && timers.len() == 67 && timers.cancelled == 0);
        // As 200 ties of which each third was kept come from `heapq`, after `heapify`.
        let mut expected: List<Entry> =
            tied(HEAPQ, 200).heap.iter().filter(|(.., id)| !off(*id)).collect();
        (0..expected.len() / 2).rev().for_each(|at| toward_leaves(&mut expected, at));
        assert_eq!(timers.heap, expected);
    }

    #[test]
    fn an_order_that_is_lost_is_known_again_once_nothing_is_left() {
        let mut timers = tied(HEAPQ, 4);
        timers.forget();
        timers.insert(DueKey::new(2.0), HandleId(9), HEAPQ);
        assert!(!timers.is_exact());
        assert!(timers.take_due(DueKey::new(2.0), HandleId(9), false));
        timers.know_if_empty(HEAPQ);
        assert!(timers.is_exact());
    }

    #[test]
    fn due_keys_order_as_the_numbers_they_stand_for() {
        let times = [f64::NEG_INFINITY, -2.5, -0.0, 0.0, 1e-9, 4.0, 1e300, f64::INFINITY];
        for pair in times.windows(2) {
            assert!(DueKey::new(pair[0]) < DueKey::new(pair[1]), "{pair:?}");
        }
        for time in times {
            assert!(DueKey::new(time).seconds().to_bits() == time.to_bits());
        }
    }
}
