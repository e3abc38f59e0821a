//! What records about locks, queues and the like change.
#![deny(clippy::wildcard_enum_match_arm)]

use loopscope_protocol::{LoopId, ObjectId, SyncEvent as Event, SyncHow, SyncKind, TaskId};

use crate::record::Record;
use crate::state::sync::User;
use crate::state::{Completer, FutureState, Hold, InLine, State, Sync, Use};

/// How many things are kept that nobody holds and nobody waits at. Nothing tells when a program
/// drops one.
const KEEP: usize = 4096;

/// How many of the oldest are looked at for one that can be dropped.
const LOOK_AT: usize = 16;

/// How many tasks are remembered to have to do with one thing.
const USERS: usize = 32;

impl State {
    pub(super) fn apply_sync(&mut self, record: &Record, event: Event, on: LoopId) {
        match event {
            Event::SyncNew { id, kind, name, size, owner, by } => {
                // A semaphore has all its places at first.
                let count = match kind {
                    SyncKind::Semaphore | SyncKind::BoundedSemaphore => size,
                    SyncKind::Lock
                    | SyncKind::Event
                    | SyncKind::Condition
                    | SyncKind::Barrier
                    | SyncKind::Queue
                    | SyncKind::PriorityQueue
                    | SyncKind::LifoQueue => 0,
                };
                let maker = self.task_at_work(on);
                let sync = Sync {
                    kind: Some(kind),
                    name,
                    size,
                    owner,
                    by,
                    maker,
                    count,
                    since: record.t,
                    made: record.seq,
                    known: true,
                    ..Sync::placeholder(id, on)
                };
                if self.syncs.insert(id, sync).is_some_and(|before| before.known) {
                    self.odd(|| format!("Thing {} that tasks meet at was made twice.", id.0));
                }
                if self.syncs.len() > KEEP {
                    self.drop_idle_sync();
                }
            }
            Event::SyncName { id, name } => self.sync_mut(id, on).name = name,
            Event::SyncState { id, how, task, count, left } => {
                let t = record.t;
                let sync = self.sync_mut(id, on);
                (sync.count, sync.left, sync.since, sync.known) = (count, left, t, true);
                sync.loop_id = on;
                match how {
                    SyncHow::Take => self.take(record, id, task),
                    SyncHow::Give => {
                        self.give_back(id, task);
                        self.has_used(id, Use::Gives, task);
                    }
                    SyncHow::HandOver => {
                        let next = self.line(id).find(|each| self.is_in_line(*each));
                        self.take(record, id, next.map_or(TaskId::NONE, |next| next.task));
                    }
                    SyncHow::Put | SyncHow::Set => self.has_used(id, Use::Gives, task),
                    SyncHow::Get | SyncHow::Done => self.has_used(id, Use::Takes, task),
                    SyncHow::ShutDown => self.sync_mut(id, on).is_shut = true,
                    SyncHow::Clear | SyncHow::Arrive | SyncHow::Leave => {}
                }
            }
            Event::SyncWait { id, how, task, future } => {
                self.leave_line(task);
                let (order, since) = (record.seq, record.t);
                self.sync_mut(id, on).loop_id = on;
                self.lines.insert(InLine { id, order, task, how, future, since });
                if let Some(task) = self.tasks.get_mut(&task) {
                    task.line = (id, order);
                }
                self.future_mut(future, on).completer = Completer::Sync(id);
            }
            Event::SyncUser { id, task } => self.has_used(id, Use::Knows, task),
        }
    }

    /// Whether somebody still waits who stands in line: that one was not woken yet.
    fn is_in_line(&self, each: InLine) -> bool {
        self.future(each.future).is_some_and(|future| future.state == FutureState::Pending)
    }

