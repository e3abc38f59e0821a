//! The hot half of the library's socket transport, natively: data that comes, and data that goes at
//! once. What is rare (errors, a full socket, a protocol with buffers, flow control) stays with the
//! library's own methods, and everything does while records are taken.

use std::cell::RefCell;
use std::io;

use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags};
use rustpython_vm::builtins::{
    PyBaseExceptionRef, PyBytes, PyDictRef, PyInt, PySlice, PyStrInterned, PyTypeRef,
};
use rustpython_vm::convert::ToPyException as _;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload as _, PyResult, VirtualMachine,
};

use crate::core::WatchedFd;
use crate::process::fd;
use crate::python::wrap_method;

/// What one read takes at most: the library's `max_size`.
const MAX_SIZE: usize = 256 * 1024;

thread_local! {
    /// What is read lies here first, so that each read takes only the memory of what came.
    static RECEIVED: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// What a transport keeps in its dictionary, and who is meant by it.
#[derive(Clone, Copy)]
struct Names {
    conn_lost: &'static PyStrInterned,
    sock: &'static PyStrInterned,
    sock_fd: &'static PyStrInterned,
    closed: &'static PyStrInterned,
    read_ready_cb: &'static PyStrInterned,
    protocol: &'static PyStrInterned,
    eof: &'static PyStrInterned,
    empty_waiter: &'static PyStrInterned,
    buffer: &'static PyStrInterned,
}

/// What is known of the library's class and of the class of its sockets.
#[derive(Clone)]
struct Known {
    names: Names,
    /// The class that a socket must have exactly.
    socket: PyTypeRef,
    /// The method that takes data, rather than a protocol's own buffer.
    takes_data: PyObjectRef,
}

/// Puts the native halves in the place of two methods of `class`, the library's transport of
/// sockets, whose class is `socket`.
pub(super) fn quicken(class: &PyTypeRef, socket: PyTypeRef, vm: &VirtualMachine) -> PyResult<()> {
    let name = |name: &'static str| vm.ctx.intern_str(name);
    let names = Names {
        conn_lost: name("_conn_lost"),
        sock: name("_sock"),
        sock_fd: name("_sock_fd"),
        closed: name("_closed"),
        read_ready_cb: name("_read_ready_cb"),
        protocol: name("_protocol"),
        eof: name("_eof"),
        empty_waiter: name("_empty_waiter"),
        buffer: name("_buffer"),
    };
    let takes_data = class.as_object().get_attr("_read_ready__data_received", vm)?;
    let known = Known { names, socket, takes_data };
    let of_reads = known.clone();
    wrap_method(vm, class, "_read_ready", move |original, args, vm| match args.args.as_slice() {
        [transport] => match of_reads.takes_data(transport, vm) {
            Some(open) => open.read(transport, &of_reads.takes_data, vm),
            None => original.call(args, vm),
        },
        _ => original.call(args, vm),
    });
    wrap_method(vm, class, "write", move |original, args, vm| match args.args.as_slice() {
        [transport, data] if args.kwargs.is_empty() => {
            match (data.downcast_ref_if_exact::<PyBytes>(vm), known.writes(transport, vm)) {
                (Some(bytes), Some(open)) if !bytes.as_bytes().is_empty() => {
                    open.write(transport, bytes, original, vm)
                }
                _ => original.call(args, vm),
            }
        }
        _ => original.call(args, vm),
    });
    Ok(())
}

/// The state of a transport with an open socket, of which no error is known.
struct Open {
    state: PyDictRef,
    names: Names,
    fd: WatchedFd,
}

impl Known {
    fn open(&self, transport: &PyObject, vm: &VirtualMachine) -> Option<Open> {
        let names = self.names;
        let state = transport.dict()?;
        let get = |name: &'static PyStrInterned| -> Option<PyObjectRef> {
            state.get_item_opt(name, vm).ok().flatten()
        };
        let conn_lost = get(names.conn_lost)?;
        if number(&conn_lost, vm)? != 0 {
            return None;
        }
        let sock = get(names.sock)?;
        if !sock.class().is(&self.socket)
            || !sock.get_attr(names.closed, vm).ok()?.is(&vm.ctx.false_value)
        {
            return None;
        }
        let sock_fd = get(names.sock_fd)?;
        let fd = fd::borrow(number(&sock_fd, vm)?)?;
        Some(Open { state, names, fd })
    }

    /// A transport whose protocol takes data as it comes.
    fn takes_data(&self, transport: &PyObject, vm: &VirtualMachine) -> Option<Open> {
        let open = self.open(transport, vm)?;
        let callback = open.get(self.names.read_ready_cb, vm)?;
        let function = callback.get_attr("__func__", vm).ok()?;
        function.is(&self.takes_data).then_some(open)
    }

    /// A transport that has nothing to write before what comes now.
    fn writes(&self, transport: &PyObject, vm: &VirtualMachine) -> Option<Open> {
        let open = self.open(transport, vm)?;
        let waiter = open.get(self.names.empty_waiter, vm)?;
        let is_free = open.get(self.names.eof, vm)?.is(&vm.ctx.false_value)
            && vm.is_none(&waiter)
            && open.get(self.names.buffer, vm)?.length(vm).ok()? == 0;
        is_free.then_some(open)
    }
}

