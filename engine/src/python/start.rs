//! Building the interpreter: its settings, its modules, and what `sys` says of it.

use std::ffi::OsString;
use std::path::Path;

use loopscope_protocol::Dialect;
use rustpython_vm::frozen::FrozenLib;
use rustpython_vm::signal::user_signal_channel;
use rustpython_vm::{Interpreter, PyObjectRef, PyResult, Settings, VirtualMachine};

use super::flags::Flags;
use super::parts::{language, parts};
use super::{annotations, await_text, dicts, hooks, tls, value, version};
use crate::dialect::Rules;

/// Modules in Python that both APIs need, and what looks into a held program.
const FROZEN: &FrozenLib = rustpython_vm::py_freeze!(dir = "package");

/// How to build the interpreter.
#[derive(Debug)]
pub(super) struct Setup<'a> {
    pub(super) flags: &'a Flags,
    /// The seed of hashes; `None`: another one each time.
    pub(super) hash_seed: Option<u32>,
    /// Whether what the program does with threads, processes, sockets and chance concerns the run.
    /// Its clock does in any case.
    pub(super) hooked: bool,
}

/// A new interpreter. There can be one a process.
pub(super) fn interpreter(setup: &Setup<'_>) -> Interpreter {
    tls::provide();
    let builder = Interpreter::builder(settings(setup));
    let ctx = builder.ctx.clone();
    let mut natives = rustpython_stdlib::stdlib_module_defs(&ctx);
    // Of two modules with one name the later one counts.
    natives.extend(hooks::definitions(hooks::originals(&ctx), setup.hooked));
    natives.extend((parts().native_modules)(&ctx));
    let builder = builder
        .add_native_modules(&natives)
        .add_frozen_modules(rustpython_pylib::FROZEN_STDLIB)
        .add_frozen_modules(FROZEN)
        .add_frozen_modules(parts().frozen);
    let (sender, channel) = user_signal_channel();
    value::stop_by(sender.clone());
    if let Some(language) = language() {
        (language.interrupt_by)(sender);
    }
    builder.init_hook(|vm| vm.set_user_signal_channel(channel)).build()
}

fn settings(setup: &Setup<'_>) -> Settings {
    let flags = setup.flags;
    let mut settings = Settings::default();
    settings.hash_seed = setup.hash_seed;
    settings.buffered_stdio = !flags.unbuffered;
    settings.ignore_environment = flags.ignore_environment;
    settings.isolated = flags.isolated;
    settings.import_site = !flags.no_site;
    settings.user_site_directory = !flags.no_user_site;
    settings.write_bytecode = !flags.no_bytecode;
    settings.safe_path = flags.safe_path;
    settings.dev_mode = flags.dev_mode;
    settings.optimize = flags.optimize;
    settings.verbose = flags.verbose;
    settings.bytes_warning = flags.bytes_warning;
    settings.xoptions.clone_from(&flags.options);
    settings.warnoptions.clone_from(&flags.warnings);
    settings.path_list.clone_from(&flags.path);
    settings.stdio_encoding = Some(flags.io_encoding.clone().unwrap_or_else(|| "utf-8".to_owned()));
    settings.stdio_errors.clone_from(&flags.io_errors);
    settings
}

/// What `sys` says before the program starts.
#[derive(Debug)]
pub(super) struct Startup<'a> {
    pub(super) dialect: Dialect,
    /// `sys.argv`.
    pub(super) argv: Vec<OsString>,
    /// `sys.path[0]`.
    pub(super) first_path: Option<&'a Path>,
    pub(super) flags: &'a Flags,
}

/// Sets them, and adds what `site` would add to the builtins.
pub(super) fn prepare_sys(vm: &VirtualMachine, startup: &Startup<'_>) -> PyResult<()> {
    version::install(vm, startup.dialect)?;
    dicts::install(vm);
    if let Some(language) = language() {
        (language.set_up)(vm)?;
    } else {
        await_text::install(vm, startup.dialect);
        annotations::install(vm, startup.dialect)?;
    }
    let sys = &vm.sys_module;
    let executable = std::env::current_exe().unwrap_or_default();
    for name in ["executable", "_base_executable"] {
        sys.set_attr(name, vm.fsdecode(&executable), vm)?;
    }
    let list = |items: Vec<PyObjectRef>| vm.ctx.new_list(items);
    let text = |item: OsString| -> PyObjectRef { vm.fsdecode(item).into() };
    let argv: Vec<PyObjectRef> = startup.argv.iter().cloned().map(text).collect();
    let original = std::iter::once(text(executable.into())).chain(argv.iter().cloned()).collect();
    sys.set_attr("orig_argv", list(original), vm)?;
    sys.set_attr("argv", list(argv), vm)?;
    // The library is inside the interpreter, so nothing of the machine's own Python is looked at.
    let path = startup.first_path.map(Path::to_path_buf).into_iter();
    let path = path.chain(startup.flags.path.iter().map(Into::into));
    sys.set_attr("path", list(path.map(|dir| text(dir.into_os_string())).collect()), vm)?;
    let own = vm.import("_loopscope_own", 0)?;
    own.get_attr("set_up", vm)?.call((Rules::of(startup.dialect).is_micropython(),), vm)?;
    if startup.flags.no_site { Ok(()) } else { builtins(vm) }
}

/// `exit`, `quit`, `copyright`, `credits`, `license` and `help`.
fn builtins(vm: &VirtualMachine) -> PyResult<()> {
    let site = vm.import("_sitebuiltins", 0)?;
    let quitter = site.get_attr("Quitter", vm)?;
    for name in ["exit", "quit"] {
        let quit = quitter.call((name, "Ctrl-D (i.e. EOF)"), vm)?;
        vm.builtins.set_attr(name, quit, vm)?;
    }
    let help = site.get_attr("_Helper", vm)?.call((), vm)?;
    vm.builtins.set_attr("help", help, vm)?;
    let printer = site.get_attr("_Printer", vm)?;
    let copyright = vm.sys_module.get_attr("copyright", vm)?;
    let copyright = printer.call(("copyright", copyright), vm)?;
    vm.builtins.set_attr("copyright", copyright, vm)?;
    let credits = "Loopscope runs Python with RustPython and its copy of the Python library.";
    vm.builtins.set_attr("credits", printer.call(("credits", credits), vm)?, vm)?;
    let license =
        "The Python library is under the PSF licence: https://docs.python.org/3/license.html";
    vm.builtins.set_attr("license", printer.call(("license", license), vm)?, vm)
}
