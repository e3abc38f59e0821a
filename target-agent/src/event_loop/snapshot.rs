//! The loop's present state, sent as ordinary events.

use loopscope_protocol::{By, HandleHow, Which};

use super::header::{Data, Header};
use super::{CORE, Core};
use crate::{Scheduler, emit};

/// The loop as a [`Scheduler`]: tasks, queue, handler.
#[derive(Clone, Copy, Debug)]
pub struct State;

/// Room for what is sent about the loop, and about a task: made, queued, gathered or waiting.
const LOOP: u32 = 40;
const TASK: u32 = 48;

fn is_there(cs: critical_section::CriticalSection<'_>, task: &Header) -> bool {
    task.at(cs).queued.get() || !task.at(cs).state.get().is_done()
}

impl Scheduler for State {
    fn room(&self) -> Option<u32> {
        let mut tasks = 0;
        critical_section::with(|cs| {
            CORE.borrow(cs).each(cs, |task| tasks += u32::from(is_there(cs, task)));
        });
        Some(LOOP + TASK * tasks)
    }

    fn snapshot(&self) {
        critical_section::with(|cs| CORE.borrow(cs).snapshot(cs));
    }
}

impl Core {
    fn snapshot(&self, cs: critical_section::CriticalSection<'_>) {
        if !self.made.get() {
            return;
        }
        emit::loop_new();
        if let Some(handler) = self.handler.get() {
            emit::handler_set(Which::Custom, handler.name());
        }
        self.each(cs, |task| {
            if is_there(cs, task) {
                let at = task.at(cs);
                emit::task_new(at.id.get(), at.name.get(), at.place.get(), By::Outside);
            }
        });
        if let Some((how, main)) = self.main.get() {
            emit::loop_run(how, main.at(cs).id.get());
            if self.stop_requested.get() {
                emit::loop_stop_request(By::Outside);
            }
        }
        self.queue.each(cs, |task| {
            let at = task.at(cs);
            let handle = at.handle.get();
            if at.timer.get() {
                emit::timer_new(handle, at.key.get(), By::Outside);
            } else if at.state.get().is_done() {
                emit::handle_new(handle, HandleHow::DoneCallback, By::Outside);
            } else {
                emit::handle_new(handle, HandleHow::Step, By::Outside);
            }
        });
        self.each(cs, |task| {
            if let Data::Gather(number) = task.at(cs).data.get() {
                self.snapshot_gather(cs, task, number);
            }
        });
        self.each(cs, |task| {
            let at = task.at(cs);
            let waits = !at.queued.get() || at.timer.get();
            if is_there(cs, task) && waits {
                emit::task_suspend(at.id.get(), task.waits_on(cs));
            }
        });
    }
}
