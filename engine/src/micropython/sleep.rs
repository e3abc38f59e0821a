//! `sleep_ms` and `sleep`: one object for all sleeps, as on a board, where a sleep must not need
//! memory. So a sleep is no coroutine, and one that is made before the last one was awaited takes
//! its place.

use std::sync::atomic::{AtomicI64, Ordering};

use loopscope_protocol::HandleHow;
use rustpython_vm::builtins::{PyFloat, PyInt, PyStr};
use rustpython_vm::protocol::PyIterReturn;
use rustpython_vm::types::{IterNext, SelfIter};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass,
};

use super::program::program;
use crate::core::Millis;
use crate::core::micro::sleep_key;

const NOTHING: i64 = -1;

/// What `sleep_ms()` returns: awaited, it queues the current task with the key that it was given.
#[pyclass(name = "SingletonGenerator", module = false)]
#[derive(Debug, PyPayload)]
pub(super) struct PySleep {
    /// The key of the next sleep.
    key: AtomicI64,
}

impl PySleep {
    pub(super) const fn new() -> Self {
        Self { key: AtomicI64::new(NOTHING) }
    }

    /// The next sleep that is awaited ends at `millis` from now.
    pub(super) fn set(&self, millis: i64, vm: &VirtualMachine) -> PyResult<()> {
        let key = sleep_key(program().core.clock(), millis)
            .map_err(|error| vm.new_overflow_error(error.to_string()))?;
        self.key.store(i64::from(key.value()), Ordering::Relaxed);
        Ok(())
    }
}

/// The milliseconds of `sleep_ms(t)`.
pub(super) fn millis(t: &PyObject, vm: &VirtualMachine) -> PyResult<i64> {
    if t.downcast_ref::<PyFloat>().is_some() {
        return Err(vm.new_type_error("can't convert float to int"));
    }
    let whole = t.try_index(vm)?;
    // What does not fit is too long for the ticks in any case.
    Ok(whole.try_to_primitive(vm).unwrap_or(i64::MAX))
}

/// The milliseconds of `sleep(t)`: `int(t * 1000)`.
pub(super) fn millis_of_seconds(t: &PyObject, vm: &VirtualMachine) -> PyResult<i64> {
    if let Some(seconds) = t.downcast_ref_if_exact::<PyFloat>(vm) {
        let millis = seconds.to_f64() * 1e3;
        if millis.is_finite() {
            #[allow(clippy::cast_possible_truncation, reason = "int() truncates")]
            return Ok(millis as i64);
        }
    }
    if let Some(seconds) = t.downcast_ref_if_exact::<PyInt>(vm)
        && let Ok(seconds) = seconds.try_to_primitive::<i64>(vm)
    {
        return Ok(seconds.saturating_mul(1000));
    }
    if let Some(text) = t.downcast_ref::<PyStr>() {
        // `int()` of the text a thousand times.
        let text = text.to_string().repeat(1000);
        return text.trim().parse().map_err(|_| {
            vm.new_value_error(format!("invalid syntax for integer with base 10: '{text}'"))
        });
    }
    let product = vm._mul(t, vm.ctx.new_int(1000).as_object())?;
    let whole: PyObjectRef = vm.ctx.types.int_type.as_object().call((product,), vm)?;
    millis(&whole, vm)
}

#[pyclass(flags(DISALLOW_INSTANTIATION), with(IterNext, rustpython_vm::types::Iterable))]
impl PySleep {
    #[pymethod(name = "__await__")]
    fn awaited(zelf: PyRef<Self>) -> PyRef<Self> {
        zelf
    }

    #[pygetset]
    fn state(zelf: &Py<Self>) -> Option<i64> {
        Some(zelf.key.load(Ordering::Relaxed)).filter(|key| *key != NOTHING)
    }
}

impl SelfIter for PySleep {}

impl IterNext for PySleep {
    fn next(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        let key = zelf.key.load(Ordering::Relaxed);
        if key == NOTHING {
            return Ok(PyIterReturn::StopIteration(None));
        }
        let program = program();
        let task = program.to_suspend(vm)?;
        program.push_at(&task, Millis::wrapped(key), HandleHow::Step, vm);
        zelf.key.store(NOTHING, Ordering::Relaxed);
        Ok(PyIterReturn::Return(vm.ctx.none()))
    }
}
