//! What is found at once that would otherwise be looked for among everything: no record may take
//! longer because there is much.

use std::collections::VecDeque;

use loopscope_protocol::{Fd, HandleId, JobId, LoopId, ObjectId, Signal, TaskId, WatchHow};

use super::State;
use crate::table::SortedSet;

/// Some things of a state by what they have in common. It follows from the rest of the state, or
/// only says where to look: what is in one of these need not be there any more.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Index {
    /// How many places all ready queues have together.
    pub(super) queued: usize,
    /// The loops that are known to run.
    pub(super) running: SortedSet<LoopId>,
    /// Where loops interrupt one another, those of which a step has begun, behind the loop whose step
    /// has interrupted it: none if it runs.
    pub(super) steps: SortedSet<(LoopId, LoopId)>,
    /// The loops of which a record told since the last gap, and the last of them.
    pub(super) touched: SortedSet<LoopId>,
    pub(super) last_touched: Option<LoopId>,
    /// The loops that are closed, the oldest first, and the greatest of those that were dropped.
    pub(super) closed: VecDeque<LoopId>,
    pub(super) last_dropped: LoopId,
    /// The tasks of each loop that are not done.
    pub(super) pending: SortedSet<(LoopId, TaskId)>,
    /// The handles of each loop that may be held by a watcher or a signal.
    pub(super) owned: SortedSet<(LoopId, HandleId)>,
    /// The handles of each loop that may be unknown.
    pub(super) lost: SortedSet<(LoopId, HandleId)>,
    /// The other loops in whose queues a handle of one loop was put.
    pub(super) strays: SortedSet<(HandleId, LoopId)>,
    /// Tasks that wait for timers of which only the number is known.
    pub(super) on_unknown: SortedSet<(HandleId, TaskId)>,
    /// What is known to be there outside.
    pub(super) sure: SortedSet<Outside>,
}

/// Something that connects a loop to the outside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Outside {
    #[default]
    Nothing,
    Watcher((LoopId, Fd, WatchHow)),
    Signal(Signal),
    Job(JobId),
    Server(ObjectId),
    Transport(ObjectId),
    Process(ObjectId),
}

impl Index {
    /// A copy that has everything in common with this one until one of the two is changed.
    pub(super) fn share(&mut self) -> Self {
        Self {
            running: self.running.share(),
            steps: self.steps.share(),
            touched: self.touched.share(),
            closed: self.closed.clone(),
            pending: self.pending.share(),
            owned: self.owned.share(),
            lost: self.lost.share(),
            strays: self.strays.share(),
            on_unknown: self.on_unknown.share(),
            sure: self.sure.share(),
            ..*self
        }
    }
}

impl State {
    /// A record told of a loop.
    pub(super) fn touch(&mut self, on: LoopId) {
        if self.index.last_touched != Some(on) {
            self.index.last_touched = Some(on);
            self.index.touched.insert(on);
        }
    }

    /// A record was applied: its loop may have begun to run, or ended.
    pub(super) fn count_running(&mut self, on: LoopId) {
        if self.loops.get(&on).is_some_and(|the_loop| the_loop.phase.is_running()) {
            self.index.running.insert(on);
        } else {
            self.index.running.remove(&on);
        }
    }

    /// A loop that is made once more has nothing to do with the tasks of the one before.
    pub(super) fn drop_pending(&mut self, on: LoopId) {
        while let Some(next) = self.index.pending.at_or_after(&(on, TaskId::NONE))
            && next.0 == on
        {
            self.index.pending.remove(&next);
        }
    }

    /// Finds the tasks that are not done anew.
    pub(super) fn find_pending(&mut self) {
        self.index.pending.clear();
        for task in self.tasks.values().filter(|task| !task.state.is_done()) {
            self.index.pending.insert((task.loop_id, task.id));
        }
    }
}
