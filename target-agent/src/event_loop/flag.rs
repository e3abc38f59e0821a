//! `ThreadSafeFlag`: what an interrupt sets and one task waits for.

use core::cell::Cell;
use core::future::poll_fn;
use core::task::Poll;

use critical_section::Mutex;

use super::error::no_loop;
use super::header::Header;
use super::{CORE, Error, core};

/// A flag that an interrupt sets, and that is clear again once the task that waits for it goes on.
/// It is static, and one task waits for it at a time. For several tasks there is
/// [`Event`](super::Event), which may be set from an interrupt too.
///
/// ```
/// # example_board::start();
/// use loopscope_agent::event_loop::{self as asyncio, Error, ThreadSafeFlag};
/// use loopscope_agent::task;
///
/// static PRESSED: ThreadSafeFlag = ThreadSafeFlag::new();
///
/// fn interrupt() {
///     PRESSED.set();
/// }
///
/// task! {
///     async fn button() -> Result<u32, Error> {
///         for _ in 0..3 {
///             PRESSED.wait().await?;
///         }
///         Ok(3)
///     }
/// }
/// # asyncio::set_idle(interrupt);
/// assert_eq!(asyncio::run(button()), Ok(3));
/// ```
#[derive(Debug)]
pub struct ThreadSafeFlag {
    is_set: Mutex<Cell<bool>>,
    waiter: Mutex<Cell<Option<&'static Header>>>,
}

impl Default for ThreadSafeFlag {
    fn default() -> Self {
        Self::new()
    }
}

impl ThreadSafeFlag {
    /// One that is not set.
    pub const fn new() -> Self {
        Self { is_set: Mutex::new(Cell::new(false)), waiter: Mutex::new(Cell::new(None)) }
    }

    /// Sets it; who waits for it is queued when the loop looks next.
    pub fn set(&self) {
        critical_section::with(|cs| {
            self.is_set.borrow(cs).set(true);
            if let Some(task) = self.waiter.borrow(cs).take() {
                task.at(cs).woken.set(true);
                CORE.borrow(cs).woken.set(true);
            }
        });
    }

    /// Takes the setting back.
    pub fn clear(&self) {
        critical_section::with(|cs| self.is_set.borrow(cs).set(false));
    }

    /// Waits until it is set, and clears it; at once if it is set already.
    pub async fn wait(&'static self) -> Result<(), Error> {
        poll_fn(|_| {
            critical_section::with(|cs| {
                let Some(task) = core(cs).current.get() else {
                    return Poll::Ready(Err(no_loop()));
                };
                let waiter = self.waiter.borrow(cs);
                if task.at(cs).thrown.take().is_some() {
                    waiter.set(None);
                    return Poll::Ready(Err(Error::Cancelled));
                }
                if self.is_set.borrow(cs).replace(false) {
                    waiter.set(None);
                    return Poll::Ready(Ok(()));
                }
                waiter.set(Some(task));
                Poll::Pending
            })
        })
        .await
    }
}
