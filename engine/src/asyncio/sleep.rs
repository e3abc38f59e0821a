//! `asyncio.sleep`, natively: the most awaited thing there is should not cost two frames a time.
//!
//! What it gives is a coroutine in all that `collections.abc.Coroutine` asks for, and warns like
//! one when it is never awaited; only `types.CoroutineType` it is not. Awaiting it makes no object
//! beside it: its `__await__` is itself, to be called once.

mod zero;

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use rustpython_derive::Traverse;
use rustpython_vm::common::lock::PyMutex;
use rustpython_vm::function::{FuncArgs, OptionalArg};
use rustpython_vm::protocol::PyIterReturn;
use rustpython_vm::types::{Callable, IterNext, PyComparisonOp, SelfIter};
use rustpython_vm::vm::thread::try_with_current_vm;
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass,
};

use super::errors;
use super::event_loop::PyLoop;
use super::future_iter::PyFutureIter;
use super::registry;
use crate::dialect::Rules;

pub(super) use zero::PyTurn;

const NEW: u8 = 0;
/// Has yielded once to give the others a turn.
const TURN: u8 = 1;
/// Waits for its timer.
const TIMER: u8 = 2;
const OVER: u8 = 3;

/// How far a sleep is. One that is dropped before it was awaited warns, as a coroutine does.
#[derive(Debug)]
struct Progress {
    state: AtomicU8,
    /// Its `__await__` was looked up, so it may be called.
    called: AtomicBool,
}

impl Progress {
    const fn new() -> Self {
        Self { state: AtomicU8::new(NEW), called: AtomicBool::new(false) }
    }

    fn get(&self) -> u8 {
        self.state.load(Ordering::Relaxed)
    }

    fn set(&self, state: u8) {
        self.state.store(state, Ordering::Relaxed);
    }

    /// The call that `await` makes of `__await__`; nobody else may call a coroutine.
    fn call(&self, vm: &VirtualMachine) -> PyResult<()> {
        if self.called.load(Ordering::Relaxed) {
            self.called.store(false, Ordering::Relaxed);
            return Ok(());
        }
        Err(vm.new_type_error("'coroutine' object is not callable"))
    }
}

impl Drop for Progress {
    // Cheaper than a finalizer of the interpreter's, which nearly no sleep needs.
    fn drop(&mut self) {
        if *self.state.get_mut() != NEW {
            return;
        }
        try_with_current_vm(|vm| {
            let warned = rustpython_vm::warn::warn(
                vm.ctx.new_str("coroutine 'sleep' was never awaited").into(),
                Some(vm.ctx.exceptions.runtime_warning.to_owned()),
                1,
                None,
                vm,
            );
            if let Err(error) = warned {
                vm.run_unraisable(error, None, vm.ctx.none());
            }
        });
    }
}

/// `asyncio.sleep(delay, result)` before and while it is awaited.
#[pyclass(name = "sleep", module = "asyncio", traverse)]
#[derive(Debug, PyPayload)]
pub(super) struct PySleep {
    delay: PyObjectRef,
    result: PyObjectRef,
    waits: PyMutex<Option<Waits>>,
    #[pytraverse(skip)]
    progress: Progress,
}

#[derive(Debug, Traverse)]
struct Waits {
    future: PyRef<PyFutureIter>,
    /// None where it never ends.
    timer: Option<PyObjectRef>,
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
    fn new(args: SleepArgs, vm: &VirtualMachine) -> Self {
        Self {
            delay: args.delay,
            result: args.result.unwrap_or_else(|| vm.ctx.none()),
            waits: PyMutex::new(None),
            progress: Progress::new(),
        }
    }

