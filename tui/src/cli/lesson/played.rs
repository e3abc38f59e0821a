//! A lesson is played on a screen of 80 columns and 24 rows that nobody sees: each question answered
//! wrong and then right, each text turned, each exercise failed, hinted at and solved. What a learner
//! could not read there is a problem.

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use loopscope_files::temporary::Folder;
use loopscope_lessons::{Item, Lesson, Problem};
use loopscope_screen::app::controller::Controller;
use loopscope_screen::app::learner::Learner;
use loopscope_screen::app::workbench::Workbench;
use loopscope_screen::event::Event;
use loopscope_screen::keys::{Chord, Key, Keymap};
use loopscope_screen::theme::{Palette, Theme};
use loopscope_session::Session;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// The smallest screen on which a lesson is to be read.
const AREA: Rect = Rect::new(0, 0, 80, 24);

/// How long something may go on by itself after a key.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs of programs for exercises, by their texts: each was run already, and is looked at here.
pub(super) type Runs = Vec<(String, Session)>;

/// How a lesson is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    /// Each text is turned, each question answered wrong, each exercise passed over.
    Turning,
    /// Each question is answered wrong; each exercise fails, is hinted at, and is solved.
    Wrong,
    /// Each question is answered right.
    Right,
}

/// Everything that is wrong with a lesson on the screen. The sessions' programs have ended; `runs`
/// are those of the exercises' starts and solutions.
pub(super) fn played(
    lesson: &'static Lesson,
    (wrong, right): (Session, Session),
    runs: Runs,
) -> Vec<Problem> {
    let folder = match Folder::new() {
        Ok(folder) => folder,
        Err(error) => {
            let message = format!("there is no temporary folder: {error}; set TMPDIR");
            return vec![Problem::new(lesson.folder(), 0, message)];
        }
    };
    let mut player = Player::new(lesson, wrong, Some((folder.path(), runs)), How::Wrong);
    player.play();
    let mut problems = player.problems;
    if problems.is_empty() {
        let mut player = Player::new(lesson, right, None, How::Right);
        player.play();
        problems = player.problems;
    }
    problems
}

/// The screen at each step of a lesson, as text and as a picture. The session's program has ended.
pub(super) fn pictures(lesson: &'static Lesson, session: Session) -> Vec<(String, String)> {
    let mut player = Player::new(lesson, session, None, How::Turning);
    player.play();
    player.pictures
}

struct Player {
    controller: Controller,
    lesson: &'static Lesson,
    how: How,
    /// Where the learner's files are.
    folder: PathBuf,
    problems: Vec<Problem>,
    /// The screen at each step.
    pictures: Vec<(String, String)>,
}

