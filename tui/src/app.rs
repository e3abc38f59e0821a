//! The screen as a program: it takes the terminal, shows a session or the list of lessons, and gives
//! the terminal back.
//!
//! [`run_session`] opens a program or a recording, [`learn`] one lesson, [`menu()`] the list of them.
//! Each gives the exit code to leave with.

mod events;
mod lessons;
mod quiz;
mod window;

use std::io::{self, Write as _};
use std::time::Duration;

use loopscope_screen::app::colors::Colors;
use loopscope_session::Session;
use thiserror::Error;

pub use self::lessons::{learn, menu};
pub use self::quiz::QuizScreen;
use self::window::Window;
use crate::exit::{code, complain};
use crate::print;

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

/// Says what was not written, now that it stays on the terminal. Gives the exit code.
fn with_troubles(code: i32, troubles: &[String]) -> i32 {
    for trouble in troubles {
        complain(code::FAILED, trouble);
    }
    if code == code::OK && !troubles.is_empty() { code::FAILED } else { code }
}
