//! Tasks: made of coroutines, awaited, cancelled.

use core::future::{Future, IntoFuture};

use critical_section::CriticalSection;
use loopscope_protocol::{By, HandleHow, NameId, Place, TaskId};

use super::header::{Data, Header, Thrown};
use super::join::Join;
use super::queue::before;
use super::storage::{self, Room};
use super::{Core, Error, Outcome, core, now};
use crate::emit;

/// Where a task's value is.
pub(super) trait Shelf<T> {
    /// The value, once the task has ended well.
    fn value(&self) -> Option<T>;
}

/// Declares what a task does.
///
/// ```
/// # example_board::start();
/// use loopscope_agent::{event_loop::{Error, sleep_ms}, task};
///
/// task! {
///     /// Up to three of them at a time.
///     pool: 3,
///     pub async fn blink(pin: u8, ms: u32) -> Result<(), Error> {
///         loop {
///             sleep_ms(ms).await?;
///         }
///     }
/// }
/// let coroutine = blink(13, 500); // not a task yet, as in Python
/// ```
///
/// It declares a function of that name whose result is a coroutine: [`create_task`], [`run`],
/// [`gather`] and [`wait_for`] take it. Without `pool` there is room for one at a time. The
/// arguments are owned or static. A task that makes more of its own kind
/// does it in an ordinary function that calls [`create_task`]: else its size would contain itself.
///
/// [`run`]: super::run
/// [`gather`]: super::gather
/// [`wait_for`]: super::wait_for
#[macro_export]
macro_rules! task {
    (
        $(#[$doc:meta])*
        pool: $n:expr,
        $vis:vis async fn $name:ident($($argument:ident: $ty:ty),* $(,)?) $(-> $out:ty)? $body:block
    ) => {
        $(#[$doc])*
        $vis fn $name(
            $($argument: $ty),*
        ) -> $crate::event_loop::Coroutine<
            impl ::core::future::Future<
                Output: $crate::event_loop::Outcome<
                    Value = $crate::task!(@value $($out)?),
                >,
            > + 'static,
        > {
            async fn body($($argument: $ty),*) $(-> $out)? $body
            static POOL: $crate::event_loop::Pool<
                { $crate::event_loop::size(body) },
                { $n },
            > = $crate::event_loop::Pool::new();
            let name = $crate::name!(stringify!($name));
            let place = $crate::here!();
            #[allow(unsafe_code, reason = "this pool has the size of this body")]
            // SAFETY: the pool is named nowhere else, so it only ever holds futures of this body.
            unsafe {
                $crate::event_loop::Coroutine::new(body($($argument),*), &POOL, name, place)
            }
        }
    };
    (@value) => { () };
    (@value $out:ty) => { <$out as $crate::event_loop::Outcome>::Value };
    ($(#[$doc:meta])* $vis:vis async fn $($rest:tt)*) => {
        $crate::task! { $(#[$doc])* pool: 1, $vis async fn $($rest)* }
    };
}

/// What a call of a function declared by [`task!`](crate::task) gives: not yet a task.
#[must_use = "a coroutine that is not made a task does nothing"]
pub struct Coroutine<F: Future<Output: Outcome> + 'static> {
    future: F,
    room: &'static dyn Room<F>,
    name: NameId,
    place: Place,
}

impl<F: Future<Output: Outcome>> core::fmt::Debug for Coroutine<F> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Coroutine").field("name", &self.name).finish_non_exhaustive()
    }
}

#[allow(unsafe_code, reason = "the promise that a pool serves one type cannot be typed")]
impl<F: Future<Output: Outcome> + 'static> Coroutine<F> {
    /// What [`task!`](crate::task) makes.
    ///
    /// # Safety
    ///
    /// No coroutine of another type of future is made with the same pool.
    #[doc(hidden)]
    pub unsafe fn new<const SIZE: usize, const N: usize>(
        future: F,
        pool: &'static super::Pool<SIZE, N>,
        name: NameId,
        place: Place,
    ) -> Self {
        Self { future, room: pool, name, place }
    }
}

/// A task of which only the number is known. It may have ended, and its place may be another's by
/// now: then it counts as done.
#[derive(Clone, Copy, Debug)]
pub struct AnyTask {
    pub(super) header: &'static Header,
    pub(super) id: TaskId,
}

impl AnyTask {
    pub(super) fn of(cs: CriticalSection<'_>, header: &'static Header) -> Self {
        Self { header, id: header.at(cs).id.get() }
    }

    /// Its place, if it is still its own.
    pub(super) fn get(self, cs: CriticalSection<'_>) -> Option<&'static Header> {
        Some(self.header).filter(|header| header.at(cs).id.get() == self.id)
    }

    /// Its number in records.
    pub const fn id(self) -> TaskId {
        self.id
    }

    /// Whether it has ended.
    pub fn done(self) -> bool {
        critical_section::with(|cs| {
            self.get(cs).is_none_or(|header| header.at(cs).state.get().is_done())
        })
    }

    /// Asks it to end, or the task that it waits for. `Ok(false)`: it has ended already. An error:
    /// it is the one that runs.
    pub fn cancel(self) -> Result<bool, Error> {
        critical_section::with(|cs| match self.get(cs) {
            Some(header) => core(cs).cancel(cs, header),
            None => Ok(false),
        })
    }
}

/// A task. Awaiting it gives its value, or raises what ended it; it may be cloned and awaited by
/// several. A task goes on when nobody names it.
pub struct Task<T: 'static> {
    pub(super) header: &'static Header,
    shelf: &'static dyn Shelf<T>,
}

impl<T> core::fmt::Debug for Task<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Task").field("id", &self.any().id).finish_non_exhaustive()
    }
}

