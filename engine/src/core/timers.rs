//! The heap of timers, with the order that CPython's `heapq` gives to timers due at the same time.
//!
//! asyncio compares timers by `when` alone, so among equals the order is what the heap's moves
//! happen to make it: fixed, the same on every CPython, and not first in, first out. Learners and
//! tests see that order only if the moves are the same, so this is `heapq`, move by move.

use loopscope_protocol::{TieBreaker, Ties};

/// A timer in the heap.
#[derive(Clone, Debug)]
pub struct Timer<J> {
    /// When it is due, in seconds of loop time.
    pub when: f64,
    /// What breaks a tie, unless ties are broken as `heapq` does.
    tie: u64,
    /// What to run.
    pub job: J,
}

impl<J> Timer<J> {
    #[allow(clippy::float_cmp, reason = "a tie is two timers with the very same time")]
    fn before(&self, other: &Self) -> bool {
        self.when < other.when || (self.when == other.when && self.tie < other.tie)
    }
}

/// A heap of timers.
///
/// ```
/// use loopscope_engine::core::Timers;
/// use loopscope_protocol::Ties;
///
/// let mut timers = Timers::new(Ties::Heapq, 0);
/// for name in 0..6 {
///     timers.push(1.0, name);
/// }
/// let order: Vec<i32> = std::iter::from_fn(|| timers.pop()).map(|timer| timer.job).collect();
/// assert_eq!(order, [0, 2, 5, 4, 1, 3]);
/// ```
#[derive(Debug)]
pub struct Timers<J> {
    heap: Vec<Timer<J>>,
    ties: Ties,
    breaker: TieBreaker,
}

impl<J> Timers<J> {
    /// An empty heap. `seed` is for [`Ties::Shuffle`].
    #[must_use]
    pub fn new(ties: Ties, seed: u64) -> Self {
        Self { heap: Vec::new(), ties, breaker: TieBreaker::new(seed) }
    }

    /// How many timers there are, cancelled ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }

    /// The next one.
    #[must_use]
    pub fn first(&self) -> Option<&Timer<J>> {
        self.heap.first()
    }

    /// `heapq.heappush`.
    pub fn push(&mut self, when: f64, job: J) {
        let tie = self.breaker.next(self.ties);
        self.heap.push(Timer { when, tie, job });
        self.toward_root(0, self.heap.len() - 1);
    }

    /// `heapq.heappop`.
    pub fn pop(&mut self) -> Option<Timer<J>> {
        let last = self.heap.pop()?;
        if self.heap.is_empty() {
            return Some(last);
        }
        let first = std::mem::replace(&mut self.heap[0], last);
        self.toward_leaves(0);
        Some(first)
    }

    /// Leaves out the timers that `keep` refuses, then `heapq.heapify`: what asyncio does when more
    /// than half of many timers are cancelled. Returns those left out.
    pub fn rebuild(&mut self, mut keep: impl FnMut(&J) -> bool) -> Vec<Timer<J>> {
        let (kept, dropped) =
            std::mem::take(&mut self.heap).into_iter().partition(|timer| keep(&timer.job));
        self.heap = kept;
        for at in (0..self.heap.len() / 2).rev() {
            self.toward_leaves(at);
        }
        dropped
    }

    /// Takes all out, in the order of the heap's array.
    pub fn drain(&mut self) -> Vec<Timer<J>> {
        std::mem::take(&mut self.heap)
    }

    /// All timers, in the order of the heap's array.
    pub fn iter(&self) -> impl Iterator<Item = &Timer<J>> {
        self.heap.iter()
    }

    /// `heapq._siftdown`: moves what is at `at` up while it is before its parent.
    fn toward_root(&mut self, start: usize, mut at: usize) {
        while at > start {
            let parent = (at - 1) / 2;
            if !self.heap[at].before(&self.heap[parent]) {
                break;
            }
            self.heap.swap(at, parent);
            at = parent;
        }
    }

    /// `heapq._siftup`: moves what is at `at` down to a leaf, choosing the right child unless the
    /// left one is before it, then up again to its place.
    fn toward_leaves(&mut self, mut at: usize) {
        let start = at;
        loop {
            let left = 2 * at + 1;
            if left >= self.heap.len() {
                break;
            }
            let right = left + 1;
            let child = if right < self.heap.len() && !self.heap[left].before(&self.heap[right]) {
                right
            } else {
                left
            };
            self.heap.swap(at, child);
            at = child;
        }
        self.toward_root(start, at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(ties: Ties, n: u32) -> Vec<u32> {
        let mut timers = Timers::new(ties, 7);
        for name in 0..n {
            timers.push(5.0, name);
        }
        std::iter::from_fn(|| timers.pop()).map(|timer| timer.job).collect()
    }

    #[test]
    fn ties_pop_as_from_heapq() {
        assert_eq!(order(Ties::Heapq, 2), [0, 1]);
        assert_eq!(order(Ties::Heapq, 3), [0, 1, 2]);
        assert_eq!(order(Ties::Heapq, 4), [0, 2, 1, 3]);
        assert_eq!(order(Ties::Heapq, 5), [0, 2, 4, 1, 3]);
        assert_eq!(order(Ties::Heapq, 10), [0, 2, 6, 9, 8, 5, 7, 4, 1, 3]);
    }

    #[test]
    fn other_orders_are_what_they_say() {
        assert_eq!(order(Ties::Fifo, 10), (0..10).collect::<Vec<_>>());
        let shuffled = order(Ties::Shuffle, 10);
        assert_ne!(shuffled, (0..10).collect::<Vec<_>>());
        assert_eq!(shuffled, order(Ties::Shuffle, 10), "the same seed gives the same order");
    }

    #[test]
    fn due_times_come_in_order() {
        let mut timers = Timers::new(Ties::Heapq, 0);
        for n in [5, 3, 9, 1, 7, 2, 8] {
            timers.push(f64::from(n), n);
        }
        let order: Vec<_> = std::iter::from_fn(|| timers.pop()).map(|timer| timer.job).collect();
        assert_eq!(order, [1, 2, 3, 5, 7, 8, 9]);
    }

    #[test]
    fn a_rebuild_keeps_the_heap() {
        let mut timers = Timers::new(Ties::Heapq, 0);
        for n in 0..200u32 {
            timers.push(f64::from(n * 37 % 101), n);
        }
        let dropped = timers.rebuild(|n| n % 3 == 0);
        assert_eq!(dropped.len(), 133);
        let mut last = f64::MIN;
        while let Some(timer) = timers.pop() {
            assert!(timer.when >= last && timer.job % 3 == 0);
            last = timer.when;
        }
    }
}
