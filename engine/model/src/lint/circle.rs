//! Tasks that wait for each other in a circle, whatever else goes on.

use std::collections::BTreeSet;

use loopscope_protocol::{NameId, NeedHow, On, SyncWaitHow, TaskId};

use crate::names::Names;
use crate::state::{State, Sync, TaskState};
use crate::titles;

/// How many tasks are looked at for one. A circle that is found at all is found by whom it closes.
const MOST: usize = 256;

/// One of the tasks of a circle, and what it waits for: the next one, or something that the next one
/// has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Link {
    task: TaskId,
    name: NameId,
    sync: Option<Sync>,
}

/// The circle that a task closes when it begins to wait; empty if it closes none.
pub(super) fn find(state: &State, task: TaskId, on: On) -> Vec<Link> {
    let mut seen = BTreeSet::new();
    let mut path = Vec::new();
    // What is still to be looked at: how deep in the path it stands, and who it is.
    let mut open: Vec<(usize, TaskId)> = vec![(0, task)];
    while let Some((depth, at)) = open.pop() {
        path.truncate(depth);
        if depth > 0 && at == task {
            return path;
        }
        if !seen.insert(at) || seen.len() > MOST {
            continue;
        }
        let Some(known) = state.task(at) else { continue };
        let waits = match known.state {
            _ if at == task => on,
            TaskState::Waiting(on) => on,
            TaskState::Queued | TaskState::Running | TaskState::Done(_) | TaskState::Unknown => {
                continue;
            }
        };
        let (sync, needs) = needs(state, at, waits);
        path.push(Link { task: at, name: known.name, sync });
        open.extend(needs.into_iter().rev().map(|next| (depth + 1, next)));
    }
    Vec::new()
}

/// Who has to act before a task can go on, where that is certain; and what it waits at.
fn needs(state: &State, task: TaskId, on: On) -> (Option<Sync>, Vec<TaskId>) {
    if let Some(place) = state.in_line(task) {
        let mut holders: Vec<TaskId> =
            state.holders(place.id).iter().map(|hold| hold.task).collect();
        holders.dedup();
        // One of several holders of a semaphore is enough.
        return match (place.how, &holders[..]) {
            (SyncWaitHow::Acquire, [only]) if only.is_some() => {
                (state.sync(place.id).copied(), vec![*only])
            }
            _ => (None, Vec::new()),
        };
    }
    let is_pending = |id: &TaskId| state.task(*id).is_some_and(|task| !task.state.is_done());
    let all = match on {
        On::Task(id) => vec![id],
        On::Future(id) => match state.future(id) {
            Some(future) if future.enough != NeedHow::Any || future.needs.len() == 1 => {
                let tasks = future.needs.iter().filter_map(|on| match on {
                    On::Task(id) => Some(*id),
                    _ => None,
                });
                tasks.take(MOST).collect()
            }
            _ => Vec::new(),
        },
        On::Nothing | On::Timer(_) | On::Queue(_) | On::Fd(_) | On::Waker => Vec::new(),
    };
    (None, all.into_iter().filter(is_pending).collect())
}

/// The sentence about one.
pub(super) fn text(circle: &[Link], names: &Names) -> String {
    let title = |link: &Link| titles::task_title(link.task, link.name, names);
    let next = circle.iter().cycle().skip(1);
    let parts = circle.iter().zip(next).map(|(link, next)| match &link.sync {
        Some(sync) => {
            let what = titles::sync_called(sync, names);
            format!("{} waits for {what}, which {} holds", title(link), title(next))
        }
        None => format!("{} waits for {}", title(link), title(next)),
    });
    let parts: Vec<String> = parts.collect();
    format!("They wait for each other, for ever: {}.", parts.join("; "))
}
