//! What a program does to processes and descriptors through `os` and `subprocess`: starting
//! others, copying itself, leaving at once, and reading and writing by number.

mod spawn;

use std::io;

use loopscope_protocol::{ClockHow, Event, ExitHow, LoopId, Stream, Text};
use nix::errno::Errno;
use nix::sys::signal::SigSet;
use rustpython_vm::builtins::PyModule;
use rustpython_vm::convert::ToPyException;
use rustpython_vm::function::{ArgBytesLike, FuncArgs};
use rustpython_vm::{Py, PyObject, PyResult, VirtualMachine};

use super::hooks::{fd_at, first_fd, may_go_real, source_of, wrap};
use super::output;
use crate::process;
use crate::run::Run;

/// The parts of `os` that matter here.
pub(super) fn patch_posix(vm: &VirtualMachine, module: &Py<PyModule>) -> PyResult<()> {
    for name in ["fork", "forkpty"] {
        wrap(vm, module, name, fork)?;
    }
    for name in ["posix_spawn", "posix_spawnp", "system"] {
        wrap(vm, module, name, start)?;
    }
    for name in ["execv", "execve"] {
        wrap(vm, module, name, become_another)?;
    }
    for name in ["abort", "kill", "killpg"] {
        wrap(vm, module, name, |original, args, vm| {
            // It may well be the last thing that this process does.
            Run::current().trace.flush();
            original.call(args, vm)
        })?;
    }
    for name in ["read", "readv", "writev", "sendfile"] {
        wrap(vm, module, name, |original, args, vm| {
            look_outside(vm, &args);
            original.call(args, vm)
        })?;
    }
    wrap(vm, module, "closerange", |original, args, vm| {
        let number = |at: usize| args.args.get(at)?.clone().try_into_value::<i32>(vm).ok();
        let (Some(from), Some(to)) = (number(0), number(1)) else {
            return original.call(args, vm);
        };
        for part in process::without_ours(from, to) {
            original.call(part, vm)?;
        }
        Ok(vm.ctx.none())
    })?;
    wrap(vm, module, "dup", |original, args, vm| {
        if let Some(output) = output::current()
            && first_fd(vm, &args).and_then(stream_of).is_some()
        {
            output.expect_others();
        }
        original.call(args, vm)
    })?;
    for (name, at) in [("dup2", 1), ("close", 0)] {
        wrap(vm, module, name, move |original, args, vm| {
            if let Some(output) = output::current()
                && let Some(stream) = fd_at(vm, &args, at).and_then(stream_of)
            {
                output.moves(stream);
            }
            original.call(args, vm)
        })?;
    }
    wrap(vm, module, "write", write)?;
    wrap(vm, module, "_exit", exit)?;
    for name in BY_NUMBER {
        wrap(vm, module, name, move |original, args, vm| {
            let ours = |at| fd_at(vm, &args, at).is_some_and(process::is_ours);
            if ours(0) || (name == "dup2" && ours(1)) {
                return Err(io::Error::from(Errno::EBADF).to_pyexception(vm));
            }
            original.call(args, vm)
        })?;
    }
    for name in ["isatty", "get_terminal_size"] {
        wrap(vm, module, name, |original, args, vm| original.call(at_destination(vm, args), vm))?;
    }
    Ok(())
}

/// What takes a descriptor by its number. To these there is none of ours, as there would not be
/// without us: programs that close whatever may be open do not mean the pipe of their records.
const BY_NUMBER: [&str; 24] = [
    "close",
    "dup",
    "dup2",
    "read",
    "readv",
    "pread",
    "preadv",
    "write",
    "writev",
    "pwrite",
    "pwritev",
    "sendfile",
    "lseek",
    "truncate",
    "ftruncate",
    "fstat",
    "fsync",
    "isatty",
    "ttyname",
    "get_blocking",
    "set_blocking",
    "get_inheritable",
    "set_inheritable",
    "fpathconf",
];

/// `fork` and `exec` in one.
pub(super) fn patch_subprocess(vm: &VirtualMachine, module: &Py<PyModule>) -> PyResult<()> {
    wrap(vm, module, "fork_exec", |original, args, vm| {
        starting(|| spawn::fork_exec(original, args, vm))
    })
}

