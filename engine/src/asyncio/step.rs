//! One step of a task: resuming its coroutine and acting on what comes out.

use std::sync::atomic::Ordering;

use loopscope_protocol::On;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyCoroutine, PyGenerator};
use rustpython_vm::protocol::PyIterReturn;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine};

use super::event_loop::PyLoop;
use super::future::PyFuture;
use super::future_cell::FutureCell;
use super::task::{PyTask, end, queue_step, queue_step_with, wakes};
use super::wakeup::PyWakeup;
use super::{context, errors, future, registry, sync};
use crate::python::describe;

/// `Task.__wakeup`: the awaited future is done, so the task goes on with its result or exception.
/// `runs_on` is as in [`step`].
pub(super) fn wakeup(
    task: &Py<PyTask>,
    future: &PyObject,
    runs_on: Option<&Py<PyLoop>>,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let outcome = match FutureCell::of(future) {
        Some(cell) => cell.result(vm),
        None => vm.call_method(future, "result", ()),
    };
    if let Some(cell) = FutureCell::of(future) {
        let gone = cell.data.lock().awaited_by.remove(task.as_object());
        drop(gone);
    }
    step(task, outcome.err(), runs_on, vm)
}

/// Says no where the task's context is entered already, as the handle of a step does.
pub(super) fn check_context(task: &Py<PyTask>, vm: &VirtualMachine) -> PyResult<()> {
    let context = task.own.lock().context.clone();
    match context {
        Some(context) if context::is_entered(&context, vm) => {
            Err(context::already_entered(&context, vm)?)
        }
        _ => Ok(()),
    }
}

/// `Task.__step`. Only `SystemExit` and `KeyboardInterrupt` come back as errors.
///
/// `runs_on` is the task's loop where that runs the step from its queue: then the step enters the
/// task's context as a handle does, which says no where it is entered already.
pub(super) fn step(
    task: &Py<PyTask>,
    error: Option<PyBaseExceptionRef>,
    runs_on: Option<&Py<PyLoop>>,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let mut own = task.own.lock();
    let (coroutine, given) = (own.coroutine.clone(), own.context.clone());
    // Nothing of the program's runs while the lock is held: it is taken once a step.
    let entered = given.as_ref().is_some_and(|context| context::is_entered(context, vm));
    if entered
        && runs_on.is_some()
        && let Some(context) = &given
    {
        drop(own);
        return Err(context::already_entered(context, vm)?);
    }
    if !task.cell.is_pending() {
        drop(own);
        return Err(errors::invalid_state(vm, "__step(): already done"));
    }
    let thrown = if error.is_none() { own.thrown.take() } else { None };
    let waiter = own.waiter.take();
    drop(own);
    drop(waiter);
    let mut error = error.or(thrown);
    if task.must_cancel.load(Ordering::Relaxed) {
        task.must_cancel.store(false, Ordering::Relaxed);
        if !error.as_ref().is_some_and(|error| errors::is_cancelled(error, vm)) {
            error = Some(task.cell.make_cancelled_error(vm));
        }
    }
    let Some(coroutine) = coroutine else { return Ok(()) };
    if let Some(running) = vm.asyncio_running_task.borrow().as_ref()
        && !running.is(task)
    {
        let message = format!(
            "Cannot enter into task {} while another task {} is being executed.",
            task.as_object().repr(vm)?,
            running.repr(vm)?
        );
        return Err(vm.new_runtime_error(message));
    }
    task.send(runs_on, |records, id| {
        if records.is_on() {
            records.task_step(id, task.goes_on_at(&coroutine, records.trace()));
        }
    });
    vm.asyncio_running_task.replace(Some(task.to_owned().into()));
    let outcome = match given {
        // A handle that steps a task runs in the task's context already.
        Some(context) if !(entered && context::is_current(&context, vm)) => {
            context::run(context, vm, || resume(&coroutine, error, vm)).1
        }
        _ => resume(&coroutine, error, vm),
    };
    vm.asyncio_running_task.replace(None);
    match outcome {
        Ok(PyIterReturn::Return(yielded)) if vm.is_none(&yielded) => {
            suspended(task, &coroutine, On::Nothing, runs_on, vm);
            queue_step(task, runs_on, vm)
        }
        Ok(PyIterReturn::Return(yielded)) => {
            // A fresh error takes the place of what was yielded.
            match yielded_value(task, &coroutine, &yielded, runs_on, vm)? {
                Some(error) => {
                    suspended(task, &coroutine, On::Nothing, runs_on, vm);
                    queue_step_with(task, error, vm)
                }
                None => Ok(()),
            }
        }
        Ok(PyIterReturn::StopIteration(value)) => {
            let value = value.unwrap_or_else(|| vm.ctx.none());
            finish_result(task, value, vm)
        }
        Err(error) => finish_error(task, error, vm),
    }
}

