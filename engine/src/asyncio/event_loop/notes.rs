//! What the Python half of the loop tells the records.

use loopscope_protocol::{
    Event, FutureId, HandleId, LintRule, Place, TaskId, Text, Which, Word as _,
};
use rustpython_vm::builtins::PyDictRef;
use rustpython_vm::{Py, PyObjectRef, PyResult, VirtualMachine};

use super::super::describe;
use super::super::future_cell::FutureCell;
use super::super::handle::PyHandle;
use super::super::task::PyTask;
use super::super::timer_handle::PyTimerHandle;
use super::PyLoop;

pub(super) fn handler_set(zelf: &Py<PyLoop>, handler: &PyObjectRef, vm: &VirtualMachine) {
    let trace = zelf.core.trace();
    if trace.is_on() {
        let (which, (name, place)) = if vm.is_none(handler) {
            (Which::Default, Default::default())
        } else {
            (Which::Custom, describe::callable(handler, trace, vm))
        };
        trace.emit(zelf.core.id(), Event::HandlerSet { which, name, place });
    }
}

pub(super) fn handler_call(
    zelf: &Py<PyLoop>,
    custom: bool,
    given: &PyDictRef,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let trace = zelf.core.trace();
    if !trace.is_on() {
        return Ok(());
    }
    let get = |key: &str| given.get_item_opt(key, vm).ok().flatten();
    let message = match get("message") {
        Some(message) => message.str(vm)?.to_string(),
        None => String::new(),
    };
    let exception = match get("exception") {
        Some(exception) => exception.repr(vm)?.to_string(),
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
    let slot = |text: &str, slot| if text.is_empty() { Text::NONE } else { slot };
    let event = Event::HandlerCall {
        which,
        message: slot(&message, Text::FIRST),
        exception: slot(&exception, Text::SECOND),
        task,
        handle,
        future,
    };
    trace.emit_with(zelf.core.id(), event, &[&message, &exception]);
    Ok(())
}

/// Sends a lint that Python has found.
pub(super) fn lint(zelf: &Py<PyLoop>, rule: &str, text: &str, about: Option<&PyObjectRef>) {
    let trace = zelf.core.trace();
    let Some(rule) = LintRule::parse(rule).filter(|_| trace.is_on()) else { return };
    let task = about
        .and_then(|object| object.downcast_ref::<PyTask>().map(|task| task.id()))
        .unwrap_or(TaskId::NONE);
    let event = Event::Lint {
        rule,
        text: Text::FIRST,
        task,
        future: FutureId::NONE,
        handle: HandleId::NONE,
        place: Place::NONE,
    };
    trace.emit_with(zelf.core.id(), event, &[text]);
}
