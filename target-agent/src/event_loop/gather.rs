//! `gather`: several tasks at once.

mod group;

use core::future::poll_fn;
use core::task::Poll;

use critical_section::CriticalSection;
use loopscope_protocol::{By, FutureHow, FutureId, HandleHow};

pub use group::{Gathered, Group};

use super::error::no_loop;
use super::header::{Data, Header, State};
use super::{Core, Error, core};
use crate::{emit, name};

/// Awaits all of them and gives their values. The first exception is raised at once; the others go
/// on. Cancelling the one who gathers cancels them all.
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
///         // A tuple may hold tasks of several kinds; an array has one kind.
///         let (one, two) = asyncio::gather((read(20), asyncio::create_task(read(10))?)).await?;
///         assert_eq!([one, two], asyncio::gather([read(20), read(10)]).await?);
///         Ok(())
///     }
/// }
/// assert_eq!(asyncio::run(program()), Ok(()));
/// ```
pub async fn gather<G: Group>(group: G) -> Result<<G::Tasks as Gathered>::Values, Error> {
    let tasks = group.into_tasks()?;
    wait(&tasks, false).await?;
    tasks.values()
}

/// Awaits all of them and gives their values or exceptions: Python's `return_exceptions=True`.
///
/// ```
/// # example_board::start();
/// use loopscope_agent::event_loop::{self as asyncio, Error};
/// use loopscope_agent::task;
///
/// task! {
///     async fn works() -> Result<u32, Error> {
///         Ok(7)
///     }
/// }
/// task! {
///     async fn fails() -> Result<u32, Error> {
///         Err(Error::raise("ValueError", "no sensor"))
///     }
/// }
/// task! {
///     async fn program() -> Result<(), Error> {
///         let (good, bad) = asyncio::gather_all((works(), fails())).await?;
///         assert_eq!((good, bad), (Ok(7), Err(Error::raise("ValueError", "no sensor"))));
///         Ok(())
///     }
/// }
/// assert_eq!(asyncio::run(program()), Ok(()));
/// ```
pub async fn gather_all<G: Group>(group: G) -> Result<<G::Tasks as Gathered>::Results, Error> {
    let tasks = group.into_tasks()?;
    wait(&tasks, true).await?;
    Ok(tasks.results())
}

/// Waits until all have ended, or one has by an exception.
async fn wait<G: Gathered>(tasks: &G, all: bool) -> Result<(), Error> {
    let (me, number) = prepare(tasks, all)?;
    let mut failed = None;
    let mut cancel = false;
    if let Some(me) = me {
        let ended = poll_fn(|_| {
            critical_section::with(|cs| {
                let at = me.at(cs);
                if at.thrown.take().is_some() {
                    Poll::Ready(Err(Error::Cancelled))
                } else if matches!(at.data.get(), Data::Gather(_)) {
                    Poll::Pending
                } else {
                    Poll::Ready(Ok(()))
                }
            })
        })
        .await;
        cancel = ended.is_err();
        critical_section::with(|cs| {
            // It may have been complete, and its task on the way, when that was cancelled.
            if let Some(number) = number.filter(|_| cancel && me.at(cs).gather_left.get() > 0) {
                emit::future_done(number, FutureHow::Cancelled, core(cs).by());
            }
        });
        failed = ended.err().or(critical_section::with(|cs| me.at(cs).gather_error.take()));
    }
    let mut refused = None;
    tasks.each(&mut |task| {
        critical_section::with(|cs| {
            let Some(header) = task.get(cs) else { return };
            let at = header.at(cs);
            if let State::Gathered(by) = at.state.get()
                && me.is_some_and(|me| core::ptr::eq(by, me))
            {
                // It still runs.
                at.state.set(State::Running);
                if cancel && let Err(error) = core(cs).cancel(cs, header) {
                    refused = Some(error);
                }
            } else if let Some(error) = at.error.get()
                && !all
            {
                failed.get_or_insert(error);
            }
        });
    });
    match refused.or(failed) {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

/// Registers the running task with those that it gathers, and gives the gather its number; `None`:
/// there is nothing to wait for.
fn prepare<G: Gathered>(
    tasks: &G,
    all: bool,
) -> Result<(Option<&'static Header>, Option<FutureId>), Error> {
    critical_section::with(|cs| {
        let core = core(cs);
        let me = core.current.get().ok_or(no_loop())?;
        let (mut left, mut ready, mut clash) = (0u16, false, false);
        tasks.each(&mut |task| {
            let Some(header) = task.get(cs) else { return };
            let at = header.at(cs);
            match at.state.get() {
                State::Running => {
                    at.state.set(State::Gathered(me));
                    left += 1;
                }
                State::Awaited | State::Gathered(_) => clash = true,
                State::Free | State::Unretrieved | State::Retrieved => {
                    ready |= !all && at.error.get().is_some();
                }
            }
        });
        if clash {
            tasks.each(&mut |task| {
                let Some(header) = task.get(cs) else { return };
                let at = header.at(cs);
                if matches!(at.state.get(), State::Gathered(by) if core::ptr::eq(by, me)) {
                    at.state.set(State::Running);
                }
            });
            return Err(Error::runtime("can't gather"));
        }
        let at = me.at(cs);
        at.gather_error.set(None);
        if ready || left == 0 {
            // The caller puts back those that run.
            at.data.set(Data::None);
            return Ok(((left > 0).then_some(me), None));
        }
        at.gather_all.set(all);
        at.gather_left.set(left);
        let number = FutureId(core.gathers.get() + 1);
        core.gathers.set(number.0);
        at.data.set(Data::Gather(number));
        emit::future_new(number, name!("gather"), core.by());
        tasks.each(&mut |task| {
            let gathers = |header: &'static Header| {
                matches!(header.at(cs).state.get(), State::Gathered(by) if core::ptr::eq(by, me))
            };
            if task.get(cs).is_some_and(gathers) {
                emit::future_link(number, task.id());
            }
        });
        Ok((Some(me), Some(number)))
    })
}

impl Core {
    /// A gathered task has ended; the one who gathers is woken if that is what it waits for.
    pub(super) fn gathered(
        &self,
        cs: CriticalSection<'_>,
        by: &'static Header,
        how: Result<(), Error>,
    ) {
        let at = by.at(cs);
        let Data::Gather(number) = at.data.get() else { return };
        match how {
            Err(error) if !at.gather_all.get() => {
                at.gather_error.set(Some(error));
                at.gather_left.set(0);
            }
            _ => {
                at.gather_left.set(at.gather_left.get() - 1);
                if at.gather_left.get() > 0 {
                    return;
                }
            }
        }
        let failed = at.gather_error.get().is_some();
        let how = if failed { FutureHow::Exception } else { FutureHow::Result };
        emit::future_done(number, how, self.by());
        self.push(cs, by, None, HandleHow::Wakeup);
    }

    /// Tells again of a gather, and of the tasks that it still waits for.
    pub(super) fn snapshot_gather(
        &self,
        cs: CriticalSection<'_>,
        by: &'static Header,
        it: FutureId,
    ) {
        emit::future_new(it, name!("gather"), By::Outside);
        self.each(cs, |task| {
            if matches!(task.at(cs).state.get(), State::Gathered(who) if core::ptr::eq(who, by)) {
                emit::future_link(it, task.at(cs).id.get());
            }
        });
    }
}
