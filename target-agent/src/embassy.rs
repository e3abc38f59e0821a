//! Any program on embassy-executor, seen through the executor's trace hooks.
//!
//! One macro beside `main` makes a program visible. The executor needs its feature `trace`.
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
//!     spawner.spawn(blink(led).unwrap());
//! }
//! ```
//!
//! Without `clock` the program names its clock itself, by [`clock!`](crate::clock!).
//! A task has the name that its pool has in the program's ELF; [`embassy_spawn!`](crate::embassy_spawn!)
//! names one where the ELF has no symbols. What is sent: tasks made, woken, run and ended, and the
//! executor's idle times; not what a task waits for, since the executor does not know. The executor
//! polls an empty queue again and again; that is sent once.
//!
//! Each executor of a program is a loop, up to [`EXECUTORS`] of them. One that runs in an interrupt
//! interrupts the tasks of those below it, and its records stand within theirs. Tasks for which
//! there is no place are counted, and the host says how many there are.
//!
//! A host's request is looked at before each task and when an executor goes idle, so a board that
//! sleeps answers when it wakes.

mod hooks;
mod snapshot;

use core::cell::Cell;

use critical_section::{CriticalSection, Mutex};
use loopscope_protocol::wire::short;
use loopscope_protocol::{By, Dialect, HandleHow, HandleId, LoopId, NameId, TaskId};

use crate::{Ring, emit, exception, init};

/// How many executors of a program are seen.
pub const EXECUTORS: usize = 4;

/// A task that is known by its address, which another one may have after its end.
#[derive(Debug)]
struct Slot {
    address: Cell<u32>,
    task: Cell<TaskId>,
    name: Cell<NameId>,
    /// The handle by which it is queued, or was last.
    handle: Cell<HandleId>,
    queued: Cell<bool>,
    /// It has run at least once.
    began: Cell<bool>,
    /// Which executor runs it.
    executor: Cell<u8>,
}

/// An executor that is known by its address.
#[derive(Debug)]
struct Executor {
    address: Cell<u32>,
    runs: Cell<bool>,
    idle: Cell<bool>,
    /// The handle of its task that runs.
    current: Cell<HandleId>,
    /// The exception in which that runs; 0: none.
    context: Cell<u16>,
}

/// What the hooks of one program know; [`embassy!`](crate::embassy!) makes it.
#[derive(Debug)]
pub struct Adapter<const TASKS: usize> {
    slots: Mutex<[Slot; TASKS]>,
    executors: Mutex<[Executor; EXECUTORS]>,
    started: Mutex<Cell<bool>>,
    /// An executor looks after the host; another one that interrupts it does not.
    looks: Mutex<Cell<bool>>,
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
                        began: Cell::new(false),
                        executor: Cell::new(0),
                    }
                }; TASKS],
            ),
            executors: Mutex::new(
                [const {
                    Executor {
                        address: Cell::new(0),
                        runs: Cell::new(false),
                        idle: Cell::new(false),
                        current: Cell::new(HandleId::NONE),
                        context: Cell::new(0),
                    }
                }; EXECUTORS],
            ),
            started: Mutex::new(Cell::new(false)),
            looks: Mutex::new(Cell::new(false)),
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

    /// The place of an executor; `new`: it may be one that is not known yet.
    fn executor(&self, cs: CriticalSection<'_>, address: u32, new: bool) -> Option<usize> {
        let all = self.executors.borrow(cs);
        let place = |address| all.iter().position(|known| known.address.get() == address);
        let known = place(address);
        if known.is_some() || !new {
            return known;
        }
        let free = place(0)?;
        all[free].address.set(address);
        on(free, emit::loop_new);
        Some(free)
    }

    fn any_queued(&self, cs: CriticalSection<'_>, executor: usize) -> bool {
        let mut slots = self.slots.borrow(cs).iter();
        slots.any(|slot| slot.queued.get() && usize::from(slot.executor.get()) == executor)
    }

    fn seen<'a>(&'a self, cs: CriticalSection<'a>, task: u32) -> Option<&'a Slot> {
        self.slots.borrow(cs).iter().find(|slot| slot.address.get() == task)
    }

    /// Puts a task at the end of its executor's ready queue, if it is not there.
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
        let by = self.by(cs);
        on(slot.executor.get().into(), || emit::handle_new(handle, how, by));
    }

    /// Who causes what happens now: the task that runs in this very context. In an interrupt that is
    /// one of an executor which runs in it.
    fn by(&self, cs: CriticalSection<'_>) -> By {
        let here = exception::active();
        let mut running = self.executors.borrow(cs).iter();
        let running = running.find(|it| it.current.get().is_some() && it.context.get() == here);
        running.map_or(By::Outside, |executor| By::Handle(executor.current.get()))
    }
}

/// Says something on the loop of an executor.
fn on(executor: usize, say: impl FnOnce()) {
    emit::on_loop(LoopId(executor as u32 + 1), say);
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
            // The next executor calls this one too; each executor tells by itself that it is idle.
            #[unsafe(no_mangle)]
            fn _embassy_trace_idle() {}
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
