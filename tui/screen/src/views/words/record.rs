//! A record in a few words: what it is about, and the rest, for a row of the list.
#![deny(clippy::wildcard_enum_match_arm)]

use loopscope_model::state::Completer;
use loopscope_model::written::level_word;
use loopscope_model::{Record, titles};
use loopscope_protocol::{
    ConnectionEvent, Family, Fd, FutureEvent, HandleEvent, HandleId, LoopEvent, On, OutsideEvent,
    RunEvent, Stream, SyncEvent, TaskEvent, Word, WorkEvent,
};

use super::{by, duration, first_line, future, handle, own_place, task_name, wait};
use crate::views::Snapshot;
use crate::widgets::text::clean;

/// What it is about, and what stands at the right edge.
type Words = (String, String);

/// What a record says beyond its kind: what it is about, and the rest.
pub fn record(snapshot: &Snapshot<'_>, position: usize, record: &Record) -> Words {
    match record.event.family() {
        Family::Run(event) => run(snapshot, record, event),
        Family::Loop(event) => loops(snapshot, position, record, event),
        Family::Handle(event) => handles(snapshot, event),
        Family::Task(event) => tasks(snapshot, record, event),
        Family::Future(event) => futures(snapshot, record, event),
        Family::Outside(event) => outside(snapshot, record, event),
        Family::Work(event) => work(snapshot, record, event),
        Family::Connection(event) => connections(snapshot, record, event),
        Family::Sync(event) => syncs(snapshot, event),
    }
}

const fn only(about: String) -> Words {
    (about, String::new())
}

/// Its fields as they are, where no other words say more.
fn fields(snapshot: &Snapshot<'_>, record: &Record) -> Words {
    let line = snapshot.names.line(record);
    let rest = line.split_once(' ').map_or("", |(_, rest)| rest);
    only(clean(rest).into_owned())
}

fn run(snapshot: &Snapshot<'_>, record: &Record, event: RunEvent) -> Words {
    match event {
        RunEvent::Output { stream, text } => {
            let err = if stream == Stream::Stderr { "stderr" } else { "" };
            (first_line(record.text(text)), err.to_owned())
        }
        RunEvent::Log { level, time, text, .. } => {
            // It was written before it was read: its own time says when.
            let at = time.map_or_else(String::new, |at| format!("at {at:.3}"));
            let line = format!("{} {}", level_word(level), first_line(record.text(text)));
            (line.trim_start().to_owned(), at)
        }
        RunEvent::Remark { text, .. } | RunEvent::Lint { text, .. } => {
            only(first_line(record.text(text)))
        }
        RunEvent::ProgramExit { code, how, .. } => (format!("code {code}"), how.word().to_owned()),
        RunEvent::Gap { lost } => {
            let records = if lost == 1 { "record" } else { "records" };
            only(format!("{lost} {records} lost, or more"))
        }
        RunEvent::SnapshotBegin {} => only("what there is now follows".to_owned()),
        RunEvent::SnapshotEnd {} => only("all is known again".to_owned()),
        RunEvent::RunStart { .. } | RunEvent::Clock { .. } => fields(snapshot, record),
    }
}

