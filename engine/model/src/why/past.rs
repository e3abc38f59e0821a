//! Where in the past a thing was made, ran last or was completed. What was long ago is found by way
//! of the summaries of blocks and the states that are kept: however long a history is, an answer
//! reads a few of its blocks.

use loopscope_columns::summary::Made;
use loopscope_protocol::{Event, FutureId, HandleHow, HandleId, Kind, KindSet, NameId, On, TaskId};

use crate::history::{History, position_of};
use crate::record::Record;
use crate::state::{FutureState, HandleState, State};

/// How many records before a place are looked through before the states that are kept are asked.
pub(super) const NEAR: usize = 1 << 13;

/// The last step of a task.
#[derive(Clone, Copy, Debug)]
pub(super) struct LastStep {
    /// The position of the record that says so.
    pub(super) at: usize,
    /// That of the one with which its handle began to run, and that handle.
    pub(super) run: usize,
    pub(super) handle: HandleId,
    /// Whether it was the first.
    pub(super) is_first: bool,
}

/// The position of the record with a number, if that is kept.
pub(super) fn at_seq(history: &History, seq: u64) -> Option<usize> {
    let at = history.position_of_seq(seq)?;
    (history.record(at)?.seq == seq).then_some(at)
}

/// The position at which a handle was made, the last time up to `n`.
pub(super) fn introduced(history: &History, n: usize, id: HandleId) -> Option<usize> {
    history.rfind_made(n, Made::Handle, id.0)
}

/// The name with which a future was made, the last time up to `n`.
pub(super) fn future_name(history: &History, n: usize, id: FutureId) -> Option<NameId> {
    let made = history.rfind_made(n, Made::Future, id.0)?;
    match history.record(made)?.event {
        Event::FutureNew { name, .. } => Some(name),
        _ => None,
    }
}

/// The last step of a task up to where `state` is that of the history.
pub(super) fn stepped(history: &History, state: &State, id: TaskId) -> Option<LastStep> {
    let is_step = |record: &Record| matches!(record.event, Event::TaskStep { task } if task == id);
    let steps = KindSet::NONE.with(Kind::TaskStep);
    let (at, is_first) = if let Some(task) = state.task(id) {
        (at_seq(history, task.stepped)?, task.steps < 2)
    } else {
        // It has ended, and more tasks than are kept have done so since.
        let n = position_of(state);
        let made = history.rfind_made(n, Made::Task, id.0)?;
        let lives = |state: &State| state.task(id).is_some_and(|task| !task.state.is_done());
        let (from, to) = history.ceased(made, n, lives);
        let state = history.at(from);
        let (steps_before, before) =
            state.task(id).map_or((0, 0), |task| (task.steps, task.stepped));
        if let Some(at) = history.rfind_between(from, to, steps, is_step) {
            let another = history.rfind_between(from, at - 1, steps, is_step);
            (at, steps_before == 0 && another.is_none())
        } else {
            (at_seq(history, before)?, steps_before < 2)
        }
    };
    let on = history.record(at).filter(|record| is_step(record))?.loop_id;
    let runs = KindSet::NONE.with(Kind::HandleRun);
    let run = history.rfind_record(at, runs, |record| record.loop_id == on)?;
    match history.record(run)?.event {
        Event::HandleRun { handle, task } if task == id => {
            Some(LastStep { at, run, handle, is_first })
        }
        _ => None,
    }
}

/// What a task waited for last, before position `n`.
pub(super) fn waited_for(history: &History, n: usize, id: TaskId) -> Option<On> {
    let is_wait =
        |record: &Record| matches!(record.event, Event::TaskSuspend { task, .. } if task == id);
    let kinds = KindSet::NONE.with(Kind::TaskSuspend);
    let near = history.rfind_between(n.saturating_sub(NEAR), n, kinds, is_wait);
    match near.and_then(|at| history.record(at)).map(|record| record.event) {
        Some(Event::TaskSuspend { on, .. }) => Some(on),
        _ => history.at(n).task(id).map(|task| task.on),
    }
}

