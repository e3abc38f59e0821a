//! The `contextvars` context that a callback or a task runs in.
//!
//! asyncio copies the current context for every handle and task. Most programs never set a context
//! variable, so most of these copies are empty; those are used again once nobody holds them, which
//! is as good as a new one and saves the allocation.

use std::cell::{OnceCell, RefCell};
use std::sync::Once;

use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use crate::dialect::Rules;
use crate::python::wrap_method;

/// How many empty contexts are kept for the next handles.
const SPARE: usize = 64;

thread_local! {
    static COPY_CONTEXT: OnceCell<PyObjectRef> = const { OnceCell::new() };
    static EMPTY: RefCell<Vec<PyObjectRef>> = const { RefCell::new(Vec::new()) };
}

/// Adds `context=` to the arguments of a call, which in 3.6 nobody takes.
pub(super) fn add_to(args: &mut FuncArgs, context: Option<PyObjectRef>) {
    if let Some(context) = context.filter(|_| !Rules::is_3_6()) {
        args.kwargs.insert("context".into(), context);
    }
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

/// Runs `work` with `context` as the current one. As in CPython a context is entered once at a
/// time. The context comes back, unless the work has taken it out of its place.
pub(super) fn run<T>(
    context: PyObjectRef,
    vm: &VirtualMachine,
    work: impl FnOnce() -> PyResult<T>,
) -> (Option<PyObjectRef>, PyResult<T>) {
    watch_runs(&context, vm);
    if is_entered(&context, vm) {
        let error = already_entered(&context, vm).unwrap_or_else(|error| error);
        return (Some(context), Err(error));
    }
    vm.context_stack.borrow_mut().push(context);
    let depth = vm.context_stack.borrow().len();
    let result = work();
    // Whatever the work left behind on the stack belongs to it.
    let left = {
        let mut stack = vm.context_stack.borrow_mut();
        if stack.len() > depth { stack.split_off(depth) } else { Vec::new() }
    };
    drop(left);
    let mut stack = vm.context_stack.borrow_mut();
    let entered = if stack.len() == depth { stack.pop() } else { None };
    (entered, result)
}

/// Whether something on this thread runs in `context` now.
pub(super) fn is_entered(context: &PyObject, vm: &VirtualMachine) -> bool {
    vm.context_stack.borrow().iter().any(|entered| entered.is(context))
}

/// Whether it is the one that code runs in now.
pub(super) fn is_current(context: &PyObject, vm: &VirtualMachine) -> bool {
    vm.context_stack.borrow().last().is_some_and(|current| current.is(context))
}

/// The error of entering a context a second time.
pub(super) fn already_entered(
    context: &PyObject,
    vm: &VirtualMachine,
) -> PyResult<PyBaseExceptionRef> {
    let text = format!("cannot enter context: {} is already entered", context.repr(vm)?);
    Ok(vm.new_runtime_error(text))
}

/// The interpreter's own `Context.run` knows only of what it has entered itself. From now on it also
/// asks for what is entered here.
fn watch_runs(context: &PyObject, vm: &VirtualMachine) {
    static WATCHED: Once = Once::new();
    WATCHED.call_once(|| {
        wrap_method(vm, &context.class().to_owned(), "run", |original, args, vm| {
            match args.args.first() {
                Some(context) if is_entered(context, vm) => Err(already_entered(context, vm)?),
                _ => original.call(args, vm),
            }
        });
    });
}
