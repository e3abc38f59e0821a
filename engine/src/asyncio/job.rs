//! What the loop's queue holds for Python, and how each of it runs.

use loopscope_protocol::{HandleId, TaskId};
use rustpython_vm::builtins::{PyBaseExceptionRef, PyFunction, PyStr};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload as _, PyRef, PyResult, VirtualMachine,
};

use super::event_loop::{LoopObject, PyLoop};
use super::handle::{HandleCell, PyHandle, Queued};
use super::task::PyTask;
use super::timer_handle::PyTimerHandle;
use super::{context, errors, registry, step};
use crate::core::{Job, JobRunner};
use crate::dialect::Rules;
use crate::process::is_copy;
use crate::python::{ending, may_have_threads, others_at_work, readable};
use crate::run::Run;

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
            cell.set_queued(if in_heap { Queued::Heap } else { Queued::Ready });
        }
    }

    fn left_queue(&self) {
        if let Some(cell) = self.cell() {
            cell.set_queued(Queued::Idle);
        }
    }
}

/// Runs Python for a loop.
pub(super) struct PyRunner<'a> {
    pub(super) event_loop: &'a Py<PyLoop>,
    pub(super) vm: &'a VirtualMachine,
}

impl JobRunner<PyJob> for PyRunner<'_> {
    type Escape = PyBaseExceptionRef;

    fn run(&self, job: PyJob) -> Result<(), Self::Escape> {
        if self.event_loop.debug() {
            return self.run_in_debug(&job);
        }
        let vm = self.vm;
        match &job {
            PyJob::Handle(handle) => run_handle(handle.as_object(), &handle.cell, After::LetGo, vm),
            PyJob::Timer(timer) => run_handle(timer.as_object(), &timer.cell, After::LetGo, vm),
            PyJob::Step(task, _) => self.run_step(task, None),
            PyJob::Wakeup(task, _, future) => self.run_step(task, Some(future)),
            PyJob::SelfPipe(_) => self.event_loop.process_self_pipe(vm),
        }
    }

    fn interrupted(&self) -> Result<(), Self::Escape> {
        rustpython_vm::signal::check_signals(self.vm)
    }

    fn self_pipe(&self, handle: HandleId) -> PyJob {
        PyJob::SelfPipe(handle)
    }

    fn who_hangs(&self) -> Option<String> {
        let run = Run::current();
        if !run.ends_deadlock && !run.trace.is_on() {
            return None;
        }
        let (event_loop, vm) = (self.event_loop, self.vm);
        let ask = || -> PyResult {
            let waiting = registry::submodule("_waiting", vm)?;
            waiting.get_attr("for_ever", vm)?.call((event_loop.to_owned(),), vm)
        };
        // What a program's objects do when they are looked at is no reason to end anything.
        let told = ask().ok()?.downcast::<PyStr>().ok()?;
        Some(readable(&told).into_owned())
    }

    fn has_company(&self) -> bool {
        may_have_threads()
    }

    fn others(&self) -> usize {
        others_at_work(self.vm)
    }

    fn hangs(&self, sentence: &str) {
        if Run::current().ends_deadlock && !is_copy() {
            ending::end_deadlock(sentence, self.vm);
        }
    }

    fn about_to_sleep(&self) -> Result<(), Self::Escape> {
        // A signal from before the loop could be woken by one wakes nobody.
        if self.event_loop.hear_signals(self.vm) { self.interrupted() } else { Ok(()) }
    }

    fn times_polls(&self) -> bool {
        // Later versions do not log it.
        Rules::is_3_6() && self.event_loop.debug()
    }

    fn polled(&self, timeout: Option<f64>, took: f64, found: usize) -> Result<(), Self::Escape> {
        let vm = self.vm;
        vm.call_method(self.event_loop.as_object(), "_report_poll", (timeout, took, found))?;
        Ok(())
    }

    fn blocking<R>(&self, poll: impl FnOnce() -> R) -> R {
        self.vm.allow_threads(poll)
    }
}

