//! `asyncio.Handle`, and what it has in common with a timer.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use loopscope_protocol::HandleId;
use rustpython_derive::Traverse;
use rustpython_vm::builtins::PyType;
use rustpython_vm::common::hash::PyHash;
use rustpython_vm::common::lock::PyMutex;
use rustpython_vm::function::PyComparisonValue;
use rustpython_vm::types::{Comparable, Constructor, Hashable, PyComparisonOp, Representable};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass,
};

use super::event_loop::PyLoop;
use super::registry;
use crate::run::Run;

/// Which queue a handle is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Queued {
    /// In no queue: a watcher's, or one that has run.
    Idle,
    /// In the ready queue.
    Ready,
    /// In the heap of timers.
    Heap,
}

/// What handles and timers have in common.
#[derive(Debug, Traverse)]
pub(super) struct HandleCell {
    /// The callable and its arguments; empty once cancelled or used up.
    pub(super) call: PyMutex<Vec<PyObjectRef>>,
    pub(super) context: PyMutex<Option<PyObjectRef>>,
    pub(super) event_loop: PyObjectRef,
    pub(super) source_traceback: PyMutex<Option<PyObjectRef>>,
    /// What the repr was before a cancel in debug mode dropped the callable.
    kept_repr: PyMutex<Option<PyObjectRef>>,
    /// The arguments as the program gave them, for a handle that it made itself.
    given_args: Option<PyObjectRef>,
    #[pytraverse(skip)]
    pub(super) id: HandleId,
    #[pytraverse(skip)]
    cancelled: AtomicBool,
    #[pytraverse(skip)]
    queued: AtomicU8,
    /// Runs more than once: a watcher's or a signal's.
    #[pytraverse(skip)]
    pub(super) repeats: bool,
    /// Made by the program itself, which may run it as often as it likes.
    #[pytraverse(skip)]
    by_hand: bool,
}

impl HandleCell {
    pub(super) fn new(
        id: HandleId,
        call: Vec<PyObjectRef>,
        context: Option<PyObjectRef>,
        event_loop: PyObjectRef,
        repeats: bool,
    ) -> Self {
        Self {
            call: PyMutex::new(call),
            context: PyMutex::new(context),
            event_loop,
            source_traceback: PyMutex::new(None),
            kept_repr: PyMutex::new(None),
            given_args: None,
            id,
            cancelled: AtomicBool::new(false),
            queued: AtomicU8::new(if repeats { Queued::Idle } else { Queued::Ready } as u8),
            repeats,
            by_hand: false,
        }
    }

    /// Whether it is done with its callback once that has run.
    pub(super) const fn runs_once(&self) -> bool {
        !self.repeats && !self.by_hand
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    pub(super) fn queued(&self) -> Queued {
        match self.queued.load(Ordering::Relaxed) {
            0 => Queued::Idle,
            1 => Queued::Ready,
            _ => Queued::Heap,
        }
    }

    pub(super) fn set_queued(&self, queued: Queued) {
        self.queued.store(queued as u8, Ordering::Relaxed);
    }

    /// `cancel()`; `when` is a timer's time.
    fn cancel(&self, owner: &PyObject, when: Option<f64>, vm: &VirtualMachine) -> PyResult<()> {
        if self.is_cancelled() {
            return Ok(());
        }
        let native = self.event_loop.downcast_ref::<PyLoop>();
        self.cancelled.store(true, Ordering::Relaxed);
        if registry::is_debugging(&self.event_loop, vm)? {
            let repr = owner.repr(vm)?.into();
            *self.kept_repr.lock() = Some(repr);
        }
        // Dropping what it held may run code, so it is taken out first.
        let call = std::mem::take(&mut *self.call.lock());
        let queued = self.queued();
        if let Some(native) = native {
            match (queued, when) {
                (Queued::Heap, Some(when)) => native.core.timer_cancelled(self.id, when),
                (Queued::Ready, _) => native.core.handle_cancelled(self.id),
                _ => {}
            }
        } else if queued == Queued::Heap {
            vm.call_method(&self.event_loop, "_timer_handle_cancelled", (owner.to_owned(),))?;
        }
        drop(call);
        Ok(())
    }
}

#[derive(rustpython_vm::FromArgs)]
pub(super) struct HandleArgs {
    #[pyarg(any)]
    callback: PyObjectRef,
    #[pyarg(any)]
    args: PyObjectRef,
    #[pyarg(any, name = "loop")]
    event_loop: PyObjectRef,
    #[pyarg(any, optional)]
    context: Option<PyObjectRef>,
}

pub(super) fn new_cell(args: HandleArgs, vm: &VirtualMachine) -> PyResult<HandleCell> {
    let mut call = vec![args.callback];
    let given_args = args.args;
    call.extend(vm.extract_elements_with(&given_args, Ok)?);
    let context = match args.context.filter(|context| !vm.is_none(context)) {
        Some(context) => context,
        None => super::context::copy(vm)?,
    };
    let id = Run::current().ids.handle();
    let mut cell = HandleCell::new(id, call, Some(context), args.event_loop, false);
    cell.by_hand = true;
    cell.given_args = Some(given_args);
    *cell.source_traceback.lock() = registry::source_traceback(&cell.event_loop, vm)?;
    // One made by hand is in no queue of ours.
    cell.set_queued(Queued::Idle);
    Ok(cell)
}

/// The methods that `Handle` and `TimerHandle` share.
#[pyclass]
pub(super) trait HandleMethods: PyPayload {
    /// The callback and its state.
    fn cell(&self) -> &HandleCell;

