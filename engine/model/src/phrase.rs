//! How things are called in sentences: names before numbers.

use loopscope_protocol::{By, FutureId, HandleId, LoopId, NameId, On, Signal, TaskId};

use crate::names::Names;
use crate::record::seconds;
use crate::safe_text;
use crate::state::{Handle, HandleState, Loop, Order, State};

/// `display_date (h4)`, or `h4` where the name is not known.
pub(crate) fn handle_title(id: HandleId, name: NameId, names: &Names) -> String {
    titled(name, names, &format!("h{}", id.0))
}

/// `fetch (task 3)`, or `task 3`.
pub(crate) fn task_title(id: TaskId, name: NameId, names: &Names) -> String {
    titled(name, names, &format!("task {}", id.0))
}

/// `f7 (Future)`: a future's class says less than its number.
pub(crate) fn future_title(id: FutureId, name: NameId, names: &Names) -> String {
    if name.is_some() { format!("f{} ({})", id.0, names.name(name)) } else { format!("f{}", id.0) }
}

fn titled(name: NameId, names: &Names, id: &str) -> String {
    if name.is_some() { format!("{} ({id})", names.name(name)) } else { id.to_owned() }
}

/// What is waited for, with the name of the task or future.
pub(crate) fn on_title(on: On, name: NameId, names: &Names) -> String {
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
pub(crate) fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// A point in loop time, as seconds: three decimals, more where they are needed to tell.
pub(crate) fn time(at: f64) -> String {
    let short = format!("{at:.3}");
    let exact = format!("{at:.6}");
    // `4.000000` says no more than `4.000`.
    if exact.strip_suffix("000") == Some(&short) { short } else { exact }
}

/// A length of time, in the unit that suits it.
pub(crate) fn duration(ns: u64) -> String {
    if ns >= 1_000_000 {
        format!("{:.3} s", seconds(ns))
    } else {
        format!("{} us", ns.div_ceil(1000))
    }
}

/// A text in quotes, short enough for a sentence: its first line, cut with an ellipsis.
pub(crate) fn excerpt(text: &str) -> String {
    const LONGEST: usize = 60;
    let text = text.strip_suffix('\n').unwrap_or(text);
    let line = text.lines().next().unwrap_or("");
    let cut: String = line.chars().take(LONGEST).collect();
    let more = if cut.len() < text.len() { "\u{2026}" } else { "" };
    format!("\"{}{more}\"", safe_text::line(&cut))
}

/// A signal's name where its number means the same on every system, else its number.
pub(crate) fn signal_name(signal: Signal) -> String {
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
pub(crate) const END_OF_SLEEP: &str = "_set_result_unless_cancelled";

/// A sentence with its first letter made a capital, where it begins with an article of ours.
pub(crate) fn begun(sentence: String) -> String {
    match sentence.strip_prefix("the ") {
        Some(rest) => format!("The {rest}"),
        None => sentence,
    }
}

/// Everything that sentences look at.
#[derive(Clone, Copy)]
pub(crate) struct Scene<'a> {
    pub(crate) state: &'a State,
    pub(crate) names: &'a Names,
}

impl Scene<'_> {
    /// A handle as the subject of a sentence: the task that it steps, or its callback. The number
    /// is only said where another handle has the same name.
    pub(crate) fn runner(&self, id: HandleId) -> String {
        let Some(handle) = self.state.handle(id) else { return format!("h{}", id.0) };
        if handle.task.is_some() {
            return self.task(handle.task);
        }
        if let Some(wakes) = self.end_of_sleep(handle) {
            return format!("the {wakes}");
        }
        let same = |other: &Handle| other.id != id && other.name == handle.name;
        if handle.name.is_some() && !self.state.handles().any(same) {
            return self.names.name(handle.name).into_owned();
        }
        handle_title(id, handle.name, self.names)
    }

    /// `h5 display_date`: where the handle itself is meant, in a queue or in the heap.
    pub(crate) fn entry(&self, id: HandleId) -> String {
        match self.state.handle(id) {
            Some(handle) if handle.name.is_some() => match self.end_of_sleep(handle) {
                Some(wakes) => format!("h{} {wakes}", id.0),
                None => format!("h{} {}", id.0, self.names.name(handle.name)),
            },
            _ => format!("h{}", id.0),
        }
    }

    /// What the callback that ends a `sleep` does. Its own name says nothing to anybody.
    fn end_of_sleep(&self, handle: &Handle) -> Option<String> {
        if !self.names.name(handle.name).ends_with(END_OF_SLEEP) {
            return None;
        }
        let sleeper = self.state.tasks().find(|task| {
            handle.future.is_some() && !task.state.is_done() && task.on == On::Future(handle.future)
        });
        Some(match sleeper {
            Some(task) => format!("wake-up of {}", self.task(task.id)),
            None => "end of a sleep".to_owned(),
        })
    }

    pub(crate) fn entry_of(&self, id: Option<HandleId>) -> String {
        id.map_or_else(|| "something".to_owned(), |id| self.entry(id))
    }

    pub(crate) fn is_cancelled(&self, id: HandleId) -> bool {
        self.state.handle(id).is_some_and(|handle| handle.cancelled)
    }

    pub(crate) fn is_running(&self, id: HandleId) -> bool {
        self.state.handle(id).is_some_and(|handle| handle.state == HandleState::Running)
    }

    /// The task that a handle stepped to its end.
    pub(crate) fn ended_task(&self, by: By) -> Option<TaskId> {
        let By::Handle(id) = by else { return None };
        let task = self.state.handle(id)?.task;
        self.state.task(task).filter(|task| task.state.is_done()).map(|task| task.id)
    }

    /// Where a handle stands now that it was put at the end of the queue.
    pub(crate) fn queued(&self, id: HandleId, on: LoopId) -> &'static str {
        if self.is_alone(id, on) { "ready now" } else { "last in the ready queue" }
    }

    /// The same after "put".
    pub(crate) fn put_where(&self, id: HandleId, on: LoopId) -> &'static str {
        if self.is_alone(id, on) { "into the ready queue" } else { "at the end of the ready queue" }
    }

    fn is_alone(&self, id: HandleId, on: LoopId) -> bool {
        let Some(the_loop) = self.state.event_loop(on) else { return true };
        the_loop.ready_known() && the_loop.ready().all(|other| other == id)
    }

    /// The loop as a subject: its number only where there are several.
    pub(crate) fn the_loop(&self, id: LoopId) -> String {
        if self.state.loops().len() > 1 { format!("Loop {}", id.0) } else { "The loop".to_owned() }
    }

    /// The same inside a sentence.
    pub(crate) fn the_loop_inside(&self, id: LoopId) -> String {
        if self.state.loops().len() > 1 { format!("loop {}", id.0) } else { "the loop".to_owned() }
    }

    /// What a poll that begins is going to do, and why.
    pub(crate) fn polls(&self, id: LoopId) -> String {
        let Some(the_loop) = self.state.event_loop(id) else { return "The loop polls.".to_owned() };
        let Some(timeout) = the_loop.sleep.and_then(|sleep| sleep.timeout) else {
            let why = self.nothing_waits(the_loop);
            if self.state.order() == Order::Own {
                return format!("{why}the scheduler goes to sleep.");
            }
            return format!("{why}the loop goes to sleep without a time limit.");
        };
        let ready = the_loop.ready().len();
        if timeout <= 0.0 {
            let why = match the_loop.first_timer() {
                _ if ready == 1 => format!("{} is ready", self.entry_of(the_loop.ready().next())),
                _ if ready > 1 => format!("{} are ready", count(ready, "handle")),
                _ if the_loop.stop_requested => "stop() was called".to_owned(),
                Some((timer, _)) => format!("{} is due", self.entry(timer)),
                None => return "The loop polls without sleeping.".to_owned(),
            };
            return format!("The loop polls without sleeping, because {why}.");
        }
        // When it wakes is what happens next.
        format!("{}the loop goes to sleep.", self.nothing_waits(the_loop))
    }

    /// Why a loop goes to sleep, where that is known.
    fn nothing_waits(&self, the_loop: &Loop) -> &'static str {
        match self.state.order() {
            _ if !the_loop.ready_known() || !the_loop.timers_known() => "",
            Order::OneQueue if self.state.one_queue(the_loop)[0].is_empty() => "Nothing is due: ",
            Order::OneQueue => "",
            _ if the_loop.ready().len() == 0 => "Nothing is ready: ",
            _ => "",
        }
    }

    pub(crate) fn task(&self, id: TaskId) -> String {
        let name = match self.state.task(id) {
            Some(task) => task.name,
            None => self.names.task(id).map_or(NameId::NONE, |definition| definition.name),
        };
        task_title(id, name, self.names)
    }

    pub(crate) fn future(&self, id: FutureId) -> String {
        let name = self.state.future(id).map_or(NameId::NONE, |future| future.name);
        future_title(id, name, self.names)
    }

    pub(crate) fn on(&self, on: On) -> String {
        match on {
            On::Future(id) => self.future(id),
            On::Task(id) => self.task(id),
            _ => on_title(on, NameId::NONE, self.names),
        }
    }

    /// Who did something.
    pub(crate) fn by(&self, by: By) -> Option<String> {
        match by {
            By::Outside => None,
            By::Py => Some("A py command".to_owned()),
            By::Handle(id) => Some(self.runner(id)),
        }
    }
}

/// What is waited for, as the word and number of JSON.
pub(crate) fn on_word(on: On) -> Option<(&'static str, i64)> {
    match on {
        On::Nothing => None,
        On::Future(id) => Some(("future", i64::from(id.0))),
        On::Task(id) => Some(("task", i64::from(id.0))),
        On::Timer(id) => Some(("timer", i64::from(id.0))),
        On::Queue(id) => Some(("queue", i64::from(id.0))),
        On::Fd(fd) => Some(("fd", i64::from(fd.0))),
    }
}
