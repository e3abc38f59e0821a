//! What a task leaves with the future that it waits for: called with it, the task goes on.
//!
//! A bound method would do, but the collector does not look into those of native classes, and a task
//! that only its own future knows would never be collected.

use rustpython_derive::Traverse;
use rustpython_vm::types::Callable;
use rustpython_vm::{AsObject, Py, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use super::step;
use super::task::PyTask;

/// A done callback that steps a task.
#[pyclass(name = "TaskWakeup", module = "_asyncio", traverse)]
#[derive(Debug, PyPayload)]
pub(super) struct PyWakeup {
    task: PyObjectRef,
}

impl PyWakeup {
    /// The one of this task.
    pub(super) fn of(task: PyObjectRef, vm: &VirtualMachine) -> PyObjectRef {
        Self { task }.into_ref(&vm.ctx).into()
    }
}

impl Callable for PyWakeup {
    type Args = (PyObjectRef,);

    fn call(zelf: &Py<Self>, (future,): Self::Args, vm: &VirtualMachine) -> PyResult {
        if let Some(task) = zelf.task.downcast_ref::<PyTask>() {
            step::wakeup(task, &future, None, vm)?;
        }
        Ok(vm.ctx.none())
    }
}

#[pyclass(flags(DISALLOW_INSTANTIATION), with(Callable))]
impl PyWakeup {
    #[pygetset]
    fn __self__(zelf: &Py<Self>) -> PyObjectRef {
        zelf.task.clone()
    }

    #[pygetset]
    fn __name__(_zelf: &Py<Self>) -> &'static str {
        "task_wakeup"
    }

    /// As CPython's own tells it.
    #[pygetset]
    fn __qualname__(zelf: &Py<Self>) -> String {
        format!("{}.task_wakeup", zelf.task.class().name())
    }
}
