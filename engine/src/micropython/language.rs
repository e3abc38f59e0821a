//! Where MicroPython's language shows through its asyncio: everything iterable can be awaited, an
//! exception's text, repr and `value`, `sys.print_exception` and `sys.implementation`.

mod buffers;
mod errors;
mod generators;
mod imports;
mod print;
mod shown;
mod texts;
mod tracebacks;

use rustpython_vm::builtins::{PyBaseExceptionRef, PyCode, PyType};
use rustpython_vm::signal::UserSignalSender;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::program::program;
use super::schedule;
use crate::dialect::MICROPYTHON;
use crate::python::{describe, readable};

pub(super) use buffers::taking_str;
pub(super) use errors::{numbered, plain_errors, plain_method};
pub(super) use generators::WAS_ASYNC;
pub(super) use tracebacks::unseen;

/// Where `micropython.schedule` reaches the interpreter.
pub(super) fn interrupt_by(sender: UserSignalSender) {
    schedule::interrupt_by(sender);
}

/// What is there before the first line of a MicroPython program.
pub(super) fn set_up(vm: &VirtualMachine) -> PyResult<()> {
    let object = vm.ctx.types.object_type;
    let awaits = vm.new_method("__await__", object, await_any);
    object.set_attr(vm.ctx.intern_str("__await__"), awaits.into());

    texts::set_up(vm);
    shown::set_up(vm);
    errors::set_up(vm);
    buffers::set_up(vm);
    generators::set_up(vm);
    imports::set_up(vm)?;
    print::set_up(vm)?;

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
    implementation.set_attr("_machine", vm.ctx.new_str("loopscope with RustPython"), vm)?;
    vm.import("_loopscope_language", 0).map(drop)
}

/// What is different once the standard streams are there.
pub(super) fn set_up_streams(vm: &VirtualMachine) -> PyResult<()> {
    vm.import("_loopscope_sockets", 0).map(drop)
}

/// Compiles a program in which coroutines are generators.
pub(super) fn compile(
    source: PyObjectRef,
    name: &str,
    vm: &VirtualMachine,
) -> PyResult<PyRef<PyCode>> {
    let language = vm.import("_loopscope_language", 0)?;
    let compile = language.get_attr("compile_source", vm)?;
    let code = compile.call((source, name.to_owned()), vm).map_err(tracebacks::of_the_program)?;
    code.downcast().map_err(|_| vm.new_system_error("the compiler gave something else than code"))
}

/// A coroutine was dropped before it was ever awaited.
pub(super) fn never_awaited(coroutine: &PyObject, vm: &VirtualMachine) {
    let core = &program().core;
    let trace = core.trace();
    if trace.is_on() {
        let name = vm
            .get_attribute_opt(coroutine, "__qualname__")
            .ok()
            .flatten()
            .and_then(|name| name.str(vm).ok())
            .map_or_else(|| "a coroutine".to_owned(), |name| readable(&name).into_owned());
        let (_, place) = describe::coroutine(coroutine, trace, vm);
        core.records().never_awaited(&name, place);
    }
}

/// `await x` is `yield from x`.
fn await_any(awaited: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    awaited.get_iter(vm).map(Into::into).map_err(|_| {
        let class = awaited.class().name().to_string();
        vm.new_type_error(format!("'{class}' object isn't iterable"))
    })
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
        let path = code.source_path().as_str();
        if !tracebacks::is_no_python(path) {
            let (file, line) = (as_given(path, vm), at.lineno.get());
            text.push_str(&format!("  File \"{file}\", line {line}, in {}\n", code.obj_name));
        }
        let next = at.next.lock().clone();
        entry = next;
    }
    if let Some((file, line)) = tracebacks::unparsed(raised, vm) {
        text.push_str(&format!("  File \"{}\", line {line}\n", as_given(&file, vm)));
    }
    let name = shown::class_name(raised.class());
    let told = raised.as_object().str(vm)?.to_string();
    text.push_str(&format!("{name}: {told}\n"));
    print::write(file, text, vm)
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

/// Changes a class and all below it.
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
