//! What the executor's trace hooks tell, each as the executor calls it.

use loopscope_protocol::{HandleId, NameId, On, Place, RunHow, TaskHow, TaskId};

use super::{Adapter, on};
use crate::{Hold, emit, exception, poll};

impl<const TASKS: usize> Adapter<TASKS> {
    /// `_embassy_trace_task_new`.
    pub fn task_new(&self, executor: u32, task: u32) {
        critical_section::with(|cs| {
            let at = self.executor(cs, executor, true);
            let slot = self
                .seen(cs, task)
                .or_else(|| self.slots.borrow(cs).iter().find(|slot| slot.address.get() == 0));
            let (Some(at), Some(slot)) = (at, slot) else {
                emit::task_untold();
                return;
            };
            let number = self.tasks.borrow(cs).get() + 1;
            self.tasks.borrow(cs).set(number);
            if slot.address.get() != task {
                // The host finds the name of its pool by the address, which is no name's number.
                slot.name.set(NameId(task));
            }
            slot.address.set(task);
            slot.task.set(TaskId(number));
            slot.handle.set(HandleId::NONE);
            slot.queued.set(false);
            slot.began.set(false);
            slot.executor.set(at as u8);
            let by = self.by(cs);
            on(at, || emit::task_new(TaskId(number), slot.name.get(), Place::NONE, by));
        });
    }

    /// `_embassy_trace_task_ready_begin`; may come from an interrupt.
    pub fn task_ready(&self, executor: u32, task: u32) {
        let _ = executor;
        critical_section::with(|cs| {
            if let Some(slot) = self.seen(cs, task) {
                self.queue(cs, slot);
            }
        });
    }

    /// `_embassy_trace_poll_start`.
    pub fn poll_start(&self, executor: u32) {
        critical_section::with(|cs| {
            let Some(at) = self.executor(cs, executor, true) else { return };
            let known = &self.executors.borrow(cs)[at];
            if !known.runs.replace(true) {
                on(at, || emit::loop_run(RunHow::Forever, TaskId::NONE));
            }
            if self.any_queued(cs, at) && known.idle.replace(false) {
                on(at, emit::poll_end);
            }
        });
    }

    /// `_embassy_trace_executor_idle`.
    pub fn executor_idle(&self, executor: u32) {
        critical_section::with(|cs| {
            if let Some(at) = self.executor(cs, executor, false)
                && !self.any_queued(cs, at)
                && !self.executors.borrow(cs)[at].idle.replace(true)
            {
                on(at, || emit::poll_begin(None));
            }
        });
        self.look_after();
    }

    /// `_embassy_trace_task_exec_begin`.
    pub fn task_exec_begin(&self, executor: u32, task: u32) {
        let seen = critical_section::with(|cs| self.seen(cs, task).is_some());
        if !seen {
            return;
        }
        // The host may hold the executor here, before the task.
        self.look_after();
        critical_section::with(|cs| {
            let Some(slot) = self.seen(cs, task) else { return };
            let Some(at) = self.executor(cs, executor, false) else { return };
            let known = &self.executors.borrow(cs)[at];
            // It was queued before the hooks were looked at.
            self.queue(cs, slot);
            slot.queued.set(false);
            slot.began.set(true);
            known.current.set(slot.handle.get());
            known.context.set(exception::active());
            on(at, || {
                if known.idle.replace(false) {
                    emit::poll_end();
                }
                emit::handle_run(slot.handle.get());
                emit::task_step(slot.task.get());
            });
        });
    }

    /// `_embassy_trace_task_end`.
    pub fn task_end(&self, executor: u32, task: u32) {
        let _ = executor;
        critical_section::with(|cs| {
            if let Some(slot) = self.seen(cs, task) {
                on(slot.executor.get().into(), || {
                    emit::task_done(slot.task.get(), TaskHow::Result);
                });
                slot.address.set(0);
            }
        });
    }

    /// `_embassy_trace_task_exec_end`.
    pub fn task_exec_end(&self, executor: u32, task: u32) {
        critical_section::with(|cs| {
            let Some(at) = self.executor(cs, executor, false) else { return };
            let handle = self.executors.borrow(cs)[at].current.replace(HandleId::NONE);
            if !handle.is_some() {
                return;
            }
            on(at, || {
                if let Some(slot) = self.seen(cs, task) {
                    let waits = if slot.queued.get() { On::Nothing } else { On::Waker };
                    emit::task_suspend(slot.task.get(), waits);
                }
                emit::handle_done(handle);
            });
        });
    }

    /// Answers the host, and holds here for as long as it wants.
    fn look_after(&self) {
        if critical_section::with(|cs| self.looks.borrow(cs).replace(true)) {
            return;
        }
        while poll(self) == Hold::Yes {
            core::hint::spin_loop();
        }
        critical_section::with(|cs| self.looks.borrow(cs).set(false));
    }
}
