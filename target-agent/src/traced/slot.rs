//! What is known of traced tasks and of the loops that run them.

use core::cell::{Cell, RefCell};
use core::task::Waker;

use critical_section::{CriticalSection, Mutex};
use loopscope_protocol::wire::short;
use loopscope_protocol::{
    By, HandleHow, HandleId, LoopId, NameId, On, Place, RunHow, TaskHow, TaskId,
};

use crate::{Hold, Scheduler, emit, poll};

/// How many loops there are: interrupts in which traced tasks run, and what runs in none.
pub const LOOPS: usize = 4;

/// A task's place in memory, which [`traced!`](crate::traced!) makes.
#[derive(Debug)]
pub struct Task(Mutex<Inner>);

#[derive(Debug)]
struct Inner {
    /// Its waker is wrapped, so that it is known when it is woken.
    is_woken: bool,
    name: Cell<NameId>,
    /// Its number; none while it is not there.
    id: Cell<TaskId>,
    /// The handle by which it is queued, or was last.
    handle: Cell<HandleId>,
    queued: Cell<bool>,
    /// The loop that runs it.
    at: Cell<u8>,
    waker: RefCell<Option<Waker>>,
    /// It is in the list of all, and this is the next one.
    is_listed: Cell<bool>,
    next: Cell<Option<&'static Task>>,
}

/// A loop, known by the exception in which it runs.
#[derive(Debug)]
struct Loop {
    is_there: Cell<bool>,
    context: Cell<u16>,
    is_idle: Cell<bool>,
    /// The handle of its task that runs.
    current: Cell<HandleId>,
}

#[derive(Debug)]
struct All {
    is_started: Cell<bool>,
    /// Somebody looks after the host; what interrupts that does not.
    is_looking: Cell<bool>,
    first: Cell<Option<&'static Task>>,
    tasks: Cell<u32>,
    loops: [Loop; LOOPS],
}

static ALL: Mutex<All> = Mutex::new(All {
    is_started: Cell::new(false),
    is_looking: Cell::new(false),
    first: Cell::new(None),
    tasks: Cell::new(0),
    loops: [const {
        Loop {
            is_there: Cell::new(false),
            context: Cell::new(0),
            is_idle: Cell::new(false),
            current: Cell::new(HandleId::NONE),
        }
    }; LOOPS],
});

/// For tests: as if no task had run.
#[cfg(test)]
pub(super) fn reset(cs: CriticalSection<'_>) {
    let all = ALL.borrow(cs);
    all.is_started.set(true);
    all.tasks.set(0);
    let mut next = all.first.take();
    while let Some(task) = next {
        let inner = task.0.borrow(cs);
        inner.id.set(TaskId::NONE);
        inner.is_listed.set(false);
        next = inner.next.take();
    }
    for at in &all.loops {
        at.is_there.set(false);
        at.is_idle.set(false);
        at.current.set(HandleId::NONE);
    }
}

impl Task {
    /// A place for a task; `is_woken`: its waker is wrapped.
    pub const fn new(is_woken: bool) -> Self {
        Self(Mutex::new(Inner {
            is_woken,
            name: Cell::new(NameId::NONE),
            id: Cell::new(TaskId::NONE),
            handle: Cell::new(HandleId::NONE),
            queued: Cell::new(false),
            at: Cell::new(0),
            waker: RefCell::new(None),
            is_listed: Cell::new(false),
            next: Cell::new(None),
        }))
    }

    /// Its waker is wrapped.
    pub(super) fn is_woken(&self) -> bool {
        critical_section::with(|cs| self.0.borrow(cs).is_woken)
    }

    /// It runs for the first time. Gives its number; none if nothing is told of it, as it runs within
    /// another one, its place is another one's or there is none for its loop.
    pub(super) fn begin(&'static self, name: NameId) -> TaskId {
        critical_section::with(|cs| {
            let all = ALL.borrow(cs);
            let inner = self.0.borrow(cs);
            let at = here(cs);
            if at.is_some_and(|at| all.loops[at].current.get().is_some()) {
                // It is a part of the one that runs.
                return TaskId::NONE;
            }
            let (false, Some(at)) = (inner.id.get().is_some(), at) else {
                emit::task_untold();
                return TaskId::NONE;
            };
            if !inner.is_listed.replace(true) {
                inner.next.set(all.first.replace(Some(self)));
            }
            let id = TaskId(all.tasks.get() + 1);
            all.tasks.set(id.0);
            inner.name.set(name);
            inner.id.set(id);
            inner.handle.set(HandleId::NONE);
            inner.queued.set(false);
            inner.at.set(at as u8);
            awake(cs, at);
            on(at, || emit::task_new(id, name, Place::NONE, By::Outside));
            inner.queue(cs);
            id
        })
    }

