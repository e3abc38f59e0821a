//! One turn of a task: resuming its coroutine, and what happens to the task when that ends.

use loopscope_protocol::{ChainId, FutureId, HandleHow, LintRule, On, TaskHow};
use rustpython_vm::builtins::{PyBaseExceptionRef, PyCoroutine, PyGenerator};
use rustpython_vm::protocol::PyIterReturn;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::io_queue::PyIoQueue;
use super::program::{is_cancelled, program};
use super::queue::PyTaskQueue;
use super::task::{PyTask, Stands, as_task};
use crate::core::Ending;
use crate::python::{describe, frames, value};

/// How a coroutine ended, where MicroPython's loop catches it.
enum Ended {
    Returned(PyObjectRef),
    Raised(PyBaseExceptionRef),
}

/// What the main task gives to whoever runs the loop.
pub(super) type Outcome = PyResult;

/// Gives `task` its turn. What comes back is the outcome of the main task, once that has one; only
/// what MicroPython's loop does not catch comes back as an error.
pub(super) fn turn(
    task: &PyRef<PyTask>,
    is_main: bool,
    vm: &VirtualMachine,
) -> PyResult<Option<Outcome>> {
    let program = program();
    task.set_stands(Stands::Nowhere);
    program.set_current(Some(task.clone()));
    if task.is_done(vm) {
        return report(task, vm).map(|()| None);
    }
    let data = task.take_data(vm);
    let coro = task.coro();
    if program.core.trace().is_on() {
        let line = task.goes_on_at(&coro, program.core.trace());
        program.core.records().task_step(task.id(), line);
    }
    task.stepped();
    let outer = program.set_stepping(Some(task.clone()));
    let resumed = if vm.is_none(&data) || !data.clone().try_to_bool(vm)? {
        send(&coro, vm)
    } else {
        throw(&coro, data, vm)
    };
    drop(program.set_stepping(outer));
    match resumed {
        Ok(PyIterReturn::Return(_)) => {
            if program.core.trace().is_on() {
                suspended(task, &coro, vm);
            }
            Ok(None)
        }
        Ok(PyIterReturn::StopIteration(value)) => {
            let value = value.unwrap_or_else(|| vm.ctx.none());
            finish(task, Ended::Returned(value), is_main, vm)
        }
        Err(raised) => {
            let caught = raised.fast_isinstance(vm.ctx.exceptions.exception_type)
                || is_cancelled(raised.as_object(), vm);
            if caught {
                return finish(task, Ended::Raised(raised), is_main, vm);
            }
            // `SystemExit` and its like end the run; the task is left as it is.
            program.unregister(task);
            let trace = program.core.trace();
            let line = frames::raised(&raised, trace);
            let ended = trace.is_on().then(|| value::Ended::by_exception(&raised, vm));
            let ending = ended.as_ref().map_or_else(Ending::default, value::Ended::as_ending);
            program.core.records().task_done(task.id(), TaskHow::Exception, line, ending);
            Err(raised)
        }
    }
}

/// A coroutine or a generator that has ended gives None when it is resumed.
fn is_exhausted(coro: &PyObject) -> bool {
    if let Some(coroutine) = coro.downcast_ref::<PyCoroutine>() {
        return coroutine.as_coro().closed();
    }
    coro.downcast_ref::<PyGenerator>().is_some_and(|generator| generator.as_coro().closed())
}

fn send(coro: &PyObject, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
    if is_exhausted(coro) {
        return Ok(PyIterReturn::StopIteration(None));
    }
    if let Some(coroutine) = coro.downcast_ref::<PyCoroutine>() {
        return coroutine.as_coro().send(coro, vm.ctx.none(), vm);
    }
    if let Some(generator) = coro.downcast_ref::<PyGenerator>() {
        return generator.as_coro().send(coro, vm.ctx.none(), vm);
    }
    PyIterReturn::from_pyresult(vm.call_method(coro, "send", (vm.ctx.none(),)), vm)
}

fn throw(coro: &PyObject, error: PyObjectRef, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
    if is_exhausted(coro) {
        return Ok(PyIterReturn::StopIteration(None));
    }
    let none = || vm.ctx.none();
    if let Some(coroutine) = coro.downcast_ref::<PyCoroutine>() {
        return coroutine.as_coro().throw(coro, error, none(), none(), vm);
    }
    if let Some(generator) = coro.downcast_ref::<PyGenerator>() {
        return generator.as_coro().throw(coro, error, none(), none(), vm);
    }
    PyIterReturn::from_pyresult(vm.call_method(coro, "throw", (error,)), vm)
}

