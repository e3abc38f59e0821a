//! What futures and tasks have in common: a state, a result and callbacks.
//!
//! The interpreter's native classes cannot inherit methods that look at their own data, so
//! [`super::future::PyFuture`] and [`super::task::PyTask`] each hold one of these and share its
//! functions through the macro in `future.rs`.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};

use loopscope_protocol::{ChainId, FutureHow, FutureId, HandleHow};
use rustpython_derive::Traverse;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyTraceback};
use rustpython_vm::common::lock::PyMutex;
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine, function::FuncArgs,
};

use super::errors;
use super::event_loop::{LoopObject, PyLoop};
use super::future::PyFuture;
use super::task::PyTask;
use super::waiters::Waiters;
use super::wakeup::PyWakeup;
use crate::core::Trace;
use crate::python::frames;
use crate::python::value::Ended;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum State {
    Pending,
    Cancelled,
    Finished,
}

/// What happens when a future is done: a Python callable is called with it, or a task goes on.
#[derive(Clone, Debug, Traverse)]
pub(super) struct DoneCallback {
    /// The callable; for a wake-up, the task.
    pub(super) target: PyObjectRef,
    pub(super) context: Option<PyObjectRef>,
    #[pytraverse(skip)]
    pub(super) wakes: bool,
}

#[derive(Debug, Default, Traverse)]
pub(super) struct Data {
    pub(super) event_loop: Option<PyObjectRef>,
    pub(super) result: Option<PyObjectRef>,
    pub(super) exception: Option<PyBaseExceptionRef>,
    /// The traceback as it was when the exception was set: each `result()` raises it anew.
    pub(super) exception_traceback: Option<PyRef<PyTraceback>>,
    pub(super) source_traceback: Option<PyObjectRef>,
    pub(super) cancel_message: Option<PyObjectRef>,
    pub(super) cancelled_error: Option<PyBaseExceptionRef>,
    pub(super) callbacks: Vec<DoneCallback>,
    pub(super) awaited_by: Waiters,
}

#[derive(Debug, Traverse)]
pub(super) struct FutureCell {
    pub(super) data: PyMutex<Data>,
    #[pytraverse(skip)]
    state: AtomicU8,
    /// Yielded to a task that has not looked at it yet.
    #[pytraverse(skip)]
    pub(super) blocking: AtomicBool,
    /// An exception is there that nobody has looked at.
    #[pytraverse(skip)]
    pub(super) log_traceback: AtomicBool,
    /// The future's or the task's number, by which it hashes. 0 before `__init__`.
    #[pytraverse(skip)]
    pub(super) number: AtomicU32,
}

/// What a task or a future is called in a value: its class and its number.
pub(super) fn title(object: &PyObject) -> Option<String> {
    let cell = FutureCell::of(object)?;
    let letter = if object.downcast_ref::<PyTask>().is_some() { "" } else { "f" };
    Some(format!("<{} {letter}{}>", object.class().name(), cell.future_id().0))
}

impl FutureCell {
    pub(super) fn new() -> Self {
        Self {
            data: PyMutex::new(Data::default()),
            state: AtomicU8::new(State::Pending as u8),
            blocking: AtomicBool::new(false),
            log_traceback: AtomicBool::new(false),
            number: AtomicU32::new(0),
        }
    }

    /// The cell of a future or task, subclasses included.
    pub(super) fn of(object: &PyObject) -> Option<&Self> {
        if let Some(task) = object.downcast_ref::<PyTask>() {
            return Some(&task.cell);
        }
        object.downcast_ref::<PyFuture>().map(|future| &future.cell)
    }

    pub(super) fn state(&self) -> State {
        match self.state.load(Ordering::Acquire) {
            0 => State::Pending,
            1 => State::Cancelled,
            _ => State::Finished,
        }
    }

    fn set_state(&self, state: State) {
        self.state.store(state as u8, Ordering::Release);
    }

    pub(super) fn is_pending(&self) -> bool {
        self.state() == State::Pending
    }

    pub(super) fn event_loop(&self) -> Option<PyObjectRef> {
        self.data.lock().event_loop.clone()
    }

    pub(super) fn require_loop(&self, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
        self.event_loop().ok_or_else(|| vm.new_runtime_error("Future object is not initialized."))
    }

    /// The native loop that it belongs to, where that is one.
    pub(super) fn with_native<R>(
        &self,
        work: impl FnOnce(&rustpython_vm::Py<PyLoop>) -> R,
    ) -> Option<R> {
        let event_loop = self.event_loop()?;
        event_loop.downcast_ref::<PyLoop>().map(work)
    }

