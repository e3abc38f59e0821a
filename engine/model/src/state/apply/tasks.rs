//! Tasks and futures.
#![deny(clippy::wildcard_enum_match_arm)]

use loopscope_protocol::{
    By, ChainId, FutureEvent, FutureId, HandleId, LoopId, NameId, NeedHow, ObjectId, On, Place,
    TaskEvent as Event, TaskId,
};

use crate::record::{Record, Texts};
use crate::state::{Completer, Future, FutureState, Needs, State, Task, TaskState};

/// How many tasks are kept after their end.
const KEEP_DONE_TASKS: usize = 128;
/// How many futures are kept after they are done.
const KEEP_DONE_FUTURES: usize = 64;
/// How many futures are kept at all. Nothing tells when a program drops one that is not done.
const KEEP_FUTURES: usize = 1 << 16;

impl Task {
    fn placeholder(id: TaskId, loop_id: LoopId) -> Self {
        Self {
            id,
            loop_id,
            name: NameId::NONE,
            label: NameId::NONE,
            defined: Place::NONE,
            place: Place::NONE,
            chain: ChainId::NONE,
            state: TaskState::Unknown,
            on: On::Nothing,
            handle: None,
            line: (ObjectId::NONE, 0),
            cancel_requested: false,
            cancel_pending: false,
            cancelled_by: By::Outside,
            by: By::Outside,
            by_name: NameId::NONE,
            steps: 0,
            stepped: 0,
            busy: 0,
            since: None,
            made: 0,
            ending: Texts::NONE,
        }
    }

    /// The time since the present step began counts as work.
    fn add_busy(&mut self, now: Option<u64>) {
        if self.state == TaskState::Running
            && let (Some(since), Some(now)) = (self.since, now)
        {
            self.busy += now.saturating_sub(since);
        }
    }
}

impl Future {
    fn placeholder(id: FutureId, loop_id: LoopId) -> Self {
        Self {
            id,
            loop_id,
            name: NameId::NONE,
            state: FutureState::Unknown,
            by: By::Outside,
            by_name: NameId::NONE,
            done_by: By::Outside,
            done_by_name: NameId::NONE,
            enough: NeedHow::All,
            needs: Needs::default(),
            completer: Completer::Unknown,
            made: 0,
            ending: Texts::NONE,
        }
    }
}

impl State {
    pub(super) fn apply_task(&mut self, record: &Record, event: Event, on: LoopId) {
        match event {
            Event::TaskNew { task: id, name, place, label, by } => {
                let by_name = self.name_of(by);
                let before = self.tasks.get(&id);
                if before.is_some_and(|old| !old.state.is_done() && old.state != TaskState::Unknown)
                {
                    self.odd(|| format!("Task {} was made twice.", id.0));
                }
                // A snapshot tells of a task again; what was counted stays true.
                let old = self.tasks.remove(&id);
                if let Some(old) = &old {
                    self.index.pending.remove(&(old.loop_id, id));
                }
                let mut task = match old {
                    Some(old) if self.in_snapshot && !old.state.is_done() => old,
                    _ => Task::placeholder(id, on),
                };
                task.loop_id = on;
                task.name = name;
                task.label = label;
                task.defined = place;
                task.place = place;
                task.by = by;
                task.by_name = by_name;
                task.state = TaskState::Queued;
                task.since = record.t;
                task.made = record.seq;
                self.tasks.insert(id, task);
                self.index.pending.insert((on, id));
            }
            Event::TaskStep { task: id } => self.step(record, id, on),
            Event::TaskSuspend { task: id, on: waits_for, place, chain } => {
                // MicroPython's task queues itself before; one that has not is lost.
                let queues_later = waits_for == On::Nothing && !self.is_micropython();
                // Where a gap took the record that made a timer, this says whose it is.
                if let On::Timer(timer) = waits_for
                    && self.handles.get(&timer).is_none_or(|timer| timer.made == 0)
                {
                    self.index.on_unknown.insert((timer, id));
                }
                let in_snapshot = self.in_snapshot;
                let task = self.task_mut(id, on);
                let before = task.state;
                task.add_busy(record.t);
                if in_snapshot {
                    // It has begun, or it would not wait.
                    task.steps = task.steps.max(1);
                }
                task.on = waits_for;
                task.place = place;
                task.chain = chain;
                task.since = record.t;
                // What it waits for may be done already: then its next step is queued by now.
                task.state = if queues_later || task.handle.is_some() {
                    TaskState::Queued
                } else {
                    TaskState::Waiting(waits_for)
                };
                if !matches!(before, TaskState::Running | TaskState::Unknown) {
                    self.odd(|| format!("Task {} waits, but was not running.", id.0));
                }
            }
            Event::TaskDone { task: id, how } => {
                let task = self.task_mut(id, on);
                let before = task.state;
                task.add_busy(record.t);
                task.state = TaskState::Done(how);
                task.handle = None;
                task.ending.clone_from(&record.texts);
                if record.line.is_some() {
                    (task.place, task.chain) = (Place::NONE, record.line);
                }
                task.since = record.t;
                let own = (task.loop_id, id);
                self.index.pending.remove(&own);
                self.drop_limits(id, |_, _| true);
                if before.is_done() {
                    self.odd(|| format!("Task {} ended twice.", id.0));
                    return;
                }
                if self.is_strict() && !matches!(before, TaskState::Running | TaskState::Unknown) {
                    self.odd(|| format!("Task {} ended, but was not running.", id.0));
                }
                self.done_tasks.push_back(id);
                if self.done_tasks.len() > KEEP_DONE_TASKS
                    && let Some(old) = self.done_tasks.pop_front()
                    && self.tasks.get(&old).is_some_and(|old| old.state.is_done())
                {
                    self.tasks.remove(&old);
                }
            }
            Event::TaskCancel { task: id, by } => {
                let task = self.task_mut(id, on);
                task.cancel_requested = true;
                task.cancel_pending = true;
                task.cancelled_by = by;
                let done = task.state.is_done();
                if done {
                    self.odd(|| format!("Task {} was asked to be cancelled, but has ended.", id.0));
                }
            }
            Event::TaskTimeout { task: id, handle } => {
                self.drop_limits(id, |state, timer| !state.is_live(timer));
                self.limits.insert((id, handle));
            }
        }
    }

