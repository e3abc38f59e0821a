//! What the Python half of the loop tells the records.

use loopscope_protocol::{FutureId, HandleId, LintRule, TaskId, Which, Word as _};
use rustpython_vm::builtins::PyDictRef;
use rustpython_vm::{Py, PyObjectRef, PyResult, VirtualMachine};

use super::super::future_cell::FutureCell;
use super::super::handle::PyHandle;
use super::super::task::PyTask;
use super::super::timer_handle::PyTimerHandle;
use super::PyLoop;
use crate::core::About;
use crate::python::{describe, readable};

pub(super) fn handler_set(zelf: &Py<PyLoop>, handler: &PyObjectRef, vm: &VirtualMachine) {
    let records = zelf.core.records();
    if records.is_on() {
        let (which, described) = if vm.is_none(handler) {
            (Which::Default, Default::default())
        } else {
            (Which::Custom, describe::callable(handler, records.trace(), vm))
        };
        records.handler_set(which, described);
    }
}

pub(super) fn handler_call(
    zelf: &Py<PyLoop>,
    custom: bool,
    given: &PyDictRef,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let records = zelf.core.records();
    if !records.is_on() {
        return Ok(());
    }
    let get = |key: &str| given.get_item_opt(key, vm).ok().flatten();
    let message = match get("message") {
        Some(message) => readable(&*message.str(vm)?).into_owned(),
        None => String::new(),
    };
    let exception = match get("exception") {
        Some(exception) => readable(&*exception.repr(vm)?).into_owned(),
        None => String::new(),
    };
    let of = [get("task"), get("future")];
    let mut task = TaskId::NONE;
    let mut future = FutureId::NONE;
    for object in of.into_iter().flatten() {
        if let Some(found) = object.downcast_ref::<PyTask>() {
            task = found.id();
        } else if let Some(cell) = FutureCell::of(&object) {
            future = cell.future_id();
        }
    }
    let handle = get("handle").map_or(HandleId::NONE, |object| {
        object
            .downcast_ref::<PyHandle>()
            .map(|handle| handle.cell.id)
            .or_else(|| object.downcast_ref::<PyTimerHandle>().map(|timer| timer.cell.id))
            .unwrap_or(HandleId::NONE)
    });
    let which = if custom { Which::Custom } else { Which::Default };
    records.handler_call(which, &message, &exception, About { task, future, handle });
    Ok(())
}

/// Sends a lint that Python has found.
pub(super) fn lint(zelf: &Py<PyLoop>, rule: &str, text: &str, about: Option<&PyObjectRef>) {
    let Some(rule) = LintRule::parse(rule) else { return };
    let task = about
        .and_then(|object| object.downcast_ref::<PyTask>().map(|task| task.id()))
        .unwrap_or(TaskId::NONE);
    zelf.core.records().lint(rule, task, text);
}
