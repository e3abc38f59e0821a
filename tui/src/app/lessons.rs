//! Lessons on the terminal: one is taken, and perhaps the next ones, or they are chosen in a list.

use loopscope_lessons::Lesson;
use loopscope_screen::app::controller::Controller;
use loopscope_screen::app::learner::{Learner, Start as OwnStart};
use loopscope_screen::app::menu::{Choice, Menu};
use loopscope_session::Session;

use super::window::{NO_SHELL, Waited, Window};
use super::{AppError, ScreenOptions, with_troubles};
use crate::exit::{code, complain};

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

impl Window {
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
}
