//! `asyncio.TaskQueue`: the loop's own queue, and the queues in which tasks wait for each other,
//! for an event or for a lock.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use loopscope_protocol::{HandleHow, ObjectId};
use rustpython_vm::builtins::PyType;
use rustpython_vm::common::lock::PyMutex;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::types::Constructor;
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass,
};

use super::program::program;
use super::task::{PyTask, Stands};
use crate::core::{Millis, Order, TaskQueue, whole_millis};
use crate::run::Run;

/// Tasks in the order of their keys, first in first out among equals.
#[pyclass(name = "TaskQueue", module = false)]
#[derive(Debug, PyPayload)]
pub(super) struct PyTaskQueue {
    /// It stands for the loop's queue: what is pushed runs.
    is_the_loops: AtomicBool,
    waiting: PyMutex<TaskQueue<PyRef<PyTask>>>,
    /// Its number, once a record has named it.
    number: AtomicU32,
}

impl Constructor for PyTaskQueue {
    type Args = FuncArgs;

    fn py_new(_class: &Py<PyType>, args: Self::Args, vm: &VirtualMachine) -> PyResult<Self> {
        if !args.args.is_empty() || !args.kwargs.is_empty() {
            return Err(vm.new_type_error("function takes 0 positional arguments"));
        }
        Ok(Self::new())
    }
}

impl PyTaskQueue {
    pub(super) fn new() -> Self {
        Self {
            is_the_loops: AtomicBool::new(false),
            waiting: PyMutex::new(TaskQueue::default()),
            number: AtomicU32::new(0),
        }
    }

    /// The loop's.
    pub(super) fn of_the_loop() -> Self {
        let queue = Self::new();
        queue.is_the_loops.store(true, Ordering::Relaxed);
        queue
    }

    fn is_the_loops(&self) -> bool {
        self.is_the_loops.load(Ordering::Relaxed)
    }

    /// Its number in records.
    pub(super) fn number(&self) -> ObjectId {
        if self.number.load(Ordering::Relaxed) == 0 {
            let ObjectId(number) = Run::current().ids.queue();
            self.number.store(number, Ordering::Relaxed);
        }
        ObjectId(self.number.load(Ordering::Relaxed))
    }

    /// `task` waits in `queue` from now on.
    pub(super) fn wait_in(queue: &PyRef<Self>, task: &Py<PyTask>, vm: &VirtualMachine) {
        let now = Run::current().clock.read();
        Self::insert(queue, task, Millis::at(now), vm);
    }

    fn insert(queue: &PyRef<Self>, task: &Py<PyTask>, key: Millis, vm: &VirtualMachine) {
        task.set_data(vm.ctx.none());
        let now = whole_millis(Run::current().clock.peek());
        let order = queue.waiting.lock().push(key, now, task.to_owned());
        task.set_key(key);
        task.set_stands(Stands::Waiting(queue.clone(), order));
    }

    /// Takes the first of those that wait here.
    pub(super) fn pop_waiting(&self) -> Option<PyRef<PyTask>> {
        let (_, task) = self.waiting.lock().pop()?;
        task.set_stands(Stands::Nowhere);
        Some(task)
    }

    /// Takes one of those that wait here, wherever it stands.
    pub(super) fn leave(&self, order: Order) {
        let gone = self.waiting.lock().remove(order);
        drop(gone);
    }

    /// Wakes all that wait here, in order. Says whether there were any.
    pub(super) fn wake_all(&self, vm: &VirtualMachine) -> bool {
        let mut any = false;
        while let Some(task) = self.pop_waiting() {
            program().push(&task, HandleHow::Wakeup, vm);
            any = true;
        }
        any
    }

    /// It is the loop's no more, and holds what that dropped.
    pub(super) fn retire(&self, dropped: Vec<(Order, PyRef<PyTask>)>) {
        self.is_the_loops.store(false, Ordering::Relaxed);
        for (_, task) in &dropped {
            task.set_stands(Stands::Nowhere);
        }
        let now = whole_millis(Run::current().clock.peek());
        let mut waiting = self.waiting.lock();
        for (order, task) in dropped {
            waiting.push(order.key(), now, task);
        }
    }
}

#[pyclass(with(Constructor), flags(HAS_WEAKREF))]
impl PyTaskQueue {
    #[pymethod]
    fn peek(zelf: &Py<Self>) -> Option<PyRef<PyTask>> {
        if zelf.is_the_loops() {
            return program().core.peek();
        }
        zelf.waiting.lock().peek().map(|(_, task)| task.clone())
    }

    #[pymethod]
    fn push(
        zelf: PyRef<Self>,
        task: PyRef<PyTask>,
        key: rustpython_vm::function::OptionalArg<i64>,
        vm: &VirtualMachine,
    ) {
        let key = key.into_option().map(Millis::wrapped);
        if !zelf.is_the_loops() {
            match key {
                Some(key) => Self::insert(&zelf, &task, key, vm),
                None => Self::wait_in(&zelf, &task, vm),
            }
            return;
        }
        let program = program();
        let itself = program.current().is_some_and(|current| current.is(&task));
        let how = if itself || !task.has_begun() { HandleHow::Step } else { HandleHow::Wakeup };
        match key {
            Some(key) => program.push_at(&task, key, how, vm),
            None => program.push(&task, how, vm),
        }
    }

    #[pymethod]
    fn pop(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyRef<PyTask>> {
        let empty = || vm.new_index_error("empty heap");
        if zelf.is_the_loops() {
            let task = program().core.peek().ok_or_else(empty)?;
            if let Stands::InLoop(pushed) = task.stands() {
                program().take_back(&task, pushed.order);
            }
            return Ok(task);
        }
        zelf.pop_waiting().ok_or_else(empty)
    }

    #[pymethod]
    fn remove(zelf: &Py<Self>, task: PyRef<PyTask>) {
        match task.stands() {
            Stands::InLoop(pushed) if zelf.is_the_loops() => {
                program().take_back(&task, pushed.order);
            }
            Stands::Waiting(queue, order) if queue.is(zelf) => {
                zelf.leave(order);
                task.set_stands(Stands::Nowhere);
            }
            _ => {}
        }
    }
}

/// Takes a task out of the queue that it waits in, through `remove` of whatever that is.
pub(super) fn remove_from(
    waits_for: &PyObjectRef,
    task: &Py<PyTask>,
    vm: &VirtualMachine,
) -> PyResult<bool> {
    if let Some(queue) = waits_for.downcast_ref::<PyTaskQueue>() {
        PyTaskQueue::remove(queue, task.to_owned());
        return Ok(true);
    }
    match vm.get_attribute_opt(waits_for, "remove")? {
        Some(remove) => {
            remove.call((task.to_owned(),), vm)?;
            Ok(true)
        }
        None => Ok(false),
    }
}
