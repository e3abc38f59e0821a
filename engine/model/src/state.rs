//! The state of everything at one position in the history: a pure function of the records so far.
//!
//! Only [`State::apply`] changes it. Views, answers and sentences read it through the accessors
//! below; the structs that they return have public fields.
//!
//! What has ended stays for a while ([`HandleState::Gone`], [`TaskState::Done`],
//! [`FutureState::Done`]) so that it can still be named; older ones are dropped, so a state stays
//! small however long the history is. After a gap, what may have changed is marked unknown.

mod apply;
mod index;
mod loops;
mod outside;
mod ready;
mod share;
mod stored;
mod sync;
#[cfg(test)]
mod tests;
mod things;
mod timers;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use loopscope_protocol::{
    Dialect, Fd, FutureId, HandleId, JobId, LoopId, ObjectId, Signal, Stream, TaskId, Text,
    WatchHow,
};

pub(crate) use apply::BLIND_SPOT;
pub use loops::{At, Handler, Loop, Phase, Run, Sleep};
pub use outside::{Completer, Descriptor, Job, Process, Server, SignalHandler, Transport, Watcher};
pub use sync::{Hold, InLine, Sync, Use};
pub use things::{
    Counts, Exit, Future, FutureState, Handle, HandleState, Needs, RunInfo, Task, TaskState,
};

use crate::record::{Texts, seconds};
use crate::table::{SortedSet, Table};
use index::Index;
use sync::User;
use timers::Timers;

#[cfg(test)]
pub(crate) use timers::{DueKey, Keeping, Timers as TimerHeap};

/// The state of everything at one position in the history.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    position: u64,
    seq: u64,
    t: Option<u64>,
    turn: u32,
    run: RunInfo,
    exit: Option<Exit>,
    loops: Table<LoopId, Loop>,
    focus: LoopId,
    handles: Table<HandleId, Handle>,
    gone_handles: VecDeque<HandleId>,
    tasks: Table<TaskId, Task>,
    done_tasks: VecDeque<TaskId>,
    futures: Table<FutureId, Future>,
    done_futures: VecDeque<FutureId>,
    watchers: BTreeMap<(LoopId, Fd, WatchHow), Watcher>,
    signals: BTreeMap<Signal, SignalHandler>,
    jobs: BTreeMap<JobId, Job>,
    /// Jobs that have ended, of which the loop is still being told.
    ended_jobs: BTreeMap<JobId, Job>,
    servers: BTreeMap<ObjectId, Server>,
    transports: BTreeMap<ObjectId, Transport>,
    processes: BTreeMap<ObjectId, Process>,
    descriptors: BTreeMap<Fd, Descriptor>,
    syncs: Table<ObjectId, Sync>,
    lines: SortedSet<InLine>,
    holds: SortedSet<Hold>,
    users: SortedSet<User>,
    /// The timers that limit the time of tasks.
    limits: SortedSet<(TaskId, HandleId)>,
    index: Index,
    counts: Counts,
    last_output: Option<(Stream, Texts)>,
    anomalies: Vec<Anomaly>,
    in_snapshot: bool,
    /// Records of the present snapshot were lost, so what it does not name may exist.
    snapshot_torn: bool,
    uncertain: bool,
    /// Other threads take part: the order among their records and the loop's is not certain.
    threads: bool,
}

/// What kind of impossible thing was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AnomalyKind {
    /// A transition that the life cycle does not have.
    Transition,
    /// An id that was never introduced.
    UnknownId,
    /// Bytes that are no record.
    Corrupt,
}

impl AnomalyKind {
    /// Its name in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Transition => "transition",
            Self::UnknownId => "unknown-id",
            Self::Corrupt => "corrupt",
        }
    }
}

/// Something impossible that was seen while a record was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anomaly {
    /// What kind.
    pub kind: AnomalyKind,
    /// The number of the record.
    pub seq: u64,
    /// One sentence.
    pub text: String,
}

impl State {
    /// How many records were applied.
    pub const fn position(&self) -> u64 {
        self.position
    }

    /// The number of the last record; 0 at the start.
    pub const fn seq(&self) -> u64 {
        self.seq
    }