/// Where a future was completed, the last time up to position `n`.
pub(super) fn completed(history: &History, n: usize, id: FutureId) -> Option<usize> {
    let is_done =
        |record: &Record| matches!(record.event, Event::FutureDone { future, .. } if future == id);
    let kinds = KindSet::NONE.with(Kind::FutureDone);
    // Who waits for it is queued at once.
    let near = history.rfind_between(n.saturating_sub(NEAR), n, kinds, is_done);
    near.or_else(|| {
        let made = history.rfind_made(n, Made::Future, id.0)?;
        let is_open = |state: &State| {
            let future = state.future(id);
            future.is_some_and(|future| !matches!(future.state, FutureState::Done(_)))
        };
        let (from, to) = history.ceased(made, n, is_open);
        history.rfind_between(from, to, kinds, is_done)
    })
}

/// From when on a handle could run, and where it did, as far as it has: the last time up to where
/// `state` is that of the history. `made` is where it was made.
pub(super) fn ready_and_run(
    history: &History,
    state: &State,
    made: usize,
    id: HandleId,
) -> (usize, Option<usize>) {
    let is_lasting = history.record(made).is_some_and(|record| {
        let Event::HandleNew { how, .. } = record.event else { return false };
        matches!(how, HandleHow::Reader | HandleHow::Writer | HandleHow::Signal)
    });
    if !is_lasting {
        return (made, run_once(history, state, made, id));
    }
    // A watcher's handle is made once and ready many times.
    let ready = KindSet::NONE.with(Kind::WatcherReady).with(Kind::SignalArrived);
    let is_ready = |record: &Record| match record.event {
        Event::WatcherReady { handle, .. } | Event::SignalArrived { handle, .. } => handle == id,
        _ => false,
    };
    let ran = run_again(history, state, made, id);
    let stands = state.handle(id).is_some_and(|handle| handle.queued > 0);
    let upto = if stands { Some(position_of(state)) } else { ran };
    let since = upto.and_then(|upto| history.rfind_between(made, upto, ready, is_ready));
    let since = since.unwrap_or(made);
    (since, ran.filter(|ran| *ran > since))
}

/// Where a handle has run that runs once.
fn run_once(history: &History, state: &State, made: usize, id: HandleId) -> Option<usize> {
    let waits = |state: &State| {
        let handle = state.handle(id);
        handle.is_some_and(|handle| handle.runs == 0 && handle.state != HandleState::Gone)
    };
    if waits(state) {
        return None;
    }
    let between = history.ceased(made, position_of(state), waits);
    last_run(history, between, id)
}

/// Where a handle has run last that may run many times.
fn run_again(history: &History, state: &State, made: usize, id: HandleId) -> Option<usize> {
    let runs_of = |state: &State| state.handle(id).map(|handle| handle.runs);
    let (runs, upto) = if let Some(runs) = runs_of(state) {
        (runs, position_of(state))
    } else {
        // It was taken away long ago.
        let between = history.ceased(made, position_of(state), |state| runs_of(state).is_some());
        let ran = last_run(history, between, id);
        if ran.is_some() {
            return ran;
        }
        (runs_of(&history.at(between.0))?, between.0)
    };
    let is_before = |state: &State| runs_of(state).is_some_and(|so_far| so_far < runs);
    (runs > 0)
        .then(|| history.ceased(made, upto, is_before))
        .and_then(|between| last_run(history, between, id))
}

/// Where a handle has run last, behind one position and up to another.
fn last_run(history: &History, (after, upto): (usize, usize), id: HandleId) -> Option<usize> {
    let is_run =
        |record: &Record| matches!(record.event, Event::HandleRun { handle, .. } if handle == id);
    history.rfind_between(after, upto, KindSet::NONE.with(Kind::HandleRun), is_run)
}
