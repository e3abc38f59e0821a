//! `asyncio.sleep`, natively: the most awaited thing there is should not cost two frames a time.
//!
//! What it gives is a coroutine in all that `collections.abc.Coroutine` asks for, and warns like
//! one when it is never awaited; only `types.CoroutineType` it is not.

use std::sync::atomic::{AtomicU8, Ordering};

use rustpython_derive::Traverse;
use rustpython_vm::common::lock::PyMutex;
use rustpython_vm::function::{FuncArgs, OptionalArg};
use rustpython_vm::protocol::PyIterReturn;
use rustpython_vm::types::{Destructor, IterNext, PyComparisonOp, SelfIter};
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass,
};

use super::errors;
use super::event_loop::PyLoop;
use super::future_iter::PyFutureIter;
use super::registry;

const NEW: u8 = 0;
/// Has yielded once to give the others a turn.
const TURN: u8 = 1;
/// Waits for its timer.
const TIMER: u8 = 2;
const OVER: u8 = 3;

/// `asyncio.sleep(delay, result)` before and while it is awaited.
#[pyclass(name = "sleep", module = "asyncio", traverse)]
#[derive(Debug, PyPayload)]
pub(super) struct PySleep {
    delay: PyObjectRef,
    result: PyObjectRef,
    waits: PyMutex<Option<Waits>>,
    #[pytraverse(skip)]
    state: AtomicU8,
}

#[derive(Debug, Traverse)]
struct Waits {
    future: PyRef<PyFutureIter>,
    timer: PyObjectRef,
    /// The library's own coroutine, whose frame is shown for ours: kept once somebody has looked.
    shown: Option<PyObjectRef>,
}

#[derive(rustpython_vm::FromArgs)]
pub(super) struct SleepArgs {
    #[pyarg(any)]
    delay: PyObjectRef,
    #[pyarg(any, optional)]
    result: Option<PyObjectRef>,
}

impl PySleep {
    pub(super) fn new(args: SleepArgs, vm: &VirtualMachine) -> Self {
        Self {
            delay: args.delay,
            result: args.result.unwrap_or_else(|| vm.ctx.none()),
            waits: PyMutex::new(None),
            state: AtomicU8::new(NEW),
        }
    }

    fn resume(&self, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        match self.state.load(Ordering::Relaxed) {
            NEW => self.begin(vm),
            TURN => {
                self.state.store(OVER, Ordering::Relaxed);
                Ok(PyIterReturn::StopIteration(Some(self.result.clone())))
            }
            TIMER => {
                let future = self.waits.lock().as_ref().map(|waits| waits.future.clone());
                let Some(future) = future else { return Err(reused(vm)) };
                match future.advance(vm) {
                    Ok(PyIterReturn::Return(yielded)) => Ok(PyIterReturn::Return(yielded)),
                    over => {
                        self.end(vm)?;
                        over
                    }
                }
            }
            _ => Err(reused(vm)),
        }
    }

    fn begin(&self, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        let zero = vm.ctx.new_int(0);
        if self.delay.rich_compare_bool(zero.as_object(), PyComparisonOp::Le, vm)? {
            self.state.store(TURN, Ordering::Relaxed);
            return Ok(PyIterReturn::Return(vm.ctx.none()));
        }
        self.state.store(OVER, Ordering::Relaxed);
        if self.delay.try_float(vm)?.to_f64().is_nan() {
            return Err(vm.new_value_error("Invalid delay: NaN (not a number)"));
        }
        let event_loop = registry::running_loop(vm)
            .ok_or_else(|| vm.new_runtime_error("no running event loop"))?;
        let future = match event_loop.downcast_ref::<PyLoop>() {
            Some(_) => super::future::PyFuture::create(event_loop.clone(), vm)?,
            None => vm.call_method(&event_loop, "create_future", ())?,
        };
        let set = vm.import("_loopscope", 0)?.get_attr("_set_result_unless_cancelled", vm)?;
        let args = vec![self.delay.clone(), set, future.clone(), self.result.clone()];
        let timer = vm.call_method(&event_loop, "call_later", FuncArgs::from(args))?;
        let future = PyFutureIter::new(future).into_ref(&vm.ctx);
        *self.waits.lock() = Some(Waits { future: future.clone(), timer, shown: None });
        self.state.store(TIMER, Ordering::Relaxed);
        future.advance(vm)
    }