    fn go_on(&self, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        match self.progress.get() {
            NEW => self.begin(vm),
            TURN => {
                self.progress.set(OVER);
                Ok(PyIterReturn::StopIteration(Some(self.result.clone())))
            }
            TIMER => {
                let future = self.waits.lock().as_ref().map(|waits| waits.future.clone());
                let Some(future) = future else { return Err(reused(vm)) };
                match future.advance(vm) {
                    Ok(PyIterReturn::Return(yielded)) => Ok(PyIterReturn::Return(yielded)),
                    over => {
                        self.stop(vm)?;
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
            self.progress.set(TURN);
            return Ok(PyIterReturn::Return(vm.ctx.none()));
        }
        self.progress.set(OVER);
        let is_nan = self.delay.try_float(vm)?.to_f64().is_nan();
        if is_nan && !Rules::is_3_6() {
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
        // No moment is later than one that is no number: then there is nothing to wait for.
        let timer = if is_nan {
            None
        } else {
            Some(vm.call_method(&event_loop, "call_later", FuncArgs::from(args))?)
        };
        let future = PyFutureIter::new(future).into_ref(&vm.ctx);
        *self.waits.lock() = Some(Waits { future: future.clone(), timer, shown: None });
        self.progress.set(TIMER);
        future.advance(vm)
    }

    /// The timer is not needed any more.
    fn stop(&self, vm: &VirtualMachine) -> PyResult<()> {
        self.progress.set(OVER);
        let waits = self.waits.lock().take();
        if let Some(timer) = waits.and_then(|waits| waits.timer) {
            vm.call_method(&timer, "cancel", ())?;
        }
        Ok(())
    }
}

fn reused(vm: &VirtualMachine) -> rustpython_vm::builtins::PyBaseExceptionRef {
    vm.new_runtime_error("cannot reuse already awaited coroutine")
}

/// The library's own coroutine of such a sleep, as far as ours is.
fn of_library(delay: PyObjectRef, result: PyObjectRef, state: u8, vm: &VirtualMachine) -> PyResult {
    let make = registry::submodule("_sleeping", vm)?.get_attr("coroutine", vm)?;
    make.call((delay, result, state != NEW), vm)
}

/// `asyncio.sleep()` itself: what it gives depends on whether there is anything to wait for.
pub(super) fn sleep(args: SleepArgs, vm: &VirtualMachine) -> PyObjectRef {
    if args.result.is_none() && zero::is_zero(&args.delay, vm) {
        return PyTurn::new().into_ref(&vm.ctx).into();
    }
    PySleep::new(args, vm).into_ref(&vm.ctx).into()
}

/// What both kinds of sleep have of a coroutine.
#[pyclass]
trait CoroutineMethods: PyPayload {
    fn progress(&self) -> &Progress;

    fn resume(&self, vm: &VirtualMachine) -> PyResult<PyIterReturn>;

    /// The `finally` of it.
    fn end(&self, vm: &VirtualMachine) -> PyResult<()>;

    /// The frame of the library's own coroutine, at the same place.
    fn frame(&self, vm: &VirtualMachine) -> PyResult;

    /// What it waits for.
    fn waits_for(&self) -> Option<PyObjectRef> {
        None
    }

    #[pygetset(name = "__await__")]
    fn awaited(zelf: PyRef<Self>) -> PyRef<Self> {
        zelf.progress().called.store(true, Ordering::Relaxed);
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
        zelf.waits_for()
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

impl CoroutineMethods for PySleep {
    fn progress(&self) -> &Progress {
        &self.progress
    }

    fn resume(&self, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        self.go_on(vm)
    }

    fn end(&self, vm: &VirtualMachine) -> PyResult<()> {
        self.stop(vm)
    }

    fn frame(&self, vm: &VirtualMachine) -> PyResult {
        let state = self.progress.get();
        let shown = self.waits.lock().as_ref().and_then(|waits| waits.shown.clone());
        let coroutine = match shown {
            Some(coroutine) => coroutine,
            None if state == OVER => return Ok(vm.ctx.none()),
            None => of_library(self.delay.clone(), self.result.clone(), state, vm)?,
        };
        let frame = coroutine.get_attr("cr_frame", vm)?;
        match &mut *self.waits.lock() {
            Some(waits) => waits.shown = Some(coroutine),
            // It stays at its line, and does not warn that it was never awaited.
            None => drop(vm.call_method(&coroutine, "close", ())?),
        }
        Ok(frame)
    }

    fn waits_for(&self) -> Option<PyObjectRef> {
        self.waits.lock().as_ref().map(|waits| waits.future.clone().into())
    }
}

#[pyclass(
    flags(DISALLOW_INSTANTIATION, HAS_WEAKREF),
    with(CoroutineMethods, IterNext, rustpython_vm::types::Iterable, Callable)
)]
impl PySleep {}

impl Callable for PySleep {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, _args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        zelf.progress.call(vm)?;
        Ok(zelf.to_owned().into())
    }
}

impl SelfIter for PySleep {}

impl IterNext for PySleep {
    fn next(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        zelf.go_on(vm)
    }
}
