//! The native module `_loopscope_sync`: what the records are told of locks, queues and the like.
//! `package/asyncio/_sync.py` calls it, which is imported only where records are written.
//!
//! Who stands in line is seen where a task is suspended: the innermost frame is then that of a
//! method of the library which waits, and its `self` is what it waits at. So it does not matter by
//! which way a program came there, nor of which class its lock is.

#![allow(
    clippy::unwrap_used,
    reason = "the interpreter's `pyattr(once)` unwraps what it has just filled in"
)]

mod names;
mod told;

use std::sync::atomic::{AtomicBool, Ordering};

use loopscope_protocol::{FutureId, LoopId, ObjectId, On, SyncWaitHow, TaskId, Word};
use rustpython_vm::builtins::{PyCode, PyDict, PyInt};
use rustpython_vm::common::lock::PyRwLock;
use rustpython_vm::convert::IntoObject as _;
use rustpython_vm::frame::FrameObject;
use rustpython_vm::{AsObject as _, Py, PyObject, PyObjectRef, PyRef, VirtualMachine};

use super::event_loop::PyLoop;
use super::future_cell::FutureCell;
use super::registry;
use super::task::PyTask;
use crate::core::Records;
use crate::run::Run;

pub(super) use _loopscope_sync::module_def;

/// Where a thing has its number: nothing: it is none that is told of. Negative: that of the thing
/// whose part it is.
const NUMBER: &str = "_loopscope_number";

/// Where an iterator's queue has what the iterator waits for.
const AWAITED: &str = "_loopscope_awaited";

/// How a function of the library waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// At `self`.
    At(SyncWaitHow),
    /// For the futures `fs`, as `return_when` says.
    ForSome,
    /// For the future `fut`.
    ForOne,
}

/// The functions that wait. Their code is kept, so that nothing else comes to lie in its place.
static WAITS: PyRwLock<Vec<(PyRef<PyCode>, Wait)>> = PyRwLock::new(Vec::new());

/// Whether there are any.
static ANY_WAITS: AtomicBool = AtomicBool::new(false);

/// Whether there is anything that tasks may have at hand.
static ANY_AT_HAND: AtomicBool = AtomicBool::new(false);

/// How a function waits, if it is one that does.
pub(super) fn wait_of(code: &Py<PyCode>) -> Option<Wait> {
    if !ANY_WAITS.load(Ordering::Relaxed) {
        return None;
    }
    let waits = WAITS.read();
    waits.iter().find(|(other, _)| other.is(code)).map(|(_, wait)| *wait)
}

/// Tells what a task waits for that is about to be suspended: `frame` is its innermost one.
pub(super) fn tell_wait(
    records: Records<'_>,
    task: TaskId,
    on: On,
    wait: Wait,
    frame: &Py<FrameObject>,
    vm: &VirtualMachine,
) {
    let On::Future(future) = on else { return };
    let Ok(locals) = frame.f_locals(vm) else { return };
    let local = |name: &str| locals.get_item(name, vm).ok();
    match wait {
        Wait::At(how) => {
            let Some(thing) = local("self") else { return };
            let Some(own) = thing.dict() else { return };
            if let Some(todo) = own.get_item_opt(AWAITED, vm).ok().flatten() {
                records.future_needs(future, loopscope_protocol::NeedHow::Any);
                tell_links(records, future, &todo, vm);
                return;
            }
            let Some((id, is_part)) = number_of(&own, vm) else { return };
            let how = match how {
                // A queue's event says that all is done; what a barrier is made of only waits.
                SyncWaitHow::Wait if is_part && is_event(&thing) => SyncWaitHow::Join,
                _ if is_part => SyncWaitHow::Wait,
                how => how,
            };
            records.sync_wait(id, how, task, future);
        }
        Wait::ForSome => {
            let Some(futures) = local("fs") else { return };
            let when = local("return_when").and_then(|when| when.str(vm).ok());
            let how = match when.as_ref().and_then(|when| when.to_str()) {
                Some("FIRST_COMPLETED") => loopscope_protocol::NeedHow::Any,
                Some("FIRST_EXCEPTION") => loopscope_protocol::NeedHow::AllOrFailure,
                _ => loopscope_protocol::NeedHow::All,
            };
            records.future_needs(future, how);
            tell_links(records, future, &futures, vm);
        }
        Wait::ForOne => {
            if let Some(one) = local("fut") {
                link(records, future, &one);
            }
        }
    }
}

fn is_event(thing: &PyObject) -> bool {
    &*thing.class().name() == "Event"
}

