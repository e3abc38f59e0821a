//! What the loop's queue holds for Python, and how each of it runs.

use loopscope_protocol::{HandleId, TaskId};
use rustpython_vm::builtins::{PyBaseExceptionRef, PyFunction};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::event_loop::{LoopObject, PyLoop};
use super::handle::{HandleCell, PyHandle, Stage};
use super::task::PyTask;
use super::timer_handle::PyTimerHandle;
use super::{context, errors, step};
use crate::core::{Host, Job};

/// One entry of the ready queue, the heap or the poller.
///
/// A task's steps are entries of their own, without a handle object: nobody could ever see it.
#[derive(Clone, Debug)]
pub(super) enum PyJob {
    Handle(PyRef<PyHandle>),
    Timer(PyRef<PyTimerHandle>),
    /// The first step of a task, or the one after a bare yield.
    Step(PyRef<PyTask>, HandleId),
    /// A step because this future is done.
    Wakeup(PyRef<PyTask>, HandleId, PyObjectRef),
    /// The reader of the self-pipe.
    SelfPipe(HandleId),
}

impl PyJob {
    pub(super) fn cell(&self) -> Option<&HandleCell> {
        match self {
            Self::Handle(handle) => Some(&handle.cell),
            Self::Timer(timer) => Some(&timer.cell),
            _ => None,
        }
    }
}

impl Job for PyJob {
    fn id(&self) -> HandleId {
        match self {
            Self::Handle(handle) => handle.cell.id,
            Self::Timer(timer) => timer.cell.id,
            Self::Step(_, id) | Self::Wakeup(_, id, _) | Self::SelfPipe(id) => *id,
        }
    }

    fn task(&self) -> TaskId {
        match self {
            Self::Step(task, _) | Self::Wakeup(task, ..) => task.id(),
            _ => TaskId::NONE,
        }
    }

    fn is_cancelled(&self) -> bool {
        self.cell().is_some_and(HandleCell::is_cancelled)
    }

    fn set_in_heap(&self, in_heap: bool) {
        if let Some(cell) = self.cell() {
            cell.set_stage(if in_heap { Stage::Heap } else { Stage::Ready });
        }
    }

    fn left_queue(&self) {
        if let Some(cell) = self.cell() {
            cell.set_stage(Stage::Idle);
        }
    }
}

/// Runs Python for a loop.
pub(super) struct PyHost<'a> {
    pub(super) event_loop: &'a Py<PyLoop>,
    pub(super) vm: &'a VirtualMachine,
}

impl Host<PyJob> for PyHost<'_> {
    type Escape = PyBaseExceptionRef;

    fn run(&self, job: PyJob) -> Result<(), Self::Escape> {
        let vm = self.vm;
        let debug_start = self.event_loop.debug().then(|| self.event_loop.core.time());
        let result = match &job {
            PyJob::Handle(handle) => run_handle(handle.as_object(), &handle.cell, vm),
            PyJob::Timer(timer) => run_handle(timer.as_object(), &timer.cell, vm),
            PyJob::Step(task, _) => step::step(task, None, vm),
            PyJob::Wakeup(task, _, future) => step::wakeup(task, future, vm),
            PyJob::SelfPipe(_) => self.event_loop.process_self_pipe(vm),
        };
        if let Some(start) = debug_start {
            let shown = match &job {
                PyJob::Handle(handle) => Some(handle.as_object()),
                PyJob::Timer(timer) => Some(timer.as_object()),
                PyJob::Step(task, _) | PyJob::Wakeup(task, ..) => Some(task.as_object()),
                PyJob::SelfPipe(_) => None,
            };
            if let Some(shown) = shown {
                let took = self.event_loop.core.time() - start;
                let args = (shown.to_owned(), vm.ctx.new_float(took));
                vm.call_method(self.event_loop.as_object(), "_report_slow", args)?;
            }
        }
        result
    }

    fn interrupted(&self) -> Result<(), Self::Escape> {
        rustpython_vm::signal::check_signals(self.vm)
    }

    fn self_pipe(&self, handle: HandleId) -> PyJob {
        PyJob::SelfPipe(handle)
    }

    fn blocking<R>(&self, poll: impl FnOnce() -> R) -> R {
        self.event_loop.hear_signals(self.vm);
        self.vm.allow_threads(poll)
    }
}

/// Runs a handle's callback in its context. What it raises goes to the exception handler, unless
/// it leaves the loop at once.
pub(super) fn run_handle(owner: &PyObject, cell: &HandleCell, vm: &VirtualMachine) -> PyResult<()> {
    // A handle that runs once and that nobody else holds gives its callback away. One reference
    // is the queue's.
    let once = !cell.repeats && owner.strong_count() == 1;
    let call = if once { std::mem::take(&mut *cell.call.lock()) } else { cell.call.lock().clone() };
    let given = if once { cell.context.lock().take() } else { cell.context.lock().clone() };
    if call.is_empty() {
        return Ok(());
    }
    let mut args = call;
    let callback = args.remove(0);
    // Needed only to tell what failed, and only while it still can be told.
    let kept = if cell.repeats { Vec::new() } else { args.clone() };
    let result = match &given {
        Some(context) => context::run(context, vm, || callback.call(FuncArgs::from(args), vm)),
        None => callback.call(FuncArgs::from(args), vm),
    };
    if once && let Some(context) = given {
        context::give_back(context, vm);
    }
    if !once && !cell.repeats {
        let_go(cell, &callback, vm);
    }
    match result {
        Ok(_) => Ok(()),
        Err(error) => {
            if !cell.repeats {
                let mut call = cell.call.lock();
                call.clear();
                call.push(callback);
                call.extend(kept);
            }
            raised(owner, cell, error, vm)
        }
    }
}

/// A handle that somebody kept has run. The collector does not look into handles, so it lets go of
/// what could lead back to it; a plain function cannot, and stays for the repr.
fn let_go(cell: &HandleCell, callback: &PyObject, vm: &VirtualMachine) {
    let plain = callback.downcast_ref::<PyFunction>().is_some()
        && callback.get_attr("__closure__", vm).is_ok_and(|closure| vm.is_none(&closure));
    let gone = {
        let mut call = cell.call.lock();
        let keep = usize::from(plain).min(call.len());
        call.split_off(keep)
    };
    drop(gone);
}

/// `Handle._run`'s except clauses.
fn raised(
    owner: &PyObject,
    cell: &HandleCell,
    error: PyBaseExceptionRef,
    vm: &VirtualMachine,
) -> PyResult<()> {
    if errors::escapes(&error, vm) {
        return Err(error);
    }
    let context = vm.ctx.new_dict();
    let reprs = super::registry::submodule("_reprs", vm)?;
    let message = reprs.get_attr("callback_message", vm)?.call((owner.to_owned(),), vm)?;
    context.set_item("message", message, vm)?;
    context.set_item("exception", error.into(), vm)?;
    context.set_item("handle", owner.to_owned(), vm)?;
    if let Some(source) = cell.source_traceback.lock().clone() {
        context.set_item("source_traceback", source, vm)?;
    }
    vm.call_method(&cell.event_loop, "call_exception_handler", (context,))?;
    Ok(())
}
