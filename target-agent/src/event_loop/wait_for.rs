//! `wait_for`: a task with a limit of time.
//!
//! As in MicroPython, a runner task awaits the task while the caller sleeps; whichever ends first
//! cancels the other. So a `wait_for` adds the task itself, if it was none yet, and `_bring`.

use core::future::poll_fn;

use super::header::{Data, Thrown};
use super::make::IntoTask;
use super::task::{AnyTask, Task};
use super::{Error, core, create_task, current_task, sleep_ms};

/// How many `wait_for` may be under way at a time.
const RUNNERS: usize = 4;

/// What a runner awaits: any task, without its type.
struct Awaited(AnyTask);

impl Drop for Awaited {
    fn drop(&mut self) {
        critical_section::with(|cs| {
            let references = &self.0.header.at(cs).references;
            references.set(references.get() - 1);
        });
    }
}

impl Awaited {
    /// Names the task, so that its place stays its own.
    fn new<T>(task: &Task<T>) -> Self {
        let task = task.any();
        critical_section::with(|cs| {
            let references = &task.header.at(cs).references;
            references.set(references.get() + 1);
        });
        Self(task)
    }
}

crate::task! {
    pool: RUNNERS,
    async fn _bring(waiter: AnyTask, task: Awaited) {
        let status = task.0.end().await;
        critical_section::with(|cs| {
            let Some(waiter) = waiter.get(cs) else { return };
            // The waiter still sleeps: it is woken with how it went.
            if matches!(waiter.at(cs).data.get(), Data::None)
                && core(cs).cancel(cs, waiter) == Ok(true)
            {
                waiter.at(cs).data.set(Data::Throw(Thrown::InTime(status)));
            }
        });
    }
}

/// Awaits a task, or a coroutine, which is made a task, for at most `ms` milliseconds. After that
/// the task is cancelled, its end is awaited, and the error is [`Error::Timeout`].
///
/// ```
/// # example_board::start();
/// use loopscope_agent::event_loop::{self as asyncio, Error};
/// use loopscope_agent::task;
///
/// task! {
///     pool: 2,
///     async fn read(ms: u32) -> Result<u32, Error> {
///         asyncio::sleep_ms(ms).await?;
///         Ok(ms)
///     }
/// }
/// task! {
///     async fn program() -> Result<(), Error> {
///         assert_eq!(asyncio::wait_for_ms(read(20), 50).await, Ok(20));
///         assert_eq!(asyncio::wait_for_ms(read(80), 50).await, Err(Error::Timeout));
///         Ok(())
///     }
/// }
/// assert_eq!(asyncio::run(program()), Ok(()));
/// ```
pub async fn wait_for_ms<A: IntoTask>(awaited: A, ms: u32) -> Result<A::Value, Error> {
    let task = awaited.into_task()?;
    let runner = create_task(_bring(current_task()?, Awaited::new(&task)))?;
    let mut sleep = sleep_ms(ms);
    match poll_fn(|_| sleep.wait()).await {
        Err(Thrown::InTime(Ok(()))) => task.result().unwrap_or(Err(Error::Cancelled)),
        Err(Thrown::InTime(Err(error))) => Err(error),
        Err(Thrown::Cancelled) => {
            runner.cancel()?;
            Err(Error::Cancelled)
        }
        Ok(()) => {
            runner.cancel()?;
            (&runner).await?;
            Err(Error::Timeout)
        }
    }
}

/// [`wait_for_ms`] in whole seconds; `None`: no limit.
///
/// ```
/// # example_board::start();
/// use loopscope_agent::event_loop::{self as asyncio, Error};
/// use loopscope_agent::task;
///
/// task! {
///     pool: 2,
///     async fn read(ms: u32) -> Result<u32, Error> {
///         asyncio::sleep_ms(ms).await?;
///         Ok(ms)
///     }
/// }
/// task! {
///     async fn program() -> Result<(), Error> {
///         assert_eq!(asyncio::wait_for(read(900), Some(1)).await, Ok(900));
///         assert_eq!(asyncio::wait_for(read(1100), Some(1)).await, Err(Error::Timeout));
///         assert_eq!(asyncio::wait_for(read(1100), None).await, Ok(1100));
///         Ok(())
///     }
/// }
/// assert_eq!(asyncio::run(program()), Ok(()));
/// ```
pub async fn wait_for<A: IntoTask>(awaited: A, seconds: Option<u32>) -> Result<A::Value, Error> {
    match seconds {
        None => awaited.into_task()?.await,
        Some(seconds) => wait_for_ms(awaited, seconds.saturating_mul(1000)).await,
    }
}
