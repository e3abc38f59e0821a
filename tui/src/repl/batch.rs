//! Commands that nobody types: they stop at the first one that fails.

use std::fs::File;
use std::path::Path;

use loopscope_model::whole;
use loopscope_session::LARGEST_SCRIPT;

use super::input::next_line;
use super::{Flow, Input, Repl};
use crate::exit::{code, complain};

/// The commands of `-x` and `-c`.
pub(super) fn given(repl: &mut Repl, inputs: Vec<Input>) -> i32 {
    for input in inputs {
        let flow = match input {
            Input::Command(line) => done(repl.line(&line), code::FAILED),
            Input::Script(path) => script(repl, &path),
        };
        if let Some(code) = flow {
            return code;
        }
    }
    code::OK
}

/// What becomes of the batch: `Some` is its exit code.
const fn done(flow: Flow, failed: i32) -> Option<i32> {
    match flow {
        Flow::On => None,
        Flow::Failed => Some(failed),
        Flow::Leave(code) => Some(code),
    }
}

fn script(repl: &mut Repl, path: &Path) -> Option<i32> {
    if path.as_os_str() == "-" {
        return Some(standard_input(repl)).filter(|code| *code != code::OK);
    }
    // A script may also come out of a pipe.
    let text = match File::open(path).and_then(|file| whole::read_text(file, LARGEST_SCRIPT)) {
        Ok(text) => text,
        Err(error) => {
            return Some(complain(
                code::USAGE,
                &format!(
                    "the script `{}` cannot be read: {error}; name a file with one command on each line",
                    path.display()
                ),
            ));
        }
    };
    for (number, line) in text.lines().enumerate() {
        // Empty lines make a script readable; they repeat nothing.
        if line.trim().is_empty() {
            continue;
        }
        let flow = repl.line(line);
        if flow == Flow::Failed {
            complain(
                code::FAILED,
                &format!("{}:{}: `{}` failed", path.display(), number + 1, line.trim()),
            );
        }
        if let Some(code) = done(flow, code::FAILED) {
            return Some(code);
        }
    }
    None
}

/// Commands from a pipe or a file, without a prompt.
pub(super) fn standard_input(repl: &mut Repl) -> i32 {
    loop {
        let line = match next_line(|| repl.called_away()) {
            Ok(Ok(Some(line))) => line,
            Ok(Ok(None)) => return code::OK,
            Ok(Err(flow)) => return done(flow, code::FAILED).unwrap_or(code::OK),
            Err(error) => {
                return complain(
                    code::FAILED,
                    &format!(
                        "standard input cannot be read as commands: {error}; write them as UTF-8 text"
                    ),
                );
            }
        };
        if let Some(code) = done(repl.line(&line), code::FAILED) {
            return code;
        }
    }
}
