//! "You are the loop": walks through a run and asks what the loop does next; the run answers.
//!
//! Asked is where there is a choice: which of several handles runs, how long the poll sleeps, which
//! timer is due first, which of the tasks that wait is woken. Each wrong choice is answered with the
//! rule by which it would be right.

use loopscope_model::state::{Order, TaskState};
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

    fn who_runs(&self, answer: HandleId) -> Option<(String, Vec<Choice>, usize)> {
        let event_loop = self.state.focus()?;
        if !event_loop.ready_known() {
            return None;
        }
        let batch: Vec<HandleId> = event_loop.batch().collect();
        let ready: Vec<HandleId> = event_loop.ready().collect();
        let order = self.state.order();
        let rule = |id: HandleId| {
            let name = self.name(id);
            if self.state.handle(id).is_some_and(|handle| handle.cancelled) {
                return format!("{name} was cancelled; it is left out when it is reached.");
            }
            let before = ready.iter().position(|known| *known == id).unwrap_or_default();
            let before = if before == 1 { "one".to_owned() } else { before.to_string() };
            match order {
                Order::Batches => self.rule_of_batches(id, answer, &batch, ready.last(), &before),
                Order::OneQueue => format!(
                    "That would be right if those before it were not there. The queue is ordered by \
                     time, and {before} stood before {name}."
                ),
                Order::Own => format!(
                    "That would be right if {name} came first in the order of the board's own \
                     scheduler; it has taken {}.",
                    self.name(answer)
                ),
            }
        };
        let ask = "Which handle runs now?".to_owned();
        self.choose(ask, &ready, answer, &rule)
    }

    /// The rule of CPython's loop by which a handle would run now, though `answer` does.
    fn rule_of_batches(
        &self,
        id: HandleId,
        answer: HandleId,
        batch: &[HandleId],
        last: Option<&HandleId>,
        before: &str,
    ) -> String {
        let name = self.name(id);
        let when = |id| self.state.handle(id).and_then(|handle| handle.when);
        if !batch.is_empty() && !batch.contains(&id) {
            return format!(
                "That would be right if a batch grew while it runs. {name} came after it was fixed, \
                 and waits for the next turn."
            );
        }
        if Some(&id) == last {
            return format!(
                "That would be right for a stack, where the last to come is the first to go. This \
                 is a queue, and {name} is its last."
            );
        }
        match (when(id), when(answer)) {
            (Some(_), None) => format!(
                "That would be right if a timer that is due went in front of the queue. {name} went \
                 behind what was ready."
            ),
            (Some(late), Some(early)) if late > early => format!(
                "That would be right if {name} had been due before {}. It was due later, and stands \
                 behind.",
                self.name(answer)
            ),
            _ => format!(
                "That would be right if those before it were not there. Nobody is passed over, and \
                 {before} stood before {name}."
            ),
        }
    }

    fn who_is_due(&self, answer: HandleId) -> Option<(String, Vec<Choice>, usize)> {
        let event_loop = self.state.focus()?;
        let timers: Vec<HandleId> = event_loop.timers_in_order(0, 8);
        let when = |id: HandleId| self.state.handle(id).and_then(|handle| handle.when);
        let right = when(answer)?;
        let rule = |id: HandleId| {
            let name = self.name(id);
            match when(id) {
                Some(at) if at.total_cmp(&right).is_eq() => format!(
                    "{name} is due at the very same time. Ties have an order of their own, that of \
                     a heap; nobody should rely on it."
                ),
                // Elsewhere a task has one handle for all its sleeps.
                _ if id < answer && self.state.order() == Order::Batches => format!(
                    "That would be right if the order of asking counted. Among timers the time \
                     counts, and {name} is due later."
                ),
                _ => format!("That would be right if {name} were due first; it is due later."),
            }
        };
        self.choose("Which timer is due now?".to_owned(), &timers, answer, &rule)
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

    /// A question about handles; `None` where there is nothing to choose.
    fn choose(
        &self,
        ask: String,
        from: &[HandleId],
        answer: HandleId,
        rule: &dyn Fn(HandleId) -> String,
    ) -> Option<(String, Vec<Choice>, usize)> {
        let mut sorted: Vec<(String, HandleId)> = Vec::new();
        for &id in from {
            if sorted.iter().all(|(_, known)| *known != id) {
                sorted.push((self.name(id), id));
            }
        }
        if sorted.len() < 2 || sorted.len() > 9 {
            return None;
        }
        // The order of the queue would give the answer away.
        sorted.sort();
        let at = sorted.iter().position(|(_, id)| *id == answer)?;
        let choices = sorted.into_iter().map(|(text, id)| Choice { text, rule: rule(id) });
        Some((ask, choices.collect(), at))
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

#[cfg(test)]
mod tests {
    use loopscope_model::story::Story;
    use loopscope_protocol::{ClockMode, Dialect, FutureId, RunHow, Ties};

    use super::*;

    fn moves(story: &Story) -> Vec<Move> {
        let history = story.history();
        let mut game = Game::new(&history, story.names());
        std::iter::from_fn(|| game.next_move()).collect()
    }

    #[test]
    fn the_next_handle_is_asked_for_and_a_wrong_one_is_told_its_rule() {
        let mut story = Story::new();
        story.start().soon(1, "water").soon(2, "feed").soon(3, "sweep").turn(&[1, 2, 3]);
        story.run(1).soon(4, "refill").done(1).run(2).done(2).run(3).done(3);
        let moves: Vec<Move> =
            moves(&story).into_iter().filter(|one| one.ask.contains("handle")).collect();
        let texts = |one: &Move| one.choices.iter().map(|c| c.text.clone()).collect::<Vec<_>>();
        assert_eq!(texts(&moves[0]), ["feed", "sweep", "water"], "by the alphabet");
        assert_eq!(moves[0].choices[moves[0].answer].text, "water");
        assert!(moves[0].choices[1].rule.contains("stack"), "{:?}", moves[0].choices[1]);
        assert!(moves[0].choices[0].rule.contains("Nobody is passed over"));
        assert_eq!(texts(&moves[1]), ["feed", "refill", "sweep"]);
        assert!(moves[1].choices[1].rule.contains("if a batch grew"));
        assert_eq!(moves[1].choices[moves[1].answer].text, "feed");
    }

    #[test]
    fn who_is_woken_is_asked_where_several_wait() {
        let mut story = Story::new();
        story.start().task(1, "main", 1).task(2, "cook", 2).turn(&[1, 2]);
        for (handle, task) in [(1, 1), (2, 2)] {
            story.step(handle, task).future(task);
            story.suspend(handle, task, On::Future(FutureId(task)), 9).done(handle);
        }
        story.complete(2).handle(3, HandleHow::Wakeup, "cook", 2, 2);
        let moves = moves(&story);
        let asked = moves.iter().find(|one| one.ask.contains("is woken")).expect("it is asked");
        assert_eq!(asked.choices[asked.answer].text, "cook (task 2)");
        let wrong = &asked.choices[1 - asked.answer];
        assert!(wrong.rule.contains("if everybody who waits were woken"), "{wrong:?}");
    }

    /// What is said to each choice of the first question about handles, by the choice.
    fn rules(story: &Story) -> Vec<(String, String)> {
        let moves = moves(story);
        let asked = moves.iter().find(|one| one.ask.contains("handle")).expect("it is asked");
        asked.choices.iter().map(|choice| (choice.text.clone(), choice.rule.clone())).collect()
    }

    #[test]
    fn a_timer_behind_another_one_is_told_that_it_was_due_later() {
        let mut story = Story::new();
        story.start().timer(1, 0.1, "tea", 0).timer(2, 0.2, "egg", 0).timer(3, 0.3, "soup", 0);
        story.poll(Some(0.0), 0.4).due(1, 0.1).due(2, 0.2).due(3, 0.3).begin_turn(3).run(1);
        let rules = rules(&story);
        assert!(rules[0].1.contains("if egg had been due before tea"), "{rules:?}");
        assert!(rules[1].1.contains("for a stack"), "{rules:?}");
    }

    #[test]
    fn a_poll_is_not_asked_about_where_a_timer_is_overdue() {
        // Then not to sleep and to sleep until it is due are the same.
        let mut story = Story::new();
        story.start().timer(1, 0.1, "tea", 0).soon(2, "work").turn(&[2]).run(2);
        story.at(0.5).done(2).end_turn().poll(Some(0.0), 0.5).due(1, 0.1);
        let polls = moves(&story).iter().filter(|one| one.ask.contains("poll")).count();
        assert_eq!(polls, 1, "the first one alone");
    }

    #[test]
    fn in_micropython_no_batch_is_spoken_of() {
        let mut story = Story::new();
        let file = story.name("program.py");
        story.on(0).push(Event::RunStart {
            dialect: Dialect::Micropython,
            clock: ClockMode::Virtual,
            wall_start: 0,
            seed: 0,
            ties: Ties::Fifo,
            file,
        });
        story.on(1).push(Event::LoopNew {});
        story.push(Event::LoopRun { how: RunHow::Forever, task: TaskId::NONE });
        story.task(1, "main", 1).task(2, "cook", 2).task(3, "clean", 3).turn(&[1]).step(1, 1);
        let rules = rules(&story);
        assert_eq!(rules.len(), 3);
        for (name, rule) in &rules[..2] {
            assert!(rule.contains("The queue is ordered by time"), "{name}: {rule}");
        }
    }
}
