//! What the loop knows of a task, whatever the task's body is.

use core::cell::Cell;
use core::task::{Context, Poll};

use critical_section::{CriticalSection, Mutex};
use loopscope_protocol::wire::short;
use loopscope_protocol::{FutureId, HandleId, NameId, ObjectId, On, Place, TaskId};

use super::Error;
use super::queue::{self, Queued};

/// The part of a task that differs from task to task: its future.
pub(super) trait Body: Sync {
    /// Resumes it. Ready: how it ended.
    fn resume(&'static self, context: &mut Context<'_>) -> Poll<Result<(), Error>>;
    /// Gives up the future; called once, after the end.
    fn discard(&'static self);
}

/// A queue of tasks.
pub(super) type Queue = queue::Queue<Header>;

/// Where a task's value is.
pub(super) trait TaskValue<T> {
    /// The value, once the task has ended well.
    fn value(&self) -> Option<T>;
}

/// What the next resumption brings to the place where the task waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Thrown {
    /// Somebody cancelled it.
    Cancelled,
    /// What `wait_for` runs has ended in time, well or not.
    InTime(Result<(), Error>),
}

/// What a task waits on; MicroPython's `data`.
#[derive(Clone, Copy, Debug)]
pub(super) enum Data {
    /// Nothing, or time.
    None,
    /// This comes at the next resumption.
    Throw(Thrown),
    /// Another task.
    Task(&'static Header),
    /// The queue of an event or a lock, with its number.
    Queue(&'static Queue, u32),
    /// The tasks of a `gather`, which has this number.
    Gather(FutureId),
}

/// MicroPython's `state`.
#[derive(Clone, Copy, Debug)]
pub(super) enum State {
    /// No task is here.
    Free,
    /// Not done, and nobody waits for it.
    Running,
    /// Not done, and `waiters` is in use.
    Awaited,
    /// Not done, and this task gathers it.
    Gathered(&'static Header),
    /// Done, and nobody has retrieved how.
    Unretrieved,
    /// Done, and somebody has.
    Retrieved,
}

impl State {
    pub(super) const fn is_done(self) -> bool {
        matches!(self, Self::Free | Self::Unretrieved | Self::Retrieved)
    }
}

/// The fields of a [`Header`], for whoever is in a critical section.
#[derive(Debug)]
pub(super) struct Fields {
    pub(super) id: Cell<TaskId>,
    pub(super) name: Cell<NameId>,
    pub(super) place: Cell<Place>,
    /// The handle by which it is queued, or was last.
    pub(super) handle: Cell<HandleId>,
    /// When it is due, in milliseconds, while it is in a queue.
    pub(super) key: Cell<u32>,
    /// It is in the loop's queue.
    pub(super) queued: Cell<bool>,
    /// It is there by `timer-new`.
    pub(super) timer: Cell<bool>,
    /// Its body has begun.
    pub(super) begun: Cell<bool>,
    /// It was woken from outside the loop.
    pub(super) woken: Cell<bool>,
    /// The `gather` that it runs gives exceptions as results.
    pub(super) gather_all: Cell<bool>,
    /// How many tasks its `gather` still waits for.
    pub(super) gather_left: Cell<u16>,
    /// The first exception among them.
    pub(super) gather_error: Cell<Option<Error>>,
    /// How many `Task`s refer to it.
    pub(super) references: Cell<u16>,
    pub(super) state: Cell<State>,
    pub(super) data: Cell<Data>,
    /// What this resumption brought, until the place that waits has taken it.
    pub(super) thrown: Cell<Option<Thrown>>,
    /// How it ended, if not well.
    pub(super) error: Cell<Option<Error>>,
    pub(super) body: Cell<Option<&'static dyn Body>>,
    /// The next task in whatever queue it is in.
    pub(super) next: Cell<Option<&'static Header>>,
    /// The next in the list of all that ever were in use.
    pub(super) all: Cell<Option<&'static Header>>,
    pub(super) listed: Cell<bool>,
}

impl core::fmt::Debug for dyn Body {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Body")
    }
}

/// The memory of a task, used again when the task is done and nobody refers to it.
#[derive(Debug)]
pub(super) struct Header {
    fields: Mutex<Fields>,
    /// Those who wait for its end.
    pub(super) waiters: Queue,
}

impl Header {
    pub(super) const fn new() -> Self {
        Self {
            fields: Mutex::new(Fields {
                id: Cell::new(TaskId::NONE),
                name: Cell::new(NameId::NONE),
                place: Cell::new(Place::NONE),
                handle: Cell::new(HandleId::NONE),
                key: Cell::new(0),
                queued: Cell::new(false),
                timer: Cell::new(false),
                begun: Cell::new(false),
                woken: Cell::new(false),
                gather_all: Cell::new(false),
                gather_left: Cell::new(0),
                gather_error: Cell::new(None),
                references: Cell::new(0),
                state: Cell::new(State::Free),
                data: Cell::new(Data::None),
                thrown: Cell::new(None),
                error: Cell::new(None),
                body: Cell::new(None),
                next: Cell::new(None),
                all: Cell::new(None),
                listed: Cell::new(false),
            }),
            waiters: Queue::new(),
        }
    }

    pub(super) fn at<'a>(&'a self, cs: CriticalSection<'a>) -> &'a Fields {
        self.fields.borrow(cs)
    }

    /// Whether another task can have it.
    pub(super) fn is_free(&self, cs: CriticalSection<'_>) -> bool {
        let at = self.at(cs);
        at.references.get() == 0 && !at.queued.get() && at.state.get().is_done()
    }

    /// What it waits for, for a record.
    pub(super) fn waits_on(&self, cs: CriticalSection<'_>) -> On {
        let at = self.at(cs);
        match at.data.get() {
            _ if at.queued.get() && at.timer.get() => On::Timer(at.handle.get()),
            _ if at.queued.get() => On::Nothing,
            Data::Task(other) => On::Task(other.at(cs).id.get()),
            Data::Queue(_, number) => On::Queue(ObjectId(number)),
            Data::Gather(number) => On::Future(number),
            Data::None | Data::Throw(_) => On::Waker,
        }
    }
}

impl Queued for Header {
    fn key<'a>(&'a self, cs: CriticalSection<'a>) -> &'a Cell<u32> {
        &self.at(cs).key
    }

    fn next<'a>(&'a self, cs: CriticalSection<'a>) -> &'a Cell<Option<&'static Self>> {
        &self.at(cs).next
    }
}

impl Fields {
    /// The handle for the next time that it is queued: the two of its pair take turns.
    pub(super) fn next_handle(&self) -> HandleId {
        let last = self.handle.get();
        let handle =
            if last.is_some() { short::other(last) } else { HandleId(self.id.get().0 * 2 - 1) };
        self.handle.set(handle);
        handle
    }
}
