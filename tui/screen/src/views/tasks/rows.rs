//! Which rows the list of tasks has: those that live before those that have ended, as a tree of who
//! waits for whom, in groups of those that do the same, or one below the other.

use std::collections::{BTreeMap, BTreeSet};

use loopscope_model::state::{Task, TaskState};
use loopscope_protocol::{NameId, On, TaskId};

use crate::views::{Snapshot, words};

/// With more tasks than this the list is flat unless something else is asked for: nobody reads a
/// tree of thousands.
const TREE: usize = 2000;

/// More tasks than this are never put in an order or in groups.
const MOST: usize = 20_000;

/// From this many living tasks on they stand in groups, if that makes a list of half the length.
const MANY: usize = 24;

/// How the tasks stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Waiting tasks above those that they wait for.
    Tree,
    /// Those with the same coroutine that do the same at the same line are one row.
    Groups,
    /// Each for itself.
    Flat,
}

impl Shape {
    pub(super) const fn next(self) -> Self {
        match self {
            Self::Tree => Self::Groups,
            Self::Groups => Self::Flat,
            Self::Flat => Self::Tree,
        }
    }
}

/// In which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Order {
    /// As they were made.
    #[default]
    Made,
    /// Those first that are in their present state for the longest time.
    Since,
    /// By what they do: those that run, are ready, wait.
    State,
    /// By their names.
    Name,
}

impl Order {
    pub(super) const fn next(self) -> Self {
        match self {
            Self::Made => Self::Since,
            Self::Since => Self::State,
            Self::State => Self::Name,
            Self::Name => Self::Made,
        }
    }

    /// What the title says; nothing for the usual one.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Made => "",
            Self::Since => ", longest first",
            Self::State => ", by state",
            Self::Name => ", by name",
        }
    }
}

/// What the user chose.
#[derive(Clone, Debug, Default)]
pub(super) struct Choice {
    /// `None`: whichever suits the number of tasks.
    pub(super) shape: Option<Shape>,
    pub(super) order: Order,
    /// The groups that are unfolded.
    pub(super) open: BTreeSet<Group>,
    /// The library's own tasks are unfolded.
    pub(super) own: bool,
}

/// What the tasks of a group have in common: the coroutine, what they do (a word for it), and the
/// line at which they stand.
pub(super) type Group = (NameId, &'static str, u32);

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// A task at its place in the tree: for each level, whether it goes on below.
    Task(TaskId, Vec<bool>),
    /// A frame of the await chain of the task above it.
    Frame(String, Vec<bool>),
    /// Several tasks, and whether they stand below it.
    Group(Group, Vec<TaskId>, bool),
    /// The library's own tasks, and whether they stand below it.
    Own(Vec<TaskId>, bool),
}

impl Item {
    /// The task of the row, or the first one.
    pub(super) fn task(&self) -> Option<TaskId> {
        match self {
            Self::Task(id, _) => Some(*id),
            Self::Frame(..) => None,
            Self::Group(_, ids, _) | Self::Own(ids, _) => ids.first().copied(),
        }
    }
}

/// The rows of the list: those of a flat list of many are made only where they are in sight.
pub(super) enum Rows {
    Made(Vec<Item>),
    /// How many tasks are not done, and those behind them that ended since the last stop.
    Flat(usize, Vec<TaskId>),
}

impl Rows {
    pub(super) fn of(snapshot: &Snapshot<'_>, choice: &Choice, frames: bool) -> Self {
        let pending = snapshot.state.pending();
        let is_plain = choice.shape.is_none() && choice.order == Order::Made && pending > TREE;
        if is_plain || pending > MOST {
            return Self::Flat(pending, ended(snapshot));
        }
        let mut tasks: Vec<&Task> = snapshot.state.pending_tasks().collect();
        sort(snapshot, &mut tasks, choice.order);
        let (own, tasks): (Vec<_>, Vec<_>) =
            tasks.into_iter().partition(|task| is_own(snapshot, task));
        let shape = choice.shape.unwrap_or_else(|| {
            let groups = || groups(snapshot, &tasks).len();
            if tasks.len() >= MANY && groups() * 2 <= tasks.len() {
                Shape::Groups
            } else {
                Shape::Tree
            }
        });
        let mut items = match shape {
            Shape::Tree => tree(snapshot, &tasks, frames),
            Shape::Groups => grouped(snapshot, &tasks, &choice.open),
            Shape::Flat => tasks.iter().map(|task| Item::Task(task.id, Vec::new())).collect(),
        };
        if !own.is_empty() {
            let ids: Vec<TaskId> = own.iter().map(|task| task.id).collect();
            items.push(Item::Own(ids.clone(), choice.own));
            if choice.own {
                items.extend(ids.into_iter().map(|id| Item::Task(id, vec![false])));
            }
        }
        items.extend(ended(snapshot).into_iter().map(|id| Item::Task(id, Vec::new())));
        Self::Made(items)
    }

