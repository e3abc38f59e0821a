//! What tasks meet at: locks, semaphores, events, conditions, barriers and queues; who holds them,
//! who stands in line, and who has to do with them.

use loopscope_protocol::{
    By, FutureId, HandleId, LoopId, NameId, ObjectId, SyncKind, SyncWaitHow, TaskId,
};

use super::{Handle, HandleState, State};

/// Something that tasks meet at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sync {
    /// Its id.
    pub id: ObjectId,
    /// Its loop: the last one in which it was used.
    pub loop_id: LoopId,
    /// What it is; `None` if that was lost.
    pub kind: Option<SyncKind>,
    /// What the program calls it.
    pub name: NameId,
    /// How many a queue holds at most, how many places a semaphore has, how many a barrier waits for.
    pub size: u32,
    /// The condition whose lock it is.
    pub owner: ObjectId,
    /// Who made it.
    pub by: By,
    /// The task that made it.
    pub maker: TaskId,
    /// Of a lock, whether it is locked, and of an event, whether it is set: 1 or 0. How many places of
    /// a semaphore are left, how many items are in a queue, how many have come to a barrier.
    pub count: u32,
    /// How many items of a queue are not done.
    pub left: u32,
    /// Whether a queue was shut down.
    pub is_shut: bool,
    /// When it changed last.
    pub since: Option<u64>,
    /// The number of the record that introduced it; 0 if that was lost.
    pub made: u64,
    /// Whether all this is known; false after a gap.
    pub known: bool,
}

impl Sync {
    pub(super) const fn placeholder(id: ObjectId, loop_id: LoopId) -> Self {
        Self {
            id,
            loop_id,
            kind: None,
            name: NameId::NONE,
            size: 0,
            owner: ObjectId::NONE,
            by: By::Outside,
            maker: TaskId::NONE,
            count: 0,
            left: 0,
            is_shut: false,
            since: None,
            made: 0,
            known: false,
        }
    }

    /// Whether it is a queue of some kind.
    pub const fn is_queue(&self) -> bool {
        matches!(self.kind, Some(SyncKind::Queue | SyncKind::PriorityQueue | SyncKind::LifoQueue))
    }

    /// Whether it is a semaphore of some kind.
    pub const fn is_semaphore(&self) -> bool {
        matches!(self.kind, Some(SyncKind::Semaphore | SyncKind::BoundedSemaphore))
    }
}

/// A task that has a lock, or a place of a semaphore.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hold {
    /// What it has.
    pub id: ObjectId,
    /// Which task; none: something that is no task's.
    pub task: TaskId,
    /// The number of the record by which it was taken.
    pub order: u64,
    /// Since when, in nanoseconds of loop time.
    pub since: Option<u64>,
}

/// A task that stands in line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct InLine {
    /// At what.
    pub id: ObjectId,
    /// The number of the record by which it took its place.
    pub order: u64,
    /// Which task.
    pub task: TaskId,
    /// What for.
    pub how: SyncWaitHow,
    /// The future by which it is woken.
    pub future: FutureId,
    /// Since when, in nanoseconds of loop time.
    pub since: Option<u64>,
}

impl Default for InLine {
    fn default() -> Self {
        Self {
            id: ObjectId::NONE,
            order: 0,
            task: TaskId::NONE,
            how: SyncWaitHow::Acquire,
            future: FutureId::NONE,
            since: None,
        }
    }
}

/// What a task has to do with something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Use {
    /// It has put into it, has set it, has notified it, has given it back.
    #[default]
    Gives,
    /// It has taken out of it.
    Takes,
    /// It has it at hand.
    Knows,
}

/// A task that has to do with something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct User {
    pub(super) id: ObjectId,
    pub(super) how: Use,
    pub(super) task: TaskId,
}

impl State {
    /// What tasks meet at, in order of ids.
    pub fn syncs(&self) -> impl ExactSizeIterator<Item = &Sync> {
        self.syncs.values()
    }

    /// One of these.
    pub fn sync(&self, id: ObjectId) -> Option<&Sync> {
        self.syncs.get(&id)
    }

    /// Who stands in line, the first one first. Those who were woken and have not run yet are among
    /// them.
    pub fn line(&self, id: ObjectId) -> impl Iterator<Item = InLine> {
        let first = InLine { id, ..InLine::default() };
        self.lines.from(first).take_while(move |each| each.id == id)
    }

    /// Where a task stands in line.
    pub fn in_line(&self, task: TaskId) -> Option<InLine> {
        let (id, order) = self.task(task)?.line;
        let found = self.lines.at_or_after(&InLine { id, order, ..InLine::default() })?;
        (id.is_some() && (found.id, found.order, found.task) == (id, order, task)).then_some(found)
    }

    /// Who has a lock, or the places of a semaphore, in the order in which they took them.
    pub fn holders(&self, id: ObjectId) -> Vec<Hold> {
        let first = Hold { id, ..Hold::default() };
        let mut all: Vec<Hold> = self.holds.from(first).take_while(|each| each.id == id).collect();
        all.sort_unstable_by_key(|each| each.order);
        all
    }

    /// What a task has.
    pub fn held_by(&self, task: TaskId) -> impl Iterator<Item = Hold> {
        self.holds.iter().filter(move |each| each.task == task)
    }

    /// The timer by which a task's time will be over, if it has a limit; the first one of several.
    pub fn time_limit(&self, task: TaskId) -> Option<&Handle> {
        let own = self.limits.from((task, HandleId::NONE)).take_while(|limit| limit.0 == task);
        let timers = own.filter(|limit| self.is_live(limit.1));
        let timers = timers.filter_map(|limit| self.handle(limit.1));
        timers.min_by(|a, b| a.when.unwrap_or(0.0).total_cmp(&b.when.unwrap_or(0.0)))
    }

    /// Whether a handle has neither run nor was cancelled.
    pub(super) fn is_live(&self, id: HandleId) -> bool {
        let live = |handle: &Handle| !handle.cancelled && handle.state != HandleState::Gone;
        self.handle(id).is_some_and(live)
    }

    /// The tasks that are not done and have to do with something in this way.
    pub fn users(&self, id: ObjectId, how: Use) -> impl Iterator<Item = TaskId> {
        let first = User { id, how, task: TaskId::NONE };
        let of = self.users.from(first).take_while(move |each| each.id == id && each.how == how);
        of.map(|each| each.task)
            .filter(|task| self.task(*task).is_some_and(|task| !task.state.is_done()))
    }
}
