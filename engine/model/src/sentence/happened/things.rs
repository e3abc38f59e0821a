//! Sentences about tasks, futures, descriptors and signals.
#![deny(clippy::wildcard_enum_match_arm)]

use loopscope_protocol::{
    FutureEvent, FutureHow, LoopId, On, OutsideEvent, TaskEvent, TaskHow, WatchHow,
};

use crate::phrase::Phrases;
use crate::record::Texts;
use crate::titles::{self, signal_name, time};

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
            let ending = phrases.state.task(task).map(|task| task.ending.clone());
            let how = ended(how, &ending.unwrap_or_default());
            format!("{} {how}.", phrases.task(task))
        }
        TaskEvent::TaskCancel { task, by } => match phrases.by(by) {
            Some(by) => format!("{by} asked for {} to be cancelled.", phrases.task(task)),
            None => format!(
                "Something outside any handle, such as Ctrl-C, asked for {} to be cancelled.",
                phrases.task(task)
            ),
        },
        TaskEvent::TaskTimeout { task, handle } => {
            let when = phrases.state.handle(handle).and_then(|handle| handle.when);
            let until = when.map_or_else(String::new, |when| format!(" until {}", time(when)));
            let timer = phrases.entry(handle);
            format!("{} has time{until}: then {timer} cancels it.", phrases.task(task))
        }
    }
}

/// How a task has ended, with what it has ended by.
fn ended(how: TaskHow, ending: &Texts) -> String {
    match (how, ending.shown_value()) {
        (TaskHow::Result, Some(value)) if value != "None" => format!("returned {value}"),
        (TaskHow::Result, _) => "returned".to_owned(),
        (TaskHow::Exception, Some(value)) => format!("raised {value}"),
        (TaskHow::Exception, None) => "ended with an exception".to_owned(),
        (TaskHow::Cancelled, Some(value)) if value != "CancelledError" => {
            format!("ended cancelled: {value}")
        }
        (TaskHow::Cancelled, _) => "ended cancelled".to_owned(),
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
            let ending = phrases.state.future(future).map(|future| future.ending.clone());
            let value = ending.as_ref().and_then(Texts::shown_value);
            // Most futures only say that something is over.
            let value = value.filter(|value| how != FutureHow::Cancelled && value != "None");
            let value = value.map_or_else(String::new, |value| format!(": {value}"));
            match (how, phrases.by(by)) {
                (FutureHow::Result, Some(by)) => format!("{by} gave {title} its result{value}."),
                (FutureHow::Exception, Some(by)) => {
                    format!("{by} gave {title} an exception{value}.")
                }
                (FutureHow::Cancelled, Some(by)) => format!("{by} cancelled {title}."),
                (FutureHow::Result, None) => format!("{title} has its result{value}."),
                (FutureHow::Exception, None) => format!("{title} has an exception{value}."),
                (FutureHow::Cancelled, None) => format!("{title} was cancelled."),
            }
        }
        FutureEvent::FutureNeeds { future, how } => {
            format!("{} {}.", phrases.future(future), super::sync::enough(how))
        }
        FutureEvent::FutureLink { future, on } => {
            format!("{} needs {}.", phrases.future(future), phrases.on(on))
        }
    }
}

pub(super) fn outside(phrases: Phrases<'_>, id: LoopId, event: OutsideEvent) -> String {
    match event {
        OutsideEvent::WatcherAdd { fd, how, handle } => {
            format!(
                "{} is watched {}, for {}.",
                phrases.fd(fd),
                watched(how),
                phrases.entry(handle)
            )
        }
        OutsideEvent::WatcherRemove { fd, how } => {
            format!("{} is no longer watched {}.", phrases.fd(fd), watched(how))
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
                "{} {can}: {} is {}.",
                phrases.fd(fd),
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
        OutsideEvent::Completion { fd, name, bytes } => {
            let (operation, fd) = (phrases.names.name(name), phrases.fd(fd));
            match bytes {
                ..0 => format!("`{operation}` on {fd} has failed."),
                0 => format!("`{operation}` on {fd} is complete."),
                _ => {
                    let moved = titles::bytes(u64::from(bytes.unsigned_abs()));
                    format!("`{operation}` on {fd} is complete: {moved}.")
                }
            }
        }
        OutsideEvent::DescriptorPeer { fd, .. } => match phrases.owner(fd) {
            Some(owner) => format!("fd {} leads to {owner}.", fd.0),
            None => format!("It is not known any more whom fd {} leads to.", fd.0),
        },
    }
}

const fn watched(how: WatchHow) -> &'static str {
    match how {
        WatchHow::Read => "for reading",
        WatchHow::Write => "for writing",
    }
}
