//! Keys, clicks and time become commands of a session and changes of the screen. No terminal here:
//! a controller takes events and draws into a buffer, so tests drive it as a user would.

mod boxes;
mod causes;
mod exercise;
mod find;
mod game;
mod lesson;
mod perform;
mod picture;
mod prompt_line;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::time::Duration;

use loopscope_model::why::Thing;
use loopscope_protocol::{ExitHow, TaskId};
use loopscope_session::{Answer, Outcome, Progress, Session, Tick, Trouble};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use web_time::Instant;

use super::learner::Learner;
use super::lesson_progress::LessonProgress;
use super::screen::{Message, Screen};
use super::session_view::SessionView;
use super::stops::Listed;
use crate::event::{Event, Mouse, MouseButton, MouseKind};
use crate::keys::{Action, Chord, Keymap};
use crate::theme::{Palette, Theme};
use crate::views::Effect;
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

    // ---- events -------------------------------------------------------------------------------

    /// Takes what the user did.
    pub fn event(&mut self, event: &Event) {
        match event {
            Event::Key(key) => self.key(*key),
            Event::Mouse(mouse) => self.mouse(*mouse),
            Event::Paste(text) => self.paste(text),
            Event::Redraw => self.dirty = true,
        }
    }

    fn key(&mut self, key: Chord) {
        self.dirty = true;
        self.screen.message = None;
        if self.screen.prompt.is_some() {
            self.type_key(key);
        } else if let Some(action) = self.keymap.action(key) {
            self.perform(action);
        }
    }

    fn paste(&mut self, text: &str) {
        self.dirty = true;
        if let Some(prompt) = &mut self.screen.prompt {
            let line = text.lines().next().unwrap_or_default();
            let at = prompt.input.before_cursor().len();
            prompt.input.replace_before_cursor(at, line);
        }
    }

    fn mouse(&mut self, mouse: Mouse) {
        let at = mouse.at;
        let snapshot = self.session_view.snapshot();
        let clicked = matches!(mouse.kind, MouseKind::Press(_));
        if clicked && self.screen.message.take().is_some() {
            self.dirty = true;
        }
        let effect = match mouse.kind {
            MouseKind::Press(MouseButton::Left) => self.screen.click(at, &snapshot),
            MouseKind::Drag(MouseButton::Left) if self.screen.focused() == "timeline" => {
                self.screen.click(at, &snapshot)
            }
            MouseKind::ScrollUp => self.screen.wheel(at, true, &snapshot),
            MouseKind::ScrollDown => self.screen.wheel(at, false, &snapshot),
            MouseKind::Press(_) | MouseKind::Drag(_) => return,
        };
        self.dirty = true;
        self.take_effect(effect);
    }

    fn take_effect(&mut self, effect: Effect) {
        match effect {
            Effect::Ignored | Effect::Done => {}
            Effect::Seek(_) if self.hides_what_comes() => {}
            Effect::Seek(position) => self.seek(position),
            Effect::Show { title, text, thing } => {
                let _ = self.show_about(title, &text, thing);
            }
            Effect::About { task, text } => self.tell_about(task, &text),
            Effect::Answer(choice) if self.game.is_some() => self.pick(Some(choice)),
            Effect::Answer(choice) => self.answer(choice),
            Effect::Press(action) => self.perform(action),
            Effect::Why(task) => self.command(&format!("why {task}"), false),
        }
    }

    /// All about a task, with its locals where the program can be asked for them.
    fn tell_about(&mut self, task: u32, text: &str) {
        let title = format!("task {task}");
        let text = &self.show_about(title.clone(), text, Some(Thing::Task(TaskId(task))));
        let is_done = self.session_view.session.state().task(TaskId(task));
        let is_done = is_done.is_none_or(|task| task.state.is_done());
        if self.is_busy() || is_done || !self.session_view.session.can_tell_locals() {
            return;
        }
        let from = self.session_view.session.seq();
        if let Outcome::Started = self.session_view.execute(&format!("info locals {task}")) {
            let above = Some(text.to_owned());
            self.pending = Some(Asked { line: title, by_key: true, from, above });
        }
    }

    fn seek(&mut self, position: usize) {
        if self.is_busy() || self.slow.is_some() {
            return self.say_busy();
        }
        self.session_view.seek(position);
        self.stopped();
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

    // ---- time ---------------------------------------------------------------------------------

    /// Takes in what has come, waiting at most `wait` where something is under way.
    pub fn tick(&mut self, wait: Duration) {
        let is_running = self.session_view.session.is_running();
        // What is paused may come to an end all the same: a program is killed, a board is lost.
        let is_over = self.session_view.session.run_state().is_over();
        if is_running || !is_over || self.session_view.is_behind() {
            let had_ended = self.session_view.session.program_ended();
            let (tick, is_news) =
                self.session_view.tick(if is_running { wait } else { Duration::ZERO });
            self.dirty |= is_news || self.session_view.session.progress().is_some();
            self.take_tick(tick);
            if !is_running && !had_ended && self.session_view.session.program_ended() {
                self.stopped();
                self.say(self.session_view.session.ending(), true);
            }
        }
        for notice in self.session_view.session.notices() {
            self.say(notice, false);
        }
        while let Some(trouble) = self.session_view.session.trouble_with_files() {
            self.say(trouble.clone(), true);
            self.troubles.push(trouble);
        }
        if let Some(warning) = self.session_view.session.new_warning() {
            self.say(warning, true);
        }
        if let Some(file) = self.session_view.session.newly_saved() {
            let key = self.keymap.key(Action::Restart);
            self.say(
                format!("{file} was saved: {key} runs it from its start, as it is now."),
                false,
            );
        }
        if !self.session_view.session.is_running() {
            self.work_on(wait);
            self.walk_on();
            self.go_slowly();
        }
    }

    fn take_tick(&mut self, tick: Tick) {
        self.dirty |= tick.arrived > 0;
        for (line, answer) in tick.answers {
            self.tell(&line, &answer.text, false);
        }
        if tick.quit {
            self.requests.leave = Some(0);
        }
        if let Some(result) = tick.over {
            let from = self.session_view.session.seq();
            let none = Asked { line: String::new(), by_key: true, from, above: None };
            let asked = self.pending.take().unwrap_or(none);
            self.over(&asked, result);
        }
    }

    /// One record more in slow motion, if it is time.
    fn go_slowly(&mut self) {
        let Some(slow) = self.slow else { return };
        if Instant::now() < slow.due {
            return;
        }
        let hits = |controller: &Self| {
            controller.session_view.session.breaks().iter().map(|b| b.hits).sum::<u32>()
        };
        let (before, position) = (hits(self), self.session_view.session.position());
        self.command("step", true);
        let is_over = self.pending.is_none()
            && (hits(self) != before || self.session_view.session.position() == position);
        if is_over || self.requests.leave.is_some() {
            return;
        }
        let due = Instant::now() + Duration::from_secs(1) / slow.speed;
        self.slow = Some(Slow { due, ..slow });
        self.session_view.slow = true;
    }

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
