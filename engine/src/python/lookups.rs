//! What looking up a name gives, where the interpreter's functions tell it in other words than CPython's.

use rustpython_vm::builtins::{PyBaseExceptionRef, PyModule, PyTuple};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{
    AsObject as _, Py, PyObject, PyObjectRef, PyResult, TryFromObject as _, VirtualMachine,
};

use super::hooks::wrap;

/// The functions that look up names.
const FUNCTIONS: [&str; 5] =
    ["getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr", "getnameinfo"];

/// Where in a result of `getaddrinfo` its canonical name stands.
const CANONICAL_NAME: usize = 3;

/// Has them answer as CPython's do; `before` is called each time.
pub(super) fn patch(vm: &VirtualMachine, module: &Py<PyModule>, before: fn()) -> PyResult<()> {
    for name in FUNCTIONS {
        wrap(vm, module, name, move |original, args, vm| {
            before();
            original.call(args, vm).map_err(|error| in_two_parts(error, vm))
        })?;
    }
    wrap(vm, module, "getaddrinfo", addresses)
}

/// There must be a host or a port, and no canonical name is an empty one.
fn addresses(original: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let given = |at: usize, name: &str| {
        let value = args.args.get(at).or_else(|| args.kwargs.get(name));
        value.is_some_and(|value| !vm.is_none(value))
    };
    if !given(0, "host") && !given(1, "port") {
        let module = vm.import("_socket", 0)?;
        let error = module.get_attr("gaierror", vm)?;
        let number = module.get_attr("EAI_NONAME", vm)?;
        let error = error.call((number, "Name or service not known"), vm)?;
        return Err(PyBaseExceptionRef::try_from_object(vm, error)?);
    }
    let found = original.call(args, vm)?;
    let found = vm.extract_elements_with(&found, |each| Ok(with_name(each, vm)))?;
    Ok(vm.ctx.new_list(found).into())
}

fn with_name(found: PyObjectRef, vm: &VirtualMachine) -> PyObjectRef {
    let fields = found.downcast_ref::<PyTuple>().map(|fields| fields.as_slice().to_vec());
    let Some(mut fields) = fields else { return found };
    match fields.get_mut(CANONICAL_NAME) {
        Some(name) if vm.is_none(name) => *name = vm.ctx.new_str("").into(),
        _ => return found,
    }
    vm.ctx.new_tuple(fields).into()
}

/// An error of a lookup has a number and a text; the interpreter's has places for file names as well.
fn in_two_parts(error: PyBaseExceptionRef, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let args = error.args();
    if let [number, text, rest @ ..] = args.as_slice()
        && !rest.is_empty()
        && rest.iter().all(|each| vm.is_none(each))
    {
        let two = vm.ctx.new_tuple(vec![number.clone(), text.clone()]);
        let _ = error.as_object().set_attr("args", two, vm);
    }
    error
}
