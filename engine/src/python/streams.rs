//! `sys.stdout`, `sys.stderr` and `sys.stdin` as the program sees them: the interpreter's own
//! objects, of which a few methods are replaced on the instance. `print` spends its time there.

use std::io;
use std::os::fd::RawFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use loopscope_protocol::Stream;
use parking_lot::{Mutex, RwLock};
use rustpython_vm::builtins::PyStrRef;
use rustpython_vm::convert::ToPyException;
use rustpython_vm::function::{ArgBytesLike, ArgStrOrBytesLike, FuncArgs};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::hooks::{may_go_real, source_of};
use super::output::{self, Output};
use crate::dialect::Rules;
use crate::process::{fd, write_all};
use crate::run::Run;

/// The streams with our methods, for the time when there is no interpreter any more.
static STREAMS: Mutex<Vec<Arc<Text>>> = Mutex::new(Vec::new());

/// What was printed while the interpreter was taken apart goes out.
pub(super) fn finish() {
    for text in STREAMS.lock().iter() {
        if let Way::Direct(direct) = &text.way {
            let waiting = std::mem::take(&mut *direct.waiting.lock());
            if let Some(fd) = fd::borrow(direct.fd).filter(|_| !waiting.is_empty()) {
                let _ = write_all(fd, &waiting);
            }
        }
    }
}

/// How much text waits for a flush at most.
const CHUNK: usize = 8192;

/// The replaced methods.
const REPLACED: [&str; 4] = ["write", "flush", "close", "reconfigure"];

/// Puts our methods in place. `hooked`: the program runs under the run's clock.
pub(super) fn install(vm: &VirtualMachine, hooked: bool) -> PyResult<()> {
    for (name, stream, fd) in [("stdout", Stream::Stdout, 1), ("stderr", Stream::Stderr, 2)] {
        let object = vm.sys_module.get_attr(name, vm)?;
        if vm.is_none(&object) {
            continue;
        }
        let way = match output::current() {
            Some(output) => {
                take_raw(vm, output, stream, &object)?;
                Way::Taken(output, stream)
            }
            None => Way::Direct(Direct { fd, ..Direct::default() }),
        };
        replace(vm, &object, way)?;
    }
    if hooked && may_go_real() { watch_stdin(vm) } else { Ok(()) }
}

fn failed<T>(result: io::Result<T>, vm: &VirtualMachine) -> PyResult<T> {
    result.map_err(|error| error.to_pyexception(vm))
}

/// Which way text goes.
#[derive(Debug)]
enum Way {
    /// On and into records.
    Taken(&'static Output, Stream),
    /// To its descriptor.
    Direct(Direct),
}

/// A descriptor with CPython's buffering in front of it.
#[derive(Debug, Default)]
struct Direct {
    fd: RawFd,
    waiting: Mutex<Vec<u8>>,
    /// Each line is flushed, as on a terminal.
    by_line: AtomicBool,
    /// Everything is.
    at_once: AtomicBool,
}

impl Direct {
    fn text(&self, text: &[u8], vm: &VirtualMachine) -> io::Result<()> {
        let mut waiting = self.waiting.lock();
        waiting.extend_from_slice(text);
        let full = waiting.len() > CHUNK
            || self.at_once.load(Ordering::Relaxed)
            || (self.by_line.load(Ordering::Relaxed) && text.contains(&b'\n'));
        drop(waiting);
        if full { self.flush(vm) } else { Ok(()) }
    }

    fn flush(&self, vm: &VirtualMachine) -> io::Result<()> {
        let text = std::mem::take(&mut *self.waiting.lock());
        let Some(fd) = fd::borrow(self.fd).filter(|_| !text.is_empty()) else { return Ok(()) };
        let result = vm.allow_threads(|| write_all(fd, &text));
        if result.is_err() {
            // As with CPython it stays, and the flush at the end fails as well.
            let mut waiting = self.waiting.lock();
            let later = std::mem::replace(&mut *waiting, text);
            waiting.extend_from_slice(&later);
        }
        result
    }
}

/// What the replaced methods of one stream share.
#[derive(Debug)]
struct Text {
    way: Way,
    closed: AtomicBool,
    /// The error handler for what is not UTF-8.
    errors: RwLock<String>,
}

impl Text {
    fn write(&self, text: &[u8], vm: &VirtualMachine) -> PyResult<()> {
        let written = match &self.way {
            Way::Taken(output, stream) => output.text(*stream, text),
            Way::Direct(direct) => direct.text(text, vm),
        };
        failed(written, vm)
    }

