//! `asyncio.Future`.

use std::sync::atomic::Ordering;

use rustpython_derive::Traverse;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyGenericAlias, PyType, PyTypeRef};
use rustpython_vm::common::hash::PyHash;
use rustpython_vm::function::{FuncArgs, OptionalArg, PySetterValue};
use rustpython_vm::types::{
    Constructor, Destructor, Hashable, Initializer, Iterable, Representable,
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass,
};

use super::errors;
use super::event_loop::PyLoop;
use super::future_cell::{DoneCallback, FutureCell, State};
use super::future_iter::PyFutureIter;
use super::later::NothingElse;
use super::registry;
use crate::dialect::Rules;

/// `asyncio.Future`: a value that is not there yet.
#[pyclass(name = "Future", module = "_asyncio", traverse)]
#[derive(Debug, PyPayload)]
pub(super) struct PyFuture {
    pub(super) cell: FutureCell,
}

#[derive(rustpython_vm::FromArgs)]
pub(super) struct LoopArg {
    #[pyarg(named, name = "loop", optional)]
    event_loop: Option<PyObjectRef>,
}

#[derive(rustpython_vm::FromArgs)]
pub(super) struct DoneCallbackArgs {
    #[pyarg(flatten)]
    _of_3_6: NothingElse,
    #[pyarg(positional, name = "fn")]
    pub(super) target: PyObjectRef,
    #[pyarg(named, optional)]
    pub(super) context: Option<PyObjectRef>,
}

#[derive(rustpython_vm::FromArgs)]
pub(super) struct CallbackArg {
    #[pyarg(positional, name = "fn")]
    target: PyObjectRef,
}

#[derive(rustpython_vm::FromArgs)]
pub(super) struct CancelArgs {
    #[pyarg(any, optional)]
    msg: Option<PyObjectRef>,
}

impl CancelArgs {
    /// The message, which 3.6 does not take.
    pub(super) fn message(&self, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        let message = self.msg.clone();
        if Rules::is_3_6() && message.as_ref().is_some_and(|message| !vm.is_none(message)) {
            return Err(vm.new_type_error("cancel() takes no arguments (1 given)"));
        }
        Ok(message)
    }
}

/// The methods that `Future` and `Task` share.
#[pyclass]
pub(super) trait FutureMethods: PyPayload {
    /// The state, result and callbacks.
    fn cell(&self) -> &FutureCell;

    #[pymethod]
    fn result(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.cell().result(vm)
    }

    #[pymethod]
    fn exception(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        zelf.cell().exception(vm)
    }

    #[pymethod(name = "__await__")]
    fn awaited(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.cell().require_loop(vm)?;
        Ok(PyFutureIter::new(zelf.into()).into_pyobject(vm))
    }

    #[pymethod]
    fn done(zelf: &Py<Self>) -> bool {
        !zelf.cell().is_pending()
    }

    #[pymethod]
    fn cancelled(zelf: &Py<Self>) -> bool {
        zelf.cell().state() == State::Cancelled
    }

    #[pymethod]
    fn get_loop(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.cell().require_loop(vm)
    }

    #[pymethod]
    fn add_done_callback(
        zelf: &Py<Self>,
        args: DoneCallbackArgs,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        zelf.cell().require_loop(vm)?;
        let context = match args.context {
            Some(context) if !vm.is_none(&context) => context,
            _ => super::context::copy(vm)?,
        };
        let callback = DoneCallback { target: args.target, context: Some(context), wakes: false };
        zelf.cell().add_callback(zelf.as_object(), callback, vm)
    }

    #[pymethod]
    fn remove_done_callback(
        zelf: &Py<Self>,
        arg: CallbackArg,
        vm: &VirtualMachine,
    ) -> PyResult<usize> {
        zelf.cell().remove_callbacks(&arg.target, vm)
    }

    #[pymethod]
    fn _make_cancelled_error(zelf: &Py<Self>, vm: &VirtualMachine) -> PyBaseExceptionRef {
        zelf.cell().make_cancelled_error(vm)
    }

