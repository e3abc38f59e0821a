//! Keys, clicks and time become commands of a session and changes of the screen. No terminal here:
//! a controller takes events and draws into a buffer, so tests drive it as a user would.

mod boxes;
mod causes;
mod events;
mod exercise;
mod find;
mod game;
mod lesson;
mod perform;
mod picture;
mod prompt_line;
#[cfg(test)]
mod tests;
mod time;

use std::path::PathBuf;
use std::time::Duration;

use loopscope_protocol::ExitHow;
use loopscope_session::{Answer, Outcome, Progress, Session, Trouble};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use web_time::Instant;

use super::learner::Learner;
use super::lesson_progress::LessonProgress;
use super::screen::{Message, Screen};
use super::session_view::SessionView;
use super::stops::Listed;
use crate::keys::Keymap;
use crate::theme::{Palette, Theme};
use crate::widgets::input::Input;
use crate::widgets::popup::Popup;

/// What the terminal's owner is asked to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TerminalRequests {
    /// Leave, with this exit code.
    pub leave: Option<i32>,
    /// Draw everything again.
    pub redraw: bool,
    /// Give the terminal to the shell.
    pub suspend: bool,
    /// Open this file in the user's editor, and say how that went with [`Controller::edited`].
    pub edit: Option<PathBuf>,
    /// Leave, and take the next lesson.
    pub next_lesson: bool,
    /// This theme was chosen: it is to be remembered.
    pub theme: Option<Palette>,
}

/// A session on the screen.
#[derive(Debug)]
pub struct Controller {
    session_view: SessionView,
    screen: Screen,
    keymap: Keymap,
    theme: Theme,
    area: Rect,
    progress: Option<LessonProgress>,
    /// Who takes the lesson, with what is kept of them.
    pub learner: Option<Learner>,
    /// The one question of the lesson that is asked again, by its number among the items.
    again: Option<usize>,
    game: Option<game::Round>,
    work: Option<exercise::Work>,
    walk: Option<Walk>,
    slow: Option<Slow>,
    /// What the command under way was: its line, and whether its answer is to be shown.
    pending: Option<Asked>,
    /// How often the present run was interrupted.
    interrupts: u32,
    commands: Input,
    filters: Input,
    /// What it asks of whoever has the terminal.
    pub requests: TerminalRequests,
    /// The sentences about files that could not be written.
    troubles: Vec<String>,
    /// What the rows of the open list are.
    listed: Vec<Listed>,
    /// Whether what is on the screen is out of date.
    pub dirty: bool,
}

/// A command that was given.
#[derive(Clone, Debug)]
struct Asked {
    line: String,
    /// A key gave it: the screen shows what it did, so it needs no words.
    by_key: bool,
    /// The record that the cursor was at.
    from: u64,
    /// What is shown above the answer.
    above: Option<String>,
}

/// Going on, record by record, to the next place of the lesson.
#[derive(Clone, Copy, Debug)]
struct Walk {
    from: u64,
    /// The item to go to, past all before it; `None`: to the next place.
    to: Option<usize>,
}

/// Running in slow motion.
#[derive(Clone, Copy, Debug)]
struct Slow {
    due: Instant,
    /// Records a second.
    speed: u32,
}

impl Controller {
    /// A session as it is seen at first. `text` is the program, where it is no file.
    pub fn new(mut session: Session, text: Option<String>, theme: Theme, keymap: Keymap) -> Self {
        session.settings_mut().deadlock_fails = false;
        Self {
            session_view: SessionView::new(session, text),
            screen: Screen::default(),
            keymap,
            theme,
            area: Rect::new(0, 0, 80, 24),
            progress: None,
            learner: None,
            again: None,
            game: None,
            work: None,
            walk: None,
            slow: None,
            pending: None,
            interrupts: 0,
            commands: Input::default(),
            filters: Input::default(),
            requests: TerminalRequests::default(),
            troubles: Vec::new(),
            listed: Vec::new(),
            dirty: true,
        }
    }

    /// Says something in the place of the keys.
    pub fn say(&mut self, text: impl Into<String>, failed: bool) {
        self.screen.message = Some(Message { text: text.into(), failed });
        self.dirty = true;
    }

    /// Says what is wrong: whole, in a box, where it is long.
    pub fn warn(&mut self, title: &str, text: &str) {
        self.tell(title, text, true);
        self.dirty = true;
    }

    /// Whether time alone changes what is to be seen.
    pub fn is_busy(&self) -> bool {
        self.session_view.session.is_running()
            || self.walk.is_some()
            || self.work.as_ref().is_some_and(exercise::Work::is_running)
    }

    /// Whether there is something to do before anything comes from outside.
    pub fn has_work(&self) -> bool {
        self.is_busy() || self.session_view.is_behind()
    }

