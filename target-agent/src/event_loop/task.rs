//! What a task is: declared, named by a coroutine, and then by those who await or cancel it.

use core::future::Future;

use critical_section::CriticalSection;
use loopscope_protocol::{NameId, Place, TaskId};

use super::header::{Header, TaskValue};
use super::storage::AnyPool;
use super::{Error, Outcome, core};

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
/// [`create_task`]: super::create_task
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
    pub(super) future: F,
    pub(super) pool: &'static dyn AnyPool<F>,
    pub(super) name: NameId,
    pub(super) place: Place,
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
        Self { future, pool, name, place }
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
    value: &'static dyn TaskValue<T>,
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
        value: &'static dyn TaskValue<T>,
    ) -> Self {
        let references = &header.at(cs).references;
        references.set(references.get() + 1);
        Self { header, value }
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
            None => self.value.value().ok_or(Error::Cancelled),
        })
    }
}

impl<T> Clone for Task<T> {
    fn clone(&self) -> Self {
        critical_section::with(|cs| Self::new(cs, self.header, self.value))
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        critical_section::with(|cs| {
            let references = &self.header.at(cs).references;
            references.set(references.get() - 1);
        });
    }
}
