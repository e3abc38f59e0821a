//! What MicroPython's `time` has beyond CPython's: ticks, and sleeps in their units.

use std::time::Duration;

use rustpython_vm::builtins::PyModule;
use rustpython_vm::{Py, PyObjectRef, PyResult, VirtualMachine};

use super::schedule;
use crate::core::{Millis, PERIOD};
use crate::python::sleep_for;
use crate::run::Run;

fn ticks_ms() -> u32 {
    Millis::at(Run::current().clock.read()).value()
}

/// Microseconds, with the same period.
fn ticks_us() -> u64 {
    Run::current().clock.read() / 1_000 % u64::from(PERIOD)
}

fn ticks_add(ticks: i64, delta: i64, vm: &VirtualMachine) -> PyResult<u32> {
    Millis::wrapped(ticks)
        .add(delta)
        .map(Millis::value)
        .map_err(|error| vm.new_overflow_error(error.to_string()))
}

/// A board does not look whether they are numbers; what is none counts as 0 here.
fn ticks_diff(end: PyObjectRef, start: PyObjectRef, vm: &VirtualMachine) -> i64 {
    let [end, start] = [end, start].map(|ticks| ticks.try_into_value(vm).unwrap_or(0));
    Millis::wrapped(end).since(Millis::wrapped(start))
}

fn sleep(length: Option<Duration>, vm: &VirtualMachine) -> PyResult<()> {
    schedule::run_pending(vm)?;
    if let Some(length) = length {
        sleep_for(length, vm)?;
    }
    schedule::run_pending(vm)
}

fn sleep_ms(millis: i64, vm: &VirtualMachine) -> PyResult<()> {
    sleep(u64::try_from(millis).ok().map(Duration::from_millis), vm)
}

fn sleep_us(micros: i64, vm: &VirtualMachine) -> PyResult<()> {
    sleep(u64::try_from(micros).ok().map(Duration::from_micros), vm)
}

/// Adds them to the module.
pub(super) fn patch(vm: &VirtualMachine, module: &Py<PyModule>) -> PyResult<()> {
    let set = |name, function: PyObjectRef| module.set_attr(name, function, vm);
    set("ticks_ms", vm.new_function("ticks_ms", ticks_ms).into())?;
    for name in ["ticks_us", "ticks_cpu"] {
        set(name, vm.new_function(name, ticks_us).into())?;
    }
    set("ticks_add", vm.new_function("ticks_add", ticks_add).into())?;
    set("ticks_diff", vm.new_function("ticks_diff", ticks_diff).into())?;
    set("sleep_ms", vm.new_function("sleep_ms", sleep_ms).into())?;
    set("sleep_us", vm.new_function("sleep_us", sleep_us).into())
}
