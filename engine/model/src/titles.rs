//! What things are called, in sentences, in answers and on the screen: names before numbers, and one
//! name for one thing.

use loopscope_protocol::{FutureId, HandleId, NameId, On, Signal, TaskId};

use crate::names::Names;
use crate::record::seconds;
use crate::safe_text;
use crate::state::{Handle, State, Task};

/// `display_date (h4)`, or `h4` where the name is not known.
pub fn handle_title(id: HandleId, name: NameId, names: &Names) -> String {
    titled(name, names, &format!("h{}", id.0))
}

/// `fetch (task 3)`; `worker-1 (task 3)` if the program gave the task that name; `task 3` where
/// nothing is known of it. `name` is its coroutine's, for where the task was not introduced.
pub fn task_title(id: TaskId, name: NameId, names: &Names) -> String {
    match task_name(id, name, names) {
        Some(called) => format!("{called} (task {})", id.0),
        None => format!("task {}", id.0),
    }
}

/// The same without the number: the task's own name if the program gave it one, else its
/// coroutine's.
pub fn task_name(id: TaskId, name: NameId, names: &Names) -> Option<String> {
    let definition = names.task(id);
    let label = definition.map_or(NameId::NONE, |definition| definition.label);
    if label.is_some() {
        let label = names.name(label);
        // Those that are counted are not the program's choice.
        let counted = |n: &str| n.bytes().all(|byte| byte.is_ascii_digit());
        if !label.is_empty() && !label.strip_prefix("Task-").is_some_and(counted) {
            return Some(label.into_owned());
        }
    }
    let name = if name.is_some() { name } else { definition?.name };
    name.is_some().then(|| short(&names.name(name)).to_owned())
}

/// A function's name without what every name inside a function has.
pub fn short(name: &str) -> &str {
    name.rsplit("<locals>.").next().unwrap_or(name)
}

/// `h5 display_date`, `h5 worker-1` for a task's step, `h5 wake-up of fetch (task 3)` for what ends
/// a sleep: a handle in a queue or in the heap.
pub fn entry(id: HandleId, state: &State, names: &Names) -> String {
    match state.handle(id) {
        Some(handle) if handle.name.is_some() || handle.task.is_some() => {
            let called = match handle.task {
                TaskId::NONE => callback(handle, state, names),
                task => task_name(task, handle.name, names).unwrap_or_default(),
            };
            format!("h{} {called}", id.0).trim_end().to_owned()
        }
        _ => format!("h{}", id.0),
    }
}

/// What a callback is called; one that ends a sleep by whom it wakes, since its own name says
/// nothing to anybody.
pub fn callback(handle: &Handle, state: &State, names: &Names) -> String {
    if ends_a_sleep(handle.name, names) {
        let waits = |task: &&Task| {
            handle.future.is_some() && !task.state.is_done() && task.on == On::Future(handle.future)
        };
        let sleeper = state.tasks().find(waits);
        return wake_up(sleeper.map(|task| task_title(task.id, task.name, names)).as_deref());
    }
    names.name(handle.name).into_owned()
}

/// Whether that is the callback by which a `sleep` ends.
pub fn ends_a_sleep(name: NameId, names: &Names) -> bool {
    name.is_some() && names.name(name).ends_with(END_OF_SLEEP)
}

/// What the timer that ends a `sleep` is called, by the task that it wakes.
pub fn wake_up(sleeper: Option<&str>) -> String {
    match sleeper {
        Some(task) => format!("wake-up of {task}"),
        None => "end of a sleep".to_owned(),
    }
}

/// `f7 (Future)`: a future's class says less than its number.
pub fn future_title(id: FutureId, name: NameId, names: &Names) -> String {
    if name.is_some() { format!("f{} ({})", id.0, names.name(name)) } else { format!("f{}", id.0) }
}

fn titled(name: NameId, names: &Names, id: &str) -> String {
    if name.is_some() { format!("{} ({id})", names.name(name)) } else { id.to_owned() }
}

