//! One step back along a cause: from a record, or a thing as it is now, to the record that led to it.

use loopscope_columns::summary::Made;
use loopscope_protocol::{
    By, Event, FieldValue, HandleHow, HandleId, JobId, Kind, KindSet, LoopId, ObjectId, On, TaskId,
};

use super::past::{self, NEAR};
use crate::history::{History, position_of};
use crate::record::Record;
use crate::state::{HandleState, State, TaskState};

/// Something whose cause may be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    /// The record at this position is the cause.
    At(usize),
    /// The record at this position.
    Record(usize),
    /// Why a handle is where it is.
    Handle(HandleId),
    /// Why a task does what it does.
    Task(TaskId),
    /// Why a lock, a queue or the like is as it is: who has it, who stands in line.
    Sync(ObjectId),
    /// A server, a transport or a child process.
    Outside(ObjectId),
    /// A job of an executor.
    Job(JobId),
}

/// The position of the record that a thing comes from, up to where `state` is that of the history;
/// one step further back where that is the last one. `None`: it came from outside, or from before
/// what is known.
///
/// ```
/// use loopscope_model::{story::Story, why};
/// use loopscope_protocol::HandleId;
///
/// let mut story = Story::new();
/// story.start().soon(1, "main").turn(&[1]).run(1).timer(2, 0.5, "tick", 0).done(1).end_turn();
/// let history = story.history();
/// let timer = why::Thing::Handle(HandleId(2));
/// let made = why::came_from(&history, history.live(), timer).unwrap();
/// assert_eq!(history.record(made).unwrap().kind().word(), "timer-new");
/// let run = why::led_to(&history, made).unwrap();
/// assert_eq!(history.record(run).unwrap().kind().word(), "handle-run");
/// let ready = why::led_to(&history, run).unwrap();
/// assert_eq!(history.record(ready).unwrap().kind().word(), "handle-new");
/// assert_eq!(why::led_to(&history, ready), None, "the main program did it");
/// ```
pub fn came_from(history: &History, state: &State, thing: Thing) -> Option<usize> {
    let n = position_of(state);
    let found = match thing {
        Thing::At(position) => Some(position),
        Thing::Record(position) => return led_to(history, position),
        Thing::Handle(id) => of_handle(history, state, n, id),
        Thing::Task(id) => of_task(history, state, n, id),
        Thing::Sync(id) => {
            let sync = state.sync(id)?;
            let held = state.holders(id).last().map(|hold| hold.order);
            let waited = || state.line(id).next().map(|place| place.order);
            past::at_seq(history, held.or_else(waited).unwrap_or(sync.made))
        }
        Thing::Outside(id) => {
            let kinds = [Kind::ServerNew, Kind::TransportNew, Kind::ProcessNew];
            history.rfind_record(n + 1, kinds.into_iter().collect(), |record| {
                matches!(
                    record.event,
                    Event::ServerNew { id: new, .. }
                    | Event::TransportNew { id: new, .. }
                    | Event::ProcessNew { id: new, .. } if new == id
                )
            })
        }
        Thing::Job(id) => of_job(history, n + 1, id),
    };
    found.and_then(|found| if found == n { led_to(history, n) } else { Some(found) })
}

/// The position of the record that led to the one at position `n`.
pub fn led_to(history: &History, n: usize) -> Option<usize> {
    let record = history.record(n)?;
    let on = record.loop_id;
    let before = |kinds: &[Kind]| {
        let kinds = kinds.iter().copied().collect();
        history.rfind_record(n, kinds, |record| record.loop_id == on)
    };
    match record.event {
        Event::HandleNew { how: HandleHow::Wakeup | HandleHow::DoneCallback, future, .. }
            if future.is_some() =>
        {
            past::completed(history, n, future)
        }
        Event::HandleNew { how: HandleHow::Wakeup, task, .. } => {
            match past::waited_for(history, n, task) {
                Some(On::Task(other)) => near(history, n, &[Kind::TaskDone], |record| {
                    matches!(record.event, Event::TaskDone { task, .. } if task == other)
                }),
                _ => running(history, n, on),
            }
        }
        Event::TimerDue { handle, .. }
        | Event::WatcherReady { handle, .. }
        | Event::SignalArrived { handle, .. } => past::introduced(history, n, handle),
        Event::TimerDrop { handle, .. } | Event::HandleSkip { handle } => {
            let cancelled = near(history, n, &[Kind::TimerCancel, Kind::HandleCancel], |record| {
                matches!(
                    record.event,
                    Event::TimerCancel { handle: id, .. } | Event::HandleCancel { handle: id, .. }
                        if id == handle
                )
            });
            cancelled.or_else(|| past::introduced(history, n, handle))
        }
        Event::HandleRun { handle, .. } => became_ready(history, n, handle),
        Event::TaskSuspend { task, .. } | Event::TaskDone { task, .. } => {
            let run = running(history, n, on)?;
            let is_step = |record: &Record| {
                matches!(record.event, Event::TaskStep { task: id } if id == task)
            };
            let steps = KindSet::NONE.with(Kind::TaskStep);
            history.rfind_between(run, n - 1, steps, is_step).or(Some(run))
        }
        Event::TurnBegin { .. } => before(&[Kind::PollEnd]),
        Event::TurnEnd { .. } => before(&[Kind::TurnBegin]),
        Event::PollEnd { .. } => before(&[Kind::PollBegin]),
        Event::PollBegin { .. } => before(&[Kind::TurnEnd, Kind::LoopRun]),
        Event::LoopStopped { .. } => before(&[Kind::LoopStopRequest, Kind::LoopRun]),
        Event::ExecutorStart { job, .. } | Event::ExecutorDone { job, .. } => {
            of_job(history, n, job)
        }
        Event::ProcessExit { id, .. } => {
            history.rfind_record(n, KindSet::NONE.with(Kind::ProcessNew), |record| {
                matches!(record.event, Event::ProcessNew { id: new, .. } if new == id)
            })
        }
        event => match by(&event) {
            Some(By::Handle(id)) => running(history, n, on).or_else(|| {
                // It was made by what ran in another loop, or in another thread.
                near(history, n, &[Kind::HandleRun], |record| {
                    matches!(record.event, Event::HandleRun { handle, .. } if handle == id)
                })
            }),
            Some(By::Outside | By::Py) => None,
            None => running(history, n, on),
        },
    }
}

