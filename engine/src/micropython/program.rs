//! What there is once in a MicroPython program: the loop, the current task, the two queues that
//! `new_event_loop()` replaces, and the tasks that have not finished.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use loopscope_protocol::HandleHow;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyTypeRef};
use rustpython_vm::common::lock::PyMutex;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, VirtualMachine};

use super::io_queue::PyIoQueue;
use super::queue::PyTaskQueue;
use super::task::{PyTask, Stands};
use crate::core::micro::{MicroLoop, Pushed};
use crate::core::{Millis, Order};
use crate::dialect::Rules;
use crate::run::Run;

/// The one loop and its surroundings.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) core: MicroLoop<PyRef<PyTask>>,
    /// `cur_task`.
    current: PyMutex<Option<PyRef<PyTask>>>,
    /// The task whose step is at work, whatever `cur_task` says.
    stepping: PyMutex<Option<PyRef<PyTask>>>,
    /// The task that `stop()` queues, until it does.
    pub(super) sentinel: PyMutex<Option<PyRef<PyTask>>>,
    queue: PyMutex<Option<PyRef<PyTaskQueue>>>,
    streams: PyMutex<Option<PyRef<PyIoQueue>>>,
    /// How many streams are watched, in whichever queue counts.
    pub(super) watched: AtomicUsize,
    /// The tasks that have not finished, by number, where `run()` cancels them.
    unfinished: PyMutex<BTreeMap<u32, PyRef<PyTask>>>,
}

static PROGRAM: OnceLock<Program> = OnceLock::new();

/// The program's.
pub(super) fn program() -> &'static Program {
    PROGRAM.get_or_init(|| {
        let run = Run::current();
        Program {
            core: MicroLoop::new(&run.ids, &run.clock, &run.trace),
            current: PyMutex::new(None),
            stepping: PyMutex::new(None),
            sentinel: PyMutex::new(None),
            queue: PyMutex::new(None),
            streams: PyMutex::new(None),
            watched: AtomicUsize::new(0),
            unfinished: PyMutex::new(BTreeMap::new()),
        }
    })
}

impl Program {
    // ---- who runs ----------------------------------------------------------------------------

    /// `cur_task`.
    pub(super) fn current(&self) -> Option<PyRef<PyTask>> {
        self.current.lock().clone()
    }

    pub(super) fn set_current(&self, task: Option<PyRef<PyTask>>) {
        let before = std::mem::replace(&mut *self.current.lock(), task);
        // Dropping a task may run code.
        drop(before);
    }

    /// Notes whose step is at work; gives back whose it was.
    pub(super) fn set_stepping(&self, task: Option<PyRef<PyTask>>) -> Option<PyRef<PyTask>> {
        std::mem::replace(&mut *self.stepping.lock(), task)
    }

    /// The task that a sleep or an await is about to queue. After a run inside a run `cur_task` is
    /// None although a task is at work: that is where a board crashes, and where we say so.
    pub(super) fn to_suspend(
        &self,
        vm: &VirtualMachine,
    ) -> Result<PyRef<PyTask>, PyBaseExceptionRef> {
        if let Some(task) = self.current() {
            return Ok(task);
        }
        let stepping = self.stepping.lock().clone();
        match stepping {
            Some(task) => {
                self.tell_crash(&task);
                Ok(task)
            }
            None => Err(no_loop(vm)),
        }
    }

    // ---- the queues --------------------------------------------------------------------------

    /// The queue of the loop, as an object.
    pub(super) fn queue(&self) -> Option<PyRef<PyTaskQueue>> {
        self.queue.lock().clone()
    }

    /// The queue of streams, as an object.
    pub(super) fn streams(&self) -> Option<PyRef<PyIoQueue>> {
        self.streams.lock().clone()
    }

    /// `new_event_loop()`: both queues are new, everything else stays as it is.
    pub(super) fn reset(&self, vm: &VirtualMachine) {
        let dropped = self.core.reset();
        let queue = PyTaskQueue::of_the_loop().into_ref(&vm.ctx);
        let before = self.queue.lock().replace(queue);
        if let Some(before) = before {
            before.retire(dropped);
        }
        let streams = PyIoQueue::new().into_ref(&vm.ctx);
        let before = self.streams.lock().replace(streams);
        if let Some(before) = before {
            before.retire();
        }
        self.watched.store(0, Ordering::Relaxed);
    }

    /// Queues a task that is ready.
    pub(super) fn push(&self, task: &Py<PyTask>, how: HandleHow, vm: &VirtualMachine) {
        task.set_data(vm.ctx.none());
        let pushed = self.core.push(task.to_owned(), how);
        Self::stands(task, pushed);
    }

    /// Queues a task with a key of its own.
    pub(super) fn push_at(
        &self,
        task: &Py<PyTask>,
        key: Millis,
        how: HandleHow,
        vm: &VirtualMachine,
    ) {
        task.set_data(vm.ctx.none());
        let pushed = self.core.push_at(task.to_owned(), key, how);
        Self::stands(task, pushed);
    }

    fn stands(task: &Py<PyTask>, pushed: Pushed) {
        task.set_key(pushed.order.key());
        task.set_stands(Stands::InLoop(pushed));
    }

    /// Takes a task out of the loop's queue.
    pub(super) fn take_back(&self, task: &Py<PyTask>, order: Order) {
        self.core.take_back(order);
        task.set_stands(Stands::Nowhere);
    }

    // ---- unfinished tasks --------------------------------------------------------------------

    pub(super) fn register(&self, task: &PyRef<PyTask>) {
        if Rules::current().cancels_leftovers {
            self.unfinished.lock().insert(task.id().0, task.clone());
        }
    }

    pub(super) fn unregister(&self, task: &Py<PyTask>) {
        let gone = self.unfinished.lock().remove(&task.id().0);
        drop(gone);
    }

    /// The unfinished tasks in the order of their creation.
    pub(super) fn unfinished(&self) -> Vec<PyRef<PyTask>> {
        self.unfinished.lock().values().cloned().collect()
    }
}

/// What `current_task()` raises outside of any task.
pub(super) fn no_loop(vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_runtime_error("no running event loop")
}

static CANCELLED: OnceLock<PyTypeRef> = OnceLock::new();
static TIMEOUT: OnceLock<PyTypeRef> = OnceLock::new();

/// `CancelledError`, which is no `Exception`.
pub(super) fn cancelled_error(vm: &VirtualMachine) -> &'static PyTypeRef {
    CANCELLED.get_or_init(|| {
        let base = vm.ctx.exceptions.base_exception_type.to_owned();
        vm.ctx.new_exception_type("builtins", "CancelledError", Some(vec![base]))
    })
}

/// `TimeoutError`, which is not the builtin of that name.
pub(super) fn timeout_error(vm: &VirtualMachine) -> &'static PyTypeRef {
    TIMEOUT.get_or_init(|| {
        let base = vm.ctx.exceptions.exception_type.to_owned();
        vm.ctx.new_exception_type("builtins", "TimeoutError", Some(vec![base]))
    })
}

/// Whether an error is a cancellation.
pub(super) fn is_cancelled(error: &PyObject, vm: &VirtualMachine) -> bool {
    error.fast_isinstance(cancelled_error(vm))
}

/// The loop that `py` calls `loop`, where asyncio is there already.
pub(super) fn current_loop(vm: &VirtualMachine) -> Option<PyObjectRef> {
    let modules = vm.sys_module.get_attr("modules", vm).ok()?;
    modules.get_item("asyncio.core", vm).ok()?.get_attr("Loop", vm).ok()
}
