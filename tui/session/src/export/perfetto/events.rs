//! What each record shows in a trace: what begins, ends and happens on which track.
#![deny(clippy::wildcard_enum_match_arm)]

use std::io::{self, Write};

use loopscope_model::state::TaskState;
use loopscope_model::{Record, titles};
use loopscope_protocol::{
    By, ConnectionEvent, Event, Family, HandleEvent, LoopEvent, RunEvent, SyncEvent, TaskEvent,
    TaskHow, TaskId, Text, WorkEvent,
};

use super::{About, Key, Pen, Trace, waits};

impl Trace {
    pub(super) fn take_event<W: Write>(
        &mut self,
        record: &Record,
        called: Option<String>,
        pen: &mut Pen<'_, W>,
    ) -> io::Result<()> {
        let on = (About::Loop, record.loop_id.0);
        match record.event.family() {
            Family::Run(event) => match event {
                RunEvent::Output { .. } | RunEvent::Log { .. } | RunEvent::Remark { .. } => {
                    let text = record.text(Text::FIRST).trim_end();
                    let name = format!("{}: {text}", record.kind().word());
                    self.mark(on, &name, "output", None, pen)
                }
                RunEvent::Lint { text, .. } => {
                    let name = format!("lint: {}", record.shown(text));
                    self.mark(on, &name, "lint", None, pen)
                }
                RunEvent::RunStart { .. }
                | RunEvent::Clock { .. }
                | RunEvent::ProgramExit { .. }
                | RunEvent::Gap { .. }
                | RunEvent::SnapshotBegin {}
                | RunEvent::SnapshotEnd {} => Ok(()),
            },
            Family::Loop(event) => self.take_loop(record, event, pen),
            Family::Handle(event) => match event {
                HandleEvent::HandleNew { handle, by: By::Handle(_), .. }
                | HandleEvent::TimerNew { handle, by: By::Handle(_), .. } => {
                    self.causes.insert(handle);
                    let name =
                        format!("asks for {}", titles::entry(handle, &self.state, pen.names));
                    self.mark(on, &name, "cause", Some(handle), pen)
                }
                HandleEvent::HandleRun { handle, .. } => {
                    let name = called.unwrap_or_default();
                    let caused = self.causes.remove(&handle).then_some(handle);
                    self.begin_stretch(on, &name, "handle", caused, pen)
                }
                HandleEvent::HandleDone { .. } => self.close(on, pen),
                HandleEvent::HandleNew { .. }
                | HandleEvent::TimerNew { .. }
                | HandleEvent::TimerDue { .. }
                | HandleEvent::TimerCancel { .. }
                | HandleEvent::TimerDrop { .. }
                | HandleEvent::HandleCancel { .. }
                | HandleEvent::HandleSkip { .. } => Ok(()),
            },
            Family::Task(event) => match event {
                TaskEvent::TaskDone { task, how } => {
                    let value = record.texts.shown_value().unwrap_or_default();
                    let name = match how {
                        TaskHow::Result => format!("returned {value}"),
                        TaskHow::Exception => format!("raised {value}"),
                        TaskHow::Cancelled => "was cancelled".to_owned(),
                    };
                    self.mark((About::Task, task.0), name.trim_end(), "task", None, pen)
                }
                TaskEvent::TaskCancel { task, .. } => {
                    self.mark((About::Task, task.0), "is to be cancelled", "task", None, pen)
                }
                TaskEvent::TaskTimeout { task, .. } => {
                    self.mark((About::Task, task.0), "has a time limit", "task", None, pen)
                }
                TaskEvent::TaskNew { .. }
                | TaskEvent::TaskStep { .. }
                | TaskEvent::TaskSuspend { .. } => Ok(()),
            },
            Family::Future(_) => match (record.event, record.texts.shown_value()) {
                (Event::FutureDone { future, .. }, Some(value)) => {
                    let name = format!("f{} is done: {value}", future.0);
                    self.mark(on, &name, "future", None, pen)
                }
                _ => Ok(()),
            },
            Family::Outside(_) => Ok(()),
            Family::Work(_) | Family::Connection(_) => self.take_outside(record, pen),
            Family::Sync(event) => match event {
                SyncEvent::SyncState { id, count, .. } => {
                    self.set((About::Sync, id.0), u64::from(count), pen)
                }
                SyncEvent::SyncNew { .. }
                | SyncEvent::SyncName { .. }
                | SyncEvent::SyncWait { .. }
                | SyncEvent::SyncUser { .. } => Ok(()),
            },
        }
    }

    fn take_loop<W: Write>(
        &mut self,
        record: &Record,
        event: LoopEvent,
        pen: &mut Pen<'_, W>,
    ) -> io::Result<()> {
        let key = (About::Loop, record.loop_id.0);
        match event {
            LoopEvent::PollBegin { .. } => {
                self.asleep.insert(record.loop_id);
                let sleep = self.state.event_loop(record.loop_id).and_then(|it| it.sleep);
                let looks = sleep.and_then(|sleep| sleep.timeout).is_some_and(|most| most <= 0.0);
                let name = if looks { "poll" } else { "asleep" };
                self.begin_stretch(key, name, "poll", None, pen)
            }
            LoopEvent::PollEnd { .. } => {
                if self.asleep.remove(&record.loop_id) {
                    self.close(key, pen)
                } else {
                    Ok(())
                }
            }
            LoopEvent::HandlerCall { .. } => {
                let name = format!("exception: {}", record.text(Text::FIRST).trim_end());
                self.mark(key, &name, "exception", None, pen)
            }
            LoopEvent::LoopNew {}
            | LoopEvent::LoopClose { .. }
            | LoopEvent::LoopRun { .. }
            | LoopEvent::LoopStopRequest { .. }
            | LoopEvent::LoopStopped { .. }
            | LoopEvent::TurnBegin { .. }
            | LoopEvent::TurnEnd { .. }
            | LoopEvent::AsyncgensShutdown { .. }
            | LoopEvent::ExecutorShutdown {}
            | LoopEvent::HandlerSet { .. } => Ok(()),
        }
    }

