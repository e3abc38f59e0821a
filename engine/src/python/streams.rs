//! `sys.stdout`, `sys.stderr` and `sys.stdin` as the program sees them: the interpreter's own
//! objects, of which a few methods are replaced on the instance.

use std::io;
use std::os::fd::RawFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use loopscope_protocol::Stream;
use parking_lot::RwLock;
use rustpython_vm::builtins::PyStrRef;
use rustpython_vm::convert::ToPyException;
use rustpython_vm::function::{ArgBytesLike, FuncArgs};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::hooks::{may_go_real, source_of};
use super::output::{self, Output};
use crate::run::Run;

/// Puts our methods in place, where output is taken.
pub(super) fn install(vm: &VirtualMachine) -> PyResult<()> {
    if let Some(output) = output::current() {
        for (name, stream) in [("stdout", Stream::Stdout), ("stderr", Stream::Stderr)] {
            let object = vm.sys_module.get_attr(name, vm)?;
            if !vm.is_none(&object) {
                take(vm, output, stream, &object)?;
            }
        }
    }
    if may_go_real() {
        watch_stdin(vm)?;
    }
    Ok(())
}

fn failed<T>(result: io::Result<T>, vm: &VirtualMachine) -> PyResult<T> {
    result.map_err(|error| error.to_pyexception(vm))
}

/// What the replaced methods of one text stream share.
#[derive(Debug)]
struct Text {
    closed: AtomicBool,
    /// The error handler for what is not UTF-8.
    errors: RwLock<String>,
}

/// Replaces what writes: of the text stream, and of the raw file under it.
fn take(
    vm: &VirtualMachine,
    output: &'static Output,
    stream: Stream,
    object: &PyObjectRef,
) -> PyResult<()> {
    let errors = object.get_attr("errors", vm)?.str(vm)?;
    let text = Arc::new(Text {
        closed: AtomicBool::new(false),
        errors: RwLock::new(errors.as_wtf8().to_string_lossy().into_owned()),
    });

    let state = Arc::clone(&text);
    let write =
        vm.new_function("write", move |string: PyStrRef, vm: &VirtualMachine| -> PyResult<usize> {
            if state.closed.load(Ordering::Relaxed) {
                return Err(vm.new_value_error("I/O operation on closed file."));
            }
            if let Some(valid) = string.to_str() {
                failed(output.text(stream, valid.as_bytes()), vm)?;
            } else {
                let errors = state.errors.read().clone();
                let bytes = vm.call_method(string.as_object(), "encode", ("utf-8", errors))?;
                let bytes: ArgBytesLike = bytes.try_into_value(vm)?;
                failed(bytes.with_ref(|bytes| output.text(stream, bytes)), vm)?;
            }
            Ok(string.char_len())
        });
    object.set_attr("write", write, vm)?;

    let state = Arc::clone(&text);
    let flush_buffer = method(vm, object, "flush")?;
    let flush = vm.new_function("flush", move |vm: &VirtualMachine| {
        if !state.closed.load(Ordering::Relaxed) {
            failed(output.flush(stream), vm)?;
        }
        flush_buffer.call((), vm)
    });
    object.set_attr("flush", flush, vm)?;

    let state = Arc::clone(&text);
    let close_text = method(vm, object, "close")?;
    let close = vm.new_function("close", move |vm: &VirtualMachine| {
        failed(output.flush(stream), vm)?;
        state.closed.store(true, Ordering::Relaxed);
        close_text.call((), vm)
    });
    object.set_attr("close", close, vm)?;

    reconfigure(vm, object, text)?;
    take_raw(vm, output, stream, object)
}

/// A bound method as its class has it.
fn method(vm: &VirtualMachine, object: &PyObject, name: &'static str) -> PyResult {
    object.get_attr(name, vm)
}

/// `reconfigure`: with another encoding, the interpreter's own way to write takes over, and what
/// it writes arrives at the raw file.
fn reconfigure(vm: &VirtualMachine, object: &PyObjectRef, text: Arc<Text>) -> PyResult<()> {
    let original = method(vm, object, "reconfigure")?;
    let this = object.clone();
    let replaced = vm.new_function(
        "reconfigure",
        move |args: FuncArgs, vm: &VirtualMachine| -> PyResult<()> {
            let given =
                |name: &str| args.kwargs.get(name).filter(|value| !vm.is_none(value)).cloned();
            if let Some(errors) = given("errors") {
                *text.errors.write() = errors.str(vm)?.as_wtf8().to_string_lossy().into_owned();
            }
            let is_utf8 = |name: &str| {
                matches!(name.to_ascii_lowercase().replace('_', "-").as_str(), "utf-8" | "utf8")
            };
            let mut plain = given("newline").is_some();
            if let Some(encoding) = given("encoding") {
                plain |= !is_utf8(&encoding.str(vm)?.as_wtf8().to_string_lossy());
                if given("errors").is_none() {
                    "strict".clone_into(&mut text.errors.write());
                }
            }
            original.call(args.clone(), vm)?;
            if plain && !text.closed.load(Ordering::Relaxed) {
                for name in ["write", "flush", "close", "reconfigure"] {
                    this.del_attr(name, vm)?;
                }
                let mut line = FuncArgs::default();
                line.kwargs = [("line_buffering".to_owned(), vm.ctx.true_value.clone().into())]
                    .into_iter()
                    .collect();
                this.get_attr("reconfigure", vm)?.call(line, vm)?;
            }
            Ok(())
        },
    );
    object.set_attr("reconfigure", replaced, vm)
}

fn take_raw(
    vm: &VirtualMachine,
    output: &'static Output,
    stream: Stream,
    object: &PyObjectRef,
) -> PyResult<()> {
    let buffer = object.get_attr("buffer", vm)?;
    // Without buffering there is only the raw file.
    let raw = buffer.get_attr("raw", vm).unwrap_or(buffer);
    let write = vm.new_function(
        "write",
        move |bytes: ArgBytesLike, vm: &VirtualMachine| -> PyResult<usize> {
            failed(bytes.with_ref(|bytes| output.bytes(stream, bytes)), vm)?;
            Ok(bytes.len())
        },
    );
    raw.set_attr("write", write, vm)?;
    let isatty = vm.new_function("isatty", move || output.is_terminal(stream));
    raw.set_attr("isatty", isatty, vm)
}

/// A read of standard input is a look outside, unless it is a file or empty.
fn watch_stdin(vm: &VirtualMachine) -> PyResult<()> {
    const STDIN: RawFd = 0;
    let stdin = vm.sys_module.get_attr("stdin", vm)?;
    let Some(how) = source_of(STDIN).filter(|_| !vm.is_none(&stdin)) else { return Ok(()) };
    let raw = stdin.get_attr("buffer", vm)?.get_attr("raw", vm)?;
    for name in ["readinto", "read", "readall"] {
        let original = raw.get_attr(name, vm)?;
        let read = vm.new_function(name, move |args: FuncArgs, vm: &VirtualMachine| {
            Run::current().outside(how);
            original.call(args, vm)
        });
        raw.set_attr(name, read, vm)?;
    }
    let original = vm.builtins.get_attr("input", vm)?;
    let input = vm.new_function("input", move |args: FuncArgs, vm: &VirtualMachine| {
        Run::current().outside(how);
        original.call(args, vm)
    });
    vm.builtins.set_attr("input", input, vm)
}
