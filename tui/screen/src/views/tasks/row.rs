//! A row of the list of tasks: a task, a frame of what it awaits, or several tasks at once.

use loopscope_model::load::Who;
use loopscope_model::state::{Task, TaskState};
use loopscope_protocol::{On, TaskHow, TaskId, Word};
use loopscope_session::Mark;

use super::rows::{Group, Item};
use crate::theme::{Role, Theme};
use crate::views::{Snapshot, mark_role, words};
use crate::widgets::row::Row;

/// How much of a value stands in a row.
const WIDE_VALUE: usize = 36;
const NARROW_VALUE: usize = 20;

/// The beginning of a text.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let front: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{front}…")
}

/// What a task is doing, for the right edge.
pub(super) fn doing(snapshot: &Snapshot<'_>, task: &Task, wide: bool) -> (String, Role) {
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
        TaskState::Done(how) => {
            // A value says how by itself: a result, or the name of an exception.
            let value = task.ending.shown_value();
            let value = value.as_deref().filter(|_| how != TaskHow::Cancelled);
            let most = if wide { WIDE_VALUE } else { NARROW_VALUE };
            let text = value.map_or_else(|| how.word().to_owned(), |value| cut(value, most));
            let role = if how == TaskHow::Exception { Role::Warning } else { Role::Left };
            (format!("done: {text}"), role)
        }
        TaskState::Unknown => ("unknown since the gap".to_owned(), Role::Warning),
    }
}

/// The branches before a row of a tree.
fn branches(levels: &[bool], is_frame: bool, theme: &Theme) -> String {
    let mut tree = String::new();
    for (level, more) in levels.iter().enumerate() {
        let last = level + 1 == levels.len() && !is_frame;
        tree.push_str(match (last, more) {
            (true, true) => theme.glyphs.branch,
            (true, false) => theme.glyphs.last_branch,
            (false, true) => theme.glyphs.trunk,
            (false, false) => "  ",
        });
    }
    tree
}

pub(super) fn row(snapshot: &Snapshot<'_>, theme: &Theme, item: &Item, wide: bool) -> Row {
    match item {
        Item::Task(id, levels) => {
            task_row(snapshot, theme, *id, &branches(levels, false, theme), wide)
        }
        Item::Frame(frame, levels) => {
            let tree = branches(levels, true, theme);
            Row::of(format!(" {tree}   in {frame}"), Role::Faint, theme)
        }
        Item::Group(group, ids, is_open) => group_row(snapshot, theme, *group, ids, *is_open),
        Item::Own(ids, is_open) => {
            let fold = fold_sign(*is_open, theme);
            let count = loopscope_model::titles::count(ids.len(), "task");
            Row::of(" ", Role::Text, theme).put(format!("{fold} "), Role::Faint, theme).put(
                format!("asyncio's own: {count}"),
                Role::Faint,
                theme,
            )
        }
    }
}

/// Whether what belongs to a row stands below it.
const fn fold_sign(is_open: bool, theme: &Theme) -> &'static str {
    if is_open { theme.glyphs.below } else { theme.glyphs.pointer }
}

fn group_row(
    snapshot: &Snapshot<'_>,
    theme: &Theme,
    (name, word, line): Group,
    ids: &[TaskId],
    is_open: bool,
) -> Row {
    let mut marks = ids.iter().filter_map(|id| snapshot.changes.tasks.get(id).copied());
    let first = marks.next();
    // Several that are new make the group no newer than one that is not.
    let mark = first.map(|first| if marks.all(|it| it == first) { first } else { Mark::Changed });
    let sign = mark.map_or(' ', Mark::sign).to_string();
    let called = snapshot.names.name(name);
    let called = crate::widgets::text::clean(words::short(&called)).into_owned();
    let does = match (word, line) {
        ("waiting", 0) => "wait".to_owned(),
        ("waiting", line) => format!("wait at line {line}"),
        ("queued", _) => "are ready".to_owned(),
        ("running", _) => "run".to_owned(),
        (word, _) => word.to_owned(),
    };
    let role = if word == "running" { Role::Running } else { Role::Task };
    Row::of(sign, mark.map_or(Role::Text, mark_role), theme)
        .put(format!("{} ", fold_sign(is_open, theme)), Role::Faint, theme)
        .put(format!("{called} x{}", ids.len()), role, theme)
        .put_right(does, if word == "queued" { Role::Ready } else { Role::Faint }, theme)
        .put_right(first_due(snapshot, ids), Role::Faint, theme)
}

/// When the first of several tasks that sleep wakes up.
fn first_due(snapshot: &Snapshot<'_>, ids: &[TaskId]) -> String {
    let due = |id: &TaskId| match snapshot.state.task(*id)?.state {
        TaskState::Waiting(On::Future(id)) => words::timer_of(snapshot, id)?.when,
        TaskState::Waiting(On::Timer(id)) => snapshot.state.handle(id)?.when,
        _ => None,
    };
    let first = ids.iter().filter_map(due).min_by(f64::total_cmp);
    first.map_or_else(String::new, |when| format!(", the first until {when:.3}"))
}

fn task_row(snapshot: &Snapshot<'_>, theme: &Theme, id: TaskId, tree: &str, wide: bool) -> Row {
    let name = words::task_name(snapshot, id);
    let Some(task) = snapshot.state.task(id) else {
        return Row::of(format!(" {tree}{name}"), Role::Faint, theme);
    };
    let mark = snapshot.changes.tasks.get(&id).copied();
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
    // Where one stands that runs is told when it stops; until then it is where it last waited.
    let line = if wide && number > 0 && !running && !task.state.is_done() {
        format!(", line {number}")
    } else {
        String::new()
    };
    Row::of(sign, mark.map_or(role, mark_role), theme)
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
pub(super) fn share(snapshot: &Snapshot<'_>, task: &Task) -> Option<String> {
    if !snapshot.board {
        return None;
    }
    let (load, now) = (snapshot.digest.load(), snapshot.state.t()?);
    let [known, _] = load.passed(snapshot.position, now);
    words::percent(load.in_all(Who::Task(task.id), snapshot.position, now).busy, known)
}
