//! What MicroPython's loop tells: the records of entries, tasks, streams and the exception handler.

use loopscope_protocol::{
    ChainId, ClockHow, Event, Fd, FutureHow, FutureId, HandleHow, HandleId, LintRule, NameId, On,
    Place, TaskHow, TaskId, Text, WatchHow, Which,
};

use super::{MicroLoop, MicroTask, Order, current, seconds};

impl<T: MicroTask> MicroLoop<T> {
    fn emit(&self, event: Event) {
        self.trace.emit(self.id, event);
    }

    // ---- entries -----------------------------------------------------------------------------

    /// An entry is in the queue; `sleeps` is where it stands if it does.
    pub(super) fn tell_push(
        &self,
        handle: HandleId,
        how: HandleHow,
        task: TaskId,
        (name, place): (NameId, Place),
        sleeps: Option<Order>,
    ) {
        let (by, future) = (current(), FutureId::NONE);
        self.emit(match sleeps {
            Some(order) => {
                let when = seconds(order.millis());
                Event::TimerNew { handle, when, name, place, by, future, task }
            }
            None => Event::HandleNew { handle, how, name, place, by, task, future },
        });
    }

    /// An entry has left the queue before its turn.
    pub(super) fn tell_dropped(&self, handle: HandleId, sleeps: Option<Order>) {
        let by = current();
        if let Some(order) = sleeps {
            let when = seconds(order.millis());
            self.emit(Event::TimerCancel { handle, when, by });
            self.emit(Event::TimerDrop { handle, when });
        } else {
            self.emit(Event::HandleCancel { handle, by });
            self.emit(Event::HandleSkip { handle });
        }
    }

    // ---- waiting -----------------------------------------------------------------------------

    pub(super) fn tell_poll(&self, wait: Option<u64>) {
        let millis = wait.map(|wait| i64::try_from(wait).unwrap_or(i64::MAX));
        self.emit(Event::PollBegin { timeout: millis.map(seconds) });
    }

    pub(super) fn tell_hang(&self) {
        self.lint(
            LintRule::Lost,
            TaskId::NONE,
            "No task is queued and none can be woken, but the main task has not finished: the \
             program hangs, as it would on a board.",
        );
    }

    /// A diagnosis, about a task if it has a number.
    pub fn lint(&self, rule: LintRule, task: TaskId, text: &str) {
        let event = Event::Lint {
            rule,
            text: Text::FIRST,
            task,
            future: FutureId::NONE,
            handle: HandleId::NONE,
            place: Place::NONE,
        };
        self.trace.emit_with(self.id, event, &[text]);
    }

    /// A coroutine was dropped that nothing of ran. A board says nothing.
    pub fn never_awaited(&self, name: &str, place: Place) {
        let text =
            format!("The coroutine {name} was made but never awaited, so nothing of it ran.");
        let event = Event::Lint {
            rule: LintRule::NeverAwaited,
            text: Text::FIRST,
            task: TaskId::NONE,
            future: FutureId::NONE,
            handle: HandleId::NONE,
            place,
        };
        self.trace.emit_with(self.id, event, &[&text]);
    }

    // ---- tasks -------------------------------------------------------------------------------

    /// A task exists; its first entry follows.
    pub fn task_new(&self, task: &T) {
        if self.trace.is_on() {
            let (name, place) = task.describe(&self.trace);
            let label = NameId::NONE;
            self.emit(Event::TaskNew { task: task.task(), name, place, label, by: current() });
        }
    }

    /// A task is about to be resumed.
    pub fn task_step(&self, task: TaskId) {
        self.emit(Event::TaskStep { task });
    }

    /// A task has given up control.
    pub fn task_suspend(&self, task: TaskId, on: On, (place, chain): (Place, ChainId)) {
        self.emit(Event::TaskSuspend { task, on, place, chain });
    }

    /// A task has ended.
    pub fn task_done(&self, task: TaskId, how: TaskHow) {
        self.emit(Event::TaskDone { task, how });
    }

    /// A task is asked to end.
    pub fn task_cancel(&self, task: TaskId) {
        self.emit(Event::TaskCancel { task, by: current() });
    }

    /// `stop()`; the sentinel's entry follows.
    pub fn stop_requested(&self) {
        self.emit(Event::LoopStopRequest { by: current() });
    }

    // ---- gather ------------------------------------------------------------------------------

    /// Something begins that ends when these tasks have ended: `gather`.
    pub fn gather_new(&self, name: &str, tasks: impl IntoIterator<Item = TaskId>) -> FutureId {
        let future = self.ids.future();
        if self.trace.is_on() {
            self.emit(Event::FutureNew { future, name: self.trace.name(name), by: current() });
            for task in tasks {
                self.emit(Event::FutureLink { future, on: On::Task(task) });
            }
        }
        future
    }

    /// It has ended; the entry of the task that waits for it follows.
    pub fn gather_done(&self, future: FutureId, how: FutureHow) {
        self.emit(Event::FutureDone { future, how, by: current() });
    }

    // ---- streams -----------------------------------------------------------------------------

    /// A task begins to wait for a stream. The watcher is used once: when the stream is ready it is
    /// taken away, and the task is pushed with an entry of its own.
    pub fn watch(&self, fd: Option<Fd>, how: WatchHow, task: &T) {
        if !self.trace.is_on() {
            return;
        }
        if let Some(fd) = fd {
            let handle = self.ids.handle();
            let made = match how {
                WatchHow::Read => HandleHow::Reader,
                WatchHow::Write => HandleHow::Writer,
            };
            self.tell_push(handle, made, task.task(), task.describe(&self.trace), None);
            self.emit(Event::WatcherAdd { fd, how, handle });
        }
    }

    /// It waits no more.
    pub fn unwatch(&self, fd: Option<Fd>, how: WatchHow) {
        if let Some(fd) = fd {
            self.emit(Event::WatcherRemove { fd, how });
        }
    }

    /// A real outside source appears.
    pub fn outside(&self, how: ClockHow) {
        if self.clock.go_real() {
            self.emit(Event::Clock { how });
        }
    }

    // ---- the exception handler ---------------------------------------------------------------

    /// The exception handler was set or taken away.
    pub fn handler_set(&self, which: Which, (name, place): (NameId, Place)) {
        self.emit(Event::HandlerSet { which, name, place });
    }

    /// The exception handler is about to be called.
    pub fn handler_call(&self, which: Which, message: &str, exception: &str, task: TaskId) {
        let slot = |text: &str, slot| if text.is_empty() { Text::NONE } else { slot };
        let event = Event::HandlerCall {
            which,
            message: slot(message, Text::FIRST),
            exception: slot(exception, Text::SECOND),
            task,
            handle: HandleId::NONE,
            future: FutureId::NONE,
        };
        self.trace.emit_with(self.id, event, &[message, exception]);
    }
}
