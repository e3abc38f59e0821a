//! How far a long command is, on the line where its answer will stand, for a person who waits.

use std::time::{Duration, Instant};

use loopscope_session::Progress;

use crate::print;

/// How long nobody wonders.
const QUIET: Duration = Duration::from_millis(300);

/// How often the line is written anew.
const AGAIN: Duration = Duration::from_millis(150);

/// What empties the line.
const EMPTY: &str = "\r\x1b[K";

/// The line with the progress of one command.
#[derive(Debug)]
pub(super) struct ProgressLine {
    /// When it may be written next; nothing where nobody reads it.
    due: Option<Instant>,
    shown: bool,
}

impl ProgressLine {
    /// Of a command that begins. `watched`: somebody sits at the terminal.
    pub(super) fn begin(watched: bool) -> Self {
        let due = (watched && print::is_terminal()).then(|| Instant::now() + QUIET);
        Self { due, shown: false }
    }

    /// Writes how far the command is, if it is time.
    pub(super) fn show(&mut self, progress: Progress) {
        let now = Instant::now();
        if self.due.is_none_or(|due| now < due) {
            return;
        }
        self.due = Some(now + AGAIN);
        self.shown = true;
        let percent = progress.percent.map_or_else(String::new, |percent| format!(", {percent} %"));
        print::orders(format!("{EMPTY}{}{percent}; Ctrl-C ends it", progress.doing).as_bytes());
    }
}

impl Drop for ProgressLine {
    /// The answer takes its place.
    fn drop(&mut self) {
        if self.shown {
            print::orders(EMPTY.as_bytes());
        }
    }
}
