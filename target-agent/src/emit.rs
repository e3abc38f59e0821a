//! The emitter: one function for each event, for any scheduler.
//!
//! Each function sends one record at once, from a task or from an interrupt, and never waits: where
//! the ring has no room the record is counted, and a `gap` tells the count as soon as there is.
//! What each event means, and in which order they come, is in [`loopscope_protocol::event`].
//!
//! # A scheduler of your own
//!
//! Give task `k` (from 1) the handles `2k-1` and `2k`, and use them in turn each time that it is
//! queued: that is the shortest form on the wire (see [`loopscope_protocol::wire::short`]). A
//! round-robin scheduler then says:
//!
//! ```
//! # use loopscope_agent::{emit, name, here, protocol::*};
//! # example_board::start();
//! # let (task, ready, next) = (TaskId(1), HandleId(1), HandleId(2));
//! # fn run_the_task() {}
//! emit::loop_new();
//! emit::task_new(task, name!("blink"), here!(), By::Outside);
//! emit::handle_new(ready, HandleHow::Step, By::Outside);
//! emit::loop_run(RunHow::Forever, TaskId::NONE);
//! // each time that the task runs:
//! emit::handle_run(ready);
//! emit::task_step(task);
//! run_the_task();
//! // it waits for the next round, for instance:
//! emit::handle_new(next, HandleHow::Step, By::Handle(ready));
//! emit::task_suspend(task, On::Nothing);
//! emit::handle_done(ready);
//! ```
//!
//! and calls [`crate::poll`] before each task and when it is idle.

use loopscope_protocol::wire::short;
use loopscope_protocol::{
    By, FutureHow, FutureId, HandleHow, HandleId, Kind, NameId, On, Place, RunHow, TaskHow, TaskId,
    Which, Word,
};

use crate::agent::AGENT;
use crate::emitter::Code;
use crate::{clock, emitter};

#[inline(never)]
fn send(code: Code, fields: &[u32]) {
    critical_section::with(|cs| AGENT.borrow(cs).emitter.event(clock::now(), code, fields));
}

/// The long form of an event.
const fn long(kind: Kind) -> Code {
    Code::new(kind as u8)
}

/// `by` as it travels.
const fn by_number(by: By) -> u32 {
    match by {
        By::Outside => 0,
        By::Py => 1,
        By::Handle(id) => id.0 + 1,
    }
}

/// `loop-new`: the loop exists.
pub fn loop_new() {
    send(const { long(Kind::LoopNew) }, &[]);
}

/// `loop-close`: its queues lost that many ready handles and timers.
pub fn loop_close(ready: u32, timers: u32) {
    send(const { long(Kind::LoopClose) }, &[ready, timers]);
}

/// `loop-run`: it starts to run.
pub fn loop_run(how: RunHow, task: TaskId) {
    send(const { long(Kind::LoopRun) }, &[u32::from(how.code()), task.0]);
}

/// `loop-stop-request`: it was asked to stop.
pub fn loop_stop_request(by: By) {
    send(const { long(Kind::LoopStopRequest) }, &[by_number(by)]);
}

/// `loop-stopped`: it runs no more.
pub fn loop_stopped(how: RunHow) {
    send(const { long(Kind::LoopStopped) }, &[u32::from(how.code())]);
}

/// `poll-begin`: nothing is due; the longest sleep in milliseconds.
pub fn poll_begin(timeout: Option<u32>) {
    send(const { Code::new(short::POLL_BEGIN) }, &[timeout.map_or(0, |ms| ms.saturating_add(1))]);
}

/// `poll-end`: the sleep is over.
pub fn poll_end() {
    send(const { long(Kind::PollEnd) }, &[0]);
}

/// `handle-new` of a pair's handle: it is at the end of the ready queue. A `how` that no task's
/// handle has is sent as [`handle_new_for`] does.
#[inline]
pub fn handle_new(handle: HandleId, how: HandleHow, by: By) {
    let own = by == By::Handle(short::other(handle)) && how == HandleHow::Step;
    if own {
        send(const { Code::new(short::STEP_OWN) }, &[handle.0]);
    } else if let Some(code) = emitter::handle_new(how) {
        send(code, &[handle.0, by_number(by)]);
    } else {
        handle_new_for(handle, how, by, short::task_of(handle));
    }
}

/// `handle-new` for a scheduler whose handles are not numbered in pairs.
pub fn handle_new_for(handle: HandleId, how: HandleHow, by: By, task: TaskId) {
    let fields = [handle.0, u32::from(how.code()), 0, 0, by_number(by), task.0, 0];
    send(const { long(Kind::HandleNew) }, &fields);
}

/// `timer-new` of a pair's handle: due `when` milliseconds after the start.
#[inline]
pub fn timer_new(handle: HandleId, when: u32, by: By) {
    if by == By::Handle(short::other(handle)) {
        send(const { Code::new(short::TIMER_NEW_OWN) }, &[handle.0, when]);
    } else {
        send(const { Code::new(short::TIMER_NEW) }, &[handle.0, when, by_number(by)]);
    }
}

/// `timer-due`: it has left the heap and is ready.
#[inline]
pub fn timer_due(handle: HandleId, when: u32) {
    send(const { Code::new(short::TIMER_DUE) }, &[handle.0, when]);
}

