//! The present state of all executors and their tasks, sent as ordinary events.

use loopscope_protocol::{By, HandleHow, On, Place, RunHow, TaskId};

use super::{Adapter, EXECUTORS, Slot, on};
use crate::{Scheduler, emit};

impl<const TASKS: usize> Scheduler for Adapter<TASKS> {
    fn room(&self) -> Option<u32> {
        Some(40 * EXECUTORS as u32 + 40 * TASKS as u32)
    }

    fn snapshot(&self) {
        critical_section::with(|cs| {
            let slots = |at: usize| {
                let there = move |slot: &&Slot| {
                    slot.address.get() != 0
                        && slot.task.get().is_some()
                        && usize::from(slot.executor.get()) == at
                };
                self.slots.borrow(cs).iter().filter(there)
            };
            for (at, executor) in self.executors.borrow(cs).iter().enumerate() {
                if executor.address.get() == 0 {
                    continue;
                }
                on(at, || {
                    emit::loop_new();
                    for slot in slots(at) {
                        emit::task_new(slot.task.get(), slot.name.get(), Place::NONE, By::Outside);
                    }
                    if executor.runs.get() {
                        emit::loop_run(RunHow::Forever, TaskId::NONE);
                    }
                    for slot in slots(at) {
                        if executor.current.get() == slot.handle.get() {
                            // What asks for this has interrupted it.
                            emit::handle_new(slot.handle.get(), HandleHow::Wakeup, By::Outside);
                            emit::handle_run(slot.handle.get());
                            emit::task_step(slot.task.get());
                        } else if !slot.queued.get() {
                            emit::task_suspend(slot.task.get(), On::Waker);
                        } else if slot.began.get() {
                            emit::handle_new(slot.handle.get(), HandleHow::Wakeup, By::Outside);
                        } else {
                            emit::handle_new(slot.handle.get(), HandleHow::Step, By::Outside);
                        }
                    }
                });
            }
        });
    }
}
