//! Names and places for records: what a callback is called and where it is defined, and where a
//! suspended coroutine stands.

use std::path::Path;

use loopscope_protocol::{ChainId, NameId, Place};
use rustpython_vm::builtins::{PyAsyncGen, PyCode, PyCoroutine, PyFunction, PyGenerator, PyStr};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, VirtualMachine};

use crate::core::Trace;
use crate::run::Run;

/// The deepest await chain that is followed.
const DEEPEST: usize = 64;

fn text(object: &PyObject, attribute: &'static str, vm: &VirtualMachine) -> Option<String> {
    let value = object.get_attr(attribute, vm).ok()?;
    Some(value.downcast_ref::<PyStr>()?.to_string())
}

fn file_name(path: &str) -> &str {
    let folder = &Run::current().folder;
    Path::new(path).strip_prefix(folder).ok().and_then(Path::to_str).unwrap_or(path)
}

fn code_place(code: &Py<PyCode>, trace: &Trace) -> Place {
    let line = code.first_line_number.map_or(0, |line| u32::try_from(line.get()).unwrap_or(0));
    trace.place(file_name(code.source_path().as_str()), line)
}

/// The qualified name of a callable, and where it is defined.
pub(crate) fn callable(callable: &PyObject, trace: &Trace, vm: &VirtualMachine) -> (NameId, Place) {
    let mut target: PyObjectRef = callable.to_owned();
    // functools.partial says nothing of itself; what it calls does.
    for _ in 0..DEEPEST {
        if &*target.class().name() != "partial" {
            break;
        }
        match target.get_attr("func", vm) {
            Ok(inner) => target = inner,
            Err(_) => break,
        }
    }
    let name = text(&target, "__qualname__", vm)
        .or_else(|| text(&target, "__name__", vm))
        .unwrap_or_else(|| target.class().name().to_string());
    let function = target.get_attr("__func__", vm).unwrap_or(target);
    let place = match function.downcast_ref::<PyFunction>() {
        Some(function) => function
            .as_object()
            .get_attr("__code__", vm)
            .ok()
            .and_then(|code| code.downcast::<PyCode>().ok())
            .map_or(Place::NONE, |code| code_place(&code, trace)),
        None => Place::NONE,
    };
    (trace.name(&name), place)
}

/// The qualified name of a coroutine, and where it is defined.
pub(crate) fn coroutine(
    coroutine: &PyObject,
    trace: &Trace,
    vm: &VirtualMachine,
) -> (NameId, Place) {
    if let Some(native) = coroutine.downcast_ref::<PyCoroutine>() {
        let coro = native.as_coro();
        let code = coro.code();
        return (trace.name(coro.qualname().as_ref()), code_place(&code, trace));
    }
    let name = text(coroutine, "__qualname__", vm)
        .or_else(|| text(coroutine, "__name__", vm))
        .unwrap_or_else(|| coroutine.class().name().to_string());
    (trace.name(&name), Place::NONE)
}

/// Whether a file is the program's, and no module that came with the engine.
fn is_of_the_program(path: &str) -> bool {
    let is_file = Path::new(path).extension().is_some_and(|ending| ending == "py");
    let ours = path.starts_with("asyncio.") && !is_file;
    !ours && !path.starts_with('<') && !path.contains("rustpython")
}

/// Where a suspended coroutine stands: the innermost line of the program, and the whole chain of
/// coroutines that await each other.
pub(crate) fn chain(outermost: &PyObject, trace: &Trace) -> (Place, ChainId) {
    let mut chain = ChainId::NONE;
    let mut place = Place::NONE;
    let mut at: Option<PyObjectRef> = Some(outermost.to_owned());
    for _ in 0..DEEPEST {
        let Some(object) = at.take() else { break };
        let coro = if let Some(coroutine) = object.downcast_ref::<PyCoroutine>() {
            coroutine.as_coro()
        } else if let Some(generator) = object.downcast_ref::<PyGenerator>() {
            generator.as_coro()
        } else if let Some(generator) = object.downcast_ref::<PyAsyncGen>() {
            generator.as_coro()
        } else {
            break;
        };
        let Some(frame) = coro.frame_opt() else { break };
        let location = frame.current_location();
        let code = coro.code();
        let path = code.source_path().as_str();
        let here = trace.place(file_name(path), u32::try_from(location.line.get()).unwrap_or(0));
        chain = trace.chain(chain, trace.name(coro.qualname().as_ref()), here);
        if is_of_the_program(path) {
            place = here;
        }
        at = frame.yield_from_target();
    }
    (place, chain)
}