/// A thing's number, and whether it is that of the thing whose part it is.
fn number_of(own: &Py<PyDict>, vm: &VirtualMachine) -> Option<(ObjectId, bool)> {
    let number = own.get_item_opt(NUMBER, vm).ok()??;
    let number: i64 = number.downcast_ref::<PyInt>()?.try_to_primitive(vm).ok()?;
    let id = u32::try_from(number.unsigned_abs()).ok().filter(|id| *id != 0)?;
    Some((ObjectId(id), number < 0))
}

/// Tells of all that is not done yet, in the order in which it was made.
fn tell_links(records: Records<'_>, future: FutureId, futures: &PyObject, vm: &VirtualMachine) {
    let Ok(all) = vm.extract_elements_with(futures, Ok) else { return };
    let open = all.iter().filter(|each| FutureCell::of(each).is_some_and(FutureCell::is_pending));
    let mut open: Vec<On> = open.map(|each| registry::awaited(each)).collect();
    open.sort_unstable();
    for on in open {
        records.future_link(future, on);
    }
}

fn link(records: Records<'_>, future: FutureId, needed: &PyObject) {
    let on = registry::awaited(needed);
    if on != On::Nothing {
        records.future_link(future, on);
    }
}

/// Tells what a new task has at hand: its coroutine's arguments, what belongs to the object whose
/// method it is, and the global variables that its code names.
pub(super) fn tell_at_hand(
    records: Records<'_>,
    task: TaskId,
    coroutine: &PyObject,
    vm: &VirtualMachine,
) {
    /// Of an object with more attributes than that nothing is looked at.
    const MOST: usize = 64;
    if !ANY_AT_HAND.load(Ordering::Relaxed) {
        return;
    }
    let Some(coroutine) = coroutine.downcast_ref::<rustpython_vm::builtins::PyCoroutine>() else {
        return;
    };
    let coroutine = coroutine.as_coro();
    let Some(frame) = coroutine.frame_opt() else { return };
    let mut found = Vec::new();
    let mut look = |value: &PyObject| {
        let id = value.dict().and_then(|own| number_of(&own, vm));
        if let Some((id, false)) = id {
            found.push(id);
        }
    };
    if let Ok(locals) = frame.locals(vm)
        && let Ok(locals) = locals.into_object().downcast::<PyDict>()
    {
        for (name, value) in locals {
            look(&value);
            let is_own = name.str(vm).is_ok_and(|name| name.as_wtf8() == "self");
            if is_own && let Some(own) = value.dict().filter(|own| own.__len__() <= MOST) {
                for (_, value) in own {
                    look(&value);
                }
            }
        }
    }
    let globals = frame.iframe().globals();
    let code = coroutine.code();
    for name in &code.names {
        if let Ok(Some(value)) = globals.get_item_opt(*name, vm) {
            look(&value);
        }
    }
    found.sort_unstable();
    found.dedup();
    for id in found {
        records.sync_user(id, task);
    }
}

/// The records of the loop that runs here.
fn records(vm: &VirtualMachine) -> Records<'static> {
    let on = registry::running_loop(vm)
        .and_then(|running| running.downcast_ref::<PyLoop>().map(|native| native.core.id()));
    Records::new(&Run::current().trace, on.unwrap_or(LoopId::NONE))
}

/// The task that runs here.
fn running(vm: &VirtualMachine) -> TaskId {
    let running = vm.asyncio_running_task.borrow();
    let task =
        running.as_ref().and_then(|task| task.downcast_ref::<PyTask>().map(|task| task.id()));
    task.unwrap_or(TaskId::NONE)
}

fn word<W: Word>(text: &str) -> W {
    W::parse(text).unwrap_or(W::ALL[0])
}

/// A number as a record has it; one that is too large for that is as large as there is.
fn count(object: &PyObjectRef, vm: &VirtualMachine) -> u32 {
    let number = object.downcast_ref::<PyInt>().map(|number| number.try_to_primitive::<i64>(vm));
    match number {
        Some(Ok(number)) => u32::try_from(number.max(0)).unwrap_or(u32::MAX),
        Some(Err(_)) => u32::MAX,
        None => 0,
    }
}

#[rustpython_vm::pymodule]
mod _loopscope_sync {
    use rustpython_vm::builtins::{PyCode, PyStrRef, PyTypeRef};
    use rustpython_vm::class::PyClassImpl;
    use rustpython_vm::function::FuncArgs;
    use rustpython_vm::{PyObjectRef, PyRef, PyResult, VirtualMachine};

