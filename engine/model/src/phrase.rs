//! How things are called in sentences: names before numbers.

use loopscope_protocol::{By, FutureId, HandleId, NameId, On, TaskId};

use crate::names::Names;
use crate::record::seconds;
use crate::state::{Handle, State};

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

/// Everything that sentences look at.
#[derive(Clone, Copy)]
pub(crate) struct Scene<'a> {
    pub(crate) state: &'a State,
    pub(crate) names: &'a Names,
}

impl Scene<'_> {
    /// A handle as the subject of a sentence: the task that it steps, or its callback.
    pub(crate) fn runner(&self, id: HandleId) -> String {
        match self.state.handle(id) {
            Some(handle) => self.runner_of(handle),
            None => format!("h{}", id.0),
        }
    }

    pub(crate) fn runner_of(&self, handle: &Handle) -> String {
        if handle.task.is_some() {
            return self.task(handle.task);
        }
        handle_title(handle.id, handle.name, self.names)
    }

    /// `h5 display_date`: where the handle itself is meant, in a queue or in the heap.
    pub(crate) fn entry(&self, id: HandleId) -> String {
        match self.state.handle(id) {
            Some(handle) if handle.name.is_some() => {
                format!("h{} {}", id.0, self.names.name(handle.name))
            }
            _ => format!("h{}", id.0),
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