fn number(object: &PyObject, vm: &VirtualMachine) -> Option<i32> {
    object.downcast_ref_if_exact::<PyInt>(vm)?.try_to_primitive(vm).ok()
}

impl Open {
    fn get(&self, name: &'static PyStrInterned, vm: &VirtualMachine) -> Option<PyObjectRef> {
        self.state.get_item_opt(name, vm).ok().flatten()
    }

    /// `_read_ready__data_received`.
    fn read(&self, transport: &PyObject, takes_data: &PyObject, vm: &VirtualMachine) -> PyResult {
        let received = RECEIVED.with_borrow_mut(|room| {
            room.resize(MAX_SIZE, 0);
            let (length, _) = rustix::net::recv(self.fd, &mut **room, RecvFlags::DONTWAIT)?;
            Ok((length > 0).then(|| vm.ctx.new_bytes(room[..length].to_vec())))
        });
        let data = match received {
            Ok(Some(data)) => data,
            Ok(None) => return vm.call_method(transport, "_read_ready__on_eof", ()),
            Err(error) => return failed(transport, error, "read", vm),
        };
        let protocol = self.get(self.names.protocol, vm).unwrap_or_else(|| vm.ctx.none());
        match vm.call_method(&protocol, "data_received", (data,)) {
            Ok(_) => Ok(vm.ctx.none()),
            Err(error) => self.again(transport, error, takes_data, vm),
        }
    }

    /// What the library's own method does with an error of the protocol's: it gets a transport whose
    /// protocol raises just that, so that the traceback tells of the method, too.
    fn again(
        &self,
        transport: &PyObject,
        error: PyBaseExceptionRef,
        takes_data: &PyObject,
        vm: &VirtualMachine,
    ) -> PyResult {
        let names = self.names;
        let receives = vm.new_function("recv", |_: FuncArgs, vm: &VirtualMachine| -> PyObjectRef {
            vm.ctx.new_bytes(b"\0".to_vec()).into()
        });
        let raises =
            vm.new_function("data_received", move |_: FuncArgs| -> PyResult { Err(error.clone()) });
        let thing = |parts: &[(&'static PyStrInterned, PyObjectRef)]| -> PyResult {
            let thing = vm.ctx.types.namespace_type.as_object().call((), vm)?;
            for (name, part) in parts {
                thing.set_attr(*name, part.clone(), vm)?;
            }
            Ok(thing)
        };
        let sock = thing(&[(vm.ctx.intern_str("recv"), receives.into())])?;
        let protocol = thing(&[(vm.ctx.intern_str("data_received"), raises.into())])?;
        let fatal_error = vm.ctx.intern_str("_fatal_error");
        let stands_in = thing(&[
            (names.conn_lost, vm.ctx.new_int(0).into()),
            (names.sock, sock),
            (vm.ctx.intern_str("max_size"), vm.ctx.new_int(1).into()),
            (names.protocol, protocol),
            (fatal_error, transport.get_attr(fatal_error, vm)?),
        ])?;
        takes_data.call((stands_in,), vm)
    }

    /// `write`, where all of the data may go at once; `original` takes what is left.
    fn write(
        &self,
        transport: &PyObject,
        data: &Py<PyBytes>,
        original: &PyObject,
        vm: &VirtualMachine,
    ) -> PyResult {
        let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
        let sent = match rustix::net::send(self.fd, data.as_bytes(), flags) {
            Ok(sent) => sent,
            Err(error) if is_full(error) => 0,
            Err(error) => return failed(transport, error, "write", vm),
        };
        if sent == data.as_bytes().len() {
            return Ok(vm.ctx.none());
        }
        let all = vm.ctx.types.memoryview_type.as_object().call((data.to_owned(),), vm)?;
        let start = Some(vm.ctx.new_int(sent).into());
        let rest = PySlice { start, stop: vm.ctx.none(), step: None }.into_ref(&vm.ctx);
        let rest = all.get_item(rest.as_object(), vm)?;
        original.call(FuncArgs::from(vec![transport.to_owned(), rest]), vm)
    }
}

/// Whether it only means that there is nothing to do at present.
fn is_full(error: Errno) -> bool {
    [Errno::AGAIN, Errno::WOULDBLOCK, Errno::INTR].contains(&error)
}

/// What the system answered to a read or a write.
fn failed(transport: &PyObject, error: Errno, what: &str, vm: &VirtualMachine) -> PyResult {
    if is_full(error) {
        return Ok(vm.ctx.none());
    }
    let error = io::Error::from(error).to_pyexception(vm);
    fatal_error(transport, error, &format!("Fatal {what} error on socket transport"), vm)
}

/// `_fatal_error`, as it is called where the error is handled.
fn fatal_error(
    transport: &PyObject,
    error: PyBaseExceptionRef,
    text: &str,
    vm: &VirtualMachine,
) -> PyResult {
    let outer = vm.current_exception();
    vm.set_exception(Some(error.clone()));
    let text = vm.ctx.new_str(text);
    let result = vm.call_method(transport, "_fatal_error", (error, text));
    vm.set_exception(outer);
    result.map(|_| vm.ctx.none())
}
