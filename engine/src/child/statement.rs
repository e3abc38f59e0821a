//! One `py` statement of the host's, run in the program's `__main__` at a pause.

use rustpython_vm::builtins::PyDictRef;
use rustpython_vm::compiler::Mode;
use rustpython_vm::scope::Scope;
use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine};

use crate::python::parts::current_loop;
use crate::python::{output, readable};

/// What tracebacks call it.
const NAME: &str = "<py>";

/// Runs `code`. Gives whether it ran without an exception, and what it printed: its output, the
/// value of an expression, the traceback.
pub(super) fn run(vm: &VirtualMachine, code: &str) -> (bool, String) {
    let (result, mut text) = output::listen(|| evaluate(vm, code));
    match result {
        Ok(value) if vm.is_none(&value) => (true, text),
        Ok(value) => {
            let shown = value.repr(vm).map(|repr| readable(&repr).into_owned());
            match shown {
                Ok(shown) => {
                    text.push_str(&shown);
                    text.push('\n');
                    (true, text)
                }
                Err(raised) => {
                    let _ = vm.write_exception(&mut text, &raised);
                    (false, text)
                }
            }
        }
        Err(raised) => {
            let _ = vm.write_exception(&mut text, &raised);
            (false, text)
        }
    }
}

/// The value, if it is an expression; `None` for any other statement.
fn evaluate(vm: &VirtualMachine, code: &str) -> PyResult {
    // An expression may stand behind spaces, as it often does after the word `py`.
    let code = code.trim();
    let globals = vm.main_namespace()?;
    let lent = lend_loop(vm, &globals)?;
    let scope = Scope::with_builtins(None, globals.clone(), vm);
    let result = match vm.compile(code, Mode::Eval, NAME) {
        Ok(expression) => vm.run_code_obj(expression, scope),
        Err(_) => vm
            .compile(code, Mode::Exec, NAME)
            .map_err(|error| error.into_pyexception(vm, Some(code)))
            .and_then(|statements| vm.run_code_obj(statements, scope))
            .map(|_| vm.ctx.none()),
    };
    if let Some(lent) = lent {
        take_back(vm, &globals, &lent);
    }
    result
}

/// Makes `loop` name the current loop, unless the program or Python itself gives it a meaning.
fn lend_loop(vm: &VirtualMachine, globals: &PyDictRef) -> PyResult<Option<PyObjectRef>> {
    if globals.contains_key("loop", vm) {
        return Ok(None);
    }
    let current = current_loop(vm);
    if let Some(current) = &current {
        globals.set_item("loop", current.clone(), vm)?;
    }
    Ok(current)
}

fn take_back(vm: &VirtualMachine, globals: &PyDictRef, lent: &PyObjectRef) {
    if globals.get_item("loop", vm).is_ok_and(|now| now.is(lent)) {
        let _ = globals.as_object().del_item("loop", vm);
    }
}
