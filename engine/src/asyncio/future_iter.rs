//! The iterator behind `await future`.

use std::sync::atomic::Ordering;

use rustpython_derive::Traverse;
use rustpython_vm::common::lock::PyMutex;
use rustpython_vm::function::OptionalArg;
use rustpython_vm::protocol::PyIterReturn;
use rustpython_vm::types::{IterNext, SelfIter};
use rustpython_vm::{AsObject, Py, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use super::future_cell::FutureCell;

/// Yields the future once, if it is not done, then returns its result.
#[pyclass(name = "FutureIter", module = "_asyncio", traverse)]
#[derive(Debug, PyPayload)]
pub(super) struct PyFutureIter {
    future: PyMutex<Option<PyObjectRef>>,
}

impl PyFutureIter {
    pub(super) fn new(future: PyObjectRef) -> Self {
        Self { future: PyMutex::new(Some(future)) }
    }

    pub(super) fn advance(&self, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        let Some(future) = self.future.lock().take() else {
            return Ok(PyIterReturn::StopIteration(None));
        };
        let Some(cell) = FutureCell::of(&future) else {
            return Err(vm.new_type_error("FutureIter without a future"));
        };
        if cell.is_pending() {
            // A second resume finds it still pending only if nobody honoured the first.
            if cell.blocking.swap(true, Ordering::Relaxed) {
                return Err(vm.new_runtime_error("await wasn't used with future"));
            }
            *self.future.lock() = Some(future.clone());
            return Ok(PyIterReturn::Return(future));
        }
        let result = cell.result(vm)?;
        Ok(PyIterReturn::StopIteration(Some(result)))
    }
}

#[pyclass(flags(DISALLOW_INSTANTIATION), with(IterNext, rustpython_vm::types::Iterable))]
impl PyFutureIter {
    #[pymethod]
    fn send(zelf: &Py<Self>, _value: PyObjectRef, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        zelf.advance(vm)
    }

    #[pymethod]
    fn throw(
        zelf: &Py<Self>,
        class: PyObjectRef,
        value: OptionalArg,
        traceback: OptionalArg,
        vm: &VirtualMachine,
    ) -> PyResult<PyIterReturn> {
        if value.is_present() || traceback.is_present() {
            rustpython_vm::warn::warn(
                vm.ctx
                    .new_str(
                        "the (type, val, tb) signature of throw() is deprecated, \
                         use throw(val) instead",
                    )
                    .into(),
                Some(vm.ctx.exceptions.deprecation_warning.to_owned()),
                1,
                None,
                vm,
            )?;
        }
        zelf.future.lock().take();
        let value = value.unwrap_or_none(vm);
        let traceback = traceback.unwrap_or_none(vm);
        if !vm.is_none(&traceback) && !traceback.fast_isinstance(vm.ctx.types.traceback_type) {
            return Err(vm.new_type_error("throw() third argument must be a traceback object"));
        }
        Err(vm.normalize_exception(class, value, traceback)?)
    }

    #[pymethod]
    fn close(zelf: &Py<Self>) {
        zelf.future.lock().take();
    }
}

impl SelfIter for PyFutureIter {}

impl IterNext for PyFutureIter {
    fn next(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        zelf.advance(vm)
    }
}