    pub(super) fn result(&self, vm: &VirtualMachine) -> PyResult {
        match self.state() {
            State::Pending => Err(errors::invalid_state(vm, "Result is not set.")),
            State::Cancelled => Err(self.make_cancelled_error(vm)),
            State::Finished => {
                self.log_traceback.store(false, Ordering::Relaxed);
                let data = self.data.lock();
                if let Some(exception) = &data.exception {
                    let exception = exception.clone();
                    let traceback = data.exception_traceback.clone();
                    drop(data);
                    exception.set_traceback(traceback);
                    return Err(exception);
                }
                Ok(data.result.clone().unwrap_or_else(|| vm.ctx.none()))
            }
        }
    }

    pub(super) fn exception(&self, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        match self.state() {
            State::Pending => Err(errors::invalid_state(vm, "Exception is not set.")),
            State::Cancelled => Err(self.make_cancelled_error(vm)),
            State::Finished => {
                self.log_traceback.store(false, Ordering::Relaxed);
                let data = self.data.lock();
                if let Some(exception) = &data.exception {
                    exception.set_traceback(data.exception_traceback.clone());
                }
                Ok(data.exception.clone().map(Into::into))
            }
        }
    }

    /// The `CancelledError` to raise; one that was kept is raised once.
    pub(super) fn make_cancelled_error(&self, vm: &VirtualMachine) -> PyBaseExceptionRef {
        let mut data = self.data.lock();
        if let Some(error) = data.cancelled_error.take() {
            return error;
        }
        let message = data.cancel_message.clone();
        drop(data);
        errors::cancelled(vm, message)
    }

    // ---- completing --------------------------------------------------------------------------

    pub(super) fn finish_result(
        &self,
        owner: &PyObject,
        result: PyObjectRef,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        self.data.lock().result = Some(result);
        self.set_state(State::Finished);
        self.done(owner, FutureHow::Result, vm)
    }

    pub(super) fn finish_exception(
        &self,
        owner: &PyObject,
        exception: PyBaseExceptionRef,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        {
            let mut data = self.data.lock();
            data.exception_traceback = exception.traceback();
            data.exception = Some(exception);
        }
        self.log_traceback.store(true, Ordering::Relaxed);
        self.set_state(State::Finished);
        self.done(owner, FutureHow::Exception, vm)
    }

    /// `Future.cancel`: says whether it was pending.
    pub(super) fn finish_cancelled(
        &self,
        owner: &PyObject,
        message: Option<PyObjectRef>,
        error: Option<PyBaseExceptionRef>,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        {
            let mut data = self.data.lock();
            data.cancel_message = message;
            data.cancelled_error = error;
        }
        self.set_state(State::Cancelled);
        self.done(owner, FutureHow::Cancelled, vm)
    }

    fn done(&self, owner: &PyObject, how: FutureHow, vm: &VirtualMachine) -> PyResult<()> {
        self.with_native(|event_loop| {
            let records = event_loop.core.records();
            if !records.is_on() {
                return;
            }
            let ended = self.ended(how, vm);
            match owner.downcast_ref::<PyTask>() {
                Some(task) => {
                    let raised = match how {
                        FutureHow::Result => ChainId::NONE,
                        _ => self.raised_at(records.trace()),
                    };
                    records.task_done_as(task.id(), how, raised, ended.as_ending());
                }
                None => records.future_done(self.future_id(), how, ended.as_ending()),
            }
        });
        let callbacks = std::mem::take(&mut self.data.lock().callbacks);
        for callback in callbacks {
            self.schedule(owner, callback, vm)?;
        }
        Ok(())
    }

    /// What it has ended by, as its record says it.
    fn ended(&self, how: FutureHow, vm: &VirtualMachine) -> Ended {
        let (result, error, message) = {
            let data = self.data.lock();
            let error = data.exception.clone().or_else(|| data.cancelled_error.clone());
            (data.result.clone(), error, data.cancel_message.clone())
        };
        match (how, error) {
            (FutureHow::Result, _) => Ended::by_result(result.as_deref(), vm),
            (_, Some(error)) => Ended::by_exception(&error, vm),
            (_, None) => Ended::by_exception(&errors::cancelled(vm, message), vm),
        }
    }

    /// The line that has raised what a task ended by.
    fn raised_at(&self, trace: &Trace) -> ChainId {
        let error = {
            let data = self.data.lock();
            data.exception.clone().or_else(|| data.cancelled_error.clone())
        };
        error.map_or(ChainId::NONE, |error| frames::raised(&error, trace))
    }

