//! What a task waits for that stands in line at a lock, a queue or the like: who has it, who could
//! give way, and what they wait for in turn.

use loopscope_protocol::{ObjectId, SyncKind, SyncWaitHow, TaskId};

use super::Chain;
use crate::record::seconds;
use crate::state::{FutureState, InLine, Sync, TaskState, Use};
use crate::titles::{count, time};

/// How many tasks a sentence names.
const MOST: usize = 3;

/// What somebody does, and what several do.
type Verb = (&'static str, &'static str);

impl Chain<'_> {
    /// What a task waits for that stands in line, with the word before it.
    pub(super) fn in_line(&mut self, place: InLine) -> String {
        let title = self.phrases.sync(place.id);
        let Some(sync) = self.phrases.state.sync(place.id).copied() else {
            self.dead_end = true;
            return format!("for {title}, of which nothing is known");
        };
        match place.how {
            SyncWaitHow::Acquire if sync.is_semaphore() => self.for_a_place(&title, place),
            SyncWaitHow::Acquire => self.for_a_lock(&title, &sync, place),
            SyncWaitHow::Get => {
                let who = self.who_could(place, Use::Gives, ("puts into it", "put into it"));
                format!("for an item of {title}, which is empty{who}")
            }
            SyncWaitHow::Put => {
                let items = count(sync.count as usize, "item");
                let who = self.who_could(place, Use::Takes, ("takes from it", "take from it"));
                format!("for room in {title}, which is full with {items}{who}")
            }
            SyncWaitHow::Join => {
                let left = sync.left;
                let are = if left == 1 { "is" } else { "are" };
                let who = self.who_could(place, Use::Takes, ("takes from it", "take from it"));
                format!("until all items of {title} are done, of which {left} {are} not{who}")
            }
            SyncWaitHow::Wait => match sync.kind {
                Some(SyncKind::Barrier) => {
                    let who = self.who_is_missing(place);
                    format!("at {title}, where {} of {} have come{who}", sync.count, sync.size)
                }
                Some(SyncKind::Condition) => {
                    let who = self.who_could(place, Use::Gives, ("notifies it", "notify it"));
                    format!("until {title} is notified{who}")
                }
                _ => {
                    let who = self.who_could(place, Use::Gives, ("sets it", "set it"));
                    format!("until {title} is set{who}")
                }
            },
        }
    }

    fn for_a_lock(&mut self, title: &str, sync: &Sync, place: InLine) -> String {
        let holder = self.phrases.state.holders(place.id).pop();
        if let Some(hold) = holder.filter(|hold| hold.task.is_some()) {
            let since = hold
                .since
                .map_or_else(String::new, |since| format!(" since {}", time(seconds(since))));
            let whom = self.phrases.task(hold.task);
            let then = self.then(hold.task);
            return format!("for {title}, which {whom} holds{since}{then}");
        }
        if let Some(next) = self.woken_before(place) {
            let whom = self.phrases.task(next);
            let then = self.then(next);
            return format!("for {title}, which {whom} is about to have{then}");
        }
        self.dead_end = true;
        if sync.count == 0 {
            return format!("for {title}, which is free");
        }
        format!("for {title}, which no task is known to hold{}", self.maker(place.id))
    }

    fn for_a_place(&mut self, title: &str, place: InLine) -> String {
        let holders = self.phrases.state.holders(place.id);
        let mut who: Vec<TaskId> = holders.iter().map(|hold| hold.task).collect();
        who.retain(|task| task.is_some());
        who.dedup();
        match who[..] {
            [] => {
                let who = self.who_could(place, Use::Gives, ("gives back", "give back"));
                format!("for a place of {title}, of which none is left{who}")
            }
            [only] => {
                let whom = self.phrases.task(only);
                let since = holders[0]
                    .since
                    .map_or_else(String::new, |since| format!(" since {}", time(seconds(since))));
                let all = if holders.len() == 1 { "the only one" } else { "all" };
                let then = self.then(only);
                format!("for a place of {title}, of which {whom} has {all}{since}{then}")
            }
            _ => {
                let names = self.names_of(&who);
                format!("for a place of {title}, which {names} have")
            }
        }
    }

    /// A task that stands before this one and was woken, but has not run yet.
    fn woken_before(&self, place: InLine) -> Option<TaskId> {
        let state = self.phrases.state;
        let woken = |each: &InLine| {
            let future = state.future(each.future);
            future.is_some_and(|future| matches!(future.state, FutureState::Done(_)))
        };
        state.line(place.id).take_while(|each| *each < place).find(woken).map(|each| each.task)
    }

    /// Those that do what is waited for; if none is known to, those that could.
    fn who_could(&mut self, place: InLine, how: Use, does: Verb) -> String {
        let state = self.phrases.state;
        let others = |how: Use| -> Vec<TaskId> {
            state.users(place.id, how).filter(|task| *task != place.task).collect()
        };
        let known = others(how);
        if !known.is_empty() {
            return self.those_who(&known, does);
        }
        // Who waits in the same line gives way to nobody.
        let waits = |task: &TaskId| {
            state.in_line(*task).is_some_and(|it| it.id == place.id && it.how == place.how)
        };
        let could: Vec<TaskId> =
            others(Use::Knows).into_iter().filter(|task| !waits(task)).collect();
        if could.is_empty() {
            self.dead_end = true;
            return self.maker(place.id);
        }
        self.those_who(&could, ("has it at hand", "have it at hand"))
    }

    /// Who has a barrier at hand and has not come to it.
    fn who_is_missing(&mut self, place: InLine) -> String {
        let state = self.phrases.state;
        let is_there = |task: &TaskId| state.in_line(*task).is_some_and(|each| each.id == place.id);
        let missing: Vec<TaskId> =
            state.users(place.id, Use::Knows).filter(|task| !is_there(task)).collect();
        if missing.is_empty() {
            self.dead_end = true;
            return self.maker(place.id);
        }
        self.those_who(&missing, ("has not come", "have not come"))
    }

    fn those_who(&mut self, who: &[TaskId], (does, do_): Verb) -> String {
        let names = self.names_of(who);
        match who {
            [only] => format!("; {names} {does}{}", self.then(*only)),
            _ => format!("; {names} {do_}"),
        }
    }

    fn names_of(&self, who: &[TaskId]) -> String {
        let mut names: Vec<String> =
            who.iter().take(MOST).map(|task| self.phrases.task(*task)).collect();
        if who.len() > MOST {
            names.push(format!("{} more", who.len() - MOST));
        }
        super::and(&names)
    }

    fn maker(&self, id: ObjectId) -> String {
        let maker = self.phrases.state.sync(id).map_or(TaskId::NONE, |sync| sync.maker);
        if maker.is_some() {
            format!("; {} made it", self.phrases.task(maker))
        } else {
            "; the main program made it".to_owned()
        }
    }

    /// What a task does, of which it was just said that others wait for it.
    pub(super) fn then(&mut self, id: TaskId) -> String {
        if !self.seen.insert(id) {
            self.dead_end = true;
            let limits = self.seen.iter().filter_map(|task| {
                let limit = self.phrases.state.time_limit(*task)?;
                Some((limit.when?, *task))
            });
            return match limits.min_by(|a, b| a.0.total_cmp(&b.0)) {
                None => "; they wait for each other, for ever".to_owned(),
                Some((when, task)) => format!(
                    "; they wait for each other until the time of {} is over at {}",
                    self.phrases.task(task),
                    time(when)
                ),
            };
        }
        let title = self.phrases.task(id);
        let Some(task) = self.phrases.state.task(id) else { return String::new() };
        match task.state {
            TaskState::Waiting(on) => {
                let at = super::stands(self.phrases, task);
                format!("; {title} waits{at} {}", self.waits(id, on))
            }
            TaskState::Queued => match task.handle {
                Some(handle) => format!("; {title} is ready (h{})", handle.0),
                None => format!("; {title} is ready"),
            },
            TaskState::Running => format!("; {title} runs now"),
            TaskState::Done(_) => {
                self.dead_end = true;
                format!("; {title} has ended")
            }
            TaskState::Unknown => String::new(),
        }
    }
}
