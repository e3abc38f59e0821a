//! What records change in the queues of a loop: who is ready, who waits in the heap of timers, and
//! which tasks that makes ready.

use loopscope_protocol::{HandleId, LoopId, On, TaskId, Ties};

use crate::state::timers::{DueKey, Keeping};
use crate::state::{At, HandleState, State, TaskState};

impl State {
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
    pub(super) fn dequeue(&mut self, id: HandleId, on: LoopId, what: &str) {
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

    /// How the loops of this run keep their timers.
    pub(super) fn keeping(&self) -> Keeping {
        if self.is_strict() || self.run.dialect.is_none() {
            Keeping::Heap(self.run.ties.unwrap_or(Ties::Heapq), self.run.seed)
        } else {
            Keeping::Otherwise
        }
    }

    /// A timer has left the heap: it is due, or it was cancelled and `dropped`.
    pub(super) fn leave_heap(&mut self, id: HandleId, when: f64, on: LoopId, dropped: bool) {
        let handle = self.handle_mut(id, on);
        let state = handle.state;
        let cancelled = handle.cancelled;
        let due = handle.when.unwrap_or(when);
        handle.when = Some(due);
        self.loop_mut(on);
        let Some(the_loop) = self.loops.get_mut(&on) else { return };
        let key = DueKey::new(due);
        let was_there = if dropped {
            let handles = &self.handles;
            let is_cancelled = |id| handles.get(&id).is_some_and(|handle| handle.cancelled);
            the_loop.timers.take_dropped(key, id, is_cancelled)
        } else {
            the_loop.timers.take_due(key, id, cancelled)
        };
        if !was_there && the_loop.timers_known && state != HandleState::Unknown {
            self.odd(|| format!("h{} left the heap, but was not in it.", id.0));
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
    pub(super) fn know_task(&mut self, id: HandleId) {
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
    pub(super) fn queue_task(&mut self, id: TaskId, handle: HandleId) {
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
    pub(super) fn unqueue_task(&mut self, handle: HandleId) {
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
}
