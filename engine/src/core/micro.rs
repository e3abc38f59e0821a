//! MicroPython's event loop, in plain Rust: one queue of tasks keyed by millisecond ticks, and one
//! task at a time.
//!
//! Nothing here is a variation of CPython's loop. There are no callbacks, only tasks; a sleeping
//! task and a ready one stand in the same queue; and there is no batch: each turn waits until the
//! head of the queue is due and runs that one task. What a task *does* is the business of a
//! [`TaskRunner`]; [`scripts`] is one whose tasks are lists of words.
//!
//! Everything visible is sent from here, in the vocabulary of CPython's loop. An entry of the queue
//! is a handle of its own: pushed with the present tick it is a `handle-new`, pushed with a later one
//! a `timer-new`. The records of one turn are
//!
//! ```text
//!   [poll-begin, poll-end]*  [timer-due]  turn-begin, handle-run ... handle-done, turn-end
//! ```
//!
//! where a poll is told only if it may sleep or asks streams, and where an expired sleep stays a
//! timer until it is its turn. [`MicroLoop::reset`] is no close: the loop stays, and each entry that
//! it drops is cancelled and left out.

mod records;
pub mod scripts;
mod waiting;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use loopscope_protocol::{Event, HandleHow, HandleId, LoopId, NameId, Place, RunHow, TaskId};
use parking_lot::Mutex;

use super::clock::Clock;
use super::current::{current, enter, mark_loop_thread};
use super::ids::Ids;
use super::millis::{Millis, TooFar, whole};
use super::task_queue::{Order, TaskQueue};
use super::trace::Trace;

/// What outside the loop could still queue a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outside {
    /// Nothing.
    Nothing,
    /// Something may, at some time: another thread.
    Perhaps,
    /// Something will, before the next turn.
    Soon,
}

/// A task, as the loop knows it.
pub trait MicroTask: Clone {
    /// Its number.
    fn task(&self) -> TaskId;
    /// Its coroutine's qualified name, and where that is defined. Asked only when somebody looks.
    fn describe(&self, trace: &Trace) -> (NameId, Place);
}

/// What gives tasks their meaning, and streams.
pub trait TaskRunner<T> {
    /// What makes the loop leave at once, as `KeyboardInterrupt` does.
    type Escape;
    /// Gives a task its turn.
    fn run(&self, task: T) -> Result<(), Self::Escape>;
    /// Between two turns: the place for interrupts and for what was scheduled from outside.
    fn between(&self) -> Result<(), Self::Escape>;
    /// Whether any stream is watched.
    fn is_watching(&self) -> bool;
    /// Asks the watched streams, waits at most that many milliseconds (`None`: any time) for one of
    /// them, and pushes the tasks of those that are ready. Gives their number.
    fn poll(&self, timeout: Option<u64>) -> Result<u32, Self::Escape>;
    /// Waits that many milliseconds of the machine's time, or until something interrupts.
    fn sleep(&self, millis: u64) -> Result<(), Self::Escape>;
    /// Whether the loop goes on although nothing is queued and nothing is watched: its main task
    /// has not finished.
    fn is_waited_for(&self) -> bool;
    /// What outside the loop could still queue a task.
    fn outside(&self) -> Outside;
    /// The sentence about a loop that nothing can ever wake.
    fn who_hangs(&self) -> String {
        "Nothing can ever wake the loop, and the main task has not finished: the program hangs, as \
         it would on a board."
            .to_owned()
    }
    /// That sentence was recorded. What follows is waiting, unless the program is ended here.
    fn hangs(&self, _sentence: &str) {}
}

#[derive(Clone, Debug)]
struct Entry<T> {
    task: T,
    handle: HandleId,
    /// It was pushed with a key that was later than the time of pushing.
    sleeps: bool,
}

#[derive(Debug)]
struct Queue<T> {
    tasks: TaskQueue<Entry<T>>,
    /// How many of them sleep.
    sleeping: usize,
}

impl<T> Queue<T> {
    fn left(&mut self, entry: &Entry<T>) {
        self.sleeping -= usize::from(entry.sleeps);
    }

    fn lengths(&self) -> (usize, usize) {
        (self.tasks.len() - self.sleeping, self.sleeping)
    }
}

/// An entry that is in the queue now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pushed {
    /// Where it stands.
    pub order: Order,
    /// Its number; none where nobody looks.
    pub handle: HandleId,
    /// Whether its key is later than the time of pushing.
    pub sleeps: bool,
}

/// What a turn did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turned {
    /// A task had its turn.
    Ran,
    /// Nothing is left to wait for.
    Over,
}

