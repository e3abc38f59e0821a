//! Why a task waits: the chain from what it waits for to whoever will complete that. And how it
//! came to run last.

mod late;
mod origin;
mod past;
mod sync;
mod wakeup;

use std::collections::BTreeSet;

use loopscope_protocol::{
    By, FutureHow, FutureId, HandleHow, NameId, NeedHow, On, Pool, TaskHow, TaskId, Word,
};

use crate::names::Names;
use crate::phrase::Phrases;
use crate::state::{Completer, FutureState, Handle, HandleState, State, Task, TaskState};
use crate::titles::{count, handle_title, time};

pub use late::{InTheWay, Late, Part, last_step, late, timer_behind};
pub use origin::{Thing, came_from, led_to};
pub use wakeup::last_wakeup;

/// How many of the things that a future needs are named.
const MOST_NEEDS: usize = 8;

/// Why a task waits, in one or two sentences; or that it does not.
///
/// ```
/// use loopscope_model::{story::Story, why};
/// use loopscope_protocol::{FutureId, On, TaskId};
///
/// let mut story = Story::new();
/// story.start().task(1, "fetch", 1).turn(&[1]).step(1, 1).future(1).timer(2, 4.0, "wake", 1);
/// story.suspend(1, 1, On::Future(FutureId(1)), 9);
/// assert_eq!(
///     why::why(story.history().live(), story.names(), TaskId(1)),
///     "fetch (task 1) waits at program.py:9 for f1 (Future), which h2 wake completes when it is \
///      due at 4.000."
/// );
/// ```
pub fn why(state: &State, names: &Names, id: TaskId) -> String {
    let phrases = Phrases { state, names };
    let title = phrases.task(id);
    let Some(task) = state.task(id) else {
        return if names.task(id).is_some() {
            format!("{title} has ended long ago, or does not exist yet.")
        } else {
            format!("There is no task {}.", id.0)
        };
    };
    match task.state {
        TaskState::Waiting(on) => {
            let at = stands(phrases, task);
            let mut chain = Chain { phrases, seen: BTreeSet::from([id]), dead_end: false };
            let rest = chain.waits(id, on);
            let mut text = format!("{title} waits{at} {rest}.");
            if chain.dead_end && is_idle(state, task) {
                text.push_str(" Nothing is left that could wake it.");
            }
            if let Some(limit) = state.time_limit(id) {
                text.push_str(&over(phrases, limit));
            }
            text
        }
        TaskState::Queued => format!("{title} does not wait: {}.", queue_place(phrases, task)),
        TaskState::Running => format!("{title} does not wait: it runs now."),
        TaskState::Done(how) => format!("{title} does not wait: {}.", ended(how)),
        TaskState::Unknown => {
            format!("What {title} waits for is not known: records were lost.")
        }
    }
}

/// Where a task stands, as ` at program.py:9`.
fn stands(phrases: Phrases<'_>, task: &Task) -> String {
    let at = task.stands_at(phrases.names).and_then(|at| phrases.names.place(at));
    at.map_or_else(String::new, |at| format!(" at {at}"))
}

/// When the time of a task is over that has a limit.
fn over(phrases: Phrases<'_>, limit: &Handle) -> String {
    let entry = phrases.entry(limit.id);
    match limit.when {
        Some(when) if limit.state == HandleState::Timer => {
            format!(" Its time is over at {}: then {entry} cancels it.", time(when))
        }
        _ => format!(" Its time is over: {entry} is about to cancel it."),
    }
}

/// `a`, `a and b`, `a, b and c`.
fn and(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [only] => only.clone(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}

const fn ended(how: TaskHow) -> &'static str {
    match how {
        TaskHow::Result => "it has returned",
        TaskHow::Exception => "it has ended with an exception",
        TaskHow::Cancelled => "it has ended cancelled",
    }
}

/// Whether nothing at all is going on in the task's loop.
fn is_idle(state: &State, task: &Task) -> bool {
    let quiet = state.event_loop(task.loop_id).is_some_and(|the_loop| {
        the_loop.current.is_none() && the_loop.ready().len() == 0 && the_loop.timers().len() == 0
    });
    quiet && !state.can_be_woken_from_outside(task.loop_id)
}

fn queue_place(phrases: Phrases<'_>, task: &Task) -> String {
    let Some(handle) = task.handle else {
        return "its next step is about to be queued".to_owned();
    };
    let Some(the_loop) = phrases.state.event_loop(task.loop_id) else {
        return format!("h{} will resume it", handle.0);
    };
    let verb = if task.steps == 0 { "start" } else { "resume" };
    match the_loop.ready().position(|ready| ready == handle) {
        Some(before) => {
            let whose =
                if before < the_loop.batch().len() { "this batch" } else { "the next batch" };
            let behind = match before {
                0 => "next in the ready queue".to_owned(),
                n => format!("behind {} in the ready queue", count(n, "other")),
            };
            format!("h{} will {verb} it in {whose}, {behind}", handle.0)
        }
        None => format!("h{} is about to {verb} it", handle.0),
    }
}

