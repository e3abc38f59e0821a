//! `asyncio.Task`.

mod making;
mod steps;

use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, Ordering};

use loopscope_protocol::{ChainId, NameId, Place, TaskId};
use rustpython_derive::Traverse;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyType};
use rustpython_vm::common::hash::PyHash;
use rustpython_vm::common::lock::PyMutex;
use rustpython_vm::function::{FuncArgs, OptionalArg, PySetterValue};
use rustpython_vm::types::{
    Constructor, Destructor, Hashable, Initializer, Iterable, Representable,
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass,
};

use super::event_loop::{LoopObject, PyLoop};
use super::future::{CancelArgs, FutureMethods, PyFuture, cancel_any, future_slots, given};
use super::future_cell::{DoneCallback, FutureCell};
use super::future_iter::PyFutureIter;
use super::later::NothingElse;
use super::{registry, step};
use crate::core::{Records, Trace};
use crate::python::frames;
use crate::run::Run;

pub(super) use making::create;
pub(super) use steps::{end, queue_step, queue_step_with};

/// What only a task has.
#[derive(Debug, Default, Traverse)]
pub(super) struct Own {
    pub(super) coroutine: Option<PyObjectRef>,
    /// The future that it waits for.
    pub(super) waiter: Option<PyObjectRef>,
    pub(super) context: Option<PyObjectRef>,
    pub(super) name: Option<PyObjectRef>,
    /// An error to throw into the coroutine at its next step.
    pub(super) thrown: Option<PyBaseExceptionRef>,
    /// What records say of the coroutine, if somebody looks.
    #[pytraverse(skip)]
    pub(super) described: Option<(NameId, Place)>,
}

/// `asyncio.Task`: a coroutine that a loop drives, and the future of its result.
#[pyclass(name = "Task", module = "_asyncio", base = PyFuture, traverse)]
#[derive(Debug)]
pub(super) struct PyTask {
    base: PyFuture,
    pub(super) own: PyMutex<Own>,
    #[pytraverse(skip)]
    pub(super) must_cancel: AtomicBool,
    #[pytraverse(skip)]
    cancels: AtomicI32,
    #[pytraverse(skip)]
    log_destroy_pending: AtomicBool,
    /// The number in its default name, made into a string when somebody asks.
    #[pytraverse(skip)]
    default_name: AtomicU32,
    /// The line at which it goes on, if it has been suspended and somebody looks.
    #[pytraverse(skip)]
    pub(super) stands_at: AtomicU32,
}

impl std::ops::Deref for PyTask {
    type Target = PyFuture;

    fn deref(&self) -> &PyFuture {
        &self.base
    }
}

#[derive(rustpython_vm::FromArgs)]
pub(super) struct TaskArgs {
    #[pyarg(flatten)]
    _of_3_6: NothingElse,
    #[pyarg(any)]
    coro: PyObjectRef,
    #[pyarg(named, name = "loop", optional)]
    event_loop: Option<PyObjectRef>,
    #[pyarg(named, optional)]
    name: Option<PyObjectRef>,
    #[pyarg(named, optional)]
    context: Option<PyObjectRef>,
    #[pyarg(named, optional)]
    eager_start: Option<PyObjectRef>,
}

#[derive(rustpython_vm::FromArgs)]
struct StackArgs {
    #[pyarg(named, optional)]
    limit: Option<PyObjectRef>,
}

#[derive(rustpython_vm::FromArgs)]
struct PrintStackArgs {
    #[pyarg(named, optional)]
    limit: Option<PyObjectRef>,
    #[pyarg(named, optional)]
    file: Option<PyObjectRef>,
}

impl PyTask {
    fn empty() -> Self {
        Self {
            base: PyFuture { cell: FutureCell::new() },
            own: PyMutex::new(Own::default()),
            must_cancel: AtomicBool::new(false),
            cancels: AtomicI32::new(0),
            log_destroy_pending: AtomicBool::new(true),
            default_name: AtomicU32::new(0),
            stands_at: AtomicU32::new(0),
        }
    }

    pub(super) fn id(&self) -> TaskId {
        TaskId(self.cell.number.load(Ordering::Relaxed))
    }

    /// The line at which its next step goes on, or begins.
    pub(super) fn goes_on_at(&self, coroutine: &PyObject, trace: &Trace) -> ChainId {
        let line = ChainId(self.stands_at.load(Ordering::Relaxed));
        if line.is_some() { line } else { frames::start(coroutine, trace) }
    }

