//! Names and places for records: what a callback is called and where it is defined, and where a
//! suspended coroutine stands.
//!
//! A program calls the same few functions again and again, so what a record says of a piece of code
//! is worked out once and kept.

mod known;
mod standing;

use std::borrow::Cow;
use std::sync::OnceLock;

use loopscope_protocol::{NameId, Place};
use rustpython_vm::builtins::{
    PyBoundMethod, PyCode, PyCoroutine, PyFunction, PyGenerator, PyGetSet, PyStr, PyStrRef,
};
use rustpython_vm::types::GetDescriptor;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyRef, VirtualMachine};

use super::readable;
use crate::core::Trace;
use known::{Known, known, known_function};
pub(crate) use standing::{chain, stands};

/// The deepest await chain that is followed.
const DEEPEST: usize = 64;

fn text(object: &PyObject, attribute: &'static str, vm: &VirtualMachine) -> Option<PyStrRef> {
    object.get_attr(attribute, vm).ok()?.downcast::<PyStr>().ok()
}

/// How a function's code and its qualified name are read without looking for the attributes.
struct Getters {
    code: PyObjectRef,
    qualname: PyObjectRef,
}

static GETTERS: OnceLock<Option<Getters>> = OnceLock::new();

/// What there is to say of a function.
fn function(function: &Py<PyFunction>, trace: &Trace, vm: &VirtualMachine) -> Option<Known> {
    let getters = GETTERS.get_or_init(|| {
        let of = |name| vm.ctx.types.function_type.get_direct_attr(vm.ctx.intern_str(name));
        Some(Getters { code: of("__code__")?, qualname: of("__qualname__")? })
    });
    let Getters { code, qualname } = getters.as_ref()?;
    let read = |getter| PyGetSet::descr_get(getter, Some(function.as_object()), None, vm).ok();
    let name = read(qualname)?.downcast().ok()?;
    known_function(function, &name, || read(code)?.downcast().ok(), trace)
}

/// What `functools.partial` objects call in the end; anything else is itself.
fn unwrapped(callable: &PyObject, vm: &VirtualMachine) -> PyObjectRef {
    let mut target: PyObjectRef = callable.to_owned();
    for _ in 0..DEEPEST {
        if &*target.class().name() != "partial" {
            break;
        }
        match target.get_attr("func", vm) {
            Ok(inner) => target = inner,
            Err(_) => break,
        }
    }
    target
}

/// The function that a callable is, or that a method is of.
fn function_of(target: &PyObject, vm: &VirtualMachine) -> Option<PyRef<PyFunction>> {
    if target.downcast_ref::<PyFunction>().is_some() {
        return target.to_owned().downcast().ok();
    }
    // Anything but a method may run code of the program's when it is asked.
    target.downcast_ref::<PyBoundMethod>()?;
    target.get_attr("__func__", vm).ok()?.downcast().ok()
}

/// The qualified name of a callable, and where it is defined.
pub(crate) fn callable(callable: &PyObject, trace: &Trace, vm: &VirtualMachine) -> (NameId, Place) {
    let plain = callable.downcast_ref::<PyFunction>();
    if let Some(known) = plain.and_then(|plain| function(plain, trace, vm)) {
        return (known.name, known.definition);
    }
    let target = unwrapped(callable, vm);
    let function = function_of(&target, vm);
    let code = function.and_then(|function| {
        function.as_object().get_attr("__code__", vm).ok()?.downcast::<PyCode>().ok()
    });
    let name = text(&target, "__qualname__", vm).or_else(|| text(&target, "__name__", vm));
    match (code, name) {
        (Some(code), Some(name)) => {
            let known = known(&code, &name, trace);
            (known.name, known.definition)
        }
        (_, Some(name)) => (trace.name(&readable(&name)), Place::NONE),
        (_, None) => (trace.name(&target.class().name()), Place::NONE),
    }
}

/// The qualified name of a coroutine, and where it is defined.
pub(crate) fn coroutine(
    coroutine: &PyObject,
    trace: &Trace,
    vm: &VirtualMachine,
) -> (NameId, Place) {
    // MicroPython's are generators.
    let native = match coroutine.downcast_ref::<PyCoroutine>() {
        Some(native) => Some(native.as_coro()),
        None => coroutine.downcast_ref::<PyGenerator>().map(|native| native.as_coro()),
    };
    if let Some(coro) = native {
        let known = known(&coro.code(), &coro.qualname(), trace);
        return (known.name, known.definition);
    }
    let name = text(coroutine, "__qualname__", vm).or_else(|| text(coroutine, "__name__", vm));
    match name {
        Some(name) => (trace.name(&readable(&name)), Place::NONE),
        None => (trace.name(&coroutine.class().name()), Place::NONE),
    }
}

/// A file of code as records name it.
pub(crate) fn shown_file(path: &str) -> Cow<'_, str> {
    known::shown_file(path)
}

/// Whether code of this file is the program's, and not a module that came with the engine.
pub(crate) fn is_of_the_program(path: &str) -> bool {
    known::is_code_of_the_program(path)
}

/// What a piece of code is called, where it is defined, and whether it is the program's.
pub(crate) fn code(code: &Py<PyCode>, trace: &Trace) -> (NameId, Place, bool) {
    let known = known(code, &code.qualname.to_owned(), trace);
    (known.name, known.definition, known.of_the_program)
}
