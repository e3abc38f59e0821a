//! What things are called, in sentences, in answers and on the screen: names before numbers, and one
//! name for one thing.

mod sync;

use loopscope_protocol::{
    Fd, FutureId, HandleId, JobId, NameId, ObjectId, On, Signal, TaskId, Text, TransportKind,
};

use crate::names::Names;
use crate::record::seconds;
use crate::safe_text;
use crate::state::{Completer, Descriptor, Handle, State, Task, Transport};

pub use sync::{noun, short_sync, sync, sync_called, sync_line, sync_state};

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

/// `f7 (Future)`: a future's class says less than its number. The library's own classes are called
/// what they are, as in `f7 (GatheringFuture)`, without the sign that they are its own.
pub fn future_title(id: FutureId, name: NameId, names: &Names) -> String {
    if name.is_some() {
        format!("f{} ({})", id.0, names.name(name).trim_start_matches('_'))
    } else {
        format!("f{}", id.0)
    }
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
        On::Waker => "its waker".to_owned(),
    }
}

/// Who is at the other end of a transport: `client 127.0.0.1:4711` of one that a server accepted,
/// `server 127.0.0.1:80` of one that was made, `stdout of process 1` of a child process's pipe.
/// `transport 3` where nothing is known of it.
pub fn peer(id: ObjectId, state: &State) -> String {
    state.transport(id).map_or_else(|| format!("transport {}", id.0), peer_of)
}

/// The same of one that is known.
pub fn peer_of(transport: &Transport) -> String {
    let [address, local] = [Text::FIRST, Text::SECOND]
        .map(|slot| safe_text::line(transport.address.get(slot)).into_owned());
    let end = if address.is_empty() { &local } else { &address };
    match transport.how {
        TransportKind::Process => format!("{address} of process {}", transport.process.0),
        TransportKind::Pipe => format!("a pipe (transport {})", transport.id.0),
        TransportKind::Udp if address.is_empty() => format!("whoever sends to {local}"),
        TransportKind::Udp => format!("peer {address}"),
        _ if end.is_empty() => format!("transport {}", transport.id.0),
        _ if transport.server.is_some() && address.is_empty() => format!("a client of {local}"),
        _ if transport.server.is_some() => format!("client {address}"),
        _ => format!("server {end}"),
    }
}

/// `server 1 (127.0.0.1:80)`.
pub fn server(id: ObjectId, state: &State) -> String {
    let address = state.server(id).map(|server| safe_text::line(server.address.get(Text::FIRST)));
    match address.filter(|address| !address.is_empty()) {
        Some(address) => format!("server {} ({address})", id.0),
        None => format!("server {}", id.0),
    }
}

/// `job 2 (fetch)`.
pub fn job(id: JobId, state: &State, names: &Names) -> String {
    let job = state.job(id).or_else(|| state.ended_job(id));
    let name = job.map_or(NameId::NONE, |job| job.name);
    titled_last(&format!("job {}", id.0), short(&names.name(name)), name.is_some())
}

/// `process 1 (sleep 5)`.
pub fn process(id: ObjectId, state: &State) -> String {
    let command = state.process(id).map(|process| excerpt_of(process.command.get(Text::FIRST)));
    let command = command.unwrap_or_default();
    titled_last(&format!("process {}", id.0), &command, !command.is_empty())
}

fn titled_last(thing: &str, name: &str, is_known: bool) -> String {
    if is_known { format!("{thing} ({name})") } else { thing.to_owned() }
}

/// `fd 7 (client 127.0.0.1:4711)`: a descriptor by whom it is connected to, where that is known.
pub fn fd(fd: Fd, state: &State) -> String {
    match owner(fd, state) {
        Some(owner) => format!("fd {} ({owner})", fd.0),
        None => format!("fd {}", fd.0),
    }
}

/// Whom a descriptor is connected to.
pub fn owner(fd: Fd, state: &State) -> Option<String> {
    let descriptor = state.descriptor(fd)?;
    Some(if let Some(server) = state.server(descriptor.server) {
        let address = safe_text::line(server.address.get(Text::FIRST));
        format!("server {} on {address}", server.id.0)
    } else if let Some(how) = descriptor.how {
        other_end(descriptor, how)
    } else {
        peer(descriptor.transport, state)
    })
}

/// Whom a descriptor is connected to that is neither a server's nor a transport's.
fn other_end(descriptor: &Descriptor, how: TransportKind) -> String {
    let [address, local] = [Text::FIRST, Text::SECOND]
        .map(|slot| safe_text::line(descriptor.ends.get(slot)).into_owned());
    match how {
        TransportKind::Process if descriptor.process.is_some() => {
            format!("the end of process {}", descriptor.process.0)
        }
        TransportKind::Process => format!("the end of the process with pid {address}"),
        _ if !address.is_empty() => format!("peer {address}"),
        TransportKind::Udp => format!("whoever sends to {local}"),
        _ => format!("clients of {local}"),
    }
}

/// What completes a future from outside.
pub fn completer(completer: Completer, state: &State, names: &Names) -> String {
    match completer {
        Completer::Unknown => "something outside".to_owned(),
        Completer::Job(id) => job(id, state, names),
        Completer::Transport(id) => peer(id, state),
        Completer::Server(id) => server(id, state),
        Completer::Process(id) => process(id, state),
        Completer::Sync(id) => sync(id, state, names),
    }
}

/// `1 byte`, `512 bytes`, `1.5 kB`.
pub fn bytes(n: u64) -> String {
    match n {
        1 => "1 byte".to_owned(),
        0..10_000 => format!("{n} bytes"),
        _ => size(n),
    }
}

/// `512 B`, `1.5 kB`, `20 MB`: in steps of a thousand, for a column of a table.
pub fn size(n: u64) -> String {
    if n < 1000 {
        return format!("{n} B");
    }
    let (mut whole, mut tenths, mut unit) = (n, 0, 0);
    while whole >= 1000 && unit < 4 {
        tenths = whole % 1000 / 100;
        whole /= 1000;
        unit += 1;
    }
    let unit = ["kB", "MB", "GB", "TB"][unit - 1];
    if whole < 10 { format!("{whole}.{tenths} {unit}") } else { format!("{whole} {unit}") }
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

/// The beginning of a command, short enough for a sentence.
fn excerpt_of(text: &str) -> String {
    const LONGEST: usize = 30;
    let cut: String = text.chars().take(LONGEST).collect();
    let more = if cut.len() < text.len() { "\u{2026}" } else { "" };
    format!("{}{more}", safe_text::line(&cut))
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
        On::Waker => Some(("waker", 0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::story::Story;

    #[test]
    fn a_future_of_the_librarys_own_class_is_called_what_it_is_everywhere() {
        let mut story = Story::new();
        let [own, plain] = ["_GatheringFuture", "Future"].map(|name| story.name(name));
        let title = |name| future_title(FutureId(7), name, story.names());
        assert_eq!(title(own), "f7 (GatheringFuture)");
        assert_eq!(title(plain), "f7 (Future)");
        assert_eq!(title(NameId::NONE), "f7");
    }

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