    /// It is about to run; `waker` is the scheduler's.
    pub(super) fn enter(&self, waker: &Waker) {
        critical_section::with(|cs| {
            let inner = self.0.borrow(cs);
            let mut kept = inner.waker.borrow_mut();
            if inner.is_woken && kept.as_ref().is_none_or(|kept| !kept.will_wake(waker)) {
                *kept = Some(waker.clone());
            }
        });
        // The host may hold it here.
        look_after();
        critical_section::with(|cs| {
            let inner = self.0.borrow(cs);
            // It runs where it has begun: a scheduler's task does not move.
            let at = usize::from(inner.at.get());
            awake(cs, at);
            // It is polled without having been woken, or nobody can know.
            inner.queue(cs);
            inner.queued.set(false);
            ALL.borrow(cs).loops[at].current.set(inner.handle.get());
            on(at, || {
                emit::handle_run(inner.handle.get());
                emit::task_step(inner.id.get());
            });
        });
    }

    /// It has run; `how`: it has ended.
    pub(super) fn leave(&self, how: Option<TaskHow>) {
        critical_section::with(|cs| {
            let inner = self.0.borrow(cs);
            let at = usize::from(inner.at.get());
            let handle = ALL.borrow(cs).loops[at].current.replace(HandleId::NONE);
            on(at, || {
                match how {
                    Some(how) => emit::task_done(inner.id.get(), how),
                    None if inner.queued.get() => emit::task_suspend(inner.id.get(), On::Nothing),
                    None => emit::task_suspend(inner.id.get(), On::Waker),
                }
                emit::handle_done(handle);
            });
            if how.is_some() {
                inner.forget();
            }
            if inner.is_woken && !any_queued(cs, at) {
                asleep(cs, at);
            }
        });
    }

    /// It is dropped before its end.
    pub(super) fn drop_unfinished(&self) {
        critical_section::with(|cs| {
            let inner = self.0.borrow(cs);
            let (id, handle) = (inner.id.get(), inner.handle.get());
            on(inner.at.get().into(), || {
                if inner.queued.get() {
                    emit::handle_cancel(handle, By::Outside);
                    emit::handle_skip(handle);
                }
                emit::task_done(id, TaskHow::Cancelled);
            });
            inner.forget();
        });
    }