    fn drop_limits(&mut self, task: TaskId, is_over: impl Fn(&Self, HandleId) -> bool) {
        let own = self.limits.from((task, HandleId::NONE)).take_while(|limit| limit.0 == task);
        let over: Vec<_> = own.filter(|limit| is_over(self, limit.1)).collect();
        for limit in over {
            self.limits.remove(&limit);
        }
    }

    fn step(&mut self, record: &Record, id: TaskId, on: LoopId) {
        let strict = self.is_strict();
        self.leave_line(id);
        let task = self.task_mut(id, on);
        let before = task.state;
        let woken = task.handle.take().is_some();
        task.state = TaskState::Running;
        task.steps += 1;
        task.stepped = record.seq;
        task.cancel_pending = false;
        task.since = record.t;
        match before {
            TaskState::Done(_) => self.odd(|| format!("Task {} runs, but has ended.", id.0)),
            TaskState::Running => self.odd(|| format!("Task {} runs already.", id.0)),
            TaskState::Waiting(_) if strict && !woken => {
                self.odd(|| format!("Task {} runs, but nothing woke it.", id.0));
            }
            TaskState::Waiting(_) | TaskState::Queued | TaskState::Unknown => {}
        }
    }

    /// The handle that steps a task has run, so the task runs no more, even if its source did not
    /// say what it waits for.
    pub(super) fn end_step(&mut self, id: TaskId) {
        let t = self.t;
        let Some(task) = self.tasks.get_mut(&id) else { return };
        if task.state == TaskState::Running {
            task.add_busy(t);
            task.since = t;
            task.on = On::Nothing;
            task.state = match task.handle {
                Some(_) => TaskState::Queued,
                None => TaskState::Waiting(On::Nothing),
            };
        }
    }

    pub(super) fn apply_future(&mut self, record: &Record, event: FutureEvent, on: LoopId) {
        match event {
            FutureEvent::FutureNew { future: id, name, by } => {
                let by_name = self.name_of(by);
                if self.futures.get(&id).is_some_and(|old| old.state == FutureState::Pending) {
                    self.odd(|| format!("f{} was made twice.", id.0));
                }
                let state = FutureState::Pending;
                let made = record.seq;
                let future =
                    Future { name, state, by, by_name, made, ..Future::placeholder(id, on) };
                self.futures.insert(id, future);
                if self.futures.len() > KEEP_FUTURES {
                    self.futures.pop_first();
                }
            }
            FutureEvent::FutureDone { future: id, how, by } => {
                let by_name = self.name_of(by);
                let future = self.future_mut(id, on);
                let before = future.state;
                future.state = FutureState::Done(how);
                future.done_by = by;
                future.done_by_name = by_name;
                future.ending.clone_from(&record.texts);
                let completer = future.completer;
                if let Completer::Job(job) = completer {
                    self.ended_jobs.remove(&job);
                }
                if matches!(before, FutureState::Done(_)) {
                    self.odd(|| format!("f{} was completed twice.", id.0));
                    return;
                }
                if let Completer::Sync(id) = completer {
                    self.wakes_in_line(id, on);
                }
                self.done_futures.push_back(id);
                if self.done_futures.len() > KEEP_DONE_FUTURES
                    && let Some(old) = self.done_futures.pop_front()
                    && self
                        .futures
                        .get(&old)
                        .is_some_and(|old| matches!(old.state, FutureState::Done(_)))
                {
                    self.futures.remove(&old);
                }
            }
            FutureEvent::FutureNeeds { future: id, how } => self.future_mut(id, on).enough = how,
            FutureEvent::FutureLink { future: id, on: needs } => {
                self.future_mut(id, on).needs.add(needs);
            }
        }
    }

    pub(super) fn task_mut(&mut self, id: TaskId, on: LoopId) -> &mut Task {
        if !self.tasks.contains_key(&id) {
            self.unknown_id(|| format!("Task {} was never made.", id.0));
            self.index.pending.insert((on, id));
        }
        self.tasks.get_or_insert_with(id, || Task::placeholder(id, on))
    }

    pub(super) fn future_mut(&mut self, id: FutureId, on: LoopId) -> &mut Future {
        // A future of which only the beginning of the table was dropped is no surprise.
        if !self.futures.contains_key(&id) && self.futures.len() < KEEP_FUTURES {
            self.unknown_id(|| format!("f{} was never made.", id.0));
        }
        self.futures.get_or_insert_with(id, || Future::placeholder(id, on))
    }
}
