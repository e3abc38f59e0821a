//! The native half of the loop class: what it holds, and the table of its methods. The Python half,
//! in `package/loops.py`, derives from it and adds what is not hot.

mod calls;
mod create_task;
mod notes;
mod queue;
mod running;
mod watching;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use loopscope_protocol::{ClockHow, LoopId, WatchHow, Word as _};
use rustpython_derive::Traverse;
use rustpython_vm::builtins::{PyStrRef, PyType, PyWeak};
use rustpython_vm::common::hash::PyHash;
use rustpython_vm::common::lock::PyMutex;
use rustpython_vm::function::{FuncArgs, OptionalArg};
use rustpython_vm::types::{Constructor, Hashable};
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass,
};

use super::future::PyFuture;
use super::handle::PyHandle;
use super::job::PyJob;
use super::task::PyTask;
use crate::core::LoopCore;
use crate::python::readable;
use crate::run::Run;

use create_task::CreateTaskArgs;
pub(super) use create_task::{NewTaskArgs, of_running as task_of_running};
pub(super) use queue::LoopObject;

/// The tasks of the loop that runs which have not ended, by number, with their coroutines.
pub(super) fn unfinished(vm: &VirtualMachine) -> Vec<(u32, PyObjectRef)> {
    let running = vm.asyncio_running_loop.borrow().clone();
    let Some(running) = running.as_ref().and_then(|each| each.downcast_ref::<PyLoop>()) else {
        return Vec::new();
    };
    let tasks: Vec<_> = running.tasks.lock().values().filter_map(|weak| weak.upgrade()).collect();
    let coroutine = |task: PyObjectRef| {
        let task = task.downcast_ref::<PyTask>()?;
        let coroutine = task.own.lock().coroutine.clone()?;
        Some((task.id().0, coroutine))
    };
    tasks.into_iter().filter_map(coroutine).collect()
}

/// The native base of `asyncio`'s loop class.
#[pyclass(name = "Loop", module = "_loopscope", traverse)]
#[derive(Debug, PyPayload)]
pub(super) struct PyLoop {
    #[pytraverse(skip)]
    pub(super) core: LoopCore<PyJob>,
    #[pytraverse(skip)]
    debug: AtomicBool,
    /// `call_soon` is ours, so tasks and futures may queue without asking it.
    #[pytraverse(skip)]
    plain: AtomicBool,
    /// So is its class's `create_task`.
    #[pytraverse(skip)]
    makes_tasks: bool,
    /// Signals wake this loop's self-pipe.
    #[pytraverse(skip)]
    hears: AtomicBool,
    task_factory: PyMutex<Option<PyObjectRef>>,
    /// Weak references to the tasks that are not done, by number.
    #[pytraverse(skip)]
    tasks: PyMutex<BTreeMap<u32, PyRef<PyWeak>>>,
    #[pytraverse(skip)]
    run_task: AtomicU32,
}

#[derive(rustpython_vm::FromArgs)]
pub(super) struct FactoryArgs {
    #[pyarg(any)]
    factory: PyObjectRef,
}

impl Constructor for PyLoop {
    type Args = FuncArgs;

    fn py_new(class: &Py<PyType>, _args: Self::Args, vm: &VirtualMachine) -> PyResult<Self> {
        let run = Run::current();
        let ours = Self::class(&vm.ctx);
        let is_ours = |name: &'static str| {
            let name = vm.ctx.intern_str(name);
            match (class.get_attr(name), ours.get_attr(name)) {
                (Some(found), Some(own)) => found.is(&own),
                _ => false,
            }
        };
        Ok(Self {
            core: LoopCore::new(&run.ids, &run.clock, &run.trace, run.ties, run.seed),
            debug: AtomicBool::new(false),
            plain: AtomicBool::new(is_ours("call_soon")),
            makes_tasks: is_ours("create_task"),
            hears: AtomicBool::new(false),
            task_factory: PyMutex::new(None),
            tasks: PyMutex::new(BTreeMap::new()),
            run_task: AtomicU32::new(0),
        })
    }
}

impl Hashable for PyLoop {
    fn hash(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<PyHash> {
        Ok(PyHash::from(zelf.core.id().0))
    }
}

impl PyLoop {
    pub(super) fn debug(&self) -> bool {
        self.debug.load(Ordering::Relaxed)
    }

