//! The native modules `_asyncio` and `_loopscope`, the list of all, and the frozen Python package.
#![allow(
    clippy::unwrap_used,
    reason = "the interpreter's `pyattr(once)` unwraps what it has just filled in"
)]

use rustpython_vm::Context;
use rustpython_vm::builtins::PyModuleDef;

/// The package `asyncio` as programs import it, compiled into the binary.
pub(super) const FROZEN: &rustpython_vm::frozen::FrozenLib =
    rustpython_vm::py_freeze!(dir = "package");

/// The native modules of the asyncio API.
pub(super) fn native_modules(ctx: &Context) -> Vec<&'static PyModuleDef> {
    vec![
        _asyncio::module_def(ctx),
        _loopscope::module_def(ctx),
        super::outside::module_def(ctx),
        super::ring::module_def(ctx),
        super::sync::module_def(ctx),
    ]
}

/// Futures, tasks, and who runs now: the interpreter's library takes them from here.
#[rustpython_vm::pymodule]
mod _asyncio {
    use rustpython_vm::builtins::PyTypeRef;
    use rustpython_vm::class::PyClassImpl;
    use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

    use super::super::event_loop::PyLoop;
    use super::super::future::PyFuture;
    use super::super::future_cell::FutureCell;
    use super::super::future_iter::PyFutureIter;
    use super::super::registry;
    use super::super::task::PyTask;
    use super::super::wakeup::PyWakeup;

    #[pyattr(name = "Future", once)]
    fn future(_vm: &VirtualMachine) -> PyTypeRef {
        let _ = PyFutureIter::make_static_type();
        let _ = PyWakeup::make_static_type();
        PyFuture::make_static_type()
    }

    #[pyattr(name = "Task", once)]
    fn task(_vm: &VirtualMachine) -> PyTypeRef {
        let _ = PyFuture::make_static_type();
        PyTask::make_static_type()
    }

    /// Tasks of loops that are not ours, and eager ones: kept as the library keeps them.
    #[pyattr(name = "_scheduled_tasks", once)]
    fn scheduled_tasks(vm: &VirtualMachine) -> PyObjectRef {
        weak_set(vm).unwrap_or_else(|_| vm.ctx.new_list(Vec::new()).into())
    }

    #[pyattr(name = "_eager_tasks", once)]
    fn eager_tasks(vm: &VirtualMachine) -> PyObjectRef {
        vm.ctx.types.set_type.as_object().call((), vm).unwrap_or_else(|_| vm.ctx.none())
    }

    #[pyattr(name = "_current_tasks", once)]
    fn current_tasks(vm: &VirtualMachine) -> PyObjectRef {
        vm.ctx.new_dict().into()
    }

    fn weak_set(vm: &VirtualMachine) -> PyResult {
        vm.import("_weakrefset", 0)?.get_attr("WeakSet", vm)?.call((), vm)
    }

    fn module_attr(name: &'static str, vm: &VirtualMachine) -> PyResult {
        vm.import("_asyncio", 0)?.get_attr(name, vm)
    }

    #[pyfunction]
    fn _get_running_loop(vm: &VirtualMachine) -> Option<PyObjectRef> {
        registry::running_loop(vm)
    }

    #[pyfunction]
    fn _set_running_loop(event_loop: PyObjectRef, vm: &VirtualMachine) {
        vm.asyncio_running_loop.replace((!vm.is_none(&event_loop)).then_some(event_loop));
    }

    #[pyfunction]
    fn get_running_loop(vm: &VirtualMachine) -> PyResult {
        registry::running_loop(vm).ok_or_else(|| vm.new_runtime_error("no running event loop"))
    }

    #[pyfunction]
    fn get_event_loop(vm: &VirtualMachine) -> PyResult {
        registry::get_event_loop(vm)
    }

    #[derive(rustpython_vm::FromArgs)]
    struct LoopArg {
        #[pyarg(any, name = "loop", optional)]
        event_loop: Option<PyObjectRef>,
    }

    fn loop_or_running(args: LoopArg, vm: &VirtualMachine) -> PyResult {
        match args.event_loop.filter(|event_loop| !vm.is_none(event_loop)) {
            Some(event_loop) => Ok(event_loop),
            None => get_running_loop(vm),
        }
    }

    #[pyfunction]
    fn current_task(args: LoopArg, vm: &VirtualMachine) -> PyResult {
        let event_loop = loop_or_running(args, vm)?;
        Ok(running_on(&event_loop, vm)?.unwrap_or_else(|| vm.ctx.none()))
    }

