//! Sentences about tasks, futures, and what connects a loop to the outside.
#![deny(clippy::wildcard_enum_match_arm)]

use loopscope_protocol::{
    FutureEvent, FutureHow, On, OutsideEvent, Signal, TaskEvent, TaskHow, WatchHow,
};

use crate::phrase::Phrases;
use crate::record::Record;
use crate::titles::signal_name;

pub(super) fn tasks(phrases: Phrases<'_>, event: TaskEvent) -> String {
    let at =
        |place| phrases.names.place(place).map(|place| format!(" at {place}")).unwrap_or_default();
    match event {
        TaskEvent::TaskNew { task, by, .. } => match phrases.by(by) {
            Some(by) => format!("{by} made {}.", phrases.task(task)),
            None => format!("{} was made.", phrases.task(task)),
        },
        TaskEvent::TaskStep { task } => {
            let (title, known) = (phrases.task(task), phrases.state.task(task));
            match known {
                Some(known) if known.steps > 1 => format!("{title} goes on{}.", at(known.place)),
                _ => format!("{title} starts."),
            }
        }
        TaskEvent::TaskSuspend { task, on, place, .. } => {
            let title = phrases.task(task);
            if on == On::Nothing {
                return format!("{title} gives the others a turn{}.", at(place));
            }
            format!("{title} waits for {}{}.", phrases.on(on), at(place))
        }
        TaskEvent::TaskDone { task, how } => {
            let how = match how {
                TaskHow::Result => "returned",
                TaskHow::Exception => "ended with an exception",
                TaskHow::Cancelled => "ended cancelled",
            };
            format!("{} {how}.", phrases.task(task))
        }
        TaskEvent::TaskCancel { task, by } => match phrases.by(by) {
            Some(by) => format!("{by} asked for {} to be cancelled.", phrases.task(task)),
            None => format!("{} is to be cancelled.", phrases.task(task)),
        },
    }
}

pub(super) fn futures(phrases: Phrases<'_>, event: FutureEvent) -> String {
    match event {
        FutureEvent::FutureNew { future, by, .. } => match phrases.by(by) {
            Some(by) => format!("{by} made {}.", phrases.future(future)),
            None => format!("{} was made.", phrases.future(future)),
        },
        FutureEvent::FutureDone { future, how, by } => {
            let title = phrases.future(future);
            match (how, phrases.by(by)) {
                (FutureHow::Result, Some(by)) => format!("{by} gave {title} its result."),
                (FutureHow::Exception, Some(by)) => format!("{by} gave {title} an exception."),
                (FutureHow::Cancelled, Some(by)) => format!("{by} cancelled {title}."),
                (FutureHow::Result, None) => format!("{title} has its result."),
                (FutureHow::Exception, None) => format!("{title} has an exception."),
                (FutureHow::Cancelled, None) => format!("{title} was cancelled."),
            }
        }
        FutureEvent::FutureLink { future, on } => {
            format!("{} needs {}.", phrases.future(future), phrases.on(on))
        }
    }
}

pub(super) fn outside(phrases: Phrases<'_>, record: &Record, event: OutsideEvent) -> String {
    let id = record.loop_id;
    match event {
        OutsideEvent::WatcherAdd { fd, how, handle } => {
            format!("fd {} is watched {}, for {}.", fd.0, watched(how), phrases.entry(handle))
        }
        OutsideEvent::WatcherRemove { fd, how } => {
            format!("fd {} is no longer watched {}.", fd.0, watched(how))
        }
        OutsideEvent::WatcherReady { fd, handle, .. } if fd.0 < 0 => {
            format!(
                "The self-pipe woke the loop: {} is {}.",
                phrases.entry(handle),
                phrases.queued(handle, id)
            )
        }
        OutsideEvent::WatcherReady { fd, how, handle } => {
            let can = match how {
                WatchHow::Read => "has something to read",
                WatchHow::Write => "has room to write",
            };
            format!(
                "fd {} {can}: {} is {}.",
                fd.0,
                phrases.entry(handle),
                phrases.queued(handle, id)
            )
        }
        OutsideEvent::SignalAdd { signal, handle } => {
            format!("{} will be handled by {}.", signal_name(signal), phrases.entry(handle))
        }
        OutsideEvent::SignalRemove { signal } => {
            format!("{} is no longer handled.", signal_name(signal))
        }
        OutsideEvent::SignalArrived { signal, handle } => format!(
            "{} arrived: {} is {}.",
            signal_name(signal),
            phrases.entry(handle),
            phrases.queued(handle, id)
        ),
        OutsideEvent::ExecutorSubmit { job, name, .. } => {
            format!("A thread of the executor runs {} (job {}).", phrases.names.name(name), job.0)
        }
        OutsideEvent::ExecutorDone { job } => {
            format!("A thread of the executor has finished job {}.", job.0)
        }
        OutsideEvent::ServerNew { id, address } => {
            format!("Server {} listens on {}.", id.0, record.shown(address))
        }
        OutsideEvent::ServerClose { id } => format!("Server {} was closed.", id.0),
        OutsideEvent::TransportNew { id, fd, address } => {
            format!("Transport {} on fd {} is connected to {}.", id.0, fd.0, record.shown(address))
        }
        OutsideEvent::TransportClose { id } => format!("Transport {} begins to close.", id.0),
        OutsideEvent::ProcessNew { id, pid } => {
            format!("Child process {} was started (pid {pid}).", id.0)
        }
        OutsideEvent::ProcessExit { id, code, .. } => match u8::try_from(-i64::from(code)) {
            Ok(signal @ 1..) => {
                format!("Child process {} was killed by {}.", id.0, signal_name(Signal(signal)))
            }
            _ => format!("Child process {} ended with code {code}.", id.0),
        },
    }
}

const fn watched(how: WatchHow) -> &'static str {
    match how {
        WatchHow::Read => "for reading",
        WatchHow::Write => "for writing",
    }
}
