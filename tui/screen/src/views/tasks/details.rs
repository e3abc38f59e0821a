//! All about a task, for the box of details.

use loopscope_model::state::TaskState;
use loopscope_protocol::{TaskHow, TaskId, Word};

use super::row::{doing, share};
use crate::views::{Snapshot, words};

/// All about a task, for the box of details.
pub(super) fn details(snapshot: &Snapshot<'_>, id: TaskId) -> String {
    let mut lines = vec![words::task_name(snapshot, id)];
    let mut put = |name: &str, value: String| lines.push(format!("{name:<10} {value}"));
    let Some(task) = snapshot.state.task(id) else {
        put("state", "ended long ago".to_owned());
        return lines.join("\n");
    };
    let state = match task.state {
        TaskState::Done(how) => format!("done: {}", how.word()),
        _ => doing(snapshot, task, true).0,
    };
    put("state", state);
    if let Some(value) = task.ending.shown_value() {
        put(
            if task.state == TaskState::Done(TaskHow::Result) { "result" } else { "raised" },
            value.into_owned(),
        );
        // As Python has it: the innermost frame last.
        for frame in task.ending.traceback() {
            put("", frame.shown());
        }
    }
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
