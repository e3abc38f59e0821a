//! MicroPython's queue of tasks: ordered by millisecond ticks, first in first out among equals.
//!
//! MicroPython keeps a pairing heap. Its order is nevertheless one that can be said in a line, and
//! here it is kept in that form: by key, and among equal keys by the order of pushing. That the two
//! agree is no accident of small cases. A push melds one node with a heap that is older as a whole,
//! and a removal only melds neighbours among siblings. So siblings always stand from newest to
//! oldest, each subtree holding an unbroken run of pushes, and a meld, which lets the older side win
//! a tie, puts the older of two equals on top. The tests hold this queue against such a heap.
//!
//! Most pushes have the present tick as their key, and so are never earlier than the one before.
//! Those stand in a ring; only sleeps, which are later, go into a tree. Neither moves the others.

use std::collections::{BTreeMap, VecDeque};

use super::millis::Millis;

/// Where an entry stands: by key, then by the order of pushing. The key is counted without
/// wrapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Order {
    key: i64,
    nth: u64,
}

impl Order {
    /// The key, as the program sees it.
    #[must_use]
    pub const fn key(self) -> Millis {
        Millis::wrapped(self.key)
    }

    /// The key as milliseconds that do not wrap.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.key
    }
}

/// A queue of tasks, or of whatever has its turn at a tick.
///
/// Keys are compared as they were when they were pushed: two that were pushed within half a period
/// of each other stand as `ticks_diff` says.
///
/// ```
/// use loopscope_engine::core::{Millis, TaskQueue};
///
/// let now = 5;
/// let mut queue = TaskQueue::default();
/// queue.push(Millis::wrapped(9), now, "later");
/// queue.push(Millis::wrapped(5), now, "first");
/// queue.push(Millis::wrapped(5), now, "second");
/// let order: Vec<_> = std::iter::from_fn(|| queue.pop()).map(|(_, item)| item).collect();
/// assert_eq!(order, ["first", "second", "later"]);
/// ```
#[derive(Debug)]
pub struct TaskQueue<T> {
    /// Entries whose keys never decrease. One that was taken out of the middle leaves its place, so
    /// that nobody has to move; at both ends there is always an entry.
    ring: VecDeque<(Order, Option<T>)>,
    /// How many places of the ring are empty.
    holes: usize,
    /// The others.
    tree: BTreeMap<Order, T>,
    pushed: u64,
}

impl<T> Default for TaskQueue<T> {
    fn default() -> Self {
        Self { ring: VecDeque::new(), holes: 0, tree: BTreeMap::new(), pushed: 0 }
    }
}

impl<T> TaskQueue<T> {
    /// Adds an entry; `now` is the present time in milliseconds that do not wrap.
    pub fn push(&mut self, key: Millis, now: i64, item: T) -> Order {
        let key = now + key.since(Millis::wrapped(now));
        self.pushed += 1;
        let order = Order { key, nth: self.pushed };
        if key <= now && self.ring.back().is_none_or(|(last, _)| last.key <= key) {
            self.ring.push_back((order, Some(item)));
        } else {
            self.tree.insert(order, item);
        }
        order
    }

    /// The entry whose turn is next.
    #[must_use]
    pub fn peek(&self) -> Option<(Order, &T)> {
        let ring = self.ring.front().and_then(|(order, item)| Some((*order, item.as_ref()?)));
        let tree = self.tree.first_key_value().map(|(order, item)| (*order, item));
        match (ring, tree) {
            (Some(ring), Some(tree)) => Some(if ring.0 < tree.0 { ring } else { tree }),
            (ring, tree) => ring.or(tree),
        }
    }

    /// Takes the entry whose turn is next.
    pub fn pop(&mut self) -> Option<(Order, T)> {
        let in_ring = match (self.ring.front(), self.tree.first_key_value()) {
            (Some((ring, _)), Some((tree, _))) => ring < tree,
            (ring, _) => ring.is_some(),
        };
        if in_ring {
            let (order, item) = self.ring.pop_front()?;
            self.trim();
            return item.map(|item| (order, item));
        }
        self.tree.pop_first()
    }

    /// Takes an entry from wherever it stands.
    pub fn remove(&mut self, order: Order) -> Option<T> {
        if let Ok(at) = self.ring.binary_search_by(|(each, _)| each.cmp(&order)) {
            let item = self.ring[at].1.take()?;
            self.holes += 1;
            self.trim();
            if self.holes > 16 && self.holes > self.ring.len() / 2 {
                self.ring.retain(|(_, item)| item.is_some());
                self.holes = 0;
            }
            return Some(item);
        }
        self.tree.remove(&order)
    }

    /// No hole stands at either end of the ring.
    fn trim(&mut self) {
        while self.holes > 0 && self.ring.front().is_some_and(|(_, item)| item.is_none()) {
            self.ring.pop_front();
            self.holes -= 1;
        }
        while self.holes > 0 && self.ring.back().is_some_and(|(_, item)| item.is_none()) {
            self.ring.pop_back();
            self.holes -= 1;
        }
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ring.len() - self.holes + self.tree.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ring.is_empty() && self.tree.is_empty()
    }

    /// Takes everything, in order.
    pub fn drain(&mut self) -> Vec<(Order, T)> {
        self.holes = 0;
        let mut all: Vec<_> = self
            .ring
            .drain(..)
            .filter_map(|(order, item)| item.map(|item| (order, item)))
            .collect();
        all.extend(std::mem::take(&mut self.tree));
        all.sort_unstable_by_key(|(order, _)| *order);
        all
    }
}

#[cfg(test)]
mod tests;
