//! The commands that open the screen.

use std::ffi::OsString;
use std::io::{IsTerminal, stdin};
use std::path::Path;

use loopscope_lessons::Lesson;
use loopscope_screen::app::colors::Colors;
use loopscope_session::Session;

use super::open::tell;
use super::{Color, LearnArgs, LessonFolder, Shared, code, complain, lesson, linear};
use crate::app::{self, AppError, ScreenOptions};
use crate::print;

impl Shared {
    pub(super) fn screen(&self) -> ScreenOptions {
        ScreenOptions {
            color: match self.color {
                Color::Auto => Colors::Auto,
                Color::Always => Colors::Always,
                Color::Never => Colors::Never,
            },
            ascii: self.ascii,
            text: None,
            timeout: self.timeout,
            notice: None,
        }
    }

    /// Refuses what cannot go together with a screen.
    fn check_for_screen(&self) -> Result<(), String> {
        if self.events_on_stdout() {
            return Err("--events - writes to standard output, which the screen is on; name a file, or add --headless".to_owned());
        }
        Ok(())
    }
}

/// The list of lessons.
pub(super) fn menu(shared: &Shared) -> i32 {
    if !on_a_terminal() {
        return no_terminal(
            "the list of lessons",
            "`loopscope lesson list` shows it as text, `loopscope --help` the other commands",
        );
    }
    if let Err(sentence) = shared.check_for_screen() {
        return complain(code::USAGE, &sentence);
    }
    let mut folders = Vec::new();
    let mut start = |lesson: &'static Lesson| {
        let folder = LessonFolder::write(lesson)?;
        let session = folder.session(shared, true)?;
        folders.push(folder);
        Ok(session)
    };
    left(app::menu(&mut start, own(shared), &shared.screen()))
}

/// What starts a learner's own program for a lesson.
fn own(shared: &Shared) -> loopscope_screen::app::learner::Start {
    let shared = shared.clone();
    Box::new(move |lesson, file| LessonFolder::start(lesson, file, &shared))
}

pub(super) fn learn(args: &LearnArgs) -> i32 {
    let shared = &args.shared;
    if shared.headless {
        return complain(
            code::USAGE,
            "a lesson needs a reader, so `learn` has no --headless; `loopscope lesson run LESSON` takes it in line mode",
        );
    }
    let Some(name) = &args.lesson else {
        return if shared.linear { linear::menu(shared) } else { menu(shared) };
    };
    let lesson = match lesson::named(name) {
        Ok(lesson) => lesson,
        Err(code) => return code,
    };
    if shared.linear {
        return lesson::take(lesson, shared);
    }
    if !on_a_terminal() {
        return no_terminal(
            "the screen",
            &format!("`loopscope lesson run {name}` takes the lesson in line mode"),
        );
    }
    let opened = shared
        .check_for_screen()
        .and_then(|()| LessonFolder::write(lesson))
        .and_then(|folder| Ok((folder.session(shared, true)?, folder)));
    match opened {
        Ok((mut session, _folder)) => {
            tell(session.notices());
            let mut folders = Vec::new();
            let mut start = |lesson: &'static Lesson| {
                let folder = LessonFolder::write(lesson)?;
                let session = folder.session(shared, true)?;
                folders.push(folder);
                Ok(session)
            };
            left(app::learn(lesson, session, &mut start, own(shared), &shared.screen()))
        }
        Err(sentence) => complain(code::USAGE, &sentence),
    }
}

pub(super) fn program(shared: &Shared, program: &[OsString]) -> i32 {
    let file = program.first().map_or(Path::new("FILE"), Path::new).display();
    if !on_a_terminal() {
        return no_terminal(
            "the screen",
            &format!(
                "`loopscope run --headless {file}` runs the program without it, `loopscope repl {file}` steps it in line mode"
            ),
        );
    }
    watch(shared, || shared.session(program, true))
}

pub(super) fn recording(shared: &Shared, file: &Path) -> i32 {
    if !on_a_terminal() {
        return no_terminal(
            "the screen",
            &format!(
                "`loopscope repl {}` walks through the recording in line mode",
                file.display()
            ),
        );
    }
    // `replay` of anything else is a mistake, not a options to run it.
    watch(shared, || shared.recorded_session(file))
}

/// A board: the view follows what happens until it is told to stand still.
/// `notice` is said first.
pub(super) fn board(mut session: Session, shared: &Shared, notice: Option<&'static str>) -> i32 {
    if let Err(sentence) = shared.check_for_screen() {
        return complain(code::USAGE, &sentence);
    }
    if session.origin().runs_without_us() {
        let _ = session.execute_line("continue");
    }
    let options = ScreenOptions { notice, ..shared.screen() };
    tell(session.notices());
    left(app::run_session(session, &options))
}

/// A run that is played as a game.
pub(super) fn game(session: Session, most: usize, shared: &Shared) -> i32 {
    if let Err(sentence) = shared.check_for_screen() {
        return complain(code::USAGE, &sentence);
    }
    left(app::play(session, most, &shared.screen()))
}

fn watch(shared: &Shared, session: impl FnOnce() -> Result<Session, String>) -> i32 {
    match shared.check_for_screen().and_then(|()| session()) {
        Ok(mut session) => {
            tell(session.notices());
            let harmed = shared.strict && session.is_harmed();
            let code = left(app::run_session(session, &shared.screen()));
            if harmed && code == code::OK { code::HARMED } else { code }
        }
        Err(sentence) => complain(code::USAGE, &sentence),
    }
}

fn left(result: Result<i32, AppError>) -> i32 {
    result.unwrap_or_else(|error| complain(code::USAGE, &error.to_string()))
}

pub(super) fn on_a_terminal() -> bool {
    stdin().is_terminal() && print::is_terminal()
}

fn no_terminal(what: &str, instead: &str) -> i32 {
    let which = if print::is_terminal() { "standard input" } else { "standard output" };
    complain(code::USAGE, &format!("{what} needs a terminal, and {which} is none; {instead}"))
}