struct Chain<'a> {
    phrases: Phrases<'a>,
    seen: BTreeSet<TaskId>,
    /// The chain ends at something, and no record says what will complete it.
    dead_end: bool,
}

impl Chain<'_> {
    /// What a task waits for, with the word before it.
    fn waits(&mut self, id: TaskId, on: On) -> String {
        match self.phrases.state.in_line(id) {
            Some(place) => self.in_line(place),
            None => format!("for {}", self.follow(on)),
        }
    }

    /// What is waited for, and what that waits for in turn.
    fn follow(&mut self, on: On) -> String {
        match on {
            On::Nothing => {
                self.dead_end = true;
                "something that was not recorded".to_owned()
            }
            On::Future(id) => {
                let title = self.phrases.future_alone(id);
                format!("{title}{}", self.future(id))
            }
            On::Task(id) => {
                let title = self.phrases.task(id);
                format!("{title}{}", self.task(id))
            }
            On::Timer(id) => match self.phrases.state.handle(id).and_then(|handle| handle.when) {
                Some(when) => format!("its timer h{}, which is due at {}", id.0, time(when)),
                None => format!("its timer h{}", id.0),
            },
            On::Queue(id) => {
                self.dead_end = true;
                format!("wait queue {}, from which another task has to wake it", id.0)
            }
            On::Fd(fd) => format!("{} to be ready", self.phrases.fd(fd)),
            // Who will call it, only the program knows.
            On::Waker => "its waker, which an interrupt, a timer or another task calls".to_owned(),
        }
    }

    fn task(&mut self, id: TaskId) -> String {
        if !self.seen.insert(id) {
            self.dead_end = true;
            return ": they wait for each other, for ever".to_owned();
        }
        let Some(task) = self.phrases.state.task(id) else {
            return ", of which nothing is known".to_owned();
        };
        match task.state {
            TaskState::Waiting(on) => format!(", which waits {}", self.waits(id, on)),
            TaskState::Queued => match task.handle {
                Some(handle) => format!(", which is ready (h{})", handle.0),
                None => ", which is ready".to_owned(),
            },
            TaskState::Running => ", which runs now".to_owned(),
            TaskState::Done(_) => ", which has ended".to_owned(),
            TaskState::Unknown => ", of which nothing is known since records were lost".to_owned(),
        }
    }

    fn future(&mut self, id: FutureId) -> String {
        let Some(future) = self.phrases.state.future(id) else {
            return ", of which nothing is known".to_owned();
        };
        match future.state {
            FutureState::Done(_) => return ", which is done".to_owned(),
            FutureState::Unknown => {
                return ", of which nothing is known since records were lost".to_owned();
            }
            FutureState::Pending => {}
        }
        if let Some(text) = self.completed_outside(future.completer) {
            return text;
        }
        let completers: Vec<&Handle> =
            self.phrases.state.handles().filter(|handle| completes(handle, id)).collect();
        if let Some(handle) = completers.iter().find(|handle| !handle.cancelled) {
            return self.completer(handle);
        }
        let failed = future.needs.iter().find_map(|on| self.failed(*on));
        if let Some((whom, how)) = failed.filter(|_| future.enough == NeedHow::AllOrFailure) {
            return format!(", which is about to fail, since {whom} has {how}");
        }
        let open: Vec<On> = future.needs.iter().copied().filter(|on| self.is_open(*on)).collect();
        if future.enough == NeedHow::Any && !future.needs.is_empty() {
            return self.any_of(&future.needs, &open);
        }
        match open[..] {
            [] if !future.needs.is_empty() => {
                return ", which has all it needs and is about to be done".to_owned();
            }
            [] => {}
            [only] => return format!(", which needs {}", self.follow(only)),
            [..] => {
                let all = self.all_of(&open);
                let (left, of) = (open.len(), future.needs.len());
                return format!(", which still needs {left} of {of}: {all}");
            }
        }
        self.dead_end = true;
        if let Some(handle) = completers.first() {
            let entry = self.phrases.entry(handle.id);
            return format!(", which {entry} would complete, but that was cancelled");
        }
        let made = match handle_name(self.phrases.names, future.by, future.by_name) {
            Some(by) => format!("{by} made"),
            None => "the main program made".to_owned(),
        };
        format!(", which {made}; no record says what completes it")
    }

    /// The things that are needed, as many of them as one reads.
    fn all_of(&self, open: &[On]) -> String {
        let mut names: Vec<String> =
            open.iter().take(MOST_NEEDS).map(|on| self.phrases.on(*on)).collect();
        if open.len() > MOST_NEEDS {
            names.push(format!("{} more", open.len() - MOST_NEEDS));
        }
        and(&names)
    }

    fn any_of(&mut self, needs: &[On], open: &[On]) -> String {
        if let Some(done) = needs.iter().find(|on| !self.is_open(**on)) {
            return format!(", which is about to be done, since {} is", self.phrases.on(*done));
        }
        if let [only] = open {
            return format!(", which needs {}", self.follow(*only));
        }
        let all = self.all_of(open);
        format!(", which needs one of {}, whichever is done first: {all}", open.len())
    }

    /// What failed, and how, of what is needed.
    fn failed(&self, on: On) -> Option<(String, &'static str)> {
        let state = self.phrases.state;
        let how = match on {
            On::Task(id) => match state.task(id)?.state {
                TaskState::Done(TaskHow::Exception) => "ended with an exception",
                TaskState::Done(TaskHow::Cancelled) => "ended cancelled",
                _ => return None,
            },
            On::Future(id) => match state.future(id)?.state {
                FutureState::Done(FutureHow::Exception) => "an exception",
                FutureState::Done(FutureHow::Cancelled) => "been cancelled",
                _ => return None,
            },
            _ => return None,
        };
        Some((self.phrases.on(on), how))
    }

    /// What has to happen outside for a future to be complete, where that was told.
    fn completed_outside(&self, completer: Completer) -> Option<String> {
        let state = self.phrases.state;
        let whom = self.phrases.completer(completer);
        Some(match completer {
            Completer::Unknown | Completer::Sync(_) => return None,
            Completer::Job(id) => match state.job(id) {
                None => format!(", which {whom} has completed: the loop is being told"),
                Some(job) if job.thread.is_some() => {
                    let thread = self.phrases.names.name(job.thread);
                    format!(", which is done when {whom} ends, in thread {thread}")
                }
                Some(job) if job.pool == Pool::Thread => {
                    format!(", which is done when {whom} ends; no thread has begun it yet")
                }
                Some(job) => {
                    format!(", which is done when {whom} ends, in another {}", job.pool.word())
                }
            },
            Completer::Transport(id) => match state.transport(id) {
                None => format!(", which {whom} has to complete, and that is closed"),
                Some(transport) if transport.closing.is_some() => {
                    format!(", which is done when the connection to {whom} is closed")
                }
                Some(transport) if transport.writing_paused => format!(
                    ", which is done when {whom} sends something or takes what waits to be written"
                ),
                Some(transport) => {
                    let fd = transport.fd.0;
                    format!(", which is done when {whom} sends something or ends, on fd {fd}")
                }
            },
            Completer::Server(id) => match state.server(id) {
                Some(server) if server.closing => {
                    let open = count(server.clients as usize, "connection");
                    format!(", which is done when the last of {open} of {whom} ends")
                }
                _ => format!(", which is done when {whom} is closed"),
            },
            Completer::Process(_) => format!(", which is done when {whom} ends"),
        })
    }

    fn completer(&self, handle: &Handle) -> String {
        let entry = self.phrases.entry(handle.id);
        match (handle.state, handle.when) {
            (HandleState::Timer, Some(when)) => {
                format!(", which {entry} completes when it is due at {}", time(when))
            }
            (HandleState::Ready, _) => format!(", which {entry} completes: it is ready"),
            (HandleState::Running, _) => format!(", which {entry} completes: it runs now"),
            _ => match self.phrases.state.watchers().find(|w| w.handle == handle.id) {
                Some(watcher) => {
                    let fd = self.phrases.fd(watcher.fd);
                    format!(", which {entry} completes when {fd} is ready")
                }
                None => format!(", which {entry} completes"),
            },
        }
    }

    fn is_open(&self, on: On) -> bool {
        match on {
            On::Task(id) => self.phrases.state.task(id).is_some_and(|task| !task.state.is_done()),
            On::Future(id) => {
                let future = self.phrases.state.future(id);
                future.is_some_and(|future| !matches!(future.state, FutureState::Done(_)))
            }
            _ => true,
        }
    }
}

/// Whether a handle is the one that will complete a future, not one that its completion made.
fn completes(handle: &Handle, id: FutureId) -> bool {
    handle.future == id
        && !matches!(
            handle.how,
            Some(HandleHow::DoneCallback | HandleHow::Wakeup | HandleHow::Step)
        )
}

fn handle_name(names: &Names, by: By, name: NameId) -> Option<String> {
    match by {
        By::Outside => None,
        By::Py => Some("a py command".to_owned()),
        By::Handle(id) => Some(handle_title(id, name, names)),
    }
}

#[cfg(test)]
mod tests;
