//! An event loop with MicroPython's `asyncio` interface, for Rust futures, without a heap.
//!
//! ```
//! use loopscope_agent::event_loop::{self as asyncio, Error};
//! use loopscope_agent::task;
//!
//! task! {
//!     async fn blink(times: u32) -> Result<(), Error> {
//!         for _ in 0..times {
//!             asyncio::sleep_ms(10).await?;
//!         }
//!         Ok(())
//!     }
//! }
//!
//! task! {
//!     async fn program() -> Result<(), Error> {
//!         let task = asyncio::create_task(blink(3))?;
//!         task.await
//!     }
//! }
//! # example_board::start();
//! asyncio::run(program()).unwrap();
//! ```
//!
//! # What is the same as in MicroPython
//!
//! There is one loop, and one queue of tasks, ordered by milliseconds and by arrival within one.
//! Each turn waits until the first task is due, and resumes that one task. The names and the rules
//! are MicroPython's: a task that is stopped by an exception which nobody awaits goes to the
//! handler one round later; `cancel` reaches the innermost task; `gather`, `wait_for`, `Event` and
//! `Lock` wake and queue in the same order. So a program on a board and its twin in Python give the
//! same order of records.
//!
//! # What is Rust's own
//!
//! - A task is declared by [`task!`](crate::task), which sets its memory aside; how many of one
//!   kind may exist at a time is said there.
//! - An exception is an [`Error`]. A cancelled task gets `Err(Error::Cancelled)` where it waits, and
//!   ends by `?` or goes on; nothing is dropped in the middle.
//! - A wait of this loop is awaited by itself: who waits for several things uses [`gather`]. Two
//!   waits in one `select!` work, but the second is looked at only when the first wakes the task.
//! - A future of another library may be awaited too: its waker queues the task, from an interrupt
//!   too.
//! - [`Event`], [`Lock`] and [`ThreadSafeFlag`] are static.
//! - A context of the exception handler is a struct, [`Context`], and its exception an [`Error`].
//! - There are no streams: reading and writing is another library's, and its futures may be awaited.
//!
//! # Where a name of MicroPython's is
//!
//! | MicroPython | here |
//! |---|---|
//! | `create_task`, `current_task`, `run` | [`create_task`], [`current_task`], [`run`] |
//! | `sleep`, `sleep_ms` | [`sleep`], [`sleep_ms`] |
//! | `wait_for`, `wait_for_ms` | [`wait_for`], [`wait_for_ms`] |
//! | `gather`, and with `return_exceptions=True` | [`gather`], [`gather_all`] |
//! | `Task.cancel`, `Task.done` | [`Task::cancel`], [`Task::done`] |
//! | `Event`, `ThreadSafeFlag`, `Lock` | [`Event`], [`ThreadSafeFlag`], [`Lock`] |
//! | `async with lock` | [`Lock::lock`] |
//! | `get_event_loop`, `new_event_loop` | [`get_event_loop`], [`new_event_loop`] |
//! | `Loop.create_task`, `run_until_complete` | [`Loop::create_task`], [`Loop::run_until_complete`] |
//! | `Loop.run_forever`, `stop`, `close` | [`Loop::run_forever`], [`Loop::stop`], [`Loop::close`] |
//! | `Loop.set_exception_handler`, `get_...` | [`Loop::set_exception_handler`], [`Loop::get_exception_handler`] |
//! | `Loop.call_exception_handler`, `default_...` | [`Loop::call_exception_handler`], [`Loop::default_exception_handler`] |
//!
//! # Order of records
//!
//! As the engine's MicroPython dialect, without `turn-begin` and `turn-end`. A cancellation that is
//! forwarded sends `task-cancel` for each task on its way, outermost first. [`new_event_loop`]
//! sends no `loop-close`: each entry of the queue is cancelled and dropped.

mod cancel;
mod error;
mod event;
mod flag;
mod gather;
mod handler;
mod header;
mod join;
mod lock;
mod make;
mod queue;
mod run;
mod sleep;
mod snapshot;
mod storage;
mod task;
mod turn;
mod wait_for;

use core::cell::Cell;

use critical_section::{CriticalSection, Mutex};
use loopscope_protocol::{By, HandleHow, HandleId, ObjectId, RunHow};

pub use error::{Error, Outcome};
pub use event::Event;
pub use flag::ThreadSafeFlag;
pub use gather::{Gathered, Group, gather, gather_all};
pub use handler::{Context, Handler, set_printer};
pub use join::Join;
pub use lock::{Guard, Lock};
pub use make::{IntoTask, create_task, current_task};
pub use run::{new_event_loop, run, set_idle};
pub use sleep::{Sleep, sleep, sleep_ms};
pub use snapshot::State;
#[doc(hidden)]
pub use storage::{Pool, TaskFn, size};
pub use task::{AnyTask, Coroutine, Task};
pub use wait_for::{wait_for, wait_for_ms};