/// Starts another process.
fn start(original: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    starting(|| original.call(args, vm))
}

/// Has `work` start another process: with the signals and the memory that it would have without us.
fn starting(work: impl FnOnce() -> PyResult) -> PyResult {
    Run::current().outside(ClockHow::Subprocess);
    if let Some(output) = output::current() {
        output.expect_others();
    }
    let mask = super::program::signals();
    let before = SigSet::thread_get_mask();
    let _ = mask.thread_set_mask();
    let result = process::unlimited(work);
    if let Ok(before) = before {
        let _ = before.thread_set_mask();
    }
    result
}

/// `exec`: what comes in the program's place finds its surroundings as they were before us. What it
/// prints goes to the host, since nobody is left in the process who could record it.
fn become_another(original: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let trace = &Run::current().trace;
    let call = || process::unlimited(|| original.call(args, vm));
    match output::current() {
        Some(output) if !process::is_copy() => {
            output.tick();
            output.while_passed_by(call)
        }
        _ => {
            trace.flush();
            call()
        }
    }
}

/// Copies the process.
fn fork(original: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    Run::current().outside(ClockHow::Subprocess);
    let own = std::process::id();
    let copy = || {
        let result = original.call(args, vm);
        if std::process::id() != own {
            process::now_a_copy();
            // The loop runs in the original; the copy may run one of its own.
            drop(vm.asyncio_running_loop.replace(None));
            drop(vm.asyncio_running_task.replace(None));
            let _ = super::program::signals().thread_set_mask();
        }
        result
    };
    match output::current() {
        None => copy(),
        Some(output) => {
            output.expect_others();
            output.while_copying(copy)
        }
    }
}

/// `os._exit`: nothing is cleaned up, but what was recorded goes out.
fn exit(original: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let code: Option<i32> = args.args.first().and_then(|code| code.clone().try_into_value(vm).ok());
    if let Some(code) = code
        && !process::is_copy()
    {
        let code = code & 0xff;
        if let Some(output) = output::current() {
            output.tick();
        }
        let text = format!("The program left at once, by os._exit({code}), without cleaning up.");
        let event = Event::ProgramExit { code, how: ExitHow::Lost, text: Text::FIRST };
        let trace = &Run::current().trace;
        trace.emit_with(LoopId::NONE, event, &[&text]);
        trace.flush();
    }
    original.call(args, vm)
}

/// Output goes on and into a record before the program goes on.
fn write(original: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    if let Some(output) = output::current()
        && let Some(stream) = first_fd(vm, &args).and_then(stream_of)
        && let [_, bytes] = &args.args[..]
    {
        let bytes: ArgBytesLike = bytes.clone().try_into_value(vm)?;
        bytes
            .with_ref(|bytes| output.bytes(stream, bytes))
            .map_err(|error| error.to_pyexception(vm))?;
        return Ok(vm.ctx.new_int(bytes.len()).into());
    }
    look_outside(vm, &args);
    original.call(args, vm)
}

const fn stream_of(fd: i32) -> Option<Stream> {
    match fd {
        1 => Some(Stream::Stdout),
        2 => Some(Stream::Stderr),
        _ => None,
    }
}

/// A pipe, a socket and a terminal are outside; a file is not.
fn look_outside(vm: &VirtualMachine, args: &FuncArgs) {
    if may_go_real()
        && let Some(fd) = first_fd(vm, args)
        // What goes to our own pipes only looks like one.
        && !(output::current().is_some() && stream_of(fd).is_some())
        && let Some(how) = source_of(fd)
    {
        // Writing to standard output or error is not a look outside, wherever they lead.
        if stream_of(fd).is_none() {
            Run::current().outside(how);
        }
    }
}

/// A question about descriptor 1 or 2 is about where it leads in the end.
fn at_destination(vm: &VirtualMachine, mut args: FuncArgs) -> FuncArgs {
    if let Some(output) = output::current()
        && let Some(stream) = first_fd(vm, &args).or(Some(1)).and_then(stream_of)
        && let Some(fd) = output.destination(stream)
    {
        let fd = vm.ctx.new_int(fd).into();
        match args.args.first_mut() {
            Some(first) => *first = fd,
            None => args.args.push(fd),
        }
    }
    args
}
