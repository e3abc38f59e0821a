//! The future around a task's body, and the waker that it is polled with.

use core::pin::Pin;
use core::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};

use loopscope_protocol::{NameId, TaskHow, TaskId};

use super::slot::{self, Task};

unsafe extern "C" {
    /// What `traced_tasks!` defines.
    safe fn _loopscope_start_traced_tasks();
}

/// A future that is seen as a task; [`traced!`](crate::traced!) makes it.
#[derive(Debug)]
pub struct Traced<F> {
    task: &'static Task,
    name: NameId,
    /// Its number; none before it first runs, after its end, and where nothing is told of it.
    id: TaskId,
    has_begun: bool,
    body: F,
}

impl<F: Future> Traced<F> {
    /// The future of a task that has this place in memory.
    pub const fn new(task: &'static Task, name: NameId, body: F) -> Self {
        Self { task, name, id: TaskId::NONE, has_begun: false, body }
    }
}

impl<F: Future> Future for Traced<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // SAFETY: nothing is moved out of it, and the body is only ever reached by this pin.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: it lies in a pinned place, from which it is not moved.
        let body = unsafe { Pin::new_unchecked(&mut this.body) };
        if !core::mem::replace(&mut this.has_begun, true) {
            slot::start(_loopscope_start_traced_tasks);
            this.id = this.task.begin(this.name);
        }
        if !this.id.is_some() {
            return body.poll(context);
        }
        this.task.enter(context.waker());
        let result = if this.task.is_woken() {
            let waker = waker(this.task);
            body.poll(&mut Context::from_waker(&waker))
        } else {
            body.poll(context)
        };
        let is_ready = result.is_ready();
        if is_ready {
            this.id = TaskId::NONE;
        }
        this.task.leave(is_ready.then_some(TaskHow::Result));
        result
    }
}

impl<F> Drop for Traced<F> {
    fn drop(&mut self) {
        if self.id.is_some() {
            self.task.drop_unfinished();
        }
    }
}

/// A waker that says that the task is woken, and then wakes it.
fn waker(task: &'static Task) -> Waker {
    // SAFETY: the functions of the table take what stands here, a task that lives for ever and may
    // be reached from anywhere.
    unsafe { Waker::from_raw(raw(core::ptr::from_ref(task).cast())) }
}

const fn raw(task: *const ()) -> RawWaker {
    const TABLE: RawWakerVTable = RawWakerVTable::new(raw, wake, wake, |_| {});
    RawWaker::new(task, &TABLE)
}

fn wake(task: *const ()) {
    // SAFETY: only `waker` makes one with this table, with a task that lives for ever.
    let task: &'static Task = unsafe { &*task.cast() };
    task.wake();
}
