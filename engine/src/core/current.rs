//! Who is at work on this thread: the handle that runs, or a `py` command.

use std::cell::Cell;

use loopscope_protocol::{By, HandleId};

thread_local! {
    static CURRENT: Cell<By> = const { Cell::new(By::Outside) };
    static IS_LOOP: Cell<bool> = const { Cell::new(false) };
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

/// Runs `work` as a `py` command.
pub fn as_py<R>(work: impl FnOnce() -> R) -> R {
    let _restore = Restore(CURRENT.replace(By::Py));
    work()
}
