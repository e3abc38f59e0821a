//! `__import__` as the compiler and libraries of MicroPython call it, and which modules a program finds:
//! those that firmware has, and files.

use std::path::Path;

use rustpython_vm::builtins::{PyBaseExceptionRef, PyDictRef, PyList, PyStr, PyTuple};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::tracebacks::of_the_program;

/// What firmware has, on one port or another, as far as it is here. The rest of the interpreter's
/// library is not: programs ask for a module to find out where they run.
const FIRMWARE: [&str; 41] = [
    "__main__",
    "_asyncio",
    "_thread",
    "argparse",
    "array",
    "asyncio",
    "binascii",
    "builtins",
    "cmath",
    "collections",
    "cryptolib",
    "deflate",
    "errno",
    "framebuf",
    "gc",
    "hashlib",
    "heapq",
    "io",
    "json",
    "machine",
    "math",
    "micropython",
    "network",
    "os",
    "platform",
    "random",
    "re",
    "select",
    "socket",
    "ssl",
    "struct",
    "sys",
    "termios",
    "time",
    "tls",
    "uasyncio",
    "uctypes",
    "vfs",
    "websocket",
    "zlib",
    "_loopscope",
];

/// What the interpreter itself imports while a program runs, in the program's name: it cannot be told
/// from what the program imports.
const INTERPRETERS: [&str; 17] = [
    "abc",
    "codecs",
    "contextvars",
    "copy",
    "copyreg",
    "importlib",
    "linecache",
    "locale",
    "marshal",
    "pickle",
    "pyexpat",
    "resource",
    "runpy",
    "threading",
    "traceback",
    "warnings",
    "weakref",
];

/// Lets `__import__` go without the namespace that it is called from, and take anything for the
/// names to import: only whether there are some counts.
pub(super) fn set_up(vm: &VirtualMachine) -> PyResult<()> {
    let original = vm.builtins.get_attr("__import__", vm)?;
    let import = move |mut args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        refuse_hidden(&args, vm)?;
        if let Some(module) = inside(&args, vm)? {
            return Ok(module);
        }
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
        let names = given(&args, 3, "fromlist").filter(|_| !is_by_the_library(&args, vm));
        let module = original.call(args, vm).map_err(of_the_program)?;
        if let Some(names) = names {
            ask_for(&module, &names, vm).map_err(of_the_program)?;
        }
        Ok(module)
    };
    vm.builtins.set_attr("__import__", vm.new_function("__import__", import), vm)
}

/// Where a module has a function for what it lacks, what that raises is what the import raises.
fn ask_for(module: &PyObject, names: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let Some(names) = names.downcast_ref::<PyTuple>() else { return Ok(()) };
    if names.as_slice().is_empty() || vm.get_attribute_opt(module, "__getattr__")?.is_none() {
        return Ok(());
    }
    for name in names.iter().filter_map(|name| name.downcast_ref::<PyStr>()) {
        if name.to_str() != Some("*") {
            module.get_attr(name, vm)?;
        }
    }
    Ok(())
}

/// Refuses what a board has not.
fn refuse_hidden(args: &FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    let Some(name) = given(args, 0, "name") else { return Ok(()) };
    let Some(name) = name.downcast_ref::<PyStr>() else { return Ok(()) };
    let name = name.to_string();
    let is_plain = match given(args, 4, "level") {
        Some(level) => !level.try_to_bool(vm)?,
        None => true,
    };
    let top = name.split('.').next().unwrap_or_default();
    // Once the modules had names with a `u`.
    let firmware = |name: &str| FIRMWARE.contains(&name);
    let is_own = top.starts_with('_') || INTERPRETERS.contains(&top);
    if !is_plain || is_own || firmware(top) || top.strip_prefix('u').is_some_and(firmware) {
        return Ok(());
    }
    let globals = given(args, 1, "globals").and_then(|it| it.downcast().ok());
    // Before the program there is no namespace, and nothing to hide.
    let here = || vm.current_frame().map(|_| vm.current_globals());
    let Some(globals): Option<PyDictRef> = globals.or_else(here) else { return Ok(()) };
    let hidden = is_programs(&globals, vm) && !is_a_file(top, vm) && !is_put_there(&name, vm);
    if hidden { Err(missing(top, vm)) } else { Ok(()) }
}

