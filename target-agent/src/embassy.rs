//! Any program on embassy-executor, seen through the executor's trace hooks.
//!
//! Two lines make a program visible: one beside `main`, and one where a task is spawned. The
//! executor needs its feature `trace`.
//!
//! ```ignore
//! loopscope_agent::embassy!(
//!     clock: (embassy_time::TICK_HZ as u32, || embassy_time::Instant::now().as_ticks() as u32),
//!     ring: 2048,
//!     tasks: 16,
//! );
//!
//! #[embassy_executor::main]
//! async fn main(spawner: Spawner) {
//!     loopscope_agent::embassy_spawn!(spawner, blink(led)).unwrap();
//! }
//! ```
//!
//! Without `clock` the program names its clock itself, by [`clock!`](crate::clock!).
//! A task that is spawned in the ordinary way is seen too, without a name. What is told: tasks made,
//! woken, run and ended, and the executor's idle times; not what a task waits for, since the
//! executor does not know. The executor polls an empty queue again and again; that is told once. The
//! first executor of a program is seen; others, as those in interrupts, are not.
//!
//! A host's request is looked at before each task and when the executor goes idle, so a board that
//! sleeps answers when it wakes.

use core::cell::Cell;

use critical_section::{CriticalSection, Mutex};
use loopscope_protocol::wire::short;
use loopscope_protocol::{
    By, Dialect, HandleHow, HandleId, NameId, ObjectId, On, Place, RunHow, TaskHow, TaskId,
};

use crate::{Hold, Ring, Source, emit, init, poll};

/// What every waiting task waits for, as far as the executor knows: a waker.
const WAKER: On = On::Queue(ObjectId(1));

/// A task that is known by its address, which another one may have after its end.
#[derive(Debug)]
struct Slot {
    address: Cell<u32>,
    task: Cell<TaskId>,
    name: Cell<NameId>,
    /// The handle by which it is queued, or was last.
    handle: Cell<HandleId>,
    queued: Cell<bool>,
}

/// What the hooks of one program know; [`embassy!`](crate::embassy!) makes it.
#[derive(Debug)]
pub struct Adapter<const TASKS: usize> {
    slots: Mutex<[Slot; TASKS]>,
    started: Mutex<Cell<bool>>,
    /// The executor that is seen.
    executor: Mutex<Cell<u32>>,
    runs: Mutex<Cell<bool>>,
    idle: Mutex<Cell<bool>>,
    current: Mutex<Cell<HandleId>>,
    tasks: Mutex<Cell<u32>>,
}

impl<const TASKS: usize> Default for Adapter<TASKS> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const TASKS: usize> Adapter<TASKS> {
    /// One that knows nothing yet.
    pub const fn new() -> Self {
        Self {
            slots: Mutex::new(
                [const {
                    Slot {
                        address: Cell::new(0),
                        task: Cell::new(TaskId::NONE),
                        name: Cell::new(NameId::NONE),
                        handle: Cell::new(HandleId::NONE),
                        queued: Cell::new(false),
                    }
                }; TASKS],
            ),
            started: Mutex::new(Cell::new(false)),
            executor: Mutex::new(Cell::new(0)),
            runs: Mutex::new(Cell::new(false)),
            idle: Mutex::new(Cell::new(false)),
            current: Mutex::new(Cell::new(HandleId::NONE)),
            tasks: Mutex::new(Cell::new(0)),
        }
    }

    /// Opens the rings at the first call of any hook.
    pub fn start<const UP: usize, const DOWN: usize>(
        &self,
        up: &'static Ring<UP>,
        down: &'static Ring<DOWN>,
    ) {
        let first = critical_section::with(|cs| !self.started.borrow(cs).replace(true));
        if first {
            init(up, down, Dialect::Embassy);
            emit::loop_new();
        }
    }

    /// Gives a task that is about to be spawned its name.
    pub fn name(&self, task: u32, name: NameId) {
        critical_section::with(|cs| {
            // The place of an ended task is as good as an empty one.
            let slots = self.slots.borrow(cs);
            let free = |slot: &&Slot| slot.address.get() == 0 || slot.address.get() == task;
            if let Some(slot) = slots.iter().find(free) {
                slot.address.set(task);
                slot.name.set(name);
                slot.task.set(TaskId::NONE);
            }
        });
    }

