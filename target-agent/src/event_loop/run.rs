//! Running: wait until the first task is due, resume it, and so on.

use core::future::Future;
use core::task::{Context, Poll};

use loopscope_protocol::{HandleHow, HandleId, RunHow, TaskHow};

use super::handler::NOT_RETRIEVED;
use super::header::{Data, Header, State as TaskState};
use super::queue::before;
use super::storage::waker;
use super::task::{AnyTask, Coroutine, IntoTask, Task, create_task, make};
use super::{CORE, Core, Error, Outcome, State, core, handler, now};
use crate::{Hold, agent, emit};

/// The loop: there is one, and this is its name.
#[derive(Clone, Copy, Debug)]
pub struct Loop;

/// The loop. There is one, so it may be asked for anywhere.
///
/// ```
/// # example_board::start();
/// use loopscope_agent::event_loop::get_event_loop;
///
/// assert!(get_event_loop().get_exception_handler().is_none());
/// ```
pub const fn get_event_loop() -> Loop {
    Loop
}

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
        give_up(task);
    }
}

/// A task that was in the queue is no more.
pub(super) fn give_up(task: &'static Header) {
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
        drive(&task, RunHow::UntilComplete);
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
        drive(&stopper, RunHow::Forever);
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

/// Runs tasks until `main` has ended.
fn drive<T>(main: &Task<T>, how: RunHow) {
    let main = main.any();
    critical_section::with(|cs| core(cs).main.set(Some((how, main.header))));
    emit::loop_run(how, main.id);
    loop {
        let task = next();
        let (any, handle) = critical_section::with(|cs| begin(cs, task));
        resume(task, any);
        critical_section::with(|cs| CORE.borrow(cs).current.set(None));
        emit::handle_done(handle);
        if any.id == main.id && main.done() {
            break;
        }
    }
    critical_section::with(|cs| CORE.borrow(cs).main.set(None));
    emit::loop_stopped(how);
}

/// Waits until a task is due and takes it from the queue.
fn next() -> &'static Header {
    let mut polls = false;
    loop {
        let (wait, idle) = critical_section::with(|cs| {
            let core = CORE.borrow(cs);
            core.take_woken(cs);
            (core.wait(cs), core.idle.get())
        });
        if wait == Some(0) {
            break;
        }
        if !polls {
            polls = true;
            emit::poll_begin(wait);
        }
        let _ = agent::poll(&State);
        match idle {
            Some(idle) => idle(),
            None => core::hint::spin_loop(),
        }
    }
    if polls {
        emit::poll_end();
    }
    loop {
        // The host may hold the loop here, before the next task.
        while agent::poll(&State) == Hold::Yes {
            core::hint::spin_loop();
        }
        if let Some(task) = critical_section::with(|cs| CORE.borrow(cs).queue.pop(cs)) {
            return task;
        }
    }
}

/// Makes a task the running one.
fn begin(cs: critical_section::CriticalSection<'_>, task: &'static Header) -> (AnyTask, HandleId) {
    let core = CORE.borrow(cs);
    let at = task.at(cs);
    let handle = at.handle.get();
    at.queued.set(false);
    if at.timer.get() {
        emit::timer_due(handle, at.key.get());
    }
    core.current.set(Some(task));
    core.handle.set(handle);
    emit::handle_run(handle);
    (AnyTask::of(cs, task), handle)
}

/// One step of a task; or, of one that failed and is queued once more, the handler's call.
fn resume(task: &'static Header, any: AnyTask) {
    let (state, error, body, fresh) = critical_section::with(|cs| {
        let at = task.at(cs);
        if let Data::Throw(thrown) = at.data.replace(Data::None) {
            at.thrown.set(Some(thrown));
        }
        // A task that is cancelled before its first step never runs.
        let dead = !at.begun.replace(true) && at.thrown.get().is_some();
        (at.state.get(), at.error.get(), at.body.get(), !dead)
    });
    if state.is_done() {
        if matches!(state, TaskState::Unretrieved) {
            Loop.call_exception_handler(&handler::Context {
                message: NOT_RETRIEVED,
                exception: error,
                future: Some(any),
            });
        }
        return;
    }
    emit::task_step(any.id);
    let result = match body {
        Some(body) if fresh => body.resume(&mut Context::from_waker(&waker(task))),
        _ => Poll::Ready(Err(Error::Cancelled)),
    };
    match result {
        Poll::Pending => critical_section::with(|cs| {
            emit::task_suspend(any.id, task.waits_on(cs));
        }),
        Poll::Ready(how) => {
            emit::task_done(
                any.id,
                match how {
                    Ok(()) => TaskHow::Result,
                    Err(Error::Cancelled) => TaskHow::Cancelled,
                    Err(_) => TaskHow::Exception,
                },
            );
            if let Some(body) = body {
                body.discard();
            }
            critical_section::with(|cs| CORE.borrow(cs).finish(cs, task, how));
        }
    }
}

impl Core {
    /// Milliseconds until the first task is due; `None`: there is none.
    fn wait(&self, cs: critical_section::CriticalSection<'_>) -> Option<u32> {
        let key = self.queue.peek(cs)?.at(cs).key.get();
        let now = now();
        Some(if before(now, key) { key.wrapping_sub(now) } else { 0 })
    }

    /// Queues what was woken from outside.
    fn take_woken(&self, cs: critical_section::CriticalSection<'_>) {
        if !self.woken.replace(false) {
            return;
        }
        self.each(cs, |task| {
            let at = task.at(cs);
            let waits = matches!(at.data.get(), Data::None) && !at.queued.get();
            if at.woken.replace(false) && waits && !at.state.get().is_done() {
                self.push(cs, task, None, HandleHow::Wakeup);
            }
        });
    }

    /// A task has ended: those who wait for it are queued, or it itself is, for the handler.
    fn finish(
        &self,
        cs: critical_section::CriticalSection<'_>,
        task: &'static Header,
        how: Result<(), Error>,
    ) {
        let at = task.at(cs);
        at.thrown.set(None);
        at.error.set(how.err());
        let mut waiting = self.main.get().is_some_and(|(_, main)| core::ptr::eq(main, task));
        if waiting && how.is_err() {
            // Whoever runs the loop gets it, and nobody else: those that wait for it wait on.
            at.state.set(TaskState::Retrieved);
            return;
        }
        match at.state.get() {
            TaskState::Gathered(by) => {
                self.gathered(cs, by, how);
                at.state.set(TaskState::Retrieved);
                waiting = true;
            }
            TaskState::Awaited => {
                while let Some(waiter) = task.waiters.pop(cs) {
                    self.push(cs, waiter, None, HandleHow::Wakeup);
                    waiting = true;
                }
                at.state.set(TaskState::Retrieved);
            }
            _ if waiting => at.state.set(TaskState::Retrieved),
            _ => at.state.set(TaskState::Unretrieved),
        }
        if !waiting && !matches!(how, Ok(()) | Err(Error::Cancelled)) {
            self.push(cs, task, None, HandleHow::DoneCallback);
        }
    }
}