/// The one event loop of a MicroPython program.
#[derive(Debug)]
pub struct MicroLoop<T> {
    id: LoopId,
    ids: Arc<Ids>,
    clock: Arc<Clock>,
    trace: Arc<Trace>,
    queue: Mutex<Queue<T>>,
    turns: AtomicU32,
    /// How many runs are at work, one inside the other.
    depth: AtomicU32,
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[allow(clippy::cast_precision_loss, reason = "milliseconds of a run are far below 2^53")]
fn seconds(millis: i64) -> f64 {
    millis as f64 / 1e3
}

impl<T: MicroTask> MicroLoop<T> {
    /// The loop, with an empty queue.
    pub fn new(ids: &Arc<Ids>, clock: &Arc<Clock>, trace: &Arc<Trace>) -> Self {
        let id = ids.new_loop();
        trace.emit(id, Event::LoopNew {});
        Self {
            id,
            ids: Arc::clone(ids),
            clock: Arc::clone(clock),
            trace: Arc::clone(trace),
            queue: Mutex::new(Queue { tasks: TaskQueue::default(), sleeping: 0 }),
            turns: AtomicU32::new(0),
            depth: AtomicU32::new(0),
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
    pub const fn trace(&self) -> &Arc<Trace> {
        &self.trace
    }

    /// Its clock.
    pub const fn clock(&self) -> &Arc<Clock> {
        &self.clock
    }

    /// `ticks_ms()`: a look at the clock that counts.
    pub fn ticks(&self) -> Millis {
        Millis::at(self.clock.read())
    }

    /// Whether a run is at work.
    pub fn is_running(&self) -> bool {
        self.depth.load(Ordering::Relaxed) > 0
    }

    /// How many entries are ready, and how many sleep. Expired sleeps count as sleeping.
    pub fn lengths(&self) -> (usize, usize) {
        self.queue.lock().lengths()
    }

    /// The task whose turn is next.
    pub fn peek(&self) -> Option<T> {
        self.queue.lock().tasks.peek().map(|(_, entry)| entry.task.clone())
    }

    // ---- the queue ---------------------------------------------------------------------------

    /// Pushes a task with the present tick as its key: it is ready.
    pub fn push(&self, task: T, how: HandleHow) -> Pushed {
        let now = whole(self.clock.read());
        self.push_entry(task, Millis::wrapped(now), now, how)
    }

    /// Pushes a task with a key of its own. Until that tick it sleeps.
    pub fn push_at(&self, task: T, key: Millis, how: HandleHow) -> Pushed {
        // Nobody asked for the time, so the look does not count.
        self.push_entry(task, key, whole(self.clock.peek()), how)
    }

    fn push_entry(&self, task: T, key: Millis, now: i64, how: HandleHow) -> Pushed {
        let sleeps = key.since(Millis::wrapped(now)) > 0;
        let handle = if self.trace.is_on() { self.ids.handle() } else { HandleId::NONE };
        let told = self.trace.is_on().then(|| (task.task(), task.describe(&self.trace)));
        let order = {
            let mut queue = self.queue.lock();
            queue.sleeping += usize::from(sleeps);
            queue.tasks.push(key, now, Entry { task, handle, sleeps })
        };
        if let Some((number, about)) = told {
            self.tell_push(handle, how, number, about, sleeps.then_some(order));
        }
        Pushed { order, handle, sleeps }
    }

    /// Takes an entry out of the queue again. A cancelled sleep, for instance, is pushed anew.
    pub fn take_back(&self, order: Order) -> Option<T> {
        let entry = {
            let mut queue = self.queue.lock();
            let entry = queue.tasks.remove(order)?;
            queue.left(&entry);
            entry
        };
        self.tell_dropped(entry.handle, entry.sleeps.then_some(order));
        Some(entry.task)
    }

    /// `new_event_loop()`: everything that is queued is dropped. What it was is handed back so that
    /// the caller can drop it where dropping may run code.
    pub fn reset(&self) -> Vec<(Order, T)> {
        let dropped = {
            let mut queue = self.queue.lock();
            queue.sleeping = 0;
            queue.tasks.drain()
        };
        dropped
            .into_iter()
            .map(|(order, entry)| {
                self.tell_dropped(entry.handle, entry.sleeps.then_some(order));
                (order, entry.task)
            })
            .collect()
    }

    // ---- running -----------------------------------------------------------------------------

    /// A run begins. Runs may be nested; whether they should is not decided here.
    pub fn run_begin(&self, how: RunHow, task: TaskId) {
        self.depth.fetch_add(1, Ordering::Relaxed);
        mark_loop_thread();
        self.trace.emit(self.id, Event::LoopRun { how, task });
    }

    /// The run is over.
    pub fn run_end(&self, how: RunHow) {
        self.depth.fetch_sub(1, Ordering::Relaxed);
        self.trace.emit(self.id, Event::LoopStopped { how });
    }

    /// Waits until the head of the queue is due, and gives that task its turn.
    pub fn turn<R: TaskRunner<T>>(&self, runner: &R) -> Result<Turned, R::Escape> {
        match self.wait(runner)? {
            Some((order, entry)) => self.run(runner, order, entry).map(|()| Turned::Ran),
            None => Ok(Turned::Over),
        }
    }

    fn run<R: TaskRunner<T>>(
        &self,
        runner: &R,
        order: Order,
        entry: Entry<T>,
    ) -> Result<(), R::Escape> {
        if !self.trace.is_on() {
            return runner.run(entry.task);
        }
        let (handle, task) = (entry.handle, entry.task.task());
        if entry.sleeps {
            let when = seconds(order.millis());
            self.trace.emit(self.id, Event::TimerDue { handle, when });
        }
        let turn = self.turns.fetch_add(1, Ordering::Relaxed) + 1;
        let timers = count(self.lengths().1);
        self.trace.emit(self.id, Event::TurnBegin { turn, ready: 1, timers });
        self.trace.emit(self.id, Event::HandleRun { handle, task });
        let result = {
            let _at_work = enter(handle);
            runner.run(entry.task)
        };
        self.trace.emit(self.id, Event::HandleDone { handle, task });
        let (ready, timers) = self.lengths();
        self.trace.emit(self.id, Event::TurnEnd { ready: count(ready), timers: count(timers) });
        result
    }
}

/// The key of a sleep that begins now: `ticks_add(ticks_ms(), max(0, millis))`.
pub fn sleep_key(clock: &Clock, millis: i64) -> Result<Millis, TooFar> {
    Millis::at(clock.read()).add(millis.max(0))
}