    /// `_embassy_trace_task_new`.
    pub fn task_new(&self, executor: u32, task: u32) {
        critical_section::with(|cs| {
            if self.executor.borrow(cs).get() == 0 {
                self.executor.borrow(cs).set(executor);
            }
            let Some(slot) = self.seen(cs, executor, task).or_else(|| {
                let mut slots = self.slots.borrow(cs).iter();
                slots.find(|slot| slot.address.get() == 0 && self.is_seen(cs, executor))
            }) else {
                return;
            };
            let number = self.tasks.borrow(cs).get() + 1;
            self.tasks.borrow(cs).set(number);
            if slot.address.get() != task {
                slot.name.set(NameId::NONE);
            }
            slot.address.set(task);
            slot.task.set(TaskId(number));
            slot.handle.set(HandleId::NONE);
            slot.queued.set(false);
            emit::task_new(TaskId(number), slot.name.get(), Place::NONE, self.by(cs));
        });
    }

    /// `_embassy_trace_task_ready_begin`; may come from an interrupt.
    pub fn task_ready(&self, executor: u32, task: u32) {
        critical_section::with(|cs| {
            if let Some(slot) = self.seen(cs, executor, task) {
                self.queue(cs, slot);
            }
        });
    }

    /// `_embassy_trace_poll_start`.
    pub fn poll_start(&self, executor: u32) {
        critical_section::with(|cs| {
            if !self.is_seen(cs, executor) {
                return;
            }
            if !self.runs.borrow(cs).replace(true) {
                emit::loop_run(RunHow::Forever, TaskId::NONE);
            }
            let any = self.slots.borrow(cs).iter().any(|slot| slot.queued.get());
            if any && self.idle.borrow(cs).replace(false) {
                emit::poll_end();
            }
        });
    }

    /// `_embassy_trace_executor_idle`.
    pub fn executor_idle(&self, executor: u32) {
        let first = critical_section::with(|cs| {
            let any = self.slots.borrow(cs).iter().any(|slot| slot.queued.get());
            self.is_seen(cs, executor) && !any && !self.idle.borrow(cs).replace(true)
        });
        if first {
            emit::poll_begin(None);
        }
        while poll(self) == Hold::Yes {
            core::hint::spin_loop();
        }
    }

    /// `_embassy_trace_task_exec_begin`.
    pub fn task_exec_begin(&self, executor: u32, task: u32) {
        let seen = critical_section::with(|cs| self.seen(cs, executor, task).is_some());
        if !seen {
            return;
        }
        // The host may hold the executor here, before the task.
        while poll(self) == Hold::Yes {
            core::hint::spin_loop();
        }
        critical_section::with(|cs| {
            let Some(slot) = self.seen(cs, executor, task) else { return };
            // It was queued before the hooks were looked at.
            self.queue(cs, slot);
            slot.queued.set(false);
            if self.idle.borrow(cs).replace(false) {
                emit::poll_end();
            }
            self.current.borrow(cs).set(slot.handle.get());
            emit::handle_run(slot.handle.get());
            emit::task_step(slot.task.get());
        });
    }

    /// `_embassy_trace_task_end`.
    pub fn task_end(&self, executor: u32, task: u32) {
        critical_section::with(|cs| {
            if let Some(slot) = self.seen(cs, executor, task) {
                emit::task_done(slot.task.get(), TaskHow::Result);
                slot.address.set(0);
            }
        });
    }

    /// `_embassy_trace_task_exec_end`.
    pub fn task_exec_end(&self, executor: u32, task: u32) {
        critical_section::with(|cs| {
            let handle = self.current.borrow(cs).get();
            if !self.is_seen(cs, executor) || !handle.is_some() {
                return;
            }
            if let Some(slot) = self.seen(cs, executor, task) {
                let on = if slot.queued.get() { On::Nothing } else { WAKER };
                emit::task_suspend(slot.task.get(), on);
            }
            self.current.borrow(cs).set(HandleId::NONE);
            emit::handle_done(handle);
        });
    }

    fn is_seen(&self, cs: CriticalSection<'_>, executor: u32) -> bool {
        let seen = self.executor.borrow(cs).get();
        seen == executor || seen == 0
    }

    fn seen<'a>(&'a self, cs: CriticalSection<'a>, executor: u32, task: u32) -> Option<&'a Slot> {
        if !self.is_seen(cs, executor) {
            return None;
        }
        self.slots.borrow(cs).iter().find(|slot| slot.address.get() == task)
    }

    /// Puts a task at the end of the ready queue, if it is not there.
    fn queue(&self, cs: CriticalSection<'_>, slot: &Slot) {
        if slot.queued.replace(true) {
            return;
        }
        let last = slot.handle.get();
        let (handle, how) = if last.is_some() {
            (short::other(last), HandleHow::Wakeup)
        } else {
            (HandleId(slot.task.get().0 * 2 - 1), HandleHow::Step)
        };
        slot.handle.set(handle);
        emit::handle_new(handle, how, self.by(cs));
    }

