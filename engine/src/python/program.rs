//! One program from its first line to its end: compiling and running it as `__main__`, and the
//! exit code that it leaves, as `python3` would.

use std::ffi::OsString;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::thread::ThreadId;

use loopscope_protocol::{Dialect, Event, ExitHow, LoopId, Word};
use nix::sys::signal::{SigSet, Signal};
use parking_lot::Mutex;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyCode, PyDictRef, PyStrRef};
use rustpython_vm::scope::Scope;
use rustpython_vm::{AsObject, Py, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::ending::{Ending, INTERRUPTED, announce, ended, settle};
use super::flags::Flags;
use super::parts::language;
use super::start::{self, Setup, Startup};
use super::{locks, output, readable_name, streams};
use crate::options::{DIALECT, Options, Program};
use crate::run::Run;

/// The start symbol of a whole file for the compiler.
const FILE_INPUT: i32 = 257;

/// The interpreter's first thread, and the signals that were blocked there when it was last asked.
static SIGNALS: Mutex<Option<(ThreadId, SigSet)>> = Mutex::new(None);

/// The signals that are blocked in the interpreter's first thread: those that the parent blocked, and
/// what the program has blocked since. In the threads that it starts all are blocked, by us.
pub(super) fn signals() -> SigSet {
    let mut known = SIGNALS.lock();
    let here = std::thread::current().id();
    match *known {
        Some((first, blocked)) if first != here => blocked,
        _ => {
            let blocked = SigSet::thread_get_mask().unwrap_or_else(|_| SigSet::empty());
            *known = Some((here, blocked));
            blocked
        }
    }
}

/// The folder that places are shown relative to.
pub(crate) fn folder(program: &Program) -> PathBuf {
    let here = || std::env::current_dir().unwrap_or_default();
    match program {
        Program::File(path) => {
            let path = resolved(path);
            match path.parent() {
                Some(folder) if !path.is_dir() => folder.to_path_buf(),
                _ => path,
            }
        }
        Program::Code(_) | Program::Module(_) => here(),
    }
}

/// The file with symbolic links followed, as CPython does for `sys.path[0]`.
fn resolved(path: &Path) -> PathBuf {
    path.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned())
}

/// The dialect of the program that started this process as its `sys.executable`.
pub(crate) fn inherited_dialect() -> Dialect {
    #[expect(clippy::disallowed_methods, reason = "it is how the parent names the dialect")]
    let word = std::env::var(DIALECT).unwrap_or_default();
    Dialect::parse(&word).unwrap_or(Dialect::Cpython)
}

/// Runs the program of a child process, with records where they are on.
pub(crate) fn run(options: &Options) -> i32 {
    let flags = Flags::default().with_environment();
    #[allow(clippy::cast_possible_truncation, reason = "32 bits are what the interpreter takes")]
    let setup = Setup { flags: &flags, hash_seed: Some(options.seed as u32), hooked: true };
    whole_life(options, &setup, None)
}

/// Runs a program as `python3` does, without records.
pub(crate) fn run_as_python(options: &Options, flags: &Flags, from_stdin: bool) -> i32 {
    let flags = flags.clone().with_environment();
    let hash_seed = flags.hash_seed.flatten();
    let setup = Setup { flags: &flags, hash_seed, hooked: false };
    let source = from_stdin.then(|| {
        let mut source = Vec::new();
        let _ = io::stdin().read_to_end(&mut source);
        source
    });
    let code = whole_life(options, &setup, source);
    if code == INTERRUPTED {
        die_of_interrupt();
    }
    code
}

/// Leaves as a process leaves that nobody told what to do on an interrupt.
fn die_of_interrupt() {
    use rustpython_vm::host_env::signal;
    if signal::set_sigint_default_onstack().is_ok() {
        let _ = signal::send_sigint_to_self();
    }
}

fn whole_life(options: &Options, setup: &Setup<'_>, source: Option<Vec<u8>>) -> i32 {
    locks::this_is_main();
    let interpreter = without_interrupts(|| start::interpreter(setup));
    let code = interpreter.enter(|vm| {
        let ending = match ready(vm, options, setup) {
            Ok(()) => live(vm, options, source),
            Err(raised) => {
                vm.print_exception(&raised);
                Ending::new(1, ExitHow::Exception, "The interpreter could not be set up.")
            }
        };
        let ending = settle(vm, ending);
        announce(&ending);
        ending.code
    });
    interpreter.enter(|vm| {
        // Otherwise it would be imported now, to ask whether there are threads. In a language of its own a
        // module of that name is the program's, and not the one to ask.
        if let Ok(modules) = vm.sys_module.get_attr("modules", vm)
            && (language().is_some() || modules.get_item("threading", vm).is_err())
        {
            let _ = modules.set_item("threading", vm.ctx.none(), vm);
        }
    });
    let finalized = interpreter.finalize(None);
    streams::finish();
    match i32::try_from(finalized) {
        Ok(flush_failed) if code == 0 => flush_failed,
        _ => code,
    }
}

