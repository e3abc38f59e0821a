//! The smallest runner of a loop: its jobs are Rust closures. It shows how [`LoopCore`] is used,
//! and tests it without Python.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use loopscope_protocol::{ClockMode, HandleHow, HandleId, RunHow, TaskId, Ties};

use super::{
    Clock, CloseError, HandleInfo, Ids, Job, JobRunner, LoopCore, RunError, Trace, WatchedFd,
};

/// What a callback returns when it raises.
pub type Raised = Box<dyn std::error::Error>;

type Callback = Box<dyn FnMut(&Loop) -> Result<(), Raised>>;

struct Shared {
    id: HandleId,
    name: String,
    callback: RefCell<Option<Callback>>,
    cancelled: Cell<bool>,
    in_heap: Cell<bool>,
    queued: Cell<bool>,
    when: f64,
    repeats: bool,
}

/// A callback that waits to run.
#[derive(Clone)]
pub struct Handle(Rc<Shared>);

impl std::fmt::Debug for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<Handle {} h{}>", self.0.name, self.0.id.0)
    }
}

impl Handle {
    /// Whether [`Loop::cancel`] was called on it.
    #[must_use]
    pub fn cancelled(&self) -> bool {
        self.0.cancelled.get()
    }
}

impl Job for Handle {
    fn id(&self) -> HandleId {
        self.0.id
    }
    fn is_cancelled(&self) -> bool {
        self.cancelled()
    }
    fn set_in_heap(&self, in_heap: bool) {
        self.0.in_heap.set(in_heap);
        self.0.queued.set(!in_heap);
    }
    fn left_queue(&self) {
        self.0.queued.set(false);
    }
}

type Handler = Box<dyn Fn(&Handle, &Raised)>;

/// An event loop of Rust closures.
///
/// ```
/// use loopscope_engine::core::closures::Loop;
/// use std::cell::RefCell;
/// use std::rc::Rc;
///
/// let order = Rc::new(RefCell::new(Vec::new()));
/// let events = Loop::new();
/// let log = Rc::clone(&order);
/// events.call_later(5.0, "later", move |events| {
///     log.borrow_mut().push("later");
///     events.stop();
///     Ok(())
/// });
/// let log = Rc::clone(&order);
/// events.call_soon("soon", move |_| Ok(log.borrow_mut().push("soon")));
/// events.run_forever().unwrap();
/// assert_eq!(*order.borrow(), ["soon", "later"]);
/// assert!(events.time() > 5.0); // the clock is virtual: this took no time at all
/// ```
pub struct Loop {
    core: LoopCore<Handle>,
    handler: RefCell<Option<Handler>>,
}

impl std::fmt::Debug for Loop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.core.fmt(f)
    }
}

impl Default for Loop {
    fn default() -> Self {
        Self::new()
    }
}

impl JobRunner<Handle> for Loop {
    type Escape = std::convert::Infallible;

    fn run(&self, job: Handle) -> Result<(), Self::Escape> {
        let Some(mut callback) = job.0.callback.borrow_mut().take() else { return Ok(()) };
        if let Err(raised) = callback(self)
            && let Some(handler) = &*self.handler.borrow()
        {
            handler(&job, &raised);
        }
        if job.0.repeats {
            *job.0.callback.borrow_mut() = Some(callback);
        }
        Ok(())
    }

    fn interrupted(&self) -> Result<(), Self::Escape> {
        Ok(())
    }

    fn self_pipe(&self, handle: HandleId) -> Handle {
        let read = |events: &Loop| {
            events.core.read_self_pipe();
            Ok(())
        };
        Self::wrap(handle, "self-pipe", 0.0, false, Box::new(read))
    }
}

impl Loop {
    /// A loop of its own, with a virtual clock that goes real when a descriptor is watched.
    #[must_use]
    pub fn new() -> Self {
        let clock = Arc::new(Clock::new(ClockMode::Auto));
        Self::with(&Arc::new(Ids::default()), &clock, &Trace::off(Arc::clone(&clock)), Ties::Heapq)
    }

