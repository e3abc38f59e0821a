//! `asyncio.Task`.

use std::sync::atomic::{AtomicU32, Ordering};

use loopscope_protocol::{ChainId, NameId, Place, TaskId};
use rustpython_derive::Traverse;
use rustpython_vm::builtins::PyType;
use rustpython_vm::common::hash::PyHash;
use rustpython_vm::common::lock::PyMutex;
use rustpython_vm::function::{OptionalArg, PySetterValue};
use rustpython_vm::protocol::PyIterReturn;
use rustpython_vm::types::{Constructor, Destructor, Hashable, IterNext, Iterable, Representable};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass,
};

use super::cancel;
use super::program::{Program, program};
use super::queue::PyTaskQueue;
use crate::core::micro::{MicroTask, Pushed};
use crate::core::{Millis, Order, Trace};
use crate::python::{describe, frames};

/// What a program sees of a task, besides its key.
#[derive(Debug, Traverse)]
struct Own {
    coro: PyObjectRef,
    /// What it waits for; what is to be thrown into it; or, at its end, what ended it.
    data: PyObjectRef,
    /// True while nobody waits for it, a queue of those who do, or what is to be called at its end;
    /// then None until somebody has looked at how it ended, and False from then on.
    state: PyObjectRef,
}

/// Where a task stands while it does not run.
#[derive(Clone, Debug)]
pub(super) enum Stands {
    /// In no queue: it runs, has ended, waits for a stream or in a gather, or is lost.
    Nowhere,
    /// In the queue of the loop.
    InLoop(Pushed),
    /// In a queue of tasks that wait.
    Waiting(PyRef<PyTaskQueue>, Order),
}

/// A coroutine that the loop drives.
#[pyclass(name = "Task", module = false, traverse)]
#[derive(Debug, PyPayload)]
pub(super) struct PyTask {
    own: PyMutex<Own>,
    #[pytraverse(skip)]
    stands: PyMutex<Stands>,
    /// `ph_key`.
    #[pytraverse(skip)]
    key: AtomicU32,
    #[pytraverse(skip)]
    number: TaskId,
    #[pytraverse(skip)]
    steps: AtomicU32,
    /// The line at which it goes on, if it has been suspended and somebody looks.
    #[pytraverse(skip)]
    stands_at: AtomicU32,
}

impl MicroTask for PyRef<PyTask> {
    fn task(&self) -> TaskId {
        self.number
    }

    fn describe(&self, trace: &Trace) -> (NameId, Place) {
        let coro = self.coro();
        rustpython_vm::vm::thread::with_current_vm(|vm| describe::coroutine(&coro, trace, vm))
    }
}

#[derive(rustpython_vm::FromArgs)]
pub(super) struct TaskArgs {
    #[pyarg(positional)]
    coro: PyObjectRef,
    /// Where `cur_task` is found on a board.
    #[pyarg(positional, optional)]
    _globals: OptionalArg,
}

impl Constructor for PyTask {
    type Args = TaskArgs;

    fn py_new(_class: &Py<PyType>, args: Self::Args, vm: &VirtualMachine) -> PyResult<Self> {
        Ok(Self::new(args.coro, program(), vm))
    }

    fn slot_new(
        class: rustpython_vm::builtins::PyTypeRef,
        args: rustpython_vm::function::FuncArgs,
        vm: &VirtualMachine,
    ) -> PyResult {
        let args: TaskArgs = args.bind(vm)?;
        let _ = class;
        Ok(Self::create(args.coro, vm).into())
    }
}

impl PyTask {
    fn new(coro: PyObjectRef, program: &Program, vm: &VirtualMachine) -> Self {
        let state = vm.ctx.true_value.clone().into();
        Self {
            own: PyMutex::new(Own { coro, data: vm.ctx.none(), state }),
            stands: PyMutex::new(Stands::Nowhere),
            key: AtomicU32::new(0),
            stands_at: AtomicU32::new(0),
            number: program.core.ids().task(),
            steps: AtomicU32::new(0),
        }
    }