    #[pygetset]
    fn _state(zelf: &Py<Self>) -> &'static str {
        match zelf.cell().state() {
            State::Pending => "PENDING",
            State::Cancelled => "CANCELLED",
            State::Finished => "FINISHED",
        }
    }

    #[pygetset]
    fn _asyncio_future_blocking(zelf: &Py<Self>) -> bool {
        zelf.cell().blocking.load(Ordering::Relaxed)
    }

    #[pygetset(setter)]
    fn set__asyncio_future_blocking(
        zelf: &Py<Self>,
        value: PySetterValue<bool>,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        match value {
            PySetterValue::Assign(value) => {
                zelf.cell().blocking.store(value, Ordering::Relaxed);
                Ok(())
            }
            PySetterValue::Delete => Err(vm.new_attribute_error("cannot delete attribute")),
        }
    }

    #[pygetset]
    fn _asyncio_awaited_by(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        let waiters = zelf.cell().data.lock().awaited_by.all();
        if waiters.is_empty() {
            return Ok(vm.ctx.none());
        }
        let waiters = vm.ctx.new_list(waiters);
        vm.ctx.types.frozenset_type.as_object().call((waiters,), vm)
    }

    #[pygetset]
    fn _loop(zelf: &Py<Self>) -> Option<PyObjectRef> {
        zelf.cell().event_loop()
    }

    #[pygetset]
    fn _callbacks(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        zelf.cell().callbacks(vm)
    }

    #[pygetset]
    fn _result(zelf: &Py<Self>) -> Option<PyObjectRef> {
        zelf.cell().data.lock().result.clone()
    }

    #[pygetset]
    fn _exception(zelf: &Py<Self>) -> Option<PyBaseExceptionRef> {
        zelf.cell().data.lock().exception.clone()
    }

    #[pygetset]
    fn _cancel_message(zelf: &Py<Self>) -> Option<PyObjectRef> {
        zelf.cell().data.lock().cancel_message.clone()
    }

    #[pygetset(setter)]
    fn set__cancel_message(zelf: &Py<Self>, value: PySetterValue) {
        zelf.cell().data.lock().cancel_message = match value {
            PySetterValue::Assign(value) => Some(value),
            PySetterValue::Delete => None,
        };
    }

    #[pygetset]
    fn _source_traceback(zelf: &Py<Self>) -> Option<PyObjectRef> {
        zelf.cell().data.lock().source_traceback.clone()
    }

    #[pygetset]
    fn _log_traceback(zelf: &Py<Self>) -> bool {
        zelf.cell().log_traceback.load(Ordering::Relaxed)
    }

    #[pygetset(setter)]
    fn set__log_traceback(
        zelf: &Py<Self>,
        value: PySetterValue<bool>,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        match value {
            PySetterValue::Assign(true) => {
                Err(vm.new_value_error("_log_traceback can only be set to False"))
            }
            PySetterValue::Assign(false) => {
                zelf.cell().log_traceback.store(false, Ordering::Relaxed);
                Ok(())
            }
            PySetterValue::Delete => Err(vm.new_attribute_error("cannot delete attribute")),
        }
    }

    #[pyclassmethod]
    fn __class_getitem__(
        class: PyTypeRef,
        args: PyObjectRef,
        vm: &VirtualMachine,
    ) -> PyResult<PyGenericAlias> {
        PyGenericAlias::from_args(class, args, vm)
    }
}

