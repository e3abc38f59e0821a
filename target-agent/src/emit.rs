//! The emitter: one function for each event, for any scheduler.
//!
//! Each function sends one record at once, from a task or from an interrupt, and never waits: where
//! the ring has no room the record is counted, and a `gap` says how many as soon as there is.
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

use loopscope_protocol::wire::short::{self, Short};
use loopscope_protocol::{
    By, FutureHow, FutureId, HandleHow, HandleId, Kind, LoopId, NameId, On, Place, RunHow, TaskHow,
    TaskId, Which, Word,
};

use crate::agent::AGENT;
use crate::emitter::Code;
use crate::{clock, emitter};

#[inline(never)]
fn send(code: Code, fields: &[u32]) {
    critical_section::with(|cs| AGENT.borrow(cs).emitter.event(clock::now(), code, fields));
}

/// Sends an event in its short form.
macro_rules! short {
    ($form:ident, $($number:expr),+) => {
        send(const { Code::new(Short::$form as u8) }, &[$($number),+])
    };
}

/// The numbers of an event in its long form: those of each field, in the order of the table of
/// events. The compiler compares the fields' names with the table's.
macro_rules! numbers {
    ($kind:ident { $($field:ident: [$($number:expr),+]),* }) => {{
        const { assert!(Kind::$kind.has_fields(&[$(stringify!($field)),*])) };
        [$($($number),+),*]
    }};
}

/// Sends an event in its long form.
macro_rules! long {
    ($kind:ident { $($fields:tt)* }) => {
        send(const { Code::new(Kind::$kind as u8) }, &numbers!($kind { $($fields)* }))
    };
}

/// `by` as it travels.
const fn by_number(by: By) -> u32 {
    match by {
        By::Outside => 0,
        By::Py => 1,
        By::Handle(id) => id.0 + 1,
    }
}

/// Whatever `say` says is of this loop. A program has one loop as long as it says nothing else: that
/// is [`LoopId`] 1, whose records are shorter. Schedulers that run at several priorities are a loop
/// each; what one of them does while another one's task runs is told as what it is, an interruption.
pub fn on_loop(id: LoopId, say: impl FnOnce()) {
    critical_section::with(|_| {
        let before = switch_loop(id);
        say();
        switch_loop(before);
    });
}

/// What follows is of this loop, until the next call. Gives the loop before, to which an interrupt
/// has to switch back at its end.
pub fn switch_loop(id: LoopId) -> LoopId {
    // The first loop is the one whose number is not sent.
    let other = if id.0 == 1 { 0 } else { id.0 };
    let before = critical_section::with(|cs| AGENT.borrow(cs).emitter.on_loop(other));
    LoopId(before.max(1))
}

/// A name that the program makes while it runs, such as that of an operating system's task: the text
/// is sent, cut after 120 bytes, and what is given here is its number from then on. `number` tells it
/// from others: the address of the text, say. A host that joins late knows it only if it is said
/// again, as a part of the snapshot.
pub fn text_name(number: u32, text: &[u8]) -> NameId {
    // The numbers below are places in the program's file.
    let id = NameId(number | 1 << 31);
    critical_section::with(|cs| AGENT.borrow(cs).emitter.name(id.0, text));
    id
}

/// There is a task that nothing will be told of, as the scheduler's own table has no place for it: the
/// host is told how many there are.
pub fn task_untold() {
    critical_section::with(|cs| AGENT.borrow(cs).control.task_untold());
}

/// `loop-new`: the loop exists.
pub fn loop_new() {
    long!(LoopNew {});
}

/// `loop-close`: its queues lost that many ready handles and timers.
pub fn loop_close(ready: u32, timers: u32) {
    long!(LoopClose { ready: [ready], timers: [timers] });
}

/// `loop-run`: it starts to run.
pub fn loop_run(how: RunHow, task: TaskId) {
    long!(LoopRun { how: [u32::from(how.code())], task: [task.0] });
}

/// `loop-stop-request`: it was asked to stop.
pub fn loop_stop_request(by: By) {
    long!(LoopStopRequest { by: [by_number(by)] });
}

/// `loop-stopped`: it runs no more.
pub fn loop_stopped(how: RunHow) {
    long!(LoopStopped { how: [u32::from(how.code())] });
}

/// `poll-begin`: nothing is due; the longest sleep in milliseconds.
pub fn poll_begin(timeout: Option<u32>) {
    short!(PollBegin, timeout.map_or(0, |ms| ms.saturating_add(1)));
}

/// `poll-end`: the sleep is over.
pub fn poll_end() {
    long!(PollEnd { ready: [0] });
}

/// `handle-new` of a pair's handle: it is at the end of the ready queue. A `how` that no task's
/// handle has is sent as [`handle_new_for`] does.
#[inline]
pub fn handle_new(handle: HandleId, how: HandleHow, by: By) {
    let own = by == By::Handle(short::other(handle)) && how == HandleHow::Step;
    if own {
        short!(StepOwn, handle.0);
    } else if let Some(code) = emitter::handle_new(how) {
        send(code, &[handle.0, by_number(by)]);
    } else {
        handle_new_for(handle, how, by, short::task_of(handle));
    }
}

/// `handle-new` for a scheduler whose handles are not numbered in pairs.
pub fn handle_new_for(handle: HandleId, how: HandleHow, by: By, task: TaskId) {
    long!(HandleNew {
        handle: [handle.0],
        how: [u32::from(how.code())],
        name: [0],
        place: [0],
        by: [by_number(by)],
        task: [task.0],
        future: [0]
    });
}

