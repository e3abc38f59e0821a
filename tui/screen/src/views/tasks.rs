//! The tasks: their state, what they wait for, and who waits for whom, as a tree.

use std::collections::{BTreeMap, BTreeSet};

use loopscope_model::load::Who;
use loopscope_model::state::{Task, TaskState};
use loopscope_protocol::{On, TaskId, Word};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::{Effect, Snapshot, View, words};
use crate::keys::Action;
use crate::theme::{Role, Theme};
use crate::widgets::list::{self, Scroll};
use crate::widgets::row::Row;

/// The view's name.
pub const ID: &str = "tasks";

/// With more tasks than this the list is flat: nobody reads a tree of thousands.
const TREE: usize = 2000;

/// The tasks.
#[derive(Debug, Default)]
pub struct Tasks {
    scroll: Scroll,
}

/// A row: a task at its place in the tree, or a frame of its await chain.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Item {
    id: TaskId,
    /// The branches before it: for each level, whether it goes on below.
    branches: Vec<bool>,
    frame: Option<String>,
}

/// The tasks to show: those that are not done, and those that ended since the last stop.
fn shown<'a>(snapshot: &Snapshot<'a>) -> Vec<&'a Task> {
    let news =
        |task: &&Task| !task.state.is_done() || snapshot.changes.tasks.contains_key(&task.id);
    snapshot.state.tasks().filter(news).collect()
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

/// The rows of the list: those of a tree are made, those of a flat list only where they are in sight.
enum Rows {
    Tree(Vec<Item>),
    /// How many tasks are not done, and those behind them that ended since the last stop.
    Flat(usize, Vec<TaskId>),
}

impl Rows {
    fn of(snapshot: &Snapshot<'_>, frames: bool) -> Self {
        let pending = snapshot.state.pending();
        if pending > TREE {
            return Self::Flat(pending, ended(snapshot));
        }
        let tasks = shown(snapshot);
        if tasks.len() > TREE {
            // Where thousands have ended, they are not all looked for.
            return Self::Flat(pending, ended(snapshot));
        }
        Self::Tree(items(snapshot, &tasks, frames))
    }

    const fn len(&self) -> usize {
        match self {
            Self::Tree(items) => items.len(),
            Self::Flat(pending, ended) => *pending + ended.len(),
        }
    }

    /// Some rows from one on.
    fn from(&self, snapshot: &Snapshot<'_>, first: usize, count: usize) -> Vec<Item> {
        match self {
            Self::Tree(items) => items.iter().skip(first).take(count).cloned().collect(),
            Self::Flat(pending, ended) => {
                let flat = |id: TaskId| Item { id, branches: Vec::new(), frame: None };
                let tasks = snapshot.state.pending_behind(first).take(count).map(|task| task.id);
                let mut items: Vec<Item> = tasks.map(flat).collect();
                let left = count - items.len();
                let behind = ended.iter().skip(first.saturating_sub(*pending)).take(left);
                items.extend(behind.copied().map(flat));
                items
            }
        }
    }

    fn get(&self, snapshot: &Snapshot<'_>, row: usize) -> Option<Item> {
        self.from(snapshot, row, 1).pop()
    }

