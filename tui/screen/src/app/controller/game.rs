//! "You are the loop" at the controller: the run stands where the loop has a choice, the learner picks,
//! and the record that came is shown beside the rule by which another pick would be right.

use loopscope_lessons::{Game, Move};

use super::Controller;
use crate::app::lesson_progress::digits;
use crate::keys::Action;
use crate::theme::Role;
use crate::views::lesson::{Page, Piece, Question};

/// A game on its way through a run that has ended.
#[derive(Debug)]
pub(super) struct Round {
    /// What is asked, each with the position at which it is.
    moves: Vec<(Move, usize)>,
    at: usize,
    /// What was picked of the present question; `None`: it is open, `Some(None)`: it was passed over.
    picked: Option<Option<usize>>,
    /// The choice that the arrows have moved to.
    selected: usize,
    right: usize,
    asked: usize,
}

impl Round {
    fn present(&self) -> Option<&(Move, usize)> {
        self.moves.get(self.at)
    }

    fn score(&self) -> String {
        format!("{} of {} right", self.right, self.asked)
    }

    /// What the panel of lessons shows.
    fn page(&self) -> Page {
        let lesson = "you are the loop".to_owned();
        let (step, steps) = (self.at + 1, self.moves.len());
        let words = |role: Role, text: String| Piece::Words(vec![(role, text)]);
        let Some((asked, _)) = self.present() else {
            let text = match self.moves.len() {
                0 => "There was nothing to choose in this run: never were two ready, and it never \
                      slept."
                    .to_owned(),
                _ => format!("{}.", self.score()),
            };
            let hint = "That was the game. Enter leaves; g goes to the start of the run.";
            let title = "The game is over".to_owned();
            let body = vec![words(Role::Good, text)];
            let hint = hint.to_owned();
            return Page { lesson, title, step: steps, steps, body, hint, ..Page::default() };
        };
        let choices: Vec<String> = asked.choices.iter().map(|choice| choice.text.clone()).collect();
        let chosen = self.picked.flatten();
        let answer = choices.get(asked.answer).cloned();
        let is_told = self.picked.is_some();
        let rule = chosen.filter(|at| *at != asked.answer).map(|at| asked.choices[at].rule.clone());
        let body = match (is_told, rule, chosen) {
            (true, Some(rule), _) => vec![words(Role::Text, rule)],
            (true, None, None) => {
                vec![words(
                    Role::Text,
                    format!("It is: {}.", answer.as_deref().unwrap_or_default()),
                )]
            }
            _ => Vec::new(),
        };
        let hint = if is_told {
            format!("{}. Enter goes on.", self.score())
        } else {
            format!("Your pick? Press {}.", digits(choices.len()))
        };
        let question = Question {
            ask: asked.ask.clone(),
            open: if is_told { Vec::new() } else { choices.clone() },
            selected: self.selected.min(choices.len().saturating_sub(1)),
            choices,
            chosen,
            right: is_told.then_some(chosen == Some(asked.answer)),
            answer: answer.filter(|_| is_told),
        };
        let title = "You are the loop: what now?".to_owned();
        let hides = true;
        Page {
            lesson,
            title,
            step,
            steps,
            body,
            question: Some(question),
            hint,
            hides,
            ..Page::default()
        }
    }
}

impl Controller {
    /// Begins a game on the run, which has ended: at most that many questions.
    pub fn open_game(&mut self, most: usize) {
        let session = &self.session_view.session;
        let mut game = Game::new(session.history(), session.names());
        let mut moves = Vec::new();
        while moves.len() < most
            && let Some(asked) = game.next_move()
        {
            moves.push((asked, game.position()));
        }
        self.game = Some(Round { moves, at: 0, picked: None, selected: 0, right: 0, asked: 0 });
        // What changes is told from the start on, not from the end of the run.
        self.session_view.seek(0);
        self.show_move();
        let snapshot = self.session_view.snapshot();
        self.screen.arrange(&snapshot, &self.keymap, self.area);
        self.screen.reveal("lesson");
    }

    /// How the game goes: how many picks were right, and of how many.
    pub fn game_score(&self) -> Option<(usize, usize)> {
        self.game.as_ref().map(|round| (round.right, round.asked))
    }

    /// Goes to where the present question is, or to the end.
    fn show_move(&mut self) {
        let Some(round) = &self.game else { return };
        let end = self.session_view.session.live_edge();
        let position = round.present().map_or(end, |(_, position)| *position);
        self.session_view.lesson = Some(round.page());
        self.session_view.seek(position);
        self.stopped();
        self.screen.top_of("lesson");
    }

    /// What a key means while a game is played. Tells whether it meant something.
    pub(super) fn perform_in_game(&mut self, action: Action) -> bool {
        let focused = self.screen.focused();
        let at_text = focused == "lesson" || focused == "ready";
        let Some(round) = &mut self.game else { return false };
        let Some((asked, _)) = round.moves.get(round.at) else {
            if action == Action::Open && focused == "lesson" {
                self.requests.leave = Some(0);
                return true;
            }
            return false;
        };
        let choices = asked.choices.len();
        let is_open = round.picked.is_none();
        match action {
            Action::Digit(digit) if is_open => match usize::from(digit).checked_sub(1) {
                Some(pick) if pick < choices => self.pick(Some(pick)),
                _ => self.say(format!("The choices are 1 to {choices}."), true),
            },
            Action::Up | Action::Down if is_open && at_text => {
                let by = if action == Action::Up { -1 } else { 1 };
                round.selected = round.selected.saturating_add_signed(by).min(choices - 1);
                self.session_view.lesson = Some(round.page());
            }
            Action::Open if is_open && at_text => {
                let pick = round.selected;
                self.pick(Some(pick));
            }
            Action::Close if is_open => self.pick(None),
            Action::Open | Action::Play if !is_open => {
                round.at += 1;
                (round.picked, round.selected) = (None, 0);
                self.show_move();
            }
            // What comes next is what is asked.
            Action::Step
            | Action::Line
            | Action::Back
            | Action::NextHandle
            | Action::PreviousHandle
            | Action::NextTurn
            | Action::PreviousTurn
            | Action::Play
            | Action::Slow
            | Action::ReverseContinue
            | Action::Start
            | Action::End
            | Action::Command => {
                let text = if is_open {
                    format!("First your pick: 1 to {choices}. Esc passes.")
                } else {
                    "Enter goes on with the game; q leaves it.".to_owned()
                };
                self.say(text, false);
            }
            _ => return false,
        }
        true
    }

    /// A pick was made: the record that came is shown with what is said to it.
    pub(super) fn pick(&mut self, pick: Option<usize>) {
        let Some(round) = &mut self.game else { return };
        let Some((asked, position)) = round.moves.get(round.at) else { return };
        if round.picked.is_some() || pick.is_some_and(|pick| pick >= asked.choices.len()) {
            return;
        }
        round.asked += 1;
        round.right += usize::from(pick == Some(asked.answer));
        round.picked = Some(pick);
        let position = position + 1;
        self.session_view.lesson = Some(round.page());
        self.session_view.seek(position);
        self.stopped();
        self.screen.top_of("lesson");
    }

    /// Whether a game is played and not over: what will come is not shown.
    pub(super) fn hides_what_comes(&self) -> bool {
        self.game.as_ref().is_some_and(|round| round.present().is_some())
    }
}
