//! What answers say of handles and tasks; what these are called is in [`loopscope_model::titles`].

use loopscope_model::{Names, State, titles};
use loopscope_protocol::{By, HandleId, NameId, On, TaskId, Word};

use loopscope_model::state::{Completer, Handle, TaskState};

/// `h4 display_date`.
pub(super) fn handle(id: HandleId, state: &State, names: &Names) -> String {
    titles::entry(id, state, names)
}

/// `fetch (task 3)`.
pub(super) fn task(id: TaskId, state: &State, names: &Names) -> String {
    let name = state.task(id).map_or(NameId::NONE, |task| task.name);
    titles::task_title(id, name, names)
}

/// How a handle came to be and by whom: `soon, by h3 main`; `timer, due 3.000000`.
pub(super) fn origin(handle: &Handle, state: &State, names: &Names) -> String {
    let mut text = handle.how_word().to_owned();
    if handle.task.is_some() {
        text.push_str(&format!(" of {}", self::task(handle.task, state, names)));
    }
    if let Some(when) = handle.when {
        text.push_str(&format!(", due {when:.6}"));
    }
    match handle.by {
        By::Outside => {}
        By::Py => text.push_str(", by py"),
        By::Handle(id) if handle.by_name.is_some() => {
            text.push_str(&format!(", by h{} {}", id.0, names.name(handle.by_name)));
        }
        By::Handle(id) => text.push_str(&format!(", by h{}", id.0)),
    }
    if handle.cancelled {
        text.push_str(", cancelled");
    }
    text
}

/// What a task does: `waits for f7`, `queued as h9`, `done (result)`.
pub(super) fn task_state(
    task: &loopscope_model::state::Task,
    state: &State,
    names: &Names,
) -> String {
    match task.state {
        TaskState::Queued => match task.handle {
            Some(id) => format!("queued as h{}", id.0),
            None => "queued".to_owned(),
        },
        TaskState::Running => "running".to_owned(),
        TaskState::Waiting(on) => format!("waits for {}", self::on(on, state, names)),
        TaskState::Done(how) => match task.ending.shown_value() {
            Some(value) => format!("done ({}): {value}", how.word()),
            None => format!("done ({})", how.word()),
        },
        TaskState::Unknown => "unknown since records were lost".to_owned(),
    }
}

/// What is waited for.
pub(super) fn on(on: On, state: &State, names: &Names) -> String {
    let name = match on {
        On::Future(id) => state.future(id).map_or(NameId::NONE, |future| future.name),
        On::Task(id) => state.task(id).map_or(NameId::NONE, |task| task.name),
        _ => NameId::NONE,
    };
    let title = titles::on_title(on, name, names);
    match on {
        On::Future(id) => match state.future(id).map_or(Completer::Unknown, |f| f.completer) {
            Completer::Unknown => title,
            completer => format!("{title} of {}", titles::completer(completer, state, names)),
        },
        On::Fd(fd) => titles::fd(fd, state),
        On::Nothing | On::Task(_) | On::Timer(_) | On::Queue(_) | On::Waker => title,
    }
}