    #[pyfunction]
    fn all_tasks(args: LoopArg, vm: &VirtualMachine) -> PyResult {
        let event_loop = loop_or_running(args, vm)?;
        let found = vm.ctx.types.set_type.as_object().call((), vm)?;
        if event_loop.downcast_ref::<PyLoop>().is_some() {
            let tasks = vm.call_method(&event_loop, "_all_tasks", ())?;
            vm.call_method(&found, "update", (tasks,))?;
        }
        for set in ["_scheduled_tasks", "_eager_tasks"] {
            let set = module_attr(set, vm)?;
            let tasks: Vec<PyObjectRef> = vm.extract_elements_with(&set, Ok)?;
            for task in tasks {
                let there = match vm.get_attribute_opt(&task, "get_loop")? {
                    Some(get_loop) => get_loop.call((), vm)?,
                    None => task.get_attr("_loop", vm)?,
                };
                if there.is(&event_loop) && !vm.call_method(&task, "done", ())?.try_to_bool(vm)? {
                    vm.call_method(&found, "add", (task,))?;
                }
            }
        }
        Ok(found)
    }

    #[pyfunction]
    fn _register_task(task: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let set = module_attr("_scheduled_tasks", vm)?;
        vm.call_method(&set, "add", (task,))
    }

    #[pyfunction]
    fn _unregister_task(task: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let set = module_attr("_scheduled_tasks", vm)?;
        vm.call_method(&set, "discard", (task,))
    }

    #[pyfunction]
    fn _register_eager_task(task: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let set = module_attr("_eager_tasks", vm)?;
        vm.call_method(&set, "add", (task,))
    }

    #[pyfunction]
    fn _unregister_eager_task(task: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let set = module_attr("_eager_tasks", vm)?;
        vm.call_method(&set, "discard", (task,))
    }

    /// The task that runs on `event_loop`: of the running loop in the thread's own place, of any
    /// other in `_current_tasks`.
    fn running_on(event_loop: &PyObject, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        if runs_here(event_loop, vm) {
            return Ok(vm.asyncio_running_task.borrow().clone());
        }
        let tasks = module_attr("_current_tasks", vm)?;
        let task = vm.call_method(&tasks, "get", (event_loop.to_owned(),))?;
        Ok((!vm.is_none(&task)).then_some(task))
    }

    fn runs_here(event_loop: &PyObject, vm: &VirtualMachine) -> bool {
        registry::running_loop(vm).is_some_and(|running| running.is(event_loop))
    }

    fn set_running_on(
        event_loop: PyObjectRef,
        task: Option<PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        if runs_here(&event_loop, vm) {
            vm.asyncio_running_task.replace(task);
            return Ok(());
        }
        let tasks = module_attr("_current_tasks", vm)?;
        if let Some(task) = task {
            return tasks.set_item(&*event_loop, task, vm);
        }
        vm.call_method(&tasks, "pop", (event_loop, vm.ctx.none()))?;
        Ok(())
    }

    #[pyfunction]
    fn _enter_task(
        event_loop: PyObjectRef,
        task: PyObjectRef,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        if let Some(running) = running_on(&event_loop, vm)? {
            let text = format!(
                "Cannot enter into task {} while another task {} is being executed.",
                task.repr(vm)?,
                running.repr(vm)?
            );
            return Err(vm.new_runtime_error(text));
        }
        set_running_on(event_loop, Some(task), vm)
    }

    #[pyfunction]
    fn _leave_task(
        event_loop: PyObjectRef,
        task: PyObjectRef,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let running = running_on(&event_loop, vm)?;
        if !running.as_ref().is_some_and(|running| running.is(&task)) {
            let shown = match running {
                Some(running) => running.repr(vm)?.to_string(),
                None => "None".to_owned(),
            };
            let text =
                format!("Leaving task {} does not match the current task {shown}.", task.repr(vm)?);
            return Err(vm.new_runtime_error(text));
        }
        set_running_on(event_loop, None, vm)
    }

    #[pyfunction]
    fn _swap_current_task(
        event_loop: PyObjectRef,
        task: PyObjectRef,
        vm: &VirtualMachine,
    ) -> PyResult {
        let before = running_on(&event_loop, vm)?;
        set_running_on(event_loop, (!vm.is_none(&task)).then_some(task), vm)?;
        Ok(before.unwrap_or_else(|| vm.ctx.none()))
    }

    #[pyfunction]
    fn future_add_to_awaited_by(future: PyObjectRef, waiter: PyObjectRef) {
        if let Some(cell) = FutureCell::of(&future) {
            cell.data.lock().awaited_by.insert(waiter);
        }
    }

    #[pyfunction]
    fn future_discard_from_awaited_by(future: PyObjectRef, waiter: PyObjectRef) {
        if let Some(cell) = FutureCell::of(&future) {
            let gone = cell.data.lock().awaited_by.remove(&waiter);
            drop(gone);
        }
    }
}

