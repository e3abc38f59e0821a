//! `Event`: tasks wait until somebody sets it.

use core::cell::Cell;
use core::future::poll_fn;
use core::task::Poll;

use critical_section::{CriticalSection, Mutex};
use loopscope_protocol::HandleHow;

use super::error::no_loop;
use super::header::Queue;
use super::header::{Data, Header};
use super::{Core, Error, core, now};

/// A wait queue with its number in records.
#[derive(Debug)]
pub(super) struct Waiters {
    pub(super) queue: Queue,
    number: Mutex<Cell<u32>>,
}

impl Waiters {
    pub(super) const fn new() -> Self {
        Self { queue: Queue::new(), number: Mutex::new(Cell::new(0)) }
    }

    /// Queues the running task here.
    pub(super) fn add(&'static self, cs: CriticalSection<'_>, core: &Core, task: &'static Header) {
        let number = self.number.borrow(cs);
        if number.get() == 0 {
            number.set(core.new_queue());
        }
        self.queue.insert(cs, task, now());
        task.at(cs).data.set(Data::Queue(&self.queue, number.get()));
    }

    /// Whether the task stands here.
    pub(super) fn has(&self, cs: CriticalSection<'_>, task: &Header) -> bool {
        let data = task.at(cs).data.get();
        matches!(data, Data::Queue(queue, _) if core::ptr::eq(queue, &raw const self.queue))
    }
}

/// An event that tasks wait for. It is static, and may be set from an interrupt too.
///
/// ```
/// # example_board::start();
/// use loopscope_agent::event_loop::{self as asyncio, Error, Event};
/// use loopscope_agent::task;
///
/// static READY: Event = Event::new();
///
/// task! {
///     pool: 2,
///     async fn waits() -> Result<(), Error> {
///         READY.wait().await
///     }
/// }
/// task! {
///     async fn program() -> Result<(), Error> {
///         let both = [asyncio::create_task(waits())?, asyncio::create_task(waits())?];
///         asyncio::sleep_ms(10).await?;
///         assert!(!READY.is_set());
///         READY.set(); // Both of them go on, in the order in which they came.
///         asyncio::gather(both).await?;
///         READY.clear();
///         Ok(())
///     }
/// }
/// assert_eq!(asyncio::run(program()), Ok(()));
/// ```
#[derive(Debug)]
pub struct Event {
    is_set: Mutex<Cell<bool>>,
    waiters: Waiters,
}

impl Default for Event {
    fn default() -> Self {
        Self::new()
    }
}

impl Event {
    /// One that is not set.
    pub const fn new() -> Self {
        Self { is_set: Mutex::new(Cell::new(false)), waiters: Waiters::new() }
    }

    #[cfg(test)]
    pub(super) fn queue(&self) -> &Queue {
        &self.waiters.queue
    }

    /// Whether it is set.
    pub fn is_set(&self) -> bool {
        critical_section::with(|cs| self.is_set.borrow(cs).get())
    }

    /// Sets it and wakes all who wait, in the order in which they came.
    pub fn set(&self) {
        critical_section::with(|cs| {
            let core = core(cs);
            while let Some(task) = self.waiters.queue.pop(cs) {
                core.push(cs, task, None, HandleHow::Wakeup);
            }
            self.is_set.borrow(cs).set(true);
        });
    }

    /// Takes the setting back.
    pub fn clear(&self) {
        critical_section::with(|cs| self.is_set.borrow(cs).set(false));
    }

    /// Waits until it is set; at once if it is.
    pub async fn wait(&'static self) -> Result<(), Error> {
        let mut waited = false;
        poll_fn(|_| {
            critical_section::with(|cs| {
                let core = core(cs);
                let Some(task) = core.current.get() else { return Poll::Ready(Err(no_loop())) };
                let at = task.at(cs);
                if at.thrown.take().is_some() {
                    return Poll::Ready(Err(Error::Cancelled));
                }
                // Whoever was woken goes on, even if it was cleared meanwhile.
                if (waited && !self.waiters.has(cs, task)) || self.is_set.borrow(cs).get() {
                    return Poll::Ready(Ok(()));
                }
                if !at.queued.get() && matches!(at.data.get(), Data::None) {
                    waited = true;
                    self.waiters.add(cs, core, task);
                }
                Poll::Pending
            })
        })
        .await
    }
}
