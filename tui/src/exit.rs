//! How the program ends: its exit codes, and the sentence on standard error that says why.

use std::io::{self, Write as _};
use std::time::{Duration, Instant};

use loopscope_model::safe_text;

use crate::print;

/// Exit codes, as the table in the README has them.
pub mod code {
    /// All went well.
    pub const OK: i32 = 0;
    /// A command or an assertion failed.
    pub const FAILED: i32 = 1;
    /// The command line makes no sense.
    pub const USAGE: i32 = 2;
    /// A lesson's check failed.
    pub const LESSON: i32 = 3;
    /// A probe or a target was lost.
    pub const LOST: i32 = loopscope_session::source::board::LOST;
    /// Records were lost or harmed, under `--strict`.
    pub const HARMED: i32 = 5;
    /// A mistake of our own.
    pub const PANIC: i32 = 101;
    /// The time was over.
    pub const TIMEOUT: i32 = 124;
    /// Ctrl-C.
    pub const INTERRUPTED: i32 = 130;
}

/// Says one sentence on standard error, on one line whatever names are in it, and gives the exit
/// code.
pub(crate) fn complain(code: i32, sentence: &str) -> i32 {
    let _ = writeln!(print::err(), "loopscope: {}", safe_text::line(sentence));
    code
}

/// The exit code of a command whose answer was written to standard output. A reader that goes away
/// early, as `| head` does, has got what it wanted; a full disk has not.
pub(crate) fn printed(written: io::Result<()>) -> i32 {
    match written.and_then(|()| print::out().flush()) {
        Ok(()) => code::OK,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => code::OK,
        Err(error) => complain(
            code::FAILED,
            &format!("standard output cannot be written: {error}; free some space there"),
        ),
    }
}

/// When a time that begins now is over; `None`: later than any clock can tell.
pub(crate) fn deadline_in(timeout: Duration) -> Option<Instant> {
    Instant::now().checked_add(timeout)
}