    /// A task is resumed, or has ended: it waits for nothing.
    pub(super) fn leave_line(&mut self, task: TaskId) {
        let Some(known) = self.tasks.get(&task) else { return };
        if !known.line.0.is_some() {
            return;
        }
        if let Some(place) = self.in_line(task) {
            self.lines.remove(&place);
        }
        if let Some(known) = self.tasks.get_mut(&task) {
            known.line = (ObjectId::NONE, 0);
        }
    }

    fn take(&mut self, record: &Record, id: ObjectId, task: TaskId) {
        // A lock has one holder.
        if self.sync(id).is_some_and(|sync| !sync.is_semaphore()) {
            self.drop_holds(id);
        }
        self.holds.insert(Hold { id, task, order: record.seq, since: record.t });
    }

    /// What a task gives back is what it took last; if it took nothing, somebody else's.
    fn give_back(&mut self, id: ObjectId, task: TaskId) {
        let of = |task| Hold { id, task, ..Hold::default() };
        let own = self.holds.from(of(task)).take_while(|each| each.id == id && each.task == task);
        let own = own.last();
        let any = self.holds.at_or_after(&of(TaskId::NONE)).filter(|each| each.id == id);
        if let Some(hold) = own.or(any) {
            self.holds.remove(&hold);
        }
    }

    fn drop_holds(&mut self, id: ObjectId) {
        while let Some(hold) = self.holds.at_or_after(&Hold { id, ..Hold::default() })
            && hold.id == id
        {
            self.holds.remove(&hold);
        }
    }

    /// A future by which somebody is woken was completed, by the task at work.
    pub(super) fn wakes_in_line(&mut self, id: ObjectId, on: LoopId) {
        let task = self.task_at_work(on);
        self.has_used(id, Use::Gives, task);
    }

    fn has_used(&mut self, id: ObjectId, how: Use, task: TaskId) {
        let user = User { id, how, task };
        if !task.is_some() || self.users.contains(&user) {
            return;
        }
        let first = User { id, ..User::default() };
        let of: Vec<User> = self.users.from(first).take_while(|each| each.id == id).collect();
        if of.len() >= USERS {
            // Those that have ended make room.
            let ended = |each: &&User| self.task(each.task).is_none_or(|it| it.state.is_done());
            let ended: Vec<User> = of.iter().filter(ended).copied().collect();
            if ended.is_empty() {
                return;
            }
            for each in ended {
                self.users.remove(&each);
            }
        }
        self.users.insert(user);
    }

    fn sync_mut(&mut self, id: ObjectId, on: LoopId) -> &mut Sync {
        // One that was dropped for its age is no surprise.
        if !self.syncs.contains_key(&id) && self.syncs.len() < KEEP {
            self.unknown_id(|| format!("Thing {} that tasks meet at was never made.", id.0));
        }
        self.syncs.get_or_insert_with(id, || Sync::placeholder(id, on))
    }

    /// Drops one of the oldest that nobody holds and nobody waits at.
    fn drop_idle_sync(&mut self) {
        let is_idle = |sync: &&Sync| {
            let is_held = self
                .holds
                .at_or_after(&Hold { id: sync.id, ..Hold::default() })
                .is_some_and(|hold| hold.id == sync.id);
            !is_held && self.line(sync.id).next().is_none()
        };
        let Some(id) = self.syncs.values().take(LOOK_AT).find(is_idle).map(|sync| sync.id) else {
            return;
        };
        self.syncs.remove(&id);
        while let Some(user) = self.users.at_or_after(&User { id, ..User::default() })
            && user.id == id
        {
            self.users.remove(&user);
        }
    }

    /// Records were lost: who holds what, and who waits, is not known.
    pub(super) fn doubt_syncs(&mut self) {
        if self.syncs.values().next().is_none() {
            return;
        }
        self.lines.clear();
        self.holds.clear();
        self.syncs.values_mut().for_each(|sync| sync.known = false);
        self.tasks.values_mut().for_each(|task| task.line = (ObjectId::NONE, 0));
    }
}
