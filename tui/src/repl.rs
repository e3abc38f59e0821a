//! Line mode: commands from the keyboard, a script, the command line or a pipe; answers as text or
//! as JSON. What a command does is the session's; here lines come in and answers go out.

mod assist;
mod batch;
mod interactive;
mod lesson;
mod print;
mod signals;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use loopscope_protocol::ExitHow;
use loopscope_session::source::Origin;
use loopscope_session::source::none::Nothing;
use loopscope_session::{Answer, Outcome, Session, Trouble};
use print::Printer;
use signals::Signals;

use crate::exit::{code, complain, deadline_in, printed};

pub use lesson::take_lesson;

/// How long one look for records takes at most. A signal or the deadline is noticed after it.
const LOOK: Duration = Duration::from_millis(20);

/// What is to be done.
#[derive(Debug)]
pub struct Plan {
    /// What the commands are about. Without it only `help`, `source`, `set` and `quit` make sense.
    pub session: Option<Session>,
    /// The commands of `-x` and `-c`, in order; with any, nothing is read from standard input.
    pub batch: Vec<Input>,
    /// Whether answers are JSON.
    pub json: bool,
    /// Whether a person is there.
    pub interactive: bool,
    /// Whether to use colour.
    pub color: bool,
    /// How long all of it may take.
    pub timeout: Option<Duration>,
    /// Whether lost or harmed records are a failure.
    pub strict: bool,
}

/// Where commands come from.
#[derive(Debug)]
pub enum Input {
    /// A file with one on each line.
    Script(PathBuf),
    /// One.
    Command(String),
}

/// What becomes of line mode after a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    /// It goes on.
    On,
    /// The command failed.
    Failed,
    /// It is over, with this exit code.
    Leave(i32),
}

/// What waiting for a command came to.
#[derive(Debug)]
enum Waited {
    /// The command is over, with this result.
    Over(Result<Answer, Trouble>),
    /// Line mode is.
    Away(Flow),
}

/// Line mode at work.
struct Repl {
    session: Session,
    printer: Printer,
    signals: Signals,
    deadline: Option<Instant>,
    interactive: bool,
    color: bool,
}

/// Does all commands. Gives the exit code.
pub fn run(plan: Plan) -> i32 {
    let deadline = plan.timeout.and_then(deadline_in);
    let signals = match Signals::start(plan.interactive, deadline) {
        Ok(signals) => signals,
        Err(error) => {
            return complain(
                code::FAILED,
                &format!("signals cannot be received: {error}; try again"),
            );
        }
    };
    let session = plan.session.unwrap_or_else(|| Session::new(Nothing::default()));
    let mut repl = Repl {
        printer: Printer::new(plan.json, session.origin() == Origin::Recording),
        session,
        signals,
        deadline,
        interactive: plan.interactive,
        color: plan.color,
    };
    if let Some(warning) = repl.session.warning() {
        complain(code::HARMED, &warning);
    }
    repl.tell_files();
    let code = if plan.interactive {
        interactive::run(&mut repl)
    } else if plan.batch.is_empty() {
        batch::standard_input(&mut repl)
    } else {
        batch::given(&mut repl, plan.batch)
    };
    repl.leave(code, plan.strict)
}

impl Repl {
    /// Does one line, and waits for its end.
    fn line(&mut self, line: &str) -> Flow {
        self.signals.forget();
        if let Some(flow) = self.called_away() {
            return flow;
        }
        let result = match self.session.execute_line(line) {
            Outcome::Done(answer) => Ok(answer),
            Outcome::Failed(trouble) => Err(trouble),
            Outcome::Quit => return Flow::Leave(code::OK),
            Outcome::Started => match self.wait() {
                Waited::Over(result) => result,
                Waited::Away(flow) => return flow,
            },
        };
        let line = self.session.line().to_owned();
        let told = match &result {
            Ok(answer) => self.printer.answer(&line, answer, &self.session),
            Err(trouble) => self.printer.trouble(&line, trouble),
        };
        self.tell_files();
        if told.is_err() {
            return Flow::Leave(printed(told));
        }
        if result.is_ok() { Flow::On } else { Flow::Failed }
    }

    /// Says which files were written over, which could not be written, and what a program did to its
    /// records.
    fn tell_files(&mut self) {
        for notice in self.session.notices() {
            complain(code::OK, &notice);
        }
        while let Some(sentence) = self.session.trouble_with_files() {
            complain(code::FAILED, &sentence);
        }
        if let Some(warning) = self.session.new_warning() {
            complain(code::HARMED, &warning);
        }
    }

    /// Waits until the command under way is over, or line mode is.
    fn wait(&mut self) -> Waited {
        loop {
            let tick = self.session.tick(LOOK);
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

    /// Whether the time is over, or a signal asks us to leave.
    fn called_away(&mut self) -> Option<Flow> {
        if self.deadline.is_some_and(|at| Instant::now() >= at) {
            return Some(self.time_is_over());
        }
        self.signals.leaving().map(Flow::Leave)
    }

    /// What Ctrl-C means while a program runs: hold it; then interrupt it; then end it. A batch has
    /// nobody to go on with, so there it is the end.
    fn interrupted(&mut self) -> Option<Flow> {
        let times = self.signals.interrupts()?;
        if !self.interactive {
            return Some(Flow::Leave(code::INTERRUPTED));
        }
        match times {
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

    /// Ends what is unfinished, and brings all files to their end.
    fn leave(mut self, code: i32, strict: bool) -> i32 {
        self.session.finish(ExitHow::Killed);
        self.tell_files();
        // What went well, but could not be written down, has not gone well.
        let code =
            if code == code::OK && self.session.files_failed() { code::FAILED } else { code };
        if let Some(sentence) = self.session.lost()
            && matches!(code, code::OK | code::FAILED)
        {
            return complain(code::LOST, sentence);
        }
        if strict && code == code::OK && self.session.is_harmed() {
            return complain(
                code::HARMED,
                "records were lost or harmed, which --strict does not allow; `info source` and `info lints` say more",
            );
        }
        code
    }
}