    /// A task that is not queued yet.
    pub(super) fn create(coro: PyObjectRef, vm: &VirtualMachine) -> PyRef<Self> {
        let program = program();
        let task = Self::new(coro, program, vm).into_ref(&vm.ctx);
        program.register(&task);
        program.core.task_new(&task);
        task
    }

    pub(super) const fn id(&self) -> TaskId {
        self.number
    }

    /// The line at which its next step goes on, or begins.
    pub(super) fn goes_on_at(&self, coro: &PyObject, trace: &Trace) -> ChainId {
        let line = ChainId(self.stands_at.load(Ordering::Relaxed));
        if line.is_some() { line } else { frames::start(coro, trace) }
    }

    /// It will go on there.
    pub(super) fn stand_at(&self, line: ChainId) {
        self.stands_at.store(line.0, Ordering::Relaxed);
    }

    pub(super) fn coro(&self) -> PyObjectRef {
        self.own.lock().coro.clone()
    }

    pub(super) fn data(&self) -> PyObjectRef {
        self.own.lock().data.clone()
    }

    /// Takes what is to be thrown into it, if anything is.
    pub(super) fn take_data(&self, vm: &VirtualMachine) -> PyObjectRef {
        let mut own = self.own.lock();
        if vm.is_none(&own.data) {
            return own.data.clone();
        }
        std::mem::replace(&mut own.data, vm.ctx.none())
    }

    pub(super) fn set_data(&self, data: PyObjectRef) {
        let before = std::mem::replace(&mut self.own.lock().data, data);
        // Dropping it may run code.
        drop(before);
    }

    pub(super) fn state(&self) -> PyObjectRef {
        self.own.lock().state.clone()
    }

    pub(super) fn set_state(&self, state: PyObjectRef) {
        let before = std::mem::replace(&mut self.own.lock().state, state);
        drop(before);
    }

    pub(super) fn key(&self) -> Millis {
        Millis::wrapped(i64::from(self.key.load(Ordering::Relaxed)))
    }

    pub(super) fn set_key(&self, key: Millis) {
        self.key.store(key.value(), Ordering::Relaxed);
    }

    pub(super) fn stands(&self) -> Stands {
        self.stands.lock().clone()
    }

    pub(super) fn set_stands(&self, stands: Stands) {
        let before = std::mem::replace(&mut *self.stands.lock(), stands);
        drop(before);
    }

    /// Counts a step.
    pub(super) fn stepped(&self) {
        self.steps.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether it has had a step.
    pub(super) fn has_begun(&self) -> bool {
        self.steps.load(Ordering::Relaxed) > 0
    }

    /// Whether it has ended.
    pub(super) fn is_done(&self, vm: &VirtualMachine) -> bool {
        let own = self.own.lock();
        vm.is_none(&own.state) || own.state.is(&vm.ctx.false_value)
    }

    /// Whether it has ended and somebody has looked at how.
    pub(super) fn is_retrieved(&self, vm: &VirtualMachine) -> bool {
        self.own.lock().state.is(&vm.ctx.false_value)
    }

    /// Who awaits it shall wait in its queue, which is made for the first of them.
    fn await_it(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        let state = zelf.state();
        if zelf.is_done(vm) {
            zelf.set_state(vm.ctx.false_value.clone().into());
        } else if state.is(&vm.ctx.true_value) {
            zelf.set_state(PyTaskQueue::new().into_ref(&vm.ctx).into());
        } else if state.downcast_ref::<PyTaskQueue>().is_none() {
            return Err(vm.new_runtime_error("can't wait"));
        }
        Ok(())
    }
}

/// How a finished task tells the one that awaits it.
fn outcome(data: PyObjectRef, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
    if data.fast_isinstance(vm.ctx.exceptions.stop_iteration) {
        return Ok(PyIterReturn::StopIteration(Some(data.get_attr("value", vm)?)));
    }
    match data.downcast() {
        Ok(raised) => Err(raised),
        // A main task whose end was told to whoever ran the loop.
        Err(_) => Ok(PyIterReturn::StopIteration(None)),
    }
}

#[pyclass(
    flags(HAS_WEAKREF),
    with(Constructor, Destructor, Representable, Hashable, Iterable, IterNext)
)]
impl PyTask {
    #[pymethod]
    fn done(zelf: &Py<Self>, vm: &VirtualMachine) -> bool {
        zelf.is_done(vm)
    }

