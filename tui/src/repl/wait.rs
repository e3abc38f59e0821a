//! What is waited for in line mode: the end of a command, records that come by themselves, and
//! whatever calls away meanwhile: Ctrl-C, other signals, the end of the time.

use std::io;
use std::time::{Duration, Instant};

use loopscope_model::fault;
use loopscope_protocol::ExitHow;
use loopscope_session::{Answer, Trouble};

use super::{Flow, Repl};
use crate::exit::{code, complain, printed};
use crate::panics;
use crate::print::Terminal;
use crate::progress::ProgressLine;
use crate::signals::Signals;

/// How long one look for records takes at most. A signal or the deadline is noticed after it.
const LOOK: Duration = Duration::from_millis(20);

/// How long line mode may take to leave when its time is over.
const FAREWELL: Duration = Duration::from_secs(4);

/// What waiting for a command came to.
#[derive(Debug)]
pub(super) enum Waited {
    /// The command is over, with this result.
    Over(Result<Answer, Trouble>),
    /// Line mode is.
    Away(Flow),
}

/// Interrupts, as far as they concern the present command.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Interrupts {
    /// How many were looked at.
    seen: usize,
    /// How many were there when the command began.
    before: usize,
}

impl Interrupts {
    /// A command begins: what came before does not concern it.
    pub(super) fn forget(&mut self, signals: &Signals) {
        self.seen = signals.interrupts();
        self.before = self.seen;
    }

    /// If one came since the last look: how many since the command began.
    pub(super) fn times(&mut self, signals: &Signals) -> Option<usize> {
        let now = signals.interrupts();
        let new = now > self.seen;
        self.seen = now;
        new.then_some(now - self.before)
    }
}

/// Wakes whoever waits for a line when the time is over. Whoever does not notice is left.
pub(super) fn wake_at(deadline: Instant, signals: Signals) -> io::Result<()> {
    let wait = move || {
        fault::point("deadline");
        std::thread::sleep(deadline.saturating_duration_since(Instant::now()));
        signals.wake();
        std::thread::sleep(FAREWELL);
        crate::signals::give_back();
        std::process::exit(complain(
            code::TIMEOUT,
            "the time of --timeout was over while line mode was busy with something else",
        ));
    };
    std::thread::Builder::new().name("deadline".into()).spawn(wait).map(drop)
}

impl Repl {
    /// Takes in what came by itself, while no command was under way: output of a thread, or the end
    /// of a program that was held.
    pub(super) fn look(&mut self) -> Option<Flow> {
        let _ = self.session.tick(Duration::ZERO);
        let told = self.printer.news(&self.session);
        if let Some(file) = self.session.newly_saved() {
            complain(
                code::OK,
                &format!(
                    "`{file}` was saved since the program was started; `restart` runs it as it is now"
                ),
            );
        }
        if self.session.program_ended() && !self.end_told {
            self.end_told = true;
            complain(code::OK, &self.session.ending());
        }
        told.is_err().then(|| Flow::Leave(printed(told)))
    }

    /// Waits for the end of a program whose records have come to theirs.
    pub(super) fn look_for_the_end(&mut self) {
        let until = Instant::now() + FAREWELL;
        while !self.session.program_ended() && Instant::now() < until {
            let _ = self.session.tick(LOOK);
        }
    }

    /// Waits until the command under way is over, or line mode is.
    pub(super) fn wait(&mut self) -> Waited {
        let mut line = ProgressLine::begin(self.interactive, Terminal::Output);
        loop {
            let tick = self.session.tick(LOOK);
            if let Some(progress) = self.session.progress().filter(|_| self.session.is_walking()) {
                line.show(progress);
            }
            let told = self.printer.news(&self.session);
            if told.is_err() {
                return Waited::Away(Flow::Leave(printed(told)));
            }
            for (line, answer) in tick.answers {
                let told = self.printer.answer(&line, &answer, &self.session);
                if told.is_err() {
                    return Waited::Away(Flow::Leave(printed(told)));
                }
            }
            if tick.quit {
                return Waited::Away(Flow::Leave(code::OK));
            }
            if let Some(over) = tick.over {
                return Waited::Over(over);
            }
            if let Some(flow) = self.called_away().or_else(|| self.interrupted()) {
                return Waited::Away(flow);
            }
        }
    }

    /// Whether the time is over, or something else asks us to leave: a signal, or a mistake of ours.
    pub(super) fn called_away(&mut self) -> Option<Flow> {
        fault::point("main");
        if panics::happened() {
            return Some(Flow::Leave(code::PANIC));
        }
        if self.deadline.is_some_and(|at| Instant::now() >= at) {
            return Some(self.time_is_over());
        }
        self.signals.leaving().map(Flow::Leave)
    }

    /// What Ctrl-C means while a program runs: hold it; then interrupt it; then end it. What walks
    /// through the history is left. A batch and a lesson have nobody to go on with, so there it is the
    /// end, as any signal is.
    fn interrupted(&mut self) -> Option<Flow> {
        match self.interrupts.times(&self.signals)? {
            _ if self.session.is_walking() => self.session.pause(),
            1 => self.session.pause(),
            2 => {
                let sentence = match self.session.interrupt() {
                    Ok(()) => {
                        "the program is interrupted, as by Ctrl-C; once more ends it".to_owned()
                    }
                    Err(error) => error.to_string(),
                };
                complain(code::OK, &sentence);
            }
            _ => self.session.kill(ExitHow::Interrupted),
        }
        None
    }

    fn time_is_over(&mut self) -> Flow {
        self.session.finish(ExitHow::Timeout);
        complain(
            code::TIMEOUT,
            &format!(
                "the time of --timeout is over, so `{}` was ended; give it more, or less to do",
                self.session.name()
            ),
        );
        Flow::Leave(code::TIMEOUT)
    }
}
