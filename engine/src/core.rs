//! The event loop itself, in plain Rust: it knows no Python.
//!
//! [`LoopCore`] is one asyncio loop: a FIFO of ready handles, a heap of timers, a poller and a few
//! flags, turned by [`LoopCore::turn`] exactly as CPython turns its own. What a handle *does* is
//! the business of a [`JobRunner`]. [`closures`] is the smallest one, and shows how to use the rest.
//!
//! MicroPython's loop is not a variation of that one and stands beside it: [`micro`], which has the
//! clock, the counters and the records in common with it.
//!
//! Everything visible that happens here, or to the tasks and futures above, is sent through
//! [`Trace`]; nothing else in the engine emits.

mod clock;
pub mod closures;
mod current;
mod ids;
mod job;
mod loop_core;
pub mod micro;
mod millis;
mod peers;
mod poller;
mod quick;
mod records;
mod task_queue;
mod timers;
mod trace;
mod turn;

pub use clock::{Clock, seconds};
pub(crate) use clock::{FIRST_LOOK, LAST_LOOK, WorkTime};
pub use current::{as_outside, as_py, current, thread_is_loop};
pub(crate) use current::{is_quiet, mark_loop_thread, quietly};
pub use ids::Ids;
pub use job::{Job, JobRunner};
pub use loop_core::{CloseError, LoopCore, LoopFlags, RunError};
pub(crate) use millis::whole as whole_millis;
pub use millis::{Millis, PERIOD, TooFar};
pub use peers::text as address_text;
pub use poller::{Interest, Poller, WatchedFd};
pub(crate) use quick::Quick;
pub use records::{About, Ending, FromOutside, NewSync, NewTransport, Records, SyncChange};
pub use task_queue::{Order, TaskQueue};
pub use timers::{Timer, Timers};
pub use trace::{FindLine, Gate, HandleInfo, Sink, Trace};