/// `timer-cancel`: a timer in the heap was cancelled.
pub fn timer_cancel(handle: HandleId, when: u32, by: By) {
    send(const { Code::new(short::TIMER_CANCEL) }, &[handle.0, when, by_number(by)]);
}

/// `timer-drop`: a cancelled timer has left the heap.
pub fn timer_drop(handle: HandleId, when: u32) {
    send(const { Code::new(short::TIMER_DROP) }, &[handle.0, when]);
}

/// `handle-run` of a pair's handle: it is about to run.
#[inline]
pub fn handle_run(handle: HandleId) {
    send(const { Code::new(short::HANDLE_RUN) }, &[handle.0]);
}

/// `handle-run` for a scheduler whose handles are not numbered in pairs.
#[inline]
pub fn handle_run_for(handle: HandleId, task: TaskId) {
    send(const { long(Kind::HandleRun) }, &[handle.0, task.0]);
}

/// `handle-done` of a pair's handle: it has run.
#[inline]
pub fn handle_done(handle: HandleId) {
    send(const { Code::new(short::HANDLE_DONE) }, &[handle.0]);
}

/// `handle-done` for a scheduler whose handles are not numbered in pairs.
#[inline]
pub fn handle_done_for(handle: HandleId, task: TaskId) {
    send(const { long(Kind::HandleDone) }, &[handle.0, task.0]);
}

/// `handle-cancel`: a ready handle was cancelled.
pub fn handle_cancel(handle: HandleId, by: By) {
    send(const { long(Kind::HandleCancel) }, &[handle.0, by_number(by)]);
}

/// `handle-skip`: a cancelled handle was reached and left out.
pub fn handle_skip(handle: HandleId) {
    send(const { long(Kind::HandleSkip) }, &[handle.0]);
}

/// `task-new`: a task exists; the handle of its first step follows.
pub fn task_new(task: TaskId, name: NameId, place: Place, by: By) {
    let (file, line) = (place.file.0, place.line);
    let label = 0;
    if place.file.is_some() {
        send(const { long(Kind::TaskNew) }, &[task.0, name.0, file, line, label, by_number(by)]);
    } else {
        send(const { long(Kind::TaskNew) }, &[task.0, name.0, 0, label, by_number(by)]);
    }
}

/// `task-step`: a task is about to be resumed.
#[inline]
pub fn task_step(task: TaskId) {
    send(const { long(Kind::TaskStep) }, &[task.0]);
}

/// `task-suspend`: a task has given up control and waits.
#[inline]
pub fn task_suspend(task: TaskId, on: On) {
    match on {
        On::Nothing => send(const { Code::new(short::SUSPEND) }, &[task.0]),
        On::Timer(handle) if short::task_of(handle) == task => {
            send(const { Code::new(short::SUSPEND_TIMER) }, &[handle.0]);
        }
        On::Future(id) => send(const { Code::new(short::SUSPEND_ON) }, &[task.0, 1, id.0]),
        On::Task(id) => send(const { Code::new(short::SUSPEND_ON) }, &[task.0, 2, id.0]),
        On::Timer(id) => send(const { Code::new(short::SUSPEND_ON) }, &[task.0, 3, id.0]),
        On::Queue(id) => send(const { Code::new(short::SUSPEND_ON) }, &[task.0, 4, id.0]),
        On::Fd(fd) => {
            // Zigzag, as signed numbers travel.
            let number = ((fd.0 << 1) ^ (fd.0 >> 31)).cast_unsigned();
            send(const { long(Kind::TaskSuspend) }, &[task.0, 5, number, 0, 0]);
        }
    }
}

/// `task-done`: a task has ended.
pub fn task_done(task: TaskId, how: TaskHow) {
    send(const { long(Kind::TaskDone) }, &[task.0, u32::from(how.code())]);
}

/// `task-cancel`: a task is asked to end.
pub fn task_cancel(task: TaskId, by: By) {
    send(const { long(Kind::TaskCancel) }, &[task.0, by_number(by)]);
}

/// `future-new`: something that is complete when other things are, such as a gather.
pub fn future_new(future: FutureId, name: NameId, by: By) {
    send(const { long(Kind::FutureNew) }, &[future.0, name.0, by_number(by)]);
}

/// `future-link`: it needs the end of this task.
pub fn future_link(future: FutureId, task: TaskId) {
    send(const { long(Kind::FutureLink) }, &[future.0, 2, task.0]);
}

/// `future-done`: it is complete.
pub fn future_done(future: FutureId, how: FutureHow, by: By) {
    send(const { long(Kind::FutureDone) }, &[future.0, u32::from(how.code()), by_number(by)]);
}

/// `handler-set`: this exception handler is in force now.
pub fn handler_set(which: Which, name: NameId) {
    send(const { long(Kind::HandlerSet) }, &[u32::from(which.code()), name.0, 0]);
}

/// `handler-call`: the exception handler is about to be called. The pieces of `exception` are
/// joined; both texts are cut after 120 bytes.
pub fn handler_call(which: Which, message: &str, exception: &[&str], task: TaskId) {
    let fields = [u32::from(which.code()), 1, 2, task.0, 0, 0];
    critical_section::with(|cs| {
        let code = const { long(Kind::HandlerCall) };
        let texts = Some([&[message][..], exception]);
        AGENT.borrow(cs).emitter.carefully(clock::now(), code, texts, &fields);
    });
}
