//! `asyncio.sleep(0)`: one turn for the others, and nothing to keep meanwhile.

use rustpython_vm::builtins::{PyFloat, PyInt, PyType};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::protocol::PyIterReturn;
use rustpython_vm::types::{Callable, IterNext, SelfIter};
use rustpython_vm::{Py, PyObject, PyPayload, PyResult, VirtualMachine, pyclass};

use super::{CoroutineMethods, NEW, OVER, Progress, TURN, of_library, reused};

/// A sleep of no length and without a result.
#[pyclass(name = "sleep", module = "asyncio")]
#[derive(Debug)]
pub(in crate::asyncio) struct PyTurn {
    progress: Progress,
}

impl PyPayload for PyTurn {
    /// It refers to nothing, so there is nothing for the collector to find.
    const NEW_REF_UNTRACKED: bool = true;

    fn class(_ctx: &rustpython_vm::Context) -> &'static Py<PyType> {
        <Self as rustpython_vm::class::StaticType>::static_type()
    }
}

/// Whether this delay is known to be none without asking the program.
pub(super) fn is_zero(delay: &PyObject, vm: &VirtualMachine) -> bool {
    if let Some(int) = delay.downcast_ref_if_exact::<PyInt>(vm) {
        return int.try_to_primitive::<i64>(vm).is_ok_and(|delay| delay <= 0);
    }
    delay.downcast_ref_if_exact::<PyFloat>(vm).is_some_and(|float| float.to_f64() <= 0.0)
}

impl PyTurn {
    pub(super) const fn new() -> Self {
        Self { progress: Progress::new() }
    }
}

impl CoroutineMethods for PyTurn {
    fn progress(&self) -> &Progress {
        &self.progress
    }

    fn resume(&self, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        match self.progress.get() {
            NEW => {
                self.progress.set(TURN);
                Ok(PyIterReturn::Return(vm.ctx.none()))
            }
            TURN => {
                self.progress.set(OVER);
                Ok(PyIterReturn::StopIteration(None))
            }
            _ => Err(reused(vm)),
        }
    }

    fn end(&self, _vm: &VirtualMachine) -> PyResult<()> {
        self.progress.set(OVER);
        Ok(())
    }

    fn frame(&self, vm: &VirtualMachine) -> PyResult {
        let state = self.progress.get();
        if state == OVER {
            return Ok(vm.ctx.none());
        }
        let coroutine = of_library(vm.ctx.new_int(0).into(), vm.ctx.none(), state, vm)?;
        let frame = coroutine.get_attr("cr_frame", vm)?;
        // It stays at its line, and does not warn that it was never awaited.
        vm.call_method(&coroutine, "close", ())?;
        Ok(frame)
    }
}

#[pyclass(
    flags(DISALLOW_INSTANTIATION, HAS_WEAKREF),
    with(CoroutineMethods, IterNext, rustpython_vm::types::Iterable, Callable)
)]
impl PyTurn {}

impl Callable for PyTurn {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, _args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        zelf.progress.call(vm)?;
        Ok(zelf.to_owned().into())
    }
}

impl SelfIter for PyTurn {}

impl IterNext for PyTurn {
    fn next(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        zelf.resume(vm)
    }
}
