//! A loop: its queues and flags, and what changes them: scheduling, cancelling, running, stopping
//! and closing.

mod sources;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};

use loopscope_protocol::{Event, HandleHow, HandleId, LoopId, RunHow, TaskId, Ties};
use parking_lot::{Mutex, RwLock};

use super::clock::{Clock, seconds};
use super::current::{current, mark_loop_thread};
use super::ids::Ids;
use super::job::Job;
use super::poller::{Poller, SelfPipe};
use super::records::Records;
use super::timers::Timers;
use super::trace::{HandleInfo, Trace};

/// Why a loop will not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// It is closed.
    #[error("Event loop is closed")]
    Closed,
    /// It runs already.
    #[error("This event loop is already running")]
    Running,
}

/// Why a loop will not close.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CloseError {
    /// It runs.
    #[error("Cannot close a running event loop")]
    Running,
}

#[derive(Debug)]
pub(super) struct Queue<J> {
    pub(super) ready: VecDeque<J>,
    pub(super) timers: Timers<J>,
    pub(super) cancelled_timers: usize,
}

/// What can be asked of a loop at any time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoopFlags {
    /// `is_running()`.
    pub running: bool,
    /// `stop()` was called and the loop has not left yet.
    pub stopping: bool,
    /// `is_closed()`.
    pub closed: bool,
}

/// One event loop. All methods may be called from any thread, as in asyncio; only
/// [`LoopCore::wake`] wakes a sleeping one.
#[derive(Debug)]
pub struct LoopCore<J> {
    pub(super) id: LoopId,
    pub(super) ids: Arc<Ids>,
    pub(super) clock: Arc<Clock>,
    pub(super) trace: Arc<Trace>,
    pub(super) queue: Mutex<Queue<J>>,
    pub(super) poller: Mutex<Poller<J>>,
    /// Made when it is first needed, and gone when the loop is closed.
    pub(super) pipe: RwLock<Option<Arc<SelfPipe>>>,
    pub(super) woken: AtomicBool,
    /// While it sleeps by the virtual clock in company: its number among all that sleep.
    pub(super) asleep: AtomicU64,
    pub(super) pipe_handle: AtomicU32,
    /// Descriptors and signals that are watched: without any there is nothing to poll.
    pub(super) watched: AtomicUsize,
    pub(super) turns: AtomicU32,
    stopping: AtomicBool,
    closed: AtomicBool,
    /// The thread that runs it; 0: none.
    thread: AtomicU64,
}

fn this_thread() -> u64 {
    use std::sync::atomic::AtomicU64;
    static NEXT: AtomicU64 = AtomicU64::new(1);
    thread_local! {
        static ID: u64 = NEXT.fetch_add(1, Ordering::Relaxed);
    }
    ID.with(|id| *id)
}

impl<J: Job> LoopCore<J> {
    /// A new loop, neither running nor closed.
    pub fn new(
        ids: &Arc<Ids>,
        clock: &Arc<Clock>,
        trace: &Arc<Trace>,
        ties: Ties,
        seed: u64,
    ) -> Self {
        let id = ids.new_loop();
        trace.emit(id, Event::LoopNew {});
        Self {
            id,
            ids: Arc::clone(ids),
            clock: Arc::clone(clock),
            trace: Arc::clone(trace),
            queue: Mutex::new(Queue {
                ready: VecDeque::new(),
                timers: Timers::new(ties, seed),
                cancelled_timers: 0,
            }),
            poller: Mutex::default(),
            pipe: RwLock::default(),
            woken: AtomicBool::new(false),
            asleep: AtomicU64::new(0),
            pipe_handle: AtomicU32::new(0),
            watched: AtomicUsize::new(0),
            turns: AtomicU32::new(0),
            stopping: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            thread: AtomicU64::new(0),
        }
    }

    /// Its id.
    pub const fn id(&self) -> LoopId {
        self.id
    }

    /// The counters of this run.
    pub fn ids(&self) -> &Ids {
        &self.ids
    }

    /// Where its records go.
    pub fn trace(&self) -> &Arc<Trace> {
        &self.trace
    }