macro_rules! future_slots {
    ($class:ident) => {
        impl FutureMethods for $class {
            fn cell(&self) -> &FutureCell {
                &self.cell
            }
        }

        impl Iterable for $class {
            fn iter(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
                zelf.cell.require_loop(vm)?;
                Ok(PyFutureIter::new(zelf.into()).into_pyobject(vm))
            }
        }

        impl Hashable for $class {
            fn hash(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<PyHash> {
                Ok(PyHash::from(zelf.cell.number.load(Ordering::Relaxed)))
            }
        }
    };
}
pub(super) use future_slots;

impl PyFuture {
    /// What `__init__` does: the loop, and a number.
    fn set_up(zelf: &Py<Self>, event_loop: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        registry::note_source(&zelf.cell, &event_loop, vm)?;
        if let Some(native) = event_loop.downcast_ref::<PyLoop>() {
            let id = native.core.ids().future();
            zelf.cell.number.store(id.0, Ordering::Relaxed);
            let records = native.core.records();
            if records.is_on() {
                records.future_new(id, records.trace().name(&zelf.class().name()));
            }
        } else {
            registry::number_foreign(&zelf.cell, false);
        }
        zelf.cell.data.lock().event_loop = Some(event_loop);
        Ok(())
    }

    /// `loop.create_future()`.
    pub(super) fn create(event_loop: PyObjectRef, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
        // Its `__dict__` is made when somebody sets an attribute.
        let class = Self::class(&vm.ctx).to_owned();
        let future = PyRef::new_ref(Self { cell: FutureCell::new() }, class, None);
        Self::set_up(&future, event_loop, vm)?;
        Ok(future.into())
    }
}

impl Constructor for PyFuture {
    type Args = FuncArgs;

    fn py_new(_class: &Py<PyType>, _args: Self::Args, _vm: &VirtualMachine) -> PyResult<Self> {
        Ok(Self { cell: FutureCell::new() })
    }
}

impl Initializer for PyFuture {
    type Args = LoopArg;

    fn init(zelf: &Py<Self>, args: Self::Args, vm: &VirtualMachine) -> PyResult<()> {
        let event_loop = match args.event_loop {
            Some(event_loop) if !vm.is_none(&event_loop) => event_loop,
            _ => registry::get_event_loop(vm)?,
        };
        Self::set_up(zelf, event_loop, vm)
    }
}

future_slots!(PyFuture);

#[pyclass(
    flags(BASETYPE, HAS_DICT, HAS_WEAKREF),
    with(FutureMethods, Constructor, Initializer, Destructor, Representable, Iterable, Hashable)
)]
impl PyFuture {
    #[pymethod]
    fn set_result(zelf: &Py<Self>, result: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        zelf.cell.require_loop(vm)?;
        if !zelf.cell.is_pending() {
            return Err(errors::invalid_state(vm, "invalid state"));
        }
        zelf.cell.finish_result(zelf.as_object(), result, vm)
    }

    #[pymethod]
    fn set_exception(zelf: &Py<Self>, exception: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        zelf.cell.require_loop(vm)?;
        if !zelf.cell.is_pending() {
            return Err(errors::invalid_state(vm, "invalid state"));
        }
        let exception = registry::as_exception(exception, vm)?;
        zelf.cell.finish_exception(zelf.as_object(), exception, vm)
    }

    #[pymethod]
    fn cancel(zelf: &Py<Self>, args: CancelArgs, vm: &VirtualMachine) -> PyResult<bool> {
        let message = args.message(vm)?;
        zelf.cell.log_traceback.store(false, Ordering::Relaxed);
        if !zelf.cell.is_pending() {
            return Ok(false);
        }
        zelf.cell.require_loop(vm)?;
        zelf.cell.finish_cancelled(zelf.as_object(), message, None, vm)?;
        Ok(true)
    }
}

impl Representable for PyFuture {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        registry::repr_with(zelf.as_object(), "base_futures", "_future_repr", vm)
    }
}

impl Destructor for PyFuture {
    fn del(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        zelf.cell.report_unretrieved(zelf.as_object(), vm)
    }
}

/// Cancels any future-like object.
pub(super) fn cancel_any(
    future: &PyObject,
    message: Option<PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult<bool> {
    let mut args = FuncArgs::default();
    if let Some(message) = message {
        args.kwargs.insert("msg".into(), message);
    }
    vm.call_method(future, "cancel", args)?.try_to_bool(vm)
}

/// Kept so that optional arguments read the same everywhere.
pub(super) fn given(
    argument: OptionalArg<PyObjectRef>,
    vm: &VirtualMachine,
) -> Option<PyObjectRef> {
    argument.into_option().filter(|value| !vm.is_none(value))
}
