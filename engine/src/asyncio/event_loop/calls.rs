//! `call_soon`, `call_later` and their like: the checks, the handle, the place in a queue.

use loopscope_protocol::{FutureId, HandleHow, TaskId};
use rustpython_vm::function::{ArgumentError, DefaultRepr, FromArgs, FuncArgs, Param};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload as _, PyRef, PyResult, VirtualMachine,
};

use super::super::future_cell::FutureCell;
use super::super::handle::HandleCell;
use super::super::job::PyJob;
use super::super::task::PyTask;
use super::super::timer_handle::PyTimerHandle;
use super::super::{context, registry};
use super::PyLoop;
use super::queue::LoopObject as _;
use crate::core::{HandleInfo, Trace};
use crate::dialect::Rules;
use crate::python::describe;

/// Arguments as they come, with the parameters that `inspect.signature` tells of them.
macro_rules! told_as {
    ($($(#[$doc:meta])* $name:ident($($before:literal)*);)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub(in crate::asyncio) struct $name(pub(super) FuncArgs);

        impl FromArgs for $name {
            const PARAMS: Option<&'static [Param]> = Some(&[
                $(Param::positional_or_keyword($before),)*
                Param::var_positional("args"),
                Param::keyword_only("context", Some(DefaultRepr::None)),
            ]);

            fn from_args(_: &VirtualMachine, args: &mut FuncArgs) -> Result<Self, ArgumentError> {
                Ok(Self(std::mem::take(args)))
            }
        }
    )*};
}

told_as! {
    /// Those of `call_soon` and `call_soon_threadsafe`.
    SoonArgs("callback");
    /// Those of `call_later`.
    LaterArgs("delay" "callback");
    /// Those of `call_at`.
    AtArgs("when" "callback");
}

/// The callback, its arguments and `context=` out of a call's arguments.
fn split(
    mut args: FuncArgs,
    names: &[&str],
    missing: &'static str,
    vm: &VirtualMachine,
) -> PyResult<(Vec<PyObjectRef>, Option<PyObjectRef>)> {
    // In 3.6 it is a parameter as unknown as any other.
    let context = if Rules::is_3_6() {
        None
    } else {
        args.kwargs.shift_remove("context").filter(|context| !vm.is_none(context))
    };
    for (at, name) in names.iter().enumerate() {
        let Some(given) = args.kwargs.shift_remove(name) else { continue };
        match args.args.len() {
            len if len == at => args.args.push(given),
            len if len > at => {
                return Err(vm.new_type_error(format!("got multiple values for argument '{name}'")));
            }
            _ => return Err(vm.new_type_error(missing)),
        }
    }
    if let Some(other) = args.kwargs.keys().next() {
        let text = format!("got an unexpected keyword argument '{other}'");
        return Err(vm.new_type_error(text));
    }
    if args.args.len() < names.len() {
        return Err(vm.new_type_error(missing));
    }
    Ok((args.args, context))
}

/// What a record says of a callback: its name and place, and the future among its arguments
/// that it will complete.
pub(super) fn describe_call(
    call: &[PyObjectRef],
    trace: &Trace,
    vm: &VirtualMachine,
) -> HandleInfo {
    let (name, place) = describe::callable(&call[0], trace, vm);
    let argument = call.get(1).filter(|first| first.downcast_ref::<PyTask>().is_none());
    let future = argument
        .and_then(|first| FutureCell::of(first))
        .map_or(FutureId::NONE, FutureCell::future_id);
    HandleInfo { name, place, task: TaskId::NONE, future }
}

pub(super) fn call_soon(zelf: &Py<PyLoop>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    zelf.check_closed(vm)?;
    let missing = "call_soon() missing 1 required positional argument: 'callback'";
    let (call, given) = split(args, &["callback"], missing, vm)?;
    check_call(zelf, &call, "call_soon", true, vm)?;
    soon(zelf, call, given, HandleHow::Soon, vm)
}