    /// What tasks, futures and the exception handler send.
    pub fn records(&self) -> Records<'_> {
        Records::new(&self.trace, self.id)
    }

    /// Its clock.
    pub fn clock(&self) -> &Arc<Clock> {
        &self.clock
    }

    /// `loop.time()`.
    pub fn time(&self) -> f64 {
        seconds(self.clock.read())
    }

    /// Its state.
    pub fn flags(&self) -> LoopFlags {
        LoopFlags {
            running: self.is_running(),
            stopping: self.is_stopping(),
            closed: self.is_closed(),
        }
    }

    /// Whether `run_forever` or `run_until_complete` is at work.
    pub fn is_running(&self) -> bool {
        self.thread.load(Ordering::Relaxed) != 0
    }

    /// Whether it runs on this very thread.
    pub fn runs_here(&self) -> bool {
        self.thread.load(Ordering::Relaxed) == this_thread()
    }

    /// Whether it was closed.
    #[inline]
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    /// Whether it will leave after the present (or next) batch.
    #[inline]
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// How many handles are ready, and how many timers wait.
    pub fn lengths(&self) -> (usize, usize) {
        let queue = self.queue.lock();
        (queue.ready.len(), queue.timers.len())
    }

    // ---- scheduling ------------------------------------------------------------------------

    /// Puts `job` at the end of the ready queue. `info` is asked only when somebody looks.
    #[inline]
    pub fn call_soon(&self, job: J, how: HandleHow, info: impl FnOnce(&Trace) -> HandleInfo) {
        if !self.trace.is_on() {
            self.queue.lock().ready.push_back(job);
            return;
        }
        let handle = job.id();
        let event = self.announcement(handle, how, info);
        let line = self.trace.line(event.kind());
        // Written before another thread can run it; held, if so, without the lock.
        let written = {
            let mut queue = self.queue.lock();
            queue.ready.push_back(job);
            self.trace.write(self.id, &event, line)
        };
        self.trace.passed(written);
    }

    fn announcement(
        &self,
        handle: HandleId,
        how: HandleHow,
        info: impl FnOnce(&Trace) -> HandleInfo,
    ) -> Event {
        let HandleInfo { name, place, task, future } = info(&self.trace);
        Event::HandleNew { handle, how, name, place, by: current(), task, future }
    }

    fn announce(&self, handle: HandleId, how: HandleHow, info: impl FnOnce(&Trace) -> HandleInfo) {
        self.trace.emit(self.id, self.announcement(handle, how, info));
    }

    /// Puts a handle that exists already (a watcher's, a signal's) at the end of the ready queue.
    pub fn enqueue(&self, job: J) {
        self.queue.lock().ready.push_back(job);
    }

    /// Puts `job` into the heap of timers.
    pub fn call_at(&self, when: f64, job: J, info: impl FnOnce(&Trace) -> HandleInfo) {
        job.set_in_heap(true);
        if !self.trace.is_on() {
            self.queue.lock().timers.push(when, job);
            return;
        }
        let handle = job.id();
        let HandleInfo { name, place, future, task } = info(&self.trace);
        let event = Event::TimerNew { handle, when, name, place, by: current(), future, task };
        let line = self.trace.line(event.kind());
        let written = {
            let mut queue = self.queue.lock();
            queue.timers.push(when, job);
            self.trace.write(self.id, &event, line)
        };
        self.trace.passed(written);
    }

    /// A handle in the ready queue was cancelled.
    pub fn handle_cancelled(&self, handle: HandleId) {
        self.trace.emit(self.id, Event::HandleCancel { handle, by: current() });
    }

    /// A timer in the heap was cancelled.
    pub fn timer_cancelled(&self, handle: HandleId, when: f64) {
        self.queue.lock().cancelled_timers += 1;
        self.trace.emit(self.id, Event::TimerCancel { handle, when, by: current() });
    }

    // ---- running -----------------------------------------------------------------------------

    /// The checks at the start of a run.
    pub fn check_run(&self) -> Result<(), RunError> {
        if self.is_closed() {
            Err(RunError::Closed)
        } else if self.is_running() {
            Err(RunError::Running)
        } else {
            Ok(())
        }
    }

    /// From now on it runs on this thread.
    pub fn run_begin(&self, how: RunHow, task: TaskId) -> Result<(), RunError> {
        self.check_run()?;
        self.thread.store(this_thread(), Ordering::Relaxed);
        mark_loop_thread();
        self.trace.emit(self.id, Event::LoopRun { how, task });
        Ok(())
    }

    /// It runs no more; a request to stop is used up.
    pub fn run_end(&self, how: RunHow) {
        self.stopping.store(false, Ordering::Relaxed);
        self.thread.store(0, Ordering::Relaxed);
        self.trace.emit(self.id, Event::LoopStopped { how });
    }

    /// `stop()`: leave after the present batch, or after one turn if it does not run.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
        self.trace.emit(self.id, Event::LoopStopRequest { by: current() });
    }

    /// `close()`. What was queued is lost; it is handed back so that the caller can drop it where
    /// dropping may run code.
    pub fn close(&self) -> Result<Vec<J>, CloseError> {
        if self.is_running() {
            return Err(CloseError::Running);
        }
        if self.closed.swap(true, Ordering::Relaxed) {
            return Ok(Vec::new());
        }
        let mut dropped: Vec<J> = Vec::new();
        let (ready, timers) = {
            let mut queue = self.queue.lock();
            dropped.extend(queue.ready.drain(..));
            let ready = dropped.len();
            let timers = queue.timers.drain();
            let count = timers.len();
            dropped.extend(timers.into_iter().map(|timer| timer.job));
            (ready, count)
        };
        self.poller.lock().clear();
        let pipe = self.pipe.write().take();
        drop(pipe);
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        self.trace.emit(self.id, Event::LoopClose { ready: count(ready), timers: count(timers) });
        Ok(dropped)
    }
}
