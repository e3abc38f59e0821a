//! `__import__` as the compiler and libraries of MicroPython call it.

use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine};

/// Lets `__import__` go without the namespace that it is called from, and take anything for the
/// names to import: only whether there are some counts.
pub(super) fn set_up(vm: &VirtualMachine) -> PyResult<()> {
    let original = vm.builtins.get_attr("__import__", vm)?;
    let import = move |mut args: FuncArgs, vm: &VirtualMachine| {
        let level = given(&args, 4, "level");
        let relative = level.map_or(Ok(false), |level| level.try_to_bool(vm))?;
        if relative && given(&args, 1, "globals").is_none_or(|globals| vm.is_none(&globals)) {
            set(&mut args, 1, "globals", vm.current_globals().into());
        }
        if let Some(names) = given(&args, 3, "fromlist")
            && !names.fast_isinstance(vm.ctx.types.tuple_type)
            && !names.fast_isinstance(vm.ctx.types.list_type)
            && !vm.is_none(&names)
        {
            // A name that every module has asks for the module itself, and imports nothing more.
            let any = names.try_to_bool(vm)?;
            let names = if any { vec![vm.ctx.new_str("__name__").into()] } else { Vec::new() };
            set(&mut args, 3, "fromlist", vm.ctx.new_tuple(names).into());
        }
        original.call(args, vm)
    };
    vm.builtins.set_attr("__import__", vm.new_function("__import__", import), vm)
}

fn given(args: &FuncArgs, at: usize, name: &str) -> Option<PyObjectRef> {
    args.args.get(at).or_else(|| args.kwargs.get(name)).cloned()
}

fn set(args: &mut FuncArgs, at: usize, name: &str, value: PyObjectRef) {
    match args.args.get_mut(at) {
        Some(place) => *place = value,
        None => _ = args.kwargs.insert(name.into(), value),
    }
}