/// The library's own module, for whoever means that one where the program has a file of the same name: the
/// library itself, and a program that has emptied the path to extend a module of firmware's.
fn inside(args: &FuncArgs, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    let Some(name) = given(args, 0, "name") else { return Ok(None) };
    let Some(text) = name.downcast_ref::<PyStr>().map(ToString::to_string) else {
        return Ok(None);
    };
    let top = text.split('.').next().unwrap_or_default();
    let level = given(args, 4, "level");
    let relative = level.map_or(Ok(false), |level| level.try_to_bool(vm))?;
    if relative || top == "__main__" || top.starts_with("_loopscope") {
        return Ok(None);
    }
    let is_put_there = is_put_there(top, vm);
    if !is_put_there && !is_a_file(top, vm) {
        return Ok(None);
    }
    let modules = vm.sys_module.get_attr("modules", vm)?;
    let Ok(language) = modules.get_item("_loopscope_language", vm) else { return Ok(None) };
    if is_by_the_library(args, vm) {
        let names = given(args, 3, "fromlist").unwrap_or_else(|| vm.ctx.none());
        let Ok(import) = language.get_attr("for_the_library", vm) else { return Ok(None) };
        let module = import.call((name, names), vm)?;
        return Ok(Some(module).filter(|module| !vm.is_none(module)));
    }
    if !is_put_there {
        if modules.get_item(top, vm).is_ok() {
            language.get_attr("give_way", vm)?.call((top.to_owned(),), vm)?;
        }
        return Ok(None);
    }
    let path = vm.sys_module.get_attr("path", vm)?;
    if !FIRMWARE.contains(&text.as_str()) || !path.length(vm).is_ok_and(|count| count == 0) {
        return Ok(None);
    }
    language.get_attr("inside", vm)?.call((name,), vm).map(Some)
}

/// Whether it is a module of the library that imports. asyncio's are Python on a board too, and find what
/// the program finds.
fn is_by_the_library(args: &FuncArgs, vm: &VirtualMachine) -> bool {
    let globals = given(args, 1, "globals").and_then(|it| it.downcast().ok());
    let here = || vm.current_frame().map(|_| vm.current_globals());
    let Some(globals): Option<PyDictRef> = globals.or_else(here) else { return false };
    let get = |name: &str| globals.get_item_opt(name, vm).ok().flatten();
    let name = get("__name__").and_then(|name| Some(name.downcast_ref::<PyStr>()?.to_string()));
    if name.is_none_or(|name| name.starts_with("_loopscope") || name.starts_with("asyncio")) {
        return false;
    }
    let origin = get("__spec__").and_then(|spec| spec.get_attr("origin", vm).ok());
    let origin = origin.as_ref().and_then(|origin| origin.downcast_ref::<PyStr>());
    origin.map(ToString::to_string).is_some_and(|origin| origin == "frozen")
}

/// Whether the namespace is one of the program's, and not one of the library's, which is frozen.
fn is_programs(globals: &PyDictRef, vm: &VirtualMachine) -> bool {
    let text = |name: &str| {
        let found = globals.get_item_opt(name, vm).ok().flatten()?;
        found.downcast_ref::<PyStr>().map(ToString::to_string)
    };
    text("__name__").is_some_and(|name| name == "__main__")
        || text("__file__").is_some_and(|file| !file.starts_with('<') && Path::new(&file).exists())
}

/// Whether the program has put something of its own into `sys.modules`: the library's are frozen.
fn is_put_there(name: &str, vm: &VirtualMachine) -> bool {
    let found =
        vm.sys_module.get_attr("modules", vm).and_then(|modules| modules.get_item(name, vm));
    let Ok(found) = found else { return false };
    let spec = found.get_attr("__spec__", vm).ok().filter(|spec| !vm.is_none(spec));
    let origin = spec.and_then(|spec| spec.get_attr("origin", vm).ok());
    let origin = origin.as_ref().and_then(|origin| origin.downcast_ref::<PyStr>());
    let origin = origin.map(ToString::to_string);
    origin.is_none_or(|origin| origin != "frozen" && origin != "built-in")
}

/// Whether a file or a folder of that name is where modules are looked for.
fn is_a_file(name: &str, vm: &VirtualMachine) -> bool {
    let Ok(path) = vm.sys_module.get_attr("path", vm) else { return true };
    let Some(path) = path.downcast_ref::<PyList>() else { return true };
    let folders: Vec<PyObjectRef> = path.borrow_vec().to_vec();
    folders.iter().any(|folder| {
        let Some(folder) = folder.downcast_ref::<PyStr>().map(ToString::to_string) else {
            return false;
        };
        let place = Path::new(&folder).join(name);
        place.is_dir() || place.with_extension("py").is_file()
    })
}

fn missing(name: &str, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let class = vm.ctx.exceptions.import_error.to_owned();
    vm.new_exception_msg(class, format!("no module named '{name}'").into())
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