/// `timer-new` of a pair's handle: due `when` milliseconds after the start.
#[inline]
pub fn timer_new(handle: HandleId, when: u32, by: By) {
    if by == By::Handle(short::other(handle)) {
        short!(TimerNewOwn, handle.0, when);
    } else {
        short!(TimerNew, handle.0, when, by_number(by));
    }
}

/// `timer-due`: it has left the heap and is ready.
#[inline]
pub fn timer_due(handle: HandleId, when: u32) {
    short!(TimerDue, handle.0, when);
}

/// `timer-cancel`: a timer in the heap was cancelled.
pub fn timer_cancel(handle: HandleId, when: u32, by: By) {
    short!(TimerCancel, handle.0, when, by_number(by));
}

/// `timer-drop`: a cancelled timer has left the heap.
pub fn timer_drop(handle: HandleId, when: u32) {
    short!(TimerDrop, handle.0, when);
}

/// `handle-run` of a pair's handle: it is about to run.
#[inline]
pub fn handle_run(handle: HandleId) {
    short!(HandleRun, handle.0);
}

/// `handle-run` for a scheduler whose handles are not numbered in pairs.
#[inline]
pub fn handle_run_for(handle: HandleId, task: TaskId) {
    long!(HandleRun { handle: [handle.0], task: [task.0] });
}

/// `handle-done` of a pair's handle: it has run.
#[inline]
pub fn handle_done(handle: HandleId) {
    short!(HandleDone, handle.0);
}

/// `handle-done` for a scheduler whose handles are not numbered in pairs.
#[inline]
pub fn handle_done_for(handle: HandleId, task: TaskId) {
    long!(HandleDone { handle: [handle.0], task: [task.0] });
}

/// `handle-cancel`: a ready handle was cancelled.
pub fn handle_cancel(handle: HandleId, by: By) {
    long!(HandleCancel { handle: [handle.0], by: [by_number(by)] });
}

/// `handle-skip`: a cancelled handle was reached and left out.
pub fn handle_skip(handle: HandleId) {
    long!(HandleSkip { handle: [handle.0] });
}

/// `task-new`: a task exists; the handle of its first step follows.
pub fn task_new(task: TaskId, name: NameId, place: Place, by: By) {
    let (file, line, by) = (place.file.0, place.line, by_number(by));
    // A place without a file has no line.
    if place.file.is_some() {
        long!(TaskNew {
            task: [task.0],
            name: [name.0],
            place: [file, line],
            label: [0],
            by: [by]
        });
    } else {
        long!(TaskNew { task: [task.0], name: [name.0], place: [0], label: [0], by: [by] });
    }
}

/// `task-step`: a task is about to be resumed.
#[inline]
pub fn task_step(task: TaskId) {
    long!(TaskStep { task: [task.0] });
}

/// `task-suspend`: a task has given up control and waits.
#[inline]
pub fn task_suspend(task: TaskId, on: On) {
    match on {
        On::Nothing => short!(Suspend, task.0),
        On::Timer(handle) if short::task_of(handle) == task => {
            short!(SuspendTimer, handle.0);
        }
        On::Future(id) => short!(SuspendOn, task.0, 1, id.0),
        On::Task(id) => short!(SuspendOn, task.0, 2, id.0),
        On::Timer(id) => short!(SuspendOn, task.0, 3, id.0),
        On::Queue(id) => short!(SuspendOn, task.0, 4, id.0),
        On::Waker => short!(SuspendOn, task.0, 6),
        On::Fd(fd) => {
            // Zigzag, as signed numbers travel.
            let number = ((fd.0 << 1) ^ (fd.0 >> 31)).cast_unsigned();
            long!(TaskSuspend { task: [task.0], on: [5, number], place: [0], chain: [0] });
        }
    }
}

/// `task-done`: a task has ended.
pub fn task_done(task: TaskId, how: TaskHow) {
    long!(TaskDone { task: [task.0], how: [u32::from(how.code())] });
}

/// `task-cancel`: a task is asked to be cancelled.
pub fn task_cancel(task: TaskId, by: By) {
    long!(TaskCancel { task: [task.0], by: [by_number(by)] });
}

/// `future-new`: something that is complete when other things are, such as a gather.
pub fn future_new(future: FutureId, name: NameId, by: By) {
    long!(FutureNew { future: [future.0], name: [name.0], by: [by_number(by)] });
}

/// `future-link`: it needs the end of this task.
pub fn future_link(future: FutureId, task: TaskId) {
    long!(FutureLink { future: [future.0], on: [2, task.0] });
}

/// `future-done`: it is complete.
pub fn future_done(future: FutureId, how: FutureHow, by: By) {
    long!(FutureDone { future: [future.0], how: [u32::from(how.code())], by: [by_number(by)] });
}

/// `handler-set`: this exception handler is in force now.
pub fn handler_set(which: Which, name: NameId) {
    long!(HandlerSet { which: [u32::from(which.code())], name: [name.0], place: [0] });
}

/// `handler-call`: the exception handler is about to be called. The pieces of `exception` are
/// joined; both texts are cut after 120 bytes.
pub fn handler_call(which: Which, message: &str, exception: &[&str], task: TaskId) {
    let fields = numbers!(HandlerCall {
        which: [u32::from(which.code())],
        message: [1],
        exception: [2],
        task: [task.0],
        handle: [0],
        future: [0]
    });
    critical_section::with(|cs| {
        let code = const { Code::new(Kind::HandlerCall as u8) };
        let texts = Some([&[message][..], exception]);
        AGENT.borrow(cs).emitter.event_slow(clock::now(), code, texts, &fields);
    });
}
