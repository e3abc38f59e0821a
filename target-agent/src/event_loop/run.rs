//! The loop as the program sees it: run, stop, start over.

use core::future::Future;

use loopscope_protocol::{HandleHow, RunHow};

use super::header::{Header, State as TaskState};
use super::make::{IntoTask, create_task, make};
use super::task::{Coroutine, Task};
use super::turn::run_turns;
use super::{CORE, Error, Loop, Outcome, core};
use crate::emit;

/// Empties the loop's queue: the tasks in it are given up. The handler stays. Refused while the
/// loop runs.
///
/// ```
/// # example_board::start();
/// use loopscope_agent::event_loop::{self as asyncio, Error};
/// use loopscope_agent::task;
///
/// task! {
///     async fn ticks(times: u32) -> Result<u32, Error> {
///         for _ in 0..times {
///             asyncio::sleep_ms(10).await?;
///         }
///         Ok(times)
///     }
/// }
/// let event_loop = asyncio::get_event_loop();
/// let left = event_loop.create_task(ticks(9))?;
/// let event_loop = asyncio::new_event_loop()?;
/// assert!(left.done()); // It never ran.
/// # Ok::<(), Error>(())
/// ```
pub fn new_event_loop() -> Result<Loop, Error> {
    loop {
        let task = critical_section::with(|cs| {
            let core = core(cs);
            if core.main.get().is_some() {
                return Err(Error::runtime("the loop is running"));
            }
            core.stopper.set(None);
            core.stop_requested.set(false);
            Ok(core.queue.peek(cs))
        })?;
        let Some(task) = task else { return Ok(Loop) };
        critical_section::with(|cs| {
            let core = CORE.borrow(cs);
            core.queue.pop(cs);
            let (at, by) = (task.at(cs), core.by());
            let (handle, key) = (at.handle.get(), at.key.get());
            if at.timer.get() {
                emit::timer_cancel(handle, key, by);
                emit::timer_drop(handle, key);
            } else {
                emit::handle_cancel(handle, by);
                emit::handle_skip(handle);
            }
            at.queued.set(false);
        });
        discard_task(task);
    }
}

/// A task that was in the queue is no more.
pub(super) fn discard_task(task: &'static Header) {
    let body = critical_section::with(|cs| task.at(cs).body.take());
    if let Some(body) = body {
        body.discard();
    }
    critical_section::with(|cs| task.at(cs).state.set(TaskState::Free));
}

/// Runs a coroutine as a task until it ends, and gives its value: `asyncio.run`.
///
/// ```
/// # example_board::start();
/// use loopscope_agent::event_loop::{self as asyncio, Error};
/// use loopscope_agent::task;
///
/// task! {
///     async fn ticks(times: u32) -> Result<u32, Error> {
///         for _ in 0..times {
///             asyncio::sleep_ms(10).await?;
///         }
///         Ok(times)
///     }
/// }
/// assert_eq!(asyncio::run(ticks(3)), Ok(3));
/// ```
pub fn run<A: IntoTask>(main: A) -> Result<A::Value, Error> {
    Loop.run_until_complete(main)
}

/// What the loop does while nothing is due, again and again: `cortex_m::asm::wfi`, for instance.
/// Without it the loop spins.
pub fn set_idle(idle: fn()) {
    critical_section::with(|cs| core(cs).idle.set(Some(idle)));
}

crate::task! {
    async fn _stopper() {}
}

impl Loop {
    /// [`create_task`](super::create_task).
    pub fn create_task<F>(
        self,
        coroutine: Coroutine<F>,
    ) -> Result<Task<<F::Output as Outcome>::Value>, Error>
    where
        F: Future<Output: Outcome> + 'static,
    {
        create_task(coroutine)
    }

    /// Runs until this task has ended. Other tasks stay queued.
    ///
    /// ```
    /// # example_board::start();
    /// use loopscope_agent::event_loop::{self as asyncio, Error};
    /// use loopscope_agent::task;
    ///
    /// task! {
    ///     async fn ticks(times: u32) -> Result<u32, Error> {
    ///         for _ in 0..times {
    ///             asyncio::sleep_ms(10).await?;
    ///         }
    ///         Ok(times)
    ///     }
    /// }
    /// let event_loop = asyncio::get_event_loop();
    /// assert_eq!(event_loop.run_until_complete(ticks(3)), Ok(3)); // a coroutine
    /// let task = event_loop.create_task(ticks(2))?;
    /// assert_eq!(event_loop.run_until_complete(task), Ok(2)); // or a task
    /// # Ok::<(), Error>(())
    /// ```
    pub fn run_until_complete<A: IntoTask>(self, main: A) -> Result<A::Value, Error> {
        refuse_nested()?;
        let task = main.into_task()?;
        run_turns(&task, RunHow::UntilComplete);
        task.result().unwrap_or(Err(Error::Cancelled))
    }

    /// Runs until [`Loop::stop`].
    ///
    /// ```
    /// # example_board::start();
    /// use loopscope_agent::event_loop::{self as asyncio, Error};
    /// use loopscope_agent::task;
    ///
    /// task! {
    ///     async fn ticks(times: u32) -> Result<u32, Error> {
    ///         for _ in 0..times {
    ///             asyncio::sleep_ms(10).await?;
    ///         }
    ///         Ok(times)
    ///     }
    /// }
    /// task! {
    ///     async fn stops_after(ms: u32) -> Result<(), Error> {
    ///         asyncio::sleep_ms(ms).await?;
    ///         asyncio::get_event_loop().stop();
    ///         Ok(())
    ///     }
    /// }
    /// let event_loop = asyncio::get_event_loop();
    /// let long = event_loop.create_task(ticks(8))?;
    /// event_loop.create_task(stops_after(25))?;
    /// event_loop.run_forever()?;
    /// assert!(!long.done());
    /// event_loop.close(); // It does nothing: the loop runs on.
    /// assert_eq!(event_loop.run_until_complete(long), Ok(8));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn run_forever(self) -> Result<(), Error> {
        refuse_nested()?;
        let stopper = make(_stopper(), false)?;
        critical_section::with(|cs| {
            let core = core(cs);
            core.stopper.set(stopper.any().get(cs));
            core.stop_requested.set(false);
        });
        run_turns(&stopper, RunHow::Forever);
        critical_section::with(|cs| {
            let core = core(cs);
            core.stopper.set(None);
            core.stop_requested.set(false);
        });
        Ok(())
    }

    /// Asks [`Loop::run_forever`] to return: a task that does nothing is queued, and those that are
    /// queued before it run one step each. Without a `run_forever`, and a second time, it does
    /// nothing.
    pub fn stop(self) {
        critical_section::with(|cs| {
            let core = core(cs);
            if let Some(stopper) = core.stopper.take() {
                core.stop_requested.set(true);
                emit::loop_stop_request(core.by());
                core.push(cs, stopper, None, HandleHow::Step);
            }
        });
    }

    /// Does nothing, as in MicroPython: the loop can be used on.
    pub const fn close(self) {}
}

fn refuse_nested() -> Result<(), Error> {
    let runs = critical_section::with(|cs| core(cs).main.get().is_some());
    if runs {
        return Err(Error::runtime("asyncio.run() cannot be called from a running event loop"));
    }
    Ok(())
}
