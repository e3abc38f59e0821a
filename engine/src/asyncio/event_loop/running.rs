//! Running, refusing to run, and closing.

use std::os::fd::RawFd;
use std::sync::atomic::Ordering;

use loopscope_protocol::{RunHow, TaskId};
use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{Py, PyResult, VirtualMachine};

use super::super::job::PyRunner;
use super::super::registry;
use super::PyLoop;
use crate::core::RunError;
use crate::python::frames;

/// The turns of `run_forever`, between the set-up and the clean-up that Python does.
pub(super) fn run(zelf: &Py<PyLoop>, vm: &VirtualMachine) -> PyResult<()> {
    let task = TaskId(zelf.run_task.swap(0, Ordering::Relaxed));
    let how = if task.is_some() { RunHow::UntilComplete } else { RunHow::Forever };
    zelf.core.run_begin(how, task).map_err(|error| refusal(error, vm))?;
    vm.asyncio_running_loop.replace(Some(zelf.to_owned().into()));
    let runner = PyRunner { event_loop: zelf, vm };
    let floor = frames::floor();
    let result = loop {
        if let Err(escaped) = zelf.core.turn(&runner) {
            break Err(escaped);
        }
        if zelf.core.is_stopping() {
            break Ok(());
        }
    };
    drop(floor);
    vm.asyncio_running_loop.replace(None);
    zelf.core.run_end(how);
    result
}

pub(super) fn check_running(zelf: &Py<PyLoop>, vm: &VirtualMachine) -> PyResult<()> {
    if zelf.core.is_running() {
        return Err(refusal(RunError::Running, vm));
    }
    if registry::running_loop(vm).is_some() {
        let text = "Cannot run the event loop while another loop is running";
        return Err(vm.new_runtime_error(text));
    }
    Ok(())
}

pub(super) fn close(zelf: &Py<PyLoop>, vm: &VirtualMachine) -> PyResult<()> {
    // Before the pipe is closed: another file may get its number at once.
    if !zelf.core.is_running() && zelf.hears.swap(false, Ordering::Relaxed) {
        let _ = set_wakeup_fd(-1, vm);
    }
    let dropped = zelf.core.close().map_err(|error| vm.new_runtime_error(error.to_string()))?;
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

pub(super) fn set_wakeup_fd(fd: RawFd, vm: &VirtualMachine) -> PyResult {
    let mut args = FuncArgs::from(vec![vm.ctx.new_int(fd).into()]);
    args.kwargs.insert("warn_on_full_buffer".into(), vm.ctx.new_bool(false).into());
    vm.import("_signal", 0)?.get_attr("set_wakeup_fd", vm)?.call(args, vm)
}

fn refusal(error: RunError, vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_runtime_error(error.to_string())
}
