//! The parts of sentences: who does something, where a handle stands, why a loop sleeps.

use loopscope_protocol::{By, Fd, FutureId, HandleId, JobId, LoopId, NameId, ObjectId, On, TaskId};

use crate::names::Names;
use crate::state::{Completer, Handle, HandleState, Loop, Order, State};
use crate::titles::{self, count, future_title, handle_title, on_title, task_title};

/// A sentence with its first letter made a capital, where it begins with an article of ours.
pub(crate) fn begun(sentence: String) -> String {
    match sentence.strip_prefix("the ") {
        Some(rest) => format!("The {rest}"),
        None => sentence,
    }
}

/// A sentence with its first letter made a capital.
pub(crate) fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The parts of sentences about a state, and the names that they use.
#[derive(Clone, Copy)]
pub(crate) struct Phrases<'a> {
    pub(crate) state: &'a State,
    pub(crate) names: &'a Names,
}

impl Phrases<'_> {
    /// A handle as the subject of a sentence: the task that it steps, or its callback. The number
    /// is only said where another handle has the same name.
    pub(crate) fn runner(&self, id: HandleId) -> String {
        let Some(handle) = self.state.handle(id) else { return format!("h{}", id.0) };
        if handle.task.is_some() {
            return self.task(handle.task);
        }
        if titles::ends_a_sleep(handle.name, self.names) {
            return format!("the {}", titles::callback(handle, self.state, self.names));
        }
        let same = |other: &Handle| other.id != id && other.name == handle.name;
        if handle.name.is_some() && !self.state.handles().any(same) {
            return self.names.name(handle.name).into_owned();
        }
        handle_title(id, handle.name, self.names)
    }

    /// `h5 display_date`: where the handle itself is meant, in a queue or in the heap.
    pub(crate) fn entry(&self, id: HandleId) -> String {
        titles::entry(id, self.state, self.names)
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
        if self.is_last(id, on) { "last in the ready queue" } else { "ready now" }
    }

    /// The same after "put".
    pub(crate) fn put_where(&self, id: HandleId, on: LoopId) -> &'static str {
        if self.is_last(id, on) { "at the end of the ready queue" } else { "into the ready queue" }
    }

    /// Whether others are before it. By a scheduler's own order, or by time, it need not be last.
    fn is_last(&self, id: HandleId, on: LoopId) -> bool {
        let Some(the_loop) = self.state.event_loop(on) else { return false };
        let mut ready = the_loop.ready();
        match ready.next_back() {
            Some(last) if last == id => !the_loop.ready_known() || ready.len() > 0,
            _ => !the_loop.ready_known() && self.state.order() == Order::Batches,
        }
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
            let why = match self.state.first_timer(the_loop) {
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

    pub(crate) fn future_alone(&self, id: FutureId) -> String {
        let name = self.state.future(id).map_or(NameId::NONE, |future| future.name);
        future_title(id, name, self.names)
    }

    /// A future, with what completes it from outside.
    pub(crate) fn future(&self, id: FutureId) -> String {
        let title = self.future_alone(id);
        match self.state.future(id).map_or(Completer::Unknown, |future| future.completer) {
            Completer::Unknown => title,
            completer => format!("{title} of {}", self.completer(completer)),
        }
    }

    /// What completes a future from outside.
    pub(crate) fn completer(&self, completer: Completer) -> String {
        titles::completer(completer, self.state, self.names)
    }

    /// A descriptor, by whom it is connected to.
    pub(crate) fn fd(&self, fd: Fd) -> String {
        titles::fd(fd, self.state)
    }

    /// Whom a descriptor is connected to, where that is known.
    pub(crate) fn owner(&self, fd: Fd) -> Option<String> {
        titles::owner(fd, self.state)
    }

    /// Who is at the other end of a transport.
    pub(crate) fn peer(&self, id: ObjectId) -> String {
        titles::peer(id, self.state)
    }

    /// The same at the start of a sentence.
    pub(crate) fn subject(&self, id: ObjectId) -> String {
        capital(&self.peer(id))
    }

    /// A server at the start of a sentence.
    pub(crate) fn server(&self, id: ObjectId) -> String {
        capital(&titles::server(id, self.state))
    }

    /// A lock, a queue or the like.
    pub(crate) fn sync(&self, id: ObjectId) -> String {
        titles::sync(id, self.state, self.names)
    }

    /// A job.
    pub(crate) fn job(&self, id: JobId) -> String {
        titles::job(id, self.state, self.names)
    }

    pub(crate) fn on(&self, on: On) -> String {
        match on {
            On::Future(id) => self.future(id),
            On::Task(id) => self.task(id),
            On::Fd(fd) => self.fd(fd),
            _ => on_title(on, NameId::NONE, self.names),
        }
    }

    /// The task of another loop whose step this loop stands above: where a scheduler has loops at
    /// several priorities, one interrupts the other.
    pub(crate) fn interrupted(&self, above: LoopId) -> Option<String> {
        Some(self.runner(self.state.interrupted(above)?))
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
