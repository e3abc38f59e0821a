//! `Lock`: one task at a time, in the order in which they asked.

use core::cell::Cell;
use core::future::poll_fn;
use core::task::Poll;

use critical_section::Mutex;
use loopscope_protocol::HandleHow;

use super::error::no_loop;
use super::event::Waiters;
use super::header::{Data, Header};
use super::{Error, core};

#[derive(Clone, Copy, Debug)]
enum Holder {
    Nobody,
    Somebody,
    /// It is free, but this task is on its way to take it.
    Next(&'static Header),
}

/// A lock that is handed over to the one who waits longest. It is static.
///
/// ```
/// # example_board::start();
/// use loopscope_agent::event_loop::{self as asyncio, Error, Lock};
/// use loopscope_agent::task;
///
/// static BUS: Lock = Lock::new();
///
/// task! {
///     pool: 2,
///     async fn uses_the_bus() -> Result<(), Error> {
///         let _guard = BUS.lock().await?; // Python's `async with`
///         assert!(BUS.locked());
///         asyncio::sleep_ms(5).await
///     }
/// }
/// task! {
///     async fn program() -> Result<(), Error> {
///         asyncio::gather((uses_the_bus(), uses_the_bus())).await?;
///         BUS.acquire().await?;
///         BUS.release()
///     }
/// }
/// assert_eq!(asyncio::run(program()), Ok(()));
/// assert!(!BUS.locked());
/// ```
#[derive(Debug)]
pub struct Lock {
    holder: Mutex<Cell<Holder>>,
    waiters: Waiters,
}

impl Default for Lock {
    fn default() -> Self {
        Self::new()
    }
}

impl Lock {
    /// One that is free.
    pub const fn new() -> Self {
        Self { holder: Mutex::new(Cell::new(Holder::Nobody)), waiters: Waiters::new() }
    }

    #[cfg(test)]
    pub(super) fn queue(&self) -> &super::Queue {
        &self.waiters.queue
    }

    /// Whether somebody has it.
    pub fn locked(&self) -> bool {
        critical_section::with(|cs| matches!(self.holder.borrow(cs).get(), Holder::Somebody))
    }

    /// Gives it to the next who waits. An error if nobody has it.
    pub fn release(&self) -> Result<(), Error> {
        critical_section::with(|cs| {
            let holder = self.holder.borrow(cs);
            if !matches!(holder.get(), Holder::Somebody) {
                return Err(Error::runtime("Lock not acquired"));
            }
            match self.waiters.queue.pop(cs) {
                Some(task) => {
                    holder.set(Holder::Next(task));
                    core(cs).push(cs, task, None, HandleHow::Wakeup);
                }
                None => holder.set(Holder::Nobody),
            }
            Ok(())
        })
    }

    /// Waits until it is this task's.
    pub async fn acquire(&'static self) -> Result<(), Error> {
        let mut waited = false;
        poll_fn(|_| {
            critical_section::with(|cs| {
                let core = core(cs);
                let Some(task) = core.current.get() else { return Poll::Ready(Err(no_loop())) };
                let at = task.at(cs);
                let holder = self.holder.borrow(cs);
                let is_next =
                    matches!(holder.get(), Holder::Next(next) if core::ptr::eq(next, task));
                if at.thrown.take().is_some() {
                    if is_next {
                        // Cancelled on the way: the next one is let in.
                        holder.set(Holder::Somebody);
                        self.release()?;
                    }
                    return Poll::Ready(Err(Error::Cancelled));
                }
                if is_next || (!waited && matches!(holder.get(), Holder::Nobody)) {
                    holder.set(Holder::Somebody);
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

    /// Waits until it is this task's; it is released when the guard goes.
    pub async fn lock(&'static self) -> Result<Guard, Error> {
        self.acquire().await?;
        Ok(Guard(self))
    }
}

/// As long as this is there, the lock is taken: Python's `async with`.
#[derive(Debug)]
pub struct Guard(&'static Lock);

impl Drop for Guard {
    fn drop(&mut self) {
        // It can only fail if somebody released the lock meanwhile, which then is no harm.
        let _ = self.0.release();
    }
}
