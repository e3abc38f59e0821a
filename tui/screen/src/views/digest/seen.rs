//! What a digest notes of each record, by the record's family.
#![deny(clippy::wildcard_enum_match_arm)]

use loopscope_model::{History, Record};
use loopscope_protocol::{
    By, HandleEvent, HandleHow, HandleId, LoopEvent, LoopId, NameId, On, RunEvent, TaskEvent,
    TaskId,
};

use super::{Called, Digest, Lane, Origin, Queued, Span};

impl Digest {
    pub(super) fn see_run(&mut self, record: &Record, history: &History, event: RunEvent) {
        match event {
            RunEvent::Gap { .. } => self.lose(self.load.before_gap().unwrap_or(self.end())),
            RunEvent::Output { stream, text } => self.write(stream, record.text(text)),
            RunEvent::Log { level, time, place, text } => {
                let at = self.logged_at(record, history, time).unwrap_or(self.position);
                self.line(at, record.text(text), Origin::Log { level, time, place });
            }
            RunEvent::Remark { text, .. } => {
                self.line(self.position, record.text(text), Origin::Host);
            }
            RunEvent::RunStart { .. }
            | RunEvent::Clock { .. }
            | RunEvent::ProgramExit { .. }
            | RunEvent::Lint { .. }
            | RunEvent::SnapshotBegin {}
            | RunEvent::SnapshotEnd {} => {}
        }
    }

    pub(super) fn see_loop(&mut self, on: LoopId, now: u64, event: LoopEvent) {
        match event {
            LoopEvent::LoopStopped { .. } => self.close(on, now),
            // A poll that only looks is no sleep.
            LoopEvent::PollBegin { timeout } => {
                if timeout.is_none_or(|seconds| seconds > 0.0) {
                    self.open_sleeps.insert(on, self.sleeps.len());
                    self.sleeps.push(self.span(now, HandleId::NONE));
                }
            }
            LoopEvent::PollEnd { .. } => {
                if let Some(index) = self.open_sleeps.remove(&on) {
                    self.sleeps[index].to = Some(self.position);
                    self.sleeps[index].end = Some(now);
                }
            }
            LoopEvent::LoopNew {}
            | LoopEvent::LoopClose { .. }
            | LoopEvent::LoopRun { .. }
            | LoopEvent::LoopStopRequest { .. }
            | LoopEvent::TurnBegin { .. }
            | LoopEvent::TurnEnd { .. }
            | LoopEvent::AsyncgensShutdown { .. }
            | LoopEvent::ExecutorShutdown {}
            | LoopEvent::HandlerSet { .. }
            | LoopEvent::HandlerCall { .. } => {}
        }
    }

    pub(super) fn see_handle(&mut self, on: LoopId, now: u64, event: HandleEvent) {
        match event {
            HandleEvent::HandleNew { handle, name, task, future, how, by, .. } => {
                self.handles.insert(handle, Called { name, task, future });
                if !matches!(how, HandleHow::Reader | HandleHow::Writer | HandleHow::Signal) {
                    self.is_ready(now, handle, by);
                }
            }
            HandleEvent::TimerNew { handle, name, task, future, .. } => {
                self.handles.insert(handle, Called { name, task, future });
                if future.is_some() {
                    self.timers.insert(future, handle);
                }
            }
            HandleEvent::HandleRun { handle, task } => {
                let index = self.runs.len();
                self.runs.push(self.span(now, handle));
                let now_ready = Queued { from: self.position, begin: now, by: By::Outside };
                self.queued.push(self.ready.remove(&handle).unwrap_or(now_ready));
                self.open_runs.insert(on, index);
                let lane = self.lane(handle, task);
                let next = u32::try_from(self.lane_order.len()).unwrap_or(u32::MAX);
                let number = *self.lane_numbers.entry(lane).or_insert(next);
                if number == next {
                    self.lane_order.push(lane);
                    let coroutine = match lane {
                        Lane::Task(id) => self.coroutine(id),
                        Lane::Callback(_) | Lane::Others => None,
                    };
                    self.groups.push(lane, coroutine.unwrap_or(NameId::NONE));
                }
                self.run_lanes.push(number);
                self.lanes.entry(lane).or_default().push(index);
            }
            HandleEvent::HandleDone { .. } => self.close(on, now),
            HandleEvent::TimerDue { handle, .. } => self.is_ready(now, handle, By::Outside),
            HandleEvent::HandleSkip { handle } => {
                self.ready.remove(&handle);
            }
            HandleEvent::TimerCancel { .. }
            | HandleEvent::TimerDrop { .. }
            | HandleEvent::HandleCancel { .. } => {}
        }
    }

    fn is_ready(&mut self, now: u64, handle: HandleId, by: By) {
        self.ready.insert(handle, Queued { from: self.position, begin: now, by });
    }

    pub(super) fn see_task(&mut self, now: u64, event: TaskEvent) {
        match event {
            TaskEvent::TaskDone { task, .. } => {
                self.ends.insert(task, (self.position, now));
            }
            TaskEvent::TaskSuspend { task, on: On::Future(future), .. } => {
                self.waiters.insert(future, task);
            }
            TaskEvent::TaskNew { task, name, .. } => {
                self.coroutines.insert(task, name);
            }
            TaskEvent::TaskStep { .. }
            | TaskEvent::TaskSuspend { .. }
            | TaskEvent::TaskCancel { .. }
            | TaskEvent::TaskTimeout { .. } => {}
        }
    }

    const fn span(&self, begin: u64, handle: HandleId) -> Span {
        Span { from: self.position, to: None, begin, end: None, handle }
    }

    fn close(&mut self, id: LoopId, now: u64) {
        if let Some(index) = self.open_runs.remove(&id) {
            self.runs[index].to = Some(self.position);
            self.runs[index].end = Some(now);
        }
    }

    /// Records are missing: when what ran then ended, and when the loop woke, is not known.
    pub(super) fn lose(&mut self, last: u64) {
        self.ready.clear();
        let runs = self.open_runs.drain().map(|(_, index)| (true, index));
        let sleeps = self.open_sleeps.drain().map(|(_, index)| (false, index));
        for (is_run, index) in runs.chain(sleeps) {
            let span = if is_run { &mut self.runs[index] } else { &mut self.sleeps[index] };
            span.to = Some(self.position - 1);
            span.end = Some(last.max(span.begin));
        }
    }

    /// Who a run of a handle belongs to.
    fn lane(&self, handle: HandleId, task: TaskId) -> Lane {
        let known = self.handle(handle);
        let task = if task.is_some() { task } else { known.unwrap_or_default().task };
        if task.is_some() {
            Lane::Task(task)
        } else {
            Lane::Callback(known.unwrap_or_default().name)
        }
    }
}
