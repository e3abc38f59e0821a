//! The native half of the loop class: queues, running, watching. The Python half, in
//! `package/loops.py`, derives from it and adds what is not hot.

use std::collections::BTreeMap;
use std::os::fd::RawFd;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use loopscope_protocol::{
    Event, FutureId, HandleHow, HandleId, LintRule, LoopId, RunHow, TaskId, Text, WatchHow, Which,
};
use rustpython_derive::Traverse;
use rustpython_vm::builtins::{PyDictRef, PyType, PyWeak};
use rustpython_vm::common::hash::PyHash;
use rustpython_vm::common::lock::PyMutex;
use rustpython_vm::function::{FuncArgs, OptionalArg};
use rustpython_vm::types::{Constructor, Hashable};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass,
};

use super::future::PyFuture;
use super::future_cell::FutureCell;
use super::handle::{HandleCell, PyHandle, PyTimerHandle};
use super::job::{PyHost, PyJob};
use super::task::PyTask;
use super::{context, describe, registry};
use crate::core::{HandleInfo, LoopCore, RunError, Trace};
use crate::run::Run;

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
pub(super) struct CreateTaskArgs {
    #[pyarg(positional)]
    coro: PyObjectRef,
    #[pyarg(named, optional)]
    name: Option<PyObjectRef>,
    #[pyarg(named, optional)]
    context: Option<PyObjectRef>,
    #[pyarg(named, optional)]
    eager_start: Option<PyObjectRef>,
}

impl Constructor for PyLoop {
    type Args = FuncArgs;

