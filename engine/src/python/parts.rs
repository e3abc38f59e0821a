//! What an API of asyncio brings along to the interpreter: its modules, and what it changes in the
//! language. Each API has one table of it, and whoever begins a run installs that of its dialect.

use std::sync::OnceLock;

use rustpython_vm::builtins::{PyCode, PyModule, PyModuleDef};
use rustpython_vm::frozen::FrozenLib;
use rustpython_vm::signal::UserSignalSender;
use rustpython_vm::vm::Context;
use rustpython_vm::{Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

/// What one API brings.
pub(crate) struct Parts {
    /// Native modules, which replace the interpreter's own of the same names.
    pub(crate) native_modules: fn(&Context) -> Vec<&'static PyModuleDef>,
    /// Modules in Python, which do the same.
    pub(crate) frozen: &'static FrozenLib,
    /// The loop that `py` calls `loop`: the running one, or the one that `get_event_loop()` would
    /// give without making one.
    pub(crate) current_loop: fn(&VirtualMachine) -> Option<PyObjectRef>,
    /// The tasks that have not ended, by number, with their coroutines.
    pub(crate) unfinished: fn(&VirtualMachine) -> Vec<(u32, PyObjectRef)>,
    /// What one of its own objects is called in a value, such as `<Task 3>`.
    pub(crate) title: fn(&PyObject) -> Option<String>,
    /// What it changes, where its language is not CPython's.
    pub(crate) language: Option<Language>,
}

/// What a language changes in the interpreter's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Language {
    /// Is given what interrupts the interpreter.
    pub(crate) interrupt_by: fn(UserSignalSender),
    /// What is there before the first line of a program.
    pub(crate) set_up: fn(&VirtualMachine) -> PyResult<()>,
    /// The same, once there are standard streams.
    pub(crate) set_up_streams: fn(&VirtualMachine) -> PyResult<()>,
    /// Compiles a program.
    pub(crate) compile: fn(PyObjectRef, &str, &VirtualMachine) -> PyResult<PyRef<PyCode>>,
    /// Changes the module `select`.
    pub(crate) patch_select: fn(&VirtualMachine, &Py<PyModule>) -> PyResult<()>,
    /// Changes the module `time`.
    pub(crate) patch_time: fn(&VirtualMachine, &Py<PyModule>) -> PyResult<()>,
}

static PARTS: OnceLock<&'static Parts> = OnceLock::new();

/// Makes these the parts of this process's run.
pub(crate) fn install(parts: &'static Parts) {
    let _ = PARTS.set(parts);
}

/// The parts of this run.
pub(super) fn parts() -> &'static Parts {
    PARTS.get().expect("they are installed with the run, before the interpreter starts")
}

/// What the language of this run changes, if it is not CPython's.
pub(super) fn language() -> Option<Language> {
    parts().language
}

/// What an object of the API's is called in a value.
pub(super) fn title(object: &PyObject) -> Option<String> {
    (parts().title)(object)
}

/// The tasks that have not ended, with their coroutines.
pub(crate) fn unfinished(vm: &VirtualMachine) -> Vec<(u32, PyObjectRef)> {
    (parts().unfinished)(vm)
}

/// The current event loop, if there is one.
pub(crate) fn current_loop(vm: &VirtualMachine) -> Option<PyObjectRef> {
    (parts().current_loop)(vm)
}
