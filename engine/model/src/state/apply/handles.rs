//! Handles and timers: made, queued, run, cancelled, gone.
#![deny(clippy::wildcard_enum_match_arm)]

use loopscope_protocol::{
    FutureId, HandleEvent as Event, HandleHow, HandleId, LoopId, NameId, On, Place, TaskId,
};

use crate::record::Record;
use crate::state::loops::DueKey;
use crate::state::{At, Handle, HandleState, State, TaskState};

/// How many handles are kept after they are gone, so that sentences can name them.
const KEEP_GONE: usize = 64;

impl Handle {
    /// A handle of which nothing is known but its id.
    fn placeholder(id: HandleId, loop_id: LoopId) -> Self {
        Self {
            id,
            loop_id,
            how: None,
            name: NameId::NONE,
            place: Place::NONE,
            by: loopscope_protocol::By::Outside,
            by_name: NameId::NONE,
            task: TaskId::NONE,
            future: FutureId::NONE,
            when: None,
            state: HandleState::Unknown,
            cancelled: false,
            queued: 0,
            runs: 0,
            made: 0,
            made_at: None,
            owned: false,
        }
    }
}

impl State {
    pub(super) fn apply_handle(&mut self, record: &Record, event: Event, on: LoopId) {
        match event {
            Event::HandleNew { handle: id, how, name, place, by, task, future } => {
                let handle = Handle {
                    how: Some(how),
                    name,
                    place,
                    by,
                    by_name: self.name_of(by),
                    task,
                    future,
                    state: HandleState::Idle,
                    made: record.seq,
                    made_at: record.t,
                    ..Handle::placeholder(id, on)
                };
                let lasting = handle.is_lasting();
                if lasting {
                    self.index.owned.insert((on, id));
                }
                self.threads |= how == HandleHow::Threadsafe;
                if self.introduce(handle) && !lasting {
                    self.enqueue(id, on);
                    self.queue_task(task, id);
                }
            }
            Event::TimerNew { handle: id, when, name, place, by, future, task } => {
                let handle = Handle {
                    name,
                    place,
                    by,
                    by_name: self.name_of(by),
                    task,
                    future,
                    when: Some(when),
                    state: HandleState::Timer,
                    made: record.seq,
                    made_at: record.t,
                    ..Handle::placeholder(id, on)
                };
                self.introduce(handle);
                self.loop_mut(on).timers.insert((DueKey::new(when), id));
            }
            Event::TimerDue { handle: id, when } => {
                self.leave_heap(id, when, on);
                self.enqueue(id, on);
                self.know_task(id);
                let task = self.handles.get(&id).map_or(TaskId::NONE, |handle| handle.task);
                self.queue_task(task, id);
            }
            Event::TimerDrop { handle: id, when } => {
                self.leave_heap(id, when, on);
                self.know_task(id);
                self.unqueue_task(id);
                self.retire(id);
            }
            Event::TimerCancel { handle: id, when, .. } => {
                let handle = self.handle_mut(id, on);
                let state = handle.state;
                handle.cancelled = true;
                if state == HandleState::Unknown {
                    // That it is in the heap is what this record says.
                    handle.state = HandleState::Timer;
                    handle.when = Some(when);
                    if handle.loop_id != on {
                        self.index.strays.insert((id, on));
                    }
                    self.loop_mut(on).timers.insert((DueKey::new(when), id));
                } else if state != HandleState::Timer {
                    self.odd(|| format!("h{} was cancelled as a timer, but is none.", id.0));
                }
            }
            Event::HandleCancel { handle: id, .. } => {
                let handle = self.handle_mut(id, on);
                let state = handle.state;
                handle.cancelled = true;
                if matches!(state, HandleState::Gone | HandleState::Timer) {
                    self.odd(|| format!("h{} was cancelled, but is not ready.", id.0));
                }
            }
            Event::HandleSkip { handle: id } => {
                self.dequeue(id, on, "was left out");
                let cancelled = self.handle_mut(id, on).cancelled;
                if !cancelled && !self.uncertain {
                    self.odd(|| format!("h{} was left out, but was not cancelled.", id.0));
                }
                self.unqueue_task(id);
                self.retire(id);
            }
            Event::HandleRun { handle: id, task } => self.start(record, id, task, on),
            Event::HandleDone { handle: id, .. } => self.finish(id, on),
        }
    }

    fn start(&mut self, record: &Record, id: HandleId, task: TaskId, on: LoopId) {
        self.dequeue(id, on, "ran");
        let before = self.loop_mut(on).current;
        if let Some(other) = before {
            self.odd(|| format!("h{} started while h{} still runs.", id.0, other.0));
            self.retire(other);
        }
        let handle = self.handle_mut(id, on);
        let cancelled = handle.cancelled;
        handle.state = HandleState::Running;
        handle.runs += 1;
        if task.is_some() {
            handle.task = task;
        }
        if cancelled {
            self.odd(|| format!("h{} ran, but was cancelled.", id.0));
        }
        let the_loop = self.loop_mut(on);
        the_loop.current = Some(id);
        the_loop.current_since = record.t;
        the_loop.at = At::Running;
        the_loop.now_runs();
    }

