//! One record of each kind, in the presence of much.

use loopscope_model::{Record, Texts};
use loopscope_protocol::{
    By, ChainId, ClockHow, ClockMode, CloseHow, Dialect, Event, ExitHow, Fd, FutureHow, FutureId,
    HandleHow, HandleId, JobHow, JobId, Kind, Level, LintRule, LoopId, NameId, NeedHow, ObjectId,
    On, Place, Pool, RemarkKind, RunHow, Signal, Stream, SyncHow, SyncKind, SyncWaitHow, TaskHow,
    TaskId, Text, Ties, TransportKind, WatchHow, Which,
};

/// An event of that kind about the things of that number.
pub(crate) fn event(kind: Kind, n: u32) -> Event {
    let (handle, task, future, fd) = (HandleId(n), TaskId(n), FutureId(n), Fd(n.cast_signed()));
    let (name, place, by) = (NameId(1), Place::NONE, By::Handle(HandleId(n)));
    let (signal, job, id) = (Signal(n.to_le_bytes()[0]), JobId(n), ObjectId(n));
    let (when, how, text) = (f64::from(n), WatchHow::Read, Text::FIRST);
    match kind {
        Kind::RunStart => Event::RunStart {
            dialect: Dialect::Cpython,
            clock: ClockMode::Auto,
            wall_start: 0,
            seed: 0,
            ties: Ties::Heapq,
            file: name,
        },
        Kind::Clock => Event::Clock { how: ClockHow::Watcher },
        Kind::ProgramExit => Event::ProgramExit { code: 0, how: ExitHow::End, text },
        Kind::Output => Event::Output { stream: Stream::Stdout, text },
        Kind::Lint => {
            Event::Lint { rule: LintRule::NeverAwaited, text, task, future, handle, place }
        }
        Kind::Gap => Event::Gap { lost: 1 },
        Kind::SnapshotBegin => Event::SnapshotBegin {},
        Kind::SnapshotEnd => Event::SnapshotEnd {},
        Kind::Log => Event::Log { level: Level::Info, time: None, place, text },
        Kind::Remark => Event::Remark { kind: RemarkKind::Note, text },
        Kind::LoopNew => Event::LoopNew {},
        Kind::LoopClose => Event::LoopClose { ready: 0, timers: 0 },
        Kind::LoopRun => Event::LoopRun { how: RunHow::Forever, task },
        Kind::LoopStopRequest => Event::LoopStopRequest { by },
        Kind::LoopStopped => Event::LoopStopped { how: RunHow::Forever },
        Kind::TurnBegin => Event::TurnBegin { turn: n, ready: n, timers: n },
        Kind::TurnEnd => Event::TurnEnd { ready: n, timers: n },
        Kind::PollBegin => Event::PollBegin { timeout: None },
        Kind::PollEnd => Event::PollEnd { ready: 0 },
        Kind::AsyncgensShutdown => Event::AsyncgensShutdown { count: 0 },
        Kind::ExecutorShutdown => Event::ExecutorShutdown {},
        Kind::HandleNew => {
            Event::HandleNew { handle, how: HandleHow::Step, name, place, by, task, future }
        }
        Kind::TimerNew => Event::TimerNew { handle, when, name, place, by, future, task },
        Kind::TimerDue => Event::TimerDue { handle, when },
        Kind::TimerCancel => Event::TimerCancel { handle, when, by },
        Kind::TimerDrop => Event::TimerDrop { handle, when },
        Kind::HandleRun => Event::HandleRun { handle, task },
        Kind::HandleDone => Event::HandleDone { handle, task },
        Kind::HandleCancel => Event::HandleCancel { handle, by },
        Kind::HandleSkip => Event::HandleSkip { handle },
        Kind::TaskNew => Event::TaskNew { task, name, place, label: name, by },
        Kind::TaskStep => Event::TaskStep { task },
        Kind::TaskSuspend => {
            Event::TaskSuspend { task, on: On::Timer(handle), place, chain: ChainId::NONE }
        }
        Kind::TaskDone => Event::TaskDone { task, how: TaskHow::Result },
        Kind::TaskCancel => Event::TaskCancel { task, by },
        Kind::FutureNew => Event::FutureNew { future, name, by },
        Kind::FutureDone => Event::FutureDone { future, how: FutureHow::Result, by },
        Kind::FutureLink => Event::FutureLink { future: FutureId(1), on: On::Task(task) },
        Kind::FutureNeeds => Event::FutureNeeds { future, how: NeedHow::Any },
        Kind::TaskTimeout => Event::TaskTimeout { task, handle },
        Kind::SyncNew => {
            Event::SyncNew { id, kind: SyncKind::Lock, name, size: 0, owner: ObjectId::NONE, by }
        }
        Kind::SyncName => Event::SyncName { id, name },
        Kind::SyncState => Event::SyncState { id, how: SyncHow::Take, task, count: 1, left: 0 },
        Kind::SyncWait => Event::SyncWait { id, how: SyncWaitHow::Acquire, task, future },
        Kind::SyncUser => Event::SyncUser { id, task },
        Kind::HandlerSet => Event::HandlerSet { which: Which::Default, name, place },
        Kind::HandlerCall => Event::HandlerCall {
            which: Which::Default,
            message: text,
            exception: Text::NONE,
            task,
            handle,
            future,
        },
        Kind::WatcherAdd => Event::WatcherAdd { fd, how, handle },
        Kind::WatcherRemove => Event::WatcherRemove { fd, how },
        Kind::WatcherReady => Event::WatcherReady { fd, how, handle },
        Kind::SignalAdd => Event::SignalAdd { signal, handle },
        Kind::SignalRemove => Event::SignalRemove { signal },
        Kind::SignalArrived => Event::SignalArrived { signal, handle },
        Kind::Completion => Event::Completion { fd, name, bytes: 5 },
        Kind::DescriptorPeer => {
            let (how, local, process) = (TransportKind::Tcp, text, ObjectId::NONE);
            Event::DescriptorPeer { fd, how, address: text, local, process }
        }
        Kind::ExecutorSubmit => Event::ExecutorSubmit { job, name, by, pool: Pool::Thread },
        Kind::ExecutorStart => Event::ExecutorStart { job, name },
        Kind::ExecutorDone => Event::ExecutorDone { job, how: JobHow::Result },
        Kind::FutureOutside => {
            let (job, server, process) = (JobId::NONE, ObjectId::NONE, ObjectId::NONE);
            Event::FutureOutside { future, job, transport: id, server, process }
        }
        Kind::ServerNew => Event::ServerNew { id, how: TransportKind::Tcp, address: text },
        Kind::ServerListen => Event::ServerListen { id, fd, address: text },
        Kind::ServerClose => Event::ServerClose { id, clients: 0 },
        Kind::ServerClosed => Event::ServerClosed { id },
        Kind::TransportNew => Event::TransportNew {
            id,
            how: TransportKind::Tcp,
            fd,
            address: text,
            local: Text::NONE,
            server: id,
            process: ObjectId::NONE,
        },
        Kind::TransportRead => Event::TransportRead { id, bytes: 1 },
        Kind::TransportWrite => Event::TransportWrite { id, bytes: 1 },
        Kind::TransportPause => Event::TransportPause { id, how, buffered: 0 },
        Kind::TransportResume => Event::TransportResume { id, how },
        Kind::TransportEof => Event::TransportEof { id, how },
        Kind::TransportTls => Event::TransportTls { id, text },
        Kind::TransportClose => {
            Event::TransportClose { id, how: CloseHow::Close, exception: Text::NONE }
        }
        Kind::TransportClosed => Event::TransportClosed { id },
        Kind::ProcessNew => Event::ProcessNew { id, pid: n, command: text },
        Kind::ProcessExit => Event::ProcessExit { id, pid: n, code: 0 },
    }
}

