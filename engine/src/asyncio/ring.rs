//! The native module `_loopscope_ring`: operations that the kernel completes by itself, for the loop of
//! completions. `package/asyncio/_uring.py` says what each is for, and whom it completes.

use rustpython_vm::builtins::PyType;
use rustpython_vm::common::lock::PyMutex;
use rustpython_vm::convert::ToPyException as _;
use rustpython_vm::function::ArgBytesLike;
use rustpython_vm::{Py, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use super::addresses;
use crate::process::ring::{Completed, Operation, Ring};

pub(super) use _loopscope_ring::module_def;

/// A ring of operations, until it is closed.
#[pyclass(name = "Ring", module = "_loopscope_ring")]
#[derive(Debug)]
struct PyRing(PyMutex<Option<Ring>>);

impl PyPayload for PyRing {
    fn class(_ctx: &rustpython_vm::Context) -> &'static Py<PyType> {
        <Self as rustpython_vm::class::StaticType>::static_type()
    }
}

impl PyRing {
    fn with<T>(
        &self,
        vm: &VirtualMachine,
        work: impl FnOnce(&mut Ring) -> std::io::Result<T>,
    ) -> PyResult<T> {
        match &mut *self.0.lock() {
            Some(ring) => work(ring).map_err(|error| error.to_pyexception(vm)),
            None => Err(vm.new_value_error("the ring is closed")),
        }
    }

    fn begin(&self, fd: i32, what: Operation, vm: &VirtualMachine) -> PyResult<u64> {
        self.with(vm, |ring| ring.begin(fd, what))
    }
}

#[allow(
    clippy::unwrap_used,
    reason = "the interpreter's `pyattr(once)` unwraps what it has just filled in"
)]
#[rustpython_vm::pymodule]
mod _loopscope_ring {
    use rustpython_vm::builtins::PyTypeRef;
    use rustpython_vm::class::PyClassImpl;
    use rustpython_vm::convert::ToPyException as _;
    use rustpython_vm::{PyObjectRef, PyPayload as _, PyResult, VirtualMachine};

    use super::{PyMutex, PyRing, Ring};

    #[pyattr(name = "Ring", once)]
    fn class(_vm: &VirtualMachine) -> PyTypeRef {
        PyRing::make_static_type()
    }

    /// A new ring; an `OSError` where the system has none for us.
    #[pyfunction]
    fn ring(vm: &VirtualMachine) -> PyResult<PyObjectRef> {
        let ring = Ring::new().map_err(|error| error.to_pyexception(vm))?;
        Ok(PyRing(PyMutex::new(Some(ring))).into_ref(&vm.ctx).into())
    }
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl PyRing {
    /// What can be read once an operation is complete.
    #[pymethod]
    fn fileno(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<i32> {
        zelf.with(vm, |ring| Ok(ring.fd()))
    }

    #[pymethod]
    fn receive(
        zelf: &Py<Self>,
        fd: i32,
        size: usize,
        flags: Option<i32>,
        vm: &VirtualMachine,
    ) -> PyResult<u64> {
        zelf.begin(fd, Operation::Receive { size, flags }, vm)
    }

    #[pymethod]
    fn send(
        zelf: &Py<Self>,
        fd: i32,
        data: ArgBytesLike,
        flags: Option<i32>,
        vm: &VirtualMachine,
    ) -> PyResult<u64> {
        let data = data.borrow_buf().to_vec();
        zelf.begin(fd, Operation::Send { data, flags }, vm)
    }

    #[pymethod]
    fn accept(zelf: &Py<Self>, fd: i32, vm: &VirtualMachine) -> PyResult<u64> {
        zelf.begin(fd, Operation::Accept, vm)
    }

    /// None: the address is of a kind that only the socket itself can connect to.
    #[pymethod]
    fn connect(
        zelf: &Py<Self>,
        fd: i32,
        address: PyObjectRef,
        vm: &VirtualMachine,
    ) -> PyResult<Option<u64>> {
        match addresses::of(&address, vm) {
            Some(address) => zelf.begin(fd, Operation::Connect(Box::new(address)), vm).map(Some),
            None => Ok(None),
        }
    }

    #[pymethod]
    fn ready(zelf: &Py<Self>, fd: i32, writes: bool, vm: &VirtualMachine) -> PyResult<u64> {
        zelf.begin(fd, Operation::Ready { writes }, vm)
    }

    /// Gives an operation up. True: something is there to harvest.
    #[pymethod]
    fn cancel(zelf: &Py<Self>, token: u64, vm: &VirtualMachine) -> PyResult<bool> {
        zelf.with(vm, |ring| Ok(ring.cancel(token)))
    }

    /// The operations that are complete: number, result, what was received.
    #[pymethod]
    fn harvest(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
        let done = zelf.with(vm, |ring| Ok(ring.harvest()))?;
        let told = |done: Completed| {
            let parts: [PyObjectRef; 3] = [
                vm.ctx.new_int(done.token).into(),
                vm.ctx.new_int(done.result).into(),
                vm.ctx.new_bytes(done.data).into(),
            ];
            vm.ctx.new_tuple(parts.into()).into()
        };
        Ok(done.into_iter().map(told).collect())
    }

    #[pymethod]
    fn close(zelf: &Py<Self>) {
        let ring = zelf.0.lock().take();
        drop(ring);
    }
}