fn resume(
    coroutine: &PyObject,
    error: Option<PyBaseExceptionRef>,
    vm: &VirtualMachine,
) -> PyResult<PyIterReturn> {
    let native = if let Some(native) = coroutine.downcast_ref::<PyCoroutine>() {
        Some(native.as_coro())
    } else {
        coroutine.downcast_ref::<PyGenerator>().map(|native| native.as_coro())
    };
    match (native, error) {
        (Some(coro), None) => coro.send(coroutine, vm.ctx.none(), vm),
        (Some(coro), Some(error)) => {
            coro.throw(coroutine, error.into(), vm.ctx.none(), vm.ctx.none(), vm)
        }
        (None, None) => {
            PyIterReturn::from_pyresult(vm.call_method(coroutine, "send", (vm.ctx.none(),)), vm)
        }
        (None, Some(error)) => {
            PyIterReturn::from_pyresult(vm.call_method(coroutine, "throw", (error,)), vm)
        }
    }
}

fn finish_result(task: &Py<PyTask>, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    if task.must_cancel.load(Ordering::Relaxed) {
        task.must_cancel.store(false, Ordering::Relaxed);
        // Cancelled right before it ended.
        let message = task.cell.data.lock().cancel_message.clone();
        return end(task, |cell, owner| cell.finish_cancelled(owner, message, None, vm));
    }
    end(task, |cell, owner| cell.finish_result(owner, value, vm))
}

fn finish_error(task: &Py<PyTask>, error: PyBaseExceptionRef, vm: &VirtualMachine) -> PyResult<()> {
    if errors::is_cancelled(&error, vm) {
        let message = task.cell.data.lock().cancel_message.clone();
        return end(task, |cell, owner| cell.finish_cancelled(owner, message, Some(error), vm));
    }
    let stored = if error.fast_isinstance(vm.ctx.exceptions.stop_iteration) {
        registry::as_exception(error.clone().into(), vm)?
    } else {
        error.clone()
    };
    end(task, |cell, owner| cell.finish_exception(owner, stored, vm))?;
    if errors::escapes(&error, vm) { Err(error) } else { Ok(()) }
}

/// Acts on what the coroutine yielded. Gives back an error to throw into it in the next turn.
fn yielded_value(
    task: &Py<PyTask>,
    coroutine: &PyObject,
    yielded: &PyObjectRef,
    runs_on: Option<&Py<PyLoop>>,
    vm: &VirtualMachine,
) -> PyResult<Option<PyBaseExceptionRef>> {
    if yielded.is(task) {
        let text = format!("Task cannot await on itself: {}", task.as_object().repr(vm)?);
        return Ok(Some(vm.new_runtime_error(text)));
    }
    if let Some(cell) = FutureCell::of(yielded)
        && has_own_callbacks(yielded, vm)
    {
        if !cell.blocking.swap(false, Ordering::Relaxed) {
            return Ok(Some(not_awaited(task, yielded, vm)?));
        }
        let (here, there) = (task.cell.event_loop(), cell.event_loop());
        if !matches!((&here, &there), (Some(here), Some(there)) if here.is(there)) {
            return Ok(Some(other_loop(task, yielded, vm)?));
        }
        wait_for(task, yielded);
        suspended(task, coroutine, registry::awaited(yielded), runs_on, vm);
        // A future that is done already was not pending when it was yielded, so this only queues.
        cell.data.lock().awaited_by.insert(task.to_owned().into());
        cell.add_callback(yielded, wakes(task), vm)?;
    } else {
        let blocking = vm.get_attribute_opt(yielded, "_asyncio_future_blocking")?;
        match blocking {
            Some(blocking) if !vm.is_none(&blocking) => {
                if !blocking.try_to_bool(vm)? {
                    return Ok(Some(not_awaited(task, yielded, vm)?));
                }
                yielded.set_attr("_asyncio_future_blocking", vm.ctx.new_bool(false), vm)?;
                let there = future_loop(yielded, vm)?;
                if !task.cell.event_loop().is_some_and(|here| here.is(&there)) {
                    return Ok(Some(other_loop(task, yielded, vm)?));
                }
                wait_for(task, yielded);
                suspended(task, coroutine, On::Nothing, runs_on, vm);
                let wakeup = PyWakeup::of(task.to_owned().into(), vm);
                let mut args = rustpython_vm::function::FuncArgs::from(vec![wakeup]);
                context::add_to(&mut args, task.own.lock().context.clone());
                vm.call_method(yielded, "add_done_callback", args)?;
            }
            _ => return Ok(Some(bad_yield(task, yielded, vm)?)),
        }
    }
    if task.must_cancel.load(Ordering::Relaxed) {
        let message = task.cell.data.lock().cancel_message.clone();
        if future::cancel_any(yielded, message, vm)? {
            task.must_cancel.store(false, Ordering::Relaxed);
        }
    }
    Ok(None)
}