/// Puts events one behind the other.
#[derive(Clone, Debug, Default)]
pub(crate) struct Records {
    pub(crate) list: Vec<Record>,
    /// The number before the first.
    pub(crate) from: u64,
}

impl Records {
    pub(crate) fn push(&mut self, on: u32, event: Event) {
        let seq = self.from + self.list.len() as u64 + 1;
        let texts = Texts::new("a text", "");
        let loop_id = LoopId(on);
        let record = Record {
            seq,
            t: Some(seq),
            turn: 1,
            loop_id,
            garbage: 0,
            line: ChainId::NONE,
            event,
            texts,
        };
        self.list.push(record);
    }
}

/// This many of everything that a state can hold: half of it belongs to one loop.
pub(crate) fn much(dialect: Dialect, count: u32) -> Records {
    let mut records = Records::default();
    let mut start = event(Kind::RunStart, 0);
    if let Event::RunStart { dialect: of_run, .. } = &mut start {
        *of_run = dialect;
    }
    records.push(0, start);
    records.push(1, event(Kind::LoopNew, 1));
    records.push(1, event(Kind::LoopRun, 1));
    for n in 1..=count {
        records.push(n + 1, event(Kind::LoopNew, n));
        let on = if n % 2 == 0 { n + 1 } else { 1 };
        for kind in [Kind::FutureNew, Kind::FutureLink, Kind::TaskNew, Kind::HandleNew] {
            records.push(on, event(kind, n));
        }
        records.push(on, event(Kind::TimerNew, count + n));
        records.push(on, event(Kind::WatcherAdd, 2 * count + n));
        for kind in [Kind::ExecutorSubmit, Kind::ServerNew, Kind::TransportNew, Kind::ProcessNew] {
            records.push(on, event(kind, n));
        }
        for kind in [Kind::SyncNew, Kind::SyncState, Kind::SyncWait, Kind::SyncUser] {
            records.push(on, event(kind, n));
        }
    }
    records
}