    /// The name that it has if none is given to it.
    fn default_name(&self) -> String {
        format!("Task-{}", self.default_name.load(Ordering::Relaxed))
    }

    /// Has its loop send a record about this task. `runs_on` is that loop where it is known.
    pub(super) fn send(
        &self,
        runs_on: Option<&Py<PyLoop>>,
        record: impl FnOnce(Records<'_>, TaskId),
    ) {
        if !Run::current().trace.is_on() {
            return;
        }
        if let Some(event_loop) = runs_on {
            record(event_loop.core.records(), self.id());
        } else {
            let record = |native: &Py<PyLoop>| record(native.core.records(), self.id());
            self.cell.with_native(record);
        }
    }
}

impl Constructor for PyTask {
    type Args = FuncArgs;

    fn py_new(_class: &Py<PyType>, _args: Self::Args, _vm: &VirtualMachine) -> PyResult<Self> {
        Ok(Self::empty())
    }
}

impl Initializer for PyTask {
    type Args = TaskArgs;

    fn init(zelf: &Py<Self>, args: Self::Args, vm: &VirtualMachine) -> PyResult<()> {
        let eager = match args.eager_start {
            Some(eager) => eager.try_to_bool(vm)?,
            None => false,
        };
        let optional = |value: Option<PyObjectRef>| value.filter(|value| !vm.is_none(value));
        let event_loop = match optional(args.event_loop) {
            Some(event_loop) => event_loop,
            None => registry::get_event_loop(vm)?,
        };
        let (name, context) = (optional(args.name), optional(args.context));
        making::set_up(zelf, event_loop, args.coro, name, context, eager, vm)
    }
}

future_slots!(PyTask);

#[pyclass(
    flags(BASETYPE, HAS_DICT, HAS_WEAKREF),
    with(FutureMethods, Constructor, Initializer, Destructor, Representable, Iterable, Hashable)
)]
impl PyTask {
    #[pymethod]
    fn set_result(_zelf: &Py<Self>, _result: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        Err(vm.new_runtime_error("Task does not support set_result operation"))
    }

    #[pymethod]
    fn set_exception(
        _zelf: &Py<Self>,
        _exception: PyObjectRef,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        Err(vm.new_runtime_error("Task does not support set_exception operation"))
    }

