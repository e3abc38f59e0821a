//! Sentences about locks, queues and the like.
#![deny(clippy::wildcard_enum_match_arm)]

use loopscope_protocol::{NeedHow, SyncEvent, SyncHow, SyncKind, SyncWaitHow};

use crate::phrase::{Phrases, capital};
use crate::record::Record;
use crate::state::Sync;
use crate::titles::count;

pub(super) fn syncs(phrases: Phrases<'_>, record: &Record, event: SyncEvent) -> String {
    let doer = |task: loopscope_protocol::TaskId| {
        if task.is_some() { phrases.task(task) } else { "Something outside any task".to_owned() }
    };
    match event {
        SyncEvent::SyncNew { id, kind, size, by, .. } => {
            let title = phrases.sync(id);
            let size = match kind {
                SyncKind::Semaphore | SyncKind::BoundedSemaphore => {
                    format!(" with {}", count(size as usize, "place"))
                }
                SyncKind::Barrier => format!(" for {}", count(size as usize, "task")),
                SyncKind::Queue | SyncKind::PriorityQueue | SyncKind::LifoQueue if size > 0 => {
                    format!(" for {} at most", count(size as usize, "item"))
                }
                SyncKind::Queue
                | SyncKind::PriorityQueue
                | SyncKind::LifoQueue
                | SyncKind::Lock
                | SyncKind::Event
                | SyncKind::Condition => String::new(),
            };
            match phrases.by(by) {
                Some(by) => format!("{by} made {title}{size}."),
                None => format!("{}{size} was made.", capital(&title)),
            }
        }
        SyncEvent::SyncName { id, name } => {
            let what = phrases.state.sync(id).map_or("thing", crate::titles::noun);
            format!("{} {} is called {}.", capital(what), id.0, phrases.names.name(name))
        }
        SyncEvent::SyncState { id, how, task, count: n, left } => {
            let title = phrases.sync(id);
            let is_semaphore = phrases.state.sync(id).is_some_and(Sync::is_semaphore);
            let places = || format!("{} left", count(n as usize, "place"));
            match how {
                SyncHow::Take if is_semaphore => {
                    format!("{} took a place of {title}: {}.", doer(task), places())
                }
                SyncHow::Take => format!("{} has {title} now.", doer(task)),
                SyncHow::Give if is_semaphore => {
                    format!("{} gave back a place of {title}: {}.", doer(task), places())
                }
                SyncHow::Give => format!("{} gave {title} back.", doer(task)),
                SyncHow::HandOver => {
                    let holders = phrases.state.holders(id);
                    let last = holders.iter().find(|hold| hold.order == record.seq);
                    let next = last.map_or_else(|| "the next".to_owned(), |it| doer(it.task));
                    format!("A place of {title} goes on to {next}.")
                }
                SyncHow::Put => {
                    format!("{} put an item into {title}: it has {n}.", doer(task))
                }
                SyncHow::Get => {
                    format!("{} took an item out of {title}: {n} left.", doer(task))
                }
                SyncHow::Done => format!("An item of {title} is done; {left} are not."),
                SyncHow::ShutDown => format!("{} shut {title} down.", doer(task)),
                SyncHow::Set => format!("{} set {title}.", doer(task)),
                SyncHow::Clear => format!("{} set {title} back.", doer(task)),
                SyncHow::Arrive => {
                    let size = phrases.state.sync(id).map_or(0, |sync| sync.size);
                    format!("{} came to {title}: {n} of {size}.", doer(task))
                }
                SyncHow::Leave => format!("{} leaves {title}: {n} still there.", doer(task)),
            }
        }
        SyncEvent::SyncWait { id, how, task, .. } => {
            let what = match how {
                SyncWaitHow::Acquire => format!("to have {}", phrases.sync(id)),
                SyncWaitHow::Wait => format!("at {}", phrases.sync(id)),
                SyncWaitHow::Get => format!("for an item of {}", phrases.sync(id)),
                SyncWaitHow::Put => format!("for room in {}", phrases.sync(id)),
                SyncWaitHow::Join => {
                    format!("until all items of {} are done", phrases.sync(id))
                }
            };
            format!("{} stands in line {what}.", phrases.task(task))
        }
        SyncEvent::SyncUser { id, task } => {
            format!("{} has {} at hand.", phrases.task(task), phrases.sync(id))
        }
    }
}

/// How much of what a future needs is enough.
pub(super) const fn enough(how: NeedHow) -> &'static str {
    match how {
        NeedHow::All => "needs all of what follows",
        NeedHow::AllOrFailure => "needs all of what follows, and fails as soon as one of it fails",
        NeedHow::Any => "needs one of what follows, whichever is done first",
    }
}
