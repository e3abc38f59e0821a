//! Which threads only wait for another one of the program: a lock, an item, the end of a thread.
//! The virtual clock does not pass the others, which are at work.
//!
//! A thread that another one lets through is at work from then on, though it has not woken yet. So
//! who lets go of something says so here, and who waits for it says so first and then tries once
//! more. Waits with a limit are of the machine's time, and count as work.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering, fence};

use parking_lot::Mutex;
use rustpython_vm::{AsObject, PyObject, VirtualMachine};

use super::locks::may_have_threads;
use crate::process::is_copy;

/// Those who wait for one thing.
#[derive(Debug, Default)]
struct Waiters {
    waiting: usize,
    /// How many of them may go on by now.
    let_through: usize,
}

static WAITERS: Mutex<BTreeMap<usize, Waiters>> = Mutex::new(BTreeMap::new());

/// How many wait at all: without any there is nothing to look up.
static WAITING: AtomicUsize = AtomicUsize::new(0);

/// Threads that were started, and have not yet come as far as to be counted by the interpreter.
static STARTING: AtomicUsize = AtomicUsize::new(0);

/// A thread waits without a limit, as long as this is there.
#[derive(Debug)]
pub(super) struct Blocked(usize);

impl Blocked {
    /// It waits for that. It has tried in vain, and tries once more before it waits.
    pub(super) fn on(thing: &PyObject) -> Self {
        Self::at(thing.get_id())
    }

    /// It waits for what nobody lets it through to, but what ends by itself.
    pub(super) fn for_an_end() -> Self {
        Self::at(0)
    }

    fn at(key: usize) -> Self {
        WAITERS.lock().entry(key).or_default().waiting += 1;
        WAITING.fetch_add(1, Ordering::SeqCst);
        fence(Ordering::SeqCst);
        Self(key)
    }
}

impl Drop for Blocked {
    fn drop(&mut self) {
        WAITING.fetch_sub(1, Ordering::SeqCst);
        let mut waiters = WAITERS.lock();
        if let Some(here) = waiters.get_mut(&self.0) {
            here.waiting = here.waiting.saturating_sub(1);
            here.let_through = here.let_through.min(here.waiting);
            if here.waiting == 0 {
                waiters.remove(&self.0);
            }
        }
    }
}

/// One of those that wait for it may go on: it was released, or given an item.
pub(super) fn let_through(thing: &PyObject) {
    fence(Ordering::SeqCst);
    if WAITING.load(Ordering::SeqCst) == 0 {
        return;
    }
    if let Some(here) = WAITERS.lock().get_mut(&thing.get_id()) {
        here.let_through = (here.let_through + 1).min(here.waiting);
    }
}

/// A thread was asked for, and is there as soon as this is gone.
#[derive(Debug)]
pub(super) struct Starting(());

impl Starting {
    pub(super) fn new() -> Self {
        STARTING.fetch_add(1, Ordering::SeqCst);
        Self(())
    }
}

impl Drop for Starting {
    fn drop(&mut self) {
        STARTING.fetch_sub(1, Ordering::SeqCst);
    }
}

/// How many threads there are beside this one that do not wait here. Too many rather than too few,
/// where threads begin and end meanwhile.
pub(crate) fn others_at_work(vm: &VirtualMachine) -> usize {
    if !may_have_threads() || is_copy() {
        return 0;
    }
    // The interpreter counts all but the main thread, which makes up for this one.
    let threads = || STARTING.load(Ordering::SeqCst) + vm.state.thread_count.load();
    let before = threads();
    let waiting: usize = WAITERS.lock().values().map(|here| here.waiting - here.let_through).sum();
    before.max(threads()).saturating_sub(waiting)
}
