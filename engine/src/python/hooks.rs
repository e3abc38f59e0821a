//! Native modules of the interpreter of which some functions are replaced when they are first
//! imported. A module that is not imported costs nothing.

use std::io::IsTerminal;
use std::os::fd::RawFd;
use std::sync::OnceLock;

use loopscope_protocol::{ClockHow, ClockMode};
use rustix::fs::FileType;
use rustpython_vm::builtins::{PyModule, PyModuleDef, PyModuleSlots, PyTypeRef};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{Context, Py, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::{clock, locks, outside, processes, random, tls};
use crate::process::fd;
use crate::run::Run;

type Patch = fn(&VirtualMachine, &Py<PyModule>) -> PyResult<()>;
type Exec = fn(&VirtualMachine, &Py<PyModule>) -> PyResult<()>;

/// A module and what is done to it after it has set itself up.
struct Hook {
    module: &'static str,
    patch: Patch,
    /// How the module is initialised in our definition of it.
    exec: Exec,
}

macro_rules! hooks {
    ($($at:literal $module:literal $patch:path,)*) => {
        const HOOKS: &[Hook] =
            &[$(Hook { module: $module, patch: $patch, exec: exec::<$at> },)*];
        static ORIGINALS: [OnceLock<&'static PyModuleDef>; HOOKS.len()] =
            [const { OnceLock::new() }; HOOKS.len()];
    };
}

hooks! {
    0 "time" clock::patch_time,
    1 "_datetime" clock::patch_datetime,
    2 "_random" random::patch,
    3 "_thread" outside::patch_thread,
    4 "_socket" outside::patch_socket,
    5 "select" outside::patch_select,
    6 "posix" processes::patch_posix,
    7 "_posixsubprocess" processes::patch_subprocess,
    8 "_ssl" tls::patch,
    9 "_queue" locks::patch_queue,
}

/// Initialises a hooked module: as it does so itself, then our changes.
fn exec<const AT: usize>(vm: &VirtualMachine, module: &Py<PyModule>) -> PyResult<()> {
    if let Some(original) = ORIGINALS[AT].get() {
        original.exec_module(vm, module)?;
    }
    (HOOKS[AT].patch)(vm, module)
}

/// The modules whose hooks always count: those that read the clock, and what the interpreter lacks.
const ALWAYS: [&str; 3] = ["time", "_datetime", "_ssl"];

/// Our definitions of those modules of `defs` that have hooks: of `all`, or only of those whose
/// hooks always count.
pub(super) fn definitions(
    defs: impl IntoIterator<Item = &'static PyModuleDef>,
    all: bool,
) -> Vec<&'static PyModuleDef> {
    let mut ours = Vec::new();
    for def in defs {
        let Some(at) = HOOKS.iter().position(|hook| hook.module == def.name.as_str()) else {
            continue;
        };
        if !all && !ALWAYS.contains(&HOOKS[at].module) {
            continue;
        }
        if ORIGINALS[at].set(def).is_err() {
            continue;
        }
        let slots = PyModuleSlots { create: def.slots.create, exec: Some(HOOKS[at].exec) };
        let own = PyModuleDef { name: def.name, doc: def.doc, methods: def.methods, slots };
        ours.push(&*Box::leak(Box::new(own)));
    }
    ours
}

/// All modules of the interpreter that may have hooks.
pub(super) fn originals(ctx: &Context) -> Vec<&'static PyModuleDef> {
    let mut defs = rustpython_vm::stdlib::builtin_module_defs(ctx);
    defs.extend(rustpython_stdlib::stdlib_module_defs(ctx));
    defs
}

/// Replaces the function `name` by `f`, which gets the original. A function that this system does
/// not have is left out.
pub(super) fn wrap(
    vm: &VirtualMachine,
    module: &Py<PyModule>,
    name: &'static str,
    f: impl Fn(&PyObject, FuncArgs, &VirtualMachine) -> PyResult + Send + Sync + 'static,
) -> PyResult<()> {
    let Ok(original) = module.get_attr(name, vm) else { return Ok(()) };
    let function =
        vm.new_function(name, move |args: FuncArgs, vm: &VirtualMachine| f(&original, args, vm));
    module.set_attr(name, function, vm)
}

/// Replaces the method `name` of the class `class` of the module, as [`wrap`] does with functions.
pub(crate) fn wrap_method(
    vm: &VirtualMachine,
    class: &PyTypeRef,
    name: &'static str,
    f: impl Fn(&PyObject, FuncArgs, &VirtualMachine) -> PyResult + Send + Sync + 'static,
) {
    let interned = vm.ctx.intern_str(name);
    let Some(original) = class.get_attr(interned) else { return };
    // A native class lives as long as the process; this keeps one more reference to it.
    let owner: &'static PyTypeRef = Box::leak(Box::new(class.clone()));
    let method = vm
        .new_method(name, owner, move |args: FuncArgs, vm: &VirtualMachine| f(&original, args, vm));
    class.set_attr(interned, method.into());
}

/// A class of a module.
pub(super) fn class(
    vm: &VirtualMachine,
    module: &Py<PyModule>,
    name: &'static str,
) -> Option<PyTypeRef> {
    module.get_attr(name, vm).ok()?.downcast().ok()
}

/// The first argument as a descriptor.
pub(super) fn first_fd(vm: &VirtualMachine, args: &FuncArgs) -> Option<RawFd> {
    fd_at(vm, args, 0)
}

/// An argument as a descriptor.
pub(super) fn fd_at(vm: &VirtualMachine, args: &FuncArgs, at: usize) -> Option<RawFd> {
    let fd: PyObjectRef = args.args.get(at)?.clone();
    fd.try_into_value(vm).ok()
}

/// Whether the clock may still become real.
pub(super) fn may_go_real() -> bool {
    let clock = &Run::current().clock;
    clock.mode() == ClockMode::Auto && clock.is_virtual()
}

/// What kind of real source `fd` is.
pub(super) fn source_of(fd: RawFd) -> Option<ClockHow> {
    let fd = fd::borrow(fd)?;
    match FileType::from_raw_mode(rustix::fs::fstat(fd).ok()?.st_mode) {
        FileType::Fifo => Some(ClockHow::Pipe),
        FileType::Socket => Some(ClockHow::Socket),
        FileType::CharacterDevice if fd.is_terminal() => Some(ClockHow::Terminal),
        _ => None,
    }
}
