//! The screen as a program: it takes the terminal, shows a session or the list of lessons, and gives
//! the terminal back.
//!
//! [`run_session`] opens a program or a recording, [`learn`] one lesson, [`menu()`] the list of them.
//! Each gives the exit code to leave with.

mod events;
mod quiz;

use std::io::{self, IsTerminal, Write as _};
use std::time::{Duration, Instant};

use crossterm::event;
use loopscope_lessons::Lesson;
use loopscope_model::fault;
use loopscope_screen::app::colors::{self, Colors};
use loopscope_screen::app::controller::{Controller, TerminalRequests};
use loopscope_screen::app::learner::{Learner, Start as OwnStart};
use loopscope_screen::app::menu::{Choice, Menu};
use loopscope_screen::app::remembered;
use loopscope_screen::app::settings::Settings;
use loopscope_screen::theme::{Palette, Theme};
use loopscope_session::Session;
use thiserror::Error;

use self::events::translate;
pub use self::quiz::QuizScreen;
use crate::exit::{code, complain};
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
const NO_SHELL: &str = "There is no shell to go back to; q leaves.";

/// How many events are taken before the next frame.
const EVENTS: usize = 64;

/// What the command line says about the screen.
#[derive(Clone, Debug, Default)]
pub struct ScreenOptions {
    /// `--color`.
    pub color: Colors,
    /// `--ascii`.
    pub ascii: bool,
    /// The program's text, where it is not a file of the session's folder.
    pub text: Option<String>,
    /// `--timeout`: how long the screen may stay open. Then the exit code is 124.
    pub timeout: Option<Duration>,
    /// What is said first, in the place of the keys.
    pub notice: Option<&'static str>,
}

/// Why there is no screen.
#[derive(Debug, Error)]
pub enum AppError {
    /// Standard input or output is no terminal.
    #[error(
        "The screen needs a terminal, and there is none here; use `--headless`, or \
         `loopscope repl` for line mode."
    )]
    NoTerminal,
    /// The terminal does not do what it is asked.
    #[error("The terminal cannot be used: {0}.")]
    Terminal(#[from] io::Error),
}

/// Shows a session until the user leaves.
pub fn run_session(session: Session, options: &ScreenOptions) -> Result<i32, AppError> {
    let mut window = Window::open(options)?;
    let notice = options.notice.map(str::to_owned).or_else(|| session.warning());
    let mut controller = window.controller(session, options.text.clone());
    if let Some(notice) = notice {
        controller.say(notice, false);
    }
    let code = window.show(&mut controller)?;
    let troubles = controller.close_files();
    drop(window);
    Ok(with_troubles(code, &troubles))
}

/// Shows a run that has ended as a game: the user is the loop, and is asked that many times at most.
pub fn play(session: Session, most: usize, options: &ScreenOptions) -> Result<i32, AppError> {
    let mut window = Window::open(options)?;
    let mut controller = window.controller(session, options.text.clone());
    controller.open_game(most);
    let code = window.show(&mut controller)?;
    let troubles = controller.close_files();
    drop(window);
    if let Some((right, asked)) = controller.game_score() {
        // What the screen said goes away with it.
        let mut out = print::out();
        let _ = writeln!(out, "{right} of {asked} right.");
    }
    Ok(with_troubles(code, &troubles))
}

/// What came while a page or the list was shown.
enum Waited {
    Away(i32),
    Redraw,
    Event(loopscope_screen::event::Event),
}

/// Says what was not written, now that it stays on the terminal. Gives the exit code.
fn with_troubles(code: i32, troubles: &[String]) -> i32 {
    for trouble in troubles {
        complain(code::FAILED, trouble);
    }
    if code == code::OK && !troubles.is_empty() { code::FAILED } else { code }
}

