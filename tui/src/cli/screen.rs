//! The commands that open the screen, and what the screen needs to open programs by itself.

use std::ffi::OsString;
use std::io::{IsTerminal, Write, stdin, stdout};
use std::path::Path;
use std::time::Duration;

use loopscope_lessons::Lesson;

use super::{Color, LearnArgs, Shared, code, complain};
use crate::session::Session;

/// How the screen is to look, and how it opens programs: the shared options of the command line.
#[derive(Clone, Debug)]
pub struct Opener {
    shared: Shared,
}

impl Opener {
    /// A session on a program or a recording, held before its first record. The program's output
    /// goes only into records.
    pub fn open(&self, source: &[OsString]) -> Result<Session, String> {
        self.shared.session(source, true)
    }

    /// Whether to use colour.
    pub fn color(&self) -> bool {
        self.shared.color.on(stdout().is_terminal())
    }

    /// Whether colour was asked for or refused, rather than left to us.
    pub const fn color_choice(&self) -> Color {
        self.shared.color
    }

    /// Whether to draw with ASCII characters only.
    pub const fn ascii(&self) -> bool {
        self.shared.ascii
    }

    /// How long the screen may stay open: `--timeout`.
    pub const fn timeout(&self) -> Option<Duration> {
        self.shared.timeout
    }
}

/// The lesson menu.
pub(super) fn menu(shared: Option<&Shared>) -> i32 {
    if !on_a_terminal() {
        return no_terminal(
            "the lesson menu",
            "`loopscope lesson list` shows the lessons as text, `loopscope --help` the other commands",
        );
    }
    plain_menu(shared)
}

/// Until the screen has its own: the menu as text.
fn plain_menu(_: Option<&Shared>) -> i32 {
    let mut out = stdout();
    for lesson in loopscope_lessons::lessons() {
        let _ = writeln!(out, "{:>3}  {}", lesson.number, lesson.title);
    }
    code::OK
}

pub(super) fn learn(args: &LearnArgs) -> i32 {
    if args.shared.headless {
        return complain(
            code::USAGE,
            "a lesson needs a reader, so `learn` has no --headless; `loopscope lesson run LESSON` takes it in line mode",
        );
    }
    let Some(name) = &args.lesson else { return menu(Some(&args.shared)) };
    let Some(_lesson) = Lesson::find(name) else {
        return complain(
            code::USAGE,
            &format!("there is no lesson `{name}`; `loopscope lesson list` shows them"),
        );
    };
    menu(Some(&args.shared))
}

pub(super) fn program(shared: &Shared, program: &[OsString]) -> i32 {
    let file = program.first().map(Path::new).unwrap_or(Path::new("FILE")).display();
    if !on_a_terminal() {
        return no_terminal(
            "the screen",
            &format!(
                "`loopscope run --headless {file}` runs the program without it, `loopscope repl {file}` steps it in line mode"
            ),
        );
    }
    watch(shared, program)
}

pub(super) fn recording(shared: &Shared, file: &Path) -> i32 {
    let shown = file.display();
    if !on_a_terminal() {
        return no_terminal(
            "the screen",
            &format!("`loopscope repl {shown}` walks through the recording in line mode"),
        );
    }
    watch(shared, &[file.as_os_str().to_owned()])
}

fn watch(shared: &Shared, source: &[OsString]) -> i32 {
    if shared.events_on_stdout() {
        return complain(
            code::USAGE,
            "--events - writes to standard output, which the screen is on; name a file, or add --headless",
        );
    }
    let opener = Opener { shared: shared.clone() };
    match opener.open(source) {
        Ok(_session) => complain(code::FAILED, "the screen is not there yet; use `loopscope repl`"),
        Err(sentence) => complain(code::USAGE, &sentence),
    }
}

fn on_a_terminal() -> bool {
    stdin().is_terminal() && stdout().is_terminal()
}

fn no_terminal(what: &str, instead: &str) -> i32 {
    let which = if stdout().is_terminal() { "standard input" } else { "standard output" };
    complain(code::USAGE, &format!("{what} needs a terminal, and {which} is none; {instead}"))
}
