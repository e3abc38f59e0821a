//! A state as bytes, for the checkpoints of a history, and back.

use std::collections::{BTreeMap, VecDeque};

use loopscope_protocol::cells::{CellReader, CellWriter};
use loopscope_protocol::wire::Malformed;
use loopscope_protocol::{
    By, ChainId, ClockHow, ClockMode, CloseHow, Dialect, ExitHow, Fd, FutureHow, FutureId,
    HandleHow, HandleId, JobId, LoopId, NameId, NeedHow, ObjectId, On, Place, Pool, RunHow, Signal,
    Stream, SyncKind, SyncWaitHow, TaskHow, TaskId, Ties, TransportKind, WatchHow, Which,
};

use super::index::Outside;
use super::loops::Outer;
use super::ready::Ready;
use super::sync::User;
use super::timers::{DueKey, Timers};
use super::{
    Anomaly, AnomalyKind, At, Completer, Counts, Descriptor, Exit, Future, FutureState, Handle,
    HandleState, Handler, Hold, InLine, Index, Job, Loop, Needs, Phase, Process, Run, RunInfo,
    Server, SignalHandler, Sleep, State, Sync, Task, TaskState, Text, Texts, Transport, Use,
    Watcher,
};
use crate::sheet::{Named, ReadSheet, Sheet, Stored, stored, stored_words};
use crate::table::{SortedSet, Table};

type WatcherKey = (LoopId, Fd, WatchHow);
type Watchers = BTreeMap<WatcherKey, Watcher>;
type LastOutput = Option<(Stream, Texts)>;