impl<T> Task<T> {
    pub(super) fn new(
        cs: CriticalSection<'_>,
        header: &'static Header,
        shelf: &'static dyn Shelf<T>,
    ) -> Self {
        let named = &header.at(cs).named;
        named.set(named.get() + 1);
        Self { header, shelf }
    }

    /// The task without its type.
    pub fn any(&self) -> AnyTask {
        critical_section::with(|cs| AnyTask::of(cs, self.header))
    }

    /// Whether it has ended.
    pub fn done(&self) -> bool {
        self.any().done()
    }

    /// Asks it to end: see [`AnyTask::cancel`]. It gets [`Error::Cancelled`] where it waits, and ends
    /// by that or goes on.
    ///
    /// ```
    /// # example_board::start();
    /// use loopscope_agent::event_loop::{self as asyncio, Error};
    /// use loopscope_agent::task;
    ///
    /// task! {
    ///     async fn tidies_up() -> Result<(), Error> {
    ///         let ended = asyncio::sleep_ms(1000).await;
    ///         assert_eq!(ended, Err(Error::Cancelled));
    ///         // Here it would switch the motor off.
    ///         ended
    ///     }
    /// }
    /// task! {
    ///     async fn program() -> Result<(), Error> {
    ///         let task = asyncio::create_task(tidies_up())?;
    ///         asyncio::sleep_ms(10).await?;
    ///         assert_eq!(task.cancel(), Ok(true));
    ///         assert_eq!((&task).await, Err(Error::Cancelled));
    ///         assert_eq!(task.cancel(), Ok(false)); // It has ended.
    ///         Ok(())
    ///     }
    /// }
    /// assert_eq!(asyncio::run(program()), Ok(()));
    /// ```
    pub fn cancel(&self) -> Result<bool, Error> {
        self.any().cancel()
    }

    /// How it ended; `None` while it has not.
    pub(super) fn result(&self) -> Option<Result<T, Error>> {
        let how = critical_section::with(|cs| {
            let at = self.header.at(cs);
            at.state.get().is_done().then(|| at.error.get())
        })?;
        Some(match how {
            Some(error) => Err(error),
            // A value is missing only where the place was given up.
            None => self.shelf.value().ok_or(Error::Cancelled),
        })
    }
}

impl<T> Clone for Task<T> {
    fn clone(&self) -> Self {
        critical_section::with(|cs| Self::new(cs, self.header, self.shelf))
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        critical_section::with(|cs| {
            let named = &self.header.at(cs).named;
            named.set(named.get() - 1);
        });
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

pub(super) const fn no_loop() -> Error {
    Error::runtime("no running event loop")
}

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
    let Coroutine { future, room, name, place } = coroutine;
    let storage::Place { header, body, shelf } =
        room.take(future).ok_or(Error::raise("MemoryError", "the task's pool is full"))?;
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
        Ok(Task::new(cs, header, shelf))
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

impl Core {
    pub(super) fn cancel(
        &self,
        cs: CriticalSection<'_>,
        task: &'static Header,
    ) -> Result<bool, Error> {
        if task.at(cs).state.get().is_done() {
            return Ok(false);
        }
        if self.current.get().is_some_and(|current| core::ptr::eq(current, task)) {
            return Err(Error::runtime("can't cancel self"));
        }
        let by = self.by();
        let mut inner = task;
        emit::task_cancel(inner.at(cs).id.get(), by);
        while let Data::Task(other) = inner.at(cs).data.get() {
            inner = other;
            emit::task_cancel(inner.at(cs).id.get(), by);
        }
        self.wake_cancelled(cs, inner, by);
        inner.at(cs).data.set(Data::Throw(Thrown::Cancelled));
        Ok(true)
    }

    fn wake_cancelled(&self, cs: CriticalSection<'_>, task: &'static Header, by: By) {
        let at = task.at(cs);
        let (handle, key) = (at.handle.get(), at.key.get());
        if at.queued.get() {
            // One that is due already keeps its place.
            if before(now(), key) {
                emit::timer_cancel(handle, key, by);
                emit::timer_drop(handle, key);
                self.queue.remove(cs, task);
                self.push(cs, task, None, HandleHow::Step);
            }
        } else if self.current.get().is_none_or(|current| !core::ptr::eq(current, task)) {
            if let Data::Queue(queue, _) = at.data.get() {
                queue.remove(cs, task);
            }
            self.push(cs, task, None, HandleHow::Step);
        }
    }
}