    pub(super) fn is_plain(&self) -> bool {
        self.plain.load(Ordering::Relaxed) && !self.debug()
    }

    pub(super) fn check_closed(&self, vm: &VirtualMachine) -> PyResult<()> {
        if self.core.is_closed() {
            return Err(vm.new_runtime_error("Event loop is closed"));
        }
        Ok(())
    }
}

#[pyclass(flags(BASETYPE, HAS_DICT, HAS_WEAKREF), with(Constructor, Hashable))]
impl PyLoop {
    #[pymethod]
    fn call_soon(zelf: &Py<Self>, args: calls::SoonArgs, vm: &VirtualMachine) -> PyResult {
        calls::call_soon(zelf, args.0, vm)
    }

    #[pymethod]
    fn call_soon_threadsafe(
        zelf: &Py<Self>,
        args: calls::SoonArgs,
        vm: &VirtualMachine,
    ) -> PyResult {
        calls::call_soon_threadsafe(zelf, args.0, vm)
    }

    #[pymethod]
    fn call_later(zelf: &Py<Self>, args: calls::LaterArgs, vm: &VirtualMachine) -> PyResult {
        calls::call_later(zelf, args.0, vm)
    }

    #[pymethod]
    fn call_at(zelf: &Py<Self>, args: calls::AtArgs, vm: &VirtualMachine) -> PyResult {
        calls::call_at(zelf, args.0, vm)
    }

    #[pymethod]
    fn time(zelf: &Py<Self>) -> f64 {
        zelf.core.time()
    }

    #[pymethod]
    fn create_future(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        PyFuture::create(zelf.to_owned().into(), vm)
    }

    #[pymethod]
    fn create_task(zelf: &Py<Self>, args: CreateTaskArgs, vm: &VirtualMachine) -> PyResult {
        create_task::create_task(zelf, args, vm)
    }

    #[pymethod]
    fn set_task_factory(zelf: &Py<Self>, args: FactoryArgs, vm: &VirtualMachine) -> PyResult<()> {
        let factory = args.factory;
        if !vm.is_none(&factory) && !factory.is_callable() {
            return Err(vm.new_type_error("task factory must be a callable or None"));
        }
        *zelf.task_factory.lock() = (!vm.is_none(&factory)).then_some(factory);
        Ok(())
    }

    #[pymethod]
    fn get_task_factory(zelf: &Py<Self>) -> Option<PyObjectRef> {
        zelf.task_factory.lock().clone()
    }

    /// The tasks of this loop that are not done, in the order of their creation.
    #[pymethod]
    fn _all_tasks(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let tasks: Vec<_> = zelf.tasks.lock().values().filter_map(|weak| weak.upgrade()).collect();
        vm.ctx.new_list(tasks).into()
    }

    /// The turns of `run_forever`, between the set-up and the clean-up that Python does.
    #[pymethod]
    fn _run(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        running::run(zelf, vm)
    }

    /// The next run is `run_until_complete` of this future.
    #[pymethod]
    fn _runs_until(zelf: &Py<Self>, future: PyObjectRef) {
        let task = future.downcast_ref::<PyTask>().map_or(u32::MAX, |task| task.id().0);
        zelf.run_task.store(task, Ordering::Relaxed);
    }

    #[pymethod]
    fn _check_running(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        running::check_running(zelf, vm)
    }

    #[pymethod(name = "_check_closed")]
    fn py_check_closed(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        zelf.check_closed(vm)
    }

    #[pymethod]
    fn stop(zelf: &Py<Self>) {
        zelf.core.stop();
    }

    #[pymethod]
    fn is_running(zelf: &Py<Self>) -> bool {
        zelf.core.is_running()
    }

    #[pymethod]
    fn is_closed(zelf: &Py<Self>) -> bool {
        zelf.core.is_closed()
    }

    #[pymethod]
    fn _runs_here(zelf: &Py<Self>) -> bool {
        zelf.core.runs_here()
    }

    #[pymethod]
    fn _close(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        running::close(zelf, vm)
    }

    #[pymethod]
    fn get_debug(zelf: &Py<Self>) -> bool {
        zelf.debug()
    }

    #[pymethod]
    fn _set_debug(zelf: &Py<Self>, debug: bool) {
        zelf.debug.store(debug, Ordering::Relaxed);
    }

