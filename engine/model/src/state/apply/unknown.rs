//! Gaps and snapshots: what stops being known, and what makes it known again.

use loopscope_protocol::{ClockMode, HandleId, LoopId};

use crate::state::index::Outside;
use crate::state::{At, FutureState, HandleState, Phase, State, TaskState};

/// How many tasks of which nothing was heard since two gaps are kept for their names.
const KEEP_LOST_TASKS: usize = 1024;

impl State {
    /// What is known behind `position` records of which none is known: nothing.
    pub(crate) fn unknown(position: u64, seq: u64) -> Self {
        let mut state = Self { position, seq, ..Self::default() };
        state.forget();
        state
    }

    /// Records were lost: everything that they may have changed is unknown.
    pub(super) fn forget(&mut self) {
        self.uncertain = true;
        self.snapshot_torn = true;
        if self.run.clock == Some(ClockMode::Auto) && self.run.real_since.is_none() {
            self.run.clock = None;
        }
        self.index.last_touched = None;
        self.index.running.clear();
        self.index.steps.clear();
        self.index.queued = 0;
        self.index.on_unknown.clear();
        self.index.strays.clear();
        // The others were unknown already.
        for id in std::mem::take(&mut self.index.touched).iter() {
            let Some(the_loop) = self.loops.get_mut(&id) else { continue };
            // A closed loop stays closed.
            if the_loop.phase != Phase::Closed {
                the_loop.phase = Phase::Unknown;
                the_loop.at = At::Unknown;
                the_loop.run = None;
                the_loop.ready_known = false;
                the_loop.timers_known = false;
                the_loop.handler.which = None;
            }
            the_loop.stop_requested = false;
            the_loop.current = None;
            the_loop.current_since = None;
            the_loop.interrupted = None;
            the_loop.sleep = None;
            the_loop.ready.clear();
            the_loop.timers.forget();
        }
        // Of what was unknown already nothing was heard since the last gap: it is given up.
        self.handles.retain(|handle| handle.state != HandleState::Unknown);
        self.index.lost.clear();
        for handle in self.handles.values_mut() {
            handle.queued = 0;
            if handle.state != HandleState::Gone {
                handle.state = HandleState::Unknown;
                self.index.lost.insert((handle.loop_id, handle.id));
            }
        }
        self.futures.retain(|future| future.state != FutureState::Unknown);
        for future in self.futures.values_mut() {
            if future.state == FutureState::Pending {
                future.state = FutureState::Unknown;
            }
        }
        if self.tasks.len() > KEEP_LOST_TASKS {
            self.drop_lost_tasks();
        }
        for task in self.tasks.values_mut() {
            task.handle = None;
            if !task.state.is_done() {
                task.state = TaskState::Unknown;
            }
        }
        self.limits.clear();
        self.doubt_syncs();
        self.doubt_outside();
    }

    fn doubt_outside(&mut self) {
        for thing in std::mem::take(&mut self.index.sure).iter() {
            let known = match thing {
                Outside::Nothing => None,
                Outside::Watcher(id) => self.watchers.get_mut(&id).map(|thing| &mut thing.known),
                Outside::Signal(id) => self.signals.get_mut(&id).map(|thing| &mut thing.known),
                Outside::Job(id) => self.jobs.get_mut(&id).map(|thing| &mut thing.known),
                Outside::Server(id) => self.servers.get_mut(&id).map(|thing| &mut thing.known),
                Outside::Transport(id) => self.transports.get_mut(&id).map(|it| &mut it.known),
                Outside::Process(id) => self.processes.get_mut(&id).map(|thing| &mut thing.known),
            };
            if let Some(known) = known {
                *known = false;
            }
        }
    }

    /// The queues of a loop are complete again: what is in neither and was lost has run.
    pub(super) fn drop_lost_handles(&mut self, on: LoopId) {
        while let Some(next) = self.index.lost.at_or_after(&(on, HandleId::NONE))
            && next.0 == on
        {
            self.index.lost.remove(&next);
            let handle = self.handles.get(&next.1);
            if handle.is_some_and(|h| h.state == HandleState::Unknown && !h.is_lasting()) {
                self.handles.remove(&next.1);
            }
        }
    }

    fn drop_lost_tasks(&mut self) {
        self.tasks.retain(|task| task.state != TaskState::Unknown);
        self.find_pending();
    }

    /// What follows tells the present state from nothing.
    pub(super) fn begin_snapshot(&mut self) {
        self.forget();
        self.in_snapshot = true;
        self.snapshot_torn = false;
    }

    /// What the snapshot did not name does not exist; what it named is complete. Of one that came
    /// in part, from its beginning or its middle on, that cannot be said.
    pub(super) fn end_snapshot(&mut self) {
        if !std::mem::take(&mut self.in_snapshot) || self.snapshot_torn {
            return;
        }
        self.uncertain = false;
        self.loops.retain(|the_loop| the_loop.phase != Phase::Unknown);
        for the_loop in self.loops.values_mut() {
            the_loop.ready_known = true;
            the_loop.timers_known = true;
        }
        self.handles.retain(|handle| handle.state != HandleState::Unknown);
        self.index.lost.clear();
        self.drop_lost_tasks();
        self.futures.retain(|future| future.state != FutureState::Unknown);
        self.watchers.retain(|_, thing| thing.known);
        self.signals.retain(|_, thing| thing.known);
        self.jobs.retain(|_, thing| thing.known);
        self.servers.retain(|_, thing| thing.known);
        self.transports.retain(|_, thing| thing.known);
        self.processes.retain(|_, thing| thing.known);
    }
}
