//! `OSError` as MicroPython has it: the number is the first argument, its name stands in the text,
//! and what the system refuses is that class itself with one argument.

use nix::errno::Errno;
use rustpython_vm::builtins::{PyBaseException, PyBaseExceptionRef, PyInt, PyStrInterned, PyType};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::each_subclass;

/// The numbers whose names the firmware knows (`MICROPY_PY_ERRNO_LIST`).
const NAMES: [Errno; 22] = [
    Errno::EPERM,
    Errno::ENOENT,
    Errno::EIO,
    Errno::EBADF,
    Errno::EAGAIN,
    Errno::ENOMEM,
    Errno::EACCES,
    Errno::EEXIST,
    Errno::ENODEV,
    Errno::EISDIR,
    Errno::EINVAL,
    Errno::EOPNOTSUPP,
    Errno::EADDRINUSE,
    Errno::ECONNABORTED,
    Errno::ECONNRESET,
    Errno::ENOBUFS,
    Errno::ENOTCONN,
    Errno::ETIMEDOUT,
    Errno::ECONNREFUSED,
    Errno::EHOSTUNREACH,
    Errno::EALREADY,
    Errno::EINPROGRESS,
];

/// Gives `OSError` and its subclasses their number and text.
pub(super) fn set_up(vm: &VirtualMachine) {
    let class: &'static Py<PyType> = vm.ctx.exceptions.os_error;
    let errno = vm.ctx.new_readonly_getset("errno", class, number);
    class.set_attr(vm.ctx.intern_str("errno"), errno.into());
    let text =
        vm.new_method("__str__", class, |it: PyObjectRef, vm: &VirtualMachine| text(&it, vm));
    class.set_attr(vm.ctx.intern_str("__str__"), text.into());
    each_subclass(class, &|class| {
        class.slots.str.store(Some(|it, vm| Ok(vm.ctx.new_str(text_of(it, vm)?))));
    });
}

fn number(error: PyBaseExceptionRef) -> Option<PyObjectRef> {
    error.args().first().cloned()
}

fn text(error: &PyObject, vm: &VirtualMachine) -> PyResult<String> {
    text_of(error, vm)
}

/// `[Errno 2] ENOENT`, and what was said beside the number.
fn text_of(error: &PyObject, vm: &VirtualMachine) -> PyResult<String> {
    let Some(error) = error.downcast_ref::<PyBaseException>() else { return Ok(String::new()) };
    let args = error.args();
    let known = args
        .first()
        .filter(|_| args.len() <= 2)
        .and_then(|number| number.downcast_ref::<PyInt>())
        .and_then(|number| number.try_to_primitive::<i32>(vm).ok())
        .and_then(|number| NAMES.into_iter().find(|known| *known as i32 == number));
    let said = |at: usize| args[at].str(vm).map(|said| said.to_string());
    match (known, args.len()) {
        (Some(known), 1) => Ok(format!("[Errno {}] {known:?}", known as i32)),
        (Some(known), _) => Ok(format!("[Errno {}] {known:?}: {}", known as i32, said(1)?)),
        (None, 0) => Ok(String::new()),
        (None, 1) => said(0),
        (None, _) => args.as_object().repr(vm).map(|shown| shown.to_string()),
    }
}

/// The error as a board raises it, where it is one of the system's; the traceback stays.
pub(super) fn plain(raised: PyBaseExceptionRef, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let os_error = vm.ctx.exceptions.os_error;
    // One that a program has made itself stays as it is.
    if !raised.fast_isinstance(os_error) || raised.class().is(os_error) && raised.args().len() <= 1
    {
        return raised;
    }
    let timed_out = raised.fast_isinstance(vm.ctx.exceptions.timeout_error);
    let number = raised
        .args()
        .first()
        .filter(|first| first.downcast_ref::<PyInt>().is_some())
        .cloned()
        .or_else(|| timed_out.then(|| vm.ctx.new_int(Errno::ETIMEDOUT as i32).into()));
    let Some(number) = number else { return raised };
    let Some(error) = numbered(number, vm) else { return raised };
    error.set_traceback(raised.__traceback__());
    error
}

/// An `OSError` as firmware raises it: its number alone, which the text names.
pub(in super::super) fn numbered(
    number: PyObjectRef,
    vm: &VirtualMachine,
) -> Option<PyBaseExceptionRef> {
    let made = vm.ctx.exceptions.os_error.as_object().call((number,), vm).ok()?;
    made.downcast().ok()
}

/// `function` with its errors made plain.
pub(in super::super) fn plain_errors(function: PyObjectRef, vm: &VirtualMachine) -> PyObjectRef {
    vm.new_function("function", move |args: FuncArgs, vm: &VirtualMachine| {
        function.call(args, vm).map_err(|raised| plain(raised, vm))
    })
    .into()
}

/// A method of a native class with its errors made plain.
pub(in super::super) fn plain_method(
    class: &'static Py<PyType>,
    name: &'static PyStrInterned,
    vm: &VirtualMachine,
) {
    let Some(original) = class.get_attr(name) else { return };
    let method = vm.new_method(name.as_str(), class, move |args: FuncArgs, vm: &VirtualMachine| {
        original.call(args, vm).map_err(|raised| plain(raised, vm))
    });
    class.set_attr(name, method.into());
}
