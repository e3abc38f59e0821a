//! What CPython's native modules have and the interpreter's do not.

use rustpython_vm::builtins::{PyTupleRef, PyTypeRef};
use rustpython_vm::function::{ArgMemoryBuffer, FuncArgs};
use rustpython_vm::{PyObject, PyObjectRef, PyResult, TryFromObject as _, VirtualMachine};

/// `socket.recvmsg_into`, by `recvmsg`.
pub(super) fn add_to_socket(vm: &VirtualMachine, socket: &PyTypeRef) {
    let name = vm.ctx.intern_str("recvmsg_into");
    if socket.get_attr(name).is_some() {
        return;
    }
    // A native class lives as long as the process; this keeps one more reference to it.
    let owner: &'static PyTypeRef = Box::leak(Box::new(socket.clone()));
    let receive =
        |socket: PyObjectRef, buffers: PyObjectRef, more: FuncArgs, vm: &VirtualMachine| {
            receive_message(&socket, &buffers, more, vm)
        };
    let method = vm.new_method("recvmsg_into", owner, receive);
    socket.set_attr(name, method.into());
}

fn receive_message(
    socket: &PyObject,
    buffers: &PyObject,
    mut more: FuncArgs,
    vm: &VirtualMachine,
) -> PyResult<PyTupleRef> {
    let buffers =
        vm.extract_elements_with(buffers, |each| ArgMemoryBuffer::try_from_object(vm, each))?;
    let room: usize = buffers.iter().map(ArgMemoryBuffer::len).sum();
    more.prepend_arg(vm.ctx.new_int(room).into());
    let message: PyTupleRef = vm.call_method(socket, "recvmsg", more)?.try_into_value(vm)?;
    let [data, ancillary, flags, address] = message.as_slice() else {
        return Err(vm.new_system_error("recvmsg() gives four things"));
    };
    let data = data.try_bytes_like(vm, <[u8]>::to_vec)?;
    let mut rest = data.as_slice();
    for buffer in &buffers {
        let (here, later) = rest.split_at(rest.len().min(buffer.len()));
        buffer.borrow_buf_mut()[..here.len()].copy_from_slice(here);
        rest = later;
    }
    let count = vm.ctx.new_int(data.len()).into();
    Ok(vm.ctx.new_tuple(vec![count, ancillary.clone(), flags.clone(), address.clone()]))
}
