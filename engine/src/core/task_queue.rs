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
    /// Entries whose keys never decrease.
    ring: VecDeque<(Order, T)>,
    /// The others.
    tree: BTreeMap<Order, T>,
    pushed: u64,
}

impl<T> Default for TaskQueue<T> {
    fn default() -> Self {
        Self { ring: VecDeque::new(), tree: BTreeMap::new(), pushed: 0 }
    }
}

impl<T> TaskQueue<T> {
    /// Adds an entry; `now` is the present time in milliseconds that do not wrap.
    pub fn push(&mut self, key: Millis, now: i64, item: T) -> Order {
        let key = now + key.since(Millis::wrapped(now));
        self.pushed += 1;
        let order = Order { key, nth: self.pushed };
        if key <= now && self.ring.back().is_none_or(|(last, _)| last.key <= key) {
            self.ring.push_back((order, item));
        } else {
            self.tree.insert(order, item);
        }
        order
    }

    /// The entry whose turn is next.
    #[must_use]
    pub fn peek(&self) -> Option<(Order, &T)> {
        let ring = self.ring.front().map(|(order, item)| (*order, item));
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
        if in_ring { self.ring.pop_front() } else { self.tree.pop_first() }
    }

    /// Takes an entry from wherever it stands.
    pub fn remove(&mut self, order: Order) -> Option<T> {
        if let Ok(at) = self.ring.binary_search_by(|(each, _)| each.cmp(&order)) {
            return self.ring.remove(at).map(|(_, item)| item);
        }
        self.tree.remove(&order)
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ring.len() + self.tree.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ring.is_empty() && self.tree.is_empty()
    }

    /// Takes everything, in order.
    pub fn drain(&mut self) -> Vec<(Order, T)> {
        let mut all: Vec<_> = self.ring.drain(..).collect();
        all.extend(std::mem::take(&mut self.tree));
        all.sort_unstable_by_key(|(order, _)| *order);
        all
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::core::millis::PERIOD;

    /// A pairing heap in the textbook's form, with MicroPython's tie: of two equals the one that
    /// stood on the older side comes out on top.
    #[derive(Default)]
    struct PairingHeap {
        root: Option<Box<Node>>,
    }

    struct Node {
        key: Millis,
        item: u32,
        /// Newest first.
        children: Vec<Node>,
    }

    /// `newer` was pushed after everything in `older`.
    fn meld(newer: Node, mut older: Node) -> Node {
        if newer.key.since(older.key) < 0 {
            let mut newer = newer;
            newer.children.push(older);
            newer
        } else {
            older.children.insert(0, newer);
            older
        }
    }

    fn pair(children: Vec<Node>) -> Option<Node> {
        let mut heap: Option<Node> = None;
        let mut children = children.into_iter();
        while let Some(first) = children.next() {
            let pair = match children.next() {
                Some(second) => meld(first, second),
                None => first,
            };
            heap = Some(match heap {
                Some(heap) => meld(heap, pair),
                None => pair,
            });
        }
        heap
    }

    impl PairingHeap {
        fn push(&mut self, key: Millis, item: u32) {
            let node = Node { key, item, children: Vec::new() };
            self.root = Some(Box::new(match self.root.take() {
                Some(root) => meld(node, *root),
                None => node,
            }));
        }

        fn pop(&mut self) -> Option<u32> {
            let root = self.root.take()?;
            self.root = pair(root.children).map(Box::new);
            Some(root.item)
        }

        /// What it removes is replaced, where it stood, by its children made one.
        fn remove(&mut self, item: u32) {
            fn within(node: &mut Node, item: u32) -> bool {
                if let Some(at) = node.children.iter().position(|child| child.item == item) {
                    let gone = node.children.remove(at);
                    if let Some(put) = pair(gone.children) {
                        node.children.insert(at, put);
                    }
                    return true;
                }
                node.children.iter_mut().any(|child| within(child, item))
            }
            if self.root.as_ref().is_some_and(|root| root.item == item) {
                self.pop();
            } else if let Some(root) = &mut self.root {
                within(root, item);
            }
        }
    }

    #[derive(Clone, Debug)]
    enum Op {
        /// Time passes, then something is pushed this far from now.
        Push(i64, i64),
        Pop,
        Remove(usize),
    }

    fn op() -> impl Strategy<Value = Op> {
        prop_oneof![
            4 => (0..3i64, prop_oneof![3 => Just(0i64), 2 => -3..6i64]).prop_map(|(pass, from_now)| {
                Op::Push(pass, from_now)
            }),
            2 => Just(Op::Pop),
            1 => (0..40usize).prop_map(Op::Remove),
        ]
    }

    proptest! {
        #[test]
        fn it_orders_as_the_pairing_heap_does(
            ops in prop::collection::vec(op(), 0..200),
            start in prop_oneof![Just(0i64), Just(i64::from(PERIOD) - 20)],
        ) {
            let (mut queue, mut heap) = (TaskQueue::default(), PairingHeap::default());
            let mut inside: Vec<(Order, u32)> = Vec::new();
            let mut now = start;
            for (number, op) in (0u32..).zip(ops) {
                match op {
                    Op::Push(passes, from_now) => {
                        now += passes;
                        let key = Millis::wrapped(now + from_now);
                        inside.push((queue.push(key, now, number), number));
                        heap.push(key, number);
                    }
                    Op::Pop => {
                        let popped = queue.pop().map(|(_, item)| item);
                        prop_assert_eq!(popped, heap.pop());
                        inside.retain(|(_, item)| Some(*item) != popped);
                    }
                    Op::Remove(at) if at < inside.len() => {
                        let (order, item) = inside.remove(at);
                        prop_assert_eq!(queue.remove(order), Some(item));
                        prop_assert_eq!(queue.remove(order), None);
                        heap.remove(item);
                    }
                    Op::Remove(_) => {}
                }
                prop_assert_eq!(queue.len(), inside.len());
                prop_assert_eq!(queue.peek().map(|(_, item)| *item), inside.iter().min().map(|(_, item)| *item));
            }
            let rest: Vec<_> = std::iter::from_fn(|| heap.pop()).collect();
            prop_assert_eq!(queue.drain().into_iter().map(|(_, item)| item).collect::<Vec<_>>(), rest);
            prop_assert!(queue.is_empty());
        }
    }

    #[test]
    fn keys_are_compared_across_the_end_of_the_period() {
        let now = i64::from(PERIOD) - 1;
        let mut queue = TaskQueue::default();
        let after = queue.push(Millis::wrapped(1), now, "after the wrap");
        queue.push(Millis::wrapped(now), now, "before it");
        assert_eq!(after.key().value(), 1);
        assert_eq!(after.millis(), now + 2);
        assert_eq!(queue.pop().map(|(_, item)| item), Some("before it"));
    }
}
