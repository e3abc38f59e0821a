//! Waiting for a task's end.

use core::future::{Future, IntoFuture};
use core::pin::Pin;
use core::task::{Context, Poll};

use super::error::no_loop;
use super::header::{Data, Header, State, TaskValue};
use super::task::{AnyTask, Task};
use super::{Error, core, now};

/// Waits for a task's end.
#[derive(Debug)]
pub struct Join<T: 'static> {
    task: Task<T>,
    /// The task that it has queued with those who wait.
    waiter: Option<&'static Header>,
}

impl<T> Join<T> {
    pub(super) const fn new(task: Task<T>) -> Self {
        Self { task, waiter: None }
    }
}

impl<T> Unpin for Join<T> {}

impl<T> Future for Join<T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        let other = self.task.header;
        let waiter = &mut self.waiter;
        let ready = critical_section::with(|cs| {
            let core = core(cs);
            let Some(task) = core.current.get() else { return Poll::Ready(Err(no_loop())) };
            let at = task.at(cs);
            if at.thrown.take().is_some() {
                return Poll::Ready(Err(Error::Cancelled));
            }
            match other.at(cs).state.get() {
                State::Free | State::Unretrieved | State::Retrieved => {
                    other.at(cs).state.set(State::Retrieved);
                    return Poll::Ready(Ok(()));
                }
                State::Gathered(_) => return Poll::Ready(Err(Error::runtime("can't wait"))),
                State::Running => other.at(cs).state.set(State::Awaited),
                State::Awaited => {}
            }
            if !at.queued.get() && matches!(at.data.get(), Data::None) {
                *waiter = Some(task);
                other.waiters.insert(cs, task, now());
                at.data.set(Data::Task(other));
            }
            Poll::Pending
        });
        match ready {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Ready(Ok(())) => match self.task.result() {
                Some(result) => Poll::Ready(result),
                None => Poll::Pending,
            },
        }
    }
}

impl<T> IntoFuture for Task<T> {
    type Output = Result<T, Error>;
    type IntoFuture = Join<T>;

    fn into_future(self) -> Join<T> {
        Join::new(self)
    }
}

impl<T> IntoFuture for &Task<T> {
    type Output = Result<T, Error>;
    type IntoFuture = Join<T>;

    fn into_future(self) -> Join<T> {
        self.clone().into_future()
    }
}

impl AnyTask {
    /// Waits for its end and says how it was.
    pub(super) fn end(self) -> Join<()> {
        /// Nothing to show: only how it ended is asked for.
        struct Nothing;
        impl TaskValue<()> for Nothing {
            fn value(&self) -> Option<()> {
                Some(())
            }
        }
        let task = critical_section::with(|cs| Task::new(cs, self.header, &Nothing));
        Join::new(task)
    }
}

impl<T> Drop for Join<T> {
    fn drop(&mut self) {
        // Given up in the middle, as by a `select!`: the task must not be woken for it.
        let Some(task) = self.waiter else { return };
        critical_section::with(|cs| {
            if matches!(task.at(cs).data.get(), Data::Task(other)
                if core::ptr::eq(other, self.task.header))
            {
                self.task.header.waiters.remove(cs, task);
                task.at(cs).data.set(Data::None);
            }
        });
    }
}
