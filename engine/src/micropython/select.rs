//! `select.poll()` with streams that are objects, and `ipoll`.

use rustpython_vm::builtins::{PyModule, PyType};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::common::lock::PyMutex;
use rustpython_vm::function::{FuncArgs, OptionalArg};
use rustpython_vm::types::Constructor;
use rustpython_vm::{Py, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use super::by_stream::ByStream;
use super::pollable::{self, READABLE, WRITABLE, Wanted};

/// The flag of `ipoll` by which a stream that was ready is not asked again.
const ONE_SHOT: i32 = 1;

/// A set of streams to ask.
#[pyclass(name = "poll", module = "select")]
#[derive(Debug, PyPayload)]
struct PyPoll {
    streams: PyMutex<ByStream<Wanted>>,
}

impl Constructor for PyPoll {
    type Args = FuncArgs;

    fn py_new(_class: &Py<PyType>, _args: Self::Args, _vm: &VirtualMachine) -> PyResult<Self> {
        Ok(Self { streams: PyMutex::new(ByStream::default()) })
    }
}

impl PyPoll {
    fn ready(
        &self,
        timeout: OptionalArg,
        flags: i32,
        vm: &VirtualMachine,
    ) -> PyResult<Vec<PyObjectRef>> {
        let timeout = match timeout.into_option() {
            Some(timeout) if !vm.is_none(&timeout) => timeout.try_into_value::<i64>(vm)?,
            _ => -1,
        };
        let streams: Vec<Wanted> =
            self.streams.lock().iter().map(|(_, _, wanted)| wanted.clone()).collect();
        let ready = pollable::wait(&streams, u64::try_from(timeout).ok(), vm)?;
        let mut found = Vec::new();
        for (wanted, events) in streams.into_iter().zip(ready) {
            if events != 0 {
                if flags & ONE_SHOT != 0 {
                    self.change(&wanted.stream, |wanted| wanted.events = 0);
                }
                let events = vm.ctx.new_int(events).into();
                found.push(vm.ctx.new_tuple(vec![wanted.stream, events]).into());
            }
        }
        Ok(found)
    }

    fn change(&self, stream: &PyObjectRef, change: impl FnOnce(&mut Wanted)) -> bool {
        self.streams.lock().get_mut(stream).map(change).is_some()
    }
}

#[pyclass(with(Constructor), flags(HAS_WEAKREF))]
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
        Ok(vm.ctx.new_list(zelf.ready(timeout, 0, vm)?).into())
    }

    #[pymethod]
    fn ipoll(
        zelf: &Py<Self>,
        timeout: OptionalArg,
        flags: OptionalArg<i32>,
        vm: &VirtualMachine,
    ) -> PyResult {
        let found = zelf.ready(timeout, flags.unwrap_or(0), vm)?;
        let list: PyObjectRef = vm.ctx.new_list(found).into();
        Ok(list.get_iter(vm)?.into())
    }
}

/// Puts ours in the place of the module's.
pub(super) fn patch(vm: &VirtualMachine, module: &Py<PyModule>) -> PyResult<()> {
    module.set_attr("poll", PyPoll::make_static_type(), vm)
}
