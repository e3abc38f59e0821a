//! What the line editor asks while a line is written: candidates, hints, colours. The editor writes
//! to the terminal itself, so nothing goes to it that could steer one.

use std::borrow::Cow;
use std::cell::RefCell;

use loopscope_model::safe_text;
use rustyline::completion::{Completer, FilenameCompleter, Pair};
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::{Context, Helper, Validator};

use loopscope_session::{ROWS, Session, complete, wants_file};

/// The line editor's view of a session.
#[derive(Helper, Validator)]
pub(super) struct Assist {
    files: FilenameCompleter,
    tasks: Vec<String>,
    bookmarks: Vec<(String, usize)>,
    color: bool,
    /// What is typed so far, before the cursor and behind it.
    typed: RefCell<[String; 2]>,
}

impl Assist {
    pub(super) fn new(color: bool) -> Self {
        let files = FilenameCompleter::new();
        Self { files, tasks: Vec::new(), bookmarks: Vec::new(), color, typed: RefCell::default() }
    }

    /// What was typed of a line that is not finished.
    pub(super) fn take_typed(&self) -> [String; 2] {
        self.typed.take()
    }

    /// Learns what there is to name now.
    pub(super) fn see(&mut self, session: &Session) {
        self.tasks = session.task_names();
        self.bookmarks = session.bookmarks().to_vec();
    }
}

impl Completer for Assist {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        position: usize,
        context: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        let before = &line[..position];
        if wants_file(before) {
            let (start, mut files) = self.files.complete(line, position, context)?;
            // A file with such a name has to be written out, as in a script.
            files.retain(|file| !file.replacement.contains(safe_text::is_unsafe));
            return Ok((start, files));
        }
        let found = complete(before, &self.tasks, &self.bookmarks);
        let pair = |name: String| Pair { display: name.clone(), replacement: name };
        Ok((found.start, found.candidates.into_iter().map(pair).collect()))
    }
}

impl Hinter for Assist {
    type Hint = String;

    /// What may follow a command whose name is written out. Without colour it could not be told
    /// from what was typed.
    fn hint(&self, line: &str, position: usize, _: &Context<'_>) -> Option<String> {
        // It is asked after each key.
        let (before, behind) = line.split_at(position);
        self.typed.replace([before.to_owned(), behind.to_owned()]);
        let name = line.trim_end();
        if position < line.len() || name.is_empty() || !self.color {
            return None;
        }
        let row = ROWS.iter().find(|row| row.name == name)?;
        let rest = row.usage.strip_prefix(name)?.trim_start();
        let space = if line.ends_with(' ') { "" } else { " " };
        (!rest.is_empty()).then(|| format!("{space}{rest}"))
    }
}

impl Highlighter for Assist {
    /// What was pasted, or comes from the history, may hold anything.
    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        if line.contains(safe_text::is_unsafe) {
            line.replace(safe_text::is_unsafe, "?").into()
        } else {
            line.into()
        }
    }

    fn highlight_char(&self, line: &str, _: usize, _: CmdKind) -> bool {
        line.contains(safe_text::is_unsafe)
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        if self.color { format!("\x1b[1m{prompt}\x1b[0m").into() } else { prompt.into() }
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        if self.color { format!("\x1b[2m{hint}\x1b[0m").into() } else { hint.into() }
    }
}