    /// What lasts outside the loop: each thing has a track of its own from its beginning to its end.
    fn take_outside<W: Write>(&mut self, record: &Record, pen: &mut Pen<'_, W>) -> io::Result<()> {
        let begin = |trace: &mut Self, key: Key, pen: &mut Pen<'_, W>| {
            let name = trace.called(key, pen.names);
            trace.begin_stretch(key, &name, "outside", None, pen)
        };
        match record.event.family() {
            Family::Work(event) => match event {
                WorkEvent::ExecutorSubmit { job, .. } => begin(self, (About::Job, job.0), pen),
                WorkEvent::ExecutorStart { job, name } => {
                    let name = format!("in {}", pen.names.exact(name));
                    self.mark((About::Job, job.0), &name, "outside", None, pen)
                }
                WorkEvent::ExecutorDone { job, .. } => self.close((About::Job, job.0), pen),
                WorkEvent::ProcessNew { id, .. } => begin(self, (About::Process, id.0), pen),
                WorkEvent::ProcessExit { id, code, .. } => {
                    let key = (About::Process, id.0);
                    self.mark(key, &format!("code {code}"), "outside", None, pen)?;
                    self.close(key, pen)
                }
                WorkEvent::FutureOutside { .. } => Ok(()),
            },
            Family::Connection(event) => match event {
                ConnectionEvent::ServerNew { id, .. } => begin(self, (About::Server, id.0), pen),
                ConnectionEvent::ServerClosed { id } => self.close((About::Server, id.0), pen),
                ConnectionEvent::TransportNew { id, .. } => {
                    begin(self, (About::Transport, id.0), pen)
                }
                ConnectionEvent::TransportRead { id, bytes } => {
                    let name = format!("{} read", titles::bytes(bytes));
                    self.mark((About::Transport, id.0), &name, "outside", None, pen)
                }
                ConnectionEvent::TransportWrite { id, bytes } => {
                    let name = format!("{} written", titles::bytes(bytes));
                    self.mark((About::Transport, id.0), &name, "outside", None, pen)
                }
                ConnectionEvent::TransportClosed { id } => {
                    self.close((About::Transport, id.0), pen)
                }
                ConnectionEvent::TransportPause { id, .. }
                | ConnectionEvent::TransportResume { id, .. }
                | ConnectionEvent::TransportEof { id, .. }
                | ConnectionEvent::TransportTls { id, .. }
                | ConnectionEvent::TransportClose { id, .. } => {
                    let word = record.kind().word();
                    self.mark((About::Transport, id.0), word, "outside", None, pen)
                }
                ConnectionEvent::ServerListen { .. } | ConnectionEvent::ServerClose { .. } => {
                    Ok(())
                }
            },
            Family::Run(_)
            | Family::Loop(_)
            | Family::Handle(_)
            | Family::Task(_)
            | Family::Future(_)
            | Family::Outside(_)
            | Family::Sync(_) => Ok(()),
        }
    }

    /// What the task does that a record is about, if it does something else than before.
    pub(super) fn follow_task<W: Write>(
        &mut self,
        record: &Record,
        pen: &mut Pen<'_, W>,
    ) -> io::Result<()> {
        let id = match record.event.family() {
            Family::Task(
                TaskEvent::TaskNew { task, .. }
                | TaskEvent::TaskStep { task }
                | TaskEvent::TaskSuspend { task, .. }
                | TaskEvent::TaskDone { task, .. },
            ) => task,
            Family::Handle(HandleEvent::HandleNew { handle, .. }) => {
                self.state.handle(handle).map_or(TaskId::NONE, |handle| handle.task)
            }
            Family::Task(TaskEvent::TaskCancel { .. } | TaskEvent::TaskTimeout { .. })
            | Family::Handle(_)
            | Family::Run(_)
            | Family::Loop(_)
            | Family::Future(_)
            | Family::Outside(_)
            | Family::Work(_)
            | Family::Connection(_)
            | Family::Sync(_) => return Ok(()),
        };
        let Some(task) = self.state.task(id) else { return Ok(()) };
        let now = match task.state {
            TaskState::Running => "runs".to_owned(),
            TaskState::Queued => "ready".to_owned(),
            TaskState::Waiting(on) => waits(on, &self.state, pen.names),
            TaskState::Done(_) => String::new(),
            TaskState::Unknown => "unknown".to_owned(),
        };
        if self.doing.get(&id).is_some_and(|before| *before == now) {
            return Ok(());
        }
        let key = (About::Task, id.0);
        self.close(key, pen)?;
        if now.is_empty() {
            self.doing.remove(&id);
            return Ok(());
        }
        self.begin_stretch(key, &now, "task", None, pen)?;
        self.doing.insert(id, now);
        Ok(())
    }
}
