//! How the package `asyncio` finds the names that it has not imported yet.
//!
//! A module's own `__getattr__` would do, but the interpreter then looks up every attribute of that
//! module the long way, each time: also `asyncio.sleep` in the middle of a program's loop.

use std::sync::OnceLock;

use rustpython_vm::builtins::{PyModule, PyStr};
use rustpython_vm::{AsObject, Py, PyObject, PyResult, VirtualMachine};

type GetAttribute = fn(&PyObject, &Py<PyStr>, &VirtualMachine) -> PyResult;

/// The function of a module that is asked for what the module does not have.
const LOOK_UP: &str = "_look_up";

/// What finds an attribute of a module else.
static PLAIN: OnceLock<GetAttribute> = OnceLock::new();

/// Makes modules ask their `_look_up` before they fail.
pub(super) fn install(vm: &VirtualMachine) {
    let slot = &vm.ctx.types.module_type.slots().getattro;
    if let Some(plain) = slot.load()
        && PLAIN.set(plain).is_ok()
    {
        slot.store(Some(attribute));
    }
}

fn attribute(object: &PyObject, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
    let plain = PLAIN.get().expect("it is there before this function is in its place");
    let error = match plain(object, name, vm) {
        Err(error) if error.fast_isinstance(vm.ctx.exceptions.attribute_error) => error,
        other => return other,
    };
    let Some(module) = object.downcast_ref::<PyModule>() else { return Err(error) };
    match module.dict().get_item_opt(LOOK_UP, vm)? {
        Some(look_up) => look_up.call((name.to_owned(),), vm),
        None => Err(error),
    }
}
