//! `asyncio.TimerHandle`.

use rustpython_derive::Traverse;
use rustpython_vm::builtins::PyType;
use rustpython_vm::common::hash::PyHash;
use rustpython_vm::function::PyComparisonValue;
use rustpython_vm::types::{Comparable, Constructor, Hashable, PyComparisonOp, Representable};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine, pyclass};

use super::handle::{HandleArgs, HandleCell, HandleMethods, PyHandle, Queued, new_cell, repr};

/// `asyncio.TimerHandle`: a callback that waits for its time.
#[pyclass(name = "TimerHandle", module = "asyncio.events", base = PyHandle, traverse)]
#[derive(Debug)]
pub(super) struct PyTimerHandle {
    base: PyHandle,
    #[pytraverse(skip)]
    pub(super) when: f64,
    /// The time as it was given, where that was no float.
    given: Option<PyObjectRef>,
}

impl PyTimerHandle {
    /// `given` is `when` as the program has it.
    pub(super) fn new(cell: HandleCell, when: f64, given: &PyObject, vm: &VirtualMachine) -> Self {
        let is_float = given.class().is(vm.ctx.types.float_type);
        let given = (!is_float).then(|| given.to_owned());
        Self { base: PyHandle { cell }, when, given }
    }

    fn given(&self, vm: &VirtualMachine) -> PyObjectRef {
        self.given.clone().unwrap_or_else(|| vm.ctx.new_float(self.when).into())
    }
}

impl std::ops::Deref for PyTimerHandle {
    type Target = PyHandle;

    fn deref(&self) -> &PyHandle {
        &self.base
    }
}

#[derive(rustpython_vm::FromArgs)]
pub(super) struct TimerArgs {
    #[pyarg(any)]
    when: PyObjectRef,
    #[pyarg(flatten)]
    handle: HandleArgs,
}

impl Constructor for PyTimerHandle {
    type Args = TimerArgs;

    fn py_new(_class: &Py<PyType>, args: Self::Args, vm: &VirtualMachine) -> PyResult<Self> {
        let when = args.when.try_float(vm)?.to_f64();
        Ok(Self::new(new_cell(args.handle, vm)?, when, &args.when, vm))
    }
}

impl HandleMethods for PyTimerHandle {
    fn cell(&self) -> &HandleCell {
        &self.cell
    }

    fn timer_when(&self) -> Option<f64> {
        Some(self.when)
    }
}

impl Representable for PyTimerHandle {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        repr(zelf.as_object(), &zelf.cell, vm)
    }
}

#[pyclass(
    flags(BASETYPE, HAS_WEAKREF),
    with(HandleMethods, Constructor, Representable, Hashable, Comparable)
)]
impl PyTimerHandle {
    #[pymethod]
    fn when(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        zelf.given(vm)
    }

    #[pygetset]
    fn _when(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        zelf.given(vm)
    }

    #[pygetset]
    fn _scheduled(zelf: &Py<Self>) -> bool {
        zelf.cell.queued() == Queued::Heap
    }

    #[pygetset(setter)]
    fn set__scheduled(zelf: &Py<Self>, value: bool) {
        zelf.cell.set_queued(if value { Queued::Heap } else { Queued::Idle });
    }
}

impl Hashable for PyTimerHandle {
    fn hash(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyHash> {
        // As CPython: timers that are equal hash alike.
        vm.ctx.new_float(zelf.when).as_object().hash(vm)
    }
}

impl Comparable for PyTimerHandle {
    #[allow(clippy::float_cmp, reason = "CPython compares the times themselves")]
    fn cmp(
        zelf: &Py<Self>,
        other: &PyObject,
        op: PyComparisonOp,
        vm: &VirtualMachine,
    ) -> PyResult<PyComparisonValue> {
        let Some(other_timer) = other.downcast_ref::<Self>() else {
            return Ok(PyComparisonValue::NotImplemented);
        };
        let order = zelf.when.partial_cmp(&other_timer.when);
        let is_equal = zelf.when == other_timer.when
            && zelf.cell.is_cancelled() == other_timer.cell.is_cancelled()
            && same_call(&zelf.cell, &other_timer.cell, vm)?;
        let result = match op {
            PyComparisonOp::Eq => is_equal,
            PyComparisonOp::Ne => !is_equal,
            PyComparisonOp::Lt => order == Some(std::cmp::Ordering::Less),
            PyComparisonOp::Gt => order == Some(std::cmp::Ordering::Greater),
            PyComparisonOp::Le => order == Some(std::cmp::Ordering::Less) || is_equal,
            PyComparisonOp::Ge => order == Some(std::cmp::Ordering::Greater) || is_equal,
        };
        Ok(PyComparisonValue::Implemented(result))
    }
}

/// Whether two handles would call the same with the same.
fn same_call(one: &HandleCell, other: &HandleCell, vm: &VirtualMachine) -> PyResult<bool> {
    // One lock at a time: both may be the same handle's.
    let here = one.call.lock().clone();
    let there = other.call.lock().clone();
    if here.len() != there.len() {
        return Ok(false);
    }
    for (a, b) in here.iter().zip(&there) {
        if !vm.identical_or_equal(a, b)? {
            return Ok(false);
        }
    }
    Ok(true)
}