    fn flush(&self, vm: &VirtualMachine) -> PyResult<()> {
        if self.closed.load(Ordering::Relaxed) {
            return Ok(());
        }
        let flushed = match &self.way {
            Way::Taken(output, stream) => output.flush(*stream),
            Way::Direct(direct) => direct.flush(vm),
        };
        failed(flushed, vm)
    }

    /// `write` of a string.
    fn write_str(&self, string: &PyStrRef, vm: &VirtualMachine) -> PyResult<usize> {
        if self.closed.load(Ordering::Relaxed) {
            return Err(vm.new_value_error("I/O operation on closed file."));
        }
        if let Some(valid) = string.to_str() {
            self.write(valid.as_bytes(), vm)?;
        } else {
            let errors = self.errors.read().clone();
            let bytes = vm.call_method(string.as_object(), "encode", ("utf-8", errors))?;
            let bytes: ArgBytesLike = bytes.try_into_value(vm)?;
            bytes.with_ref(|bytes| self.write(bytes, vm))?;
        }
        Ok(string.char_len())
    }

    /// Takes over how the object is set to buffer.
    fn buffer_as(&self, object: &PyObject, vm: &VirtualMachine) {
        let is = |name: &'static str| {
            object.get_attr(name, vm).is_ok_and(|value| value.is(&vm.ctx.true_value))
        };
        if let Way::Direct(direct) = &self.way {
            direct.by_line.store(is("line_buffering"), Ordering::Relaxed);
            direct.at_once.store(is("write_through"), Ordering::Relaxed);
        }
    }
}

fn is_utf8(encoding: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
    let name = encoding.str(vm)?.as_wtf8().to_string_lossy().to_ascii_lowercase();
    Ok(matches!(name.replace('_', "-").as_str(), "utf-8" | "utf8"))
}

/// Replaces the methods of a text stream. One in another encoding keeps its own.
fn replace(vm: &VirtualMachine, object: &PyObjectRef, way: Way) -> PyResult<()> {
    let encoding = object.get_attr("encoding", vm)?;
    if !is_utf8(&encoding, vm)? {
        return by_line(vm, object);
    }
    let errors = object.get_attr("errors", vm)?.str(vm)?;
    let text = Arc::new(Text {
        way,
        closed: AtomicBool::new(false),
        errors: RwLock::new(errors.as_wtf8().to_string_lossy().into_owned()),
    });
    text.buffer_as(object, vm);
    STREAMS.lock().push(Arc::clone(&text));

    let state = Arc::clone(&text);
    if Rules::current().is_micropython() {
        let write = move |data: ArgStrOrBytesLike, vm: &VirtualMachine| match data {
            ArgStrOrBytesLike::Str(string) => state.write_str(&string, vm),
            ArgStrOrBytesLike::Buf(bytes) => {
                bytes.with_ref(|bytes| state.write(bytes, vm)).map(|()| bytes.len())
            }
        };
        object.set_attr("write", vm.new_function("write", write), vm)?;
    } else {
        let write = vm.new_function("write", move |string: PyStrRef, vm: &VirtualMachine| {
            state.write_str(&string, vm)
        });
        object.set_attr("write", write, vm)?;
    }

    let state = Arc::clone(&text);
    let flush_buffer = object.get_attr("flush", vm)?;
    let flush = vm.new_function("flush", move |vm: &VirtualMachine| {
        state.flush(vm)?;
        flush_buffer.call((), vm)
    });
    object.set_attr("flush", flush, vm)?;

    let state = Arc::clone(&text);
    let close_text = object.get_attr("close", vm)?;
    let close = vm.new_function("close", move |vm: &VirtualMachine| {
        let flushed = state.flush(vm);
        state.closed.store(true, Ordering::Relaxed);
        close_text.call((), vm)?;
        flushed
    });
    object.set_attr("close", close, vm)?;
    replace_reconfigure(vm, object, text)
}