/// Who did it, where an event says that.
fn by(event: &Event) -> Option<By> {
    event.fields().as_slice().iter().find_map(|field| match field.value {
        FieldValue::By(by) => Some(by),
        _ => None,
    })
}

/// The last one before `n`, not long before.
fn near(
    history: &History,
    n: usize,
    kinds: &[Kind],
    wanted: impl Fn(&Record) -> bool,
) -> Option<usize> {
    let kinds = kinds.iter().copied().collect();
    history.rfind_between(n.saturating_sub(NEAR), n.saturating_sub(1), kinds, wanted)
}

/// Where the handle began to run that runs in a loop before position `n`.
fn running(history: &History, n: usize, on: LoopId) -> Option<usize> {
    let kinds = [Kind::HandleRun, Kind::HandleDone, Kind::LoopStopped];
    let last =
        history.rfind_record(n, kinds.into_iter().collect(), |record| record.loop_id == on)?;
    matches!(history.record(last)?.event, Event::HandleRun { .. }).then_some(last)
}

/// Where a handle became ready that runs at position `n`, or is ready there.
fn became_ready(history: &History, n: usize, id: HandleId) -> Option<usize> {
    let kinds = [Kind::HandleNew, Kind::TimerDue, Kind::WatcherReady, Kind::SignalArrived];
    let found = near(history, n, &kinds, |record| match record.event {
        Event::HandleNew { handle, .. }
        | Event::TimerDue { handle, .. }
        | Event::WatcherReady { handle, .. }
        | Event::SignalArrived { handle, .. } => handle == id,
        _ => false,
    });
    found.or_else(|| past::introduced(history, n.saturating_sub(1), id))
}

fn of_handle(history: &History, state: &State, n: usize, id: HandleId) -> Option<usize> {
    let made = past::introduced(history, n, id);
    match state.handle(id).map(|handle| handle.state) {
        Some(HandleState::Running | HandleState::Gone) => {
            let made = made?;
            past::ready_and_run(history, state, made, id).1.or(Some(made))
        }
        Some(HandleState::Ready) => became_ready(history, n + 1, id),
        Some(HandleState::Idle | HandleState::Timer | HandleState::Unknown) | None => made,
    }
}

fn of_task(history: &History, state: &State, n: usize, id: TaskId) -> Option<usize> {
    let made = || history.rfind_made(n, Made::Task, id.0);
    let Some(task) = state.task(id) else { return made() };
    let stepped = past::at_seq(history, task.stepped);
    let after_step = |kind: Kind| {
        let is_it = |record: &Record| match record.event {
            Event::TaskSuspend { task, .. } | Event::TaskDone { task, .. } => task == id,
            _ => false,
        };
        history.find_record(stepped?, KindSet::NONE.with(kind), is_it).filter(|at| *at <= n)
    };
    match task.state {
        TaskState::Queued => match task.handle {
            Some(handle) => of_handle(history, state, n, handle),
            None => made(),
        },
        TaskState::Running => stepped.or_else(made),
        TaskState::Waiting(_) => after_step(Kind::TaskSuspend).or(stepped).or_else(made),
        TaskState::Done(_) => after_step(Kind::TaskDone).or(stepped).or_else(made),
        TaskState::Unknown => None,
    }
}

/// Where a job was begun before position `n`, or else given to the executor.
fn of_job(history: &History, n: usize, id: JobId) -> Option<usize> {
    let kinds = [Kind::ExecutorSubmit, Kind::ExecutorStart];
    history.rfind_record(n, kinds.into_iter().collect(), |record| match record.event {
        Event::ExecutorSubmit { job, .. } | Event::ExecutorStart { job, .. } => job == id,
        _ => false,
    })
}
