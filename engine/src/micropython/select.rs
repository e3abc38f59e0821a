//! `select.poll()` with streams that are objects, and `ipoll`.

use std::collections::VecDeque;

use rustpython_vm::builtins::{PyModule, PyType};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::common::lock::PyMutex;
use rustpython_vm::function::{FuncArgs, OptionalArg};
use rustpython_vm::protocol::PyIterReturn;
use rustpython_vm::types::{Constructor, IterNext, Iterable, SelfIter};
use rustpython_vm::{Py, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

use super::by_stream::ByStream;
use super::pollable::{self, READABLE, WRITABLE, Wanted};

/// The flag of `ipoll` by which a stream that was ready is not asked again.
const ONE_SHOT: i32 = 1;

/// A set of streams to ask; and, after `ipoll`, what goes through those that were ready.
#[pyclass(name = "poll", module = "select")]
#[derive(Debug, PyPayload)]
struct PyPoll {
    streams: PyMutex<ByStream<Wanted>>,
    /// What `ipoll` found and has not given yet, with its flags.
    found: PyMutex<(VecDeque<Ready>, i32)>,
}

/// A stream that was ready, and for what.
type Ready = (PyObjectRef, i32);

impl Constructor for PyPoll {
    type Args = FuncArgs;

    fn py_new(_class: &Py<PyType>, _args: Self::Args, _vm: &VirtualMachine) -> PyResult<Self> {
        let found = PyMutex::new((VecDeque::new(), 0));
        Ok(Self { streams: PyMutex::new(ByStream::default()), found })
    }
}

impl PyPoll {
    fn ready(&self, timeout: OptionalArg, vm: &VirtualMachine) -> PyResult<VecDeque<Ready>> {
        let timeout = match timeout.into_option() {
            Some(timeout) if !vm.is_none(&timeout) => timeout.try_into_value::<i64>(vm)?,
            _ => -1,
        };
        let streams: Vec<Wanted> =
            self.streams.lock().iter().map(|(_, _, wanted)| wanted.clone()).collect();
        let ready = pollable::wait(&streams, u64::try_from(timeout).ok(), vm)?;
        let found = streams.into_iter().map(|wanted| wanted.stream).zip(ready);
        Ok(found.filter(|(_, events)| *events != 0).collect())
    }

    /// What the program gets for a stream that was ready.
    fn given((stream, events): Ready, vm: &VirtualMachine) -> PyObjectRef {
        vm.ctx.new_tuple(vec![stream, vm.ctx.new_int(events).into()]).into()
    }

    fn change(&self, stream: &PyObjectRef, change: impl FnOnce(&mut Wanted)) -> bool {
        self.streams.lock().get_mut(stream).map(change).is_some()
    }
}

#[pyclass(with(Constructor, IterNext, Iterable), flags(HAS_WEAKREF))]
impl PyPoll {
    #[pymethod]
    fn register(
        zelf: &Py<Self>,
        stream: PyObjectRef,
        events: OptionalArg<i32>,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let events = events.unwrap_or(READABLE | WRITABLE);
        if zelf.change(&stream, |wanted| wanted.events = events) {
            return Ok(());
        }
        let fd = pollable::descriptor(&stream, vm)?;
        pollable::goes_real(fd);
        zelf.streams.lock().push(stream.clone(), Wanted { stream, fd, events });
        Ok(())
    }

    #[pymethod]
    fn modify(
        zelf: &Py<Self>,
        stream: PyObjectRef,
        events: i32,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        if zelf.change(&stream, |wanted| wanted.events = events) {
            return Ok(());
        }
        Err(pollable::os_error(libc::ENOENT, vm))
    }

    #[pymethod]
    fn unregister(zelf: &Py<Self>, stream: PyObjectRef) {
        let gone = {
            let mut streams = zelf.streams.lock();
            streams.place(&stream).and_then(|place| streams.remove(place))
        };
        // Dropping a stream may run code.
        drop(gone);
    }

    #[pymethod]
    fn poll(zelf: &Py<Self>, timeout: OptionalArg, vm: &VirtualMachine) -> PyResult {
        let ready = zelf.ready(timeout, vm)?;
        let given = ready.into_iter().map(|ready| Self::given(ready, vm)).collect();
        Ok(vm.ctx.new_list(given).into())
    }

    #[pymethod]
    fn ipoll(
        zelf: PyRef<Self>,
        timeout: OptionalArg,
        flags: OptionalArg<i32>,
        vm: &VirtualMachine,
    ) -> PyResult<PyRef<Self>> {
        let found = (zelf.ready(timeout, vm)?, flags.unwrap_or(0));
        let before = std::mem::replace(&mut *zelf.found.lock(), found);
        // Dropping a stream may run code.
        drop(before);
        Ok(zelf)
    }
}

impl SelfIter for PyPoll {}

impl IterNext for PyPoll {
    fn next(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        let (next, flags) = {
            let mut found = zelf.found.lock();
            (found.0.pop_front(), found.1)
        };
        let Some(ready) = next else { return Ok(PyIterReturn::StopIteration(None)) };
        if flags & ONE_SHOT != 0 {
            zelf.change(&ready.0, |wanted| wanted.events = 0);
        }
        Ok(PyIterReturn::Return(Self::given(ready, vm)))
    }
}

/// Puts ours in the place of the module's.
pub(super) fn patch(vm: &VirtualMachine, module: &Py<PyModule>) -> PyResult<()> {
    module.set_attr("poll", PyPoll::make_static_type(), vm)
}