pub(super) fn call_soon_threadsafe(
    zelf: &Py<PyLoop>,
    args: FuncArgs,
    vm: &VirtualMachine,
) -> PyResult {
    zelf.check_closed(vm)?;
    let missing = "call_soon_threadsafe() missing 1 required positional argument: 'callback'";
    let (call, given) = split(args, &["callback"], missing, vm)?;
    check_call(zelf, &call, "call_soon_threadsafe", false, vm)?;
    let handle = soon(zelf, call, given, HandleHow::Threadsafe, vm)?;
    zelf.core.wake();
    Ok(handle)
}

/// What debug mode checks of a call before it is queued.
fn check_call(
    zelf: &Py<PyLoop>,
    call: &[PyObjectRef],
    method: &'static str,
    same_thread: bool,
    vm: &VirtualMachine,
) -> PyResult<()> {
    if !zelf.debug() {
        return Ok(());
    }
    if same_thread {
        vm.call_method(zelf.as_object(), "_check_thread", ())?;
    }
    let name = vm.ctx.new_str(method);
    vm.call_method(zelf.as_object(), "_check_callback", (call[0].clone(), name))?;
    Ok(())
}

fn soon(
    zelf: &Py<PyLoop>,
    call: Vec<PyObjectRef>,
    given: Option<PyObjectRef>,
    how: HandleHow,
    vm: &VirtualMachine,
) -> PyResult {
    let context = match given {
        Some(context) => context,
        None => context::copy(vm)?,
    };
    let handle = zelf.queue_call(call, context, how, vm);
    if zelf.debug() {
        let source = registry::source_traceback(zelf.as_object(), vm)?;
        *handle.cell.source_traceback.lock() = source;
    }
    Ok(handle.into())
}

pub(super) fn call_later(zelf: &Py<PyLoop>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let missing = "call_later() missing required arguments: 'delay' and 'callback'";
    let (mut call, given) = split(args, &["delay", "callback"], missing, vm)?;
    let delay = call.remove(0);
    if vm.is_none(&delay) && !Rules::is_3_6() {
        return Err(vm.new_type_error("delay must not be None"));
    }
    let when = vm._add(vm.ctx.new_float(zelf.core.time()).as_object(), &delay)?;
    timer(zelf, &when, call, given, vm)
}

pub(super) fn call_at(zelf: &Py<PyLoop>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let missing = "call_at() missing required arguments: 'when' and 'callback'";
    let (mut call, given) = split(args, &["when", "callback"], missing, vm)?;
    let when = call.remove(0);
    if vm.is_none(&when) {
        if Rules::is_3_6() {
            return Err(vm.new_exception_empty(vm.ctx.exceptions.assertion_error.to_owned()));
        }
        return Err(vm.new_type_error("when cannot be None"));
    }
    timer(zelf, &when, call, given, vm)
}

fn timer(
    zelf: &Py<PyLoop>,
    when: &PyObject,
    call: Vec<PyObjectRef>,
    given: Option<PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult {
    zelf.check_closed(vm)?;
    check_call(zelf, &call, "call_at", true, vm)?;
    let given_when = when;
    let when = when.try_float(vm)?.to_f64();
    let context = match given {
        Some(context) => context,
        None => context::copy(vm)?,
    };
    let id = zelf.core.ids().handle();
    let trace = zelf.core.trace();
    let info = if trace.is_on() { describe_call(&call, trace, vm) } else { HandleInfo::default() };
    let cell = HandleCell::new(id, call, Some(context), zelf.to_owned().into(), false);
    let class = PyTimerHandle::class(&vm.ctx).to_owned();
    let timer = PyRef::new_ref(PyTimerHandle::new(cell, when, given_when, vm), class, None);
    zelf.core.call_at(when, PyJob::Timer(timer.clone()), |_| info);
    if zelf.debug() {
        let source = registry::source_traceback(zelf.as_object(), vm)?;
        *timer.cell.source_traceback.lock() = source;
    }
    Ok(timer.into())
}
