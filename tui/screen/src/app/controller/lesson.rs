//! A lesson at the controller: its texts come with the records, its questions stand in the way until they
//! are answered or passed over, and the run tells what is right.

use std::collections::BTreeMap;

use loopscope_lessons::Lesson;
use loopscope_session::Outcome;

use super::{Asked, Controller, Walk};
use crate::app::lesson_progress::LessonProgress;
use crate::keys::Action;

/// How many records one tick walks at most, so that keys are heard meanwhile.
const STRIDE: usize = 200;

impl Controller {
    /// Opens a lesson on the session, where it was left.
    pub fn open_lesson(&mut self, lesson: &'static Lesson) {
        self.open(lesson, None);
    }

    /// Opens a lesson at a question that went wrong, by its number among the items, as if it had not
    /// been answered. Where the learner left the lesson stays as it is.
    pub fn ask_again(&mut self, lesson: &'static Lesson, number: usize) {
        self.open(lesson, Some(number));
    }

    fn open(&mut self, lesson: &'static Lesson, again: Option<usize>) {
        let mut progress = LessonProgress::new(lesson);
        let kept = self.learner.as_ref().map(|learner| &learner.progress);
        let left = kept.and_then(|kept| kept.place(lesson));
        let place = again.or(left);
        if let Some(taken) = kept.zip(place).and_then(|(kept, _)| kept.taken(lesson)) {
            let items = || lesson.items.iter().enumerate();
            let given = items()
                .filter(|(number, item)| item.question().is_some() && again != Some(*number));
            let given = given.filter_map(|(number, item)| {
                Some((number, taken.answers.get(&item.key())?.choice.clone()))
            });
            let found = items().filter(|(_, item)| taken.done.contains(&item.key()));
            let found: Vec<usize> = found.map(|(number, _)| number).collect();
            progress.remember(given.collect::<BTreeMap<_, _>>(), &found);
        }
        self.progress = Some(progress);
        self.again = again;
        self.follow_lesson();
        if let Some(number) = place {
            self.walk = Some(Walk { from: 0, to: Some(number) });
            let text = if again.is_some() {
                "This went wrong last time. Enter behind the answer goes back to the list."
            } else {
                "Here you left off; g goes back to the start."
            };
            self.say(text, false);
        }
        let snapshot = self.session_view.snapshot();
        self.screen.arrange(&snapshot, &self.keymap, self.area);
        self.screen.reveal("lesson");
    }

    /// The choices of the question that is open, or was just answered.
    pub fn choices(&self) -> Vec<String> {
        let page = self.session_view.lesson.as_ref();
        let question = page.and_then(|page| page.question.as_ref());
        question.map_or_else(Vec::new, |question| question.choices.clone())
    }

    /// Which of them is right, if the run has told so far.
    pub fn right_choice(&self) -> Option<usize> {
        self.progress.as_ref()?.right_choice(self.session_view.session.seq())
    }

    /// Whether the lesson was read to its end.
    pub fn lesson_is_over(&self) -> bool {
        let seq = self.lesson_session().seq();
        self.progress.as_ref().is_some_and(|progress| progress.is_over(seq))
    }

    /// Brings the lesson's page up to date.
    pub(super) fn follow_lesson(&mut self) {
        let Some(progress) = &mut self.progress else { return };
        if self.work.as_ref().is_some_and(super::exercise::Work::is_shown) {
            let seq = self.lesson_session().seq();
            let page = self.progress.as_ref().map(|progress| progress.page(seq));
            self.session_view.lesson = page.map(|page| self.exercise_page(page));
            return;
        }
        let session = &self.session_view.session;
        progress.follow(session.history(), session.names());
        progress.arrive(session.seq());
        let seq = session.seq();
        let page = progress.page(seq);
        self.attend_exercise();
        self.session_view.lesson = Some(self.exercise_page(page));
        self.keep_place(seq);
    }

    /// Notes how far the learner has come.
    fn keep_place(&mut self, seq: u64) {
        let (Some(progress), Some(learner)) = (&self.progress, &mut self.learner) else { return };
        // On the way to where they left off, that is still where they are.
        if self.walk.is_some_and(|walk| walk.to.is_some()) {
            return;
        }
        let lesson = progress.lesson();
        let mut news = false;
        let shown = progress.shown(seq).filter(|_| self.again.is_none());
        if let Some(item) = shown.map(|number| &lesson.items[number]) {
            let known = learner.progress.taken(lesson).map(|taken| taken.place.as_str());
            if known != Some(item.key().as_str()) {
                learner.progress.came_to(lesson, item);
                news = true;
            }
        }
        for (number, choice, is_right) in progress.told() {
            let item = &lesson.items[number];
            let known = learner.progress.taken(lesson).and_then(|t| t.answers.get(&item.key()));
            if known.is_none_or(|given| given.choice != choice) {
                learner.progress.answered(lesson, item, &choice, is_right);
                news = true;
            }
        }
        if self.again.is_none() && progress.is_over(seq) && !learner.progress.is_finished(lesson) {
            learner.progress.finish(lesson);
            news = true;
        }
        if news {
            learner.save();
        }
    }