    /// When a timer is due.
    fn timer_when(&self) -> Option<f64> {
        None
    }

    #[pymethod]
    fn cancel(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        zelf.cell().cancel(zelf.as_object(), zelf.timer_when(), vm)
    }

    #[pymethod]
    fn cancelled(zelf: &Py<Self>) -> bool {
        zelf.cell().is_cancelled()
    }

    #[pymethod]
    fn get_context(zelf: &Py<Self>) -> Option<PyObjectRef> {
        zelf.cell().context.lock().clone()
    }

    #[pymethod]
    fn _run(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        // A loop of somebody's own may run it again, as for a reader.
        super::job::run_handle(zelf.as_object(), zelf.cell(), super::job::After::Keep, vm)
    }

    #[pygetset]
    fn _cancelled(zelf: &Py<Self>) -> bool {
        zelf.cell().is_cancelled()
    }

    #[pygetset]
    fn _callback(zelf: &Py<Self>) -> Option<PyObjectRef> {
        zelf.cell().call.lock().first().cloned()
    }

    #[pygetset]
    fn _args(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let call = zelf.cell().call.lock().clone();
        match (call.split_first(), &zelf.cell().given_args) {
            (Some(_), Some(given)) => given.clone(),
            (Some((_, args)), None) => vm.ctx.new_tuple(args.to_vec()).into(),
            (None, _) => vm.ctx.none(),
        }
    }

    #[pygetset]
    fn _context(zelf: &Py<Self>) -> Option<PyObjectRef> {
        zelf.cell().context.lock().clone()
    }

    #[pygetset]
    fn _loop(zelf: &Py<Self>) -> PyObjectRef {
        zelf.cell().event_loop.clone()
    }

    #[pygetset]
    fn _source_traceback(zelf: &Py<Self>) -> Option<PyObjectRef> {
        zelf.cell().source_traceback.lock().clone()
    }

    #[pygetset]
    fn _repr(zelf: &Py<Self>) -> Option<PyObjectRef> {
        zelf.cell().kept_repr.lock().clone()
    }
}

pub(super) fn repr(handle: &PyObject, cell: &HandleCell, vm: &VirtualMachine) -> PyResult<String> {
    if let Some(kept) = cell.kept_repr.lock().clone() {
        return Ok(kept.str(vm)?.to_string());
    }
    registry::repr_with(handle, "_reprs", "handle_repr", vm)
}

/// `asyncio.Handle`: a callback that waits to run.
#[pyclass(name = "Handle", module = "asyncio.events", traverse)]
#[derive(Debug)]
pub(super) struct PyHandle {
    pub(super) cell: HandleCell,
}

impl PyPayload for PyHandle {
    /// A handle is part of a cycle only until it has run or was cancelled, because it then lets go
    /// of its callback. Keeping the collector out of it makes `call_soon` noticeably cheaper.
    const NEW_REF_UNTRACKED: bool = true;

    fn class(_ctx: &rustpython_vm::Context) -> &'static Py<PyType> {
        <Self as rustpython_vm::class::StaticType>::static_type()
    }
}

impl Constructor for PyHandle {
    type Args = HandleArgs;

    fn py_new(_class: &Py<PyType>, args: Self::Args, vm: &VirtualMachine) -> PyResult<Self> {
        Ok(Self { cell: new_cell(args, vm)? })
    }
}

#[pyclass(
    flags(BASETYPE, HAS_WEAKREF),
    with(HandleMethods, Constructor, Representable, Hashable, Comparable)
)]
impl PyHandle {}

impl HandleMethods for PyHandle {
    fn cell(&self) -> &HandleCell {
        &self.cell
    }
}

impl Representable for PyHandle {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        repr(zelf.as_object(), &zelf.cell, vm)
    }
}

impl Comparable for PyHandle {
    fn cmp(
        _zelf: &Py<Self>,
        _other: &PyObject,
        _op: PyComparisonOp,
        _vm: &VirtualMachine,
    ) -> PyResult<PyComparisonValue> {
        // By identity, as any object.
        Ok(PyComparisonValue::NotImplemented)
    }
}

impl Hashable for PyHandle {
    fn hash(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<PyHash> {
        Ok(PyHash::from(zelf.cell.id.0))
    }
}
