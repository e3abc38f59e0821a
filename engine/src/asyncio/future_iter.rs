//! The iterator behind `await future`.

use std::sync::atomic::Ordering;

use rustpython_derive::Traverse;
use rustpython_vm::common::lock::PyMutex;
use rustpython_vm::function::OptionalArg;
use rustpython_vm::protocol::PyIterReturn;
use rustpython_vm::types::{IterNext, SelfIter};
use rustpython_vm::{Py, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use super::errors;
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
        let error = errors::to_throw(class, value, traceback, vm);
        zelf.future.lock().take();
        Err(error?)
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