    #[pymethod]
    fn cancel(zelf: &Py<Self>, args: CancelArgs, vm: &VirtualMachine) -> PyResult<bool> {
        let message = args.message(vm)?;
        zelf.cell.log_traceback.store(false, Ordering::Relaxed);
        if !zelf.cell.is_pending() {
            return Ok(false);
        }
        zelf.cancels.fetch_add(1, Ordering::Relaxed);
        #[expect(
            clippy::redundant_closure_for_method_calls,
            reason = "the method alone has one lifetime, and is wanted for any"
        )]
        zelf.send(None, |records, id| records.task_cancel(id));
        let waiter = zelf.own.lock().waiter.clone();
        if let Some(waiter) = waiter
            && cancel_any(&waiter, message.clone(), vm)?
        {
            // The waiter's own end wakes the task.
            return Ok(true);
        }
        zelf.must_cancel.store(true, Ordering::Relaxed);
        zelf.cell.data.lock().cancel_message = message;
        Ok(true)
    }

    #[pymethod]
    fn cancelling(zelf: &Py<Self>) -> i32 {
        zelf.cancels.load(Ordering::Relaxed)
    }

    #[pymethod]
    fn uncancel(zelf: &Py<Self>) -> i32 {
        let before = zelf.cancels.load(Ordering::Relaxed);
        let left = (before - 1).max(0);
        zelf.cancels.store(left, Ordering::Relaxed);
        if before > 0 && left == 0 {
            zelf.must_cancel.store(false, Ordering::Relaxed);
        }
        left
    }

    #[pymethod]
    fn get_coro(zelf: &Py<Self>) -> Option<PyObjectRef> {
        zelf.own.lock().coroutine.clone()
    }

    #[pymethod]
    fn get_context(zelf: &Py<Self>) -> Option<PyObjectRef> {
        zelf.own.lock().context.clone()
    }

    #[pymethod]
    fn get_name(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let mut own = zelf.own.lock();
        own.name.get_or_insert_with(|| vm.ctx.new_str(zelf.default_name()).into()).clone()
    }

    #[pymethod]
    fn set_name(zelf: &Py<Self>, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let is_text = value.fast_isinstance(vm.ctx.types.str_type);
        let name = if is_text { value } else { value.str(vm)?.into() };
        zelf.own.lock().name = Some(name);
        Ok(())
    }

    #[pymethod]
    fn get_stack(zelf: &Py<Self>, args: StackArgs, vm: &VirtualMachine) -> PyResult {
        let limit = args.limit.unwrap_or_else(|| vm.ctx.none());
        let function = registry::submodule("base_tasks", vm)?.get_attr("_task_get_stack", vm)?;
        function.call((zelf.to_owned(), limit), vm)
    }

    #[pymethod]
    fn print_stack(zelf: &Py<Self>, args: PrintStackArgs, vm: &VirtualMachine) -> PyResult {
        let given = |value: Option<PyObjectRef>| value.unwrap_or_else(|| vm.ctx.none());
        let function = registry::submodule("base_tasks", vm)?.get_attr("_task_print_stack", vm)?;
        function.call((zelf.to_owned(), given(args.limit), given(args.file)), vm)
    }

    #[pymethod]
    fn _step(
        zelf: &Py<Self>,
        error: OptionalArg<PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let error = match given(error, vm) {
            Some(error) => Some(registry::as_exception(error, vm)?),
            None => None,
        };
        step::step(zelf, error, None, vm)
    }

    #[pygetset]
    fn _coro(zelf: &Py<Self>) -> Option<PyObjectRef> {
        zelf.own.lock().coroutine.clone()
    }

    #[pygetset]
    fn _fut_waiter(zelf: &Py<Self>) -> Option<PyObjectRef> {
        zelf.own.lock().waiter.clone()
    }

    #[pygetset]
    fn _must_cancel(zelf: &Py<Self>) -> bool {
        zelf.must_cancel.load(Ordering::Relaxed)
    }

    #[pygetset]
    fn _num_cancels_requested(zelf: &Py<Self>) -> i32 {
        zelf.cancels.load(Ordering::Relaxed)
    }

    #[pygetset]
    fn _log_destroy_pending(zelf: &Py<Self>) -> bool {
        zelf.log_destroy_pending.load(Ordering::Relaxed)
    }

    #[pygetset(setter)]
    fn set__log_destroy_pending(
        zelf: &Py<Self>,
        value: PySetterValue<bool>,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        match value {
            PySetterValue::Assign(value) => {
                zelf.log_destroy_pending.store(value, Ordering::Relaxed);
                Ok(())
            }
            PySetterValue::Delete => Err(vm.new_attribute_error("cannot delete attribute")),
        }
    }
}

impl Representable for PyTask {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        registry::repr_with(zelf.as_object(), "base_tasks", "_task_repr", vm)
    }
}

impl Destructor for PyTask {
    fn del(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        if zelf.cell.is_pending() && zelf.log_destroy_pending.swap(false, Ordering::Relaxed) {
            let (event_loop, source) = {
                let data = zelf.cell.data.lock();
                (data.event_loop.clone(), data.source_traceback.clone())
            };
            let Some(event_loop) = event_loop else { return Ok(()) };
            // Whoever is told of its end may keep it, and still nobody counts it.
            match event_loop.downcast_ref::<PyLoop>() {
                Some(native) => native.unregister(zelf.id()),
                None => registry::unregister_foreign(zelf.as_object(), vm)?,
            }
            let context = vm.ctx.new_dict();
            context.set_item("task", zelf.to_owned().into(), vm)?;
            let text = "Task was destroyed but it is pending!";
            context.set_item("message", vm.ctx.new_str(text).into(), vm)?;
            if let Some(source) = source {
                context.set_item("source_traceback", source, vm)?;
            }
            vm.call_method(&event_loop, "call_exception_handler", (context,))?;
        }
        zelf.cell.report_unretrieved(zelf.as_object(), vm)?;
        if !zelf.cell.is_pending()
            && let Some(context) = zelf.own.lock().context.take()
        {
            super::context::give_back(context, vm);
        }
        Ok(())
    }
}

/// A done callback that steps `task`.
pub(super) fn wakes(task: &Py<PyTask>) -> DoneCallback {
    DoneCallback { target: task.to_owned().into(), context: None, wakes: true }
}