/// Shows a lesson on a session of its program until the user leaves; then perhaps the next ones.
pub fn learn(
    lesson: &'static Lesson,
    session: Session,
    start: &mut dyn FnMut(&'static Lesson) -> Result<Session, String>,
    own: OwnStart,
    options: &ScreenOptions,
) -> Result<i32, AppError> {
    let mut window = Window::open(options)?;
    let mut learner = Learner::here(own);
    let mut taken = Some((lesson, session));
    let mut code = code::OK;
    let mut refused = None;
    while let Some((lesson, session)) = taken.take() {
        let wants_next;
        (code, wants_next) = window.take_lesson(lesson, session, &mut learner)?;
        if let Some(next) = next_lesson(lesson).filter(|_| wants_next && code == code::OK) {
            match start(next) {
                Ok(session) => taken = Some((next, session)),
                Err(sentence) => refused = Some(sentence),
            }
        }
    }
    let troubles = std::mem::take(&mut window.troubles);
    drop(window);
    if let Some(sentence) = refused {
        return Ok(complain(code::FAILED, &sentence));
    }
    Ok(with_troubles(code, &troubles))
}

/// The built-in lesson after a built-in one.
fn next_lesson(lesson: &'static Lesson) -> Option<&'static Lesson> {
    let all = loopscope_lessons::lessons();
    let at = all.iter().position(|known| std::ptr::eq(known, lesson))?;
    all.get(at + 1)
}

/// Shows the list of lessons, and each lesson that is chosen. `start` starts a lesson's program; what
/// it refuses is shown to the user.
pub fn menu(
    start: &mut dyn FnMut(&'static Lesson) -> Result<Session, String>,
    own: OwnStart,
    options: &ScreenOptions,
) -> Result<i32, AppError> {
    let mut window = Window::open(options)?;
    let mut learner = Learner::here(own);
    let mut menu = Menu::new(loopscope_lessons::lessons(), learner.progress.clone());
    let code = loop {
        match window.choose(&mut menu)? {
            // It is done where the choice is made.
            Choice::Suspend | Choice::Theme(_) => {}
            Choice::Leave(code) => break code,
            Choice::Again(lesson, number) => {
                match start(lesson) {
                    Ok(session) => {
                        let ask = |c: &mut Controller| c.ask_again(lesson, number);
                        let (code, _) = window.show_lesson(lesson, session, &mut learner, &ask)?;
                        if code != 0 {
                            break code;
                        }
                    }
                    Err(text) => menu.trouble = Some(text),
                }
                menu.progress = learner.progress.clone();
            }
            Choice::Open(lesson) => {
                let mut chosen = Some(lesson);
                let mut code = code::OK;
                while let Some(lesson) = chosen.take() {
                    match start(lesson) {
                        Ok(session) => {
                            let wants_next;
                            (code, wants_next) =
                                window.take_lesson(lesson, session, &mut learner)?;
                            chosen = next_lesson(lesson).filter(|_| wants_next && code == 0);
                        }
                        Err(text) => menu.trouble = Some(text),
                    }
                }
                menu.progress = learner.progress.clone();
                if code != 0 {
                    break code;
                }
                menu.select_next();
            }
        }
    };
    let troubles = std::mem::take(&mut window.troubles);
    drop(window);
    Ok(with_troubles(code, &troubles))
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
struct Window {
    terminal: Terminal,
    theme: Theme,
    settings: Settings,
    /// What is wrong with the settings file, to be said once.
    trouble: Option<String>,
    /// When the time is over.
    end: Option<Instant>,
    /// The sentences about files of lessons that could not be written.
    troubles: Vec<String>,
    /// Whether the lesson was left for the next one.
    wants_next: bool,
}

impl Window {
    fn open(options: &ScreenOptions) -> Result<Self, AppError> {
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

    fn controller(&mut self, session: Session, text: Option<String>) -> Controller {
        let mut controller =
            Controller::new(session, text, self.theme, self.settings.keymap.clone());
        if let Some(trouble) = self.trouble.take() {
            controller.warn("settings", &trouble);
        }
        controller
    }

    /// A theme was chosen, for whatever is shown from now on.
    fn take_theme(&mut self, palette: Palette) {
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
    fn show(&mut self, controller: &mut Controller) -> Result<i32, AppError> {
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

    fn take_lesson(
        &mut self,
        lesson: &'static Lesson,
        session: Session,
        learner: &mut Learner,
    ) -> Result<(i32, bool), AppError> {
        let open = |controller: &mut Controller| controller.open_lesson(lesson);
        self.show_lesson(lesson, session, learner, &open)
    }

    fn show_lesson(
        &mut self,
        lesson: &'static Lesson,
        session: Session,
        learner: &mut Learner,
        open: &dyn Fn(&mut Controller),
    ) -> Result<(i32, bool), AppError> {
        // A board's records have no program of ours behind them.
        let text = (!lesson.is_on_board()).then(|| lesson.program.clone());
        let mut controller = self.controller(session, text);
        controller.learner = Some(std::mem::replace(learner, Learner::nobody()));
        open(&mut controller);
        let shown = self.show(&mut controller);
        self.troubles.extend(controller.close_files());
        if let Some(back) = controller.learner.take() {
            *learner = back;
        }
        shown.map(|code| (code, std::mem::take(&mut self.wants_next)))
    }

    /// Shows the list of lessons until one is chosen.
    fn choose(&mut self, menu: &mut Menu) -> Result<Choice, AppError> {
        if let Some(trouble) = self.trouble.take() {
            menu.trouble = Some(trouble.replace('\n', "; "));
        }
        self.terminal.redraw()?;
        loop {
            self.terminal.draw(|frame| {
                let area = frame.area();
                menu.draw(&self.theme, &self.settings.keymap, area, frame.buffer_mut());
            })?;
            match self.wait_for_event()? {
                Waited::Away(code) => return Ok(Choice::Leave(code)),
                Waited::Redraw => {}
                Waited::Event(event) => {
                    match menu.event(&event, &self.settings.keymap, &self.theme) {
                        Some(Choice::Suspend) if !self.terminal.suspend() => {
                            menu.trouble = Some(NO_SHELL.to_owned());
                        }
                        Some(Choice::Theme(palette)) => self.take_theme(palette),
                        None | Some(Choice::Suspend) => {}
                        Some(choice) => return Ok(choice),
                    }
                }
            }
        }
    }

    /// Waits for something that the user does.
    fn wait_for_event(&mut self) -> Result<Waited, AppError> {
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
