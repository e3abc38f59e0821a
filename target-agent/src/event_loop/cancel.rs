//! Cancelling: what a task waits for is cancelled, and it itself queued.

use critical_section::CriticalSection;
use loopscope_protocol::{By, HandleHow};

use super::header::{Data, Header, Thrown};
use super::queue::before;
use super::{Core, Error, now};
use crate::emit;

impl Core {
    pub(super) fn cancel(
        &self,
        cs: CriticalSection<'_>,
        task: &'static Header,
    ) -> Result<bool, Error> {
        if task.at(cs).state.get().is_done() {
            return Ok(false);
        }
        if self.current.get().is_some_and(|current| core::ptr::eq(current, task)) {
            return Err(Error::runtime("can't cancel self"));
        }
        let by = self.by();
        let mut inner = task;
        emit::task_cancel(inner.at(cs).id.get(), by);
        while let Data::Task(other) = inner.at(cs).data.get() {
            inner = other;
            emit::task_cancel(inner.at(cs).id.get(), by);
        }
        self.wake_cancelled(cs, inner, by);
        inner.at(cs).data.set(Data::Throw(Thrown::Cancelled));
        Ok(true)
    }

    fn wake_cancelled(&self, cs: CriticalSection<'_>, task: &'static Header, by: By) {
        let at = task.at(cs);
        let (handle, key) = (at.handle.get(), at.key.get());
        if at.queued.get() {
            // One that is due already keeps its place.
            if before(now(), key) {
                emit::timer_cancel(handle, key, by);
                emit::timer_drop(handle, key);
                self.queue.remove(cs, task);
                self.push(cs, task, None, HandleHow::Step);
            }
        } else if self.current.get().is_none_or(|current| !core::ptr::eq(current, task)) {
            if let Data::Queue(queue, _) = at.data.get() {
                queue.remove(cs, task);
            }
            self.push(cs, task, None, HandleHow::Step);
        }
    }
}
