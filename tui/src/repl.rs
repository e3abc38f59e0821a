//! Line mode: commands from the keyboard, a script, the command line or a pipe; answers as text or
//! as JSON. What a command does is the session's; here lines come in and answers go out.

mod assist;
mod batch;
mod input;
mod interactive;
mod lesson;
mod lesson_list;
mod linear;
mod print;
mod prompt;

use std::io::{self, IsTerminal, stdin};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use loopscope_model::{fault, safe_text};
use loopscope_protocol::ExitHow;
use loopscope_session::source::Origin;
use loopscope_session::source::none::Nothing;
use loopscope_session::{Answer, Outcome, Session, ToWrite, Trouble, picture_to};
use print::{Output, Printer};
use prompt::Prompt;

use crate::exit::{code, complain, deadline_in, printed};
use crate::panics;
use crate::picture;
use crate::print::Terminal;
use crate::progress::ProgressLine;
use crate::signals::{Interrupt, Plain, Signals};

pub(crate) use lesson::{ask_again, take_lesson};
pub(crate) use lesson_list::choose_lesson;

/// How long one look for records takes at most. A signal or the deadline is noticed after it.
const LOOK: Duration = Duration::from_millis(20);

/// How long line mode may take to leave when its time is over.
const FAREWELL: Duration = Duration::from_secs(4);

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

/// What waiting for a command came to.
#[derive(Debug)]
enum Waited {
    /// The command is over, with this result.
    Over(Result<Answer, Trouble>),
    /// Line mode is.
    Away(Flow),
}

/// Interrupts, as far as they concern the present command.
#[derive(Clone, Copy, Debug, Default)]
struct Interrupts {
    /// How many were looked at.
    seen: usize,
    /// How many were there when the command began.
    before: usize,
}

impl Interrupts {
    /// A command begins: what came before does not concern it.
    fn forget(&mut self, signals: &Signals) {
        self.seen = signals.interrupts();
        self.before = self.seen;
    }

    /// If one came since the last look: how many since the command began.
    fn times(&mut self, signals: &Signals) -> Option<usize> {
        let now = signals.interrupts();
        let new = now > self.seen;
        self.seen = now;
        new.then_some(now - self.before)
    }
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

/// What `help` says about a word of the lessons, and about all of them.
fn explained(line: &str) -> Option<Answer> {
    let mut words = line.split_whitespace();
    if !matches!(words.next(), Some("help" | "h" | "?")) {
        return None;
    }
    let word = words.collect::<Vec<_>>().join(" ");
    if word == "glossary" {
        return Some(Answer::new(loopscope_lessons::glossary().text()));
    }
    let meaning = loopscope_lessons::glossary().meaning(&word)?;
    // A command of that name has more to say.
    Some(Answer::new(match loopscope_session::help(Some(&word)) {
        Ok(help) => format!("{help}\n\n{meaning}"),
        Err(_) => meaning,
    }))
}

/// Wakes whoever waits for a line when the time is over. Whoever does not notice is left.
fn wake_at(deadline: Instant, signals: Signals) -> std::io::Result<()> {
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
    /// Does one line, and waits for its end.
    fn line(&mut self, line: &str) -> Flow {
        self.interrupts.forget(&self.signals);
        if let Some(flow) = self.called_away().or_else(|| self.look()) {
            return flow;
        }
        let from = self.session.position();
        if !self.session.is_collecting()
            && let Some(answer) = explained(line)
        {
            let told = self.printer.answer(line, &answer, &self.session);
            return if told.is_ok() { Flow::On } else { Flow::Leave(printed(told)) };
        }
        let drawn = picture_to(line).filter(|_| !self.session.is_collecting());
        let asked = drawn.is_some().then(|| line.to_owned());
        let outcome = match drawn {
            Some(to) => self.draw(&to),
            None => self.session.execute_line(line),
        };
        let result = match outcome {
            Outcome::Done(answer) => Ok(answer),
            Outcome::Failed(trouble) => Err(trouble),
            Outcome::Quit => return Flow::Leave(code::OK),
            Outcome::Started => match self.wait() {
                Waited::Over(result) => result,
                Waited::Away(flow) => return flow,
            },
        };
        let line = asked.unwrap_or_else(|| self.session.line().to_owned());
        let told = match &result {
            Ok(answer) if self.linear => self.told_in_lines(from, &line, answer),
            Ok(answer) => self.printer.answer(&line, answer, &self.session),
            Err(trouble) => self.printer.trouble(&line, trouble, &self.session),
        };
        self.tell_files();
        self.end_told |= self.session.program_ended();
        if told.is_err() {
            return Flow::Leave(printed(told));
        }
        if result.is_ok() { Flow::On } else { Flow::Failed }
    }

    /// Writes the screen as it would be here to a file.
    fn draw(&mut self, to: &ToWrite) -> Outcome {
        let picture = picture::of_session(&mut self.session).map_err(Trouble::new);
        match picture.and_then(|picture| self.session.write_picture(to, &picture)) {
            Ok(answer) => Outcome::Done(answer),
            Err(trouble) => Outcome::Failed(trouble),
        }
    }

    /// Tells an answer where lines are only added: what was passed, the answer, and what it means.
    fn told_in_lines(&mut self, from: usize, line: &str, answer: &Answer) -> io::Result<()> {
        if answer.data.contains_key("stop") {
            linear::before(&self.session, from)?;
        }
        self.printer.answer(line, answer, &self.session)?;
        linear::after(answer)
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

    /// Takes in what came by itself, while no command was under way: output of a thread, or the end
    /// of a program that was held.
    fn look(&mut self) -> Option<Flow> {
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
    fn look_for_the_end(&mut self) {
        let until = Instant::now() + FAREWELL;
        while !self.session.program_ended() && Instant::now() < until {
            let _ = self.session.tick(LOOK);
        }
    }

    /// Waits until the command under way is over, or line mode is.
    fn wait(&mut self) -> Waited {
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
    fn called_away(&mut self) -> Option<Flow> {
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