    /// The frame of the library's own coroutine, at the same place.
    fn frame(&self, vm: &VirtualMachine) -> PyResult {
        let state = self.state.load(Ordering::Relaxed);
        let shown = self.waits.lock().as_ref().and_then(|waits| waits.shown.clone());
        let coroutine = match shown {
            Some(coroutine) => coroutine,
            None if state == OVER => return Ok(vm.ctx.none()),
            None => {
                let make = registry::submodule("_sleeping", vm)?.get_attr("coroutine", vm)?;
                make.call((self.delay.clone(), self.result.clone(), state != NEW), vm)?
            }
        };
        let frame = coroutine.get_attr("cr_frame", vm)?;
        match &mut *self.waits.lock() {
            Some(waits) => waits.shown = Some(coroutine),
            // It stays at its line, and does not warn that it was never awaited.
            None => drop(vm.call_method(&coroutine, "close", ())?),
        }
        Ok(frame)
    }

    /// The `finally` of it: the timer is not needed any more.
    fn end(&self, vm: &VirtualMachine) -> PyResult<()> {
        self.state.store(OVER, Ordering::Relaxed);
        let waits = self.waits.lock().take();
        if let Some(waits) = waits {
            vm.call_method(&waits.timer, "cancel", ())?;
        }
        Ok(())
    }
}

fn reused(vm: &VirtualMachine) -> rustpython_vm::builtins::PyBaseExceptionRef {
    vm.new_runtime_error("cannot reuse already awaited coroutine")
}

#[pyclass(
    flags(DISALLOW_INSTANTIATION, HAS_WEAKREF),
    with(IterNext, rustpython_vm::types::Iterable, Destructor)
)]
impl PySleep {
    #[pymethod(name = "__await__")]
    fn awaited(zelf: PyRef<Self>) -> PyRef<Self> {
        zelf
    }

    #[pymethod]
    fn send(zelf: &Py<Self>, _value: PyObjectRef, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        zelf.resume(vm)
    }

    #[pymethod]
    fn throw(
        zelf: &Py<Self>,
        class: PyObjectRef,
        value: OptionalArg,
        traceback: OptionalArg,
        vm: &VirtualMachine,
    ) -> PyResult<PyIterReturn> {
        zelf.end(vm)?;
        Err(errors::to_throw(class, value, traceback, vm)?)
    }

    #[pymethod]
    fn close(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        zelf.end(vm)
    }

    #[pygetset]
    fn __name__(_zelf: &Py<Self>) -> &'static str {
        "sleep"
    }

    #[pygetset]
    fn __qualname__(_zelf: &Py<Self>) -> &'static str {
        "sleep"
    }

    #[pygetset]
    fn cr_running(_zelf: &Py<Self>) -> bool {
        false
    }

    #[pygetset]
    fn cr_await(zelf: &Py<Self>) -> Option<PyObjectRef> {
        zelf.waits.lock().as_ref().map(|waits| waits.future.clone().into())
    }

    #[pygetset]
    fn cr_frame(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.frame(vm)
    }

    #[pygetset]
    fn cr_code(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        let function = registry::submodule("_sleeping", vm)?.get_attr("of_library", vm)?;
        function.get_attr("__code__", vm)
    }
}

impl SelfIter for PySleep {}

impl IterNext for PySleep {
    fn next(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        zelf.resume(vm)
    }
}

impl Destructor for PySleep {
    fn del(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        if zelf.state.swap(OVER, Ordering::Relaxed) == NEW {
            rustpython_vm::warn::warn(
                vm.ctx.new_str("coroutine 'sleep' was never awaited").into(),
                Some(vm.ctx.exceptions.runtime_warning.to_owned()),
                1,
                None,
                vm,
            )?;
        }
        Ok(())
    }
}
