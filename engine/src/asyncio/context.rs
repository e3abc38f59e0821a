//! The `contextvars` context that a callback or a task runs in.
//!
//! asyncio copies the current context for every handle and task. Most programs never set a context
//! variable, so most of these copies are empty; those are used again once nobody holds them, which
//! is as good as a new one and saves the allocation.

use std::cell::{OnceCell, RefCell};

use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

/// How many empty contexts are kept for the next handles.
const SPARE: usize = 64;

thread_local! {
    static COPY_CONTEXT: OnceCell<PyObjectRef> = const { OnceCell::new() };
    static EMPTY: RefCell<Vec<PyObjectRef>> = const { RefCell::new(Vec::new()) };
}

/// `contextvars.copy_context()`.
pub(super) fn copy(vm: &VirtualMachine) -> PyResult<PyObjectRef> {
    let nothing_set = match vm.context_stack.borrow().last() {
        None => true,
        Some(current) => is_empty(current, vm),
    };
    if nothing_set && let Some(spare) = EMPTY.with_borrow_mut(Vec::pop) {
        return Ok(spare);
    }
    let copy_context = COPY_CONTEXT.with(|cell| -> PyResult<PyObjectRef> {
        if let Some(function) = cell.get() {
            return Ok(function.clone());
        }
        let function = vm.import("_contextvars", 0)?.get_attr("copy_context", vm)?;
        Ok(cell.get_or_init(|| function).clone())
    })?;
    copy_context.call((), vm)
}

fn is_empty(context: &PyObject, vm: &VirtualMachine) -> bool {
    context.length(vm).is_ok_and(|length| length == 0)
}

/// Takes a context back that a handle or task is done with.
pub(super) fn give_back(context: PyObjectRef, vm: &VirtualMachine) {
    if context.strong_count() == 1 && is_empty(&context, vm) {
        EMPTY.with_borrow_mut(|spare| {
            if spare.len() < SPARE {
                spare.push(context);
            }
        });
    }
}

/// Runs `work` with `context` as the current one.
pub(super) fn run<R>(context: &PyObject, vm: &VirtualMachine, work: impl FnOnce() -> R) -> R {
    vm.context_stack.borrow_mut().push(context.to_owned());
    let result = work();
    let mut stack = vm.context_stack.borrow_mut();
    // Whatever the work left behind on the stack belongs to it.
    if let Some(at) = stack.iter().rposition(|entered| entered.is(context)) {
        stack.truncate(at);
    }
    result
}
