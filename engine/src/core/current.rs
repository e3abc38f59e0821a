//! Who is at work on this thread: the handle that runs, or a `py` command.

use std::cell::Cell;

use loopscope_protocol::{By, HandleId};

thread_local! {
    static CURRENT: Cell<By> = const { Cell::new(By::Outside) };
    static IS_LOOP: Cell<bool> = const { Cell::new(false) };
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Who causes what happens on this thread now.
#[must_use]
pub fn current() -> By {
    CURRENT.get()
}

/// Whether this thread is one that a pause holds: the main program's, or one that runs a loop.
#[must_use]
pub fn thread_is_loop() -> bool {
    IS_LOOP.get()
}

/// Does `work`, of which nothing is recorded, whatever it does on this thread.
pub(crate) fn quietly<R>(work: impl FnOnce() -> R) -> R {
    struct Loud(bool);
    impl Drop for Loud {
        fn drop(&mut self) {
            QUIET.set(self.0);
        }
    }
    let _loud = Loud(QUIET.replace(true));
    work()
}

/// Whether nothing is recorded of what this thread does now.
#[inline]
pub(crate) fn is_quiet() -> bool {
    QUIET.get()
}

/// Marks this thread as one that a pause holds.
pub(crate) fn mark_loop_thread() {
    IS_LOOP.set(true);
}

/// Restores who was at work when it is dropped, also when a panic passes.
pub(crate) struct Restore(By);

impl Drop for Restore {
    fn drop(&mut self) {
        CURRENT.set(self.0);
    }
}

/// From now until the value is dropped, `handle` is at work on this thread.
pub(crate) fn enter(handle: HandleId) -> Restore {
    Restore(CURRENT.replace(By::Handle(handle)))
}

/// Runs `work` as nobody of the program's: what a signal from outside causes is not the work of the
/// handle in which it happens to arrive.
pub fn as_outside<R>(work: impl FnOnce() -> R) -> R {
    let _restore = Restore(CURRENT.replace(By::Outside));
    work()
}

/// Runs `work` as a `py` command.
pub fn as_py<R>(work: impl FnOnce() -> R) -> R {
    let _restore = Restore(CURRENT.replace(By::Py));
    work()
}