/// Keeps an interrupt back until there is a handler for it, which the interpreter brings along.
fn without_interrupts<R>(work: impl FnOnce() -> R) -> R {
    let usual = signals();
    let mut kept_back = usual;
    kept_back.add(Signal::SIGINT);
    let _ = kept_back.thread_set_mask();
    let result = work();
    let _ = usual.thread_set_mask();
    result
}

/// Everything that is there before the first line.
fn ready(vm: &VirtualMachine, options: &Options, setup: &Setup<'_>) -> PyResult<()> {
    let folder = &Run::current().folder;
    let (first, path) = match &options.program {
        Program::File(file) => (file.clone().into_os_string(), Some(folder.as_path())),
        Program::Code(_) => ("-c".into(), Some(Path::new(""))),
        Program::Module(_) => ("-m".into(), Some(folder.as_path())),
    };
    let argv: Vec<OsString> = std::iter::once(first).chain(options.args.iter().cloned()).collect();
    let first_path = path.filter(|_| !setup.flags.safe_path);
    let startup = Startup { dialect: options.dialect, argv, first_path, flags: setup.flags };
    start::prepare_sys(vm, &startup)?;
    vm.ensure_main_module()?;
    streams::install(vm, setup.hooked)?;
    language().map_or(Ok(()), |language| (language.set_up_streams)(vm))
}

// ---- the program itself ----------------------------------------------------------------------

/// From before the first record to the end of the main program.
fn live(vm: &VirtualMachine, options: &Options, source: Option<Vec<u8>>) -> Ending {
    let run = Run::current();
    run.trace.before_the_start();
    let name = match &options.program {
        Program::File(path) => readable_name(path.file_name().unwrap_or(path.as_os_str())),
        Program::Code(_) if source.is_some() => "<stdin>".into(),
        Program::Code(_) => "<string>".into(),
        Program::Module(module) => module.into(),
    };
    run.trace.emit(
        LoopId::NONE,
        Event::RunStart {
            dialect: options.dialect,
            clock: options.clock,
            wall_start: options.wall_start_ns,
            seed: options.seed,
            ties: options.ties,
            file: run.trace.name(&name),
        },
    );
    match &options.program {
        Program::File(path) if path.is_dir() || is_archive(path) => archive(vm, path),
        Program::File(path) => file(vm, path),
        Program::Code(code) => match source {
            Some(source) => code_named(vm, &source, "<stdin>"),
            None => code_named(vm, code.as_bytes(), "<string>"),
        },
        Program::Module(module) => {
            let ran = vm.run_module(module);
            ended(vm, ran, false)
        }
    }
}

fn is_archive(path: &Path) -> bool {
    let mut start = [0; 4];
    // What is read from a pipe is gone.
    path.is_file()
        && std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok()
        && start == *b"PK\x03\x04"
}

/// A folder or an archive with a `__main__.py` in it.
fn archive(vm: &VirtualMachine, path: &Path) -> Ending {
    let ran = vm
        .sys_module
        .get_attr("path", vm)
        .and_then(|list| vm.call_method(&list, "__setitem__", (0, vm.fsdecode(resolved(path)))))
        .and_then(|_| vm.import("runpy", 0))
        .and_then(|runpy| runpy.get_attr("_run_module_as_main", vm))
        .and_then(|run| run.call(("__main__", false), vm))
        .map(drop);
    ended(vm, ran, false)
}