use crate::{agent, emit};
use header::{Data, Header, Queue};
use queue::before;

/// No wait queue has this number: the first one has the next.
const NO_QUEUE: ObjectId = ObjectId(1);

/// The loop: there is one, and this is its name.
#[derive(Clone, Copy, Debug)]
pub struct Loop;

/// The loop. There is one, so it may be asked for anywhere.
///
/// ```
/// # example_board::start();
/// use loopscope_agent::event_loop::get_event_loop;
///
/// assert!(get_event_loop().get_exception_handler().is_none());
/// ```
pub const fn get_event_loop() -> Loop {
    Loop
}

/// What prints a line, given in pieces.
type Printer = fn(&[&str]);

/// The one loop.
struct Core {
    queue: Queue,
    /// `loop-new` was sent.
    made: Cell<bool>,
    /// The task that runs.
    current: Cell<Option<&'static Header>>,
    /// The handle that runs.
    handle: Cell<HandleId>,
    /// What it runs until the end of.
    main: Cell<Option<(RunHow, &'static Header)>>,
    /// What `stop` queues, until it has.
    stopper: Cell<Option<&'static Header>>,
    stop_requested: Cell<bool>,
    /// The last task's number, the last queue's, and the last gather's.
    tasks: Cell<u32>,
    queues: Cell<u32>,
    gathers: Cell<u32>,
    /// The first of all tasks' memories that ever were in use.
    all: Cell<Option<&'static Header>>,
    /// Some task was woken from outside.
    woken: Cell<bool>,
    handler: Cell<Option<Handler>>,
    printer: Cell<Option<Printer>>,
    idle: Cell<Option<fn()>>,
}

static CORE: Mutex<Core> = Mutex::new(Core {
    queue: Queue::new(),
    made: Cell::new(false),
    current: Cell::new(None),
    handle: Cell::new(HandleId::NONE),
    main: Cell::new(None),
    stopper: Cell::new(None),
    stop_requested: Cell::new(false),
    tasks: Cell::new(0),
    queues: Cell::new(NO_QUEUE.0),
    gathers: Cell::new(0),
    all: Cell::new(None),
    woken: Cell::new(false),
    handler: Cell::new(None),
    printer: Cell::new(None),
    idle: Cell::new(None),
});

/// The loop; the first use of it is its beginning.
fn core(cs: CriticalSection<'_>) -> &Core {
    let core = CORE.borrow(cs);
    if !core.made.replace(true) {
        emit::loop_new();
    }
    core
}

/// The present point on the loop's clock, in milliseconds.
fn now() -> u32 {
    agent::milliseconds() as u32
}

impl Core {
    /// Who causes what happens now.
    fn by(&self) -> By {
        if self.current.get().is_some() { By::Handle(self.handle.get()) } else { By::Outside }
    }

    /// A number for a wait queue.
    fn new_queue(&self) -> u32 {
        let number = self.queues.get() + 1;
        self.queues.set(number);
        number
    }

    /// Queues a task: now, or at a later time.
    fn push(
        &self,
        cs: CriticalSection<'_>,
        task: &'static Header,
        when: Option<u32>,
        how: HandleHow,
    ) {
        let at = task.at(cs);
        at.data.set(Data::None);
        at.queued.set(true);
        let handle = at.next_handle();
        let later = when.filter(|when| before(now(), *when));
        at.timer.set(later.is_some());
        let key = if let Some(key) = later {
            emit::timer_new(handle, key, self.by());
            key
        } else {
            emit::handle_new(handle, how, self.by());
            // The record's time and the place in the queue must not disagree.
            when.unwrap_or(agent::milliseconds_of_last_event() as u32)
        };
        self.queue.insert(cs, task, key);
    }

    /// Lists a task's memory, after those that are listed.
    fn list(&self, cs: CriticalSection<'_>, task: &'static Header) {
        if task.at(cs).listed.replace(true) {
            return;
        }
        let mut link = &self.all;
        while let Some(other) = link.get() {
            link = &other.at(cs).all;
        }
        link.set(Some(task));
    }

    /// Each task's memory that ever was in use.
    fn each(&self, cs: CriticalSection<'_>, mut see: impl FnMut(&'static Header)) {
        let mut at = self.all.get();
        while let Some(task) = at {
            see(task);
            at = task.at(cs).all.get();
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