fn loops(snapshot: &Snapshot<'_>, position: usize, record: &Record, event: LoopEvent) -> Words {
    match event {
        LoopEvent::TurnBegin { ready, .. } => only(format!("batch of {ready}")),
        LoopEvent::TurnEnd { ready, .. } => only(format!("{ready} ready for the next")),
        LoopEvent::PollBegin { timeout: None } => only("sleeps without limit".to_owned()),
        LoopEvent::PollBegin { timeout: Some(seconds) } if seconds <= 0.0 => {
            only("does not sleep".to_owned())
        }
        LoopEvent::PollBegin { timeout: Some(seconds) } => only(format!("sleeps {seconds:.3} s")),
        LoopEvent::PollEnd { ready } => {
            let slept = snapshot.digest.sleep_that_ended_at(position).and_then(|span| {
                let ns = span.end?.saturating_sub(span.begin);
                (ns >= 1_000_000).then(|| format!("slept {}", duration(ns)))
            });
            let fds = if ready > 0 { format!("{ready} fd ready") } else { String::new() };
            (slept.unwrap_or_else(|| "awake".to_owned()), fds)
        }
        LoopEvent::LoopRun { how, .. } => only(how.word().to_owned()),
        LoopEvent::HandlerCall { message, exception, .. } => {
            let said = record.text(message);
            let text = if said.is_empty() { record.text(exception) } else { said };
            only(first_line(text))
        }
        LoopEvent::LoopNew {}
        | LoopEvent::LoopClose { .. }
        | LoopEvent::LoopStopRequest { .. }
        | LoopEvent::LoopStopped { .. }
        | LoopEvent::AsyncgensShutdown { .. }
        | LoopEvent::ExecutorShutdown {}
        | LoopEvent::HandlerSet { .. } => fields(snapshot, record),
    }
}

fn handles(snapshot: &Snapshot<'_>, event: HandleEvent) -> Words {
    let named = |id: HandleId| handle(snapshot, id);
    match event {
        HandleEvent::TimerNew { handle, when, .. } => (named(handle), format!("due {when:.3}")),
        HandleEvent::TimerDue { handle, .. }
        | HandleEvent::TimerDrop { handle, .. }
        | HandleEvent::HandleRun { handle, .. }
        | HandleEvent::HandleDone { handle, .. }
        | HandleEvent::HandleSkip { handle } => only(named(handle)),
        HandleEvent::HandleNew { handle, by: who, .. }
        | HandleEvent::TimerCancel { handle, by: who, .. }
        | HandleEvent::HandleCancel { handle, by: who } => (named(handle), by(who)),
    }
}

/// What a task or a future has ended by; where that says nothing, how.
fn ending(record: &Record, how: &str) -> String {
    match record.value() {
        Some(value) if value != "None" => first_line(value),
        _ => how.to_owned(),
    }
}

fn tasks(snapshot: &Snapshot<'_>, record: &Record, event: TaskEvent) -> Words {
    match event {
        TaskEvent::TaskNew { task, by: who, .. } | TaskEvent::TaskCancel { task, by: who } => {
            (task_name(snapshot, task), by(who))
        }
        TaskEvent::TaskStep { task } => only(task_name(snapshot, task)),
        TaskEvent::TaskSuspend { task, on: what, place, chain } => {
            let place = own_place(snapshot, place, chain);
            let line = if place.line > 0 { format!("line {}", place.line) } else { String::new() };
            let waits = if what == On::Nothing {
                "lets others run".to_owned()
            } else {
                format!("waits {}", wait(snapshot, what))
            };
            (format!("{} {waits}", task_name(snapshot, task)), line)
        }
        TaskEvent::TaskDone { task, how } => {
            (task_name(snapshot, task), ending(record, how.word()))
        }
        TaskEvent::TaskTimeout { task, handle: timer } => {
            (task_name(snapshot, task), handle(snapshot, timer))
        }
    }
}

fn futures(snapshot: &Snapshot<'_>, record: &Record, event: FutureEvent) -> Words {
    match event {
        FutureEvent::FutureNew { future: id, by: who, .. } => (future(snapshot, id), by(who)),
        FutureEvent::FutureDone { future: id, how, .. } => {
            (future(snapshot, id), ending(record, how.word()))
        }
        FutureEvent::FutureNeeds { future: id, how } => {
            (future(snapshot, id), how.word().to_owned())
        }
        FutureEvent::FutureLink { .. } => fields(snapshot, record),
    }
}