    fn finish(&mut self, id: HandleId, on: LoopId) {
        let the_loop = self.loop_mut(on);
        let current = the_loop.current.take();
        let known = the_loop.at != At::Unknown;
        the_loop.at = At::Ready;
        the_loop.now_runs();
        if current != Some(id) && known {
            self.odd(|| format!("h{} ended, but was not running.", id.0));
        }
        if let Some(other) = current.filter(|other| *other != id) {
            self.retire(other);
        }
        let task = self.handle_mut(id, on).task;
        self.end_step(task);
        self.retire(id);
    }

    /// Adds a handle to the table. False if it has begun to run already, as one that another
    /// thread made may before its record comes.
    fn introduce(&mut self, mut handle: Handle) -> bool {
        let id = handle.id;
        if let Some(before) = self.handles.get(&id) {
            let state = before.state;
            let late = before.made == 0 && before.runs > 0 && self.is_strict();
            if late {
                handle.state = state;
                handle.runs = before.runs;
                handle.queued = before.queued;
                handle.owned = before.owned;
                self.index.strays.insert((id, before.loop_id));
                self.handles.insert(id, handle);
                return false;
            }
            if !matches!(state, HandleState::Gone | HandleState::Unknown) {
                self.odd(|| format!("h{} was made twice.", id.0));
                self.unlist(id);
            }
        }
        self.handles.insert(id, handle);
        true
    }

    /// The handle of that id; one that is not known is added with nothing but its id.
    pub(super) fn handle_mut(&mut self, id: HandleId, on: LoopId) -> &mut Handle {
        if !self.handles.contains_key(&id) {
            self.unknown_id(|| format!("h{} was never made.", id.0));
            if self.uncertain {
                self.index.lost.insert((on, id));
            }
        }
        self.handles.get_or_insert_with(id, || Handle::placeholder(id, on))
    }

    /// Puts a handle at the end of the ready queue; in MicroPython's, where its key belongs.
    pub(super) fn enqueue(&mut self, id: HandleId, on: LoopId) {
        let handle = self.handle_mut(id, on);
        let again = handle.queued > 0 && !handle.is_lasting();
        if handle.state != HandleState::Running {
            handle.state = HandleState::Ready;
        }
        handle.queued += 1;
        let key = handle.place_in_queue();
        if handle.loop_id != on {
            self.index.strays.insert((id, on));
        }
        if again {
            self.odd(|| format!("h{} is in the ready queue twice.", id.0));
        }
        self.index.queued += 1;
        // In MicroPython's queue an expired sleep goes before what became ready later.
        let is_sorted = self.is_micropython();
        let ready = &mut self.loop_mut(on).ready;
        if is_sorted { ready.insert(key, id) } else { ready.push(id) }
    }

    /// Takes a handle out of the ready queue, where it should stand first.
    fn dequeue(&mut self, id: HandleId, on: LoopId, what: &str) {
        let (strict, exact) = (self.is_strict(), self.is_exact());
        let the_loop = self.loop_mut(on);
        let first = the_loop.ready.iter().next();
        let in_batch = the_loop.at == At::Ready || the_loop.at == At::Unknown;
        let complete = the_loop.ready_known;
        let Some(was_first) = the_loop.ready.take(id) else {
            let state = self.handle_mut(id, on).state;
            if complete && exact && state != HandleState::Unknown {
                self.odd(|| format!("h{} {what}, but was not ready.", id.0));
            }
            return;
        };
        // The queue is first in, first out: nothing unknown stands before it any more.
        if strict && was_first {
            the_loop.ready_known = true;
        }
        self.index.queued = self.index.queued.saturating_sub(1);
        let handle = self.handle_mut(id, on);
        handle.queued = handle.queued.saturating_sub(1);
        if let Some(first) = first.filter(|_| exact && !was_first) {
            self.odd(|| format!("h{} {what} before h{}.", id.0, first.0));
        } else if strict && !in_batch {
            self.odd(|| format!("h{} {what} outside a batch.", id.0));
        }
    }

    fn leave_heap(&mut self, id: HandleId, when: f64, on: LoopId) {
        let handle = self.handle_mut(id, on);
        let state = handle.state;
        let due = handle.when.unwrap_or(when);
        handle.when = Some(due);
        let the_loop = self.loop_mut(on);
        if !the_loop.timers.remove(&(DueKey::new(due), id))
            && the_loop.timers_known
            && state != HandleState::Unknown
        {
            self.odd(|| format!("h{} left the heap, but was not in it.", id.0));
        }
    }

    /// A handle has had its turn: a watcher's waits again, another one is gone.
    pub(super) fn retire(&mut self, id: HandleId) {
        let Some(handle) = self.handles.get_mut(&id) else { return };
        if handle.queued > 0 {
            handle.state = HandleState::Ready;
        } else if handle.owned {
            handle.state = HandleState::Idle;
        } else if handle.state != HandleState::Gone {
            handle.state = HandleState::Gone;
            self.gone_handles.push_back(id);
            if self.gone_handles.len() > KEEP_GONE
                && let Some(old) = self.gone_handles.pop_front()
                && self.handles.get(&old).is_some_and(|old| old.state == HandleState::Gone)
            {
                let gone = self.handles.remove(&old);
                if let Some(gone) = gone.filter(|_| self.uncertain) {
                    self.index.lost.remove(&(gone.loop_id, old));
                }
            }
        }
    }

