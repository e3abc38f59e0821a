//! Where MicroPython's language shows through its asyncio: everything iterable can be awaited, an
//! exception's text, repr and `value`, `sys.print_exception` and `sys.implementation`.

use rustpython_vm::builtins::{PyBaseException, PyBaseExceptionRef, PyStr, PyType};
use rustpython_vm::signal::UserSignalReceiver;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::schedule;
use crate::dialect::MICROPYTHON;

/// Where `micropython.schedule` reaches the interpreter.
pub(crate) fn signal_channel() -> UserSignalReceiver {
    schedule::channel()
}

/// What is there before the first line of a MicroPython program.
pub(crate) fn set_up(vm: &VirtualMachine) -> PyResult<()> {
    let object = vm.ctx.types.object_type;
    let awaits = vm.new_method("__await__", object, await_any);
    object.set_attr(vm.ctx.intern_str("__await__"), awaits.into());

    let base: &'static Py<PyType> = vm.ctx.exceptions.base_exception_type;
    let value = vm.ctx.new_readonly_getset("value", base, exception_value);
    base.set_attr(vm.ctx.intern_str("value"), value.into());
    let usual = base.slots.repr.load();
    each_subclass(base, &|class| {
        // One that has a repr of its own keeps it.
        if class.slots.repr.load().map(|f| f as usize) == usual.map(|f| f as usize) {
            class.slots.repr.store(Some(exception_repr));
        }
    });

    // A missing key's name is shown as it is, without quotes.
    let text = vm.ctx.intern_str("__str__");
    if let Some(usual) = base.get_attr(text) {
        vm.ctx.exceptions.key_error.set_attr(text, usual);
    }

    vm.import("_loopscope_names", 0)?;

    let sys = &vm.sys_module;
    let print = vm.new_function("print_exception", py_print_exception);
    sys.set_attr("print_exception", print, vm)?;
    let implementation = sys.get_attr("implementation", vm)?;
    implementation.set_attr("name", vm.ctx.new_str("micropython"), vm)?;
    let (major, minor, micro) = MICROPYTHON;
    let mut version: Vec<PyObjectRef> =
        [major, minor, micro].into_iter().map(|n| vm.ctx.new_int(n).into()).collect();
    version.push(vm.ctx.new_str("").into());
    implementation.set_attr("version", vm.ctx.new_tuple(version), vm)?;
    implementation.set_attr("_machine", vm.ctx.new_str("loopscope with RustPython"), vm)
}

/// `await x` is `yield from x`.
fn await_any(awaited: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    awaited.get_iter(vm).map(Into::into).map_err(|_| {
        let class = awaited.class().name().to_string();
        vm.new_type_error(format!("'{class}' object isn't iterable"))
    })
}

/// Every exception has its first argument as `value`.
fn exception_value(exception: PyBaseExceptionRef) -> Option<PyObjectRef> {
    exception.args().first().cloned()
}

fn each_subclass(class: &Py<PyType>, change: &dyn Fn(&Py<PyType>)) {
    change(class);
    let subclasses: Vec<_> =
        class.subclasses.read().iter().filter_map(|weak| weak.upgrade()).collect();
    for subclass in subclasses {
        if let Some(subclass) = subclass.downcast_ref::<PyType>() {
            each_subclass(subclass, change);
        }
    }
}

/// An exception's repr is its name and its arguments as a tuple: `ValueError(2,)`.
fn exception_repr(exception: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let args = match exception.downcast_ref::<PyBaseException>() {
        Some(exception) => exception.args().as_object().repr(vm)?.to_string(),
        None => "()".to_owned(),
    };
    Ok(vm.ctx.new_str(format!("{}{args}", exception.class().name())))
}

fn py_print_exception(
    raised: PyBaseExceptionRef,
    file: rustpython_vm::function::OptionalArg,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let file = match file.into_option() {
        Some(file) => file,
        None => vm.sys_module.get_attr("stdout", vm)?,
    };
    print_exception(&raised, &file, vm)
}

/// `sys.print_exception()`: a traceback without lines of source, in one piece.
pub(super) fn print_exception(
    raised: &PyBaseExceptionRef,
    file: &PyObject,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let mut text = String::new();
    let mut entry = raised.__traceback__();
    if entry.is_some() {
        text.push_str("Traceback (most recent call last):\n");
    }
    while let Some(at) = entry {
        let code = at.frame.iframe().code().to_owned();
        let file = as_given(code.source_path().as_str(), vm);
        let line = at.lineno.get();
        text.push_str(&format!("  File \"{file}\", line {line}, in {}\n", code.obj_name));
        let next = at.next.lock().clone();
        entry = next;
    }
    let name = raised.class().name().to_string();
    let told = raised.as_object().str(vm)?.to_string();
    text.push_str(&format!("{name}: {told}\n"));
    vm.call_method(file, "write", (text,))?;
    Ok(())
}

/// A file's name as the program was given it.
fn as_given(path: &str, vm: &VirtualMachine) -> String {
    let given = vm
        .sys_module
        .get_attr("argv", vm)
        .and_then(|argv| argv.get_item(&0usize, vm))
        .and_then(|first| first.str(vm))
        .map(|first| first.to_string());
    match given {
        Ok(given)
            if std::path::absolute(&given).is_ok_and(|full| full == std::path::Path::new(path)) =>
        {
            given
        }
        _ => path.to_owned(),
    }
}