    pub(super) const fn len(&self) -> usize {
        match self {
            Self::Made(items) => items.len(),
            Self::Flat(pending, ended) => *pending + ended.len(),
        }
    }

    /// How many groups there are.
    pub(super) fn groups(&self) -> usize {
        match self {
            Self::Made(items) => items.iter().filter(|it| matches!(it, Item::Group(..))).count(),
            Self::Flat(..) => 0,
        }
    }

    pub(super) fn get(&self, snapshot: &Snapshot<'_>, row: usize) -> Option<Item> {
        match self {
            Self::Made(items) => items.get(row).cloned(),
            Self::Flat(pending, ended) => {
                let id = match row.checked_sub(*pending) {
                    None => snapshot.state.pending_behind(row).next()?.id,
                    Some(behind) => *ended.get(behind)?,
                };
                Some(Item::Task(id, Vec::new()))
            }
        }
    }

    /// The first row of a living task that has changed since the last stop.
    pub(super) fn changed(&self, snapshot: &Snapshot<'_>) -> Option<usize> {
        let changed = &snapshot.changes.tasks;
        match self {
            Self::Made(items) => items.iter().position(|item| match item {
                Item::Task(id, _) => changed.contains_key(id),
                Item::Group(_, ids, _) => ids.iter().any(|id| changed.contains_key(id)),
                Item::Frame(..) | Item::Own(..) => false,
            }),
            Self::Flat(..) => {
                let tasks = changed.keys().filter_map(|id| snapshot.state.task(*id));
                let first = tasks.into_iter().find(|task| !task.state.is_done());
                first.map(|task| snapshot.state.pending_before(task))
            }
        }
    }
}

/// The tasks that ended since the last stop, unless these are more than anybody reads.
fn ended(snapshot: &Snapshot<'_>) -> Vec<TaskId> {
    if snapshot.changes.tasks.len() > TREE {
        return Vec::new();
    }
    let tasks = snapshot.changes.tasks.keys().filter_map(|id| snapshot.state.task(*id));
    tasks.filter(|task| task.state.is_done()).map(|task| task.id).collect()
}

fn sort(snapshot: &Snapshot<'_>, tasks: &mut [&Task], order: Order) {
    match order {
        Order::Made => {}
        Order::Since => tasks.sort_by_key(|task| task.since.unwrap_or(u64::MAX)),
        Order::State => tasks.sort_by_key(|task| match task.state {
            TaskState::Running => 0,
            TaskState::Queued => 1,
            TaskState::Waiting(_) => 2,
            TaskState::Unknown => 3,
            TaskState::Done(_) => 4,
        }),
        Order::Name => tasks.sort_by_cached_key(|task| words::task_name(snapshot, task.id)),
    }
}

/// Whether a task runs a coroutine of asyncio itself, and none of the program's.
fn is_own(snapshot: &Snapshot<'_>, task: &Task) -> bool {
    task.defined.file.is_some() && is_library(&snapshot.names.exact(task.defined.file))
}

/// Whether a file is the library's: those have the name of their module.
fn is_library(file: &str) -> bool {
    let is_ours = ["asyncio.", "asyncio/", "<frozen"].iter().any(|begin| file.starts_with(begin));
    is_ours || file == "asyncio" || file.contains("/asyncio/")
}

/// The groups of these tasks in the order of the first of each.
fn groups(snapshot: &Snapshot<'_>, tasks: &[&Task]) -> Vec<(Group, Vec<TaskId>)> {
    let mut places: BTreeMap<Group, usize> = BTreeMap::new();
    let mut groups: Vec<(Group, Vec<TaskId>)> = Vec::new();
    for task in tasks {
        let line = match task.state {
            TaskState::Waiting(_) => words::own_place(snapshot, task.place, task.chain).line,
            _ => 0,
        };
        let group = (task.name, task.state.word(), line);
        let at = *places.entry(group).or_insert_with(|| {
            groups.push((group, Vec::new()));
            groups.len() - 1
        });
        groups[at].1.push(task.id);
    }
    groups
}

