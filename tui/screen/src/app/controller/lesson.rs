//! A lesson at the controller: its texts come with the records, its questions stand in the way until they
//! are answered or passed over, and the run tells what is right.

use loopscope_lessons::Lesson;
use loopscope_session::Outcome;

use super::{Asked, Controller, Walk};
use crate::app::lesson_progress::LessonProgress;
use crate::keys::Action;

/// How many records one tick walks at most, so that keys are heard meanwhile.
const STRIDE: usize = 200;

impl Controller {
    /// Opens a lesson on the session.
    pub fn open_lesson(&mut self, lesson: &'static Lesson) {
        self.progress = Some(LessonProgress::new(lesson));
        self.follow_lesson();
        let snapshot = self.session_view.snapshot();
        self.screen.arrange(&snapshot, &self.keymap, self.area);
        self.screen.reveal("lesson");
    }

    /// Whether the lesson was read to its end.
    pub fn lesson_is_over(&self) -> bool {
        let seq = self.session_view.session.seq();
        self.progress.as_ref().is_some_and(|progress| progress.is_over(seq))
    }

    /// Brings the lesson's page up to date.
    pub(super) fn follow_lesson(&mut self) {
        let Some(progress) = &mut self.progress else { return };
        let session = &self.session_view.session;
        progress.follow(session.history(), session.names());
        progress.arrive(session.seq());
        self.session_view.lesson = Some(progress.page(session.seq()));
    }

    /// What a key means while a lesson is open. Tells whether it meant something.
    pub(super) fn perform_in_lesson(&mut self, action: Action) -> bool {
        let Some(progress) = &mut self.progress else { return false };
        let seq = self.session_view.session.seq();
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
            self.walk = Some(Walk { from: seq });
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
        let seq = self.session_view.session.seq();
        let question = self.progress.as_ref().and_then(|progress| progress.open_question(seq));
        if let Some((_, choices)) = question {
            self.say(format!("First your guess: 1 to {choices}. Esc goes on without."), false);
        }
        question.is_some()
    }

    /// On to the next text of the lesson.
    pub(super) fn next_place(&mut self) {
        if self.is_held_by_question() {
            return;
        }
        let seq = self.session_view.session.seq();
        let Some(progress) = &mut self.progress else { return };
        if progress.turn_page(seq) {
            return self.stopped();
        }
        if progress.is_over(seq) {
            return self.say("That was the lesson. q: back to the list.", false);
        }
        self.walk = Some(Walk { from: seq });
    }

    /// Goes on to the next place of the lesson, as far as the records there are allow.
    pub(super) fn walk_on(&mut self) {
        let Some(walk) = self.walk else { return };
        for _ in 0..STRIDE {
            let position = self.session_view.session.position();
            match self.session_view.execute("step") {
                Outcome::Started => {
                    let from = self.session_view.session.seq();
                    self.pending = Some(Asked { line: "step".to_owned(), by_key: true, from });
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
        let there = progress.stop_between(walk.from, session.seq()).is_some();
        let ended = session.program_ended() && session.is_live();
        if there || ended {
            self.walk = None;
            self.stopped();
        }
        there || ended
    }

    /// A command of a key has gone past a place of the lesson: back to it. Only the view goes back.
    pub(super) fn pass_lesson_places(&mut self, asked: &Asked) {
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
