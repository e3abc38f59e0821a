//! Gaps and snapshots: what stops being known, and what makes it known again.

use loopscope_protocol::{ClockMode, LoopId};

use crate::state::{At, FutureState, HandleState, Phase, State, TaskState};

/// How many tasks of which nothing was heard since two gaps are kept for their names.
const KEEP_LOST_TASKS: usize = 1024;

impl State {
    /// What is known behind so many records of which none is known: nothing.
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
        for the_loop in self.loops.values_mut() {
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
            the_loop.sleep = None;
            the_loop.ready.clear();
            the_loop.batch_left = 0;
            the_loop.timers.clear();
        }
        // Of what was unknown already nothing was heard since the last gap: it is given up.
        self.handles.retain(|handle| handle.state != HandleState::Unknown);
        for handle in self.handles.values_mut() {
            handle.queued = 0;
            if handle.state != HandleState::Gone {
                handle.state = HandleState::Unknown;
            }
        }
        self.futures.retain(|future| future.state != FutureState::Unknown);
        for future in self.futures.values_mut() {
            if future.state == FutureState::Pending {
                future.state = FutureState::Unknown;
            }
        }
        if self.tasks.len() > KEEP_LOST_TASKS {
            self.tasks.retain(|task| task.state != TaskState::Unknown);
        }
        for task in self.tasks.values_mut() {
            task.handle = None;
            if !task.state.is_done() {
                task.state = TaskState::Unknown;
            }
        }
        self.doubt_outside();
    }

    fn doubt_outside(&mut self) {
        self.watchers.values_mut().for_each(|thing| thing.known = false);
        self.signals.values_mut().for_each(|thing| thing.known = false);
        self.jobs.values_mut().for_each(|thing| thing.known = false);
        self.servers.values_mut().for_each(|thing| thing.known = false);
        self.transports.values_mut().for_each(|thing| thing.known = false);
        self.processes.values_mut().for_each(|thing| thing.known = false);
    }

    /// The queues of a loop are complete again: what is in neither and was lost has run.
    pub(super) fn drop_lost_handles(&mut self, on: LoopId) {
        self.handles.retain(|handle| {
            handle.loop_id != on || handle.state != HandleState::Unknown || handle.is_lasting()
        });
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
        self.tasks.retain(|task| task.state != TaskState::Unknown);
        self.futures.retain(|future| future.state != FutureState::Unknown);
        self.watchers.retain(|_, thing| thing.known);
        self.signals.retain(|_, thing| thing.known);
        self.jobs.retain(|_, thing| thing.known);
        self.servers.retain(|_, thing| thing.known);
        self.transports.retain(|_, thing| thing.known);
        self.processes.retain(|_, thing| thing.known);
    }
}
