//! What is told of locks, queues and the like, and of what futures and tasks wait for besides.

use loopscope_protocol::{
    Event, FutureId, HandleId, NameId, NeedHow, ObjectId, SyncHow, SyncKind, SyncWaitHow, TaskId,
};

use super::{Records, current};

/// What is told of a new thing that tasks meet at.
#[derive(Clone, Copy, Debug)]
pub struct NewSync {
    /// What it is.
    pub kind: SyncKind,
    /// What the program calls it.
    pub name: NameId,
    /// How many it holds, or waits for.
    pub size: u32,
    /// The condition whose lock it is.
    pub owner: ObjectId,
}

/// What is told of a change of one.
#[derive(Clone, Copy, Debug)]
pub struct SyncChange {
    /// What was done.
    pub how: SyncHow,
    /// By which task.
    pub task: TaskId,
    /// How many there are now.
    pub count: u32,
    /// How many items of a queue are not done.
    pub left: u32,
}

impl Records<'_> {
    /// A lock, a queue or the like exists.
    pub fn sync_new(self, id: ObjectId, new: NewSync) {
        let NewSync { kind, name, size, owner } = new;
        self.emit(Event::SyncNew { id, kind, name, size, owner, by: current() });
    }

    /// It is known what the program calls one.
    pub fn sync_name(self, id: ObjectId, name: NameId) {
        self.emit(Event::SyncName { id, name });
    }

    /// One has changed.
    pub fn sync_state(self, id: ObjectId, change: SyncChange) {
        let SyncChange { how, task, count, left } = change;
        self.emit(Event::SyncState { id, how, task, count, left });
    }

    /// A task stands in line at one; its suspension follows.
    pub fn sync_wait(self, id: ObjectId, how: SyncWaitHow, task: TaskId, future: FutureId) {
        self.emit(Event::SyncWait { id, how, task, future });
    }

    /// A task has one at hand.
    pub fn sync_user(self, id: ObjectId, task: TaskId) {
        self.emit(Event::SyncUser { id, task });
    }

    /// How much of what a future needs is enough.
    pub fn future_needs(self, future: FutureId, how: NeedHow) {
        self.emit(Event::FutureNeeds { future, how });
    }

    /// A timer limits the time of a task.
    pub fn task_timeout(self, task: TaskId, handle: HandleId) {
        self.emit(Event::TaskTimeout { task, handle });
    }
}