fn file(vm: &VirtualMachine, path: &Path) -> Ending {
    let source = match std::fs::read(path) {
        Ok(source) => source,
        Err(error) => return unreadable(path, &error),
    };
    // Since 3.9 the name is absolute; before, it was as it was given.
    let name = match Run::current().dialect {
        Dialect::Cpython36 => path.to_owned(),
        _ => std::path::absolute(path).unwrap_or_else(|_| path.to_owned()),
    };
    let shown = readable_name(name.as_os_str());
    if shown.ends_with(".pyc") {
        let ran = vm.new_scope_with_main().and_then(|scope| vm.run_script(scope, &shown));
        return ended(vm, ran, false);
    }
    let main = match vm.main_namespace() {
        Ok(main) => main,
        Err(raised) => return ended(vm, Err(raised), false),
    };
    if let Err(raised) = describe_main(vm, &main, vm.fsdecode(&name)) {
        return ended(vm, Err(raised), false);
    }
    match compile(vm, &source, &shown) {
        Ok(code) => {
            let scope = Scope::with_builtins(None, main, vm);
            let ran = vm.run_code_obj(code.clone(), scope).map(drop);
            // By such a name nobody finds the file's lines for a traceback.
            if name.to_str().is_none() {
                keep_lines(vm, &code, &source, &ran);
            }
            ended(vm, ran, false)
        }
        Err(raised) => ended(vm, Err(raised), true),
    }
}

/// Keeps the lines of a program for its traceback, if there will be one.
fn keep_lines(vm: &VirtualMachine, code: &Py<PyCode>, source: &[u8], ran: &PyResult<()>) {
    if ran.as_ref().is_err_and(|raised| !raised.fast_isinstance(vm.ctx.exceptions.system_exit)) {
        let _ = vm.register_code_in_linecache(code, &String::from_utf8_lossy(source));
    }
}

fn compile(vm: &VirtualMachine, source: &[u8], name: &str) -> PyResult<PyRef<PyCode>> {
    if let Some(at) = source.iter().position(|&byte| byte == 0) {
        return Err(null_byte(vm, source, at, name));
    }
    if let Some(language) = language() {
        let source = vm.ctx.new_bytes(source.to_vec()).into();
        return (language.compile)(source, name, vm);
    }
    let code = vm.compile_string_object_with_flags(source, name, FILE_INPUT, 0, 14, -1)?;
    code.downcast().map_err(|_| vm.new_system_error("the compiler gave something else than code"))
}

fn null_byte(vm: &VirtualMachine, source: &[u8], at: usize, name: &str) -> PyBaseExceptionRef {
    #[allow(clippy::naive_bytecount, reason = "once in a program's life, when it cannot be run")]
    let line = source[..at].iter().filter(|&&byte| byte == b'\n').count() + 1;
    let syntax_error = vm.ctx.exceptions.syntax_error.to_owned();
    let text = "source code cannot contain null bytes";
    let error = vm.new_exception_msg(syntax_error, text.to_owned().into());
    let _ = error.as_object().set_attr("filename", vm.ctx.new_str(name), vm);
    let _ = error.as_object().set_attr("lineno", vm.ctx.new_int(line), vm);
    error
}

/// What a module that is run has beside its names.
fn describe_main(vm: &VirtualMachine, main: &PyDictRef, name: PyStrRef) -> PyResult<()> {
    let none = || -> PyObjectRef { vm.ctx.none() };
    main.set_item("__file__", name.clone().into(), vm)?;
    main.set_item("__cached__", none(), vm)?;
    main.set_item("__spec__", none(), vm)?;
    main.set_item("__package__", none(), vm)?;
    let machinery = vm.import("_frozen_importlib_external", 0)?;
    let loader = machinery.get_attr("SourceFileLoader", vm)?.call(("__main__", name), vm)?;
    main.set_item("__loader__", loader, vm)
}

/// Source text without a file. Its lines are shown in tracebacks all the same.
fn code_named(vm: &VirtualMachine, source: &[u8], name: &str) -> Ending {
    let main = match vm.main_namespace() {
        Ok(main) => main,
        Err(raised) => return ended(vm, Err(raised), false),
    };
    let code = match compile(vm, source, name) {
        Ok(code) => code,
        Err(raised) => return ended(vm, Err(raised), true),
    };
    let ran = vm.run_code_obj(code.clone(), Scope::with_builtins(None, main, vm)).map(drop);
    keep_lines(vm, &code, source, &ran);
    ended(vm, ran, false)
}

fn unreadable(path: &Path, error: &io::Error) -> Ending {
    let why = match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "you may not read it".to_owned(),
        _ => error.to_string(),
    };
    let text = format!(
        "loopscope: {} cannot be run, because {why}; check its name and try again.",
        path.display()
    );
    output::to_stderr(&format!("{text}\n"));
    Ending::new(2, ExitHow::Exit, text)
}
