//! When a task goes on, and when it has ended.

use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObject, PyResult, VirtualMachine};

use super::super::context;
use super::super::event_loop::{LoopObject as _, PyLoop};
use super::super::future_cell::FutureCell;
use super::PyTask;

/// Queues the task's next step. `runs_on` is the task's loop where that is known.
pub(in crate::asyncio) fn queue_step(
    zelf: &Py<PyTask>,
    runs_on: Option<&Py<PyLoop>>,
    vm: &VirtualMachine,
) -> PyResult<()> {
    if let Some(native) = runs_on
        && native.is_plain()
    {
        native.check_closed(vm)?;
        native.queue_step(zelf.to_owned());
        return Ok(());
    }
    let event_loop = zelf.cell.require_loop(vm)?;
    if let Some(native) = event_loop.downcast_ref::<PyLoop>()
        && native.is_plain()
    {
        native.check_closed(vm)?;
        native.queue_step(zelf.to_owned());
        return Ok(());
    }
    let mut args = FuncArgs::from(vec![zelf.as_object().get_attr("_step", vm)?]);
    context::add_to(&mut args, zelf.own.lock().context.clone());
    vm.call_method(&event_loop, "call_soon", args)?;
    Ok(())
}

/// Queues a step that throws `error` into the coroutine.
pub(in crate::asyncio) fn queue_step_with(
    zelf: &Py<PyTask>,
    error: PyBaseExceptionRef,
    vm: &VirtualMachine,
) -> PyResult<()> {
    zelf.own.lock().thrown = Some(error);
    queue_step(zelf, None, vm)
}

/// Ends the task by `how`.
pub(in crate::asyncio) fn end(
    zelf: &Py<PyTask>,
    how: impl FnOnce(&FutureCell, &PyObject) -> PyResult<()>,
) -> PyResult<()> {
    zelf.cell.with_native(|native| native.unregister(zelf.id()));
    how(&zelf.cell, zelf.as_object())
}
