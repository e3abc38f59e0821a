//! Making tasks of coroutines.

use core::future::Future;

use loopscope_protocol::{HandleHow, TaskId};

use super::error::no_loop;
use super::header::Data;
use super::task::{AnyTask, Coroutine, Task};
use super::{Error, Outcome, core, storage};
use crate::emit;

/// What can be made a task: a coroutine, or a task, which is one already.
pub trait IntoTask {
    /// The task's value.
    type Value: 'static;
    /// Makes it one.
    fn into_task(self) -> Result<Task<Self::Value>, Error>;
}

impl<T: 'static> IntoTask for Task<T> {
    type Value = T;

    fn into_task(self) -> Result<Self, Error> {
        Ok(self)
    }
}

impl<F> IntoTask for Coroutine<F>
where
    F: Future<Output: Outcome<Value: 'static>> + 'static,
{
    type Value = <F::Output as Outcome>::Value;

    fn into_task(self) -> Result<Task<Self::Value>, Error> {
        create_task(self)
    }
}

/// Makes a coroutine a task and queues its first step. An error: its pool is full.
///
/// ```
/// # example_board::start();
/// use loopscope_agent::event_loop::{self as asyncio, Error};
/// use loopscope_agent::task;
///
/// task! {
///     pool: 1,
///     async fn read(ms: u32) -> Result<u32, Error> {
///         asyncio::sleep_ms(ms).await?;
///         Ok(ms)
///     }
/// }
/// task! {
///     async fn program() -> Result<(), Error> {
///         let task = asyncio::create_task(read(10))?; // It runs from the next await on.
///         assert!(asyncio::create_task(read(10)).is_err()); // There is room for one.
///         assert_eq!(task.await, Ok(10));
///         Ok(())
///     }
/// }
/// assert_eq!(asyncio::run(program()), Ok(()));
/// ```
pub fn create_task<F>(coroutine: Coroutine<F>) -> Result<Task<<F::Output as Outcome>::Value>, Error>
where
    F: Future<Output: Outcome> + 'static,
{
    make(coroutine, true)
}

/// Makes a task, and queues it if wanted.
pub(super) fn make<F>(
    coroutine: Coroutine<F>,
    queue: bool,
) -> Result<Task<<F::Output as Outcome>::Value>, Error>
where
    F: Future<Output: Outcome> + 'static,
{
    let Coroutine { future, pool, name, place } = coroutine;
    let storage::TaskMemory { header, body, value } =
        pool.take(future).ok_or(Error::raise("MemoryError", "the task's pool is full"))?;
    critical_section::with(|cs| {
        let core = core(cs);
        let id = core.tasks.get() + 1;
        core.tasks.set(id);
        let at = header.at(cs);
        at.id.set(TaskId(id));
        at.name.set(name);
        at.place.set(place);
        at.handle.set(loopscope_protocol::HandleId::NONE);
        at.begun.set(false);
        at.woken.set(false);
        at.data.set(Data::None);
        at.thrown.set(None);
        at.error.set(None);
        at.body.set(Some(body));
        core.list(cs, header);
        emit::task_new(TaskId(id), name, place, core.by());
        if queue {
            core.push(cs, header, None, HandleHow::Step);
        }
        Ok(Task::new(cs, header, value))
    })
}

/// The task that runs. An error outside of tasks.
///
/// ```
/// # example_board::start();
/// use loopscope_agent::event_loop::{self as asyncio, Error};
/// use loopscope_agent::task;
///
/// task! {
///     async fn program() -> Result<(), Error> {
///         let me = asyncio::current_task()?;
///         assert!(!me.done());
///         Ok(())
///     }
/// }
/// assert!(asyncio::current_task().is_err());
/// assert_eq!(asyncio::run(program()), Ok(()));
/// ```
pub fn current_task() -> Result<AnyTask, Error> {
    critical_section::with(|cs| {
        core(cs).current.get().map(|header| AnyTask::of(cs, header)).ok_or(no_loop())
    })
}
