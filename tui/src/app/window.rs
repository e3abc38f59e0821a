//! The terminal with what the user prefers: frames are drawn, events are handed on, and a signal or
//! the end of the time calls the user away.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use crossterm::event;
use loopscope_model::fault;
use loopscope_screen::app::colors;
use loopscope_screen::app::controller::{Controller, TerminalRequests};
use loopscope_screen::app::remembered;
use loopscope_screen::app::settings::Settings;
use loopscope_screen::theme::{Palette, Theme};
use loopscope_session::Session;

use super::events::translate;
use super::{AppError, ScreenOptions};
use crate::exit::code;
use crate::terminal::Terminal;
use crate::{editor, panics, print};

/// The least time between two frames while the program runs.
const FRAME: Duration = Duration::from_millis(16);

/// How many times as long as a frame took the next one is off at least, and how far off at most.
const RARE: u32 = 3;
const RAREST: Duration = Duration::from_millis(250);

/// How long one tick may wait for records while the program runs.
const PATIENCE: Duration = Duration::from_millis(4);

/// What Ctrl-Z says where nobody could bring the screen back.
pub(super) const NO_SHELL: &str = "There is no shell to go back to; q leaves.";

/// How many events are taken before the next frame.
const EVENTS: usize = 64;

/// What came while a page or the list was shown.
pub(super) enum Waited {
    Away(i32),
    Redraw,
    Event(loopscope_screen::event::Event),
}

/// When to draw while the program runs.
#[derive(Debug, Default)]
struct Pace {
    due: Option<Instant>,
}

impl Pace {
    fn is_due(&self) -> bool {
        self.due.is_none_or(|due| Instant::now() >= due)
    }

    /// A frame was drawn. What takes long is drawn less often, so that records get most of the time.
    fn drew(&mut self, began: Instant) {
        let now = Instant::now();
        self.due = Some(now + FRAME.max((now - began) * RARE).min(RAREST));
    }
}

/// The terminal with what the user prefers.
#[derive(Debug)]
pub(super) struct Window {
    pub(super) terminal: Terminal,
    pub(super) theme: Theme,
    pub(super) settings: Settings,
    /// What is wrong with the settings file, to be said once.
    pub(super) trouble: Option<String>,
    /// When the time is over.
    end: Option<Instant>,
    /// The sentences about files of lessons that could not be written.
    pub(super) troubles: Vec<String>,
    /// Whether the lesson was left for the next one.
    pub(super) wants_next: bool,
}

impl Window {
    pub(super) fn open(options: &ScreenOptions) -> Result<Self, AppError> {
        if !print::is_terminal() || !io::stdin().is_terminal() {
            return Err(AppError::NoTerminal);
        }
        let (settings, troubles) = Settings::load();
        let variable = |name: &str| std::env::var(name).ok();
        let wanted = remembered::theme(settings.theme);
        let palette = colors::palette(options.color, wanted, &variable);
        let theme = Theme::new(palette, options.ascii || settings.ascii);
        let terminal = Terminal::open(settings.mouse)?;
        let end = options.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let troubles: Vec<String> = troubles.iter().map(ToString::to_string).collect();
        let trouble = (!troubles.is_empty()).then(|| troubles.join("\n"));
        Ok(Self {
            terminal,
            theme,
            settings,
            trouble,
            end,
            troubles: Vec::new(),
            wants_next: false,
        })
    }

    pub(super) fn controller(&mut self, session: Session, text: Option<String>) -> Controller {
        let mut controller =
            Controller::new(session, text, self.theme, self.settings.keymap.clone());
        if let Some(trouble) = self.trouble.take() {
            controller.warn("settings", &trouble);
        }
        controller
    }

    /// A theme was chosen, for whatever is shown from now on.
    pub(super) fn take_theme(&mut self, palette: Palette) {
        self.theme = Theme::new(palette, self.theme.is_ascii());
        remembered::keep_theme(palette, self.settings.theme);
    }

    /// The exit code that a signal or the end of the time asks for.
    fn called_away(&self) -> Option<i32> {
        let late = self.end.is_some_and(|end| Instant::now() >= end);
        let mistake = panics::happened().then_some(code::PANIC);
        self.terminal.called_away().or(mistake).or(late.then_some(code::TIMEOUT))
    }

    /// Shows a session until the user leaves. The first frame waits for nothing.
    pub(super) fn show(&mut self, controller: &mut Controller) -> Result<i32, AppError> {
        let mut pace = Pace::default();
        let mut is_asked = false;
        self.terminal.redraw()?;
        loop {
            fault::point("main");
            // Whoever pressed a key waits for what it did, and not for records.
            if controller.dirty && (is_asked || pace.is_due() || !controller.has_work()) {
                let began = Instant::now();
                self.terminal.draw(|frame| {
                    let cursor = controller.draw(frame.area(), frame.buffer_mut());
                    if let Some(cursor) = cursor {
                        frame.set_cursor_position(cursor);
                    }
                })?;
                pace.drew(began);
            }
            let wait = if is_asked { Duration::ZERO } else { controller.patience() };
            is_asked = self.take_events(controller, wait)?;
            if !is_asked {
                controller.tick(PATIENCE);
            }
            let requests = std::mem::take(&mut controller.requests);
            if let Some(code) = requests.leave.or_else(|| self.called_away()) {
                return Ok(code);
            }
            if requests.next_lesson {
                self.wants_next = true;
                return Ok(code::OK);
            }
            if let Some(palette) = requests.theme {
                self.take_theme(palette);
            }
            if let Some(file) = requests.edit {
                let edited = self.terminal.lend(|| editor::edit(&file))?;
                controller.edited(edited);
            }
            if requests.suspend && !self.terminal.suspend() {
                controller.say(NO_SHELL, true);
            }
            if requests.redraw || self.terminal.has_continued() {
                self.terminal.redraw()?;
                controller.dirty = true;
            }
        }
    }

    /// Hands on what the user does, waiting at most `wait` for it. Tells whether that was anything.
    fn take_events(&self, controller: &mut Controller, mut wait: Duration) -> io::Result<bool> {
        let mut is_asked = false;
        for _ in 0..EVENTS {
            if !self.terminal.poll(wait)? {
                break;
            }
            if let Some(event) = translate(event::read()?) {
                controller.event(&event);
                is_asked = true;
            }
            wait = Duration::ZERO;
            if controller.requests != TerminalRequests::default() {
                break;
            }
        }
        Ok(is_asked)
    }

    /// Waits for something that the user does.
    pub(super) fn wait_for_event(&mut self) -> Result<Waited, AppError> {
        loop {
            fault::point("main");
            if let Some(code) = self.called_away() {
                return Ok(Waited::Away(code));
            }
            if self.terminal.has_continued() {
                self.terminal.redraw()?;
                return Ok(Waited::Redraw);
            }
            if self.terminal.poll(Duration::from_millis(100))? {
                let event = translate(event::read()?);
                return Ok(event.map_or(Waited::Redraw, Waited::Event));
            }
        }
    }
}
