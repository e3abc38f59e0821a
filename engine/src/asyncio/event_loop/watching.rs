//! Descriptors and signals that a loop watches.

use loopscope_protocol::WatchHow;
use rustpython_vm::builtins::PyStr;
use rustpython_vm::convert::ToPyException as _;
use rustpython_vm::{AsObject, Py, PyObjectRef, PyPayload as _, PyRef, PyResult, VirtualMachine};

use super::super::addresses;
use super::super::context;
use super::super::handle::{HandleCell, PyHandle};
use super::super::job::PyJob;
use super::PyLoop;
use super::calls::describe_call;
use super::queue::LoopObject as _;
use crate::core::address_text;

pub(super) fn add_watcher(
    zelf: &Py<PyLoop>,
    fd: i32,
    write: bool,
    callback: PyObjectRef,
    args: PyObjectRef,
    vm: &VirtualMachine,
) -> PyResult {
    zelf.check_closed(vm)?;
    let how = if write { WatchHow::Write } else { WatchHow::Read };
    let mut call = vec![callback];
    call.extend(vm.extract_elements_with(&args, Ok)?);
    let handle = repeating(zelf, call.clone(), vm)?;
    let Some(watched) = crate::process::fd::borrow(fd) else {
        return Err(vm.new_value_error(format!("Invalid file descriptor: {fd}")));
    };
    if let Some(address) = connects_to(zelf, write, &call, vm) {
        zelf.core.records().descriptor_connects(watched, &address);
    }
    let job = PyJob::Handle(handle.clone());
    let before = zelf
        .core
        .watch(watched, how, job, |trace| describe_call(&call, trace, vm))
        .map_err(|error| error.to_pyexception(vm))?;
    if let Some(PyJob::Handle(before)) = before {
        vm.call_method(before.as_object(), "cancel", ())?;
    }
    Ok(handle.into())
}

/// Where a socket begins to connect to, by the call that the library's `sock_connect` watches it
/// with. Asked only where records are taken.
fn connects_to(
    zelf: &Py<PyLoop>,
    write: bool,
    call: &[PyObjectRef],
    vm: &VirtualMachine,
) -> Option<String> {
    let [callback, _, _, address] = call else { return None };
    if !write || !zelf.core.records().is_on() {
        return None;
    }
    let name = callback.get_attr("__name__", vm).ok()?;
    let is_library = name.downcast_ref::<PyStr>()?.to_str()? == "_sock_connect_cb";
    is_library.then(|| addresses::of(address, vm)).flatten().map(address_text)
}

pub(super) fn remove_watcher(
    zelf: &Py<PyLoop>,
    fd: i32,
    write: bool,
    vm: &VirtualMachine,
) -> PyResult<bool> {
    if zelf.core.is_closed() {
        return Ok(false);
    }
    let how = if write { WatchHow::Write } else { WatchHow::Read };
    match zelf.core.unwatch(fd, how) {
        Some(PyJob::Handle(handle)) => {
            vm.call_method(handle.as_object(), "cancel", ())?;
            Ok(true)
        }
        Some(_) => Ok(true),
        None => Ok(false),
    }
}

fn repeating(
    zelf: &Py<PyLoop>,
    call: Vec<PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult<PyRef<PyHandle>> {
    let id = zelf.core.ids().handle();
    let context = context::copy(vm)?;
    let cell = HandleCell::new(id, call, Some(context), zelf.to_owned().into(), true);
    Ok(PyHandle { cell }.into_ref(&vm.ctx))
}

pub(super) fn add_signal(
    zelf: &Py<PyLoop>,
    signal: u8,
    replaces: bool,
    callback: PyObjectRef,
    args: PyObjectRef,
    vm: &VirtualMachine,
) -> PyResult {
    let mut call = vec![callback];
    call.extend(vm.extract_elements_with(&args, Ok)?);
    let handle = repeating(zelf, call.clone(), vm)?;
    let id = handle.cell.id;
    zelf.core.signal_added(signal, id, !replaces, |trace| describe_call(&call, trace, vm));
    zelf.hear_signals(vm);
    Ok(handle.into())
}
