//! What the whole process knows of asyncio: the running loop, the current task, all tasks, and the
//! Python side of our `asyncio` package.

use std::sync::atomic::{AtomicU32, Ordering};

use loopscope_protocol::{LoopId, On};
use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::event_loop::PyLoop;
use super::future_cell::FutureCell;
use super::task::PyTask;
use crate::core::Records;
use crate::dialect::Rules;
use crate::python::{describe, readable};
use crate::run::Run;

/// A module of the `asyncio` package.
pub(super) fn submodule(name: &'static str, vm: &VirtualMachine) -> PyResult {
    let full = vm.ctx.new_str(format!("asyncio.{name}"));
    // Always through the import, which waits where another thread has only begun it.
    vm.import(&full, 0)?;
    vm.sys_module.get_attr("modules", vm)?.get_item(&*full, vm)
}

/// `_get_running_loop()`.
pub(super) fn running_loop(vm: &VirtualMachine) -> Option<PyObjectRef> {
    vm.asyncio_running_loop.borrow().clone()
}

/// `get_event_loop()`: the running loop, else the policy's.
pub(super) fn get_event_loop(vm: &VirtualMachine) -> PyResult {
    if let Some(event_loop) = running_loop(vm) {
        return Ok(event_loop);
    }
    submodule("events", vm)?.get_attr("_current_loop", vm)?.call((), vm)
}

/// The repr that a function of the package makes of an object.
pub(super) fn repr_with(
    object: &PyObject,
    module: &'static str,
    function: &'static str,
    vm: &VirtualMachine,
) -> PyResult<String> {
    let function = submodule(module, vm)?.get_attr(function, vm)?;
    Ok(function.call((object.to_owned(),), vm)?.str(vm)?.to_string())
}

/// Whether a loop, ours or not, is in debug mode.
pub(super) fn is_debugging(event_loop: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
    match event_loop.downcast_ref::<PyLoop>() {
        Some(native) => Ok(native.debug()),
        None => vm.call_method(event_loop, "get_debug", ())?.try_to_bool(vm),
    }
}

/// In debug mode, keeps where a future, task or handle was made.
pub(super) fn source_traceback(
    event_loop: &PyObject,
    vm: &VirtualMachine,
) -> PyResult<Option<PyObjectRef>> {
    if !is_debugging(event_loop, vm)? {
        return Ok(None);
    }
    let stack = submodule("_reprs", vm)?.get_attr("source_stack", vm)?.call((), vm)?;
    Ok(Some(stack))
}

/// [`source_traceback`] for a future or task.
pub(super) fn note_source(
    cell: &FutureCell,
    event_loop: &PyObject,
    vm: &VirtualMachine,
) -> PyResult<()> {
    if let Some(stack) = source_traceback(event_loop, vm)? {
        cell.data.lock().source_traceback = Some(stack);
    }
    Ok(())
}

/// A number for a future or task of a loop that is not ours.
pub(super) fn number_foreign(cell: &FutureCell, is_task: bool) {
    let ids = &Run::current().ids;
    let number = if is_task { ids.task().0 } else { ids.future().0 };
    cell.number.store(number, Ordering::Relaxed);
}

/// A task of a loop that is not ours is no longer one of those that are not done.
pub(super) fn unregister_foreign(task: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let unregister = vm.import("_asyncio", 0)?.get_attr("_unregister_task", vm)?;
    unregister.call((task.to_owned(),), vm).map(drop)
}

/// The number in the next default task name.
pub(super) fn next_task_name() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// What `set_exception` accepts: an exception, or a class to make one of.
pub(super) fn as_exception(
    exception: PyObjectRef,
    vm: &VirtualMachine,
) -> PyResult<PyBaseExceptionRef> {
    let exception = if exception.fast_isinstance(vm.ctx.types.type_type) {
        exception.call((), vm)?
    } else {
        exception
    };
    let exception: PyBaseExceptionRef =
        exception.downcast().map_err(|_| vm.new_type_error("invalid exception object"))?;
    if !exception.fast_isinstance(vm.ctx.exceptions.stop_iteration) {
        return Ok(exception);
    }
    let text = "StopIteration interacts badly with generators and cannot be raised into a Future";
    if Rules::is_3_6() {
        return Err(vm.new_type_error(text));
    }
    let wrapped = vm.new_runtime_error(text);
    wrapped.set_cause(Some(exception.clone()));
    wrapped.set_context(Some(exception));
    Ok(wrapped)
}

/// What a record calls something that can be awaited.
pub(super) fn awaited(future: &PyObject) -> On {
    match (future.downcast_ref::<PyTask>(), FutureCell::of(future)) {
        (Some(task), _) => On::Task(task.id()),
        (None, Some(cell)) => On::Future(cell.future_id()),
        _ => On::Nothing,
    }
}

/// Sends what `gather` and its like wait for.
pub(super) fn note_links(future: &PyObject, children: &[PyObjectRef]) {
    let Some(cell) = FutureCell::of(future) else { return };
    cell.with_native(|native| {
        for child in children {
            let on = awaited(child);
            if on != On::Nothing {
                native.core.records().future_link(cell.future_id(), on);
            }
        }
    });
}

fn loop_here(vm: &VirtualMachine) -> LoopId {
    running_loop(vm)
        .and_then(|event_loop| event_loop.downcast_ref::<PyLoop>().map(|native| native.core.id()))
        .unwrap_or(LoopId(1))
}

/// Sends the lint about a coroutine that was never awaited.
pub(super) fn note_never_awaited(coroutine: &PyObject, vm: &VirtualMachine) {
    let trace = &Run::current().trace;
    if !trace.is_on() {
        return;
    }
    let (_, place) = describe::coroutine(coroutine, trace, vm);
    let name = coroutine
        .get_attr("__qualname__", vm)
        .and_then(|name| name.str(vm))
        .map_or_else(|_| "a coroutine".to_owned(), |name| readable(&name).into_owned());
    Records::new(trace, loop_here(vm)).never_awaited(&name, place);
}
