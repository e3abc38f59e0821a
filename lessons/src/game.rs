//! "You are the loop": walks through a run and asks what the loop does next; the run answers.
//!
//! Asked is where there is a choice: which of several handles runs, how long the poll sleeps, which
//! timer is due first, which of the tasks that wait is woken. Each wrong choice is answered with the
//! rule by which it would be right.

mod handles;
#[cfg(test)]
mod tests;

use loopscope_model::state::TaskState;
use loopscope_model::titles::{callback, on_title, task_title};
use loopscope_model::{History, Names, Record, State};
use loopscope_protocol::{Event, HandleHow, HandleId, NameId, On, TaskId};

/// A question of the game.
#[derive(Clone, Debug, PartialEq)]
pub struct Move {
    /// The number of the record after which it is asked.
    pub after: u64,
    /// What is asked.
    pub ask: String,
    /// What there is to choose from.
    pub choices: Vec<Choice>,
    /// Which of them the loop takes.
    pub answer: usize,
}

/// Something to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What it is.
    pub text: String,
    /// By which rule it would be right, where it is wrong.
    pub rule: String,
}

/// A run that is played.
#[derive(Debug)]
pub struct Game<'h> {
    history: &'h History,
    names: &'h Names,
    state: State,
    position: usize,
    /// How many polls were asked about for each of the three answers: they are alike, so a few do.
    polls: [u32; 3],
    /// How many times it was asked who is woken.
    wakeups: u32,
}

/// How many times it is asked at most who is woken: it is the same rule each time.
const WAKEUPS: u32 = 4;

/// How many times the same answer about a poll is asked for.
const ALIKE: u32 = 2;

impl<'h> Game<'h> {
    /// A game before the first record of a run.
    pub fn new(history: &'h History, names: &'h Names) -> Self {
        Self { history, names, state: State::default(), position: 0, polls: [0; 3], wakeups: 0 }
    }

    /// Goes on to the next place with a choice; `None`: there is none any more.
    pub fn next_move(&mut self) -> Option<Move> {
        for record in self.history.range(self.position, self.history.len()) {
            let after = self.state.seq();
            let asked = self.ask(&record);
            self.state.apply(&record);
            self.position += 1;
            if let Some((ask, choices, answer)) = asked {
                return Some(Move { after, ask, choices, answer });
            }
        }
        None
    }

    /// What is asked just before a record, if anything: the question, the choices, the right one.
    fn ask(&mut self, record: &Record) -> Option<(String, Vec<Choice>, usize)> {
        match record.event {
            Event::HandleRun { handle, .. } => self.who_runs(handle),
            Event::TimerDue { handle, .. } => self.who_is_due(handle),
            Event::PollBegin { timeout, .. } => self.how_long(timeout),
            Event::HandleNew { how: HandleHow::Wakeup, task, .. } => self.who_is_woken(task),
            _ => None,
        }
    }

    fn who_is_woken(&mut self, answer: TaskId) -> Option<(String, Vec<Choice>, usize)> {
        if self.wakeups >= WAKEUPS {
            return None;
        }
        let mut waiting: Vec<(String, TaskId, On)> = Vec::new();
        for task in self.state.pending_tasks() {
            let TaskState::Waiting(on) = task.state else { continue };
            waiting.push((task_title(task.id, task.name, self.names), task.id, on));
        }
        if waiting.len() < 2 || waiting.len() > 9 {
            return None;
        }
        waiting.sort_by(|a, b| a.0.cmp(&b.0));
        let at = waiting.iter().position(|(_, id, _)| *id == answer)?;
        let happened = waiting[at].2;
        self.wakeups += 1;
        let what = |on: On| on_title(on, NameId::NONE, self.names);
        let choices = waiting.into_iter().map(|(text, _, on)| {
            let has_its_own = matches!(on, On::Nothing | On::Waker);
            let rule = if has_its_own && on == happened {
                format!(
                    "That would be right if {text} had been called. Each has a waker of its own, and \
                     nobody has called this one."
                )
            } else if on == happened {
                format!(
                    "{text} waits for the same, {}, and is woken too, later: those who wait are \
                     woken in the order in which they came.",
                    what(on)
                )
            } else {
                format!(
                    "That would be right if everybody who waits were woken. {text} waits for {}; \
                     what is over is the wait for {}.",
                    what(on),
                    what(happened)
                )
            };
            Choice { text, rule }
        });
        Some(("Which of the tasks that wait is woken now?".to_owned(), choices.collect(), at))
    }

    fn how_long(&mut self, timeout: Option<f64>) -> Option<(String, Vec<Choice>, usize)> {
        let event_loop = self.state.focus()?;
        let ready = event_loop.ready().len();
        let overdue = event_loop
            .first_timer()
            .is_some_and(|(_, when)| self.state.seconds().is_some_and(|now| when <= now));
        if overdue && ready == 0 && !event_loop.stop_requested {
            // To wait for it and not to wait at all are the same.
            return None;
        }
        let timer = event_loop.first_timer().map(|(id, _)| self.name(id));
        let answer = match timeout {
            Some(0.0) => 0,
            Some(_) => 1,
            None => 2,
        };
        if self.polls[answer] >= ALIKE {
            return None;
        }
        self.polls[answer] += 1;
        let until = timer.as_ref().map_or_else(
            || "until a timer is due".to_owned(),
            |name| format!("until the first timer is due: {name}"),
        );
        let busy = match ready {
            0 => "That would be right if something were ready, or the loop were about to stop. A \
                  loop that never sleeps keeps a processor busy with nothing."
                .to_owned(),
            _ => String::new(),
        };
        let until_timer = if timer.is_none() {
            "That would be right if there were a timer. There is none.".to_owned()
        } else {
            "That would be right if nothing were ready and the loop were not about to stop: it \
             only looks outside."
                .to_owned()
        };
        let for_ever = if timer.is_some() {
            "That would be right if there were no timer. The loop must be back when one is due."
                .to_owned()
        } else {
            "That would be right if nothing were ready: it would be kept waiting.".to_owned()
        };
        let choice = |text: String, rule: String| Choice { text, rule };
        let choices = vec![
            choice("not at all: it only looks".to_owned(), busy),
            choice(until, until_timer),
            choice("until something comes from outside".to_owned(), for_ever),
        ];
        Some(("How long may the poll sleep now?".to_owned(), choices, answer))
    }

    /// `water`, or `water (h3)` and `cook (task 2)` where others have that name.
    fn name(&self, id: HandleId) -> String {
        let called = |id| {
            let handle = self.state.handle(id)?;
            Some(callback(handle, &self.state, self.names))
        };
        let Some(name) = called(id) else { return format!("h{}", id.0) };
        let event_loop = self.state.focus();
        let others = event_loop.into_iter().flat_map(|l| l.ready().chain(l.timers()));
        let mut others = others.filter(|other| *other != id);
        if others.any(|other| called(other).as_deref() == Some(name.as_str())) {
            // A task has a number that is told elsewhere too.
            match self.state.handle(id).map(|handle| handle.task).filter(|task| task.is_some()) {
                Some(task) => format!("{name} (task {})", task.0),
                None => format!("{name} (h{})", id.0),
            }
        } else {
            name
        }
    }

    /// The state at the place of the last question, for who shows it.
    pub fn position(&self) -> usize {
        self.position.saturating_sub(1)
    }
}