/// `reconfigure`: with another encoding, the interpreter's own way to write takes over.
fn replace_reconfigure(vm: &VirtualMachine, object: &PyObjectRef, text: Arc<Text>) -> PyResult<()> {
    let original = object.get_attr("reconfigure", vm)?;
    let this = object.clone();
    let replaced = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult<()> {
        text.flush(vm)?;
        let given = |name: &str| args.kwargs.get(name).filter(|value| !vm.is_none(value)).cloned();
        let (encoding, errors) = (given("encoding"), given("errors"));
        if encoding.is_some() || errors.is_some() {
            let errors = match errors {
                Some(errors) => errors.str(vm)?.as_wtf8().to_string_lossy().into_owned(),
                None => "strict".to_owned(),
            };
            *text.errors.write() = errors;
        }
        let own = given("newline").is_some()
            || encoding.map_or(Ok(false), |name| is_utf8(&name, vm).map(|utf8| !utf8))?;
        original.call(args, vm)?;
        text.buffer_as(&this, vm);
        if !own || text.closed.load(Ordering::Relaxed) {
            return Ok(());
        }
        for name in REPLACED {
            this.del_attr(name, vm)?;
        }
        if matches!(text.way, Way::Taken(..)) { by_line(vm, &this) } else { Ok(()) }
    };
    object.set_attr("reconfigure", vm.new_function("reconfigure", replaced), vm)
}

/// Makes the interpreter's own way to write hand each line on, where output is taken.
fn by_line(vm: &VirtualMachine, object: &PyObject) -> PyResult<()> {
    if output::current().is_none() {
        return Ok(());
    }
    let yes = ("line_buffering".to_owned(), vm.ctx.true_value.clone().into());
    let args = FuncArgs { kwargs: [yes].into_iter().collect(), ..FuncArgs::default() };
    object.get_attr("reconfigure", vm)?.call(args, vm).map(drop)
}

/// What is written to the raw file under a taken stream is passed on and recorded as well.
fn take_raw(
    vm: &VirtualMachine,
    output: &'static Output,
    stream: Stream,
    object: &PyObject,
) -> PyResult<()> {
    let buffer = object.get_attr("buffer", vm)?;
    // Without buffering there is only the raw file.
    let raw = buffer.get_attr("raw", vm).unwrap_or(buffer);
    let write = move |bytes: ArgBytesLike, vm: &VirtualMachine| -> PyResult<usize> {
        failed(bytes.with_ref(|bytes| output.bytes(stream, bytes)), vm)?;
        Ok(bytes.len())
    };
    raw.set_attr("write", vm.new_function("write", write), vm)?;
    let isatty = vm.new_function("isatty", move || output.is_terminal(stream));
    raw.set_attr("isatty", isatty, vm)
}

/// A read of standard input is a look outside, unless it is a file or empty.
fn watch_stdin(vm: &VirtualMachine) -> PyResult<()> {
    const STDIN: RawFd = 0;
    let stdin = vm.sys_module.get_attr("stdin", vm)?;
    let Some(how) = source_of(STDIN).filter(|_| !vm.is_none(&stdin)) else { return Ok(()) };
    let watched = |name: &'static str, original: PyObjectRef| {
        vm.new_function(name, move |args: FuncArgs, vm: &VirtualMachine| {
            Run::current().outside(how);
            original.call(args, vm)
        })
    };
    let raw = stdin.get_attr("buffer", vm)?.get_attr("raw", vm)?;
    for name in ["readinto", "read", "readall"] {
        raw.set_attr(name, watched(name, raw.get_attr(name, vm)?), vm)?;
    }
    vm.builtins.set_attr("input", watched("input", vm.builtins.get_attr("input", vm)?), vm)
}