    /// The first row of a task that has changed since the last stop.
    fn changed(&self, snapshot: &Snapshot<'_>) -> Option<usize> {
        let changed = &snapshot.changes.tasks;
        match self {
            Self::Tree(items) => items.iter().position(|item| changed.contains_key(&item.id)),
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

/// The rows of a tree: waiting tasks above those that they wait for.
fn items(snapshot: &Snapshot<'_>, tasks: &[&Task], frames: bool) -> Vec<Item> {
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
            items.push(Item { id, branches: branches.clone(), frame: None });
            let below = children.get(&id).map_or(&[][..], Vec::as_slice);
            if frames {
                items.extend(frames_of(snapshot, id, &branches));
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

/// The await chain of a task, if it says more than the task's own line.
fn frames_of(snapshot: &Snapshot<'_>, id: TaskId, branches: &[bool]) -> Vec<Item> {
    let waits = |task: &&Task| matches!(task.state, TaskState::Waiting(_));
    let Some(task) = snapshot.state.task(id).filter(waits) else {
        return Vec::new();
    };
    let chain = snapshot.names.chain(task.chain);
    if chain.len() < 2 {
        return Vec::new();
    }
    let frames = chain.iter().rev().take(6).map(|frame| {
        let name = snapshot.names.name(frame.name);
        let place = snapshot.names.place(frame.place).unwrap_or_default();
        format!("{} {place}", words::short(&name))
    });
    frames.map(|frame| Item { id, branches: branches.to_vec(), frame: Some(frame) }).collect()
}

/// What a task is doing, for the right edge.
fn doing(snapshot: &Snapshot<'_>, task: &Task, wide: bool) -> (String, Role) {
    let asked = if task.cancel_pending && !task.state.is_done() { ", to be cancelled" } else { "" };
    match task.state {
        TaskState::Queued => match task.handle {
            Some(handle) => (format!("ready, h{}{asked}", handle.0), Role::Ready),
            None => (format!("ready{asked}"), Role::Ready),
        },
        TaskState::Running => (format!("runs{asked}"), Role::Running),
        TaskState::Waiting(on) => {
            let waits = if wide { "waits " } else { "" };
            (format!("{waits}{}{asked}", words::wait(snapshot, on)), Role::Faint)
        }
        TaskState::Done(how) => (format!("done: {}", how.word()), Role::Left),
        TaskState::Unknown => ("unknown since the gap".to_owned(), Role::Warning),
    }
}

fn row(snapshot: &Snapshot<'_>, theme: &Theme, item: &Item, wide: bool) -> Row {
    let mut tree = String::new();
    for (level, more) in item.branches.iter().enumerate() {
        let last = level + 1 == item.branches.len() && item.frame.is_none();
        tree.push_str(match (last, more) {
            (true, true) => theme.glyphs.branch,
            (true, false) => theme.glyphs.last_branch,
            (false, true) => theme.glyphs.trunk,
            (false, false) => "  ",
        });
    }
    if let Some(frame) = &item.frame {
        return Row::of(format!(" {tree}   in "), Role::Faint, theme).put(
            frame,
            Role::Faint,
            theme,
        );
    }
    let name = words::task_name(snapshot, item.id);
    let Some(task) = snapshot.state.task(item.id) else {
        return Row::of(format!(" {tree}{name}"), Role::Faint, theme);
    };
    let mark = snapshot.changes.tasks.get(&item.id).copied();
    let running = task.state == TaskState::Running;
    let sign = match mark {
        Some(mark) => mark.sign().to_string(),
        None if running => theme.glyphs.pointer.to_owned(),
        None => " ".to_owned(),
    };
    let role = if running { Role::Running } else { Role::Task };
    let role = if task.state.is_done() { Role::Left } else { role };
    let (doing, doing_role) = doing(snapshot, task, wide);
    let number = words::own_place(snapshot, task.place, task.chain).line;
    let line = if wide && number > 0 && !task.state.is_done() {
        format!(", line {number}")
    } else {
        String::new()
    };
    Row::of(sign, mark.map_or(role, super::mark_role), theme)
        .put(tree, Role::Faint, theme)
        .put(name, role, theme)
        .put_right(doing, doing_role, theme)
        .put_right(line, Role::Faint, theme)
        .put_right(
            // Where there is no room for it the panel of the board has it.
            share(snapshot, task).filter(|_| wide).map_or_else(String::new, |it| format!(", {it}")),
            Role::Faint,
            theme,
        )
}

/// How much of the time a task has had, where time is real. Virtual time does not count what a
/// program computes, and what passes in a gap counts for nobody.
fn share(snapshot: &Snapshot<'_>, task: &Task) -> Option<String> {
    if !snapshot.board {
        return None;
    }
    let (load, now) = (snapshot.digest.load(), snapshot.state.t()?);
    let [known, _] = load.passed(snapshot.position, now);
    words::percent(load.in_all(Who::Task(task.id), snapshot.position, now).busy, known)
}

/// Whether there is room for await chains.
const fn roomy(area: Rect) -> bool {
    area.height >= 7
}

impl View for Tasks {
    fn id(&self) -> &'static str {
        ID
    }

    fn title(&self, snapshot: &Snapshot<'_>, theme: &Theme) -> Line<'static> {
        let pending = snapshot.state.pending();
        let mut line = Line::from(Span::styled("tasks", theme.style(Role::Title)));
        line.push_span(Span::styled(format!(": {pending}"), theme.style(Role::Text)));
        line
    }

    fn keys(&self) -> &'static [(&'static str, &'static str)] {
        &[("enter", "all about the selected task"), ("w", "why it waits")]
    }

    fn update(&mut self, action: Action, snapshot: &Snapshot<'_>, area: Rect) -> Effect {
        let items = Rows::of(snapshot, roomy(area));
        let selected = items.get(snapshot, self.scroll.selected(items.len()).unwrap_or(0));
        match (action, selected) {
            (Action::Open, Some(item)) => Effect::Show {
                title: format!("task {}", item.id.0),
                text: details(snapshot, item.id),
            },
            (Action::Why, Some(item)) => Effect::Why(item.id.0),
            _ => {
                let page = usize::from(area.height);
                let used = self.scroll.update(action, items.len(), page, 0);
                if used { Effect::Done } else { Effect::Ignored }
            }
        }
    }

    fn click(&mut self, at: Position, snapshot: &Snapshot<'_>, area: Rect) -> Effect {
        let len = Rows::of(snapshot, roomy(area)).len();
        let first = list::window(len, area.height.into(), self.scroll.selected(len).unwrap_or(0));
        let row = list::row_at(area, at, len, first);
        self.scroll.select(row);
        if row.is_some() { Effect::Done } else { Effect::Ignored }
    }

    fn render(&self, snapshot: &Snapshot<'_>, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        let items = Rows::of(snapshot, roomy(area));
        if items.len() == 0 {
            let done = snapshot.state.tasks().next().is_some();
            let text = if done { "  (none pending)" } else { "  (none)" };
            Row::of(text, Role::Faint, theme).draw(theme, area, buffer);
            return;
        }
        let changed = items.changed(snapshot);
        let selected = self.scroll.selected(items.len());
        let at = selected.or(changed).unwrap_or(0);
        let first = list::window(items.len(), area.height.into(), at);
        let shown = items.from(snapshot, first, area.height.into());
        let rows = |number: usize| row(snapshot, theme, &shown[number - first], area.width >= 52);
        list::draw(rows, items.len(), first, selected, theme, area, buffer);
    }
}

/// All about a task, for the box of details.
fn details(snapshot: &Snapshot<'_>, id: TaskId) -> String {
    let mut lines = vec![words::task_name(snapshot, id)];
    let mut put = |name: &str, value: String| lines.push(format!("{name:<10} {value}"));
    let Some(task) = snapshot.state.task(id) else {
        put("state", "ended long ago".to_owned());
        return lines.join("\n");
    };
    put("state", doing(snapshot, task, true).0);
    put("coroutine", snapshot.names.name(task.name).into_owned());
    put("label", snapshot.names.name(task.label).into_owned());
    let stands = task.stands_at(snapshot.names).and_then(|place| snapshot.names.place(place));
    if let Some(place) = stands {
        put("stands at", place);
    }
    for frame in snapshot.names.chain(task.chain) {
        let place = snapshot.names.place(frame.place).unwrap_or_default();
        put("in", format!("{} {place}", snapshot.names.name(frame.name)));
    }
    let who = words::by(task.by);
    put("made", if who.is_empty() { "by the main program".to_owned() } else { who });
    put("steps", task.steps.to_string());
    let share =
        share(snapshot, task).map_or_else(String::new, |share| format!(", {share} of the time"));
    put("busy", format!("{}{share}", words::duration(task.busy)));
    lines.join("\n")
}
