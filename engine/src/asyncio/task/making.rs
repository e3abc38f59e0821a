//! A new task: what it gets from its creator, its record, and its first step.

use std::sync::atomic::Ordering;

use loopscope_protocol::NameId;
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload as _, PyRef, PyResult, VirtualMachine,
};

use super::super::event_loop::{LoopObject as _, PyLoop};
use super::super::{context, registry, step, sync};
use super::{PyTask, queue_step};
use crate::core::Trace;
use crate::dialect::Rules;
use crate::python::{describe, readable};

/// `loop.create_task()` without a factory.
pub(in crate::asyncio) fn create(
    event_loop: PyObjectRef,
    coroutine: PyObjectRef,
    name: Option<PyObjectRef>,
    context: Option<PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult<PyRef<PyTask>> {
    let task = PyRef::new_ref(PyTask::empty(), PyTask::class(&vm.ctx).to_owned(), None);
    set_up(&task, event_loop, coroutine, name, context, false, vm)?;
    Ok(task)
}

pub(super) fn set_up(
    zelf: &Py<PyTask>,
    event_loop: PyObjectRef,
    coroutine: PyObjectRef,
    name: Option<PyObjectRef>,
    context: Option<PyObjectRef>,
    eager: bool,
    vm: &VirtualMachine,
) -> PyResult<()> {
    // In 3.6 it is the first step that fails.
    if !Rules::is_3_6() && !is_coroutine(&coroutine, vm)? {
        zelf.log_destroy_pending.store(false, Ordering::Relaxed);
        let text = format!("a coroutine was expected, got {}", coroutine.repr(vm)?);
        return Err(vm.new_type_error(text));
    }
    registry::note_source(&zelf.cell, &event_loop, vm)?;
    let context = match context {
        Some(context) => context,
        None => context::copy(vm)?,
    };
    let name = match name {
        None => {
            zelf.default_name.store(registry::next_task_name(), Ordering::Relaxed);
            None
        }
        Some(name) if name.fast_isinstance(vm.ctx.types.str_type) => Some(name),
        Some(name) => Some(name.str(vm)?.into()),
    };
    {
        let mut own = zelf.own.lock();
        own.coroutine = Some(coroutine.clone());
        own.context = Some(context);
        own.name = name;
    }
    zelf.cell.data.lock().event_loop = Some(event_loop.clone());
    if let Some(native) = event_loop.downcast_ref::<PyLoop>() {
        let id = native.core.ids().task();
        zelf.cell.number.store(id.0, Ordering::Relaxed);
        native.register(zelf, vm)?;
        let trace = native.core.trace();
        if trace.is_on() {
            let described = describe::coroutine(&coroutine, trace, vm);
            zelf.own.lock().described = Some(described);
            let label = label(zelf, trace, vm);
            native.core.records().task_new(id, described, label);
            sync::tell_at_hand(native.core.records(), id, &coroutine, vm);
        }
    } else {
        registry::number_foreign(&zelf.cell, true);
        let tasks = vm.import("_asyncio", 0)?.get_attr("_register_task", vm)?;
        tasks.call((zelf.to_owned(),), vm)?;
    }
    if eager && vm.call_method(&event_loop, "is_running", ())?.try_to_bool(vm)? {
        return start_eagerly(zelf, vm);
    }
    queue_step(zelf, event_loop.downcast_ref::<PyLoop>(), vm)
}

/// A task's own name. One that was given to it may well be given to others; `Task-7` may not, and
/// is made a string of Python's only if the program asks for it.
fn label(task: &Py<PyTask>, trace: &Trace, vm: &VirtualMachine) -> NameId {
    let given = task.own.lock().name.clone();
    match given.map(|name| name.str(vm)) {
        Some(Ok(given)) => trace.name(&readable(&given)),
        Some(Err(_)) => NameId::NONE,
        None => trace.own_name(&task.default_name()),
    }
}

fn is_coroutine(object: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
    if object.class().is(vm.ctx.types.coroutine_type) {
        return Ok(true);
    }
    let is_coroutine = registry::submodule("coroutines", vm)?.get_attr("iscoroutine", vm)?;
    is_coroutine.call((object.to_owned(),), vm)?.try_to_bool(vm)
}

/// The eager factory's first step: at once, in the place of the task that runs now.
fn start_eagerly(zelf: &Py<PyTask>, vm: &VirtualMachine) -> PyResult<()> {
    step::check_context(zelf, vm)?;
    let before = vm.asyncio_running_task.replace(None);
    let result = step::step(zelf, None, None, vm);
    vm.asyncio_running_task.replace(before);
    if !zelf.cell.is_pending() {
        // As CPython: there is nothing to come back to.
        let gone = zelf.own.lock().coroutine.take();
        drop(gone);
    }
    result
}