    /// Who causes what happens now: the task that runs, unless this is an interrupt.
    fn by(&self, cs: CriticalSection<'_>) -> By {
        let current = self.current.borrow(cs).get();
        if current.is_some() && !in_interrupt() { By::Handle(current) } else { By::Outside }
    }
}

fn in_interrupt() -> bool {
    #[cfg(target_arch = "arm")]
    {
        use cortex_m::peripheral::SCB;
        use cortex_m::peripheral::scb::VectActive;
        !matches!(SCB::vect_active(), VectActive::ThreadMode)
    }
    #[cfg(not(target_arch = "arm"))]
    false
}

impl<const TASKS: usize> Source for Adapter<TASKS> {
    fn room(&self) -> Option<u32> {
        Some(40 + 40 * TASKS as u32)
    }

    fn snapshot(&self) {
        critical_section::with(|cs| {
            let slots = || {
                let there = |slot: &&Slot| slot.address.get() != 0 && slot.task.get().is_some();
                self.slots.borrow(cs).iter().filter(there)
            };
            emit::loop_new();
            for slot in slots() {
                emit::task_new(slot.task.get(), slot.name.get(), Place::NONE, By::Outside);
            }
            if self.runs.borrow(cs).get() {
                emit::loop_run(RunHow::Forever, TaskId::NONE);
            }
            for slot in slots() {
                if slot.queued.get() {
                    emit::handle_new(slot.handle.get(), HandleHow::Wakeup, By::Outside);
                } else {
                    emit::task_suspend(slot.task.get(), WAKER);
                }
            }
        });
    }
}

/// Makes a program on embassy-executor visible; see [`mod@crate::embassy`].
#[macro_export]
macro_rules! embassy {
    (clock: ($hz:expr, $clock:expr), $($rest:tt)*) => {
        $crate::clock!($hz, $clock);
        $crate::embassy!($($rest)*);
    };
    (ring: $ring:expr, tasks: $tasks:expr $(,)?) => {
        static LOOPSCOPE: $crate::embassy::Adapter<{ $tasks }> = $crate::embassy::Adapter::new();
        #[allow(unsafe_code, reason = "the executor calls its hooks by their symbols")]
        const _: () = {
            static RECORDS: $crate::Ring<{ $ring }> = $crate::Ring::new();
            static REQUESTS: $crate::Ring<64> = $crate::Ring::new();
            #[unsafe(no_mangle)]
            fn _embassy_trace_poll_start(executor: u32) {
                LOOPSCOPE.start(&RECORDS, &REQUESTS);
                LOOPSCOPE.poll_start(executor);
            }
            #[unsafe(no_mangle)]
            fn _embassy_trace_task_new(executor: u32, task: u32) {
                LOOPSCOPE.start(&RECORDS, &REQUESTS);
                LOOPSCOPE.task_new(executor, task);
            }
            #[unsafe(no_mangle)]
            fn _embassy_trace_task_end(executor: u32, task: u32) {
                LOOPSCOPE.task_end(executor, task);
            }
            #[unsafe(no_mangle)]
            fn _embassy_trace_task_exec_begin(executor: u32, task: u32) {
                LOOPSCOPE.task_exec_begin(executor, task);
            }
            #[unsafe(no_mangle)]
            fn _embassy_trace_task_exec_end(executor: u32, task: u32) {
                LOOPSCOPE.task_exec_end(executor, task);
            }
            #[unsafe(no_mangle)]
            fn _embassy_trace_task_ready_begin(executor: u32, task: u32) {
                LOOPSCOPE.task_ready(executor, task);
            }
            #[unsafe(no_mangle)]
            fn _embassy_trace_executor_idle(executor: u32) {
                LOOPSCOPE.executor_idle(executor);
            }
        };
    };
}

/// Spawns a task and names it: `embassy_spawn!(spawner, blink(led))`. The value is what making the
/// task gave: an error if its pool is full.
#[macro_export]
macro_rules! embassy_spawn {
    ($spawner:expr, $task:ident($($argument:expr),* $(,)?)) => {
        $task($($argument),*).map(|token| {
            LOOPSCOPE.name(token.id(), $crate::name!(stringify!($task)));
            $spawner.spawn(token);
        })
    };
}

#[cfg(test)]
mod tests;
