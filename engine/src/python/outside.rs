//! What makes an automatic clock real: threads, sockets and waiting for descriptors.

use loopscope_protocol::ClockHow;
use nix::sys::signal::{SigSet, SigmaskHow};
use parking_lot::Mutex;
use rustpython_vm::builtins::{PyModule, PyStr};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{Py, PyResult, VirtualMachine};

use super::blocked::Starting;
use super::hooks::{class, wrap, wrap_method};
use super::parts::language;
use super::{locks, lookups, missing, readable};
use crate::run::Run;

/// A thread is a source of its own. It leaves all signals to the main thread, as CPython's do in
/// practice: the system prefers a process's first thread, and here Python does not run in that one.
pub(super) fn patch_thread(vm: &VirtualMachine, module: &Py<PyModule>) -> PyResult<()> {
    for name in ["start_new_thread", "start_new", "start_joinable_thread"] {
        wrap(vm, module, name, move |original, args, vm| {
            Run::current().outside(ClockHow::Thread);
            locks::threads_start();
            // What it starts inherits what is blocked now.
            let _ = super::program::signals();
            let before = SigSet::all().thread_swap_mask(SigmaskHow::SIG_BLOCK);
            // Of the others the function is named where it fails.
            let args = if name == "start_joinable_thread" { counted(args, vm) } else { args };
            let started = original.call(args, vm);
            if let Ok(before) = before {
                let _ = before.thread_set_mask();
            }
            started
        })?;
    }
    name_threads(vm, module)?;
    locks::patch(vm, module)
}

/// What a new thread is to run; the virtual clock waits for it from the moment it was asked for.
fn counted(mut args: FuncArgs, vm: &VirtualMachine) -> FuncArgs {
    if Run::current().clock.is_virtual()
        && let Some(function) = args.args.first_mut().filter(|function| function.is_callable())
    {
        let (run, starting) = (function.clone(), Mutex::new(Some(Starting::new())));
        *function = vm
            .new_function("start", move |args: FuncArgs, vm: &VirtualMachine| {
                // Here the interpreter counts it.
                drop(starting.lock().take());
                run.call(args, vm)
            })
            .into();
    }
    args
}

/// The system's name of a thread is for the curious only. One that it cannot have is spelled out, as
/// CPython replaces what is wrong in it: an error here would keep the thread from starting, and who
/// started it waiting.
fn name_threads(vm: &VirtualMachine, module: &Py<PyModule>) -> PyResult<()> {
    if module.get_attr("set_name", vm).is_err() {
        return Ok(());
    }
    wrap(vm, module, "set_name", |original, args, vm| {
        let given = args.args.first().or_else(|| args.kwargs.get("name"));
        let name = given.and_then(|name| name.downcast_ref::<PyStr>());
        match name {
            Some(name) if !name.is_utf8() => original.call((readable(name).into_owned(),), vm),
            _ => original.call(args, vm),
        }
    })
}

/// The methods of a socket that speak to the outside. Making one does not.
const SOCKET_METHODS: [&str; 14] = [
    "accept",
    "_accept",
    "bind",
    "connect",
    "connect_ex",
    "listen",
    "recv",
    "recv_into",
    "recvfrom",
    "recvfrom_into",
    "recvmsg",
    "send",
    "sendall",
    "sendto",
];

/// A socket's operations.
pub(super) fn patch_socket(vm: &VirtualMachine, module: &Py<PyModule>) -> PyResult<()> {
    if let Some(socket) = class(vm, module, "socket") {
        missing::add_to_socket(vm, &socket);
        for name in SOCKET_METHODS.into_iter().chain(["recvmsg_into", "sendmsg", "shutdown"]) {
            wrap_method(vm, &socket, name, |original, args, vm| {
                Run::current().outside(ClockHow::Socket);
                original.call(args, vm)
            });
        }
    }
    lookups::patch(vm, module, || Run::current().outside(ClockHow::Socket))
}

/// Waiting for descriptors without a loop.
pub(super) fn patch_select(vm: &VirtualMachine, module: &Py<PyModule>) -> PyResult<()> {
    wrap(vm, module, "select", |original, args, vm| {
        Run::current().outside(ClockHow::Socket);
        original.call(args, vm)
    })?;
    if let Some(language) = language() {
        (language.patch_select)(vm, module)?;
    }
    if let Some(epoll) = class(vm, module, "epoll") {
        wrap_method(vm, &epoll, "poll", |original, args, vm| {
            Run::current().outside(ClockHow::Socket);
            original.call(args, vm)
        });
    }
    Ok(())
}