    #[pymethod]
    fn cancel(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<bool> {
        cancel::cancel(zelf, vm)
    }

    #[pymethod(name = "__await__")]
    fn awaited(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult<PyRef<Self>> {
        Self::await_it(&zelf, vm)?;
        Ok(zelf)
    }

    #[pygetset(name = "coro")]
    fn get_coro(zelf: &Py<Self>) -> PyObjectRef {
        zelf.coro()
    }

    #[pygetset(name = "data")]
    fn get_data(zelf: &Py<Self>) -> PyObjectRef {
        zelf.data()
    }

    #[pygetset(name = "data", setter)]
    fn put_data(zelf: &Py<Self>, data: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        zelf.set_data(assigned(data, vm)?);
        Ok(())
    }

    #[pygetset(name = "state")]
    fn get_state(zelf: &Py<Self>) -> PyObjectRef {
        zelf.state()
    }

    #[pygetset(name = "state", setter)]
    fn put_state(zelf: &Py<Self>, state: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        zelf.set_state(assigned(state, vm)?);
        Ok(())
    }

    #[pygetset]
    fn ph_key(zelf: &Py<Self>) -> u32 {
        zelf.key().value()
    }
}

fn assigned(value: PySetterValue, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
    match value {
        PySetterValue::Assign(value) => Ok(value),
        PySetterValue::Delete => Err(vm.new_attribute_error("cannot delete attribute")),
    }
}

impl Representable for PyTask {
    fn repr_str(_zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        Ok("<Task>".to_owned())
    }
}

/// MicroPython does not run the rest of a coroutine that nobody needs any more: no `finally` of it
/// runs, and no `GeneratorExit` is raised in it. So the coroutine of an unfinished task is kept.
impl Destructor for PyTask {
    fn del(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        if !zelf.is_done(vm) {
            std::mem::forget(zelf.coro());
        }
        Ok(())
    }
}

impl Hashable for PyTask {
    fn hash(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<PyHash> {
        Ok(PyHash::from(zelf.number.0))
    }
}

impl Iterable for PyTask {
    fn slot_iter(zelf: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        if let Some(task) = zelf.downcast_ref::<Self>() {
            Self::await_it(task, vm)?;
        }
        Ok(zelf)
    }

    fn iter(_zelf: PyRef<Self>, _vm: &VirtualMachine) -> PyResult {
        unreachable!("slot_iter is implemented")
    }
}

impl IterNext for PyTask {
    fn next(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        if zelf.is_done(vm) {
            return outcome(zelf.data(), vm);
        }
        let waiter = program().to_suspend(vm)?;
        let state = zelf.state();
        if let Some(waiting) = state.downcast_ref::<PyTaskQueue>() {
            PyTaskQueue::wait_in(&waiting.to_owned(), &waiter, vm);
        }
        // Linked both ways, so that cancelling the one that waits reaches this one.
        waiter.set_data(zelf.to_owned().into());
        Ok(PyIterReturn::Return(vm.ctx.none()))
    }
}

/// What a task is called in a value.
pub(super) fn title(object: &PyObject) -> Option<String> {
    as_task(object).map(|task| format!("<Task {}>", task.id().0))
}

/// Whether `object` is a task.
pub(super) fn as_task(object: &PyObject) -> Option<&Py<PyTask>> {
    object.downcast_ref::<PyTask>()
}
