//! Queues of tasks: the loop's own, ordered by time, and those of events and locks.
//!
//! A task stands in at most one queue, so the link is in the task.

use core::cell::Cell;

use critical_section::{CriticalSection, Mutex};

/// Whether point `a` on the millisecond clock is before `b`; it wraps after 49 days.
pub(super) const fn before(a: u32, b: u32) -> bool {
    (a.wrapping_sub(b)).cast_signed() < 0
}

/// What can stand in a queue: it has the key that it is sorted by, and the link to the next one.
pub(super) trait Queued: 'static {
    fn key<'a>(&'a self, cs: CriticalSection<'a>) -> &'a Cell<u32>;
    fn next<'a>(&'a self, cs: CriticalSection<'a>) -> &'a Cell<Option<&'static Self>>;
}

/// Tasks in the order of their keys, and in the order of arrival among equal ones.
#[derive(Debug)]
pub(super) struct Queue<T: Queued> {
    head: Mutex<Cell<Option<&'static T>>>,
}

impl<T: Queued> Queue<T> {
    pub(super) const fn new() -> Self {
        Self { head: Mutex::new(Cell::new(None)) }
    }

    pub(super) fn peek(&self, cs: CriticalSection<'_>) -> Option<&'static T> {
        self.head.borrow(cs).get()
    }

    pub(super) fn insert(&self, cs: CriticalSection<'_>, task: &'static T, key: u32) {
        task.key(cs).set(key);
        let mut link = self.head.borrow(cs);
        while let Some(other) = link.get() {
            if before(key, other.key(cs).get()) {
                break;
            }
            link = other.next(cs);
        }
        task.next(cs).set(link.get());
        link.set(Some(task));
    }

    pub(super) fn pop(&self, cs: CriticalSection<'_>) -> Option<&'static T> {
        let task = self.head.borrow(cs).get()?;
        self.head.borrow(cs).set(task.next(cs).take());
        Some(task)
    }

    pub(super) fn remove(&self, cs: CriticalSection<'_>, task: &'static T) {
        let mut link = self.head.borrow(cs);
        while let Some(other) = link.get() {
            if core::ptr::eq(other, task) {
                link.set(task.next(cs).take());
                return;
            }
            link = other.next(cs);
        }
    }

    /// Its tasks, first to last.
    pub(super) fn each(&self, cs: CriticalSection<'_>, mut see: impl FnMut(&'static T)) {
        let mut at = self.peek(cs);
        while let Some(task) = at {
            at = task.next(cs).get();
            see(task);
        }
    }
}