    fn py_new(class: &Py<PyType>, _args: Self::Args, vm: &VirtualMachine) -> PyResult<Self> {
        let run = Run::current();
        let ours = Self::class(&vm.ctx);
        let name = vm.ctx.intern_str("call_soon");
        let plain = match (class.get_attr(name), ours.get_attr(name)) {
            (Some(found), Some(own)) => found.is(&own),
            _ => false,
        };
        Ok(Self {
            core: LoopCore::new(&run.ids, &run.clock, &run.trace, run.ties, run.seed),
            debug: AtomicBool::new(false),
            plain: AtomicBool::new(plain),
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

/// The callback, its arguments and `context=` out of a call's arguments.
fn split(
    mut args: FuncArgs,
    leading: usize,
    missing: &'static str,
    vm: &VirtualMachine,
) -> PyResult<(Vec<PyObjectRef>, Option<PyObjectRef>)> {
    let context = args.kwargs.shift_remove("context").filter(|context| !vm.is_none(context));
    if let Some(other) = args.kwargs.keys().next() {
        let text = format!("got an unexpected keyword argument '{other}'");
        return Err(vm.new_type_error(text));
    }
    if args.args.len() <= leading {
        return Err(vm.new_type_error(missing));
    }
    Ok((args.args, context))
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

    /// What a record says of a callback: its name and place, and the future among its arguments
    /// that it will complete.
    fn describe<'a>(
        call: &'a [PyObjectRef],
        vm: &'a VirtualMachine,
    ) -> impl FnOnce(&Trace) -> HandleInfo + 'a {
        move |trace| {
            let (name, place) = describe::callable(&call[0], trace, vm);
            let argument = call.get(1).filter(|first| first.downcast_ref::<PyTask>().is_none());
            let future = argument
                .and_then(|first| FutureCell::of(first))
                .map_or(FutureId::NONE, FutureCell::future_id);
            HandleInfo { name, place, task: TaskId::NONE, future }
        }
    }
}

/// What needs the loop as an object.
pub(super) trait LoopObject {
    fn queue_call(
        &self,
        call: Vec<PyObjectRef>,
        context: PyObjectRef,
        how: HandleHow,
        vm: &VirtualMachine,
    ) -> PyRef<PyHandle>;
    fn queue_step(&self, task: PyRef<PyTask>);
    fn queue_wakeup(&self, task: PyRef<PyTask>, future: PyObjectRef);
    fn register(&self, task: &Py<PyTask>, vm: &VirtualMachine) -> PyResult<()>;
    fn unregister(&self, task: TaskId);
    fn process_self_pipe(&self, vm: &VirtualMachine) -> PyResult<()>;
    fn hear_signals(&self, vm: &VirtualMachine);
}

impl LoopObject for Py<PyLoop> {
    /// Queues a call as `call_soon` does, without its checks.
    fn queue_call(
        &self,
        call: Vec<PyObjectRef>,
        context: PyObjectRef,
        how: HandleHow,
        vm: &VirtualMachine,
    ) -> PyRef<PyHandle> {
        let id = self.core.ids().handle();
        let shown = self.core.trace().is_on().then(|| call.clone());
        let cell = HandleCell::new(id, call, Some(context), self.to_owned().into(), false);
        let handle = PyHandle { cell }.into_ref(&vm.ctx);
        self.core.call_soon(PyJob::Handle(handle.clone()), how, |trace| {
            PyLoop::describe(&shown.unwrap_or_default(), vm)(trace)
        });
        handle
    }

    fn queue_step(&self, task: PyRef<PyTask>) {
        let id = self.core.ids().handle();
        let info = task.clone();
        self.core.call_soon(PyJob::Step(task, id), HandleHow::Step, |trace| {
            step_info(&info, FutureId::NONE, trace)
        });
    }

    fn queue_wakeup(&self, task: PyRef<PyTask>, future: PyObjectRef) {
        let id = self.core.ids().handle();
        if !self.core.trace().is_on() {
            let job = PyJob::Wakeup(task, id, future);
            self.core.call_soon(job, HandleHow::Wakeup, |_| HandleInfo::default());
            return;
        }
        let info = task.clone();
        let done = match future.downcast_ref::<PyTask>() {
            Some(_) => FutureId::NONE,
            None => FutureCell::of(&future).map_or(FutureId::NONE, FutureCell::future_id),
        };
        let job = PyJob::Wakeup(task, id, future);
        self.core.call_soon(job, HandleHow::Wakeup, |trace| step_info(&info, done, trace));
    }

    fn register(&self, task: &Py<PyTask>, vm: &VirtualMachine) -> PyResult<()> {
        let weak = task.as_object().downgrade(None, vm)?;
        self.tasks.lock().insert(task.id().0, weak);
        Ok(())
    }

    fn unregister(&self, task: TaskId) {
        let gone = self.tasks.lock().remove(&task.0);
        drop(gone);
    }

    /// What the self-pipe's reader does: signals that arrived get their handles queued.
    fn process_self_pipe(&self, vm: &VirtualMachine) -> PyResult<()> {
        for signal in self.core.read_self_pipe() {
            vm.call_method(self.as_object(), "_handle_signal", (u32::from(signal),))?;
        }
        Ok(())
    }

    /// Before the loop first sleeps for real, signals are made to wake it.
    fn hear_signals(&self, vm: &VirtualMachine) {
        if self.hears.swap(true, Ordering::Relaxed) {
            return;
        }
        if let Some(fd) = self.core.wakeup_fd() {
            // Only the main thread may, and only it receives signals.
            let _ = set_wakeup_fd(fd, vm);
        }
    }
}

fn set_wakeup_fd(fd: RawFd, vm: &VirtualMachine) -> PyResult {
    let mut args = FuncArgs::from(vec![vm.ctx.new_int(fd).into()]);
    args.kwargs.insert("warn_on_full_buffer".into(), vm.ctx.new_bool(false).into());
    vm.import("_signal", 0)?.get_attr("set_wakeup_fd", vm)?.call(args, vm)
}

fn step_info(task: &Py<PyTask>, future: FutureId, trace: &Trace) -> HandleInfo {
    rustpython_vm::vm::thread::with_current_vm(|vm| {
        let coroutine = task.own.lock().coroutine.clone();
        let (name, place) = match coroutine {
            Some(coroutine) => describe::coroutine(&coroutine, trace, vm),
            None => Default::default(),
        };
        HandleInfo { name, place, task: task.id(), future }
    })
}

#[pyclass(flags(BASETYPE, HAS_DICT, HAS_WEAKREF), with(Constructor, Hashable))]
impl PyLoop {
    // ---- calls ---------------------------------------------------------------------------------

    #[pymethod]
    fn call_soon(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        zelf.check_closed(vm)?;
        let missing = "call_soon() missing 1 required positional argument: 'callback'";
        let (call, given) = split(args, 0, missing, vm)?;
        Self::check_call(zelf, &call, "call_soon", true, vm)?;
        Self::soon(zelf, call, given, HandleHow::Soon, vm)
    }

    #[pymethod]
    fn call_soon_threadsafe(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        zelf.check_closed(vm)?;
        let missing = "call_soon_threadsafe() missing 1 required positional argument: 'callback'";
        let (call, given) = split(args, 0, missing, vm)?;
        Self::check_call(zelf, &call, "call_soon_threadsafe", false, vm)?;
        let handle = Self::soon(zelf, call, given, HandleHow::Threadsafe, vm)?;
        zelf.core.wake();
        Ok(handle)
    }

    /// What debug mode checks of a call before it is queued.
    fn check_call(
        zelf: &Py<Self>,
        call: &[PyObjectRef],
        method: &'static str,
        same_thread: bool,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        if !zelf.debug() {
            return Ok(());
        }
        if same_thread {
            vm.call_method(zelf.as_object(), "_check_thread", ())?;
        }
        let name = vm.ctx.new_str(method);
        vm.call_method(zelf.as_object(), "_check_callback", (call[0].clone(), name))?;
        Ok(())
    }

    fn soon(
        zelf: &Py<Self>,
        call: Vec<PyObjectRef>,
        given: Option<PyObjectRef>,
        how: HandleHow,
        vm: &VirtualMachine,
    ) -> PyResult {
        let context = match given {
            Some(context) => context,
            None => context::copy(vm)?,
        };
        let handle = zelf.queue_call(call, context, how, vm);
        if zelf.debug() {
            let source = registry::source_traceback(zelf.as_object(), vm)?;
            *handle.cell.source_traceback.lock() = source;
        }
        Ok(handle.into())
    }

    #[pymethod]
    fn call_later(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let missing = "call_later() missing required arguments: 'delay' and 'callback'";
        let (mut call, given) = split(args, 1, missing, vm)?;
        let delay = call.remove(0);
        if vm.is_none(&delay) {
            return Err(vm.new_type_error("delay must not be None"));
        }
        let when = vm._add(vm.ctx.new_float(zelf.core.time()).as_object(), &delay)?;
        Self::timer(zelf, &when, call, given, vm)
    }

    #[pymethod]
    fn call_at(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let missing = "call_at() missing required arguments: 'when' and 'callback'";
        let (mut call, given) = split(args, 1, missing, vm)?;
        let when = call.remove(0);
        if vm.is_none(&when) {
            return Err(vm.new_type_error("when cannot be None"));
        }
        Self::timer(zelf, &when, call, given, vm)
    }

    fn timer(
        zelf: &Py<Self>,
        when: &PyObject,
        call: Vec<PyObjectRef>,
        given: Option<PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult {
        zelf.check_closed(vm)?;
        Self::check_call(zelf, &call, "call_at", true, vm)?;
        let when = when.try_float(vm)?.to_f64();
        let context = match given {
            Some(context) => context,
            None => context::copy(vm)?,
        };
        let id = zelf.core.ids().handle();
        let shown = zelf.core.trace().is_on().then(|| call.clone());
        let cell = HandleCell::new(id, call, Some(context), zelf.to_owned().into(), false);
        let class = PyTimerHandle::class(&vm.ctx).to_owned();
        let timer = PyRef::new_ref(PyTimerHandle::new(cell, when), class, None);
        zelf.core.call_at(when, PyJob::Timer(timer.clone()), |trace| {
            Self::describe(&shown.unwrap_or_default(), vm)(trace)
        });
        if zelf.debug() {
            let source = registry::source_traceback(zelf.as_object(), vm)?;
            *timer.cell.source_traceback.lock() = source;
        }
        Ok(timer.into())
    }

    #[pymethod]
    fn time(zelf: &Py<Self>) -> f64 {
        zelf.core.time()
    }

    // ---- tasks and futures -----------------------------------------------------------------------

    #[pymethod]
    fn create_future(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        PyFuture::create(zelf.to_owned().into(), vm)
    }

    #[pymethod]
    fn create_task(zelf: &Py<Self>, args: CreateTaskArgs, vm: &VirtualMachine) -> PyResult {
        zelf.check_closed(vm)?;
        let factory = zelf.task_factory.lock().clone();
        let optional = |value: Option<PyObjectRef>| value.filter(|value| !vm.is_none(value));
        let (name, context) = (optional(args.name), optional(args.context));
        if factory.is_none() && args.eager_start.is_none() {
            let task = PyTask::create(zelf.to_owned().into(), args.coro, name, context, vm)?;
            return Ok(task.into());
        }
        let mut call = FuncArgs::from(vec![zelf.to_owned().into(), args.coro]);
        if let Some(context) = context {
            call.kwargs.insert("context".into(), context);
        }
        if let Some(eager) = args.eager_start {
            call.kwargs.insert("eager_start".into(), eager);
        }
        let Some(factory) = factory else {
            // `Task(coro, loop=loop, eager_start=...)`
            let event_loop = call.args.remove(0);
            call.kwargs.insert("loop".into(), event_loop);
            if let Some(name) = name {
                call.kwargs.insert("name".into(), name);
            }
            return PyTask::class(&vm.ctx).as_object().call(call, vm);
        };
        let task = factory.call(call, vm)?;
        if let Some(name) = name
            && let Some(set_name) = vm.get_attribute_opt(&task, "set_name")?
        {
            set_name.call((name,), vm)?;
        }
        Ok(task)
    }

    #[pymethod]
    fn set_task_factory(
        zelf: &Py<Self>,
        factory: PyObjectRef,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
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

    // ---- running ---------------------------------------------------------------------------------

    /// The turns of `run_forever`, between the set-up and the clean-up that Python does.
    #[pymethod]
    fn _run(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        let task = TaskId(zelf.run_task.swap(0, Ordering::Relaxed));
        let how = if task.is_some() { RunHow::UntilComplete } else { RunHow::Forever };
        zelf.core.run_begin(how, task).map_err(|error| refusal(error, vm))?;
        vm.asyncio_running_loop.replace(Some(zelf.to_owned().into()));
        let host = PyHost { event_loop: zelf, vm };
        let result = loop {
            if let Err(escaped) = zelf.core.turn(&host) {
                break Err(escaped);
            }
            if zelf.core.is_stopping() {
                break Ok(());
            }
        };
        vm.asyncio_running_loop.replace(None);
        zelf.core.run_end(how);
        result
    }

    /// The next run is `run_until_complete` of this future.
    #[pymethod]
    fn _runs_until(zelf: &Py<Self>, future: PyObjectRef) {
        let task = future.downcast_ref::<PyTask>().map_or(u32::MAX, |task| task.id().0);
        zelf.run_task.store(task, Ordering::Relaxed);
    }

    #[pymethod]
    fn _check_running(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        if zelf.core.is_running() {
            return Err(refusal(RunError::Running, vm));
        }
        if registry::running_loop(vm).is_some() {
            let text = "Cannot run the event loop while another loop is running";
            return Err(vm.new_runtime_error(text));
        }
        Ok(())
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
        let dropped = zelf.core.close().map_err(|error| vm.new_runtime_error(error.to_string()))?;
        if zelf.hears.swap(false, Ordering::Relaxed) {
            let _ = set_wakeup_fd(-1, vm);
        }
        for job in &dropped {
            if let Some(cell) = job.cell() {
                // What leads back to the handle would keep it for ever.
                let call = std::mem::take(&mut *cell.call.lock());
                drop(call);
            }
        }
        drop(dropped);
        Ok(())
    }

    #[pymethod]
    fn get_debug(zelf: &Py<Self>) -> bool {
        zelf.debug()
    }

    #[pymethod]
    fn _set_debug(zelf: &Py<Self>, debug: bool) {
        zelf.debug.store(debug, Ordering::Relaxed);
    }

    // ---- descriptors and signals -------------------------------------------------------------------

    #[pymethod]
    fn _add_watcher(
        zelf: &Py<Self>,
        fd: i32,
        write: bool,
        callback: PyObjectRef,
        args: PyObjectRef,
        vm: &VirtualMachine,
    ) -> PyResult {
        zelf.check_closed(vm)?;
        let how = if write { WatchHow::Write } else { WatchHow::Read };
        let mut call = vec![callback];
        call.extend(vm.extract_elements_with(&args, Ok)?);
        let handle = Self::repeating(zelf, call.clone(), vm)?;
        let Some(watched) = crate::python::fd::borrow(fd) else {
            return Err(vm.new_value_error(format!("Invalid file descriptor: {fd}")));
        };
        let job = PyJob::Handle(handle.clone());
        let before =
            zelf.core.watch(watched, how, job, Self::describe(&call, vm)).map_err(|error| {
                use rustpython_vm::convert::ToPyException;
                error.to_pyexception(vm)
            })?;
        if let Some(PyJob::Handle(before)) = before {
            vm.call_method(before.as_object(), "cancel", ())?;
        }
        Ok(handle.into())
    }

    #[pymethod]
    fn _remove_watcher(
        zelf: &Py<Self>,
        fd: i32,
        write: bool,
        vm: &VirtualMachine,
    ) -> PyResult<bool> {
        if zelf.core.is_closed() {
            return Ok(false);
        }
        let how = if write { WatchHow::Write } else { WatchHow::Read };
        match zelf.core.unwatch(fd, how) {
            Some(PyJob::Handle(handle)) => {
                vm.call_method(handle.as_object(), "cancel", ())?;
                Ok(true)
            }
            Some(_) => Ok(true),
            None => Ok(false),
        }
    }

    fn repeating(
        zelf: &Py<Self>,
        call: Vec<PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult<PyRef<PyHandle>> {
        let id = zelf.core.ids().handle();
        let context = context::copy(vm)?;
        let cell = HandleCell::new(id, call, Some(context), zelf.to_owned().into(), true);
        Ok(PyHandle { cell }.into_ref(&vm.ctx))
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
        let mut call = vec![callback];
        call.extend(vm.extract_elements_with(&args, Ok)?);
        let handle = Self::repeating(zelf, call.clone(), vm)?;
        let id = handle.cell.id;
        zelf.core.signal_added(signal, id, !replaces, Self::describe(&call, vm));
        zelf.hear_signals(vm);
        Ok(handle.into())
    }

    #[pymethod]
    fn _wakeup_fd(zelf: &Py<Self>) -> i32 {
        zelf.hears.store(true, Ordering::Relaxed);
        zelf.core.wakeup_fd().unwrap_or(-1)
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

    // ---- what Python tells the records --------------------------------------------------------------

    #[pymethod]
    fn _note_handler_set(zelf: &Py<Self>, handler: PyObjectRef, vm: &VirtualMachine) {
        let trace = zelf.core.trace();
        if trace.is_on() {
            let (which, (name, place)) = if vm.is_none(&handler) {
                (Which::Default, Default::default())
            } else {
                (Which::Custom, describe::callable(&handler, trace, vm))
            };
            trace.emit(zelf.core.id(), Event::HandlerSet { which, name, place });
        }
    }

    #[pymethod]
    fn _note_handler_call(
        zelf: &Py<Self>,
        custom: bool,
        given: PyDictRef,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let trace = zelf.core.trace();
        if !trace.is_on() {
            return Ok(());
        }
        let get = |key: &str| given.get_item_opt(key, vm).ok().flatten();
        let message = match get("message") {
            Some(message) => message.str(vm)?.to_string(),
            None => String::new(),
        };
        let exception = match get("exception") {
            Some(exception) => exception.repr(vm)?.to_string(),
            None => String::new(),
        };
        let of = [get("task"), get("future")];
        let mut task = TaskId::NONE;
        let mut future = FutureId::NONE;
        for object in of.into_iter().flatten() {
            if let Some(found) = object.downcast_ref::<PyTask>() {
                task = found.id();
            } else if let Some(cell) = FutureCell::of(&object) {
                future = cell.future_id();
            }
        }
        let handle = get("handle").map_or(HandleId::NONE, |object| {
            object
                .downcast_ref::<PyHandle>()
                .map(|handle| handle.cell.id)
                .or_else(|| object.downcast_ref::<PyTimerHandle>().map(|timer| timer.cell.id))
                .unwrap_or(HandleId::NONE)
        });
        let which = if custom { Which::Custom } else { Which::Default };
        let slot = |text: &str, slot| if text.is_empty() { Text::NONE } else { slot };
        let event = Event::HandlerCall {
            which,
            message: slot(&message, Text::FIRST),
            exception: slot(&exception, Text::SECOND),
            task,
            handle,
            future,
        };
        trace.emit_with(zelf.core.id(), event, &[&message, &exception]);
        Ok(())
    }

    /// Sends a lint that Python has found.
    #[pymethod]
    fn _note_lint(zelf: &Py<Self>, rule: String, text: String, about: OptionalArg<PyObjectRef>) {
        use loopscope_protocol::Word;
        let trace = zelf.core.trace();
        let Some(rule) = LintRule::parse(&rule).filter(|_| trace.is_on()) else { return };
        let about = about.into_option();
        let task = about
            .as_ref()
            .and_then(|object| object.downcast_ref::<PyTask>().map(|task| task.id()))
            .unwrap_or(TaskId::NONE);
        let event = Event::Lint {
            rule,
            text: Text::FIRST,
            task,
            future: FutureId::NONE,
            handle: HandleId::NONE,
            place: loopscope_protocol::Place::NONE,
        };
        trace.emit_with(zelf.core.id(), event, &[&text]);
    }

    /// An asyncgens or executor shutdown begins.
    #[pymethod]
    fn _note_shutdown(zelf: &Py<Self>, asyncgens: Option<u32>) {
        let event = match asyncgens {
            Some(count) => Event::AsyncgensShutdown { count },
            None => Event::ExecutorShutdown {},
        };
        zelf.core.trace().emit(zelf.core.id(), event);
    }

    /// A real outside source appears: `how` is a word of the `clock` record.
    #[pymethod]
    fn _outside(zelf: &Py<Self>, how: String) {
        use loopscope_protocol::Word;
        if let Some(how) = loopscope_protocol::ClockHow::parse(&how) {
            zelf.core.outside(how);
        }
    }

    #[pygetset]
    fn _number(zelf: &Py<Self>) -> u32 {
        let LoopId(number) = zelf.core.id();
        number
    }
}

fn refusal(error: RunError, vm: &VirtualMachine) -> rustpython_vm::builtins::PyBaseExceptionRef {
    vm.new_runtime_error(error.to_string())
}
