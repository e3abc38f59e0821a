//! `--linear`: the commands that open a screen, without one. A source is stepped in line mode, and the
//! list of lessons is a list of numbers.

use std::ffi::OsString;
use std::path::Path;

use loopscope_session::Session;

use super::{Shared, code, complain, lesson};
use crate::repl;

/// A program, or what else `repl` takes.
pub(super) fn source(shared: &Shared, source: &[OsString]) -> i32 {
    stepped(shared, shared.session(source, true))
}

pub(super) fn recording(shared: &Shared, file: &Path) -> i32 {
    stepped(shared, shared.recorded_session(file))
}

fn stepped(shared: &Shared, session: Result<Session, String>) -> i32 {
    match session {
        Ok(session) => open(shared, session),
        Err(sentence) => complain(code::USAGE, &sentence),
    }
}

/// Whatever is open, in lines.
pub(super) fn open(shared: &Shared, session: Session) -> i32 {
    repl::run(repl::Plan {
        session: Some(session),
        batch: Vec::new(),
        json: false,
        interactive: false,
        linear: true,
        color: false,
        output_to_stderr: shared.events_on_stdout(),
        timeout: shared.timeout,
        strict: shared.strict,
    })
}

/// The list of lessons.
pub(super) fn menu(shared: &Shared) -> i32 {
    repl::choose_lesson(&mut |lesson| lesson::take(lesson, shared), &mut || lesson::again(shared))
}