/// Whether this future's `add_done_callback` is ours, so that nobody minds if it is not asked.
fn has_own_callbacks(future: &PyObject, vm: &VirtualMachine) -> bool {
    let (class, ours) = (future.class(), PyFuture::class(&vm.ctx));
    if class.is(ours) || class.is(PyTask::class(&vm.ctx)) {
        return true;
    }
    let name = vm.ctx.intern_str("add_done_callback");
    let base =
        if future.downcast_ref::<PyTask>().is_some() { PyTask::class(&vm.ctx) } else { ours };
    matches!((class.get_attr(name), base.get_attr(name)), (Some(a), Some(b)) if a.is(&b))
}

fn wait_for(task: &Py<PyTask>, future: &PyObjectRef) {
    task.own.lock().waiter = Some(future.clone());
}

fn future_loop(future: &PyObject, vm: &VirtualMachine) -> PyResult {
    match vm.call_method(future, "get_loop", ()) {
        Err(error) if error.fast_isinstance(vm.ctx.exceptions.attribute_error) => {
            future.get_attr("_loop", vm)
        }
        other => other,
    }
}

fn suspended(
    task: &Py<PyTask>,
    coroutine: &PyObject,
    on: On,
    runs_on: Option<&Py<PyLoop>>,
    vm: &VirtualMachine,
) {
    task.send(runs_on, |records, id| {
        if records.is_on() {
            // The innermost frame may be one that waits at a lock or the like.
            let mut waits = None;
            let standing = describe::chain(coroutine, records.trace(), |frame| {
                let wait = sync::wait_of(frame.iframe().code());
                waits = wait.map(|wait| (wait, frame.to_owned()));
            });
            if let Some((wait, frame)) = waits {
                sync::tell_wait(records, id, on, wait, &frame, vm);
            }
            task.stands_at.store(standing.line.0, Ordering::Relaxed);
            records.task_suspend(id, on, (standing.place, standing.chain));
        }
    });
}

fn not_awaited(
    task: &Py<PyTask>,
    yielded: &PyObject,
    vm: &VirtualMachine,
) -> PyResult<PyBaseExceptionRef> {
    let text = format!(
        "yield was used instead of yield from in task {} with {}",
        task.as_object().repr(vm)?,
        yielded.repr(vm)?
    );
    Ok(vm.new_runtime_error(text))
}

fn other_loop(
    task: &Py<PyTask>,
    yielded: &PyObject,
    vm: &VirtualMachine,
) -> PyResult<PyBaseExceptionRef> {
    let text = format!(
        "Task {} got Future {} attached to a different loop",
        task.as_object().repr(vm)?,
        yielded.repr(vm)?
    );
    Ok(vm.new_runtime_error(text))
}

fn bad_yield(
    task: &Py<PyTask>,
    yielded: &PyObject,
    vm: &VirtualMachine,
) -> PyResult<PyBaseExceptionRef> {
    if yielded.downcast_ref::<PyGenerator>().is_some() {
        let text = format!(
            "yield was used instead of yield from for generator in task {} with {}",
            task.as_object().repr(vm)?,
            yielded.repr(vm)?
        );
        return Ok(vm.new_runtime_error(text));
    }
    Ok(vm.new_runtime_error(format!("Task got bad yield: {}", yielded.repr(vm)?)))
}