    /// `lesson`, with what comes behind it on the command line.
    pub(super) fn lesson_command(&mut self, what: &[&str]) {
        use crate::keys::Action;
        let seq = self.session_view.session.seq();
        match what {
            [] | ["next"] => self.next_place(),
            ["skip"] => {
                if !self.perform_in_lesson(Action::Close) {
                    self.next_place();
                }
            }
            ["reset"] => self.reset_exercise(),
            ["edit" | "run" | "hint" | "solution"] => {
                let action = match what[0] {
                    "edit" => Action::Edit,
                    "run" => Action::Try,
                    "hint" => Action::Hint,
                    _ => Action::Solution,
                };
                if !self.perform_in_lesson(action) {
                    self.say("There is no exercise here.", true);
                }
            }
            ["goto", place] => {
                let Some(progress) = &self.progress else { return };
                let all = progress.lesson().items.len();
                match place.parse::<usize>().ok().filter(|place| (1..=all).contains(place)) {
                    Some(place) => self.walk = Some(Walk { from: seq, to: Some(place - 1) }),
                    None => self.say(format!("The steps are 1 to {all}."), true),
                }
            }
            _ => self.say(
                "After `lesson`: next, skip, goto N, edit, run, hint, solution or reset.",
                true,
            ),
        }
    }

    /// What a key means while a lesson is open. Tells whether it meant something.
    pub(super) fn perform_in_lesson(&mut self, action: Action) -> bool {
        if self.progress.is_some() && self.perform_in_exercise(action) {
            return true;
        }
        let shows_own_run = self.shows_own_run();
        let Some(progress) = &mut self.progress else { return false };
        if let Some(number) = progress.open_find() {
            match action {
                Action::Found => self.found(None),
                Action::Hint => return self.hint_for_find(),
                Action::Close | Action::Solution => {
                    let session = &self.session_view.session;
                    let find = progress.lesson().items[number].find();
                    let right = find.map(|find| find.right(session.history(), session.names()));
                    progress.tell_record(number, right.and_then(|right| right.first().copied()));
                    self.follow_lesson();
                    self.screen.top_of("lesson");
                }
                _ => return false,
            }
            return true;
        }
        let seq = self.session_view.session.seq();
        if shows_own_run {
            if action == Action::Open && self.screen.focused() == "lesson" {
                self.next_place();
                return true;
            }
            return false;
        }
        let focused = self.screen.focused();
        let at_text = focused == "lesson" || focused == "ready";
        let question = progress.open_question(seq);
        match (action, question) {
            (Action::Digit(digit), Some((_, choices))) => {
                let choice = usize::from(digit).wrapping_sub(1);
                if choice < choices {
                    self.answer(choice);
                } else {
                    self.say(format!("The choices are 1 to {choices}."), true);
                }
            }
            (Action::Up | Action::Down, Some((_, choices))) if at_text => {
                progress.select(if action == Action::Up { -1 } else { 1 }, choices);
                self.follow_lesson();
            }
            (Action::Open, Some(_)) if at_text => {
                let choice = progress.selected();
                self.answer(choice);
            }
            (Action::Close, Some((number, _))) => {
                progress.answer(number, None);
                self.follow_lesson();
            }
            (Action::Open, None) if focused == "lesson" => self.next_place(),
            _ => return false,
        }
        true
    }

    /// Answers the open question, then lets the run tell.
    pub(super) fn answer(&mut self, choice: usize) {
        let seq = self.session_view.session.seq();
        let Some(progress) = &mut self.progress else { return };
        let Some((number, choices)) = progress.open_question(seq) else { return };
        if choice < choices {
            progress.answer(number, Some(choice));
            self.follow_lesson();
            self.walk = Some(Walk { from: seq, to: None });
        }
    }