fn grouped(snapshot: &Snapshot<'_>, tasks: &[&Task], open: &BTreeSet<Group>) -> Vec<Item> {
    let mut items = Vec::new();
    for (group, ids) in groups(snapshot, tasks) {
        if let [only] = ids[..] {
            items.push(Item::Task(only, Vec::new()));
            continue;
        }
        let is_open = open.contains(&group);
        items.push(Item::Group(group, ids.clone(), is_open));
        if is_open {
            let last = ids.len() - 1;
            let below = ids.into_iter().enumerate();
            items.extend(below.map(|(n, id)| Item::Task(id, vec![n < last])));
        }
    }
    items
}

/// The tasks that this one waits for, directly or through a future such as `gather`'s.
fn needs(snapshot: &Snapshot<'_>, task: &Task) -> Vec<TaskId> {
    let TaskState::Waiting(on) = task.state else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut open = vec![on];
    let mut seen = BTreeSet::new();
    while let Some(on) = open.pop() {
        match on {
            On::Task(id) => found.push(id),
            On::Future(id) if seen.insert(id) => {
                let needs = snapshot.state.future(id).map_or(&[][..], |future| &*future.needs);
                open.extend(needs.iter().rev().copied());
            }
            _ => {}
        }
    }
    found
}

/// The rows of a tree: waiting tasks above those that they wait for.
fn tree(snapshot: &Snapshot<'_>, tasks: &[&Task], frames: bool) -> Vec<Item> {
    let present: BTreeSet<TaskId> = tasks.iter().map(|task| task.id).collect();
    let mut children: BTreeMap<TaskId, Vec<TaskId>> = BTreeMap::new();
    let mut has_parent = BTreeSet::new();
    for task in tasks {
        for child in needs(snapshot, task) {
            // The first who waits is the parent; a circle has no beginning and stays at the top.
            if present.contains(&child) && child != task.id && has_parent.insert(child) {
                children.entry(task.id).or_default().push(child);
            }
        }
    }
    let mut items = Vec::new();
    let mut drawn = BTreeSet::new();
    let roots = tasks.iter().map(|task| task.id).filter(|id| !has_parent.contains(id));
    // What is left after the roots hangs together in circles.
    for id in roots.chain(tasks.iter().map(|task| task.id)) {
        let mut open = vec![(id, Vec::new())];
        while let Some((id, branches)) = open.pop() {
            if !drawn.insert(id) {
                continue;
            }
            items.push(Item::Task(id, branches.clone()));
            let below = children.get(&id).map_or(&[][..], Vec::as_slice);
            if frames {
                let frames = frames_of(snapshot, id).into_iter();
                items.extend(frames.map(|frame| Item::Frame(frame, branches.clone())));
            }
            for (n, child) in below.iter().enumerate().rev() {
                let mut deeper = branches.clone();
                deeper.push(n + 1 < below.len());
                open.push((*child, deeper));
            }
        }
    }
    items
}

/// The await chain of a task, if it says more than the task's own line. Frames of the library that
/// follow each other are one row.
fn frames_of(snapshot: &Snapshot<'_>, id: TaskId) -> Vec<String> {
    let waits = |task: &&Task| matches!(task.state, TaskState::Waiting(_));
    let Some(task) = snapshot.state.task(id).filter(waits) else {
        return Vec::new();
    };
    let chain = snapshot.names.chain(task.chain);
    if chain.len() < 2 {
        return Vec::new();
    }
    let mut rows = Vec::new();
    let mut folded = 0;
    for frame in chain.iter().rev() {
        let name = snapshot.names.name(frame.name);
        if is_library(&snapshot.names.exact(frame.place.file)) {
            folded += 1;
            // The one that the program called says most.
            if folded == 1 {
                rows.push(format!("asyncio's {}", words::short(&name)));
            }
            continue;
        }
        folded = 0;
        let place = snapshot.names.place(frame.place).unwrap_or_default();
        rows.push(format!("{} {place}", words::short(&name)));
    }
    rows.truncate(6);
    rows
}
