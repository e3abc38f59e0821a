//! Queues of tasks: the loop's own, ordered by time, and those of events and locks.
//!
//! A task stands in at most one queue, so the link is in the task.

use core::cell::Cell;

use critical_section::{CriticalSection, Mutex};

use super::header::Header;

/// Whether point `a` on the millisecond clock is before `b`; it wraps after 49 days.
pub(super) const fn before(a: u32, b: u32) -> bool {
    (a.wrapping_sub(b)).cast_signed() < 0
}

/// Tasks in the order of their keys, and in the order of arrival among equal ones.
#[derive(Debug)]
pub(super) struct Queue {
    head: Mutex<Cell<Option<&'static Header>>>,
}

impl Queue {
    pub(super) const fn new() -> Self {
        Self { head: Mutex::new(Cell::new(None)) }
    }

    pub(super) fn peek(&self, cs: CriticalSection<'_>) -> Option<&'static Header> {
        self.head.borrow(cs).get()
    }

    pub(super) fn insert(&self, cs: CriticalSection<'_>, task: &'static Header, key: u32) {
        task.at(cs).key.set(key);
        let mut link = self.head.borrow(cs);
        while let Some(other) = link.get() {
            if before(key, other.at(cs).key.get()) {
                break;
            }
            link = &other.at(cs).next;
        }
        task.at(cs).next.set(link.get());
        link.set(Some(task));
    }

    pub(super) fn pop(&self, cs: CriticalSection<'_>) -> Option<&'static Header> {
        let task = self.head.borrow(cs).get()?;
        self.head.borrow(cs).set(task.at(cs).next.take());
        Some(task)
    }

    pub(super) fn remove(&self, cs: CriticalSection<'_>, task: &'static Header) {
        let mut link = self.head.borrow(cs);
        while let Some(other) = link.get() {
            if core::ptr::eq(other, task) {
                link.set(task.at(cs).next.take());
                return;
            }
            link = &other.at(cs).next;
        }
    }

    /// Its tasks, first to last.
    pub(super) fn each(&self, cs: CriticalSection<'_>, mut see: impl FnMut(&'static Header)) {
        let mut at = self.peek(cs);
        while let Some(task) = at {
            at = task.at(cs).next.get();
            see(task);
        }
    }
}
