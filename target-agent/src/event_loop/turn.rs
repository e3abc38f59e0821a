//! One turn after the other: wait until the first task is due, and resume it.

use core::task::{Context, Poll};

use critical_section::CriticalSection;
use loopscope_protocol::{HandleHow, HandleId, RunHow, TaskHow};

use super::handler::NOT_RETRIEVED;
use super::header::{Data, Header, State as TaskState};
use super::queue::before;
use super::storage::waker;
use super::task::{AnyTask, Task};
use super::{CORE, Core, Error, Loop, State, core, handler, now};
use crate::{Hold, agent, emit};

/// Runs tasks until `main` has ended.
pub(super) fn run_turns<T>(main: &Task<T>, how: RunHow) {
    let main = main.any();
    critical_section::with(|cs| core(cs).main.set(Some((how, main.header))));
    emit::loop_run(how, main.id);
    loop {
        let task = next();
        let (any, handle) = critical_section::with(|cs| begin(cs, task));
        resume(task, any);
        critical_section::with(|cs| CORE.borrow(cs).current.set(None));
        emit::handle_done(handle);
        if any.id == main.id && main.done() {
            break;
        }
    }
    critical_section::with(|cs| CORE.borrow(cs).main.set(None));
    emit::loop_stopped(how);
}

/// Waits until a task is due and takes it from the queue.
fn next() -> &'static Header {
    let mut polls = false;
    loop {
        let (wait, idle) = critical_section::with(|cs| {
            let core = CORE.borrow(cs);
            core.take_woken(cs);
            (core.wait(cs), core.idle.get())
        });
        if wait == Some(0) {
            break;
        }
        if !polls {
            polls = true;
            emit::poll_begin(wait);
        }
        let _ = agent::poll(&State);
        match idle {
            Some(idle) => idle(),
            None => core::hint::spin_loop(),
        }
    }
    if polls {
        emit::poll_end();
    }
    loop {
        // The host may hold the loop here, before the next task.
        while agent::poll(&State) == Hold::Yes {
            core::hint::spin_loop();
        }
        if let Some(task) = critical_section::with(|cs| CORE.borrow(cs).queue.pop(cs)) {
            return task;
        }
    }
}

/// Makes a task the running one.
fn begin(cs: CriticalSection<'_>, task: &'static Header) -> (AnyTask, HandleId) {
    let core = CORE.borrow(cs);
    let at = task.at(cs);
    let handle = at.handle.get();
    at.queued.set(false);
    if at.timer.get() {
        emit::timer_due(handle, at.key.get());
    }
    core.current.set(Some(task));
    core.handle.set(handle);
    emit::handle_run(handle);
    (AnyTask::of(cs, task), handle)
}

/// One step of a task; or, of one that failed and is queued once more, the handler's call.
fn resume(task: &'static Header, any: AnyTask) {
    let (state, error, body, fresh) = critical_section::with(|cs| {
        let at = task.at(cs);
        if let Data::Throw(thrown) = at.data.replace(Data::None) {
            at.thrown.set(Some(thrown));
        }
        // A task that is cancelled before its first step never runs.
        let dead = !at.begun.replace(true) && at.thrown.get().is_some();
        (at.state.get(), at.error.get(), at.body.get(), !dead)
    });
    if state.is_done() {
        if matches!(state, TaskState::Unretrieved) {
            Loop.call_exception_handler(&handler::Context {
                message: NOT_RETRIEVED,
                exception: error,
                future: Some(any),
            });
        }
        return;
    }
    emit::task_step(any.id);
    let result = match body {
        Some(body) if fresh => body.resume(&mut Context::from_waker(&waker(task))),
        _ => Poll::Ready(Err(Error::Cancelled)),
    };
    match result {
        Poll::Pending => critical_section::with(|cs| {
            emit::task_suspend(any.id, task.waits_on(cs));
        }),
        Poll::Ready(how) => {
            emit::task_done(
                any.id,
                match how {
                    Ok(()) => TaskHow::Result,
                    Err(Error::Cancelled) => TaskHow::Cancelled,
                    Err(_) => TaskHow::Exception,
                },
            );
            if let Some(body) = body {
                body.discard();
            }
            critical_section::with(|cs| CORE.borrow(cs).finish(cs, task, how));
        }
    }
}

impl Core {
    /// Milliseconds until the first task is due; `None`: there is none.
    fn wait(&self, cs: CriticalSection<'_>) -> Option<u32> {
        let key = self.queue.peek(cs)?.at(cs).key.get();
        let now = now();
        Some(if before(now, key) { key.wrapping_sub(now) } else { 0 })
    }

    /// Queues what was woken from outside.
    fn take_woken(&self, cs: CriticalSection<'_>) {
        if !self.woken.replace(false) {
            return;
        }
        self.each(cs, |task| {
            let at = task.at(cs);
            let waits = matches!(at.data.get(), Data::None) && !at.queued.get();
            if at.woken.replace(false) && waits && !at.state.get().is_done() {
                self.push(cs, task, None, HandleHow::Wakeup);
            }
        });
    }

    /// A task has ended: those who wait for it are queued, or it itself is, for the handler.
    fn finish(&self, cs: CriticalSection<'_>, task: &'static Header, how: Result<(), Error>) {
        let at = task.at(cs);
        at.thrown.set(None);
        at.error.set(how.err());
        let mut waiting = self.main.get().is_some_and(|(_, main)| core::ptr::eq(main, task));
        if waiting && how.is_err() {
            // Whoever runs the loop gets it, and nobody else: those that wait for it wait on.
            at.state.set(TaskState::Retrieved);
            return;
        }
        match at.state.get() {
            TaskState::Gathered(by) => {
                self.gathered(cs, by, how);
                at.state.set(TaskState::Retrieved);
                waiting = true;
            }
            TaskState::Awaited => {
                while let Some(waiter) = task.waiters.pop(cs) {
                    self.push(cs, waiter, None, HandleHow::Wakeup);
                    waiting = true;
                }
                at.state.set(TaskState::Retrieved);
            }
            _ if waiting => at.state.set(TaskState::Retrieved),
            _ => at.state.set(TaskState::Unretrieved),
        }
        if !waiting && !matches!(how, Ok(()) | Err(Error::Cancelled)) {
            self.push(cs, task, None, HandleHow::DoneCallback);
        }
    }
}
