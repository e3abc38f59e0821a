//! What records about executors' jobs and child processes change.
#![deny(clippy::wildcard_enum_match_arm)]

use loopscope_protocol::{FutureId, LoopId, NameId, TaskId, WorkEvent as Event};

use crate::record::Record;
use crate::state::index::Outside;
use crate::state::{Completer, Job, Process, State};

/// How many jobs are remembered that have ended while nobody has taken their results.
const KEEP_ENDED_JOBS: usize = 64;

impl State {
    pub(super) fn apply_work(&mut self, record: &Record, event: Event, on: LoopId) {
        let (loop_id, known) = (on, true);
        match event {
            Event::ExecutorSubmit { job: id, name, by, pool } => {
                self.index.sure.insert(Outside::Job(id));
                let (task, since) = (self.task_at_work(loop_id), record.t);
                let (thread, future) = (NameId::NONE, FutureId::NONE);
                let job = Job { id, loop_id, name, by, task, pool, thread, future, since, known };
                self.jobs.insert(id, job);
            }
            Event::ExecutorStart { job: id, name } => match self.jobs.get_mut(&id) {
                Some(job) => (job.thread, job.since) = (name, record.t),
                None => self.unknown_id(|| format!("Job {} began, but was never given.", id.0)),
            },
            Event::ExecutorDone { job, .. } => {
                self.index.sure.remove(&Outside::Job(job));
                let ended = self.jobs.remove(&job);
                self.end_of(ended.is_some(), || {
                    format!("Job {} ended, but was never given.", job.0)
                });
                self.ended_jobs.extend(ended.map(|ended| (job, ended)));
                if self.ended_jobs.len() > KEEP_ENDED_JOBS {
                    self.ended_jobs.pop_first();
                }
            }
            Event::FutureOutside { future, job, transport, server, process } => {
                let completer = if job.is_some() {
                    // It may have ended already.
                    if let Some(job) = self.jobs.get_mut(&job) {
                        job.future = future;
                    }
                    Completer::Job(job)
                } else if transport.is_some() {
                    self.uses(transport, loop_id);
                    Completer::Transport(transport)
                } else if server.is_some() {
                    Completer::Server(server)
                } else {
                    Completer::Process(process)
                };
                self.future_mut(future, loop_id).completer = completer;
            }
            Event::ProcessNew { id, pid, .. } => {
                let (command, task) = (record.texts.clone(), self.task_at_work(on));
                self.index.sure.insert(Outside::Process(id));
                let since = record.t;
                let process = Process { id, loop_id, pid, command, task, since, known };
                self.processes.insert(id, process);
            }
            Event::ProcessExit { id, .. } => {
                self.index.sure.remove(&Outside::Process(id));
                let known = self.processes.remove(&id).is_some();
                self.end_of(known, || format!("Process {} ended, but was never made.", id.0));
            }
        }
    }

    /// The task that a loop steps now.
    pub(super) fn task_at_work(&self, on: LoopId) -> TaskId {
        let current = self.loops.get(&on).and_then(|the_loop| the_loop.current);
        current.and_then(|id| self.handles.get(&id)).map_or(TaskId::NONE, |handle| handle.task)
    }

    /// Something came to its end; `known` says that its beginning was seen.
    pub(super) fn end_of(&mut self, known: bool, text: impl FnOnce() -> String) {
        if !known {
            self.unknown_id(text);
        }
    }
}
