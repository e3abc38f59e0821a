//! Waiting for locks and threads in the main thread: a signal ends the wait, as in CPython, and
//! under a virtual clock nobody waits for what cannot come.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustpython_vm::builtins::{PyModule, PyTypeRef};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{Py, PyObject, PyResult, VirtualMachine};

use super::hooks::{class, wrap_method};
use crate::run::Run;

/// How long a signal waits at most.
const SLICE: f64 = 0.05;

/// The longest timeout that is left to the interpreter to judge.
const LONGEST: f64 = 1e8;

thread_local! {
    static IS_MAIN: Cell<bool> = const { Cell::new(false) };
}

/// Whether there may be another thread than the main one.
static THREADS: AtomicBool = AtomicBool::new(false);

/// This is Python's main thread.
pub(super) fn this_is_main() {
    IS_MAIN.set(true);
}

/// Whether there may be other threads.
pub(crate) fn may_have_threads() -> bool {
    THREADS.load(Ordering::Relaxed)
}

/// From now on there may be other threads.
pub(super) fn threads_start() {
    THREADS.store(true, Ordering::Relaxed);
}

/// Replaces what waits.
pub(super) fn patch(vm: &VirtualMachine, module: &Py<PyModule>) {
    for name in ["lock", "RLock"] {
        if let Some(lock) = class(vm, module, name) {
            for name in ["acquire", "acquire_lock", "__enter__"] {
                patch_acquire(vm, &lock, name);
            }
        }
    }
    if let Some(handle) = class(vm, module, "_ThreadHandle") {
        patch_join(vm, &handle);
    }
}

fn patch_acquire(vm: &VirtualMachine, lock: &PyTypeRef, name: &'static str) {
    let Some(acquire) = lock.get_attr(vm.ctx.intern_str("acquire")) else { return };
    wrap_method(vm, lock, name, move |original, args, vm| {
        let Some(timeout) = wanted_wait(&args, vm).filter(|_| IS_MAIN.get()) else {
            return original.call(args, vm);
        };
        let Some(lock) = args.args.first().cloned() else { return original.call(args, vm) };
        let attempt = |length: f64| -> PyResult<bool> {
            let got = if length <= 0.0 {
                acquire.call((lock.clone(), false), vm)
            } else {
                acquire.call((lock.clone(), true, length), vm)
            };
            got?.try_to_bool(vm)
        };
        if attempt(0.0)? {
            return Ok(vm.ctx.true_value.clone().into());
        }
        let got = in_slices(timeout, attempt, vm)?;
        Ok(vm.ctx.new_bool(got).into())
    });
}

/// How long a call of `acquire` wants to wait: `Some(None)` for ever, `None` for what the original
/// decides alone.
fn wanted_wait(args: &FuncArgs, vm: &VirtualMachine) -> Option<Option<f64>> {
    let given = |at: usize, name: &str| args.args.get(at).or_else(|| args.kwargs.get(name));
    if args.args.len() > 3 || args.kwargs.iter().any(|(name, _)| !is_known(&name.to_string())) {
        return None;
    }
    let blocking = match given(1, "blocking") {
        Some(blocking) => blocking.clone().try_to_bool(vm).ok()?,
        None => true,
    };
    let timeout = match given(2, "timeout") {
        Some(timeout) => number(timeout, vm)?,
        None => -1.0,
    };
    match timeout {
        _ if !blocking => None,
        -1.0 => Some(None),
        0.0..LONGEST => Some(Some(timeout)),
        _ => None,
    }
}

fn is_known(name: &str) -> bool {
    matches!(name, "blocking" | "timeout")
}

fn number(value: &PyObject, vm: &VirtualMachine) -> Option<f64> {
    value.try_float(vm).ok().map(|float| float.to_f64())
}

fn patch_join(vm: &VirtualMachine, handle: &PyTypeRef) {
    let Some(is_done) = handle.get_attr(vm.ctx.intern_str("is_done")) else { return };
    wrap_method(vm, handle, "join", move |original, args, vm| {
        let timeout = match args.args.get(1).or_else(|| args.kwargs.get("timeout")) {
            Some(timeout) if !vm.is_none(timeout) => number(timeout, vm),
            _ => Some(-1.0),
        };
        let (Some(timeout), Some(handle)) = (timeout, args.args.first().cloned()) else {
            return original.call(args, vm);
        };
        if !IS_MAIN.get() || timeout.is_nan() || timeout >= LONGEST {
            return original.call(args, vm);
        }
        let attempt = |length: f64| -> PyResult<bool> {
            original.call((handle.clone(), length), vm)?;
            is_done.call((handle.clone(),), vm)?.try_to_bool(vm)
        };
        in_slices((timeout >= 0.0).then_some(timeout), attempt, vm)?;
        Ok(vm.ctx.none())
    });
}

/// Tries until it works, a slice at a time, with a look for signals after each.
fn in_slices(
    timeout: Option<f64>,
    attempt: impl Fn(f64) -> PyResult<bool>,
    vm: &VirtualMachine,
) -> PyResult<bool> {
    let clock = &Run::current().clock;
    if let Some(length) = timeout
        && clock.is_virtual()
        && !THREADS.load(Ordering::Relaxed)
    {
        clock.sleep(Duration::from_secs_f64(length));
        return attempt(0.0);
    }
    #[expect(clippy::disallowed_methods, reason = "another thread works in real time")]
    let start = std::time::Instant::now();
    loop {
        let left = match timeout {
            None => SLICE,
            Some(timeout) => (timeout - start.elapsed().as_secs_f64()).clamp(0.0, SLICE),
        };
        if attempt(left)? {
            return Ok(true);
        }
        vm.check_signals()?;
        if timeout.is_some_and(|timeout| start.elapsed().as_secs_f64() >= timeout) {
            return Ok(false);
        }
    }
}