    use super::told::PyTold;
    use super::{
        ANY_AT_HAND, ANY_WAITS, FutureCell, ObjectId, Ordering, PyTask, Run, SyncWaitHow, WAITS,
        Wait, Word, count, names, records, running, word,
    };
    use crate::asyncio::handle::PyHandle;
    use crate::asyncio::timer_handle::PyTimerHandle;
    use crate::core::{NewSync, SyncChange};
    use crate::python::readable;

    #[pyattr(name = "Told", once)]
    fn told_class(_vm: &VirtualMachine) -> PyTypeRef {
        PyTold::make_static_type()
    }

    /// An attribute that tells when it is set, by calling a function.
    #[pyfunction]
    fn told(
        name: PyStrRef,
        function: PyObjectRef,
        never: PyObjectRef,
        vm: &VirtualMachine,
    ) -> PyObjectRef {
        PyTold::of(name, function, never, vm)
    }

    /// A number for a thing.
    #[pyfunction]
    fn number() -> u32 {
        Run::current().ids.queue().0
    }

    #[derive(rustpython_vm::FromArgs)]
    struct NewArgs {
        #[pyarg(positional)]
        id: u32,
        #[pyarg(positional)]
        kind: String,
        #[pyarg(positional)]
        name: PyStrRef,
        #[pyarg(positional)]
        size: PyObjectRef,
        #[pyarg(positional)]
        owner: u32,
    }

    /// A thing exists.
    #[pyfunction]
    fn new(args: NewArgs, vm: &VirtualMachine) {
        let records = records(vm);
        let name = readable(&args.name);
        let new = NewSync {
            kind: word(&args.kind),
            name: if name.is_empty() {
                loopscope_protocol::NameId::NONE
            } else {
                records.trace().name(&name)
            },
            size: count(&args.size, vm),
            owner: ObjectId(args.owner),
        };
        records.sync_new(ObjectId(args.id), new);
        // Of locks and semaphores it is known who holds them.
        if !matches!(args.kind.as_str(), "lock" | "semaphore" | "bounded-semaphore") {
            ANY_AT_HAND.store(true, Ordering::Relaxed);
        }
    }

    #[pyfunction]
    fn named(id: u32, name: PyStrRef, vm: &VirtualMachine) {
        let records = records(vm);
        records.sync_name(ObjectId(id), records.trace().name(&readable(&name)));
    }

    /// What the line that made a thing calls it; nothing where it does not say.
    #[pyfunction]
    fn name_in_line(file: PyStrRef, line: usize, class: PyStrRef, nth: usize) -> Option<String> {
        names::in_line(&readable(&file), line, &readable(&class), nth)
    }

    /// A thing has changed, by the task that runs: its number.
    #[pyfunction]
    fn changed(
        id: u32,
        how: String,
        now: PyObjectRef,
        left: PyObjectRef,
        vm: &VirtualMachine,
    ) -> u32 {
        let task = running(vm);
        let (now, left) = (count(&now, vm), count(&left, vm));
        let change = SyncChange { how: word(&how), task, count: now, left };
        records(vm).sync_state(ObjectId(id), change);
        task.0
    }

    /// A function of the library waits in this way.
    #[pyfunction]
    fn waits(code: PyRef<PyCode>, how: String) {
        let wait = match (how.as_str(), SyncWaitHow::parse(&how)) {
            (_, Some(how)) => Wait::At(how),
            ("some", None) => Wait::ForSome,
            (_, None) => Wait::ForOne,
        };
        WAITS.write().push((code, wait));
        ANY_WAITS.store(true, Ordering::Relaxed);
    }

    /// How much of what a future needs is enough.
    #[pyfunction]
    fn needs(future: PyObjectRef, how: String) {
        if let Some(cell) = FutureCell::of(&future) {
            cell.with_native(|native| {
                native.core.records().future_needs(cell.future_id(), word(&how));
            });
        }
    }

    /// Calls a function that a signal from outside has caused.
    #[pyfunction]
    fn from_outside(function: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        crate::core::as_outside(|| function.call(args, vm))
    }

    /// A handle limits the time of a task.
    #[pyfunction]
    fn limits(task: PyObjectRef, handle: PyObjectRef) {
        let id = match handle.downcast_ref::<PyTimerHandle>() {
            Some(timer) => Some(timer.cell.id),
            None => handle.downcast_ref::<PyHandle>().map(|handle| handle.cell.id),
        };
        if let (Some(task), Some(id)) = (task.downcast_ref::<PyTask>(), id) {
            task.send(None, |records, task| records.task_timeout(task, id));
        }
    }
}
