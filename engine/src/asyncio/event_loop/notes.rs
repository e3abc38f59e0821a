//! What the Python half of the loop tells the records.

use loopscope_protocol::{ChainId, FutureId, HandleId, LintRule, TaskId, Which, Word as _};
use rustpython_vm::builtins::{PyBaseException, PyDict};
use rustpython_vm::{AsObject as _, Py, PyObjectRef, VirtualMachine};

use super::super::future_cell::FutureCell;
use super::super::handle::PyHandle;
use super::super::task::PyTask;
use super::super::timer_handle::PyTimerHandle;
use super::PyLoop;
use crate::core::About;
use crate::python::{describe, frames, readable};

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

/// Whatever the program handed over, and whatever its texts raise: telling of it is no error.
pub(super) fn handler_call(
    zelf: &Py<PyLoop>,
    custom: bool,
    given: &PyObjectRef,
    vm: &VirtualMachine,
) {
    let records = zelf.core.records();
    if !records.is_on() {
        return;
    }
    let given = given.downcast_ref::<PyDict>();
    let get = |key: &str| given.and_then(|given| given.get_item_opt(key, vm).ok().flatten());
    let message = get("message").and_then(|message| message.str(vm).ok());
    let exception = get("exception");
    let raised = exception
        .as_ref()
        .and_then(|exception| exception.clone().downcast::<PyBaseException>().ok())
        .map_or(ChainId::NONE, |exception| frames::raised(&exception, records.trace()));
    let exception = exception.map(|exception| shown(&exception, vm));
    let message = message.map_or_else(String::new, |text| readable(&text).into_owned());
    let exception = exception.unwrap_or_default();
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
    records.handler_call(which, &message, &exception, About { task, future, handle, raised });
    if let Some((rule, text)) = diagnosis(&message, &exception) {
        records.lint(rule, task, &text);
    }
}

/// Diagnoses that asyncio itself makes are lints too.
fn diagnosis(message: &str, exception: &str) -> Option<(LintRule, String)> {
    if message.ends_with("exception was never retrieved") {
        return Some((LintRule::NeverRetrieved, format!("{message}: {exception}.")));
    }
    (message == "Task was destroyed but it is pending!")
        .then(|| (LintRule::DestroyedPending, message.to_owned()))
}

/// The repr of an exception; its class alone where that raises.
fn shown(exception: &PyObjectRef, vm: &VirtualMachine) -> String {
    match exception.repr(vm) {
        Ok(text) => readable(&text).into_owned(),
        Err(_) => format!("<{}>", exception.class().name()),
    }
}

/// Sends a lint that Python has found.
pub(super) fn lint(zelf: &Py<PyLoop>, rule: &str, text: &str, about: Option<&PyObjectRef>) {
    let Some(rule) = LintRule::parse(rule) else { return };
    let task = about
        .and_then(|object| object.downcast_ref::<PyTask>().map(|task| task.id()))
        .unwrap_or(TaskId::NONE);
    zelf.core.records().lint(rule, task, text);
}
