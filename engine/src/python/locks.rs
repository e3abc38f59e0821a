//! Waiting for locks and threads in the main thread: a signal ends the wait, as in CPython, and
//! under a virtual clock nobody waits for what cannot come.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use loopscope_protocol::ClockMode;
use rustpython_vm::builtins::{PyModule, PyTypeRef};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObject, PyResult, VirtualMachine};

use super::blocked::{Blocked, let_through};
use super::hooks::{class, wrap, wrap_method};
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

/// Whether this is the main thread.
pub(super) fn is_main() -> bool {
    IS_MAIN.get()
}

/// Whether there may be other threads.
pub(crate) fn may_have_threads() -> bool {
    THREADS.load(Ordering::Relaxed)
}

/// From now on there may be other threads.
pub(super) fn threads_start() {
    THREADS.store(true, Ordering::Relaxed);
}

/// Replaces what waits, and what lets others go on.
pub(super) fn patch(vm: &VirtualMachine, module: &Py<PyModule>) -> PyResult<()> {
    for name in ["lock", "RLock"] {
        if let Some(lock) = class(vm, module, name) {
            for name in ["acquire", "acquire_lock", "__enter__"] {
                patch_acquire(vm, &lock, name);
            }
            let names = ["release", "release_lock", "__exit__", "_release_save"];
            for name in names.into_iter().filter(|_| is_counted()) {
                tell_of_giving(vm, &lock, name);
            }
        }
    }
    if let Some(handle) = class(vm, module, "_ThreadHandle") {
        patch_join(vm, &handle);
    }
    // At the end of the program the main thread waits for all others.
    wrap(vm, module, "_shutdown", |original, args, vm| {
        let _blocked = Blocked::for_an_end();
        original.call(args, vm)
    })
}

/// Replaces what waits for an item, and what brings one.
pub(super) fn patch_queue(vm: &VirtualMachine, module: &Py<PyModule>) -> PyResult<()> {
    let Some(queue) = class(vm, module, "SimpleQueue").filter(|_| is_counted()) else {
        return Ok(());
    };
    for name in ["put", "put_nowait"] {
        tell_of_giving(vm, &queue, name);
    }
    let Some(try_get) = queue.get_attr(vm.ctx.intern_str("get_nowait")) else { return Ok(()) };
    let empty = module.get_attr("Empty", vm)?;
    wrap_method(vm, &queue, "get", move |original, args, vm| {
        let waits = waits_for_an_item(&args, vm);
        let Some(queue) = args.args.first().filter(|_| waits && may_have_threads()).cloned() else {
            return original.call(args, vm);
        };
        let attempt = || match try_get.call((queue.clone(),), vm) {
            Err(error) if error.class().is(&empty) => Ok(None),
            result => result.map(Some),
        };
        if let Some(item) = attempt()? {
            return Ok(item);
        }
        let _blocked = Blocked::on(&queue);
        match attempt()? {
            Some(item) => Ok(item),
            None => original.call(args, vm),
        }
    });
    Ok(())
}

/// Whether it counts who waits: where the clock stays virtual although there are threads.
fn is_counted() -> bool {
    Run::current().clock.mode() == ClockMode::Virtual
}

/// Whether a call of `get` waits without a limit.
fn waits_for_an_item(args: &FuncArgs, vm: &VirtualMachine) -> bool {
    let given = |at: usize, name: &str| args.args.get(at).or_else(|| args.kwargs.get(name));
    let blocks =
        given(1, "block").is_none_or(|block| block.clone().try_to_bool(vm).unwrap_or(false));
    let known =
        args.kwargs.iter().all(|(name, _)| matches!(&*name.to_string(), "block" | "timeout"));
    blocks
        && known
        && args.args.len() <= 3
        && given(2, "timeout").is_none_or(|limit| vm.is_none(limit))
}

/// After this method one of those that wait for the object may go on.
fn tell_of_giving(vm: &VirtualMachine, class: &PyTypeRef, name: &'static str) {
    wrap_method(vm, class, name, |original, args, vm| {
        let object = args.args.first().cloned();
        let result = original.call(args, vm)?;
        if let Some(object) = object {
            let_through(&object);
        }
        Ok(result)
    });
}

fn patch_acquire(vm: &VirtualMachine, lock: &PyTypeRef, name: &'static str) {
    let Some(acquire) = lock.get_attr(vm.ctx.intern_str("acquire")) else { return };
    wrap_method(vm, lock, name, move |original, args, vm| {
        let wanted = wanted_wait(&args, vm).filter(|wanted| {
            IS_MAIN.get() || (wanted.is_none() && Run::current().clock.is_virtual())
        });
        let (Some(timeout), Some(lock)) = (wanted, args.args.first().cloned()) else {
            return original.call(args, vm);
        };
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
        let blocked = timeout.is_none().then(|| Blocked::on(&lock));
        if !IS_MAIN.get() {
            let got = attempt(0.0)? || original.call(args, vm)?.try_to_bool(vm)?;
            return Ok(vm.ctx.new_bool(got).into());
        }
        let got = in_slices(timeout, attempt, vm)?;
        drop(blocked);
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
        let timeout = (timeout >= 0.0).then_some(timeout);
        let _blocked = timeout.is_none().then(Blocked::for_an_end);
        in_slices(timeout, attempt, vm)?;
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
