//! `micropython.schedule`: functions that are called soon, between two instructions of the program
//! or two turns of the loop. On a board they come from interrupts.

use std::cell::Cell;
use std::collections::VecDeque;
use std::sync::OnceLock;

use rustpython_vm::common::lock::PyMutex;
use rustpython_vm::signal::UserSignalSender;
use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine};

use super::language;
use crate::core::micro::Outside;

/// How many may wait: as many as on most boards.
const DEPTH: usize = 8;

static PENDING: PyMutex<VecDeque<(PyObjectRef, PyObjectRef)>> = PyMutex::new(VecDeque::new());
static SIGNAL: OnceLock<UserSignalSender> = OnceLock::new();

thread_local! {
    /// What is scheduled by a scheduled function waits for the next opportunity.
    static RUNNING: Cell<bool> = const { Cell::new(false) };
}

/// What is sent here, the interpreter looks at between two instructions.
pub(super) fn interrupt_by(sender: UserSignalSender) {
    let _ = SIGNAL.set(sender);
}

/// Whether no scheduled function waits.
pub(super) fn is_empty() -> bool {
    PENDING.lock().is_empty()
}

/// `micropython.schedule(function, argument)`. The module's own watches for the program's jumps;
/// `at_once`: the function is called at the next instruction instead.
pub(super) fn schedule(
    function: PyObjectRef,
    argument: PyObjectRef,
    at_once: bool,
    vm: &VirtualMachine,
) -> PyResult<()> {
    {
        let mut pending = PENDING.lock();
        if pending.len() >= DEPTH {
            drop(pending);
            return Err(vm.new_runtime_error("schedule queue full"));
        }
        pending.push_back((function, argument));
    }
    if at_once && let Some(signal) = SIGNAL.get() {
        let _ = signal.send(Box::new(run_pending));
    }
    Ok(())
}

/// What may come from outside the loop: a scheduled function or a thread.
pub(super) fn outside() -> Outside {
    if !is_empty() {
        Outside::Soon
    } else if crate::python::may_have_threads() {
        Outside::Perhaps
    } else {
        Outside::Nothing
    }
}

/// Calls the functions that wait now. What one of them raises is printed, as on a board, unless it
/// ends the program.
pub(super) fn run_pending(vm: &VirtualMachine) -> PyResult<()> {
    if RUNNING.get() {
        return Ok(());
    }
    let waiting = {
        let mut pending = PENDING.lock();
        if pending.is_empty() {
            return Ok(());
        }
        std::mem::take(&mut *pending)
    };
    RUNNING.set(true);
    let result = waiting.into_iter().try_for_each(|(function, argument)| {
        let Err(raised) = function.call((argument,), vm) else { return Ok(()) };
        if raised.fast_isinstance(vm.ctx.exceptions.exception_type) {
            let stderr = vm.sys_module.get_attr("stderr", vm)?;
            return language::print_exception(&raised, &stderr, vm);
        }
        Err(raised)
    });
    RUNNING.set(false);
    result
}