stored! {
    State {
        position: u64, seq: u64, t: Option<u64>, turn: u32, run: RunInfo, exit: Option<Exit>,
        loops: Table<LoopId, Loop>, focus: LoopId, handles: Table<HandleId, Handle>,
        gone_handles: VecDeque<HandleId>, tasks: Table<TaskId, Task>,
        done_tasks: VecDeque<TaskId>, futures: Table<FutureId, Future>,
        done_futures: VecDeque<FutureId>, watchers: Watchers,
        signals: BTreeMap<Signal, SignalHandler>, jobs: BTreeMap<JobId, Job>,
        ended_jobs: BTreeMap<JobId, Job>,
        servers: BTreeMap<ObjectId, Server>, transports: BTreeMap<ObjectId, Transport>,
        processes: BTreeMap<ObjectId, Process>, descriptors: BTreeMap<Fd, Descriptor>,
        syncs: Table<ObjectId, Sync>, lines: SortedSet<InLine>, holds: SortedSet<Hold>,
        users: SortedSet<User>, limits: SortedSet<(TaskId, HandleId)>,
        index: Index, counts: Counts, last_output: LastOutput,
        anomalies: Vec<Anomaly>, in_snapshot: bool, snapshot_torn: bool, uncertain: bool,
        threads: bool,
    }
    RunInfo {
        dialect: Option<Dialect>, clock: Option<ClockMode>, real_since: Option<ClockHow>,
        wall_start: i64, seed: u64, ties: Option<Ties>, file: NameId,
    }
    Exit { code: i32, how: ExitHow, texts: Texts }
    Loop {
        id: LoopId, phase: Phase, at: At, run: Option<Run>, stop_requested: bool, stop_by: By,
        current: Option<HandleId>, current_since: Option<u64>,
        interrupted: Option<(LoopId, u64)>, turn: u32, sleep: Option<Sleep>,
        handler: Handler, outer: Vec<Outer>, turned: bool, ready: Ready,
        ready_known: bool, timers: Timers, timers_known: bool,
    }
    Index {
        queued: usize, running: SortedSet<LoopId>, steps: SortedSet<(LoopId, LoopId)>,
        touched: SortedSet<LoopId>, last_touched: Option<LoopId>,
        closed: VecDeque<LoopId>, last_dropped: LoopId,
        pending: SortedSet<(LoopId, TaskId)>, owned: SortedSet<(LoopId, HandleId)>,
        lost: SortedSet<(LoopId, HandleId)>, strays: SortedSet<(HandleId, LoopId)>,
        on_unknown: SortedSet<(HandleId, TaskId)>, sure: SortedSet<Outside>,
    }
    Run { how: RunHow, task: TaskId, ended_before: bool }
    Outer { run: Option<Run>, current: Option<HandleId>, current_since: Option<u64> }
    Sleep {
        since: Option<u64>, timeout: Option<f64>, until: Option<u64>, ready: u32, taken: u32,
        last_taken: Fd, disturbed: bool,
    }
    Handler { which: Option<Which>, name: NameId, place: Place }
    Handle {
        id: HandleId, loop_id: LoopId, how: Option<HandleHow>, name: NameId, place: Place, by: By,
        by_name: NameId, task: TaskId, future: FutureId, when: Option<f64>, state: HandleState,
        cancelled: bool, queued: u32, runs: u32, made: u64, made_at: Option<u64>, owned: bool,
    }
    Task {
        id: TaskId, loop_id: LoopId, name: NameId, label: NameId, defined: Place, place: Place,
        chain: ChainId, state: TaskState, on: On, handle: Option<HandleId>, line: (ObjectId, u64),
        cancel_requested: bool, cancel_pending: bool, cancelled_by: By, by: By, by_name: NameId,
        steps: u32, stepped: u64, busy: u64, since: Option<u64>, made: u64, ending: Texts,
    }
    Future {
        id: FutureId, loop_id: LoopId, name: NameId, state: FutureState, by: By, by_name: NameId,
        done_by: By, done_by_name: NameId, enough: NeedHow, needs: Needs, completer: Completer,
        made: u64, ending: Texts,
    }
    Watcher { loop_id: LoopId, fd: Fd, how: WatchHow, handle: HandleId, known: bool }
    SignalHandler { loop_id: LoopId, signal: Signal, handle: HandleId, known: bool }
    Job {
        id: JobId, loop_id: LoopId, name: NameId, by: By, task: TaskId, pool: Pool, thread: NameId,
        future: FutureId, since: Option<u64>, known: bool,
    }
    Server {
        id: ObjectId, loop_id: LoopId, how: TransportKind, address: Texts, sockets: Vec<Fd>,
        task: TaskId, accepted: u32, clients: u32, read: u64, written: u64, closing: bool, known: bool,
    }
    Transport {
        id: ObjectId, loop_id: LoopId, how: TransportKind, fd: Fd, address: Texts,
        server: ObjectId, process: ObjectId, task: TaskId, read: u64, written: u64, buffered: u64,
        reading_paused: bool, writing_paused: bool, read_eof: bool, write_eof: bool,
        closing: Option<CloseHow>, known: bool,
    }
    Process {
        id: ObjectId, loop_id: LoopId, pid: u32, command: Texts, task: TaskId, since: Option<u64>,
        known: bool,
    }
    Sync {
        id: ObjectId, loop_id: LoopId, kind: Option<SyncKind>, name: NameId, size: u32,
        owner: ObjectId, by: By, maker: TaskId, count: u32, left: u32, is_shut: bool,
        since: Option<u64>, made: u64, known: bool,
    }
    InLine {
        id: ObjectId, order: u64, task: TaskId, how: SyncWaitHow, future: FutureId,
        since: Option<u64>,
    }
    Hold { id: ObjectId, task: TaskId, order: u64, since: Option<u64> }
    User { id: ObjectId, how: Use, task: TaskId }
    Descriptor {
        fd: Fd, transport: ObjectId, server: ObjectId, how: Option<TransportKind>, ends: Texts,
        process: ObjectId,
    }
    Counts {
        outputs: u64, handler_calls: u64, lints: u64, anomalies: u64, gaps: u64, lost: u64,
    }
}

stored_words! {
    HandleState { Idle = 0, Timer = 1, Ready = 2, Running = 3, Gone = 4, Unknown = 5 }
    Phase { New = 0, Running = 1, Stopping = 2, Stopped = 3, Closed = 4, Unknown = 5 }
    Use { Gives = 0, Takes = 1, Knows = 2 }
    AnomalyKind { Transition = 0, UnknownId = 1, Corrupt = 2 }
    At { Idle = 0, Between = 1, Polling = 2, Timers = 3, Ready = 4, Running = 5, Unknown = 6 }
}

