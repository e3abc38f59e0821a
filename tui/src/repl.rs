//! Line mode: commands from the keyboard, a script, the command line or a pipe; answers as text or
//! as JSON. What a command does is the session's; here lines come in and answers go out.

mod assist;
mod batch;
mod input;
mod interactive;
mod lesson;
mod lesson_list;
mod line;
mod linear;
mod print;
mod prompt;
mod wait;

use std::io::{self, IsTerminal, stdin};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use loopscope_model::safe_text;
use loopscope_protocol::ExitHow;
use loopscope_session::Session;
use loopscope_session::source::Origin;
use loopscope_session::source::none::Nothing;
use print::{Output, Printer};
use prompt::Prompt;
use wait::{Interrupts, wake_at};

use crate::exit::{code, complain, deadline_in};
use crate::panics;
use crate::signals::{Interrupt, Plain, Signals};

pub(crate) use lesson::{ask_again, take_lesson};
pub(crate) use lesson_list::choose_lesson;

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
    /// Whether lines are only added, and digits choose.
    pub linear: bool,
    /// Whether to use colour.
    pub color: bool,
    /// Whether what the program writes goes to standard error, since standard output is for records.
    pub output_to_stderr: bool,
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

/// Line mode at work.
struct Repl {
    session: Session,
    printer: Printer,
    signals: Signals,
    interrupts: Interrupts,
    deadline: Option<Instant>,
    color: bool,
    /// Whether a person is there whose line may be drawn again.
    interactive: bool,
    /// Whether lines are only added, and stops are told at length.
    linear: bool,
    /// Whether the end of the program was told.
    end_told: bool,
}

/// Does all commands. Gives the exit code.
pub fn run(plan: Plan) -> i32 {
    let deadline = plan.timeout.and_then(deadline_in);
    let prompt = plan.interactive.then(Prompt::new);
    let signals = match &prompt {
        Some(prompt) => Signals::start(prompt.clone(), Interrupt::IsCounted),
        None if plan.linear && stdin().is_terminal() => Signals::start(Plain, Interrupt::IsCounted),
        None => Signals::start(Plain, Interrupt::Leaves),
    };
    let ready = signals.and_then(|signals| {
        if let Some(deadline) = deadline {
            wake_at(deadline, signals.clone())?;
        }
        Ok(signals)
    });
    let signals = match ready {
        Ok(signals) => signals,
        Err(error) => {
            return complain(
                code::FAILED,
                &format!("signals cannot be received: {error}; try again"),
            );
        }
    };
    let mut session = plan.session.unwrap_or_else(|| Session::new(Nothing::default()));
    session.settings_mut().follows_boards = plan.interactive || plan.timeout.is_some();
    // A board logs without end, and a process prints where it runs; both are asked for.
    let output = match session.origin() {
        Origin::Process | Origin::Board => Output::Nothing,
        _ if plan.output_to_stderr => Output::ToStderr,
        _ => Output::Both,
    };
    let mut repl = Repl {
        printer: Printer::new(plan.json, output),
        end_told: session.program_ended(),
        session,
        signals,
        interrupts: Interrupts::default(),
        deadline,
        color: plan.color,
        interactive: plan.interactive,
        linear: plan.linear,
    };
    if let Some(warning) = repl.session.warning() {
        complain(code::HARMED, &warning);
    }
    repl.tell_files();
    let code = if let Some(prompt) = prompt {
        interactive::run(&mut repl, &prompt)
    } else if plan.linear && plan.batch.is_empty() {
        linear::run(&mut repl)
    } else if plan.batch.is_empty() {
        batch::standard_input(&mut repl)
    } else {
        batch::given(&mut repl, plan.batch)
    };
    repl.leave(code, plan.strict)
}

/// Signals, of which each asks a front end of plain lines to leave. They are received once, however
/// many lessons follow each other.
fn plain_signals() -> io::Result<Signals> {
    static STARTED: OnceLock<Signals> = OnceLock::new();
    if let Some(signals) = STARTED.get() {
        return Ok(signals.clone());
    }
    let signals = Signals::start(Plain, Interrupt::Leaves)?;
    Ok(STARTED.get_or_init(|| signals).clone())
}

/// What is open, and how to go on.
fn greeting(session: &Session) -> String {
    let name = session.name();
    let name = safe_text::line(&name);
    let what = match session.origin() {
        Origin::Recording => {
            format!("{name}: a recording with {} records.", session.live_edge())
        }
        Origin::Nothing => "No program: `loopscope repl FILE` opens one.".to_owned(),
        Origin::Program => format!("{name}: paused before its first record."),
        Origin::Board => format!("{name}: a board, which runs on."),
        Origin::Process => format!("{name}: a process, which runs on."),
    };
    format!("{what} `step` goes on, `help` lists the commands, `quit` leaves.")
}

impl Repl {
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

    /// Ends what is unfinished, and brings all files to their end.
    fn leave(mut self, code: i32, strict: bool) -> i32 {
        self.session.finish(ExitHow::Killed);
        self.tell_files();
        if panics::happened() {
            return code::PANIC;
        }
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