/// A task has ended.
fn finish(
    task: &PyRef<PyTask>,
    ended: Ended,
    is_main: bool,
    vm: &VirtualMachine,
) -> PyResult<Option<Outcome>> {
    let program = program();
    program.unregister(task);
    let cancelled = match &ended {
        Ended::Returned(_) => false,
        Ended::Raised(raised) => is_cancelled(raised.as_object(), vm),
    };
    let (how, line) = match &ended {
        Ended::Returned(_) => (TaskHow::Result, ChainId::NONE),
        Ended::Raised(raised) => {
            let how = if cancelled { TaskHow::Cancelled } else { TaskHow::Exception };
            (how, frames::raised(raised, program.core.trace()))
        }
    };
    let text = program.core.trace().is_on().then(|| match &ended {
        Ended::Returned(value) => value::Ended::by_result(Some(value), vm),
        Ended::Raised(raised) => value::Ended::by_exception(raised, vm),
    });
    let ending = text.as_ref().map_or_else(Ending::default, value::Ended::as_ending);
    program.core.records().task_done(task.id(), how, line, ending);
    let no: PyObjectRef = vm.ctx.false_value.clone().into();
    if is_main {
        program.set_current(None);
        if let Ended::Raised(raised) = ended {
            // Whoever ran the loop gets it, and nobody else: those that wait for it wait on.
            task.set_state(no);
            task.set_data(raised.clone().into());
            return Ok(Some(Err(raised)));
        }
    }
    let data: PyObjectRef = match &ended {
        Ended::Returned(value) => vm.new_stop_iteration(Some(value.clone())).into(),
        Ended::Raised(raised) => raised.clone().into(),
    };
    let state = task.state();
    let mut heard = is_main;
    if let Some(waiting) = state.downcast_ref::<PyTaskQueue>() {
        heard |= waiting.wake_all(vm);
        task.set_state(no);
    } else if state.is(&vm.ctx.true_value) {
        task.set_state(if heard { no } else { vm.ctx.none() });
    } else {
        // A gather, or whatever else wants to be called.
        state.call((task.clone(), data.clone()), vm)?;
        task.set_state(no);
        heard = true;
    }
    if !heard && !cancelled && matches!(ended, Ended::Raised(_)) {
        // One more round, in which somebody may still look at it; then it is reported.
        program.push(task, HandleHow::DoneCallback, vm);
    }
    task.set_data(data);
    Ok(match ended {
        Ended::Returned(value) if is_main => Some(Ok(value)),
        _ => None,
    })
}

/// A task that failed a round ago is there once more: unless somebody has looked at it meanwhile,
/// the exception handler is called.
fn report(task: &PyRef<PyTask>, vm: &VirtualMachine) -> PyResult<()> {
    if task.is_retrieved(vm) {
        return Ok(());
    }
    let report = vm.import("asyncio.core", 0)?.get_attr("core", vm)?.get_attr("_report", vm)?;
    report.call((task.data(), task.clone()), vm)?;
    Ok(())
}

/// Tells what a task waits for.
fn suspended(task: &Py<PyTask>, coro: &PyObject, vm: &VirtualMachine) {
    let program = program();
    let on = match task.stands() {
        Stands::InLoop(pushed) if pushed.sleeps => Some(On::Timer(pushed.handle)),
        Stands::InLoop(_) => Some(On::Nothing),
        Stands::Waiting(queue, _) => Some(match as_task(&task.data()) {
            Some(awaited) => On::Task(awaited.id()),
            None => On::Queue(queue.number()),
        }),
        Stands::Nowhere => waits_for(task, vm),
    };
    if on.is_none() {
        program.core.records().lint(
            LintRule::Lost,
            task.id(),
            "This task has given up control without being queued anywhere, so nothing will wake it.",
        );
    }
    let at = describe::chain(coro, program.core.trace(), |_| {});
    task.stand_at(at.line);
    let at = (at.place, at.chain);
    program.core.records().task_suspend(task.id(), on.unwrap_or(On::Nothing), at);
}

/// What a task waits for that stands in no queue of tasks.
fn waits_for(task: &Py<PyTask>, vm: &VirtualMachine) -> Option<On> {
    let data = task.data();
    if let Some(streams) = data.downcast_ref::<PyIoQueue>() {
        return streams.waits_for(task);
    }
    let gathering = data.get_attr("gathering", vm).ok()?;
    gathering.try_into_value(vm).ok().map(|number| On::Future(FutureId(number)))
}