    /// It is woken.
    pub(super) fn wake(&self) {
        let waker = critical_section::with(|cs| {
            let inner = self.0.borrow(cs);
            if inner.id.get().is_some() {
                inner.queue(cs);
            }
            inner.waker.borrow().clone()
        });
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Inner {
    fn forget(&self) {
        self.id.set(TaskId::NONE);
        self.queued.set(false);
    }

    /// Puts it at the end of its loop's ready queue, if it is not there.
    fn queue(&self, cs: CriticalSection<'_>) {
        if self.queued.replace(true) {
            return;
        }
        let last = self.handle.get();
        let (handle, how) = if last.is_some() {
            (short::other(last), HandleHow::Wakeup)
        } else {
            (HandleId(self.id.get().0 * 2 - 1), HandleHow::Step)
        };
        self.handle.set(handle);
        let here = exception();
        let mut running = ALL.borrow(cs).loops.iter();
        let running = running.find(|it| it.current.get().is_some() && it.context.get() == here);
        let by = running.map_or(By::Outside, |running| By::Handle(running.current.get()));
        on(self.at.get().into(), || emit::handle_new(handle, how, by));
    }
}

/// To be called while there is nothing to do, in a loop that waits for interrupts or by a
/// scheduler's hook for that: the loop that calls it sleeps, and a host's request is looked at.
pub fn idle() {
    if !critical_section::with(|cs| ALL.borrow(cs).is_started.get()) {
        return;
    }
    critical_section::with(|cs| {
        let here = exception();
        let known = |at: &Loop| at.is_there.get() && at.context.get() == here;
        if let Some(at) = ALL.borrow(cs).loops.iter().position(known) {
            asleep(cs, at);
        }
    });
    look_after();
}

/// Opens the rings, by what the program has defined for that, when the first task runs.
pub(super) fn start(open: extern "C" fn()) {
    if critical_section::with(|cs| !ALL.borrow(cs).is_started.replace(true)) {
        open();
    }
}

/// Answers the host, and holds here for as long as it wants.
fn look_after() {
    if critical_section::with(|cs| ALL.borrow(cs).is_looking.replace(true)) {
        return;
    }
    while poll(&Tasks) == Hold::Yes {
        core::hint::spin_loop();
    }
    critical_section::with(|cs| ALL.borrow(cs).is_looking.set(false));
}

/// The loop that runs here, which is made if there is room.
fn here(cs: CriticalSection<'_>) -> Option<usize> {
    let here = exception();
    let loops = &ALL.borrow(cs).loops;
    let known = loops.iter().position(|at| at.is_there.get() && at.context.get() == here);
    if known.is_some() {
        return known;
    }
    let free = loops.iter().position(|at| !at.is_there.get())?;
    loops[free].is_there.set(true);
    loops[free].context.set(here);
    on(free, || {
        emit::loop_new();
        emit::loop_run(RunHow::Forever, TaskId::NONE);
    });
    Some(free)
}

fn awake(cs: CriticalSection<'_>, at: usize) {
    if ALL.borrow(cs).loops[at].is_idle.replace(false) {
        on(at, emit::poll_end);
    }
}

fn asleep(cs: CriticalSection<'_>, at: usize) {
    if !ALL.borrow(cs).loops[at].is_idle.replace(true) {
        on(at, || emit::poll_begin(None));
    }
}

fn any_queued(cs: CriticalSection<'_>, at: usize) -> bool {
    each(cs).any(|task| {
        let inner = task.0.borrow(cs);
        inner.queued.get() && usize::from(inner.at.get()) == at
    })
}

/// All tasks that there are.
fn each(cs: CriticalSection<'_>) -> impl Iterator<Item = &'static Task> {
    let next = move |task: &&'static Task| task.0.borrow(cs).next.get();
    let all = core::iter::successors(ALL.borrow(cs).first.get(), next);
    all.filter(move |task| task.0.borrow(cs).id.get().is_some())
}

/// Says something on a loop.
fn on(at: usize, say: impl FnOnce()) {
    emit::on_loop(LoopId(at as u32 + 1), say);
}

/// The number of the exception that is handled; 0: none is.
#[cfg(not(test))]
fn exception() -> u16 {
    crate::exception::active()
}

#[cfg(test)]
fn exception() -> u16 {
    super::tests::CONTEXT.load(core::sync::atomic::Ordering::Relaxed)
}

/// All traced tasks, for a host that joins late.
struct Tasks;

impl Scheduler for Tasks {
    fn room(&self) -> Option<u32> {
        let tasks = critical_section::with(|cs| each(cs).count());
        Some(40 * LOOPS as u32 + 40 * tasks as u32)
    }

    fn snapshot(&self) {
        critical_section::with(|cs| {
            for (at, the_loop) in ALL.borrow(cs).loops.iter().enumerate() {
                if !the_loop.is_there.get() {
                    continue;
                }
                let tasks = || each(cs).map(|task| task.0.borrow(cs));
                let its = || tasks().filter(move |task| usize::from(task.at.get()) == at);
                on(at, || {
                    emit::loop_new();
                    for task in its() {
                        emit::task_new(task.id.get(), task.name.get(), Place::NONE, By::Outside);
                    }
                    emit::loop_run(RunHow::Forever, TaskId::NONE);
                    for task in its() {
                        let handle = task.handle.get();
                        if the_loop.current.get() == handle {
                            // What asks for this has interrupted it.
                            emit::handle_new(handle, HandleHow::Wakeup, By::Outside);
                            emit::handle_run(handle);
                            emit::task_step(task.id.get());
                        } else if task.queued.get() {
                            emit::handle_new(handle, HandleHow::Wakeup, By::Outside);
                        } else {
                            emit::task_suspend(task.id.get(), On::Waker);
                        }
                    }
                });
            }
        });
    }
}
