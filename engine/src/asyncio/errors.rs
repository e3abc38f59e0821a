//! asyncio's own exceptions, found once in `asyncio.exceptions`.

use std::cell::OnceCell;

use rustpython_vm::builtins::{PyBaseException, PyBaseExceptionRef, PyTypeRef};
use rustpython_vm::function::OptionalArg;
use rustpython_vm::{AsObject, Py, PyObjectRef, PyResult, VirtualMachine};

use crate::dialect::Rules;

thread_local! {
    static CANCELLED: OnceCell<PyTypeRef> = const { OnceCell::new() };
    static INVALID_STATE: OnceCell<PyTypeRef> = const { OnceCell::new() };
}

fn class(
    cell: &'static std::thread::LocalKey<OnceCell<PyTypeRef>>,
    name: &'static str,
    vm: &VirtualMachine,
) -> PyTypeRef {
    cell.with(|cell| {
        if let Some(class) = cell.get() {
            return class.clone();
        }
        let found = vm
            .import("asyncio.exceptions", 0)
            .and_then(|module| match module.get_attr("exceptions", vm) {
                Ok(inner) => inner.get_attr(name, vm),
                Err(_) => module.get_attr(name, vm),
            })
            .ok()
            .and_then(|object| object.downcast().ok());
        match found {
            Some(class) => cell.get_or_init(|| class).clone(),
            // Only while the interpreter shuts down.
            None => vm.ctx.exceptions.runtime_error.to_owned(),
        }
    })
}

/// `InvalidStateError`.
pub(super) fn invalid_state(vm: &VirtualMachine, message: &str) -> PyBaseExceptionRef {
    vm.new_exception_msg(class(&INVALID_STATE, "InvalidStateError", vm), message.to_owned().into())
}

/// `CancelledError`, with the message of `cancel(msg)` if there was one.
pub(super) fn cancelled(vm: &VirtualMachine, message: Option<PyObjectRef>) -> PyBaseExceptionRef {
    vm.new_exception(class(&CANCELLED, "CancelledError", vm), message.into_iter().collect())
}

/// Whether this is a `CancelledError`.
pub(super) fn is_cancelled(error: &Py<PyBaseException>, vm: &VirtualMachine) -> bool {
    error.fast_isinstance(&class(&CANCELLED, "CancelledError", vm))
}

/// Whether this one leaves the loop at once: `SystemExit` or `KeyboardInterrupt`; in 3.6 whatever is no
/// `Exception`.
pub(super) fn escapes(error: &Py<PyBaseException>, vm: &VirtualMachine) -> bool {
    error.fast_isinstance(vm.ctx.exceptions.system_exit)
        || error.fast_isinstance(vm.ctx.exceptions.keyboard_interrupt)
        || (Rules::is_3_6() && !error.fast_isinstance(vm.ctx.exceptions.exception_type))
}

/// The exception that `throw()` of an awaitable is to raise, from either form of its arguments.
pub(super) fn to_throw(
    class: PyObjectRef,
    value: OptionalArg,
    traceback: OptionalArg,
    vm: &VirtualMachine,
) -> PyResult<PyBaseExceptionRef> {
    if value.is_present() || traceback.is_present() {
        let text = "the (type, val, tb) signature of throw() is deprecated, use throw(val) instead";
        rustpython_vm::warn::warn(
            vm.ctx.new_str(text).into(),
            Some(vm.ctx.exceptions.deprecation_warning.to_owned()),
            1,
            None,
            vm,
        )?;
    }
    let value = value.unwrap_or_none(vm);
    let traceback = traceback.unwrap_or_none(vm);
    if !vm.is_none(&traceback) && !traceback.fast_isinstance(vm.ctx.types.traceback_type) {
        return Err(vm.new_type_error("throw() third argument must be a traceback object"));
    }
    vm.normalize_exception(class, value, traceback)
}
