//! Loops at several priorities on one processor: while a step of one runs, the step that it has
//! interrupted stands still, and that is not its time.
#![deny(clippy::wildcard_enum_match_arm)]

use loopscope_protocol::LoopId;

use crate::state::{Order, State, TaskState};

/// How many steps may run without having interrupted one another, as it looks where records are
/// missing: on one processor it is one. A stream that tells of more tells nonsense, and may not take
/// longer for it.
const MOST_AT_ONCE: usize = 8;

impl State {
    /// A handle of this loop has begun to run: whatever ran before stands still from now on.
    pub(super) fn interrupt_others(&mut self, by: LoopId) {
        let Some(t) = self.t.filter(|_| self.shares_processor()) else { return };
        if !self.in_snapshot {
            for id in self.take_steps_below(LoopId::NONE) {
                if id != by
                    && let Some(other) = self.loops.get_mut(&id)
                    && other.current.is_some()
                {
                    other.interrupted = Some((by, t));
                    self.index.steps.insert((by, id));
                }
            }
        }
        self.run_uninterrupted(by);
    }

    /// It has run: what it had interrupted goes on, as if no time had passed.
    pub(super) fn resume_others(&mut self, by: LoopId) {
        let Some(t) = self.t.filter(|_| self.shares_processor()) else { return };
        self.index.steps.remove(&(LoopId::NONE, by));
        if self.in_snapshot {
            return;
        }
        for id in self.take_steps_below(by) {
            let Some((who, since)) = self.loops.get(&id).and_then(|other| other.interrupted) else {
                continue;
            };
            if who != by {
                continue;
            }
            let stood = t.saturating_sub(since);
            let Some(other) = self.loops.get_mut(&id) else { continue };
            other.interrupted = None;
            other.current_since = other.current_since.map(|since| since + stood);
            let handle = other.current.and_then(|current| self.handles.get(&current));
            let task = handle.map(|handle| handle.task);
            if let Some(task) = task.and_then(|task| self.tasks.get_mut(&task))
                && task.state == TaskState::Running
            {
                task.since = task.since.map(|since| since + stood);
            }
            self.run_uninterrupted(id);
        }
    }

    /// Whether the loops interrupt one another.
    fn shares_processor(&self) -> bool {
        self.order() == Order::Own
    }

    /// From now on the loop's step runs, and nothing interrupts it.
    fn run_uninterrupted(&mut self, id: LoopId) {
        let uninterrupted = self.steps_below(LoopId::NONE);
        if uninterrupted.len() >= MOST_AT_ONCE {
            self.index.steps.remove(&(LoopId::NONE, uninterrupted[0]));
        }
        self.index.steps.insert((LoopId::NONE, id));
    }

    /// The loops whose step that loop has interrupted; for none, those that run.
    fn steps_below(&self, by: LoopId) -> Vec<LoopId> {
        let steps = self.index.steps.from((by, LoopId::NONE));
        steps.take_while(|step| step.0 == by).map(|step| step.1).collect()
    }

    /// Takes them out.
    fn take_steps_below(&mut self, by: LoopId) -> Vec<LoopId> {
        let all = self.steps_below(by);
        for id in &all {
            self.index.steps.remove(&(by, *id));
        }
        all
    }
}