    /// Says why nothing else is done now.
    fn say_busy(&mut self) {
        match self.session_view.session.progress() {
            Some(Progress { doing, .. }) if self.session_view.session.is_walking() => {
                self.say(format!("Loopscope is {doing}; space ends that."), true);
            }
            _ => self.say("The program runs; space pauses it.", true),
        }
    }

    /// How long nothing will happen by itself.
    pub fn patience(&self) -> Duration {
        match &self.slow {
            Some(slow) => slow.due.saturating_duration_since(Instant::now()),
            None if self.has_work() => Duration::ZERO,
            None => Duration::from_millis(100),
        }
    }

    // ---- commands -----------------------------------------------------------------------------

    /// Gives the session a command.
    fn command(&mut self, line: &str, by_key: bool) {
        if self.slow.take().is_some() {
            self.session_view.slow = false;
        }
        if self.is_busy() {
            return self.say_busy();
        }
        let from = self.session_view.session.seq();
        let asked = Asked { line: line.to_owned(), by_key, from, above: None };
        self.interrupts = 0;
        match self.session_view.execute(line) {
            Outcome::Started => self.pending = Some(asked),
            Outcome::Done(answer) => self.over(&asked, Ok(answer)),
            Outcome::Failed(trouble) => self.over(&asked, Err(trouble)),
            Outcome::Quit => self.requests.leave = Some(0),
        }
        self.dirty = true;
    }

    /// A command is over.
    fn over(&mut self, asked: &Asked, result: Result<Answer, Trouble>) {
        if let Some(above) = &asked.above {
            // It was only asked for, so nothing has changed; without locals the box says enough.
            if let Ok(answer) = result
                && self.screen.popup.is_some()
            {
                // Its first line names the task once more.
                let locals = answer.text.split_once('\n').map_or("", |(_, rest)| rest);
                let text = format!("{above}\n\n{locals}");
                let goes = self.screen.popup.as_ref().and_then(Popup::goes);
                self.show_box(asked.line.clone(), &text, goes);
            }
            return;
        }
        self.pass_lesson_places(asked);
        self.stopped();
        match result {
            Err(trouble) => self.tell(&asked.line, &trouble.text, true),
            Ok(answer) if answer.data.contains_key("stop") => {
                // Where the cursor is now is on the screen; why it stopped is not.
                let note = answer.text.lines().next().unwrap_or_default();
                let reason = answer.data.get("stop").and_then(|reason| reason.as_str());
                let is_news =
                    !note.starts_with('#') && note != self.session_view.snapshot().happened;
                let is_told = is_news && !matches!(reason, Some("goal" | "goto"));
                if is_told && note.contains('`') {
                    // What is to be done about it must not be cut.
                    self.tell("stopped", note, false);
                } else if is_told {
                    self.say(note, false);
                }
            }
            Ok(_) if asked.by_key => {}
            Ok(answer) => self.tell(&asked.line, &answer.text, false),
        }
    }

    /// Shows an answer: a short one in the place of the keys, a long one in a box.
    fn tell(&mut self, line: &str, text: &str, failed: bool) {
        let text = text.trim_end();
        // A message has a margin, and a refusal a sign.
        let room = usize::from(self.area.width).saturating_sub(if failed { 4 } else { 2 });
        if text.contains('\n') || crate::widgets::text::width(text) > room {
            self.screen.popup = Some(Popup::text(line, text, self.area.width, &self.theme));
        } else if !text.is_empty() {
            self.say(text, failed);
        }
    }

    /// The cursor stands somewhere else, or the state there has changed.
    fn stopped(&mut self) {
        self.follow_lesson();
        let snapshot = self.session_view.snapshot();
        self.screen.stopped(&snapshot);
        self.dirty = true;
    }

    // ---- files -------------------------------------------------------------------------------

    /// Brings all files to their end. Gives the sentences about those that are not whole, to be said
    /// where they stay.
    pub fn close_files(&mut self) -> Vec<String> {
        if self.session_view.session.writes_files() {
            self.session_view.session.finish(ExitHow::Killed);
        }
        while let Some(trouble) = self.session_view.session.trouble_with_files() {
            self.troubles.push(trouble);
        }
        std::mem::take(&mut self.troubles)
    }

    // ---- drawing ------------------------------------------------------------------------------

    /// Draws everything; tells where the cursor is to stand, if it is to be seen.
    pub fn draw(&mut self, area: Rect, buffer: &mut Buffer) -> Option<Position> {
        self.area = area;
        self.dirty = false;
        let snapshot = self.session_view.snapshot();
        self.screen.arrange(&snapshot, &self.keymap, area);
        self.screen.draw(&snapshot, &self.theme, area, buffer)
    }
}
