//! Sleeping: the task itself stands in the loop's queue until it is due.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

use loopscope_protocol::HandleHow;

use super::error::no_loop;
use super::header::{Data, Thrown};
use super::queue::before;
use super::{Error, core, now};

/// A sleep; its end is fixed when it is made, as in MicroPython.
#[derive(Debug)]
#[must_use = "a sleep that is not awaited does nothing"]
pub struct Sleep {
    due: u32,
    queued: bool,
}

/// Sleeps for that many milliseconds; 0 gives the others a turn.
///
/// ```
/// # example_board::start();
/// use loopscope_agent::event_loop::{self as asyncio, Error};
/// use loopscope_agent::task;
///
/// task! {
///     async fn blink() -> Result<(), Error> {
///         asyncio::sleep_ms(500).await?;
///         asyncio::sleep_ms(0).await
///     }
/// }
/// assert_eq!(asyncio::run(blink()), Ok(()));
/// assert!(loopscope_agent::milliseconds() >= 500);
/// ```
pub fn sleep_ms(ms: u32) -> Sleep {
    Sleep { due: now().wrapping_add(ms), queued: false }
}

/// Sleeps for that many whole seconds.
///
/// ```
/// # example_board::start();
/// use loopscope_agent::event_loop::{self as asyncio, Error};
/// use loopscope_agent::task;
///
/// task! {
///     async fn patient() -> Result<(), Error> {
///         asyncio::sleep(2).await
///     }
/// }
/// assert_eq!(asyncio::run(patient()), Ok(()));
/// assert!(loopscope_agent::milliseconds() >= 2000);
/// ```
pub fn sleep(seconds: u32) -> Sleep {
    sleep_ms(seconds.saturating_mul(1000))
}

impl Sleep {
    /// Waits; what was thrown into it instead of its end is the error.
    pub(super) fn wait(&mut self) -> Poll<Result<(), Thrown>> {
        critical_section::with(|cs| {
            let core = core(cs);
            let Some(task) = core.current.get() else {
                return Poll::Ready(Err(Thrown::InTime(Err(no_loop()))));
            };
            let at = task.at(cs);
            if let Some(thrown) = at.thrown.take() {
                return Poll::Ready(Err(thrown));
            }
            if self.queued && !before(now(), self.due) {
                return Poll::Ready(Ok(()));
            }
            // Another wait of the same task may have queued it already.
            if !at.queued.get() && matches!(at.data.get(), Data::None) {
                self.queued = true;
                core.push(cs, task, Some(self.due), HandleHow::Step);
            }
            Poll::Pending
        })
    }
}

impl Future for Sleep {
    type Output = Result<(), Error>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        self.wait().map_err(|thrown| match thrown {
            Thrown::InTime(Err(error)) => error,
            Thrown::InTime(Ok(())) | Thrown::Cancelled => Error::Cancelled,
        })
    }
}
