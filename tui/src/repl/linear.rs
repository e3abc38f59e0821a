//! `--linear`: line mode for who has the screen read out, or keeps it. Lines are only ever added, in
//! plain words, none is drawn again, and digits choose.

use std::io::{self, IsTerminal, Write, stdin};

use loopscope_session::{Answer, Session};
use serde_json::Value;

use super::input::next_line;
use super::{Flow, Repl};
use crate::exit::{code, complain, printed};
use crate::print;

/// The digits, with what each does: the command and a sentence.
const CHOICES: [(&str, &str, &str); 9] = [
    ("1", "step", "one record on"),
    ("2", "next", "on to the next handle that runs"),
    ("3", "turn", "on to the next turn of the loop"),
    ("4", "continue", "on to a breakpoint or to the end"),
    ("5", "rstep", "one record back"),
    ("6", "rnext", "back to the last handle that ran"),
    ("7", "why", "why a task waits"),
    ("8", "info tasks", "the tasks"),
    ("9", "list", "the source around this line"),
];

/// The two queues are one answer.
const QUEUES: &str = "0";

/// Reads lines, a digit or a command each, until the end.
pub(super) fn run(repl: &mut Repl) -> i32 {
    // The sentences are told here, each with what it is.
    repl.session.settings_mut().sentences = false;
    let told = greet(&repl.session);
    if told.is_err() {
        return printed(told);
    }
    let asks = stdin().is_terminal();
    loop {
        if let Some(Flow::Leave(code)) = repl.look() {
            return code;
        }
        if asks {
            let mut out = print::out();
            let told = write!(out, "> ").and_then(|()| out.flush());
            if told.is_err() {
                return printed(told);
            }
        }
        let line = match next_line(|| away(repl)) {
            Ok(Ok(Some(line))) => line,
            Ok(Ok(None)) => return code::OK,
            Ok(Err(code)) => return code,
            Err(error) => {
                return complain(
                    code::FAILED,
                    &format!("standard input cannot be read: {error}; write lines of UTF-8 text"),
                );
            }
        };
        match chosen(repl, line.trim()) {
            // Who only listens to a script wants to know that it failed; a person tries again.
            Flow::Failed if !asks => return code::FAILED,
            Flow::On | Flow::Failed => {}
            Flow::Leave(code) => return code,
        }
    }
}

/// Whether something asks us to leave while a line is waited for.
fn away(repl: &mut Repl) -> Option<i32> {
    if repl.interrupts.times(&repl.signals).is_some() {
        complain(code::OK, "nothing runs that Ctrl-C could hold; `quit` leaves");
    }
    match repl.called_away() {
        Some(Flow::Leave(code)) => Some(code),
        _ => None,
    }
}

/// Does what a digit chooses; any other line is a command.
pub(super) fn chosen(repl: &mut Repl, line: &str) -> Flow {
    if line == QUEUES {
        return match repl.line("info ready") {
            Flow::On => repl.line("info timers"),
            other => other,
        };
    }
    if line == "?" {
        let told = choices();
        return if told.is_ok() { Flow::On } else { Flow::Leave(printed(told)) };
    }
    let command = CHOICES.iter().find(|(digit, ..)| *digit == line);
    repl.line(command.map_or(line, |(_, command, _)| command))
}

fn greet(session: &Session) -> io::Result<()> {
    writeln!(print::out(), "{}", super::greeting(session))?;
    choices()
}

fn choices() -> io::Result<()> {
    let mut out = print::out();
    writeln!(out, "A digit chooses; any other line is a command.")?;
    for (digit, command, told) in CHOICES {
        writeln!(out, "{digit}: {told} ({command})")?;
    }
    writeln!(out, "{QUEUES}: the ready queue and the timers (info ready, info timers)")?;
    writeln!(out, "?: these choices. help: all commands. quit: leaves.")?;
    out.flush()
}

/// Tells what was passed on the way from position `from` to a stop.
pub(super) fn before(session: &Session, from: usize) -> io::Result<()> {
    let mut out = print::out();
    session.passed(from).iter().try_for_each(|line| writeln!(out, "{line}"))
}

/// Tells what a stop means: what just happened, and what happens next.
pub(super) fn after(answer: &Answer) -> io::Result<()> {
    happened(answer)?;
    next(answer)
}

/// Tells what just happened where it stopped.
pub(super) fn happened(answer: &Answer) -> io::Result<()> {
    sentence(answer, "happened", "Just now")
}

/// Tells what happens next where it stopped.
pub(super) fn next(answer: &Answer) -> io::Result<()> {
    sentence(answer, "next", "Next")
}

fn sentence(answer: &Answer, name: &str, title: &str) -> io::Result<()> {
    if !answer.data.contains_key("stop") {
        return Ok(());
    }
    let mut out = print::out();
    if let Some(Value::String(text)) = answer.data.get(name).filter(|text| *text != "") {
        writeln!(out, "{title}: {text}")?;
    }
    out.flush()
}
