//! What is told of tasks, futures and the exception handler: one operation for each record,
//! for both dialects.
//!
//! What handles, timers and turns send stands where their queues change, in the loops themselves.

mod outside;
mod sync;

use loopscope_protocol::{
    ChainId, Event, Fd, FutureHow, FutureId, HandleId, Kind, LintRule, LoopId, NameId, On, Place,
    TaskHow, TaskId, Text, Which,
};

use super::current::current;
use super::trace::Trace;

pub use outside::{FromOutside, NewTransport};
pub use sync::{NewSync, SyncChange};

/// The records of one loop, or of no loop in particular.
#[derive(Clone, Copy, Debug)]
pub struct Records<'a> {
    trace: &'a Trace,
    loop_id: LoopId,
}

/// What a call of the exception handler is about. What it is not about is none.
#[derive(Clone, Copy, Debug, Default)]
pub struct About {
    /// The task.
    pub task: TaskId,
    /// The future.
    pub future: FutureId,
    /// The handle.
    pub handle: HandleId,
    /// The line that raised.
    pub raised: ChainId,
}

/// What a task or a future has ended by, as texts; see [`loopscope_protocol::event::value`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Ending<'a> {
    /// The value; empty where it is not known.
    pub value: &'a str,
    /// The traceback, for an exception.
    pub traceback: &'a str,
}

/// The slot of a text that may be empty.
const fn slot(text: &str, slot: Text) -> Text {
    if text.is_empty() { Text::NONE } else { slot }
}

impl<'a> Records<'a> {
    /// Those of `loop_id` in `trace`.
    pub const fn new(trace: &'a Trace, loop_id: LoopId) -> Self {
        Self { trace, loop_id }
    }

    /// Whether anybody looks; where nobody does, everything here does nothing.
    pub const fn is_on(self) -> bool {
        self.trace.is_on()
    }

    /// Where they go, for names and places.
    pub const fn trace(self) -> &'a Trace {
        self.trace
    }

    fn emit(self, event: Event) {
        self.trace.emit(self.loop_id, event);
    }

    fn emit_at(self, event: Event, line: ChainId) {
        self.trace.emit_at(self.loop_id, event, line);
    }

    // ---- tasks -------------------------------------------------------------------------------

    /// A task exists; its first step follows. `label` is the task's own name.
    pub fn task_new(self, task: TaskId, (name, place): (NameId, Place), label: NameId) {
        self.emit(Event::TaskNew { task, name, place, label, by: current() });
    }

    /// A task is about to be resumed, at this line.
    pub fn task_step(self, task: TaskId, line: ChainId) {
        self.emit_at(Event::TaskStep { task }, line);
    }

    /// A task has given up control.
    pub fn task_suspend(self, task: TaskId, on: On, (place, chain): (Place, ChainId)) {
        self.emit(Event::TaskSuspend { task, on, place, chain });
    }

    /// A task has ended, as the future that it is. `raised` is the line that raised, if one did.
    pub fn task_done_as(self, task: TaskId, how: FutureHow, raised: ChainId, by: Ending<'_>) {
        let how = match how {
            FutureHow::Result => TaskHow::Result,
            FutureHow::Exception => TaskHow::Exception,
            FutureHow::Cancelled => TaskHow::Cancelled,
        };
        self.task_done(task, how, raised, by);
    }

    /// A task has ended. `raised` is the line that raised, if one did.
    pub fn task_done(self, task: TaskId, how: TaskHow, raised: ChainId, by: Ending<'_>) {
        self.emit_ending(Event::TaskDone { task, how }, raised, by);
    }

    fn emit_ending(self, event: Event, line: ChainId, by: Ending<'_>) {
        if by.value.is_empty() {
            return self.emit_at(event, line);
        }
        self.trace.emit_with_at(self.loop_id, event, &[by.value, by.traceback], line);
    }

    /// A task is asked to be cancelled.
    pub fn task_cancel(self, task: TaskId) {
        self.emit(Event::TaskCancel { task, by: current() });
    }

    // ---- futures -----------------------------------------------------------------------------

    /// A future exists.
    pub fn future_new(self, future: FutureId, name: NameId) {
        self.emit(Event::FutureNew { future, name, by: current() });
    }

    /// A future is done, and what waits for it follows.
    pub fn future_done(self, future: FutureId, how: FutureHow, by: Ending<'_>) {
        if self.is_on() {
            let line = self.trace.line(Kind::FutureDone);
            self.emit_ending(Event::FutureDone { future, how, by: current() }, line, by);
        }
    }

    /// A future, as `gather` makes one, also ends by `on`.
    pub fn future_link(self, future: FutureId, on: On) {
        self.emit(Event::FutureLink { future, on });
    }

    // ---- completions -------------------------------------------------------------------------

    /// An operation named `name` on a descriptor has completed; `moved`: how many bytes, or -1.
    pub fn completion(self, name: NameId, fd: i32, moved: i64) {
        let bytes = i32::try_from(moved).unwrap_or(i32::MAX);
        self.emit(Event::Completion { fd: Fd(fd), name, bytes });
    }

    // ---- shutting down -----------------------------------------------------------------------

    /// The default executor is being shut down.
    pub fn executor_shutdown(self) {
        self.emit(Event::ExecutorShutdown {});
    }

    /// `count` asynchronous generators are being closed.
    pub fn asyncgens_shutdown(self, count: u32) {
        self.emit(Event::AsyncgensShutdown { count });
    }

    // ---- the exception handler and diagnoses -------------------------------------------------

    /// The exception handler was set or taken away.
    pub fn handler_set(self, which: Which, (name, place): (NameId, Place)) {
        self.emit(Event::HandlerSet { which, name, place });
    }

    /// The exception handler is about to be called. `about` says the line that raised.
    pub fn handler_call(self, which: Which, message: &str, exception: &str, about: About) {
        let event = Event::HandlerCall {
            which,
            message: slot(message, Text::FIRST),
            exception: slot(exception, Text::SECOND),
            task: about.task,
            handle: about.handle,
            future: about.future,
        };
        self.trace.emit_with_at(self.loop_id, event, &[message, exception], about.raised);
    }

    /// A diagnosis, about a task if it has a number.
    pub fn lint(self, rule: LintRule, task: TaskId, text: &str) {
        self.diagnose(rule, task, Place::NONE, text);
    }

    /// A coroutine was dropped that nothing of ran.
    pub fn never_awaited(self, name: &str, place: Place) {
        let text =
            format!("The coroutine {name} was made but never awaited, so nothing of it ran.");
        self.diagnose(LintRule::NeverAwaited, TaskId::NONE, place, &text);
    }

    fn diagnose(self, rule: LintRule, task: TaskId, place: Place, text: &str) {
        let (future, handle) = (FutureId::NONE, HandleId::NONE);
        let event = Event::Lint { rule, text: Text::FIRST, task, future, handle, place };
        self.trace.emit_with(self.loop_id, event, &[text]);
    }
}
