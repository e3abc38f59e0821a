//! What MicroPython's loop sends of its entries, of `gather` and of streams. What tasks and the
//! exception handler send is the same as in CPython's dialect: [`Records`].

use loopscope_protocol::{
    ClockHow, Event, Fd, FutureHow, FutureId, HandleHow, HandleId, NameId, On, Place, TaskId,
    WatchHow,
};

use super::super::records::{Ending, Records};
use super::{MicroLoop, MicroTask, Order, current, seconds};

impl<T: MicroTask> MicroLoop<T> {
    /// What tasks and the exception handler send.
    pub fn records(&self) -> Records<'_> {
        Records::new(&self.trace, self.id)
    }

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

    // ---- tasks -------------------------------------------------------------------------------

    /// A task exists; its first entry follows.
    pub fn task_new(&self, task: &T) {
        if self.trace.is_on() {
            let described = task.describe(&self.trace);
            self.records().task_new(task.task(), described, NameId::NONE);
        }
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
            self.records().future_new(future, self.trace.name(name));
            for task in tasks {
                self.records().future_link(future, On::Task(task));
            }
        }
        future
    }

    /// It has ended; the entry of the task that waits for it follows.
    pub fn gather_done(&self, future: FutureId, how: FutureHow) {
        self.records().future_done(future, how, Ending::default());
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
}