    /// Answers the open question by a choice's number or name, as it was typed.
    pub(super) fn predict(&mut self, guess: &str) {
        let seq = self.session_view.session.seq();
        let open = self.progress.as_ref().and_then(|progress| progress.open_question(seq));
        let Some((_, choices)) = open else {
            return self.say("No question is open here.", true);
        };
        let question = self.session_view.lesson.as_ref().and_then(|page| page.question.as_ref());
        let by_name = question.and_then(|q| q.choices.iter().position(|choice| choice == guess));
        let by_number = guess.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        match by_number.filter(|choice| *choice < choices).or(by_name) {
            Some(choice) => self.answer(choice),
            None => self.say(format!("The choices are 1 to {choices}."), true),
        }
    }

    /// A command of a key that goes on. An open question stands in its way.
    pub(super) fn forward(&mut self, line: &str) {
        if !self.is_held_by_question() {
            self.command(line, true);
        }
    }

    fn is_held_by_question(&mut self) -> bool {
        if self.shows_own_run() {
            return false;
        }
        let seq = self.session_view.session.seq();
        let question = self.progress.as_ref().and_then(|progress| progress.open_question(seq));
        if let Some((_, choices)) = question {
            self.say(format!("First your guess: 1 to {choices}. Esc goes on without."), false);
        }
        question.is_some()
    }

    /// Back to where a record was asked for, from where it was found.
    fn return_from_find(&mut self) {
        let Some(progress) = &mut self.progress else { return };
        let session = &self.session_view.session;
        let asked_at = progress.told_at().filter(|place| *place != session.seq());
        if let Some(place) = asked_at
            && let Some(position) = session.history().position_of_seq(place)
        {
            progress.arrive(place);
            self.session_view.seek(position);
        }
    }

    /// On to the next text of the lesson.
    pub(super) fn next_place(&mut self) {
        self.leave_own_run();
        if self.is_held_by_question() {
            return;
        }
        if self.again.is_some() {
            // One question was asked again, and it is answered.
            self.requests.leave = Some(0);
            return;
        }
        self.return_from_find();
        let seq = self.session_view.session.seq();
        let Some(progress) = &mut self.progress else { return };
        if progress.open_find().is_some() {
            return self
                .say("First the record: f names the one at the cursor, esc goes on.", false);
        }
        if progress.turn_page(seq) {
            return self.stopped();
        }
        if progress.is_over(seq) {
            self.follow_lesson();
            self.requests.next_lesson = true;
            return;
        }
        self.walk = Some(Walk { from: seq, to: None });
    }

    /// Goes on to the next place of the lesson, as far as the records there are allow.
    pub(super) fn walk_on(&mut self) {
        let Some(walk) = self.walk else { return };
        for _ in 0..STRIDE {
            let position = self.session_view.session.position();
            match self.session_view.execute("step") {
                Outcome::Started => {
                    let from = self.session_view.session.seq();
                    self.pending =
                        Some(Asked { line: "step".to_owned(), by_key: true, from, above: None });
                    self.dirty = true;
                    return;
                }
                Outcome::Done(_) if self.session_view.session.position() > position => {
                    if self.arrived(walk) {
                        return;
                    }
                }
                _ => {
                    self.walk = None;
                    return self.stopped();
                }
            }
        }
        self.dirty = true;
    }

    /// Whether the walk is over: at a place of the lesson, or where the program has ended.
    fn arrived(&mut self, walk: Walk) -> bool {
        let session = &self.session_view.session;
        let Some(progress) = &mut self.progress else { return true };
        progress.follow(session.history(), session.names());
        let seq = session.seq();
        let there = match walk.to {
            None => progress.stop_between(walk.from, seq).is_some(),
            Some(number) => progress.place_of(number).is_some_and(|place| place <= seq),
        };
        let ended = session.program_ended() && session.is_live();
        if there || ended {
            self.walk = None;
            if let Some(number) = walk.to {
                progress.arrive(seq);
                progress.show(number, seq);
            }
            self.stopped();
        }
        there || ended
    }

    /// A command of a key has gone past a place of the lesson: back to it. Only the view goes back.
    pub(super) fn pass_lesson_places(&mut self, asked: &Asked) {
        if self.shows_own_run() {
            return;
        }
        let Some(progress) = &mut self.progress else { return };
        let session = &self.session_view.session;
        progress.follow(session.history(), session.names());
        if let Some(walk) = self.walk {
            self.arrived(walk);
            return;
        }
        let is_step = matches!(asked.line.as_str(), "step" | "next" | "turn");
        let stop = progress.stop_between(asked.from, session.seq());
        if let Some(seq) = stop.filter(|_| is_step && asked.by_key)
            && seq < session.seq()
            && let Some(position) = session.history().position_of_seq(seq)
        {
            self.session_view.seek(position);
        }
    }
}