/// A variant's number, and what it has besides.
macro_rules! stored_variants {
    ($($name:ident { $($code:literal $variant:ident $(($part:ident: $ty:ty))?),* $(,)? })*) => {$(
        impl Stored for $name {
            const COLUMNS: usize = 1 $($(+ <$ty as Stored>::COLUMNS)?)*;
            #[allow(unused_assignments, reason = "behind the last variant is no column")]
            fn put(&self, column: usize, to: &mut Sheet) {
                let mut at = column + 1;
                $(
                    if let Self::$variant $(($part))? = self {
                        to.put_number(column, $code);
                        $(<$ty as Stored>::put($part, at, to);)?
                    }
                    at += 0 $(+ <$ty as Stored>::COLUMNS)?;
                )*
            }
            #[allow(unused_assignments, reason = "behind the last variant is no column")]
            fn get(column: usize, from: &mut ReadSheet<'_>) -> Result<Self, Malformed> {
                let code = from.number(column)?;
                let mut at = column + 1;
                $(
                    if code == $code {
                        return Ok(Self::$variant $((<$ty as Stored>::get(at, from)?))?);
                    }
                    at += 0 $(+ <$ty as Stored>::COLUMNS)?;
                )*
                Err(Malformed::Bad)
            }
        }
    )*};
}

stored_variants! {
    Outside {
        0 Nothing, 1 Watcher(key: WatcherKey), 2 Signal(signal: Signal), 3 Job(id: JobId),
        4 Server(id: ObjectId), 5 Transport(id: ObjectId), 6 Process(id: ObjectId),
    }
    Completer {
        0 Unknown, 1 Job(id: JobId), 2 Transport(id: ObjectId), 3 Server(id: ObjectId),
        4 Process(id: ObjectId), 5 Sync(id: ObjectId),
    }
    TaskState { 0 Queued, 1 Running, 2 Waiting(on: On), 3 Done(how: TaskHow), 4 Unknown }
    FutureState { 0 Pending, 1 Done(how: FutureHow), 2 Unknown }
}

impl Stored for DueKey {
    const COLUMNS: usize = 1;
    fn put(&self, column: usize, to: &mut Sheet) {
        to.put_seconds(column, self.seconds());
    }
    fn get(column: usize, from: &mut ReadSheet<'_>) -> Result<Self, Malformed> {
        from.seconds(column).map(Self::new)
    }
}

impl Stored for Needs {
    const COLUMNS: usize = 1 + <On as Stored>::COLUMNS;
    fn put(&self, column: usize, to: &mut Sheet) {
        to.put_number(column, self.len() as u64);
        self.iter().for_each(|on| on.put(column + 1, to));
    }
    fn get(column: usize, from: &mut ReadSheet<'_>) -> Result<Self, Malformed> {
        let mut needs = Self::default();
        Vec::<On>::get(column, from)?.into_iter().for_each(|on| needs.add(on));
        Ok(needs)
    }
}

impl Stored for Anomaly {
    const COLUMNS: usize = 2 + <Texts as Stored>::COLUMNS;
    fn put(&self, column: usize, to: &mut Sheet) {
        self.kind.put(column, to);
        self.seq.put(column + 1, to);
        Texts::new(&self.text, "").put(column + 2, to);
    }
    fn get(column: usize, from: &mut ReadSheet<'_>) -> Result<Self, Malformed> {
        let kind = <AnomalyKind as Stored>::get(column, from)?;
        let seq = u64::get(column + 1, from)?;
        let texts = <Texts as Stored>::get(column + 2, from)?;
        let text = texts.get(Text::FIRST).to_owned();
        Ok(Self { kind, seq, text })
    }
}

macro_rules! named {
    ($($name:ident by $($field:ident),+ : $key:ty;)*) => {$(
        impl Named<$key> for $name {
            #[allow(unused_parens, reason = "a key may have several parts")]
            fn key(&self) -> $key {
                ($(self.$field),+)
            }
        }
    )*};
}

named! {
    Loop by id: LoopId;
    Handle by id: HandleId;
    Task by id: TaskId;
    Future by id: FutureId;
    Watcher by loop_id, fd, how: (LoopId, Fd, WatchHow);
    SignalHandler by signal: Signal;
    Job by id: JobId;
    Server by id: ObjectId;
    Transport by id: ObjectId;
    Process by id: ObjectId;
    Descriptor by fd: Fd;
    Sync by id: ObjectId;
}