impl Player {
    fn new(
        lesson: &'static Lesson,
        session: Session,
        learner: Option<(&Path, Runs)>,
        how: How,
    ) -> Self {
        let text = (!lesson.is_on_board()).then(|| lesson.program.clone());
        let theme = Theme::new(Palette::Dark, false);
        let folder = learner.as_ref().map_or(Path::new("/nonexistent"), |(folder, _)| folder);
        let mut player = Self {
            controller: Controller::new(session, text, theme, Keymap::default()),
            lesson,
            how,
            folder: folder.to_owned(),
            problems: Vec::new(),
            pictures: Vec::new(),
        };
        player.press(Key::Char('g'));
        let runs = Rc::new(RefCell::new(learner.map(|(_, runs)| runs).unwrap_or_default()));
        let start = move |_: &'static Lesson, file: &Path| {
            let text = fs::read_to_string(file).map_err(|error| error.to_string())?;
            let mut runs = runs.borrow_mut();
            let at = runs.iter().position(|(program, _)| *program == text);
            let at = at.ok_or("this program was not run before the lesson was played")?;
            Ok(runs.remove(at).1)
        };
        let learner = Learner::in_folder(player.folder.clone(), Box::new(start));
        player.controller.learner = Some(learner);
        player.controller.open_lesson(lesson);
        player
    }

    fn play(&mut self) {
        for (number, item) in self.lesson.items.iter().enumerate() {
            let shown = self.screen();
            let drawn = self.controller.picture(AREA, None).unwrap_or_default();
            self.pictures.push((shown.clone(), drawn));
            if !shown.contains(first_words(&item.title)) {
                // The row that says what the screen did last, and why.
                let said = shown.lines().rev().find(|row| !row.is_empty()).unwrap_or_default();
                let message = format!("step {} is not shown at its place", number + 1);
                self.problem(item.line, format!("{message}; the screen says {:?}", said.trim()));
                return;
            }
            if item.question().is_some() {
                self.answer(item);
            }
            if item.find().is_some() {
                self.press(Key::Char('f'));
                if !self.screen().contains("Right: record") {
                    self.press(Key::Char('i'));
                    self.press(Key::Esc);
                    self.expect(item, "It is record", "which record it is");
                }
            }
            if item.exercise.is_some() && self.how == How::Wrong {
                self.exercise(number, item);
            }
            if number + 1 < self.lesson.items.len() {
                self.next(number);
            }
        }
        if !self.controller.lesson_is_over() {
            self.problem(0, "it does not come to its end on the screen".to_owned());
        }
    }

    /// Answers a question; what was asked must be in sight beside what is said to it.
    fn answer(&mut self, item: &Item) {
        let Some(question) = item.question() else { return };
        let choices = self.controller.choices();
        let asked = self.screen();
        let first = question.ask.to_string();
        let first = first_words(&first);
        if !asked.contains(first) {
            self.problem(item.line, format!("the question {first:?} is not in sight at 80x24"));
        }
        for choice in &choices {
            if !asked.contains(first_words(choice)) {
                let message = format!("the choice {choice:?} is not in sight at 80x24");
                self.problem(item.line, message);
            }
        }
        let right = self.controller.right_choice();
        let wrong = (0..choices.len()).find(|at| Some(*at) != right).unwrap_or_default();
        let pick = if self.how == How::Right { right.unwrap_or_default() } else { wrong };
        let digit = char::from_digit(u32::try_from(pick + 1).unwrap_or(1), 10).unwrap_or('1');
        self.press(Key::Char(digit));
        let told = self.screen();
        if !told.contains(first) {
            let message =
                format!("after an answer the question {first:?} is not in sight at 80x24");
            self.problem(item.line, message);
        }
        if self.how == How::Right {
            if !told.contains("Right!") {
                self.problem(item.line, "the right answer is not told to be right".to_owned());
            }
            return;
        }
        let said = question.wrong(&choices[wrong]).map(ToString::to_string).unwrap_or_default();
        if !told.contains(first_words(&said)) {
            let message = format!("what is said to {:?} is not in sight at 80x24", choices[wrong]);
            self.problem(item.line, message);
        }
    }

    /// An exercise fails as the learner's file is at first; its hints and its solution are shown; the
    /// solution, saved in the file, is told to be right.
    fn exercise(&mut self, number: usize, item: &Item) {
        let Some(exercise) = &item.exercise else { return };
        self.press(Key::Char('r'));
        self.expect(item, "Not yet.", "that the exercise is not done yet");
        self.press(Key::Esc);
        for hint in &exercise.hints {
            self.press(Key::Char('i'));
            let hint = hint.marked();
            self.expect(item, first_words(&hint), "a hint");
        }
        self.press(Key::Char('s'));
        self.expect(item, "a solution", "the solution");
        self.press(Key::Esc);
        let bench = Workbench::below(&self.folder, self.lesson, number);
        let saved = bench.and_then(|bench| {
            fs::write(bench.path(), &exercise.solution).map_err(|error| error.to_string())
        });
        if let Err(sentence) = saved {
            return self.problem(item.line, sentence);
        }
        self.press(Key::Char('r'));
        self.expect(item, "Done: it does", "that the solution is right");
    }

    fn expect(&mut self, item: &Item, text: &str, what: &str) {
        let shown = self.screen();
        if !shown.contains(text) {
            self.problem(item.line, format!("{what} ({text:?}) is not in sight at 80x24"));
        }
    }

    fn next(&mut self, number: usize) {
        let title = first_words(&self.lesson.items[number + 1].title);
        for _ in 0..3 {
            self.press(Key::Char(' '));
            if self.screen().contains(title) {
                return;
            }
        }
    }

    fn press(&mut self, key: Key) {
        self.controller.event(&Event::Key(Chord::plain(key)));
        let until = Instant::now() + PATIENCE;
        while self.controller.is_busy() && Instant::now() < until {
            self.controller.tick(Duration::from_millis(1));
        }
    }

    fn screen(&mut self) -> String {
        let mut buffer = Buffer::empty(AREA);
        self.controller.draw(AREA, &mut buffer);
        let rows = buffer.content.chunks(AREA.width.into());
        let row = |row: &[ratatui::buffer::Cell]| {
            let text: String = row.iter().map(ratatui::buffer::Cell::symbol).collect();
            format!("{}\n", text.trim_end())
        };
        rows.map(row).collect()
    }

    fn problem(&mut self, line: u32, message: String) {
        let path = format!("{}/{}", self.lesson.folder(), Lesson::TEXT);
        self.problems.push(Problem::new(path, line, message));
    }
}

/// As much of a text as stands in one row of a narrow panel for certain.
fn first_words(text: &str) -> &str {
    let end = text.char_indices().map(|(at, _)| at).nth(18).unwrap_or(text.len());
    let end = text[..end].rfind(' ').filter(|_| end < text.len()).unwrap_or(end);
    &text[..end]
}
