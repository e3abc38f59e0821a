//! `Task.cancel()`, and the cancelling of what `run()` leaves unfinished.

use loopscope_protocol::{By, HandleHow, LintRule, RunHow, TaskId};
use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::{AsObject, Py, PyRef, PyResult, VirtualMachine};

use super::program::{cancelled_error, program};
use super::queue::remove_from;
use super::run::PyRunner;
use super::task::{PyTask, Stands, as_task};
use crate::core::current;
use crate::core::micro::Turned;
use crate::python::frames;

/// Asks a task to end: false if it has ended already.
pub(super) fn cancel(task: &Py<PyTask>, vm: &VirtualMachine) -> PyResult<bool> {
    if task.is_done(vm) {
        return Ok(false);
    }
    let program = program();
    // At a pause between two turns `cur_task` is still the task that ran last, which does not run.
    let at_work = current() != By::Py;
    if at_work && program.current().is_some_and(|current| current.is(task)) {
        return Err(vm.new_runtime_error("can't cancel self"));
    }
    program.core.records().task_cancel(task.id());
    // The innermost of those that it waits for is what really ends first.
    let mut innermost = task.to_owned();
    loop {
        let waits_for = innermost.data();
        let Some(awaited) = as_task(&waits_for) else { break };
        innermost = awaited.to_owned();
        program.core.records().task_cancel(innermost.id());
    }
    let waits_for = innermost.data();
    if remove_from(&waits_for, &innermost, vm)? {
        program.push(&innermost, HandleHow::Step, vm);
    } else if innermost.key().since(program.core.ticks()) > 0 {
        // It sleeps: it is to run now.
        if let Stands::InLoop(pushed) = innermost.stands() {
            program.take_back(&innermost, pushed.order);
        }
        program.push(&innermost, HandleHow::Step, vm);
    }
    innermost.set_data(cancelled_error(vm).clone().into());
    Ok(true)
}

/// What MicroPython's documentation says of `run()`, and boards do not do: tasks that are still
/// running are cancelled. The loop runs until they have ended.
pub(super) fn leftovers(vm: &VirtualMachine) -> PyResult<()> {
    let program = program();
    let left = program.unfinished();
    if left.is_empty() {
        return Ok(());
    }
    let before = program.current();
    program.set_current(None);
    tell_leftovers(&left);
    let how = RunHow::UntilComplete;
    program.core.run_begin(how, TaskId::NONE);
    let result = end_all(&left, vm);
    program.core.run_end(how);
    program.set_current(before);
    result
}

/// Says that a board goes on in another way from here.
fn tell_leftovers(left: &[PyRef<PyTask>]) {
    let Some(first) = left.first() else { return };
    let (who, them, they) = match left.len() {
        1 => ("This task is".to_owned(), "it", "it goes"),
        more => (format!("This task and {} more are", more - 1), "them", "they go"),
    };
    let text = format!(
        "{who} left when run() returns, which cancels {them}, as MicroPython's documentation says. A \
         board does not: {they} on in the next run (dialect micropython-firmware)."
    );
    program().core.records().lint(LintRule::BoardDiffers, first.id(), &text);
}

fn end_all(left: &[PyRef<PyTask>], vm: &VirtualMachine) -> PyResult<()> {
    let program = program();
    for task in left {
        cancel(task, vm)?;
    }
    let runner = PyRunner::without_main(vm);
    let _floor = frames::floor();
    let ended = |task: &PyRef<PyTask>| task.is_done(vm);
    // What has ended stays so: nobody is asked again.
    let mut open = left.iter().skip_while(|task| ended(task)).peekable();
    while open.peek().is_some() {
        match program.core.turn(&runner) {
            Ok(Turned::Ran) => {}
            Ok(Turned::Over) => {
                for task in left.iter().filter(|task| !ended(task)) {
                    program.core.records().lint(
                        LintRule::Lost,
                        task.id(),
                        "This task was cancelled at the end of run(), but nothing can wake it.",
                    );
                    program.unregister(task);
                }
                break;
            }
            Err(escaped) => return Err(forget(left, escaped)),
        }
        while open.next_if(|task| ended(task)).is_some() {}
    }
    Ok(())
}

/// After what ends the program nothing is left to be cancelled.
fn forget(left: &[PyRef<PyTask>], escaped: PyBaseExceptionRef) -> PyBaseExceptionRef {
    for task in left {
        program().unregister(task);
    }
    escaped
}
