//! The order of MicroPython's queue, held against a pairing heap.

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
