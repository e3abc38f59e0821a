//! How far a long command is, for a person who waits: on the line where its answer will stand, or on
//! standard error where the answer is the command's output.

use std::time::{Duration, Instant};

use loopscope_session::Progress;

use crate::print::Terminal;

/// How long nobody wonders.
const QUIET: Duration = Duration::from_millis(300);

/// How often the line is written anew.
const AGAIN: Duration = Duration::from_millis(150);

/// What empties the line.
const EMPTY: &str = "\r\x1b[K";

/// The line with the progress of one command.
#[derive(Debug)]
pub(crate) struct ProgressLine {
    on: Terminal,
    /// When it may be written next; nothing where nobody reads it.
    due: Option<Instant>,
    shown: bool,
}

impl ProgressLine {
    /// Of a command that begins. `watched`: somebody sits at the terminal.
    pub(crate) fn begin(watched: bool, on: Terminal) -> Self {
        let due = (watched && on.is_there()).then(|| Instant::now() + QUIET);
        Self { on, due, shown: false }
    }

    /// Writes how far the command is, if it is time.
    pub(crate) fn show(&mut self, progress: Progress) {
        let now = Instant::now();
        if self.due.is_none_or(|due| now < due) {
            return;
        }
        self.due = Some(now + AGAIN);
        self.shown = true;
        let percent = progress.percent.map_or_else(String::new, |percent| format!(", {percent} %"));
        let line = format!("{EMPTY}{}{percent}; Ctrl-C ends it", progress.doing);
        self.on.order(line.as_bytes());
    }
}

impl Drop for ProgressLine {
    /// The answer takes its place.
    fn drop(&mut self) {
        if self.shown {
            self.on.order(EMPTY.as_bytes());
        }
    }
}