    /// Takes a handle out of whatever list it is in, of whatever loop.
    fn unlist(&mut self, id: HandleId) {
        let Some(handle) = self.handles.get_mut(&id) else { return };
        handle.queued = 0;
        let (when, mut on) = (handle.when, handle.loop_id);
        loop {
            if let Some(the_loop) = self.loops.get_mut(&on) {
                if let Some(when) = when {
                    the_loop.timers.remove(&(DueKey::new(when), id));
                }
                while the_loop.ready.take(id).is_some() {
                    self.index.queued = self.index.queued.saturating_sub(1);
                }
                if the_loop.current == Some(id) {
                    the_loop.current = None;
                }
            }
            let stray = self.index.strays.at_or_after(&(id, LoopId::NONE));
            let Some(stray) = stray.filter(|stray| stray.0 == id) else { return };
            self.index.strays.remove(&stray);
            on = stray.1;
        }
    }

    /// Empties a loop's queues; what was in them is gone, and steps no task any more.
    pub(super) fn drop_queues(&mut self, on: LoopId) {
        let the_loop = self.loop_mut(on);
        let ready = std::mem::take(&mut the_loop.ready);
        let timers = std::mem::take(&mut the_loop.timers);
        self.index.queued = self.index.queued.saturating_sub(ready.len());
        for id in ready.iter() {
            if let Some(handle) = self.handles.get_mut(&id) {
                handle.queued = handle.queued.saturating_sub(1);
            }
        }
        for id in ready.iter().chain(timers.iter().map(|(_, id)| id)) {
            let Some(handle) = self.handles.get(&id) else { continue };
            if let Some(task) = self.tasks.get_mut(&handle.task)
                && task.handle == Some(id)
            {
                task.handle = None;
            }
            self.retire(id);
        }
    }

    /// Where a gap took the record that made a timer, the task that waits for it says whose it is.
    fn know_task(&mut self, id: HandleId) {
        let Some(handle) = self.handles.get_mut(&id).filter(|handle| handle.made == 0) else {
            return;
        };
        let waits = TaskState::Waiting(On::Timer(id));
        while let Some(next) = self.index.on_unknown.at_or_after(&(id, TaskId::NONE))
            && next.0 == id
        {
            self.index.on_unknown.remove(&next);
            if !handle.task.is_some()
                && let Some(task) = self.tasks.get(&next.1).filter(|task| task.state == waits)
            {
                handle.task = task.id;
            }
        }
    }

    /// A task will be stepped by `handle`.
    fn queue_task(&mut self, id: TaskId, handle: HandleId) {
        let t = self.t;
        let Some(task) = self.tasks.get_mut(&id) else { return };
        task.handle = Some(handle);
        let queued = match task.state {
            TaskState::Waiting(_) => true,
            // It may have queued itself in a step whose beginning was lost.
            TaskState::Unknown => self.loops.get(&task.loop_id).is_some_and(|the_loop| {
                the_loop.at != At::Unknown
                    && the_loop
                        .current
                        .and_then(|current| self.handles.get(&current))
                        .is_none_or(|current| current.task != id)
            }),
            TaskState::Queued | TaskState::Running | TaskState::Done(_) => false,
        };
        if queued {
            task.state = TaskState::Queued;
            task.since = t;
        }
    }

    /// A handle has left its queue without running: its task is queued no more.
    fn unqueue_task(&mut self, handle: HandleId) {
        let t = self.t;
        let task = self.handles.get(&handle).map_or(TaskId::NONE, |handle| handle.task);
        let Some(task) = self.tasks.get_mut(&task) else { return };
        if task.handle == Some(handle) {
            task.handle = None;
            if task.state == TaskState::Queued {
                task.state = TaskState::Waiting(task.on);
                task.since = t;
            }
        }
    }

    /// A watcher or signal took a handle as its own.
    pub(super) fn adopt(&mut self, id: HandleId, on: LoopId, how: HandleHow) {
        let handle = self.handle_mut(id, on);
        handle.owned = true;
        handle.how.get_or_insert(how);
        if handle.state == HandleState::Unknown {
            handle.state = HandleState::Idle;
        }
        let own = (handle.loop_id, id);
        self.index.owned.insert(own);
    }

    /// A watcher or signal let go of its handle.
    pub(super) fn disown(&mut self, id: HandleId) {
        let Some(handle) = self.handles.get_mut(&id) else { return };
        handle.owned = false;
        self.index.owned.remove(&(handle.loop_id, id));
        // Taking a watcher away cancels its handle.
        handle.cancelled |= handle.state == HandleState::Ready;
        if handle.state == HandleState::Idle {
            self.retire(id);
        }
    }
}
