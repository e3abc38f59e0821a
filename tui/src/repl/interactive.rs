//! Commands from the keyboard, with history, completion and hints.

use std::io::Write as _;
use std::path::PathBuf;

use loopscope_files::own;
use loopscope_model::whole;
use loopscope_screen::app::folders;
use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;
use rustyline::{CompletionType, Config, Editor, EventHandler, KeyEvent};

use super::assist::Assist;
use super::prompt::{Ending, Prompt, Suspend};
use super::{Flow, Repl};
use crate::exit::{code, complain, printed};
use crate::print;

/// The most bytes of history that are read.
const LARGEST_HISTORY: u64 = 1 << 20;

/// How many lines of history are kept.
const HISTORY: usize = 2000;

pub(super) fn run(repl: &mut Repl, prompt: &Prompt) -> i32 {
    let config = Config::builder()
        .completion_type(CompletionType::List)
        .max_history_size(HISTORY)
        .map(|builder| builder.auto_add_history(true).history_ignore_space(true))
        .map(rustyline::config::Builder::build);
    let editor = config.and_then(Editor::<Assist, DefaultHistory>::with_config);
    let mut editor = match editor {
        Ok(editor) => editor,
        Err(error) => {
            return complain(
                code::FAILED,
                &format!(
                    "the terminal cannot be used for line mode: {error}; pipe the commands in instead"
                ),
            );
        }
    };
    editor.set_helper(Some(Assist::new(repl.color)));
    if let Ok(printer) = editor.create_external_printer() {
        prompt.draw_by(printer);
    }
    let suspend = EventHandler::Conditional(Box::new(Suspend));
    editor.bind_sequence(KeyEvent::ctrl('Z'), suspend);
    let history = history_file();
    if let Some(path) = &history {
        // There is none the first time; and what is not a small file was not written here.
        if whole::read_file(path, LARGEST_HISTORY).is_ok() {
            let _ = editor.load_history(path);
        }
    }
    if let Err(error) = writeln!(print::out(), "{}", super::greeting(&repl.session)) {
        return printed(Err(error));
    }
    let mut ending = repl.session.end().map(|end| Ending::watch(end, prompt.clone()));
    let mut typed = <[String; 2]>::default();
    let code = loop {
        if let Some(helper) = editor.helper_mut() {
            helper.see(&repl.session);
            let _ = helper.take_typed();
        }
        if let Some(Flow::Leave(code)) = repl.look() {
            break code;
        }
        if let Some(Flow::Leave(code)) = repl.called_away() {
            break code;
        }
        if repl.end_told {
            ending = None;
        }
        let [before, behind] = std::mem::take(&mut typed);
        let mut read = || editor.readline_with_initial(&mark(repl), (&before, &behind));
        let line = match &ending {
            Some(ending) => ending.interrupts(read),
            None => read(),
        };
        let line = match line {
            Ok(line) => line,
            Err(ReadlineError::Interrupted) => {
                if ending.as_ref().is_some_and(|ending| ending.is_there())
                    && let Some(helper) = editor.helper()
                {
                    // It was not the user who broke the line off.
                    typed = helper.take_typed();
                    repl.look_for_the_end();
                }
                continue;
            }
            Err(ReadlineError::Eof) => break code::OK,
            Err(error) => {
                break complain(code::FAILED, &format!("the line cannot be read: {error}"));
            }
        };
        match repl.line(&line) {
            Flow::On | Flow::Failed => {}
            Flow::Leave(code) => break code,
        }
    };
    if let Some(path) = &history {
        let kept = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        if kept.is_ok() {
            let _ = editor.save_history(path);
        }
    }
    code
}

/// Where the cursor is; in the past, how far.
fn mark(repl: &Repl) -> String {
    let session = &repl.session;
    if session.is_collecting() {
        return "   > ".to_owned();
    }
    if session.is_live() {
        format!("#{}> ", session.seq())
    } else {
        format!("#{} of {}> ", session.seq(), session.history().seq())
    }
}

fn history_file() -> Option<PathBuf> {
    Some(folders::data()?.join("history")).filter(|path| own::may_be(path))
}