    /// A loop with the given surroundings.
    #[must_use]
    pub fn with(ids: &Arc<Ids>, clock: &Arc<Clock>, trace: &Arc<Trace>, ties: Ties) -> Self {
        Self { core: LoopCore::new(ids, clock, trace, ties, 0), handler: RefCell::new(None) }
    }

    fn wrap(id: HandleId, name: &str, when: f64, repeats: bool, callback: Callback) -> Handle {
        Handle(Rc::new(Shared {
            id,
            name: name.to_owned(),
            callback: RefCell::new(Some(callback)),
            cancelled: Cell::new(false),
            in_heap: Cell::new(false),
            queued: Cell::new(true),
            when,
            repeats,
        }))
    }

    fn info(name: &str) -> impl FnOnce(&Trace) -> HandleInfo {
        move |trace| HandleInfo { name: trace.name(name), ..HandleInfo::default() }
    }

    /// Runs `callback` in the next turn.
    pub fn call_soon(
        &self,
        name: &str,
        callback: impl FnMut(&Self) -> Result<(), Raised> + 'static,
    ) -> Handle {
        let job = Self::wrap(self.core.ids().handle(), name, 0.0, false, Box::new(callback));
        self.core.call_soon(job.clone(), HandleHow::Soon, Self::info(name));
        job
    }

    /// Runs `callback` when the loop's time is `delay` seconds further.
    pub fn call_later(
        &self,
        delay: f64,
        name: &str,
        callback: impl FnMut(&Self) -> Result<(), Raised> + 'static,
    ) -> Handle {
        self.call_at(self.time() + delay, name, callback)
    }

    /// Runs `callback` at the time `when`.
    pub fn call_at(
        &self,
        when: f64,
        name: &str,
        callback: impl FnMut(&Self) -> Result<(), Raised> + 'static,
    ) -> Handle {
        let job = Self::wrap(self.core.ids().handle(), name, when, false, Box::new(callback));
        self.core.call_at(when, job.clone(), Self::info(name));
        job
    }

    /// Runs `callback` whenever `fd` can be read.
    pub fn add_reader(
        &self,
        fd: WatchedFd,
        name: &str,
        callback: impl FnMut(&Self) -> Result<(), Raised> + 'static,
    ) -> std::io::Result<Handle> {
        let job = Self::wrap(self.core.ids().handle(), name, 0.0, true, Box::new(callback));
        let how = loopscope_protocol::WatchHow::Read;
        self.core.watch(fd, how, job.clone(), Self::info(name))?;
        Ok(job)
    }

    /// Prevents a handle from running, if it has not run yet.
    pub fn cancel(&self, handle: &Handle) {
        if handle.0.cancelled.replace(true) {
            return;
        }
        handle.0.callback.borrow_mut().take();
        if handle.0.in_heap.get() {
            self.core.timer_cancelled(handle.0.id, handle.0.when);
        } else if handle.0.queued.get() {
            self.core.handle_cancelled(handle.0.id);
        }
    }

    /// What to do when a callback raises; `None`: nothing.
    pub fn set_exception_handler(&self, handler: Option<Handler>) {
        *self.handler.borrow_mut() = handler;
    }

    /// Runs until [`Loop::stop`].
    pub fn run_forever(&self) -> Result<(), RunError> {
        self.core.run_begin(RunHow::Forever, TaskId::NONE)?;
        loop {
            let Ok(()) = self.core.turn(self);
            if self.core.is_stopping() {
                break;
            }
        }
        self.core.run_end(RunHow::Forever);
        Ok(())
    }

    /// Leaves after the present batch.
    pub fn stop(&self) {
        self.core.stop();
    }

    /// Drops everything that is queued; nothing can be run afterwards.
    pub fn close(&self) -> Result<(), CloseError> {
        self.core.close().map(drop)
    }

    /// The loop's time, in seconds.
    pub fn time(&self) -> f64 {
        self.core.time()
    }

    /// Whether it runs.
    pub fn is_running(&self) -> bool {
        self.core.is_running()
    }

    /// Whether it is closed.
    pub fn is_closed(&self) -> bool {
        self.core.is_closed()
    }
}

#[cfg(test)]
mod tests;
