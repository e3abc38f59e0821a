//! What the rest of asyncio asks of a loop: queueing steps and wake-ups, and knowing its tasks.

use std::sync::atomic::Ordering;

use loopscope_protocol::{FutureId, HandleHow, TaskId};
use rustpython_vm::builtins::PyTypeRef;
use rustpython_vm::vm::thread::with_current_vm;
use rustpython_vm::{AsObject, Py, PyObjectRef, PyPayload as _, PyRef, PyResult, VirtualMachine};

use super::super::future_cell::FutureCell;
use super::super::handle::{HandleCell, PyHandle};
use super::super::job::PyJob;
use super::super::registry;
use super::super::task::PyTask;
use super::calls::describe_call;
use super::{PyLoop, running};
use crate::core::{HandleInfo, Trace};
use crate::dialect::Rules;
use crate::python::describe;

/// What needs the loop as an object.
pub(in crate::asyncio) trait LoopObject {
    fn queue_call(
        &self,
        call: Vec<PyObjectRef>,
        context: PyObjectRef,
        how: HandleHow,
        vm: &VirtualMachine,
    ) -> PyRef<PyHandle>;
    fn queue_step(&self, task: PyRef<PyTask>);
    fn queue_wakeup(&self, task: PyRef<PyTask>, future: PyObjectRef);
    fn register(&self, task: &Py<PyTask>, vm: &VirtualMachine) -> PyResult<()>;
    fn unregister(&self, task: TaskId);
    fn process_self_pipe(&self, vm: &VirtualMachine) -> PyResult<()>;
    fn hear_signals(&self, vm: &VirtualMachine) -> bool;
}

impl LoopObject for Py<PyLoop> {
    /// Queues a call as `call_soon` does, without its checks.
    fn queue_call(
        &self,
        call: Vec<PyObjectRef>,
        context: PyObjectRef,
        how: HandleHow,
        vm: &VirtualMachine,
    ) -> PyRef<PyHandle> {
        let id = self.core.ids().handle();
        let trace = self.core.trace();
        let info =
            if trace.is_on() { describe_call(&call, trace, vm) } else { HandleInfo::default() };
        let cell = HandleCell::new(id, call, Some(context), self.to_owned().into(), false);
        let handle = PyHandle { cell };
        let handle = match thread_safe_class(how, vm) {
            Some(class) => PyRef::new_ref(handle, class, None),
            None => handle.into_ref(&vm.ctx),
        };
        self.core.call_soon(PyJob::Handle(handle.clone()), how, |_| info);
        handle
    }

    fn queue_step(&self, task: PyRef<PyTask>) {
        let id = self.core.ids().handle();
        if !self.core.trace().is_on() {
            let job = PyJob::Step(task, id);
            self.core.call_soon(job, HandleHow::Step, |_| HandleInfo::default());
            return;
        }
        let info = task.clone();
        self.core.call_soon(PyJob::Step(task, id), HandleHow::Step, |trace| {
            step_info(&info, FutureId::NONE, trace)
        });
    }

    fn queue_wakeup(&self, task: PyRef<PyTask>, future: PyObjectRef) {
        let id = self.core.ids().handle();
        if !self.core.trace().is_on() {
            let job = PyJob::Wakeup(task, id, future);
            self.core.call_soon(job, HandleHow::Wakeup, |_| HandleInfo::default());
            return;
        }
        let info = task.clone();
        let done = match future.downcast_ref::<PyTask>() {
            Some(_) => FutureId::NONE,
            None => FutureCell::of(&future).map_or(FutureId::NONE, FutureCell::future_id),
        };
        let job = PyJob::Wakeup(task, id, future);
        self.core.call_soon(job, HandleHow::Wakeup, |trace| step_info(&info, done, trace));
    }

    fn register(&self, task: &Py<PyTask>, vm: &VirtualMachine) -> PyResult<()> {
        let weak = task.as_object().downgrade(None, vm)?;
        self.tasks.lock().insert(task.id().0, weak);
        Ok(())
    }

    fn unregister(&self, task: TaskId) {
        let gone = self.tasks.lock().remove(&task.0);
        drop(gone);
    }

    /// What the self-pipe's reader does: signals that arrived get their handles queued.
    fn process_self_pipe(&self, vm: &VirtualMachine) -> PyResult<()> {
        for signal in self.core.read_self_pipe() {
            vm.call_method(self.as_object(), "_handle_signal", (u32::from(signal),))?;
        }
        Ok(())
    }

    /// Before the loop first sleeps for real, signals are made to wake it. True: only now.
    fn hear_signals(&self, vm: &VirtualMachine) -> bool {
        if self.hears.swap(true, Ordering::Relaxed) {
            return false;
        }
        if let Some(fd) = self.core.wakeup_fd() {
            // Only the main thread may, and only it receives signals.
            let _ = running::set_wakeup_fd(fd, vm);
        }
        true
    }
}

/// The class of what `call_soon_threadsafe` gives, where it is not that of any handle.
fn thread_safe_class(how: HandleHow, vm: &VirtualMachine) -> Option<PyTypeRef> {
    if how != HandleHow::Threadsafe || !Rules::is_3_14() {
        return None;
    }
    let class = registry::submodule("events", vm)
        .and_then(|events| events.get_attr("_ThreadSafeHandle", vm));
    class.ok()?.downcast().ok()
}

fn step_info(task: &Py<PyTask>, future: FutureId, trace: &Trace) -> HandleInfo {
    let (coroutine, described) = {
        let own = task.own.lock();
        match own.described {
            Some(described) if own.coroutine.is_some() => (None, described),
            _ => (own.coroutine.clone(), Default::default()),
        }
    };
    let (name, place) = match coroutine {
        None => described,
        // Its loop was not one of ours when it was made.
        Some(coroutine) => with_current_vm(|vm| describe::coroutine(&coroutine, trace, vm)),
    };
    HandleInfo { name, place, task: task.id(), future }
}