/// The native base of the loop, and handles.
#[rustpython_vm::pymodule]
mod _loopscope {
    use loopscope_protocol::Word;
    use rustpython_vm::builtins::{PyStrRef, PyTypeRef};
    use rustpython_vm::class::PyClassImpl;
    use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

    use super::super::event_loop::{NewTaskArgs, PyLoop, task_of_running};
    use super::super::handle::PyHandle;
    use super::super::lazy_names;
    use super::super::sleep::{self, PySleep, PyTurn, SleepArgs};
    use super::super::socket_transport;
    use super::super::timer_handle::PyTimerHandle;
    use crate::python::{describe, readable};
    use crate::run::Run;

    #[pyattr(name = "Loop", once)]
    fn event_loop(_vm: &VirtualMachine) -> PyTypeRef {
        let _ = PySleep::make_static_type();
        let _ = PyTurn::make_static_type();
        PyLoop::make_static_type()
    }

    #[pyattr(name = "Handle", once)]
    fn handle(_vm: &VirtualMachine) -> PyTypeRef {
        PyHandle::make_static_type()
    }

    #[pyattr(name = "TimerHandle", once)]
    fn timer_handle(_vm: &VirtualMachine) -> PyTypeRef {
        let _ = PyHandle::make_static_type();
        PyTimerHandle::make_static_type()
    }

    /// `asyncio.sleep`.
    #[pyfunction]
    fn sleep(args: SleepArgs, vm: &VirtualMachine) -> PyObjectRef {
        sleep::sleep(args, vm)
    }

    /// `asyncio.create_task`.
    #[pyfunction]
    fn create_task(args: NewTaskArgs, vm: &VirtualMachine) -> PyResult {
        task_of_running(args, vm)
    }

    /// Attributes that this module does not have yet are asked of the function that it keeps as
    /// `_look_up`.
    #[pyfunction]
    fn look_up_lazily(vm: &VirtualMachine) {
        lazy_names::install(vm);
    }

    /// Makes the library's transport of sockets faster, where nobody takes records.
    #[pyfunction]
    fn quicken(class: PyTypeRef, socket: PyTypeRef, vm: &VirtualMachine) -> PyResult<()> {
        socket_transport::quicken(&class, socket, vm)
    }

    /// Whether records are written: what only they need is done only then.
    #[pyfunction]
    fn recording() -> bool {
        Run::current().trace.is_on()
    }

    /// What warns of a coroutine that was never awaited, so that it is recorded as well. It is no
    /// frame of Python, for the warning names the line of whoever called it.
    #[pyfunction]
    fn noting_never_awaited(warn: PyObjectRef, vm: &VirtualMachine) -> PyObjectRef {
        let noted = move |coroutine: PyObjectRef, vm: &VirtualMachine| {
            super::super::registry::note_never_awaited(&coroutine, vm);
            warn.call((coroutine,), vm)
        };
        vm.new_function("_warn_unawaited_coroutine", noted).into()
    }

    /// A coroutine was dropped before it was ever awaited.
    #[pyfunction]
    fn note_never_awaited(coroutine: PyObjectRef, vm: &VirtualMachine) {
        super::super::registry::note_never_awaited(&coroutine, vm);
    }

    /// Tells the records what a future needs before it can be complete.
    #[pyfunction]
    fn note_links(future: PyObjectRef, children: Vec<PyObjectRef>) {
        super::super::registry::note_links(&future, &children);
    }

    /// What a sleep's timer calls.
    #[pyfunction]
    fn _set_result_unless_cancelled(
        future: PyObjectRef,
        result: PyObjectRef,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        if vm.call_method(&future, "cancelled", ())?.try_to_bool(vm)? {
            return Ok(());
        }
        vm.call_method(&future, "set_result", (result,))?;
        Ok(())
    }

    /// A file as records name it.
    #[pyfunction]
    fn shown_file(path: PyStrRef) -> String {
        describe::shown_file(&readable(&path)).into_owned()
    }

    /// Whether code of this file is the library's, and not the program's.
    #[pyfunction]
    fn is_library(path: PyStrRef) -> bool {
        !describe::is_of_the_program(&readable(&path))
    }

    /// Sets an attribute of a class that is native, or takes it away where the value is None: for what
    /// a version has otherwise.
    #[pyfunction]
    fn set_in_class(class: PyTypeRef, name: PyStrRef, value: PyObjectRef, vm: &VirtualMachine) {
        let name = vm.ctx.intern_str(name.as_wtf8());
        class.modified();
        if vm.is_none(&value) {
            drop(class.attributes.remove(name));
        } else {
            class.set_attr(name, value);
        }
    }

    /// Whether the program has a loop of completions, and runs on it.
    #[pyfunction]
    fn proactor() -> bool {
        Run::current().proactor
    }

    /// Whose rules the program runs by.
    #[pyfunction]
    fn dialect() -> &'static str {
        Run::current().dialect.word()
    }
}
