//! Stopping at lines of the program: at each of them, or at some.
//!
//! The interpreter tells of each line that it comes to, but only while somebody wants to know: then it
//! is slower, and else it costs nothing. It is told thread by thread, and wanted only of the thread
//! that runs the loop. Lines of the library are passed over.
//!
//! While it is wanted the program's own `sys.settrace` has no effect, and nothing is taken from a
//! program that traces itself.

use std::cell::Cell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use rustpython_vm::builtins::PyStrRef;
use rustpython_vm::frame::FrameObject;
use rustpython_vm::vm::thread::try_with_current_vm;
use rustpython_vm::{AsObject, Py, PyObjectRef, PyRef, VirtualMachine};

use super::{describe, readable};
use crate::core::is_quiet;
use crate::process::is_copy;

/// Is called at a line where the program is to be held: the place, and the function.
pub(crate) type AtLine = fn(&str, &str);

static AT_LINE: OnceLock<AtLine> = OnceLock::new();

/// What is wanted.
static WANTED: Mutex<Wanted> = Mutex::new(Wanted { next: false, places: Vec::new() });

#[derive(Debug)]
struct Wanted {
    /// The next line, whichever it is.
    next: bool,
    /// These lines, each as `file:line`.
    places: Vec<String>,
}

/// Some thread tells of lines.
static TELLING: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// This thread tells of lines.
    static TELLS: Cell<bool> = const { Cell::new(false) };
}

/// From now on, at lines, this is done.
pub(crate) fn hold_by(at_line: AtLine) {
    let _ = AT_LINE.set(at_line);
}

/// These lines are wanted from now on.
pub(crate) fn want(places: Vec<String>) {
    WANTED.lock().places = places;
}

/// Whether the thread that is told by [`go_on`] would tell of any line.
fn is_wanted() -> bool {
    let wanted = WANTED.lock();
    wanted.next || !wanted.places.is_empty()
}

/// The program, which is held on this thread, goes on; `next`: up to its next line. Says no where the
/// program traces itself.
pub(crate) fn go_on(vm: &VirtualMachine, next: bool) -> bool {
    WANTED.lock().next = next;
    // Where it is held at a line the interpreter is in the middle of telling of it, and would go on:
    // that ends at the next record.
    if TELLS.get() || !is_wanted() {
        return true;
    }
    if !vm.is_none(&vm.trace_func.borrow()) {
        return false;
    }
    let tell: PyObjectRef = vm.new_function("line", told).into();
    // What runs already, outside of what is to come.
    let mut at = vm.current_frame();
    while let Some(frame) = at {
        if is_own(&frame) {
            let _ = frame.as_object().set_attr("f_trace", tell.clone(), vm);
        }
        at = frame.f_back(vm);
    }
    vm.trace_func.replace(tell);
    vm.use_tracing.set(true);
    TELLS.set(true);
    TELLING.store(true, Ordering::Release);
    true
}

/// Whether some thread tells of lines, so that [`leave`] is to be called at the next record.
pub(crate) fn is_telling() -> bool {
    TELLING.load(Ordering::Acquire)
}

/// A record was made on this thread: if nobody wants to know of lines any more, it tells of none.
pub(crate) fn leave() {
    if !TELLS.get() || is_wanted() {
        return;
    }
    let left = try_with_current_vm(|vm| {
        vm.trace_func.replace(vm.ctx.none());
        vm.use_tracing.set(!vm.is_none(&vm.profile_func.borrow()));
    });
    if left.is_some() {
        TELLS.set(false);
        TELLING.store(false, Ordering::Release);
    }
}

fn is_own(frame: &Py<FrameObject>) -> bool {
    describe::is_of_the_program(frame.f_code().source_path().as_str())
}

/// The interpreter tells of something in a frame. What is given back is told of the rest of it.
#[expect(clippy::needless_pass_by_value, reason = "the interpreter hands its arguments over")]
fn told(
    frame: PyRef<FrameObject>,
    event: PyStrRef,
    _argument: PyObjectRef,
    vm: &VirtualMachine,
) -> PyObjectRef {
    if is_quiet() || is_copy() || !is_own(&frame) {
        return vm.ctx.none();
    }
    if event.to_str() == Some("line") {
        let code = frame.f_code();
        let file = describe::shown_file(code.source_path().as_str());
        let place = format!("{file}:{}", frame.lineno());
        let holds = {
            let mut wanted = WANTED.lock();
            std::mem::take(&mut wanted.next) || wanted.places.contains(&place)
        };
        if holds && let Some(at_line) = AT_LINE.get() {
            at_line(&place, &readable(&code.qualname.to_owned()));
        }
    }
    vm.trace_func.borrow().clone()
}