fn outside(snapshot: &Snapshot<'_>, record: &Record, event: OutsideEvent) -> Words {
    let named = |fd: Fd| titles::fd(fd, snapshot.state);
    match event {
        OutsideEvent::WatcherReady { fd, handle: runs, .. } if fd.0 < 0 => {
            ("self-pipe".to_owned(), handle(snapshot, runs))
        }
        OutsideEvent::WatcherAdd { fd, how, .. }
        | OutsideEvent::WatcherRemove { fd, how }
        | OutsideEvent::WatcherReady { fd, how, .. } => (named(fd), how.word().to_owned()),
        OutsideEvent::SignalAdd { .. }
        | OutsideEvent::SignalRemove { .. }
        | OutsideEvent::SignalArrived { .. } => fields(snapshot, record),
        OutsideEvent::Completion { fd, name, .. } => {
            (named(fd), snapshot.names.name(name).into_owned())
        }
        OutsideEvent::DescriptorPeer { fd, .. } => (named(fd), String::new()),
    }
}

fn work(snapshot: &Snapshot<'_>, record: &Record, event: WorkEvent) -> Words {
    let (state, names) = (snapshot.state, snapshot.names);
    match event {
        WorkEvent::ExecutorSubmit { job, pool, .. } => {
            (titles::job(job, state, names), pool.word().to_owned())
        }
        WorkEvent::ExecutorStart { job, name } => {
            (titles::job(job, state, names), names.name(name).into_owned())
        }
        WorkEvent::ExecutorDone { job, how } => {
            (titles::job(job, state, names), how.word().to_owned())
        }
        WorkEvent::FutureOutside { future: id, .. } => {
            let known = state.future(id).map_or(Completer::Unknown, |future| future.completer);
            (future(snapshot, id), titles::completer(known, state, names))
        }
        WorkEvent::ProcessNew { id, pid, .. } => (titles::process(id, state), format!("pid {pid}")),
        WorkEvent::ProcessExit { .. } => fields(snapshot, record),
    }
}

fn connections(snapshot: &Snapshot<'_>, record: &Record, event: ConnectionEvent) -> Words {
    let state = snapshot.state;
    let peer = |id| titles::peer(id, state);
    match event {
        ConnectionEvent::ServerNew { id, how, .. } => {
            (titles::server(id, state), how.word().to_owned())
        }
        ConnectionEvent::ServerListen { id, fd, .. } => {
            (titles::server(id, state), format!("fd {}", fd.0))
        }
        ConnectionEvent::ServerClose { id, .. } | ConnectionEvent::ServerClosed { id } => {
            only(titles::server(id, state))
        }
        ConnectionEvent::TransportNew { id, fd, .. } => (peer(id), format!("fd {}", fd.0)),
        ConnectionEvent::TransportRead { id, bytes }
        | ConnectionEvent::TransportWrite { id, bytes } => (peer(id), titles::bytes(bytes)),
        ConnectionEvent::TransportPause { id, how, .. }
        | ConnectionEvent::TransportResume { id, how }
        | ConnectionEvent::TransportEof { id, how } => (peer(id), how.word().to_owned()),
        ConnectionEvent::TransportTls { id, text } => (peer(id), record.shown(text).into_owned()),
        ConnectionEvent::TransportClose { id, how, .. } => (peer(id), how.word().to_owned()),
        ConnectionEvent::TransportClosed { id } => only(peer(id)),
    }
}

fn syncs(snapshot: &Snapshot<'_>, event: SyncEvent) -> Words {
    let (state, names) = (snapshot.state, snapshot.names);
    let title = |id| {
        let sync = state.sync(id);
        sync.map_or_else(|| format!("thing {}", id.0), |it| titles::short_sync(it, state, names))
    };
    match event {
        SyncEvent::SyncNew { id, by: who, .. } => (title(id), by(who)),
        SyncEvent::SyncName { id, .. } => only(title(id)),
        SyncEvent::SyncState { id, how, task, count, .. } => {
            let who = if task.is_some() { task_name(snapshot, task) } else { String::new() };
            let about = format!("{who} {} {}", how.word(), title(id));
            (about.trim_start().to_owned(), count.to_string())
        }
        SyncEvent::SyncWait { id, how, task, .. } => {
            (format!("{} {} {}", task_name(snapshot, task), how.word(), title(id)), String::new())
        }
        SyncEvent::SyncUser { id, task } => (task_name(snapshot, task), title(id)),
    }
}