    #[pymethod]
    fn _add_watcher(
        zelf: &Py<Self>,
        fd: i32,
        write: bool,
        callback: PyObjectRef,
        args: PyObjectRef,
        vm: &VirtualMachine,
    ) -> PyResult {
        watching::add_watcher(zelf, fd, write, callback, args, vm)
    }

    #[pymethod]
    fn _remove_watcher(
        zelf: &Py<Self>,
        fd: i32,
        write: bool,
        vm: &VirtualMachine,
    ) -> PyResult<bool> {
        watching::remove_watcher(zelf, fd, write, vm)
    }

    /// Whether a descriptor is watched for reading or for writing.
    #[pymethod]
    fn _is_watched(zelf: &Py<Self>, fd: i32, write: bool) -> bool {
        let how = if write { WatchHow::Write } else { WatchHow::Read };
        zelf.core.watcher(fd, how).is_some()
    }

    #[pymethod]
    fn _add_signal(
        zelf: &Py<Self>,
        signal: u8,
        replaces: bool,
        callback: PyObjectRef,
        args: PyObjectRef,
        vm: &VirtualMachine,
    ) -> PyResult {
        watching::add_signal(zelf, signal, replaces, callback, args, vm)
    }

    #[pymethod]
    fn _wakeup_fd(zelf: &Py<Self>) -> i32 {
        zelf.hears.store(true, Ordering::Relaxed);
        zelf.core.wakeup_fd().unwrap_or(-1)
    }

    /// Signals are made to wake the loop anew before it sleeps again.
    #[pymethod]
    fn _forget_wakeup_fd(zelf: &Py<Self>) {
        zelf.hears.store(false, Ordering::Relaxed);
    }

    #[pymethod]
    fn _remove_signal(zelf: &Py<Self>, signal: u8) {
        zelf.core.signal_removed(signal);
    }

    #[pymethod]
    fn _signal_arrived(zelf: &Py<Self>, signal: u8, handle: PyRef<PyHandle>) {
        zelf.core.signal_arrived(signal, PyJob::Handle(handle));
    }

    /// Adds a handle that exists already, as `BaseSelectorEventLoop._add_callback` does.
    #[pymethod]
    fn _add_callback(zelf: &Py<Self>, handle: PyRef<PyHandle>) {
        if !handle.cell.is_cancelled() {
            zelf.core.enqueue(PyJob::Handle(handle));
        }
    }

    #[pymethod]
    fn _write_to_self(zelf: &Py<Self>) {
        zelf.core.wake();
    }

    #[pymethod]
    fn _note_handler_set(zelf: &Py<Self>, handler: PyObjectRef, vm: &VirtualMachine) {
        notes::handler_set(zelf, &handler, vm);
    }

    #[pymethod]
    fn _note_handler_call(zelf: &Py<Self>, custom: bool, given: PyObjectRef, vm: &VirtualMachine) {
        notes::handler_call(zelf, custom, &given, vm);
    }

    /// Sends a lint that Python has found.
    #[pymethod]
    fn _note_lint(zelf: &Py<Self>, rule: String, text: PyStrRef, about: OptionalArg<PyObjectRef>) {
        notes::lint(zelf, &rule, &readable(&text), about.as_option());
    }

    /// An operation has completed: what it was, on which descriptor, and how many bytes it moved, or
    /// -1 where it failed.
    #[pymethod]
    fn _note_completion(zelf: &Py<Self>, kind: String, fd: i32, moved: i64) {
        let records = zelf.core.records();
        if records.is_on() {
            if let Some(fd) = crate::process::fd::borrow(fd) {
                records.descriptor(fd);
            }
            records.completion(records.trace().name(&kind), fd, moved);
        }
    }

    /// An asyncgens or executor shutdown begins.
    #[pymethod]
    fn _note_shutdown(zelf: &Py<Self>, asyncgens: Option<u32>) {
        let records = zelf.core.records();
        match asyncgens {
            Some(count) => records.asyncgens_shutdown(count),
            None => records.executor_shutdown(),
        }
    }

    /// A real outside source appears: `how` is a word of the `clock` record.
    #[pymethod]
    fn _outside(zelf: &Py<Self>, how: String) {
        if let Some(how) = ClockHow::parse(&how) {
            zelf.core.outside(how);
        }
    }

    #[pygetset]
    fn _number(zelf: &Py<Self>) -> u32 {
        let LoopId(number) = zelf.core.id();
        number
    }
}