    /// Loop time in nanoseconds; `None` before a loop exists and where it is not known.
    pub const fn t(&self) -> Option<u64> {
        self.t
    }

    /// Loop time in seconds.
    pub fn seconds(&self) -> Option<f64> {
        self.t.map(seconds)
    }

    /// The turn of the last record.
    pub const fn turn(&self) -> u32 {
        self.turn
    }

    /// How the program was started.
    pub const fn run(&self) -> &RunInfo {
        &self.run
    }

    /// How the program ended, if it has.
    pub const fn exit(&self) -> Option<&Exit> {
        self.exit.as_ref()
    }

    /// All loops, in order of their ids.
    pub fn loops(&self) -> impl ExactSizeIterator<Item = &Loop> {
        self.loops.values()
    }

    /// One loop.
    pub fn event_loop(&self, id: LoopId) -> Option<&Loop> {
        self.loops.get(&id)
    }

    /// The loop to look at: that of the last record which belongs to one.
    pub fn focus(&self) -> Option<&Loop> {
        self.loops.get(&self.focus)
    }

    /// One handle, also one that is [`HandleState::Gone`] since not long ago.
    pub fn handle(&self, id: HandleId) -> Option<&Handle> {
        self.handles.get(&id)
    }

    /// All handles that are not gone, in order of their ids.
    pub fn handles(&self) -> impl Iterator<Item = &Handle> {
        self.handles.values().filter(|handle| handle.state != HandleState::Gone)
    }

    /// One task, also one that is done since not long ago.
    pub fn task(&self, id: TaskId) -> Option<&Task> {
        self.tasks.get(&id)
    }

    /// All tasks, the latest done ones too, in order of their ids.
    pub fn tasks(&self) -> impl Iterator<Item = &Task> {
        self.tasks.values()
    }

    /// The tasks that are not done.
    pub fn pending_tasks(&self) -> impl Iterator<Item = &Task> {
        self.tasks.values().filter(|task| !task.state.is_done())
    }

    /// The tasks that may differ in another state: what the two have in common is not looked at.
    pub fn tasks_apart(&self, other: &Self) -> impl Iterator<Item = TaskId> + use<> {
        self.tasks.apart(&other.tasks).into_iter().map(TaskId)
    }

    /// The timers of a loop that may differ in another state, in the same way.
    pub fn timers_apart(&self, other: &Self, id: LoopId) -> BTreeSet<HandleId> {
        let none = Timers::default();
        let here = self.event_loop(id).map_or(&none, |the_loop| &the_loop.timers);
        let there = other.event_loop(id).map_or(&none, |the_loop| &the_loop.timers);
        let entries = here.apart(there).into_iter().map(|(_, handle)| handle);
        entries.chain(self.handles.apart(&other.handles).into_iter().map(HandleId)).collect()
    }

    /// How many tasks are not done; counting takes no time.
    pub fn pending(&self) -> usize {
        self.index.pending.len()
    }

    /// The tasks that are not done, loop by loop, behind the first `n` of them.
    pub fn pending_behind(&self, n: usize) -> impl Iterator<Item = &Task> {
        self.index.pending.behind(n).filter_map(|(_, task)| self.tasks.get(&task))
    }

    /// How many tasks that are not done stand before this one in [`State::pending_behind`].
    pub fn pending_before(&self, task: &Task) -> usize {
        self.index.pending.rank(&(task.loop_id, task.id))
    }

    /// The tasks of one loop that are not done.
    pub fn pending_tasks_of(&self, id: LoopId) -> impl Iterator<Item = &Task> {
        let ids = self.index.pending.from((id, TaskId::NONE)).take_while(move |each| each.0 == id);
        ids.filter_map(|(_, task)| self.tasks.get(&task))
    }

    /// One future, also one that is done since not long ago.
    pub fn future(&self, id: FutureId) -> Option<&Future> {
        self.futures.get(&id)
    }

    /// All futures, the latest done ones too, in order of their ids.
    pub fn futures(&self) -> impl Iterator<Item = &Future> {
        self.futures.values()
    }

    /// The watched descriptors.
    pub fn watchers(&self) -> impl ExactSizeIterator<Item = &Watcher> {
        self.watchers.values()
    }

