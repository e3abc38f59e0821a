//! The native module `_loopscope_outside`: what the Python half tells the records of jobs, servers,
//! transports and child processes. `package/asyncio/_outside.py` calls it, which is imported only
//! where records are written.
//!
//! Each function takes the number of the loop first. Numbers that the program may have replaced by
//! objects of its own, as its tests do, are taken as they come and count as nothing.

use loopscope_protocol::{JobId, LoopId, ObjectId, Word};
use rustpython_vm::{PyObject, VirtualMachine};

use super::future_cell::FutureCell;
use crate::core::{FromOutside, Records};
use crate::python::describe;
use crate::run::Run;

pub(super) use _loopscope_outside::module_def;

/// The records of loop `on`.
fn records(on: u32) -> Records<'static> {
    Records::new(&Run::current().trace, LoopId(on))
}

fn word<W: Word>(text: &str) -> W {
    W::parse(text).unwrap_or(W::ALL[0])
}

fn count(object: &PyObject, vm: &VirtualMachine) -> u64 {
    object.try_index(vm).ok().and_then(|number| number.try_to_primitive(vm).ok()).unwrap_or(0)
}

/// Tells what completes a future.
fn completes(future: &PyObject, from: FromOutside) {
    if let Some(cell) = FutureCell::of(future) {
        cell.with_native(|native| {
            native.core.records().future_outside(cell.future_id(), from);
        });
    }
}

#[rustpython_vm::pymodule]
mod _loopscope_outside {
    use loopscope_protocol::{Fd, WatchHow};
    use rustpython_vm::builtins::PyStrRef;
    use rustpython_vm::{PyObjectRef, VirtualMachine};

    use super::{FromOutside, JobId, ObjectId, Run, completes, count, describe, records, word};
    use crate::core::NewTransport;
    use crate::python::readable;

    // ---- executors ---------------------------------------------------------------------------

    /// A function was given to an executor: the job's number.
    #[pyfunction]
    fn job_submitted(on: u32, function: PyObjectRef, pool: String, vm: &VirtualMachine) -> u32 {
        let run = Run::current();
        let job = run.ids.job();
        let (name, _) = describe::callable(&function, &run.trace, vm);
        records(on).job_submitted(job, name, word(&pool));
        job.0
    }

    #[pyfunction]
    fn job_started(on: u32, job: u32, thread: PyStrRef) {
        let thread = Run::current().trace.name(&readable(&thread));
        records(on).job_started(JobId(job), thread);
    }

    #[pyfunction]
    fn job_done(on: u32, job: u32, how: String) {
        records(on).job_done(JobId(job), word(&how));
    }

    #[pyfunction]
    fn future_of_job(future: PyObjectRef, job: u32) {
        completes(&future, FromOutside::Job(JobId(job)));
    }

    // ---- servers -----------------------------------------------------------------------------

    /// A server listens: its number.
    #[pyfunction]
    fn server_new(on: u32, how: String, addresses: PyStrRef) -> u32 {
        let id = Run::current().ids.server();
        records(on).server_new(id, word(&how), &readable(&addresses));
        id.0
    }

    #[pyfunction]
    fn server_listens(on: u32, id: u32, fd: i32, address: PyStrRef) {
        records(on).server_listens(ObjectId(id), Fd(fd), &readable(&address));
    }

    #[pyfunction]
    fn server_closing(on: u32, id: u32, clients: u32) {
        records(on).server_closing(ObjectId(id), clients);
    }

    #[pyfunction]
    fn server_closed(on: u32, id: u32) {
        records(on).server_closed(ObjectId(id));
    }

    #[pyfunction]
    fn future_of_server(future: PyObjectRef, id: u32) {
        completes(&future, FromOutside::Server(ObjectId(id)));
    }

    // ---- transports --------------------------------------------------------------------------

    #[derive(rustpython_vm::FromArgs)]
    struct NewArgs {
        #[pyarg(positional)]
        on: u32,
        #[pyarg(positional)]
        how: String,
        #[pyarg(positional)]
        fd: i32,
        #[pyarg(positional)]
        address: PyStrRef,
        #[pyarg(positional)]
        local: PyStrRef,
        #[pyarg(positional)]
        server: u32,
        #[pyarg(positional)]
        process: u32,
    }

    /// A transport exists: its number.
    #[pyfunction]
    fn transport_new(args: NewArgs) -> u32 {
        let id = Run::current().ids.transport();
        let new = NewTransport {
            how: word(&args.how),
            fd: Fd(args.fd),
            address: &readable(&args.address),
            local: &readable(&args.local),
            server: ObjectId(args.server),
            process: ObjectId(args.process),
        };
        records(args.on).transport_new(id, new);
        id.0
    }

    #[pyfunction]
    fn transport_read(on: u32, id: u32, bytes: PyObjectRef, vm: &VirtualMachine) {
        records(on).transport_read(ObjectId(id), count(&bytes, vm));
    }

    #[pyfunction]
    fn transport_written(on: u32, id: u32, bytes: PyObjectRef, vm: &VirtualMachine) {
        records(on).transport_written(ObjectId(id), count(&bytes, vm));
    }

    #[pyfunction]
    fn transport_paused(on: u32, id: u32, how: String, buffered: PyObjectRef, vm: &VirtualMachine) {
        let buffered = count(&buffered, vm);
        records(on).transport_paused(ObjectId(id), word::<WatchHow>(&how), buffered);
    }

    #[pyfunction]
    fn transport_resumed(on: u32, id: u32, how: String) {
        records(on).transport_resumed(ObjectId(id), word(&how));
    }

    #[pyfunction]
    fn transport_eof(on: u32, id: u32, how: String) {
        records(on).transport_eof(ObjectId(id), word(&how));
    }

    #[pyfunction]
    fn transport_tls(on: u32, id: u32, text: PyStrRef) {
        records(on).transport_tls(ObjectId(id), &readable(&text));
    }

    #[pyfunction]
    fn transport_closing(on: u32, id: u32, how: String, exception: PyStrRef) {
        records(on).transport_closing(ObjectId(id), word(&how), &readable(&exception));
    }

    #[pyfunction]
    fn transport_closed(on: u32, id: u32) {
        records(on).transport_closed(ObjectId(id));
    }

    #[pyfunction]
    fn future_of_transport(future: PyObjectRef, id: u32) {
        completes(&future, FromOutside::Transport(ObjectId(id)));
    }

    // ---- child processes ---------------------------------------------------------------------

    /// A child process was started: its number.
    #[pyfunction]
    fn process_new(on: u32, pid: u32, command: PyStrRef) -> u32 {
        let id = Run::current().ids.process();
        records(on).process_new(id, pid, &readable(&command));
        id.0
    }

    #[pyfunction]
    fn process_ended(on: u32, id: u32, pid: u32, code: i32) {
        records(on).process_ended(ObjectId(id), pid, code);
    }

    #[pyfunction]
    fn future_of_process(future: PyObjectRef, id: u32) {
        completes(&future, FromOutside::Process(ObjectId(id)));
    }
}
