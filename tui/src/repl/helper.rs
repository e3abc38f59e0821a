//! What the line editor asks while a line is written: candidates, hints, whether it is complete.

use rustyline::completion::{Completer, FilenameCompleter, Pair};
use rustyline::hint::Hinter;
use rustyline::{Context, Helper, Highlighter, Validator};

use crate::session::{ROWS, Session, complete, wants_file};

/// The line editor's view of a session.
#[derive(Helper, Highlighter, Validator)]
pub(super) struct LineHelper {
    files: FilenameCompleter,
    tasks: Vec<String>,
    bookmarks: Vec<(String, usize)>,
}

impl Default for LineHelper {
    fn default() -> Self {
        Self { files: FilenameCompleter::new(), tasks: Vec::new(), bookmarks: Vec::new() }
    }
}

impl LineHelper {
    /// Learns what there is to name now.
    pub(super) fn see(&mut self, session: &Session) {
        self.tasks = session.task_names();
        self.bookmarks = session.bookmarks().to_vec();
    }
}

impl Completer for LineHelper {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        position: usize,
        context: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        let before = &line[..position];
        if wants_file(before) {
            return self.files.complete(line, position, context);
        }
        let found = complete(before, &self.tasks, &self.bookmarks);
        let pair = |name: String| Pair { display: name.clone(), replacement: name };
        Ok((found.start, found.candidates.into_iter().map(pair).collect()))
    }
}

impl Hinter for LineHelper {
    type Hint = String;

    /// What may follow a command whose name is written out.
    fn hint(&self, line: &str, position: usize, _: &Context<'_>) -> Option<String> {
        let name = line.trim_end();
        if position < line.len() || name.is_empty() {
            return None;
        }
        let row = ROWS.iter().find(|row| row.name == name)?;
        let rest = row.usage.strip_prefix(name)?.trim_start();
        let space = if line.ends_with(' ') { "" } else { " " };
        (!rest.is_empty()).then(|| format!("{space}{rest}"))
    }
}