    pub(super) fn future_id(&self) -> FutureId {
        FutureId(self.number.load(Ordering::Relaxed))
    }

    /// Queues one done callback.
    pub(super) fn schedule(
        &self,
        owner: &PyObject,
        callback: DoneCallback,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let event_loop = self.require_loop(vm)?;
        if let Some(native) = event_loop.downcast_ref::<PyLoop>()
            && native.is_plain()
        {
            native.check_closed(vm)?;
            if callback.wakes
                && let Some(task) = callback.target.downcast_ref::<PyTask>()
            {
                native.queue_wakeup(task.to_owned(), owner.to_owned());
                return Ok(());
            }
            let args = vec![callback.target, owner.to_owned()];
            let context = match callback.context {
                Some(context) => context,
                None => super::context::copy(vm)?,
            };
            native.queue_call(args, context, HandleHow::DoneCallback, vm);
            return Ok(());
        }
        let target =
            if callback.wakes { PyWakeup::of(callback.target, vm) } else { callback.target };
        let mut args = FuncArgs::from(vec![target, owner.to_owned()]);
        super::context::add_to(&mut args, callback.context);
        vm.call_method(&event_loop, "call_soon", args)?;
        Ok(())
    }

    /// `add_done_callback`.
    pub(super) fn add_callback(
        &self,
        owner: &PyObject,
        callback: DoneCallback,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        if self.is_pending() {
            self.require_loop(vm)?;
            self.data.lock().callbacks.push(callback);
            Ok(())
        } else {
            self.schedule(owner, callback, vm)
        }
    }

    /// `remove_done_callback`: how many were removed. Comparing may run Python, so no lock is held.
    pub(super) fn remove_callbacks(
        &self,
        target: &PyObject,
        vm: &VirtualMachine,
    ) -> PyResult<usize> {
        self.require_loop(vm)?;
        let before = self.data.lock().callbacks.clone();
        let mut goes = vec![false; before.len()];
        for (callback, goes) in before.iter().zip(&mut goes) {
            *goes = !callback.wakes && vm.identical_or_equal(&callback.target, target)?;
        }
        // Only what is still the same entry goes: the comparison may have changed the list.
        let mut known = before.iter().zip(&goes);
        let mut gone = Vec::new();
        {
            let mut data = self.data.lock();
            let (out, kept) =
                std::mem::take(&mut data.callbacks).into_iter().partition(|callback| {
                    known.next().is_some_and(|(old, goes)| *goes && old.target.is(&callback.target))
                });
            data.callbacks = kept;
            gone.extend::<Vec<_>>(out);
        }
        // Dropping them may run code.
        drop(gone);
        Ok(goes.into_iter().filter(|goes| *goes).count())
    }

    /// `_callbacks`: pairs of callable and context, or `None`.
    pub(super) fn callbacks(&self, vm: &VirtualMachine) -> PyObjectRef {
        let callbacks = self.data.lock().callbacks.clone();
        if callbacks.is_empty() {
            return vm.ctx.none();
        }
        let pair = |callback: DoneCallback| {
            let DoneCallback { target, context, wakes } = callback;
            let target = if wakes { PyWakeup::of(target, vm) } else { target };
            let context = context.unwrap_or_else(|| vm.ctx.none());
            vm.ctx.new_tuple(vec![target, context]).into()
        };
        vm.ctx.new_list(callbacks.into_iter().map(pair).collect()).into()
    }

    // ---- reporting ---------------------------------------------------------------------------

    /// An exception that nobody looked at goes to the exception handler when its owner is dropped.
    pub(super) fn report_unretrieved(&self, owner: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        if !self.log_traceback.swap(false, Ordering::Relaxed) {
            return Ok(());
        }
        let (exception, event_loop, source) = {
            let data = self.data.lock();
            (data.exception.clone(), data.event_loop.clone(), data.source_traceback.clone())
        };
        let (Some(exception), Some(event_loop)) = (exception, event_loop) else { return Ok(()) };
        exception.set_traceback(self.data.lock().exception_traceback.clone());
        let context = vm.ctx.new_dict();
        let message = format!("{} exception was never retrieved", owner.class().name());
        context.set_item("message", vm.ctx.new_str(message).into(), vm)?;
        context.set_item("exception", exception.into(), vm)?;
        context.set_item("future", owner.to_owned(), vm)?;
        if let Some(source) = source {
            context.set_item("source_traceback", source, vm)?;
        }
        vm.call_method(&event_loop, "call_exception_handler", (context,))?;
        Ok(())
    }
}
