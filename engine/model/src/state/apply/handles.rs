//! Handles and timers: made, queued, run, cancelled, gone.
#![deny(clippy::wildcard_enum_match_arm)]

use loopscope_protocol::{
    FutureId, HandleEvent as Event, HandleHow, HandleId, LoopId, NameId, Place, TaskId,
};

use crate::record::Record;
use crate::state::timers::DueKey;
use crate::state::{At, Handle, HandleState, State};

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
                if self.in_snapshot && how == HandleHow::Wakeup && self.tasks.get(&task).is_some() {
                    // It was woken, so it has begun.
                    let task = self.task_mut(task, on);
                    task.steps = task.steps.max(1);
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
                let keeping = self.keeping();
                self.loop_mut(on).timers.insert(DueKey::new(when), id, keeping);
            }
            Event::TimerDue { handle: id, when } => {
                self.leave_heap(id, when, on, false);
                self.enqueue(id, on);
                self.know_task(id);
                let task = self.handles.get(&id).map_or(TaskId::NONE, |handle| handle.task);
                self.queue_task(task, id);
            }
            Event::TimerDrop { handle: id, when } => {
                self.leave_heap(id, when, on, true);
                self.know_task(id);
                self.unqueue_task(id);
                self.retire(id);
            }
            Event::TimerCancel { handle: id, when, .. } => {
                let keeping = self.keeping();
                let handle = self.handle_mut(id, on);
                let state = handle.state;
                let is_news = !std::mem::replace(&mut handle.cancelled, true);
                if is_news && state == HandleState::Timer {
                    self.loop_mut(on).timers.note_cancelled();
                } else if state == HandleState::Unknown {
                    // That it is in the heap is what this record says.
                    let handle = self.handle_mut(id, on);
                    handle.state = HandleState::Timer;
                    handle.when = Some(when);
                    if handle.loop_id != on {
                        self.index.strays.insert((id, on));
                    }
                    self.loop_mut(on).timers.insert(DueKey::new(when), id, keeping);
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
        the_loop.interrupted = None;
        the_loop.at = At::Running;
        the_loop.now_runs();
        self.interrupt_others(on);
    }

    fn finish(&mut self, id: HandleId, on: LoopId) {
        let the_loop = self.loop_mut(on);
        let current = the_loop.current.take();
        the_loop.interrupted = None;
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
        self.resume_others(on);
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
                    the_loop.timers.remove(DueKey::new(when), id);
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
