//! Copies of a state that have in common what is the same in them, and what they cost.

use super::State;

impl State {
    /// A copy that has everything in common with this one that neither of the two changes from now
    /// on, and takes no longer than the loops' queues are long.
    #[must_use]
    pub fn share(&mut self) -> Self {
        let handles = self.handles.share();
        let tasks = self.tasks.share();
        let futures = self.futures.share();
        let syncs = self.syncs.share();
        let lines = self.lines.share();
        let holds = self.holds.share();
        let users = self.users.share();
        let limits = self.limits.share();
        for the_loop in self.loops.values_mut() {
            the_loop.timers.share();
            the_loop.ready.share();
        }
        Self {
            handles,
            tasks,
            futures,
            syncs,
            lines,
            holds,
            users,
            limits,
            loops: self.loops.clone(),
            gone_handles: self.gone_handles.clone(),
            done_tasks: self.done_tasks.clone(),
            done_futures: self.done_futures.clone(),
            watchers: self.watchers.clone(),
            signals: self.signals.clone(),
            jobs: self.jobs.clone(),
            ended_jobs: self.ended_jobs.clone(),
            servers: self.servers.clone(),
            transports: self.transports.clone(),
            processes: self.processes.clone(),
            descriptors: self.descriptors.clone(),
            index: self.index.share(),
            last_output: self.last_output.clone(),
            exit: self.exit.clone(),
            anomalies: self.anomalies.clone(),
            ..*self
        }
    }

    /// How many things it holds: what a copy of it costs.
    pub(crate) fn size(&self) -> usize {
        self.handles.len()
            + self.tasks.len()
            + self.futures.len()
            + self.loops.len()
            + self.index.queued
            + self.watchers.len()
            + self.syncs.len()
            + self.lines.len()
            + self.jobs.len()
            + self.servers.len()
            + self.transports.len()
            + self.processes.len()
    }
}
