//! Tracebacks as a board has them: of the program's own lines, and with the place of what did not parse.

use rustpython_vm::builtins::{PyBaseExceptionRef, PyStr};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObjectRef, VirtualMachine};

/// Takes off what stands between the program and what failed: the lines that import and compile, which on a
/// board are no lines of Python.
pub(in super::super) fn of_the_program(raised: PyBaseExceptionRef) -> PyBaseExceptionRef {
    let mut entry = raised.__traceback__();
    while let Some(at) =
        entry.take_if(|at| is_no_python(at.frame.iframe().code().source_path().as_str()))
    {
        let next = at.next.lock().clone();
        entry = next;
    }
    raised.set_traceback(entry);
    raised
}

/// Whether a board has no Python where this file has.
pub(super) fn is_no_python(path: &str) -> bool {
    path.starts_with("_loopscope_") || path.starts_with("<frozen importlib.")
}

/// `function` whose own lines do not stand in tracebacks.
pub(in super::super) fn unseen(function: PyObjectRef, vm: &VirtualMachine) -> PyObjectRef {
    vm.new_function("function", move |args: FuncArgs, vm: &VirtualMachine| {
        function.call(args, vm).map_err(of_the_program)
    })
    .into()
}

/// Where the text is that did not parse: its file and line.
pub(super) fn unparsed(raised: &PyBaseExceptionRef, vm: &VirtualMachine) -> Option<(String, i32)> {
    if !raised.fast_isinstance(vm.ctx.exceptions.syntax_error) {
        return None;
    }
    let get = |name: &'static str| raised.as_object().get_attr(name, vm).ok();
    let line = get("lineno")?.try_into_value(vm).ok()?;
    let file = get("filename")?;
    Some((file.downcast_ref::<PyStr>()?.to_string(), line))
}
