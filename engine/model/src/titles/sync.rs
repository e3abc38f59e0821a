//! What locks, queues and the like are called.

use loopscope_protocol::{NameId, ObjectId, SyncKind, SyncWaitHow, Word};

use crate::names::Names;
use crate::record::seconds;
use crate::state::{State, Sync};

/// How many tasks are named in one place.
const NAMED: usize = 8;

/// `the lock l1`, `lock 3` where the program's name for it is not known, `the lock of the condition c`.
pub fn sync(id: ObjectId, state: &State, names: &Names) -> String {
    let Some(sync) = state.sync(id) else { return format!("thing {} that tasks meet at", id.0) };
    if sync.owner.is_some() && !sync.name.is_some() {
        return format!("the {} of {}", noun(sync), self::sync(sync.owner, state, names));
    }
    if sync.name.is_some() {
        format!("the {}", short_sync(sync, state, names))
    } else {
        plain(sync)
    }
}

/// The same without the article, for a column of a table.
pub fn short_sync(sync: &Sync, state: &State, names: &Names) -> String {
    if !sync.name.is_some() {
        return match state.sync(sync.owner) {
            Some(owner) => format!("{} of {}", noun(sync), short_sync(owner, state, names)),
            None => plain(sync),
        };
    }
    let called = format!("{} {}", noun(sync), names.name(sync.name));
    let is_same = |other: &&Sync| other.name == sync.name && noun(other) == noun(sync);
    match state.syncs().filter(is_same).nth(1) {
        Some(_) => format!("{called} (number {})", sync.id.0),
        None => called,
    }
}

/// `the lock l1`, or `lock 3`, of one that is known only as it was.
pub fn sync_called(sync: &Sync, names: &Names) -> String {
    if sync.name.is_some() {
        format!("the {} {}", noun(sync), names.name(sync.name))
    } else {
        plain(sync)
    }
}

/// `lock 3`.
fn plain(sync: &Sync) -> String {
    format!("{} {}", noun(sync), sync.id.0)
}

/// What it is, in a word or two.
pub const fn noun(sync: &Sync) -> &'static str {
    match sync.kind {
        Some(SyncKind::Lock) => "lock",
        Some(SyncKind::Semaphore) => "semaphore",
        Some(SyncKind::BoundedSemaphore) => "bounded semaphore",
        Some(SyncKind::Event) => "event",
        Some(SyncKind::Condition) => "condition",
        Some(SyncKind::Barrier) => "barrier",
        Some(SyncKind::Queue) => "queue",
        Some(SyncKind::PriorityQueue) => "priority queue",
        Some(SyncKind::LifoQueue) => "LIFO queue",
        None => "thing",
    }
}

/// How something stands: who has it, how full it is; in a few words. Who stands in line is not told.
pub fn sync_state(sync: &Sync, state: &State, names: &Names) -> String {
    if !sync.known {
        return "unknown since records were lost".to_owned();
    }
    let (n, size) = (sync.count, sync.size);
    match sync.kind {
        Some(SyncKind::Lock) => match holders(sync, state, names) {
            _ if n == 0 => "free".to_owned(),
            holders if holders.is_empty() => "locked, by no task that is known".to_owned(),
            holders => format!("held by {holders}"),
        },
        Some(SyncKind::Semaphore | SyncKind::BoundedSemaphore) => {
            let holders = holders(sync, state, names);
            let held = if holders.is_empty() { holders } else { format!(", held by {holders}") };
            format!("{n} of {size} left{held}")
        }
        Some(SyncKind::Event) => if n == 0 { "not set" } else { "set" }.to_owned(),
        Some(SyncKind::Condition) => String::new(),
        Some(SyncKind::Barrier) => format!("{n} of {size} have come"),
        Some(SyncKind::Queue | SyncKind::PriorityQueue | SyncKind::LifoQueue) => {
            let most = if size == 0 { String::new() } else { format!(" of {size}") };
            let items = if n == 1 && size == 0 { "item" } else { "items" };
            let left =
                if sync.left == 0 { String::new() } else { format!(", {} not done", sync.left) };
            let shut = if sync.is_shut { ", shut down" } else { "" };
            format!("{n}{most} {items}{left}{shut}")
        }
        None => "unknown".to_owned(),
    }
}

/// The tasks that hold something, each with since when. What was taken outside any task, or before
/// somebody looked, has none.
fn holders(sync: &Sync, state: &State, names: &Names) -> String {
    let mut all = state.holders(sync.id);
    all.retain(|hold| hold.task.is_some());
    let told = all.iter().take(NAMED).map(|hold| {
        let task = state.task(hold.task).map_or(NameId::NONE, |task| task.name);
        let who = super::task_title(hold.task, task, names);
        match hold.since {
            Some(since) => format!("{who} since {}", super::time(seconds(since))),
            None => who,
        }
    });
    let mut told: Vec<String> = told.collect();
    if all.len() > NAMED {
        told.push(format!("{} more", all.len() - NAMED));
    }
    told.join(", ")
}

/// Who stands in line, by what for: `a (task 1), b (task 2)`, or `get: a (task 1); put: b (task 2)` at
/// a queue. Empty where nobody does.
pub fn sync_line(sync: &Sync, state: &State, names: &Names) -> String {
    let mut parts: Vec<(SyncWaitHow, Vec<String>, usize)> = Vec::new();
    for place in state.line(sync.id) {
        let at = parts.iter().position(|part| part.0 == place.how).unwrap_or_else(|| {
            parts.push((place.how, Vec::new(), 0));
            parts.len() - 1
        });
        let (_, who, more) = &mut parts[at];
        if who.len() < NAMED {
            let name = state.task(place.task).map_or(NameId::NONE, |task| task.name);
            who.push(super::task_title(place.task, name, names));
        } else {
            *more += 1;
        }
    }
    let told = parts.into_iter().map(|(how, mut who, more)| {
        if more > 0 {
            who.push(format!("{more} more"));
        }
        let who = who.join(", ");
        if sync.is_queue() { format!("{}: {who}", how.word()) } else { who }
    });
    told.collect::<Vec<_>>().join("; ")
}