    /// The signals that have a handler.
    pub fn signals(&self) -> impl ExactSizeIterator<Item = &SignalHandler> {
        self.signals.values()
    }

    /// The jobs that an executor has not finished.
    pub fn jobs(&self) -> impl ExactSizeIterator<Item = &Job> {
        self.jobs.values()
    }

    /// The job with that id that has ended, while the loop is being told.
    pub fn ended_job(&self, id: JobId) -> Option<&Job> {
        self.ended_jobs.get(&id)
    }

    /// The job with that id, while it is not done.
    pub fn job(&self, id: JobId) -> Option<&Job> {
        self.jobs.get(&id)
    }

    /// The server with that id, until it is closed.
    pub fn server(&self, id: ObjectId) -> Option<&Server> {
        self.servers.get(&id)
    }

    /// The transport with that id, while it is open.
    pub fn transport(&self, id: ObjectId) -> Option<&Transport> {
        self.transports.get(&id)
    }

    /// The child process with that id, while it runs.
    pub fn process(&self, id: ObjectId) -> Option<&Process> {
        self.processes.get(&id)
    }

    /// Whose a descriptor is, where that was told.
    pub fn descriptor(&self, fd: Fd) -> Option<&Descriptor> {
        self.descriptors.get(&fd)
    }

    /// The servers that listen, and those that wait for their last connections.
    pub fn servers(&self) -> impl ExactSizeIterator<Item = &Server> {
        self.servers.values()
    }

    /// The transports that are open.
    pub fn transports(&self) -> impl ExactSizeIterator<Item = &Transport> {
        self.transports.values()
    }

    /// The child processes of the program that run.
    pub fn processes(&self) -> impl ExactSizeIterator<Item = &Process> {
        self.processes.values()
    }

    /// How many of what there were so far.
    pub const fn counts(&self) -> &Counts {
        &self.counts
    }

    /// The last output.
    pub fn last_output(&self) -> Option<(Stream, &str)> {
        self.last_output.as_ref().map(|(stream, texts)| (*stream, texts.get(Text::FIRST)))
    }

    /// The impossible things that the last record did. Usually empty; the
    /// timeline keeps those of the whole history.
    pub fn anomalies(&self) -> &[Anomaly] {
        &self.anomalies
    }

    /// Whether something is marked unknown because of a gap.
    pub const fn uncertain(&self) -> bool {
        self.uncertain
    }

    /// Whether something is marked unknown, and not only because a snapshot is being told.
    pub const fn has_lost(&self) -> bool {
        self.uncertain && !self.in_snapshot
    }
}

/// In which order a loop runs what is ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// CPython's: first in, first out, in batches that are fixed at the start of a turn.
    Batches,
    /// MicroPython's: one queue of all tasks by the millisecond at which each is due.
    OneQueue,
    /// One that only the board's own scheduler knows.
    Own,
}

impl State {
    /// In which order the loops of this run run what is ready.
    pub const fn order(&self) -> Order {
        match self.run.dialect {
            Some(Dialect::Micropython | Dialect::MicropythonFirmware) => Order::OneQueue,
            Some(Dialect::Embassy | Dialect::Other) => Order::Own,
            None | Some(Dialect::Cpython | Dialect::Cpython36 | Dialect::Cpython314) => {
                Order::Batches
            }
        }
    }

    /// Whether other threads take part, or jobs do.
    pub fn has_threads(&self) -> bool {
        self.threads || !self.jobs.is_empty()
    }

    /// Whether something outside a loop may put work into it: a descriptor, a signal, a thread, a
    /// child process, another loop. Where that is not known the answer is yes.
    pub fn can_be_woken_from_outside(&self, id: LoopId) -> bool {
        !self.is_strict()
            || self.uncertain
            || self.threads
            || !self.jobs.is_empty()
            || !self.processes.is_empty()
            || self
                .watchers
                .range((id, Fd(i32::MIN), WatchHow::Read)..)
                .next()
                .is_some_and(|(key, _)| key.0 == id)
            || self.signals.values().any(|handler| handler.loop_id == id)
            || self.index.running.iter().take(2).any(|other| other != id)
    }
}