/// What is waited for, with the name of the task or future.
pub fn on_title(on: On, name: NameId, names: &Names) -> String {
    match on {
        On::Nothing => "its next turn".to_owned(),
        On::Future(id) => future_title(id, name, names),
        On::Task(id) => task_title(id, name, names),
        On::Timer(id) => format!("its timer h{}", id.0),
        On::Queue(id) => format!("wait queue {}", id.0),
        On::Fd(fd) => format!("fd {}", fd.0),
    }
}

/// `1 handle`, `2 handles`.
pub fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// A point in loop time, as seconds: three decimals, more where they are needed to tell.
pub fn time(at: f64) -> String {
    let short = format!("{at:.3}");
    let exact = format!("{at:.6}");
    // `4.000000` says no more than `4.000`.
    if exact.strip_suffix("000") == Some(&short) { short } else { exact }
}

/// A length of time, in the unit that suits it.
pub fn duration(ns: u64) -> String {
    if ns >= 1_000_000 {
        format!("{:.3} s", seconds(ns))
    } else {
        format!("{} us", ns.div_ceil(1000))
    }
}

/// A text in quotes, short enough for a sentence: its first line, cut with an ellipsis.
pub fn excerpt(text: &str) -> String {
    const LONGEST: usize = 60;
    let text = text.strip_suffix('\n').unwrap_or(text);
    let line = text.lines().next().unwrap_or("");
    let cut: String = line.chars().take(LONGEST).collect();
    let more = if cut.len() < text.len() { "\u{2026}" } else { "" };
    format!("\"{}{more}\"", safe_text::line(&cut))
}

/// A signal's name where its number means the same on every system, else its number.
pub fn signal_name(signal: Signal) -> String {
    let name = match signal.0 {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        6 => "SIGABRT",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        14 => "SIGALRM",
        15 => "SIGTERM",
        number => return format!("Signal {number}"),
    };
    name.to_owned()
}

/// How CPython calls the callback that ends a `sleep`.
const END_OF_SLEEP: &str = "_set_result_unless_cancelled";

/// What is waited for, as the word and number of JSON.
pub fn on_word(on: On) -> Option<(&'static str, i64)> {
    match on {
        On::Nothing => None,
        On::Future(id) => Some(("future", i64::from(id.0))),
        On::Task(id) => Some(("task", i64::from(id.0))),
        On::Timer(id) => Some(("timer", i64::from(id.0))),
        On::Queue(id) => Some(("queue", i64::from(id.0))),
        On::Fd(fd) => Some(("fd", i64::from(fd.0))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::story::Story;

    #[test]
    fn a_task_is_called_by_its_own_name_and_a_counted_one_by_its_coroutine() {
        let mut story = Story::new();
        story.start().named_task(1, "fetch", "worker-1", 1).named_task(
            2,
            "m.<locals>.g",
            "Task-2",
            2,
        );
        let (history, names) = (story.history(), story.names());
        let state = history.at(history.len());
        assert_eq!(task_title(TaskId(1), NameId::NONE, names), "worker-1 (task 1)");
        assert_eq!(task_title(TaskId(2), NameId::NONE, names), "g (task 2)");
        assert_eq!(task_title(TaskId(3), NameId::NONE, names), "task 3");
        assert_eq!(entry(HandleId(1), &state, names), "h1 worker-1");
    }

    #[test]
    fn what_ends_a_sleep_is_called_by_whom_it_wakes() {
        use loopscope_protocol::FutureId;
        let mut story = Story::new();
        story.start().task(1, "fetch", 1).turn(&[1]).step(1, 1).future(1);
        story.timer(2, 4.0, "_set_result_unless_cancelled", 1);
        story.suspend(1, 1, On::Future(FutureId(1)), 9);
        let (history, names) = (story.history(), story.names());
        let state = history.at(history.len());
        assert_eq!(entry(HandleId(2), &state, names), "h2 wake-up of fetch (task 1)");
    }
}