impl PyRunner<'_> {
    /// In debug mode whoever asks what runs now is told, and what took long is reported.
    fn run_in_debug(&self, job: &PyJob) -> PyResult<()> {
        let (event_loop, vm) = (self.event_loop.as_object(), self.vm);
        let (owner, cell) = match job {
            PyJob::Handle(handle) => (handle.as_object(), Some(&handle.cell)),
            PyJob::Timer(timer) => (timer.as_object(), Some(&timer.cell)),
            // Queued before the debug mode was switched on.
            PyJob::Step(task, _) | PyJob::Wakeup(task, ..) => (task.as_object(), None),
            PyJob::SelfPipe(_) => return self.event_loop.process_self_pipe(vm),
        };
        if cell.is_some() {
            event_loop.set_attr("_current_handle", owner.to_owned(), vm)?;
        }
        let start = self.event_loop.core.time();
        let result = match (job, cell) {
            (_, Some(cell)) => run_handle(owner, cell, After::Keep, vm),
            (PyJob::Step(task, _), _) => self.run_step(task, None),
            (PyJob::Wakeup(task, _, future), _) => self.run_step(task, Some(future)),
            _ => Ok(()),
        };
        let took = self.event_loop.core.time() - start;
        let result = result.and_then(|()| {
            let args = (owner.to_owned(), vm.ctx.new_float(took));
            vm.call_method(event_loop, "_report_slow", args).map(drop)
        });
        event_loop.set_attr("_current_handle", vm.ctx.none(), vm)?;
        if let Some(cell) = cell
            && cell.runs_once()
        {
            let_go(cell, vm);
        }
        result
    }

    /// Runs a step of a task of this loop. What the step itself raises, rather than its coroutine,
    /// is an error in a callback like any other.
    fn run_step(&self, task: &Py<PyTask>, done: Option<&PyObjectRef>) -> PyResult<()> {
        let vm = self.vm;
        let result = match done {
            Some(future) => step::wakeup(task, future, Some(self.event_loop), vm),
            None => step::step(task, None, Some(self.event_loop), vm),
        };
        let Err(error) = result else { return Ok(()) };
        if errors::escapes(&error, vm) {
            return Err(error);
        }
        let Some(event_loop) = task.cell.event_loop() else { return Err(error) };
        let call = vec![task.as_object().get_attr("_step", vm)?];
        let context = task.own.lock().context.clone();
        let id = crate::run::Run::current().ids.handle();
        let cell = HandleCell::new(id, call, context, event_loop, false);
        cell.set_queued(Queued::Idle);
        let handle = PyHandle { cell }.into_ref(&vm.ctx);
        raised(handle.as_object(), &handle.cell, error, vm)
    }
}

/// What becomes of a handle's callback and arguments once they have run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    /// They stay: the handle is somebody else's, who may run it again.
    Keep,
    /// They go, as far as they could lead back to the handle.
    LetGo,
}

/// Runs a handle's callback in its context. What it raises goes to the exception handler, unless
/// it leaves the loop at once.
pub(super) fn run_handle(
    owner: &PyObject,
    cell: &HandleCell,
    after: After,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let lets_go = after == After::LetGo && cell.runs_once();
    // A handle that runs once and that nobody else holds gives its callback away. One reference
    // is the queue's.
    let once = lets_go && owner.strong_count() == 1;
    let call = if once { std::mem::take(&mut *cell.call.lock()) } else { cell.call.lock().clone() };
    let given = if once { cell.context.lock().take() } else { cell.context.lock().clone() };
    if call.is_empty() {
        return Ok(());
    }
    let mut args = call;
    let callback = args.remove(0);
    // Needed only to tell what failed, and only while it still can be told.
    let kept = if cell.repeats { Vec::new() } else { args.clone() };
    let (given, result) = match given {
        Some(context) => context::run(context, vm, || callback.call(FuncArgs::from(args), vm)),
        None => (None, callback.call(FuncArgs::from(args), vm)),
    };
    match result {
        Ok(_) => {
            if once && let Some(context) = given {
                context::give_back(context, vm);
            } else if lets_go && !once {
                let_go(cell, vm);
            }
            Ok(())
        }
        Err(error) => {
            if once {
                // The exception handler runs in it.
                *cell.context.lock() = given;
            }
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
/// what could lead back to it; a plain function and plain values cannot, and stay for the repr.
fn let_go(cell: &HandleCell, vm: &VirtualMachine) {
    let call = cell.call.lock().clone();
    let Some((callback, args)) = call.split_first() else { return };
    let plain = callback.downcast_ref::<PyFunction>().is_some()
        && callback.get_attr("__closure__", vm).is_ok_and(|closure| vm.is_none(&closure));
    let keep = match plain {
        true if args.iter().all(|arg| is_plain(arg, vm)) => call.len(),
        true => 1,
        false => 0,
    };
    let gone = {
        let mut call = cell.call.lock();
        let keep = keep.min(call.len());
        call.split_off(keep)
    };
    drop(gone);
}

/// Whether a value refers to nothing else.
fn is_plain(value: &PyObject, vm: &VirtualMachine) -> bool {
    let types = &vm.ctx.types;
    let class = value.class();
    [types.str_type, types.int_type, types.float_type, types.bool_type, types.bytes_type]
        .iter()
        .any(|plain| class.is(*plain))
        || vm.is_none(value)
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
    context.set_item("exception", error.clone().into(), vm)?;
    context.set_item("handle", owner.to_owned(), vm)?;
    if let Some(source) = cell.source_traceback.lock().clone() {
        context.set_item("source_traceback", source, vm)?;
    }
    // The handler runs while the error is handled, so that what it raises has it as its context.
    let outer = vm.current_exception();
    vm.set_exception(Some(error));
    let result = vm.call_method(&cell.event_loop, "call_exception_handler", (context,));
    vm.set_exception(outer);
    result.map(drop)
}
