//! Printing to a device of the program's own, which is given bytes.

use rustpython_vm::function::FuncArgs;
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};

/// Lets `print(..., file=device)` write bytes.
pub(super) fn set_up(vm: &VirtualMachine) -> PyResult<()> {
    let original = vm.builtins.get_attr("print", vm)?;
    let print = move |args: FuncArgs, vm: &VirtualMachine| {
        let device = match args.kwargs.get("file") {
            Some(file) if is_device(file, vm)? => file.clone(),
            _ => return original.call(args, vm),
        };
        let text = |name: &str, usual: &str| match args.kwargs.get(name) {
            Some(text) if !vm.is_none(text) => text.str(vm).map(|text| text.to_string()),
            _ => Ok(usual.to_owned()),
        };
        let (between, end) = (text("sep", " ")?, text("end", "\n")?);
        for (at, value) in args.args.iter().enumerate() {
            if at > 0 {
                write(&device, between.clone(), vm)?;
            }
            write(&device, value.str(vm)?.to_string(), vm)?;
        }
        write(&device, end, vm)?;
        Ok(vm.ctx.none())
    };
    vm.builtins.set_attr("print", vm.new_function("print", print), vm)
}

/// Whether it derives from `io.IOBase`, which is a class of its own here.
fn is_device(file: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
    let class: PyObjectRef = vm.import("_loopscope_modules", 0)?.get_attr("IOBase", vm)?;
    file.is_instance(&class, vm)
}

/// Writes a text to a stream; a device gets its bytes.
pub(super) fn write(file: &PyObject, text: String, vm: &VirtualMachine) -> PyResult<()> {
    if is_device(file, vm)? {
        vm.call_method(file, "write", (vm.ctx.new_bytes(text.into_bytes()),))?;
    } else {
        vm.call_method(file, "write", (text,))?;
    }
    Ok(())
}
